#include "producer_fake.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

int64_t fake_now_ms = 1000000;
fake_report fake_reports[4096];
size_t fake_report_count;

static int64_t read_fake_clock(void *ctx) {
    (void)ctx;
    return fake_now_ms;
}

const fiat__clock fake_clock = {read_fake_clock, read_fake_clock, NULL};

void fake_set_fate(fiat__sink_record *record, char letter) {
    record->maybe_delivered = letter == 'M';
    switch (letter) {
    case 'D':
        record->fate = FIAT__FATE_DELIVERED;
        snprintf(record->record_id, sizeof record->record_id, "id-%zu", record->data.len);
        return;
    case 'T':
        record->fate = FIAT__FATE_THROTTLE;
        fiat__err_set(&record->err, FIAT_E_AWS_THROTTLED, "slow down");
        return;
    case 'P':
        record->fate = FIAT__FATE_PAUSE;
        fiat__err_set(&record->err, FIAT_E_AWS_DENIED, "denied");
        return;
    case 'X':
        record->fate = FIAT__FATE_TERMINAL;
        fiat__err_set(&record->err, FIAT_E_AWS_REJECTED, "rejected");
        return;
    case 'L':
        record->fate = FIAT__FATE_TOO_LARGE;
        fiat__err_set(&record->err, FIAT_E_AWS_REJECTED, "too large");
        return;
    case 'S':
        record->fate = FIAT__FATE_REFUSED;
        fiat__err_set(&record->err, FIAT_E_AWS_REJECTED, "refused");
        return;
    default:
        record->fate = FIAT__FATE_RETRY;
        fiat__err_set(&record->err, FIAT_E_AWS_SERVER, "server trouble");
    }
}

static void answer(fake_sink *sink, fiat__sink_batch *batch) {
    if (sink->answer) {
        sink->answer(sink, batch);
    } else {
        for (size_t i = 0; i < batch->count; i++)
            fake_set_fate(&batch->records[i], 'D');
    }
    batch->done(batch);
}

static fiat__sink_batch *take_oldest(fake_sink *sink) {
    if (sink->batch_count == 0) return NULL;
    fiat__sink_batch *batch = sink->batches[0];
    sink->batch_count--;
    memmove(sink->batches, sink->batches + 1, sink->batch_count * sizeof sink->batches[0]);
    return batch;
}

/* In place of a hash (FNV-1a). */
static uint64_t digest(uint64_t so_far, fiat__str data) {
    so_far = (so_far ^ data.len) * 0x100000001b3;
    for (size_t i = 0; i < data.len; i++)
        so_far = (so_far ^ (unsigned char)data.ptr[i]) * 0x100000001b3;
    return so_far;
}

static uint64_t digest_of_next(const fiat__sink_forecast *next) {
    uint64_t sum = 0;
    for (size_t i = 0; i < next->count; i++)
        sum = digest(sum, next->data[i]);
    return sum;
}

static uint64_t digest_of(const fiat__sink_batch *batch) {
    uint64_t sum = 0;
    for (size_t i = 0; i < batch->count; i++)
        sum = digest(sum, batch->records[i].data);
    return sum;
}

/* Whatever happens in between: what is said to have come as foretold must have. */
static void look_ahead(fake_sink *sink, const fiat__sink_batch *batch) {
    uint64_t made;
    if (batch->foretold) {
        memcpy(&made, batch->foretold->body_sha256, sizeof made);
        if (!batch->foretold->hashed || made != digest_of(batch)) abort();
        sink->foretold++;
    }
    if (batch->next) {
        made = digest_of_next(batch->next);
        memcpy(batch->next->body_sha256, &made, sizeof made);
        batch->next->hashed = true;
        sink->forecasts++;
    }
}

static void submit(fiat__sink *base, fiat__sink_batch *batch) {
    fake_sink *sink = (fake_sink *)base;
    sink->submits++;
    look_ahead(sink, batch);
    if (sink->at_once) {
        answer(sink, batch);
        return;
    }
    if (sink->batch_count == FAKE_MAX_BATCHES)
        abort(); /* no Check here: a child of fork() comes by */
    sink->batches[sink->batch_count++] = batch;
}

