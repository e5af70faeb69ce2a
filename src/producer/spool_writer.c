/* The newest segment: places in it, its end, and what of it the sender may read. Any thread. */
#include "base/error.h"
#include "base/random.h"
#include "producer/spool_writer.h"

#include <stdio.h>
#include <unistd.h>

/* --- its end --- */

static void close_strand(fiat__spool_strand *strand) {
    if (strand->fd >= 0) close(strand->fd);
    strand->fd = -1;
}

/* The last call that wrote to it is done. @locks lock held */
static void seal(fiat__spool *spool, fiat__spool_segment *segment) {
    segment->sealed = true;
    if (segment->count == 0)
        fiat__spool_drop_segment(spool, segment); /* which the sender has never looked at */
    else if (segment->unsettled == 0)
        spool->may_delete = true;
}

void fiat__spool_end_writer(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->writer;
    if (!segment) return;
    spool->writer = NULL;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        if (!segment->strands[i].busy) close_strand(&segment->strands[i]);
    if (segment->busy == 0) seal(spool, segment);
}

/* --- what may be read --- */

fiat__spool_wake fiat__spool_publish(fiat__spool *spool, fiat__spool_segment *segment,
                                     uint32_t readable, uint32_t events, uint64_t bytes) {
    const uint64_t batch = spool->opts.batch_bytes;
    const bool first = spool->idle && (readable > segment->readable || segment != spool->writer);
    segment->readable = readable;
    if (first) spool->idle = false;
    atomic_fetch_add(&spool->appended, events);
    const uint64_t before = atomic_fetch_add(&spool->unread_bytes, bytes);
    if (before + bytes >= batch && (first || before < batch)) return FIAT__SPOOL_WAKE_NOW;
    return first ? FIAT__SPOOL_WAKE_LINGER : FIAT__SPOOL_WAKE_NONE;
}

/* The index of the first event that is still being written. */
static uint32_t first_busy(const fiat__spool_segment *segment) {
    uint32_t first = segment->count;
    for (int i = 0; i < FIAT__SPOOL_STRANDS && segment->busy > 0; i++)
        if (segment->strands[i].busy && segment->strands[i].index < first)
            first = segment->strands[i].index;
    return first;
}

/* Where an event stands among all. */
static uint64_t order_of(const fiat__spool_segment *segment, uint32_t index) {
    return (uint64_t)segment->tag << 32 | index;
}

/* Calls under way, of those that began before one that came now would. */
static unsigned count_busy(const fiat__spool *spool, uint64_t before) {
    unsigned count = 0;
    for (const fiat__spool_segment *s = spool->oldest; s; s = s->next)
        for (int i = 0; i < FIAT__SPOOL_STRANDS && s->busy > 0; i++)
            count += s->strands[i].busy && order_of(s, s->strands[i].index) < before;
    return count;
}

uint64_t fiat__spool_appended_before(fiat__spool *spool, int64_t timeout_ms) {
    const int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    int64_t left_ms = timeout_ms;
    unsigned busy;
    fiat__mutex_lock(&spool->lock);
    const uint64_t now = spool->writer ? order_of(spool->writer, spool->writer->count)
                                       : (uint64_t)(spool->last_tag + 1) << 32;
    spool->awaiting++;
    while ((busy = count_busy(spool, now)) > 0 && left_ms > 0) {
        fiat__cond_wait_ms(&spool->changed, &spool->lock, left_ms);
        left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
    }
    spool->awaiting--;
    /* Those that have not ended may all come before. */
    const uint64_t appended = atomic_load(&spool->appended) + busy;
    fiat__mutex_unlock(&spool->lock);
    return appended;
}

/* --- places --- */

static fiat_status no_room(fiat__spool *spool, fiat__spool_wake *wake, fiat_error *err) {
    fiat__spool_refuse(spool, 0, wake);
    fiat__err_set(err, FIAT_E_SPOOL_FULL,
                  "spool %s holds %llu of at most %llu bytes; log again later, or raise "
                  "spool.max.bytes",
                  spool->root, (unsigned long long)spool->bytes,
                  (unsigned long long)spool->opts.max_bytes);
    if (err) err->flags |= FIAT_ERRF_RETRYABLE;
    return FIAT_E_SPOOL_FULL;
}

/* A number is used once, even if what it was used for failed: its file may be there all the same.
 * @locks lock held */
static fiat_status start_segment(fiat__spool *spool, fiat_error *err) {
    char stem[FIAT__SPOOL_STEM_BYTES];
    const uint64_t number = spool->next_number++;
    if (snprintf(stem, sizeof stem, "%s/%016llx", spool->dirs->path, (unsigned long long)number) >=
        (int)sizeof stem)
        return fiat__err_set(err, FIAT_E_CONFIG, "spool.dir: the path is too long");
    fiat__spool_segment *segment = fiat__spool_add_segment(spool, spool->dirs, stem);
    if (!segment) return fiat__err_nomem(err);
    segment->number = number;
    segment->id = fiat__random_u64();
    segment->own = true;
    spool->writer = segment;
    return FIAT_OK;
}

