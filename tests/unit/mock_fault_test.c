/* Each fault of the mock alone, with libfiat as the client: what becomes of the events, after how
 * many attempts, and how often they arrive. */
#include "base/thread.h"
#include "support/test.h"

#include <fiat/fiat.h>
#include <fiat/unstable/mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS = 3, IDS_MAX = 16 };

static fiat_error s_err;
static fiat_mock *s_mock;

/* What was reported, on the sender thread. */
static struct {
    fiat__mutex mutex;
    size_t count;
    char ids[IDS_MAX][40];
    fiat_outcome outcome[IDS_MAX];
    uint32_t attempts[IDS_MAX];
} s_reports;

static void on_delivery(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    fiat__mutex_lock(&s_reports.mutex);
    ck_assert_uint_lt(s_reports.count, IDS_MAX);
    const size_t at = s_reports.count++;
    snprintf(s_reports.ids[at], sizeof s_reports.ids[at], "%s", report->event_id);
    s_reports.outcome[at] = report->outcome;
    s_reports.attempts[at] = report->attempts;
    fiat__mutex_unlock(&s_reports.mutex);
}

static void start_mock(const fiat_mock_opts *opts) {
    ck_assert_fiat_ok(fiat_mock_start(&s_mock, opts, &s_err), s_err);
    setenv("AWS_CA_BUNDLE", fiat_mock_ca_file(s_mock), 1);
}

static void set_up(void) {
    setenv("AWS_ACCESS_KEY_ID", "mock", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "mock", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    unsetenv("AWS_SESSION_TOKEN");
    fiat__mutex_init(&s_reports.mutex);
}

static void tear_down(void) {
    fiat_mock_stop(s_mock);
    s_mock = NULL;
}

static fiat_logger *open_logger(const char *request_timeout_ms) {
    fiat_logger *logger = fiat_configure(
        "firehose", &s_err, "app", "mock-test", "aws.region", "us-east-1", "aws.endpoint.url",
        fiat_mock_url(s_mock), "linger.ms", "20", "retry.backoff.ms", "5", "retry.backoff.max.ms",
        "20", "request.timeout.ms", request_timeout_ms, NULL);
    ck_assert_msg(logger != NULL, "%s", s_err.message);
    fiat_logger_on_delivery(logger, on_delivery, NULL);
    return logger;
}

static void log_events(fiat_logger *logger, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fiat_audit audit = fiat_audit_log(logger, FIAT_FIELDS(FIAT_FIELD("task", "test")), &s_err);
        ck_assert_fiat_ok((fiat_status)audit.status, s_err);
    }
}

/* Log, wait for every fate, close. */
static void run_client(const char *request_timeout_ms) {
    fiat_logger *logger = open_logger(request_timeout_ms);
    log_events(logger, EVENTS);
    ck_assert_fiat_ok(fiat_logger_flush(logger, 20000, &s_err), s_err);
    uint64_t left = 1;
    ck_assert_fiat_ok(fiat_logger_close(logger, 5000, &left, &s_err), s_err);
    ck_assert_uint_eq(left, 0);
}

typedef struct fault_row {
    fiat_mock_fault kind;
    uint32_t value;
    fiat_outcome outcome;
    uint32_t attempts;
    uint64_t times; /* that each event arrives */
    bool tls;
    bool stalls;   /* ends with the client's timeout */
    uint32_t more; /* attempts that there may be besides */
} fault_row;

