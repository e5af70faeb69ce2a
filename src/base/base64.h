/* Base64 (RFC 4648 section 4: standard alphabet, padded). */
#ifndef FIAT_BASE_BASE64_H
#define FIAT_BASE_BASE64_H

#include "base/buf.h"

/* Length of the encoding of `len` bytes. */
size_t fiat__base64_encoded_len(size_t len);

/* Write the encoding to `to`, which has room for it; no NUL. len: at most INT_MAX / 2. */
void fiat__base64_write(char *to, const void *bytes, size_t len);

/* Append the encoding. false when it does not fit. */
bool fiat__base64_encode(fiat__buf *out, const void *bytes, size_t len);

/* Append the decoding. Strict: no white space, padding in place, unused bits zero.
 * FIAT_E_ARG when the text is not base64; nothing is appended then. */
fiat_status fiat__base64_decode(fiat__buf *out, fiat__str text, fiat_error *err);

#endif
