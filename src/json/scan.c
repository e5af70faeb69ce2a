/* The scanner's slower parts: escapes, fractions, and taking over a text. Pure functions. */
#include "json/scan.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"

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
    size_t bad = fiat__utf8_check(to->ptr, to->len);
    if (bad == to->len) return FIAT_OK;
    fiat_status status =
        fiat__err_set(err, FIAT_E_JSON_UTF8,
                      "byte 0x%02x at offset %zu is not valid UTF-8; JSON text must be UTF-8",
                      (unsigned char)to->ptr[bad], bad);
    if (err) err->offset = bad;
    return status;
}

void fiat__padded_deinit(fiat__padded *text) {
    fiat__free(text->ptr);
    *text = (fiat__padded){0};
}

/* Value of a hexadecimal digit, -1 when it is none. */
static int hex_digit(char c) {
    if (fiat__scan_is_digit(c)) return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* p at the four digits after \u; -1 when they are not four. Never reads past a non-digit. */
static int32_t hex4(const char *p) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

static bool is_high_surrogate(int32_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int32_t unit) {
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

/* Decode the valid escape at p into out; *used is its length in the text. */
static size_t decode_escape(char out[4], const char *p, size_t *used) {
    static const char plain[][2] = {
        {'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}};
    *used = 2;
    if (p[1] != 'u') {
        out[0] = p[1];
        for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
            if (plain[i][0] == p[1]) out[0] = plain[i][1];
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
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        char bytes[4];
        size_t used, len = decode_escape(bytes, p, &used);
        memcpy(out, bytes, len);
        out += len;
        p += used;
    }
    return (size_t)(out - to);
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

const char *fiat__scan_fraction(const char *p) {
    if (*p == '.') {
        if (!fiat__scan_is_digit(*++p)) return NULL;
        while (fiat__scan_is_digit(*p))
            p++;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-') p++;
        if (!fiat__scan_is_digit(*p)) return NULL;
        while (fiat__scan_is_digit(*p))
            p++;
    }
    return p;
}
