/* What of a loaded 64-bit word belongs to a key shorter than eight bytes. */
#ifndef FIAT_JSON_SCAN_ENDIAN_H
#define FIAT_JSON_SCAN_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

/* Without a branch: which keys are short cannot be foretold. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint64_t fiat__key_mask(size_t len) {
    return len > 7 ? UINT64_MAX : (UINT64_C(1) << (8 * len % 64)) - 1;
}
#else
static inline uint64_t fiat__key_mask(size_t len) {
    return len > 7 ? UINT64_MAX : ~(UINT64_MAX >> (8 * len % 64));
}
#endif

#endif
