/* A stream's queue: the open record, into which callers copy events, and the ready list.
 *
 * Any thread appends; the sender takes. stream->lock guards all of it and is held for a copy and a
 * little bookkeeping. The sender is woken when a stream that was empty gets its first event (it
 * then sleeps until linger), when a whole batch is ready, and when the queue is full; never for an
 * event that joins others. */
#include "base/error.h"
#include "producer/producer_internal.h"

/* One call of append. */
typedef struct appending {
    fiat__producer_stream *stream;
    size_t event_bytes; /* with its newline */
    size_t note_bytes;
    int64_t now_ms;    /* 0: not read yet */
    int64_t notify_ms; /* wake the sender by then; INT64_MAX: no need */
} appending;

static bool joins(const fiat__record *record, const fiat__producer_opts *opts, size_t bytes) {
    return record->event_count < opts->record_max_events &&
           record->len + bytes <= opts->record_max_bytes;
}

static size_t used_bytes(const fiat__record *record) {
    return record->len + record->note_count * sizeof(fiat__event_note) +
           record->stream->producer->verdict_bytes;
}

/* Whether a batch is full: one more record of the largest size would not fit. */
static bool is_batch_ready(const fiat__producer_stream *stream) {
    const fiat__producer *producer = stream->producer;
    return stream->ready.count >= producer->batch_max_count ||
           stream->ready.bytes + producer->opts.record_max_bytes > producer->batch_max_bytes;
}

/* @locks stream->lock held */
static fiat__record *close_record(fiat__producer_stream *stream) {
    fiat__record *record = stream->open;
    stream->usual_bytes = (uint32_t)used_bytes(record);
    stream->open = NULL;
    return record;
}

/* @locks stream->lock held */
static void seal(appending *call) {
    fiat__producer_stream *stream = call->stream;
    bool was_ready = stream->ready.head && is_batch_ready(stream);
    fiat__records_push(&stream->ready, close_record(stream));
    if (!was_ready && is_batch_ready(stream)) call->notify_ms = FIAT__AWAKE;
}

static void read_clock(appending *call) {
    if (call->now_ms == 0) call->now_ms = fiat__producer_now(call->stream->producer);
}

/* @locks stream->lock held */
static fiat_status open_record(appending *call, fiat_error *err) {
    fiat__producer_stream *stream = call->stream;
    fiat__producer *producer = stream->producer;
    bool first_refusal = false;
    size_t need = call->event_bytes + call->note_bytes + producer->verdict_bytes;
    fiat_status status = fiat__ledger_open(&producer->ledger, need, stream->usual_bytes,
                                           &stream->open, &first_refusal, err);
    if (first_refusal) call->notify_ms = FIAT__AWAKE;
    if (status != FIAT_OK) return status;
    read_clock(call);
    stream->open->stream = stream;
    stream->open->opened_ms = call->now_ms;
    int64_t due_ms = call->now_ms + producer->opts.linger_ms;
    if (!stream->ready.head && due_ms < call->notify_ms) call->notify_ms = due_ms;
    return FIAT_OK;
}

/* Leave room for the event in stream->open. @locks stream->lock held */
static fiat_status make_room(appending *call, fiat_error *err) {
    fiat__producer_stream *stream = call->stream;
    fiat__producer *producer = stream->producer;
    if (stream->open && !joins(stream->open, &producer->opts, call->event_bytes)) seal(call);
    if (!stream->open) return open_record(call, err);
    size_t need = used_bytes(stream->open) + call->event_bytes + call->note_bytes;
    if (need <= fiat__block_room(stream->open->size)) return FIAT_OK;
    bool first_refusal = false;
    fiat_status status =
        fiat__ledger_grow(&producer->ledger, &stream->open, need, &first_refusal, err);
    if (first_refusal) call->notify_ms = FIAT__AWAKE;
    return status;
}

static void copy_event(fiat__record *record, const fiat__str *parts, size_t part_count) {
    char *to = fiat__record_data(record) + record->len;
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].len) memcpy(to, parts[i].ptr, parts[i].len);
        to += parts[i].len;
    }
    *to++ = '\n';
    record->len = (uint32_t)(to - fiat__record_data(record));
    record->event_count++;
}

static void note_event(fiat__record *record, const fiat__uuid *uuid, void *opaque, int64_t now_ms) {
    fiat__event_note *note = fiat__record_note(record, record->note_count++);
    int64_t after_ms = now_ms - record->opened_ms;
    note->uuid = uuid ? *uuid : (fiat__uuid){{0}};
    note->opaque = opaque;
    note->end = record->len;
    note->after_ms = after_ms < 0 ? 0 : after_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)after_ms;
}

