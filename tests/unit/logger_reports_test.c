/* Reports and the full queue as a program sees them: by settings and the public functions. */
#include "base/file.h"
#include "logger_fake.h"

#include <fiat/fiat.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>

static fiat_config *s_config;
static unsigned s_reports, s_failures;
static char s_said[512];

static void setup(void) {
    fake_setup();
    s_config = fake_config();
    s_reports = s_failures = 0;
}

static void teardown(void) {
    fiat_config_free(s_config);
    fake_teardown();
}

static void set(const char *name, const char *value) {
    ck_assert_fiat_ok(fiat_config_set(s_config, name, value, &fake_err), fake_err);
}

static void count_report(const fiat_delivery *report, void *ctx) {
    ck_assert_ptr_eq(ctx, &s_reports);
    s_reports++;
    if (report->outcome == FIAT_DELIVERED) return;
    s_failures++;
    snprintf(s_said, sizeof s_said, "%s", report->error->message);
}

static void open_with_callback(fiat_delivery_cb cb) {
    fake_new_sink();
    ck_assert_fiat_ok(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, s_config, &fake_err),
                      fake_err);
    fiat_logger_on_delivery(fake_logger, cb, &s_reports);
}

static void log_plain(unsigned count) {
    for (unsigned i = 0; i < count; i++)
        ck_assert_fiat_ok(
            validated_log(fake_logger, "Plain", FIAT_FIELDS(FIAT_FIELD("n", 1)), &fake_err),
            fake_err);
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 10000, &fake_err), fake_err);
}

static void close_ok(void) {
    ck_assert_fiat_ok(fiat_logger_close(fake_logger, 10000, NULL, &fake_err), fake_err);
}

/* What a callback may not do, on whichever thread it is called. */
static void try_what_waits(const fiat_delivery *report, void *ctx) {
    count_report(report, ctx);
    ck_assert_int_eq(fiat_logger_flush(fake_logger, 10, NULL), FIAT_E_ARG);
    ck_assert_int_eq(fiat_logger_poll(fake_logger, 10, NULL, NULL), FIAT_E_ARG);
    ck_assert_int_eq(fiat_logger_close(fake_logger, 10, NULL, NULL), FIAT_E_ARG);
}

START_TEST(reports_come_where_the_setting_says) {
    uint64_t count = 99;
    int fd = -2;
    set("reports", _i ? "poll" : "sender");
    open_with_callback(try_what_waits);
    log_plain(3);
    if (_i == 0) {
        ck_assert_uint_eq(s_reports, 3);
        ck_assert_fiat_status(fiat_logger_fd(fake_logger, &fd, &fake_err), FIAT_E_ARG);
        ck_assert_int_eq(fd, -1);
        ck_assert_fiat_status(fiat_logger_poll(fake_logger, 0, &count, &fake_err), FIAT_E_ARG);
        ck_assert_uint_eq(count, 0);
    } else {
        ck_assert_uint_eq(s_reports, 0);
        ck_assert_fiat_ok(fiat_logger_fd(fake_logger, &fd, &fake_err), fake_err);
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        ck_assert_int_eq(poll(&waiting, 1, 10000), 1);
        ck_assert_fiat_ok(fiat_logger_poll(fake_logger, 10000, &count, &fake_err), fake_err);
        ck_assert_uint_ge(count, 1);
        ck_assert_uint_eq(s_reports, count);
    }
    close_ok();
    ck_assert_uint_eq(s_reports, 3);
}
END_TEST

START_TEST(functions_of_reports_take_no_logger) {
    uint64_t count = 99;
    int fd;
    ck_assert_fiat_status(fiat_logger_poll(NULL, 0, &count, &fake_err), FIAT_E_ARG);
    ck_assert_uint_eq(count, 0);
    ck_assert_fiat_status(fiat_logger_fd(NULL, &fd, &fake_err), FIAT_E_ARG);
    open_with_callback(count_report);
    ck_assert_fiat_status(fiat_logger_fd(fake_logger, NULL, &fake_err), FIAT_E_ARG);
    close_ok();
}
END_TEST

