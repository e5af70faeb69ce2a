/* What append accepts and how events become records and records batches. Fake clock, no thread. */
#include "producer_fake.h"

static const fiat_error s_no_error = FIAT_ERROR_INIT;
static char s_large[FIAT_EVENT_MAX_BYTES + 2];

static fiat_status append_bytes(fiat__producer_stream *stream, size_t len, fiat_error *err) {
    fiat__str part = {s_large, len};
    return fiat__producer_append(stream, &part, 1, NULL, NULL, err);
}

static void set_up(void) {
    memset(s_large, 'x', sizeof s_large);
    fake_now_ms = 1000000;
}

/* Let all that is due go, answered at once, until the queue is empty. */
static void drain(fiat__producer *producer, fake_sink *sink) {
    sink->at_once = true;
    fiat_status status = fiat__producer_flush(producer, 0, NULL);
    for (int i = 0; i < 1000 && status == FIAT_E_INCOMPLETE; i++) {
        fiat__sender_turn(producer);
        fiat__sender_turn(producer);
        status = fiat__producer_flush(producer, 0, NULL);
    }
    ck_assert_int_eq(status, FIAT_OK);
}

static void close_empty(fiat__producer *producer) {
    uint64_t left = 99;
    ck_assert_int_eq(fiat__producer_close(producer, 0, &left, NULL), FIAT_OK);
    ck_assert_uint_eq(left, 0);
}

static const struct {
    const char *name;
    size_t offset;
    uint64_t value;
} bad_opts[] = {
#define BAD(member, value)                                                                         \
    { #member, offsetof(fiat__producer_opts, member), value }
    BAD(record_max_bytes, 0),     BAD(record_max_bytes, FIAT__RECORD_MAX_BYTES + 1),
    BAD(record_max_events, 0),    BAD(record_max_events, FIAT__RECORD_MAX_EVENTS + 1),
    BAD(batch_max_records, 0),    BAD(batch_max_records, FIAT__BATCH_MAX_RECORDS + 1),
    BAD(batch_max_bytes, 0),      BAD(batch_max_bytes, FIAT__BATCH_MAX_BYTES + 1),
    BAD(max_in_flight, 0),        BAD(max_in_flight, 100000),
    BAD(retry_backoff_ms, 0),     BAD(retry_backoff_ms, 10001),
    BAD(retry_backoff_max_ms, 0),
};

START_TEST(refuses_settings_out_of_range) {
    fiat__producer_opts opts = fake_opts();
    uint32_t value = (uint32_t)bad_opts[_i].value;
    memcpy((char *)&opts + bad_opts[_i].offset, &value, sizeof value);
    bool freed = false;
    fake_sink *sink = fake_sink_new();
    sink->freed = &freed;
    fiat__producer *producer = (fiat__producer *)&opts;
    fiat_error err = s_no_error;
    ck_assert_fiat_status(fiat__producer_new(&producer, &sink->base, &opts, &err), FIAT_E_CONFIG);
    ck_assert_ptr_null(producer);
    ck_assert(freed);
    ck_assert(strstr(err.message, "allowed"));
}
END_TEST

START_TEST(refuses_stream_names) {
    static const char *const bad[] = {"", ".", "..", "a/b", "a b", "\xc3\xa9", "a\n"};
    fiat__producer_opts opts = fake_opts();
    fiat__producer *producer = fake_producer(fake_sink_new(), &opts);
    fiat__producer_stream *stream;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_fiat_status(fiat__producer_stream_get(producer, bad[i], &stream, NULL),
                              FIAT_E_ARG);
    char name[66] = {0};
    memset(name, 'a', 65);
    ck_assert_fiat_status(fiat__producer_stream_get(producer, name, &stream, NULL), FIAT_E_ARG);
    name[64] = '\0';
    ck_assert_ptr_eq(fake_stream(producer, name), fake_stream(producer, name));
    close_empty(producer);
}
END_TEST

START_TEST(refuses_events_over_the_limit) {
    fiat__producer_opts opts = fake_opts();
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    fiat_error err = s_no_error;
    ck_assert_fiat_status(append_bytes(stream, FIAT_EVENT_MAX_BYTES + 1, &err),
                          FIAT_E_EVENT_TOO_LARGE);
    ck_assert(strstr(err.message, "stream s"));
    fiat__str two[] = {{s_large, FIAT_EVENT_MAX_BYTES}, {s_large, 1}};
    ck_assert_fiat_status(fiat__producer_append(stream, two, 2, NULL, NULL, NULL),
                          FIAT_E_EVENT_TOO_LARGE);
    fiat__str huge[] = {{s_large, 1}, {s_large, SIZE_MAX}};
    ck_assert_fiat_status(fiat__producer_append(stream, huge, 2, NULL, NULL, NULL),
                          FIAT_E_EVENT_TOO_LARGE);
    ck_assert_fiat_ok(append_bytes(stream, FIAT_EVENT_MAX_BYTES, &err), err);
    fiat__sender_turn(producer);
    fake_now_ms += 100; /* sealed by size, but it waits for company in its batch */
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batch_count, 1);
    ck_assert_uint_eq(sink->batches[0]->records[0].data.len, FIAT__RECORD_MAX_BYTES);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fake_check_stats(producer, 1, 0, 0, 0);
    close_empty(producer);
}
END_TEST

