/* See gunzip.h. */
#include "mock/gunzip.h"
#include "mock/heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#define WINDOW_BITS (15 + 16) /* gzip alone */
#define FIRST_BYTES ((size_t)64 * 1024)
#define MAX_BYTES   ((size_t)64 * 1024 * 1024)

/* Twice the room, at most MAX_BYTES; false: there is no more. */
static bool grow(char **text, size_t *cap) {
    if (*cap >= MAX_BYTES) return false;
    char *wider = fiat__heap_resize(*text, *cap * 2);
    if (!wider) return false;
    *text = wider;
    *cap *= 2;
    return true;
}

/* true: to the end of the last member. */
static bool inflate_members(z_stream *z, char **text, size_t *len) {
    size_t cap = FIRST_BYTES;
    for (;;) {
        if (*len == cap && !grow(text, &cap)) return false;
        z->next_out = (unsigned char *)*text + *len;
        z->avail_out = (unsigned)(cap - *len);
        const int result = inflate(z, Z_NO_FLUSH);
        *len = cap - z->avail_out;
        if (result == Z_STREAM_END && z->avail_in == 0) return true;
        if (result == Z_STREAM_END ? inflateReset(z) != Z_OK : result != Z_OK) return false;
    }
}

char *fiat__gunzip(const char *bytes, size_t len, size_t *out_len) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (unsigned)len};
    if (len < 2 || bytes[0] != '\x1f' || bytes[1] != '\x8b') return NULL;
    if (inflateInit2(&z, WINDOW_BITS) != Z_OK) return NULL;
    char *text = fiat__heap_new(FIRST_BYTES);
    *out_len = 0;
    const bool good = text && inflate_members(&z, &text, out_len);
    inflateEnd(&z);
    if (good) return text;
    fiat__heap_free(text);
    return NULL;
}
