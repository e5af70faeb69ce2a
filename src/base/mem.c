/* The one place that calls malloc, realloc and free; the allocator is the process's. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *libc_malloc(void *ctx, size_t bytes) {
    (void)ctx;
    return malloc(bytes);
}

static void *libc_realloc(void *ctx, void *old, size_t bytes) {
    (void)ctx;
    return realloc(old, bytes);
}

static void libc_free(void *ctx, void *block) {
    (void)ctx;
    free(block);
}

/* Written only by fiat_set_allocator(), before any other thread is inside the library. */
static fiat_allocator s_allocator = {NULL, libc_malloc, libc_realloc, libc_free};

fiat_status fiat_set_allocator(const fiat_allocator *allocator) {
    static const fiat_allocator libc = {NULL, libc_malloc, libc_realloc, libc_free};
    if (!allocator) allocator = &libc;
    if (!allocator->malloc || !allocator->realloc || !allocator->free) return FIAT_E_ARG;
    s_allocator = *allocator;
    return FIAT_OK;
}

void *fiat__malloc(size_t bytes) {
    return s_allocator.malloc(s_allocator.ctx, bytes ? bytes : 1);
}

void *fiat__calloc(size_t count, size_t bytes) {
    if (bytes && count > SIZE_MAX / bytes) return NULL;
    void *block = fiat__malloc(count * bytes);
    if (block) memset(block, 0, count * bytes);
    return block;
}

void *fiat__realloc(void *old, size_t bytes) {
    return s_allocator.realloc(s_allocator.ctx, old, bytes ? bytes : 1);
}

void *fiat__realloc_array(void *old, size_t count, size_t bytes) {
    if (bytes && count > SIZE_MAX / bytes) return NULL;
    return fiat__realloc(old, count * bytes);
}

char *fiat__strdup(const char *text) {
    return text ? fiat__strndup(text, strlen(text)) : NULL;
}

char *fiat__strndup(const char *text, size_t len) {
    if (len == SIZE_MAX) return NULL;
    char *copy = fiat__malloc(len + 1);
    if (!copy) return NULL;
    if (len) memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void fiat__free(void *block) {
    s_allocator.free(s_allocator.ctx, block);
}
