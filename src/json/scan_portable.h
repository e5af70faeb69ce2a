/* The scanner's inner loops in plain C, eight bytes at a time. Included by scan.h alone. */
#ifndef FIAT_JSON_SCAN_PORTABLE_H
#define FIAT_JSON_SCAN_PORTABLE_H

#include "json/scan_endian.h"
#include <stdbool.h>
#include <string.h>

#define FIAT__SCAN_ONES  UINT64_C(0x0101010101010101)
#define FIAT__SCAN_HIGHS UINT64_C(0x8080808080808080)

/* Nonzero when a byte of the word is zero (never wrong about whether, only about which). */
static inline uint64_t fiat__scan_has_zero(uint64_t word) {
    return (word - FIAT__SCAN_ONES) & ~word & FIAT__SCAN_HIGHS;
}

/* The first '"', '\\' or byte below 0x20 at or after p. */
static inline const char *fiat__scan_plain(const char *p) {
    for (;; p += 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t control = (word - FIAT__SCAN_ONES * 0x20) & ~word & FIAT__SCAN_HIGHS;
        if (!(control | fiat__scan_has_zero(word ^ FIAT__SCAN_ONES * '"') |
              fiat__scan_has_zero(word ^ FIAT__SCAN_ONES * '\\')))
            continue;
        for (int i = 0; i < 8; i++)
            if (p[i] == '"' || p[i] == '\\' || (unsigned char)p[i] < 0x20) return p + i;
    }
}

/* p after the opening quote: the closing quote when it comes before any backslash and control
 * character, else NULL. */
static inline const char *fiat__scan_closing(const char *p) {
    p = fiat__scan_plain(p);
    return *p == '"' ? p : NULL;
}

/* The first byte that is not ASCII from p on; somewhere from `end` on when there is none before. */
static inline const char *fiat__scan_ascii(const char *p, const char *end) {
    while (p < end && (unsigned char)*p < 0x80)
        p++;
    return p;
}

/* Copy `len` bytes; true when all are ASCII. */
static inline bool fiat__scan_copy(char *to, const char *from, size_t len) {
    unsigned char all = 0;
    for (size_t i = 0; i < len; i++) {
        to[i] = from[i];
        all |= (unsigned char)from[i];
    }
    return all < 0x80;
}

/* The first byte that is no white space of JSON, at or after p. */
static inline const char *fiat__scan_blank(const char *p) {
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    return p;
}

/* The first byte that is no decimal digit, at or after p. */
static inline const char *fiat__scan_digits(const char *p) {
    while ((unsigned char)(*p - '0') < 10)
        p++;
    return p;
}

/* Are the first `len` bytes equal, at most 16? */
static inline bool fiat__scan_same(const char *a, const char *b, size_t len) {
    return memcmp(a, b, len) == 0;
}

/* Copy from p to `to` up to the first '"', '\\' or byte below 0x20, whose place is returned. */
static inline const char *fiat__scan_copy_plain(char *to, const char *p) {
    const char *end = fiat__scan_plain(p);
    memcpy(to, p, (size_t)(end - p));
    return end;
}

#endif
