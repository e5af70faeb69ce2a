#include "base/file.h"
#include "logger/opts.h"
#include "logger/settings.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fiat_error s_err;

static fiat_config *config_new(void) {
    fiat_config *config;
    ck_assert_fiat_ok(fiat_config_new(&config, &s_err), s_err);
    return config;
}

static char s_path[] = "/tmp/fiat-config-XXXXXX";

static void write_file(const char *text) {
    snprintf(s_path, sizeof s_path, "/tmp/fiat-config-XXXXXX");
    int fd = mkstemp(s_path);
    ck_assert_int_ge(fd, 0);
    ck_assert_fiat_ok(fiat__file_write_fd(fd, s_path, fiat__str_c(text), &s_err), s_err);
    close(fd);
}

static const struct {
    const char *name, *value, *says;
} s_refused[] = {
    {"linger.msec", "5", "linger.ms"},
    {"linger.ms", "900001", "0 to 900000"},
    {"linger.ms", "-1", "0 to 900000"},
    {"linger.ms", "", "whole number"},
    {"linger.ms", "5s", "whole number"},
    {"record.max.bytes", "1024001", "1 to 1024000"},
    {"local.gzip", "yes", "true and false"},
    {"queue.max.bytes", "99999999999999999999", "whole number"},
    {"reports.only", "failure", "one of all, failures"},
    {"reports.only", "all, failures", "one of all, failures"},
    {"reports.only", "", "one of all, failures"},
};

START_TEST(wrong_values_are_refused_and_leave_the_old_one) {
    fiat_config *config = config_new();
    const char *before = fiat_config_get(config, s_refused[_i].name);
    ck_assert_fiat_status(fiat_config_set(config, s_refused[_i].name, s_refused[_i].value, &s_err),
                          FIAT_E_CONFIG);
    ck_assert_msg(strstr(s_err.message, s_refused[_i].says), "%s", s_err.message);
    ck_assert_ptr_eq(fiat_config_get(config, s_refused[_i].name), before);
    fiat_config_free(config);
}
END_TEST

START_TEST(program_wins_over_file_over_environment_over_default) {
    fiat_config *plain = config_new();
    ck_assert_str_eq(fiat_config_get(plain, "linger.ms"), "200");
    fiat_config_free(plain);
    setenv("FIAT_LINGER_MS", "11", 1);
    fiat_config *config = config_new();
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "11");
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", "33", &s_err), s_err);
    write_file("# comment\n\n  linger.ms =  22 \r\napp = a = b\n");
    ck_assert_fiat_ok(fiat_config_load(config, s_path, &s_err), s_err);
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "33"); /* whatever the order of calls */
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", NULL, &s_err), s_err);
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "22");
    ck_assert_str_eq(fiat_config_get(config, "app"), "a = b");
    unlink(s_path);
    fiat_config_free(config);
}
END_TEST

START_TEST(file_named_by_the_environment_is_read) {
    write_file("linger.ms = 7");
    setenv("FIAT_CONFIG", s_path, 1);
    fiat_config *config = config_new();
    ck_assert_int_eq(fiat__config_integer(config, FIAT__SET_LINGER_MS), 7);
    fiat_config_free(config);
    unlink(s_path);
    ck_assert_fiat_status(fiat_config_new(&config, &s_err), FIAT_E_NOT_FOUND);
    ck_assert(strstr(s_err.message, s_path));
}
END_TEST

START_TEST(errors_of_a_file_name_file_and_line) {
    write_file("app = x\nlinger.ms = soon\n");
    fiat_config *config = config_new();
    ck_assert_fiat_status(fiat_config_load(config, s_path, &s_err), FIAT_E_CONFIG);
    ck_assert_msg(strstr(s_err.message, "line 2") && strstr(s_err.message, s_path), "%s",
                  s_err.message);
    unlink(s_path);
    write_file("just words\n");
    ck_assert_fiat_status(fiat_config_load(config, s_path, &s_err), FIAT_E_CONFIG);
    ck_assert(strstr(s_err.message, "name = value"));
    unlink(s_path);
    fiat_config_free(config);
}
END_TEST

