/* Records judged by their stream's schema: what the producer writes passes, and what it would
 * refuse fails for the same reason. */
#include "transform/log.h"
#include "logger/registry.h"
#include "logger_fake.h"
#include "support/chaos.h"
#include "support/gzip.h"

#include <fiat/fiat.h>

static fiat_schema *s_schema;
static fiat__transform_log s_log;
static fiat__buf s_out, s_record;
static fiat__verdict s_verdict;
static fiat_error s_err;

#define SCHEMA                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"maximum\":9},"             \
    "\"d\":{\"type\":\"string\",\"format\":\"date\"}},\"required\":[\"n\"]}"

static void setup(void) {
    const fiat_schema_options options = {.formats = FIAT_SCHEMA_FORMATS_ASSERT};
    ck_assert_fiat_ok(fiat_schema_compile(&s_schema, SCHEMA, strlen(SCHEMA), &options, &s_err),
                      s_err);
    ck_assert_fiat_ok(fiat__transform_log_init(&s_log, true, &s_err), s_err);
    fiat__buf_init(&s_out, SIZE_MAX / 2);
    fiat__buf_init(&s_record, SIZE_MAX / 2);
}

static void teardown(void) {
    fiat_schema_free(s_schema);
    fiat__transform_log_deinit(&s_log);
    fiat__buf_deinit(&s_out);
    fiat__buf_deinit(&s_record);
}

static fiat__result judge(fiat__str record) {
    fiat__buf_clear(&s_out);
    ck_assert_fiat_ok(
        fiat__transform_log_record(&s_log, s_schema, record, &s_out, &s_verdict, &s_err), s_err);
    ck_assert(s_verdict.result == FIAT__RESULT_OK || s_out.len == 0);
    return s_verdict.result;
}

static const struct {
    const char *record, *with, *without; /* a newline at the end */
} s_good[] = {
    {"{\"n\":1}\n", "{\"n\":1}\n", "{\"n\":1}"},
    {"{\"n\":1}", "{\"n\":1}\n", "{\"n\":1}"},
    {"{\"n\":1}\n\n\r\n", "{\"n\":1}\n", "{\"n\":1}"},
    {"{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":2}"},
    {"\n {\"n\":1} \n\n{\"n\":2}", "\n {\"n\":1} \n\n{\"n\":2}\n", "\n {\"n\":1} \n\n{\"n\":2}"},
};

START_TEST(valid_records_go_on_as_they_are) {
    ck_assert_int_eq(judge(fiat__str_c(s_good[_i].record)), FIAT__RESULT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), s_good[_i].with);
    s_log.newline = false;
    ck_assert_int_eq(judge(fiat__str_c(s_good[_i].record)), FIAT__RESULT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), s_good[_i].without);
}
END_TEST

