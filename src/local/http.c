/* Requests: collected, checked, answered. libmicrohttpd's threads call in here; a request belongs
 * to the thread of its connection. What a peer can take is bounded: connections, time without a
 * sign of life, bytes of headers and of a body, and bytes of all bodies together. */
#include "local/http.h"
#include "aws/sigv4_verify.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define THREAD_COUNT      4
#define CONNECTIONS_MAX   128
#define SILENCE_S         60
#define HEADERS_MAX_BYTES (32 * 1024)
#define URL_MAX_BYTES     2048
/* 4 MiB as base64, names and white space; and room to be told politely that it is too much. */
#define BODY_MAX_BYTES (16 * 1024 * 1024)
/* A client that is told so while it still sends may see a broken connection in place of the answer;
 * so up to here the rest is read, and dropped. */
#define BODY_READ_BYTES  (128 * 1024 * 1024)
#define BODIES_MAX_BYTES (256 * 1024 * 1024)
#define JSON_TYPE        "application/x-amz-json-1.1"

struct fiat__http {
    const fiat__local_opts *opts;
    const fiat__clock *clock;
    const fiat__http_service *services;
    struct MHD_Daemon *daemon;
    uint16_t port;
    fiat__mutex lock; /* of bodies_bytes */
    size_t bodies_bytes;
};

typedef struct exchange {
    fiat__http *http;
    struct MHD_Connection *connection;
    const char *method;
    char url[URL_MAX_BYTES]; /* as received, with the query */
    bool url_too_long, begun, too_large, busy;
    size_t held_bytes; /* of the budget for all bodies */
    size_t seen_bytes;
    fiat__buf body;
    char joined[8192]; /* headers that came more than once, see find_header() */
} exchange;

static void log_line(const fiat__http *http, const char *format, ...) FIAT_PRINTF(2, 3);
static void log_line(const fiat__http *http, const char *format, ...) {
    if (!http->opts->log) return;
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    http->opts->log(http->opts->log_ctx, line);
}

/* --- answering -------------------------------------------------------------------------------- */

static enum MHD_Result answer(exchange *request, int status, const char *type, fiat__str body) {
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.len, (void *)(uintptr_t)body.ptr, MHD_RESPMEM_MUST_COPY);
    if (!response) return MHD_NO;
    char id[FIAT__UUID_LEN + 1] = "";
    const fiat__uuid uuid = fiat__uuid7(fiat__wall_ms(request->http->clock));
    fiat__uuid_write(id, &uuid);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, "x-amzn-RequestId", id);
    const enum MHD_Result result =
        MHD_queue_response(request->connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_reply(exchange *request, fiat__reply *reply) {
    if (reply->http_status >= 500)
        log_line(request->http, "request failed: %s", fiat__buf_cstr(&reply->body));
    const enum MHD_Result result =
        answer(request, reply->http_status, JSON_TYPE, fiat__buf_str(&reply->body));
    fiat__reply_deinit(reply);
    return result;
}

static enum MHD_Result answer_error(exchange *request, int status, const char *code,
                                    const char *message) {
    fiat__reply reply;
    fiat__reply_init(&reply);
    fiat__reply_error(&reply, status, code, "%s", message);
    return answer_reply(request, &reply);
}

/* --- signatures ------------------------------------------------------------------------------- */

typedef struct header_search {
    exchange *request;
    const char *name;
    size_t found, len; /* how many; length of the joined text */
    fiat__str first;
    bool too_long;
} header_search;

static enum MHD_Result visit_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                    const char *value) {
    header_search *search = ctx;
    (void)kind;
    if (strcasecmp(name, search->name) != 0) return MHD_YES;
    const size_t len = value ? strlen(value) : 0;
    if (search->found++ == 0) {
        search->first = fiat__str_of(value ? value : "", len);
        return MHD_YES;
    }
    char *joined = search->request->joined;
    const size_t size = sizeof search->request->joined;
    if (search->found == 2 && search->first.len < size) {
        memcpy(joined, search->first.ptr, search->first.len);
        search->len = search->first.len;
    }
    search->too_long = search->too_long || search->len + len + 1 > size;
    if (search->too_long) return MHD_NO;
    joined[search->len++] = ',';
    memcpy(joined + search->len, value, len);
    search->len += len;
    return MHD_YES;
}

