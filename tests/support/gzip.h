/* Making gzip in a test. Failures abort. */
#ifndef FIAT_TESTS_GZIP_H
#define FIAT_TESTS_GZIP_H

#include "base/buf.h"
#include <check.h>
#include <zlib.h>

/* Append the text as one member. */
static inline void gzip_append(fiat__buf *out, fiat__str text) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)text.ptr, .avail_in = (unsigned)text.len};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    const size_t bound = deflateBound(&z, text.len);
    ck_assert(fiat__buf_reserve(out, bound));
    z.next_out = (unsigned char *)out->ptr + out->len;
    z.avail_out = (unsigned)bound;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    ck_assert_int_eq(deflateEnd(&z), Z_OK);
}

#endif
