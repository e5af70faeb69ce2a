/* Unpacking gzip (RFC 1952) that lies in memory, without keeping what it holds. Any thread. */
#ifndef FIAT_BASE_GUNZIP_H
#define FIAT_BASE_GUNZIP_H

#include "base/str.h"
#include <fiat/error.h>

/* Do the bytes begin as gzip does? No text of JSON does. */
bool fiat__gunzip_is_gzip(fiat__str bytes);

/* Call `take` with what the members hold, one behind the other, piece by piece, until it returns
 * false. Stops at the first damage, with all before it taken: FIAT_E_IO, also for what is no gzip
 * or ends too early; FIAT_E_LIMIT when `take` wanted no more; FIAT_E_NOMEM. zlib's memory is not
 * the library's. */
fiat_status fiat__gunzip(fiat__str bytes, bool (*take)(void *user, const char *text, size_t len),
                         void *user, fiat_error *err);

#endif
