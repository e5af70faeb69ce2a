/* No state. */
#include "producer/spool_format.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

static const char s_head_magic[8] = {'F', 'I', 'A', 'T', 'S', 'P', 'L', '1'};
static const char s_frame_magic[4] = {'F', 'E', 'v', '1'};

static void put(char *to, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        to[i] = (char)(value >> (8 * i));
}

static uint64_t get(const char *from, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)from[i] << (8 * i);
    return value;
}

uint32_t fiat__spool_crc(uint32_t crc, const void *bytes, size_t len) {
    return (uint32_t)crc32_z(crc, bytes, len);
}

/* The checksum of bytes that belong to a segment. */
static uint32_t crc_of(uint64_t id, const char *bytes, size_t len) {
    char seed[8];
    put(seed, id, 8);
    return fiat__spool_crc(fiat__spool_crc(0, seed, sizeof seed), bytes, len);
}

void fiat__spool_head_write(char out[FIAT__SPOOL_HEAD_BYTES], const fiat__spool_head *head) {
    memcpy(out, s_head_magic, sizeof s_head_magic);
    put(out + 8, head->id, 8);
    put(out + 16, head->number, 8);
    put(out + 24, (uint64_t)head->created_ms, 8);
    put(out + 32, head->pid, 4);
    put(out + 36, fiat__spool_crc(0, out, 36), 4);
}

bool fiat__spool_head_read(const char in[FIAT__SPOOL_HEAD_BYTES], fiat__spool_head *out) {
    out->id = get(in + 8, 8);
    out->number = get(in + 16, 8);
    out->created_ms = (int64_t)get(in + 24, 8);
    out->pid = (uint32_t)get(in + 32, 4);
    return memcmp(in, s_head_magic, sizeof s_head_magic) == 0 &&
           get(in + 36, 4) == fiat__spool_crc(0, in, 36);
}

void fiat__spool_frame_write(char out[FIAT__SPOOL_FRAME_BYTES], uint64_t id,
                             const fiat__spool_frame *frame, uint32_t payload_bytes,
                             uint32_t payload_crc) {
    memcpy(out, s_frame_magic, sizeof s_frame_magic);
    put(out + 8, payload_bytes, 4);
    put(out + 12, payload_crc, 4);
    put(out + 16, frame->index, 4);
    put(out + 20, frame->stream.len, 1);
    put(out + 21, 0, 3);
    put(out + 24, (uint64_t)frame->wall_ms, 8);
    put(out + 32, (uint64_t)frame->mono_ms, 8);
    put(out + 40, frame->opaque, 8);
    memcpy(out + 48, frame->uuid.bytes, sizeof frame->uuid.bytes);
    put(out + 4, crc_of(id, out + 8, FIAT__SPOOL_FRAME_BYTES - 8), 4);
}

void fiat__spool_note_write(char out[FIAT__SPOOL_NOTE_BYTES], uint64_t id, uint32_t first,
                            uint32_t count) {
    put(out, first, 4);
    put(out + 4, count, 4);
    put(out + 8, crc_of(id, out, 8), 4);
}

void fiat__spool_reader_init(fiat__spool_reader *reader, const fiat__spool_io *io, int fd,
                             uint64_t id, uint64_t limit, char *window) {
    *reader = (fiat__spool_reader){.io = io,
                                   .fd = fd,
                                   .id = id,
                                   .at = FIAT__SPOOL_HEAD_BYTES,
                                   .limit = limit,
                                   .index_limit = FIAT__SPOOL_INDEX_LIMIT,
                                   .window = window};
}

/* `len` bytes at an offset, len at most the window's; NULL when they are not to be had. */
static const char *view(fiat__spool_reader *reader, uint64_t at, size_t len) {
    if (at > reader->limit || len > reader->limit - at) return NULL;
    if (at >= reader->window_at && at + len <= reader->window_at + reader->window_len)
        return reader->window + (at - reader->window_at);
    const uint64_t left = reader->limit - at;
    size_t want = len > FIAT__SPOOL_READ_BYTES ? len : FIAT__SPOOL_READ_BYTES;
    if (want > left) want = (size_t)left;
    reader->window_at = at;
    reader->window_len =
        fiat__spool_read(reader->io, reader->fd, reader->window, want, at, &reader->error);
    if (reader->window_len < len) return NULL;
    reader->error = 0; /* what failed lies behind, and is met when it is wanted */
    return reader->window;
}

enum look { LOOK_WHOLE, LOOK_CUT, LOOK_BAD };

