/* Appends to the caller's buffer; no state. */
#include "json/writer.h"

#include <float.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How each control character is escaped; 0: needs \u00XX. Bytes from 0x20 on other than '"' and
 * '\\' stand for themselves (RFC 8259 section 7). */
static char short_escape(unsigned char c) {
    switch (c) {
    case '"':
    case '\\':
        return (char)c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static bool is_plain(unsigned char c) {
    return c >= 0x20 && c != '"' && c != '\\';
}

static bool write_escaped(fiat__buf *out, unsigned char c) {
    char letter = short_escape(c);
    if (!letter) return fiat__buf_printf(out, "\\u%04x", c);
    char pair[2] = {'\\', letter};
    return fiat__buf_append(out, pair, 2);
}

bool fiat__json_write_string(fiat__buf *out, fiat__str text) {
    fiat__buf_append_char(out, '"');
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (is_plain((unsigned char)text.ptr[i])) continue;
        fiat__buf_append(out, text.ptr + start, i - start);
        write_escaped(out, (unsigned char)text.ptr[i]);
        start = i + 1;
    }
    if (start < text.len) fiat__buf_append(out, text.ptr + start, text.len - start);
    return fiat__buf_append_char(out, '"');
}

bool fiat__json_write_string_c(fiat__buf *out, const char *text) {
    return fiat__json_write_string(out, fiat__str_c(text));
}

bool fiat__json_write_int(fiat__buf *out, int64_t value) {
    return fiat__buf_printf(out, "%" PRId64, value);
}

bool fiat__json_write_uint(fiat__buf *out, uint64_t value) {
    return fiat__buf_printf(out, "%" PRIu64, value);
}

/* The program's locale may write another sign for the decimal point, of several bytes perhaps. */
static void use_decimal_point(char *text) {
    char *to = text;
    for (const char *at = text; *at; at++) {
        bool foreign = !strchr("0123456789+-e.", *at);
        if (!foreign)
            *to++ = *at;
        else if (to == text || to[-1] != '.')
            *to++ = '.';
    }
    *to = '\0';
}

bool fiat__json_write_double(fiat__buf *out, double value) {
    char text[40];
    for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    use_decimal_point(text);
    return fiat__buf_append_c(out, text);
}

bool fiat__json_write_key(fiat__buf *out, bool *first, const char *name) {
    if (!*first) fiat__buf_append_char(out, ',');
    *first = false;
    fiat__json_write_string_c(out, name);
    return fiat__buf_append_char(out, ':');
}
