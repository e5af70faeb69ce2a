/* TLS for a server on 127.0.0.1, with a certificate of its own that is made on the spot. */
#ifndef FIAT_BENCH_SINK_TLS_H
#define FIAT_BENCH_SINK_TLS_H

#include <openssl/ssl.h>

/* Writes the certificate to ca_file, for clients to trust. NULL: OpenSSL's error queue says why. */
SSL_CTX *bench_tls_new(const char *ca_file);

#endif
