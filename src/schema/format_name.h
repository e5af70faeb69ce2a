/* Where in a short name, of a host or a mailbox, what stands. */
#ifndef FIAT_SCHEMA_FORMAT_NAME_H
#define FIAT_SCHEMA_FORMAT_NAME_H

#include "schema/block.h"

/* A bit for each byte. */
typedef struct fiat__name_bits {
    uint64_t all, alnum, dots, hyphens, ats;
} fiat__name_bits;

#define FIAT__NAME_BITS_MAX_BYTES 64

/* text.len: 1 to FIAT__NAME_BITS_MAX_BYTES */
static inline fiat__name_bits fiat__name_bits_of(fiat__str text) {
    static const fiat__range lower = FIAT__RANGE('a', 'z'), upper = FIAT__RANGE('A', 'Z'),
                             digits = FIAT__RANGE('0', '9');
    fiat__name_bits bits = {.all = UINT64_MAX >> (64 - text.len)};
    for (size_t at = 0; at < text.len; at += 16) {
        fiat__block block = text.len - at >= 16
                                ? fiat__block_load(text.ptr + at)
                                : fiat__block_load_short(text.ptr + at, text.len - at);
        fiat__block alnum = fiat__block_or(
            fiat__block_or(fiat__block_in(block, &lower), fiat__block_in(block, &upper)),
            fiat__block_in(block, &digits));
        bits.alnum |= (uint64_t)fiat__block_bits(alnum) << at;
        bits.dots |= (uint64_t)fiat__block_bits(fiat__block_is(block, '.')) << at;
        bits.hyphens |= (uint64_t)fiat__block_bits(fiat__block_is(block, '-')) << at;
        bits.ats |= (uint64_t)fiat__block_bits(fiat__block_is(block, '@')) << at;
    }
    return bits;
}

#endif
