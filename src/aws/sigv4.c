/* From a canonical request to the Authorization header. Stateless; any thread. Keys derived on the
 * way are wiped. */
#include "aws/sigv4.h"
#include "aws/sigv4_canonical.h"
#include "base/error.h"
#include "base/hash.h"

#include <openssl/crypto.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

static fiat__str key_of(const unsigned char key[FIAT__SHA256_BYTES]) {
    return fiat__str_of((const char *)key, FIAT__SHA256_BYTES);
}

void fiat__sigv4_credential_scope(fiat__buf *out, const fiat__sigv4_scope *scope) {
    char time[17];
    fiat__basic_time_write(time, scope->time_ms);
    fiat__buf_printf(out, "%.8s/%s/%s/aws4_request", time, scope->region, scope->service);
}

fiat_status fiat__sigv4_string_to_sign(fiat__buf *out, fiat__str canonical_request,
                                       const fiat__sigv4_scope *scope, fiat_error *err) {
    unsigned char hash[FIAT__SHA256_BYTES];
    char time[17], hex[2 * FIAT__SHA256_BYTES + 1];
    fiat_status status = fiat__sha256(hash, canonical_request, err);
    if (status != FIAT_OK) return status;
    fiat__hex_write(hex, hash, sizeof hash);
    fiat__basic_time_write(time, scope->time_ms);
    fiat__buf_printf(out, ALGORITHM "\n%s\n", time);
    fiat__sigv4_credential_scope(out, scope);
    fiat__buf_printf(out, "\n%s", hex);
    return fiat__buf_status(out, err);
}

/* HMAC chain over date, region, service and the fixed end. */
static fiat_status derive_key(unsigned char key[FIAT__SHA256_BYTES], const char *secret_access_key,
                              const fiat__sigv4_scope *scope, fiat_error *err) {
    char time[17], first[512];
    size_t secret_len = strlen(secret_access_key);
    if (secret_len > sizeof first - 4)
        return fiat__err_set(err, FIAT_E_ARG, "secret access key is over %zu bytes long",
                             sizeof first - 4);
    memcpy(first, "AWS4", 4);
    memcpy(first + 4, secret_access_key, secret_len);
    fiat__basic_time_write(time, scope->time_ms);
    const fiat__str steps[] = {fiat__str_of(time, 8), fiat__str_c(scope->region),
                               fiat__str_c(scope->service), fiat__str_c("aws4_request")};
    unsigned char last[FIAT__SHA256_BYTES];
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == FIAT_OK; i++) {
        fiat__str with = i == 0 ? fiat__str_of(first, 4 + secret_len) : key_of(last);
        status = fiat__hmac_sha256(key, with, steps[i], err);
        memcpy(last, key, sizeof last);
    }
    OPENSSL_cleanse(first, sizeof first);
    OPENSSL_cleanse(last, sizeof last);
    return status;
}

fiat_status fiat__sigv4_signature(char out[65], const char *secret_access_key,
                                  const fiat__sigv4_scope *scope, fiat__str string_to_sign,
                                  fiat_error *err) {
    unsigned char key[FIAT__SHA256_BYTES] = {0}, signature[FIAT__SHA256_BYTES];
    fiat_status status = derive_key(key, secret_access_key, scope, err);
    if (status == FIAT_OK) status = fiat__hmac_sha256(signature, key_of(key), string_to_sign, err);
    if (status == FIAT_OK) fiat__hex_write(out, signature, sizeof signature);
    OPENSSL_cleanse(key, sizeof key);
    return status;
}

fiat_status fiat__sigv4_authorization(fiat__buf *out, const fiat__sigv4_request *request,
                                      const fiat__sigv4_scope *scope,
                                      const fiat__aws_credentials *credentials, fiat_error *err) {
    fiat__buf canonical, to_sign;
    char signature[65];
    fiat__buf_init(&canonical, FIAT__SIGV4_MAX_CANONICAL_BYTES);
    fiat__buf_init(&to_sign, FIAT__SIGV4_MAX_CANONICAL_BYTES);
    fiat_status status = fiat__sigv4_canonical_request(&canonical, request, err);
    if (status == FIAT_OK)
        status = fiat__sigv4_string_to_sign(&to_sign, fiat__buf_str(&canonical), scope, err);
    if (status == FIAT_OK)
        status = fiat__sigv4_signature(signature, credentials->secret_access_key, scope,
                                       fiat__buf_str(&to_sign), err);
    if (status != FIAT_OK) goto out;
    fiat__buf_printf(out, ALGORITHM " Credential=%s/", credentials->access_key_id);
    fiat__sigv4_credential_scope(out, scope);
    fiat__buf_append_c(out, ", SignedHeaders=");
    status = fiat__sigv4_signed_headers(out, request, err);
    fiat__buf_printf(out, ", Signature=%s", signature);
    if (status == FIAT_OK) status = fiat__buf_status(out, err);
out:
    /* The canonical request quotes x-amz-security-token. */
    if (canonical.ptr) OPENSSL_cleanse(canonical.ptr, canonical.cap);
    fiat__buf_deinit(&canonical);
    fiat__buf_deinit(&to_sign);
    return status;
}
