/* Firehose's answers, and what faults make of them. On the connections' threads. A request goes
 * through: the fault it is to meet (begin), a refusal by it, the signature, the records, and at
 * last what the fault does to the answer. */
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "json/writer.h"
#include "mock/heap.h"
#include "mock/mock_internal.h"

#include <stdio.h>

#define TARGET "Firehose_20150804."

/* One request, from begin() to done(). */
typedef struct visit {
    fiat__fault fault;
    uint64_t number;
    bool close; /* the queue waits for a new connection: this one ends after its answer */
    fiat__reply reply;
    char headers[256];
} visit;

void fiat__mock_connecting(void *ctx, fiat__server_welcome *welcome) {
    fiat_mock *mock = ctx;
    fiat__mutex_lock(&mock->mutex);
    const fiat__fault fault = fiat__faults_next_connection(&mock->faults);
    fiat__mutex_unlock(&mock->mutex);
    if (fault.kind == FIAT_MOCK_STALL_ACCEPT) welcome->accept_ms = fault.value;
    if (fault.kind == FIAT_MOCK_TLS_REFUSED) welcome->refuse_tls = true;
    if (fault.kind == FIAT_MOCK_TLS_WRONG_HOST) welcome->tls = mock->certificates.wrong;
}

void fiat__mock_begin(void *ctx, fiat__server_request *request, fiat__server_reply *early) {
    fiat_mock *mock = ctx;
    visit *v = fiat__heap_new(sizeof *v);
    request->note = v;
    if (!v) return;
    fiat__reply_init(&v->reply);
    fiat__mutex_lock(&mock->mutex);
    v->fault = fiat__faults_next_request(&mock->faults, request->body_len);
    v->close = fiat__faults_want_connection(&mock->faults);
    v->number = mock->requests++;
    fiat__mutex_unlock(&mock->mutex);
    const fiat__fault_row *row = &fiat__fault_rows[v->fault.kind];
    if (row->place != FIAT__FAULT_READING) return;
    early->fault = row->wire;
    early->pace_ms = v->fault.value;
    early->fault_at = 64; /* of the body; a shorter one is read whole, and not taken either */
}

void fiat__mock_done(void *ctx, fiat__server_request *request, fiat__server_reply *reply) {
    visit *v = request->note;
    (void)ctx;
    (void)reply;
    if (v) fiat__reply_deinit(&v->reply);
    fiat__heap_free(v);
}

/* --- records ---------------------------------------------------------------------------------- */

/* What becomes of one record: NULL: it is acknowledged. @locks the mock's mutex */
static const fiat__fault_row *decide(fiat_mock *mock, const visit *v, const char *stream,
                                     fiat__str data, size_t index, fiat__taken *record) {
    const fiat__fault_row *row = &fiat__fault_rows[v->fault.kind];
    const fiat__fault_row *slow_down = &fiat__fault_rows[FIAT_MOCK_RECORD_UNAVAILABLE];
    const bool hit = row->place == FIAT__FAULT_RECORD &&
                     (index == 0 || fiat__faults_below(&mock->faults, 100) < v->fault.value);
    if (hit && v->fault.kind != FIAT_MOCK_RECORD_FAILURE_TAKEN) return row;
    if (!fiat__store_admit(&mock->store, stream, data.len, fiat__mono_ms(&fiat__clock_system)))
        return slow_down;
    fiat__err_copy(record->stream, sizeof record->stream, stream, strlen(stream));
    record->request = v->number;
    record->fault = v->fault.kind;
    if (!fiat__store_take(&mock->store, record, data)) return slow_down;
    return hit ? row : NULL;
}

/* The members of a failed record, after its brace. */
static void write_failure(fiat__buf *out, const fiat__fault_row *row) {
    fiat__buf_printf(out, "{\"ErrorCode\":\"%s\",\"ErrorMessage\":\"%s\"}", row->code,
                     row->message);
}

