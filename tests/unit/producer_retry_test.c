/* Fates: what is sent again, when, and how each event's end is reported. Fake clock, no thread. */
#include "producer_fake.h"

#include <stdio.h>

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

/* Every wait is the longest that jitter allows. */
static uint64_t longest(uint64_t limit) {
    return limit - 1;
}

static void open_with(fiat__producer_opts opts) {
    s_producer = fake_open(&opts, &s_sink, &s_stream);
    s_producer->random_below = longest;
}

/* One event a record, so that events and records are the same. */
static fiat__producer_opts single_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    return opts;
}

/* Append events a, b, c, ... and let them be sent as one batch. */
static void send_events(size_t count) {
    for (size_t i = 0; i < count; i++) {
        char text[2] = {(char)('a' + i), '\0'};
        ck_assert_int_eq(fake_append_with(s_stream, text, NULL, (void *)(i + 1)), FIAT_OK);
    }
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    ck_assert_uint_eq(s_sink->batches[0]->count, count);
}

static void finish_each(const char *letters) {
    fake_finish_each(s_sink, letters);
    fiat__sender_turn(s_producer);
}

/* Turn the clock on by the sender's own plan until a batch is in flight; how long that took. */
static int64_t wait_for_batch(void) {
    int64_t start_ms = fake_now_ms;
    for (int i = 0; i < 100 && s_sink->batch_count == 0; i++) {
        int64_t wake_ms = fiat__sender_turn(s_producer);
        if (s_sink->batch_count == 0 && wake_ms > fake_now_ms) fake_now_ms = wake_ms;
    }
    ck_assert_uint_gt(s_sink->batch_count, 0);
    return fake_now_ms - start_ms;
}

static void check_batch(const char *events) {
    ck_assert_uint_eq(s_sink->batches[0]->count, strlen(events));
    for (size_t i = 0; events[i]; i++) {
        char line[3] = {events[i], '\n', '\0'};
        ck_assert(fiat__str_eq_c(s_sink->batches[0]->records[i].data, line));
    }
}

static void close_now(uint64_t want_left) {
    uint64_t left = 99;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = fiat__producer_close(s_producer, 0, &left, &err);
    ck_assert_uint_eq(left, want_left);
    ck_assert_int_eq(status, want_left ? FIAT_E_INCOMPLETE : FIAT_OK);
    if (want_left) {
        char number[32];
        snprintf(number, sizeof number, "%u events", (unsigned)want_left);
        ck_assert(strstr(err.message, number));
    }
}

START_TEST(sends_again_only_what_failed_and_in_order) {
    open_with(single_opts());
    send_events(5);
    finish_each("DRDTX");
    fake_check_stats(s_producer, 2, 0, 1, 2);
    ck_assert_uint_eq(fake_report_count, 3);
    wait_for_batch();
    check_batch("bd");
    finish_each("DD");
    fake_check_stats(s_producer, 4, 0, 1, 0);
    static const struct {
        const char *data;
        fiat_outcome outcome;
        uint32_t attempts;
    } want[] = {{"a", FIAT_DELIVERED, 1},
                {"c", FIAT_DELIVERED, 1},
                {"e", FIAT_NOT_DELIVERED, 1},
                {"b", FIAT_DELIVERED, 2},
                {"d", FIAT_DELIVERED, 2}};
    ck_assert_uint_eq(fake_report_count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_str_eq(fake_reports[i].data, want[i].data);
        ck_assert_int_eq(fake_reports[i].outcome, want[i].outcome);
        ck_assert_uint_eq(fake_reports[i].attempts, want[i].attempts);
        ck_assert_uint_eq((uintptr_t)fake_reports[i].opaque,
                          (uintptr_t)(want[i].data[0] - 'a' + 1));
    }
    ck_assert_int_eq(fake_reports[2].error.status, FIAT_E_AWS_REJECTED);
    ck_assert_str_eq(fake_reports[2].record_id, "");
    ck_assert_str_eq(fake_reports[3].record_id, "id-2");
    fiat_stats stats;
    fiat__producer_stats(s_producer, &stats);
    ck_assert_uint_eq(stats.requests, 2);
    ck_assert_uint_eq(stats.retried_records, 2);
    close_now(0);
}
END_TEST

