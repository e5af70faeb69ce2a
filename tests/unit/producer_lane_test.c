/* Threads that are in each other's way get lanes of their own, and share one again when their
 * records do not fill up. Fake clock; other threads log one after the other. */
#include "producer_fake.h"

#include <time.h>

#define LINGER_MS     200
#define RECORD_EVENTS 64

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

static fiat__producer_opts lane_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.linger_ms = LINGER_MS;
    opts.record_max_events = RECORD_EVENTS;
    return opts;
}

static void open_with(const fiat__producer_opts *opts) {
    s_producer = fake_open(opts, &s_sink, &s_stream);
}

static void setup(void) {
    const fiat__producer_opts opts = lane_opts();
    open_with(&opts);
}

static void finish_all(void) {
    while (s_sink->batch_count)
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(s_producer);
}

/* Whatever is left is delivered; `events` were logged in all. */
static void close_after(uint64_t events) {
    s_sink->at_once = true;
    finish_all();
    fiat__producer_flush(s_producer, 0, NULL);
    fiat__sender_turn(s_producer);
    fiat__sender_turn(s_producer);
    fake_check_stats(s_producer, events, 0, 0, 0);
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, NULL, NULL), FIAT_OK);
}

static bool is_spread(void) {
    return atomic_load(&s_stream->spread);
}

/* A thread with a lane of its own. */
typedef struct logging {
    pthread_t thread;
    const char *text;
    int count;
} logging;

static void *append_texts(void *arg) {
    const logging *l = arg;
    for (int i = 0; i < l->count; i++)
        if (fake_append(s_stream, l->text) != FIAT_OK) return NULL;
    return arg;
}

static void append_elsewhere(const char *text, int count) {
    logging l = {.text = text, .count = count};
    void *result = NULL;
    ck_assert_int_eq(fiat__thread_start(&l.thread, "append", append_texts, &l, NULL), FIAT_OK);
    ck_assert_int_eq(pthread_join(l.thread, &result), 0);
    ck_assert_ptr_nonnull(result);
}

/* As many as fill a record, each or none of which finds the lane locked. */
static void fill_record(bool crowded) {
    for (int i = 0; i < RECORD_EVENTS; i++) {
        if (crowded) s_stream->lanes[0].waits++;
        ck_assert_int_eq(fake_append(s_stream, "e"), FIAT_OK);
    }
}

static int open_count(void) {
    int count = 0;
    for (int i = 0; i < FIAT__LANE_COUNT; i++)
        count += s_stream->lanes[i].open != NULL;
    return count;
}

static fiat__str sent(size_t record) {
    ck_assert_uint_gt(s_sink->batch_count, 0);
    ck_assert_uint_lt(record, s_sink->batches[0]->count);
    return s_sink->batches[0]->records[record].data;
}

START_TEST(one_record_for_all_threads_as_a_rule) {
    ck_assert_int_eq(fake_append(s_stream, "here"), FIAT_OK);
    append_elsewhere("there", 1);
    append_elsewhere("elsewhere", 1);
    ck_assert_int_eq(open_count(), 1);
    fake_now_ms += LINGER_MS;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batches[0]->count, 1);
    ck_assert(fiat__str_eq_c(sent(0), "here\nthere\nelsewhere\n"));
    close_after(3);
}
END_TEST

START_TEST(spreads_after_some_crowded_records) {
    fill_record(true);
    fill_record(true);
    fill_record(true);
    fill_record(false);
    ck_assert(!is_spread());
    for (int i = 0; i < 4; i++) {
        ck_assert(!is_spread());
        fill_record(true);
    }
    ck_assert(is_spread());
    close_after(8 * RECORD_EVENTS);
}
END_TEST

