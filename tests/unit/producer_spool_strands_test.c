/* Calls that write at the same time, each to a strand of its own: what is read is in the order of
 * the calls all the same, and whatever becomes of one call or file, the events of the others
 * come. */
#define _GNU_SOURCE /* memmem */
#include "base/thread.h"
#include "producer/spool_strands.h"
#include "spool_fake.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static char *s_dir;
static fiat__spool_io s_io;
static fiat__spool_opts s_opts;

/* Writing an event with "slow" in it takes until the gate is opened, and fails then if told to. One
 * with "slower" has a gate of its own. */
static sem_t s_gate, s_slower_gate, s_at_gate;
static int s_gate_error;

/* NULL: none. */
static sem_t *gate_of(const struct iovec *parts, int count) {
    for (int i = 0; i < count; i++) {
        if (memmem(parts[i].iov_base, parts[i].iov_len, "slower", 6)) return &s_slower_gate;
        if (memmem(parts[i].iov_base, parts[i].iov_len, "slow", 4)) return &s_gate;
    }
    return NULL;
}

static ssize_t gated_pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    sem_t *gate = gate_of(parts, count);
    if (!gate) return disk_io.pwritev(fd, parts, count, at);
    sem_post(&s_at_gate);
    sem_wait(gate);
    errno = s_gate_error;
    return s_gate_error ? -1 : disk_io.pwritev(fd, parts, count, at);
}

static void set_up(void) {
    s_dir = tmpdir_make();
    disk_heal();
    sem_init(&s_gate, 0, 0);
    sem_init(&s_slower_gate, 0, 0);
    sem_init(&s_at_gate, 0, 0);
    s_gate_error = 0;
    s_io = disk_io;
    s_io.pwritev = gated_pwritev;
    s_opts = spool_opts(s_dir, false);
    s_opts.io = &s_io;
}

static void tear_down(void) {
    tmpdir_remove(s_dir);
}

/* --- a call in another thread --- */

typedef struct caller {
    fiat__spool *spool;
    const char *text;
    fiat_status status;
    fiat__spool_wake wake;
    pthread_t thread;
} caller;

static fiat_status append(fiat__spool *spool, const char *text, fiat__spool_wake *wake) {
    const fiat__str part = fiat__str_c(text);
    const fiat__spool_item item = {.stream = "s", .parts = &part, .part_count = 1};
    return fiat__spool_append(spool, &item, wake, NULL);
}

static void *run_call(void *arg) {
    caller *self = arg;
    self->status = append(self->spool, self->text, &self->wake);
    return NULL;
}

static void begin(caller *self, fiat__spool *spool, const char *text) {
    *self = (caller){.spool = spool, .text = text};
    ck_assert_int_eq(fiat__thread_start(&self->thread, "caller", run_call, self, NULL), FIAT_OK);
}

/* Begin a call that stands at the gate when this returns. */
static void begin_slow(caller *self, fiat__spool *spool, const char *text) {
    begin(self, spool, text);
    sem_wait(&s_at_gate);
}

static void end(caller *self, fiat_status wanted) {
    fiat__thread_join(self->thread);
    ck_assert_int_eq(self->status, wanted);
}

static void put(fiat__spool *spool, const char *text) {
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
}

static void expect_all(fiat__spool *spool, const char *const *texts, bool settle) {
    for (; *texts; texts++)
        spool_expect(spool, *texts, settle);
    spool_expect_none(spool);
}

/* All of them and nothing else, now and, since nothing is settled, from the next process. */
static void expect_twice(fiat__spool *spool, const char *const *texts) {
    fiat__spool_stats stats;
    expect_all(spool, texts, false);
    fiat__spool_close(spool);
    spool = spool_open(&s_opts);
    stats = spool_stats(spool);
    ck_assert_uint_eq(stats.damaged + stats.damaged_bytes + stats.lost, 0);
    expect_all(spool, texts, true);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).bytes, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}

