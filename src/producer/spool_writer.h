/* Places in the newest segment, for the calls that write. See spool_append.c. */
#ifndef FIAT_PRODUCER_SPOOL_WRITER_H
#define FIAT_PRODUCER_SPOOL_WRITER_H

#include "producer/spool_internal.h"

/* What a call may write: a frame behind the end of a strand, which is its own until it is done. */
typedef struct fiat__spool_place {
    uint64_t frame_bytes; /* the caller's */
    fiat__spool_segment *segment;
    fiat__spool_strand *strand;
    unsigned number;     /* of the strand */
    uint64_t head_bytes; /* 0, unless it has to be made */
} fiat__spool_place;

static inline void fiat__spool_raise_wake(fiat__spool_wake *wake, fiat__spool_wake to) {
    if (*wake < to) *wake = to;
}

/* A strand and the next index; waits while all are taken. FIAT_E_SPOOL_FULL, FIAT_E_NOMEM.
 * @locks lock held, but not all the time */
fiat_status fiat__spool_take_place(fiat__spool *spool, fiat__spool_place *place,
                                   fiat__spool_wake *wake, fiat_error *err);
/* The frame is written, or could not be. The segment may be gone afterwards. true: there was no
 * strand to be had, but there are others. @locks lock held */
bool fiat__spool_leave_place(fiat__spool *spool, const fiat__spool_place *place, bool written,
                             fiat__spool_wake *wake);

/* Events were written, and all before `readable` may be read. @locks lock held */
fiat__spool_wake fiat__spool_publish(fiat__spool *spool, fiat__spool_segment *segment,
                                     uint32_t readable, uint32_t events, uint64_t bytes);

/* spool_sync.c: sync for all that are queued. @locks lock held, but not while it syncs */
fiat__spool_wake fiat__spool_sync_writer(fiat__spool *spool);
/* Wait until the newest frame is on the disk, or known not to be: errno. `self` is the caller's,
 * until then. The same. */
int fiat__spool_wait_synced(fiat__spool *spool, fiat__spool_waiter *self, fiat__spool_wake *wake);

#endif
