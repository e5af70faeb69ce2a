/* The buffer's owner is its only user; no state here. */
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_CAPACITY 256

void fiat__buf_init(fiat__buf *buf, size_t max_bytes) {
    *buf = (fiat__buf){.max = max_bytes < SIZE_MAX ? max_bytes : SIZE_MAX - 1};
}

void fiat__buf_deinit(fiat__buf *buf) {
    fiat__free(buf->ptr);
    fiat__buf_init(buf, buf->max);
}

void fiat__buf_clear(fiat__buf *buf) {
    buf->len = 0;
    buf->failed = buf->too_long = false;
    if (buf->ptr) buf->ptr[0] = '\0';
}

void fiat__buf_truncate(fiat__buf *buf, size_t len) {
    if (len >= buf->len) return;
    buf->len = len;
    buf->ptr[len] = '\0';
}

static size_t grown_capacity(const fiat__buf *buf, size_t need) {
    size_t cap = buf->cap ? buf->cap : FIRST_CAPACITY;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    return cap > buf->max + 1 ? buf->max + 1 : cap;
}

bool fiat__buf_reserve(fiat__buf *buf, size_t more) {
    if (buf->failed) return false;
    if (more < buf->cap && buf->len < buf->cap - more) return true;
    if (more > buf->max || buf->len > buf->max - more) {
        buf->failed = buf->too_long = true;
        return false;
    }
    size_t cap = grown_capacity(buf, buf->len + more + 1);
    char *ptr = fiat__realloc(buf->ptr, cap);
    if (!ptr) {
        buf->failed = true;
        return false;
    }
    buf->ptr = ptr;
    buf->cap = cap;
    buf->ptr[buf->len] = '\0';
    return true;
}

bool fiat__buf_append(fiat__buf *buf, const void *bytes, size_t len) {
    if (!fiat__buf_reserve(buf, len)) return false;
    if (len) memcpy(buf->ptr + buf->len, bytes, len);
    buf->len += len;
    buf->ptr[buf->len] = '\0';
    return true;
}

bool fiat__buf_append_c(fiat__buf *buf, const char *text) {
    return fiat__buf_append(buf, text, strlen(text));
}

bool fiat__buf_append_char(fiat__buf *buf, char c) {
    return fiat__buf_append(buf, &c, 1);
}

bool fiat__buf_printf(fiat__buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) buf->failed = true; /* the text would pass INT_MAX */
    if (len < 0 || !fiat__buf_reserve(buf, (size_t)len)) return false;
    va_start(args, format);
    vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
    return true;
}

const char *fiat__buf_cstr(const fiat__buf *buf) {
    return buf->ptr ? buf->ptr : "";
}

fiat_status fiat__buf_status(const fiat__buf *buf, fiat_error *err) {
    if (!buf->failed) return FIAT_OK;
    if (buf->too_long) return fiat__err_set(err, FIAT_E_LIMIT, "more than %zu bytes", buf->max);
    return fiat__err_nomem(err);
}
