/* Writing. Any thread.
 *
 * A call is given the next index, and a strand of the newest segment for itself, writes its frame
 * there with the lock not held, and says that it is done. (The kernel, too, lets one thread at a
 * time write to a file: so a thread that it takes off the processor there keeps nobody waiting.)
 * What may be read are the events before the first that is still being written, so that the reader,
 * which goes by the indices, finds the order of the calls.
 *
 * With `sync` there is one strand, and the lock is held while a frame is written: its threads wait
 * for the disk anyway. Those whose frames are written queue up; whoever finds no sync running runs
 * one for all that are queued by then, with the lock not held, so that others write on meanwhile.
 * Only what a sync has covered is readable, so that an event whose call fails is never sent.
 *
 * After a sync that failed nobody knows what of the file reached the disk, and a second one would
 * lie (https://wiki.postgresql.org/wiki/Fsync_Errors): all that are queued fail, the file is cut to
 * what was synced before, and the next event starts a new one. */
#include "base/error.h"
#include "producer/spool_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MAX_PARTS   16   /* of one event, with head and stream name */
#define SMALL_BYTES 2048 /* frames up to here are put together before the lock is taken */

/* One call. */
typedef struct appending {
    const fiat__spool_item *item;
    uint32_t payload_bytes, payload_crc;
    int64_t wall_ms;
    fiat__spool_place place;
    struct iovec parts[MAX_PARTS]; /* of the frame; the first begins with its head */
    int part_count;
    char bytes[SMALL_BYTES]; /* the head; a small frame whole */
} appending;

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

static void add_part(appending *call, const char *bytes, size_t len) {
    if (len == 0) return;
    call->parts[call->part_count++] = (struct iovec){(char *)(uintptr_t)bytes, len};
    call->payload_bytes += (uint32_t)len;
}

/* Writing one piece takes the kernel two thirds of the time that ten take. */
static void put_together(appending *call) {
    char *to = call->bytes + FIAT__SPOOL_FRAME_BYTES;
    for (int i = 1; i < call->part_count; i++) {
        memcpy(to, call->parts[i].iov_base, call->parts[i].iov_len);
        to += call->parts[i].iov_len;
    }
    call->parts[0].iov_len = call->place.frame_bytes;
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
    call->place.frame_bytes = FIAT__SPOOL_FRAME_BYTES + (uint64_t)call->payload_bytes;
    if (call->place.frame_bytes <= sizeof call->bytes) {
        put_together(call);
        return FIAT_OK;
    }
    for (int i = 1; i < call->part_count; i++)
        call->payload_crc =
            fiat__spool_crc(call->payload_crc, call->parts[i].iov_base, call->parts[i].iov_len);
    return FIAT_OK;
}

/* --- without the lock, if there is no `sync`: the strand belongs to the call --- */

/* Make its file, with the head. errno. */
static int make_strand(const fiat__spool *spool, const appending *call) {
    char path[FIAT__SPOOL_PATH_BYTES], bytes[FIAT__SPOOL_HEAD_BYTES];
    const fiat__spool_place *place = &call->place;
    const fiat__spool_head head = {.id = place->segment->id,
                                   .number = place->segment->number,
                                   .created_ms = call->wall_ms,
                                   .pid = (uint32_t)getpid()};
    struct iovec part = {bytes, sizeof bytes};
    fiat__spool_strand_path(path, place->segment->stem, place->number);
    int fd = spool->io->open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0) return errno;
    fiat__spool_head_write(bytes, &head);
    const int error = fiat__spool_write(spool->io, fd, &part, 1, 0);
    if (error) {
        close(fd);
        (void)spool->io->unlink(path); /* without a whole head it is nothing to the next process */
        return error;
    }
    place->strand->fd = fd;
    place->strand->end = sizeof bytes;
    return 0;
}

/* errno. */
static int write_frame(const fiat__spool *spool, appending *call) {
    static const fiat__uuid none;
    const fiat__spool_item *item = call->item;
    const fiat__spool_strand *strand = call->place.strand;
    const fiat__spool_frame frame = {.index = strand->index,
                                     .wall_ms = call->wall_ms,
                                     .mono_ms = item->mono_ms,
                                     .opaque = (uintptr_t)item->opaque,
                                     .uuid = item->uuid ? *item->uuid : none,
                                     .stream = fiat__str_c(item->stream)};
    fiat__spool_frame_write(call->bytes, call->place.segment->id, &frame, call->payload_bytes,
                            call->payload_crc);
    const int error =
        fiat__spool_write(spool->io, strand->fd, call->parts, call->part_count, strand->end);
    /* The next frame is written over it, and until then it is a torn one. */
    if (error) (void)spool->io->ftruncate(strand->fd, (off_t)strand->end);
    return error;
}

/* errno. */
static int write_event(const fiat__spool *spool, appending *call) {
    const int error = call->place.head_bytes ? make_strand(spool, call) : 0;
    return error ? error : write_frame(spool, call);
}

/* --- with the lock, but not all the time --- */

/* *again: there was no strand to be had, but there are others. */
static fiat_status append_once(fiat__spool *spool, appending *call, bool *again,
                               fiat__spool_wake *wake, fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    const fiat__spool_place *place = &call->place;
    *again = false;
    fiat_status status = fiat__spool_take_place(spool, &call->place, wake, err);
    if (status != FIAT_OK) return status;
    if (!spool->opts.sync) fiat__mutex_unlock(&spool->lock);
    const int error = write_event(spool, call);
    const bool made = place->strand->end > 0;
    if (error) fiat__spool_strand_path(path, place->segment->stem, place->number);
    if (!spool->opts.sync) fiat__mutex_lock_short(&spool->lock);
    *again = fiat__spool_leave_place(spool, place, !error, wake);
    return error && !*again ? failed(spool, error, made ? "write" : "create", path, err) : FIAT_OK;
}

static fiat_status append(fiat__spool *spool, appending *call, fiat__spool_wake *wake,
                          fiat_error *err) {
    bool again;
    fiat_status status;
    fiat__spool_waiter self;
    do
        status = append_once(spool, call, &again, wake, err);
    while (again);
    if (status != FIAT_OK || !spool->opts.sync) return status;
    const int error = fiat__spool_wait_synced(spool, &self, wake);
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
