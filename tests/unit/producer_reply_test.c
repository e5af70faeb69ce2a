/* PutRecordBatch: the body that is sent and the replies that may come, hostile ones first. */
#include "aws/svc/firehose.h"
#include "base/hash.h"
#include "support/chaos.h"
#include "support/test.h"

#include <string.h>

#define GOOD(id)  "{\"RecordId\":\"" id "\"}"
#define BAD(code) "{\"ErrorCode\":\"" code "\",\"ErrorMessage\":\"why\"}"
#define REPLY(failed, entries)                                                                     \
    "{\"FailedPutCount\":" #failed ",\"Encrypted\":false,\"RequestResponses\":[" entries "]}"

/* Replies to a request of two records that account for nothing. */
static const struct {
    const char *text, *want;
} bad_replies[] = {
    {"", "not JSON"},
    {"<html>", "not JSON"},
    {"{\"FailedPutCount\":0,\"RequestResponses\":[", "not JSON"},
    {REPLY(0, GOOD("a") "," GOOD("b")) "x", "not JSON"},
    {"[]", "not a JSON object"},
    {"null", "not a JSON object"},
    {"\"FailedPutCount\"", "not a JSON object"},
    {"{}", "no FailedPutCount"},
    {REPLY("0", GOOD("a") "," GOOD("b")), "no FailedPutCount"},
    {REPLY(0.5, GOOD("a") "," GOOD("b")), "no FailedPutCount"},
    {REPLY(1e300, GOOD("a") "," GOOD("b")), "no FailedPutCount"},
    {REPLY(null, GOOD("a") "," GOOD("b")), "no FailedPutCount"},
    {"{\"FailedPutCount\":0}", "no RequestResponses"},
    {"{\"FailedPutCount\":0,\"RequestResponses\":null}", "no RequestResponses"},
    {"{\"FailedPutCount\":0,\"RequestResponses\":{\"a\":1,\"b\":2}}", "no RequestResponses"},
    {REPLY(0, ""), "another number"},
    {REPLY(0, GOOD("a")), "another number"},
    {REPLY(0, GOOD("a") "," GOOD("b") "," GOOD("c")), "another number"},
    {REPLY(0, GOOD("a") ",null"), "neither"},
    {REPLY(0, GOOD("a") ",[]"), "neither"},
    {REPLY(0, GOOD("a") ",\"x\""), "neither"},
    {REPLY(0, GOOD("a") ",{}"), "neither"},
    {REPLY(0, GOOD("a") "," GOOD("")), "neither"},
    {REPLY(0, GOOD("a") ",{\"RecordId\":7}"), "neither"},
    {REPLY(0, GOOD("a") ",{\"recordId\":\"b\"}"), "neither"},
    {REPLY(0, GOOD("a") "," BAD("InternalFailure")), "differs"},
    {REPLY(2, GOOD("a") "," BAD("InternalFailure")), "differs"},
    {REPLY(1, GOOD("a") "," GOOD("b")), "differs"},
    {REPLY(-1, GOOD("a") "," GOOD("b")), "differs"},
    {"{\"FailedPutCount\":0,\"RequestResponses\":[" GOOD("\xff") "," GOOD("b") "]}", "not JSON"},
};

START_TEST(refuses_replies_that_account_for_nothing) {
    fiat__firehose_reply reply;
    fiat__firehose_result result;
    fiat_error err = FIAT_ERROR_INIT;
    /* From a heap block of the exact size, so that a byte read too far is seen. */
    size_t len = strlen(bad_replies[_i].text);
    char *text = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(text);
    memcpy(text, bad_replies[_i].text, len);
    ck_assert_fiat_status(fiat__firehose_reply_parse(&reply, fiat__str_of(text, len), 2, &err),
                          FIAT_E_AWS_REPLY);
    ck_assert_msg(strstr(err.message, bad_replies[_i].want), "got: %s", err.message);
    ck_assert(!fiat__firehose_reply_next(&reply, &result));
    fiat__firehose_reply_free(&reply);
    free(text);
}
END_TEST