START_TEST(others_go_on_while_one_record_waits) {
    open_with(single_opts());
    send_events(3);
    finish_each("DRD");
    /* The failure of one record among successes does not hold the stream back. */
    ck_assert_uint_eq(s_stream->hold_level, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(fake_append(s_stream, "n"), FIAT_OK);
    fake_now_ms += 99;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 0);
    ck_assert_int_eq(wait_for_batch(), 1);
    check_batch("bnnn"); /* due together with the new ones, and before them */
    finish_each("DDDD");
    fake_check_stats(s_producer, 6, 0, 0, 0);
    close_now(0);
}
END_TEST

static const struct {
    uint32_t base_ms, max_ms;
    unsigned failures;
    uint32_t want_ms;
} backoffs[] = {
    {100, 10000, 1, 100},
    {100, 10000, 2, 200},
    {100, 10000, 7, 6400},
    {100, 10000, 8, 10000},
    {100, 10000, 4000000000u, 10000},
    {100, 100, 1, 100},
    {1, UINT32_MAX, 33, UINT32_MAX},
    {UINT32_MAX, UINT32_MAX, 2, UINT32_MAX},
};

START_TEST(backoff_doubles_to_its_maximum) {
    fiat__producer_opts opts = {.retry_backoff_ms = backoffs[_i].base_ms,
                                .retry_backoff_max_ms = backoffs[_i].max_ms};
    ck_assert_uint_eq(fiat__backoff_cap_ms(&opts, backoffs[_i].failures), backoffs[_i].want_ms);
}
END_TEST

/* One batch after the other fails. With jitter as it is in life, waits stay below the same caps. */
START_TEST(an_outage_slows_the_stream_down) {
    open_with(single_opts());
    send_events(3);
    for (unsigned failures = 1; failures <= 12; failures++) {
        fake_finish_each(s_sink, "RRR");
        int64_t cap_ms = fiat__backoff_cap_ms(&s_producer->opts, failures);
        if (_i == 0) ck_assert_int_eq(wait_for_batch(), cap_ms);
        if (_i == 1) s_producer->random_below = fiat__random_below;
        if (_i == 1) ck_assert_int_le(wait_for_batch(), cap_ms);
        check_batch("abc");
    }
    finish_each("DDD");
    fake_check_stats(s_producer, 3, 0, 0, 0);
    ck_assert_uint_eq(fake_reports[0].attempts, 13);
    close_now(0);
}
END_TEST

START_TEST(batches_lost_in_the_same_outage_count_once) {
    fiat__producer_opts opts = single_opts();
    opts.batch_max_records = 1;
    open_with(opts);
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(fake_append(s_stream, "e"), FIAT_OK);
    /* Requests in flight, then what becomes of all of them. */
    static const struct {
        size_t in_flight;
        fiat__record_fate fate;
        unsigned hold_level; /* after that */
    } steps[] = {
        {2, FIAT__FATE_DELIVERED, 0}, /* begins with few */
        {3, FIAT__FATE_THROTTLE, 1},  /* three failures, one outage */
        {1, FIAT__FATE_THROTTLE, 2},  /* one at a time while it is slow */
        {1, FIAT__FATE_DELIVERED, 1}, {1, FIAT__FATE_DELIVERED, 0},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        wait_for_batch();
        ck_assert_uint_eq(s_sink->batch_count, steps[i].in_flight);
        while (s_sink->batch_count)
            fake_finish(s_sink, steps[i].fate, false);
        fiat__sender_turn(s_producer);
        ck_assert_uint_eq(s_stream->hold_level, steps[i].hold_level);
    }
    for (int i = 0; i < 8; i++) {
        wait_for_batch();
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
        fiat__sender_turn(s_producer);
    }
    fake_check_stats(s_producer, 12, 0, 0, 0);
    close_now(0);
}
END_TEST

