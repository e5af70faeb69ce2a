/* The spool by itself: what is written is read back until it is settled, whatever the disk does. */
#include "base/thread.h"
#include "producer/spool_strands.h"
#include "spool_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

static char *s_dir;

static void set_up(void) {
    s_dir = tmpdir_make();
    disk_heal();
    for (int i = 0; i < DISK_CALL_COUNT; i++)
        atomic_store(&disk_calls[i], 0);
}

static void tear_down(void) {
    tmpdir_remove(s_dir);
}

START_TEST(events_come_back_in_order_and_with_all_that_belongs_to_them) {
    const fiat__spool_opts opts = spool_opts(s_dir, _i);
    fiat__spool *spool = spool_open(&opts);
    fiat__uuid uuid = {{1, 2, 3}};
    const fiat__str part = {"three", 5};
    const fiat__spool_item item = {.stream = "other",
                                   .parts = &part,
                                   .part_count = 1,
                                   .uuid = &uuid,
                                   .opaque = s_dir,
                                   .mono_ms = 77};
    fiat__spool_wake wake;
    fiat__spool_event event;
    ck_assert_int_eq(spool_put(spool, "one", NULL, NULL), FIAT_OK);
    ck_assert_int_eq(spool_put(spool, "", NULL, NULL), FIAT_OK);
    ck_assert_int_eq(fiat__spool_append(spool, &item, &wake, NULL), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NONE);
    spool_expect(spool, "one", true);
    spool_expect(spool, "", true);
    ck_assert(spool_peek(spool, &event) && spool_peek(spool, &event));
    ck_assert(fiat__str_eq_c(event.stream, "other") && fiat__str_eq_c(event.event, "three"));
    ck_assert_mem_eq(&event.uuid, &uuid, sizeof uuid);
    ck_assert_ptr_eq(event.opaque, s_dir);
    ck_assert_int_eq(event.mono_ms, 77);
    ck_assert(event.own);
    fiat__spool_taken(spool);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

START_TEST(what_is_not_settled_comes_back_after_a_restart) {
    const fiat__spool_opts opts = spool_opts(s_dir, _i);
    fiat__spool *spool = spool_open(&opts);
    for (int i = 0; i < 6; i++) {
        char text[] = {(char)('a' + i), '\0'};
        ck_assert_int_eq(spool_put(spool, text, s_dir, NULL), FIAT_OK);
        spool_expect(spool, text, i == 1 || i == 2 || i == 5);
    }
    ck_assert_uint_eq(spool_stats(spool).unsettled, 6);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 3);
    fiat__spool_close(spool);

    spool = spool_open(&opts);
    ck_assert_uint_eq(spool_stats(spool).recovered, 3);
    ck_assert_uint_eq(spool_stats(spool).unread, 3);
    ck_assert_int_eq(spool_put(spool, "new", s_dir, NULL), FIAT_OK);
    fiat__spool_event event;
    ck_assert(spool_peek(spool, &event));
    ck_assert_ptr_null(event.opaque); /* a pointer of a process that is gone */
    ck_assert(!event.own);
    spool_expect(spool, "a", true);
    spool_expect(spool, "d", true);
    spool_expect(spool, "e", true);
    spool_expect(spool, "new", true);
    fiat__spool_note(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log") + spool_count_files(s_dir, ".ack"), 0);
}
END_TEST

START_TEST(segments_are_deleted_as_their_events_are_settled) {
    fiat__spool_opts opts = spool_opts(s_dir, _i);
    fiat__spool *spool = spool_open(&opts);
    static char text[20001];
    memset(text, 'x', 20000);
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 4); /* three fit one */
    for (int i = 0; i < 11; i++)
        spool_expect(spool, text, i != 4);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 2);
    spool_expect(spool, text, true);
    fiat__spool_note(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
    spool = spool_open(&opts);
    spool_expect(spool, text, true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

START_TEST(the_largest_event_fits) {
    fiat__spool_opts opts = spool_opts(s_dir, false);
    opts.max_bytes = 4 << 20;
    fiat__spool *spool = spool_open(&opts);
    char *text = calloc(1, FIAT_EVENT_MAX_BYTES + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, 'y', FIAT_EVENT_MAX_BYTES);
    ck_assert_int_eq(spool_put(spool, "small", NULL, NULL), FIAT_OK);
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    spool_expect(spool, "small", false);
    fiat__spool_close(spool);
    spool = spool_open(&opts);
    spool_expect(spool, "small", true);
    spool_expect(spool, text, true);
    spool_expect(spool, text, true);
    fiat__spool_close(spool);
    free(text);
}
END_TEST

/* A frame is written in one piece or in several, by its size; the event comes in three parts, one
 * of them empty. */
START_TEST(frames_of_all_sizes_come_back_whole) {
    fiat__spool_opts opts = spool_opts(s_dir, false);
    opts.max_bytes = 16 << 20;
    fiat__spool *spool = spool_open(&opts);
    static char text[4001];
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = (char)('a' + i % 23);
    for (size_t len = 1800; len < 2300; len++) {
        const fiat__str parts[] = {{text, 7}, {text, 0}, {text + 7, len - 7}};
        const fiat__spool_item item = {.stream = "s", .parts = parts, .part_count = 3};
        fiat__spool_wake wake;
        ck_assert_int_eq(fiat__spool_append(spool, &item, &wake, NULL), FIAT_OK);
    }
    for (size_t len = 1800; len < 2300; len++) {
        const char kept = text[len];
        text[len] = '\0';
        spool_expect(spool, text, true);
        text[len] = kept;
    }
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

START_TEST(at_the_cap_calls_are_refused_until_something_is_settled) {
    fiat__spool_opts opts = spool_opts(s_dir, _i);
    opts.max_bytes = 2 * FIAT__SPOOL_SEGMENT_MIN_BYTES;
    fiat__spool *spool = spool_open(&opts);
    static char text[10001];
    fiat_error err = FIAT_ERROR_INIT;
    int count = 0;
    memset(text, 'x', 10000);
    while (spool_put(spool, text, NULL, &err) == FIAT_OK)
        count++;
    ck_assert_int_eq(err.status, FIAT_E_SPOOL_FULL);
    ck_assert_ptr_nonnull(strstr(err.message, "spool.max.bytes"));
    ck_assert_int_eq(count, 13);
    ck_assert_uint_le(spool_stats(spool).bytes, opts.max_bytes);
    for (int i = 0; i < 6; i++)
        spool_expect(spool, text, true);
    fiat__spool_note(spool);
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    fiat__spool_close(spool);
}
END_TEST

START_TEST(a_folder_belongs_to_one_process) {
    const fiat__spool_opts opts = spool_opts(s_dir, false);
    fiat__spool *spool = spool_open(&opts), *second;
    fiat_error err = FIAT_ERROR_INIT;
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    ck_assert_fiat_status(fiat__spool_open(&second, &opts, &err), FIAT_E_SPOOL_LOCKED);
    ck_assert_ptr_nonnull(strstr(err.message, pid));
    ck_assert_ptr_nonnull(strstr(err.message, s_dir));
    ck_assert_ptr_null(second);
    pid_t child = fork();
    if (child == 0) _exit(fiat__spool_open(&second, &opts, NULL) == FIAT_E_SPOOL_LOCKED ? 7 : 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    fiat__spool_close(spool);
    fiat__spool_close(spool_open(&opts));
}
END_TEST

START_TEST(settings_that_cannot_be_are_refused) {
    fiat__spool *spool;
    fiat__spool_opts opts = spool_opts("", false);
    ck_assert_fiat_status(fiat__spool_open(&spool, &opts, NULL), FIAT_E_CONFIG);
    opts = spool_opts(s_dir, false);
    opts.segment_bytes = opts.max_bytes / 2 + 1;
    ck_assert_fiat_status(fiat__spool_open(&spool, &opts, NULL), FIAT_E_CONFIG);
    opts.segment_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES - 1;
    ck_assert_fiat_status(fiat__spool_open(&spool, &opts, NULL), FIAT_E_CONFIG);
    static char path[5000];
    memset(path, 'x', sizeof path - 1);
    opts = spool_opts(path, false);
    ck_assert_fiat_status(fiat__spool_open(&spool, &opts, NULL), FIAT_E_CONFIG);
    opts = spool_opts("/dev/null/spool", false);
    ck_assert_fiat_status(fiat__spool_open(&spool, &opts, NULL), FIAT_E_IO);
}
END_TEST

/* --- a disk that fails --- */

static const struct {
    disk_call call;
    int error;
    bool sync;
    fiat_status status;
} s_failures[] = {
    {DISK_OPEN, EACCES, false, FIAT_E_IO},          {DISK_OPEN, ENOSPC, true, FIAT_E_SPOOL_FULL},
    {DISK_WRITE, ENOSPC, false, FIAT_E_SPOOL_FULL}, {DISK_WRITE, EIO, true, FIAT_E_IO},
    {DISK_WRITE, EDQUOT, true, FIAT_E_SPOOL_FULL},  {DISK_SYNC, EIO, true, FIAT_E_IO},
    {DISK_SYNC, ENOSPC, true, FIAT_E_SPOOL_FULL},   {DISK_SYNC_DIR, EIO, true, FIAT_E_IO},
};

/* The first event, or one that follows another, is refused, with the reason and the place; what
 * was taken before and is taken after is there, also after a restart. */
START_TEST(an_event_that_cannot_be_written_is_refused_and_not_kept) {
    const fiat__spool_opts opts = spool_opts(s_dir, s_failures[_i].sync);
    for (int before = 0; before < 2; before++) {
        fiat_error err = FIAT_ERROR_INIT;
        fiat__spool *spool = spool_open(&opts);
        if (before) ck_assert_int_eq(spool_put(spool, "before", NULL, NULL), FIAT_OK);
        if (before && (s_failures[_i].call == DISK_OPEN || s_failures[_i].call == DISK_SYNC_DIR)) {
            spool_expect(spool, "before", true); /* such calls come with a segment's first */
            fiat__spool_close(spool);
            continue;
        }
        disk_fail(s_failures[_i].call, 1, s_failures[_i].error, false);
        ck_assert_int_eq(spool_put(spool, "refused", NULL, &err), s_failures[_i].status);
        ck_assert(disk_has_failed());
        ck_assert_int_eq(err.status, s_failures[_i].status);
        ck_assert_int_eq(err.sys_code, s_failures[_i].error);
        ck_assert_ptr_nonnull(strstr(err.message, s_dir));
        ck_assert_int_eq(spool_put(spool, "after", NULL, NULL), FIAT_OK);
        if (before) spool_expect(spool, "before", false);
        spool_expect(spool, "after", false);
        spool_expect_none(spool);
        ck_assert_uint_eq(fiat__spool_appended(spool), before ? 2 : 1);
        ck_assert_uint_eq(spool_stats(spool).unread, 0);
        fiat__spool_close(spool);
        spool = spool_open(&opts);
        if (before) spool_expect(spool, "before", true);
        spool_expect(spool, "after", true);
        spool_expect_none(spool);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        fiat__spool_close(spool);
        ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
    }
}
END_TEST

START_TEST(a_disk_that_stays_broken_refuses_all_and_leaves_no_litter) {
    const fiat__spool_opts opts = spool_opts(s_dir, true);
    fiat__spool *spool = spool_open(&opts);
    disk_fail(DISK_SYNC, 1, EIO, true);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(spool_put(spool, "refused", NULL, NULL), FIAT_E_IO);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
    ck_assert_uint_eq(spool_stats(spool).bytes, 0);
    disk_heal();
    ck_assert_int_eq(spool_put(spool, "taken", NULL, NULL), FIAT_OK);
    spool_expect(spool, "taken", true);
    fiat__spool_close(spool);
}
END_TEST

/* A disk that comes back after a while, with the file of a segment that could not be begun, nor be
 * removed. */
START_TEST(a_segment_that_could_not_be_begun_is_in_nobodys_way) {
    const fiat__spool_opts opts = spool_opts(s_dir, true);
    fiat__spool *spool = spool_open(&opts);
    disk_fail_any(2, EIO, true); /* the file is made, but its head is not written */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(spool_put(spool, "refused", NULL, NULL), FIAT_E_IO);
    disk_heal();
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
    ck_assert_int_eq(spool_put(spool, "taken", NULL, NULL), FIAT_OK);
    spool_expect(spool, "taken", false);
    fiat__spool_close(spool);
    spool = spool_open(&opts);
    spool_expect(spool, "taken", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

/* A sync that failed and a file that cannot be cut: the next process must not find the event. */
START_TEST(a_refused_event_that_cannot_be_cut_off_is_noted_as_settled) {
    const fiat__spool_opts opts = spool_opts(s_dir, true);
    fiat__spool *spool = spool_open(&opts);
    ck_assert_int_eq(spool_put(spool, "before", NULL, NULL), FIAT_OK);
    disk_fail(DISK_SYNC, 1, EIO, false);
    disk_fail(DISK_TRUNCATE, 1, EIO, false);
    ck_assert_int_eq(spool_put(spool, "refused", NULL, NULL), FIAT_E_IO);
    spool_expect(spool, "before", false);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    spool = spool_open(&opts);
    spool_expect(spool, "before", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

/* Every call that the disk can refuse, one by one, once or for good: what was accepted comes out
 * of the next process's spool, unless it was settled. */
START_TEST(each_call_to_the_disk_fails_in_turn) {
    static char text[20001];
    const bool persistent = _i & 1;
    const fiat__spool_opts opts = spool_opts(s_dir, _i & 2);
    memset(text, 'z', 20000);
    for (unsigned nth = 1, failed = 1; failed; nth++) {
        bool accepted[10] = {false}, seen[10] = {false};
        fiat__spool_event event;
        fiat__spool *spool;
        disk_fail_any(nth, nth % 2 ? EIO : ENOSPC, persistent);
        fiat_status status = fiat__spool_open(&spool, &opts, NULL);
        for (int i = 0; status == FIAT_OK && i < 10; i++) {
            text[0] = (char)('0' + i);
            accepted[i] = spool_put(spool, text, NULL, NULL) == FIAT_OK;
        }
        for (int i = 0; status == FIAT_OK && i < 3 && spool_peek(spool, &event); i++) {
            seen[event.event.ptr[0] - '0'] = true;
            fiat__spool_taken(spool);
            spool_settle(spool, event.ref);
            fiat__spool_note(spool);
        }
        if (status == FIAT_OK) fiat__spool_close(spool);
        failed = disk_has_failed();
        disk_heal();
        spool = spool_open(&opts);
        while (spool_peek(spool, &event)) {
            seen[event.event.ptr[0] - '0'] = true;
            fiat__spool_taken(spool);
            spool_settle(spool, event.ref);
        }
        for (int i = 0; i < 10; i++)
            ck_assert_msg(!accepted[i] || seen[i], "call %u: event %d is lost", nth, i);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        fiat__spool_note(spool);
        fiat__spool_close(spool);
        ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
    }
}
END_TEST

/* --- threads --- */

#define WRITERS     8
#define EVENTS_EACH 200

static void *write_many(void *arg) {
    char text[32];
    for (int i = 0; i < EVENTS_EACH; i++) {
        snprintf(text, sizeof text, "%d", i);
        ck_assert_int_eq(spool_put(arg, text, NULL, NULL), FIAT_OK);
    }
    return NULL;
}

START_TEST(threads_share_a_sync) {
    fiat__spool_opts opts = spool_opts(s_dir, true);
    fiat__spool *spool = spool_open(&opts);
    pthread_t threads[WRITERS];
    fiat__spool_event event;
    int count = 0;
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(fiat__thread_start(&threads[i], "writer", write_many, spool, NULL),
                         FIAT_OK);
    while (count < WRITERS * EVENTS_EACH) { /* the sender, meanwhile */
        if (!spool_peek(spool, &event)) continue;
        fiat__spool_taken(spool);
        spool_settle(spool, event.ref);
        if (++count % 100 == 0) fiat__spool_note(spool);
    }
    for (int i = 0; i < WRITERS; i++)
        fiat__thread_join(threads[i]);
    ck_assert_uint_lt(atomic_load(&disk_calls[DISK_SYNC]), WRITERS * EVENTS_EACH);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
    fiat__spool_close(spool);
}
END_TEST

/* What a writer was told of each of its events. */
typedef struct told {
    fiat__spool *spool;
    int number;
    bool accepted[EVENTS_EACH];
} told;

static void *write_what_goes(void *arg) {
    told *self = arg;
    char text[32];
    for (int i = 0; i < EVENTS_EACH; i++) {
        snprintf(text, sizeof text, "%d", self->number * EVENTS_EACH + i);
        fiat_status status = spool_put(self->spool, text, NULL, NULL);
        ck_assert(status == FIAT_OK || status == FIAT_E_IO);
        self->accepted[i] = status == FIAT_OK;
    }
    return NULL;
}

/* Syncs fail while threads share them: each event is read that was accepted, and no other, also by
 * the next process. */
START_TEST(a_sync_that_fails_fails_for_all_that_waited_for_it) {
    static told writers[WRITERS];
    static bool seen[WRITERS * EVENTS_EACH];
    const fiat__spool_opts opts = spool_opts(s_dir, true);
    fiat__spool *spool = spool_open(&opts);
    pthread_t threads[WRITERS];
    fiat__spool_event event;
    unsigned refused = 0;
    disk_fail(DISK_SYNC, 3, EIO, false);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].spool = spool;
        writers[i].number = i;
        ck_assert_int_eq(fiat__thread_start(&threads[i], "w", write_what_goes, &writers[i], NULL),
                         FIAT_OK);
    }
    for (int i = 0; i < WRITERS; i++) {
        fiat__thread_join(threads[i]);
        disk_fail(DISK_SYNC, 2, EIO, false); /* while others still write */
    }
    for (int life = 0; life < 2; life++) {
        memset(seen, 0, sizeof seen);
        while (spool_peek(spool, &event)) {
            char text[32] = {0};
            memcpy(text, event.event.ptr, event.event.len);
            seen[strtol(text, NULL, 10)] = true;
            fiat__spool_taken(spool);
        }
        refused = 0;
        for (int i = 0; i < WRITERS * EVENTS_EACH; i++) {
            ck_assert_int_eq(seen[i], writers[i / EVENTS_EACH].accepted[i % EVENTS_EACH]);
            refused += !seen[i];
        }
        fiat__spool_close(spool);
        disk_heal();
        spool = spool_open(&opts);
    }
    ck_assert_uint_gt(refused, 0);
    fiat__spool_close(spool);
}
END_TEST

/* Log once, however long it takes. */
static void *put_with_patience(void *arg) {
    while (spool_put(arg, "patient", NULL, NULL) == FIAT_E_SPOOL_FULL)
        (void)fiat__spool_wait_room(arg, 10000);
    return NULL;
}

/* Each of them tries again every 100 ms, and not because another one did. */
START_TEST(calls_that_wait_for_a_full_disk_do_not_drive_each_other) {
    const fiat__spool_opts opts = spool_opts(s_dir, false);
    const struct timespec half_a_second = {.tv_nsec = 500000000};
    fiat__spool *spool = spool_open(&opts);
    pthread_t threads[4];
    disk_fail(DISK_OPEN, 1, ENOSPC, true);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(fiat__thread_start(&threads[i], "w", put_with_patience, spool, NULL),
                         FIAT_OK);
    nanosleep(&half_a_second, NULL);
    /* Those that come at the same moment try each of a segment's files. */
    ck_assert_uint_lt(atomic_load(&disk_calls[DISK_OPEN]), FIAT__SPOOL_STRANDS * 10);
    disk_heal();
    for (int i = 0; i < 4; i++)
        fiat__thread_join(threads[i]);
    for (int i = 0; i < 4; i++)
        spool_expect(spool, "patient", true);
    fiat__spool_close(spool);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool");
    TCase *t = tcase_create("spool");
    const int failures = sizeof s_failures / sizeof s_failures[0];
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, events_come_back_in_order_and_with_all_that_belongs_to_them, 0, 2);
    tcase_add_loop_test(t, what_is_not_settled_comes_back_after_a_restart, 0, 2);
    tcase_add_loop_test(t, segments_are_deleted_as_their_events_are_settled, 0, 2);
    tcase_add_test(t, the_largest_event_fits);
    tcase_add_test(t, frames_of_all_sizes_come_back_whole);
    tcase_add_loop_test(t, at_the_cap_calls_are_refused_until_something_is_settled, 0, 2);
    tcase_add_test(t, a_folder_belongs_to_one_process);
    tcase_add_test(t, settings_that_cannot_be_are_refused);
    tcase_add_loop_test(t, an_event_that_cannot_be_written_is_refused_and_not_kept, 0, failures);
    tcase_add_test(t, a_disk_that_stays_broken_refuses_all_and_leaves_no_litter);
    tcase_add_test(t, a_segment_that_could_not_be_begun_is_in_nobodys_way);
    tcase_add_test(t, a_refused_event_that_cannot_be_cut_off_is_noted_as_settled);
    tcase_add_loop_test(t, each_call_to_the_disk_fails_in_turn, 0, 4);
    tcase_add_test(t, threads_share_a_sync);
    tcase_add_test(t, a_sync_that_fails_fails_for_all_that_waited_for_it);
    tcase_add_test(t, calls_that_wait_for_a_full_disk_do_not_drive_each_other);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
