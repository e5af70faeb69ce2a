/* Lines: levels, order, allowance of each topic, the ring's limit, what a message may hold. */
#include "base/log.h"
#include "base/utf8.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static int64_t s_now_ms;

static int64_t read_clock(void *ctx) {
    (void)ctx;
    return s_now_ms;
}

static const fiat__clock s_clock = {read_clock, read_clock, NULL};

static fiat__log *s_log;
static char s_seen[128][600]; /* "level topic stream message (suppressed)" */
static size_t s_count;
static unsigned s_wakes;

static void keep(const fiat_log_line *line, void *ctx) {
    ck_assert_ptr_eq(ctx, &s_count);
    ck_assert_uint_eq(line->struct_size, sizeof *line);
    ck_assert_uint_lt(s_count, 128);
    snprintf(s_seen[s_count++], sizeof s_seen[0], "%s %s [%s] %s (%llu)",
             fiat_log_level_name(line->level), line->topic, line->stream, line->message,
             (unsigned long long)line->suppressed);
}

static void wake(void *ctx) {
    ck_assert_ptr_eq(ctx, &s_wakes);
    s_wakes++;
}

static void open_log(fiat_log_level level) {
    fiat_error err;
    s_count = s_wakes = 0;
    s_now_ms = 1000;
    ck_assert_fiat_ok(fiat__log_new(&s_log, level, &s_clock, &err), err);
    fiat__log_on_waiting(s_log, wake, &s_wakes);
}

static void open_listened(fiat_log_level level) {
    open_log(level);
    fiat__log_on_line(s_log, keep, &s_count);
}

static void tear_down(void) {
    fiat__log_free(s_log);
    s_log = NULL;
}

START_TEST(lines_come_in_order_when_served) {
    open_listened(FIAT_LOG_DEBUG);
    fiat__log_write(s_log, FIAT__LOG_PAUSED, "Orders", "stream %s waits", "Orders");
    fiat__log_write(s_log, FIAT__LOG_REQUEST, "", "a request");
    ck_assert_uint_eq(s_count, 0);
    ck_assert_uint_eq(s_wakes, 1); /* once for both */
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 2);
    ck_assert_str_eq(s_seen[0], "error paused [Orders] stream Orders waits (0)");
    ck_assert_str_eq(s_seen[1], "debug request [] a request (0)");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 2);
}
END_TEST

/* The row of each level's topic is the last that it lets through. */
START_TEST(levels_let_through) {
    static const fiat__log_topic topics[] = {FIAT__LOG_PAUSED, FIAT__LOG_THROTTLED,
                                             FIAT__LOG_SENDING, FIAT__LOG_CREDENTIALS,
                                             FIAT__LOG_REQUEST};
    open_listened((fiat_log_level)_i);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(fiat__log_wants(s_log, topics[i]), i < _i);
        fiat__log_write(s_log, topics[i], "", "%d", i);
    }
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, (size_t)_i);
}
END_TEST

START_TEST(lines_wait_for_a_callback) {
    open_log(FIAT_LOG_NOTICE);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "early");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_wakes, 0); /* for whom? */
    fiat__log_on_line(s_log, keep, &s_count);
    ck_assert_uint_eq(s_wakes, 1);
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 1);
    fiat__log_on_line(s_log, NULL, NULL);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "late");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 1);
}
END_TEST

START_TEST(a_topic_has_a_burst_and_then_one_a_second) {
    open_listened(FIAT_LOG_NOTICE);
    for (int i = 0; i < FIAT__LOG_BURST + 5; i++)
        fiat__log_write(s_log, FIAT__LOG_THROTTLED, "s", "%d", i);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "another topic");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, FIAT__LOG_BURST + 1);
    ck_assert_str_eq(s_seen[FIAT__LOG_BURST], "warning clock [] another topic (0)");
    s_now_ms += 999;
    fiat__log_write(s_log, FIAT__LOG_THROTTLED, "s", "too early");
    s_now_ms += 1;
    fiat__log_write(s_log, FIAT__LOG_THROTTLED, "s", "again");
    fiat__log_write(s_log, FIAT__LOG_THROTTLED, "s", "one too many");
    s_now_ms += 3600 * 1000;
    for (int i = 0; i < FIAT__LOG_BURST + 5; i++)
        fiat__log_write(s_log, FIAT__LOG_THROTTLED, "s", "later");
    s_count = 0;
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 1 + FIAT__LOG_BURST);
    ck_assert_str_eq(s_seen[0], "warning throttled [s] again (6)");
    ck_assert_str_eq(s_seen[1], "warning throttled [s] later (1)");
    ck_assert_str_eq(s_seen[2], "warning throttled [s] later (0)");
}
END_TEST

