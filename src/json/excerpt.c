#include "json/excerpt.h"

#include "base/utf8.h"

#include <stdio.h>

/* Characters that move or hide what stands around them: controls, line and paragraph separators,
 * directions (Unicode TR 36, section 3.4), the byte order mark. */
static bool is_unsafe(uint32_t c) {
    return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static uint32_t decode(const unsigned char *p, size_t len) {
    if (len < 2) return *p;
    uint32_t c = *p & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (p[i] & 0x3fu);
    return c;
}

void fiat__excerpt_blank(char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        const unsigned char *p = (const unsigned char *)text + at;
        size_t step = fiat__utf8_sequence(p, len - at);
        if (step == 0 || is_unsafe(decode(p, step))) memset(text + at, ' ', step ? step : 1);
        at += step ? step : 1;
    }
}

/* One character of `text` at *at as it is shown; returns its length in `shown`. */
static size_t show(char shown[8], fiat__str text, size_t *at) {
    const unsigned char *p = (const unsigned char *)text.ptr + *at;
    size_t len = fiat__utf8_sequence(p, text.len - *at);
    *at += len ? len : 1;
    if (len && !is_unsafe(decode(p, len))) {
        memcpy(shown, p, len);
        return len;
    }
    return (size_t)snprintf(shown, 8, "\\u%04x", (unsigned)decode(p, len) & 0xffffu);
}

static const char *write_excerpt(char *out, size_t size, fiat__str text, const char *quote) {
    size_t quote_len = strlen(quote), len = 0, at = 0;
    size_t room = size - 1 - quote_len - 3; /* the closing quote and "..." */
    memcpy(out, quote, quote_len);
    len = quote_len;
    while (at < text.len) {
        char shown[8];
        size_t more = show(shown, text, &at);
        if (len + more > room) {
            memcpy(out + len, "...", 3);
            len += 3;
            break;
        }
        memcpy(out + len, shown, more);
        len += more;
    }
    memcpy(out + len, quote, quote_len + 1);
    return out;
}

const char *fiat__excerpt(char *out, size_t size, fiat__str text) {
    return write_excerpt(out, size, text, "\"");
}

const char *fiat__excerpt_bare(char *out, size_t size, fiat__str text) {
    return write_excerpt(out, size, text, "");
}

/* Length of the container's text when it is short and on one line; else 0. */
static size_t short_length(const fiat__tape *tape, const fiat__tape_item *item) {
    enum { MOST = 40 };
    const char *start = tape->text.ptr + item->at;
    unsigned open = 0;
    for (const char *p = start; p < start + MOST && (unsigned char)*p >= ' '; p++) {
        bool escaped;
        if (*p == '"') {
            p = fiat__scan_string(p + 1, &escaped);
            continue;
        }
        open += *p == '{' || *p == '[';
        open -= *p == '}' || *p == ']';
        if (open == 0) return (size_t)(p + 1 - start);
    }
    return 0;
}

const char *fiat__tape_excerpt(char *out, size_t size, const fiat__tape *tape, uint32_t item) {
    const fiat__tape_item *at = &tape->items[item];
    const char *plural = at->len == 1 ? "" : "s";
    size_t whole;
    switch (at->kind) {
    case FIAT__JSON_STRING:
        return fiat__excerpt(out, size, fiat__tape_string(tape, item));
    case FIAT__JSON_ARRAY:
    case FIAT__JSON_OBJECT:
        whole = short_length(tape, at);
        if (whole)
            return fiat__excerpt_bare(out, size, fiat__str_of(tape->text.ptr + at->at, whole));
        if (at->kind == FIAT__JSON_ARRAY)
            snprintf(out, size, "an array of %u item%s", at->len, plural);
        else
            snprintf(out, size, "an object of %u member%s", at->len, plural);
        return out;
    default:
        return fiat__excerpt_bare(out, size, fiat__tape_text(tape, item));
    }
}
