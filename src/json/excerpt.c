#include "json/excerpt.h"

#include "base/utf8.h"

#include <stdio.h>

/* One character of `text` at *at as it is shown; returns its length in `shown`. */
static size_t show(char shown[8], fiat__str text, size_t *at) {
    const unsigned char *p = (const unsigned char *)text.ptr + *at;
    size_t len = fiat__utf8_sequence(p, text.len - *at);
    *at += len ? len : 1;
    if (len > 1) {
        memcpy(shown, p, len);
        return len;
    }
    if (len == 1 && *p >= ' ' && *p != 0x7f) {
        shown[0] = (char)*p;
        return 1;
    }
    return (size_t)snprintf(shown, 8, "\\u%04x", *p);
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