START_TEST(records_without_events_are_dropped) {
    static const char *const empty[] = {"", "\n", " \r\n\t\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++)
        ck_assert_int_eq(judge(fiat__str_c(empty[i])), FIAT__RESULT_DROPPED);
}
END_TEST

static const struct {
    const char *record;
    uint64_t event;
    fiat_status status;
    const char *path, *keyword;
} s_bad[] = {
    {"{\"n\":10}\n", 1, FIAT_E_SCHEMA_MISMATCH, "/n", "maximum"},
    {"{\"n\":1}\n{\"n\":\"x\"}\n{}\n", 2, FIAT_E_SCHEMA_MISMATCH, "/n", "type"},
    {"\n{\"n\":1}\n\n{}", 2, FIAT_E_SCHEMA_MISMATCH, "", "required"},
    {"{\"n\":1,\"d\":\"2026-02-30\"}", 1, FIAT_E_SCHEMA_MISMATCH, "/d", "format"},
    {"{\"n\":1}{\"n\":2}\n", 1, FIAT_E_JSON_SYNTAX, "", ""},
    {"{\"n\":\n1}\n", 1, FIAT_E_JSON_SYNTAX, "", ""},
    {"{\"n\":1,\"n\":2}", 1, FIAT_E_JSON_DUPLICATE_KEY, "/n", ""},
    {"{\"n\":1,\"s\":\"\xff\"}", 1, FIAT_E_JSON_UTF8, "", ""},
    {"[{\"n\":1}]", 1, FIAT_E_JSON_NOT_OBJECT, "", ""},
    {"no JSON", 1, FIAT_E_JSON_NOT_OBJECT, "", ""},
};

START_TEST(the_first_bad_event_is_the_reason) {
    ck_assert_int_eq(judge(fiat__str_c(s_bad[_i].record)), FIAT__RESULT_FAILED);
    ck_assert_uint_eq(s_verdict.event, s_bad[_i].event);
    ck_assert_fiat_status((fiat_status)s_verdict.reason.status, s_bad[_i].status);
    ck_assert_str_eq(s_verdict.reason.keyword, s_bad[_i].keyword);
    if (*s_bad[_i].path) ck_assert_str_eq(s_verdict.reason.instance_path, s_bad[_i].path);
    ck_assert_str_ne(s_verdict.reason.message, "");
}
END_TEST

START_TEST(nesting_is_bounded) {
    for (int i = 0; i < 200000; i++)
        fiat__buf_append_c(&s_record, "{\"n\":");
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_FAILED);
    ck_assert_fiat_status((fiat_status)s_verdict.reason.status, FIAT_E_JSON_DEPTH);
}
END_TEST

/* ---- gzip ---- */

START_TEST(gzip_stays_as_it_is) {
    gzip_append(&s_record, fiat__str_c("{\"n\":1}\n"));
    gzip_append(&s_record, fiat__str_c("{\"n\":2}\n"));
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_OK);
    ck_assert(fiat__str_eq(fiat__buf_str(&s_out), fiat__buf_str(&s_record)));
}
END_TEST

/* What is added must be gzip, too: judged again, it is one record of the same events and changes
 * no more. */
START_TEST(gzip_without_a_newline_gets_one) {
    gzip_append(&s_record, fiat__str_c("{\"n\":1}"));
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_OK);
    ck_assert_uint_eq(s_out.len, s_record.len + 21);
    fiat__buf_clear(&s_record);
    fiat__buf_append(&s_record, s_out.ptr, s_out.len);
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_OK);
    ck_assert(fiat__str_eq(fiat__buf_str(&s_out), fiat__buf_str(&s_record)));
    ck_assert_str_eq(fiat__buf_cstr(&s_log.text), "{\"n\":1}\n");
}
END_TEST

START_TEST(what_gzip_holds_is_judged) {
    gzip_append(&s_record, fiat__str_c("{\"n\":1}\n{\"n\":10}\n"));
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_FAILED);
    ck_assert_uint_eq(s_verdict.event, 2);
    ck_assert_str_eq(s_verdict.reason.keyword, "maximum");
}
END_TEST

START_TEST(damaged_gzip_fails) {
    gzip_append(&s_record, fiat__str_c("{\"n\":1}\n"));
    ck_assert_int_eq(judge(fiat__str_of(s_record.ptr, s_record.len - 1)), FIAT__RESULT_FAILED);
    ck_assert_uint_eq(s_verdict.event, 0);
    ck_assert_fiat_status((fiat_status)s_verdict.reason.status, FIAT_E_IO);
}
END_TEST

START_TEST(a_bomb_fails) {
    fiat__buf text;
    fiat__buf_init(&text, 2 * FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES);
    ck_assert(fiat__buf_reserve(&text, FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES + 1));
    memset(text.ptr, '\n', FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES + 1);
    text.len = FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES + 1;
    gzip_append(&s_record, fiat__buf_str(&text));
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_FAILED);
    ck_assert_fiat_status((fiat_status)s_verdict.reason.status, FIAT_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(s_verdict.reason.message, "16777216"));
    fiat__buf_clear(&s_record);
    gzip_append(&s_record, fiat__str_of(text.ptr, FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES));
    ck_assert_int_eq(judge(fiat__buf_str(&s_record)), FIAT__RESULT_DROPPED);
    fiat__buf_deinit(&text);
}
END_TEST

