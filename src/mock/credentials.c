/* See credentials.h. Keys have numbers; everything else about a key follows from its number. */
#include "mock/credentials.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "mock/heap.h"
#include "mock/mock_internal.h"

#include <stdio.h>

#define ROLE       "mock-role"
#define ROLE_PATH  "/latest/meta-data/iam/security-credentials/"
#define TOKEN      "mock-metadata-token"
#define KEY_PREFIX "ASIAMOCK"
#define KEY_DIGITS 8

struct fiat__keys {
    fiat__server *server;
    fiat_mock *mock;
    uint32_t ttl_s;
    fiat__mutex mutex; /* guards what follows */
    int64_t *expires_ms;
    size_t count;
    int spoilt_status; /* 0: none */
    uint32_t delay_ms;
};

/* What an answer is written to; kept from handle() to done(). */
typedef struct page {
    char body[2048];
} page;

static void write_key(fiat__key *out, size_t number) {
    snprintf(out->access_key_id, sizeof out->access_key_id, KEY_PREFIX "%0*zu", KEY_DIGITS, number);
    snprintf(out->secret_access_key, sizeof out->secret_access_key, "secret-of-%zu", number);
    snprintf(out->session_token, sizeof out->session_token, "token-of-%zu", number);
}

bool fiat__keys_find(fiat__keys *keys, fiat__str access_key_id, int64_t now_ms, fiat__key *out) {
    size_t number = 0;
    const fiat__str prefix = fiat__str_c(KEY_PREFIX);
    if (access_key_id.len != prefix.len + KEY_DIGITS || !fiat__str_starts(access_key_id, prefix))
        return false;
    for (size_t i = prefix.len; i < access_key_id.len; i++) {
        if (access_key_id.ptr[i] < '0' || access_key_id.ptr[i] > '9') return false;
        number = number * 10 + (size_t)(access_key_id.ptr[i] - '0');
    }
    fiat__mutex_lock(&keys->mutex);
    const bool known = number < keys->count;
    out->expired = known && now_ms >= keys->expires_ms[number];
    fiat__mutex_unlock(&keys->mutex);
    if (known) write_key(out, number);
    return known;
}

bool fiat__keys_give(fiat__keys *keys, fiat__key *out, int64_t *expires_ms) {
    const int64_t now_ms = fiat__wall_ms(&fiat__clock_system);
    fiat__mutex_lock(&keys->mutex);
    int64_t *grown = fiat__heap_grow(keys->expires_ms, keys->count, sizeof *grown);
    if (grown) {
        keys->expires_ms = grown;
        write_key(out, keys->count);
        *expires_ms = now_ms + (int64_t)keys->ttl_s * 1000;
        keys->expires_ms[keys->count++] = *expires_ms;
    }
    fiat__mutex_unlock(&keys->mutex);
    return grown != NULL;
}

void fiat__keys_write_time(char out[FIAT__KEYS_TIME_LEN + 1], int64_t ms) {
    char text[FIAT__RFC3339_LEN + 1] = "";
    fiat__rfc3339_write(text, ms);
    memcpy(out, text, FIAT__KEYS_TIME_LEN - 1); /* AWS gives whole seconds */
    memcpy(out + FIAT__KEYS_TIME_LEN - 1, "Z", 2);
}

/* Both endpoints answer with the same members, but for what the instance's says besides. */
static int write_credentials(fiat__keys *keys, page *out, bool instance) {
    fiat__key key;
    int64_t expires_ms;
    char expires[FIAT__KEYS_TIME_LEN + 1], updated[FIAT__KEYS_TIME_LEN + 1];
    if (!fiat__keys_give(keys, &key, &expires_ms)) return 500;
    fiat__keys_write_time(expires, expires_ms);
    fiat__keys_write_time(updated, fiat__wall_ms(&fiat__clock_system));
    snprintf(out->body, sizeof out->body,
             "{%s\"LastUpdated\":\"%s\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\","
             "\"Token\":\"%s\",\"Expiration\":\"%s\"}",
             instance ? "\"Code\":\"Success\",\"Type\":\"AWS-HMAC\"," : "", updated,
             key.access_key_id, key.secret_access_key, key.session_token, expires);
    return 200;
}

