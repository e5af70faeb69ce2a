/* Inline scanner primitives of RFC 8259 over text that FIAT__SCAN_PAD zero bytes follow: a zero
 * byte ends every loop, so none of them looks at the length. Whether a zero byte is the end of the
 * text or a stray NUL in it is for the caller to tell (both are errors inside a value).
 *
 * Who pads: fiat__scan_load() copies the caller's text once into scratch memory. The copy costs a
 * few percent of a validation and buys 16-byte loads without a bounds check. */
#ifndef FIAT_JSON_SCAN_H
#define FIAT_JSON_SCAN_H

#include "base/str.h"
#include <fiat/error.h>
#include <stdint.h>

#define FIAT__SCAN_PAD 64

/* The longest text that fits the 32-bit offsets of tapes and programs, with room to add to them. */
#define FIAT__SCAN_MAX_BYTES 0x3fffffffu

#if defined(__SSE2__)
#include "json/scan_sse2.h"
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include "json/scan_neon.h"
#else
#include "json/scan_portable.h"
#endif

/* Kinds of values, as bits, so that a set of kinds is one byte. A number counts as INTEGER when its
 * text has neither fraction nor exponent; fiat__number_is_integer() knows 1.0 and 10e-1. */
typedef enum fiat__json_kind {
    FIAT__JSON_NULL = 1,
    FIAT__JSON_BOOL = 2,
    FIAT__JSON_INTEGER = 4,
    FIAT__JSON_NUMBER = 8,
    FIAT__JSON_STRING = 16,
    FIAT__JSON_ARRAY = 32,
    FIAT__JSON_OBJECT = 64
} fiat__json_kind;

#define FIAT__JSON_NUMERIC    (FIAT__JSON_INTEGER | FIAT__JSON_NUMBER)
#define FIAT__JSON_CONTAINERS (FIAT__JSON_ARRAY | FIAT__JSON_OBJECT)
#define FIAT__JSON_ANY        0x7f

/* A text with its zero bytes behind it. */
typedef struct fiat__padded {
    char *ptr;
    size_t len, cap;
} fiat__padded;

/* Copy the text, pad it, and check that it is UTF-8. FIAT_E_LIMIT, FIAT_E_NOMEM, or
 * FIAT_E_JSON_UTF8 with the offset of the first bad byte. */
fiat_status fiat__scan_load(fiat__padded *to, fiat__str text, fiat_error *err);
/* Append a line break and a text that is known to be valid UTF-8. */
fiat_status fiat__scan_append(fiat__padded *to, fiat__str text, fiat_error *err);
void fiat__padded_deinit(fiat__padded *text);

/* Two or more bytes that may be white space. */
const char *fiat__scan_spaces(const char *p);

/* One comparison where there is no space, which is nearly everywhere; one more for a single one. */
static inline const char *fiat__scan_space(const char *p) {
    if ((unsigned char)*p > ' ') return p;
    if (*p == ' ' && (unsigned char)p[1] > ' ') return p + 1;
    return fiat__scan_spaces(p);
}

/* p at a backslash inside a string: the byte after the escape, or NULL when it is none. A high
 * surrogate takes its low surrogate with it; a lone one is an error. */
const char *fiat__scan_escape(const char *p);

/* A string that has a backslash, or is none. */
const char *fiat__scan_string_slowly(const char *p, bool *escaped);

/* p after the opening quote: the closing quote, or NULL. *escaped becomes true when the text has a
 * backslash, and is left alone otherwise. */
static inline const char *fiat__scan_string(const char *p, bool *escaped) {
    const char *end = fiat__scan_closing(p);
    return end ? end : fiat__scan_string_slowly(p, escaped);
}
/* Resolve the escapes of a string that fiat__scan_string() accepted, which stands in a padded text.
 * `to` has room for raw.len + FIAT__SCAN_SLACK bytes; returns how many of them are the value. */
#define FIAT__SCAN_SLACK 16
size_t fiat__scan_unescape(char *to, fiat__str raw);

/* `raw`: just after the opening quote of an accepted string, anywhere in a padded text. */
bool fiat__scan_equals(const char *raw, fiat__str value);

typedef struct fiat__scan_number {
    const char *end; /* NULL: not a number */
    int64_t value;   /* when plain or decimal: the part before the point */
    bool whole;      /* no fraction, no exponent */
    bool plain;      /* whole, and at most 18 digits */
    bool decimal;    /* a fraction, no exponent, at most 18 digits before the point */
} fiat__scan_number;

static inline bool fiat__scan_is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

/* p at 'e' or 'E': the end of the number, or NULL. */
const char *fiat__scan_exponent(const char *p);

static inline fiat__scan_number fiat__scan_number_at(const char *p) {
    bool negative = *p == '-';
    p += negative;
    const char *digits = p;
    uint64_t value = 0;
    if (!fiat__scan_is_digit(*p)) return (fiat__scan_number){0};
    while (fiat__scan_is_digit(*p))
        value = value * 10 + (uint64_t)(*p++ - '0');
    if (*digits == '0' && p - digits > 1) return (fiat__scan_number){0};
    bool fits = p - digits <= 18, fraction = *p == '.';
    if (fraction) {
        if (!fiat__scan_is_digit(*++p)) return (fiat__scan_number){0};
        p = fiat__scan_digits(p);
    }
    bool exponent = (*p | 0x20) == 'e';
    if (exponent) p = fiat__scan_exponent(p);
    value &= INT64_MAX;
    return (fiat__scan_number){.end = p,
                               .value = negative ? -(int64_t)value : (int64_t)value,
                               .whole = !fraction && !exponent,
                               .plain = !fraction && !exponent && fits,
                               .decimal = fraction && !exponent && fits};
}

/* p at 't', 'f' or 'n': the byte after the word, or NULL. */
static inline const char *fiat__scan_word(const char *p, const char *word, size_t len) {
    return memcmp(p, word, len) == 0 ? p + len : NULL;
}

static inline const char *fiat__scan_literal(const char *p) {
    if (*p == 't') return fiat__scan_word(p, "true", 4);
    if (*p == 'f') return fiat__scan_word(p, "false", 5);
    return fiat__scan_word(p, "null", 4);
}

/* First and last eight bytes of a key as words, for hashing and comparing. The eight bytes at and
 * before `key` need not belong to it, but must be readable: see FIAT__SCAN_PAD. Shorter keys are
 * filled with zeros in `head` and have a `tail` of 0. */
static inline uint64_t fiat__key_head(const char *key, size_t len) {
    uint64_t word;
    memcpy(&word, key, sizeof word);
    return word & fiat__key_mask(len);
}

static inline uint64_t fiat__key_tail(const char *key, size_t len) {
    uint64_t word;
    memcpy(&word, key + (len > 8 ? len - 8 : 0), sizeof word);
    return len > 8 ? word : 0;
}

#endif
