#include "base/str.h"

#define COMPARED_BYTES 64

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t fiat__str_distance(fiat__str a, fiat__str b) {
    size_t row[COMPARED_BYTES + 1]; /* distances of a[0..i) to every b[0..j) */
    a.len = smaller(a.len, COMPARED_BYTES);
    b.len = smaller(b.len, COMPARED_BYTES);
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replaced = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            row[j] = smaller(replaced, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.len];
}

/* The 128-bit product folded to 64 bits (the mixing step of wyhash and its kin). */
static uint64_t fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t fiat__str_hash(uint64_t seed, fiat__str text) {
    uint64_t hash = seed ^ text.len, word;
    for (; text.len >= sizeof word; text.ptr += sizeof word, text.len -= sizeof word) {
        memcpy(&word, text.ptr, sizeof word);
        hash = fold(hash ^ word, seed | 1);
    }
    word = 0;
    if (text.len) memcpy(&word, text.ptr, text.len);
    return fold(hash ^ word, seed ^ UINT64_C(0x9E3779B97F4A7C15));
}
