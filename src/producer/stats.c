/* Numbers. Events accepted are counted by each stream, their ends under the ledger's lock; what is
 * queued is the difference, so that the numbers always add up. Any thread. */
#include "producer/producer_internal.h"

void fiat__producer_count_refused(fiat__producer *producer) {
    atomic_fetch_add_explicit(&producer->refused, 1, memory_order_relaxed);
}

/* Ends first: an event that is accepted in between shows as queued. */
static void add_accepted(fiat__producer_stream *stream, fiat__tally *tally) {
    tally->accepted = 0;
    for (fiat__lane *lane = stream->lanes; lane < stream->lanes + FIAT__LANE_COUNT; lane++) {
        fiat__mutex_lock(&lane->lock);
        tally->accepted += lane->accepted;
        fiat__mutex_unlock(&lane->lock);
    }
    tally->queued = tally->accepted - tally->delivered - tally->maybe - tally->not_delivered;
}

static void view_stream(fiat__producer_stream *stream, fiat__stream_view *out) {
    fiat__ledger *ledger = &stream->producer->ledger;
    out->name = stream->name;
    fiat__mutex_lock(&ledger->lock);
    out->tally = stream->tally;
    out->state = fiat__stream_state_name(stream->condition.state);
    out->state_since_ms = stream->condition.since_ms;
    out->limits = stream->condition.limits;
    memcpy(out->why, stream->condition.why, sizeof out->why);
    fiat__mutex_unlock(&ledger->lock);
    add_accepted(stream, &out->tally);
}

/* Events that are on disk alone wait as well; those that could not be read back are gone. */
static void add_spooled(fiat__producer *producer, fiat__tally *tally, fiat__spool_stats *stats) {
    memset(stats, 0, sizeof *stats);
    if (!producer->spool) return;
    fiat__spool_read_stats(producer->spool, stats);
    tally->accepted += stats->unread + stats->lost;
    tally->queued += stats->unread;
    tally->not_delivered += stats->lost;
}

static size_t count_from(const fiat__producer_stream *stream) {
    size_t count = 0;
    for (; stream; stream = stream->next)
        count++;
    return count;
}

size_t fiat__producer_stream_count(fiat__producer *producer) {
    return count_from(atomic_load(&producer->streams));
}

void fiat__producer_view(fiat__producer *producer, fiat__stream_view *streams, size_t count,
                         fiat__producer_totals *totals) {
    fiat__producer_stream *stream = atomic_load(&producer->streams);
    memset(&totals->tally, 0, sizeof totals->tally);
    fiat__ledger_read(&producer->ledger, totals);
    /* The newest comes first in the list. */
    for (size_t newer = count_from(stream) - count; newer > 0; newer--)
        stream = stream->next;
    for (size_t i = count; i > 0; i--, stream = stream->next) {
        view_stream(stream, &streams[i - 1]);
        fiat__tally_add(&totals->tally, &streams[i - 1].tally);
    }
    add_spooled(producer, &totals->tally, &totals->spool);
}

fiat__window *fiat__producer_window(fiat__producer *producer, fiat__window_id id) {
    return &producer->windows[id];
}

void fiat__producer_stats(fiat__producer *producer, fiat_stats *out) {
    fiat__tally tally = {0};
    fiat__stream_view view;
    fiat__producer_totals totals;
    fiat__ledger_read(&producer->ledger, &totals);
    out->queued_bytes = totals.queued_bytes;
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next) {
        view_stream(s, &view);
        fiat__tally_add(&tally, &view.tally);
    }
    add_spooled(producer, &tally, &totals.spool);
    out->refused = atomic_load_explicit(&producer->refused, memory_order_relaxed);
    out->accepted = tally.accepted;
    out->delivered = tally.delivered;
    out->maybe = tally.maybe;
    out->not_delivered = tally.not_delivered;
    out->dead_letters = tally.dead_letters;
    out->queued = tally.queued;
    out->records = tally.records;
    out->requests = tally.requests;
    out->retried_records = tally.retried_records;
    out->bytes = tally.bytes;
    out->billed_bytes = tally.billed_bytes;
    out->duplicates_risked = tally.duplicates_risked;
    out->throttled_records = tally.throttled_records;
    out->evicted = tally.evicted;
    out->reports_waiting = totals.reports_waiting;
    out->spool_bytes = totals.spool.bytes;
    out->spool_events = totals.spool.unsettled;
    out->spool_recovered = totals.spool.recovered;
    out->spool_damaged = totals.spool.damaged + totals.spool.lost;
    out->spool_unreadable = totals.spool.unreadable;
}
