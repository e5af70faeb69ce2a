/* With `sync`: waiting for the disk. Any thread; see spool_append.c. */
#include "base/error.h"
#include "producer/spool_writer.h"

#include <errno.h>

/* Take back what is written and not readable. @locks lock held */
static void retract(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->writer;
    fiat__spool_strand *strand = segment->strands;
    const uint64_t bytes = strand->end - strand->readable_end;
    const uint32_t lost = segment->count - segment->readable;
    if (spool->io->ftruncate(strand->fd, (off_t)strand->readable_end) != 0) {
        /* Then at least have them taken for settled. */
        const fiat__spool_run run = {segment->tag, segment->readable, lost};
        fiat__spool_write_notes(spool, segment, &run, 1);
    }
    spool->bytes -= bytes;
    segment->bytes -= bytes;
    spool->unsettled -= lost;
    segment->unsettled -= lost;
    segment->unread -= lost;
    segment->count = segment->readable;
    strand->end = strand->readable_end;
}

/* Tell the waiters up to an offset. @locks lock held */
static void release_waiters(fiat__spool *spool, uint64_t end, int error) {
    while (spool->waiters && spool->waiters->end <= end) {
        fiat__spool_waiter *waiter = spool->waiters;
        spool->waiters = waiter->next;
        if (!spool->waiters) spool->waiters_end = &spool->waiters;
        waiter->error = error;
        waiter->done = true; /* it may be gone from here on */
    }
    fiat__cond_broadcast(&spool->changed);
}

fiat__spool_wake fiat__spool_sync_writer(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->writer;
    fiat__spool_strand *strand = segment->strands;
    const uint64_t end = strand->end;
    const uint32_t count = segment->count;
    const int fd = strand->fd;
    fiat__spool_wake wake = FIAT__SPOOL_WAKE_NONE;
    spool->syncing = true;
    fiat__mutex_unlock(&spool->lock);
    int error = spool->io->fdatasync(fd) == 0 ? 0 : errno;
    if (!error && !segment->named && spool->io->sync_dir(segment->dir->path) != 0) error = errno;
    fiat__mutex_lock(&spool->lock);
    spool->syncing = false;
    if (error) {
        release_waiters(spool, UINT64_MAX, error);
        retract(spool);
        fiat__spool_end_writer(spool);
    } else {
        const uint64_t more = end - strand->readable_end;
        segment->named = true;
        strand->readable_end = end;
        wake = fiat__spool_publish(spool, segment, count, count - segment->readable, more);
        release_waiters(spool, end, 0);
    }
    return wake;
}

int fiat__spool_wait_synced(fiat__spool *spool, fiat__spool_waiter *self, fiat__spool_wake *wake) {
    *self = (fiat__spool_waiter){.end = spool->writer->strands->end};
    *spool->waiters_end = self;
    spool->waiters_end = &self->next;
    while (!self->done) {
        if (spool->syncing)
            fiat__cond_wait(&spool->changed, &spool->lock);
        else
            fiat__spool_raise_wake(wake, fiat__spool_sync_writer(spool));
    }
    return self->error;
}
