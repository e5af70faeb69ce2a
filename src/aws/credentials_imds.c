/* Credentials of the role of an EC2 instance, from its metadata service, version 2: a session token
 * is asked for by PUT, which a tricked proxy or web application does not forward, and goes with
 * every question. Version 1, without the token, only where it is asked for.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
#include "aws/credentials_provider.h"
#include "aws/fetch.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/doc.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define TOKEN_PATH        "/latest/api/token"
#define ROLE_PATH         "/latest/meta-data/iam/security-credentials/"
#define TOKEN_TTL_S       "21600"
#define TOKEN_MAX_BYTES   1024
#define ROLE_MAX_BYTES    64 /* IAM's limit for names of roles */
#define DEFAULT_TIMEOUT_S 1  /* of AWS's SDKs, as the number of attempts */
#define DEFAULT_ATTEMPTS  1
#define PAUSE_MS          200

/* A service in trouble lends out credentials that are about to expire, or have. They are used all
 * the same, and asked for again after some minutes: "static stability", as in AWS's SDKs. */
#define STABLE_AHEAD_MS  ((int64_t)15 * 60 * 1000)
#define STABLE_JITTER_MS (5 * 60 * 1000)

typedef struct metadata {
    const fiat__aws_search *search;
    char base[256]; /* URL without a slash at its end */
    uint32_t timeout_ms, attempts;
    bool allow_v1;
    bool named;                      /* the URL is a setting, so that somebody should be there */
    char token[TOKEN_MAX_BYTES + 1]; /* "": version 1 */
} metadata;

/* A number of the environment, from 1 to max. */
static fiat_status read_number(const char *variable, const char *of_profile, uint32_t usual,
                               uint32_t max, uint32_t *out, fiat_error *err) {
    const char *text = fiat__aws_env(variable);
    if (!text) text = of_profile;
    *out = usual;
    if (!text) return FIAT_OK;
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < 1 || value > max)
        return fiat__err_set(err, FIAT_E_CONFIG, "%s must be a whole number in 1..%u", variable,
                             max);
    *out = (uint32_t)value;
    return FIAT_OK;
}

static fiat_status set_base(metadata *m, const char *url, fiat_error *err) {
    fiat__aws_endpoint endpoint;
    fiat_status status =
        fiat__aws_endpoint_parse(&endpoint, url, "AWS_EC2_METADATA_SERVICE_ENDPOINT", err);
    if (status != FIAT_OK) return status;
    size_t len = strlen(endpoint.url);
    if (endpoint.url[len - 1] == '/') len--;
    if (len >= sizeof m->base)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT is longer than %zu bytes",
                             sizeof m->base - 1);
    fiat__err_copy(m->base, sizeof m->base, endpoint.url, len);
    return FIAT_OK;
}

static const char *either(const char *variable, const fiat__aws_profile *profile,
                          fiat__aws_profile_key key) {
    const char *value = fiat__aws_env(variable);
    return value ? value : profile->values[key];
}

static fiat_status configure(metadata *m, const fiat__aws_profile *profile, fiat_error *err) {
    const char *endpoint =
        either("AWS_EC2_METADATA_SERVICE_ENDPOINT", profile, FIAT__PROFILE_METADATA_ENDPOINT);
    const char *mode = either("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", profile,
                              FIAT__PROFILE_METADATA_ENDPOINT_MODE);
    const char *no_v1 =
        either("AWS_EC2_METADATA_V1_DISABLED", profile, FIAT__PROFILE_METADATA_V1_DISABLED);
    uint32_t timeout_s;
    m->named = endpoint != NULL;
    m->allow_v1 = no_v1 && strcasecmp(no_v1, "false") == 0;
    if (mode && strcasecmp(mode, "ipv4") != 0 && strcasecmp(mode, "ipv6") != 0)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6");
    fiat_status status =
        read_number("AWS_METADATA_SERVICE_TIMEOUT", profile->values[FIAT__PROFILE_METADATA_TIMEOUT],
                    DEFAULT_TIMEOUT_S, 300, &timeout_s, err);
    if (status == FIAT_OK)
        status = read_number("AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                             profile->values[FIAT__PROFILE_METADATA_ATTEMPTS], DEFAULT_ATTEMPTS,
                             100, &m->attempts, err);
    m->timeout_ms = timeout_s * 1000;
    if (status != FIAT_OK) return status;
    if (!endpoint)
        endpoint = mode && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
                                                         : "http://169.254.169.254";
    return set_base(m, endpoint, err);
}

