/* TLS records of a large body gathered into large writes. OpenSSL hands each record of 16 KiB to
 * the socket by itself; one write of many costs the kernel half as much. */
#ifndef FIAT_AWS_TLS_GATHER_H
#define FIAT_AWS_TLS_GATHER_H

#include <curl/curl.h>
#include <openssl/ssl.h>

typedef struct fiat__tls_gather fiat__tls_gather;

/* Gather what is written until fiat__tls_gather_stop(). The handshake must be over. NULL when there
 * is no memory for it; everything works without. What it returns belongs to the session. */
fiat__tls_gather *fiat__tls_gather_start(SSL *ssl);

/* The session of the connection that stands, for libcurl's callbacks; NULL where there is none
 * (http://), or libcurl does not use OpenSSL. */
SSL *fiat__tls_gather_session(CURL *easy);

/* What is written from now on goes out at once, after what has been gathered. NULL is allowed. */
void fiat__tls_gather_stop(fiat__tls_gather *gather);

#endif
