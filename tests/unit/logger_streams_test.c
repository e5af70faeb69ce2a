/* Folders of streams as users may leave them. */
#include "logger_fake.h"
#include "support/tmpdir.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <sys/stat.h>

#define OPEN_SCHEMA "{\"type\":\"object\"}"

static const char *path_of(const char *below) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", fake_dir, below);
    return path;
}

static fiat_status log_text(const char *stream, const char *text) {
    return validated_log(fake_logger, stream, FIAT_JSON(text, strlen(text)), &fake_err);
}

/* ---- what is not a stream's folder is passed over, what cannot be read is not ---- */

START_TEST(files_and_other_folders_are_passed_over) {
    ck_assert_fiat_ok(
        fiat__file_replace(path_of("README.md"), fiat__str_c("words"), false, &fake_err), fake_err);
    ck_assert_fiat_ok(fiat__dir_make(path_of("drafts/deeper"), &fake_err), fake_err);
    ck_assert_int_eq(symlink("/nonexistent", path_of("gone")), 0);
    ck_assert_int_eq(symlink("Plain", path_of("Linked")), 0);
    fake_open_ok();
    ck_assert_fiat_ok(log_text("Linked", "{\"n\":1}"), fake_err);
    ck_assert_fiat_status(log_text("README.md", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_fiat_status(log_text("../Plain", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_str_eq(fake_close_and_read(), "{\"n\":1}\n");
}
END_TEST

static void make_folder_in_place_of(const char *path) {
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void make_ring_in_place_of(const char *path) {
    ck_assert_int_eq(symlink(path, path), 0);
}

static void make_lost_link_in_place_of(const char *path) {
    ck_assert_int_eq(symlink("/nonexistent", path), 0);
}

static void make_pipe_in_place_of(const char *path) {
    ck_assert_int_eq(mkfifo(path, 0644), 0);
}

static void (*const s_unreadable[])(const char *path) = {
    make_folder_in_place_of, make_ring_in_place_of, make_lost_link_in_place_of,
    make_pipe_in_place_of};

/* Above all of Audit, in whose place the built-in stream would come, and of stream.json, without
 * which nothing is stamped. */
START_TEST(files_that_cannot_be_read_open_no_logger) {
    static const char *const places[][2] = {{"Audit", "json_schema.json"},
                                            {"Plain", "stream.json"}};
    for (size_t i = 0; i < 2; i++) {
        char below[64];
        snprintf(below, sizeof below, "%s/%s", places[i][0], places[i][1]);
        ck_assert_fiat_ok(fiat__dir_make(path_of(places[i][0]), &fake_err), fake_err);
        s_unreadable[_i](path_of(below));
        fiat_status status = fake_open();
        ck_assert_msg(status == FIAT_E_IO || status == FIAT_E_NOT_FOUND, "%s: %s", below,
                      fiat_status_name(status));
        ck_assert_msg(strstr(fake_err.message, below), "%s", fake_err.message);
        tmpdir_remove_tree(path_of(below));
    }
}
END_TEST

START_TEST(a_folder_of_streams_that_is_none_opens_no_logger) {
    fiat_config *config = fake_config();
    fake_new_sink();
    ck_assert_fiat_ok(
        fiat_config_set(config, "schemas.dir", path_of("Plain/json_schema.json"), &fake_err),
        fake_err);
    ck_assert_fiat_status(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err),
                          FIAT_E_IO);
    ck_assert_msg(strstr(fake_err.message, "schemas.dir"), "%s", fake_err.message);
    fiat_config_free(config);
}
END_TEST

/* ---- names ---- */

START_TEST(an_unknown_stream_gets_the_nearest_name) {
    fake_stream("Orders", OPEN_SCHEMA, NULL);
    fake_open_ok();
    ck_assert_fiat_status(log_text("Order", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_msg(strstr(fake_err.message, "\"Orders\""), "%s", fake_err.message);
    fake_close_and_read();
}
END_TEST

START_TEST(a_thousand_streams_are_found_by_name) {
    char name[32], stream[64], text[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "S%d", i * 7 % 1000);
        snprintf(stream, sizeof stream, "{\"const\":{\"n\":%d}}", i * 7 % 1000);
        fake_stream(name, stream, NULL);
    }
    fake_open_ok();
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "S%d", i);
        snprintf(text, sizeof text, "{\"n\":%d}", i);
        ck_assert_fiat_ok(log_text(name, text), fake_err);
        ck_assert_fiat_status(log_text(name, "{\"n\":-1}"), FIAT_E_SCHEMA_MISMATCH);
    }
    ck_assert_fiat_status(log_text("S1000", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_fiat_status(log_text("", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_fiat_ok(log_text("Audit", "{\"task\":\"t\"}"), fake_err);
    fiat_stats stats = {.struct_size = sizeof stats};
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 10000, &fake_err), fake_err);
    fiat_logger_stats(fake_logger, &stats);
    ck_assert_uint_eq(stats.delivered, 1001);
    fake_close_and_read();
}
END_TEST

/* ---- stamps and what schemas say of them ---- */

/* Schemas that take stamps as they are today. */
static const char *const s_taking[] = {
    "{\"properties\":{\"time\":{\"pattern\":\"^2\"},\"id\":{\"pattern\":\"^0[1-9]\"}}}",
    "{\"anyOf\":[{\"properties\":{\"id\":{\"const\":\"x\"}}},{\"required\":[\"n\"]}]}",
    "{\"oneOf\":[{\"required\":[\"n\"]},{\"required\":[\"m\"]}]}",
    "{\"if\":{\"required\":[\"id\"]},\"then\":{\"required\":[\"n\"]}}",
    "{\"dependentRequired\":{\"id\":[\"n\"]}}",
    "{\"minProperties\":3}",
    "{\"propertyNames\":{\"maxLength\":4}}",
    "true",
    "{\"$ref\":\"#/$defs/e\",\"$defs\":{\"e\":{\"required\":[\"id\",\"n\"]}}}",
};

START_TEST(schemas_that_take_stamps_open_a_logger) {
    fake_stream("Odd", s_taking[_i], "{\"stamp\":[\"id\",\"time\"]}");
    fake_open_ok();
    ck_assert_fiat_ok(log_text("Odd", "{\"n\":1}"), fake_err);
    const char *line = fake_close_and_read();
    cJSON *event = cJSON_Parse(line);
    ck_assert_msg(cJSON_GetArraySize(event) == 3, "%s", line);
    cJSON_Delete(event);
}
END_TEST

static const char *const s_refusing[] = {
    "{\"properties\":{\"time\":false}}",
    "{\"properties\":{\"id\":{\"maxLength\":10}}}",
    "{\"propertyNames\":{\"enum\":[\"n\",\"id\"]}}",
    "{\"allOf\":[{\"properties\":{\"n\":{}},\"additionalProperties\":false}]}",
    "{\"patternProperties\":{\"^t\":{\"type\":\"integer\"}}}",
    "false",
    "{\"type\":\"array\"}",
    "{\"maxProperties\":1}",
};

START_TEST(schemas_that_refuse_stamps_open_no_logger) {
    fake_stream("Odd", s_refusing[_i], "{\"stamp\":[\"id\",\"time\"]}");
    ck_assert_fiat_status(fake_open(), FIAT_E_STREAM_INVALID);
    ck_assert_msg(strstr(fake_err.message, "Odd") && strstr(fake_err.message, "stamp"), "%s",
                  fake_err.message);
}
END_TEST

/* The stamped name in disguise. */
START_TEST(a_stamp_cannot_be_forged_by_an_escape) {
    fake_stream("Apart", "{}", "{\"stamp\":[\"id\",\"host\"]}");
    fake_stream("Seen", "{\"allOf\":[{}]}", "{\"stamp\":[\"id\",\"host\"]}");
    static const char *const forged[] = {"{\"\\u0069d\":\"x\"}", "{\"n\":{},\"i\\u0064\":\"x\"}",
                                         "{\"h\\u006fst\":\"x\"}"};
    fake_open_ok();
    for (size_t i = 0; i < 3; i++) {
        ck_assert_fiat_status(log_text("Apart", forged[i]), FIAT_E_EVENT_STAMPED);
        ck_assert_fiat_status(log_text("Seen", forged[i]), FIAT_E_EVENT_STAMPED);
    }
    ck_assert_fiat_ok(log_text("Apart", "{\"n\":{\"id\":1}}"), fake_err);
    ck_assert_fiat_ok(log_text("Seen", "{\"n\":{\"id\":1}}"), fake_err);
    fake_close_and_read();
}
END_TEST

/* A name that is asked for is the logger's, also when nothing is configured for it. */
START_TEST(a_stamp_that_is_not_configured_cannot_be_forged) {
    fake_stream("Apart", "{}", "{\"stamp\":[\"email\"]}");
    fake_stream("Seen", "{\"allOf\":[{}]}", "{\"stamp\":[\"email\"]}");
    fake_open_ok();
    ck_assert_fiat_status(log_text("Apart", "{\"email\":\"x@example.com\"}"), FIAT_E_EVENT_STAMPED);
    ck_assert_fiat_status(log_text("Seen", "{\"email\":\"x@example.com\"}"), FIAT_E_EVENT_STAMPED);
    ck_assert_fiat_status(log_text("Audit", "{\"task\":\"t\",\"email\":\"x@example.com\"}"),
                          FIAT_E_EVENT_STAMPED);
    ck_assert_str_eq(fake_close_and_read(), "");
}
END_TEST

/* ---- settings that are stamped ---- */

static const struct {
    const char *name, *value, *says;
} s_settings[] = {
    {"app", "caf\xe9", "app"},
    {"email", "\xff", "email"},
    {"tags", "team=\xc3", "tags"},
    {"host", "\xed\xa0\x80", "host"},
};

START_TEST(settings_that_are_not_utf8_are_refused) {
    fiat_config *config = fake_config();
    ck_assert_fiat_status(
        fiat_config_set(config, s_settings[_i].name, s_settings[_i].value, &fake_err),
        FIAT_E_CONFIG);
    ck_assert_msg(strstr(fake_err.message, s_settings[_i].says) &&
                      strstr(fake_err.message, "UTF-8"),
                  "%s", fake_err.message);
    fiat_config_free(config);
}
END_TEST

START_TEST(tags_that_are_too_long_are_named) {
    static char tags[40000] = "a=";
    memset(tags + 2, 'x', sizeof tags - 3);
    fiat_config *config = fake_config();
    fake_new_sink();
    ck_assert_fiat_ok(fiat_config_set(config, "tags", tags, &fake_err), fake_err);
    fiat_status status = fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err);
    ck_assert_fiat_status(status, FIAT_E_CONFIG);
    ck_assert_msg(strstr(fake_err.message, "tags"), "%s", fake_err.message);
    fiat_config_free(config);
}
END_TEST

static void open_with_setting(const char *name, const char *value) {
    fiat_config *config = fake_config();
    fake_new_sink();
    ck_assert_fiat_ok(fiat_config_set(config, name, value, &fake_err), fake_err);
    ck_assert_fiat_ok(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err),
                      fake_err);
    fiat_config_free(config);
}

START_TEST(a_prefix_begins_the_delivery_streams_name) {
    fake_stream("Renamed", OPEN_SCHEMA, "{\"delivery_stream\":\"other\"}");
    open_with_setting("stream.prefix", "dev-");
    static const char *const names[][2] = {{"Plain", "dev-Plain"}, {"Renamed", "dev-other"}};
    for (size_t i = 0; i < 2; i++) {
        fiat__stream *found = fiat__registry_find(fake_logger->registry, names[i][0], &fake_err);
        ck_assert_msg(found != NULL, "%s", fake_err.message);
        ck_assert_str_eq(found->delivery_name, names[i][1]);
    }
    fake_close_and_read();
}
END_TEST

START_TEST(depth_is_bounded_by_the_setting) {
    open_with_setting("event.max.depth", "2");
    fiat_event flat = FIAT_JSON("{\"deep\":[1]}", 12), deep = FIAT_JSON("{\"deep\":[[1]]}", 14);
    ck_assert_fiat_ok(validated_log(fake_logger, "Plain", flat, &fake_err), fake_err);
    ck_assert_fiat_status(validated_log(fake_logger, "Plain", deep, &fake_err), FIAT_E_JSON_DEPTH);
    ck_assert_str_eq(fake_close_and_read(), "{\"deep\":[1]}\n");
}
END_TEST

/* ---- Audit ---- */

static const struct {
    const char *schema, *stream;
} s_audits[] = {
    {OPEN_SCHEMA, NULL},
    {OPEN_SCHEMA, "{\"stamp\":[\"id\"]}"},
    {"{\"properties\":{\"id\":{},\"task\":{}},\"additionalProperties\":false}",
     "{\"stamp\":[\"id\",\"audit_id\"]}"},
};

START_TEST(an_audit_of_the_users_own_must_stamp) {
    fake_stream("Audit", s_audits[_i].schema, s_audits[_i].stream);
    ck_assert_fiat_status(fake_open(), FIAT_E_STREAM_INVALID);
    ck_assert_msg(strstr(fake_err.message, "Audit"), "%s", fake_err.message);
}
END_TEST

START_TEST(an_audit_of_the_users_own_is_used) {
    fake_stream("Audit", "{\"properties\":{\"who\":{\"type\":\"string\"}},\"required\":[\"who\"]}",
                "{\"stamp\":[\"id\",\"audit_id\"],\"delivery_stream\":\"audit-rows\"}");
    fake_open_ok();
    fiat_audit audit = audit_log(fake_logger, FIAT_JSON("{\"task\":\"t\"}", 12), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_E_SCHEMA_MISMATCH);
    audit = audit_log(fake_logger, FIAT_JSON("{\"task\":\"t\",\"who\":\"i\"}", 22), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_OK);
    ck_assert_fiat_ok(
        audit_log_output(&audit, FIAT_JSON("{\"output\":[],\"who\":\"i\"}", 23), &fake_err),
        fake_err);
    ck_assert_int_ne(strlen(fake_close_and_read()), 0);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void) {
    Suite *suite = suite_create("logger/streams");
    TCase *tcase = tcase_create("streams");
    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, fake_setup, fake_teardown);
    tcase_add_test(tcase, files_and_other_folders_are_passed_over);
    tcase_add_loop_test(tcase, files_that_cannot_be_read_open_no_logger, 0, ROWS(s_unreadable));
    tcase_add_test(tcase, a_folder_of_streams_that_is_none_opens_no_logger);
    tcase_add_test(tcase, an_unknown_stream_gets_the_nearest_name);
    tcase_add_test(tcase, a_thousand_streams_are_found_by_name);
    tcase_add_loop_test(tcase, schemas_that_take_stamps_open_a_logger, 0, ROWS(s_taking));
    tcase_add_loop_test(tcase, schemas_that_refuse_stamps_open_no_logger, 0, ROWS(s_refusing));
    tcase_add_test(tcase, a_stamp_cannot_be_forged_by_an_escape);
    tcase_add_test(tcase, a_stamp_that_is_not_configured_cannot_be_forged);
    tcase_add_loop_test(tcase, settings_that_are_not_utf8_are_refused, 0, ROWS(s_settings));
    tcase_add_test(tcase, tags_that_are_too_long_are_named);
    tcase_add_test(tcase, a_prefix_begins_the_delivery_streams_name);
    tcase_add_test(tcase, depth_is_bounded_by_the_setting);
    tcase_add_loop_test(tcase, an_audit_of_the_users_own_must_stamp, 0, ROWS(s_audits));
    tcase_add_test(tcase, an_audit_of_the_users_own_is_used);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
