/* Firehose's transformation event and the reply to it. */
#include "transform/firehose_event.h"
#include "base/base64.h"
#include "base/error.h"
#include "json/doc.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>

static fiat__firehose_event s_event;
static fiat__buf s_text, s_reply;
static fiat_error s_err;
static char s_log[1024];

static void setup(void) {
    fiat__buf_init(&s_text, 1 << 24);
    fiat__buf_init(&s_reply, FIAT__FIREHOSE_REPLY_MAX_BYTES);
    s_log[0] = '\0';
}

static void teardown(void) {
    fiat__buf_deinit(&s_text);
    fiat__buf_deinit(&s_reply);
}

#define ARN "\"deliveryStreamArn\":\"arn:aws:firehose:us-east-1:1:deliverystream/Orders\""

/* A transform for tests: "drop" and "fail" say what becomes of them, all else is doubled. */
static fiat_status double_it(void *user, fiat__str data, fiat__buf *out, fiat__verdict *verdict,
                             fiat_error *err) {
    (void)user;
    *verdict = (fiat__verdict){.result = FIAT__RESULT_OK};
    if (fiat__str_eq_c(data, "drop")) verdict->result = FIAT__RESULT_DROPPED;
    if (fiat__str_eq_c(data, "fail")) {
        verdict->result = FIAT__RESULT_FAILED;
        fiat__err_set(&verdict->reason, FIAT_E_SCHEMA_MISMATCH, "as asked");
    }
    if (fiat__str_eq_c(data, "end")) return fiat__err_set(err, FIAT_E_TIMEOUT, "no more time");
    fiat__buf_append(out, data.ptr, data.len);
    fiat__buf_append(out, data.ptr, data.len);
    return fiat__buf_status(out, err);
}

static void note(void *user, fiat__str id, const fiat__verdict *verdict) {
    size_t len = strlen(s_log);
    (void)user;
    snprintf(s_log + len, sizeof s_log - len, "%.*s: %s\n", (int)id.len, id.ptr,
             verdict->reason.message);
}

static const fiat__firehose_steps s_steps = {double_it, note, NULL};

static fiat_status answer(const char *text) {
    fiat__buf_clear(&s_reply);
    fiat_status status = fiat__firehose_event_init(&s_event, fiat__str_c(text), &s_err);
    if (status == FIAT_OK) {
        ck_assert(fiat__str_eq_c(s_event.stream, "Orders"));
        status = fiat__firehose_event_answer(&s_event, &s_steps, &s_reply, &s_err);
    }
    fiat__firehose_event_deinit(&s_event);
    return status;
}

static const struct {
    const char *records, *reply, *log;
} s_good[] = {
    {"", "", ""},
    {"{\"recordId\":\"1\",\"data\":\"YWI=\"}",
     "{\"recordId\":\"1\",\"result\":\"Ok\",\"data\":\"YWJhYg==\"}", ""},
    {"{\"recordId\":\"1\",\"data\":\"\"}", "{\"recordId\":\"1\",\"result\":\"Ok\",\"data\":\"\"}",
     ""},
    {"{\"data\":\"ZHJvcA==\",\"recordId\":\"b\"},{\"recordId\":\"a\",\"data\":\"ZmFpbA==\"},"
     "{\"recordId\":\"c\",\"data\":\"YWI\\u003d\",\"approximateArrivalTimestamp\":1}",
     "{\"recordId\":\"b\",\"result\":\"Dropped\"},"
     "{\"recordId\":\"a\",\"result\":\"ProcessingFailed\"},"
     "{\"recordId\":\"c\",\"result\":\"Ok\",\"data\":\"YWJhYg==\"}",
     "\"a\": as asked\n"},
    {"{\"recordId\":\"q\\\"\\u00e4\\n\",\"data\":\"YQ==\"}",
     "{\"recordId\":\"q\\\"\\u00e4\\n\",\"result\":\"Ok\",\"data\":\"YWE=\"}", ""},
    {"{\"recordId\":\"1\",\"data\":\"not base64!\"},{\"recordId\":\"2\"},"
     "{\"recordId\":\"3\",\"data\":null},{\"recordId\":\"4\",\"data\":\"YQ==\"}",
     "{\"recordId\":\"1\",\"result\":\"ProcessingFailed\"},"
     "{\"recordId\":\"2\",\"result\":\"ProcessingFailed\"},"
     "{\"recordId\":\"3\",\"result\":\"ProcessingFailed\"},"
     "{\"recordId\":\"4\",\"result\":\"Ok\",\"data\":\"YWE=\"}",
     "\"1\": base64 of 11 bytes: not a multiple of 4\n"
     "\"2\": the record has no \"data\" that is a string\n"
     "\"3\": the record has no \"data\" that is a string\n"},
};

