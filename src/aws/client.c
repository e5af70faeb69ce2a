/* The client: a queue of calls, a few reusable transfers, and libcurl's multi handle between them.
 *
 *   submit --> waiting --> a free transfer: sign, send --> reply --> classify --> done()
 *                                ^                                     |
 *                                +------------- at most once ----------+
 *
 * Everything belongs to the client's thread but fiat__aws_client_wakeup(), which touches only what
 * curl_multi_wakeup() allows. done() is called with the client in a consistent state, so it may
 * submit and cancel. */
#include "aws/client.h"
#include "aws/endpoint.h"
#include "aws/error_class.h"
#include "aws/request.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

/* AWS takes signatures that are up to five minutes off. Mended before that is reached; and when a
 * signature was refused, any difference that could have to do with it. */
#define SKEW_TOLERATED_MS (4 * 60 * 1000)
#define SKEW_SUSPECT_MS   (60 * 1000)
#define MAX_CONNECTIONS   64

typedef struct slot {
    fiat__http_transfer transfer;
    bool ready;                /* transfer is set up */
    bool busy;                 /* from the start of a call to the end of its done() */
    fiat__aws_call *call;      /* on the wire; NULL otherwise */
    unsigned credentials_turn; /* which credentials signed it */
} slot;

struct fiat__aws_client {
    fiat__aws_client_opts opts; /* strings replaced by the copies below */
    char *service, *region, *user_agent;
    fiat__aws_endpoint endpoint;
    fiat__net net;
    fiat__http_opts http_opts;
    fiat__http_sockets sockets;
    CURLM *multi;
    fiat__aws_call *first, **last; /* waiting */
    size_t waiting_count, running_count;
    unsigned credentials_turn; /* counts refreshes */
    int64_t clock_offset_ms;   /* server's clock minus ours, as far as it matters */
    bool cancelling, closed;
    slot slots[]; /* opts.max_connections */
};

static int64_t now_ms(const fiat__aws_client *client) {
    return fiat__wall_ms(client->opts.clock) + client->clock_offset_ms;
}

static fiat_status check_opts(const fiat__aws_client_opts *opts, fiat_error *err) {
    if (opts->max_connections < 1 || opts->max_connections > MAX_CONNECTIONS)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "connections to %s: %u is not in 1..%d; change max_in_flight",
                             opts->service, opts->max_connections, MAX_CONNECTIONS);
    if (!opts->connect_timeout_ms || !opts->request_timeout_ms || !opts->max_reply_bytes)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "timeouts and size of replies for %s must be above 0", opts->service);
    for (const char *c = opts->user_agent ? opts->user_agent : ""; *c; c++)
        if (*c < ' ' || *c > '~')
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "user agent holds a byte that is not printable ASCII");
    return FIAT_OK;
}

static fiat_status copy_strings(fiat__aws_client *client, fiat_error *err) {
    client->service = fiat__strdup(client->opts.service);
    client->region = fiat__strdup(client->opts.region);
    client->user_agent = fiat__strdup(client->opts.user_agent ? client->opts.user_agent : "fiat");
    if (!client->service || !client->region || !client->user_agent) return fiat__err_nomem(err);
    client->opts.service = client->service;
    client->opts.region = client->region;
    client->opts.user_agent = client->user_agent;
    client->opts.endpoint_url = "";
    client->opts.endpoint = NULL;
    client->opts.net = (fiat__net_opts){0};
    return FIAT_OK;
}

static fiat_status open_multi(fiat__aws_client *client, fiat_error *err) {
    fiat_status status = fiat__http_global_init(err);
    if (status != FIAT_OK) return status;
    client->multi = curl_multi_init();
    if (!client->multi) return fiat__err_nomem(err);
    long limit = (long)client->opts.max_connections;
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, limit);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, limit);
    client->http_opts = (fiat__http_opts){.url = client->endpoint.url,
                                          .user_agent = client->user_agent,
                                          .net = &client->net,
                                          .connect_timeout_ms = client->opts.connect_timeout_ms,
                                          .request_timeout_ms = client->opts.request_timeout_ms,
                                          .max_reply_bytes = client->opts.max_reply_bytes};
    return FIAT_OK;
}

