/* A certificate in DER, as a server shows it: what is said of it is one line of printable ASCII. */
#include "aws/tls_peer.h"
#include "fuzz/fuzz.h"

static void check_text(const char *text, size_t size) {
    FUZZ_CHECK(memchr(text, '\0', size));
    for (; *text; text++)
        FUZZ_CHECK(*text >= ' ' && *text <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int troubles[] = {X509_V_OK, X509_V_ERR_CERT_HAS_EXPIRED,
                                   X509_V_ERR_CERT_NOT_YET_VALID,
                                   X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_CERT_REVOKED};
    const unsigned char *at = data;
    X509 *certificate = d2i_X509(NULL, &at, (long)size);
    fiat__tls_peer peer;
    if (!certificate) return 0;
    fiat__tls_peer_reset(&peer);
    fiat__tls_peer_note(&peer, certificate, certificate);
    check_text(peer.subject, sizeof peer.subject);
    check_text(peer.issuer, sizeof peer.issuer);
    check_text(peer.names, sizeof peer.names);
    check_text(peer.from, sizeof peer.from);
    check_text(peer.until, sizeof peer.until);
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        peer.trouble = troubles[i];
        if (fiat__tls_peer_describe(&peer, "host", "tls.ca.file", &err))
            check_text(err.message, sizeof err.message);
    }
    X509_free(certificate);
    return 0;
}
