/* The sink `firehose`: batches become PutRecordBatch requests of the asynchronous AWS client.
 *
 * The sender thread owns all of it; wakeup() alone comes from others. A request's body is made
 * while it is sent, from the records, which stay as they are until the batch is done. What belongs
 * to one process (client, credentials, requests) is one block, which the child of a fork leaves
 * alone and replaces: closing the parent's TLS sessions there would end them for the parent as
 * well. */
#include "aws/client.h"
#include "aws/error_class.h"
#include "aws/svc/firehose.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"
#include "base/sha256_pair.h"
#include "producer/producer.h"

#include <fiat/version.h>

typedef struct request {
    fiat__aws_call call;
    fiat__firehose_put put;
    unsigned char body_sha256[FIAT__SHA256_BYTES];
    fiat__sink_batch *batch; /* NULL: free */
} request;

/* What one process has. */
typedef struct session {
    fiat__aws_credentials_provider *credentials;
    fiat__aws_client *client;
    fiat__firehose_put next; /* the body of a forecast, while it is hashed */
    uint32_t request_count;
    request requests[];
} session;

typedef struct firehose_sink {
    fiat__sink base;
    session *session;
    fiat__sink_opts opts; /* `net` is a copy; `region` and `endpoint_url` stand below */
    char *region, *endpoint_url;
} firehose_sink;

static fiat__record_fate fate_of(fiat__aws_class class) {
    switch (class) {
    case FIAT__AWS_THROTTLE:
        return FIAT__FATE_THROTTLE;
    case FIAT__AWS_PAUSE:
        return FIAT__FATE_PAUSE;
    case FIAT__AWS_TERMINAL:
        return FIAT__FATE_TERMINAL;
    case FIAT__AWS_OK:
    case FIAT__AWS_RETRY:
    case FIAT__AWS_REFRESH: /* of one record among others: not a matter of credentials */
        break;
    }
    return FIAT__FATE_RETRY;
}

/* The client has sent the request anew with fresh credentials already: if that was refused, too, it
 * is for an operator. */
static fiat__record_fate fate_of_batch(fiat__aws_class class, const fiat_error *err) {
    if (class == FIAT__AWS_TERMINAL)
        return fiat__aws_is_size_refusal(err) ? FIAT__FATE_TOO_LARGE : FIAT__FATE_REFUSED;
    return class == FIAT__AWS_REFRESH ? FIAT__FATE_PAUSE : fate_of(class);
}

/* One fate for the whole batch. */
static void fail_batch(fiat__sink_batch *batch, fiat__record_fate fate, bool maybe,
                       const fiat_error *err) {
    for (size_t i = 0; i < batch->count; i++) {
        batch->records[i].fate = fate;
        batch->records[i].maybe_delivered = maybe;
        batch->records[i].err = *err;
    }
}

static void read_result(fiat__sink_record *record, const fiat__firehose_result *result,
                        int http_status) {
    record->fate = fate_of(result->class);
    record->maybe_delivered = result->maybe_received;
    if (result->record_id) {
        record->fate = FIAT__FATE_DELIVERED;
        fiat__err_copy(record->record_id, sizeof record->record_id, result->record_id,
                       strlen(result->record_id));
        return;
    }
    record->err = result->err;
    record->err.http_status = http_status;
    fiat__err_wrap(&record->err, FIAT_OK, "Firehose did not take the record");
}

/* A reply of 2xx that cannot be read says nothing of any record: all of them may have arrived. */
static void read_reply(fiat__sink_batch *batch, const fiat__aws_call *call) {
    fiat__firehose_reply reply;
    fiat__firehose_result result;
    fiat_error err;
    if (fiat__firehose_reply_parse(&reply, call->reply, batch->count, &err) != FIAT_OK) {
        err.flags = FIAT_ERRF_RETRYABLE;
        err.http_status = call->http_status;
        fail_batch(batch, FIAT__FATE_RETRY, true, &err);
        return;
    }
    for (size_t i = 0; fiat__firehose_reply_next(&reply, &result); i++) {
        read_result(&batch->records[i], &result, call->http_status);
        if (call->maybe_received) batch->records[i].maybe_delivered = true;
    }
    fiat__firehose_reply_free(&reply);
}

