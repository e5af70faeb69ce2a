/* Firehose's transformation event. A reply is JSON, within its limit, and names each record once,
 * in the order of the event. */
#include "fuzz/fuzz.h"

#include "transform/firehose_event.h"
#include "transform/log.h"

/* Small, so that records that do not fit are met. */
#define REPLY_MAX_BYTES 400

static fiat__transform_log s_log;
static fiat_schema *s_schema;

static fiat_status judge(void *user, fiat__str data, fiat__buf *out, fiat__verdict *verdict,
                         fiat_error *err) {
    (void)user;
    return fiat__transform_log_record(&s_log, s_schema, data, out, verdict, err);
}

static void note(void *user, fiat__str id, const fiat__verdict *verdict) {
    FUZZ_CHECK(id.len > 2 && verdict->result == FIAT__RESULT_FAILED);
    FUZZ_CHECK(verdict->reason.status != FIAT_OK && verdict->reason.message[0]);
    ++*(size_t *)user;
}

static void check_reply(const fiat__firehose_event *event, fiat__str reply, size_t failed) {
    const fiat__tape *tape = &event->parsed.tape;
    fiat__parsed parsed;
    fiat_error err;
    FUZZ_CHECK(reply.len <= REPLY_MAX_BYTES);
    FUZZ_CHECK(fiat__parsed_init(&parsed, reply, 16, &err) == FIAT_OK);
    uint32_t array = fiat__tape_member(&parsed.tape, 0, fiat__str_c("records"));
    uint32_t count = tape->items[event->records].len;
    uint32_t in = event->records + 1, out = array + 1;
    FUZZ_CHECK(parsed.tape.items[array].len == count);
    for (uint32_t i = 0; i < count; i++) {
        fiat__str name = fiat__str_c("recordId");
        uint32_t asked = fiat__tape_member(tape, in, name);
        uint32_t answered = fiat__tape_member(&parsed.tape, out, name);
        uint32_t result = fiat__tape_member(&parsed.tape, out, fiat__str_c("result"));
        FUZZ_CHECK(fiat__str_eq(fiat__tape_string(tape, asked),
                                fiat__tape_string(&parsed.tape, answered)));
        fiat__str text = fiat__tape_string(&parsed.tape, result);
        FUZZ_CHECK(fiat__str_eq_c(text, "Ok") || fiat__str_eq_c(text, "Dropped") ||
                   fiat__str_eq_c(text, "ProcessingFailed"));
        failed -= fiat__str_eq_c(text, "ProcessingFailed");
        in = fiat__tape_next(tape, in);
        out = fiat__tape_next(&parsed.tape, out);
    }
    FUZZ_CHECK(failed == 0);
    fiat__parsed_deinit(&parsed);
}

static void begin(void) {
    static const char schema[] = "{\"properties\":{\"n\":{\"type\":\"integer\"}}}";
    if (s_schema) return;
    FUZZ_CHECK(fiat_schema_compile(&s_schema, schema, sizeof schema - 1, NULL, NULL) == FIAT_OK);
    FUZZ_CHECK(fiat__transform_log_init(&s_log, true, NULL) == FIAT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__firehose_event event;
    fiat__buf reply;
    fiat_error err;
    size_t failed = 0;
    const fiat__firehose_steps steps = {judge, note, &failed};
    begin();
    fiat__buf_init(&reply, REPLY_MAX_BYTES);
    fiat_status status =
        fiat__firehose_event_init(&event, fiat__str_of((const char *)data, size), &err);
    FUZZ_CHECK(status == FIAT_OK || (status == FIAT_E_ARG && err.message[0]));
    if (status == FIAT_OK) {
        status = fiat__firehose_event_answer(&event, &steps, &reply, &err);
        FUZZ_CHECK(status == FIAT_OK || status == FIAT_E_LIMIT);
        if (status == FIAT_OK) check_reply(&event, fiat__buf_str(&reply), failed);
    }
    fiat__firehose_event_deinit(&event);
    fiat__buf_deinit(&reply);
    return 0;
}
