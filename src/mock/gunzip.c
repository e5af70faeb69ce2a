/* See gunzip.h. */
#include "mock/gunzip.h"
#include "base/gunzip.h"
#include "mock/heap.h"

#define FIRST_BYTES ((size_t)64 * 1024)
#define MAX_BYTES   ((size_t)64 * 1024 * 1024)

struct text {
    char *ptr;
    size_t len, cap;
};

/* Twice the room, at most MAX_BYTES; false: there is no more. */
static bool grow(struct text *text) {
    const size_t cap = text->cap ? 2 * text->cap : FIRST_BYTES;
    char *wider = cap <= MAX_BYTES ? fiat__heap_resize(text->ptr, cap) : NULL;
    if (!wider) return false;
    text->ptr = wider;
    text->cap = cap;
    return true;
}

static bool keep(void *user, const char *bytes, size_t len) {
    struct text *text = user;
    while (text->cap - text->len < len)
        if (!grow(text)) return false;
    memcpy(text->ptr + text->len, bytes, len);
    text->len += len;
    return true;
}

char *fiat__gunzip_text(const char *bytes, size_t len, size_t *out_len) {
    struct text text = {0};
    const fiat__str packed = fiat__str_of(bytes, len);
    *out_len = 0;
    if (!fiat__gunzip_is_gzip(packed) || !grow(&text)) return NULL;
    if (fiat__gunzip(packed, keep, &text, NULL) != FIAT_OK) {
        fiat__heap_free(text.ptr);
        return NULL;
    }
    *out_len = text.len;
    return text.ptr;
}
