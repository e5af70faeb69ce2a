#include "base/base64.h"
#include "base/base64_kernels.h"
#include "base/error.h"

#include <limits.h>
#include <openssl/evp.h>

size_t fiat__base64_encoded_len(size_t len) {
    return (len / 3 + (len % 3 != 0)) * 4;
}

/* The processor's features are a load and a test away: nothing is kept. */
static const fiat__base64_kernel *pick_kernel(void) {
    const fiat__base64_kernel *kernel = fiat__base64_kernels;
    while (!kernel->runs_here())
        kernel++;
    return kernel;
}

/* What the kernel leaves is OpenSSL's, which writes a NUL behind what it encodes: so the last group
 * goes another way. */
void fiat__base64_write(char *to, const void *bytes, size_t len) {
    unsigned char last[5];
    const unsigned char *from = bytes;
    if (len == 0) return;
    size_t done = pick_kernel()->encode(to, from, len);
    if (done == len) return;
    to += done / 3 * 4;
    size_t groups = (len - done - 1) / 3;
    EVP_EncodeBlock((unsigned char *)to, from + done, (int)(groups * 3));
    done += groups * 3;
    EVP_EncodeBlock(last, from + done, (int)(len - done));
    memcpy(to + groups * 4, last, 4);
}

bool fiat__base64_encode(fiat__buf *out, const void *bytes, size_t len) {
    if (len > INT_MAX / 2) { /* EVP counts in int */
        out->failed = out->too_long = true;
        return false;
    }
    size_t encoded = fiat__base64_encoded_len(len);
    if (!fiat__buf_reserve(out, encoded)) return false;
    fiat__base64_write(out->ptr + out->len, bytes, len);
    out->len += encoded;
    out->ptr[out->len] = '\0';
    return true;
}

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decode four characters, the last `padding` of them '='; false for a character outside the
 * alphabet or unused bits that are not zero. EVP_DecodeBlock() forgives both, so it is not used. */
static bool decode_quad(char *to, const char *quad, size_t padding) {
    int bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? sextet(quad[i]) : 0;
        if (value < 0) return false;
        bits = bits << 6 | value;
    }
    if (padding > 0 && (bits & (padding == 1 ? 0xFF : 0xFFFF)) != 0) return false;
    for (size_t i = 0; i < 3 - padding; i++)
        to[i] = (char)(unsigned char)(bits >> (16 - 8 * i));
    return true;
}

fiat_status fiat__base64_decode(fiat__buf *out, fiat__str text, fiat_error *err) {
    if (text.len == 0) return FIAT_OK;
    if (text.len % 4 != 0)
        return fiat__err_set(err, FIAT_E_ARG, "base64 of %zu bytes: not a multiple of 4", text.len);
    size_t padding = text.ptr[text.len - 1] != '=' ? 0 : text.ptr[text.len - 2] != '=' ? 1 : 2;
    size_t decoded = text.len / 4 * 3 - padding;
    if (!fiat__buf_reserve(out, decoded)) return fiat__buf_status(out, err);
    char *to = out->ptr + out->len;
    for (size_t at = 0; at < text.len; at += 4, to += 3) {
        if (decode_quad(to, text.ptr + at, at + 4 == text.len ? padding : 0)) continue;
        out->ptr[out->len] = '\0'; /* as before the call */
        return fiat__err_set(err, FIAT_E_ARG, "not base64 (RFC 4648 section 4) near byte %zu", at);
    }
    out->len += decoded;
    out->ptr[out->len] = '\0';
    return FIAT_OK;
}
