#ifndef FIAT_ALLOCATOR_H
#define FIAT_ALLOCATOR_H

#include <fiat/error.h>

FIAT_BEGIN_DECLS

/** Memory functions that the library uses for all of its own heap.
 *  Each is called from any thread, concurrently; none may call back into the library. */
typedef struct fiat_allocator {
    void *ctx;                                /**< Passed to each function. */
    void *(*malloc)(void *ctx, size_t bytes); /**< bytes > 0; NULL when out of memory. */
    void *(*realloc)(void *ctx, void *old, size_t bytes); /**< old may be NULL; bytes > 0. */
    void (*free)(void *ctx, void *block);                 /**< block may be NULL. */
} fiat_allocator;

/** Replace malloc, realloc and free for the whole library.
 *  Call it once, before any other function of the library and before other threads use it.
 *  libcurl, OpenSSL, cJSON and libidn2 keep their own allocators; PCRE2 uses these functions, but
 *  maps the machine code of patterns and its stacks by itself.
 *  @param allocator  copied; NULL restores the C library's functions.
 *  @return FIAT_OK; FIAT_E_ARG when a function pointer is NULL.
 *  @threads none other may be inside the library. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_set_allocator(const fiat_allocator *allocator);

FIAT_END_DECLS
#endif
