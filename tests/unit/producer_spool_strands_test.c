/* Calls that write at the same time, each to a strand of its own: what is read is in the order of
 * the calls all the same, and whatever becomes of one call, the events of the others come. */
#include "base/thread.h"
#include "producer/spool_strands.h"
#include "spool_calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* --- order --- */

START_TEST(an_event_waits_for_those_whose_calls_began_before) {
    spool_call slow;
    fiat__spool *spool = calls_open_slow(&slow);
    calls_put(spool, "third");
    calls_put(spool, "fourth");
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 2);
    spool_expect(spool, "first", false);
    spool_expect_none(spool);
    ck_assert_uint_eq(spool_stats(spool).unread, 2);
    gate_open();
    call_end(&slow, FIAT_OK);
    const char *const rest[] = {"slow", "third", "fourth", NULL};
    calls_expect(spool, rest, false);
    fiat__spool_close(spool);
    spool = spool_open(&calls_opts);
    spool_expect(spool, "first", true);
    calls_expect(spool, rest, true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
END_TEST

/* The sender has slept since all was read: whoever makes more readable says so. Of what is hidden
 * until then all counts for a batch, and only once. */
START_TEST(the_call_that_others_wait_for_wakes_the_sender) {
    static char half[601];
    fiat__spool_wake wake;
    fiat__spool *spool;
    spool_call slow;
    memset(half, 'h', sizeof half - 1);
    calls_opts.batch_bytes = 1000;
    spool = spool_open(&calls_opts);
    call_begin_slow(&slow, spool, "slow");
    spool_expect_none(spool);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NONE);
    gate_open();
    call_end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_LINGER);
    spool_expect(spool, "slow", true);
    spool_expect(spool, half, true);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NONE);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NOW);
    spool_expect(spool, half, true);
    spool_expect(spool, half, true);
    spool_expect_none(spool);
    call_begin_slow(&slow, spool, "slow");
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    gate_open();
    call_end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_NOW);
    fiat__spool_close(spool);
}
END_TEST

/* Of two calls the first ends: what was hidden behind it still counts. */
START_TEST(what_one_call_brings_to_light_counts_for_a_batch) {
    static char half[601];
    fiat__spool_wake wake;
    fiat__spool *spool;
    spool_call slow, slower;
    memset(half, 'h', sizeof half - 1);
    calls_opts.batch_bytes = 1000;
    spool = spool_open(&calls_opts);
    call_begin_slow(&slow, spool, "slow");
    spool_expect_none(spool);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    call_begin_slow(&slower, spool, "slower");
    gate_open();
    call_end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_LINGER);
    ck_assert_int_eq(calls_append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NOW);
    gate_open_slower();
    call_end(&slower, FIAT_OK);
    fiat__spool_close(spool);
}
END_TEST

/* Segments that come after it are read when the call has ended. */
START_TEST(a_segment_ends_while_a_call_still_writes_to_it) {
    static char texts[300][1001];
    const char *all[302] = {"slow"};
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow;
    call_begin_slow(&slow, spool, "slow");
    for (int i = 0; i < 300; i++) {
        snprintf(texts[i], sizeof texts[i], "%-1000d", i);
        calls_put(spool, texts[i]);
        all[i + 1] = texts[i];
    }
    ck_assert_uint_gt(spool_count_files(calls_dir, ".log"), 4);
    spool_expect_none(spool);
    gate_open();
    call_end(&slow, FIAT_OK);
    calls_expect_twice(spool, all);
}
END_TEST

