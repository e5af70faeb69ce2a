#include "transform/firehose_event.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_DEPTH 16 /* Firehose's events have four levels */

/* The pieces of the reply. */
#define HEAD    "{\"records\":["
#define TAIL    "]}"
#define ID      "{\"recordId\":"
#define OK      ",\"result\":\"Ok\",\"data\":\""
#define OK_END  "\"}"
#define DROPPED ",\"result\":\"Dropped\"}"
#define FAILED  ",\"result\":\"ProcessingFailed\"}"
#define LEN(s)  (sizeof(s) - 1)

static uint32_t member(const fiat__tape *tape, uint32_t object, const char *name, uint8_t kind) {
    uint32_t item = fiat__tape_member(tape, object, fiat__str_c(name));
    return item && tape->items[item].kind == kind ? item : 0;
}

/* arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME */
static fiat_status read_stream(fiat__firehose_event *event, fiat_error *err) {
    const fiat__tape *tape = &event->parsed.tape;
    uint32_t item = member(tape, 0, "deliveryStreamArn", FIAT__JSON_STRING);
    fiat__str arn = item ? fiat__tape_string(tape, item) : fiat__str_c("");
    const char *slash = arn.len ? memchr(arn.ptr, '/', arn.len) : NULL;
    if (!slash)
        return fiat__err_set(err, FIAT_E_ARG,
                             "the event has no deliveryStreamArn with a name: is it one of a "
                             "Firehose transformation?");
    size_t before = (size_t)(slash + 1 - arn.ptr);
    event->stream = fiat__str_of(slash + 1, arn.len - before);
    return FIAT_OK;
}

static int compare(const void *a, const void *b) {
    const fiat__str *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = len ? memcmp(left->ptr, right->ptr, len) : 0;
    return order ? order : (left->len > right->len) - (left->len < right->len);
}

/* `ids` has room for them all. */
static fiat_status collect_ids(const fiat__firehose_event *event, fiat__str *ids, fiat_error *err) {
    const fiat__tape *tape = &event->parsed.tape;
    uint32_t count = tape->items[event->records].len, record = event->records + 1;
    for (uint32_t i = 0; i < count; i++, record = fiat__tape_next(tape, record)) {
        uint32_t id = tape->items[record].kind == FIAT__JSON_OBJECT
                          ? member(tape, record, "recordId", FIAT__JSON_STRING)
                          : 0;
        if (!id || tape->items[id].len == 0)
            return fiat__err_set(err, FIAT_E_ARG, "record %" PRIu32 " of the event has no recordId",
                                 i + 1);
        ids[i] = fiat__tape_string(tape, id);
    }
    return FIAT_OK;
}

/* Each name once, or the reply could not speak of both. */
static fiat_status check_ids(const fiat__firehose_event *event, fiat_error *err) {
    uint32_t count = event->parsed.tape.items[event->records].len;
    fiat__str *ids = fiat__realloc_array(NULL, count ? count : 1, sizeof *ids);
    if (!ids) return fiat__err_nomem(err);
    fiat_status status = collect_ids(event, ids, err);
    if (status == FIAT_OK) qsort(ids, count, sizeof *ids, compare);
    for (uint32_t i = 1; status == FIAT_OK && i < count; i++)
        if (fiat__str_eq(ids[i - 1], ids[i]))
            status = fiat__err_set(err, FIAT_E_ARG, "two records of the event have one recordId");
    fiat__free(ids);
    return status;
}

fiat_status fiat__firehose_event_init(fiat__firehose_event *event, fiat__str text,
                                      fiat_error *err) {
    fiat_error wrong;
    event->records = 0;
    fiat_status status = fiat__parsed_init(&event->parsed, text, MAX_DEPTH, &wrong);
    if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    /* Not in the parser's words, which quote. */
    if (status != FIAT_OK)
        return fiat__err_set(err, FIAT_E_ARG, "the event is no JSON: %s at byte %" PRIu64,
                             fiat_status_text(status), wrong.offset);
    if (event->parsed.tape.items[0].kind != FIAT__JSON_OBJECT)
        return fiat__err_set(err, FIAT_E_ARG, "the event is no JSON object");
    status = read_stream(event, err);
    if (status != FIAT_OK) return status;
    event->records = member(&event->parsed.tape, 0, "records", FIAT__JSON_ARRAY);
    if (!event->records)
        return fiat__err_set(err, FIAT_E_ARG,
                             "the event has no array \"records\": is it one of a Firehose "
                             "transformation?");
    return check_ids(event, err);
}

void fiat__firehose_event_deinit(fiat__firehose_event *event) {
    fiat__parsed_deinit(&event->parsed);
}

struct answer {
    const fiat__tape *tape;
    const fiat__firehose_steps *steps;
    fiat__buf *reply;
    size_t start; /* of the reply in its buffer */
    size_t least; /* bytes that the rest of the reply takes at least */
    fiat__buf data, made;
};

/* The text of the record's name: the parser has read it, so it may be written as it is. */
static fiat__str id_of(const fiat__tape *tape, uint32_t record) {
    return fiat__tape_source(tape, member(tape, record, "recordId", FIAT__JSON_STRING));
}

