/* Statistics as text: what they say, that both forms and docs/statistics.md name the same things,
 * the interval, forks and failing allocations. */
#include "logger_fake.h"
#include "base/file.h"
#include "support/chaos.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <inttypes.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static fiat_status log_text(const char *stream, const char *text) {
    return validated_log(fake_logger, stream, FIAT_JSON(text, strlen(text)), &fake_err);
}

static char *stats_text(fiat_stats_format format) {
    char *text;
    size_t len;
    ck_assert_fiat_ok(fiat_logger_stats_text(fake_logger, format, &text, &len, &fake_err),
                      fake_err);
    ck_assert_uint_eq(strlen(text), len);
    return text;
}

static cJSON *read_json(void) {
    char *text = stats_text(FIAT_STATS_JSON);
    cJSON *json = cJSON_Parse(text);
    ck_assert_msg(json != NULL, "%s", text);
    ck_assert_ptr_null(strchr(text, '\n'));
    fiat_text_free(text);
    return json;
}

/* The member at "a/b/c"; fails when there is none. */
static const cJSON *at(const cJSON *json, const char *path) {
    char name[80];
    while (*path) {
        size_t len = strcspn(path, "/");
        ck_assert_uint_lt(len, sizeof name);
        memcpy(name, path, len);
        name[len] = '\0';
        json = cJSON_GetObjectItemCaseSensitive(json, name);
        ck_assert_msg(json != NULL, "no member %s", name);
        path += len + (path[len] == '/');
    }
    return json;
}

static void check(const cJSON *json, const char *path, double want) {
    double got = at(json, path)->valuedouble;
    ck_assert_msg(got == want, "%s: %g, not %g", path, got, want);
}

static void flush(void) {
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 20000, &fake_err), fake_err);
}

/* Events of all kinds: four accepted, seven refused. */
static void log_some(void) {
    fake_stream("Never", "false", NULL);
    fake_open_ok();
    for (int i = 0; i < 3; i++)
        ck_assert_fiat_ok(log_text("Plain", "{\"n\":1}"), fake_err);
    fiat_audit audit = audit_log(fake_logger, FIAT_FIELDS(FIAT_FIELD("task", "t")), &fake_err);
    ck_assert_int_eq(audit.status, FIAT_OK);
    flush();
    ck_assert_fiat_status(log_text("Plain", "{\"n\":10}"), FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(log_text("Plain", "{\"n\":\"x\"}"), FIAT_E_SCHEMA_MISMATCH);
    fiat_event bad = FIAT_JSON("{\"n\":11}", 8);
    ck_assert_fiat_status(validated_log(fake_logger, "Plain", bad, NULL), FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(log_text("Plain", "{\"n\":"), FIAT_E_JSON_SYNTAX);
    ck_assert_fiat_status(log_text("Never", "{}"), FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(log_text("Nowhere", "{}"), FIAT_E_STREAM_UNKNOWN);
    ck_assert_fiat_status(audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("out", 1)), &fake_err),
                          FIAT_E_SCHEMA_MISMATCH);
}

START_TEST(json_says_what_happened) {
    log_some();
    cJSON *json = read_json();
    check(json, "total/accepted", 4);
    check(json, "total/delivered", 4);
    check(json, "total/queued", 0);
    check(json, "total/refused", 7);
    check(json, "total/unknown_stream", 1);
    check(json, "total/queued_bytes", 0);
    check(json, "total/queue_max_bytes", 64 << 20);
    check(json, "streams/Plain/refused", 4);
    check(json, "streams/Plain/by_status/FIAT_E_SCHEMA_MISMATCH", 3);
    check(json, "streams/Plain/by_status/FIAT_E_JSON_SYNTAX", 1);
    check(json, "streams/Plain/by_keyword/maximum", 2);
    check(json, "streams/Plain/by_keyword/type", 1);
    check(json, "streams/Never/by_keyword/false", 1);
    check(json, "streams/Audit/refused", 1); /* of its second kind of rows */
    check(json, "delivery_streams/Plain/accepted", 3);
    check(json, "delivery_streams/Plain/bytes", 3 * strlen("{\"n\":1}\n"));
    check(json, "delivery_streams/Audit/delivered", 1);
    check(json, "round_trip_us/count", at(json, "total/requests")->valuedouble);
    check(json, "queue_us/count", 4);
    ck_assert_double_ge(at(json, "call_ns/count")->valuedouble, 1); /* the thread's first */
    ck_assert_double_ge(at(json, "call_ns/max")->valuedouble, at(json, "call_ns/p50")->valuedouble);
    ck_assert_str_eq(at(json, "delivery_streams/Plain/state")->valuestring, "sending");
    ck_assert_str_eq(at(json, "streams/Plain/delivery_stream")->valuestring, "Plain");
    cJSON_Delete(json);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(fake_logger, &stats);
    ck_assert_uint_eq(stats.refused, 7);
    ck_assert_uint_eq(stats.accepted, 4);
    fake_close_and_read();
}
END_TEST

START_TEST(one_call_in_thirty_two_is_measured) {
    fake_open_ok();
    for (int i = 0; i < 6400; i++)
        ck_assert_fiat_ok(log_text("Plain", "{\"n\":1}"), fake_err);
    cJSON *json = read_json();
    double count = at(json, "call_ns/count")->valuedouble;
    ck_assert_double_ge(count, 100); /* 200 are to be expected, give or take 8 */
    ck_assert_double_le(count, 300);
    ck_assert_double_ge(at(json, "call_ns/p50")->valuedouble, 20);
    cJSON_Delete(json);
    fake_close_and_read();
}
END_TEST

/* ---- the page ---- */

#define NAMES_MAX 200
typedef struct names {
    char of[NAMES_MAX][100];
    size_t count;
} names;

static void add_name(names *set, const char *name, size_t len) {
    ck_assert_uint_lt(len, sizeof set->of[0]);
    for (size_t i = 0; i < set->count; i++)
        if (strlen(set->of[i]) == len && memcmp(set->of[i], name, len) == 0) return;
    ck_assert_uint_lt(set->count, NAMES_MAX);
    snprintf(set->of[set->count++], sizeof set->of[0], "%.*s", (int)len, name);
}

static bool has_name(const names *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->of[i], name) == 0) return true;
    return false;
}