/* ---- the producer's records ---- */

#define ORDERS                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"time\":{\"format\":"      \
    "\"date-time\"},\"app\":{\"type\":\"string\"},\"n\":{\"type\":\"integer\",\"maximum\":9}},"    \
    "\"required\":[\"id\",\"app\",\"n\"],\"additionalProperties\":false}"
#define ORDERS_STREAM "{\"stamp\":[\"id\",\"time\",\"app\"],\"delivery_stream\":\"orders-live\"}"

static fiat__registry *s_streams;

static void setup_producer(void) {
    fake_setup();
    setup();
    fake_stream("Orders", ORDERS, ORDERS_STREAM);
    fake_open_ok();
    fiat_config *config = fake_config();
    /* Lambda knows nothing of what the producer stamps. */
    ck_assert_fiat_ok(fiat_config_set(config, "app", "", &s_err), s_err);
    ck_assert_fiat_ok(fiat__registry_load_delivered(&s_streams, config, &s_err), s_err);
    fiat_config_free(config);
}

static void teardown_producer(void) {
    fiat__registry_free(s_streams);
    teardown();
    fake_teardown();
}

static fiat_status produce(const char *stream, const char *text) {
    return validated_log(fake_logger, stream, FIAT_JSON(text, strlen(text)), &fake_err);
}

static fiat__result judge_delivered(const char *delivery, const char *record) {
    const fiat__stream *stream = fiat__registry_find_delivered(s_streams, delivery, &s_err);
    ck_assert_msg(stream != NULL, "%s", s_err.message);
    fiat__buf_clear(&s_out);
    ck_assert_fiat_ok(fiat__transform_log_record(&s_log, stream->schema, fiat__str_c(record),
                                                 &s_out, &s_verdict, &s_err),
                      s_err);
    return s_verdict.result;
}

START_TEST(what_the_producer_writes_is_ok) {
    for (int n = 0; n < 10; n++)
        ck_assert_fiat_ok(
            validated_log(fake_logger, "Orders", FIAT_FIELDS(FIAT_FIELD("n", n)), &fake_err),
            fake_err);
    const char *record = fake_close_and_read();
    ck_assert_ptr_nonnull(strstr(record, "\"app\":"));
    ck_assert_int_eq(judge_delivered("orders-live", record), FIAT__RESULT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), record);
}
END_TEST

START_TEST(both_kinds_of_audit_rows_are_ok) {
    fiat_audit audit = audit_log(fake_logger, FIAT_FIELDS(FIAT_FIELD("task", "t")), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_OK);
    ck_assert_fiat_ok(audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 1)), &fake_err),
                      fake_err);
    const char *record = fake_close_and_read();
    ck_assert_int_eq(judge_delivered("Audit", record), FIAT__RESULT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), record);
}
END_TEST

static const char *const s_refused[] = {
    "{\"n\":10}",
    "{\"n\":\"1\"}",
    "{}",
    "{\"n\":1,\"more\":2}",
    "{\"n\":1,\"n\":2}",
    "{\"n\":1,,}",
    "{\"n\":1,\"s\":\"\xff\"}",
    "[1]",
    "{\"n\":1.5}",
};