/* --- order --- */

START_TEST(an_event_waits_for_those_whose_calls_began_before) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    put(spool, "first");
    begin_slow(&slow, spool, "slow");
    put(spool, "third");
    put(spool, "fourth");
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 2);
    spool_expect(spool, "first", false);
    spool_expect_none(spool);
    ck_assert_uint_eq(spool_stats(spool).unread, 2);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    const char *const rest[] = {"slow", "third", "fourth", NULL};
    expect_all(spool, rest, false);
    fiat__spool_close(spool);
    spool = spool_open(&s_opts);
    spool_expect(spool, "first", true);
    expect_all(spool, rest, true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

/* The sender has slept since all was read: whoever makes more readable says so. Of what is hidden
 * until then all counts for a batch, and only once. */
START_TEST(the_call_that_others_wait_for_wakes_the_sender) {
    static char half[601];
    fiat__spool_wake wake;
    fiat__spool *spool;
    caller slow;
    memset(half, 'h', sizeof half - 1);
    s_opts.batch_bytes = 1000;
    spool = spool_open(&s_opts);
    begin_slow(&slow, spool, "slow");
    spool_expect_none(spool);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NONE);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_LINGER);
    spool_expect(spool, "slow", true);
    spool_expect(spool, half, true);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NONE);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NOW);
    spool_expect(spool, half, true);
    spool_expect(spool, half, true);
    spool_expect_none(spool);
    begin_slow(&slow, spool, "slow");
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_NOW);
    fiat__spool_close(spool);
}
END_TEST

/* Of two calls the first ends: what was hidden behind it still counts. */
START_TEST(what_one_call_brings_to_light_counts_for_a_batch) {
    static char half[601];
    fiat__spool_wake wake;
    fiat__spool *spool;
    caller slow, slower;
    memset(half, 'h', sizeof half - 1);
    s_opts.batch_bytes = 1000;
    spool = spool_open(&s_opts);
    begin_slow(&slow, spool, "slow");
    spool_expect_none(spool);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    begin_slow(&slower, spool, "slower");
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    ck_assert_int_eq(slow.wake, FIAT__SPOOL_WAKE_LINGER);
    ck_assert_int_eq(append(spool, half, &wake), FIAT_OK);
    ck_assert_int_eq(wake, FIAT__SPOOL_WAKE_NOW);
    sem_post(&s_slower_gate);
    end(&slower, FIAT_OK);
    fiat__spool_close(spool);
}
END_TEST

/* Segments that come after it are read when the call has ended. */
START_TEST(a_segment_ends_while_a_call_still_writes_to_it) {
    static char texts[300][1001];
    const char *all[302] = {"slow"};
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    begin_slow(&slow, spool, "slow");
    for (int i = 0; i < 300; i++) {
        snprintf(texts[i], sizeof texts[i], "%-1000d", i);
        put(spool, texts[i]);
        all[i + 1] = texts[i];
    }
    ck_assert_uint_gt(spool_count_files(s_dir, ".log"), 4);
    spool_expect_none(spool);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    expect_twice(spool, all);
}
END_TEST

