/* What the fuzz targets share. A target checks properties, not only for crashes: FUZZ_CHECK stops
 * the program so that the fuzzer keeps the input. */
#ifndef FIAT_TESTS_FUZZ_H
#define FIAT_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Called with every input by libFuzzer or by standalone.c. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input up to its first newline; *rest is what follows. */
static inline fiat__str fuzz_line(fiat__str input, fiat__str *rest) {
    const char *newline = input.len > 0 ? memchr(input.ptr, '\n', input.len) : NULL;
    size_t len = newline ? (size_t)(newline - input.ptr) : input.len;
    *rest = newline ? fiat__str_of(newline + 1, input.len - len - 1) : fiat__str_of("", 0);
    return fiat__str_of(input.ptr, len);
}

#endif
