/* Reading and renewing the cached token. Nothing is kept here: the file is the state, shared with
 * AWS's other tools.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html */
#include "aws/sso_token.h"
#include "aws/fetch.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "json/doc.h"
#include "json/writer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>

#define FILE_MAX_BYTES (64 * 1024)
#define TIMEOUT_MS     10000
#define ATTEMPTS       3
#define PAUSE_MS       500
/* Renewed this long before it expires, as AWS's command line does. */
#define RENEW_AHEAD_MS ((int64_t)15 * 60 * 1000)

void fiat__sso_login_command(char *out, size_t size, const fiat__sso_session *session) {
    if (session->name)
        snprintf(out, size, "aws sso login --sso-session %.64s", session->name);
    else
        snprintf(out, size, "aws sso login");
}

fiat_status fiat__sso_endpoint(const fiat__aws_search *search, const fiat__sso_session *session,
                               const char *service, const char *path, fiat__aws_endpoint *endpoint,
                               fiat__buf *url, fiat_error *err) {
    const fiat__aws_endpoint_opts opts = {.service = service,
                                          .region = session->region,
                                          .fips = search->opts->fips,
                                          .dualstack = search->opts->dualstack};
    fiat_status status = fiat__aws_endpoint_resolve(endpoint, &opts, err);
    if (status != FIAT_OK) return status;
    size_t len = strlen(endpoint->url);
    fiat__buf_append(url, endpoint->url, endpoint->url[len - 1] == '/' ? len - 1 : len);
    fiat__buf_append_c(url, path);
    return fiat__buf_status(url, err);
}

/* ~/.aws/sso/cache/HASH.json: of the session's name, else of the start URL. */
static fiat_status find_path(char **out, const fiat__sso_session *session, fiat_error *err) {
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1], name[128];
    const char *key = session->name ? session->name : session->start_url;
    const char *home = fiat__aws_env("HOME");
    *out = NULL;
    if (!home)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "HOME is not set, below which the token of the login lies");
    fiat__fence_enter();
    const int hashed = EVP_Digest(key, strlen(key), hash, &len, EVP_sha1(), NULL);
    fiat__fence_leave();
    if (!hashed) return fiat__err_nomem(err);
    fiat__hex_write(hex, hash, len);
    snprintf(name, sizeof name, ".aws/sso/cache/%.40s.json", hex);
    *out = fiat__path_join(home, name);
    return *out ? FIAT_OK : fiat__err_nomem(err);
}

static void wipe(fiat__buf *secret) {
    if (secret->ptr) OPENSSL_cleanse(secret->ptr, secret->cap);
    fiat__buf_deinit(secret);
}

static fiat_status read_file(const char *path, fiat__doc **doc, fiat_error *err) {
    fiat__buf text;
    *doc = NULL;
    fiat__buf_init(&text, FILE_MAX_BYTES);
    /* At once, so that no growth leaves a copy behind. */
    fiat_status status = fiat__buf_reserve(&text, FILE_MAX_BYTES) ? FIAT_OK : fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__file_read(path, &text, err);
    if (status == FIAT_OK) {
        status = fiat__doc_parse(doc, fiat__buf_str(&text), NULL);
        if (status == FIAT_E_NOMEM)
            fiat__err_nomem(err);
        else if (status != FIAT_OK) /* without the reader's words, which may quote the text */
            fiat__err_set(err, status, "%s is no JSON", path);
    }
    wipe(&text);
    return status;
}

static const char *text_of(const fiat__doc *doc, const char *name) {
    const char *text = NULL;
    return fiat__doc_string(fiat__doc_get(doc, name), &text) && *text ? text : NULL;
}

static bool time_of(const fiat__doc *doc, const char *name, int64_t *epoch_ms) {
    const char *text = text_of(doc, name);
    return text && fiat__rfc3339_read(text, strlen(text), epoch_ms);
}

