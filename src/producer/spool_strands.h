/* A segment's files, its strands, read as one: frames come in the order of their indices, whichever
 * file they are in. */
#ifndef FIAT_PRODUCER_SPOOL_STRANDS_H
#define FIAT_PRODUCER_SPOOL_STRANDS_H

#include "producer/spool_format.h"

#include <limits.h>

/* So many calls write at a time. A file is made when it is first wanted. */
#define FIAT__SPOOL_STRANDS 8

#define FIAT__SPOOL_PATH_BYTES PATH_MAX
#define FIAT__SPOOL_STEM_BYTES (FIAT__SPOOL_PATH_BYTES - 6) /* behind it comes ".1.log" at most */

/* "STEM.EXT" in `out`. */
const char *fiat__spool_path(char out[FIAT__SPOOL_PATH_BYTES], const char *stem, const char *ext);
/* "STEM.log" for the first strand, "STEM.1.log" for the second ... */
const char *fiat__spool_strand_path(char out[FIAT__SPOOL_PATH_BYTES], const char *stem,
                                    unsigned strand);
/* What comes behind the stem in the name of a strand? */
bool fiat__spool_is_strand(fiat__str rest);

typedef struct fiat__spool_strand_reader {
    fiat__spool_reader reader; /* of fd -1: there is no such file */
    fiat__spool_frame frame;   /* its next one, if `loaded` */
    bool loaded;
} fiat__spool_strand_reader;

typedef struct fiat__spool_strands {
    const fiat__spool_io *io;
    fiat__spool_strand_reader strands[FIAT__SPOOL_STRANDS];
    unsigned count;      /* no later strand is open */
    unsigned last;       /* that of the last frame */
    uint32_t next_index; /* no later frame has a lower one */
    uint32_t end_index;  /* a frame with this or a higher one is not given yet */
    bool torn;           /* some file ends in a frame that was never finished */
    int error;           /* errno of a read that failed: nothing more is given */
    unsigned error_strand;
} fiat__spool_strands;

/* With no file open, and no memory. */
void fiat__spool_strands_init(fiat__spool_strands *strands, const fiat__spool_io *io);
/* Begin with another segment: close all files. The memory stays. */
void fiat__spool_strands_close(fiat__spool_strands *strands);
void fiat__spool_strands_deinit(fiat__spool_strands *strands);

/* errno; ENOENT: there is no such file, ENOMEM. Its frames are read up to offset `limit`, as far as
 * they belong to segment `id`; that may be changed, and grow later, in the strand's reader. */
int fiat__spool_strands_open(fiat__spool_strands *strands, const char *stem, unsigned strand,
                             uint64_t id, uint64_t limit);

/* The next frame, borrowed until the next call; false: there is none now, or the disk failed. */
bool fiat__spool_strands_next(fiat__spool_strands *strands, fiat__spool_frame *out);

/* Where reading can be taken up again in a strand: behind the last frame that was given, and behind
 * the damage that is counted. */
uint64_t fiat__spool_strands_at(const fiat__spool_strands *strands, unsigned strand);
uint64_t fiat__spool_strands_damaged_bytes(const fiat__spool_strands *strands);

#endif
