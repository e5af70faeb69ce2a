/* PutRecord and PutRecordBatch: the limits of
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html and the words
 * AWS answers with. A request is acknowledged when all its records are in the buffer. */
#include "base/base64.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/writer.h"
#include "local/firehose.h"

#include <stdio.h>

#define RECORD_MAX_BYTES  1024000
#define BATCH_MAX_BYTES   (4u * 1024 * 1024)
#define BATCH_MAX_RECORDS 500

/* The records of one request: base64 text first, then their bytes, one after another in `data`. */
typedef struct put_input {
    fiat__str encoded[BATCH_MAX_RECORDS];
    fiat__str decoded[BATCH_MAX_RECORDS];
    size_t count;
    size_t total_bytes;
    fiat__buf data;
} put_input;

/* Bytes that base64 text stands for; exact when the text is valid. */
static size_t decoded_len(fiat__str text) {
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    return text.len / 4 * 3 - (text.len >= 4 ? padding : 0);
}

/* Add the record's Data to `out`. */
static void check_record(put_input *out, fiat__check *check, const fiat__doc *record,
                         const char *path) {
    char data_path[64], shown[96];
    const char *text = NULL;
    snprintf(data_path, sizeof data_path, "%s.data", path);
    if (!record || fiat__doc_kind_of(record) == FIAT__DOC_NULL) {
        fiat__check_add(check, NULL, path, "Member must not be null");
        return;
    }
    const fiat__doc *data =
        fiat__check_member(check, record, "Data", FIAT__DOC_STRING, "record.data");
    if (fiat__doc_kind_of(record) != FIAT__DOC_OBJECT) check->wrong_type = "record";
    if (check->wrong_type) return;
    if (!fiat__doc_string(data, &text)) {
        fiat__check_add(check, NULL, data_path, "Member must not be null");
        return;
    }
    const fiat__str encoded = fiat__str_c(text);
    const size_t len = decoded_len(encoded);
    if (len > RECORD_MAX_BYTES) {
        snprintf(shown, sizeof shown, "java.nio.HeapByteBuffer[pos=0 lim=%zu cap=%zu]", len, len);
        fiat__check_add(check, shown, data_path, "Member must have length less than or equal to %d",
                        RECORD_MAX_BYTES);
    }
    out->total_bytes += len;
    out->encoded[out->count++] = encoded;
}

static bool decode(put_input *records, fiat__firehose_request *request) {
    fiat_error err = FIAT_ERROR_INIT;
    /* The buffer must not move while views into it are made. */
    if (!fiat__buf_reserve(&records->data, records->total_bytes + 3)) {
        fiat__buf_status(&records->data, &err);
        fiat__reply_failure(request->reply, &err);
        return false;
    }
    for (size_t i = 0; i < records->count; i++) {
        const size_t at = records->data.len;
        if (fiat__base64_decode(&records->data, records->encoded[i], &err) != FIAT_OK) {
            fiat__reply_error(request->reply, 400, "SerializationException",
                              "Data of record %zu: %s", i + 1, err.message);
            return false;
        }
        records->decoded[i] = fiat__str_of(records->data.ptr + at, records->data.len - at);
    }
    return true;
}

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
static bool put(put_input *records, fiat__firehose_request *request, const char *name) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__stream *stream = find_stream(request, name);
    if (!stream) return false;
    bool good = decode(records, request);
    if (good) {
        fiat_status status =
            fiat__stream_put(request->registry, stream, records->decoded, records->count, &err);
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
    char text[FIAT__UUID_LEN];
    const fiat__uuid uuid = fiat__uuid7(fiat__wall_ms(request->registry->clock));
    fiat__uuid_write(text, &uuid);
    fiat__buf_append_c(&request->reply->body, "{\"RecordId\":");
    fiat__json_write_string(&request->reply->body, fiat__str_of(text, sizeof text));
}

static put_input *new_records(fiat__firehose_request *request) {
    fiat_error err = FIAT_ERROR_INIT;
    put_input *made = fiat__calloc(1, sizeof *made);
    if (made) {
        fiat__buf_init(&made->data, BATCH_MAX_BYTES + 3);
    } else {
        fiat__err_nomem(&err);
        fiat__reply_failure(request->reply, &err);
    }
    return made;
}

static void free_records(put_input *records) {
    fiat__buf_deinit(&records->data);
    fiat__free(records);
}

void fiat__local_put_record(fiat__firehose_request *request) {
    put_input *records = new_records(request);
    if (!records) return;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__firehose_name_rule);
    check_record(records, &check, fiat__doc_get(request->input, "Record"), "record");
    if (fiat__check_done(&check, request->reply) && put(records, request, name)) {
        write_record_id(request);
        fiat__buf_append_c(&request->reply->body, ",\"Encrypted\":false}");
        fiat__firehose_done(request);
    }
    free_records(records);
}

static void check_batch(put_input *records, fiat__check *check, const fiat__doc *list) {
    char text[64];
    const size_t count = fiat__doc_count(list);
    snprintf(text, sizeof text, "[%zu records]", count);
    if (!list && !check->wrong_type)
        fiat__check_add(check, NULL, "records", "Member must not be null");
    else if (list && count == 0)
        fiat__check_add(check, "[]", "records",
                        "Member must have length greater than or equal to 1");
    else if (count > BATCH_MAX_RECORDS)
        fiat__check_add(check, text, "records", "Member must have length less than or equal to %d",
                        BATCH_MAX_RECORDS);
    if (count > BATCH_MAX_RECORDS) return;
    size_t number = 0;
    for (list = fiat__doc_first(list); list; list = fiat__doc_next(list)) {
        snprintf(text, sizeof text, "records.%zu.member", ++number);
        check_record(records, check, list, text);
    }
}

void fiat__firehose_put_record_batch(fiat__firehose_request *request) {
    put_input *records = new_records(request);
    if (!records) return;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__firehose_name_rule);
    check_batch(records, &check,
                fiat__check_member(&check, request->input, "Records", FIAT__DOC_ARRAY, "records"));
    bool good = fiat__check_done(&check, request->reply);
    if (good && records->total_bytes > BATCH_MAX_BYTES) {
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "Records size exceeds 4 MB limit");
        good = false;
    }
    if (good && put(records, request, name)) {
        fiat__buf_append_c(&request->reply->body,
                           "{\"FailedPutCount\":0,\"Encrypted\":false,\"RequestResponses\":[");
        for (size_t i = 0; i < records->count; i++) {
            if (i) fiat__buf_append_char(&request->reply->body, ',');
            write_record_id(request);
            fiat__buf_append_char(&request->reply->body, '}');
        }
        fiat__buf_append_c(&request->reply->body, "]}");
        fiat__firehose_done(request);
    }
    free_records(records);
}
