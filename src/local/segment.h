/* A write-ahead file for one object to be. It carries the object's path from its creation on, so
 * that delivering it twice, before and after a crash, makes one object and not two.
 *
 *   file  = frame(head) frame(request)*
 *   frame = length u32 | crc32(payload) u32 | payload          little-endian
 *   head  = {"object": "BUCKET/KEY", "gzip": true}
 *   request = (length u32 | bytes)*                            its records
 *
 * A request's records are one frame: after a crash all of them are there or none. What follows the
 * last whole frame was never acknowledged and is cut off. One thread at a time. */
#ifndef FIAT_LOCAL_SEGMENT_H
#define FIAT_LOCAL_SEGMENT_H

#include "base/buf.h"
#include <stdint.h>

/* More than any request: 4 MiB of data, 500 lengths, 500 delimiters. */
#define FIAT__SEGMENT_FRAME_MAX_BYTES (8u * 1024 * 1024)

typedef struct fiat__segment {
    char *path, *object; /* of this file; of the object, relative to the data folder */
    int fd;
    bool gzip;
    bool broken;         /* a write failed half-way and could not be undone: append no more */
    uint64_t size_bytes; /* of the file: whole frames */
    uint64_t data_bytes; /* of the records */
    int64_t opened_ms;   /* monotonic clock; set by the owner */
    struct fiat__segment *next;
} fiat__segment;

fiat_status fiat__segment_create(fiat__segment **out, const char *path, const char *object,
                                 bool gzip, bool sync, fiat_error *err);

/* Append the records of one request, each followed by `delimiter`. After an error none of them is
 * in the segment. */
fiat_status fiat__segment_append(fiat__segment *segment, const fiat__str *records, size_t count,
                                 fiat__str delimiter, bool sync, fiat_error *err);

/* Open a left-over and cut its torn tail; `cut_bytes` says how much. `damaged`: the tail is not the
 * torn frame that a kill leaves; it is kept as PATH.damaged. *out is NULL when nothing is left to
 * deliver: the file is removed. */
fiat_status fiat__segment_recover(fiat__segment **out, const char *path, uint64_t *cut_bytes,
                                  bool *damaged, fiat_error *err);

/* Write the object below `dir`; the segment stays. */
fiat_status fiat__segment_deliver(fiat__segment *segment, const char *dir, bool sync,
                                  fiat_error *err);

/* Close and free; `remove`: the file too. NULL is allowed. */
void fiat__segment_close(fiat__segment *segment, bool remove);

#endif
