/* PutRecordBatch: pure functions from records to a body, and from a reply to what became of each
 * record. Any thread; nothing is kept. */
#include "aws/svc/firehose.h"
#include "aws/error_class.h"
#include "base/base64.h"
#include "base/error.h"
#include "json/writer.h"

#define RECORD_HEAD "{\"Data\":\""
#define RECORD_TAIL "\"}"

void fiat__firehose_put_begin(fiat__buf *out, const char *stream, size_t record_count,
                              size_t bytes) {
    /* Base64 adds at most 4 bytes a record over 4/3; the name and the frame are below 512. */
    fiat__buf_reserve(out, bytes / 3 * 4 + record_count * (sizeof RECORD_HEAD + 8) + 512);
    fiat__buf_append_c(out, "{\"DeliveryStreamName\":");
    fiat__json_write_string_c(out, stream);
    fiat__buf_append_c(out, ",\"Records\":[");
}

void fiat__firehose_put_record(fiat__buf *out, fiat__str data) {
    if (out->len && out->ptr[out->len - 1] == '}') fiat__buf_append_char(out, ',');
    fiat__buf_append(out, RECORD_HEAD, sizeof RECORD_HEAD - 1);
    fiat__base64_encode(out, data.ptr, data.len);
    fiat__buf_append(out, RECORD_TAIL, sizeof RECORD_TAIL - 1);
}

fiat_status fiat__firehose_put_end(fiat__buf *out, fiat_error *err) {
    fiat__buf_append_c(out, "]}");
    return fiat__buf_status(out, err);
}

/* A string that is there and not empty; emulators write null for what is absent. */
static const char *text_of(const fiat__doc *object, const char *name) {
    const char *text = NULL;
    return fiat__doc_string(fiat__doc_get(object, name), &text) && *text ? text : NULL;
}

/* One item of RequestResponses. */
typedef struct entry {
    const char *record_id, *code, *message; /* NULL where absent */
} entry;

/* "A failed record includes ErrorCode and ErrorMessage values": it is taken only when it says
 * nothing of an error. */
static entry read_entry(const fiat__doc *node) {
    entry e = {text_of(node, "RecordId"), text_of(node, "ErrorCode"),
               text_of(node, "ErrorMessage")};
    if (e.code || e.message) e.record_id = NULL;
    return e;
}

static fiat_status bad_reply(fiat_error *err, const char *what) {
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "reply of Firehose to PutRecordBatch: %s; all its records are sent again",
                         what);
}

/* Every entry readable, as many as the request had records, as many failed as FailedPutCount. */
static fiat_status check(const fiat__doc *root, size_t record_count, fiat_error *err) {
    int64_t failed_said;
    size_t failed = 0;
    if (fiat__doc_kind_of(root) != FIAT__DOC_OBJECT) return bad_reply(err, "not a JSON object");
    if (!fiat__doc_integer(fiat__doc_get(root, "FailedPutCount"), &failed_said))
        return bad_reply(err, "no FailedPutCount");
    const fiat__doc *entries = fiat__doc_get(root, "RequestResponses");
    if (!entries || fiat__doc_kind_of(entries) != FIAT__DOC_ARRAY)
        return bad_reply(err, "no RequestResponses");
    if (fiat__doc_count(entries) != record_count)
        return bad_reply(err, "another number of RequestResponses than records sent");
    for (const fiat__doc *node = fiat__doc_first(entries); node; node = fiat__doc_next(node)) {
        entry e = read_entry(node);
        if (!e.record_id && !e.code && !e.message)
            return bad_reply(err, "a record with neither RecordId nor ErrorCode");
        if (!e.record_id) failed++;
    }
    if (failed_said < 0 || (uint64_t)failed_said != failed)
        return bad_reply(err, "FailedPutCount differs from the records with an ErrorCode");
    return FIAT_OK;
}

fiat_status fiat__firehose_reply_parse(fiat__firehose_reply *reply, fiat__str text,
                                       size_t record_count, fiat_error *err) {
    *reply = (fiat__firehose_reply){0};
    fiat_status status = fiat__doc_parse(&reply->doc, text, NULL);
    if (status != FIAT_OK) return bad_reply(err, "not JSON");
    status = check(reply->doc, record_count, err);
    if (status == FIAT_OK)
        reply->next = fiat__doc_first(fiat__doc_get(reply->doc, "RequestResponses"));
    else
        fiat__firehose_reply_free(reply);
    return status;
}

/* Documented for a record: ServiceUnavailableException (throughput exceeded, "Slow down.") and
 * InternalFailure; "if there is an internal server error or a timeout, the write might have
 * completed or it might have failed". A code that is not known is treated as the latter. */
bool fiat__firehose_reply_next(fiat__firehose_reply *reply, fiat__firehose_result *out) {
    const int as_server_error = 500;
    if (!reply->next) return false;
    entry e = read_entry(reply->next);
    reply->next = fiat__doc_next(reply->next);
    out->record_id = e.record_id;
    out->class = FIAT__AWS_OK;
    if (!e.record_id)
        out->class = fiat__aws_classify_code(fiat__str_c(e.code ? e.code : "InternalFailure"),
                                             fiat__str_c(e.message), as_server_error, &out->err);
    out->maybe_received = out->class == FIAT__AWS_RETRY;
    return true;
}

void fiat__firehose_reply_free(fiat__firehose_reply *reply) {
    fiat__doc_free(reply->doc);
    *reply = (fiat__firehose_reply){0};
}