static void destroy(fiat__aws_client *client) {
    for (size_t i = 0; i < client->opts.max_connections; i++)
        if (client->slots[i].ready) fiat__http_transfer_deinit(&client->slots[i].transfer);
    if (client->multi) curl_multi_cleanup(client->multi);
    fiat__free(client->service);
    fiat__free(client->region);
    fiat__free(client->user_agent);
    fiat__net_deinit(&client->net);
    fiat__free(client);
}

/* Credentials have come, or cannot be had. On the provider's thread. */
static void wake(void *ctx) {
    fiat__aws_client_wakeup(ctx);
}

fiat_status fiat__aws_client_new(fiat__aws_client **out, const fiat__aws_client_opts *opts,
                                 fiat_error *err) {
    fiat__aws_endpoint endpoint;
    *out = NULL;
    fiat_status status = check_opts(opts, err);
    if (status == FIAT_OK && opts->endpoint) endpoint = *opts->endpoint;
    const fiat__aws_endpoint_opts where = {.service = opts->service,
                                           .region = opts->region,
                                           .url = opts->endpoint_url,
                                           .fips = opts->fips,
                                           .dualstack = opts->dualstack};
    if (status == FIAT_OK && !opts->endpoint)
        status = fiat__aws_endpoint_resolve(&endpoint, &where, err);
    if (status != FIAT_OK) return status;
    fiat__aws_client *client =
        fiat__calloc(1, sizeof *client + opts->max_connections * sizeof client->slots[0]);
    if (!client) return fiat__err_nomem(err);
    client->opts = *opts;
    if (!client->opts.clock) client->opts.clock = &fiat__clock_system;
    client->endpoint = endpoint;
    client->last = &client->first;
    fiat__http_sockets_init(&client->sockets);
    status = fiat__net_init(&client->net, &opts->net, &endpoint, err);
    if (status == FIAT_OK) status = copy_strings(client, err);
    if (status == FIAT_OK) status = open_multi(client, err);
    if (status != FIAT_OK) {
        destroy(client);
        return status;
    }
    fiat__aws_credentials_watch(client->opts.credentials, wake, client);
    *out = client;
    return FIAT_OK;
}

/* End a call that was not sent this time. */
static void end_early(fiat__aws_call *call, fiat__aws_class result) {
    call->result = result;
    call->http_status = 0;
    call->reply = fiat__str_of(NULL, 0);
    call->done(call);
}

static fiat_status prepare(fiat__aws_client *client, slot *at, const fiat__aws_call *call,
                           const fiat__aws_credentials *credentials, fiat_error *err) {
    fiat_status status = FIAT_OK;
    if (!at->ready) {
        status = fiat__http_transfer_init(&at->transfer, &client->http_opts, &client->sockets, err);
        if (status != FIAT_OK) {
            fiat__http_transfer_deinit(&at->transfer);
            return status;
        }
        at->ready = true;
    }
    at->credentials_turn = client->credentials_turn;
    fiat__http_transfer_reset(&at->transfer, call->body, call->source);
    const fiat__aws_signing signing = {.endpoint = &client->endpoint,
                                       .region = client->region,
                                       .service = client->service,
                                       .time_ms = now_ms(client),
                                       .credentials = credentials};
    status = fiat__aws_request_sign(&at->transfer, call, &signing, err);
    if (status != FIAT_OK) return status;
    /* libcurl would add it to a large body and wait for "100 Continue" before that. */
    status = fiat__http_transfer_header(&at->transfer, "Expect", NULL, err);
    if (status == FIAT_OK && !call->content_type)
        status = fiat__http_transfer_header(&at->transfer, "Content-Type", NULL, err);
    if (status != FIAT_OK) return status;
    if (call->avoid_reuse) fiat__http_transfer_avoid_reuse(&at->transfer);
    fiat__http_transfer_arm(&at->transfer);
    return call->rest ? fiat__aws_request_aim(&at->transfer, call->rest, &client->endpoint, err)
                      : FIAT_OK;
}