/* For fiat__sigv4_verify(). Only one header is expected to come more than once at a time; the
 * joined text is good until the next such. */
static bool find_header(void *ctx, const char *name, fiat__str *value) {
    exchange *request = ctx;
    header_search search = {.request = request, .name = name};
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, visit_header, &search);
    if (search.found == 0 || search.too_long) return false;
    *value = search.found == 1 ? search.first : fiat__str_of(request->joined, search.len);
    return true;
}

static bool verify(exchange *request, const fiat__http_service *service,
                   fiat__sigv4_verdict *verdict) {
    const fiat__local_opts *opts = request->http->opts;
    const char *query = strchr(request->url, '?');
    const fiat__str url = fiat__str_c(request->url);
    const size_t path_len = query ? (size_t)(query - request->url) : url.len;
    const fiat__sigv4_received received = {
        .method = fiat__str_c(request->method),
        .path = fiat__str_of(request->url, path_len),
        .query = query ? fiat__str_c(query + 1) : fiat__str_of("", 0),
        .header = find_header,
        .header_ctx = request,
        .body = fiat__buf_str(&request->body),
        .normalize_path = true,
    };
    const fiat__sigv4_verify_opts known = {
        .access_key_id = opts->access_key_id,
        .secret_access_key = opts->secret_access_key,
        .region = "",
        .service = service->signing,
        .now_ms = fiat__wall_ms(request->http->clock),
        .skew_ms = FIAT__SIGV4_SKEW_MS,
    };
    return fiat__sigv4_verify(&received, &known, verdict);
}

/* --- routing ---------------------------------------------------------------------------------- */

static enum MHD_Result call_service(exchange *request) {
    fiat__str target = {"", 0};
    find_header(request, "x-amz-target", &target);
    const fiat__http_service *service = request->http->services;
    while (service->target && !fiat__str_starts(target, fiat__str_c(service->target)))
        service++;
    if (!service->target)
        return answer_error(request, 400, "UnknownOperationException",
                            "X-Amz-Target names no service of the local engine.");
    fiat__sigv4_verdict verdict = {0};
    if (request->http->opts->verify && !verify(request, service, &verdict))
        return answer_error(request, verdict.http_status, verdict.code, verdict.message);
    const size_t skip = strlen(service->target);
    fiat__reply reply;
    fiat__reply_init(&reply);
    service->call(service->ctx, fiat__str_of(target.ptr + skip, target.len - skip),
                  fiat__buf_str(&request->body), verdict.region, &reply);
    return answer_reply(request, &reply);
}

static enum MHD_Result route(exchange *request) {
    const bool get = strcmp(request->method, "GET") == 0;
    if (get && strcmp(request->url, "/health") == 0)
        return answer(request, 200, "application/json", fiat__str_c("{\"status\":\"ok\"}\n"));
    if (strcmp(request->method, "POST") != 0)
        return answer_error(request, get ? 404 : 405, "UnknownOperationException",
                            "The local engine answers POST / and GET /health.");
    if (request->url_too_long)
        return answer_error(request, 414, "InvalidRequestException", "The URL is too long.");
    if (request->too_large)
        return answer_error(request, 413, "RequestEntityTooLargeException",
                            "The request is larger than 16 MiB.");
    if (request->busy)
        return answer_error(request, 503, "ServiceUnavailableException",
                            "Too many large requests at once; try again.");
    return call_service(request);
}

/* --- collecting ------------------------------------------------------------------------------- */

/* Take bytes from the budget of all bodies. */
static bool hold(exchange *request, size_t bytes) {
    fiat__http *http = request->http;
    fiat__mutex_lock(&http->lock);
    const bool good = http->bodies_bytes + bytes <= BODIES_MAX_BYTES;
    if (good) {
        http->bodies_bytes += bytes;
        request->held_bytes += bytes;
    }
    fiat__mutex_unlock(&http->lock);
    return good;
}

/* A length that is announced and far too much is not waited for. */
static bool announces_too_much(exchange *request) {
    fiat__str text;
    return find_header(request, "content-length", &text) &&
           strtoull(text.ptr, NULL, 10) > BODY_READ_BYTES;
}

