/* Showing values in messages: one line, cut short, always whole UTF-8 characters. */
#ifndef FIAT_JSON_EXCERPT_H
#define FIAT_JSON_EXCERPT_H

#include "json/tape.h"

#define FIAT__EXCERPT_BYTES 64

/* The string in quotes, control characters escaped, "..." where it was cut. Returns `out`, which is
 * NUL-terminated. `size` at least 16; FIAT__EXCERPT_BYTES is a good one. */
const char *fiat__excerpt(char *out, size_t size, fiat__str text);

/* The same without quotes: numbers, names of keywords. */
const char *fiat__excerpt_bare(char *out, size_t size, fiat__str text);

/* Put spaces in the place of characters that would move or hide what stands around them. */
void fiat__excerpt_blank(char *text, size_t len);

/* A value of a tape: a string in quotes, other short values as they stand in the text, and else "an
 * object of 12 members". */
const char *fiat__tape_excerpt(char *out, size_t size, const fiat__tape *tape, uint32_t item);

#endif