static void write_member(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

static bool can_renew(const fiat__doc *old, int64_t now_ms) {
    int64_t until_ms;
    return text_of(old, "refreshToken") && text_of(old, "clientId") &&
           text_of(old, "clientSecret") && time_of(old, "registrationExpiresAt", &until_ms) &&
           now_ms < until_ms;
}

static fiat_status request_token(const fiat__aws_search *search, const fiat__sso_session *session,
                                 const fiat__doc *old, fiat__doc **reply_doc, fiat_error *err) {
    fiat__aws_endpoint endpoint;
    fiat__buf body, url;
    fiat__fetch_reply reply;
    bool first = true;
    *reply_doc = NULL;
    fiat__buf_init(&url, sizeof endpoint.url + 8);
    fiat__buf_init(&body, FILE_MAX_BYTES);
    fiat_status status =
        fiat__sso_endpoint(search, session, "sso-oidc", "/token", &endpoint, &url, err);
    fiat__buf_reserve(&body, FILE_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    write_member(&body, &first, "clientId", text_of(old, "clientId"));
    write_member(&body, &first, "clientSecret", text_of(old, "clientSecret"));
    write_member(&body, &first, "grantType", "refresh_token");
    write_member(&body, &first, "refreshToken", text_of(old, "refreshToken"));
    fiat__buf_append_char(&body, '}');
    const fiat__fetch_request request = {.method = "POST",
                                         .url = fiat__buf_cstr(&url),
                                         .name = endpoint.host_header,
                                         .content_type = "application/json",
                                         .body = fiat__buf_str(&body),
                                         .endpoint = &endpoint,
                                         .timeout_ms = TIMEOUT_MS,
                                         .max_attempts = ATTEMPTS,
                                         .pause_ms = PAUSE_MS};
    if (status == FIAT_OK) status = fiat__buf_status(&body, err);
    if (status == FIAT_OK) {
        status = fiat__fetch(search, &request, &reply, err);
        if (status == FIAT_OK)
            status = fiat__fetch_reply_json(&reply, "renewing the token", reply_doc, err);
        fiat__fetch_reply_deinit(&reply);
    }
    wipe(&body);
    fiat__buf_deinit(&url);
    return status;
}

/* In the form that AWS's tools read. A file that cannot be written costs a renewal each time, and
 * a refresh token that serves once its future; the token at hand is good all the same. */
static fiat_status save(const char *path, const fiat__sso_session *session, const fiat__doc *old,
                        const fiat__doc *fresh, int64_t expires_ms, fiat_error *err) {
    fiat__buf text;
    char time[FIAT__RFC3339_LEN + 1];
    bool first = true;
    const char *refresh = text_of(fresh, "refreshToken");
    fiat__rfc3339_write(time, expires_ms);
    memcpy(time + 19, "Z", 2); /* without the fraction */
    fiat__buf_init(&text, FILE_MAX_BYTES);
    fiat__buf_reserve(&text, FILE_MAX_BYTES);
    fiat__buf_append_char(&text, '{');
    write_member(&text, &first, "startUrl", session->start_url);
    write_member(&text, &first, "region", session->region);
    write_member(&text, &first, "accessToken", text_of(fresh, "accessToken"));
    write_member(&text, &first, "expiresAt", time);
    write_member(&text, &first, "clientId", text_of(old, "clientId"));
    write_member(&text, &first, "clientSecret", text_of(old, "clientSecret"));
    write_member(&text, &first, "registrationExpiresAt", text_of(old, "registrationExpiresAt"));
    if (refresh) write_member(&text, &first, "refreshToken", refresh);
    fiat__buf_append_char(&text, '}');
    fiat_status status = fiat__buf_status(&text, err);
    if (status == FIAT_OK) status = fiat__file_replace_private(path, fiat__buf_str(&text), err);
    wipe(&text);
    return status;
}

/* *doc is replaced by the reply. Any failure leaves the old token, which may still serve. */
static fiat_status renew(const fiat__aws_search *search, const fiat__sso_session *session,
                         const char *path, fiat__doc **doc, int64_t *expires_ms, fiat_error *err) {
    fiat__doc *fresh;
    int64_t lifetime_s;
    fiat_status status = request_token(search, session, *doc, &fresh, err);
    if (status != FIAT_OK) return status;
    if (!text_of(fresh, "accessToken") ||
        !fiat__doc_integer(fiat__doc_get(fresh, "expiresIn"), &lifetime_s) || lifetime_s < 0 ||
        lifetime_s > INT32_MAX) {
        fiat__doc_free_secret(fresh);
        return fiat__err_set(err, FIAT_E_AWS_REPLY,
                             "renewing the token: the reply has no accessToken or expiresIn");
    }
    *expires_ms = fiat__wall_ms(search->clock) + lifetime_s * 1000;
    (void)save(path, session, *doc, fresh, *expires_ms, NULL);
    fiat__doc_free_secret(*doc);
    *doc = fresh;
    return FIAT_OK;
}

static fiat_status use(const fiat__aws_search *search, const fiat__sso_session *session,
                       const char *path, fiat__doc **doc, fiat__buf *token, fiat_error *err) {
    char login[128];
    int64_t expires_ms, now_ms = fiat__wall_ms(search->clock);
    fiat_error why = FIAT_ERROR_INIT;
    fiat__sso_login_command(login, sizeof login, session);
    if (!text_of(*doc, "accessToken") || !time_of(*doc, "expiresAt", &expires_ms))
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "%s has no accessToken or expiresAt; run `%s`", path, login);
    if (session->name && expires_ms - now_ms < RENEW_AHEAD_MS && can_renew(*doc, now_ms)) {
        fiat_status status = renew(search, session, path, doc, &expires_ms, &why);
        if (status == FIAT_E_NOMEM || status == FIAT_E_CLOSED) {
            fiat__err_assign(err, &why);
            return status;
        }
    }
    if (expires_ms <= now_ms) {
        fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "the login has expired; run `%s`%s%.100s", login,
                      *why.message ? "; " : "", why.message);
        if (err) err->flags |= why.flags & FIAT_ERRF_RETRYABLE; /* renewing it may yet succeed */
        return FIAT_E_AWS_CREDENTIALS;
    }
    fiat__buf_append_c(token, text_of(*doc, "accessToken"));
    return fiat__buf_status(token, err);
}

fiat_status fiat__sso_token_get(const fiat__aws_search *search, const fiat__sso_session *session,
                                fiat__buf *token, fiat_error *err) {
    char *path, login[128];
    fiat__doc *doc = NULL;
    fiat_status status = find_path(&path, session, err);
    if (status == FIAT_OK) status = read_file(path, &doc, err);
    if (status == FIAT_E_NOT_FOUND) {
        fiat__sso_login_command(login, sizeof login, session);
        status = fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "nobody has logged in; run `%s` (%s)",
                               login, path);
    } else if (status == FIAT_OK) {
        status = use(search, session, path, &doc, token, err);
    }
    fiat__doc_free_secret(doc);
    fiat__free(path);
    return status;
}
