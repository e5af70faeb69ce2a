/* The logger over a sink that keeps what it is given. */
#include "logger_fake.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fiat_status log_plain(const char *text) {
    return validated_log(fake_logger, "Plain", FIAT_JSON(text, strlen(text)), &fake_err);
}

/* ---- refusals ---- */

static const struct {
    const char *event;
    fiat_status status;
    const char *path, *keyword, *says;
} s_refused[] = {
    {"", FIAT_E_JSON_SYNTAX, "", "", "empty"},
    {"[1]", FIAT_E_JSON_NOT_OBJECT, "", "", "object"},
    {"\"x\"", FIAT_E_JSON_NOT_OBJECT, "", "", "object"},
    {"7", FIAT_E_JSON_NOT_OBJECT, "", "", "object"},
    {"hello", FIAT_E_JSON_SYNTAX, "", "", ""},
    {"{\"n\":1", FIAT_E_JSON_SYNTAX, "", "", ""},
    {"{\"n\":1}}", FIAT_E_JSON_SYNTAX, "", "", ""},
    {"{\"n\":1} {\"n\":2}", FIAT_E_JSON_SYNTAX, "", "", ""},
    {"{\"n\":1,\"n\":2}", FIAT_E_JSON_DUPLICATE_KEY, "/n", "", "n"},
    {"{\"s\":\"\xff\"}", FIAT_E_JSON_UTF8, "", "", "UTF-8"},
    {"{\"n\":10}", FIAT_E_SCHEMA_MISMATCH, "/n", "maximum", "9"},
    {"{\"n\":\"1\"}", FIAT_E_SCHEMA_MISMATCH, "/n", "type", "integer"},
    {"{\"m\":1}", FIAT_E_SCHEMA_MISMATCH, NULL, "additionalProperties", "m"},
};

