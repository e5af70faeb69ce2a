/* The form of records, compressed one by one or with no newline at their end: what the sink gets,
 * what is billed, what reports say. */
#include "base/mem.h"
#include "producer_fake.h"
#include "support/chaos.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static char s_events[FIAT_EVENT_MAX_BYTES + 1];
static char s_inflated[FIAT__RECORD_MAX_BYTES + 100];

/* Bytes of one record as they were before. */
static fiat__str inflated(fiat__str packed) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)packed.ptr,
                  .avail_in = (unsigned)packed.len,
                  .next_out = (unsigned char *)s_inflated,
                  .avail_out = sizeof s_inflated};
    ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(z.avail_in, 0);
    inflateEnd(&z);
    return fiat__str_of(s_inflated, z.total_out);
}

static fiat__producer_opts packing_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.gzip_level = 3;
    return opts;
}

static void close_empty(fiat__producer *producer) {
    uint64_t left = 99;
    ck_assert_int_eq(fiat__producer_close(producer, 0, &left, NULL), FIAT_OK);
    ck_assert_uint_eq(left, 0);
}

START_TEST(sends_gzip_and_reports_text) {
    fiat__producer_opts opts = packing_opts();
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    char text[201] = {0};
    memset(text, 'x', 200);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(fake_append(stream, text), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(producer);
    fiat__str first = sink->batches[0]->records[0].data;
    ck_assert_uint_lt(first.len, 2000);
    fiat__str lines = inflated(first);
    ck_assert_uint_eq(lines.len, 100 * 201);
    for (size_t i = 0; i < 100; i++)
        ck_assert(memcmp(lines.ptr + i * 201, text, 200) == 0 && lines.ptr[i * 201 + 200] == '\n');
    /* The same bytes again, not compressed again. */
    fake_finish(sink, FIAT__FATE_RETRY, false);
    while (sink->batch_count == 0)
        fake_now_ms = fiat__sender_turn(producer);
    ck_assert_ptr_eq(sink->batches[0]->records[0].data.ptr, first.ptr);
    size_t packed_len = first.len;
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.delivered, 100);
    ck_assert_uint_eq(stats.bytes, packed_len);
    ck_assert_uint_eq(stats.billed_bytes, 5120);
    for (size_t i = 0; i < 100; i++)
        ck_assert_str_eq(fake_reports[i].data, text);
    close_empty(producer);
}
END_TEST

/* No newline in it, and no way to write it shorter. */
static void make_noise(size_t bytes) {
    unsigned seed = 7;
    for (size_t i = 0; i < bytes; i++) {
        seed = seed * 1103515245u + 12345u;
        s_events[i] = (char)(seed >> 16);
        if (s_events[i] == '\n') s_events[i] = ' ';
    }
}

START_TEST(joined_events_fit_even_if_they_do_not_compress) {
    fiat__producer_opts opts = packing_opts();
    opts.gzip_level = _i;
    opts.on_delivery = NULL;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    make_noise(sizeof s_events);
    for (size_t i = 0; i < 450; i++) {
        const fiat__str part = {s_events + i * 2300 % (sizeof s_events - 2400), 2300 + i % 7};
        ck_assert_int_eq(fiat__producer_append(stream, &part, 1, NULL, NULL, NULL), FIAT_OK);
    }
    fiat__producer_flush(producer, 0, NULL);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batches[0]->count, 2);
    fiat__str first = sink->batches[0]->records[0].data;
    ck_assert_uint_gt(first.len, 1010000);
    ck_assert_uint_le(first.len, FIAT__RECORD_MAX_BYTES);
    ck_assert_uint_ge(inflated(first).len, FIAT__PACKED_EVENTS_MAX_BYTES - 2400);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    close_empty(producer);
}
END_TEST

START_TEST(an_event_that_does_not_fit_is_reported) {
    fiat__producer_opts opts = packing_opts();
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    make_noise(sizeof s_events);
    const fiat__str noise = {s_events, FIAT_EVENT_MAX_BYTES};
    ck_assert_int_eq(fiat__producer_append(stream, &noise, 1, NULL, NULL, NULL), FIAT_OK);
    ck_assert_int_eq(fake_append(stream, "small"), FIAT_OK);
    memset(s_events, 'x', sizeof s_events);
    ck_assert_int_eq(fiat__producer_append(stream, &noise, 1, NULL, NULL, NULL), FIAT_OK);
    fiat__producer_flush(producer, 0, NULL);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batches[0]->count, 2);
    ck_assert_uint_eq(fake_report_count, 1);
    ck_assert_int_eq(fake_reports[0].outcome, FIAT_NOT_DELIVERED);
    ck_assert_int_eq(fake_reports[0].error.status, FIAT_E_EVENT_TOO_LARGE);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fake_check_stats(producer, 2, 0, 1, 0);
    close_empty(producer);
}
END_TEST

