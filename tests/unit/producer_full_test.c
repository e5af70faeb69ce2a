/* What happens when the queue is full: calls are refused, or wait, or the oldest events go. */
#include "producer_fake.h"

#include <stdio.h>
#include <time.h>

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

/* One event a record, each in a block of 1 KiB, 64 of them. */
static fiat__producer_opts full_opts(fiat__full_policy policy) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    opts.queue_max_bytes = 64 * 1024;
    opts.queue_full = policy;
    opts.queue_wait_ms = 50;
    return opts;
}

static void open_with(const fiat__producer_opts *opts) {
    s_producer = fake_open(opts, &s_sink, &s_stream);
}

static fiat_stats stats(void) {
    fiat_stats out = {.struct_size = sizeof out};
    fiat__producer_stats(s_producer, &out);
    return out;
}

static fiat_status append_number(uintptr_t number) {
    char text[20];
    snprintf(text, sizeof text, "event %u", (unsigned)number);
    return fake_append_with(s_stream, text, NULL, (void *)number);
}

static int64_t real_ms(void) {
    return fiat__mono_ms(&fiat__clock_system);
}

/* Log until a call is refused; how many were accepted. */
static uintptr_t fill(void) {
    uintptr_t count = 0;
    while (append_number(count + 1) == FIAT_OK)
        count++;
    return count;
}

static void close_rest(uint64_t want_left) {
    uint64_t left = 0;
    fiat__producer_close(s_producer, 0, &left, NULL);
    ck_assert_uint_eq(left, want_left);
}

START_TEST(a_call_waits_for_its_time_and_is_refused) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_WAIT);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str part = {"e", 1};
    open_with(&opts);
    int64_t start_ms = real_ms();
    uintptr_t count = fill();
    ck_assert_uint_eq(count, 64);
    ck_assert_int_ge(real_ms() - start_ms, 50);
    start_ms = real_ms();
    ck_assert_fiat_status(fiat__producer_append(s_stream, &part, 1, NULL, NULL, &err),
                          FIAT_E_QUEUE_FULL);
    ck_assert_int_ge(real_ms() - start_ms, 50);
    ck_assert_int_lt(real_ms() - start_ms, 5000);
    ck_assert_ptr_nonnull(strstr(err.message, "queue.max.bytes"));
    fake_check_stats(s_producer, 0, 0, 0, count);
    close_rest(count);
}
END_TEST

static atomic_bool s_done;

/* The sender, a little late. */
static void *make_room(void *arg) {
    struct timespec pause = {0, 20 * 1000000};
    nanosleep(&pause, NULL);
    while (!atomic_load(&s_done)) {
        fiat__sender_turn(s_producer);
        if (s_sink->batch_count) fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    }
    return arg;
}

START_TEST(a_call_that_waits_is_woken_by_room) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_WAIT);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str part = {"late", 4};
    pthread_t sender;
    opts.queue_wait_ms = 1;
    open_with(&opts);
    uintptr_t count = fill();
    s_producer->opts.queue_wait_ms = 60000;
    ck_assert_int_eq(pthread_create(&sender, NULL, make_room, NULL), 0);
    int64_t start_ms = real_ms();
    ck_assert_fiat_ok(fiat__producer_append(s_stream, &part, 1, NULL, NULL, &err), err);
    ck_assert_int_lt(real_ms() - start_ms, 30000);
    ck_assert_str_eq(err.message, ""); /* of the first refusal nothing is left */
    atomic_store(&s_done, true);
    ck_assert_int_eq(pthread_join(sender, NULL), 0);
    ck_assert_uint_ge(stats().delivered, 1);
    ck_assert_uint_eq(stats().accepted, count + 1);
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

static fiat_status s_status_inside;
static int64_t s_took_inside_ms;

static void log_inside(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    (void)report;
    int64_t start_ms = real_ms();
    s_status_inside = append_number(99);
    s_took_inside_ms = real_ms() - start_ms;
}

/* A callback that waited for room would wait for itself. */
START_TEST(a_callback_does_not_wait) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_WAIT);
    opts.reports_by_poll = _i;
    opts.on_delivery = log_inside;
    opts.batch_max_records = opts.max_in_flight = 1;
    opts.queue_wait_ms = 1;
    open_with(&opts);
    uintptr_t count = fill();
    s_producer->opts.queue_wait_ms = 60000;
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish_each(s_sink, "D"); /* the queue is full until this one is reported */
    fiat__sender_turn(s_producer);
    if (_i) ck_assert_int_eq(fiat__producer_poll(s_producer, 0, NULL, NULL), FIAT_OK);
    ck_assert_int_eq(s_status_inside, FIAT_E_QUEUE_FULL);
    ck_assert_int_lt(s_took_inside_ms, 5000);
    fiat__producer_on_delivery(s_producer, NULL, NULL);
    close_rest(count - 1);
}
END_TEST

