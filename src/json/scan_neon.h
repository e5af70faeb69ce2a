/* The scanner's inner loops with NEON, which every 64-bit Arm has. Included by scan.h alone. */
#ifndef FIAT_JSON_SCAN_NEON_H
#define FIAT_JSON_SCAN_NEON_H

#include "json/scan_endian.h"
#include <arm_neon.h>
#include <stdbool.h>
#include <string.h>

/* Sixteen bytes of all ones or zeros as four bits each, the first in the lowest. There is no
 * instruction for one bit each; to narrow every pair of bytes by half a byte is the next best. */
static inline uint64_t fiat__neon_bits(uint8x16_t bytes) {
    uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

static inline uint8x16_t fiat__neon_load(const char *p) {
    return vld1q_u8((const uint8_t *)p);
}

/* Which of sixteen bytes are '"', '\\' or below 0x20? */
static inline uint8x16_t fiat__neon_ends(uint8x16_t bytes) {
    return vorrq_u8(vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\'))),
                    vcltq_u8(bytes, vdupq_n_u8(0x20)));
}

/* The first '"', '\\' or byte below 0x20 at or after p. */
static inline const char *fiat__scan_plain(const char *p) {
    for (;; p += 16) {
        uint64_t found = fiat__neon_bits(fiat__neon_ends(fiat__neon_load(p)));
        if (found) return p + __builtin_ctzll(found) / 4;
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
    for (; p < end; p += 16) {
        uint64_t found = fiat__neon_bits(vcgeq_u8(fiat__neon_load(p), vdupq_n_u8(0x80)));
        if (found) return p + __builtin_ctzll(found) / 4;
    }
    return p;
}

/* Copy `len` bytes; true when all are ASCII. The last step overlaps the one before, so that no loop
 * over single bytes is left; shorter texts have one. */
static inline bool fiat__scan_copy(char *to, const char *from, size_t len) {
    uint8x16_t all = vdupq_n_u8(0);
    unsigned char rest = 0;
    size_t i = 0;
    for (; len - i >= 16; i += 16) {
        uint8x16_t bytes = fiat__neon_load(from + i);
        vst1q_u8((uint8_t *)to + i, bytes);
        all = vorrq_u8(all, bytes);
    }
    if (len >= 16) {
        uint8x16_t bytes = fiat__neon_load(from + len - 16);
        vst1q_u8((uint8_t *)to + len - 16, bytes);
        all = vorrq_u8(all, bytes);
    } else {
        for (; i < len; i++) {
            to[i] = from[i];
            rest |= (unsigned char)from[i];
        }
    }
    return vmaxvq_u8(all) < 0x80 && rest < 0x80;
}

/* The first byte that is no white space of JSON, at or after p. */
static inline const char *fiat__scan_blank(const char *p) {
    for (;; p += 16) {
        uint8x16_t bytes = fiat__neon_load(p);
        uint8x16_t blank = vorrq_u8(
            vorrq_u8(vceqq_u8(bytes, vdupq_n_u8(' ')), vceqq_u8(bytes, vdupq_n_u8('\n'))),
            vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('\r')), vceqq_u8(bytes, vdupq_n_u8('\t'))));
        uint64_t other = ~fiat__neon_bits(blank);
        if (other) return p + __builtin_ctzll(other) / 4;
    }
}

/* The first byte that is no decimal digit, at or after p. */
static inline const char *fiat__scan_digits(const char *p) {
    for (;; p += 16) {
        uint8x16_t digits = vsubq_u8(fiat__neon_load(p), vdupq_n_u8('0'));
        uint64_t other = fiat__neon_bits(vcgtq_u8(digits, vdupq_n_u8(9)));
        if (other) return p + __builtin_ctzll(other) / 4;
    }
}

/* Are the first `len` bytes equal, at most 16? All 16 are read. */
static inline bool fiat__scan_same(const char *a, const char *b, size_t len) {
    uint64_t other = ~fiat__neon_bits(vceqq_u8(fiat__neon_load(a), fiat__neon_load(b)));
    return other == 0 || (size_t)__builtin_ctzll(other) / 4 >= len;
}

/* Copy from p to `to` up to the first '"', '\\' or byte below 0x20, whose place is returned. Up to
 * 16 bytes more may be written. */
static inline const char *fiat__scan_copy_plain(char *to, const char *p) {
    for (;; p += 16, to += 16) {
        uint8x16_t bytes = fiat__neon_load(p);
        vst1q_u8((uint8_t *)to, bytes);
        uint64_t found = fiat__neon_bits(fiat__neon_ends(bytes));
        if (found) return p + __builtin_ctzll(found) / 4;
    }
}

#endif
