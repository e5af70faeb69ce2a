/* Arguments that break the contract, and events that hold what events seldom hold: an error that
 * says so, and nothing in the queue. */
#include "logger_fake.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <string.h>

static fiat_status log_event(const char *stream, fiat_event event) {
    return validated_log(fake_logger, stream, event, &fake_err);
}

/* ---- no arguments ---- */

START_TEST(functions_of_a_logger_take_no_logger) {
    fiat_audit audit = fiat_audit_log(NULL, FIAT_JSON("{}", 2), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_E_ARG);
    ck_assert_str_eq(audit.audit_id, "");
    fiat_logger *logger;
    ck_assert_fiat_status(fiat_validated_log(NULL, "Plain", FIAT_JSON("{}", 2), &fake_err),
                          FIAT_E_ARG);
    ck_assert_fiat_status(fiat_audit_log_output(NULL, FIAT_JSON("{}", 2), NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_logger_flush(NULL, 0, NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_logger_close(NULL, 0, NULL, NULL), FIAT_OK);
    ck_assert_fiat_status(fiat_logger_open(NULL, "stdout", NULL, NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_logger_open(&logger, NULL, NULL, &fake_err), FIAT_E_ARG);
    ck_assert_ptr_null(logger);
    ck_assert_ptr_null(fiat_configure(NULL, &fake_err, NULL));
    ck_assert_int_eq(fake_err.status, FIAT_E_ARG);
    fiat_logger_on_delivery(NULL, NULL, NULL);
    fiat_logger_stats(NULL, NULL);
    fiat_stats stats = {.struct_size = sizeof stats, .accepted = 7};
    fiat_logger_stats(NULL, &stats);
    ck_assert_uint_eq(stats.accepted, 0);
}
END_TEST

START_TEST(functions_of_a_configuration_take_no_configuration) {
    ck_assert_fiat_status(fiat_config_new(NULL, &fake_err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_config_set(NULL, "app", "x", NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_config_load(NULL, "x", NULL), FIAT_E_ARG);
    ck_assert_ptr_null(fiat_config_get(NULL, "app"));
    fiat_config_free(NULL);
    ck_assert(!fiat_config_describe(0, NULL));
    fiat_config *config = fake_config();
    ck_assert_fiat_status(fiat_config_set(config, NULL, "x", NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_config_load(config, NULL, NULL), FIAT_E_ARG);
    ck_assert_ptr_null(fiat_config_get(config, NULL));
    ck_assert_ptr_null(fiat_config_get(config, "nothing"));
    fiat_config_free(config);
}
END_TEST

/* A value that is missing must neither pass for the end nor be left out of every event. */
START_TEST(a_setting_without_a_value_opens_no_logger) {
    const char *email = NULL;
    ck_assert_ptr_null(fiat_configure("stdout", &fake_err, "app", "a", "email", email, NULL));
    ck_assert_int_eq(fake_err.status, FIAT_E_ARG);
    ck_assert_msg(strstr(fake_err.message, "email"), "%s", fake_err.message);
    ck_assert_ptr_null(fiat_configure("stdout", NULL, "app", email, NULL));
}
END_TEST

/* ---- events that are not there ---- */

static const struct {
    fiat_event event;
    fiat_status status;
    const char *says;
} s_hollow[] = {
    {{0}, FIAT_E_ARG, "form"},
    {{(fiat_event_form)9, 0, NULL, NULL}, FIAT_E_ARG, "form"},
    {{FIAT_EVENT_JSON, 2, NULL, NULL}, FIAT_E_ARG, "text"},
    {{FIAT_EVENT_JSON, 0, "", NULL}, FIAT_E_JSON_SYNTAX, "empty"},
    {{FIAT_EVENT_CJSON, 0, NULL, NULL}, FIAT_E_ARG, "cJSON"},
    {{FIAT_EVENT_FIELDS, 3, NULL, NULL}, FIAT_E_ARG, "3 fields"},
};

START_TEST(events_that_are_not_there_are_refused) {
    fake_open_ok();
    ck_assert_fiat_status(log_event("Plain", s_hollow[_i].event), s_hollow[_i].status);
    ck_assert_msg(strstr(fake_err.message, s_hollow[_i].says), "%s", fake_err.message);
    ck_assert_fiat_status(fiat_validated_log(fake_logger, "Plain", s_hollow[_i].event, NULL),
                          s_hollow[_i].status);
    ck_assert_fiat_status(log_event(NULL, s_hollow[_i].event), FIAT_E_ARG);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

static const struct {
    fiat_field field;
    const char *says;
} s_hollow_fields[] = {
    {{"s", FIAT_KIND_STRING, 5, {.text = NULL}}, "\"s\""},
    {{"s", FIAT_KIND_JSON, 5, {.text = NULL}}, "\"s\""},
    {{"s", FIAT_KIND_JSON, 0, {.text = NULL}}, "\"s\""},
    {{"deep", FIAT_KIND_ARRAY, 5, {.fields = NULL}}, "5 fields"},
    {{"s", (fiat_kind)77, 0, {.text = NULL}}, "77"},
    {{NULL, FIAT_KIND_NULL, 0, {.text = NULL}}, "name"},
};

START_TEST(fields_that_are_not_there_are_refused) {
    fiat_event event = {FIAT_EVENT_FIELDS, 1, &s_hollow_fields[_i].field, NULL};
    fake_open_ok();
    ck_assert_fiat_status(log_event("Plain", event), FIAT_E_ARG);
    ck_assert_msg(strstr(fake_err.message, s_hollow_fields[_i].says), "%s", fake_err.message);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

START_TEST(a_string_without_text_and_length_is_empty) {
    fake_open_ok();
    ck_assert_fiat_ok(log_event("Plain", FIAT_FIELDS(FIAT_STRING("s", NULL, 0))), fake_err);
    ck_assert_str_eq(fake_close_and_read(), "{\"s\":\"\"}\n");
}
END_TEST

/* Each array holds the next one twice: 2^40 items, or no end at all. Either must cost no more than
 * the largest event. */
START_TEST(fields_in_a_ring_come_to_an_end) {
    fiat_field levels[40][2];
    for (int i = 0; i < 40; i++)
        for (int k = 0; k < 2; k++)
            levels[i][k] =
                (fiat_field){NULL, FIAT_KIND_ARRAY, i < 39 ? 2 : 0, {.fields = levels[i + 1]}};
    fiat_field ring = {"deep", FIAT_KIND_ARRAY, 1, {.fields = &ring}};
    fiat_field many = {"deep", FIAT_KIND_ARRAY, 2, {.fields = levels[0]}};
    fake_open_ok();
    ck_assert_fiat_status(log_event("Plain", (fiat_event){FIAT_EVENT_FIELDS, 1, &ring, NULL}),
                          FIAT_E_JSON_DEPTH);
    ck_assert_fiat_status(log_event("Plain", (fiat_event){FIAT_EVENT_FIELDS, 1, &many, NULL}),
                          FIAT_E_EVENT_TOO_LARGE);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- bytes that texts should not hold ---- */

static const struct {
    const char *text;
    size_t length;
    fiat_status status;
} s_bytes[] = {
    {"\0{}", 3, FIAT_E_JSON_SYNTAX},
    {"{}\0", 3, FIAT_E_JSON_SYNTAX},
    {"{\"n\":1\0}", 8, FIAT_E_JSON_SYNTAX},
    {"{\"s\":\"a\0b\"}", 11, FIAT_E_JSON_SYNTAX},
    {"{\"s\":\"a\nb\"}", 11, FIAT_E_JSON_SYNTAX},
    {"\xef\xbb\xbf{}", 5, FIAT_E_JSON_SYNTAX},
    {"x}", 2, FIAT_E_JSON_SYNTAX},
    {"x\"n\":1}", 7, FIAT_E_JSON_SYNTAX},
    {"{\"s\":\"\xed\xa0\x80\"}", 11, FIAT_E_JSON_UTF8},
    {"{\"s\":\"\xc0\xaf\"}", 10, FIAT_E_JSON_UTF8},
    {"{\"s\":\"\xf4\x90\x80\x80\"}", 12, FIAT_E_JSON_UTF8},
    {"{\"s\":\"\xe2\x82\"}", 10, FIAT_E_JSON_UTF8},
};

/* By streams that look at an event alone, and by those that see it with its stamps. */
START_TEST(bytes_that_are_not_json_are_refused) {
    const fiat_event event = FIAT_JSON(s_bytes[_i].text, s_bytes[_i].length);
    fake_stream("Seen", "{\"propertyNames\":{\"minLength\":1}}", "{\"stamp\":[\"id\"]}");
    fake_open_ok();
    ck_assert_fiat_status(log_event("Seen", event), s_bytes[_i].status);
    ck_assert_fiat_status(log_event("Plain", event), s_bytes[_i].status);
    ck_assert_uint_gt(strlen(fake_err.message), 20);
    ck_assert_int_ne(fake_err.message[strlen(fake_err.message) - 1], '\'' * (_i == 0));
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_refused_in_fields_and_trees) {
    fake_open_ok();
    ck_assert_fiat_status(log_event("Plain", FIAT_FIELDS(FIAT_FIELD("s", "a\xff"))),
                          FIAT_E_JSON_UTF8);
    ck_assert_fiat_status(log_event("Plain", FIAT_FIELDS(FIAT_FIELD("\xff", 1))), FIAT_E_JSON_UTF8);
    ck_assert_fiat_status(log_event("Plain", FIAT_FIELDS(FIAT_RAW_JSON("s", "\"\xff\"", 3))),
                          FIAT_E_JSON_UTF8);
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddStringToObject(tree, "s", "\xff");
    ck_assert_fiat_status(log_event("Plain", FIAT_CJSON(tree)), FIAT_E_JSON_UTF8);
    cJSON_Delete(tree);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* What an event of text may hold, raw text in a field may hold as well. */
static const struct {
    const char *raw;
    const char *line;
} s_raw[] = {
    {"\"a\\u0000b\"", "{\"deep\":\"a\\u0000b\"}\n"},
    {"0.1234567890123456789012345678901234567890123456789012345678901234567890",
     "{\"deep\":0.1234567890123456789012345678901234567890123456789012345678901234567890}\n"},
    {"\n[1,\r\n2]\n", "{\"deep\": [1,  2] }\n"},
    {" {\"a\" : {}} ", "{\"deep\": {\"a\" : {}} }\n"},
};

START_TEST(raw_text_is_put_in_as_it_is) {
    fake_open_ok();
    ck_assert_fiat_ok(log_event("Plain", FIAT_FIELDS(FIAT_RAW_JSON("deep", s_raw[_i].raw,
                                                                   strlen(s_raw[_i].raw)))),
                      fake_err);
    ck_assert_str_eq(fake_close_and_read(), s_raw[_i].line);
}
END_TEST

static const struct {
    const char *raw;
    fiat_status status;
} s_bad_raw[] = {
    {"1 2", FIAT_E_JSON_SYNTAX},        {"1,\"n\":2", FIAT_E_JSON_SYNTAX},
    {"1}", FIAT_E_JSON_SYNTAX},         {"{\"a\":1,\"a\":2}", FIAT_E_JSON_DUPLICATE_KEY},
    {"", FIAT_E_JSON_SYNTAX},           {"[", FIAT_E_JSON_SYNTAX},
    {"1],[2", FIAT_E_JSON_SYNTAX},      {"\"\n\"", FIAT_E_JSON_SYNTAX},
    {"{\"a\":1,}", FIAT_E_JSON_SYNTAX},
};

START_TEST(raw_text_that_is_not_one_value_names_its_field) {
    fake_open_ok();
    const char *raw = s_bad_raw[_i].raw;
    ck_assert_fiat_status(log_event("Plain", FIAT_FIELDS(FIAT_RAW_JSON("deep", raw, strlen(raw)))),
                          s_bad_raw[_i].status);
    ck_assert_msg(strstr(fake_err.message, "\"deep\""), "%s", fake_err.message);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- where an error points ---- */

/* The same faults in a stream whose schema must see the stamps. */
static const struct {
    const char *text;
    fiat_status status;
    size_t offset;
    const char *says;
} s_places[] = {
    {"{\"n\":!}", FIAT_E_JSON_SYNTAX, 5, "offset 5"},
    {"  {\"n\":!}", FIAT_E_JSON_SYNTAX, 7, "offset 7"},
    {"{ \"n\":!}", FIAT_E_JSON_SYNTAX, 6, "offset 6"},
    {"\n{\"s\":\"\xff\"}", FIAT_E_JSON_UTF8, 7, "offset 7"},
    {" { \"n\":1,\"n\":2}", FIAT_E_JSON_DUPLICATE_KEY, 9, "n"},
    {"{\"n\":99}", FIAT_E_SCHEMA_MISMATCH, 5, "9"},
    {"  { \"n\":99}", FIAT_E_SCHEMA_MISMATCH, 8, "9"},
    {"{\"n\":1", FIAT_E_JSON_SYNTAX, 6, "offset 6"},
};

static void check_place(const char *stream, int i) {
    ck_assert_fiat_status(log_event(stream, FIAT_JSON(s_places[i].text, strlen(s_places[i].text))),
                          s_places[i].status);
    ck_assert_msg(fake_err.offset == s_places[i].offset, "%s: offset %d instead of %zu", stream,
                  (int)fake_err.offset, s_places[i].offset);
    ck_assert_msg(strstr(fake_err.message, s_places[i].says), "%s: %s", stream, fake_err.message);
}

START_TEST(errors_point_into_the_text_that_was_given) {
    fake_stream(
        "Seen",
        "{\"allOf\":[{\"properties\":{\"n\":{\"maximum\":9}}}],"
        "\"properties\":{\"id\":{},\"time\":{},\"n\":{},\"s\":{}},\"unevaluatedProperties\":false}",
        "{\"stamp\":[\"id\",\"time\"]}");
    fake_stream("Apart", "{\"properties\":{\"n\":{\"maximum\":9}}}",
                "{\"stamp\":[\"id\",\"time\"]}");
    fake_open_ok();
    check_place("Plain", _i);
    check_place("Apart", _i);
    check_place("Seen", _i);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- audits ---- */

START_TEST(an_audit_id_is_a_uuid_or_nothing_is_logged) {
    static const char *const ids[] = {
        "\",\"task\":\"forged\",\"ticket_id\":\"111", "0190a5d0-0000-7000-8000-00000000000g",
        "0190a5d0-0000-7000-8000-0000000000010190", "0190a5d00000-7000-8000-000000000000-1", ""};
    fake_open_ok();
    fiat_audit audit = {.logger = fake_logger, .status = FIAT_OK};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        memcpy(audit.audit_id, ids[i], strlen(ids[i]));
        if (strlen(ids[i]) < sizeof audit.audit_id) audit.audit_id[strlen(ids[i])] = '\0';
        ck_assert_fiat_status(
            fiat_audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 1)), &fake_err),
            FIAT_E_ARG);
    }
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- the delivery callback ---- */

static fiat_status s_from_callback[2];

static void meddle(const fiat_delivery *report, void *ctx) {
    (void)report;
    (void)ctx;
    s_from_callback[0] = fiat_logger_flush(fake_logger, 60000, NULL);
    s_from_callback[1] = fiat_logger_close(fake_logger, 60000, NULL, NULL);
}

START_TEST(flush_and_close_are_refused_in_the_callback) {
    fake_open_ok();
    fiat_logger_on_delivery(fake_logger, meddle, NULL);
    ck_assert_fiat_ok(log_event("Plain", FIAT_JSON("{}", 2)), fake_err);
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 5000, &fake_err), fake_err);
    ck_assert_str_eq(fake_close_and_read(), "{}\n");
    ck_assert_int_eq(s_from_callback[0], FIAT_E_ARG);
    ck_assert_int_eq(s_from_callback[1], FIAT_E_ARG);
}
END_TEST

/* ---- waiting ---- */

START_TEST(flush_says_why_events_are_not_delivered) {
    fake_open_ok();
    fake_kept.refuse_first = 1;
    fake_kept.fate = FIAT__FATE_PAUSE;
    fake_kept.refusal = "InvalidSignatureException: the secret is wrong";
    ck_assert_fiat_ok(log_event("Plain", FIAT_JSON("{}", 2)), fake_err);
    ck_assert_fiat_status(fiat_logger_flush(fake_logger, 200, &fake_err), FIAT_E_INCOMPLETE);
    ck_assert_msg(strstr(fake_err.message, "Plain") &&
                      strstr(fake_err.message, "InvalidSignatureException: the secret is wrong"),
                  "%s", fake_err.message);
    ck_assert_int_eq(fiat_logger_close(fake_logger, 0, NULL, NULL), FIAT_E_INCOMPLETE);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void) {
    Suite *suite = suite_create("logger/misuse");
    TCase *tcase = tcase_create("misuse");
    tcase_add_checked_fixture(tcase, fake_setup, fake_teardown);
    tcase_add_test(tcase, functions_of_a_logger_take_no_logger);
    tcase_add_test(tcase, functions_of_a_configuration_take_no_configuration);
    tcase_add_test(tcase, a_setting_without_a_value_opens_no_logger);
    tcase_add_loop_test(tcase, events_that_are_not_there_are_refused, 0, ROWS(s_hollow));
    tcase_add_loop_test(tcase, fields_that_are_not_there_are_refused, 0, ROWS(s_hollow_fields));
    tcase_add_test(tcase, a_string_without_text_and_length_is_empty);
    tcase_add_test(tcase, fields_in_a_ring_come_to_an_end);
    tcase_add_loop_test(tcase, bytes_that_are_not_json_are_refused, 0, ROWS(s_bytes));
    tcase_add_test(tcase, bytes_that_are_not_utf8_are_refused_in_fields_and_trees);
    tcase_add_loop_test(tcase, raw_text_is_put_in_as_it_is, 0, ROWS(s_raw));
    tcase_add_loop_test(tcase, raw_text_that_is_not_one_value_names_its_field, 0, ROWS(s_bad_raw));
    tcase_add_loop_test(tcase, errors_point_into_the_text_that_was_given, 0, ROWS(s_places));
    tcase_add_test(tcase, an_audit_id_is_a_uuid_or_nothing_is_logged);
    tcase_add_test(tcase, flush_and_close_are_refused_in_the_callback);
    tcase_add_test(tcase, flush_says_why_events_are_not_delivered);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
