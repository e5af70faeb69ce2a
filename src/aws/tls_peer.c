/* A verify callback that looks and lets everything be as it is. All text in certificates is
 * hostile: it is made printable and cut. */
#include "aws/tls_peer.h"
#include "base/error.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t s_once = PTHREAD_ONCE_INIT;
static int s_index; /* of the peer in an SSL_CTX; -1: no memory for one */

static void make_index(void) {
    s_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void write_date(char *out, size_t size, const ASN1_TIME *time) {
    struct tm utc;
    *out = '\0';
    if (ASN1_TIME_to_tm(time, &utc) == 1) strftime(out, size, "%Y-%m-%d", &utc);
}

/* "a.example, *.b.example": what fits of the DNS names. */
static void write_names(char *out, size_t size, X509 *certificate) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t len = 0;
    *out = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        size_t name_len = (size_t)ASN1_STRING_length(name->d.dNSName);
        const unsigned char *text = ASN1_STRING_get0_data(name->d.dNSName);
        if (len + name_len + 3 > size) break;
        if (len) len += (size_t)snprintf(out + len, size - len, ", ");
        for (size_t c = 0; c < name_len; c++)
            out[len++] = text[c] > ' ' && text[c] <= '~' ? (char)text[c] : '?';
        out[len] = '\0';
    }
    GENERAL_NAMES_free(names);
}

static void write_certificate(fiat__tls_peer *peer, X509 *certificate) {
    /* Makes bytes that are not printable "\x..". */
    X509_NAME_oneline(X509_get_subject_name(certificate), peer->subject, sizeof peer->subject);
    X509_NAME_oneline(X509_get_issuer_name(certificate), peer->issuer, sizeof peer->issuer);
    write_date(peer->from, sizeof peer->from, X509_get0_notBefore(certificate));
    write_date(peer->until, sizeof peer->until, X509_get0_notAfter(certificate));
}

void fiat__tls_peer_note(fiat__tls_peer *peer, X509 *own, X509 *about) {
    write_names(peer->names, sizeof peer->names, own);
    write_certificate(peer, about);
}

/* Called for each certificate of the chain, and for each complaint. */
static int look(int good, X509_STORE_CTX *store) {
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    fiat__tls_peer *peer = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), s_index);
    X509 *own = X509_STORE_CTX_get0_cert(store), *at = X509_STORE_CTX_get_current_cert(store);
    if (peer->trouble != X509_V_OK || !own) return good;
    if (!good) peer->trouble = X509_STORE_CTX_get_error(store);
    fiat__tls_peer_note(peer, own, !good && at ? at : own);
    return good;
}

static CURLcode on_context(CURL *easy, void *context, void *peer) {
    (void)easy;
    pthread_once(&s_once, make_index);
    if (s_index < 0 || SSL_CTX_set_ex_data(context, s_index, peer) != 1) return CURLE_OUT_OF_MEMORY;
    SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), look);
    return CURLE_OK;
}

CURLcode fiat__tls_peer_watch(fiat__tls_peer *peer, CURL *easy) {
    fiat__tls_peer_reset(peer);
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    if (bad == CURLE_NOT_BUILT_IN || bad == CURLE_UNKNOWN_OPTION) return CURLE_OK;
    return bad == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, peer) : bad;
}

void fiat__tls_peer_reset(fiat__tls_peer *peer) {
    peer->trouble = X509_V_OK;
    peer->subject[0] = peer->issuer[0] = peer->names[0] = peer->from[0] = peer->until[0] = '\0';
}

bool fiat__tls_peer_describe(const fiat__tls_peer *peer, const char *host, const char *ca_setting,
                             fiat_error *err) {
    if (!*peer->subject) return false;
    switch (peer->trouble) {
    case X509_V_OK:
        fiat__err_set(err, FIAT_E_NETWORK,
                      "certificate %.60s is for %.80s, not for %.60s: check endpoint_url",
                      peer->subject, *peer->names ? peer->names : "no host", host);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        fiat__err_set(
            err, FIAT_E_NETWORK,
            "TLS with %.60s: certificate %.60s expired on %s: it must be renewed, or this "
            "machine's clock is off",
            host, peer->subject, peer->until);
        break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        fiat__err_set(err, FIAT_E_NETWORK,
                      "TLS with %.60s: certificate %.60s is valid from %s on: this machine's clock "
                      "may be off",
                      host, peer->subject, peer->from);
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        fiat__err_set(
            err, FIAT_E_NETWORK,
            "TLS with %.60s: nobody trusted here vouches for certificate %.50s, issued by "
            "%.50s: name its authority's file in %s",
            host, peer->subject, peer->issuer, ca_setting);
        break;
    default:
        fiat__err_set(err, FIAT_E_NETWORK, "TLS with %.60s: certificate %.60s is refused: %s", host,
                      peer->subject, X509_verify_cert_error_string(peer->trouble));
    }
    return true;
}
