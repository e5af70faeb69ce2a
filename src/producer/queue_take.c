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

/* What was looked at. */
typedef struct waiting {
    bool due;          /* some record is */
    int64_t oldest_ms; /* INT64_MAX: there is none */
} waiting;

static void look_at(waiting *found, const fiat__record *record, const fiat__queue_view *view) {
    found->due = found->due || is_due(record, &record->stream->producer->opts, view);
    if (record->opened_ms < found->oldest_ms) found->oldest_ms = record->opened_ms;
}

static waiting look_at_lanes(fiat__producer_stream *stream, const fiat__queue_view *view) {
    waiting found = {false, INT64_MAX};
    for (fiat__lane *lane = stream->lanes; lane < lanes_end(stream); lane++) {
        fiat__mutex_lock(&lane->lock);
        if (lane->open) look_at(&found, lane->open, view);
        fiat__mutex_unlock(&lane->lock);
    }
    return found;
}

/* What makes a batch is due. Short of that, all of it is looked at: with several lanes a younger
 * record may lie before an older one. @locks stream->lock held */
static void look_at_ready(waiting *found, const fiat__producer_stream *stream,
                          const fiat__queue_view *view) {
    const bool batch = fiat__is_batch_ready(stream);
    const fiat__record *record = stream->ready.head;
    for (; record; record = found->due ? NULL : record->next) {
        look_at(found, record, view);
        found->due |= batch;
    }
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

/* `found`: what is open. */
static void take_ready(fiat__producer_stream *stream, const fiat__queue_view *view, waiting found,
                       const fiat__batch_limits *limits, fiat__records *out) {
    fiat__mutex_lock(&stream->lock);
    fiat__records *ready = &stream->ready;
    look_at_ready(&found, stream, view);
    while (found.due && ready->head && fiat__batch_fits(limits, out, ready->head->len))
        fiat__records_push(out, fiat__records_pop(ready));
    fiat__mutex_unlock(&stream->lock);
}

/* An open record that has waited long enough did not fill up. Nor may it wait until nothing is
 * ready any more, when other lanes keep seeing to that. */
static void join_overdue(fiat__producer_stream *stream, const fiat__queue_view *view) {
    const fiat__queue_view patient = {view->now_ms, view->flush_sequence, .hurry = false};
    if (atomic_load_explicit(&stream->spread, memory_order_relaxed) &&
        look_at_lanes(stream, &patient).due)
        fiat__lanes_join(stream);
}

void fiat__queue_take(fiat__producer_stream *stream, const fiat__queue_view *view,
                      const fiat__batch_limits *limits, fiat__records *out) {
    join_overdue(stream, view);
    const waiting open = look_at_lanes(stream, view);
    take_ready(stream, view, open, limits, out);
    if (!open.due) return;
    for (fiat__lane *lane = stream->lanes; lane < lanes_end(stream); lane++)
        take_open(stream, lane, view, limits, out);
}

/* As far as look_at_ready() looks: the sender is woken for what it found. Beyond, a record may wait
 * here until one before it is old enough, too. They are not far apart, since none stays open for
 * long. @locks stream->lock held */
static void take_old_ready(fiat__producer_stream *stream, const fiat__age *age,
                           fiat__records *out) {
    fiat__records *ready = &stream->ready;
    while (ready->head && fiat__is_older(ready->head, age))
        fiat__records_push(out, fiat__records_pop(ready));
    if (fiat__is_batch_ready(stream)) return;
    fiat__records all = *ready;
    *ready = (fiat__records){0};
    for (fiat__record *record; (record = fiat__records_pop(&all));)
        fiat__records_push(fiat__is_older(record, age) ? out : ready, record);
}

void fiat__queue_take_old(fiat__producer_stream *stream, const fiat__age *age, fiat__records *out) {
    fiat__mutex_lock(&stream->lock);
    take_old_ready(stream, age, out);
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
    waiting found = look_at_lanes(stream, view);
    fiat__mutex_lock(&stream->lock);
    look_at_ready(&found, stream, view);
    fiat__mutex_unlock(&stream->lock);
    *oldest_ms = found.oldest_ms;
    if (found.due) return view->now_ms;
    return found.oldest_ms == INT64_MAX ? INT64_MAX
                                        : found.oldest_ms + stream->producer->opts.linger_ms;
}