/* So much of the queue is not left to records that are hardly begun. */
START_TEST(does_not_spread_in_a_small_queue) {
    fiat__producer_opts opts = lane_opts();
    opts.queue_max_bytes = 128 * 1024;
    open_with(&opts);
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    s_sink->at_once = true;
    for (int i = 1; i <= 10 * RECORD_EVENTS; i++) {
        s_stream->lanes[0].waits++;
        ck_assert_int_eq(fake_append(s_stream, text), FIAT_OK);
        ck_assert(!is_spread());
        if (i % RECORD_EVENTS) continue;
        ck_assert_uint_eq(s_stream->ready.count, 1);
        fiat__producer_flush(s_producer, 0, NULL);
        fiat__sender_turn(s_producer);
        fiat__sender_turn(s_producer); /* which settles it */
    }
    close_after(10 * RECORD_EVENTS);
}
END_TEST

START_TEST(joins_when_a_record_does_not_fill_up) {
    fake_spread(s_stream);
    append_elsewhere("a", 3);
    append_elsewhere("b", 3);
    fake_now_ms += LINGER_MS / 2;
    append_elsewhere("c", 3);
    ck_assert_int_eq(open_count(), 3);
    ck_assert_int_eq(fiat__sender_turn(s_producer), fake_now_ms + LINGER_MS / 2);
    ck_assert(is_spread());
    ck_assert_uint_eq(s_sink->batch_count, 0);
    fake_now_ms += LINGER_MS / 2;
    fiat__sender_turn(s_producer);
    ck_assert(!is_spread());
    ck_assert_uint_eq(s_sink->batches[0]->count, 3);
    append_elsewhere("d", 1);
    append_elsewhere("e", 1);
    ck_assert_int_eq(open_count(), 1);
    close_after(11);
}
END_TEST

START_TEST(flush_sends_what_is_in_every_lane) {
    fake_spread(s_stream);
    append_elsewhere("a", 1);
    append_elsewhere("b", 1);
    ck_assert_int_eq(open_count(), 2);
    fiat__producer_flush(s_producer, 0, NULL);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batches[0]->count, 2);
    ck_assert_int_eq(open_count(), 0);
    close_after(2);
}
END_TEST

/* While somebody is at work in a lane nothing is joined, but what is due elsewhere is sent. */
START_TEST(does_not_wait_for_a_lane_to_join) {
    fake_spread(s_stream);
    append_elsewhere("a", 1);
    append_elsewhere("b", 1);
    fiat__lane *busy = s_stream->lanes;
    while (busy->open)
        busy++;
    fake_now_ms += LINGER_MS;
    const fiat__queue_view view = {.now_ms = fake_now_ms};
    fiat__mutex_lock(&busy->lock);
    fiat__lanes_join(s_stream);
    fiat__mutex_unlock(&busy->lock);
    ck_assert(is_spread());
    ck_assert_int_eq(open_count(), 2);
    ck_assert_int_eq(fiat__queue_due_ms(s_stream, &view, &(int64_t){0}), fake_now_ms);
    fiat__sender_turn(s_producer);
    ck_assert(!is_spread());
    close_after(2);
}
END_TEST

/* A thread that waits for its lane while the lanes are joined goes to the first. */
START_TEST(nobody_is_left_in_a_lane_of_its_own) {
    logging l = {.text = "late", .count = 1};
    fake_spread(s_stream);
    append_elsewhere("first", 1); /* in the first lane */
    for (int i = 0; i < FIAT__LANE_COUNT; i++)
        fiat__mutex_lock(&s_stream->lanes[i].lock);
    ck_assert_int_eq(fiat__thread_start(&l.thread, "append", append_texts, &l, NULL), FIAT_OK);
    nanosleep(&(struct timespec){0, 50000000}, NULL); /* by then it waits */
    atomic_store(&s_stream->spread, false);
    for (int i = 0; i < FIAT__LANE_COUNT; i++)
        fiat__mutex_unlock(&s_stream->lanes[i].lock);
    ck_assert_int_eq(pthread_join(l.thread, NULL), 0);
    ck_assert_int_eq(open_count(), 1);
    ck_assert_uint_eq(s_stream->lanes[0].open->event_count, 2);
    close_after(2);
}
END_TEST

