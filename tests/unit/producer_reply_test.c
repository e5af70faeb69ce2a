/* PutRecordBatch: the body that is sent and the replies that may come, hostile ones first. */
#include "aws/svc/firehose.h"
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

START_TEST(writes_the_body) {
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&body, 1000);
    fiat__firehose_put_begin(&body, "my\"stream", 3, 12);
    fiat__firehose_put_record(&body, fiat__str_c("one\n"));
    fiat__firehose_put_record(&body, fiat__str_c("three\n"));
    fiat__firehose_put_record(&body, fiat__str_of("\0\xff", 2));
    ck_assert_fiat_ok(fiat__firehose_put_end(&body, &err), err);
    ck_assert_str_eq(
        fiat__buf_cstr(&body),
        "{\"DeliveryStreamName\":\"my\\\"stream\",\"Records\":[{\"Data\":\"b25lCg==\"},"
        "{\"Data\":\"dGhyZWUK\"},{\"Data\":\"AP8=\"}]}");
    fiat__buf_deinit(&body);
    fiat__buf_init(&body, 60);
    fiat__firehose_put_begin(&body, "s", 1, 40);
    fiat__firehose_put_record(&body, fiat__str_c("a record that does not fit into 60 bytes"));
    ck_assert_fiat_status(fiat__firehose_put_end(&body, &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&body);
}
END_TEST

/* The largest request grows its buffer once. */
START_TEST(reserves_the_body_at_once) {
    static char data[1000000];
    fiat__buf body;
    fiat__buf_init(&body, 8 * 1024 * 1024);
    fiat__firehose_put_begin(&body, "s", 4, sizeof data * 4);
    size_t cap = body.cap;
    for (int i = 0; i < 4; i++)
        fiat__firehose_put_record(&body, fiat__str_of(data, sizeof data));
    ck_assert_int_eq(fiat__firehose_put_end(&body, NULL), FIAT_OK);
    ck_assert_uint_eq(body.cap, cap);
    fiat__buf_deinit(&body);
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
    tcase_add_test(tcase, writes_the_body);
    tcase_add_test(tcase, reserves_the_body_at_once);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