START_TEST(throttling_of_one_stream_leaves_others_alone) {
    open_with(single_opts());
    fiat__producer_stream *other = fake_stream(s_producer, "other");
    send_events(2);
    finish_each("DT");
    ck_assert_uint_eq(s_stream->hold_level, 1);
    s_stream->hold_until_ms = fake_now_ms + 5000;
    ck_assert_int_eq(fake_append(s_stream, "n"), FIAT_OK);
    ck_assert_int_eq(fake_append(other, "o"), FIAT_OK);
    fake_now_ms += 100;
    ck_assert_int_eq(fiat__sender_turn(s_producer), s_stream->hold_until_ms);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    ck_assert_str_eq(s_sink->batches[0]->stream, "other");
    finish_each("D");
    close_now(2);
    ck_assert_uint_eq(fake_report_count, 4);
}
END_TEST

START_TEST(pause_keeps_and_tries_at_the_longest_interval) {
    open_with(single_opts());
    send_events(2);
    for (int i = 0; i < 3; i++) {
        finish_each("PP");
        ck_assert_int_eq(wait_for_batch(), 10000);
        check_batch("ab");
    }
    finish_each("DD");
    fake_check_stats(s_producer, 2, 0, 0, 0);
    close_now(0);
}
END_TEST

/* A server that refuses every batch with a bad record in it, as it would by InvalidArgument. */
static void refuse_bad(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    bool bad = false;
    for (size_t i = 0; i < batch->count; i++)
        bad |= batch->records[i].data.ptr[0] == '!';
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], bad ? 'S' : 'D');
}

/* 500 records of which some are bad: only those are not delivered, and how many requests more that
 * may cost. */
static const struct {
    int bad[4];
    size_t bad_count;
    unsigned max_requests;
} poisoned[] = {
    {{0}, 0, 1},
    {{0}, 1, 19},
    {{499}, 1, 19},
    {{250}, 1, 19},
    {{0, 499}, 2, 2 * 18 + 1},
    {{3, 4, 250, 251}, 4, 4 * 18 + 1},
};

START_TEST(a_bad_record_does_not_take_others_along) {
    open_with(single_opts());
    s_sink->at_once = true;
    s_sink->answer = refuse_bad;
    for (int i = 0; i < 500; i++) {
        bool bad = false;
        for (size_t b = 0; b < poisoned[_i].bad_count; b++)
            bad |= poisoned[_i].bad[b] == i;
        ck_assert_int_eq(fake_append(s_stream, bad ? "!" : "good"), FIAT_OK);
    }
    int64_t start_ms = fake_now_ms;
    for (int i = 0; i < 200; i++)
        fiat__sender_turn(s_producer);
    ck_assert_int_eq(fake_now_ms, start_ms); /* no wait in between */
    fake_check_stats(s_producer, 500 - poisoned[_i].bad_count, 0, poisoned[_i].bad_count, 0);
    ck_assert_uint_le(s_sink->submits, poisoned[_i].max_requests);
    for (size_t i = 0; i < fake_report_count; i++)
        ck_assert_int_eq(fake_reports[i].outcome == FIAT_NOT_DELIVERED,
                         fake_reports[i].data[0] == '!');
    close_now(0);
}
END_TEST

/* When whatever is sent is refused, the search for the bad record ends soon. */
START_TEST(a_stream_that_refuses_all_costs_few_requests) {
    open_with(single_opts());
    s_sink->at_once = true;
    s_sink->answer = refuse_bad;
    for (int i = 0; i < 1500; i++)
        ck_assert_int_eq(fake_append(s_stream, "!"), FIAT_OK);
    for (int i = 0; i < 200; i++)
        fiat__sender_turn(s_producer);
    fake_check_stats(s_producer, 0, 0, 1500, 0);
    ck_assert_uint_le(s_sink->submits, 3 + 2 * 17);
    ck_assert_int_eq(fake_append(s_stream, "good"), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fiat__sender_turn(s_producer);
    fake_check_stats(s_producer, 1, 0, 1500, 0);
    ck_assert_uint_eq(s_stream->refusals, 0);
    close_now(0);
}
END_TEST

/* A proxy that lets through so many bytes. */
static void refuse_large(fake_sink *sink, fiat__sink_batch *batch) {
    const size_t *limit = sink->answer_ctx;
    size_t bytes = 0;
    for (size_t i = 0; i < batch->count; i++)
        bytes += batch->records[i].data.len;
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], bytes > *limit ? 'L' : 'D');
}

