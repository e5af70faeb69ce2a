/* See heap.h. Any thread. */
#include "mock/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *fiat__heap_new(size_t bytes) {
    return calloc(1, bytes ? bytes : 1);
}

char *fiat__heap_copy(const void *bytes, size_t len) {
    char *text = malloc(len + 1);
    if (!text) return NULL;
    if (len) memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

void *fiat__heap_grow(void *old, size_t count, size_t size) {
    const size_t least = 16;
    if (count >= least && (count & (count - 1)) != 0) return old; /* not full yet */
    if (count > 0 && count < least) return old;
    const size_t want = count < least ? least : 2 * count;
    return want > SIZE_MAX / size ? NULL : realloc(old, want * size);
}

void *fiat__heap_resize(void *old, size_t bytes) {
    return realloc(old, bytes);
}

void fiat__heap_free(void *block) {
    free(block);
}