/* In a hurry, too, a thread's sealed events go before its open ones. */
START_TEST(what_is_ready_goes_before_what_is_open) {
    const fiat__batch_limits limits = {10,
                                       2 * RECORD_EVENTS + 5}; /* bytes of a record and "last" */
    const fiat__queue_view hurry = {.now_ms = fake_now_ms, .hurry = true};
    fiat__records out = {0};
    fake_spread(s_stream);
    fill_record(false);
    fill_record(false);
    ck_assert_int_eq(fake_append(s_stream, "last"), FIAT_OK);
    ck_assert_uint_eq(s_stream->ready.count, 2);
    fiat__queue_take(s_stream, &hurry, &limits, &out);
    ck_assert_uint_eq(out.count, 1);
    ck_assert_uint_eq(out.head->sequence, 1);
    fiat__retry_keep(fiat__records_pop(&out), fake_now_ms);
    fiat__queue_take(s_stream, &hurry, &limits, &out);
    ck_assert_uint_eq(out.count, 2);
    ck_assert_uint_eq(out.head->sequence, 2);
    while (out.head)
        fiat__retry_keep(fiat__records_pop(&out), fake_now_ms);
    ck_assert(is_spread()); /* a full queue says nothing of how records fill up */
    close_after(2 * RECORD_EVENTS + 1);
}
END_TEST

START_TEST(what_is_too_old_is_found_in_every_lane) {
    const fiat__age age = {.opened_before_ms = fake_now_ms + 1};
    fiat__records out = {0};
    fake_spread(s_stream);
    append_elsewhere("a", 1);
    append_elsewhere("b", 1);
    fake_now_ms++;
    append_elsewhere("c", 1);
    fiat__queue_take_old(s_stream, &age, &out);
    ck_assert_uint_eq(out.count, 2);
    ck_assert_int_eq(open_count(), 1);
    while (out.head)
        fiat__retry_keep(fiat__records_pop(&out), fake_now_ms);
    close_after(3);
}
END_TEST

/* While the queue is full something is always ready, and an open record would wait behind all of it
 * for ever. */
START_TEST(joins_in_a_full_queue_as_well) {
    const fiat__batch_limits limits = {1, 1};
    fiat__queue_view hurry = {.now_ms = fake_now_ms, .hurry = true};
    fiat__records out = {0};
    fake_spread(s_stream);
    fill_record(false);
    fill_record(false);
    append_elsewhere("old", 1);
    hurry.now_ms = fake_now_ms += LINGER_MS;
    for (int i = 0; i < 3; i++) {
        fiat__queue_take(s_stream, &hurry, &limits, &out);
        ck_assert_uint_eq(out.count, 1);
        const uint64_t sequence = out.head->sequence;
        fiat__retry_keep(fiat__records_pop(&out), fake_now_ms);
        ck_assert_uint_eq(sequence, i + 1);
        fill_record(false);
    }
    close_after(5 * RECORD_EVENTS + 1);
}
END_TEST

/* Sealed while another lane's older record was open, a young one lies before it. A flush that waits
 * for the old one must not wait until the young one is due, which may be a quarter of an hour. */