/* What went wrong before a request was sent: no memory, no credentials. Where these come from may
 * be out of reach for a moment. */
static fiat__aws_class class_of_local(fiat_status status, uint32_t flags) {
    if (status == FIAT_E_NOMEM || (flags & FIAT_ERRF_RETRYABLE)) return FIAT__AWS_RETRY;
    return status == FIAT_E_ARG || status == FIAT_E_LIMIT ? FIAT__AWS_TERMINAL : FIAT__AWS_PAUSE;
}

/* `status`: whether there are credentials; call->err is set when there are none. */
static void start(fiat__aws_client *client, slot *at, fiat__aws_call *call,
                  const fiat__aws_credentials *credentials, fiat_status status) {
    if (status == FIAT_OK) status = prepare(client, at, call, credentials, &call->err);
    if (status != FIAT_OK) {
        at->busy = true;
        end_early(call, class_of_local(status, call->err.flags));
        at->busy = false;
        return;
    }
    at->busy = true;
    at->call = call;
    call->impl = at;
    client->running_count++;
    curl_easy_setopt(at->transfer.easy, CURLOPT_PRIVATE, at);
    CURLMcode added = curl_multi_add_handle(client->multi, at->transfer.easy);
    if (added == CURLM_OK) return;
    client->running_count--;
    at->call = NULL;
    fiat__err_set(&call->err, FIAT_E_NETWORK, "libcurl cannot start a request to %s: %s",
                  client->endpoint.host_header, curl_multi_strerror(added));
    end_early(call, FIAT__AWS_RETRY);
    at->busy = false;
}

static slot *free_slot(fiat__aws_client *client) {
    for (size_t i = 0; i < client->opts.max_connections; i++)
        if (!client->slots[i].busy) return &client->slots[i];
    return NULL;
}

static void push_first(fiat__aws_client *client, fiat__aws_call *call) {
    call->next = client->first;
    if (!client->first) client->last = &call->next;
    client->first = call;
    client->waiting_count++;
}

static fiat__aws_call *pop_waiting(fiat__aws_client *client) {
    fiat__aws_call *call = client->first;
    if (!call) return NULL;
    client->first = call->next;
    if (!client->first) client->last = &client->first;
    call->next = NULL;
    client->waiting_count--;
    return call;
}

/* While credentials are on their way, calls wait; wake() is called when they have come. */
static void start_waiting(fiat__aws_client *client) {
    slot *at;
    while (!client->cancelling && client->first && (at = free_slot(client))) {
        fiat__aws_credentials credentials;
        fiat_error why = FIAT_ERROR_INIT;
        if (fiat__aws_credentials_poll(client->opts.credentials, &credentials, &why) ==
            FIAT__AWS_CREDENTIALS_PENDING)
            return;
        fiat__aws_call *call = pop_waiting(client);
        fiat__err_assign(&call->err, &why);
        start(client, at, call, &credentials, (fiat_status)why.status);
        fiat__aws_credentials_deinit(&credentials);
    }
}

void fiat__aws_client_submit(fiat__aws_client *client, fiat__aws_call *call) {
    memset(&call->err, 0, sizeof call->err);
    call->next = NULL;
    call->impl = NULL;
    call->maybe_received = call->sent_anew = call->avoid_reuse = false;
    if (client->closed) {
        fiat__err_set(&call->err, FIAT_E_CLOSED, "the client for %s is closed",
                      client->endpoint.host_header);
        end_early(call, FIAT__AWS_RETRY);
        return;
    }
    *client->last = call;
    client->last = &call->next;
    client->waiting_count++;
    fiat__fence_enter();
    start_waiting(client);
    fiat__fence_leave();
}

