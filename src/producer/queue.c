/* Adding events to a stream's open record. Any thread.
 *
 * A lane's lock is held for a copy and a little bookkeeping. The sender is woken when a stream that
 * was empty gets its first event (it then sleeps until linger), when a whole batch is ready, and
 * when the queue is full; never for an event that joins others. */
#include "base/error.h"
#include "producer/producer_internal.h"

/* One call of append. */
typedef struct appending {
    fiat__producer_stream *stream;
    fiat__lane *lane; /* locked; NULL: none yet */
    const fiat__str *parts;
    size_t part_count;
    const fiat__uuid *uuid;
    void *opaque;
    uint64_t spool_ref; /* of an event that the spool gave */
    size_t event_bytes; /* with its newline */
    size_t note_bytes;
    int64_t now_ms;    /* 0: not read yet */
    int64_t notify_ms; /* wake the sender by then; INT64_MAX: no need */
} appending;

/* Records are billed in steps of 5 KiB. Would one more event begin a step that the record cannot
 * fill any more, because it may not have many more events? Then it had better end here. */
static bool ends_with_step(const fiat__record *record, const fiat__producer_opts *opts,
                           size_t bytes) {
    if (opts->gzip_level > 0) return false; /* the bill is of the compressed record */
    size_t billed = fiat__billed_bytes(record->len);
    size_t more_billed = fiat__billed_bytes(record->len + bytes);
    if (more_billed == billed || record->len == 0) return false;
    size_t left = opts->record_max_events - record->event_count;
    size_t full_len = record->len + record->len / record->event_count * left;
    if (full_len > opts->record_max_bytes) full_len = opts->record_max_bytes;
    return full_len < more_billed && more_billed - full_len > billed - record->len;
}

static bool joins(const fiat__record *record, const fiat__producer_opts *opts, size_t bytes) {
    return record->event_count < opts->record_max_events &&
           record->len + bytes <= opts->record_max_bytes && !ends_with_step(record, opts, bytes);
}

/* @locks lane->lock held */
static void seal(appending *call) {
    if (fiat__lane_seal(call->stream, call->lane)) call->notify_ms = FIAT__AWAKE;
}

/* Lock the thread's lane; no record is open there that the event does not join. */
static void enter_lane(appending *call) {
    const fiat__producer_opts *opts = &call->stream->producer->opts;
    fiat__lane *lane;
    while (lane = call->lane = fiat__lane_enter(call->stream),
           lane->open && !joins(lane->open, opts, call->event_bytes)) {
        seal(call);
        fiat__mutex_unlock(&lane->lock);
    }
}

static void read_clock(appending *call) {
    if (call->now_ms == 0) call->now_ms = fiat__producer_now(call->stream->producer);
}

/* @locks lane->lock held */
static fiat_status open_record(appending *call, fiat_error *err) {
    fiat__producer_stream *stream = call->stream;
    fiat__producer *producer = stream->producer;
    fiat__record *record;
    bool wake = false;
    size_t need = call->event_bytes + call->note_bytes + producer->verdict_bytes;
    size_t usual = stream->usual_bytes;
    size_t want = usual + usual / 16; /* one a little larger is not moved to another block */
    fiat_status status = fiat__ledger_open(&producer->ledger, need, want, &record, &wake, err);
    if (wake) call->notify_ms = FIAT__AWAKE;
    if (status != FIAT_OK) return status;
    read_clock(call);
    record->stream = stream;
    record->opened_ms = call->now_ms;
    call->lane->open = record;
    fiat__mutex_lock_short(&stream->lock);
    bool first = !stream->ready.head;
    fiat__mutex_unlock(&stream->lock);
    int64_t due_ms = call->now_ms + producer->opts.linger_ms;
    if (first && due_ms < call->notify_ms) call->notify_ms = due_ms;
    return FIAT_OK;
}

/* Have an open record with room for the event. @locks lane->lock held */
static fiat_status make_room(appending *call, fiat_error *err) {
    fiat__record **open = &call->lane->open;
    if (!*open) return open_record(call, err);
    size_t need = fiat__record_used_bytes(*open) + call->event_bytes + call->note_bytes;
    if (need <= fiat__block_room((*open)->size)) return FIAT_OK;
    bool wake = false;
    fiat_status status = fiat__ledger_grow(&call->stream->producer->ledger, open, need, &wake, err);
    if (wake) call->notify_ms = FIAT__AWAKE;
    return status;
}

/* Remember where the event begins if that begins another step of what is billed. */
static void mark_step(fiat__record *record, appending *call) {
    if (record->len == 0 || record->stream->producer->packer ||
        fiat__billed_bytes(record->len + call->event_bytes) == fiat__billed_bytes(record->len))
        return;
    read_clock(call);
    record->step_len = record->len;
    record->step_events = record->event_count;
    record->step_ms = call->now_ms;
}

static void copy_event(fiat__record *record, const appending *call) {
    char *to = fiat__record_data(record) + record->len;
    for (size_t i = 0; i < call->part_count; i++) {
        const fiat__str part = call->parts[i];
        if (part.len) memcpy(to, part.ptr, part.len);
        to += part.len;
    }
    *to++ = '\n';
    record->len = (uint32_t)(to - fiat__record_data(record));
    record->event_count++;
}

static void note_event(fiat__record *record, const appending *call) {
    fiat__event_note *note = fiat__record_note(record, record->note_count++);
    int64_t after_ms = call->now_ms - record->opened_ms;
    note->uuid = call->uuid ? *call->uuid : (fiat__uuid){{0}};
    note->opaque = call->opaque;
    note->spool_ref = call->spool_ref;
    note->end = record->len;
    note->after_ms = after_ms < 0 ? 0 : after_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)after_ms;
}

