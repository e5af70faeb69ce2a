/* What the files of a spool hold; docs/spool.md describes it. Numbers are little-endian.
 *
 *   NUMBER.log, NUMBER.1.log ... NUMBER.7.log = head frame*    a segment: the events, the frames of
 *                                       all its files in the order of their indices
 *   NUMBER.ack = note*                  which of them are settled
 *   head  = "FIATSPL1" | id u64 | number u64 | created i64 (ms) | pid u32 | crc u32 of the 36
 * before frame = "FEv1" | crc u32 of id and the 56 bytes that follow | payload length u32 | payload
 * crc u32 | index u32 | stream length u8 | 0 u8, u16 | wall i64 (ms) | monotonic i64 (ms) | opaque
 * u64 | uuid 16 bytes | payload: stream name, event note  = first index u32 | count u32 | crc u32
 * of id and the 8 bytes before
 *
 * The id is random and enters each checksum: neither notes of a deleted segment of the same number
 * nor bytes that somebody put into an event pass for a part of this segment. The checksum is
 * zlib's CRC-32. */
#ifndef FIAT_PRODUCER_SPOOL_FORMAT_H
#define FIAT_PRODUCER_SPOOL_FORMAT_H

#include "base/random.h"
#include "producer/spool_io.h"
#include <fiat/logger.h>

#define FIAT__SPOOL_HEAD_BYTES       40
#define FIAT__SPOOL_FRAME_BYTES      64 /* of a frame before its payload */
#define FIAT__SPOOL_STREAM_MAX_BYTES 64
#define FIAT__SPOOL_FRAME_MAX_BYTES                                                                \
    (FIAT__SPOOL_FRAME_BYTES + FIAT__SPOOL_STREAM_MAX_BYTES + FIAT_EVENT_MAX_BYTES)
#define FIAT__SPOOL_NOTE_BYTES  12
#define FIAT__SPOOL_INDEX_LIMIT (1u << 24)

typedef struct fiat__spool_head {
    uint64_t id, number;
    int64_t created_ms;
    uint32_t pid;
} fiat__spool_head;

void fiat__spool_head_write(char out[FIAT__SPOOL_HEAD_BYTES], const fiat__spool_head *head);
bool fiat__spool_head_read(const char in[FIAT__SPOOL_HEAD_BYTES], fiat__spool_head *out);

typedef struct fiat__spool_frame {
    uint32_t index;           /* place in the segment, from 0, below FIAT__SPOOL_INDEX_LIMIT */
    int64_t wall_ms, mono_ms; /* of the call; mono_ms means something to its process alone */
    uint64_t opaque;          /* a pointer of that process */
    fiat__uuid uuid;          /* all zero: none */
    fiat__str stream, event;
} fiat__spool_frame;

/* As it lies in the file. */
static inline uint64_t fiat__spool_frame_bytes(const fiat__spool_frame *frame) {
    return FIAT__SPOOL_FRAME_BYTES + frame->stream.len + frame->event.len;
}

uint32_t fiat__spool_crc(uint32_t crc, const void *bytes, size_t len);
/* The part before the payload, whose length and checksum are given. */
void fiat__spool_frame_write(char out[FIAT__SPOOL_FRAME_BYTES], uint64_t id,
                             const fiat__spool_frame *frame, uint32_t payload_bytes,
                             uint32_t payload_crc);

void fiat__spool_note_write(char out[FIAT__SPOOL_NOTE_BYTES], uint64_t id, uint32_t first,
                            uint32_t count);

/* Reads a segment's frames in order, and finds the next whole one behind bytes that are damaged. */
typedef struct fiat__spool_reader {
    const fiat__spool_io *io;
    int fd;
    uint64_t id;
    uint64_t at, limit;     /* offsets of the next frame and behind the last that may be read */
    uint32_t next_index;    /* no later frame has a lower one */
    uint32_t index_limit;   /* and none has this one; FIAT__SPOOL_INDEX_LIMIT at the start */
    uint64_t damaged_bytes; /* so far */
    int error;              /* errno of a read that failed at `at`; set it to 0 to try again */
    char *window;           /* FIAT__SPOOL_WINDOW_BYTES of the owner's */
    uint64_t window_at;
    size_t window_len;
} fiat__spool_reader;

#define FIAT__SPOOL_READ_BYTES   (256 * 1024) /* at a time, if the frame is not larger */
#define FIAT__SPOOL_WINDOW_BYTES FIAT__SPOOL_FRAME_MAX_BYTES

/* Start behind the head. */
void fiat__spool_reader_init(fiat__spool_reader *reader, const fiat__spool_io *io, int fd,
                             uint64_t id, uint64_t limit, char *window);

/* The next whole frame, borrowed until the next call. false at `limit`: then *torn says whether
 * what is left there is a frame that was never finished, as a process that dies leaves it.
 * What is neither is counted as damaged. */
bool fiat__spool_reader_next(fiat__spool_reader *reader, fiat__spool_frame *out, bool *torn);

/* Set the bit of each index below `count` that some note names; notes that are damaged say
 * nothing. Returns the file's whole notes, in bytes; 0 also when there is no such file. *error: 0,
 * or errno: there are notes that the disk does not give. */
uint64_t fiat__spool_notes_read(const fiat__spool_io *io, const char *path, uint64_t id,
                                unsigned char *bits, uint32_t count, int *error);

static inline bool fiat__spool_bit(const unsigned char *bits, uint32_t index) {
    return bits[index / 8] >> (index % 8) & 1;
}

#endif
