/* What all providers share: the cache, its lock, and the wiping of secrets. */
#include "aws/credentials.h"
#include "aws/credentials_provider.h"
#include "base/error.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <string.h>

/* Fetch anew this long before expiry, so that no request meets it; SDKs do the same. */
#define REFRESH_AHEAD_MS (5 * 60 * 1000)
/* When that fails and the old credentials still hold: next try after this. */
#define REFRESH_RETRY_MS (10 * 1000)
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

static fiat_status copy_credentials(fiat__aws_credentials *to, const fiat__aws_credentials *from,
                                    fiat_error *err) {
    char *token = NULL;
    if (from->session_token) {
        token = fiat__strdup(from->session_token);
        if (!token) return fiat__err_nomem(err);
    }
    *to = *from;
    to->session_token = token;
    return FIAT_OK;
}

/* Printable ASCII without blanks: it goes into a header line. */
static bool is_header_text(const char *text, const char *except) {
    for (; *text; text++)
        if (*text <= ' ' || *text > '~' || strchr(except, *text)) return false;
    return true;
}

static fiat_status check_key(const char *name, const char *text, size_t size, const char *except,
                             fiat_error *err) {
    if (strlen(text) >= size)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s is longer than %zu bytes", name,
                             size - 1);
    if (!is_header_text(text, except))
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

void *fiat__aws_credentials_provider_new(size_t bytes, const fiat__aws_credentials_vtable *vtable,
                                         const fiat__clock *clock) {
    fiat__aws_credentials_provider *provider = fiat__calloc(1, bytes);
    if (!provider) return NULL;
    provider->vtable = vtable;
    provider->clock = clock ? clock : &fiat__clock_system;
    fiat__mutex_init(&provider->mutex);
    return provider;
}

void fiat__aws_credentials_provider_release(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_deinit(&provider->cached);
    fiat__mutex_deinit(&provider->mutex);
    fiat__free(provider);
}

void fiat__aws_credentials_provider_free(fiat__aws_credentials_provider *provider) {
    if (provider) provider->vtable->free(provider);
}

static void drop_cached(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_deinit(&provider->cached);
    provider->has_cached = false;
    provider->next_try_ms = 0;
}

static bool is_fresh(const fiat__aws_credentials_provider *provider, int64_t now_ms) {
    return provider->has_cached &&
           (provider->cached.expires_ms == INT64_MAX ||
            now_ms < provider->cached.expires_ms - REFRESH_AHEAD_MS ||
            (now_ms < provider->cached.expires_ms && now_ms < provider->next_try_ms));
}

/* @locks the provider's mutex is held */
static fiat_status bring_up_to_date(fiat__aws_credentials_provider *provider, fiat_error *err) {
    int64_t now_ms = fiat__wall_ms(provider->clock);
    if (is_fresh(provider, now_ms)) return FIAT_OK;
    fiat__aws_credentials fetched;
    memset(&fetched, 0, sizeof fetched);
    fiat_status status = provider->vtable->fetch(provider, &fetched, err);
    if (status == FIAT_OK) {
        drop_cached(provider);
        provider->cached = fetched;
        provider->has_cached = true;
        OPENSSL_cleanse(&fetched, sizeof fetched);
        return FIAT_OK;
    }
    fiat__aws_credentials_deinit(&fetched);
    if (provider->has_cached && now_ms < provider->cached.expires_ms) {
        provider->next_try_ms = now_ms + REFRESH_RETRY_MS;
        return FIAT_OK;
    }
    return status;
}

fiat_status fiat__aws_credentials_get(fiat__aws_credentials_provider *provider,
                                      fiat__aws_credentials *out, fiat_error *err) {
    memset(out, 0, sizeof *out);
    fiat__mutex_lock(&provider->mutex);
    fiat_status status = bring_up_to_date(provider, err);
    if (status == FIAT_OK) status = copy_credentials(out, &provider->cached, err);
    fiat__mutex_unlock(&provider->mutex);
    if (status == FIAT_E_NOT_FOUND) { /* a provider that stands alone, outside a chain */
        fiat__err_wrap(err, status, "no AWS credentials: %s", provider->vtable->name);
        if (err) err->status = FIAT_E_AWS_CREDENTIALS;
        status = FIAT_E_AWS_CREDENTIALS;
    }
    if (err && status == FIAT_E_AWS_CREDENTIALS) err->flags |= FIAT_ERRF_AUTH | FIAT_ERRF_OPERATOR;
    return status;
}

void fiat__aws_credentials_refresh(fiat__aws_credentials_provider *provider) {
    fiat__mutex_lock(&provider->mutex);
    drop_cached(provider);
    fiat__mutex_unlock(&provider->mutex);
}