START_TEST(refuses_when_the_queue_is_full_and_keeps_nothing) {
    fiat__producer_opts opts = fake_opts();
    opts.queue_max_bytes = 100000;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    fiat_error err = s_no_error;
    unsigned accepted = 0;
    while (append_bytes(stream, 1000, &err) == FIAT_OK)
        accepted++;
    ck_assert_int_eq(err.status, FIAT_E_QUEUE_FULL);
    ck_assert(strstr(err.message, "100000"));
    ck_assert_uint_ge(accepted, 40); /* blocks are powers of two: at worst half is air */
    ck_assert_fiat_status(append_bytes(stream, 1000, NULL), FIAT_E_QUEUE_FULL);
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.accepted, accepted);
    ck_assert_uint_le(stats.queued_bytes, opts.queue_max_bytes);
    /* The refusal has the sender send at once, without waiting for linger. */
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batch_count, 1);
    ck_assert_fiat_status(append_bytes(stream, 100000, NULL), FIAT_E_QUEUE_FULL);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fake_check_stats(producer, accepted, 0, 0, 0);
    ck_assert_fiat_ok(append_bytes(stream, 1000, &err), err);
    drain(producer, sink);
    close_empty(producer);
}
END_TEST

/* How many events of which size make which records, under which limits. */
static const struct {
    uint32_t max_events, max_bytes;
    size_t event_bytes, count;
    size_t want_records;
    size_t want_first_len;
} joining[] = {
    {1, FIAT__RECORD_MAX_BYTES, 10, 3, 3, 11},       /* no joining */
    {500, FIAT__RECORD_MAX_BYTES, 10, 3, 1, 33},     /* all in one */
    {500, FIAT__RECORD_MAX_BYTES, 1, 1001, 3, 1000}, /* by count */
    {500, 100, 49, 4, 2, 100},                       /* exactly full */
    {500, 100, 50, 4, 4, 51},                        /* one byte over */
    {500, 100, 400, 2, 2, 401},                      /* larger than the limit: alone */
    {500, FIAT__RECORD_MAX_BYTES, 511999, 4, 2, FIAT__RECORD_MAX_BYTES},
    {500, FIAT__RECORD_MAX_BYTES, 2047, 501, 2, FIAT__RECORD_MAX_BYTES}, /* by both at once */
    {500, FIAT__RECORD_MAX_BYTES, FIAT_EVENT_MAX_BYTES, 2, 2, FIAT__RECORD_MAX_BYTES},
};

START_TEST(joins_events_into_records) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = joining[_i].max_events;
    opts.record_max_bytes = joining[_i].max_bytes;
    if (_i % 2) opts.on_delivery = NULL;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    for (size_t i = 0; i < joining[_i].count; i++)
        ck_assert_int_eq(append_bytes(stream, joining[_i].event_bytes, NULL), FIAT_OK);
    fiat__producer_flush(producer, 0, NULL);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batch_count, 1);
    ck_assert_uint_eq(sink->batches[0]->count, joining[_i].want_records);
    ck_assert_uint_eq(sink->batches[0]->records[0].data.len, joining[_i].want_first_len);
    size_t lines = 0;
    for (size_t i = 0; i < sink->batches[0]->count; i++) {
        fiat__str data = sink->batches[0]->records[i].data;
        size_t line = joining[_i].event_bytes + 1;
        ck_assert_uint_eq(data.len % line, 0);
        for (size_t at = 0; at < data.len; at += line, lines++) {
            ck_assert_int_eq(memcmp(data.ptr + at, s_large, line - 1), 0);
            ck_assert_int_eq(data.ptr[at + line - 1], '\n');
        }
    }
    ck_assert_uint_eq(lines, joining[_i].count);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fake_check_stats(producer, joining[_i].count, 0, 0, 0);
    close_empty(producer);
}
END_TEST

