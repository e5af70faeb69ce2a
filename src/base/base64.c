#include "base/base64.h"
#include "base/error.h"

#include <limits.h>
#include <openssl/evp.h>

size_t fiat__base64_encoded_len(size_t len) {
    return (len / 3 + (len % 3 != 0)) * 4;
}

bool fiat__base64_encode(fiat__buf *out, const void *bytes, size_t len) {
    if (len > INT_MAX / 2) {
        out->failed = true;
        return false;
    }
    size_t encoded = fiat__base64_encoded_len(len);
    if (!fiat__buf_reserve(out, encoded)) return false;
    EVP_EncodeBlock((unsigned char *)out->ptr + out->len, bytes, (int)len);
    out->len += encoded;
    return true;
}

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* EVP_DecodeBlock() forgives white space and stray bits, so the text is checked before. */
static bool is_strict(fiat__str text, size_t padding) {
    for (size_t i = 0; i < text.len - padding; i++)
        if (sextet(text.ptr[i]) < 0) return false;
    if (padding == 0) return true;
    int unused = padding == 1 ? 0x3 : 0xF;
    return (sextet(text.ptr[text.len - padding - 1]) & unused) == 0;
}

fiat_status fiat__base64_decode(fiat__buf *out, fiat__str text, fiat_error *err) {
    if (text.len == 0) return FIAT_OK;
    if (text.len % 4 != 0 || text.len > INT_MAX)
        return fiat__err_set(err, FIAT_E_ARG, "base64 of %zu bytes: not a multiple of 4", text.len);
    size_t padding = text.ptr[text.len - 1] != '=' ? 0 : text.ptr[text.len - 2] != '=' ? 1 : 2;
    if (!is_strict(text, padding))
        return fiat__err_set(err, FIAT_E_ARG, "not base64 (RFC 4648 section 4)");
    size_t decoded = text.len / 4 * 3; /* EVP writes the padding's bytes as well */
    if (!fiat__buf_reserve(out, decoded)) return fiat__buf_status(out, err);
    EVP_DecodeBlock((unsigned char *)out->ptr + out->len, (const unsigned char *)text.ptr,
                    (int)text.len);
    out->len += decoded - padding;
    out->ptr[out->len] = '\0';
    return FIAT_OK;
}