/* The same with nothing more to be read in the segment, since the call fails. */
START_TEST(a_segment_whose_last_call_fails_keeps_nobody) {
    static char rest_of_segment[65001];
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow;
    calls_put(spool, "first");
    spool_expect(spool, "first", true);
    memset(rest_of_segment, 'r', sizeof rest_of_segment - 1);
    memcpy(rest_of_segment, "slow", 4);
    call_begin_slow(&slow, spool, rest_of_segment);
    calls_put(spool, rest_of_segment + 4);
    spool_expect_none(spool);
    gate_fail(EIO);
    gate_open();
    call_end(&slow, FIAT_E_IO);
    ck_assert_int_ne(slow.wake, FIAT__SPOOL_WAKE_NONE);
    spool_expect(spool, rest_of_segment + 4, true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
END_TEST

#define WRITERS     12 /* more than strands */
#define EVENTS_EACH 2000

typedef struct writer {
    fiat__spool *spool;
    int number;
} writer;

static void *write_many(void *arg) {
    const writer *self = arg;
    char text[64];
    for (int i = 0; i < EVENTS_EACH; i++) {
        snprintf(text, sizeof text, "%d %d", self->number, i);
        calls_put(self->spool, text);
    }
    return NULL;
}

/* Take what there is: of each writer, in its order. */
static int take_some(fiat__spool *spool, int next[WRITERS], bool settle) {
    fiat__spool_event event;
    bool again;
    int count = 0, number, i;
    while (fiat__spool_peek(spool, &event, &again)) {
        char text[64] = {0};
        memcpy(text, event.event.ptr, event.event.len);
        ck_assert_int_eq(sscanf(text, "%d %d", &number, &i), 2);
        ck_assert_int_eq(i, next[number]++);
        fiat__spool_taken(spool);
        if (settle) spool_settle(spool, event.ref);
        count++;
    }
    return count;
}

/* _i: while they write, or by the next process. */
START_TEST(the_events_of_each_thread_come_in_its_order) {
    writer writers[WRITERS];
    pthread_t threads[WRITERS];
    int next[WRITERS] = {0}, left = WRITERS * EVENTS_EACH;
    calls_opts.max_bytes = 64 << 20;
    fiat__spool *spool = spool_open(&calls_opts);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){spool, i};
        ck_assert_int_eq(fiat__thread_start(&threads[i], "w", write_many, &writers[i], NULL),
                         FIAT_OK);
    }
    while (_i == 0 && left > 0) {
        left -= take_some(spool, next, true);
        fiat__spool_note(spool);
    }
    for (int i = 0; i < WRITERS; i++)
        fiat__thread_join(threads[i]);
    if (_i == 1) {
        fiat__spool_close(spool);
        spool = spool_open(&calls_opts);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        ck_assert_int_eq(take_some(spool, next, true), left);
    }
    ck_assert_int_eq(take_some(spool, next, true), 0);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
END_TEST

/* --- calls that fail --- */

START_TEST(a_call_that_fails_while_others_write_leaves_no_trace) {
    spool_call slow;
    fiat__spool *spool = calls_open_slow(&slow);
    calls_put(spool, "third");
    gate_fail(EIO);
    gate_open();
    call_end(&slow, FIAT_E_IO);
    calls_put(spool, "fourth");
    ck_assert_uint_eq(spool_stats(spool).unsettled, 3);
    const char *const kept[] = {"first", "third", "fourth", NULL};
    calls_expect_twice(spool, kept);
}
END_TEST

/* The process is short of descriptors: those that are open serve all calls. */
START_TEST(without_a_second_file_calls_take_turns) {
    spool_call slow, other;
    fiat__spool *spool = calls_open_slow(&slow);
    disk_fail(DISK_OPEN, 1, EMFILE, true);
    call_begin(&other, spool, "third");
    while (!disk_has_failed())
        sched_yield();
    gate_open();
    call_end(&slow, FIAT_OK);
    call_end(&other, FIAT_OK);
    disk_heal();
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 1);
    const char *const all[] = {"first", "slow", "third", NULL};
    calls_expect_twice(spool, all);
}
END_TEST

