/* What is seen from outside: states of streams, counters, windows and log lines, by what the sink
 * answers. Fake clock, no thread. */
#include "producer_fake.h"

#include <stdio.h>

static fake_sink *s_sink;
static fiat__log *s_log;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;
static char s_lines[64][400]; /* "topic: message" */
static size_t s_line_count;
static unsigned s_intervals;

static uint64_t shortest(uint64_t limit) {
    (void)limit;
    return 0;
}

static void keep_line(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    ck_assert_uint_lt(s_line_count, 64);
    snprintf(s_lines[s_line_count++], sizeof s_lines[0], "%s: %s", line->topic, line->message);
}

static void count_interval(void *ctx) {
    ck_assert_ptr_eq(ctx, &s_intervals);
    s_intervals++;
}

static void open_with(fiat__producer_opts opts, fiat_log_level level) {
    fiat_error err;
    fake_now_ms = 1000000;
    s_line_count = s_intervals = 0;
    ck_assert_fiat_ok(fiat__log_new(&s_log, level, &fake_clock, &err), err);
    fiat__log_on_line(s_log, keep_line, NULL);
    opts.log = s_log;
    s_sink = fake_sink_new();
    s_producer = fake_producer(s_sink, &opts);
    s_stream = fake_stream(s_producer, "s");
    s_producer->random_below = shortest;
}

static void close_all(void) {
    fiat__producer_close(s_producer, 0, NULL, NULL);
    fiat__log_free(s_log);
}

/* So many records of one event, in one batch. */
static void send_records(size_t count) {
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(fake_append(s_stream, "e"), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
}

static void answer(const char *letters) {
    fake_finish_each(s_sink, letters);
    fiat__sender_turn(s_producer);
}

/* By the sender's own plan until the next batch is in flight. */
static void wait_for_batch(void) {
    for (int i = 0; i < 100 && s_sink->batch_count == 0; i++) {
        int64_t wake_ms = fiat__sender_turn(s_producer);
        if (s_sink->batch_count == 0 && wake_ms > fake_now_ms) fake_now_ms = wake_ms;
    }
    ck_assert_uint_gt(s_sink->batch_count, 0);
}

static fiat__stream_view view(void) {
    fiat__producer_totals totals;
    fiat__stream_view view;
    ck_assert_uint_eq(fiat__producer_stream_count(s_producer), 1);
    fiat__producer_view(s_producer, &view, 1, &totals);
    ck_assert_int_eq(memcmp(&view.tally, &totals.tally, sizeof view.tally), 0);
    ck_assert_uint_eq(view.tally.accepted, view.tally.delivered + view.tally.maybe +
                                               view.tally.not_delivered + view.tally.queued);
    return view;
}

static bool has_line(const char *begin) {
    for (size_t i = 0; i < s_line_count; i++)
        if (strncmp(s_lines[i], begin, strlen(begin)) == 0) return true;
    return false;
}

static fiat__producer_opts single_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    return opts;
}

/* What a batch of two ends like, the state after it, and the line that says so. */
static const struct {
    const char *letters, *state, *line;
} s_states[] = {
    {"DD", "sending", NULL},
    {"DR", "sending", NULL}, /* something got through */
    {"RR", "backing off", "backing-off: stream s: nothing was taken, trying again: server trouble"},
    {"MM", "backing off", "backing-off: "},
    {"DT", "throttled", "throttled: stream s: throttled, sending at a slower pace: slow down"},
    {"PP", "paused", "paused: stream s: paused, its events wait until this is mended: denied"},
    {"XD", "sending", NULL},
};

