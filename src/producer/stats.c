/* Numbers. Events accepted are counted by each stream, their ends under the ledger's lock; what is
 * queued is the difference, so that the numbers always add up. Any thread. */
#include "producer/producer_internal.h"

void fiat__producer_count_refused(fiat__producer *producer) {
    atomic_fetch_add_explicit(&producer->refused, 1, memory_order_relaxed);
}

void fiat__producer_stats(fiat__producer *producer, fiat_stats *out) {
    fiat__ledger *ledger = &producer->ledger;
    fiat__producer_stream *streams = atomic_load(&producer->streams);
    fiat__tally tally = {0};
    /* Ends first: an event that is accepted in between shows as queued. */
    fiat__mutex_lock(&ledger->lock);
    for (fiat__producer_stream *s = streams; s; s = s->next)
        fiat__tally_add(&tally, &s->tally);
    out->queued_bytes = ledger->queued_bytes;
    out->reports_waiting = ledger->waiting_events;
    fiat__mutex_unlock(&ledger->lock);
    out->accepted = 0;
    for (fiat__producer_stream *s = streams; s; s = s->next) {
        fiat__mutex_lock(&s->lock);
        out->accepted += s->accepted;
        fiat__mutex_unlock(&s->lock);
    }
    out->refused = atomic_load_explicit(&producer->refused, memory_order_relaxed);
    out->delivered = tally.delivered;
    out->maybe = tally.maybe;
    out->not_delivered = tally.not_delivered;
    out->evicted = tally.evicted;
    out->queued = out->accepted - tally.delivered - tally.maybe - tally.not_delivered;
    out->records = tally.records;
    out->requests = tally.requests;
    out->retried_records = tally.retried_records;
    out->bytes = tally.bytes;
    out->billed_bytes = tally.billed_bytes;
}