START_TEST(what_is_due_behind_younger_records_is_sent) {
    fiat__producer_opts opts = lane_opts();
    opts.batch_max_records = 4;
    opts.linger_ms = LINGER_MS;
    open_with(&opts);
    fake_spread(s_stream);
    fill_record(false); /* in the first lane */
    append_elsewhere("old", 1);
    if (_i == 0)
        fiat__producer_flush(s_producer, 0, NULL);
    else
        fake_now_ms += LINGER_MS;
    for (int i = 0; i < 3; i++)
        fill_record(false);
    ck_assert_int_eq(fake_append(s_stream, "young"), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert(!is_spread());
    ck_assert_uint_eq(s_sink->batch_count, 2);
    ck_assert_uint_eq(s_sink->batches[1]->count, 2);
    ck_assert(fiat__str_eq_c(s_sink->batches[1]->records[1].data, "old\n"));
    close_after(4 * RECORD_EVENTS + 2);
}
END_TEST

/* The sender must not be awake for what it does not take. */
START_TEST(what_is_too_old_is_found_behind_younger_records) {
    fiat__producer_opts opts = lane_opts();
    opts.delivery_timeout_ms = 1000;
    open_with(&opts);
    s_stream->hold_until_ms = INT64_MAX; /* nothing is sent */
    fake_spread(s_stream);
    append_elsewhere("old", 1);
    fake_now_ms += 100;
    fill_record(false);
    fiat__lanes_join(s_stream);
    ck_assert_uint_eq(s_stream->ready.count, 2);
    fake_now_ms += 900;
    ck_assert_int_eq(fiat__sender_turn(s_producer), fake_now_ms + 100);
    fake_check_stats(s_producer, 0, 0, 1, RECORD_EVENTS);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_check_stats(s_producer, 0, 0, 1 + RECORD_EVENTS, 0);
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, NULL, NULL), FIAT_OK);
}
END_TEST

/* The oldest record may lie behind younger ones, and is not evicted then. The sender has to hear of
 * the next ones all the same, or the queue would fill up. */
START_TEST(evicts_around_an_old_record_that_was_sealed_late) {
    fiat__producer_opts opts = lane_opts();
    opts.queue_full = FIAT__FULL_EVICT;
    opts.queue_max_bytes = 64 * 1024;
    open_with(&opts);
    s_stream->hold_until_ms = INT64_MAX; /* nothing is sent */
    fake_spread(s_stream);
    append_elsewhere("old", 1);
    uint64_t count = 1;
    while (s_producer->ledger.queued_bytes <= s_producer->ledger.evict_above_bytes) {
        fill_record(false);
        count += RECORD_EVENTS;
        if (count == 1 + 2 * RECORD_EVENTS) fiat__lanes_join(s_stream);
    }
    fiat__sender_turn(s_producer);
    for (int i = 0; i < 40; i++) {
        const unsigned wakeups = s_sink->wakeups;
        atomic_store(&s_producer->wake_at_ms, fake_now_ms + 60000);
        fill_record(false);
        if (s_sink->wakeups > wakeups) fiat__sender_turn(s_producer);
    }
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(s_producer, &stats);
    ck_assert_uint_gt(stats.evicted, 30 * RECORD_EVENTS);
    fiat__producer_close(s_producer, 0, NULL, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/lane");
    TCase *tcase = tcase_create("lane");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, one_record_for_all_threads_as_a_rule);
    tcase_add_test(tcase, spreads_after_some_crowded_records);
    tcase_add_test(tcase, joins_when_a_record_does_not_fill_up);
    tcase_add_test(tcase, flush_sends_what_is_in_every_lane);
    tcase_add_test(tcase, does_not_wait_for_a_lane_to_join);
    tcase_add_test(tcase, nobody_is_left_in_a_lane_of_its_own);
    tcase_add_test(tcase, what_is_ready_goes_before_what_is_open);
    tcase_add_test(tcase, joins_in_a_full_queue_as_well);
    tcase_add_test(tcase, what_is_too_old_is_found_in_every_lane);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("small queue");
    tcase_add_test(tcase, does_not_spread_in_a_small_queue);
    tcase_add_test(tcase, what_is_too_old_is_found_behind_younger_records);
    tcase_add_test(tcase, evicts_around_an_old_record_that_was_sealed_late);
    tcase_add_loop_test(tcase, what_is_due_behind_younger_records_is_sent, 0, 2);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
