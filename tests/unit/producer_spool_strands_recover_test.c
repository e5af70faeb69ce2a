/* A segment of several files, when some of them are damaged or missing, or the disk does not give
 * them: the events of the others come, in the order of the calls. */
#define _GNU_SOURCE /* memmem */
#include "spool_calls.h"

#include <stdio.h>
#include <stdlib.h>

/* The name is good until the next call. */
static const char *path_of(const char *name) {
    static char path[4200];
    snprintf(path, sizeof path, "%s/%s", calls_dir, name);
    return path;
}

/* A segment of two files: "first" and "slow", of calls_open_slow(), in the one, the others in the
 * second. */
static const char *const s_two[] = {"first", "slow", "third", "fourth", "fifth", NULL};

static void write_two_files(void) {
    spool_call slow;
    fiat__spool *spool = calls_open_slow(&slow);
    for (int i = 2; s_two[i]; i++)
        calls_put(spool, s_two[i]);
    gate_open();
    call_end(&slow, FIAT_OK);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 2);
}

/* The file of the call that began the segment is gone: the event in the other comes. */
START_TEST(the_first_file_of_a_segment_may_be_missing) {
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow;
    call_begin_slow(&slow, spool, "slow");
    calls_put(spool, "second");
    gate_open();
    call_end(&slow, FIAT_OK);
    fiat__spool_close(spool);
    ck_assert_int_eq(unlink(path_of("0000000000000001.log")), 0);
    spool = spool_open(&calls_opts);
    const char *const left[] = {"second", NULL};
    calls_expect_twice(spool, left);
}
END_TEST

START_TEST(damage_in_one_file_costs_no_event_of_another) {
    char bytes[4096];
    write_two_files();
    const char *path = path_of("0000000000000001.1.log");
    const size_t len = spool_read_file(path, bytes, sizeof bytes);
    *(char *)memmem(bytes, len, "fourth", 6) ^= 1;
    spool_write_file(path, bytes, len);
    fiat__spool *spool = spool_open(&calls_opts);
    ck_assert_uint_eq(spool_stats(spool).damaged, 1);
    ck_assert_uint_gt(spool_stats(spool).damaged_bytes, 0);
    const char *const left[] = {"first", "slow", "third", "fifth", NULL};
    calls_expect(spool, left, true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 2); /* both in quarantine/ */
    spool = spool_open(&calls_opts);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

/* A copy of the second file, or the file of another segment, in the place of a third. */
START_TEST(a_file_that_does_not_belong_there_is_damage) {
    static const char *const names[] = {"0000000000000001.1.log", "0000000000000002.log"};
    char bytes[4096];
    write_two_files();
    fiat__spool *spool = spool_open(&calls_opts);
    for (int i = 0; i < 8; i++)
        calls_put(spool, "of another segment");
    fiat__spool_close(spool);
    const size_t len = spool_read_file(path_of(names[_i]), bytes, sizeof bytes);
    spool_write_file(path_of("0000000000000001.2.log"), bytes, len);
    spool = spool_open(&calls_opts);
    ck_assert_uint_gt(spool_stats(spool).damaged_bytes, 0);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 5 + 8);
    for (int i = 0; s_two[i]; i++)
        spool_expect(spool, s_two[i], true);
    for (int i = 0; i < 8; i++)
        spool_expect(spool, "of another segment", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 3); /* in quarantine/ */
}
END_TEST

/* Each file cut anywhere gives its whole frames before. */
START_TEST(each_file_may_be_torn) {
    char bytes[4096], name[64];
    fiat__spool_event event;
    write_two_files();
    snprintf(name, sizeof name, "0000000000000001.%slog", _i ? "1." : "");
    const size_t whole = spool_read_file(path_of(name), bytes, sizeof bytes);
    size_t before = 0;
    for (size_t len = 0; len <= whole; len++) {
        size_t count = 0;
        spool_write_file(path_of(name), bytes, len);
        fiat__spool *spool = spool_open(&calls_opts);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        for (int i = 0; spool_peek(spool, &event); count++) {
            while (s_two[i] && !fiat__str_eq_c(event.event, s_two[i]))
                i++;
            ck_assert_ptr_nonnull(s_two[i]);
            fiat__spool_taken(spool);
        }
        ck_assert_uint_ge(count, _i ? 2 : 3);
        ck_assert(count == before || count == before + 1 || len == 0);
        before = count;
        fiat__spool_close(spool);
        (void)unlink(path_of("0000000000000001.ack"));
    }
    ck_assert_uint_eq(before, 5);
}
END_TEST

/* Reading fails in the middle of both files, and then it does not. */
START_TEST(reading_goes_on_where_the_disk_failed) {
    char text[301], next[301];
    fiat__spool *spool;
    spool_call slow;
    if (_i) calls_opts.segment_bytes = 512 * 1024; /* one segment */
    spool = spool_open(&calls_opts);
    for (int i = 0; i < 600; i += 2) { /* the one to the first file, the other to the second */
        snprintf(text, sizeof text, "%-296dslow", i);
        call_begin_slow(&slow, spool, text);
        snprintf(next, sizeof next, "%-300d", i + 1);
        calls_put(spool, next);
        gate_open();
        call_end(&slow, FIAT_OK);
    }
    disk_fail_bytes(20000, 22000);
    fiat__spool_event event;
    bool again;
    int count = 0;
    for (int tries = 0; count < 600;) {
        if (!fiat__spool_peek(spool, &event, &again)) {
            ck_assert(again);
            if (++tries == 5) disk_heal();
            continue;
        }
        ck_assert_int_eq(strtol(event.event.ptr, NULL, 10), count++);
        fiat__spool_taken(spool);
        spool_settle(spool, event.ref);
    }
    spool_expect_none(spool);
    ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool_strands_recover");
    TCase *t = tcase_create("strands");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, calls_setup, calls_teardown);
    tcase_add_test(t, the_first_file_of_a_segment_may_be_missing);
    tcase_add_test(t, damage_in_one_file_costs_no_event_of_another);
    tcase_add_loop_test(t, a_file_that_does_not_belong_there_is_damage, 0, 2);
    tcase_add_loop_test(t, each_file_may_be_torn, 0, 2);
    tcase_add_loop_test(t, reading_goes_on_where_the_disk_failed, 0, 2);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
