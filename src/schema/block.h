/* Sixteen bytes at a time: which of them lie in a range. For the matcher of simple patterns and for
 * formats, whose texts are short. */
#ifndef FIAT_SCHEMA_BLOCK_H
#define FIAT_SCHEMA_BLOCK_H

#include "base/str.h"
#include <stdint.h>

/* For each of sixteen places: from `low` on, so many more. */
typedef struct fiat__range {
    unsigned char low[16], span[16];
} fiat__range;

/* Designated contents of a range that is the same in all places. */
#define FIAT__BLOCK_OF(x)                                                                          \
    { x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x }
#define FIAT__RANGE(first, last)                                                                   \
    { FIAT__BLOCK_OF(first), FIAT__BLOCK_OF((last) - (first)) }

#if defined(__SSE2__)
#include "schema/block_sse2.h"
#else
#include "schema/block_portable.h"
#endif

/* In one of the ranges, of which there is at least one. */
static inline fiat__block fiat__block_in_any(fiat__block block, const fiat__range *ranges,
                                             unsigned count) {
    fiat__block in = fiat__block_in(block, ranges);
    while (--count > 0)
        in = fiat__block_or(in, fiat__block_in(block, ++ranges));
    return in;
}

/* A short text, in two blocks with zeros behind it. */
#define FIAT__BLOCKS_MAX_BYTES 32

typedef struct fiat__blocks {
    fiat__block first, second;
    uint32_t all; /* a bit for each byte of the text */
} fiat__blocks;

/* text.len: 0 to FIAT__BLOCKS_MAX_BYTES. Reads nothing beyond the end. */
static inline fiat__blocks fiat__blocks_load(fiat__str text) {
    fiat__blocks to = {fiat__block_zero(), fiat__block_zero(), 0};
    if (text.len == 0) return to;
    to.all = UINT32_MAX >> (32 - text.len);
    if (text.len < 16) {
        to.first = fiat__block_load_short(text.ptr, text.len);
        return to;
    }
    to.first = fiat__block_load(text.ptr);
    if (text.len == 32)
        to.second = fiat__block_load(text.ptr + 16);
    else if (text.len > 16)
        to.second = fiat__block_load_short(text.ptr + 16, text.len - 16);
    return to;
}

/* A bit for each byte that lies in one of the ranges, of which there is at least one. */
static inline uint32_t fiat__blocks_in(const fiat__blocks *blocks, const fiat__range *ranges,
                                       unsigned count) {
    fiat__block first = fiat__block_in(blocks->first, ranges),
                second = fiat__block_in(blocks->second, ranges);
    while (--count > 0) {
        ranges++;
        first = fiat__block_or(first, fiat__block_in(blocks->first, ranges));
        second = fiat__block_or(second, fiat__block_in(blocks->second, ranges));
    }
    return (fiat__block_bits(first) | fiat__block_bits(second) << 16) & blocks->all;
}

#endif