/* There are descriptors to write all strands, or to read them. */
START_TEST(descriptors_that_are_kept_to_write_are_given_up_to_read) {
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow[FIAT__SPOOL_STRANDS];
    fiat__spool_event event;
    struct rlimit limit;
    bool again, found;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        call_begin_slow(&slow[i], spool, "slow");
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        gate_open();
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        call_end(&slow[i], FIAT_OK);
    const int lowest = dup(0);
    ck_assert_int_ge(lowest, 0);
    close(lowest);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)lowest + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int tries = 0; !(found = fiat__spool_peek(spool, &event, &again)) && tries < 5; tries++)
        ck_assert(again);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert(found);
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        spool_expect(spool, "slow", true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
END_TEST

START_TEST(more_calls_than_strands_wait_for_one) {
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow[FIAT__SPOOL_STRANDS], last;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        call_begin_slow(&slow[i], spool, "slow");
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), FIAT__SPOOL_STRANDS);
    call_begin(&last, spool, "last");
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        gate_open();
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        call_end(&slow[i], FIAT_OK);
    call_end(&last, FIAT_OK);
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        spool_expect(spool, "slow", true);
    spool_expect(spool, "last", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

/* There is room for the frame, and none for one more file. */
START_TEST(a_file_is_not_made_beyond_the_cap) {
    static char filling[100001];
    const uint64_t slow_bytes = FIAT__SPOOL_FRAME_BYTES + 5, last_bytes = slow_bytes - 4;
    fiat__spool *spool;
    spool_call slow[2], last;
    memset(filling, 'f', sizeof filling - 1);
    calls_opts.max_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES * 2;
    spool = spool_open(&calls_opts);
    calls_put(spool, filling); /* a segment by itself */
    call_begin_slow(&slow[0], spool, "slow");
    filling[calls_opts.max_bytes - spool_stats(spool).bytes - FIAT__SPOOL_HEAD_BYTES - last_bytes -
            2 * slow_bytes - last_bytes - (FIAT__SPOOL_HEAD_BYTES - 1)] = '\0';
    calls_put(spool, filling); /* the second file */
    gate_open();
    call_end(&slow[0], FIAT_OK);
    for (int i = 0; i < 2; i++)
        call_begin_slow(&slow[i], spool, "slow");
    call_begin(&last, spool, "");
    for (int i = 0; i < 2; i++)
        gate_open(); /* for either */
    for (int i = 0; i < 2; i++)
        call_end(&slow[i], FIAT_OK);
    call_end(&last, FIAT_OK);
    ck_assert_uint_eq(spool_stats(spool).bytes, calls_opts.max_bytes - FIAT__SPOOL_HEAD_BYTES + 1);
    fiat__spool_close(spool);
}
END_TEST

static void pause_ms(long ms) {
    const struct timespec time = {.tv_nsec = ms * 1000000};
    nanosleep(&time, NULL);
}

/* It was woken for the strand, and a note took the room meanwhile: the next that waits gets it. */
START_TEST(a_call_that_is_refused_leaves_the_strand_to_the_next) {
    static char filling[90001], large[90001];
    fiat__spool *spool;
    spool_call slow, first, second;
    memset(filling, 'f', sizeof filling - 1);
    memset(large, 'l', sizeof large - 1);
    calls_opts.max_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES * 2;
    spool = spool_open(&calls_opts);
    calls_put(spool, "settled");
    calls_put(spool, "not settled");
    spool_expect(spool, "settled", true);
    calls_put(spool, filling); /* a segment by itself */
    call_begin_slow(&slow, spool, "slow");
    const size_t room = calls_opts.max_bytes - spool_stats(spool).bytes;
    large[room - FIAT__SPOOL_FRAME_BYTES - 1] = '\0';
    call_begin(&first, spool, large);
    pause_ms(100);
    call_begin(&second, spool, large + FIAT__SPOOL_NOTE_BYTES);
    pause_ms(100);
    fiat__spool_note(spool);
    gate_open();
    call_end(&slow, FIAT_OK);
    call_end(&first, FIAT_E_SPOOL_FULL);
    call_end(&second, FIAT_OK);
    ck_assert_uint_eq(spool_stats(spool).bytes, calls_opts.max_bytes);
    fiat__spool_close(spool);
}
END_TEST

/* --- how many have to be taken for flush --- */

static void *ask_appended(void *spool) {
    return (void *)(uintptr_t)fiat__spool_appended_before(spool, 60000);
}

START_TEST(what_flush_waits_for_includes_the_calls_that_began_before) {
    fiat__spool *spool = spool_open(&calls_opts);
    spool_call slow, later;
    pthread_t asking;
    void *appended;
    call_begin_slow(&slow, spool, "slow");
    calls_put(spool, "second");
    ck_assert_uint_eq(fiat__spool_appended_before(spool, 0), 2);
    gate_fail(_i ? EIO : 0);
    ck_assert_int_eq(fiat__thread_start(&asking, "asks", ask_appended, spool, NULL), FIAT_OK);
    pause_ms(50);
    call_begin_slow(&later, spool, "slow, and later");
    gate_open();
    gate_open();
    pthread_join(asking, &appended);
    call_end(&slow, _i ? FIAT_E_IO : FIAT_OK);
    call_end(&later, _i ? FIAT_E_IO : FIAT_OK);
    ck_assert_uint_ge((uintptr_t)appended, _i ? 1 : 2);
    ck_assert_uint_le((uintptr_t)appended, _i ? 1 : 3);
    ck_assert_uint_eq(fiat__spool_appended_before(spool, 60000), _i ? 1 : 3);
    fiat__spool_close(spool);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool_strands");
    TCase *t = tcase_create("strands");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, calls_setup, calls_teardown);
    tcase_add_test(t, an_event_waits_for_those_whose_calls_began_before);
    tcase_add_test(t, the_call_that_others_wait_for_wakes_the_sender);
    tcase_add_test(t, what_one_call_brings_to_light_counts_for_a_batch);
    tcase_add_test(t, a_segment_ends_while_a_call_still_writes_to_it);
    tcase_add_test(t, a_segment_whose_last_call_fails_keeps_nobody);
    tcase_add_loop_test(t, the_events_of_each_thread_come_in_its_order, 0, 2);
    tcase_add_test(t, a_call_that_fails_while_others_write_leaves_no_trace);
    tcase_add_test(t, without_a_second_file_calls_take_turns);
    tcase_add_test(t, descriptors_that_are_kept_to_write_are_given_up_to_read);
    tcase_add_test(t, more_calls_than_strands_wait_for_one);
    tcase_add_test(t, a_file_is_not_made_beyond_the_cap);
    tcase_add_test(t, a_call_that_is_refused_leaves_the_strand_to_the_next);
    tcase_add_loop_test(t, what_flush_waits_for_includes_the_calls_that_began_before, 0, 2);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