static void on_call_done(fiat__aws_call *call) {
    request *r = call->user;
    fiat__sink_batch *batch = r->batch;
    if (call->result == FIAT__AWS_OK)
        read_reply(batch, call);
    else
        fail_batch(batch, fate_of_batch(call->result, &call->err), call->maybe_received,
                   &call->err);
    batch->sent_anew = call->sent_anew;
    r->batch = NULL;
    batch->done(batch);
}

static fiat__str data_of(const void *records, size_t i) {
    return ((const fiat__sink_record *)records)[i].data;
}

static request *free_request(session *s) {
    for (uint32_t i = 0; i < s->request_count; i++)
        if (!s->requests[i].batch) return &s->requests[i];
    return NULL;
}

static fiat__str data_of_next(const void *data, size_t i) {
    return ((const fiat__str *)data)[i];
}

/* With that of the batch that will probably follow, where this costs little more. */
static fiat_status hash_body(session *s, request *r, const fiat__sink_batch *batch,
                             fiat_error *err) {
    fiat__sink_forecast *next = batch->next;
    if (batch->foretold && batch->foretold->hashed) {
        memcpy(r->body_sha256, batch->foretold->body_sha256, sizeof r->body_sha256);
        return FIAT_OK;
    }
    if (!next || fiat__firehose_put_begin(&s->next, batch->stream, next->data, next->count,
                                          data_of_next, NULL) != FIAT_OK)
        return fiat__sha256_source(r->body_sha256, &r->put.source, err);
    fiat__sha256_pair(r->body_sha256, &r->put.source, next->body_sha256, &s->next.source);
    next->hashed = true;
    return FIAT_OK;
}

static fiat_status make_body(session *s, request *r, const fiat__sink_batch *batch,
                             fiat_error *err) {
    if (!r)
        return fiat__err_set(err, FIAT_E_LIMIT, "firehose: %u requests are in flight already",
                             s->request_count);
    fiat_status status = fiat__firehose_put_begin(&r->put, batch->stream, batch->records,
                                                  batch->count, data_of, err);
    if (status != FIAT_OK) return status;
    fiat__fence_enter();
    status = hash_body(s, r, batch, err);
    fiat__fence_leave();
    return status;
}

static void submit(fiat__sink *base, fiat__sink_batch *batch) {
    session *s = ((firehose_sink *)base)->session;
    request *r = free_request(s);
    fiat_error err;
    fiat_status status = make_body(s, r, batch, &err);
    if (status != FIAT_OK) {
        err.flags |= FIAT_ERRF_RETRYABLE;
        fail_batch(batch, FIAT__FATE_RETRY, false, &err);
        batch->done(batch);
        return;
    }
    r->batch = batch;
    r->call = (fiat__aws_call){.target = FIAT__FIREHOSE_PUT_TARGET,
                               .content_type = FIAT__FIREHOSE_CONTENT_TYPE,
                               .source = &r->put.source,
                               .body_sha256 = r->body_sha256,
                               .done = on_call_done,
                               .user = r};
    fiat__aws_client_submit(s->client, &r->call);
}

static void poll_sink(fiat__sink *base, int timeout_ms) {
    fiat__aws_client_poll(((firehose_sink *)base)->session->client, timeout_ms);
}

static void wakeup(fiat__sink *base) {
    fiat__aws_client_wakeup(((firehose_sink *)base)->session->client);
}

static void cancel(fiat__sink *base) {
    fiat__aws_client_cancel(((firehose_sink *)base)->session->client);
}

static void free_session(session *s) {
    if (!s) return;
    fiat__aws_client_free(s->client);
    fiat__aws_credentials_provider_free(s->credentials);
    for (uint32_t i = 0; i < s->request_count; i++)
        fiat__firehose_put_deinit(&s->requests[i].put);
    fiat__firehose_put_deinit(&s->next);
    fiat__free(s);
}

static void free_sink(fiat__sink *base) {
    firehose_sink *sink = (firehose_sink *)base;
    free_session(sink->session);
    fiat__free(sink->region);
    fiat__free(sink->endpoint_url);
    fiat__net_opts_free(&sink->opts.net);
    fiat__free(sink);
}

