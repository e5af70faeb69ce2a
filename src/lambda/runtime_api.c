#include "lambda/runtime_api.h"
#include "aws/http.h"
#include "base/error.h"
#include "json/writer.h"

#include <stdio.h>
#include <stdlib.h>

#define URL_MAX_BYTES      1024
#define BODY_MAX_BYTES     8192
#define CONNECT_TIMEOUT_MS 1000L
/* An answer of 6 MB over loopback takes milliseconds. */
#define POST_TIMEOUT_MS 10000L
#define ATTEMPTS        3

/* ---- what comes ---- */

static size_t take_body(char *bytes, size_t size, size_t count, void *user) {
    fiat__runtime_api *api = user;
    return fiat__buf_append(&api->event, bytes, size * count) ? size * count : 0;
}

/* A request's id becomes part of a path. */
static bool is_id(fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            c != '-')
            return false;
    }
    return text.len > 0;
}

static int64_t read_deadline(fiat__str text) {
    char digits[20], *end;
    fiat__err_copy(digits, sizeof digits, text.ptr, text.len);
    long long value = strtoll(digits, &end, 10);
    return *digits && !*end && value > 0 ? value : INT64_MIN;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *user) {
    fiat__runtime_api *api = user;
    fiat__str line = fiat__str_of(bytes, size * count), value;
    if (fiat__http_header_value(line, "Lambda-Runtime-Aws-Request-Id", &value) && is_id(value) &&
        value.len < sizeof api->request_id)
        fiat__err_copy(api->request_id, sizeof api->request_id, value.ptr, value.len);
    else if (fiat__http_header_value(line, "Lambda-Runtime-Deadline-Ms", &value))
        api->deadline_ms = read_deadline(value);
    return line.len;
}

/* ---- a request ---- */

static bool set_options(fiat__runtime_api *api) {
    CURL *easy = api->easy;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_URL, fiat__buf_cstr(&api->url));
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, api->error_text);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_WRITEDATA, api);
    if (!bad) bad = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, api->headers);
    return bad == CURLE_OK;
}

static bool add_header(fiat__runtime_api *api, const char *line) {
    struct curl_slist *more = curl_slist_append(api->headers, line);
    if (more) api->headers = more;
    return more != NULL;
}

static fiat_status perform(fiat__runtime_api *api, long *http_status, fiat_error *err) {
    fiat__buf_clear(&api->event);
    *api->error_text = '\0';
    CURLcode code = curl_easy_perform(api->easy);
    if (code == CURLE_OUT_OF_MEMORY || (api->event.failed && !api->event.too_long))
        return fiat__err_nomem(err);
    if (api->event.too_long)
        return fiat__err_set(err, FIAT_E_LIMIT, "the event has more than %zu bytes",
                             api->event.max);
    if (code != CURLE_OK)
        return fiat__err_set(err, FIAT_E_NETWORK, "Lambda's runtime API at %.128s: %s", api->host,
                             *api->error_text ? api->error_text : curl_easy_strerror(code));
    curl_easy_getinfo(api->easy, CURLINFO_RESPONSE_CODE, http_status);
    return FIAT_OK;
}

/* Begin a request to a path below the API's version. */
static bool begin(fiat__runtime_api *api, const char *path, const char *id, const char *tail) {
    curl_easy_reset(api->easy);
    curl_slist_free_all(api->headers);
    api->headers = NULL;
    fiat__buf_clear(&api->url);
    return fiat__buf_printf(&api->url, "http://%s/2018-06-01/runtime/%s%s%s", api->host, path, id,
                            tail);
}

/* ---- the interface ---- */

fiat_status fiat__runtime_api_init(fiat__runtime_api *api, const char *host, fiat_error *err) {
    *api = (fiat__runtime_api){.host = host};
    fiat__buf_init(&api->url, URL_MAX_BYTES);
    fiat__buf_init(&api->body, BODY_MAX_BYTES);
    fiat__buf_init(&api->event, FIAT__RUNTIME_EVENT_MAX_BYTES);
    fiat_status status = fiat__http_global_init(err);
    if (status != FIAT_OK) return status;
    api->easy = curl_easy_init();
    return api->easy ? FIAT_OK : fiat__err_nomem(err);
}

