/* Writing. Any thread.
 *
 * With `sync` the threads whose frames are written queue up; whoever finds no sync running runs one
 * for all that are queued by then, with the lock not held, so that others write on meanwhile. Only
 * what a sync has covered is readable, so that an event whose call fails is never sent.
 *
 * After a sync that failed nobody knows what of the file reached the disk, and a second one would
 * lie (https://wiki.postgresql.org/wiki/Fsync_Errors): all that are queued fail, the file is cut to
 * what was synced before, and the next event starts a new one. */
#include "base/error.h"
#include "base/mem.h"
#include "producer/spool_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define MAX_PARTS   16   /* of one event, with head and stream name */
#define SMALL_BYTES 2048 /* frames up to here are put together before the lock is taken */

/* One call. */
typedef struct appending {
    const fiat__spool_item *item;
    uint32_t payload_bytes, payload_crc;
    uint64_t frame_bytes;
    int64_t wall_ms;
    struct iovec parts[MAX_PARTS]; /* of the frame; the first begins with its head */
    int part_count;
    char bytes[SMALL_BYTES]; /* the head; a small frame whole */
} appending;

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

static fiat_status failed(fiat__spool *spool, int error, const char *what, const char *path,
                          fiat_error *err) {
    fiat_status status =
        fiat__err_sys(err, error, "cannot %s %s; the event was not kept", what, path);
    fiat__spool_wake none; /* the sender cannot make this room */
    if (error != ENOSPC && error != EDQUOT) return status;
    fiat__spool_refuse(spool, error, &none);
    if (err) err->status = FIAT_E_SPOOL_FULL;
    return FIAT_E_SPOOL_FULL;
}

void fiat__spool_seal(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->writer;
    if (!segment) return;
    segment->sealed = true;
    spool->writer = NULL;
    close(spool->writer_fd);
    spool->writer_fd = -1;
    if (segment->count == 0)
        fiat__spool_drop_segment(spool, segment); /* which the sender has never looked at */
    else if (segment->unsettled == 0)
        spool->may_delete = true;
}

static void raise_wake(fiat__spool_wake *wake, fiat__spool_wake to) {
    if (*wake < to) *wake = to;
}

/* Make what is written readable up to an offset. @locks lock held */
static fiat__spool_wake publish(fiat__spool *spool, uint64_t end, uint32_t count) {
    fiat__spool_segment *segment = spool->writer;
    const uint64_t more = end - segment->readable_end;
    segment->readable_end = end;
    const uint32_t events = count - segment->readable;
    segment->readable = count;
    const bool first = spool->idle;
    spool->idle = false;
    atomic_fetch_add(&spool->appended, events);
    if (first) atomic_store(&spool->unread_bytes, 0);
    const uint64_t bytes = atomic_fetch_add(&spool->unread_bytes, more);
    if (bytes < spool->opts.batch_bytes && bytes + more >= spool->opts.batch_bytes)
        return FIAT__SPOOL_WAKE_NOW;
    return first ? FIAT__SPOOL_WAKE_LINGER : FIAT__SPOOL_WAKE_NONE;
}

/* --- sync --- */

/* Take back what is written and not readable. @locks lock held */
static void retract(fiat__spool *spool) {
    char note[FIAT__SPOOL_NOTE_BYTES], path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_segment *segment = spool->writer;
    const uint32_t lost = segment->count - segment->readable;
    if (spool->io->ftruncate(spool->writer_fd, (off_t)segment->readable_end) != 0) {
        /* Then at least have them taken for settled. */
        struct iovec part = {note, sizeof note};
        fiat__spool_note_write(note, segment->id, segment->readable, lost);
        int fd =
            spool->io->open(fiat__spool_path(path, segment->stem, "ack"), O_WRONLY | O_CREAT, 0600);
        if (fd >= 0) {
            if (fiat__spool_write(spool->io, fd, &part, 1, segment->note_bytes) == 0) {
                segment->note_bytes += sizeof note;
                spool->bytes += sizeof note;
            }
            close(fd);
        }
    }
    spool->bytes -= segment->end - segment->readable_end;
    spool->unsettled -= lost;
    segment->unsettled -= lost;
    segment->unread -= lost;
    segment->count = segment->readable;
    segment->end = segment->readable_end;
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

/* Sync for all that are queued. @locks lock held, but not while it syncs */
static fiat__spool_wake sync_writer(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->writer;
    const uint64_t end = segment->end;
    const uint32_t count = segment->count;
    const int fd = spool->writer_fd;
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
        fiat__spool_seal(spool);
    } else {
        segment->named = true;
        wake = publish(spool, end, count);
        release_waiters(spool, end, 0);
    }
    return wake;
}

