/* No state; any thread. */
#include "base/hash.h"
#include "base/error.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/* What is made of a source is hashed while it is in the processor's first cache. */
#define SOURCE_PIECE_BYTES (8 * 1024)

fiat_status fiat__sha256(unsigned char out[FIAT__SHA256_BYTES], fiat__str data, fiat_error *err) {
    if (EVP_Digest(data.ptr ? data.ptr : "", data.len, out, NULL, EVP_sha256(), NULL) != 1)
        return fiat__err_nomem(err);
    return FIAT_OK;
}

fiat_status fiat__sha256_source(unsigned char out[FIAT__SHA256_BYTES], const fiat__source *source,
                                fiat_error *err) {
    char piece[SOURCE_PIECE_BYTES];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;
    size_t len;
    source->rewind(source->ctx);
    while (good && (len = source->read(source->ctx, piece, sizeof piece)) > 0)
        good = EVP_DigestUpdate(ctx, piece, len) == 1;
    good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return good ? FIAT_OK : fiat__err_nomem(err);
}

fiat_status fiat__hmac_sha256(unsigned char out[FIAT__SHA256_BYTES], fiat__str key, fiat__str data,
                              fiat_error *err) {
    if (key.len > INT_MAX) return fiat__err_set(err, FIAT_E_ARG, "HMAC key too long");
    const char *key_ptr = key.ptr ? key.ptr : "", *data_ptr = data.ptr ? data.ptr : "";
    if (!HMAC(EVP_sha256(), key_ptr, (int)key.len, (const unsigned char *)data_ptr, data.len, out,
              NULL))
        return fiat__err_nomem(err);
    return FIAT_OK;
}

void fiat__hex_write(char *out, const unsigned char *bytes, size_t len) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

bool fiat__equal_ct(fiat__str a, fiat__str b) {
    if (a.len == 0) return b.len == 0;
    return a.len == b.len && CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}