static fiat_status measure(appending *call, const fiat__str *parts, size_t part_count,
                           fiat_error *err) {
    size_t bytes = 0;
    for (size_t i = 0; i < part_count; i++) {
        if (parts[i].len > FIAT_EVENT_MAX_BYTES || bytes + parts[i].len > FIAT_EVENT_MAX_BYTES)
            return fiat__err_set(err, FIAT_E_EVENT_TOO_LARGE,
                                 "event for stream %s has more than %d bytes, Firehose's limit for "
                                 "a record; log less in one event",
                                 call->stream->name, FIAT_EVENT_MAX_BYTES);
        bytes += parts[i].len;
    }
    call->event_bytes = bytes + 1;
    return FIAT_OK;
}

fiat_status fiat__producer_append(fiat__producer_stream *stream, const fiat__str *parts,
                                  size_t part_count, const fiat__uuid *uuid, void *opaque,
                                  fiat_error *err) {
    fiat__producer *producer = stream->producer;
    appending call = {.stream = stream, .notify_ms = INT64_MAX};
    fiat_status status = measure(&call, parts, part_count, err);
    if (status != FIAT_OK) return status;
    if (atomic_load_explicit(&producer->state, memory_order_acquire) != FIAT__PRODUCER_RUNNING &&
        (status = fiat__producer_start(producer, err)) != FIAT_OK)
        return status;
    if (producer->reports) {
        call.note_bytes = sizeof(fiat__event_note);
        read_clock(&call);
    }
    fiat__mutex_lock(&stream->lock);
    status = make_room(&call, err);
    if (status == FIAT_OK) {
        fiat__record *record = stream->open;
        copy_event(record, parts, part_count);
        if (producer->reports) note_event(record, uuid, opaque, call.now_ms);
        stream->accepted++;
        if (!joins(record, &producer->opts, 1)) seal(&call);
    }
    fiat__mutex_unlock(&stream->lock);
    if (call.notify_ms != INT64_MAX) fiat__producer_notify(producer, call.notify_ms);
    return status;
}

static bool is_due(const fiat__record *record, const fiat__producer_opts *opts,
                   const fiat__queue_view *view) {
    return view->hurry || record->sequence <= view->flush_sequence ||
           record->opened_ms + opts->linger_ms <= view->now_ms;
}

/* @locks stream->lock held */
static fiat__record *first_record(const fiat__producer_stream *stream) {
    return stream->ready.head ? stream->ready.head : stream->open;
}

bool fiat__batch_fits(const fiat__producer *producer, const fiat__records *batch, size_t bytes) {
    return batch->count == 0 || (batch->count < producer->batch_max_count &&
                                 batch->bytes + bytes <= producer->batch_max_bytes);
}

void fiat__queue_take(fiat__producer_stream *stream, const fiat__queue_view *view,
                      fiat__records *out) {
    const fiat__producer *producer = stream->producer;
    fiat__mutex_lock(&stream->lock);
    const fiat__record *first = first_record(stream);
    if (first &&
        (is_due(first, &producer->opts, view) || (stream->ready.head && is_batch_ready(stream)))) {
        while (stream->ready.head && fiat__batch_fits(producer, out, stream->ready.head->len))
            fiat__records_push(out, fiat__records_pop(&stream->ready));
        if (!stream->ready.head && stream->open && is_due(stream->open, &producer->opts, view) &&
            fiat__batch_fits(producer, out, stream->open->len))
            fiat__records_push(out, close_record(stream));
    }
    fiat__mutex_unlock(&stream->lock);
}

void fiat__queue_take_old(fiat__producer_stream *stream, int64_t opened_before_ms,
                          fiat__records *out) {
    fiat__mutex_lock(&stream->lock);
    while (stream->ready.head && stream->ready.head->opened_ms < opened_before_ms)
        fiat__records_push(out, fiat__records_pop(&stream->ready));
    if (stream->open && stream->open->opened_ms < opened_before_ms)
        fiat__records_push(out, close_record(stream));
    fiat__mutex_unlock(&stream->lock);
}

int64_t fiat__queue_due_ms(fiat__producer_stream *stream, const fiat__queue_view *view,
                           int64_t *oldest_ms) {
    const fiat__producer_opts *opts = &stream->producer->opts;
    int64_t due_ms = INT64_MAX;
    *oldest_ms = INT64_MAX;
    fiat__mutex_lock(&stream->lock);
    const fiat__record *first = first_record(stream);
    if (first) {
        bool now = is_due(first, opts, view) || (stream->ready.head && is_batch_ready(stream));
        due_ms = now ? view->now_ms : first->opened_ms + opts->linger_ms;
        *oldest_ms = first->opened_ms;
    }
    fiat__mutex_unlock(&stream->lock);
    return due_ms;
}
