/* What credentials are: checked, copied, wiped. credentials_cache.c keeps them. */
#include "aws/credentials.h"
#include "aws/credentials_provider.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/doc.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* STS recommends to assume no maximum; real tokens stay below 2 KiB, headers of servers below 16.
 */
#define MAX_TOKEN_BYTES (12 * 1024)

static void free_token(char *token) {
    if (token) OPENSSL_cleanse(token, strlen(token));
    fiat__free(token);
}

void fiat__aws_credentials_deinit(fiat__aws_credentials *credentials) {
    free_token(credentials->session_token);
    OPENSSL_cleanse(credentials, sizeof *credentials);
}

bool fiat__aws_is_header_text(fiat__str text, const char *except) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~' || strchr(except, text.ptr[i])) return false;
    return true;
}

const char *fiat__aws_env(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static fiat_status check_key(const char *name, const char *text, size_t size, const char *except,
                             fiat_error *err) {
    if (strlen(text) >= size)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s is longer than %zu bytes", name,
                             size - 1);
    if (!fiat__aws_is_header_text(fiat__str_c(text), except))
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "%s holds a blank or another character that no key has", name);
    return FIAT_OK;
}

fiat_status fiat__aws_credentials_fill(fiat__aws_credentials *out, const char *access_key_id,
                                       const char *secret_access_key, const char *session_token,
                                       const fiat__aws_key_names *names, fiat_error *err) {
    /* '/' and ',' would break the Credential part of the Authorization header. */
    fiat_status status =
        check_key(names->access_key_id, access_key_id, sizeof out->access_key_id, "/,", err);
    if (status == FIAT_OK)
        status = check_key(names->secret_access_key, secret_access_key,
                           sizeof out->secret_access_key, "", err);
    if (status == FIAT_OK && session_token)
        status = check_key(names->session_token, session_token, MAX_TOKEN_BYTES + 1, "", err);
    if (status != FIAT_OK) return status;
    memcpy(out->access_key_id, access_key_id, strlen(access_key_id) + 1);
    memcpy(out->secret_access_key, secret_access_key, strlen(secret_access_key) + 1);
    out->expires_ms = INT64_MAX;
    if (session_token && *session_token) {
        out->session_token = fiat__strdup(session_token);
        if (!out->session_token) return fiat__err_nomem(err);
    }
    return FIAT_OK;
}

static fiat_status read_expiration(fiat__aws_credentials *out, const fiat__doc *node,
                                   const char *name, fiat_error *err) {
    const char *text;
    if (!node || fiat__doc_kind_of(node) == FIAT__DOC_NULL) return FIAT_OK;
    if (fiat__doc_integer(node, &out->expires_ms)) return FIAT_OK;
    if (fiat__doc_string(node, &text) && fiat__rfc3339_read(text, strlen(text), &out->expires_ms))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s is no time such as 2026-11-21T12:00:00Z",
                         name);
}

/* A member that is a text, or NULL. */
static const char *text_of(const fiat__doc *object, const char *name) {
    const char *text = NULL;
    return fiat__doc_string(fiat__doc_get(object, name), &text) && *text ? text : NULL;
}

fiat_status fiat__aws_credentials_read(fiat__aws_credentials *out, const fiat__doc *object,
                                       const fiat__aws_key_names *names, fiat_error *err) {
    const char *id = text_of(object, names->access_key_id);
    const char *secret = text_of(object, names->secret_access_key);
    if (!id || !secret)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "the reply has no %s",
                             id ? names->secret_access_key : names->access_key_id);
    fiat_status status = fiat__aws_credentials_fill(
        out, id, secret, text_of(object, names->session_token), names, err);
    if (status != FIAT_OK) return status;
    return read_expiration(out, fiat__doc_get(object, names->expiration), names->expiration, err);
}
