#include "sink_tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#define VALID_S          (24 * 60 * 60)
#define READ_AHEAD_BYTES (128 * 1024)

static int add_extension(X509 *cert, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    int ok = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

/* Signed by itself: it is its own authority. */
static X509 *make_certificate(EVP_PKEY *key) {
    X509 *cert = X509_new();
    if (!cert) return NULL;
    X509_NAME *name = X509_get_subject_name(cert);
    if (X509_set_version(cert, X509_VERSION_3) &&
        ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -VALID_S) &&
        X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   (const unsigned char *)"fiat benchmark", -1, -1, 0) &&
        X509_set_issuer_name(cert, name) && X509_set_pubkey(cert, key) &&
        add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(cert, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") &&
        X509_sign(cert, key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

static int write_certificate(const char *path, X509 *cert) {
    FILE *file = fopen(path, "w");
    if (!file) return 0;
    int ok = PEM_write_X509(file, cert);
    return fclose(file) == 0 && ok;
}

SSL_CTX *bench_tls_new(const char *ca_file) {
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? make_certificate(key) : NULL;
    /* AES-128-GCM first, as the front ends of AWS choose. */
    int ok = tls && cert && write_certificate(ca_file, cert) &&
             SSL_CTX_use_certificate(tls, cert) && SSL_CTX_use_PrivateKey(tls, key) &&
             SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384") &&
             SSL_CTX_set_options(tls, SSL_OP_CIPHER_SERVER_PREFERENCE);
    X509_free(cert);
    EVP_PKEY_free(key);
    if (!ok) {
        SSL_CTX_free(tls);
        return NULL;
    }
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_default_read_buffer_len(tls, READ_AHEAD_BYTES);
    return tls;
}
