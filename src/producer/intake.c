/* From the spool into records: what callers wrote, and what a former process left, in that order.
 * Sender. */
#include "producer/producer_internal.h"

/* Then the sink gets its turn. */
#define INTAKE_MAX_BYTES (8u << 20)
#define RETRY_MS         100

/* The stream of an event. Neighbours are mostly of the same. */
static fiat_status find_stream(fiat__producer *producer, fiat__str name,
                               fiat__producer_stream **stream) {
    char text[FIAT__SPOOL_STREAM_MAX_BYTES + 1];
    if (*stream && fiat__str_eq_c(name, (*stream)->name)) return FIAT_OK;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    return fiat__producer_stream_get(producer, text, stream, NULL);
}

/* Take events as long as there are some and memory for them. Returns when to go on. */
static int64_t take_all(fiat__producer *producer, int64_t now_ms) {
    fiat__spool_event event;
    fiat__producer_stream *stream = NULL;
    bool again;
    for (uint64_t bytes = 0; bytes < INTAKE_MAX_BYTES; bytes += event.disk_bytes) {
        if (!fiat__spool_peek(producer->spool, &event, &again))
            return again ? now_ms + RETRY_MS : INT64_MAX;
        fiat_status status = find_stream(producer, event.stream, &stream);
        if (status == FIAT_OK) status = fiat__queue_load(stream, &event, now_ms);
        if (status == FIAT_E_QUEUE_FULL) return INT64_MAX; /* until some record is settled */
        if (status == FIAT_E_NOMEM) return now_ms + RETRY_MS;
        if (status == FIAT_OK)
            fiat__spool_taken(producer->spool);
        else
            fiat__spool_unusable(producer->spool);
    }
    return now_ms;
}

/* Say so when events could not be read that were counted before. */
static void look_for_losses(fiat__producer *producer) {
    fiat__spool_stats stats;
    fiat__spool_read_stats(producer->spool, &stats);
    if (stats.lost == producer->seen_lost) return;
    producer->seen_lost = stats.lost;
    fiat__observe_spool(producer, &stats);
}

int64_t fiat__intake(fiat__producer *producer, int64_t now_ms) {
    if (!producer->spool) return INT64_MAX;
    const uint64_t before = fiat__spool_taken_count(producer->spool);
    int64_t again_ms = take_all(producer, now_ms);
    if (fiat__spool_taken_count(producer->spool) != before)
        producer->settled_any = true; /* of flush's two conditions */
    look_for_losses(producer);
    if (before < atomic_load(&producer->flush_spooled))
        fiat__raise_to(&producer->flush_sequence, fiat__ledger_last_sequence(&producer->ledger));
    return again_ms;
}
