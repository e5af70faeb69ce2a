/* PutRecordBatch: pure functions from records to a body, and from a reply to what became of each
 * record. Any thread; nothing is kept. */
#include "aws/svc/firehose.h"
#include "aws/error_class.h"
#include "base/base64.h"
#include "base/error.h"
#include "json/writer.h"

/* Firehose's names have at most 64 characters; it refuses longer ones itself. */
#define HEAD_MAX_BYTES (64 * 1024)

/* A body is: HEAD name RECORDS data BETWEEN data ... END. */
#define HEAD    "{\"DeliveryStreamName\":"
#define RECORDS ",\"Records\":[{\"Data\":\""
#define BETWEEN "\"},{\"Data\":\""
#define END     "\"}]}"

static void rewind_put(void *ctx) {
    fiat__firehose_put *put = ctx;
    put->text = fiat__buf_str(&put->head);
    put->data = fiat__str_of(NULL, 0);
    put->index = 0;
    put->in_data = false;
}

/* What comes after the text or the data that has been read; false at the end. */
static bool go_on(fiat__firehose_put *put) {
    if (put->in_data) {
        put->in_data = false;
        put->index++;
        put->text = fiat__str_c(put->index < put->count ? BETWEEN : END);
        return true;
    }
    if (put->index == put->count) return false;
    put->data = put->record(put->records, put->index);
    put->in_data = true;
    return true;
}

static fiat__str behind(fiat__str text, size_t len) {
    return fiat__str_of(text.ptr + len, text.len - len);
}

static size_t read_text(fiat__firehose_put *put, char *to, size_t room) {
    size_t len = put->text.len < room ? put->text.len : room;
    memcpy(to, put->text.ptr, len);
    put->text = behind(put->text, len);
    return len;
}

/* Whole groups of base64. One that there is no room for is read as text. */
static size_t read_data(fiat__firehose_put *put, char *to, size_t room) {
    bool fits = room >= sizeof put->group;
    size_t len = fits ? room / 4 * 3 : 3;
    if (len > put->data.len) len = put->data.len;
    fiat__base64_write(fits ? to : put->group, put->data.ptr, len);
    put->data = behind(put->data, len);
    if (fits) return fiat__base64_encoded_len(len);
    put->text = fiat__str_of(put->group, sizeof put->group);
    return 0;
}

static size_t read_put(void *ctx, char *to, size_t room) {
    fiat__firehose_put *put = ctx;
    size_t len = 0;
    while (len < room) {
        if (put->text.len)
            len += read_text(put, to + len, room - len);
        else if (put->data.len)
            len += read_data(put, to + len, room - len);
        else if (!go_on(put))
            break;
    }
    return len;
}

void fiat__firehose_put_init(fiat__firehose_put *put) {
    *put = (fiat__firehose_put){.source = {.rewind = rewind_put, .read = read_put, .ctx = put}};
    fiat__buf_init(&put->head, HEAD_MAX_BYTES);
}

void fiat__firehose_put_deinit(fiat__firehose_put *put) {
    fiat__buf_deinit(&put->head);
}

fiat_status fiat__firehose_put_begin(fiat__firehose_put *put, const char *stream,
                                     const void *records, size_t count,
                                     fiat__str (*record)(const void *records, size_t i),
                                     fiat_error *err) {
    fiat__buf_clear(&put->head);
    fiat__buf_append_c(&put->head, HEAD);
    fiat__json_write_string_c(&put->head, stream);
    fiat__buf_append_c(&put->head, RECORDS);
    put->records = records;
    put->count = count;
    put->record = record;
    put->source.len = put->head.len + (count - 1) * (sizeof BETWEEN - 1) + sizeof END - 1;
    for (size_t i = 0; i < count; i++)
        put->source.len += fiat__base64_encoded_len(record(records, i).len);
    rewind_put(put);
    return fiat__buf_status(&put->head, err);
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
