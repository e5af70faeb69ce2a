/* No memory, at each allocation in turn: nothing crashes, and what was accepted is reported. */
#include "producer_fake.h"
#include "support/chaos.h"

static void answer_in_turn(fake_sink *sink, fiat__sink_batch *batch) {
    unsigned *count = sink->answer_ctx;
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], (*count)++ % 7 == 3 ? 'R' : 'D');
}

/* Events of many sizes, so that blocks are opened, grown and taken from the pool. Refusals for lack
 * of memory are the caller's to handle; it goes on. */
static fiat_status append_all(fiat__producer *producer, uint64_t *accepted) {
    static char text[40000];
    static const char *const names[] = {"one", "two"};
    fiat_status result = FIAT_OK;
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 60; i++) {
        fiat__producer_stream *stream;
        fiat__str part = {text, (size_t)(i * 613 % 40000)};
        fiat_status status = fiat__producer_stream_get(producer, names[i % 2], &stream, NULL);
        if (status == FIAT_OK)
            status = fiat__producer_append(stream, &part, 1, NULL, (void *)(*accepted + 1), NULL);
        if (status == FIAT_OK)
            (*accepted)++;
        else
            result = status;
        if (i % 20 == 19) fake_now_ms += 1000;
        if (i % 10 == 9) fiat__sender_turn(producer);
    }
    return result;
}

static fiat_status run_once(void *ctx) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 4;
    fake_sink *sink = fake_sink_new();
    unsigned answers = 0;
    uint64_t accepted = 0, left = 99;
    sink->at_once = true;
    sink->answer = answer_in_turn;
    sink->answer_ctx = &answers;
    opts.reports_by_poll = *(const bool *)ctx;
    fake_report_count = 0;
    fiat__producer *producer;
    fiat_status status = fiat__producer_new(&producer, &sink->base, &opts, NULL);
    if (status != FIAT_OK) return status;
    producer->no_thread = true;
    status = append_all(producer, &accepted);
    for (int i = 0; i < 1000 && fiat__producer_flush(producer, 0, NULL) != FIAT_OK; i++) {
        fake_now_ms += 1000;
        fiat__sender_turn(producer);
    }
    fake_check_stats(producer, accepted, 0, 0, 0);
    if (opts.reports_by_poll)
        ck_assert_int_eq(fiat__producer_poll(producer, 0, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(fake_report_count, accepted);
    bool seen[61] = {false};
    for (size_t i = 0; i < fake_report_count; i++) {
        uintptr_t number = (uintptr_t)fake_reports[i].opaque;
        ck_assert(number <= accepted && !seen[number]);
        seen[number] = true;
    }
    ck_assert_int_eq(fiat__producer_close(producer, 0, &left, NULL), FIAT_OK);
    ck_assert_uint_eq(left, 0);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    bool by_poll = _i;
    chaos_loop(run_once, &by_poll);
}
END_TEST

/* The hot path allocates nothing once its blocks are in the pool. */
START_TEST(appending_allocates_nothing_in_the_steady_state) {
    fiat__producer_opts opts = fake_opts();
    chaos_install();
    fake_sink *sink = fake_sink_new();
    sink->at_once = true;
    opts.on_delivery = NULL;
    fiat__producer *producer = fake_producer(sink, &opts);
    uint64_t accepted = 0, before = 0;
    for (int round = 0; round < 6; round++) {
        if (round == 2) before = chaos_allocations();
        fiat__producer_stream *stream = fake_stream(producer, "s");
        for (int i = 0; i < 5000; i++)
            ck_assert_int_eq(fake_append(stream, "an event of the usual size, or nearly so"),
                             FIAT_OK);
        fake_now_ms += 1000;
        fiat__sender_turn(producer);
        fiat__sender_turn(producer);
        accepted += 5000;
        fake_check_stats(producer, accepted, 0, 0, 0);
    }
    ck_assert_uint_eq(chaos_allocations(), before);
    ck_assert_int_eq(fiat__producer_close(producer, 0, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/chaos");
    TCase *tcase = tcase_create("chaos");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, each_allocation_fails_in_turn, 0, 2);
    tcase_add_test(tcase, appending_allocates_nothing_in_the_steady_state);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