/* How events become records, with and without the last newline; reports are the same. */
static const struct {
    bool omit;
    int gzip_level;
    uint32_t max_events;
    const char *first; /* record */
    size_t bytes;      /* of all */
} newlines[] = {
    {false, 0, 2, "one\ntwo\n", 14}, {true, 0, 2, "one\ntwo", 12}, {false, 0, 1, "one\n", 14},
    {true, 0, 1, "one", 11},         {true, 3, 2, "one\ntwo", 0},
};

START_TEST(records_end_as_asked_for) {
    fiat__producer_opts opts = fake_opts();
    opts.omit_last_newline = newlines[_i].omit;
    opts.gzip_level = newlines[_i].gzip_level;
    opts.record_max_events = newlines[_i].max_events;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    static const char *const events[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(fake_append(stream, events[i]), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(producer);
    fiat__str first = sink->batches[0]->records[0].data;
    if (opts.gzip_level) first = inflated(first);
    ck_assert(fiat__str_eq_c(first, newlines[_i].first));
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(producer, &stats);
    if (!opts.gzip_level) ck_assert_uint_eq(stats.bytes, newlines[_i].bytes);
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(fake_reports[i].data, events[i]);
    close_empty(producer);
}
END_TEST

/* The last byte counts for the bill: without its newline a record may fit a step. */
START_TEST(a_newline_that_is_not_sent_is_not_billed) {
    fiat__producer_opts opts = fake_opts();
    opts.omit_last_newline = _i;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    memset(s_events, 'x', sizeof s_events);
    const fiat__str part = {s_events, FIAT__BILLING_STEP_BYTES};
    ck_assert_int_eq(fiat__producer_append(fake_stream(producer, "s"), &part, 1, NULL, NULL, NULL),
                     FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(producer);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.billed_bytes, _i ? 5120 : 10240);
    close_empty(producer);
}
END_TEST

START_TEST(other_sinks_refuse) {
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__sink_opts sink_opts = {.max_in_flight = 1};
    fiat__producer_opts opts = fake_opts();
    fiat__sink *sink;
    fiat__producer *producer;
    const bool to_stdout = _i & 1, packed = _i & 2;
    opts.gzip_level = packed ? 3 : 0;
    opts.omit_last_newline = !packed;
    ck_assert_fiat_ok(fiat__sink_open(&sink, to_stdout ? "stdout" : "local:.", &sink_opts, &err),
                      err);
    ck_assert_fiat_status(fiat__producer_new(&producer, sink, &opts, &err), FIAT_E_CONFIG);
    ck_assert(strstr(err.message, packed ? "record.compression" : "record.newline"));
    ck_assert(strstr(err.message, to_stdout ? "stdout" : "local"));
}
END_TEST

/* Whatever allocation fails, each event accepted is reported once. */
static fiat_status run_once(void *ctx) {
    (void)ctx;
    fiat__producer_opts opts = packing_opts();
    opts.record_max_events = 2;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer;
    fiat__producer_stream *stream;
    fake_report_count = 0;
    fiat_status status = fiat__producer_new(&producer, &sink->base, &opts, NULL);
    if (status != FIAT_OK) return status;
    producer->no_thread = true;
    sink->at_once = true;
    status = fiat__producer_stream_get(producer, "s", &stream, NULL);
    size_t accepted = 0;
    for (int i = 0; i < 6 && status == FIAT_OK; i++) {
        status = fake_append(stream, "event");
        accepted += status == FIAT_OK;
    }
    for (int i = 0; i < 10; i++) {
        fake_now_ms += 200;
        fiat__sender_turn(producer);
    }
    fiat__producer_close(producer, 0, NULL, NULL);
    ck_assert_uint_eq(fake_report_count, accepted);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    chaos_loop(run_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/pack");
    TCase *tcase = tcase_create("pack");
    tcase_add_test(tcase, sends_gzip_and_reports_text);
    tcase_add_loop_test(tcase, joined_events_fit_even_if_they_do_not_compress, 1, 10);
    tcase_add_test(tcase, an_event_that_does_not_fit_is_reported);
    tcase_add_loop_test(tcase, records_end_as_asked_for, 0, sizeof newlines / sizeof newlines[0]);
    tcase_add_loop_test(tcase, a_newline_that_is_not_sent_is_not_billed, 0, 2);
    tcase_add_loop_test(tcase, other_sinks_refuse, 0, 4);
    tcase_add_test(tcase, each_allocation_fails_in_turn);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
