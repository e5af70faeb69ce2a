/* What of a loaded 64-bit word belongs to a key shorter than eight bytes. */
#ifndef FIAT_JSON_SCAN_ENDIAN_H
#define FIAT_JSON_SCAN_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

/* len 0..7 */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint64_t fiat__key_mask(size_t len) {
    return (UINT64_C(1) << (8 * len)) - 1;
}
#else
static inline uint64_t fiat__key_mask(size_t len) {
    return ~(UINT64_MAX >> (8 * len));
}
#endif

#endif
