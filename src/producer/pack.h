/* Compressing records: what the producer and the objects of `local:` share of zlib. */
#ifndef FIAT_PRODUCER_PACK_H
#define FIAT_PRODUCER_PACK_H

#include <fiat/error.h>

typedef struct fiat__packer fiat__packer;

/* level: 1 (fast) .. 9 (small). */
fiat_status fiat__packer_new(fiat__packer **out, int level, fiat_error *err);
void fiat__packer_free(fiat__packer *packer);

/* The library's allocator as zlib wants it. */
void *fiat__zlib_alloc(void *ctx, unsigned count, unsigned bytes);
void fiat__zlib_free(void *ctx, void *block);

#endif