static void poll_sink(fiat__sink *base, int timeout_ms) {
    fake_sink *sink = (fake_sink *)base;
    if (sink->by_poll && sink->batch_count > 0) {
        for (size_t n = sink->batch_count; n > 0; n--)
            answer(sink, take_oldest(sink));
        return;
    }
    fiat__mutex_lock(&sink->lock);
    while (!sink->woken && fiat__cond_wait_ms(&sink->changed, &sink->lock, timeout_ms))
        continue;
    sink->woken = false;
    fiat__mutex_unlock(&sink->lock);
}

static void wakeup(fiat__sink *base) {
    fake_sink *sink = (fake_sink *)base;
    fiat__mutex_lock(&sink->lock);
    sink->wakeups++;
    sink->woken = true;
    fiat__cond_signal(&sink->changed);
    fiat__mutex_unlock(&sink->lock);
}

static void cancel(fiat__sink *base) {
    fake_sink *sink = (fake_sink *)base;
    sink->cancels++;
    while (sink->batch_count) {
        fiat__sink_batch *batch = take_oldest(sink);
        for (size_t i = 0; i < batch->count; i++)
            fake_set_fate(&batch->records[i], 'M');
        batch->done(batch);
    }
}

static void free_sink(fiat__sink *base) {
    fake_sink *sink = (fake_sink *)base;
    if (sink->freed) *sink->freed = true;
    fiat__cond_deinit(&sink->changed);
    fiat__mutex_deinit(&sink->lock);
    free(sink);
}

static fiat_status reopen(fiat__sink *base, fiat_error *err) {
    fake_sink *sink = (fake_sink *)base;
    sink->reopens++;
    if (sink->reopen_status != FIAT_OK)
        return fiat__err_set(err, sink->reopen_status, "cannot reopen");
    fiat__mutex_init(&sink->lock);
    fiat__cond_init(&sink->changed);
    sink->woken = false;
    sink->batch_count = 0;
    return FIAT_OK;
}

static const fiat__sink_vtable s_vtable = {
    .name = "fake",
    .max_batch_records = FIAT__BATCH_MAX_RECORDS,
    .max_batch_bytes = FIAT__BATCH_MAX_BYTES,
    .takes_bytes = true,
    .submit = submit,
    .poll = poll_sink,
    .wakeup = wakeup,
    .cancel = cancel,
    .free = free_sink,
    .reopen = reopen,
};

fake_sink *fake_sink_new(void) {
    fake_sink *sink = calloc(1, sizeof *sink); /* not the library's: chaos must not fail it */
    ck_assert_ptr_nonnull(sink);
    sink->base.vtable = &s_vtable;
    sink->base.looks_ahead = true;
    fiat__mutex_init(&sink->lock);
    fiat__cond_init(&sink->changed);
    return sink;
}

void fake_finish_each(fake_sink *sink, const char *letters) {
    fiat__sink_batch *batch = take_oldest(sink);
    ck_assert_ptr_nonnull(batch);
    ck_assert_uint_eq(strlen(letters), batch->count);
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], letters[i]);
    batch->done(batch);
}

void fake_finish(fake_sink *sink, fiat__record_fate fate, bool maybe) {
    static const char letters[] = "?DRTPXS";
    fiat__sink_batch *batch = take_oldest(sink);
    ck_assert_ptr_nonnull(batch);
    for (size_t i = 0; i < batch->count; i++) {
        fake_set_fate(&batch->records[i], letters[fate]);
        batch->records[i].maybe_delivered = maybe;
    }
    batch->done(batch);
}

fiat__producer_opts fake_opts(void) {
    return (fiat__producer_opts){.linger_ms = 100,
                                 .record_max_bytes = FIAT__RECORD_MAX_BYTES,
                                 .record_max_events = FIAT__RECORD_MAX_EVENTS,
                                 .batch_max_records = FIAT__BATCH_MAX_RECORDS,
                                 .batch_max_bytes = FIAT__BATCH_MAX_BYTES,
                                 .queue_max_bytes = 64 << 20,
                                 .max_in_flight = 4,
                                 .retry_backoff_ms = 100,
                                 .retry_backoff_max_ms = 10000,
                                 .delivery_timeout_ms = 0,
                                 .clock = &fake_clock,
                                 .on_delivery = fake_on_delivery};
}