START_TEST(each_record_is_answered_once_and_in_order) {
    char want[1024];
    fiat__buf_printf(&s_text, "{\"invocationId\":\"i\"," ARN ",\"region\":\"r\",\"records\":[%s]}",
                     s_good[_i].records);
    ck_assert_fiat_ok(answer(fiat__buf_cstr(&s_text)), s_err);
    snprintf(want, sizeof want, "{\"records\":[%s]}", s_good[_i].reply);
    ck_assert_str_eq(fiat__buf_cstr(&s_reply), want);
    ck_assert_str_eq(s_log, s_good[_i].log);
}
END_TEST

static const char *const s_bad[][2] = {
    {"", "no JSON: malformed JSON at byte 0"},
    {"{", "no JSON"},
    {"\xff", "no JSON: not valid UTF-8"},
    {"{" ARN ",\"records\":[],\"secret\":SECRET}", "no JSON: malformed JSON at byte"},
    {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deeply"},
    {"[]", "no JSON object"},
    {"3", "no JSON object"},
    {"{}", "no deliveryStreamArn"},
    {"{\"deliveryStreamArn\":3,\"records\":[]}", "no deliveryStreamArn"},
    {"{\"deliveryStreamArn\":\"\",\"records\":[]}", "no deliveryStreamArn"},
    {"{\"deliveryStreamArn\":\"Orders\",\"records\":[]}", "no deliveryStreamArn"},
    {"{" ARN "}", "no array \"records\""},
    {"{" ARN ",\"records\":{}}", "no array \"records\""},
    {"{" ARN ",\"records\":null}", "no array \"records\""},
    {"{" ARN ",\"records\":[3]}", "record 1 of the event has no recordId"},
    {"{" ARN ",\"records\":[{\"recordId\":\"1\"},{\"data\":\"\"}]}", "record 2 of the event"},
    {"{" ARN ",\"records\":[{\"recordId\":1}]}", "record 1 of the event has no recordId"},
    {"{" ARN ",\"records\":[{\"recordId\":\"\"}]}", "record 1 of the event has no recordId"},
    {"{" ARN ",\"records\":[{\"recordId\":\"x\"},{\"recordId\":\"y\"},{\"recordId\":\"\\u0078\"}]}",
     "two records of the event have one recordId"},
    {"{" ARN ",\"records\":[],\"records\":[]}", "duplicate key"},
};

START_TEST(other_events_are_refused) {
    ck_assert_fiat_status(answer(s_bad[_i][0]), FIAT_E_ARG);
    ck_assert_msg(strstr(s_err.message, s_bad[_i][1]), "%s", s_err.message);
    ck_assert_ptr_null(strstr(s_err.message, "SECRET"));
    ck_assert_uint_eq(s_reply.len, 0);
}
END_TEST

START_TEST(an_error_of_the_transform_ends_the_event) {
    ck_assert_fiat_status(answer("{" ARN ",\"records\":[{\"recordId\":\"1\",\"data\":\"YQ==\"},"
                                 "{\"recordId\":\"2\",\"data\":\"ZW5k\"}]}"),
                          FIAT_E_TIMEOUT);
    ck_assert_str_eq(s_err.message, "no more time");
}
END_TEST

/* ---- the limit of the reply ---- */

static void begin_event(void) {
    fiat__buf_clear(&s_text);
    fiat__buf_append_c(&s_text, "{" ARN ",\"records\":[");
}

/* One more record with `len` bytes of data. */
static void add_record(unsigned id, size_t len) {
    static char bytes[1 << 20];
    ck_assert_uint_le(len, sizeof bytes);
    if (s_text.ptr[s_text.len - 1] != '[') fiat__buf_append_char(&s_text, ',');
    fiat__buf_printf(&s_text, "{\"recordId\":\"%u\",\"data\":\"", id);
    fiat__base64_encode(&s_text, bytes, len);
    fiat__buf_append_c(&s_text, "\"}");
}

static const char *result_of(const fiat__doc *reply, size_t index) {
    const char *result = NULL;
    const fiat__doc *record = fiat__doc_first(fiat__doc_get(reply, "records"));
    while (record && index-- > 0)
        record = fiat__doc_next(record);
    ck_assert(fiat__doc_string(fiat__doc_get(record, "result"), &result));
    return result;
}

/* Records of 900,000 bytes become 2,400,000 of base64: two fit, and so does a small one behind. */
START_TEST(what_does_not_fit_the_reply_fails) {
    static const char *const want[] = {"Ok", "Ok", "ProcessingFailed", "ProcessingFailed", "Ok"};
    fiat__doc *reply;
    begin_event();
    for (unsigned i = 0; i < 5; i++)
        add_record(i, i < 4 ? 900000 : 9);
    fiat__buf_append_c(&s_text, "]}");
    ck_assert_fiat_ok(answer(fiat__buf_cstr(&s_text)), s_err);
    ck_assert_uint_le(s_reply.len, FIAT__FIREHOSE_REPLY_MAX_BYTES);
    ck_assert_fiat_ok(fiat__doc_parse(&reply, fiat__buf_str(&s_reply), &s_err), s_err);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(result_of(reply, i), want[i]);
    fiat__doc_free(reply);
    ck_assert_ptr_nonnull(strstr(s_log, "\"2\": with this record the reply would have more than "
                                        "6291456 bytes: lower the delivery stream's "
                                        "BufferSizeInMBs\n\"3\": "));
}
END_TEST

/* With every limit: never more than it, and never less than would have fitted. */
START_TEST(the_limit_is_used_to_the_byte) {
    size_t whole, least;
    begin_event();
    for (unsigned i = 0; i < 3; i++)
        add_record(i, 90);
    fiat__buf_append_c(&s_text, "]}");
    ck_assert_fiat_ok(answer(fiat__buf_cstr(&s_text)), s_err);
    whole = s_reply.len;
    least = strlen("{\"records\":[]},,") + 3 * strlen("{\"recordId\":\"0\",\"result\":"
                                                      "\"ProcessingFailed\"}");
    for (size_t max = 0; max <= whole + 1; max++) {
        fiat__buf_deinit(&s_reply);
        fiat__buf_init(&s_reply, max);
        fiat_status status = answer(fiat__buf_cstr(&s_text));
        ck_assert(status == (max > least ? FIAT_OK : FIAT_E_LIMIT));
        ck_assert_uint_le(s_reply.len, max);
        if (status != FIAT_OK) continue;
        bool failed = strstr(fiat__buf_cstr(&s_reply), "Failed") != NULL;
        ck_assert_msg(failed == (max < whole), "%zu of %zu: %s", max, whole,
                      fiat__buf_cstr(&s_reply));
    }
}
END_TEST

START_TEST(many_records_are_no_matter) {
    begin_event();
    for (unsigned i = 0; i < 50000; i++)
        add_record(i, 3);
    fiat__buf_append_c(&s_text, "]}");
    ck_assert_fiat_ok(answer(fiat__buf_cstr(&s_text)), s_err);
    ck_assert_ptr_null(strstr(fiat__buf_cstr(&s_reply), "Failed"));
    begin_event();
    for (unsigned i = 0; i < 200000; i++)
        add_record(i, 0);
    fiat__buf_append_c(&s_text, "]}");
    ck_assert_fiat_status(answer(fiat__buf_cstr(&s_text)), FIAT_E_LIMIT);
}
END_TEST

static fiat_status answer_once(void *ctx) {
    fiat__buf reply;
    fiat__firehose_event event;
    fiat_error err;
    fiat__buf_init(&reply, FIAT__FIREHOSE_REPLY_MAX_BYTES);
    fiat_status status = fiat__firehose_event_init(&event, fiat__str_c(ctx), &err);
    if (status == FIAT_OK) status = fiat__firehose_event_answer(&event, &s_steps, &reply, &err);
    if (status == FIAT_OK) ck_assert_ptr_nonnull(strstr(fiat__buf_cstr(&reply), "\"YWJhYg==\"}]}"));
    fiat__firehose_event_deinit(&event);
    fiat__buf_deinit(&reply);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    static char text[] = "{" ARN ",\"records\":[{\"recordId\":\"1\",\"data\":\"ZmFpbA==\"},"
                         "{\"recordId\":\"2\",\"data\":\"YWI=\"}]}";
    chaos_loop(answer_once, text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("transform/firehose_event");
    TCase *tcase = tcase_create("event");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, each_record_is_answered_once_and_in_order, 0,
                        sizeof s_good / sizeof s_good[0]);
    tcase_add_loop_test(tcase, other_events_are_refused, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, an_error_of_the_transform_ends_the_event);
    tcase_add_test(tcase, what_does_not_fit_the_reply_fails);
    tcase_add_test(tcase, the_limit_is_used_to_the_byte);
    tcase_add_test(tcase, many_records_are_no_matter);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