static bool has_token(const fiat__server_request *request) {
    fiat__str token;
    return fiat__server_header(request->head, "x-aws-ec2-metadata-token", &token) &&
           fiat__str_eq_c(token, TOKEN);
}

static int write_text(page *out, const char *text) {
    snprintf(out->body, sizeof out->body, "%s", text);
    return 200;
}

static int route(fiat__keys *keys, const fiat__server_request *request, page *out) {
    fiat__str ttl;
    const bool get = strcmp(request->method, "GET") == 0;
    if (strcmp(request->method, "POST") == 0 && strcmp(request->path, "/") == 0)
        return fiat__mock_sts(keys->mock, request, out->body, sizeof out->body);
    if (get && strcmp(request->path, "/federation/credentials") == 0)
        return fiat__mock_sso(keys->mock, request, out->body, sizeof out->body);
    if (get && strcmp(request->path, "/v2/credentials") == 0)
        return write_credentials(keys, out, false);
    if (strcmp(request->method, "PUT") == 0 && strcmp(request->path, "/latest/api/token") == 0)
        return fiat__server_header(request->head, "x-aws-ec2-metadata-token-ttl-seconds", &ttl)
                   ? write_text(out, TOKEN)
                   : 400;
    if (!get || strncmp(request->path, "/latest/", 8) != 0) return 404;
    if (!has_token(request)) return 401; /* version 1 is not offered */
    if (strcmp(request->path, ROLE_PATH) == 0) return write_text(out, ROLE);
    if (strcmp(request->path, ROLE_PATH ROLE) == 0) return write_credentials(keys, out, true);
    return 404;
}

void fiat__keys_spoil(fiat__keys *keys, int http_status, uint32_t delay_ms) {
    fiat__mutex_lock(&keys->mutex);
    keys->spoilt_status = http_status;
    keys->delay_ms = delay_ms;
    fiat__mutex_unlock(&keys->mutex);
}

static void handle(void *ctx, fiat__server_request *request, fiat__server_reply *reply) {
    fiat__keys *keys = ctx;
    page *out = fiat__heap_new(sizeof *out);
    request->note = out;
    fiat__mutex_lock(&keys->mutex);
    reply->status = out ? keys->spoilt_status : 500;
    reply->delay_ms = keys->delay_ms;
    fiat__mutex_unlock(&keys->mutex);
    if (reply->status == 0) reply->status = route(keys, request, out);
    reply->headers = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\r\nContent-Type: text/plain\r\n";
    if (out) reply->body = out->body;
}

static void done(void *ctx, fiat__server_request *request, fiat__server_reply *reply) {
    (void)ctx;
    (void)reply;
    fiat__heap_free(request->note);
}

fiat_status fiat__keys_start(fiat__keys **out, fiat_mock *mock, uint32_t ttl_s, fiat_error *err) {
    fiat__keys *keys = fiat__heap_new(sizeof *keys);
    if (!keys) return fiat__err_nomem(err);
    keys->mock = mock;
    keys->ttl_s = ttl_s;
    fiat__mutex_init(&keys->mutex);
    const fiat__server_opts opts = {.handler = {.ctx = keys, .handle = handle, .done = done}};
    fiat_status status = fiat__server_start(&keys->server, &opts, err);
    if (status == FIAT_OK)
        *out = keys;
    else
        fiat__keys_stop(keys);
    return status;
}

void fiat__keys_stop(fiat__keys *keys) {
    if (!keys) return;
    fiat__server_stop(keys->server);
    fiat__mutex_deinit(&keys->mutex);
    fiat__heap_free(keys->expires_ms);
    fiat__heap_free(keys);
}

uint16_t fiat__keys_port(const fiat__keys *keys) {
    return fiat__server_port(keys->server);
}

uint64_t fiat__keys_given(fiat__keys *keys) {
    fiat__mutex_lock(&keys->mutex);
    const uint64_t given = keys->count;
    fiat__mutex_unlock(&keys->mutex);
    return given;
}