/* Take the records and write their results, the last of which may be left out. Returns how many
 * failed. */
static size_t put_all(fiat_mock *mock, visit *v, const char *stream, const fiat__put_input *input,
                      fiat__buf *results) {
    size_t failed = 0;
    const size_t shown = input->count - (v->fault.kind == FIAT_MOCK_FEW_RESULTS);
    fiat__mutex_lock(&mock->mutex);
    for (size_t i = 0; i < input->count; i++) {
        fiat__taken record = {0};
        fiat__buf success;
        fiat__buf_init(&success, 128);
        fiat__put_write_id(&success, fiat__wall_ms(&fiat__clock_system), record.record_id);
        const fiat__fault_row *row = decide(mock, v, stream, input->decoded[i], i, &record);
        failed += row != NULL;
        if (i < shown && i) fiat__buf_append_char(results, ',');
        if (i < shown && row) write_failure(results, row);
        if (i < shown && !row) fiat__buf_printf(results, "%s}", fiat__buf_cstr(&success));
        fiat__buf_deinit(&success);
    }
    fiat__cond_broadcast(&mock->taken);
    fiat__mutex_unlock(&mock->mutex);
    return failed;
}

static void put_batch(fiat_mock *mock, visit *v, const char *stream, const fiat__put_input *input) {
    fiat__buf results;
    fiat__buf_init(&results, 128 * 1024);
    size_t failed = put_all(mock, v, stream, input, &results);
    if (v->fault.kind == FIAT_MOCK_WRONG_COUNT) failed++;
    fiat__buf_printf(&v->reply.body,
                     "{\"FailedPutCount\":%zu,\"Encrypted\":false,\"RequestResponses\":[", failed);
    fiat__buf_append(&v->reply.body, results.ptr, results.len);
    fiat__buf_append_c(&v->reply.body, "]}");
    v->reply.http_status = 200;
    fiat__buf_deinit(&results);
}

/* A record that fails alone is an error of the whole call here. */
static void put_one(fiat_mock *mock, visit *v, const char *stream, const fiat__put_input *input) {
    fiat__taken record = {0};
    fiat__put_write_id(&v->reply.body, fiat__wall_ms(&fiat__clock_system), record.record_id);
    fiat__buf_append_c(&v->reply.body, ",\"Encrypted\":false}");
    v->reply.http_status = 200;
    fiat__mutex_lock(&mock->mutex);
    const fiat__fault_row *row = decide(mock, v, stream, input->decoded[0], 0, &record);
    fiat__cond_broadcast(&mock->taken);
    fiat__mutex_unlock(&mock->mutex);
    if (row) fiat__reply_error(&v->reply, row->http_status, row->code, "%s", row->message);
}

static void put_records(fiat_mock *mock, visit *v, const char *stream, fiat__put_input *input,
                        bool batch) {
    if (fiat__streams_find(mock, stream, &v->reply) && fiat__put_input_decode(input, &v->reply))
        (batch ? put_batch : put_one)(mock, v, stream, input);
}

static void put(fiat_mock *mock, visit *v, const fiat__doc *body, bool batch) {
    fiat__put_input *input = fiat__put_input_new(&v->reply);
    const char *stream = input ? fiat__put_input_read(input, body, batch, &v->reply) : NULL;
    if (stream) put_records(mock, v, stream, input, batch);
    fiat__put_input_free(input);
}

static void perform(fiat_mock *mock, visit *v, fiat__str operation, const fiat__doc *body) {
    if (fiat__str_eq_c(operation, "PutRecordBatch"))
        put(mock, v, body, true);
    else if (fiat__str_eq_c(operation, "PutRecord"))
        put(mock, v, body, false);
    else if (!fiat__streams_perform(mock, operation, body, &v->reply))
        fiat__reply_error(&v->reply, 400, "UnknownOperationException",
                          "The mock does not offer this operation.");
}

