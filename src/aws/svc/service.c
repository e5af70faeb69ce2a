/* Opening, and one call from its first attempt to its last. */
#include "aws/svc/service_private.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/random.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#define LINES_MAX_BYTES (64 * 1024)
#define BACKOFF_MAX_MS  5000
#define POLL_MS         1000
#define MAX_HEADERS     8 /* of a request; with S3's they stay below FIAT__AWS_MAX_LINES */

static uint32_t or_default(uint32_t value, uint32_t usual) {
    return value ? value : usual;
}

static void take_opts(fiat__service *service, const fiat__service_opts *opts) {
    fiat__service_opts *own = &service->opts;
    *own = *opts;
    own->connect_timeout_ms = or_default(opts->connect_timeout_ms, 10000);
    own->request_timeout_ms = or_default(opts->request_timeout_ms, 60000);
    own->deadline_ms = or_default(opts->deadline_ms, 120000);
    own->max_attempts = or_default(opts->max_attempts, 6);
    own->backoff_ms = or_default(opts->backoff_ms, 200);
    if (!own->max_reply_bytes) own->max_reply_bytes = (size_t)16 * 1024 * 1024;
    if (!own->clock) own->clock = &fiat__clock_system;
    /* What is copied elsewhere. */
    own->region = own->endpoint_url = own->user_agent = NULL;
    own->net = (fiat__net_opts){0};
}

static fiat_status copy_texts(fiat__service *service, const char *name,
                              const fiat__service_opts *opts, fiat_error *err) {
    service->name = fiat__strdup(name);
    service->endpoint_url = fiat__strdup(opts->endpoint_url ? opts->endpoint_url : "");
    service->user_agent = fiat__strdup(opts->user_agent ? opts->user_agent : "fiat");
    if (!service->name || !service->endpoint_url || !service->user_agent)
        return fiat__err_nomem(err);
    return fiat__net_opts_copy(&service->net, &opts->net, err);
}

static fiat_status find_region(fiat__service *service, const char *region, fiat_error *err) {
    if (region && *region) return fiat__service_settle(service, region, err);
    fiat__buf found;
    fiat__buf_init(&found, 256);
    fiat_status status = fiat__aws_region_find(&found, err);
    if (status == FIAT_OK) status = fiat__service_settle(service, fiat__buf_cstr(&found), err);
    fiat__buf_deinit(&found);
    return status;
}

static fiat_status find_credentials(fiat__service *service, fiat_error *err) {
    service->credentials = service->opts.credentials;
    if (service->credentials) return FIAT_OK;
    service->owns_credentials = true;
    const fiat__aws_credentials_opts opts = {.clock = service->opts.clock,
                                             .region = service->region,
                                             .fips = service->opts.fips,
                                             .dualstack = service->opts.dualstack,
                                             .net = service->net};
    return fiat__aws_credentials_chain_new(&service->credentials, &opts, err);
}

fiat_status fiat__service_open(fiat__service **out, const char *name,
                               const fiat__service_opts *opts, fiat_error *err) {
    *out = NULL;
    fiat__service *service = fiat__calloc(1, sizeof *service);
    if (!service) return fiat__err_nomem(err);
    take_opts(service, opts);
    fiat_status status = copy_texts(service, name, opts, err);
    if (status == FIAT_OK) status = find_region(service, opts->region, err);
    if (status == FIAT_OK) status = find_credentials(service, err);
    if (status == FIAT_OK)
        *out = service;
    else
        fiat__service_free(service);
    return status;
}

void fiat__service_free(fiat__service *service) {
    if (!service) return;
    fiat__aws_client_free(service->client);
    if (service->owns_credentials) fiat__aws_credentials_provider_free(service->credentials);
    fiat__net_opts_free(&service->net);
    fiat__free(service->name);
    fiat__free(service->endpoint_url);
    fiat__free(service->user_agent);
    fiat__free(service);
}

const char *fiat__service_region(const fiat__service *service) {
    return service->region;
}

fiat_status fiat__service_settle(fiat__service *service, const char *region, fiat_error *err) {
    const fiat__aws_endpoint_opts where = {.service = service->name,
                                           .region = region,
                                           .url = service->endpoint_url,
                                           .fips = service->opts.fips,
                                           .dualstack = service->opts.dualstack};
    fiat_status status = fiat__aws_endpoint_resolve(&service->base, &where, err);
    if (status == FIAT_OK) snprintf(service->region, sizeof service->region, "%s", region);
    return status;
}