/* Wait until a frame is on the disk, or known not to be. @locks lock held */
static int wait_synced(fiat__spool *spool, uint64_t end, fiat__spool_wake *wake) {
    fiat__spool_waiter self = {.end = end};
    *spool->waiters_end = &self;
    spool->waiters_end = &self.next;
    while (!self.done) {
        if (spool->syncing)
            fiat__cond_wait(&spool->changed, &spool->lock);
        else
            raise_wake(wake, sync_writer(spool));
    }
    return self.error;
}

/* --- segments --- */

/* A number is used once, even if what it was used for failed: its file may be there all the same.
 * @locks lock held */
static fiat_status start_segment(fiat__spool *spool, int64_t wall_ms, fiat_error *err) {
    char stem[FIAT__SPOOL_PATH_BYTES], path[FIAT__SPOOL_PATH_BYTES], bytes[FIAT__SPOOL_HEAD_BYTES];
    const fiat__spool_head head = {.id = fiat__random_u64(),
                                   .number = spool->next_number++,
                                   .created_ms = wall_ms,
                                   .pid = (uint32_t)getpid()};
    if (snprintf(stem, sizeof stem, "%s/%016llx", spool->dirs->path,
                 (unsigned long long)head.number) >= (int)sizeof stem - 4)
        return fiat__err_set(err, FIAT_E_CONFIG, "spool.dir: the path is too long");
    int fd = spool->io->open(fiat__spool_path(path, stem, "log"), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0) return failed(spool, errno, "create", path, err);
    fiat__spool_head_write(bytes, &head);
    struct iovec part = {bytes, sizeof bytes};
    int error = fiat__spool_write(spool->io, fd, &part, 1, 0);
    fiat__spool_segment *segment = error ? NULL : fiat__spool_add_segment(spool, spool->dirs, stem);
    if (!segment) {
        close(fd);
        (void)spool->io->unlink(path); /* without a whole head it is nothing to the next process */
        return error ? failed(spool, error, "write", path, err) : fiat__err_nomem(err);
    }
    segment->id = head.id;
    segment->own = true;
    segment->end = segment->readable_end = sizeof bytes;
    spool->bytes += segment->end;
    spool->writer = segment;
    spool->writer_fd = fd;
    return FIAT_OK;
}

/* Is the writer's segment full, or one that cannot be read? */
static bool is_over(const fiat__spool *spool, const appending *call) {
    const fiat__spool_segment *segment = spool->writer;
    return segment->stuck ||
           (segment->count > 0 && segment->end + call->frame_bytes > spool->opts.segment_bytes);
}

/* Have a segment that takes the frame, and room for it. The old one is left when all of it is
 * synced.
 * @locks lock held, but not all the time */
static fiat_status provide_segment(fiat__spool *spool, const appending *call,
                                   fiat__spool_wake *wake, fiat_error *err) {
    while (spool->writer && is_over(spool, call)) {
        if (spool->syncing)
            fiat__cond_wait(&spool->changed, &spool->lock);
        else if (spool->waiters)
            raise_wake(wake, sync_writer(spool));
        else
            fiat__spool_seal(spool);
    }
    const uint64_t more = call->frame_bytes + (spool->writer ? 0 : FIAT__SPOOL_HEAD_BYTES);
    if (spool->bytes + more > spool->opts.max_bytes) return no_room(spool, wake, err);
    return spool->writer ? FIAT_OK : start_segment(spool, call->wall_ms, err);
}

/* --- events --- */

static void add_part(appending *call, const char *bytes, size_t len) {
    if (len == 0) return;
    call->parts[call->part_count++] = (struct iovec){(char *)(uintptr_t)bytes, len};
    call->payload_bytes += (uint32_t)len;
}

