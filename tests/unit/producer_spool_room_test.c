/* A spool that is full: calls are refused or wait, and the log says so once. */
#include "producer_fake.h"
#include "spool_fake.h"

#include <errno.h>
#include <time.h>

#define EVENT_BYTES 10000

static char *s_dir;
static char s_text[EVENT_BYTES + 1];
static fake_sink *s_sink;
static fiat__producer_opts s_opts;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;
static char s_lines[2000];

static void keep_line(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    const size_t len = strlen(s_lines);
    snprintf(s_lines + len, sizeof s_lines - len, "%s: %s\n", line->topic, line->message);
}

/* Room for two segments of six events each, of which each is a record. */
static void set_up(void) {
    fiat_error err;
    s_dir = tmpdir_make();
    disk_heal();
    memset(s_text, 'x', EVENT_BYTES);
    s_lines[0] = '\0';
    s_opts = fake_opts();
    s_opts.record_max_events = 1;
    s_opts.queue_full = FIAT__FULL_REFUSE;
    s_opts.queue_wait_ms = 50;
    s_opts.spool = spool_opts(s_dir, false);
    s_opts.spool.max_bytes = 2 * FIAT__SPOOL_SEGMENT_MIN_BYTES;
    ck_assert_fiat_ok(fiat__log_new(&s_opts.log, FIAT_LOG_NOTICE, &fake_clock, &err), err);
    fiat__log_on_line(s_opts.log, keep_line, NULL);
}

static void tear_down(void) {
    fiat__log_free(s_opts.log);
    tmpdir_remove(s_dir);
}

static void start(void) {
    s_sink = fake_sink_new();
    s_producer = fake_producer(s_sink, &s_opts);
    s_stream = fake_stream(s_producer, "s");
}

static fiat_status put(fiat_error *err) {
    const fiat__str part = {s_text, EVENT_BYTES};
    return fiat__producer_append(s_stream, &part, 1, NULL, NULL, err);
}

/* Log until a call is refused; how many were accepted. */
static unsigned fill(void) {
    unsigned count = 0;
    while (put(NULL) == FIAT_OK)
        count++;
    return count;
}

static void turn_later(void) {
    fake_now_ms += 1000;
    fiat__sender_turn(s_producer);
}

static void turn_and_answer(void) {
    fiat__sender_turn(s_producer);
    while (s_sink->batch_count)
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
}

/* Send all that is in the spool. */
static void deliver(void) {
    for (int i = 0; i < 10; i++) {
        fake_now_ms += 1000;
        turn_and_answer();
    }
}

static int64_t real_ms(void) {
    return fiat__mono_ms(&fiat__clock_system);
}

static unsigned count_lines(const char *topic) {
    unsigned count = 0;
    for (const char *at = s_lines; (at = strstr(at, topic)); at++)
        count++;
    return count;
}