static void check_same(const names *shown, const names *documented) {
    for (size_t i = 0; i < shown->count; i++)
        ck_assert_msg(has_name(documented, shown->of[i]), "docs/statistics.md lacks %s",
                      shown->of[i]);
    for (size_t i = 0; i < documented->count; i++)
        ck_assert_msg(has_name(shown, documented->of[i]), "docs/statistics.md has %s, which is not",
                      documented->of[i]);
    ck_assert_uint_gt(shown->count, 5);
}

/* The names in `marks` of column `column` of the page's table whose head begins with `head`. */
static void read_page(const char *head, int column, names *out) {
    const char *tree = getenv("top_srcdir");
    char path[512];
    fiat__buf page;
    snprintf(path, sizeof path, "%s/docs/statistics.md", tree ? tree : ".");
    fiat__buf_init(&page, 1 << 20);
    ck_assert_fiat_ok(fiat__file_read(path, &page, &fake_err), fake_err);
    const char *row = strstr(fiat__buf_cstr(&page), head);
    ck_assert_msg(row != NULL, "no table %s", head);
    while ((row = strchr(row, '\n')) && *++row == '|') {
        const char *cell = row;
        for (int i = 0; i < column; i++)
            cell = strchr(cell, '|') + 1;
        const char *end = strchr(cell, '|');
        while ((cell = memchr(cell, '`', (size_t)(end - cell)))) {
            size_t len = strcspn(++cell, "`");
            add_name(out, cell, len);
            cell += len + 1;
        }
    }
    fiat__buf_deinit(&page);
}

/* Paths of all members; names of streams, statuses, keywords and parts of summaries as "*". */
static void add_paths(const cJSON *json, const char *path, names *out) {
    const cJSON *item;
    cJSON_ArrayForEach(item, json) {
        char below[100];
        size_t len = strlen(path);
        bool any =
            strcmp(path, "streams") == 0 || strcmp(path, "delivery_streams") == 0 ||
            strcmp(path, "streams.*.by_status") == 0 || strcmp(path, "streams.*.by_keyword") == 0 ||
            (len > 3 && (strcmp(path + len - 3, "_ns") == 0 || strcmp(path + len - 3, "_us") == 0));
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", any ? "*" : item->string);
        if (cJSON_IsObject(item))
            add_paths(item, below, out);
        else
            add_name(out, below, strlen(below));
    }
}