void fiat__runtime_api_deinit(fiat__runtime_api *api) {
    curl_easy_cleanup(api->easy);
    curl_slist_free_all(api->headers);
    fiat__buf_deinit(&api->url);
    fiat__buf_deinit(&api->body);
    fiat__buf_deinit(&api->event);
}

static fiat_status ask(fiat__runtime_api *api, fiat_error *err) {
    long http_status = 0;
    api->request_id[0] = '\0';
    api->deadline_ms = INT64_MIN;
    if (!begin(api, "invocation/next", "", "") || !set_options(api)) return fiat__err_nomem(err);
    curl_easy_setopt(api->easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(api->easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(api->easy, CURLOPT_HEADERDATA, api);
    fiat_status status = perform(api, &http_status, err);
    if (status == FIAT_E_LIMIT && !*api->request_id) status = FIAT_E_NETWORK;
    if (status != FIAT_OK) return status;
    if (http_status != 200 || !*api->request_id)
        return fiat__err_set(err, FIAT_E_NETWORK,
                             "Lambda's runtime API gave no event: HTTP status %ld%s", http_status,
                             http_status == 200 ? " without a request's id" : "");
    return FIAT_OK;
}

fiat_status fiat__runtime_api_next(fiat__runtime_api *api, fiat_error *err) {
    fiat_status status = FIAT_OK;
    for (int i = 0; i < ATTEMPTS; i++) {
        status = ask(api, err);
        if (status != FIAT_E_NETWORK) break;
    }
    return status;
}

/* The request is begun; its headers are in the list, or *whole is false. */
static fiat_status post(fiat__runtime_api *api, fiat__str body, bool whole, fiat_error *err) {
    long http_status = 0;
    whole = whole && add_header(api, "Content-Type: application/json");
    whole = whole && add_header(api, "Expect:") && set_options(api);
    if (!whole) return fiat__err_nomem(err);
    curl_easy_setopt(api->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(api->easy, CURLOPT_POSTFIELDS, body.ptr);
    curl_easy_setopt(api->easy, CURLOPT_TIMEOUT_MS, POST_TIMEOUT_MS);
    fiat_status status = perform(api, &http_status, err);
    if (status != FIAT_OK) return status == FIAT_E_LIMIT ? FIAT_E_NETWORK : status;
    if (http_status >= 200 && http_status < 300) return FIAT_OK;
    return fiat__err_set(err, http_status < 500 ? FIAT_E_AWS_REJECTED : FIAT_E_NETWORK,
                         "Lambda's runtime API refused the answer: HTTP status %ld", http_status);
}

fiat_status fiat__runtime_api_respond(fiat__runtime_api *api, fiat__str answer, fiat_error *err) {
    bool whole = begin(api, "invocation/", api->request_id, "/response");
    return post(api, answer, whole, err);
}

/* {"errorType","errorMessage","stackTrace"} and the same type as a header. */
static fiat_status post_error(fiat__runtime_api *api, const fiat_error *why, bool whole,
                              fiat_error *err) {
    char header[128];
    const char *type = fiat_status_name((fiat_status)why->status);
    bool first = true;
    fiat__buf_clear(&api->body);
    fiat__buf_append_char(&api->body, '{');
    fiat__json_write_key(&api->body, &first, "errorType");
    fiat__json_write_string_c(&api->body, type);
    fiat__json_write_key(&api->body, &first, "errorMessage");
    fiat__json_write_string_c(&api->body, why->message);
    fiat__buf_append_c(&api->body, ",\"stackTrace\":[]}");
    snprintf(header, sizeof header, "Lambda-Runtime-Function-Error-Type: Function.%s", type);
    whole = whole && !api->body.failed && add_header(api, header);
    return post(api, fiat__buf_str(&api->body), whole, err);
}

fiat_status fiat__runtime_api_fail(fiat__runtime_api *api, const fiat_error *why, fiat_error *err) {
    bool whole = begin(api, "invocation/", api->request_id, "/error");
    return post_error(api, why, whole, err);
}

fiat_status fiat__runtime_api_fail_init(fiat__runtime_api *api, const fiat_error *why,
                                        fiat_error *err) {
    return post_error(api, why, begin(api, "init/error", "", ""), err);
}