/* At the cap or on a full disk: one line for a thousand refusals, and one when it is over. */
START_TEST(the_log_says_once_that_it_is_full_and_once_that_it_is_not) {
    const bool disk = _i;
    start();
    ck_assert_int_eq(put(NULL), FIAT_OK);
    for (unsigned round = 1; round <= 2; round++) {
        if (disk) disk_fail(DISK_WRITE, 1, ENOSPC, true);
        ck_assert_uint_ge(fill(), disk ? 0 : 10);
        for (int i = 0; i < 1000; i++)
            ck_assert_int_eq(put(NULL), FIAT_E_SPOOL_FULL);
        turn_later();
        ck_assert_uint_eq(count_lines("spool-full: "), round);
        ck_assert_ptr_nonnull(strstr(s_lines, disk ? strerror(ENOSPC) : "spool.max.bytes"));
        ck_assert_ptr_nonnull(strstr(s_lines, s_dir));
        ck_assert_uint_eq(count_lines("spool-room: "), round - 1);
        disk_heal();
        deliver();
        if (disk) ck_assert_uint_eq(count_lines("spool-room: "), round - 1); /* nobody tried */
        if (disk) ck_assert_int_eq(put(NULL), FIAT_OK);
        turn_later();
        ck_assert_uint_eq(count_lines("spool-room: "), round);
        ck_assert_uint_eq(count_lines("spool-full: "), round);
    }
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

/* The newest segment would only be deleted when it has come to its end. If there is no other room
 * to be had, and all in it is settled, that is now. */
START_TEST(a_settled_segment_makes_room_before_its_end) {
    start();
    fiat__producer_stream *held = fake_stream(s_producer, "held");
    const fiat__str part = {s_text, EVENT_BYTES};
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(fiat__producer_append(held, &part, 1, NULL, NULL, NULL), FIAT_OK);
    held->hold_until_ms = INT64_MAX;
    ck_assert_uint_eq(fill(), 1); /* in a third segment */
    deliver();
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 2);
    ck_assert_int_eq(put(NULL), FIAT_OK);
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

/* --- waiting --- */

START_TEST(a_call_waits_for_its_time_and_is_refused) {
    s_opts.queue_full = FIAT__FULL_WAIT;
    fiat_error err = FIAT_ERROR_INIT;
    start();
    fill();
    for (int disk = 0; disk < 2; disk++) {
        if (disk) disk_fail(DISK_WRITE, 1, ENOSPC, true);
        if (disk) deliver();
        const int64_t start_ms = real_ms();
        ck_assert_fiat_status(put(&err), FIAT_E_SPOOL_FULL);
        ck_assert_int_ge(real_ms() - start_ms, 50);
        ck_assert_int_lt(real_ms() - start_ms, 5000);
        ck_assert_ptr_nonnull(strstr(err.message, disk ? strerror(ENOSPC) : "spool.max.bytes"));
    }
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

typedef struct late {
    bool disk;
    atomic_bool done;
} late;

/* The sender, or whoever makes room on the disk, a little late. */
static void *make_room(void *arg) {
    late *self = arg;
    const struct timespec pause = {0, 20 * 1000000};
    nanosleep(&pause, NULL);
    if (self->disk) disk_heal();
    while (!self->disk && !atomic_load(&self->done))
        turn_and_answer(); /* events that were logged at a time before this one are due */
    return NULL;
}

START_TEST(a_call_that_waits_goes_on_when_there_is_room) {
    late self = {.disk = _i};
    fiat_error err = FIAT_ERROR_INIT;
    pthread_t thread;
    s_opts.queue_full = FIAT__FULL_WAIT;
    s_opts.queue_wait_ms = 1;
    start();
    if (self.disk) disk_fail(DISK_WRITE, 1, ENOSPC, true);
    fill();
    fake_now_ms += 1000;
    s_producer->opts.queue_wait_ms = 60000;
    ck_assert_int_eq(fiat__thread_start(&thread, "room", make_room, &self, NULL), FIAT_OK);
    const int64_t start_ms = real_ms();
    ck_assert_fiat_ok(put(&err), err);
    ck_assert_int_lt(real_ms() - start_ms, 30000);
    atomic_store(&self.done, true);
    fiat__thread_join(thread);
    ck_assert_str_eq(err.message, ""); /* of the first refusal nothing is left */
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

static fiat_status s_status_inside;
static int64_t s_took_inside_ms;

static void log_inside(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    (void)report;
    const int64_t start_ms = real_ms();
    s_status_inside = put(NULL);
    s_took_inside_ms = real_ms() - start_ms;
}

/* A callback that waited for room would wait for itself. */
START_TEST(a_callback_does_not_wait) {
    s_opts.queue_full = FIAT__FULL_WAIT;
    s_opts.queue_wait_ms = 1;
    s_opts.on_delivery = log_inside;
    s_opts.reports_by_poll = _i;
    s_opts.batch_max_records = s_opts.max_in_flight = 1;
    start();
    fill();
    s_producer->opts.queue_wait_ms = 60000;
    turn_later();
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    turn_later();
    if (_i) ck_assert_int_eq(fiat__producer_poll(s_producer, 0, NULL, NULL), FIAT_OK);
    ck_assert_int_eq(s_status_inside, FIAT_E_SPOOL_FULL);
    ck_assert_int_lt(s_took_inside_ms, 5000);
    fiat__producer_on_delivery(s_producer, NULL, NULL);
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

#define THREADS 3

static atomic_uint s_closed;

static void *wait_for_room(void *arg) {
    fiat_error err = FIAT_ERROR_INIT;
    if (put(&err) == FIAT_E_CLOSED && err.status == FIAT_E_CLOSED) atomic_fetch_add(&s_closed, 1);
    return arg;
}

/* Close and exit() do not wait for calls that wait for room, and these do not outlive it: with a
 * spool and without. */
START_TEST(calls_that_wait_return_when_the_logger_is_closed) {
    const struct timespec pause = {0, 20 * 1000000};
    pthread_t threads[THREADS];
    const int64_t start_ms = real_ms();
    s_opts.queue_full = FIAT__FULL_WAIT;
    s_opts.queue_wait_ms = 1;
    s_opts.queue_max_bytes = 100000;
    if (_i & 1) s_opts.spool.dir = NULL;
    atomic_store(&s_closed, 0);
    start();
    fill();
    s_producer->opts.queue_wait_ms = 3600000;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(fiat__thread_start(&threads[i], "waits", wait_for_room, NULL, NULL),
                         FIAT_OK);
    while (atomic_load(&s_producer->waiting_calls) < THREADS)
        nanosleep(&pause, NULL);
    nanosleep(&pause, NULL); /* by now they wait; if not, it is no matter */
    if (_i & 2) fiat__producer_leave(s_producer);
    if (!(_i & 2)) fiat__producer_close(s_producer, 0, NULL, NULL);
    for (int i = 0; i < THREADS; i++)
        fiat__thread_join(threads[i]);
    if (_i & 2) fiat__producer_close(s_producer, 0, NULL, NULL);
    ck_assert_uint_eq(atomic_load(&s_closed), THREADS);
    ck_assert_int_lt(real_ms() - start_ms, 20000);
}
END_TEST

/* Evicting gives up what the spool is to keep. */
START_TEST(evicting_is_refused) {
    fiat_error err = FIAT_ERROR_INIT;
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/below", s_dir);
    s_opts.spool.dir = dir;
    s_opts.queue_full = FIAT__FULL_EVICT;
    ck_assert_fiat_status(fiat__producer_new(&s_producer, &fake_sink_new()->base, &s_opts, &err),
                          FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "queue.full=evict"));
    ck_assert_ptr_nonnull(strstr(err.message, "spool=async"));
    ck_assert_int_ne(access(dir, F_OK), 0);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool_room");
    TCase *t = tcase_create("room");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, the_log_says_once_that_it_is_full_and_once_that_it_is_not, 0, 2);
    tcase_add_test(t, a_settled_segment_makes_room_before_its_end);
    tcase_add_test(t, a_call_waits_for_its_time_and_is_refused);
    tcase_add_loop_test(t, a_call_that_waits_goes_on_when_there_is_room, 0, 2);
    tcase_add_loop_test(t, a_callback_does_not_wait, 0, 2);
    tcase_add_loop_test(t, calls_that_wait_return_when_the_logger_is_closed, 0, 4);
    tcase_add_test(t, evicting_is_refused);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