static void call(fiat_mock *mock, visit *v, const fiat__server_request *request) {
    fiat__str target;
    fiat__sigv4_verdict verdict;
    const fiat__str prefix = fiat__str_c(TARGET);
    if (!fiat__mock_verify(mock, request, "firehose", &verdict)) {
        fiat__reply_error(&v->reply, verdict.http_status, verdict.code, "%s", verdict.message);
        return;
    }
    fiat__doc *body =
        fiat__put_body_parse(fiat__str_of(request->body, request->body_len), &v->reply);
    if (!body) return;
    if (!fiat__server_header(request->head, "x-amz-target", &target) ||
        !fiat__str_starts(target, prefix))
        target = prefix;
    perform(mock, v, fiat__str_of(target.ptr + prefix.len, target.len - prefix.len), body);
    fiat__doc_free(body);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void replace_body(visit *v, int http_status, const char *body) {
    v->reply.http_status = http_status;
    fiat__buf_clear(&v->reply.body);
    fiat__buf_append_c(&v->reply.body, body);
}

static void refuse(visit *v) {
    const fiat__fault_row *row = &fiat__fault_rows[v->fault.kind];
    if (row->code)
        fiat__reply_error(&v->reply, row->http_status, row->code, "%s", row->message);
    else
        replace_body(v, row->http_status, "<html><h1>Bad Gateway</h1></html>");
}

/* What the fault does to an answer that is there. */
static void spoil(visit *v, fiat__server_reply *reply) {
    const fiat__fault_row *row = &fiat__fault_rows[v->fault.kind];
    const size_t len = v->reply.body.len;
    reply->fault = row->wire;
    reply->fault_at = len / 2;
    if (row->code) refuse(v);
    if (v->fault.kind == FIAT_MOCK_DELAY) reply->delay_ms = v->fault.value;
    if (v->fault.kind == FIAT_MOCK_SLOW_REPLY) reply->pace_ms = v->fault.value;
    if (v->fault.kind == FIAT_MOCK_SHORT_LENGTH) reply->content_length = (long)(len / 2);
    if (v->fault.kind == FIAT_MOCK_LONG_LENGTH) reply->content_length = (long)len + 16;
    if (v->fault.kind == FIAT_MOCK_TRUNCATED) fiat__buf_truncate(&v->reply.body, len / 2);
    if (v->fault.kind == FIAT_MOCK_BAD_JSON) replace_body(v, 200, "{\"FailedPutCount\":,}");
}

static void write_headers(visit *v) {
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t ms = fiat__wall_ms(&fiat__clock_system);
    if (v->fault.kind == FIAT_MOCK_SKEWED_CLOCK) ms += (int64_t)v->fault.value * 60000;
    const fiat__utc at = fiat__utc_of_ms(ms);
    char id[FIAT__UUID_LEN + 1] = "";
    const fiat__uuid uuid = fiat__uuid7(ms);
    fiat__uuid_write(id, &uuid);
    snprintf(v->headers, sizeof v->headers,
             "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\nx-amzn-RequestId: %s\r\n"
             "Content-Type: application/x-amz-json-1.1\r\n",
             days[ms / 86400000 % 7], at.day, months[at.month - 1], at.year, at.hour, at.minute,
             at.second, id);
}

void fiat__mock_handle(void *ctx, fiat__server_request *request, fiat__server_reply *reply) {
    fiat_mock *mock = ctx;
    visit *v = request->note;
    if (!v) {
        reply->status = 500; /* no memory */
        return;
    }
    write_headers(v);
    if (fiat__fault_rows[v->fault.kind].place == FIAT__FAULT_REFUSAL)
        refuse(v);
    else
        call(mock, v, request);
    if (fiat__fault_rows[v->fault.kind].place == FIAT__FAULT_ANSWER) spoil(v, reply);
    reply->status = v->reply.http_status;
    reply->headers = v->headers;
    reply->body = fiat__buf_cstr(&v->reply.body);
    reply->body_len = v->reply.body.len;
    reply->close = v->close;
}