START_TEST(refused_events_say_why_and_leave_nothing) {
    fake_open_ok();
    fiat_status status = log_plain(s_refused[_i].event);
    ck_assert_msg(status == s_refused[_i].status, "%s: %s: %s", s_refused[_i].event,
                  fiat_status_name(status), fake_err.message);
    if (s_refused[_i].path && *s_refused[_i].path)
        ck_assert_str_eq(fake_err.instance_path, s_refused[_i].path);
    ck_assert_str_eq(fake_err.keyword, s_refused[_i].keyword);
    ck_assert_msg(strstr(fake_err.message, s_refused[_i].says), "%s", fake_err.message);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(fake_logger, &stats);
    ck_assert_uint_eq(stats.refused, 1);
    ck_assert_uint_eq(stats.accepted, 0);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

START_TEST(unknown_stream_is_named) {
    fake_open_ok();
    ck_assert_fiat_status(validated_log(fake_logger, "Plane", FIAT_JSON("{}", 2), &fake_err),
                          FIAT_E_STREAM_UNKNOWN);
    ck_assert(strstr(fake_err.message, "Plane/json_schema.json"));
    fake_close_and_read();
}
END_TEST

START_TEST(deep_nesting_and_oversize_have_their_own_errors) {
    fake_open_ok();
    size_t size = FIAT_EVENT_MAX_BYTES + 100;
    char *text = malloc(size + 1);
    ck_assert_ptr_nonnull(text);
    strcpy(text, "{\"deep\":");
    memset(text + 8, '[', 200);
    memset(text + 208, ']', 200);
    strcpy(text + 408, "}");
    ck_assert_fiat_status(log_plain(text), FIAT_E_JSON_DEPTH);
    memset(text, 'x', size);
    memcpy(text, "{\"s\":\"", 6);
    strcpy(text + size - 2, "\"}");
    ck_assert_fiat_status(log_plain(text), FIAT_E_EVENT_TOO_LARGE);
    /* the largest that fits, and one byte more */
    strcpy(text + FIAT_EVENT_MAX_BYTES - 1, "\"}");
    ck_assert_fiat_status(log_plain(text), FIAT_E_EVENT_TOO_LARGE);
    strcpy(text + FIAT_EVENT_MAX_BYTES - 2, "\"}");
    ck_assert_fiat_ok(log_plain(text), fake_err);
    ck_assert_uint_eq(strlen(fake_close_and_read()), FIAT_EVENT_MAX_BYTES + 1);
    free(text);
}
END_TEST

/* ---- acceptance ---- */

static const struct {
    const char *event, *line;
} s_lines[] = {
    {"{}", "{}\n"},
    {" { } \n", "{}\n"},
    {"{\"n\":1}", "{\"n\":1}\n"},
    {"{\n  \"n\": 1,\r\n  \"s\": \"a\\nb\"\n}\n", "{\"n\": 1,    \"s\": \"a\\nb\" }\n"},
};

START_TEST(accepted_events_become_one_line) {
    fake_open_ok();
    ck_assert_fiat_ok(log_plain(s_lines[_i].event), fake_err);
    ck_assert_str_eq(fake_close_and_read(), s_lines[_i].line);
}
END_TEST

START_TEST(fields_and_trees_are_validated_like_text) {
    fake_open_ok();
    ck_assert_fiat_ok(
        validated_log(
            fake_logger, "Plain",
            FIAT_FIELDS(FIAT_FIELD("n", 5), FIAT_FIELD("s", "q\"\n"),
                        FIAT_ARRAY("deep", FIAT_ITEM(1.5), FIAT_ITEM(true),
                                   FIAT_OBJECT(NULL, FIAT_NULL("z")), FIAT_EMPTY_ARRAY(NULL),
                                   FIAT_RAW_JSON(NULL, "[7]", 3), FIAT_STRING(NULL, "a\0b", 3))),
            &fake_err),
        fake_err);
    ck_assert_fiat_status(
        validated_log(fake_logger, "Plain", FIAT_FIELDS(FIAT_FIELD("n", 50)), &fake_err),
        FIAT_E_SCHEMA_MISMATCH);
    cJSON *tree = cJSON_Parse("{\"n\":3,\"s\":\"\\u00e4\"}");
    ck_assert_fiat_ok(validated_log(fake_logger, "Plain", FIAT_CJSON(tree), &fake_err), fake_err);
    cJSON_SetIntValue(cJSON_GetObjectItem(tree, "n"), 30);
    ck_assert_fiat_status(validated_log(fake_logger, "Plain", FIAT_CJSON(tree), &fake_err),
                          FIAT_E_SCHEMA_MISMATCH);
    cJSON_Delete(tree);
    ck_assert_str_eq(fake_close_and_read(),
                     "{\"n\":5,\"s\":\"q\\\"\\n\",\"deep\":[1.5,true,{\"z\":null},[],[7],"
                     "\"a\\u0000b\"]}\n{\"n\":3,\"s\":\"\xc3\xa4\"}\n");
}
END_TEST

START_TEST(raw_text_cannot_break_out) {
    fake_open_ok();
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddRawToObject(tree, "deep", "1,\"n\":2");
    ck_assert_int_ne(validated_log(fake_logger, "Plain", FIAT_CJSON(tree), &fake_err), FIAT_OK);
    cJSON_Delete(tree);
    ck_assert_int_ne(validated_log(fake_logger, "Plain",
                                   FIAT_FIELDS(FIAT_RAW_JSON("deep", "1,\"n\":2", 7)), &fake_err),
                     FIAT_OK);
    double zero = 0.0;
    ck_assert_fiat_status(
        validated_log(fake_logger, "Plain", FIAT_FIELDS(FIAT_FIELD("deep", 1 / zero)), &fake_err),
        FIAT_E_ARG);
    ck_assert_fiat_status(
        validated_log(fake_logger, "Plain", FIAT_FIELDS(FIAT_FIELD(NULL, 1)), &fake_err),
        FIAT_E_ARG);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- stamps ---- */

#define STAMPED_PROPERTIES                                                                         \
    "\"properties\":{\"id\":{\"format\":\"uuid\"},\"time\":{\"format\":\"date-time\"},"            \
    "\"host\":{\"const\":\"h\"},\"x\":{\"type\":\"integer\"}},\"required\":[\"id\",\"time\","      \
    "\"x\"]"

/* One schema whose root takes the stamps apart, one that must see them. */
static const char *const s_stamped[] = {
    "{\"type\":\"object\"," STAMPED_PROPERTIES ",\"additionalProperties\":false}",
    "{\"allOf\":[{" STAMPED_PROPERTIES "}],\"unevaluatedProperties\":false}",
};

START_TEST(stamps_are_added_and_cannot_be_forged) {
    fake_stream("Stamped", s_stamped[_i], "{\"stamp\":[\"id\",\"time\",\"host\"]}");
    fake_open_ok();
    ck_assert_fiat_ok(validated_log(fake_logger, "Stamped", FIAT_JSON("{\"x\":1}", 7), &fake_err),
                      fake_err);
    ck_assert_fiat_status(validated_log(fake_logger, "Stamped", FIAT_JSON("{}", 2), &fake_err),
                          FIAT_E_SCHEMA_MISMATCH);
    const char *forged = "{\"x\":1,\"id\":\"0190a5d0-0000-7000-8000-000000000001\"}";
    ck_assert_fiat_status(
        validated_log(fake_logger, "Stamped", FIAT_JSON(forged, strlen(forged)), &fake_err),
        FIAT_E_EVENT_STAMPED);
    ck_assert_msg(strstr(fake_err.message, "\"id\""), "%s", fake_err.message);
    ck_assert_fiat_status(
        validated_log(fake_logger, "Stamped", FIAT_JSON("{\"x\":\"1\"}", 9), &fake_err),
        FIAT_E_SCHEMA_MISMATCH);
    ck_assert_str_eq(fake_err.instance_path, "/x");
    ck_assert_uint_eq(fake_err.offset, 5); /* in the caller's text, not in the stamped line */
    const char *line = fake_close_and_read();
    ck_assert_int_eq(strncmp(line, "{\"id\":\"0", 8), 0);
    ck_assert_msg(strstr(line, ",\"host\":\"h\",\"x\":1}\n"), "%s", line);
}
END_TEST

static const struct {
    const char *schema, *stream;
    fiat_status status;
    const char *says;
} s_bad_streams[] = {
    {"{\"additionalProperties\":false}", "{\"stamp\":[\"id\"]}", FIAT_E_STREAM_INVALID, "id"},
    {"{\"properties\":{\"id\":{\"type\":\"integer\"}}}", "{\"stamp\":[\"id\"]}",
     FIAT_E_STREAM_INVALID, "id"},
    {"{}", "{\"stamp\":[\"uid\"]}", FIAT_E_STREAM_INVALID, "uid"},
    {"{}", "{\"stomp\":[]}", FIAT_E_STREAM_INVALID, "stomp"},
    {"{}", "{\"delivery_stream\":\"a b\"}", FIAT_E_STREAM_INVALID, "a b"},
    {"{}", "[]", FIAT_E_STREAM_INVALID, "object"},
    {"{\"required\":[\"email\"]}", "{\"stamp\":[\"email\"]}", FIAT_E_CONFIG, "email"},
    {"{\"type\":\"objekt\"}", NULL, FIAT_E_SCHEMA_INVALID, "objekt"},
    {"{\"type\":", NULL, FIAT_E_JSON_SYNTAX, "json_schema.json"},
};

START_TEST(wrong_stream_folders_are_refused_at_open) {
    fake_stream("Bad", s_bad_streams[_i].schema, s_bad_streams[_i].stream);
    ck_assert_fiat_status(fake_open(), s_bad_streams[_i].status);
    ck_assert_msg(strstr(fake_err.message, s_bad_streams[_i].says) &&
                      strstr(fake_err.message, "Bad"),
                  "%s", fake_err.message);
}
END_TEST

/* ---- audit ---- */

static void member(const cJSON *row, const char *name, const char *want) {
    const cJSON *item = cJSON_GetObjectItem(row, name);
    ck_assert_msg(cJSON_IsString(item), "%s", name);
    ck_assert_str_eq(item->valuestring, want);
}

START_TEST(audit_rows_share_an_id) {
    fake_open_ok();
    fiat_audit audit = audit_log(
        fake_logger,
        FIAT_FIELDS(FIAT_FIELD("task", "_add"), FIAT_OBJECT("task_args", FIAT_FIELD("x", 1))),
        &fake_err);
    ck_assert_int_eq(audit.status, FIAT_OK);
    ck_assert_fiat_ok(audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 3)), &fake_err),
                      fake_err);
    const char *text = fake_close_and_read(), *end;
    cJSON *first = cJSON_ParseWithOpts(text, &end, 0), *second = cJSON_Parse(end);
    ck_assert(first && second);
    member(first, "id", audit.audit_id);
    member(first, "audit_id", audit.audit_id);
    member(first, "task", "_add");
    member(first, "app", "test");
    member(second, "audit_id", audit.audit_id);
    ck_assert_str_ne(cJSON_GetObjectItem(second, "id")->valuestring, audit.audit_id);
    ck_assert_int_eq(cJSON_GetObjectItem(second, "output")->valueint, 3);
    ck_assert_int_eq(cJSON_GetObjectItem(cJSON_GetObjectItem(first, "task_args"), "x")->valueint,
                     1);
    cJSON_Delete(first);
    cJSON_Delete(second);
}
END_TEST