START_TEST(the_page_names_every_member) {
    static names shown, documented, summary, summary_documented;
    log_some();
    cJSON *json = read_json();
    add_paths(json, "", &shown);
    const cJSON *item;
    cJSON_ArrayForEach(item, at(json, "queue_us"))
        add_name(&summary, item->string, strlen(item->string));
    cJSON_Delete(json);
    read_page("| JSON |", 1, &documented);
    check_same(&shown, &documented);
    read_page("| member |", 1, &summary_documented);
    check_same(&summary, &summary_documented);
    fake_close_and_read();
}
END_TEST

START_TEST(the_page_names_every_metric) {
    static names shown, documented;
    log_some();
    char *text = stats_text(FIAT_STATS_PROMETHEUS);
    for (const char *line = text; (line = strstr(line, "# TYPE ")); line++)
        add_name(&shown, line + 7, strcspn(line + 7, " "));
    fiat_text_free(text);
    read_page("| JSON |", 2, &documented);
    check_same(&shown, &documented);
    fake_close_and_read();
}
END_TEST

START_TEST(the_page_names_every_topic) {
    static names shown, documented;
#define XX(name, text, level, when) add_name(&shown, text, strlen(text));
    FIAT__LOG_MAP(XX)
#undef XX
    read_page("| topic |", 1, &documented);
    check_same(&shown, &documented);
}
END_TEST

/* ---- Prometheus ---- */

static void check_line(const char *text, const char *line) {
    const char *found = strstr(text, line);
    ck_assert_msg(found && (found == text || found[-1] == '\n'), "no line %s", line);
}

START_TEST(prometheus_says_what_happened) {
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed: the decimal point is no comma */
    log_some();
    char *text = stats_text(FIAT_STATS_PROMETHEUS);
    check_line(text, "# TYPE fiat_accepted_events_total counter\n");
    check_line(text, "fiat_accepted_events_total{delivery_stream=\"Plain\"} 3\n");
    check_line(text, "fiat_queued_events{delivery_stream=\"Audit\"} 0\n");
    check_line(text, "fiat_refused_events_total{stream=\"Plain\",status=\"FIAT_E_SCHEMA_MISMATCH\","
                     "keyword=\"maximum\"} 2\n");
    check_line(text, "fiat_refused_events_total{stream=\"Plain\",status=\"FIAT_E_JSON_SYNTAX\","
                     "keyword=\"\"} 1\n");
    check_line(text, "fiat_unknown_stream_events_total 1\n");
    check_line(text, "fiat_stream_state{delivery_stream=\"Plain\",state=\"sending\"} 1\n");
    check_line(text, "fiat_stream_state{delivery_stream=\"Plain\",state=\"paused\"} 0\n");
    check_line(text, "# TYPE fiat_queue_seconds summary\n");
    check_line(text, "fiat_queue_seconds_count 4\n");
    check_line(text, "fiat_queue_seconds{quantile=\"0.999\"} 0.");
    ck_assert_int_eq(text[strlen(text) - 1], '\n');
    fiat_text_free(text);
    fake_close_and_read();
}
END_TEST

START_TEST(nothing_yet_is_no_number) {
    fake_open_ok();
    char *text = stats_text(FIAT_STATS_PROMETHEUS);
    check_line(text, "fiat_call_seconds{quantile=\"0.5\"} NaN\n");
    check_line(text, "fiat_call_seconds_sum 0.000000000\n");
    fiat_text_free(text);
    fake_close_and_read();
}
END_TEST

/* ---- at an interval ---- */

static atomic_uint s_calls;
static char s_json[16384];
static fiat_status s_flush_status;

static void keep_json(const char *json, size_t len, void *ctx) {
    if (ctx != &s_calls || strlen(json) != len || len >= sizeof s_json) abort();
    if (s_calls == 0) memcpy(s_json, json, len + 1);
    s_flush_status = fiat_logger_flush(fake_logger, 0, NULL);
    atomic_fetch_add(&s_calls, 1);
}