/* What is at an offset. */
static enum look look_at(fiat__spool_reader *reader, uint64_t at, fiat__spool_frame *out) {
    const char *head = view(reader, at, FIAT__SPOOL_FRAME_BYTES);
    if (!head) return LOOK_CUT;
    if (memcmp(head, s_frame_magic, sizeof s_frame_magic) != 0 ||
        get(head + 4, 4) != crc_of(reader->id, head + 8, FIAT__SPOOL_FRAME_BYTES - 8))
        return LOOK_BAD;
    const size_t payload_bytes = (size_t)get(head + 8, 4), stream_bytes = (size_t)get(head + 20, 1);
    const uint32_t payload_crc = (uint32_t)get(head + 12, 4);
    out->index = (uint32_t)get(head + 16, 4);
    if (out->index < reader->next_index || out->index >= reader->index_limit || stream_bytes == 0 ||
        stream_bytes > FIAT__SPOOL_STREAM_MAX_BYTES || payload_bytes < stream_bytes ||
        payload_bytes - stream_bytes > FIAT_EVENT_MAX_BYTES)
        return LOOK_BAD;
    head = view(reader, at, FIAT__SPOOL_FRAME_BYTES + payload_bytes);
    if (!head) return LOOK_CUT;
    const char *payload = head + FIAT__SPOOL_FRAME_BYTES;
    if (payload_crc != fiat__spool_crc(0, payload, payload_bytes)) return LOOK_BAD;
    out->wall_ms = (int64_t)get(head + 24, 8);
    out->mono_ms = (int64_t)get(head + 32, 8);
    out->opaque = get(head + 40, 8);
    memcpy(out->uuid.bytes, head + 48, sizeof out->uuid.bytes);
    out->stream = fiat__str_of(payload, stream_bytes);
    out->event = fiat__str_of(payload + stream_bytes, payload_bytes - stream_bytes);
    return LOOK_WHOLE;
}

/* The first offset from `at` where a frame might start; the limit: nowhere. */
static uint64_t next_magic(fiat__spool_reader *reader, uint64_t at) {
    while (at < reader->limit) {
        if (!view(reader, at, 1)) break;
        const char *from = reader->window + (at - reader->window_at);
        const size_t len = reader->window_len - (size_t)(at - reader->window_at);
        const char *found = memchr(from, s_frame_magic[0], len);
        if (found) return at + (uint64_t)(found - from);
        at += len;
    }
    return reader->limit;
}

static bool is_zero(fiat__spool_reader *reader, uint64_t at) {
    for (const char *byte; at < reader->limit && (byte = view(reader, at, 1)); at++)
        if (*byte) return false;
    return true;
}

/* There is no whole frame at reader->at: go to the next one that is. Where the disk fails it stays:
 * what it does not give is neither damaged nor torn. */
static bool resync(fiat__spool_reader *reader, enum look what, fiat__spool_frame *out, bool *torn) {
    const uint64_t from = reader->at;
    for (uint64_t at = next_magic(reader, from + 1); at < reader->limit;
         at = next_magic(reader, at + 1)) {
        if (look_at(reader, at, out) != LOOK_WHOLE) {
            if (reader->error) return false;
            continue;
        }
        reader->damaged_bytes += at - from;
        reader->at = at;
        return true;
    }
    if (reader->error) return false;
    /* A power cut may leave zeros where a file had grown and its bytes were not written yet. */
    const bool cut = what == LOOK_CUT || is_zero(reader, from);
    if (reader->error) return false;
    *torn = cut;
    if (!cut) reader->damaged_bytes += reader->limit - from;
    reader->at = reader->limit;
    return false;
}

bool fiat__spool_reader_next(fiat__spool_reader *reader, fiat__spool_frame *out, bool *torn) {
    *torn = false;
    if (reader->error || reader->at >= reader->limit) return false;
    enum look what = look_at(reader, reader->at, out);
    if (reader->error) return false;
    if (what != LOOK_WHOLE && !resync(reader, what, out, torn)) return false;
    reader->at += fiat__spool_frame_bytes(out);
    reader->next_index = out->index + 1;
    return true;
}

static void set_bits(unsigned char *bits, uint32_t count, uint32_t first, uint32_t length) {
    uint64_t at = first, end = at + length;
    if (end > count) end = count;
    while (at < end) {
        if (at % 8 == 0 && end - at >= 8) {
            memset(bits + at / 8, 0xff, (end - at) / 8);
            at = end - end % 8;
        } else {
            bits[at / 8] |= (unsigned char)(1u << (at % 8));
            at++;
        }
    }
}

uint64_t fiat__spool_notes_read(const fiat__spool_io *io, const char *path, uint64_t id,
                                unsigned char *bits, uint32_t count, int *error) {
    char chunk[FIAT__SPOOL_NOTE_BYTES * 512];
    uint64_t at = 0;
    int fd = io->open(path, O_RDONLY, 0);
    *error = fd < 0 && errno != ENOENT ? errno : 0;
    if (fd < 0) return 0;
    for (size_t got = sizeof chunk; got == sizeof chunk; at += got) {
        got = fiat__spool_read(io, fd, chunk, sizeof chunk, at, error);
        got -= got % FIAT__SPOOL_NOTE_BYTES;
        for (const char *note = chunk; note < chunk + got; note += FIAT__SPOOL_NOTE_BYTES)
            if (get(note + 8, 4) == crc_of(id, note, 8))
                set_bits(bits, count, (uint32_t)get(note, 4), (uint32_t)get(note + 4, 4));
    }
    close(fd);
    return at;
}
