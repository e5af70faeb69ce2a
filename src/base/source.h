/* Bytes that are made while they are read, as often as need be, so that nobody keeps them whole. */
#ifndef FIAT_BASE_SOURCE_H
#define FIAT_BASE_SOURCE_H

#include <stddef.h>

typedef struct fiat__source {
    size_t len; /* of all that read() gives after rewind() */
    void (*rewind)(void *ctx);
    /* Write the next bytes to `to`: `room` of them, fewer only at the end. Returns how many. */
    size_t (*read)(void *ctx, char *to, size_t room);
    void *ctx;
} fiat__source;

#endif
