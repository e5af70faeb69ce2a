/* A growable byte buffer that is told its maximum at the start, so that no input can make it grow
 * without bound. A failed append leaves the contents as they were and sets `failed`, which stays
 * set until fiat__buf_clear(): a run of appends may be checked once at its end.
 *
 * What is appended must not lie in the buffer itself. fiat__buf_cstr() and every append keep a NUL
 * after the last byte; it is not counted in `len`. */
#ifndef FIAT_BASE_BUF_H
#define FIAT_BASE_BUF_H

#include "base/str.h"
#include <fiat/error.h>

typedef struct fiat__buf {
    char *ptr;
    size_t len, cap; /* cap counts the byte for the NUL */
    size_t max;      /* most bytes, without the NUL */
    bool failed;     /* an append did not fit or memory ran out */
    bool too_long;   /* it did not fit */
} fiat__buf;

void fiat__buf_init(fiat__buf *buf, size_t max_bytes);
void fiat__buf_deinit(fiat__buf *buf);

/* Empty it and keep its memory. */
void fiat__buf_clear(fiat__buf *buf);

/* Cut back to the first `len` bytes; len is at most buf->len. */
void fiat__buf_truncate(fiat__buf *buf, size_t len);

/* Make room for `more` bytes after len. false when over the maximum or out of memory. */
bool fiat__buf_reserve(fiat__buf *buf, size_t more);

bool fiat__buf_append(fiat__buf *buf, const void *bytes, size_t len);
bool fiat__buf_append_c(fiat__buf *buf, const char *text);
bool fiat__buf_append_char(fiat__buf *buf, char c);
bool fiat__buf_printf(fiat__buf *buf, const char *format, ...) FIAT_PRINTF(2, 3);

/* The contents as a string; "" when empty. Borrowed until the next change. */
const char *fiat__buf_cstr(const fiat__buf *buf);

static inline fiat__str fiat__buf_str(const fiat__buf *buf) {
    return fiat__str_of(buf->ptr, buf->len);
}

/* FIAT_OK, or FIAT_E_LIMIT / FIAT_E_NOMEM when an append failed. */
fiat_status fiat__buf_status(const fiat__buf *buf, fiat_error *err);

#endif
