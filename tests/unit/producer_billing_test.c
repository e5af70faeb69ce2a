/* What records cost: Firehose bills each in steps of 5 KiB. Fake clock, no thread. */
#include "producer_fake.h"

#include <stdio.h>

static char s_text[20001];

/* Reports in the order of the events, and none that waited longer than linger allows. */
static uintptr_t s_next;
static uint64_t s_longest_ms;

static void check_report(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    ck_assert_uint_eq((uintptr_t)report->opaque, s_next++);
    ck_assert_int_eq(report->outcome, FIAT_DELIVERED);
    ck_assert_int_eq(report->data[0], 'x');
    ck_assert_uint_eq(strlen(report->data), report->data_length);
    if (report->queued_ms > s_longest_ms) s_longest_ms = report->queued_ms;
}

typedef struct world {
    fake_sink *sink;
    fiat__producer *producer;
    fiat__producer_stream *stream;
    unsigned seed;
} world;

static void open_world(world *w, bool reports) {
    memset(s_text, 'x', sizeof s_text - 1);
    fake_now_ms = 1000000;
    s_next = 0;
    s_longest_ms = 0;
    fiat__producer_opts opts = fake_opts();
    opts.linger_ms = 200;
    opts.on_delivery = reports ? check_report : NULL;
    w->sink = fake_sink_new();
    w->sink->at_once = true;
    w->producer = fake_producer(w->sink, &opts);
    w->stream = fake_stream(w->producer, "s");
    w->seed = 1;
}

static unsigned at_random(world *w, unsigned limit) {
    w->seed = w->seed * 1103515245u + 12345u;
    return (w->seed >> 8) % limit;
}

static void append(world *w, size_t bytes, uintptr_t number) {
    const fiat__str part = {s_text, bytes};
    ck_assert_int_eq(fiat__producer_append(w->stream, &part, 1, NULL, (void *)number, NULL),
                     FIAT_OK);
}

/* Let the sender do all that is due until a time. */
static void run_until(world *w, int64_t until_ms) {
    for (;;) {
        int64_t wake_ms = fiat__sender_turn(w->producer);
        if (wake_ms > until_ms) break;
        if (wake_ms > fake_now_ms) fake_now_ms = wake_ms;
    }
    fake_now_ms = until_ms;
}

static double close_world(world *w, uint64_t events) {
    fiat_stats stats;
    fiat__producer_flush(w->producer, 0, NULL);
    run_until(w, fake_now_ms + 1);
    fake_check_stats(w->producer, events, 0, 0, 0);
    fiat__producer_stats(w->producer, &stats);
    ck_assert_int_eq(fiat__producer_close(w->producer, 0, NULL, NULL), FIAT_OK);
    return (double)stats.billed_bytes / (double)stats.bytes;
}

/* Events a second, their sizes, and how much more than the bytes sent may be billed. */
static const struct {
    unsigned a_second, least_bytes, most_bytes;
    double most_billed;
} loads[] = {
    {100, 299, 300, 1.05},   {200, 299, 300, 1.01},    {500, 299, 300, 1.01},
    {1000, 299, 300, 1.01},  {20000, 299, 300, 1.01},  {100, 100, 2000, 1.06},
    {1000, 100, 2000, 1.02}, {200, 1000, 20000, 1.02},
};

START_TEST(bills_hardly_more_than_is_sent) {
    const uintptr_t count = 5000;
    world w;
    open_world(&w, true);
    double at_ms = (double)fake_now_ms;
    for (uintptr_t i = 0; i < count; i++) {
        at_ms += at_random(&w, 2001) / (double)loads[_i].a_second;
        run_until(&w, (int64_t)at_ms);
        append(&w,
               loads[_i].least_bytes + at_random(&w, loads[_i].most_bytes - loads[_i].least_bytes),
               i);
    }
    double billed = close_world(&w, count);
    ck_assert_msg(billed <= loads[_i].most_billed, "%u/s of %u to %u bytes: billed %.3f times",
                  loads[_i].a_second, loads[_i].least_bytes, loads[_i].most_bytes, billed);
    ck_assert_uint_eq(s_next, count);
    ck_assert_uint_le(s_longest_ms, 200);
}
END_TEST