/* The client for this host and the region in force: the one there is, or a new one. */
static fiat_status need_client(fiat__service *service, const fiat__aws_endpoint *endpoint,
                               fiat_error *err) {
    const char *region = fiat__aws_endpoint_region(service->name, service->region);
    if (service->client && strcmp(service->client_host, endpoint->host) == 0 &&
        strcmp(service->client_region, region) == 0)
        return FIAT_OK;
    fiat__aws_client_free(service->client);
    service->client = NULL;
    const fiat__aws_client_opts opts = {.service = service->name,
                                        .region = region,
                                        .endpoint = endpoint,
                                        .net = service->net,
                                        .credentials = service->credentials,
                                        .connect_timeout_ms = service->opts.connect_timeout_ms,
                                        .request_timeout_ms = service->opts.request_timeout_ms,
                                        .max_connections = 1,
                                        .max_reply_bytes = service->opts.max_reply_bytes,
                                        .clock = service->opts.clock,
                                        .user_agent = service->user_agent};
    fiat__fence_enter();
    fiat_status status = fiat__aws_client_new(&service->client, &opts, err);
    fiat__fence_leave();
    snprintf(service->client_host, sizeof service->client_host, "%s", endpoint->host);
    snprintf(service->client_region, sizeof service->client_region, "%s", region);
    return status;
}

/* An attempt and what came of it. */
typedef struct attempt {
    fiat__aws_call call;
    fiat__service_reply *reply;
    bool done;
} attempt;

static void on_done(fiat__aws_call *call) {
    attempt *at = call->user;
    at->done = true;
    at->reply->http_status = call->http_status;
    fiat__buf_clear(&at->reply->body);
    fiat__buf_append(&at->reply->body, call->reply.ptr, call->reply.len);
}

static int64_t now_ms(const fiat__service *service) {
    return fiat__mono_ms(service->opts.clock);
}