static fiat_status get(const metadata *m, const char *path, const char *name,
                       fiat__fetch_reply *reply, fiat_error *err) {
    char url[512];
    const fiat__fetch_header token = {"X-aws-ec2-metadata-token", m->token};
    snprintf(url, sizeof url, "%s%s%s", m->base, path, name);
    const fiat__fetch_request request = {.method = "GET",
                                         .url = url,
                                         .name = m->base,
                                         .headers = &token,
                                         .header_count = *m->token ? 1 : 0,
                                         .timeout_ms = m->timeout_ms,
                                         .max_attempts = m->attempts,
                                         .pause_ms = PAUSE_MS};
    return fiat__fetch(m->search, &request, reply, err);
}

/* It says nothing; but one in trouble may have something to say later. */
static fiat_status refuse(fiat_status status, const fiat__fetch_reply *reply, fiat_error *err) {
    if (!fiat__fetch_status_may_pass(reply->http_status)) return status;
    if (err) err->flags |= FIAT_ERRF_RETRYABLE;
    return FIAT_E_AWS_CREDENTIALS;
}

static fiat_status take_token(metadata *m, const fiat__fetch_reply *reply, fiat_error *err) {
    if (reply->http_status != 200)
        return refuse(fiat__err_set(err, FIAT_E_NOT_FOUND, "%s: no token (HTTP %d%s)", m->base,
                                    reply->http_status,
                                    reply->http_status == 403 ? ": switched off" : ""),
                      reply, err);
    if (reply->body.len == 0 || reply->body.len > TOKEN_MAX_BYTES ||
        !fiat__aws_is_header_text(fiat__buf_str(&reply->body), ""))
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s gave something that is no token",
                             m->base);
    memcpy(m->token, reply->body.ptr, reply->body.len);
    return FIAT_OK;
}

/* Only a server that knows nothing of tokens, or does not answer to them, is asked without. */
static bool may_fall_back(const metadata *m, fiat_status status, const fiat__fetch_reply *reply) {
    if (!m->allow_v1) return false;
    if (status == FIAT_E_NETWORK) return true;
    return status == FIAT_OK &&
           (reply->http_status == 403 || reply->http_status == 404 || reply->http_status == 405);
}

/* At AWS's own address: no such service here, as far as one can tell. */
static fiat_status no_answer(const metadata *m, fiat_error *err) {
    fiat_status status = fiat__err_set(err, m->named ? FIAT_E_AWS_CREDENTIALS : FIAT_E_NOT_FOUND,
                                       "%s: no answer (hop limit too low?)", m->base);
    if (err) err->flags |= FIAT_ERRF_RETRYABLE;
    return status;
}

static fiat_status get_token(metadata *m, fiat_error *err) {
    char url[512];
    fiat__fetch_reply reply;
    const fiat__fetch_header ttl = {"X-aws-ec2-metadata-token-ttl-seconds", TOKEN_TTL_S};
    snprintf(url, sizeof url, "%s%s", m->base, TOKEN_PATH);
    const fiat__fetch_request request = {.method = "PUT",
                                         .url = url,
                                         .name = m->base,
                                         .headers = &ttl,
                                         .header_count = 1,
                                         .timeout_ms = m->timeout_ms,
                                         .max_attempts = m->attempts,
                                         .pause_ms = PAUSE_MS};
    fiat_status status = fiat__fetch(m->search, &request, &reply, err);
    if (may_fall_back(m, status, &reply))
        status = FIAT_OK;
    else if (status == FIAT_OK)
        status = take_token(m, &reply, err);
    else if (status == FIAT_E_NETWORK)
        status = no_answer(m, err);
    fiat__fetch_reply_deinit(&reply);
    return status;
}

