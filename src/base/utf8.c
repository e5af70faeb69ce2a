/* Table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte Sequences". */
#include "base/utf8.h"

#include <string.h>

static bool is_tail(unsigned char c) {
    return (c & 0xC0) == 0x80;
}

size_t fiat__utf8_sequence(const unsigned char *text, size_t len) {
    if (len == 0) return 0;
    unsigned char c = text[0];
    if (c < 0x80) return 1;
    if (c < 0xC2 || len < 2 || !is_tail(text[1])) return 0;
    if (c < 0xE0) return 2;
    if (len < 3 || !is_tail(text[2])) return 0;
    if (c < 0xF0) {
        if (c == 0xE0 && text[1] < 0xA0) return 0; /* overlong */
        if (c == 0xED && text[1] > 0x9F) return 0; /* surrogate */
        return 3;
    }
    if (c > 0xF4 || len < 4 || !is_tail(text[3])) return 0;
    if (c == 0xF0 && text[1] < 0x90) return 0; /* overlong */
    if (c == 0xF4 && text[1] > 0x8F) return 0; /* above U+10FFFF */
    return 4;
}

size_t fiat__utf8_check(const char *text, size_t len) {
    const unsigned char *at = (const unsigned char *)text;
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= sizeof word) { /* eight ASCII bytes at a time */
            memcpy(&word, at + i, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += sizeof word;
                continue;
            }
        }
        size_t step = fiat__utf8_sequence(at + i, len - i);
        if (step == 0) return i;
        i += step;
    }
    return len;
}

size_t fiat__utf8_write(char out[4], uint32_t cp) {
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

void fiat__utf8_make_printable(char *text) {
    size_t len = strlen(text);
    for (size_t at = 0, step; at < len; at += step ? step : 1) {
        step = fiat__utf8_sequence((const unsigned char *)text + at, len - at);
        if (step == 0)
            text[at] = '?';
        else if ((unsigned char)text[at] < ' ' || text[at] == 0x7f)
            text[at] = ' ';
    }
}