/* The same with nothing more to be read in the segment, since the call fails. */
START_TEST(a_segment_whose_last_call_fails_keeps_nobody) {
    static char rest_of_segment[65001];
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    put(spool, "first");
    spool_expect(spool, "first", true);
    memset(rest_of_segment, 'r', sizeof rest_of_segment - 1);
    memcpy(rest_of_segment, "slow", 4);
    begin_slow(&slow, spool, rest_of_segment);
    put(spool, rest_of_segment + 4);
    spool_expect_none(spool);
    s_gate_error = EIO;
    sem_post(&s_gate);
    end(&slow, FIAT_E_IO);
    ck_assert_int_ne(slow.wake, FIAT__SPOOL_WAKE_NONE);
    spool_expect(spool, rest_of_segment + 4, true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
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
        put(self->spool, text);
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
    s_opts.max_bytes = 64 << 20;
    fiat__spool *spool = spool_open(&s_opts);
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
        spool = spool_open(&s_opts);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        ck_assert_int_eq(take_some(spool, next, true), left);
    }
    ck_assert_int_eq(take_some(spool, next, true), 0);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

/* --- calls that fail --- */

START_TEST(a_call_that_fails_while_others_write_leaves_no_trace) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    put(spool, "first");
    begin_slow(&slow, spool, "slow");
    put(spool, "third");
    s_gate_error = EIO;
    sem_post(&s_gate);
    end(&slow, FIAT_E_IO);
    put(spool, "fourth");
    ck_assert_uint_eq(spool_stats(spool).unsettled, 3);
    const char *const kept[] = {"first", "third", "fourth", NULL};
    expect_twice(spool, kept);
}
END_TEST

/* The process is short of descriptors: those that are open serve all calls. */
START_TEST(without_a_second_file_calls_take_turns) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow, other;
    put(spool, "first");
    begin_slow(&slow, spool, "slow");
    disk_fail(DISK_OPEN, 1, EMFILE, true);
    begin(&other, spool, "third");
    while (!disk_has_failed())
        sched_yield();
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    end(&other, FIAT_OK);
    disk_heal();
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
    const char *const all[] = {"first", "slow", "third", NULL};
    expect_twice(spool, all);
}
END_TEST

/* There are descriptors to write all strands, or to read them. */
START_TEST(descriptors_that_are_kept_to_write_are_given_up_to_read) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow[FIAT__SPOOL_STRANDS];
    fiat__spool_event event;
    struct rlimit limit;
    bool again, found;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        begin_slow(&slow[i], spool, "slow");
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        sem_post(&s_gate);
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        end(&slow[i], FIAT_OK);
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
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

/* The file of the one that began the segment cannot be made, that of the other can. */
START_TEST(the_first_file_of_a_segment_may_be_missing) {
    char path[4200];
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    begin_slow(&slow, spool, "slow");
    put(spool, "second");
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    fiat__spool_close(spool);
    snprintf(path, sizeof path, "%s/0000000000000001.log", s_dir);
    ck_assert_int_eq(unlink(path), 0);
    spool = spool_open(&s_opts);
    const char *const left[] = {"second", NULL};
    expect_twice(spool, left);
}
END_TEST

START_TEST(more_calls_than_strands_wait_for_one) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow[FIAT__SPOOL_STRANDS], last;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        begin_slow(&slow[i], spool, "slow");
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), FIAT__SPOOL_STRANDS);
    begin(&last, spool, "last");
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        sem_post(&s_gate);
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        end(&slow[i], FIAT_OK);
    end(&last, FIAT_OK);
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
    caller slow[2], last;
    memset(filling, 'f', sizeof filling - 1);
    s_opts.max_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES * 2;
    spool = spool_open(&s_opts);
    put(spool, filling); /* a segment by itself */
    begin_slow(&slow[0], spool, "slow");
    filling[s_opts.max_bytes - spool_stats(spool).bytes - FIAT__SPOOL_HEAD_BYTES - last_bytes -
            2 * slow_bytes - last_bytes - (FIAT__SPOOL_HEAD_BYTES - 1)] = '\0';
    put(spool, filling); /* the second file */
    sem_post(&s_gate);
    end(&slow[0], FIAT_OK);
    for (int i = 0; i < 2; i++)
        begin_slow(&slow[i], spool, "slow");
    begin(&last, spool, "");
    for (int i = 0; i < 2; i++)
        sem_post(&s_gate); /* for either */
    for (int i = 0; i < 2; i++)
        end(&slow[i], FIAT_OK);
    end(&last, FIAT_OK);
    ck_assert_uint_eq(spool_stats(spool).bytes, s_opts.max_bytes - FIAT__SPOOL_HEAD_BYTES + 1);
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
    caller slow, first, second;
    memset(filling, 'f', sizeof filling - 1);
    memset(large, 'l', sizeof large - 1);
    s_opts.max_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES * 2;
    spool = spool_open(&s_opts);
    put(spool, "settled");
    put(spool, "not settled");
    spool_expect(spool, "settled", true);
    put(spool, filling); /* a segment by itself */
    begin_slow(&slow, spool, "slow");
    const size_t room = s_opts.max_bytes - spool_stats(spool).bytes;
    large[room - FIAT__SPOOL_FRAME_BYTES - 1] = '\0';
    begin(&first, spool, large);
    pause_ms(100);
    begin(&second, spool, large + FIAT__SPOOL_NOTE_BYTES);
    pause_ms(100);
    fiat__spool_note(spool);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    end(&first, FIAT_E_SPOOL_FULL);
    end(&second, FIAT_OK);
    ck_assert_uint_eq(spool_stats(spool).bytes, s_opts.max_bytes);
    fiat__spool_close(spool);
}
END_TEST

