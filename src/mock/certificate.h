/* Certificates for an hour's worth of tests: an authority of the mock's own, made at start, and
 * what it signs. */
#ifndef FIAT_MOCK_CERTIFICATE_H
#define FIAT_MOCK_CERTIFICATE_H

#include <fiat/error.h>
#include <openssl/ssl.h>

typedef struct fiat__certificates {
    SSL_CTX *right; /* localhost and 127.0.0.1 */
    SSL_CTX *wrong; /* another host */
    char ca_file[256];
} fiat__certificates;

/* Make all of it and write the authority to a file of its own below TMPDIR. `out` is zeroed before.
 * Deinit it also after a failure. */
fiat_status fiat__certificates_init(fiat__certificates *out, fiat_error *err);
void fiat__certificates_deinit(fiat__certificates *certificates);

#endif