/* Send so many events of 10,000 bytes; how many requests that took. */
static unsigned send_large(int count) {
    char text[10000];
    unsigned before = s_sink->submits;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(fake_append(s_stream, text), FIAT_OK);
    fake_now_ms += 100;
    for (int i = 0; i < 400; i++)
        fiat__sender_turn(s_producer);
    return s_sink->submits - before;
}

/* Batches that are too large for what is on the way: the size is learnt once, whatever is under way
 * meanwhile, and nothing is given up for it. */
START_TEST(the_size_of_what_is_too_large_is_remembered) {
    size_t limit = 700000; /* of a batch of 4 MiB: halved three times, to 524,288 */
    open_with(single_opts());
    s_sink->at_once = true;
    s_sink->answer = refuse_large;
    s_sink->answer_ctx = &limit;
    unsigned requests = send_large(4 * 419);
    fake_check_stats(s_producer, 4 * 419, 0, 0, 0);
    ck_assert_uint_le(requests, 4 * 419 / 52 + 1 + 12);
    requests = send_large(419);
    ck_assert_uint_le(requests, 419 / 51 + 1);
    fake_now_ms += 10 * 60 * 1000; /* twice as much is tried again */
    requests = send_large(419);
    ck_assert_uint_le(requests, 419 / 51 + 1 + 4);
    limit = SIZE_MAX;
    fake_now_ms += 40 * 60 * 1000;
    ck_assert_uint_eq(send_large(419), 1);
    fake_check_stats(s_producer, 7 * 419, 0, 0, 0);
    close_now(0);
}
END_TEST

/* One that takes nothing at all is not sent single records for ever. */
START_TEST(what_is_too_large_however_small_is_given_up) {
    size_t limit = 0;
    open_with(single_opts());
    s_sink->at_once = true;
    s_sink->answer = refuse_large;
    s_sink->answer_ctx = &limit;
    unsigned requests = send_large(1000);
    fake_check_stats(s_producer, 0, 0, 1000, 0);
    ck_assert_uint_le(requests, 1000 / 3);
    limit = SIZE_MAX;
    send_large(10);
    fake_check_stats(s_producer, 10, 0, 1000, 0);
    close_now(0);
}
END_TEST

/* Halves that are throttled or fail stay by themselves, and end with what they are. */
START_TEST(halves_are_retried_as_halves) {
    open_with(single_opts());
    send_events(4);
    finish_each("SSSS");
    ck_assert_int_eq(wait_for_batch(), 0);
    ck_assert_uint_eq(s_sink->batch_count, 2);
    check_batch("ab");
    finish_each("RR");
    ck_assert_uint_eq(s_sink->batch_count, 1);
    check_batch("cd");
    finish_each("SS");
    wait_for_batch();
    check_batch("ab");
    finish_each("DD");
    wait_for_batch();
    check_batch("c");
    finish_each("D");
    wait_for_batch();
    check_batch("d");
    finish_each("S");
    fake_check_stats(s_producer, 3, 0, 1, 0);
    ck_assert_int_eq(fake_reports[3].error.status, FIAT_E_AWS_REJECTED);
    close_now(0);
}
END_TEST

/* Letters of one event's attempts, then what happens to it. */
static const struct {
    const char *attempts;
    fiat_outcome want;
} fates[] = {
    {"D", FIAT_DELIVERED},  {"X", FIAT_NOT_DELIVERED},   {"RD", FIAT_DELIVERED},
    {"MD", FIAT_DELIVERED}, {"RX", FIAT_NOT_DELIVERED},  {"MX", FIAT_MAYBE},
    {"RMTPRX", FIAT_MAYBE}, {"TTX", FIAT_NOT_DELIVERED}, {"R", FIAT_NOT_DELIVERED},
    {"MRT", FIAT_MAYBE},    {"P", FIAT_NOT_DELIVERED},   {"S", FIAT_NOT_DELIVERED},
    {"MS", FIAT_MAYBE},
};

