/* Lanes: where threads add events to a stream.
 *
 * Normally a stream has one open record, in its first lane, so that all threads share it: Firehose
 * bills records in steps, and a full one wastes least. When threads log so fast that they keep
 * finding the lane taken, record after record, the stream is spread: each thread has a lane by its
 * number, and writes to memory that no other writes to. As soon as one of these records does not
 * fill up by itself, all share one again.
 *
 * The events of a thread stay in order: a thread changes lanes only when the record that it wrote
 * to has been sealed, and the ready list is in the order of sealing. `spread` is set with the first
 * lane's lock held, and cleared with those of all. */
#include "producer/producer_internal.h"

/* A record was crowded when one in so many of its events had to wait. */
#define CROWDED_SHARE 16
/* So many such in a row: what a burst leaves in the lanes is then little beside it. */
#define CROWDED_RECORDS 4
/* Open records must not take more than this share of the queue. */
#define OPEN_SHARE 4

/* Threads are numbered as they come. */
static unsigned own_number(void) {
    static atomic_uint s_last;
    static _Thread_local unsigned tl_number;
    if (tl_number == 0) tl_number = 1 + atomic_fetch_add(&s_last, 1) % FIAT__LANE_COUNT;
    return tl_number - 1;
}

fiat__lane *fiat__lane_enter(fiat__producer_stream *stream) {
    for (;;) {
        const bool spread = atomic_load_explicit(&stream->spread, memory_order_relaxed);
        fiat__lane *lane = &stream->lanes[spread ? own_number() : 0];
        const bool waited = fiat__mutex_lock_short(&lane->lock);
        if (spread == atomic_load_explicit(&stream->spread, memory_order_relaxed)) {
            lane->waits += waited;
            return lane;
        }
        fiat__mutex_unlock(&lane->lock);
    }
}

size_t fiat__record_used_bytes(const fiat__record *record) {
    return record->len + record->note_count * sizeof(fiat__event_note) +
           record->stream->producer->verdict_bytes;
}

bool fiat__is_batch_ready(const fiat__producer_stream *stream) {
    const fiat__producer *producer = stream->producer;
    return stream->ready.count >= producer->batch_max_count ||
           stream->ready.bytes + producer->opts.record_max_bytes > producer->batch_max_bytes;
}

fiat__record *fiat__lane_close(fiat__producer_stream *stream, fiat__lane *lane) {
    fiat__record *record = lane->open;
    const bool crowded = lane->waits > record->event_count / CROWDED_SHARE;
    lane->crowded = crowded ? lane->crowded + 1 : 0;
    lane->waits = 0;
    lane->open = NULL;
    stream->usual_bytes = (uint32_t)fiat__record_used_bytes(record);
    return record;
}

/* Let threads go their own ways if they were in one another's.
 * @locks lane->lock held; if it is in use alone, it is the first's; nothing is open there */
static void spread_if_crowded(fiat__producer_stream *stream, const fiat__lane *lane) {
    const uint64_t open_bytes = (uint64_t)stream->usual_bytes * FIAT__LANE_COUNT;
    if (lane->crowded >= CROWDED_RECORDS &&
        open_bytes <= stream->producer->ledger.queue_max_bytes / OPEN_SHARE)
        atomic_store_explicit(&stream->spread, true, memory_order_relaxed);
}

bool fiat__lane_seal(fiat__producer_stream *stream, fiat__lane *lane) {
    fiat__record *record = fiat__lane_close(stream, lane);
    fiat__mutex_lock_short(&stream->lock);
    const bool was_ready = stream->ready.head && fiat__is_batch_ready(stream);
    fiat__records_push(&stream->ready, record);
    const bool ready = !was_ready && fiat__is_batch_ready(stream);
    fiat__mutex_unlock(&stream->lock);
    spread_if_crowded(stream, lane);
    return ready;
}

static void join_locked(fiat__producer_stream *stream) {
    for (fiat__lane *lane = stream->lanes; lane < stream->lanes + FIAT__LANE_COUNT; lane++) {
        if (lane->open) (void)fiat__lane_seal(stream, lane);
        lane->crowded = 0;
    }
    atomic_store_explicit(&stream->spread, false, memory_order_relaxed);
}

void fiat__lanes_join(fiat__producer_stream *stream) {
    int locked = 0;
    if (!atomic_load_explicit(&stream->spread, memory_order_relaxed)) return;
    while (locked < FIAT__LANE_COUNT && fiat__mutex_try(&stream->lanes[locked].lock))
        locked++;
    if (locked == FIAT__LANE_COUNT) join_locked(stream);
    while (locked > 0)
        fiat__mutex_unlock(&stream->lanes[--locked].lock);
}