START_TEST(a_full_ring_counts_what_it_cannot_take) {
    open_listened(FIAT_LOG_DEBUG);
    for (int i = 0; i < FIAT__LOG_RING_LINES + 3; i++) {
        s_now_ms += 1000;
        fiat__log_write(s_log, FIAT__LOG_REQUEST, "", "%d", i);
    }
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, FIAT__LOG_RING_LINES);
    ck_assert_str_eq(s_seen[s_count - 1], "debug request [] 63 (0)");
    s_now_ms += 1000;
    fiat__log_write(s_log, FIAT__LOG_REQUEST, "", "room again");
    fiat__log_serve(s_log);
    ck_assert_str_eq(s_seen[s_count - 1], "debug request [] room again (3)");
}
END_TEST

START_TEST(messages_are_one_printable_line) {
    char name[200], text[2000];
    open_listened(FIAT_LOG_NOTICE);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "%s", "a\nb\x1b[2Jc\td\x7f.");
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa4", 3);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, name, "%s", text);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, name, ".%s", text);
    fiat__log_serve(s_log);
    ck_assert_str_eq(s_seen[0], "warning clock [] a b [2Jc d . (0)");
    for (size_t i = 1; i < 3; i++) {
        size_t len = strlen(s_seen[i]);
        ck_assert_uint_gt(len, 500);
        ck_assert_uint_eq(fiat__utf8_check(s_seen[i], len), len);
    }
}
END_TEST

/* A callback that causes lines gets them too, and is not called for ever. */
static void answer(const fiat_log_line *line, void *ctx) {
    keep(line, ctx);
    fiat__log_write(s_log, FIAT__LOG_QUEUE_FULL, "", "because of that");
}

START_TEST(a_callback_may_cause_lines) {
    open_log(FIAT_LOG_NOTICE);
    fiat__log_on_line(s_log, answer, &s_count);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "first");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 1 + FIAT__LOG_BURST);
}
END_TEST

START_TEST(the_child_of_a_fork_starts_with_none) {
    open_listened(FIAT_LOG_NOTICE);
    for (int i = 0; i < FIAT__LOG_BURST + 5; i++)
        fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "the parent's");
    fiat__log_lock(s_log);
    fiat__log_forget(s_log);
    fiat__log_unlock(s_log);
    s_now_ms += 1000;
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "its own");
    fiat__log_serve(s_log);
    ck_assert_uint_eq(s_count, 1);
    ck_assert_str_eq(s_seen[0], "warning clock [] its own (0)");
}
END_TEST

START_TEST(no_log_says_nothing) {
    ck_assert(!fiat__log_wants(NULL, FIAT__LOG_PAUSED));
    fiat__log_write(NULL, FIAT__LOG_PAUSED, "", "to nobody");
    fiat__log_on_line(NULL, keep, NULL);
    fiat__log_on_waiting(NULL, wake, NULL);
    fiat__log_serve(NULL);
    fiat__log_lock(NULL);
    fiat__log_forget(NULL);
    fiat__log_unlock(NULL);
    fiat__log_free(NULL);
}
END_TEST

START_TEST(levels_have_names) {
    ck_assert_str_eq(fiat_log_level_name(FIAT_LOG_NONE), "none");
    ck_assert_str_eq(fiat_log_level_name(FIAT_LOG_DEBUG), "debug");
    ck_assert_str_eq(fiat_log_level_name((fiat_log_level)99), "?");
    ck_assert_str_eq(fiat_log_level_name((fiat_log_level)-1), "?");
}
END_TEST

static fiat_status write_and_serve(void *ctx) {
    fiat_error err;
    (void)ctx;
    fiat_status status = fiat__log_new(&s_log, FIAT_LOG_NOTICE, &s_clock, &err);
    if (status != FIAT_OK) return status;
    s_count = 0;
    fiat__log_on_line(s_log, keep, &s_count);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "no room");
    chaos_fail_at(0, CHAOS_TRANSIENT);
    fiat__log_write(s_log, FIAT__LOG_CLOCK, "", "room");
    fiat__log_serve(s_log);
    fiat__log_free(s_log);
    s_log = NULL;
    const char *last = s_count ? s_seen[s_count - 1] : "";
    bool whole = s_count == 2 && strcmp(last, "warning clock [] room (0)") == 0;
    bool one_lost = s_count == 1 && strcmp(last, "warning clock [] room (1)") == 0;
    return whole || one_lost ? FIAT_OK : FIAT_E_NOMEM;
}

START_TEST(a_line_without_memory_is_counted) {
    chaos_loop(write_and_serve, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/log");
    TCase *tc = tcase_create("log");
    tcase_add_checked_fixture(tc, NULL, tear_down);
    tcase_add_test(tc, lines_come_in_order_when_served);
    tcase_add_loop_test(tc, levels_let_through, 0, 6);
    tcase_add_test(tc, lines_wait_for_a_callback);
    tcase_add_test(tc, a_topic_has_a_burst_and_then_one_a_second);
    tcase_add_test(tc, a_full_ring_counts_what_it_cannot_take);
    tcase_add_test(tc, messages_are_one_printable_line);
    tcase_add_test(tc, a_callback_may_cause_lines);
    tcase_add_test(tc, the_child_of_a_fork_starts_with_none);
    tcase_add_test(tc, no_log_says_nothing);
    tcase_add_test(tc, levels_have_names);
    tcase_add_test(tc, a_line_without_memory_is_counted);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
