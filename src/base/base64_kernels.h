/* The inner loops of the encoder, one for each instruction set. */
#ifndef FIAT_BASE_BASE64_KERNELS_H
#define FIAT_BASE_BASE64_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fiat__base64_kernel {
    const char *name;
    bool (*runs_here)(void);
    /* Encode as much of `from` as whole steps take and return how many bytes that were: a multiple
     * of 3, and nothing of `from` is read or of `to` written beyond `len` bytes and their encoding.
     */
    size_t (*encode)(char *to, const unsigned char *from, size_t len);
} fiat__base64_kernel;

/* Of this platform: fastest first. The last one runs on any processor. */
extern const fiat__base64_kernel fiat__base64_kernels[];
extern const size_t fiat__base64_kernel_count;

#endif