START_TEST(bad_environment_names_the_variable) {
    setenv("FIAT_REQUESTS_MAX", "many", 1);
    fiat_config *config;
    ck_assert_fiat_status(fiat_config_new(&config, &s_err), FIAT_E_CONFIG);
    ck_assert(strstr(s_err.message, "FIAT_REQUESTS_MAX"));
    ck_assert_ptr_null(config);
}
END_TEST

static void check_origin(const fiat_config *config, const char *name, fiat_config_source source,
                         const char *place, size_t line) {
    const char *got_place = "unset";
    size_t got_line = 99;
    ck_assert_int_eq(fiat_config_origin(config, name, &got_place, &got_line), source);
    ck_assert_pstr_eq(got_place, place);
    ck_assert_uint_eq(got_line, line);
}

START_TEST(origin_of_a_value_is_known) {
    setenv("FIAT_LINGER_MS", "11", 1);
    setenv("FIAT_APP", "shop", 1);
    fiat_config *config = config_new();
    check_origin(config, "host", FIAT_CONFIG_SOURCE_DEFAULT, NULL, 0);
    check_origin(config, "nothing", FIAT_CONFIG_SOURCE_DEFAULT, NULL, 0);
    check_origin(NULL, "host", FIAT_CONFIG_SOURCE_DEFAULT, NULL, 0);
    check_origin(config, "linger.ms", FIAT_CONFIG_SOURCE_ENVIRONMENT, "FIAT_LINGER_MS", 0);
    write_file("# comment\nlinger.ms = 22\n\nlinger.ms = 23");
    ck_assert_fiat_ok(fiat_config_load(config, s_path, &s_err), s_err);
    check_origin(config, "linger.ms", FIAT_CONFIG_SOURCE_FILE, s_path, 4);
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", "33", &s_err), s_err);
    check_origin(config, "linger.ms", FIAT_CONFIG_SOURCE_PROGRAM, NULL, 0);
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", NULL, &s_err), s_err);
    check_origin(config, "linger.ms", FIAT_CONFIG_SOURCE_FILE, s_path, 4);
    check_origin(config, "app", FIAT_CONFIG_SOURCE_ENVIRONMENT, "FIAT_APP", 0);
    ck_assert_int_eq(fiat_config_origin(config, "app", NULL, NULL), FIAT_CONFIG_SOURCE_ENVIRONMENT);
    unlink(s_path);
    fiat_config_free(config);
}
END_TEST

START_TEST(check_asks_the_table_alone) {
    setenv("FIAT_LINGER_MS", "wrong", 1);
    ck_assert_fiat_ok(fiat_config_check("linger.ms", "5", &s_err), s_err);
    ck_assert_fiat_status(fiat_config_check("linger.ms", "5s", &s_err), FIAT_E_CONFIG);
    ck_assert_fiat_status(fiat_config_check("linger", "5", &s_err), FIAT_E_CONFIG);
    ck_assert_fiat_status(fiat_config_check("linger.ms", NULL, &s_err), FIAT_E_ARG);
}
END_TEST

static fiat_status load_once(void *path) {
    fiat_config *config;
    fiat_status status = fiat_config_new(&config, &s_err);
    if (status != FIAT_OK) return status;
    status = fiat_config_load(config, path, &s_err);
    fiat_config_free(config);
    return status;
}

START_TEST(memory_may_run_out_at_any_point) {
    write_file("linger.ms = 5\napp = shop\n");
    chaos_loop(load_once, s_path);
    unlink(s_path);
}
END_TEST

START_TEST(every_row_of_the_table_is_whole) {
    fiat_setting row;
    size_t count = 0;
    for (; fiat_config_describe(count, &row); count++) {
        ck_assert(*row.name && *row.doc && row.default_value && row.unit && row.type);
        ck_assert_str_eq(row.doc + strlen(row.doc) - 1, ".");
        ck_assert_fiat_ok(fiat__setting_check((fiat__setting_id)count, row.default_value, &s_err),
                          s_err);
        ck_assert_int_eq(strncmp(row.env, "FIAT_", 5), 0);
    }
    ck_assert_uint_eq(count, FIAT__SET_COUNT);
}
END_TEST

/* Where a setting ends up, and what it is there. */
typedef enum target { PRODUCER, SINK } target;
typedef enum kind { U32, U64, INT, BOOL, TEXT } kind;

