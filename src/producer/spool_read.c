/* Reading back, on the sender thread alone, and noting what is settled.
 *
 * The reader goes over the segments in their order. What it has passed is in memory, settled, or
 * lost; so a segment may be deleted once it is sealed and each of its events is settled. */
#include "base/error.h"
#include "base/mem.h"
#include "producer/spool_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define READ_ATTEMPTS 10

/* --- reading --- */

/* Events that should be there and cannot be read. @locks lock held */
static void lose(fiat__spool *spool, fiat__spool_segment *segment, uint32_t count) {
    if (count == 0) return;
    segment->unread -= count;
    segment->unsettled -= count;
    segment->damaged = true;
    spool->unsettled -= count;
    spool->lost += count;
    spool->may_delete = true;
    atomic_fetch_add(&spool->taken, count);
}

/* @locks lock held */
static void count_taken(fiat__spool *spool) {
    if (!spool->reading) return;
    spool->reading->unread -= spool->took;
    spool->took = 0;
}

/* @locks lock held */
static void leave_segment(fiat__spool *spool) {
    if (spool->reading->own)
        spool->damaged_bytes += fiat__spool_strands_damaged_bytes(&spool->reader);
    fiat__spool_strands_close(&spool->reader);
    spool->reading = NULL;
    fiat__free(spool->settled_before);
    spool->settled_before = NULL;
}

/* errno. @locks lock held */
static int read_notes(fiat__spool *spool, const fiat__spool_segment *segment) {
    char path[FIAT__SPOOL_PATH_BYTES];
    int error;
    if (segment->own) return 0; /* what is settled was taken before */
    spool->settled_before = fiat__calloc(segment->count / 8 + 1, 1);
    if (!spool->settled_before) return ENOMEM;
    fiat__spool_notes_read(spool->io, fiat__spool_path(path, segment->stem, "ack"), segment->id,
                           spool->settled_before, segment->count, &error);
    return error;
}

/* Where reading broke off, or at the beginning. */
static void place_reader(fiat__spool_strands *reader, const fiat__spool_segment *segment,
                         unsigned strand) {
    fiat__spool_reader *file = &reader->strands[strand].reader;
    if (segment->strands[strand].read_at) file->at = segment->strands[strand].read_at;
    file->next_index = segment->read_index;
    /* Events of a former process were counted when it was taken over, with bits for so many. */
    if (!segment->own) file->index_limit = segment->count;
}

/* Have the reader see all that may be read of the segment. errno. @locks lock held */
static int show(fiat__spool *spool, const fiat__spool_segment *segment) {
    fiat__spool_strands *reader = &spool->reader;
    for (unsigned i = 0; i < FIAT__SPOOL_STRANDS; i++) {
        const uint64_t end = segment->strands[i].readable_end;
        fiat__spool_reader *file = &reader->strands[i].reader;
        if (end > 0 && file->fd < 0) {
            const int error = fiat__spool_strands_open(reader, segment->stem, i, segment->id, end);
            if (error) {
                reader->error_strand = i;
                return error;
            }
            place_reader(reader, segment, i);
        }
        file->limit = end;
    }
    reader->end_index = segment->readable;
    return 0;
}

/* @locks lock held */
static void enter_segment(fiat__spool *spool, fiat__spool_segment *segment) {
    int error = read_notes(spool, segment);
    if (!error) error = show(spool, segment);
    spool->reader.next_index = segment->read_index;
    spool->reader.error = error;
    spool->reading = segment;
}

/* To come back to it. @locks lock held */
static void break_off(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->reading;
    for (unsigned i = 0; i < FIAT__SPOOL_STRANDS; i++)
        if (spool->reader.strands[i].reader.fd >= 0)
            segment->strands[i].read_at = fiat__spool_strands_at(&spool->reader, i);
    segment->read_index = spool->reader.next_index;
    leave_segment(spool);
}

/* Files that are open to be written to must not keep others from being read for ever: calls that
 * are refused, since the spool is full, never end them. @locks lock held */
