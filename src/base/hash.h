/* SHA-256 and HMAC-SHA-256 over OpenSSL. */
#ifndef FIAT_BASE_HASH_H
#define FIAT_BASE_HASH_H

#include "base/source.h"
#include "base/str.h"
#include <fiat/error.h>

#define FIAT__SHA256_BYTES 32

/* FIAT_E_NOMEM when OpenSSL has none left. */
fiat_status fiat__sha256(unsigned char out[FIAT__SHA256_BYTES], fiat__str data, fiat_error *err);
/* Of all that the source gives; it is rewound before. */
fiat_status fiat__sha256_source(unsigned char out[FIAT__SHA256_BYTES], const fiat__source *source,
                                fiat_error *err);
fiat_status fiat__hmac_sha256(unsigned char out[FIAT__SHA256_BYTES], fiat__str key, fiat__str data,
                              fiat_error *err);

/* Lower-case hex and a NUL: 2 * len + 1 bytes. */
void fiat__hex_write(char *out, const unsigned char *bytes, size_t len);

/* Equal, in time that depends on the length alone. */
bool fiat__equal_ct(fiat__str a, fiat__str b);

#endif
