/* Taking records from a stream's queue: the ready list, and the open records that are due. Sender.
 *
 * A thread's events are in order within its lane, and what is ready was sealed before what is open
 * there. So an open record is taken only while nothing is ready. Lanes are locked one at a time,
 * lest a thread that has lost its processor keeps out all others. */
#include "producer/producer_internal.h"

static bool is_due(const fiat__record *record, const fiat__producer_opts *opts,
                   const fiat__queue_view *view) {
    return view->hurry || record->sequence <= view->flush_sequence ||
           record->opened_ms + opts->linger_ms <= view->now_ms;
}

/* The lanes that may hold open records. One that comes into use meanwhile has its record opened
 * while something is ready, or wakes the sender. */
static const fiat__lane *lanes_end(const fiat__producer_stream *stream) {
    const bool spread = atomic_load_explicit(&stream->spread, memory_order_relaxed);
    return stream->lanes + (spread ? FIAT__LANE_COUNT : 1);
}

/* What is open. */
typedef struct open_records {
    bool due;          /* one of them is */
    int64_t oldest_ms; /* INT64_MAX: there is none */
} open_records;

static open_records look_at_lanes(fiat__producer_stream *stream, const fiat__queue_view *view) {
    open_records found = {false, INT64_MAX};
    for (fiat__lane *lane = stream->lanes; lane < lanes_end(stream); lane++) {
        fiat__mutex_lock(&lane->lock);
        if (lane->open) {
            found.due |= is_due(lane->open, &stream->producer->opts, view);
            if (lane->open->opened_ms < found.oldest_ms) found.oldest_ms = lane->open->opened_ms;
        }
        fiat__mutex_unlock(&lane->lock);
    }
    return found;
}

bool fiat__batch_fits(const fiat__batch_limits *limits, const fiat__records *batch, size_t bytes) {
    return batch->count == 0 ||
           (batch->count < limits->records && batch->bytes + bytes <= limits->bytes);
}

/* Close an open record for sending. When only its first event has waited long enough, the record
 * may end where its last step of what is billed began, if that wastes less: the events behind go on
 * waiting for company, in the next record, as long as each of them may. @locks lane->lock held */
static fiat__record *close_due(fiat__producer_stream *stream, fiat__lane *lane,
                               const fiat__queue_view *view) {
    fiat__producer *producer = stream->producer;
    fiat__record *record = fiat__lane_close(stream, lane);
    size_t kept = record->step_len, waste = fiat__billed_bytes(record->len) - record->len;
    if (kept > 0 && !view->hurry && record->sequence > view->flush_sequence &&
        record->step_ms + producer->opts.linger_ms > view->now_ms &&
        fiat__billed_bytes(kept) - kept < waste)
        lane->open = fiat__ledger_split(&producer->ledger, record, producer->verdict_bytes);
    return record;
}

static bool is_any_ready(fiat__producer_stream *stream) {
    fiat__mutex_lock(&stream->lock);
    const bool any = stream->ready.head;
    fiat__mutex_unlock(&stream->lock);
    return any;
}

static void take_open(fiat__producer_stream *stream, fiat__lane *lane, const fiat__queue_view *view,
                      const fiat__batch_limits *limits, fiat__records *out) {
    fiat__mutex_lock(&lane->lock);
    if (lane->open && is_due(lane->open, &stream->producer->opts, view) && !is_any_ready(stream) &&
        fiat__batch_fits(limits, out, lane->open->len))
        fiat__records_push(out, close_due(stream, lane, view));
    fiat__mutex_unlock(&lane->lock);
}

/* `due`: some record is. */
static void take_ready(fiat__producer_stream *stream, const fiat__queue_view *view, bool due,
                       const fiat__batch_limits *limits, fiat__records *out) {
    fiat__mutex_lock(&stream->lock);
    fiat__records *ready = &stream->ready;
    if (ready->head &&
        (due || is_due(ready->head, &stream->producer->opts, view) || fiat__is_batch_ready(stream)))
        while (ready->head && fiat__batch_fits(limits, out, ready->head->len))
            fiat__records_push(out, fiat__records_pop(ready));
    fiat__mutex_unlock(&stream->lock);
}

void fiat__queue_take(fiat__producer_stream *stream, const fiat__queue_view *view,
                      const fiat__batch_limits *limits, fiat__records *out) {
    const open_records open = look_at_lanes(stream, view);
    if (open.due && !view->hurry) fiat__lanes_join(stream);
    take_ready(stream, view, open.due, limits, out);
    if (!open.due) return;
    for (fiat__lane *lane = stream->lanes; lane < lanes_end(stream); lane++)
        take_open(stream, lane, view, limits, out);
}

/* What is ready lies in the order of sealing: with several lanes a record may wait here until one
 * before it is old enough, too. They are not far apart, since none stays open for long. */
void fiat__queue_take_old(fiat__producer_stream *stream, const fiat__age *age, fiat__records *out) {
    fiat__mutex_lock(&stream->lock);
    while (stream->ready.head && fiat__is_older(stream->ready.head, age))
        fiat__records_push(out, fiat__records_pop(&stream->ready));
    fiat__mutex_unlock(&stream->lock);
    for (fiat__lane *lane = stream->lanes; lane < lanes_end(stream); lane++) {
        fiat__mutex_lock(&lane->lock);
        if (lane->open && fiat__is_older(lane->open, age))
            fiat__records_push(out, fiat__lane_close(stream, lane));
        fiat__mutex_unlock(&lane->lock);
    }
}

int64_t fiat__queue_due_ms(fiat__producer_stream *stream, const fiat__queue_view *view,
                           int64_t *oldest_ms) {
    const fiat__producer_opts *opts = &stream->producer->opts;
    const open_records open = look_at_lanes(stream, view);
    bool now = open.due;
    *oldest_ms = open.oldest_ms;
    fiat__mutex_lock(&stream->lock);
    const fiat__record *first = stream->ready.head;
    if (first) {
        now |= is_due(first, opts, view) || fiat__is_batch_ready(stream);
        if (first->opened_ms < *oldest_ms) *oldest_ms = first->opened_ms;
    }
    fiat__mutex_unlock(&stream->lock);
    if (now) return view->now_ms;
    return *oldest_ms == INT64_MAX ? INT64_MAX : *oldest_ms + opts->linger_ms;
}
