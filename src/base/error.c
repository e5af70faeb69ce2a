/* Error objects belong to their callers; no state here, no heap. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(fiat_error) == 1024, "fiat_error is part of the ABI");

const char *fiat_status_name(fiat_status status) {
    switch (status) {
#define XX(value, name, text)                                                                      \
    case FIAT_##name:                                                                              \
        return "FIAT_" #name;
        FIAT_STATUS_MAP(XX)
#undef XX
    }
    return "FIAT_E_?";
}

const char *fiat_status_text(fiat_status status) {
    switch (status) {
#define XX(value, name, text)                                                                      \
    case FIAT_##name:                                                                              \
        return text;
        FIAT_STATUS_MAP(XX)
#undef XX
    }
    return "unknown status";
}

/* Where to cut text before `end` so that no UTF-8 sequence is split. Looks at the bytes before
 * `end` only: the longest sequence has four, so a whole one that reaches `end` starts at most three
 * earlier. Text that is not UTF-8 is cut at `end`. */
static size_t utf8_boundary(const char *text, size_t end) {
    for (size_t back = 1; back <= 3 && back <= end; back++) {
        unsigned char c = (unsigned char)text[end - back];
        if ((c & 0xC0) == 0x80) continue;
        size_t whole = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return whole > back ? end - back : end;
    }
    return end;
}

void fiat__err_copy(char *to, size_t size, const char *text, size_t len) {
    if (len >= size) len = utf8_boundary(text, size - 1);
    if (len) memmove(to, text, len);
    to[len] = '\0';
}

/* vsnprintf that cuts at a UTF-8 boundary. Returns the length kept. */
FIAT_PRINTF(3, 0)
static size_t format_cut(char *to, size_t size, const char *format, va_list args) {
    int len = vsnprintf(to, size, format, args);
    size_t kept = len < 0 ? 0 : (size_t)len < size ? (size_t)len : utf8_boundary(to, size - 1);
    to[kept] = '\0';
    return kept;
}

fiat_status fiat__err_set(fiat_error *err, fiat_status status, const char *format, ...) {
    if (!err) return status;
    char message[sizeof err->message]; /* the arguments may point into *err */
    va_list args;
    va_start(args, format);
    size_t len = format_cut(message, sizeof message, format, args);
    va_end(args);
    memset(err, 0, sizeof *err);
    err->status = status;
    memcpy(err->message, message, len);
    return status;
}

fiat_status fiat__err_sys(fiat_error *err, int sys_code, const char *format, ...) {
    fiat_status status = sys_code == ENOENT   ? FIAT_E_NOT_FOUND
                         : sys_code == ENOMEM ? FIAT_E_NOMEM
                                              : FIAT_E_IO;
    if (!err) return status;
    char reason[96], what[sizeof err->message - sizeof reason]; /* a long path leaves the reason */
    va_list args;
    va_start(args, format);
    format_cut(what, sizeof what, format, args);
    va_end(args);
    if (strerror_r(sys_code, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", sys_code);
    fiat__err_set(err, status, "%s: %s", what, reason);
    err->sys_code = sys_code;
    return status;
}

fiat_status fiat__err_nomem(fiat_error *err) {
    return fiat__err_set(err, FIAT_E_NOMEM, "out of memory");
}

fiat_status fiat__err_wrap(fiat_error *err, fiat_status status, const char *format, ...) {
    if (!err) return status;
    char joined[sizeof err->message], old[sizeof err->message];
    memcpy(old, err->message, sizeof old);
    va_list args;
    va_start(args, format);
    size_t len = format_cut(joined, sizeof joined, format, args);
    va_end(args);
    const char *colon = ": ";
    fiat__err_copy(joined + len, sizeof joined - len, colon, 2);
    len = strlen(joined);
    fiat__err_copy(joined + len, sizeof joined - len, old, strlen(old));
    fiat__err_copy(err->message, sizeof err->message, joined, strlen(joined));
    return (fiat_status)err->status;
}

void fiat__err_assign(fiat_error *to, const fiat_error *from) {
    if (to && from && to != from) *to = *from;
}
