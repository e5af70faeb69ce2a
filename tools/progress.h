/* A line of progress on a terminal. One thread. */
#ifndef FIAT_TOOLS_PROGRESS_H
#define FIAT_TOOLS_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

typedef struct progress progress;

/* NULL, which all below take, when `out` is NULL or no terminal, or memory is out. `total_bytes`:
 * of all files, 0 when not known: then there is no bar. */
progress *progress_new(FILE *out, uint64_t total_bytes);
void progress_free(progress *bar);

/* Show the counts, at most ten times a second. `bytes`: read of the file at hand; 0: as before. */
void progress_show(progress *bar, uint64_t bytes, uint64_t read, uint64_t delivered,
                   uint64_t refused);
/* A file of that size is done. */
void progress_next_file(progress *bar, uint64_t bytes);
/* Take the line away, before something else is printed. */
void progress_clear(progress *bar);

#endif