START_TEST(a_batch_decides_the_state) {
    open_with(single_opts(), FIAT_LOG_NOTICE);
    ck_assert_str_eq(view().state, "sending");
    ck_assert_int_eq(view().state_since_ms, 0);
    send_records(2);
    ck_assert_uint_eq(view().tally.in_flight, 1);
    answer(s_states[_i].letters);
    fiat__stream_view after = view();
    ck_assert_str_eq(after.state, s_states[_i].state);
    bool throttled = strchr(s_states[_i].letters, 'T') != NULL;
    ck_assert_int_eq(after.limits.bytes > 0, throttled);
    ck_assert_int_eq(after.limits.records > 0, throttled);
    ck_assert_uint_ge(after.limits.in_flight, 1);
    if (s_states[_i].line) {
        ck_assert_msg(has_line(s_states[_i].line), "%s", s_lines[0]);
        ck_assert_int_eq(after.state_since_ms, 1000100);
        ck_assert_str_ne(after.why, "");
        size_t lines = s_line_count;
        wait_for_batch();
        answer(s_sink->batches[0]->count == 2 ? "DD" : "D");
        ck_assert_msg(has_line("sending: stream s sends again: it was"), "%s", s_lines[lines]);
        ck_assert_str_eq(view().state, "sending");
        ck_assert_str_eq(view().why, "");
    } else {
        ck_assert(!has_line("sending: "));
    }
    close_all();
}
END_TEST

START_TEST(one_line_for_one_outage) {
    open_with(single_opts(), FIAT_LOG_NOTICE);
    send_records(1);
    answer("R");
    for (int i = 0; i < 3; i++) {
        wait_for_batch();
        answer("R");
    }
    ck_assert_uint_eq(s_line_count, 1);
    close_all();
}
END_TEST

START_TEST(resent_events_may_be_there_twice) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 3;
    open_with(opts, FIAT_LOG_DEBUG);
    send_records(3); /* one record */
    answer("R");
    wait_for_batch();
    ck_assert_uint_eq(view().tally.resent_events, 3);
    ck_assert_uint_eq(view().tally.duplicates_risked, 0);
    answer("M");
    wait_for_batch();
    answer("T");
    wait_for_batch();
    answer("D");
    fiat__tally tally = view().tally;
    ck_assert_uint_eq(tally.resent_events, 9);
    ck_assert_uint_eq(tally.duplicates_risked, 6);
    ck_assert_uint_eq(tally.retried_records, 3);
    ck_assert_uint_eq(tally.requests, 4);
    ck_assert_uint_eq(tally.failed_requests, 3);
    ck_assert_uint_eq(tally.throttled_records, 1);
    ck_assert_uint_eq(tally.in_flight, 0);
    ck_assert_uint_eq(tally.delivered, 3);
    ck_assert_uint_eq(tally.billed_bytes, FIAT__BILLING_STEP_BYTES);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(s_producer, &stats);
    ck_assert_uint_eq(stats.duplicates_risked, 6);
    ck_assert_uint_eq(stats.throttled_records, 1);
    ck_assert(has_line("request: stream s: 1 records, 6 bytes"));
    ck_assert(has_line("retry: stream s: 1 records are sent again: server trouble"));
    close_all();
}
END_TEST

START_TEST(waits_and_round_trips_are_measured) {
    fiat__quantiles q;
    open_with(fake_opts(), FIAT_LOG_NONE);
    send_records(3);
    fiat__window_read(fiat__producer_window(s_producer, FIAT__WINDOW_QUEUE_US), &q);
    ck_assert_uint_eq(q.count, 3);
    ck_assert_uint_eq(q.max, 100000);
    fake_now_ms += 40;
    answer("R");
    wait_for_batch();
    fake_now_ms += 20;
    answer("D");
    fiat__window_read(fiat__producer_window(s_producer, FIAT__WINDOW_ROUND_TRIP_US), &q);
    ck_assert_uint_eq(q.count, 2);
    ck_assert_uint_eq(q.sum, 60000);
    ck_assert_uint_eq(q.max, 40000);
    fiat__window_read(fiat__producer_window(s_producer, FIAT__WINDOW_QUEUE_US), &q);
    ck_assert_uint_eq(q.count, 3); /* of the first request alone */
    fake_now_ms += 200000;
    fiat__sender_turn(s_producer);
    fiat__window_read(fiat__producer_window(s_producer, FIAT__WINDOW_QUEUE_US), &q);
    ck_assert_uint_eq(q.recent, 0);
    ck_assert_uint_eq(s_line_count, 0);
    close_all();
}
END_TEST