/* The largest numbers are the youngest events: the others were evicted in their order. */
static void check_evicted(size_t first_report, uintptr_t first_number, uintptr_t last_number) {
    ck_assert_uint_eq(fake_report_count - first_report, last_number - first_number + 1);
    for (uintptr_t n = first_number; n <= last_number; n++) {
        const fake_report *report = &fake_reports[first_report + n - first_number];
        ck_assert_ptr_eq(report->opaque, (void *)n);
        ck_assert_int_eq(report->outcome, FIAT_NOT_DELIVERED);
        ck_assert_int_eq(report->error.status, FIAT_E_QUEUE_FULL);
        ck_assert_ptr_nonnull(strstr(report->error.message, "evicted"));
    }
}

START_TEST(the_oldest_that_are_not_in_flight_are_evicted) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_EVICT);
    opts.max_in_flight = 1;
    opts.batch_max_records = 4;
    open_with(&opts);
    for (uintptr_t n = 1; n <= 4; n++)
        ck_assert_int_eq(append_number(n), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    for (uintptr_t n = 5; n <= 56; n++)
        ck_assert_int_eq(append_number(n), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(fake_report_count, 0); /* seven eighths: just right */
    for (uintptr_t n = 57; n <= 62; n++)
        ck_assert_int_eq(append_number(n), FIAT_OK);
    unsigned wakeups = s_sink->wakeups;
    fiat__sender_turn(s_producer);
    check_evicted(0, 5, 10);
    fake_check_stats(s_producer, 0, 0, 6, 56);
    ck_assert_uint_eq(stats().evicted, 6);
    /* The sender sleeps until it has something to evict. */
    atomic_store(&s_producer->wake_at_ms, fake_now_ms + 60000);
    ck_assert_int_eq(append_number(63), FIAT_OK);
    ck_assert_uint_eq(s_sink->wakeups, wakeups + 1);
    fiat__sender_turn(s_producer);
    check_evicted(6, 11, 11);
    close_rest(56);
}
END_TEST

/* What was sent before and failed is old, too; it may have arrived. */
START_TEST(records_that_wait_for_another_attempt_are_evicted) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_EVICT);
    opts.max_in_flight = 1;
    opts.batch_max_records = 4;
    open_with(&opts);
    for (uintptr_t n = 1; n <= 4; n++)
        ck_assert_int_eq(append_number(n), FIAT_OK);
    fiat__sender_turn(s_producer);
    fake_finish_each(s_sink, "PMPP");
    fiat__sender_turn(s_producer);
    for (uintptr_t n = 5; n <= 59; n++)
        ck_assert_int_eq(append_number(n), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(fake_report_count, 3);
    ck_assert_int_eq(fake_reports[0].outcome, FIAT_NOT_DELIVERED);
    ck_assert_int_eq(fake_reports[1].outcome, FIAT_MAYBE);
    ck_assert_ptr_nonnull(strstr(fake_reports[1].error.message, "1 attempt); last error"));
    ck_assert_uint_eq(stats().evicted, 3);
    fake_check_stats(s_producer, 0, 1, 2, 56);
    close_rest(56);
}
END_TEST

/* Of several streams the oldest go, whichever they belong to. */
START_TEST(the_oldest_of_all_streams_are_evicted) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_EVICT);
    open_with(&opts);
    fiat__producer_stream *other = fake_stream(s_producer, "other");
    s_stream->hold_until_ms = other->hold_until_ms = INT64_MAX; /* nothing is sent */
    for (uintptr_t n = 1; n <= 60; n++)
        ck_assert_int_eq(fake_append_with(n % 2 ? s_stream : other, "e", NULL, (void *)n), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(fake_report_count, 4);
    uintptr_t sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += (uintptr_t)fake_reports[i].opaque;
    ck_assert_uint_eq(sum, 1 + 2 + 3 + 4);
    close_rest(56);
}
END_TEST