static void close_writer(fiat__spool *spool) {
    if (spool->writer && !spool->syncing && !spool->waiters) fiat__spool_end_writer(spool);
}

/* The disk does not give the segment's bytes. It is tried again, but not so long that what comes
 * behind it would wait for ever: then it stays as it is, for the next process to try. Where memory
 * or descriptors are short it is tried as long as they are. @locks lock held */
static void stumble(fiat__spool *spool) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_segment *segment = spool->reading;
    const fiat__spool_strands *reader = &spool->reader;
    segment->stuck = !fiat__spool_is_shortage(reader->error) && ++spool->failures >= READ_ATTEMPTS;
    if (segment->stuck) {
        spool->failures = 0;
        fiat__spool_strand_path(path, segment->stem, reader->error_strand);
        fiat__spool_unreadable(spool, path, reader->error);
    }
    const bool no_descriptor = reader->error == EMFILE || reader->error == ENFILE;
    break_off(spool);
    if (no_descriptor) close_writer(spool);
}

/* All that could be read of the segment was: what should be there and was not is lost. How much of
 * it may be read may have grown. true: go on in it. @locks lock held */
static bool go_on_in_segment(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->reading;
    if (segment->readable > spool->reader.end_index) {
        spool->reader.error = show(spool, segment);
        return true;
    }
    /* Of what is behind, while calls write, nobody knows how many events it is. */
    if (segment->busy == 0)
        lose(spool, segment, segment->unread - (segment->count - segment->readable));
    if (segment->sealed) leave_segment(spool);
    return false;
}

/* There is nothing to read. @locks lock held */
static void fall_idle(fiat__spool *spool) {
    spool->idle = true;
    for (const fiat__spool_segment *s = spool->oldest; s; s = s->next)
        if (s->own && s->unread > 0 && !s->stuck) return;
    atomic_store(&spool->unread_bytes, 0); /* of what was lost it was never subtracted */
}

/* @locks lock held */
static bool go_on_elsewhere(fiat__spool *spool) {
    fiat__spool_segment *segment = spool->oldest;
    while (segment && segment->sealed && (segment->unread == 0 || segment->stuck))
        segment = segment->next;
    /* The first that is not sealed: events in those behind it may be later ones of its threads. */
    const bool more = segment && !segment->stuck && segment->unread > 0 && segment->readable > 0;
    if (more)
        enter_segment(spool, segment);
    else
        fall_idle(spool);
    return more;
}

/* Go on where there is more to read. false: there is nothing, or not now. */
static bool go_on(fiat__spool *spool, bool *again) {
    bool more = false;
    fiat__mutex_lock(&spool->lock);
    count_taken(spool);
    *again = spool->reader.error != 0;
    if (*again)
        stumble(spool);
    else if (spool->reading && go_on_in_segment(spool))
        more = true;
    else if (!spool->reading)
        more = go_on_elsewhere(spool);
    else
        fall_idle(spool);
    fiat__mutex_unlock(&spool->lock);
    return more;
}

static void peek_at(fiat__spool *spool, const fiat__spool_frame *frame) {
    const fiat__spool_segment *segment = spool->reading;
    spool->peeked =
        (fiat__spool_event){.ref = (uint64_t)segment->tag << 32 | frame->index,
                            .stream = frame->stream,
                            .event = frame->event,
                            .uuid = frame->uuid,
                            .opaque = segment->own ? (void *)(uintptr_t)frame->opaque : NULL,
                            .mono_ms = frame->mono_ms,
                            .own = segment->own,
                            .disk_bytes = fiat__spool_frame_bytes(frame)};
    spool->has_peeked = true;
    spool->failures = 0;
}

bool fiat__spool_peek(fiat__spool *spool, fiat__spool_event *out, bool *again) {
    fiat__spool_frame frame;
    *again = false;
    while (!spool->has_peeked) {
        if (!spool->reading || !fiat__spool_strands_next(&spool->reader, &frame)) {
            if (!go_on(spool, again)) return false;
        } else if (!spool->settled_before || !fiat__spool_bit(spool->settled_before, frame.index)) {
            peek_at(spool, &frame);
        }
    }
    *out = spool->peeked;
    return true;
}