/* --- how many have to be taken for flush --- */

static void *ask_appended(void *spool) {
    return (void *)(uintptr_t)fiat__spool_appended_before(spool, 60000);
}

START_TEST(what_flush_waits_for_includes_the_calls_that_began_before) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow, later;
    pthread_t asking;
    void *appended;
    begin_slow(&slow, spool, "slow");
    put(spool, "second");
    ck_assert_uint_eq(fiat__spool_appended_before(spool, 0), 2);
    s_gate_error = _i ? EIO : 0;
    ck_assert_int_eq(fiat__thread_start(&asking, "asks", ask_appended, spool, NULL), FIAT_OK);
    pause_ms(50);
    begin_slow(&later, spool, "slow, and later");
    sem_post(&s_gate);
    sem_post(&s_gate);
    pthread_join(asking, &appended);
    end(&slow, _i ? FIAT_E_IO : FIAT_OK);
    end(&later, _i ? FIAT_E_IO : FIAT_OK);
    ck_assert_uint_ge((uintptr_t)appended, _i ? 1 : 2);
    ck_assert_uint_le((uintptr_t)appended, _i ? 1 : 3);
    ck_assert_uint_eq(fiat__spool_appended_before(spool, 60000), _i ? 1 : 3);
    fiat__spool_close(spool);
}
END_TEST

/* --- what a former process left --- */

/* A segment of two files: "first" and "slow" in the one, the others in the second. */
static const char *const s_two[] = {"first", "slow", "third", "fourth", "fifth", NULL};

static void write_two_files(void) {
    fiat__spool *spool = spool_open(&s_opts);
    caller slow;
    put(spool, s_two[0]);
    begin_slow(&slow, spool, s_two[1]);
    for (int i = 2; s_two[i]; i++)
        put(spool, s_two[i]);
    sem_post(&s_gate);
    end(&slow, FIAT_OK);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 2);
}

static size_t read_file(const char *name, char *bytes, size_t size) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", s_dir, name);
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    const ssize_t len = read(fd, bytes, size);
    ck_assert_int_gt(len, 0);
    close(fd);
    return (size_t)len;
}

static void write_file(const char *name, const char *bytes, size_t len) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", s_dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

