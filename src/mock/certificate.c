/* See certificate.h. One thread, that of start and stop. */
#include "mock/certificate.h"
#include "base/error.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIFE_S     (24 * 60 * 60)
#define AUTHORITY  "Fiat mock authority"
#define WRONG_NAME "somebody-else.invalid"

typedef struct signed_key {
    EVP_PKEY *key;
    X509 *certificate;
} signed_key;

static void free_signed(signed_key *s) {
    X509_free(s->certificate);
    EVP_PKEY_free(s->key);
}

static bool add_extension(X509 *to, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, to, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    const bool good = extension && X509_add_ext(to, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return good;
}

static bool set_names(X509 *to, X509 *issuer, const char *name) {
    X509_NAME *subject = X509_get_subject_name(to);
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(to, X509_get_subject_name(issuer)) == 1;
}

/* A key and its certificate by `authority`, or by itself when that is NULL. */
static bool make_signed(signed_key *out, const signed_key *authority, long serial, const char *name,
                        const char *alternatives) {
    out->key = EVP_EC_gen("P-256");
    out->certificate = X509_new();
    X509 *own = out->certificate;
    if (!out->key || !own) return false;
    X509 *issuer = authority ? authority->certificate : own;
    return X509_set_version(own, 2) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(own), serial) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(own), -LIFE_S) &&
           X509_gmtime_adj(X509_getm_notAfter(own), LIFE_S) && set_names(own, issuer, name) &&
           X509_set_pubkey(own, out->key) == 1 &&
           add_extension(own, issuer, NID_subject_key_identifier, "hash") &&
           add_extension(own, issuer, NID_authority_key_identifier, "keyid:always") &&
           (authority ? add_extension(own, issuer, NID_subject_alt_name, alternatives)
                      : add_extension(own, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
                            add_extension(own, issuer, NID_key_usage, "critical,keyCertSign")) &&
           X509_sign(own, authority ? authority->key : out->key, EVP_sha256()) > 0;
}

static SSL_CTX *make_context(const signed_key *s) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) return NULL;
    if (SSL_CTX_use_certificate(context, s->certificate) == 1 &&
        SSL_CTX_use_PrivateKey(context, s->key) == 1)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static fiat_status write_authority(fiat__certificates *out, X509 *authority, fiat_error *err) {
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir) dir = "/tmp";
    char path[sizeof out->ca_file];
    const int len = snprintf(path, sizeof path, "%s/fiat-mock-ca-XXXXXX", dir);
    if (len < 0 || (size_t)len >= sizeof path)
        return fiat__err_set(err, FIAT_E_IO, "mock: TMPDIR is too long: %s", dir);
    const int fd = mkstemp(path);
    if (fd < 0) return fiat__err_sys(err, errno, "mock: cannot make a file below %s", dir);
    fiat__err_copy(out->ca_file, sizeof out->ca_file, path, (size_t)len); /* from here deinit's */
    FILE *file = fdopen(fd, "w");
    if (!file) close(fd);
    bool good = file && PEM_write_X509(file, authority) == 1;
    if (file && fclose(file) != 0) good = false;
    return good ? FIAT_OK : fiat__err_sys(err, errno, "mock: cannot write %s", path);
}

fiat_status fiat__certificates_init(fiat__certificates *out, fiat_error *err) {
    signed_key authority = {0}, right = {0}, wrong = {0};
    fiat_status status = FIAT_OK;
    if (!make_signed(&authority, NULL, 1, AUTHORITY, NULL) ||
        !make_signed(&right, &authority, 2, "localhost", "DNS:localhost,IP:127.0.0.1") ||
        !make_signed(&wrong, &authority, 3, WRONG_NAME, "DNS:" WRONG_NAME) ||
        !(out->right = make_context(&right)) || !(out->wrong = make_context(&wrong)))
        status = fiat__err_set(err, FIAT_E_NOMEM, "mock: OpenSSL cannot make a certificate");
    if (status == FIAT_OK) status = write_authority(out, authority.certificate, err);
    free_signed(&authority);
    free_signed(&right);
    free_signed(&wrong);
    return status;
}

void fiat__certificates_deinit(fiat__certificates *certificates) {
    SSL_CTX_free(certificates->right);
    SSL_CTX_free(certificates->wrong);
    if (*certificates->ca_file) unlink(certificates->ca_file);
}