static const fault_row s_faults[] = {
    {FIAT_MOCK_OK, 0, FIAT_DELIVERED, 1, 1, false, false, 0},
    {FIAT_MOCK_RECORD_UNAVAILABLE, 100, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_RECORD_FAILURE, 100, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_RECORD_FAILURE_TAKEN, 100, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_THROTTLE, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_UNAVAILABLE, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_ERROR, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_ERROR_TAKEN, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_BAD_GATEWAY, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_EXPIRED_TOKEN, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    /* The client follows the wrong Date at once, and the right one with its next attempt. */
    {FIAT_MOCK_SKEWED_CLOCK, 0, FIAT_DELIVERED, 3, 1, false, false, 0},
    {FIAT_MOCK_DENIED, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_KMS_DISABLED, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_NOT_FOUND, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_INVALID, 0, FIAT_NOT_DELIVERED, 1, 0, false, false, 0},
    {FIAT_MOCK_TOO_LARGE, 0, FIAT_NOT_DELIVERED, 1, 0, false, false, 0},
    {FIAT_MOCK_RESET, 0, FIAT_DELIVERED, 2, 1, false, false, 0},
    {FIAT_MOCK_RESET_TAKEN, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_CLOSE_TAKEN, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_STALL, 0, FIAT_DELIVERED, 2, 1, false, true, 0},
    {FIAT_MOCK_STALL_TAKEN, 0, FIAT_DELIVERED, 2, 2, false, true, 0},
    {FIAT_MOCK_STALL_REPLY, 0, FIAT_DELIVERED, 2, 2, false, true, 0},
    {FIAT_MOCK_DELAY, 50, FIAT_DELIVERED, 1, 1, false, false, 0},
    {FIAT_MOCK_SLOW_REPLY, 2, FIAT_DELIVERED, 1, 1, false, false, 0},
    {FIAT_MOCK_SLOW_READ, 2, FIAT_DELIVERED, 1, 1, false, false, 0},
    {FIAT_MOCK_GARBAGE, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    /* What is left over may be taken for the answer to the next request. */
    {FIAT_MOCK_SHORT_LENGTH, 0, FIAT_DELIVERED, 2, 2, false, false, 1},
    {FIAT_MOCK_LONG_LENGTH, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_TRUNCATED, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_BAD_JSON, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_FEW_RESULTS, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_WRONG_COUNT, 0, FIAT_DELIVERED, 2, 2, false, false, 0},
    {FIAT_MOCK_STALL_ACCEPT, 50, FIAT_DELIVERED, 1, 1, false, false, 0},
    {FIAT_MOCK_TLS_REFUSED, 0, FIAT_DELIVERED, 2, 1, true, false, 0},
    {FIAT_MOCK_TLS_WRONG_HOST, 0, FIAT_DELIVERED, 2, 1, true, false, 0},
    {FIAT_MOCK_OK, 0, FIAT_DELIVERED, 1, 1, true, false, 0},
    {FIAT_MOCK_RESET_TAKEN, 0, FIAT_DELIVERED, 2, 2, true, false, 0},
    {FIAT_MOCK_STALL_TAKEN, 0, FIAT_DELIVERED, 2, 2, true, true, 0},
};

START_TEST(meets_each_fault) {
    const fault_row *row = &s_faults[_i];
    const char *name = fiat_mock_fault_name(row->kind);
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.tls = row->tls;
    start_mock(&opts);
    ck_assert_fiat_ok(fiat_mock_push(s_mock, row->kind, row->value, 1, &s_err), s_err);
    run_client(row->stalls ? "400" : "10000");
    ck_assert_msg(s_reports.count == EVENTS, "%s: %zu reports", name, s_reports.count);
    if (row->kind != FIAT_MOCK_OK)
        ck_assert_msg(fiat_mock_fault_count(s_mock, row->kind) == 1, "%s was not met", name);
    for (size_t i = 0; i < EVENTS; i++) {
        const uint64_t times = fiat_mock_event_count(s_mock, s_reports.ids[i]);
        ck_assert_msg(s_reports.outcome[i] == row->outcome, "%s: outcome %d", name,
                      (int)s_reports.outcome[i]);
        ck_assert_msg(s_reports.attempts[i] >= row->attempts &&
                          s_reports.attempts[i] <= row->attempts + row->more,
                      "%s: %u attempts", name, s_reports.attempts[i]);
        ck_assert_msg(times == row->times, "%s: arrived %u times", name, (unsigned)times);
    }
}
END_TEST

/* A kept connection that breaks: the client sends anew at once, which counts as an attempt, and as
 * a risk where the first may have arrived. */
START_TEST(counts_what_is_sent_anew) {
    start_mock(NULL);
    fiat_logger *logger = open_logger("10000");
    log_events(logger, 1);
    ck_assert_fiat_ok(fiat_logger_flush(logger, 20000, &s_err), s_err);
    ck_assert_fiat_ok(fiat_mock_push(s_mock, FIAT_MOCK_CLOSE_TAKEN, 0, 1, &s_err), s_err);
    log_events(logger, EVENTS);
    ck_assert_fiat_ok(fiat_logger_flush(logger, 20000, &s_err), s_err);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    ck_assert_fiat_ok(fiat_logger_close(logger, 5000, NULL, &s_err), s_err);
    ck_assert_uint_eq(s_reports.count, 1 + EVENTS);
    for (size_t i = 1; i < s_reports.count; i++) {
        ck_assert_uint_eq(s_reports.attempts[i], 2);
        ck_assert_uint_eq(fiat_mock_event_count(s_mock, s_reports.ids[i]), 2);
    }
    ck_assert_uint_eq(stats.requests, 3);
    ck_assert_uint_eq(stats.duplicates_risked, EVENTS);
}
END_TEST

/* Log events of about so many bytes, and wait for every fate. */
static void log_large(fiat_logger *logger, size_t count, size_t bytes) {
    char *pad = malloc(bytes + 1);
    memset(pad, 'x', bytes);
    pad[bytes] = '\0';
    for (size_t i = 0; i < count; i++) {
        fiat_audit audit = fiat_audit_log(
            logger,
            FIAT_FIELDS(FIAT_FIELD("task", "test"),
                        FIAT_OBJECT("task_args", FIAT_FIELD("pad", (const char *)pad))),
            &s_err);
        ck_assert_fiat_ok((fiat_status)audit.status, s_err);
    }
    free(pad);
    ck_assert_fiat_ok(fiat_logger_flush(logger, 60000, &s_err), s_err);
}

/* Over a stream's quota the client slows down, and all arrives, once. */
START_TEST(keeps_to_a_quota) {
    enum { EVENT_BYTES = 1000, COUNT = 300 };
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.bytes_per_s = (uint64_t)EVENT_BYTES * COUNT / 2;
    start_mock(&opts);
    fiat_logger *logger = fiat_configure(
        "firehose", &s_err, "aws.region", "us-east-1", "aws.endpoint.url", fiat_mock_url(s_mock),
        "record.max.events", "5", "retry.backoff.ms", "20", "retry.backoff.max.ms", "200", NULL);
    ck_assert_msg(logger != NULL, "%s", s_err.message);
    log_large(logger, COUNT, EVENT_BYTES);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    ck_assert_fiat_ok(fiat_logger_close(logger, 5000, NULL, &s_err), s_err);
    fiat_mock_stats seen = {.struct_size = sizeof seen};
    fiat_mock_get_stats(s_mock, &seen);
    ck_assert_uint_eq(stats.delivered, COUNT);
    ck_assert_uint_eq(stats.duplicates_risked, 0);
    ck_assert_uint_eq(seen.records, stats.records);
    ck_assert_uint_gt(seen.over_quota, 0);
    ck_assert_uint_eq(seen.over_quota, stats.throttled_records);
}
END_TEST

/* A proxy that lets through bodies of 1 MiB: its limit is found once, and nothing is lost by it. */
START_TEST(learns_the_size_that_is_let_through) {
    enum { EVENT_BYTES = 20000, COUNT = 300 };
    start_mock(NULL);
    fiat_logger *logger =
        fiat_configure("firehose", &s_err, "aws.region", "us-east-1", "aws.endpoint.url",
                       fiat_mock_url(s_mock), "record.max.bytes", "100000", NULL);
    ck_assert_msg(logger != NULL, "%s", s_err.message);
    ck_assert_fiat_ok(fiat_mock_chance(s_mock, FIAT_MOCK_TOO_LARGE, 1024, 1000, &s_err), s_err);
    log_large(logger, COUNT, EVENT_BYTES);
    const uint64_t refused = fiat_mock_fault_count(s_mock, FIAT_MOCK_TOO_LARGE);
    ck_assert_uint_ge(refused, 1);
    log_large(logger, COUNT, EVENT_BYTES);
    ck_assert_uint_eq(fiat_mock_fault_count(s_mock, FIAT_MOCK_TOO_LARGE), refused);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    ck_assert_fiat_ok(fiat_logger_close(logger, 5000, NULL, &s_err), s_err);
    ck_assert_uint_eq(stats.delivered, 2 * COUNT);
}
END_TEST

/* Every kind has its row above. */
START_TEST(knows_each_fault) {
    for (int kind = 0; kind < FIAT_MOCK_FAULT_COUNT; kind++) {
        size_t at = 0;
        while (at < sizeof s_faults / sizeof *s_faults && (int)s_faults[at].kind != kind)
            at++;
        ck_assert_msg(at < sizeof s_faults / sizeof *s_faults, "%s is tested by nothing",
                      fiat_mock_fault_name((fiat_mock_fault)kind));
    }
}
END_TEST

int main(void) {
    TCase *tcase = tcase_create("fault");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, meets_each_fault, 0, (int)(sizeof s_faults / sizeof *s_faults));
    tcase_add_test(tcase, counts_what_is_sent_anew);
    tcase_add_test(tcase, keeps_to_a_quota);
    tcase_add_test(tcase, learns_the_size_that_is_let_through);
    tcase_add_test(tcase, knows_each_fault);
    Suite *suite = suite_create("mock_fault");
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