START_TEST(statistics_come_at_their_interval) {
    fiat_config *config = fake_config();
    ck_assert_fiat_ok(fiat_config_set(config, "stats.interval.ms", "20", &fake_err), fake_err);
    fake_new_sink();
    s_calls = 0;
    ck_assert_fiat_ok(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err),
                      fake_err);
    fiat_config_free(config);
    fiat_logger_on_stats(fake_logger, keep_json, &s_calls);
    ck_assert_fiat_ok(log_text("Plain", "{\"n\":1}"), fake_err);
    flush();
    const struct timespec pause = {0, 5000000};
    for (int i = 0; i < 4000 && atomic_load(&s_calls) < 3; i++)
        nanosleep(&pause, NULL);
    ck_assert_uint_ge(s_calls, 3);
    fake_close_and_read();
    ck_assert_int_eq(s_flush_status, FIAT_E_ARG);
    cJSON *json = cJSON_Parse(s_json);
    check(json, "total/delivered", 1);
    ck_assert_double_ge(at(json, "age_ms")->valuedouble, 20);
    cJSON_Delete(json);
}
END_TEST

/* ---- what must not happen ---- */

static int in_child(void) {
    char *text;
    if (fiat_logger_stats_text(fake_logger, FIAT_STATS_JSON, &text, NULL, NULL) != FIAT_OK)
        return __LINE__;
    if (!strstr(text, "\"total\":{\"accepted\":0,\"delivered\":0,")) return __LINE__;
    if (!strstr(text, "\"refused\":0,\"unknown_stream\":0,")) return __LINE__;
    if (!strstr(text, "\"call_ns\":{\"count\":0,\"sum\":0,\"recent\":0,")) return __LINE__;
    fiat_text_free(text);
    return 0;
}

START_TEST(the_child_of_a_fork_starts_at_zero) {
    log_some();
    pid_t pid = fork();
    if (pid == 0) _exit(in_child() ? 1 : 0);
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    cJSON *json = read_json();
    check(json, "total/refused", 7);
    cJSON_Delete(json);
    fake_close_and_read();
}
END_TEST

START_TEST(misuse_is_refused) {
    char *text = (char *)&text;
    size_t len = 9;
    fiat_logger_on_stats(NULL, keep_json, NULL);
    fiat_logger_on_log(NULL, NULL, NULL);
    fiat_text_free(NULL);
    ck_assert_fiat_status(fiat_logger_stats_text(NULL, FIAT_STATS_JSON, &text, &len, &fake_err),
                          FIAT_E_ARG);
    ck_assert_ptr_null(text);
    ck_assert_uint_eq(len, 0);
    fake_open_ok();
    ck_assert_fiat_status(
        fiat_logger_stats_text(fake_logger, FIAT_STATS_JSON, NULL, NULL, &fake_err), FIAT_E_ARG);
    ck_assert_fiat_status(
        fiat_logger_stats_text(fake_logger, (fiat_stats_format)0, &text, NULL, &fake_err),
        FIAT_E_ARG);
    fake_close_and_read();
}
END_TEST

static fiat_status open_and_tell(void *ctx) {
    fiat_config *config = ctx;
    char *text;
    fake_new_sink();
    fiat_status status = fiat__logger_open_sink(&fake_logger, &fake_kept.sink, config, &fake_err);
    if (status != FIAT_OK) return status;
    for (int format = FIAT_STATS_JSON; status == FIAT_OK && format <= FIAT_STATS_PROMETHEUS;
         format++) {
        status =
            fiat_logger_stats_text(fake_logger, (fiat_stats_format)format, &text, NULL, &fake_err);
        fiat_text_free(text);
    }
    ck_assert_fiat_ok(fiat_logger_close(fake_logger, 0, NULL, NULL), fake_err);
    return status;
}

START_TEST(failing_allocations_leave_nothing) {
    fiat_config *config = fake_config();
    ck_assert_fiat_ok(fiat_config_set(config, "log.level", "debug", &fake_err), fake_err);
    chaos_loop(open_and_tell, config);
    fiat_config_free(config);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/stats");
    TCase *tc = tcase_create("stats");
    tcase_add_checked_fixture(tc, fake_setup, fake_teardown);
    tcase_add_test(tc, json_says_what_happened);
    tcase_add_test(tc, one_call_in_thirty_two_is_measured);
    tcase_add_test(tc, the_page_names_every_member);
    tcase_add_test(tc, the_page_names_every_metric);
    tcase_add_test(tc, the_page_names_every_topic);
    tcase_add_test(tc, prometheus_says_what_happened);
    tcase_add_test(tc, nothing_yet_is_no_number);
    tcase_add_test(tc, statistics_come_at_their_interval);
    tcase_add_test(tc, the_child_of_a_fork_starts_at_zero);
    tcase_add_test(tc, misuse_is_refused);
    tcase_add_test(tc, failing_allocations_leave_nothing);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