START_TEST(delivered_events_need_not_be_reported) {
    set("reports.only", "failures");
    set("retry.backoff.ms", "1");
    open_with_callback(count_report);
    fake_kept.refuse_first = 1;
    fake_kept.fate = FIAT__FATE_TERMINAL;
    fake_kept.refusal = "never";
    log_plain(1);
    log_plain(5);
    close_ok();
    ck_assert_uint_eq(s_reports, 1);
    ck_assert_str_eq(s_said, "never");
}
END_TEST

/* Events of 100 KB, none of which is delivered, into a queue of 1 MiB. */
static fiat_status log_large(void) {
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    return validated_log(fake_logger, "Plain", FIAT_FIELDS(FIAT_FIELD("s", text)), &fake_err);
}

static void set_full(const char *policy) {
    set("queue.full", policy);
    set("queue.wait.ms", "100");
    set("queue.max.bytes", "1048576");
    set("record.max.events", "1");
    open_with_callback(count_report);
    fake_kept.refuse_first = UINT_MAX;
    fake_kept.refusal = "not now";
}

static fiat_stats close_full(void) {
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(fake_logger, &stats);
    ck_assert_uint_le(stats.queued_bytes, 1048576);
    uint64_t left;
    ck_assert_fiat_status(fiat_logger_close(fake_logger, 0, &left, &fake_err), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(s_reports, stats.accepted);
    return stats;
}

START_TEST(a_full_queue_refuses_at_once_or_after_waiting) {
    fiat_status status = FIAT_OK;
    set_full(_i ? "wait" : "refuse");
    int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    for (int i = 0; i < 40 && status == FIAT_OK; i++)
        status = log_large();
    ck_assert_int_eq(status, FIAT_E_QUEUE_FULL);
    if (_i) ck_assert_int_ge(fiat__mono_ms(&fiat__clock_system) - start_ms, 100);
    ck_assert_uint_eq(close_full().evicted, 0);
}
END_TEST

START_TEST(a_full_queue_evicts_the_oldest) {
    set_full("evict");
    for (int i = 0; i < 40;) {
        if (log_large() == FIAT_OK) i++;
        struct timespec pause = {0, 1000000}; /* the sender's turn: it evicts, not the caller */
        nanosleep(&pause, NULL);
    }
    ck_assert_uint_ge(close_full().evicted, 20);
    ck_assert_uint_ge(s_failures, 40);
}
END_TEST

START_TEST(given_up_events_are_in_the_dead_letter_file) {
    char path[600];
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    snprintf(path, sizeof path, "%s/dead.jsonl", fake_dir);
    set("dead.letter.file", path);
    set("dead.letter.sync", "false");
    open_with_callback(count_report);
    fake_kept.refuse_first = 1;
    fake_kept.fate = FIAT__FATE_TERMINAL;
    fake_kept.refusal = "never";
    log_plain(1);
    close_ok();
    ck_assert_fiat_ok(fiat__file_read(path, &text, &fake_err), fake_err);
    ck_assert_ptr_nonnull(strstr(fiat__buf_cstr(&text), "\"message\":\"never\""));
    ck_assert_ptr_nonnull(strstr(fiat__buf_cstr(&text), "\"event\":{\"n\":1}}\n"));
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(a_dead_letter_file_that_cannot_be_opens_no_logger) {
    set("dead.letter.file", fake_dir);
    fake_new_sink();
    ck_assert_fiat_status(
        fiat__logger_open_sink(&fake_logger, &fake_kept.sink, s_config, &fake_err), FIAT_E_IO);
    ck_assert_ptr_nonnull(strstr(fake_err.message, fake_dir));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/reports");
    TCase *tcase = tcase_create("reports");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, reports_come_where_the_setting_says, 0, 2);
    tcase_add_test(tcase, functions_of_reports_take_no_logger);
    tcase_add_test(tcase, delivered_events_need_not_be_reported);
    tcase_add_loop_test(tcase, a_full_queue_refuses_at_once_or_after_waiting, 0, 2);
    tcase_add_test(tcase, a_full_queue_evicts_the_oldest);
    tcase_add_test(tcase, given_up_events_are_in_the_dead_letter_file);
    tcase_add_test(tcase, a_dead_letter_file_that_cannot_be_opens_no_logger);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
