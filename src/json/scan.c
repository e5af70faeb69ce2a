/* The scanner's slower parts: escapes, fractions, and taking over a text. Pure functions. */
#include "json/scan.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Offset of the first byte that is not valid UTF-8; the length when all is. Sequences of two and
 * three bytes are nearly all there are, so they are judged here. */
static size_t check_utf8(const fiat__padded *text) {
    const unsigned char *start = (const unsigned char *)text->ptr, *p = start;
    const unsigned char *end = start + text->len;
    for (;;) {
        p = (const unsigned char *)fiat__scan_ascii((const char *)p, (const char *)end);
        if (p >= end) return text->len;
        do { /* the zero bytes behind the text end a sequence that is cut off */
            bool tail = (p[1] & 0xC0) == 0x80;
            size_t step = 0;
            if (p[0] >= 0xC2 && p[0] < 0xE0)
                step = tail ? 2 : 0;
            else if (p[0] > 0xE0 && p[0] < 0xF0 && p[0] != 0xED)
                step = tail && (p[2] & 0xC0) == 0x80 ? 3 : 0;
            else
                step = fiat__utf8_sequence(p, (size_t)(end - p));
            if (step == 0) return (size_t)(p - start);
            p += step;
        } while (*p >= 0x80);
    }
}

fiat_status fiat__scan_load(fiat__padded *to, fiat__str text, fiat_error *err) {
    if (text.len > FIAT__SCAN_MAX_BYTES)
        return fiat__err_set(err, FIAT_E_LIMIT,
                             "JSON text of %zu bytes: at most %u are allowed; split it", text.len,
                             FIAT__SCAN_MAX_BYTES);
    size_t need = text.len + FIAT__SCAN_PAD;
    if (to->cap < need) {
        size_t cap = need + need / 2;
        char *grown = fiat__malloc(cap);
        if (!grown) return fiat__err_nomem(err);
        fiat__free(to->ptr);
        to->ptr = grown;
        to->cap = cap;
    }
    bool ascii = fiat__scan_copy(to->ptr, text.ptr, text.len);
    memset(to->ptr + text.len, 0, FIAT__SCAN_PAD);
    to->len = text.len;
    if (ascii) return FIAT_OK;
    size_t bad = check_utf8(to);
    if (bad == to->len) return FIAT_OK;
    fiat_status status =
        fiat__err_set(err, FIAT_E_JSON_UTF8,
                      "byte 0x%02x at offset %zu is not valid UTF-8; JSON text must be UTF-8",
                      (unsigned char)to->ptr[bad], bad);
    if (err) err->offset = bad;
    return status;
}

fiat_status fiat__scan_append(fiat__padded *to, fiat__str text, fiat_error *err) {
    if (text.len >= FIAT__SCAN_MAX_BYTES - to->len)
        return fiat__err_set(err, FIAT_E_LIMIT, "more than %u bytes of JSON text",
                             FIAT__SCAN_MAX_BYTES);
    size_t need = to->len + 1 + text.len + FIAT__SCAN_PAD;
    if (to->cap < need) {
        char *grown = fiat__realloc(to->ptr, need);
        if (!grown) return fiat__err_nomem(err);
        to->ptr = grown;
        to->cap = need;
    }
    to->ptr[to->len++] = '\n';
    memcpy(to->ptr + to->len, text.ptr, text.len);
    to->len += text.len;
    memset(to->ptr + to->len, 0, FIAT__SCAN_PAD);
    return FIAT_OK;
}

void fiat__padded_deinit(fiat__padded *text) {
    fiat__free(text->ptr);
    *text = (fiat__padded){0};
}

const char *fiat__scan_spaces(const char *p) {
    return fiat__scan_blank(p);
}

/* Value + 1 of a hexadecimal digit; 0 for any other byte. */
static const uint8_t hex_digit[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* p at the four digits after \u; -1 when they are not four. The padding makes all four readable. */
static inline int32_t hex4(const char *p) {
    int a = hex_digit[(unsigned char)p[0]], b = hex_digit[(unsigned char)p[1]];
    int c = hex_digit[(unsigned char)p[2]], d = hex_digit[(unsigned char)p[3]];
    if (!a || !b || !c || !d) return -1;
    return (a - 1) << 12 | (b - 1) << 8 | (c - 1) << 4 | (d - 1);
}

static inline bool is_high_surrogate(int32_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static inline bool is_low_surrogate(int32_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

const char *fiat__scan_escape(const char *p) {
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        break;
    default:
        return NULL;
    }
    int32_t unit = hex4(p + 2);
    if (unit < 0 || is_low_surrogate(unit)) return NULL;
    if (!is_high_surrogate(unit)) return p + 6;
    if (p[6] != '\\' || p[7] != 'u' || !is_low_surrogate(hex4(p + 8))) return NULL;
    return p + 12;
}

const char *fiat__scan_string_slowly(const char *p, bool *escaped) {
    for (;;) {
        p = fiat__scan_plain(p);
        if (*p == '"') return p;
        if (*p != '\\') return NULL;
        *escaped = true;
        p = fiat__scan_escape(p);
        if (!p) return NULL;
    }
}

/* Decode the valid escape at p into out (up to 4 bytes); *used is its length in the text. */
static inline size_t decode_escape(char *out, const char *p, size_t *used) {
    static const char plain[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    if (p[1] != 'u') {
        *used = 2;
        out[0] = plain[(unsigned char)p[1]];
        return 1;
    }
    *used = 6;
    uint32_t code = (uint32_t)hex4(p + 2);
    if (is_high_surrogate((int32_t)code)) {
        *used = 12;
        code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)hex4(p + 8) - 0xDC00);
    }
    return fiat__utf8_write(out, code);
}

size_t fiat__scan_unescape(char *to, fiat__str raw) {
    const char *p = raw.ptr, *end = raw.ptr + raw.len;
    char *out = to;
    for (;;) {
        const char *stop = fiat__scan_copy_plain(out, p); /* an escape, or the closing quote */
        out += stop - p;
        if (stop >= end) return (size_t)(out - to);
        size_t used;
        out += decode_escape(out, stop, &used);
        p = stop + used;
    }
}

bool fiat__scan_equals(const char *raw, fiat__str value) {
    size_t i = 0;
    while (*raw != '"') {
        char bytes[4] = {*raw};
        size_t used = 1, len = 1;
        if (*raw == '\\') len = decode_escape(bytes, raw, &used);
        if (value.len - i < len || memcmp(value.ptr + i, bytes, len) != 0) return false;
        i += len;
        raw += used;
    }
    return i == value.len;
}

const char *fiat__scan_exponent(const char *p) {
    p++;
    if (*p == '+' || *p == '-') p++;
    if (!fiat__scan_is_digit(*p)) return NULL;
    while (fiat__scan_is_digit(*p))
        p++;
    return p;
}
