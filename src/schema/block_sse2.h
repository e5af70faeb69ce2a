/* Blocks of sixteen bytes with SSE2, which every x86-64 has. Included by block.h alone. */
#ifndef FIAT_SCHEMA_BLOCK_SSE2_H
#define FIAT_SCHEMA_BLOCK_SSE2_H

#include <emmintrin.h>

typedef __m128i fiat__block;

static inline fiat__block fiat__block_load(const void *at) {
    return _mm_loadu_si128((const __m128i *)at);
}

static inline fiat__block fiat__block_zero(void) {
    return _mm_setzero_si128();
}

/* 1 to 15 bytes, zeros behind them; put together in registers. */
static inline fiat__block fiat__block_load_short(const char *at, size_t len) {
    uint64_t low = 0, high = 0;
    if (len >= 8) {
        memcpy(&low, at, 8);
        memcpy(&high, at + len - 8, 8);
        high = len == 8 ? 0 : high >> 8 * (16 - len);
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, at, 4);
        memcpy(&last, at + len - 4, 4);
        low = first | (uint64_t)last << 8 * (len - 4);
    } else {
        low = (uint64_t)(unsigned char)at[0] |
              (uint64_t)(unsigned char)at[len / 2] << 8 * (len / 2) |
              (uint64_t)(unsigned char)at[len - 1] << 8 * (len - 1);
    }
    return _mm_set_epi64x((long long)high, (long long)low);
}

/* All ones where the byte lies in the range, zeros elsewhere. */
static inline fiat__block fiat__block_in(fiat__block bytes, const fiat__range *range) {
    __m128i beyond = _mm_sub_epi8(bytes, fiat__block_load(range->low));
    return _mm_cmpeq_epi8(_mm_min_epu8(beyond, fiat__block_load(range->span)), beyond);
}

/* All ones where the byte is this one. */
static inline fiat__block fiat__block_is(fiat__block bytes, char c) {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

static inline fiat__block fiat__block_or(fiat__block a, fiat__block b) {
    return _mm_or_si128(a, b);
}

static inline unsigned fiat__block_bits(fiat__block in) {
    return (unsigned)_mm_movemask_epi8(in);
}

#endif
