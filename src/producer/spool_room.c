/* Want of room: at spool.max.bytes, and on the disk. Calls that are refused for it, those that wait
 * for room, and what the log says of it. */
#include "base/error.h"
#include "producer/spool_internal.h"

/* Room on the disk comes without our doing. */
#define DISK_RETRY_MS 100

/* The spool is called full until a quarter of it is free and, if it was the disk, an event was
 * written: it may fill up again at once. @locks lock held */
static bool has_room_again(const fiat__spool *spool) {
    return spool->bytes <= spool->opts.max_bytes / 4 * 3 &&
           (!spool->disk_full || atomic_load(&spool->appended) > spool->appended_when_full);
}

static void say_full(fiat__spool *spool, int error) {
    fiat_error why;
    if (error)
        fiat__err_sys(&why, error, "the disk has no room for it");
    else
        fiat__err_set(&why, FIAT_E_SPOOL_FULL,
                      "events come faster than they leave, or spool.max.bytes is too low");
    fiat__log_write(spool->opts.log, FIAT__LOG_SPOOL_FULL, "",
                    "spool %s holds %llu of at most %llu bytes and calls are refused: %s",
                    spool->root, (unsigned long long)spool->bytes,
                    (unsigned long long)spool->opts.max_bytes, why.message);
}

void fiat__spool_refuse(fiat__spool *spool, int error, fiat__spool_wake *wake) {
    if (!spool->full) *wake = FIAT__SPOOL_WAKE_NOW; /* perhaps something can be deleted */
    spool->full = true;
    spool->disk_full = error != 0;
    spool->appended_when_full = atomic_load(&spool->appended);
    if (!spool->said_full) say_full(spool, error);
    spool->said_full = true;
}

void fiat__spool_make_room(fiat__spool *spool) {
    const fiat__spool_segment *writer = spool->writer;
    /* The newest segment is deleted only when it has come to its end. */
    if (spool->full && writer && writer->count > 0 && writer->unsettled == 0 && !spool->syncing &&
        !spool->waiters)
        fiat__spool_end_writer(spool);
}

void fiat__spool_show_room(fiat__spool *spool) {
    if (spool->full) fiat__cond_broadcast(&spool->room);
    spool->full = false;
}

void fiat__spool_say_room(fiat__spool *spool) {
    if (!spool->said_full || !has_room_again(spool)) return;
    spool->said_full = spool->disk_full = false;
    fiat__log_write(spool->opts.log, FIAT__LOG_SPOOL_ROOM, "",
                    "spool %s has room again: it holds %llu of at most %llu bytes", spool->root,
                    (unsigned long long)spool->bytes, (unsigned long long)spool->opts.max_bytes);
}

bool fiat__spool_wait_room(fiat__spool *spool, int64_t timeout_ms) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&spool->lock);
    for (bool woken = false; spool->full && !woken;) {
        int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        woken = spool->disk_full && left_ms > DISK_RETRY_MS;
        fiat__cond_wait_ms(&spool->room, &spool->lock, woken ? DISK_RETRY_MS : left_ms);
    }
    bool in_time = fiat__mono_ms(&fiat__clock_system) < until_ms;
    fiat__mutex_unlock(&spool->lock);
    return in_time;
}

void fiat__spool_end_waits(fiat__spool *spool) {
    fiat__mutex_lock(&spool->lock);
    fiat__spool_show_room(spool);
    fiat__mutex_unlock(&spool->lock);
}
