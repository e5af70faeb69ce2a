/* Private to the one-pass engine: run.c and run_group.c. */
#ifndef FIAT_SCHEMA_RUN_TEXT_H
#define FIAT_SCHEMA_RUN_TEXT_H

#include "schema/run.h"

/* run.c: read a value and judge it by a node. Returns the place after it; NULL when it does not
 * fit, is not JSON, or the run was stopped. */
const char *fiat__read_value(fiat__run *run, const char *p, const fiat__node *node);
/* The same on a tape, by `count` nodes. */
const char *fiat__read_on_tape(fiat__run *run, const char *p, const uint32_t *nodes,
                               uint32_t count);
/* run_group.c: an object, by a group. */
const char *fiat__read_group(fiat__run *run, const char *p, const fiat__node *node);

/* run_unique.c: are the items of an array that has been read all different? p and end at
 * its brackets. */
bool fiat__read_unique(fiat__run *run, const char *p, const char *end, const fiat__node *node);

/* A string's value: itself, or with its escapes resolved in scratch memory, which is as large as
 * the whole text. Good until the next. */
static inline fiat__str fiat__read_string(const fiat__run *run, const char *raw, const char *end,
                                          bool escaped) {
    fiat__str value = fiat__str_of(raw, (size_t)(end - raw));
    if (!escaped) return value;
    char *to = run->ctx->unescaped;
    return fiat__str_of(to, fiat__scan_unescape(to, value));
}

/* Where the bits of an object with more than 64 known names are: sized before the run. */
static inline uint64_t *fiat__read_wide(const fiat__run *run, uint32_t words) {
    uint64_t *seen = run->ctx->wide + (size_t)(run->depth - 1) * run->program->max_words;
    memset(seen, 0, words * sizeof *seen);
    return seen;
}

#endif