/* Is the writer's segment full, or one that cannot be read? */
static bool is_over(const fiat__spool *spool, uint64_t frame_bytes) {
    const fiat__spool_segment *segment = spool->writer;
    return segment->stuck || segment->count == FIAT__SPOOL_INDEX_LIMIT ||
           (segment->count > 0 && segment->bytes + frame_bytes > spool->opts.segment_bytes);
}

/* Have a segment that takes the frame, and room for it. The old one is left when all of it is
 * synced.
 * @locks lock held, but not all the time */
static fiat_status provide_segment(fiat__spool *spool, uint64_t frame_bytes, fiat__spool_wake *wake,
                                   fiat_error *err) {
    while (spool->writer && is_over(spool, frame_bytes)) {
        if (spool->syncing)
            fiat__cond_wait(&spool->changed, &spool->lock);
        else if (spool->waiters)
            fiat__spool_raise_wake(wake, fiat__spool_sync_writer(spool));
        else
            fiat__spool_end_writer(spool);
    }
    const uint64_t more = frame_bytes + (spool->writer ? 0 : FIAT__SPOOL_HEAD_BYTES);
    if (spool->bytes + more > spool->opts.max_bytes) return no_room(spool, wake, err);
    return spool->writer ? FIAT_OK : start_segment(spool, err);
}

/* May a call have the strand to itself? One that has to be made takes room for its head. */
static bool is_free(const fiat__spool *spool, const fiat__spool_strand *strand,
                    uint64_t frame_bytes) {
    const uint64_t more = frame_bytes + FIAT__SPOOL_HEAD_BYTES;
    if (strand->busy || strand->broken) return false;
    return strand->end > 0 || spool->bytes + more <= spool->opts.max_bytes;
}

static bool find_strand(const fiat__spool *spool, fiat__spool_place *place) {
    const unsigned count = spool->opts.sync ? 1 : FIAT__SPOOL_STRANDS;
    place->segment = spool->writer;
    for (place->number = 0; place->number < count; place->number++) {
        place->strand = &place->segment->strands[place->number];
        if (is_free(spool, place->strand, place->frame_bytes)) return true;
    }
    return false;
}

/* To a call that waits for one. @locks lock held */
static void offer_strand(fiat__spool *spool) {
    if (spool->queuing > 0) fiat__cond_signal(&spool->strand_free);
}

fiat_status fiat__spool_take_place(fiat__spool *spool, fiat__spool_place *place,
                                   fiat__spool_wake *wake, fiat_error *err) {
    fiat_status status;
    while ((status = provide_segment(spool, place->frame_bytes, wake, err)) == FIAT_OK &&
           !find_strand(spool, place)) {
        spool->queuing++;
        fiat__cond_wait(&spool->strand_free, &spool->lock);
        spool->queuing--;
    }
    if (status != FIAT_OK) {
        offer_strand(spool); /* that this call was woken for, perhaps */
        return status;
    }
    place->head_bytes = place->strand->end > 0 ? 0 : FIAT__SPOOL_HEAD_BYTES;
    place->strand->busy = true;
    place->strand->index = place->segment->count++;
    place->segment->busy++;
    place->segment->bytes += place->head_bytes + place->frame_bytes;
    spool->bytes += place->head_bytes + place->frame_bytes;
    return FIAT_OK;
}

/* @locks lock held */
static void count_event(fiat__spool *spool, const fiat__spool_place *place) {
    place->strand->end += place->frame_bytes;
    place->segment->unread++;
    place->segment->unsettled++;
    spool->unsettled++;
}

/* The index goes to the next call, or to none. A strand that could not be made is not tried again.
 * @locks lock held */
static void give_back(fiat__spool *spool, const fiat__spool_place *place) {
    fiat__spool_segment *segment = place->segment;
    place->strand->broken = place->strand->end == 0;
    const uint64_t bytes = place->frame_bytes + (place->strand->broken ? place->head_bytes : 0);
    if (place->strand->index + 1 == segment->count) segment->count--;
    segment->bytes -= bytes;
    spool->bytes -= bytes;
}

/* Has the segment a strand that may take more? */
static bool is_usable(const fiat__spool_segment *segment) {
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        if (segment->strands[i].busy || segment->strands[i].end > 0) return true;
    return false;
}

bool fiat__spool_leave_place(fiat__spool *spool, const fiat__spool_place *place, bool written,
                             fiat__spool_wake *wake) {
    fiat__spool_segment *segment = place->segment;
    fiat__spool_strand *strand = place->strand;
    strand->busy = false;
    segment->busy--;
    if (written)
        count_event(spool, place);
    else
        give_back(spool, place);
    const bool broken = strand->broken;
    if (!spool->opts.sync) {
        strand->readable_end = strand->end;
        const uint64_t bytes = written ? place->frame_bytes : 0;
        fiat__spool_raise_wake(
            wake, fiat__spool_publish(spool, segment, first_busy(segment), written, bytes));
    }
    offer_strand(spool);
    if (spool->awaiting > 0) fiat__cond_broadcast(&spool->changed);
    if (segment != spool->writer) {
        close_strand(strand);
        if (segment->busy == 0) seal(spool, segment);
    } else if (broken && !is_usable(segment)) {
        fiat__spool_end_writer(spool);
    }
    return broken && spool->writer;
}