START_TEST(waits_for_company_until_linger) {
    fiat__producer_opts opts = fake_opts();
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    int64_t start_ms = fake_now_ms;
    ck_assert_int_eq(fiat__sender_turn(producer), start_ms + 60000);
    ck_assert_int_eq(fake_append(stream, "one"), FIAT_OK);
    ck_assert_int_eq(fiat__sender_turn(producer), start_ms + 100);
    fake_now_ms += 99;
    ck_assert_int_eq(fake_append(stream, "two"), FIAT_OK);
    ck_assert_int_eq(fiat__sender_turn(producer), start_ms + 100);
    ck_assert_uint_eq(sink->submits, 0);
    fake_now_ms += 1;
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->submits, 1);
    ck_assert_uint_eq(sink->batches[0]->count, 1);
    ck_assert(fiat__str_eq_c(sink->batches[0]->records[0].data, "one\ntwo\n"));
    ck_assert_str_eq(sink->batches[0]->stream, "s");
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    close_empty(producer);
}
END_TEST

START_TEST(wakes_the_sender_only_when_it_must) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 10;
    opts.batch_max_records = 4;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    int64_t idle_ms = fake_now_ms + 60000;
    atomic_store(&producer->wake_at_ms, idle_ms);
    ck_assert_int_eq(fake_append(stream, "e"), FIAT_OK); /* the first of an empty stream */
    ck_assert_uint_eq(sink->wakeups, 1);
    ck_assert(atomic_load(&producer->dirty));
    atomic_store(&producer->wake_at_ms, fiat__sender_turn(producer));
    for (int i = 0; i < 38; i++)
        ck_assert_int_eq(fake_append(stream, "e"), FIAT_OK);
    ck_assert_uint_eq(sink->wakeups, 1); /* three records sealed, none worth a wake */
    ck_assert_int_eq(fake_append(stream, "e"), FIAT_OK);
    ck_assert_uint_eq(sink->wakeups, 2); /* a whole batch */
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(fake_append(stream, "e"), FIAT_OK);
    ck_assert_uint_eq(sink->wakeups, 2); /* it is awake already */
    atomic_store(&producer->wake_at_ms, idle_ms);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(fake_append(stream, "e"), FIAT_OK);
    ck_assert_uint_eq(sink->wakeups, 2); /* it was told of that batch before */
    drain(producer, sink);
    close_empty(producer);
}
END_TEST

/* Records of which size go how many to a request. */
static const struct {
    uint32_t batch_records, batch_bytes;
    size_t event_bytes, count;
    size_t want_batch;
} packing[] = {
    {500, FIAT__BATCH_MAX_BYTES, 10, 1200, 500},
    {7, FIAT__BATCH_MAX_BYTES, 10, 100, 7},
    {500, FIAT__BATCH_MAX_BYTES, FIAT_EVENT_MAX_BYTES, 9, 4}, /* raw bytes count, not base64 */
    {500, FIAT__BATCH_MAX_BYTES, 419429, 20, 10},             /* 4 bytes to spare */
    {500, FIAT__BATCH_MAX_BYTES, 419430, 20, 9},              /* 6 bytes over */
    {500, FIAT__BATCH_MAX_BYTES, 16383, 600, 256},            /* exactly full */
    {500, FIAT__BATCH_MAX_BYTES - 1, 16383, 600, 255},        /* one byte over */
    {500, 1000, 99, 30, 10},
    {500, 50, 99, 3, 1}, /* larger than a batch: alone */
};

