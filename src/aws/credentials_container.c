/* Credentials of the role of a container, from an address that its environment names: ECS, EKS Pod
 * Identity, and programs beside the application that speak the same protocol.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#include "aws/credentials_provider.h"
#include "aws/fetch.h"
#include "base/error.h"
#include "base/file.h"
#include "json/doc.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <string.h>

#define ECS_HOST        "http://169.254.170.2"
#define TOKEN_MAX_BYTES (16 * 1024)
#define URL_MAX_BYTES   2048
/* As in AWS's SDKs. */
#define TIMEOUT_MS 2000
#define ATTEMPTS   3
#define PAUSE_MS   1000

/* 127.0.0.0/8, ::1, and the addresses of ECS's and EKS's agents. `host` is as libcurl has it: what
 * it will connect to. */
static bool is_allowed_host(const char *host) {
    static const char *const agents[] = {"localhost", "169.254.170.2", "169.254.170.23"};
    char inside[64];
    size_t len = strlen(host);
    struct in_addr v4;
    struct in6_addr v6, agent;
    for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++)
        if (strcmp(host, agents[i]) == 0) return true;
    if (inet_pton(AF_INET, host, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
    if (host[0] != '[' || len - 2 >= sizeof inside) return false;
    memcpy(inside, host + 1, len - 2);
    inside[len - 2] = '\0';
    if (inet_pton(AF_INET6, inside, &v6) != 1) return false;
    (void)inet_pton(AF_INET6, "fd00:ec2::23", &agent);
    return IN6_IS_ADDR_LOOPBACK(&v6) || memcmp(&v6, &agent, sizeof v6) == 0;
}

/* https may go anywhere, since its certificate says who answers; without it, what goes out (a
 * token) and comes in (keys) must not leave the machine. */
static fiat_status check_parts(const char *scheme, const char *host, const char *user,
                               fiat_error *err) {
    if (user)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "AWS_CONTAINER_CREDENTIALS_FULL_URI must not hold a user name");
    if (strcmp(scheme, "https") == 0) return FIAT_OK;
    if (strcmp(scheme, "http") == 0 && is_allowed_host(host)) return FIAT_OK;
    return fiat__err_set(
        err, FIAT_E_CONFIG,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI: host %.64s is not allowed; use https, "
        "or http to a loopback address, 169.254.170.2, 169.254.170.23 or "
        "[fd00:ec2::23]",
        host);
}

static fiat_status check_url(const char *url, fiat_error *err) {
    char *scheme = NULL, *host = NULL, *user = NULL;
    CURLU *parts = curl_url();
    if (!parts) return fiat__err_nomem(err);
    fiat_status status;
    if (strlen(url) > URL_MAX_BYTES || !fiat__aws_is_header_text(fiat__str_c(url), "") ||
        curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        status = fiat__err_set(err, FIAT_E_CONFIG,
                               "AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL such as "
                               "http://127.0.0.1:8080/path");
    } else {
        (void)curl_url_get(parts, CURLUPART_USER, &user, 0);
        status = check_parts(scheme, host, user, err);
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(user);
    curl_url_cleanup(parts);
    return status;
}

static fiat_status make_url(fiat__buf *url, const char *relative, const char *full,
                            fiat_error *err) {
    if (!relative) {
        fiat__buf_append_c(url, full);
    } else if (*relative == '/' && fiat__aws_is_header_text(fiat__str_c(relative), "#")) {
        fiat__buf_append_c(url, ECS_HOST);
        fiat__buf_append_c(url, relative);
    } else {
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that begins "
                             "with /");
    }
    fiat_status status = fiat__buf_status(url, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "URL of the container credentials");
    return relative ? FIAT_OK : check_url(full, err);
}

/* Read each time: EKS replaces the file. Empty when there is neither file nor variable. */
static fiat_status get_token(fiat__buf *token, fiat_error *err) {
    const char *path = fiat__aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *text = fiat__aws_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    fiat_status status = FIAT_OK;
    if (!fiat__buf_reserve(token, TOKEN_MAX_BYTES)) return fiat__err_nomem(err);
    if (path)
        status = fiat__file_read(path, token, err);
    else if (text && !fiat__buf_append_c(token, text))
        status = fiat__buf_status(token, err);
    if (status == FIAT_E_NOT_FOUND) status = FIAT_E_IO; /* it is named, so it must be there */
    for (size_t i = 0; i < token->len && status == FIAT_OK; i++)
        if ((unsigned char)token->ptr[i] < ' ' || token->ptr[i] == 0x7f)
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "%s holds a line break or another control character",
                                 path ? path : "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    return status;
}

static fiat_status ask(const fiat__aws_search *search, const char *url, const char *token,
                       fiat__aws_credentials *out, fiat_error *err) {
    /* Whoever knows the path of ECS's may ask for the keys. */
    static const char name[] = "the container's credential service";
    static const fiat__aws_key_names names = {"AccessKeyId", "SecretAccessKey", "Token",
                                              "Expiration"};
    const fiat__fetch_header headers[] = {{"Accept", "application/json"}, {"Authorization", token}};
    const fiat__fetch_request request = {.method = "GET",
                                         .url = url,
                                         .name = name,
                                         .headers = headers,
                                         .header_count = *token ? 2 : 1,
                                         .timeout_ms = TIMEOUT_MS,
                                         .max_attempts = ATTEMPTS,
                                         .pause_ms = PAUSE_MS};
    fiat__fetch_reply reply;
    fiat__doc *doc = NULL;
    fiat_status status = fiat__fetch(search, &request, &reply, err);
    if (status == FIAT_OK) status = fiat__fetch_reply_json(&reply, name, &doc, err);
    if (status == FIAT_OK) {
        status = fiat__aws_credentials_read(out, doc, &names, err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "%s", name);
    }
    fiat__doc_free_secret(doc);
    fiat__fetch_reply_deinit(&reply);
    return status;
}

fiat_status fiat__aws_source_container(const fiat__aws_search *search, fiat__aws_credentials *out,
                                       fiat_error *err) {
    const char *relative = fiat__aws_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = fiat__aws_env("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    fiat__buf url, token;
    if (!relative && !full) return fiat__err_set(err, FIAT_E_NOT_FOUND, "no URI set");
    out->provider = "container";
    fiat__buf_init(&url, URL_MAX_BYTES);
    fiat__buf_init(&token, TOKEN_MAX_BYTES);
    fiat_status status = make_url(&url, relative, full, err);
    if (status == FIAT_OK) status = get_token(&token, err);
    if (status == FIAT_OK)
        status = ask(search, fiat__buf_cstr(&url), fiat__buf_cstr(&token), out, err);
    if (token.ptr) OPENSSL_cleanse(token.ptr, token.cap);
    fiat__buf_deinit(&token);
    fiat__buf_deinit(&url);
    return status;
}