/* One record's entry, and what it means. */
static const struct {
    const char *entry, *want_id, *want_code;
    fiat__aws_class want_class;
    bool want_maybe;
} entries[] = {
    {GOOD("x1"), "x1", NULL, FIAT__AWS_OK, false},
    {"{\"RecordId\":\"x\",\"ErrorCode\":null,\"ErrorMessage\":null}", "x", NULL, FIAT__AWS_OK,
     false},
    {"{\"RecordId\":\"x\",\"ErrorCode\":\"\"}", "x", NULL, FIAT__AWS_OK, false},
    {BAD("ServiceUnavailableException"), NULL, "ServiceUnavailableException", FIAT__AWS_THROTTLE,
     false},
    {BAD("ThrottlingException"), NULL, "ThrottlingException", FIAT__AWS_THROTTLE, false},
    {BAD("InternalFailure"), NULL, "InternalFailure", FIAT__AWS_RETRY, true},
    {BAD("SomethingNew"), NULL, "SomethingNew", FIAT__AWS_RETRY, true},
    {"{\"ErrorMessage\":\"only\"}", NULL, "InternalFailure", FIAT__AWS_RETRY, true},
    {"{\"RecordId\":\"both\",\"ErrorCode\":\"InternalFailure\"}", NULL, "InternalFailure",
     FIAT__AWS_RETRY, true},
};

START_TEST(reads_what_became_of_a_record) {
    fiat__firehose_reply reply;
    fiat__firehose_result result;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf text;
    fiat__buf_init(&text, 1000);
    fiat__buf_printf(&text, "{\"FailedPutCount\":%d,\"RequestResponses\":[%s]}",
                     entries[_i].want_id ? 0 : 1, entries[_i].entry);
    ck_assert_fiat_ok(fiat__firehose_reply_parse(&reply, fiat__buf_str(&text), 1, &err), err);
    ck_assert(fiat__firehose_reply_next(&reply, &result));
    ck_assert_pstr_eq(result.record_id, entries[_i].want_id);
    if (entries[_i].want_code) {
        ck_assert_str_eq(result.err.aws_code, entries[_i].want_code);
        ck_assert(strstr(result.err.message, entries[_i].want_code));
    }
    ck_assert_int_eq(result.class, entries[_i].want_class);
    ck_assert_int_eq(result.maybe_received, entries[_i].want_maybe);
    ck_assert(!fiat__firehose_reply_next(&reply, &result));
    fiat__firehose_reply_free(&reply);
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(keeps_the_order_of_the_request) {
    static const char text[] = REPLY(1, GOOD("a") "," BAD("InternalFailure") "," GOOD("c"));
    fiat__firehose_reply reply;
    fiat__firehose_result result;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__firehose_reply_parse(&reply, fiat__str_c(text), 3, &err), err);
    ck_assert(fiat__firehose_reply_next(&reply, &result));
    ck_assert_str_eq(result.record_id, "a");
    ck_assert(fiat__firehose_reply_next(&reply, &result));
    ck_assert_ptr_null(result.record_id);
    ck_assert_str_eq(result.err.aws_code, "InternalFailure");
    ck_assert(fiat__firehose_reply_next(&reply, &result));
    ck_assert_str_eq(result.record_id, "c");
    fiat__firehose_reply_free(&reply);
}
END_TEST

static fiat__str record_at(const void *records, size_t i) {
    return ((const fiat__str *)records)[i];
}

static const struct {
    const char *stream;
    fiat__str records[3];
    size_t count;
    const char *body;
} bodies[] = {
    {"s", {{"", 0}}, 1, "{\"DeliveryStreamName\":\"s\",\"Records\":[{\"Data\":\"\"}]}"},
    {"s",
     {{"", 0}, {"a", 1}, {"", 0}},
     3,
     "{\"DeliveryStreamName\":\"s\",\"Records\":[{\"Data\":\"\"},{\"Data\":\"YQ==\"},"
     "{\"Data\":\"\"}]}"},
    {"my\"stream",
     {{"one\n", 4}, {"three\n", 6}, {"\0\xff", 2}},
     3,
     "{\"DeliveryStreamName\":\"my\\\"stream\",\"Records\":[{\"Data\":\"b25lCg==\"},"
     "{\"Data\":\"dGhyZWUK\"},{\"Data\":\"AP8=\"}]}"},
    {"s",
     {{"0123456789abcdefghijklmnopqrstuvwxyz-0123456789", 47},
      {"01234567890123456789012345678", 29}},
     2,
     "{\"DeliveryStreamName\":\"s\",\"Records\":[{\"Data\":"
     "\"MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0"
     "dXZ3eHl6LTAxMjM0NTY3ODk=\"},{\"Data\":\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg=\"}]}"},
};

