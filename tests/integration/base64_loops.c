/* The base64 loops of the machine that this is compiled for, against one that does a group at a
 * time, over bytes made at random with a fixed seed. Needs no library, so that it can be compiled
 * for another machine: see neon.sh. */
#include "base/base64_kernels.c"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FIAT_BASE_BASE64_NEON_H
#error "not compiled for NEON: base_base64_test has the other loops"
#endif

#define TEXTS 50000
#define MOST  400

static void encode_slowly(char *to, const unsigned char *from, size_t len) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        unsigned group = (unsigned)from[i] << 16 | (unsigned)from[i + 1] << 8 | from[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *to++ = alphabet[group >> shift & 63];
    }
}

int main(void) {
    unsigned char bytes[MOST];
    char expected[MOST / 3 * 4 + 4], got[sizeof expected];
    unsigned state = 1;
    for (int text = 0; text < TEXTS; text++) {
        size_t len = (size_t)text % (MOST + 1);
        for (size_t i = 0; i < len; i++) {
            state = state * 1664525u + 1013904223u;
            bytes[i] = (unsigned char)(state >> 24);
        }
        memset(expected, '#', sizeof expected);
        memset(got, '#', sizeof got);
        size_t done = fiat__base64_kernels[0].encode(got, bytes, len);
        encode_slowly(expected, bytes, done);
        if (done == len - len % 48 && memcmp(expected, got, sizeof got) == 0) continue;
        fprintf(stderr, "%zu bytes: %zu encoded, not as they should be\n", len, done);
        return 1;
    }
    printf("%d texts, no difference\n", TEXTS);
    return 0;
}
