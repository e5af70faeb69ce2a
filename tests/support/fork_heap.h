/* fork() of a process whose threads log, under sanitizers.
 *
 * ThreadSanitizer cannot start a thread in the child of a process that had some: there the test
 * does without. AddressSanitizer's heap stays locked in a child when another thread was inside it
 * at fork(): there the library's heap gets a lock that fork() waits for. The C library's own heap
 * needs neither.
 *
 * A thread that begins or ends is inside AddressSanitizer's heap without that lock: for what the
 * sanitizer keeps of each thread. A child of that moment waits for ever once it starts a thread
 * itself, in SizeClassAllocator64::GetFromAllocator(), below AsanThread::Init() and
 * pthread_getattr_np(). A program of threads that end, and of fork(), shows it with clang 14 and
 * gcc 12; LLVM 18 is the first that takes its locks before fork(). So under AddressSanitizer
 * threads begin before a scene's first fork, and end after its last. */
#ifndef FIAT_TESTS_FORK_HEAP_H
#define FIAT_TESTS_FORK_HEAP_H

#include "support/sanitizer.h"

#include <fiat/allocator.h>
#include <pthread.h>
#include <stdlib.h>

#define CHILD_HAS_NO_THREAD (UNDER_TSAN != 0)

static pthread_mutex_t s_heap = PTHREAD_MUTEX_INITIALIZER;

static inline void lock_heap(void) {
    if (pthread_mutex_lock(&s_heap) != 0) abort();
}

static inline void unlock_heap(void) {
    if (pthread_mutex_unlock(&s_heap) != 0) abort();
}

static inline void *locked_realloc(void *ctx, void *old, size_t bytes) {
    (void)ctx;
    lock_heap();
    void *block = realloc(old, bytes);
    unlock_heap();
    return block;
}

static inline void *locked_malloc(void *ctx, size_t bytes) {
    return locked_realloc(ctx, NULL, bytes);
}

static inline void locked_free(void *ctx, void *block) {
    (void)ctx;
    lock_heap();
    free(block);
    unlock_heap();
}

/* Call it first in main(), before the library watches for forks: of what runs before a fork, the
 * last registered is first. */
static inline void fork_heap_lock(void) {
    static const fiat_allocator locked = {NULL, locked_malloc, locked_realloc, locked_free};
    if (!UNDER_ASAN) return;
    if (pthread_atfork(lock_heap, unlock_heap, unlock_heap) != 0) abort();
    if (fiat_set_allocator(&locked) != FIAT_OK) abort();
}

#endif