static fiat_status new_session(firehose_sink *sink, session **out, fiat_error *err) {
    uint32_t count = sink->opts.max_in_flight ? sink->opts.max_in_flight : 1;
    session *s = fiat__calloc(1, sizeof *s + count * sizeof s->requests[0]);
    if (!s) return fiat__err_nomem(err);
    s->request_count = count;
    fiat__firehose_put_init(&s->next);
    for (uint32_t i = 0; i < count; i++)
        fiat__firehose_put_init(&s->requests[i].put);
    const fiat__aws_credentials_opts credentials = {.clock = sink->opts.clock,
                                                    .region = sink->region,
                                                    .fips = sink->opts.fips,
                                                    .dualstack = sink->opts.dualstack,
                                                    .net = sink->opts.net,
                                                    .log = sink->opts.log};
    fiat_status status = fiat__aws_credentials_chain_new(&s->credentials, &credentials, err);
    if (status != FIAT_OK) goto out;
    fiat__aws_client_opts client = {.service = FIAT__FIREHOSE_SERVICE,
                                    .region = sink->region,
                                    .endpoint_url = sink->endpoint_url,
                                    .fips = sink->opts.fips,
                                    .dualstack = sink->opts.dualstack,
                                    .net = sink->opts.net,
                                    .credentials = s->credentials,
                                    .connect_timeout_ms = sink->opts.connect_timeout_ms,
                                    .request_timeout_ms = sink->opts.request_timeout_ms,
                                    .max_connections = count,
                                    .max_reply_bytes = FIAT__FIREHOSE_REPLY_MAX_BYTES,
                                    .clock = sink->opts.clock,
                                    .user_agent = "fiat/" FIAT_VERSION,
                                    .log = sink->opts.log};
    status = fiat__aws_client_new(&s->client, &client, err);
out:
    if (status != FIAT_OK) {
        free_session(s);
        s = NULL;
    }
    *out = s;
    return status;
}

static fiat_status reopen(fiat__sink *base, fiat_error *err) {
    firehose_sink *sink = (firehose_sink *)base;
    session *fresh;
    fiat_status status = fiat__fence_check(err);
    if (status == FIAT_OK) status = new_session(sink, &fresh, err);
    if (status != FIAT_OK) return status;
    fiat__aws_client_abandon(sink->session->client);
    sink->session = fresh; /* the parent's memory is left as it is, on purpose */
    return FIAT_OK;
}

static const fiat__sink_vtable s_vtable = {
    .name = "firehose",
    .max_batch_records = FIAT__BATCH_MAX_RECORDS,
    .max_batch_bytes = FIAT__BATCH_MAX_BYTES,
    .takes_bytes = true,
    .submit = submit,
    .poll = poll_sink,
    .wakeup = wakeup,
    .cancel = cancel,
    .free = free_sink,
    .reopen = reopen,
};

static fiat_status find_region(firehose_sink *sink, const char *region, fiat_error *err) {
    fiat__buf found;
    fiat__buf_init(&found, 128);
    fiat_status status = FIAT_OK;
    if (!region || !*region) {
        status = fiat__aws_region_find(&found, err);
        region = fiat__buf_cstr(&found);
    }
    if (status == FIAT_OK && !(sink->region = fiat__strdup(region))) status = fiat__err_nomem(err);
    fiat__buf_deinit(&found);
    return status;
}

fiat_status fiat__sink_firehose_new(fiat__sink **out, const fiat__sink_opts *opts,
                                    fiat_error *err) {
    *out = NULL;
    firehose_sink *sink = fiat__calloc(1, sizeof *sink);
    if (!sink) return fiat__err_nomem(err);
    sink->base.vtable = &s_vtable;
    sink->opts = *opts;
    fiat_status status = fiat__net_opts_copy(&sink->opts.net, &opts->net, err);
    if (status == FIAT_OK) status = find_region(sink, opts->region, err);
    if (status != FIAT_OK) goto out;
    sink->endpoint_url = fiat__strdup(opts->endpoint_url ? opts->endpoint_url : "");
    status = sink->endpoint_url ? fiat__fence_check(err) : fiat__err_nomem(err);
    if (status != FIAT_OK) goto out;
    fiat__fence_enter();
    sink->base.looks_ahead = fiat__sha256_runs_in_pairs();
    status = new_session(sink, &sink->session, err);
    fiat__fence_leave();
out:
    if (status != FIAT_OK)
        free_sink(&sink->base);
    else
        *out = &sink->base;
    return status;
}
