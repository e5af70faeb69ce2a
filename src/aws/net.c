/* Where the files and the proxy come from, and libcurl's names for them. No state. */
#include "aws/net.h"
#include "aws/profile.h"
#include "base/error.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* NULL stays NULL, and so does "". */
static fiat_status keep(char **out, const char *text, fiat_error *err) {
    *out = NULL;
    if (!text || !*text) return FIAT_OK;
    *out = fiat__strdup(text);
    return *out ? FIAT_OK : fiat__err_nomem(err);
}

#define TEXT_COUNT 6

static void list_texts(fiat__net_opts *opts, const char **texts[TEXT_COUNT]) {
    texts[0] = &opts->proxy_url;
    texts[1] = &opts->proxy_none;
    texts[2] = &opts->proxy_ca_file;
    texts[3] = &opts->ca_file;
    texts[4] = &opts->cert_file;
    texts[5] = &opts->key_file;
}

fiat_status fiat__net_opts_copy(fiat__net_opts *out, const fiat__net_opts *from, fiat_error *err) {
    const char **texts[TEXT_COUNT];
    fiat_status status = FIAT_OK;
    *out = *from;
    list_texts(out, texts);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        char *copy = NULL;
        if (status == FIAT_OK) status = keep(&copy, *texts[i], err);
        *texts[i] = copy;
    }
    return status;
}

void fiat__net_opts_free(fiat__net_opts *opts) {
    const char **texts[TEXT_COUNT];
    if (opts->proxy_url)
        OPENSSL_cleanse((char *)(uintptr_t)opts->proxy_url, strlen(opts->proxy_url));
    list_texts(opts, texts);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        fiat__free((char *)(uintptr_t)*texts[i]);
        *texts[i] = NULL;
    }
}

static fiat_status find_ca_file(char **out, const char *setting, fiat_error *err) {
    if (setting && *setting) return keep(out, setting, err);
    const char *variable = getenv("AWS_CA_BUNDLE");
    if (variable && *variable) return keep(out, variable, err);
    fiat__aws_profile profile;
    fiat_status status = fiat__aws_profile_load(&profile, err);
    if (status == FIAT_OK) status = keep(out, profile.values[FIAT__PROFILE_CA_BUNDLE], err);
    fiat__aws_profile_deinit(&profile);
    return status;
}

static fiat_status find_own_certificate(fiat__net *out, const fiat__net_opts *opts,
                                        fiat_error *err) {
    fiat_status status = keep(&out->cert_file, opts->cert_file, err);
    if (status == FIAT_OK) status = keep(&out->key_file, opts->key_file, err);
    if (status == FIAT_OK) status = keep(&out->key_password, getenv("FIAT_TLS_KEY_PASSWORD"), err);
    if (status == FIAT_OK && out->key_file && !out->cert_file)
        status = fiat__err_set(err, FIAT_E_CONFIG,
                               "tls.key.file is set without tls.cert.file: the key belongs to a "
                               "certificate; name that, too");
    return status;
}

static fiat_status check_proxy(const fiat__proxy *proxy, fiat_error *err) {
    if (!proxy->tls || curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTPS_PROXY)
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "proxy %s: this libcurl knows no https:// proxies; use http://",
                         proxy->shown);
}

fiat_status fiat__net_init(fiat__net *out, const fiat__net_opts *opts,
                           const fiat__aws_endpoint *endpoint, fiat_error *err) {
    memset(out, 0, sizeof *out);
    out->idle_ms = opts->idle_ms ? opts->idle_ms : FIAT__NET_IDLE_MS;
    out->max_age_ms = opts->max_age_ms ? opts->max_age_ms : FIAT__NET_MAX_AGE_MS;
    fiat_status status =
        fiat__proxy_find(&out->proxy, endpoint, opts->proxy_url, opts->proxy_none, err);
    if (status == FIAT_OK) status = check_proxy(&out->proxy, err);
    if (status == FIAT_OK) status = find_ca_file(&out->ca_file, opts->ca_file, err);
    if (status == FIAT_OK) status = keep(&out->proxy_ca_file, opts->proxy_ca_file, err);
    if (status == FIAT_OK) status = find_own_certificate(out, opts, err);
    return status;
}

void fiat__net_deinit(fiat__net *net) {
    fiat__proxy_deinit(&net->proxy);
    fiat__free(net->proxy_ca_file);
    fiat__free(net->ca_file);
    fiat__free(net->cert_file);
    fiat__free(net->key_file);
    if (net->key_password) OPENSSL_cleanse(net->key_password, strlen(net->key_password));
    fiat__free(net->key_password);
    memset(net, 0, sizeof *net);
}

/* An option of libcurl's that takes a text, where there is one. */
static void set_text(CURLcode *bad, CURL *easy, CURLoption option, const char *text) {
    if (*bad == CURLE_OK && text) *bad = curl_easy_setopt(easy, option, text);
}

static void set_number(CURLcode *bad, CURL *easy, CURLoption option, long number) {
    if (*bad == CURLE_OK) *bad = curl_easy_setopt(easy, option, number);
}

/* libcurl counts whole seconds that have passed, and lets a connection serve until there are more
 * than this. 0 would be no limit. */
static long seconds_below(uint32_t ms) {
    return ms < 2000 ? 1 : (long)(ms / 1000 - 1);
}

CURLcode fiat__net_apply(const fiat__net *net, CURL *easy) {
    CURLcode bad = CURLE_OK;
    set_number(&bad, easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    set_number(&bad, easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set_number(&bad, easy, CURLOPT_SSL_VERIFYHOST, 2L);
    set_text(&bad, easy, CURLOPT_CAINFO, net->ca_file);
    set_text(&bad, easy, CURLOPT_SSLCERT, net->cert_file);
    set_text(&bad, easy, CURLOPT_SSLKEY, net->key_file);
    set_text(&bad, easy, CURLOPT_KEYPASSWD, net->key_password);
    /* Neither is left to libcurl's own reading of the environment. */
    set_text(&bad, easy, CURLOPT_PROXY, net->proxy.url);
    set_text(&bad, easy, CURLOPT_NOPROXY, "");
    set_text(&bad, easy, CURLOPT_PROXYUSERNAME, net->proxy.user);
    set_text(&bad, easy, CURLOPT_PROXYPASSWORD, net->proxy.password);
    if (net->proxy.tls) {
        set_number(&bad, easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        set_number(&bad, easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
        set_number(&bad, easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
        set_text(&bad, easy, CURLOPT_PROXY_CAINFO,
                 net->proxy_ca_file ? net->proxy_ca_file : net->ca_file);
    }
    set_number(&bad, easy, CURLOPT_MAXAGE_CONN, seconds_below(net->idle_ms));
    set_number(&bad, easy, CURLOPT_MAXLIFETIME_CONN, seconds_below(net->max_age_ms));
    set_number(&bad, easy, CURLOPT_TCP_NODELAY, 1L);
    set_number(&bad, easy, CURLOPT_TCP_KEEPALIVE, 1L);
    return bad;
}