/* Learn the difference to the server's clock; true when it was above what is tolerated. */
static bool learn_clock(fiat__aws_client *client, const fiat__http_transfer *transfer,
                        int64_t tolerated_ms) {
    if (transfer->date_ms == INT64_MIN) return false;
    int64_t off_ms = transfer->date_ms - now_ms(client);
    if (off_ms > -tolerated_ms && off_ms < tolerated_ms) return false;
    client->clock_offset_ms += off_ms;
    int64_t behind_ms = client->clock_offset_ms;
    fiat__log_write(client->opts.log, FIAT__LOG_CLOCK, "",
                    "this machine's clock is %lld s %s that of %s, which is corrected for in "
                    "signatures: set the clock",
                    (long long)(behind_ms < 0 ? -behind_ms : behind_ms) / 1000,
                    behind_ms < 0 ? "ahead of" : "behind", client->endpoint.host_header);
    return true;
}

/* Mend what a refused signature may be due to: the clock, or else stale keys. Calls that were
 * signed before the last refresh need no other. */
static void refresh(fiat__aws_client *client, const slot *at, const fiat__aws_call *call) {
    if (fiat__aws_is_skew_code(call->err.aws_code) &&
        learn_clock(client, &at->transfer, SKEW_SUSPECT_MS))
        return;
    if (at->credentials_turn != client->credentials_turn) return;
    fiat__aws_credentials_refresh(client->opts.credentials);
    client->credentials_turn++;
}

/* Is the reply the service's own, rather than a page of a proxy on the way? Through TLS nobody else
 * can have made it. */
static bool is_own_reply(const fiat__aws_client *client, const fiat__http_transfer *transfer) {
    return client->endpoint.tls || !*client->net.proxy.url || transfer->request_id[0];
}

static void finish_reply(fiat__aws_client *client, slot *at, fiat__aws_call *call) {
    const fiat__http_transfer *transfer = &at->transfer;
    const fiat__aws_reply reply = {.http_status = call->http_status,
                                   .error_type = fiat__str_c(transfer->error_type),
                                   .request_id = fiat__str_c(transfer->request_id),
                                   .body = fiat__buf_str(&transfer->reply),
                                   .host = client->endpoint.host_header};
    call->reply = reply.body;
    call->result = fiat__aws_classify(&reply, &call->err);
    /* "If there is an internal server error or a timeout, the write might have completed or it
     * might have failed." (API_PutRecordBatch.html) */
    if (call->result == FIAT__AWS_RETRY) call->maybe_received = true;
    if (call->result == FIAT__AWS_REFRESH) refresh(client, at, call);
    if (is_own_reply(client, transfer)) (void)learn_clock(client, transfer, SKEW_TOLERATED_MS);
}

static void describe_failure(const fiat__aws_client *client, const slot *at, CURLcode code,
                             fiat__aws_call *call) {
    fiat__http_describe_failure(&at->transfer, code, &client->net, client->endpoint.host_header,
                                &call->err);
    call->err.http_status = call->http_status;
    call->err.flags = call->result == FIAT__AWS_PAUSE ? FIAT_ERRF_OPERATOR : FIAT_ERRF_RETRYABLE;
}

/* Once a call, before all that wait and without a pause: what was wrong with the first attempt has
 * been mended, or will be when new credentials come, or was wrong with its connection alone. */
static bool send_anew(fiat__aws_client *client, slot *at, fiat__aws_call *call, bool stale) {
    if (call->sent_anew || (!stale && call->result != FIAT__AWS_REFRESH)) return false;
    call->sent_anew = true;
    memset(&call->err, 0, sizeof call->err);
    call->avoid_reuse = stale;
    at->busy = false;
    push_first(client, call); /* whoever reaps starts what waits */
    return true;
}

/* The head of an answer is enough when it refuses what it has not read: whoever sends such a one
 * may break the connection before the rest of it is here. */
static bool is_answered(const fiat__aws_call *call, CURLcode code) {
    return code == CURLE_OK || call->http_status == 407 || call->http_status == 413;
}