START_TEST(what_is_given_up_is_said) {
    open_with(single_opts(), FIAT_LOG_NOTICE);
    send_records(2);
    answer("XD");
    ck_assert(has_line("gave-up: stream s: 1 event not delivered: rejected"));
    s_line_count = 0;
    send_records(1);
    answer("M");
    close_all();
    ck_assert_msg(has_line("gave-up: stream s: 1 event given up, may have arrived: "), "%s",
                  s_lines[0]);
}
END_TEST

START_TEST(a_full_queue_is_said_once_and_its_end) {
    fiat__producer_opts opts = single_opts();
    opts.queue_max_bytes = 64 * 1024;
    open_with(opts, FIAT_LOG_NOTICE);
    while (fake_append(s_stream, "e") == FIAT_OK)
        continue;
    fiat__sender_turn(s_producer);
    ck_assert(has_line("queue-full: the queue holds 65536 of at most 65536 bytes"));
    fake_append(s_stream, "e");
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_line_count, 1);
    while (s_sink->batch_count)
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(s_producer); /* settles */
    fiat__sender_turn(s_producer); /* sees the room */
    ck_assert_msg(has_line("queue-room: the queue has room again"), "%s", s_lines[1]);
    ck_assert_uint_eq(s_line_count, 2);
    close_all();
}
END_TEST

START_TEST(the_end_has_a_line_with_the_numbers) {
    open_with(single_opts(), FIAT_LOG_INFO);
    send_records(2);
    answer("DD");
    close_all();
    ck_assert_str_eq(s_lines[s_line_count - 1],
                     "closed: closed: 2 events accepted, 0 refused, 2 delivered, 0 maybe, 0 not "
                     "delivered");
}
END_TEST

START_TEST(intervals_are_kept) {
    fiat__producer_opts opts = single_opts();
    opts.interval_ms = 1000;
    opts.on_interval = count_interval;
    opts.owner_ctx = &s_intervals;
    open_with(opts, FIAT_LOG_NONE);
    send_records(1); /* its turn begins the first interval */
    answer("D");
    ck_assert_int_eq(fiat__sender_turn(s_producer), fake_now_ms + 1000);
    fake_now_ms += 999;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_intervals, 0);
    fake_now_ms += 1;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_intervals, 1);
    fake_now_ms += 10000; /* slept through nine */
    ck_assert_int_eq(fiat__sender_turn(s_producer), fake_now_ms + 1000);
    ck_assert_uint_eq(s_intervals, 2);
    close_all();
}
END_TEST

START_TEST(streams_keep_their_order) {
    fiat__stream_view views[3];
    fiat__producer_totals totals;
    open_with(single_opts(), FIAT_LOG_NONE);
    fake_append(fake_stream(s_producer, "t"), "e");
    fake_append(fake_stream(s_producer, "u"), "e");
    fake_append(fake_stream(s_producer, "u"), "e");
    fiat__producer_view(s_producer, views, 3, &totals);
    ck_assert_str_eq(views[0].name, "s");
    ck_assert_str_eq(views[1].name, "t");
    ck_assert_str_eq(views[2].name, "u");
    ck_assert_uint_eq(views[2].tally.accepted, 2);
    ck_assert_uint_eq(totals.tally.accepted, 3);
    fiat__producer_view(s_producer, views, 2, &totals); /* u came later than the count */
    ck_assert_str_eq(views[1].name, "t");
    ck_assert_uint_eq(totals.tally.accepted, 1);
    close_all();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/observe");
    TCase *tc = tcase_create("observe");
    tcase_add_loop_test(tc, a_batch_decides_the_state, 0, 7);
    tcase_add_test(tc, one_line_for_one_outage);
    tcase_add_test(tc, resent_events_may_be_there_twice);
    tcase_add_test(tc, waits_and_round_trips_are_measured);
    tcase_add_test(tc, what_is_given_up_is_said);
    tcase_add_test(tc, a_full_queue_is_said_once_and_its_end);
    tcase_add_test(tc, the_end_has_a_line_with_the_numbers);
    tcase_add_test(tc, intervals_are_kept);
    tcase_add_test(tc, streams_keep_their_order);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
