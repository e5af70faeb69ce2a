/* The scanner's inner loops with SSE2, which every x86-64 has. Included by scan.h alone. */
#ifndef FIAT_JSON_SCAN_SSE2_H
#define FIAT_JSON_SCAN_SSE2_H

#include "json/scan_endian.h"
#include <emmintrin.h>
#include <stdbool.h>
#include <string.h>

/* The first '"', '\\' or byte below 0x20 at or after p. */
static inline const char *fiat__scan_plain(const char *p) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (;; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i ends = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        unsigned found = (unsigned)_mm_movemask_epi8(ends);
        if (found) return p + __builtin_ctz(found);
    }
}

/* Copy `len` bytes; true when all are ASCII. */
static inline bool fiat__scan_copy(char *to, const char *from, size_t len) {
    __m128i all = _mm_setzero_si128();
    size_t i = 0;
    for (; len - i >= 16; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        _mm_storeu_si128((__m128i *)(void *)(to + i), bytes);
        all = _mm_or_si128(all, bytes);
    }
    unsigned char rest = 0;
    for (; i < len; i++) {
        to[i] = from[i];
        rest |= (unsigned char)from[i];
    }
    return _mm_movemask_epi8(all) == 0 && rest < 0x80;
}

#endif
