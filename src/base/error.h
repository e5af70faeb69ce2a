/* Filling in the caller's error object. No function here allocates. */
#ifndef FIAT_BASE_ERROR_H
#define FIAT_BASE_ERROR_H

#include <fiat/error.h>

/* Zero the object, set status and message, return the status:
 * `return fiat__err_set(err, FIAT_E_X, "thing %s: what is wrong; what to do", name);`
 * err may be NULL everywhere. */
fiat_status fiat__err_set(fiat_error *err, fiat_status status, const char *format, ...)
    FIAT_PRINTF(3, 4);

/* The same with errno, whose text ends the message: "cannot open x: No such file or directory".
 * ENOENT gives FIAT_E_NOT_FOUND, ENOMEM FIAT_E_NOMEM, anything else FIAT_E_IO. */
fiat_status fiat__err_sys(fiat_error *err, int sys_code, const char *format, ...) FIAT_PRINTF(3, 4);

fiat_status fiat__err_nomem(fiat_error *err);

/* Put "context: " before the message of an error that is already set; returns its status.
 * With err NULL returns `status`. */
fiat_status fiat__err_wrap(fiat_error *err, fiat_status status, const char *format, ...)
    FIAT_PRINTF(3, 4);

/* Copy text into a fixed array, cut at a UTF-8 boundary, always NUL-terminated. */
void fiat__err_copy(char *to, size_t size, const char *text, size_t len);

/* Copy one error onto another (either may be NULL). */
void fiat__err_assign(fiat_error *to, const fiat_error *from);

#endif