/* Writing one piece takes the kernel two thirds of the time that ten take, with the lock held. */
static void put_together(appending *call) {
    char *to = call->bytes + FIAT__SPOOL_FRAME_BYTES;
    for (int i = 1; i < call->part_count; i++) {
        memcpy(to, call->parts[i].iov_base, call->parts[i].iov_len);
        to += call->parts[i].iov_len;
    }
    call->parts[0].iov_len = call->frame_bytes;
    call->part_count = 1;
    call->payload_crc =
        fiat__spool_crc(0, call->bytes + FIAT__SPOOL_FRAME_BYTES, call->payload_bytes);
}

/* All of the frame but its head, which says where it stands. */
static fiat_status prepare(appending *call, fiat_error *err) {
    const fiat__spool_item *item = call->item;
    const size_t stream_bytes = strlen(item->stream);
    if (item->part_count > MAX_PARTS - 2 || stream_bytes > FIAT__SPOOL_STREAM_MAX_BYTES)
        return fiat__err_set(err, FIAT_E_ARG, "an event of too many parts for the spool");
    call->parts[0] = (struct iovec){call->bytes, FIAT__SPOOL_FRAME_BYTES};
    call->part_count = 1;
    add_part(call, item->stream, stream_bytes);
    for (size_t i = 0; i < item->part_count; i++)
        add_part(call, item->parts[i].ptr, item->parts[i].len);
    call->frame_bytes = FIAT__SPOOL_FRAME_BYTES + (uint64_t)call->payload_bytes;
    if (call->frame_bytes <= sizeof call->bytes) {
        put_together(call);
        return FIAT_OK;
    }
    for (int i = 1; i < call->part_count; i++)
        call->payload_crc =
            fiat__spool_crc(call->payload_crc, call->parts[i].iov_base, call->parts[i].iov_len);
    return FIAT_OK;
}

/* @locks lock held */
static fiat_status write_frame(fiat__spool *spool, appending *call, fiat_error *err) {
    static const fiat__uuid none;
    char path[FIAT__SPOOL_PATH_BYTES];
    const fiat__spool_item *item = call->item;
    fiat__spool_segment *segment = spool->writer;
    const fiat__spool_frame frame = {.index = segment->count,
                                     .wall_ms = call->wall_ms,
                                     .mono_ms = item->mono_ms,
                                     .opaque = (uintptr_t)item->opaque,
                                     .uuid = item->uuid ? *item->uuid : none,
                                     .stream = fiat__str_c(item->stream)};
    fiat__spool_frame_write(call->bytes, segment->id, &frame, call->payload_bytes,
                            call->payload_crc);
    int error =
        fiat__spool_write(spool->io, spool->writer_fd, call->parts, call->part_count, segment->end);
    if (error) {
        /* The next frame is written over it, and until then it is a torn one. */
        (void)spool->io->ftruncate(spool->writer_fd, (off_t)segment->end);
        return failed(spool, error, "write", fiat__spool_path(path, segment->stem, "log"), err);
    }
    segment->end += call->frame_bytes;
    segment->count++;
    segment->unread++;
    segment->unsettled++;
    spool->unsettled++;
    spool->bytes += call->frame_bytes;
    return FIAT_OK;
}

/* @locks lock held */
static fiat_status append(fiat__spool *spool, appending *call, fiat__spool_wake *wake,
                          fiat_error *err) {
    fiat_status status = provide_segment(spool, call, wake, err);
    if (status == FIAT_OK) status = write_frame(spool, call, err);
    if (status != FIAT_OK) return status;
    if (!spool->opts.sync) {
        raise_wake(wake, publish(spool, spool->writer->end, spool->writer->count));
        return FIAT_OK;
    }
    int error = wait_synced(spool, spool->writer->end, wake);
    return error ? failed(spool, error, "sync", spool->dirs->path, err) : FIAT_OK;
}

fiat_status fiat__spool_append(fiat__spool *spool, const fiat__spool_item *item,
                               fiat__spool_wake *wake, fiat_error *err) {
    appending call; /* not all of it: most of `bytes` is never used */
    call.item = item;
    call.wall_ms = fiat__wall_ms(spool->opts.clock);
    call.payload_bytes = call.payload_crc = 0;
    *wake = FIAT__SPOOL_WAKE_NONE;
    fiat_status status = prepare(&call, err);
    if (status != FIAT_OK) return status;
    fiat__mutex_lock_short(&spool->lock);
    status = append(spool, &call, wake, err);
    fiat__mutex_unlock(&spool->lock);
    return status;
}