/* Read it in pieces of `step` bytes, which are all full but the last. */
static void read_in_steps(const fiat__source *source, const char *want, size_t step) {
    size_t len = strlen(want), at = 0;
    ck_assert_uint_eq(source->len, len);
    source->rewind(source->ctx);
    while (at < len) {
        size_t expected = len - at < step ? len - at : step;
        char *piece = malloc(step); /* of the exact size, so that a byte too many is seen */
        ck_assert_ptr_nonnull(piece);
        ck_assert_uint_eq(source->read(source->ctx, piece, step), expected);
        ck_assert_msg(memcmp(piece, want + at, expected) == 0, "at %zu, by %zu", at, step);
        free(piece);
        at += expected;
    }
    char end;
    ck_assert_uint_eq(source->read(source->ctx, &end, 1), 0);
}

START_TEST(makes_the_body_in_pieces_of_any_size) {
    fiat__firehose_put put;
    fiat_error err = FIAT_ERROR_INIT;
    const char *want = bodies[_i].body;
    unsigned char pieced[FIAT__SHA256_BYTES], whole[FIAT__SHA256_BYTES];
    fiat__firehose_put_init(&put);
    ck_assert_fiat_ok(fiat__firehose_put_begin(&put, bodies[_i].stream, bodies[_i].records,
                                               bodies[_i].count, record_at, &err),
                      err);
    for (size_t step = 1; step <= strlen(want) + 1; step++)
        read_in_steps(&put.source, want, step);
    ck_assert_fiat_ok(fiat__sha256_source(pieced, &put.source, &err), err);
    ck_assert_fiat_ok(fiat__sha256(whole, fiat__str_c(want), &err), err);
    ck_assert_mem_eq(pieced, whole, sizeof whole);
    fiat__firehose_put_deinit(&put);
}
END_TEST

/* After part of a body another one, and the same buffer. */
START_TEST(begins_anew_in_the_middle) {
    fiat__firehose_put put;
    fiat_error err = FIAT_ERROR_INIT;
    char piece[50];
    fiat__firehose_put_init(&put);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        ck_assert_fiat_ok(fiat__firehose_put_begin(&put, bodies[i].stream, bodies[i].records,
                                                   bodies[i].count, record_at, &err),
                          err);
        for (size_t len = 1; len < sizeof piece; len++) {
            put.source.rewind(put.source.ctx);
            put.source.read(put.source.ctx, piece, len);
        }
        read_in_steps(&put.source, bodies[i].body, 7);
    }
    fiat__firehose_put_deinit(&put);
}
END_TEST

static fiat_status put_once(void *ctx) {
    fiat__firehose_put put;
    fiat_error err = FIAT_ERROR_INIT;
    (void)ctx;
    fiat__firehose_put_init(&put);
    fiat_status status = fiat__firehose_put_begin(&put, bodies[2].stream, bodies[2].records,
                                                  bodies[2].count, record_at, &err);
    if (status == FIAT_OK) read_in_steps(&put.source, bodies[2].body, 10);
    fiat__firehose_put_deinit(&put);
    return status;
}

START_TEST(a_body_without_memory) {
    chaos_loop(put_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/reply");
    TCase *tcase = tcase_create("reply");
    tcase_add_loop_test(tcase, refuses_replies_that_account_for_nothing, 0,
                        sizeof bad_replies / sizeof bad_replies[0]);
    tcase_add_loop_test(tcase, reads_what_became_of_a_record, 0,
                        sizeof entries / sizeof entries[0]);
    tcase_add_test(tcase, keeps_the_order_of_the_request);
    tcase_add_loop_test(tcase, makes_the_body_in_pieces_of_any_size, 0,
                        sizeof bodies / sizeof bodies[0]);
    tcase_add_test(tcase, begins_anew_in_the_middle);
    tcase_add_test(tcase, a_body_without_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