static fiat_status get_role(const metadata *m, char role[ROLE_MAX_BYTES + 1], fiat_error *err) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_+=,.@-";
    fiat__fetch_reply reply;
    fiat_status status = get(m, ROLE_PATH, "", &reply, err);
    if (status == FIAT_OK && reply.http_status != 200) {
        status = refuse(fiat__err_set(err, FIAT_E_NOT_FOUND,
                                      "%s: the instance has no role (HTTP status %d)", m->base,
                                      reply.http_status),
                        &reply, err);
    } else if (status == FIAT_OK) {
        const char *text = fiat__buf_cstr(&reply.body);
        size_t len = strspn(text, letters);
        if (len == 0 || len > ROLE_MAX_BYTES || (text[len] && text[len] != '\n'))
            status = fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                                   "%s gave something that is no name of a role", m->base);
        else
            fiat__err_copy(role, ROLE_MAX_BYTES + 1, text, len);
    }
    fiat__fetch_reply_deinit(&reply);
    return status;
}

static void make_stable(const metadata *m, fiat__aws_credentials *out) {
    int64_t now_ms = fiat__wall_ms(m->search->clock);
    out->outlives = true;
    if (out->expires_ms < now_ms + STABLE_AHEAD_MS)
        out->expires_ms = now_ms + STABLE_AHEAD_MS + (int64_t)fiat__random_below(STABLE_JITTER_MS);
}

static fiat_status get_keys(const metadata *m, const char *role, fiat__aws_credentials *out,
                            fiat_error *err) {
    static const fiat__aws_key_names names = {"AccessKeyId", "SecretAccessKey", "Token",
                                              "Expiration"};
    fiat__fetch_reply reply;
    fiat__doc *doc = NULL;
    fiat_status status = get(m, ROLE_PATH, role, &reply, err);
    if (status == FIAT_OK) status = fiat__fetch_reply_json(&reply, m->base, &doc, err);
    const char *code = "Success", *said = "";
    if (status == FIAT_OK) (void)fiat__doc_string(fiat__doc_get(doc, "Code"), &code);
    if (status == FIAT_OK && strcmp(code, "Success") != 0) {
        (void)fiat__doc_string(fiat__doc_get(doc, "Message"), &said);
        status =
            fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "role %s: %.64s: %.128s", role, code, said);
    }
    if (status == FIAT_OK) status = fiat__aws_credentials_read(out, doc, &names, err);
    if (status == FIAT_OK) make_stable(m, out);
    fiat__doc_free_secret(doc);
    fiat__fetch_reply_deinit(&reply);
    return status;
}

static fiat_status ask(metadata *m, fiat__aws_credentials *out, fiat_error *err) {
    char role[ROLE_MAX_BYTES + 1];
    out->provider = "instance metadata";
    fiat_status status = get_token(m, err);
    if (status == FIAT_OK) status = get_role(m, role, err);
    if (status == FIAT_OK) status = get_keys(m, role, out, err);
    OPENSSL_cleanse(m->token, sizeof m->token);
    return status;
}

fiat_status fiat__aws_source_imds(const fiat__aws_search *search, fiat__aws_credentials *out,
                                  fiat_error *err) {
    const char *disabled = fiat__aws_env("AWS_EC2_METADATA_DISABLED");
    if (disabled && strcasecmp(disabled, "true") == 0)
        return fiat__err_set(err, FIAT_E_NOT_FOUND, "AWS_EC2_METADATA_DISABLED is true");
    metadata m = {.search = search};
    fiat__aws_profile profile;
    fiat_status status = fiat__aws_profile_load(&profile, err);
    if (status == FIAT_OK) status = configure(&m, &profile, err);
    fiat__aws_profile_deinit(&profile);
    return status == FIAT_OK ? ask(&m, out, err) : status;
}
