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

/* p after the opening quote: the closing quote when it comes before any backslash and control
 * character, else NULL. The place of the quote is worked out without the other two, which are only
 * asked about: what follows the string need not wait for them. */
static inline const char *fiat__scan_closing(const char *p) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (;; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        unsigned quotes = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quote));
        unsigned others = (unsigned)_mm_movemask_epi8(_mm_or_si128(
            _mm_cmpeq_epi8(bytes, backslash), _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes)));
        unsigned before = (quotes & (0u - quotes)) - 1; /* all ones when there is no quote */
        if (others & before) return NULL;
        if (quotes) return p + __builtin_ctz(quotes);
    }
}

/* The first byte that is not ASCII from p on; somewhere from `end` on when there is none before. */
static inline const char *fiat__scan_ascii(const char *p, const char *end) {
    for (; p < end; p += 32) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) == 0) continue;
        unsigned found = (unsigned)_mm_movemask_epi8(low) | (unsigned)_mm_movemask_epi8(high) << 16;
        return p + __builtin_ctz(found);
    }
    return p;
}

/* Sixteen bytes from `from` to `to`; returns them or-ed with `all`. */
static inline __m128i fiat__scan_copy16(char *to, const char *from, __m128i all) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
    return _mm_or_si128(all, bytes);
}

/* Copy `len` bytes; true when all are ASCII. The last step overlaps the one before, so that no loop
 * over single bytes is left; shorter texts have one. */
static inline bool fiat__scan_copy(char *to, const char *from, size_t len) {
    __m128i all = _mm_setzero_si128();
    unsigned char rest = 0;
    size_t i = 0;
    for (; len - i >= 32; i += 32) {
        all = fiat__scan_copy16(to + i, from + i, all);
        all = fiat__scan_copy16(to + i + 16, from + i + 16, all);
    }
    if (len >= 32) {
        all = fiat__scan_copy16(to + len - 32, from + len - 32, all);
        all = fiat__scan_copy16(to + len - 16, from + len - 16, all);
    } else {
        for (; i < len; i++) {
            to[i] = from[i];
            rest |= (unsigned char)from[i];
        }
    }
    return _mm_movemask_epi8(all) == 0 && rest < 0x80;
}

/* The first byte that is no white space of JSON, at or after p. */
static inline const char *fiat__scan_blank(const char *p) {
    const __m128i space = _mm_set1_epi8(' '), line = _mm_set1_epi8('\n');
    const __m128i feed = _mm_set1_epi8('\r'), tab = _mm_set1_epi8('\t');
    for (;; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i blank =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, space), _mm_cmpeq_epi8(bytes, line)),
                         _mm_or_si128(_mm_cmpeq_epi8(bytes, feed), _mm_cmpeq_epi8(bytes, tab)));
        unsigned found = (unsigned)_mm_movemask_epi8(blank);
        if (found != 0xffff) return p + __builtin_ctz(~found);
    }
}

/* The first byte that is no decimal digit, at or after p. */
static inline const char *fiat__scan_digits(const char *p) {
    const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
    for (;; p += 16) {
        __m128i digits = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), zero);
        unsigned found =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digits, nine), digits));
        if (found != 0xffff) return p + __builtin_ctz(~found);
    }
}

/* Are the first `len` bytes equal, at most 16? All 16 are read. */
static inline bool fiat__scan_same(const char *a, const char *b, size_t len) {
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)a),
                                   _mm_loadu_si128((const __m128i *)(const void *)b));
    unsigned all = (1u << len) - 1;
    return ((unsigned)_mm_movemask_epi8(equal) & all) == all;
}

/* Copy from p to `to` up to the first '"', '\\' or byte below 0x20, whose place is returned. Up to
 * 16 bytes more may be written. */
static inline const char *fiat__scan_copy_plain(char *to, const char *p) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (;; p += 16, to += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        _mm_storeu_si128((__m128i *)(void *)to, bytes);
        __m128i ends = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        unsigned found = (unsigned)_mm_movemask_epi8(ends);
        if (found) return p + __builtin_ctz(found);
    }
}

#endif