START_TEST(tells_the_outcome_honestly) {
    open_with(single_opts());
    send_events(1);
    for (const char *at = fates[_i].attempts; *at; at++) {
        if (at > fates[_i].attempts) wait_for_batch();
        char letter[2] = {*at, '\0'};
        finish_each(letter);
    }
    char last = fates[_i].attempts[strlen(fates[_i].attempts) - 1];
    bool given_up = !strchr("DXS", last);
    close_now(given_up ? 1 : 0);
    ck_assert_uint_eq(fake_report_count, 1);
    ck_assert_int_eq(fake_reports[0].outcome, fates[_i].want);
    if (given_up) {
        ck_assert_int_eq(fake_reports[0].error.status, FIAT_E_NOT_DELIVERED);
        ck_assert(strstr(fake_reports[0].error.message, "closed"));
        ck_assert(strstr(fake_reports[0].error.message, "last error: "));
    }
}
END_TEST

/* Where the event is when its time is up. */
START_TEST(gives_up_after_the_delivery_timeout) {
    fiat__producer_opts opts = single_opts();
    opts.delivery_timeout_ms = 5000;
    opts.record_max_events = _i == 0 ? 500 : 1; /* open, ready, failed, failed maybe, in flight */
    if (_i == 0) opts.linger_ms = 60000;
    open_with(opts);
    int64_t start_ms = fake_now_ms;
    if (_i >= 2) {
        send_events(1);
        if (_i < 4) finish_each(_i == 2 ? "R" : "M");
    }
    s_stream->hold_until_ms = INT64_MAX; /* an outage without end */
    s_stream->hold_level = 1;
    if (_i < 2) ck_assert_int_eq(fake_append(s_stream, "a"), FIAT_OK);
    int64_t wake_ms = fiat__sender_turn(s_producer);
    if (_i < 4) ck_assert_int_eq(wake_ms, start_ms + 5000);
    fake_now_ms = start_ms + 4999;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(fake_report_count, 0);
    fake_now_ms = start_ms + 5000;
    fiat__sender_turn(s_producer);
    if (_i == 4) { /* an answer is awaited; its failure is the end */
        ck_assert_uint_eq(fake_report_count, 0);
        finish_each("M");
    }
    ck_assert_uint_eq(fake_report_count, 1);
    ck_assert_int_eq(fake_reports[0].outcome, _i >= 3 ? FIAT_MAYBE : FIAT_NOT_DELIVERED);
    ck_assert_int_eq(fake_reports[0].error.status, FIAT_E_NOT_DELIVERED);
    ck_assert(strstr(fake_reports[0].error.message, "delivery.timeout.ms"));
    ck_assert_uint_eq(fake_reports[0].queued_ms, 5000);
    close_now(0);
}
END_TEST

START_TEST(the_queue_survives_a_mix_of_ages) {
    fiat__producer_opts opts = single_opts();
    opts.delivery_timeout_ms = 1000;
    open_with(opts);
    s_stream->hold_level = 1;
    s_stream->hold_until_ms = INT64_MAX;
    for (int i = 0; i < 30; i++) {
        char text[8];
        snprintf(text, sizeof text, "%d", i);
        ck_assert_int_eq(fake_append(s_stream, text), FIAT_OK);
        fake_now_ms += 100;
        fiat__sender_turn(s_producer);
    }
    ck_assert_uint_eq(fake_report_count, 21);
    for (int i = 0; i < 21; i++)
        ck_assert_int_eq(atoi(fake_reports[i].data), i);
    fake_check_stats(s_producer, 0, 0, 21, 9);
    close_now(9);
}
END_TEST

START_TEST(reports_each_event_of_a_record) {
    fiat__producer_opts opts = fake_opts();
    open_with(opts);
    fiat__uuid ids[3];
    static const char *const texts[] = {"first", "", "third"};
    for (size_t i = 0; i < 3; i++) {
        ids[i] = fiat__uuid7(1700000000000);
        ck_assert_int_eq(fake_append_with(s_stream, texts[i], i == 1 ? NULL : &ids[i], &ids[i]),
                         FIAT_OK);
        fake_now_ms += 30;
    }
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    finish_each("D");
    ck_assert_uint_eq(fake_report_count, 3);
    for (size_t i = 0; i < 3; i++) {
        char id[FIAT__UUID_LEN + 1] = {0};
        if (i != 1) fiat__uuid_write(id, &ids[i]);
        ck_assert_str_eq(fake_reports[i].event_id, id);
        ck_assert_str_eq(fake_reports[i].data, texts[i]);
        ck_assert_uint_eq(fake_reports[i].data_length, strlen(texts[i]));
        ck_assert_str_eq(fake_reports[i].stream, "s");
        ck_assert_str_eq(fake_reports[i].record_id, "id-13");
        ck_assert_uint_eq(fake_reports[i].queued_ms, 190 - 30 * i);
        ck_assert_ptr_eq(fake_reports[i].opaque, &ids[i]);
    }
    close_now(0);
}
END_TEST