void fiat__spool_taken(fiat__spool *spool) {
    spool->has_peeked = false;
    spool->took++;
    if (spool->peeked.own) atomic_fetch_sub(&spool->unread_bytes, spool->peeked.disk_bytes);
    atomic_fetch_add(&spool->taken, 1);
}

void fiat__spool_unusable(fiat__spool *spool) {
    fiat__mutex_lock(&spool->lock);
    spool->has_peeked = false;
    lose(spool, spool->reading, 1);
    fiat__mutex_unlock(&spool->lock);
}

/* --- settling --- */

void fiat__spool_write_notes(fiat__spool *spool, fiat__spool_segment *segment,
                             const fiat__spool_run *runs, size_t count) {
    char bytes[FIAT__SPOOL_RUN_COUNT * FIAT__SPOOL_NOTE_BYTES], path[FIAT__SPOOL_PATH_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < count; i++, len += FIAT__SPOOL_NOTE_BYTES)
        fiat__spool_note_write(bytes + len, segment->id, runs[i].first, runs[i].count);
    int fd =
        spool->io->open(fiat__spool_path(path, segment->stem, "ack"), O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return;
    struct iovec part = {bytes, len};
    if (fiat__spool_write(spool->io, fd, &part, 1, segment->note_bytes) == 0) {
        segment->note_bytes += len;
        spool->bytes += len;
    }
    close(fd);
}

static fiat__spool_segment *find_segment(const fiat__spool *spool, uint32_t tag) {
    fiat__spool_segment *segment = spool->oldest;
    while (segment->tag != tag) /* one with an event that is not settled is in the list */
        segment = segment->next;
    return segment;
}

/* Note the runs of one segment. @locks lock held */
static void note_runs(fiat__spool *spool, const fiat__spool_run *runs, size_t count) {
    fiat__spool_segment *segment = find_segment(spool, runs->tag);
    for (size_t i = 0; i < count; i++) {
        segment->unsettled -= runs[i].count;
        spool->unsettled -= runs[i].count;
    }
    if (segment->unsettled == 0) spool->may_delete = true;
    if (segment->unsettled > 0 || !segment->sealed || segment->stays || segment->damaged)
        fiat__spool_write_notes(spool, segment, runs, count);
}

/* @locks lock held */
static void note_all(fiat__spool *spool) {
    for (size_t i = 0, end; i < spool->run_count; i = end) {
        end = i + 1;
        while (end < spool->run_count && spool->runs[end].tag == spool->runs[i].tag)
            end++;
        note_runs(spool, &spool->runs[i], end - i);
    }
    spool->run_count = 0;
}

void fiat__spool_settle(fiat__spool *spool, uint64_t ref) {
    const uint32_t tag = (uint32_t)(ref >> 32), index = (uint32_t)ref;
    fiat__spool_run *last = spool->run_count ? &spool->runs[spool->run_count - 1] : NULL;
    if (last && last->tag == tag && last->first + last->count == index) {
        last->count++;
        return;
    }
    if (spool->run_count == FIAT__SPOOL_RUN_COUNT) note_all(spool);
    spool->runs[spool->run_count++] = (fiat__spool_run){tag, index, 1};
}

/* @locks lock held */
static void delete_settled(fiat__spool *spool) {
    spool->may_delete = false;
    count_taken(spool);
    for (fiat__spool_segment *segment = spool->oldest, *next; segment; segment = next) {
        next = segment->next;
        if (segment->unsettled > 0 || !segment->sealed || segment->stays) continue;
        if (spool->reading == segment) leave_segment(spool);
        fiat__spool_drop_segment(spool, segment);
    }
}

void fiat__spool_note(fiat__spool *spool) {
    fiat__mutex_lock(&spool->lock);
    note_all(spool);
    fiat__spool_make_room(spool);
    if (spool->may_delete) delete_settled(spool);
    fiat__spool_say_room(spool);
    fiat__mutex_unlock(&spool->lock);
}
