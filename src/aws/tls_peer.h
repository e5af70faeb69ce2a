/* What a TLS handshake showed of the other side, so that a failure can say which certificate it was
 * about. Nothing is decided here: libcurl and OpenSSL verify as ever. */
#ifndef FIAT_AWS_TLS_PEER_H
#define FIAT_AWS_TLS_PEER_H

#include <curl/curl.h>
#include <fiat/error.h>
#include <openssl/x509.h>

typedef struct fiat__tls_peer {
    int trouble; /* X509_V_ERR_*: the first complaint; X509_V_OK: none */
    char
        subject[128]; /* of the certificate that it is about, else of the server's own; "" : none */
    char issuer[128];
    char names[160];          /* hosts that the server's own is for */
    char from[16], until[16]; /* "2026-01-31": when it is valid */
} fiat__tls_peer;

/* Fill in *peer at every handshake of that handle; it must outlive the handle. Without effect where
 * libcurl does not use OpenSSL. */
CURLcode fiat__tls_peer_watch(fiat__tls_peer *peer, CURL *easy);
void fiat__tls_peer_reset(fiat__tls_peer *peer);

/* The server's own certificate, and the one that the trouble is about: for the handshake's
 * callback, and for tests. */
void fiat__tls_peer_note(fiat__tls_peer *peer, X509 *own, X509 *about);

/* The certificate was refused: say which, why, and what to do. `ca_setting` names the setting for
 * authorities. false, and *err is left as it is, when nothing is known of it. */
bool fiat__tls_peer_describe(const fiat__tls_peer *peer, const char *host, const char *ca_setting,
                             fiat_error *err);

#endif