/* The same event without the producer: its stamps are there, and so is its fault. */
START_TEST(what_the_producer_refuses_fails_for_the_same_reason) {
    const char *text = s_refused[_i];
    ck_assert_int_ne(produce("Orders", text), FIAT_OK);
    const fiat_error refused = fake_err;
    if (*text == '{') {
        fiat__buf_append_c(&s_record, "{\"id\":\"1\",\"app\":\"a\"");
        fiat__buf_printf(&s_record, "%s%s", text[1] == '}' ? "" : ",", text + 1);
    } else {
        fiat__buf_append_c(&s_record, text);
    }
    ck_assert_int_eq(judge_delivered("orders-live", fiat__buf_cstr(&s_record)),
                     FIAT__RESULT_FAILED);
    ck_assert_int_eq(s_verdict.reason.status, refused.status);
    ck_assert_str_eq(s_verdict.reason.instance_path, refused.instance_path);
    ck_assert_str_eq(s_verdict.reason.keyword, refused.keyword);
    ck_assert_str_eq(s_verdict.reason.schema_path, refused.schema_path);
    if (refused.status == FIAT_E_SCHEMA_MISMATCH && !strstr(refused.message, "member"))
        ck_assert_str_eq(s_verdict.reason.message, refused.message);
    fake_close_and_read();
}
END_TEST

START_TEST(delivery_names_are_unique) {
    fiat__registry *streams;
    fake_stream("Again", "{}", ORDERS_STREAM);
    fiat_config *config = fake_config();
    ck_assert_fiat_status(fiat__registry_load_delivered(&streams, config, &s_err),
                          FIAT_E_STREAM_INVALID);
    ck_assert_ptr_nonnull(strstr(s_err.message, "Again and Orders"));
    fiat_config_free(config);
    ck_assert_ptr_null(fiat__registry_find_delivered(s_streams, "Orders", &s_err));
    ck_assert_ptr_nonnull(strstr(s_err.message, "\"Orders\""));
    fake_close_and_read();
}
END_TEST

/* ---- memory ---- */

static fiat_status judge_once(void *ctx) {
    static const char *const records[] = {"{\"n\":1}\n", "{\"n\":[1,2,3]}\n", "no JSON"};
    fiat_error err;
    fiat__transform_log log;
    fiat__verdict verdict;
    fiat_status status = fiat__transform_log_init(&log, true, &err);
    fiat__buf_clear(&s_out);
    for (size_t i = 0; status == FIAT_OK && i < 3; i++)
        status = fiat__transform_log_record(&log, s_schema, fiat__str_c(records[i]), &s_out,
                                            &verdict, &err);
    if (status == FIAT_OK)
        status =
            fiat__transform_log_record(&log, s_schema, fiat__buf_str(ctx), &s_out, &verdict, &err);
    if (status == FIAT_OK) ck_assert_int_eq(verdict.result, FIAT__RESULT_OK);
    fiat__transform_log_deinit(&log);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    gzip_append(&s_record, fiat__str_c("{\"n\":1}\n"));
    ck_assert(fiat__buf_reserve(&s_out, 1000));
    chaos_loop(judge_once, &s_record);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("transform/log");
    TCase *tcase = tcase_create("log");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, valid_records_go_on_as_they_are, 0,
                        sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, records_without_events_are_dropped);
    tcase_add_loop_test(tcase, the_first_bad_event_is_the_reason, 0,
                        sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, nesting_is_bounded);
    tcase_add_test(tcase, gzip_stays_as_it_is);
    tcase_add_test(tcase, gzip_without_a_newline_gets_one);
    tcase_add_test(tcase, what_gzip_holds_is_judged);
    tcase_add_test(tcase, damaged_gzip_fails);
    tcase_add_test(tcase, a_bomb_fails);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("producer");
    tcase_add_checked_fixture(tcase, setup_producer, teardown_producer);
    tcase_add_test(tcase, what_the_producer_writes_is_ok);
    tcase_add_test(tcase, both_kinds_of_audit_rows_are_ok);
    tcase_add_loop_test(tcase, what_the_producer_refuses_fails_for_the_same_reason, 0,
                        sizeof s_refused / sizeof s_refused[0]);
    tcase_add_test(tcase, delivery_names_are_unique);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