/* TLS may raise SIGPIPE, which is none of the command's: its own output may still end it. */
static void hold_sigpipe(sigset_t *before, bool *pending) {
    sigset_t set;
    sigpending(&set);
    *pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

static void release_sigpipe(const sigset_t *before, bool pending) {
    static const struct timespec at_once;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (!pending)
        while (sigtimedwait(&set, NULL, &at_once) == SIGPIPE) {
        }
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static void run(fiat__service *service, attempt *at, int64_t until_ms) {
    sigset_t before;
    bool pending;
    hold_sigpipe(&before, &pending);
    fiat__aws_client_submit(service->client, &at->call);
    while (!at->done) {
        int64_t left_ms = until_ms - now_ms(service);
        if (left_ms > 0)
            fiat__aws_client_poll(service->client, (int)(left_ms < POLL_MS ? left_ms : POLL_MS));
        else
            fiat__aws_client_cancel(service->client);
    }
    release_sigpipe(&before, pending);
}

/* A request's headers, and those that S3 wants: the hash of the body for the signature, and once
 * more as its checksum, without which some operations are refused.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
typedef struct header_list {
    fiat__aws_line lines[FIAT__AWS_MAX_LINES];
    size_t count;
    unsigned char sha256[FIAT__SHA256_BYTES];
    char hex[2 * FIAT__SHA256_BYTES + 1];
    char base64[48];
} header_list;

static void add_s3_headers(header_list *list, const fiat__service_request *request) {
    fiat__hex_write(list->hex, list->sha256, sizeof list->sha256);
    list->lines[list->count++] = (fiat__aws_line){"x-amz-content-sha256", list->hex};
    if (!request->body.len) return;
    fiat__base64_write(list->base64, list->sha256, sizeof list->sha256);
    list->base64[fiat__base64_encoded_len(sizeof list->sha256)] = '\0';
    list->lines[list->count++] = (fiat__aws_line){"x-amz-checksum-sha256", list->base64};
}

static fiat_status list_headers(header_list *list, const fiat__service_request *request, bool s3,
                                fiat_error *err) {
    list->count = request->header_count;
    if (list->count > MAX_HEADERS)
        return fiat__err_set(err, FIAT_E_LIMIT, "a request of %zu headers", list->count);
    for (size_t i = 0; i < list->count; i++)
        list->lines[i] = request->headers[i];
    fiat_status status = fiat__sha256(list->sha256, request->body, err);
    if (status == FIAT_OK && s3) add_s3_headers(list, request);
    return status;
}

static fiat_status send_once(fiat__service *service, const fiat__service_request *request,
                             attempt *at, int64_t until_ms, fiat_error *err) {
    fiat__aws_endpoint endpoint;
    bool s3 = strcmp(service->name, "s3") == 0;
    header_list headers;
    fiat__buf path;
    fiat__buf_init(&path, 4096);
    fiat_status status = fiat__service_place(service, request, &endpoint, &path, err);
    if (status == FIAT_OK) status = list_headers(&headers, request, s3, err);
    if (status == FIAT_OK) status = need_client(service, &endpoint, err);
    if (status != FIAT_OK) {
        at->call.result = FIAT__AWS_TERMINAL;
        fiat__buf_deinit(&path);
        return status;
    }
    const fiat__aws_rest rest = {.method = request->method ? request->method : "POST",
                                 .path = fiat__buf_cstr(&path),
                                 .query = request->query,
                                 .headers = headers.lines,
                                 .header_count = headers.count,
                                 .raw_path = s3,
                                 .lines = &at->reply->lines};
    at->done = false;
    at->call = (fiat__aws_call){.target = request->target,
                                .content_type = request->content_type,
                                .rest = &rest,
                                .body = request->body,
                                .body_sha256 = headers.sha256,
                                .done = on_done,
                                .user = at};
    fiat__buf_clear(&at->reply->lines);
    run(service, at, until_ms);
    fiat__buf_deinit(&path);
    if (at->call.result == FIAT__AWS_OK) return fiat__buf_status(&at->reply->body, err);
    at->call.result = fiat__service_class(at->call.result, &at->call.err);
    fiat__err_assign(err, &at->call.err);
    return (fiat_status)at->call.err.status;
}

static bool may_repeat(const attempt *at, const fiat__service_request *request) {
    if (at->call.result == FIAT__AWS_THROTTLE) return true;
    return at->call.result == FIAT__AWS_RETRY && (request->repeatable || !at->call.maybe_received);
}

/* Half of it for certain, the other half at random, so that many who were turned away together do
 * not come back together. false: the deadline would pass. */
static bool pause(const fiat__service *service, uint32_t tried, int64_t until_ms) {
    uint64_t ms = service->opts.backoff_ms;
    for (uint32_t i = 1; i < tried && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    if (ms > BACKOFF_MAX_MS) ms = BACKOFF_MAX_MS;
    ms = ms / 2 + fiat__random_below(ms / 2 + 1);
    if (now_ms(service) + (int64_t)ms >= until_ms) return false;
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
    return true;
}

fiat_status fiat__service_call(fiat__service *service, const fiat__service_request *request,
                               fiat__service_reply *reply, fiat_error *err) {
    int64_t until_ms = now_ms(service) + service->opts.deadline_ms;
    attempt at = {.reply = reply};
    bool moved = false;
    char region[64];
    fiat_error why = FIAT_ERROR_INIT;
    fiat_status status;
    memset(reply, 0, sizeof *reply);
    fiat__buf_init(&reply->body, service->opts.max_reply_bytes);
    fiat__buf_init(&reply->lines, LINES_MAX_BYTES);
    for (uint32_t tried = 1;; tried++) {
        status = send_once(service, request, &at, until_ms, &why);
        if (status == FIAT_OK) return FIAT_OK;
        if (!moved && fiat__service_moved(service, request, reply, region)) {
            moved = true;
            status = fiat__service_settle(service, region, &why);
            if (status != FIAT_OK) break;
            continue;
        }
        if (!may_repeat(&at, request) || tried >= service->opts.max_attempts ||
            !pause(service, tried, until_ms))
            break;
    }
    reply->maybe_done = at.call.maybe_received && at.call.result == FIAT__AWS_RETRY;
    fiat__service_explain(service, request, reply, &why);
    fiat__err_assign(err, &why);
    return (fiat_status)why.status; /* explained, it may be another */
}

void fiat__service_reply_deinit(fiat__service_reply *reply) {
    fiat__buf_deinit(&reply->body);
    fiat__buf_deinit(&reply->lines);
}