/* Where an endless supply of events is cut into records. */
static const struct {
    size_t event_bytes; /* with its newline */
    size_t want_len;
} cuts[] = {
    {301, 493 * 301},   /* 29 steps but for 87 bytes; all 500 would bill 3,100 bytes for nothing */
    {10, 500 * 10},     /* within the first step */
    {512, 500 * 512},   /* ends with a step */
    {174, 500 * 174},   /* 500 events leave less over than 470 would */
    {2048, 1024000},    /* full */
    {5120, 1024000},    /* each a step */
    {5121, 199 * 5121}, /* by size alone */
};

START_TEST(full_records_end_with_a_step) {
    world w;
    open_world(&w, _i % 2);
    w.sink->at_once = false;
    for (uintptr_t i = 0; i < 502; i++)
        append(&w, cuts[_i].event_bytes - 1, i);
    fiat__producer_flush(w.producer, 0, NULL);
    fiat__sender_turn(w.producer);
    ck_assert_uint_eq(w.sink->batches[0]->records[0].data.len, cuts[_i].want_len);
    while (w.sink->batch_count) {
        fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
        fiat__sender_turn(w.producer);
    }
    close_world(&w, 502);
}
END_TEST

/* 20 events of 301 bytes, one every 10 ms; then who is sent when. */
static void append_twenty(world *w) {
    for (uintptr_t i = 0; i < 20; i++) {
        run_until(w, fake_now_ms + 10);
        append(w, 300, i);
    }
}

START_TEST(events_behind_the_last_step_wait_for_more) {
    world w;
    open_world(&w, _i);
    w.sink->at_once = false;
    append_twenty(&w);
    int64_t first_ms = fake_now_ms - 190;
    run_until(&w, first_ms + 200);
    ck_assert_uint_eq(w.sink->batch_count, 1);
    ck_assert_uint_eq(w.sink->batches[0]->records[0].data.len, 17 * 301);
    fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
    /* The 18th came 170 ms after the first. */
    run_until(&w, first_ms + 369);
    ck_assert_uint_eq(w.sink->submits, 1);
    append(&w, 300, 20);
    run_until(&w, first_ms + 370);
    ck_assert_uint_eq(w.sink->submits, 2);
    ck_assert_uint_eq(w.sink->batches[0]->records[0].data.len, 4 * 301);
    fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(w.producer);
    close_world(&w, 21);
}
END_TEST

/* A flush that was asked for before the record was sent waits for what stayed behind, too. */
START_TEST(a_flush_sees_what_stayed_behind) {
    world w;
    open_world(&w, true);
    w.sink->at_once = false;
    append_twenty(&w);
    uint64_t sequence = fiat__ledger_last_sequence(&w.producer->ledger);
    run_until(&w, fake_now_ms + 10);
    fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(w.producer);
    fake_check_stats(w.producer, 17, 0, 0, 3);
    ck_assert(!fiat__ledger_settled(&w.producer->ledger, sequence));
    atomic_store(&w.producer->flush_sequence, sequence);
    fiat__sender_turn(w.producer);
    ck_assert_uint_eq(w.sink->batch_count, 1);
    fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(w.producer);
    ck_assert(fiat__ledger_settled(&w.producer->ledger, sequence));
    close_world(&w, 20);
}
END_TEST

/* Nothing stays behind in a hurry, or without memory for it. */
START_TEST(all_is_sent_when_it_must_be) {
    world w;
    open_world(&w, true);
    w.sink->at_once = false;
    append_twenty(&w);
    if (_i == 0) fiat__producer_flush(w.producer, 0, NULL);
    if (_i == 1) w.producer->ledger.queue_max_bytes = w.producer->ledger.queued_bytes;
    if (_i == 2) fake_now_ms += 300; /* the sender was late: all have waited long enough */
    run_until(&w, fake_now_ms + 10);
    ck_assert_uint_eq(w.sink->batch_count, 1);
    ck_assert_uint_eq(w.sink->batches[0]->records[0].data.len, 20 * 301);
    fake_finish(w.sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(w.producer);
    close_world(&w, 20);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/billing");
    TCase *tcase = tcase_create("billing");
    tcase_add_loop_test(tcase, bills_hardly_more_than_is_sent, 0, sizeof loads / sizeof loads[0]);
    tcase_add_loop_test(tcase, full_records_end_with_a_step, 0, sizeof cuts / sizeof cuts[0]);
    tcase_add_loop_test(tcase, events_behind_the_last_step_wait_for_more, 0, 2);
    tcase_add_test(tcase, a_flush_sees_what_stayed_behind);
    tcase_add_loop_test(tcase, all_is_sent_when_it_must_be, 0, 3);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