static size_t least_of(const fiat__tape *tape, uint32_t record) {
    return LEN(ID) + id_of(tape, record).len + LEN(FAILED) + LEN(",");
}

static void failed_for(fiat__verdict *verdict, const fiat_error *reason) {
    *verdict = (fiat__verdict){.result = FIAT__RESULT_FAILED, .reason = *reason};
}

/* What the record holds, judged and made into what it becomes. */
static fiat_status transform(struct answer *self, uint32_t record, fiat__verdict *verdict,
                             fiat_error *err) {
    fiat_error reason;
    uint32_t item = member(self->tape, record, "data", FIAT__JSON_STRING);
    fiat__buf_clear(&self->data);
    fiat__buf_clear(&self->made);
    fiat_status status =
        item ? fiat__base64_decode(&self->data, fiat__tape_string(self->tape, item), &reason)
             : fiat__err_set(&reason, FIAT_E_ARG, "the record has no \"data\" that is a string");
    if (status == FIAT_OK)
        return self->steps->record(self->steps->user, fiat__buf_str(&self->data), &self->made,
                                   verdict, err);
    if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    failed_for(verdict, &reason);
    return FIAT_OK;
}

/* May the record stay in the reply as it is now? `rest`: what those after it take at least. */
static void check_room(const struct answer *self, fiat__str id, fiat__verdict *verdict) {
    fiat_error reason;
    size_t wanted = LEN(ID) + id.len + LEN(OK) + fiat__base64_encoded_len(self->made.len) +
                    LEN(OK_END) + LEN(",");
    size_t used = self->reply->len - self->start + self->least;
    if (verdict->result != FIAT__RESULT_OK || wanted <= self->reply->max - self->start - used)
        return;
    fiat__err_set(&reason, FIAT_E_LIMIT,
                  "with this record the reply would have more than %zu bytes: lower the "
                  "delivery stream's BufferSizeInMBs",
                  self->reply->max - self->start);
    failed_for(verdict, &reason);
}

static void write_record(struct answer *self, fiat__str id, const fiat__verdict *verdict) {
    fiat__buf *reply = self->reply;
    if (reply->ptr[reply->len - 1] != '[') fiat__buf_append_char(reply, ',');
    fiat__buf_append_c(reply, ID);
    fiat__buf_append(reply, id.ptr, id.len);
    if (verdict->result == FIAT__RESULT_OK) {
        fiat__buf_append_c(reply, OK);
        fiat__base64_encode(reply, self->made.ptr, self->made.len);
    }
    fiat__buf_append_c(reply, verdict->result == FIAT__RESULT_OK        ? OK_END
                              : verdict->result == FIAT__RESULT_DROPPED ? DROPPED
                                                                        : FAILED);
    if (verdict->result == FIAT__RESULT_FAILED) self->steps->failed(self->steps->user, id, verdict);
}

static fiat_status answer_records(struct answer *self, uint32_t array, fiat_error *err) {
    uint32_t count = self->tape->items[array].len, record = array + 1;
    for (uint32_t i = 0; i < count; i++, record = fiat__tape_next(self->tape, record)) {
        fiat__verdict verdict;
        fiat__str id = id_of(self->tape, record);
        fiat_status status = transform(self, record, &verdict, err);
        if (status != FIAT_OK) return status;
        self->least -= least_of(self->tape, record);
        check_room(self, id, &verdict);
        write_record(self, id, &verdict);
    }
    return FIAT_OK;
}

/* Bytes of a reply that says of each record that it failed. */
static size_t least_in_all(const fiat__tape *tape, uint32_t array) {
    size_t bytes = LEN(TAIL);
    uint32_t count = tape->items[array].len, record = array + 1;
    for (uint32_t i = 0; i < count; i++, record = fiat__tape_next(tape, record))
        bytes += least_of(tape, record);
    return bytes;
}

fiat_status fiat__firehose_event_answer(const fiat__firehose_event *event,
                                        const fiat__firehose_steps *steps, fiat__buf *reply,
                                        fiat_error *err) {
    struct answer self = {.tape = &event->parsed.tape,
                          .steps = steps,
                          .reply = reply,
                          .start = reply->len,
                          .least = least_in_all(&event->parsed.tape, event->records)};
    if (LEN(HEAD) + self.least > reply->max - reply->len)
        return fiat__err_set(err, FIAT_E_LIMIT,
                             "the names of the event's records alone take more than the %zu bytes "
                             "that a reply may have",
                             reply->max - reply->len);
    if (!fiat__buf_append_c(reply, HEAD)) return fiat__buf_status(reply, err);
    fiat__buf_init(&self.data, FIAT__FIREHOSE_REPLY_MAX_BYTES);
    fiat__buf_init(&self.made, FIAT__FIREHOSE_REPLY_MAX_BYTES);
    fiat_status status = answer_records(&self, event->records, err);
    fiat__buf_deinit(&self.data);
    fiat__buf_deinit(&self.made);
    if (status != FIAT_OK) return status;
    fiat__buf_append_c(reply, TAIL);
    return fiat__buf_status(reply, err);
}