/* Blocks are hardly larger than the records in them. */
START_TEST(events_fill_most_of_the_queue) {
    fiat__producer_opts opts = fake_opts();
    opts.queue_max_bytes = 8 << 20;
    opts.record_max_events = 500;
    opts.on_delivery = NULL; /* no notes */
    open_with(&opts);
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    uintptr_t count = 0;
    while (fake_append(s_stream, text) == FIAT_OK)
        count++;
    ck_assert_uint_ge(count * 301, opts.queue_max_bytes / 5 * 4);
    close_rest(count);
}
END_TEST

/* What waits to be reported keeps its memory. While nobody polls, evicting ever more would make no
 * room, and lose events that may still be delivered. */
START_TEST(reports_that_wait_count_as_on_their_way_out) {
    fiat__producer_opts opts = full_opts(FIAT__FULL_EVICT);
    opts.reports_by_poll = true;
    opts.queue_max_bytes = 64 * 1792; /* with its verdict a record takes so many */
    open_with(&opts);
    s_stream->hold_until_ms = INT64_MAX;
    uintptr_t count = 0;
    while (append_number(count + 1) == FIAT_OK) {
        count++;
        fiat__sender_turn(s_producer);
    }
    ck_assert_uint_eq(count, 64);
    uint64_t evicted = stats().evicted, count_polled = 0;
    ck_assert_uint_eq(evicted, 64 / 8);
    ck_assert_uint_eq(stats().reports_waiting, evicted);
    ck_assert_int_eq(fiat__producer_poll(s_producer, 0, &count_polled, NULL), FIAT_OK);
    ck_assert_uint_eq(count_polled, evicted);
    check_evicted(0, 1, evicted);
    ck_assert_int_eq(append_number(count + 1), FIAT_OK);
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

/* Threads that log faster than the sender sends, in every policy: each event that was accepted is
 * reported once, and none is refused that had the time to wait. */
#define THREADS 4
#define EACH    3000

static atomic_uint s_seen[THREADS * EACH];
static atomic_uint s_threads, s_refused;

static void count_report(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    atomic_fetch_add(&s_seen[(uintptr_t)report->opaque], 1);
}

static void *log_many(void *arg) {
    uintptr_t first = EACH * atomic_fetch_add(&s_threads, 1);
    for (uintptr_t i = 0; i < EACH; i++) {
        fiat_status status = fake_append_with(s_stream, "an event", NULL, (void *)(first + i));
        if (status == FIAT_E_QUEUE_FULL)
            atomic_fetch_add(&s_refused, 1);
        else if (status != FIAT_OK)
            return NULL;
    }
    return arg;
}

START_TEST(threads_log_faster_than_it_is_sent) {
    fiat__producer_opts opts = full_opts((fiat__full_policy)_i);
    pthread_t threads[THREADS];
    opts.clock = NULL;
    opts.linger_ms = 1;
    opts.queue_wait_ms = 60000;
    opts.on_delivery = count_report;
    open_with(&opts);
    s_producer->no_thread = false;
    s_sink->by_poll = true;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, log_many, &s_sink), 0);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    ck_assert_int_eq(fiat__producer_flush(s_producer, 60000, NULL), FIAT_OK);
    fiat_stats end = stats();
    ck_assert_int_eq(fiat__producer_close(s_producer, 30000, NULL, NULL), FIAT_OK);
    unsigned reported = 0;
    for (size_t i = 0; i < THREADS * EACH; i++) {
        ck_assert_uint_le(s_seen[i], 1);
        reported += s_seen[i];
    }
    ck_assert_uint_eq(reported + s_refused, THREADS * EACH);
    ck_assert_uint_eq(end.accepted, reported);
    ck_assert_uint_eq(end.evicted, end.not_delivered);
    if (_i == FIAT__FULL_WAIT) ck_assert_uint_eq(s_refused, 0);
    if (_i != FIAT__FULL_EVICT) ck_assert_uint_eq(end.evicted, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/full");
    TCase *tcase = tcase_create("full");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_call_waits_for_its_time_and_is_refused);
    tcase_add_test(tcase, a_call_that_waits_is_woken_by_room);
    tcase_add_loop_test(tcase, a_callback_does_not_wait, 0, 2);
    tcase_add_test(tcase, the_oldest_that_are_not_in_flight_are_evicted);
    tcase_add_test(tcase, records_that_wait_for_another_attempt_are_evicted);
    tcase_add_test(tcase, the_oldest_of_all_streams_are_evicted);
    tcase_add_test(tcase, events_fill_most_of_the_queue);
    tcase_add_test(tcase, reports_that_wait_count_as_on_their_way_out);
    tcase_add_loop_test(tcase, threads_log_faster_than_it_is_sent, 0, 3);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
