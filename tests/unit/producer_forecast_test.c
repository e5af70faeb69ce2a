/* Which batch is foretold, and whether it has come so. That nothing is taken for a forecast that
 * differs from it, the fake sink looks at itself, here and in all other tests. */
#include "producer_fake.h"

#include <stdio.h>

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

/* One event a record, four records a batch. */
static fiat__producer_opts four_a_batch(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    opts.batch_max_records = 4;
    opts.max_in_flight = 1;
    return opts;
}

static void open_with(const fiat__producer_opts *opts, unsigned events) {
    char text[20];
    s_producer = fake_open(opts, &s_sink, &s_stream);
    for (unsigned i = 0; i < events; i++) {
        snprintf(text, sizeof text, "event %u", i);
        ck_assert_int_eq(fake_append(s_stream, text), FIAT_OK);
    }
}

/* One batch is sent, and taken. */
static void send_one(fiat__record_fate fate) {
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    fake_finish(s_sink, fate, false);
}

static void close_all(void) {
    fiat__producer_close(s_producer, 0, NULL, NULL);
}

START_TEST(every_second_batch_comes_as_foretold) {
    const fiat__producer_opts opts = four_a_batch();
    open_with(&opts, 24);
    for (unsigned i = 0; i < 6; i++) {
        send_one(FIAT__FATE_DELIVERED);
        ck_assert_uint_eq(s_sink->forecasts, i / 2 + 1);
        ck_assert_uint_eq(s_sink->foretold, (i + 1) / 2);
    }
    close_all();
}
END_TEST

/* Others could still join it. */
START_TEST(a_batch_that_is_not_full_is_not_foretold) {
    fiat__producer_opts opts = four_a_batch();
    opts.batch_max_records = 100;
    opts.batch_max_bytes = 25; /* three events of eight bytes; two are a batch, too */
    opts.record_max_bytes = 9;
    open_with(&opts, 6);
    send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->forecasts, 0);
    close_all();
    open_with(&opts, 7);
    send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->forecasts, 1);
    send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->foretold, 1);
    close_all();
}
END_TEST

/* What is sent again goes first, and may have company of those that were foretold. */
START_TEST(retries_come_in_between) {
    const fiat__producer_opts opts = four_a_batch();
    open_with(&opts, 16);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->forecasts, 1);
    fake_finish_each(s_sink, "DPPP"); /* and the stream is held */
    fiat__sender_turn(s_producer);
    fake_now_ms += 60000;
    send_one(FIAT__FATE_DELIVERED); /* three, and the first of the forecast */
    ck_assert_uint_eq(s_sink->foretold, 0);
    for (int i = 0; i < 2; i++)
        send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->forecasts, 2);
    ck_assert_uint_eq(s_sink->foretold, 1);
    close_all();
}
END_TEST

/* A batch that failed whole is the one that was foretold, still. */
START_TEST(a_retry_of_the_same_records_is_as_foretold) {
    const fiat__producer_opts opts = four_a_batch();
    open_with(&opts, 8);
    send_one(FIAT__FATE_DELIVERED);
    send_one(FIAT__FATE_RETRY);
    fiat__sender_turn(s_producer);
    fake_now_ms += 60000;
    send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->foretold, 2);
    close_all();
}
END_TEST

START_TEST(one_that_has_gone_spoils_the_forecast) {
    fiat__producer_opts opts = four_a_batch();
    opts.delivery_timeout_ms = 1000;
    open_with(&opts, 6);
    fake_now_ms += 600;
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(fake_append(s_stream, "younger"), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(s_sink->forecasts, 1);
    fake_now_ms += 600;
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    send_one(FIAT__FATE_DELIVERED); /* without the two that were too old */
    ck_assert_uint_eq(s_sink->foretold, 0);
    close_all();
}
END_TEST

/* What is compressed when it is sent is not known before; nor what a pace allows then. */
START_TEST(nothing_is_foretold_when_it_cannot_be) {
    fiat__producer_opts opts = four_a_batch();
    if (_i == 0)
        opts.gzip_level = 1;
    else
        opts.rate_max_records = 15; /* three in a fifth of a second */
    open_with(&opts, 16);
    send_one(FIAT__FATE_DELIVERED);
    ck_assert_uint_eq(s_sink->forecasts, 0);
    close_all();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/forecast");
    TCase *tcase = tcase_create("forecast");
    tcase_add_test(tcase, every_second_batch_comes_as_foretold);
    tcase_add_test(tcase, a_batch_that_is_not_full_is_not_foretold);
    tcase_add_test(tcase, retries_come_in_between);
    tcase_add_test(tcase, a_retry_of_the_same_records_is_as_foretold);
    tcase_add_test(tcase, one_that_has_gone_spoils_the_forecast);
    tcase_add_loop_test(tcase, nothing_is_foretold_when_it_cannot_be, 0, 2);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