START_TEST(damage_in_one_file_costs_no_event_of_another) {
    char bytes[4096];
    write_two_files();
    const size_t len = read_file("0000000000000001.1.log", bytes, sizeof bytes);
    *(char *)memmem(bytes, len, "fourth", 6) ^= 1;
    write_file("0000000000000001.1.log", bytes, len);
    fiat__spool *spool = spool_open(&s_opts);
    ck_assert_uint_eq(spool_stats(spool).damaged, 1);
    ck_assert_uint_gt(spool_stats(spool).damaged_bytes, 0);
    const char *const left[] = {"first", "slow", "third", "fifth", NULL};
    expect_all(spool, left, true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 2); /* both in quarantine/ */
    spool = spool_open(&s_opts);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

/* A copy of the second file, or the file of another segment, in the place of a third. */
START_TEST(a_file_that_does_not_belong_there_is_damage) {
    static const char *const names[] = {"0000000000000001.1.log", "0000000000000002.log"};
    char bytes[4096];
    write_two_files();
    fiat__spool *spool = spool_open(&s_opts);
    for (int i = 0; i < 8; i++)
        put(spool, "of another segment");
    fiat__spool_close(spool);
    const size_t len = read_file(names[_i], bytes, sizeof bytes);
    write_file("0000000000000001.2.log", bytes, len);
    spool = spool_open(&s_opts);
    ck_assert_uint_gt(spool_stats(spool).damaged_bytes, 0);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 5 + 8);
    for (int i = 0; s_two[i]; i++)
        spool_expect(spool, s_two[i], true);
    for (int i = 0; i < 8; i++)
        spool_expect(spool, "of another segment", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 3); /* in quarantine/ */
}
END_TEST

/* Each file cut anywhere gives its whole frames before. */
START_TEST(each_file_may_be_torn) {
    char bytes[4096], name[64];
    fiat__spool_event event;
    write_two_files();
    snprintf(name, sizeof name, "0000000000000001.%slog", _i ? "1." : "");
    const size_t whole = read_file(name, bytes, sizeof bytes);
    size_t before = 0;
    for (size_t len = 0; len <= whole; len++) {
        char path[4200];
        size_t count = 0;
        write_file(name, bytes, len);
        fiat__spool *spool = spool_open(&s_opts);
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
        snprintf(path, sizeof path, "%s/0000000000000001.ack", s_dir);
        (void)unlink(path);
    }
    ck_assert_uint_eq(before, 5);
}
END_TEST

/* Reading fails in the middle of both files, and then it does not. */
START_TEST(reading_goes_on_where_the_disk_failed) {
    char text[301], next[301];
    fiat__spool *spool;
    caller slow;
    if (_i) s_opts.segment_bytes = 512 * 1024; /* one segment */
    spool = spool_open(&s_opts);
    for (int i = 0; i < 600; i += 2) { /* the one to the first file, the other to the second */
        snprintf(text, sizeof text, "%-296dslow", i);
        begin_slow(&slow, spool, text);
        snprintf(next, sizeof next, "%-300d", i + 1);
        put(spool, next);
        sem_post(&s_gate);
        end(&slow, FIAT_OK);
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
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool_strands");
    TCase *t = tcase_create("strands");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, an_event_waits_for_those_whose_calls_began_before);
    tcase_add_test(t, the_call_that_others_wait_for_wakes_the_sender);
    tcase_add_test(t, what_one_call_brings_to_light_counts_for_a_batch);
    tcase_add_test(t, a_segment_ends_while_a_call_still_writes_to_it);
    tcase_add_test(t, a_segment_whose_last_call_fails_keeps_nobody);
    tcase_add_loop_test(t, the_events_of_each_thread_come_in_its_order, 0, 2);
    tcase_add_test(t, a_call_that_fails_while_others_write_leaves_no_trace);
    tcase_add_test(t, without_a_second_file_calls_take_turns);
    tcase_add_test(t, descriptors_that_are_kept_to_write_are_given_up_to_read);
    tcase_add_test(t, the_first_file_of_a_segment_may_be_missing);
    tcase_add_test(t, more_calls_than_strands_wait_for_one);
    tcase_add_test(t, a_file_is_not_made_beyond_the_cap);
    tcase_add_test(t, a_call_that_is_refused_leaves_the_strand_to_the_next);
    tcase_add_loop_test(t, what_flush_waits_for_includes_the_calls_that_began_before, 0, 2);
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