START_TEST(packs_batches_to_the_limits) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    opts.batch_max_records = packing[_i].batch_records;
    opts.batch_max_bytes = packing[_i].batch_bytes;
    opts.record_max_bytes = (uint32_t)packing[_i].event_bytes + 1;
    opts.max_in_flight = 1;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    for (size_t i = 0; i < packing[_i].count; i++)
        ck_assert_int_eq(append_bytes(stream, packing[_i].event_bytes, NULL), FIAT_OK);
    fiat__producer_flush(producer, 0, NULL);
    for (size_t left = packing[_i].count; left > 0;) {
        size_t want = left < packing[_i].want_batch ? left : packing[_i].want_batch;
        fiat__sender_turn(producer);
        ck_assert_uint_eq(sink->batch_count, 1);
        ck_assert_uint_eq(sink->batches[0]->count, want);
        fake_finish(sink, FIAT__FATE_DELIVERED, false);
        left -= want;
    }
    fiat__sender_turn(producer);
    fake_check_stats(producer, packing[_i].count, 0, 0, 0);
    close_empty(producer);
}
END_TEST

START_TEST(serves_streams_in_turn) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    opts.batch_max_records = 2;
    opts.max_in_flight = 2;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *busy = fake_stream(producer, "busy");
    fiat__producer_stream *quiet = fake_stream(producer, "quiet");
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(fake_append(busy, "b"), FIAT_OK);
    fiat__sender_turn(producer); /* both slots go to the one that has something */
    ck_assert_uint_eq(sink->batch_count, 2);
    ck_assert_int_eq(fake_append(quiet, "q"), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batch_count, 2); /* no more at once than max_in_flight */
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    fake_finish(sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(sink->batch_count, 2);
    ck_assert(strcmp(sink->batches[0]->stream, "quiet") == 0 ||
              strcmp(sink->batches[1]->stream, "quiet") == 0);
    for (int i = 0; i < 20 && sink->batch_count; i++) {
        fake_finish(sink, FIAT__FATE_DELIVERED, false);
        fiat__sender_turn(producer);
    }
    fake_check_stats(producer, 21, 0, 0, 0);
    close_empty(producer);
}
END_TEST

START_TEST(reuses_memory_in_the_steady_state) {
    fiat__producer_opts opts = fake_opts();
    opts.queue_max_bytes = 8 << 20;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    uint64_t pooled = 0;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 600; i++)
            ck_assert_int_eq(append_bytes(stream, 500, NULL), FIAT_OK);
        drain(producer, sink);
        fake_report_count = 0;
        if (round > 1) ck_assert_uint_eq(producer->ledger.pooled_bytes, pooled);
        pooled = producer->ledger.pooled_bytes;
        ck_assert_uint_gt(pooled, 0);
        ck_assert_uint_le(pooled, producer->ledger.pool_max_bytes);
    }
    close_empty(producer);
}
END_TEST

START_TEST(counts_billed_bytes_by_record) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    fake_sink *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    static const size_t sizes[] = {0, 5119, 5120, 12287};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(append_bytes(stream, sizes[i], NULL), FIAT_OK);
    drain(producer, sink);
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.records, 4);
    ck_assert_uint_eq(stats.requests, 1);
    ck_assert_uint_eq(stats.bytes, 1 + 5120 + 5121 + 12288);
    ck_assert_uint_eq(stats.billed_bytes, 5120 + 5120 + 10240 + 15360);
    close_empty(producer);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/queue");
    TCase *tcase = tcase_create("queue");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, refuses_settings_out_of_range, 0,
                        sizeof bad_opts / sizeof bad_opts[0]);
    tcase_add_test(tcase, refuses_stream_names);
    tcase_add_test(tcase, refuses_events_over_the_limit);
    tcase_add_test(tcase, refuses_when_the_queue_is_full_and_keeps_nothing);
    tcase_add_loop_test(tcase, joins_events_into_records, 0, sizeof joining / sizeof joining[0]);
    tcase_add_test(tcase, waits_for_company_until_linger);
    tcase_add_test(tcase, wakes_the_sender_only_when_it_must);
    tcase_add_loop_test(tcase, packs_batches_to_the_limits, 0, sizeof packing / sizeof packing[0]);
    tcase_add_test(tcase, serves_streams_in_turn);
    tcase_add_test(tcase, reuses_memory_in_the_steady_state);
    tcase_add_test(tcase, counts_billed_bytes_by_record);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