static const struct reach_row {
    fiat__setting_id id;
    const char *value;
    int64_t want; /* unless TEXT */
    target target;
    kind kind;
    size_t offset;
} s_reached[] = {
#define P(id, value, want, kind, member)                                                           \
    { FIAT__SET_##id, value, want, PRODUCER, kind, offsetof(fiat__producer_opts, member) }
#define S(id, value, want, kind, member)                                                           \
    { FIAT__SET_##id, value, want, SINK, kind, offsetof(fiat__sink_opts, member) }
    P(LINGER_MS, "11", 11, U32, linger_ms),
    P(RECORD_MAX_BYTES, "12", 12, U32, record_max_bytes),
    P(RECORD_MAX_EVENTS, "13", 13, U32, record_max_events),
    P(RECORD_NEWLINE, "false", true, BOOL, omit_last_newline),
    P(RECORD_COMPRESSION, "gzip", 3, INT, gzip_level),
    P(RECORD_COMPRESSION_LEVEL, "7", 7, INT, gzip_level),
    P(BATCH_MAX_BYTES, "1024001", 1024001, U32, batch_max_bytes),
    P(BATCH_MAX_RECORDS, "15", 15, U32, batch_max_records),
    P(QUEUE_MAX_BYTES, "1048577", 1048577, U64, queue_max_bytes),
    P(QUEUE_FULL, "evict", FIAT__FULL_EVICT, INT, queue_full),
    P(QUEUE_WAIT_MS, "16", 16, U32, queue_wait_ms),
    P(REQUESTS_MAX, "17", 17, U32, max_in_flight),
    P(RATE_MAX_BYTES, "18", 18, U64, rate_max_bytes),
    P(RATE_MAX_RECORDS, "19", 19, U64, rate_max_records),
    P(RETRY_BACKOFF_MS, "20", 20, U32, retry_backoff_ms),
    P(RETRY_BACKOFF_MAX_MS, "21", 21, U32, retry_backoff_max_ms),
    P(DELIVERY_TIMEOUT_MS, "22", 22, U32, delivery_timeout_ms),
    P(DEAD_LETTER_FILE, "dead", 0, TEXT, dead_letter_file),
    P(DEAD_LETTER_SYNC, "false", false, BOOL, dead_letter_sync),
    P(REPORTS, "poll", true, BOOL, reports_by_poll),
    P(REPORTS_ONLY, "failures", true, BOOL, reports_failures_only),
    P(SPOOL, "sync", true, BOOL, spool.sync),
    P(SPOOL_DIR, "spool", 0, TEXT, spool.dir),
    P(SPOOL_MAX_BYTES, "1048578", 1048578, U64, spool.max_bytes),
    P(SPOOL_SEGMENT_BYTES, "65537", 65537, U64, spool.segment_bytes),
    P(STATS_INTERVAL_MS, "1000", 1000, U32, interval_ms),
    S(AWS_REGION, "r", 0, TEXT, region),
    S(AWS_ENDPOINT_URL, "u", 0, TEXT, endpoint_url),
    S(AWS_FIPS, "true", true, BOOL, fips),
    S(AWS_DUALSTACK, "true", true, BOOL, dualstack),
    S(PROXY_URL, "p", 0, TEXT, net.proxy_url),
    S(PROXY_NONE, "n", 0, TEXT, net.proxy_none),
    S(PROXY_CA_FILE, "pca", 0, TEXT, net.proxy_ca_file),
    S(TLS_CA_FILE, "ca", 0, TEXT, net.ca_file),
    S(TLS_CERT_FILE, "cert", 0, TEXT, net.cert_file),
    S(TLS_KEY_FILE, "key", 0, TEXT, net.key_file),
    S(CONNECT_TIMEOUT_MS, "2300", 2300, U32, connect_timeout_ms),
    S(REQUEST_TIMEOUT_MS, "2400", 2400, U32, request_timeout_ms),
    S(REQUESTS_MAX, "25", 25, U32, max_in_flight),
    S(CONNECTION_IDLE_MS, "2600", 2600, U32, net.idle_ms),
    S(CONNECTION_MAX_AGE_MS, "2700", 2700, U32, net.max_age_ms),
    S(LOCAL_PREFIX, "pre/", 0, TEXT, prefix),
    S(LOCAL_GZIP, "false", false, BOOL, gzip),
    S(LOCAL_SYNC, "false", false, BOOL, sync),
};
#define REACHED_COUNT (sizeof s_reached / sizeof s_reached[0])

/* Read with each stream, or where the logger is opened: in the other logger_*_test. */
static const fiat__setting_id s_elsewhere[] = {
    FIAT__SET_APP,
    FIAT__SET_EMAIL,
    FIAT__SET_HOST,
    FIAT__SET_TAGS,
    FIAT__SET_SCHEMAS_DIR,
    FIAT__SET_STREAM_PREFIX,
    FIAT__SET_EVENT_MAX_DEPTH,
    FIAT__SET_LOG_LEVEL,
};
#define ELSEWHERE_COUNT (sizeof s_elsewhere / sizeof s_elsewhere[0])

static int64_t read_number(const struct reach_row *row, const void *at) {
    uint64_t u64;
    uint32_t u32;
    int number;
    bool flag;
    switch (row->kind) {
    case U32:
        return (int64_t)(memcpy(&u32, at, sizeof u32), u32);
    case U64:
        return (int64_t)(memcpy(&u64, at, sizeof u64), u64);
    case INT:
        return (memcpy(&number, at, sizeof number), number);
    case BOOL:
        return (memcpy(&flag, at, sizeof flag), flag);
    case TEXT:
        break;
    }
    return -1;
}

static void check_reached(const struct reach_row *row, const fiat_config *config, bool want) {
    const fiat__producer_opts producer = fiat__config_producer_opts(config);
    const fiat__sink_opts sink = fiat__config_sink_opts(config);
    const char *at = (row->target == PRODUCER ? (const char *)&producer : (const char *)&sink);
    const char *text = NULL, *name = fiat__settings[row->id].name;
    at += row->offset;
    bool same;
    if (row->kind == TEXT) {
        memcpy(&text, at, sizeof text);
        same = text && strcmp(text, row->value) == 0;
    } else {
        same = read_number(row, at) == row->want;
    }
    ck_assert_msg(same == want, "%s=%s %s", name, row->value,
                  want ? "does not come through" : "is what it is without being set");
}

static void set(fiat_config *config, const char *name, const char *value) {
    ck_assert_fiat_ok(fiat_config_set(config, name, value, &s_err), s_err);
}

/* By its name, into the place in which it works. */
START_TEST(settings_reach_what_they_set) {
    const struct reach_row *row = &s_reached[_i];
    fiat_config *config = config_new();
    if (row->id == FIAT__SET_RECORD_COMPRESSION_LEVEL) set(config, "record.compression", "gzip");
    if (row->id == FIAT__SET_SPOOL_DIR) set(config, "spool", "async");
    check_reached(row, config, false);
    set(config, fiat__settings[row->id].name, row->value);
    check_reached(row, config, true);
    fiat_config_free(config);
}
END_TEST

START_TEST(no_setting_is_left_out) {
    for (fiat__setting_id id = 0; id < FIAT__SET_COUNT; id++) {
        bool found = false;
        for (size_t i = 0; i < REACHED_COUNT; i++)
            found |= s_reached[i].id == id;
        for (size_t i = 0; i < ELSEWHERE_COUNT; i++)
            found |= s_elsewhere[i] == id;
        ck_assert_msg(found, "%s is tested by nothing", fiat__settings[id].name);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/config");
    TCase *tcase = tcase_create("config");
    tcase_add_loop_test(tcase, wrong_values_are_refused_and_leave_the_old_one, 0,
                        sizeof s_refused / sizeof *s_refused);
    tcase_add_test(tcase, program_wins_over_file_over_environment_over_default);
    tcase_add_test(tcase, file_named_by_the_environment_is_read);
    tcase_add_test(tcase, errors_of_a_file_name_file_and_line);
    tcase_add_test(tcase, bad_environment_names_the_variable);
    tcase_add_test(tcase, origin_of_a_value_is_known);
    tcase_add_test(tcase, check_asks_the_table_alone);
    tcase_add_test(tcase, memory_may_run_out_at_any_point);
    tcase_add_test(tcase, every_row_of_the_table_is_whole);
    tcase_add_loop_test(tcase, settings_reach_what_they_set, 0, REACHED_COUNT);
    tcase_add_test(tcase, no_setting_is_left_out);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