START_TEST(audit_needs_task_and_output) {
    fake_open_ok();
    fiat_audit audit = audit_log(fake_logger, FIAT_FIELDS(FIAT_FIELD("ticket_id", "t")), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_E_SCHEMA_MISMATCH);
    ck_assert_msg(strstr(fake_err.message, "task"), "%s", fake_err.message);
    ck_assert_fiat_status(audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 3)), &fake_err),
                          FIAT_E_ARG);
    audit = audit_log(fake_logger, FIAT_FIELDS(FIAT_FIELD("task", "t")), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_OK);
    ck_assert_fiat_status(audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("task", "t")), &fake_err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_msg(strstr(fake_err.message, "output"), "%s", fake_err.message);
    fake_close_and_read();
}
END_TEST

/* ---- reports ---- */

static void count_report(const fiat_delivery *report, void *ctx) {
    unsigned *counts = ctx;
    ck_assert_int_eq(report->outcome, FIAT_DELIVERED);
    ck_assert_uint_eq(strlen(report->event_id), FIAT__UUID_LEN);
    ck_assert_str_eq(report->stream, "Audit");
    ck_assert_str_ne(report->record_id, "");
    counts[*(int *)report->opaque]++;
}

START_TEST(each_event_is_reported_once_with_its_pointer) {
    static unsigned counts[100];
    static int numbers[100];
    fake_open_ok();
    fiat_logger_on_delivery(fake_logger, count_report, counts);
    for (int i = 0; i < 100; i++) {
        numbers[i] = i;
        fiat_event event = fiat_event_with(FIAT_FIELDS(FIAT_FIELD("task", "t")), &numbers[i]);
        ck_assert_fiat_ok(validated_log(fake_logger, "Audit", event, &fake_err), fake_err);
    }
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 5000, &fake_err), fake_err);
    fake_close_and_read();
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(counts[i], 1);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void) {
    Suite *suite = suite_create("logger/log");
    TCase *tcase = tcase_create("log");
    tcase_add_checked_fixture(tcase, fake_setup, fake_teardown);
    tcase_add_loop_test(tcase, refused_events_say_why_and_leave_nothing, 0, ROWS(s_refused));
    tcase_add_test(tcase, unknown_stream_is_named);
    tcase_add_test(tcase, deep_nesting_and_oversize_have_their_own_errors);
    tcase_add_loop_test(tcase, accepted_events_become_one_line, 0, ROWS(s_lines));
    tcase_add_test(tcase, fields_and_trees_are_validated_like_text);
    tcase_add_test(tcase, raw_text_cannot_break_out);
    tcase_add_loop_test(tcase, stamps_are_added_and_cannot_be_forged, 0, ROWS(s_stamped));
    tcase_add_loop_test(tcase, wrong_stream_folders_are_refused_at_open, 0, ROWS(s_bad_streams));
    tcase_add_test(tcase, audit_rows_share_an_id);
    tcase_add_test(tcase, audit_needs_task_and_output);
    tcase_add_test(tcase, each_event_is_reported_once_with_its_pointer);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
