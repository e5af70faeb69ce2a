/* Memory that is freed all at once: one arena per document or per compiled thing. One thread. */
#ifndef FIAT_BASE_ARENA_H
#define FIAT_BASE_ARENA_H

#include "base/str.h"
#include <stddef.h>

typedef struct fiat__arena_block fiat__arena_block;

typedef struct fiat__arena {
    fiat__arena_block *head;
    size_t used_bytes; /* handed out so far */
    size_t max_bytes;
    bool full; /* a request was over the maximum */
} fiat__arena;

void fiat__arena_init(fiat__arena *arena, size_t max_bytes);
void fiat__arena_deinit(fiat__arena *arena);

/* Zeroed and aligned for any type; NULL when out of memory or over the maximum. */
void *fiat__arena_alloc(fiat__arena *arena, size_t bytes);
void *fiat__arena_array(fiat__arena *arena, size_t count, size_t bytes);

/* A NUL-terminated copy; ptr NULL when out of memory. */
fiat__str fiat__arena_str(fiat__arena *arena, fiat__str text);

#endif
