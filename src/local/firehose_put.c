/* PutRecord and PutRecordBatch: from checked records to acknowledged ones. A request is
 * acknowledged when all its records are in the buffer. */
#include "base/error.h"
#include "local/firehose.h"

/* The stream to put to, made now if the engine is told to. */
static fiat__stream *find_stream(fiat__firehose_request *request, const char *name) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__stream *stream = fiat__registry_acquire(request->registry, name);
    if (!stream && request->registry->opts->auto_create) {
        fiat_status status = fiat__firehose_auto_create(request, name, &err);
        if (status == FIAT_OK) stream = fiat__registry_acquire(request->registry, name);
        if (status == FIAT_E_ARG || status == FIAT_E_LIMIT) {
            fiat__reply_error(request->reply, 400, "InvalidArgumentException", "%s", err.message);
            return NULL;
        }
        if (status != FIAT_OK) {
            fiat__reply_failure(request->reply, &err);
            return NULL;
        }
    }
    if (!stream) fiat__firehose_not_found(request, name);
    return stream;
}

/* From checked records to acknowledged ones; false: answered. */
static bool put(fiat__put_input *input, fiat__firehose_request *request, const char *name) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__stream *stream = find_stream(request, name);
    if (!stream) return false;
    bool good = fiat__put_input_decode(input, request->reply);
    if (good) {
        fiat_status status =
            fiat__stream_put(request->registry, stream, input->decoded, input->count, &err);
        good = status == FIAT_OK;
        if (status == FIAT_E_NOT_FOUND)
            fiat__firehose_not_found(request, name);
        else if (!good)
            fiat__reply_failure(request->reply, &err);
    }
    fiat__registry_release(request->registry, stream);
    return good;
}

static void write_record_id(fiat__firehose_request *request) {
    fiat__put_write_id(&request->reply->body, fiat__wall_ms(request->registry->clock), NULL);
}

static void write_results(fiat__firehose_request *request, size_t count) {
    fiat__buf_append_c(&request->reply->body,
                       "{\"FailedPutCount\":0,\"Encrypted\":false,\"RequestResponses\":[");
    for (size_t i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(&request->reply->body, ',');
        write_record_id(request);
        fiat__buf_append_char(&request->reply->body, '}');
    }
    fiat__buf_append_c(&request->reply->body, "]}");
}

static void put_records(fiat__firehose_request *request, bool batch) {
    fiat__put_input *input = fiat__put_input_new(request->reply);
    if (!input) return;
    const char *name = fiat__put_input_read(input, request->input, batch, request->reply);
    if (name && put(input, request, name)) {
        if (batch) {
            write_results(request, input->count);
        } else {
            write_record_id(request);
            fiat__buf_append_c(&request->reply->body, ",\"Encrypted\":false}");
        }
        fiat__firehose_done(request);
    }
    fiat__put_input_free(input);
}

void fiat__local_put_record(fiat__firehose_request *request) {
    put_records(request, false);
}

void fiat__firehose_put_record_batch(fiat__firehose_request *request) {
    put_records(request, true);
}
