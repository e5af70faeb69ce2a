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

/* Move `end` back while it stands inside a UTF-8 sequence. */
static size_t utf8_boundary(const char *text, size_t end) {
    size_t cut = end;
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    return cut;
}

void fiat__err_copy(char *to, size_t size, const char *text, size_t len) {
    if (len >= size) len = utf8_boundary(text, size - 1);
    if (len) memmove(to, text, len);
    to[len] = '\0';
}

/* vsnprintf that cuts at a UTF-8 boundary. Returns the length kept. */
static size_t format_cut(char *to, size_t size, const char *format, va_list args) {
    int len = vsnprintf(to, size, format, args);
    if (len < 0) len = 0;
    if ((size_t)len < size) return (size_t)len;
    /* The byte that would have come next is gone: step back over a sequence that is not whole. */
    size_t cut = size - 1, start = cut;
    while (start > 0 && ((unsigned char)to[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && ((unsigned char)to[start - 1] & 0xC0) == 0xC0) {
        unsigned char lead = (unsigned char)to[start - 1];
        size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (cut - (start - 1) < whole) cut = start - 1;
    }
    to[cut] = '\0';
    return cut;
}

fiat_status fiat__err_set(fiat_error *err, fiat_status status, const char *format, ...) {
    if (!err) return status;
    char message[sizeof err->message]; /* the arguments may point into *err */
    va_list args;
    va_start(args, format);
    format_cut(message, sizeof message, format, args);
    va_end(args);
    memset(err, 0, sizeof *err);
    err->status = status;
    memcpy(err->message, message, sizeof message);
    return status;
}

fiat_status fiat__err_sys(fiat_error *err, int sys_code, const char *format, ...) {
    fiat_status status = sys_code == ENOENT   ? FIAT_E_NOT_FOUND
                         : sys_code == ENOMEM ? FIAT_E_NOMEM
                                              : FIAT_E_IO;
    if (!err) return status;
    char what[sizeof err->message], reason[96];
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
    memcpy(err->message, joined, sizeof joined);
    return (fiat_status)err->status;
}

void fiat__err_assign(fiat_error *to, const fiat_error *from) {
    if (to && from && to != from) *to = *from;
}
