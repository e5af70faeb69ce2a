#include "support/http_server.h"
#include "base/clock.h"
#include "base/thread.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_REQUESTS = 4096, MAX_SCRIPT = 4096, HEADER_SLOTS = 8 };

/* A request, its strings, and the last few header values handed out. */
typedef struct received {
    http_request request; /* first: http_request_header() goes back from it */
    char values[HEADER_SLOTS][4096];
    unsigned next_value;
} received;

struct http_server {
    fiat__server *server;
    char url[64];
    fiat__mutex mutex; /* guards all that follows */
    fiat__cond changed;
    http_reply script[MAX_SCRIPT];
    size_t script_len, script_at;
    http_reply fallback;
    http_handler handler;
    void *handler_ctx;
    received *requests[MAX_REQUESTS];
    size_t request_count;
};

static void must(bool ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "http_server: %s failed\n", what);
    abort();
}

/* Plain malloc() here and below: a test may make the library's allocator fail, and the server is
 * not what it tests. */
static char *copy(const void *bytes, size_t len) {
    char *text = malloc(len + 1);
    must(text != NULL, "malloc");
    if (len) memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

static http_reply copy_reply(const http_reply *reply) {
    http_reply own = *reply;
    if (reply->headers) own.headers = copy(reply->headers, strlen(reply->headers));
    if (reply->body) {
        if (!own.body_len) own.body_len = strlen(reply->body);
        own.body = copy(reply->body, own.body_len);
    }
    return own;
}

static void free_reply(http_reply *reply) {
    free((char *)reply->headers);
    free((char *)reply->body);
    *reply = (http_reply){0};
}

const char *http_request_header(const http_request *request, const char *name) {
    received *from = (received *)(uintptr_t)request;
    fiat__str value;
    if (!fiat__server_header(request->head, name, &value)) return NULL;
    char *slot = from->values[from->next_value++ % HEADER_SLOTS];
    must(value.len < sizeof from->values[0], "a header value over 4095 bytes: enlarge the slots");
    memcpy(slot, value.ptr, value.len);
    slot[value.len] = '\0';
    return slot;
}

static received *copy_request(const http_request *request) {
    received *in = calloc(1, sizeof *in);
    must(in != NULL, "malloc");
    in->request = *request;
    in->request.method = copy(request->method, strlen(request->method));
    in->request.target = copy(request->target, strlen(request->target));
    in->request.path = copy(request->path, strlen(request->path));
    in->request.query = copy(request->query, strlen(request->query));
    in->request.head = copy(request->head, strlen(request->head));
    in->request.body = copy(request->body, request->body_len);
    return in;
}

static void free_request(received *in) {
    free((char *)in->request.method);
    free((char *)in->request.target);
    free((char *)in->request.path);
    free((char *)in->request.query);
    free((char *)in->request.head);
    free((char *)in->request.body);
    free(in);
}

/* Put the request on record and make its reply. */
static void handle(void *ctx, http_request *request, http_reply *reply) {
    http_server *server = ctx;
    received *in = copy_request(request);
    fiat__mutex_lock(&server->mutex);
    must(server->request_count < MAX_REQUESTS, "more than MAX_REQUESTS requests");
    server->requests[server->request_count++] = in;
    if (server->script_at < server->script_len) {
        *reply = server->script[server->script_at];
        server->script[server->script_at++] = (http_reply){0};
    } else if (server->handler) {
        server->handler(server->handler_ctx, &in->request, reply);
        *reply = copy_reply(reply);
    } else {
        *reply = copy_reply(&server->fallback);
    }
    fiat__cond_broadcast(&server->changed);
    fiat__mutex_unlock(&server->mutex);
}

static bool is_early(http_fault fault) {
    return fault == FIAT__WIRE_RESET_UNREAD || fault == FIAT__WIRE_STALL_UNREAD ||
           fault == FIAT__WIRE_SLOW_READ;
}

/* A scripted fault that the request is to meet before its body is read. */
static void begin(void *ctx, http_request *request, http_reply *early) {
    http_server *server = ctx;
    (void)request;
    fiat__mutex_lock(&server->mutex);
    http_reply *next = &server->script[server->script_at];
    if (server->script_at < server->script_len && is_early(next->fault)) {
        *early = (http_reply){
            .fault = next->fault, .fault_at = next->fault_at, .pace_ms = next->pace_ms};
        free_reply(next);
        server->script_at++;
    }
    fiat__mutex_unlock(&server->mutex);
}

static void done(void *ctx, http_request *request, http_reply *reply) {
    (void)ctx;
    (void)request;
    free_reply(reply);
}

http_server *http_server_start(void) {
    http_server *server = calloc(1, sizeof *server);
    must(server != NULL, "malloc");
    fiat__mutex_init(&server->mutex);
    fiat__cond_init(&server->changed);
    server->fallback = copy_reply(&(http_reply){.body = "{}"});
    const fiat__server_opts opts = {
        .handler = {.ctx = server, .begin = begin, .handle = handle, .done = done}};
    fiat_error err = FIAT_ERROR_INIT;
    must(fiat__server_start(&server->server, &opts, &err) == FIAT_OK, err.message);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", http_server_port(server));
    return server;
}

void http_server_stop(http_server *server) {
    fiat__server_stop(server->server);
    for (size_t i = 0; i < server->request_count; i++)
        free_request(server->requests[i]);
    for (size_t i = server->script_at; i < server->script_len; i++)
        free_reply(&server->script[i]);
    free_reply(&server->fallback);
    fiat__cond_deinit(&server->changed);
    fiat__mutex_deinit(&server->mutex);
    free(server);
}

int http_server_port(const http_server *server) {
    return fiat__server_port(server->server);
}

const char *http_server_url(const http_server *server) {
    return server->url;
}

void http_server_push(http_server *server, const http_reply *reply) {
    fiat__mutex_lock(&server->mutex);
    must(server->script_len < MAX_SCRIPT, "a script that long");
    server->script[server->script_len++] = copy_reply(reply);
    fiat__mutex_unlock(&server->mutex);
}

void http_server_set_default(http_server *server, const http_reply *reply) {
    fiat__mutex_lock(&server->mutex);
    free_reply(&server->fallback);
    server->fallback = copy_reply(reply);
    fiat__mutex_unlock(&server->mutex);
}

void http_server_set_handler(http_server *server, http_handler handler, void *ctx) {
    fiat__mutex_lock(&server->mutex);
    server->handler = handler;
    server->handler_ctx = ctx;
    fiat__mutex_unlock(&server->mutex);
}

size_t http_server_request_count(http_server *server) {
    fiat__mutex_lock(&server->mutex);
    size_t count = server->request_count;
    fiat__mutex_unlock(&server->mutex);
    return count;
}

size_t http_server_connection_count(http_server *server) {
    return fiat__server_connections(server->server);
}

const http_request *http_server_request(http_server *server, size_t index) {
    fiat__mutex_lock(&server->mutex);
    must(index < server->request_count, "http_server_request: no such request");
    const http_request *request = &server->requests[index]->request;
    fiat__mutex_unlock(&server->mutex);
    return request;
}

bool http_server_wait(http_server *server, size_t count, int timeout_ms) {
    int64_t until = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&server->mutex);
    while (server->request_count < count) {
        int64_t left = until - fiat__mono_ms(&fiat__clock_system);
        if (left <= 0) break;
        fiat__cond_wait_ms(&server->changed, &server->mutex, left);
    }
    bool enough = server->request_count >= count;
    fiat__mutex_unlock(&server->mutex);
    return enough;
}