static fiat_status measure(appending *call, fiat_error *err) {
    size_t bytes = 0;
    for (size_t i = 0; i < call->part_count; i++) {
        size_t len = call->parts[i].len;
        if (len > FIAT_EVENT_MAX_BYTES || bytes + len > FIAT_EVENT_MAX_BYTES)
            return fiat__err_set(err, FIAT_E_EVENT_TOO_LARGE,
                                 "event for stream %s has more than %d bytes, Firehose's limit for "
                                 "a record; log less in one event",
                                 call->stream->name, FIAT_EVENT_MAX_BYTES);
        bytes += len;
    }
    call->event_bytes = bytes + 1;
    return FIAT_OK;
}

/* Copy an event into an open record of the stream. */
static fiat_status add_event(appending *call, fiat_error *err) {
    const fiat__producer *producer = call->stream->producer;
    enter_lane(call);
    fiat__lane *lane = call->lane;
    fiat_status status = make_room(call, err);
    if (status == FIAT_OK) {
        fiat__record *record = lane->open;
        mark_step(record, call);
        copy_event(record, call);
        if (producer->notes) note_event(record, call);
        lane->accepted++;
        if (!joins(record, &producer->opts, 1)) seal(call);
    }
    fiat__mutex_unlock(&lane->lock);
    return status;
}

/* Write an event to the spool, from which the sender brings it into a record. */
static fiat_status spool_event(appending *call, fiat_error *err) {
    const fiat__producer *producer = call->stream->producer;
    const fiat__spool_item item = {.stream = call->stream->name,
                                   .parts = call->parts,
                                   .part_count = call->part_count,
                                   .uuid = call->uuid,
                                   .opaque = call->opaque,
                                   .mono_ms = call->now_ms};
    fiat__spool_wake wake;
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__spool_append(producer->spool, &item, &wake, err);
    fiat__cancel_restore(cancel);
    if (wake == FIAT__SPOOL_WAKE_NOW) call->notify_ms = FIAT__AWAKE;
    if (wake == FIAT__SPOOL_WAKE_LINGER) call->notify_ms = call->now_ms + producer->opts.linger_ms;
    return status;
}

fiat_status fiat__queue_load(fiat__producer_stream *stream, const fiat__spool_event *event,
                             int64_t now_ms) {
    appending call = {.stream = stream,
                      .parts = &event->event,
                      .part_count = 1,
                      .uuid = &event->uuid,
                      .opaque = event->opaque,
                      .spool_ref = event->ref,
                      .event_bytes = event->event.len + 1,
                      .note_bytes = sizeof(fiat__event_note),
                      .now_ms = event->own && event->mono_ms < now_ms ? event->mono_ms : now_ms,
                      .notify_ms = INT64_MAX};
    return add_event(&call, NULL);
}

static fiat_status append_now(appending *call, fiat_error *err) {
    fiat__producer *producer = call->stream->producer;
    call->notify_ms = INT64_MAX;
    call->now_ms = 0;
    if (producer->notes) read_clock(call);
    fiat_status status = producer->spool ? spool_event(call, err) : add_event(call, err);
    if (call->notify_ms != INT64_MAX) fiat__producer_notify(producer, call->notify_ms);
    return status;
}

static bool is_full(fiat_status status) {
    return status == FIAT_E_QUEUE_FULL || status == FIAT_E_SPOOL_FULL;
}

/* What is full is the spool, if there is one. */
static bool wait_room(fiat__producer *producer, int64_t left_ms) {
    return producer->spool ? fiat__spool_wait_room(producer->spool, left_ms)
                           : fiat__ledger_wait_room(&producer->ledger, left_ms);
}

static fiat_status append_if_open(appending *call, fiat_error *err) {
    if (atomic_load(&call->stream->producer->state) == FIAT__PRODUCER_RUNNING)
        return append_now(call, err);
    return fiat__err_set(err, FIAT_E_CLOSED, "the logger is being closed");
}

/* The sender makes the room, and a callback may be on its thread or keep the memory of the reports
 * that it serves: there nobody waits. By the real clock. */
static fiat_status append_waiting(appending *call, fiat_error *err) {
    fiat__producer *producer = call->stream->producer;
    fiat_error refused;
    atomic_fetch_add(&producer->waiting_calls, 1);
    fiat_status status = append_if_open(call, &refused);
    if (is_full(status) && !fiat__producer_in_callback(producer)) {
        int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + producer->opts.queue_wait_ms;
        bool in_time = true;
        const int cancel = fiat__cancel_hold();
        while (is_full(status) && in_time) {
            in_time = wait_room(producer, until_ms - fiat__mono_ms(&fiat__clock_system));
            status = append_if_open(call, &refused);
        }
        fiat__cancel_restore(cancel);
    }
    atomic_fetch_sub(&producer->waiting_calls, 1);
    if (status != FIAT_OK) fiat__err_assign(err, &refused);
    return status;
}

fiat_status fiat__producer_append(fiat__producer_stream *stream, const fiat__str *parts,
                                  size_t part_count, const fiat__uuid *uuid, void *opaque,
                                  fiat_error *err) {
    fiat__producer *producer = stream->producer;
    appending call = {
        .stream = stream, .parts = parts, .part_count = part_count, .uuid = uuid, .opaque = opaque};
    fiat_status status = measure(&call, err);
    if (status != FIAT_OK) return status;
    if (atomic_load_explicit(&producer->state, memory_order_acquire) != FIAT__PRODUCER_RUNNING &&
        (status = fiat__producer_start(producer, err)) != FIAT_OK)
        return status;
    call.note_bytes = producer->notes ? sizeof(fiat__event_note) : 0;
    return producer->opts.queue_full == FIAT__FULL_WAIT ? append_waiting(&call, err)
                                                        : append_now(&call, err);
}
