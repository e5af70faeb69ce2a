/* Blocks in a list, newest first; the arena's owner frees them together. */
#include "base/arena.h"
#include "base/mem.h"

#include <stdint.h>

#define BLOCK_BYTES 4096

struct fiat__arena_block {
    fiat__arena_block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

void fiat__arena_init(fiat__arena *arena, size_t max_bytes) {
    *arena = (fiat__arena){.max_bytes = max_bytes};
}

void fiat__arena_deinit(fiat__arena *arena) {
    for (fiat__arena_block *block = arena->head, *next; block; block = next) {
        next = block->next;
        fiat__free(block);
    }
    fiat__arena_init(arena, arena->max_bytes);
}

/* A request larger than a block gets one of its own behind the head, whose rest stays in use. */
static fiat__arena_block *block_new(fiat__arena *arena, size_t bytes) {
    size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    if (size > SIZE_MAX - sizeof(fiat__arena_block)) return NULL;
    fiat__arena_block *block = fiat__malloc(sizeof *block + size);
    if (!block) return NULL;
    block->used = 0;
    block->size = size;
    bool behind = arena->head && bytes > BLOCK_BYTES;
    fiat__arena_block **link = behind ? &arena->head->next : &arena->head;
    block->next = *link;
    *link = block;
    return block;
}

void *fiat__arena_alloc(fiat__arena *arena, size_t bytes) {
    const size_t align = _Alignof(max_align_t);
    if (bytes > SIZE_MAX - align) return NULL;
    bytes = (bytes + align - 1) / align * align;
    if (bytes > arena->max_bytes || arena->used_bytes > arena->max_bytes - bytes) {
        arena->full = true;
        return NULL;
    }
    fiat__arena_block *block = arena->head;
    if (!block || block->size - block->used < bytes) block = block_new(arena, bytes);
    if (!block) return NULL;
    void *at = block->bytes + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return memset(at, 0, bytes);
}

void *fiat__arena_array(fiat__arena *arena, size_t count, size_t bytes) {
    if (bytes && count > SIZE_MAX / bytes) return NULL;
    return fiat__arena_alloc(arena, count * bytes);
}

fiat__str fiat__arena_str(fiat__arena *arena, fiat__str text) {
    if (text.len == SIZE_MAX) return (fiat__str){0};
    char *copy = fiat__arena_alloc(arena, text.len + 1);
    if (!copy) return (fiat__str){0};
    if (text.len) memcpy(copy, text.ptr, text.len);
    return fiat__str_of(copy, text.len);
}