/* Take a transfer off the wire; its slot stays busy until the call's done() has returned. */
static void finish(fiat__aws_client *client, slot *at, CURLcode code) {
    fiat__aws_call *call = at->call;
    fiat__http_transfer *transfer = &at->transfer;
    call->http_status = fiat__http_transfer_status(transfer);
    call->reply = fiat__str_of(NULL, 0);
    bool sent = fiat__http_transfer_was_sent(transfer);
    bool stale = fiat__http_transfer_was_stale(transfer, code);
    curl_multi_remove_handle(client->multi, transfer->easy);
    if (is_answered(call, code)) {
        finish_reply(client, at, call);
    } else {
        call->result =
            fiat__http_failure_may_pass(transfer, code) ? FIAT__AWS_RETRY : FIAT__AWS_PAUSE;
        if (sent) call->maybe_received = true;
        describe_failure(client, at, code, call);
    }
    at->call = NULL;
    client->running_count--;
    call->impl = NULL;
    if (send_anew(client, at, call, stale)) return;
    call->done(call);
    at->busy = false;
}

/* true when some call ended. */
static bool reap(fiat__aws_client *client) {
    bool any = false;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode code = message->data.result;
        char *at = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &at);
        finish(client, (slot *)(void *)at, code);
        any = true;
    }
    return any;
}

static bool advance(fiat__aws_client *client) {
    int running;
    fiat__fence_enter();
    start_waiting(client);
    curl_multi_perform(client->multi, &running);
    bool any = reap(client);
    start_waiting(client);
    fiat__fence_leave();
    return any;
}

void fiat__aws_client_poll(fiat__aws_client *client, int timeout_ms) {
    if (advance(client) || timeout_ms <= 0) return;
    curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    advance(client);
}

void fiat__aws_client_wakeup(fiat__aws_client *client) {
    curl_multi_wakeup(client->multi);
}

static void cancel_running(fiat__aws_client *client, slot *at) {
    fiat__aws_call *call = at->call;
    if (!call) return;
    bool sent = fiat__http_transfer_was_sent(&at->transfer);
    curl_multi_remove_handle(client->multi, at->transfer.easy);
    at->call = NULL;
    client->running_count--;
    fiat__err_set(&call->err, FIAT_E_NETWORK, "request to %s was given up before its answer came",
                  client->endpoint.host_header);
    call->err.flags = FIAT_ERRF_RETRYABLE;
    call->result = FIAT__AWS_RETRY;
    if (sent) call->maybe_received = true;
    call->http_status = 0;
    call->reply = fiat__str_of(NULL, 0);
    call->impl = NULL;
    call->done(call);
    at->busy = false;
}

void fiat__aws_client_cancel(fiat__aws_client *client) {
    if (client->cancelling) return;
    client->cancelling = true;
    fiat__fence_enter();
    size_t waiting = client->waiting_count; /* not those that done() adds */
    for (size_t i = 0; i < client->opts.max_connections; i++)
        cancel_running(client, &client->slots[i]);
    for (; waiting > 0; waiting--) {
        fiat__aws_call *call = pop_waiting(client);
        fiat__err_set(&call->err, FIAT_E_NETWORK, "request to %s was given up before it was sent",
                      client->endpoint.host_header);
        call->err.flags = FIAT_ERRF_RETRYABLE;
        end_early(call, FIAT__AWS_RETRY);
    }
    fiat__fence_leave();
    client->cancelling = false;
}

void fiat__aws_client_free(fiat__aws_client *client) {
    if (!client) return;
    client->closed = true;
    fiat__aws_client_cancel(client);
    fiat__aws_credentials_watch(client->opts.credentials, NULL, NULL);
    fiat__fence_enter();
    destroy(client);
    fiat__fence_leave();
}

void fiat__aws_client_abandon(fiat__aws_client *client) {
    if (client) fiat__http_sockets_abandon(&client->sockets);
}

size_t fiat__aws_client_in_flight(const fiat__aws_client *client) {
    return client->running_count + client->waiting_count;
}