/* false: hang up. */
static bool collect(exchange *request, const char *data, size_t len) {
    request->seen_bytes += len;
    if (request->too_large || request->busy) return request->seen_bytes <= BODY_READ_BYTES;
    if (request->body.len + len > BODY_MAX_BYTES)
        request->too_large = true;
    else if (!hold(request, len) || !fiat__buf_append(&request->body, data, len))
        request->busy = true;
    if (request->too_large || request->busy) fiat__buf_deinit(&request->body);
    return true;
}

/* With the raw request target, before anything else of the request: its value becomes *con_cls. */
static void *begin(void *ctx, const char *url, struct MHD_Connection *connection) {
    exchange *request = fiat__calloc(1, sizeof *request);
    if (!request) return NULL;
    request->http = ctx;
    request->connection = connection;
    const size_t len = strlen(url);
    request->url_too_long = len >= sizeof request->url;
    if (!request->url_too_long) memcpy(request->url, url, len + 1);
    fiat__buf_init(&request->body, BODY_MAX_BYTES);
    return request;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **con_cls) {
    exchange *request = *con_cls;
    (void)ctx, (void)connection, (void)url, (void)version;
    if (!request) return MHD_NO; /* out of memory */
    request->method = method;
    if (!request->begun) {
        request->begun = true;
        if (!announces_too_much(request)) return MHD_YES;
        request->too_large = true;
        return route(request);
    }
    if (*data_len > 0) {
        const bool go_on = collect(request, data, *data_len);
        *data_len = 0;
        return go_on ? MHD_YES : MHD_NO;
    }
    return route(request);
}

static void completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
                      enum MHD_RequestTerminationCode code) {
    exchange *request = *con_cls;
    fiat__http *http = ctx;
    (void)connection, (void)code;
    if (!request) return;
    fiat__mutex_lock(&http->lock);
    http->bodies_bytes -= request->held_bytes;
    fiat__mutex_unlock(&http->lock);
    fiat__buf_deinit(&request->body);
    fiat__free(request);
    *con_cls = NULL;
}

FIAT_PRINTF(2, 0)
static void mhd_log(void *ctx, const char *format, va_list args) {
    char line[512];
    vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\n")] = '\0';
    log_line(ctx, "http: %s", line);
}

/* --- start and stop --------------------------------------------------------------------------- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static fiat_status read_address(const fiat__local_opts *opts, union address *out, fiat_error *err) {
    const char *bind = opts->bind && *opts->bind ? opts->bind : "127.0.0.1";
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, bind, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(opts->port);
    } else if (inet_pton(AF_INET6, bind, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(opts->port);
    } else {
        return fiat__err_set(err, FIAT_E_ARG,
                             "address %s: not a numeric address; use 127.0.0.1, ::1 or 0.0.0.0",
                             bind);
    }
    return FIAT_OK;
}

fiat_status fiat__http_start(fiat__http **out, const fiat__local_opts *opts,
                             const fiat__http_service *services, fiat_error *err) {
    union address address;
    fiat_status status = read_address(opts, &address, err);
    if (status != FIAT_OK) return status;
    fiat__http *http = fiat__calloc(1, sizeof *http);
    if (!http) return fiat__err_nomem(err);
    http->opts = opts;
    http->clock = opts->clock ? opts->clock : &fiat__clock_system;
    http->services = services;
    fiat__mutex_init(&http->lock);
    const unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ERROR_LOG |
                           (address.any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    /* The logger comes first: options before it would report to stderr. */
    http->daemon = MHD_start_daemon(
        flags, opts->port, NULL, NULL, handle, http, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, http,
        MHD_OPTION_SOCK_ADDR, &address.any, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREAD_COUNT,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX_BYTES,
        MHD_OPTION_URI_LOG_CALLBACK, begin, http, MHD_OPTION_NOTIFY_COMPLETED, completed, http,
        MHD_OPTION_END);
    if (!http->daemon) {
        fiat__http_stop(http);
        return fiat__err_set(err, FIAT_E_IO,
                             "cannot listen on %s port %u: is it in use? --port 0 takes a free one",
                             opts->bind ? opts->bind : "127.0.0.1", (unsigned)opts->port);
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    http->port = info ? info->port : opts->port;
    *out = http;
    return FIAT_OK;
}

uint16_t fiat__http_port(const fiat__http *http) {
    return http->port;
}

void fiat__http_stop(fiat__http *http) {
    if (!http) return;
    if (http->daemon) MHD_stop_daemon(http->daemon);
    fiat__mutex_deinit(&http->lock);
    fiat__free(http);
}