/* Close with events open, ready, failed and in flight: each is reported once. */
START_TEST(close_reports_everything_left) {
    fiat__producer_opts opts = single_opts();
    opts.batch_max_records = 2;
    opts.max_in_flight = 1;
    open_with(opts);
    bool freed = false;
    s_sink->freed = &freed;
    send_events(2);
    finish_each("DR");
    s_stream->hold_level = 0;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(fake_append(s_stream, "n"), FIAT_OK);
    s_producer->opts.record_max_events = 500;
    ck_assert_int_eq(fake_append(s_stream, "open"), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    fake_check_stats(s_producer, 1, 0, 0, 7);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(fiat__producer_flush(s_producer, 0, &err), FIAT_E_INCOMPLETE);
    ck_assert(strstr(err.message, "7 events"));
    close_now(7);
    ck_assert(freed);
    ck_assert_uint_eq(fake_report_count, 8);
    size_t maybe = 0;
    for (size_t i = 1; i < 8; i++)
        maybe += fake_reports[i].outcome == FIAT_MAYBE;
    ck_assert_uint_eq(maybe, 2); /* those in flight */
}
END_TEST

static fiat__producer *s_reentered;
static fiat_status s_reentered_status;

static void append_again(const fiat_delivery *report, void *ctx) {
    fake_on_delivery(report, ctx);
    s_reentered_status = fake_append(fake_stream(s_reentered, "s"), "again");
}

START_TEST(a_callback_may_append) {
    fiat__producer_opts opts = single_opts();
    opts.on_delivery = NULL;
    open_with(opts);
    fiat__producer_on_delivery(s_producer, append_again, NULL);
    s_reentered = s_producer;
    send_events(1);
    finish_each("D");
    ck_assert_int_eq(s_reentered_status, FIAT_OK);
    fake_check_stats(s_producer, 1, 0, 0, 1);
    close_now(1);
    ck_assert_int_eq(s_reentered_status, FIAT_E_CLOSED);
    ck_assert_uint_eq(fake_report_count, 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/retry");
    TCase *tcase = tcase_create("retry");
    tcase_add_test(tcase, sends_again_only_what_failed_and_in_order);
    tcase_add_test(tcase, others_go_on_while_one_record_waits);
    tcase_add_loop_test(tcase, backoff_doubles_to_its_maximum, 0,
                        sizeof backoffs / sizeof backoffs[0]);
    tcase_add_loop_test(tcase, an_outage_slows_the_stream_down, 0, 2);
    tcase_add_test(tcase, batches_lost_in_the_same_outage_count_once);
    tcase_add_test(tcase, throttling_of_one_stream_leaves_others_alone);
    tcase_add_test(tcase, pause_keeps_and_tries_at_the_longest_interval);
    tcase_add_loop_test(tcase, a_bad_record_does_not_take_others_along, 0,
                        sizeof poisoned / sizeof poisoned[0]);
    tcase_add_test(tcase, a_stream_that_refuses_all_costs_few_requests);
    tcase_add_test(tcase, the_size_of_what_is_too_large_is_remembered);
    tcase_add_test(tcase, what_is_too_large_however_small_is_given_up);
    tcase_add_test(tcase, halves_are_retried_as_halves);
    tcase_add_loop_test(tcase, tells_the_outcome_honestly, 0, sizeof fates / sizeof fates[0]);
    tcase_add_loop_test(tcase, gives_up_after_the_delivery_timeout, 0, 5);
    tcase_add_test(tcase, the_queue_survives_a_mix_of_ages);
    tcase_add_test(tcase, reports_each_event_of_a_record);
    tcase_add_test(tcase, close_reports_everything_left);
    tcase_add_test(tcase, a_callback_may_append);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