fiat__producer *fake_producer(fake_sink *sink, const fiat__producer_opts *opts) {
    fiat__producer *producer;
    fiat_error err = FIAT_ERROR_INIT;
    fake_report_count = 0;
    ck_assert_fiat_ok(fiat__producer_new(&producer, &sink->base, opts, &err), err);
    producer->no_thread = true;
    return producer;
}

fiat__producer_stream *fake_stream(fiat__producer *producer, const char *name) {
    fiat__producer_stream *stream;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_stream_get(producer, name, &stream, &err), err);
    return stream;
}

fiat__producer *fake_open(const fiat__producer_opts *opts, fake_sink **sink,
                          fiat__producer_stream **stream) {
    fake_now_ms = 1000000;
    *sink = fake_sink_new();
    fiat__producer *producer = fake_producer(*sink, opts);
    *stream = fake_stream(producer, "s");
    return producer;
}

fiat_status fake_append_with(fiat__producer_stream *stream, const char *text,
                             const fiat__uuid *uuid, void *opaque) {
    size_t half = strlen(text) / 2;
    fiat__str parts[] = {{text, half}, {NULL, 0}, {text + half, strlen(text) - half}};
    return fiat__producer_append(stream, parts, 3, uuid, opaque, NULL);
}

void fake_spread(fiat__producer_stream *stream) {
    fiat__lane *first = &stream->lanes[0];
    fiat__mutex_lock(&first->lock);
    if (!atomic_load(&stream->spread)) {
        if (first->open) (void)fiat__lane_seal(stream, first);
        atomic_store(&stream->spread, true);
    }
    fiat__mutex_unlock(&first->lock);
}

fiat_status fake_append(fiat__producer_stream *stream, const char *text) {
    return fake_append_with(stream, text, NULL, NULL);
}

void fake_on_delivery(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    ck_assert_uint_eq(report->struct_size, sizeof *report);
    ck_assert_uint_lt(fake_report_count, sizeof fake_reports / sizeof fake_reports[0]);
    fake_report *to = &fake_reports[fake_report_count++];
    memset(to, 0, sizeof *to);
    to->outcome = report->outcome;
    snprintf(to->stream, sizeof to->stream, "%s", report->stream);
    snprintf(to->event_id, sizeof to->event_id, "%s", report->event_id);
    snprintf(to->record_id, sizeof to->record_id, "%s", report->record_id);
    snprintf(to->data, sizeof to->data, "%.*s", (int)(report->data_length & 0xFFFF), report->data);
    snprintf(to->dead_letter_file, sizeof to->dead_letter_file, "%s", report->dead_letter_file);
    to->data_length = report->data_length;
    to->attempts = report->attempts;
    to->queued_ms = report->queued_ms;
    to->accepted_at_ms = report->accepted_at_ms;
    to->sent_at_ms = report->sent_at_ms;
    to->settled_at_ms = report->settled_at_ms;
    to->opaque = report->opaque;
    ck_assert_int_eq(report->outcome == FIAT_DELIVERED, report->error == NULL);
    if (report->error) to->error = *report->error;
}

void fake_check_stats(fiat__producer *producer, uint64_t delivered, uint64_t maybe,
                      uint64_t not_delivered, uint64_t queued) {
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.delivered, delivered);
    ck_assert_uint_eq(stats.maybe, maybe);
    ck_assert_uint_eq(stats.not_delivered, not_delivered);
    ck_assert_uint_eq(stats.queued, queued);
    ck_assert_uint_eq(stats.accepted, delivered + maybe + not_delivered + queued);
    if (queued == 0 && stats.reports_waiting == 0) ck_assert_uint_eq(stats.queued_bytes, 0);
}
