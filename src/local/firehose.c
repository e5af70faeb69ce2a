/* Dispatch, and the operations on streams as a whole: describe, list, delete. */
#include "local/firehose.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#define LIST_DEFAULT 10
#define LIST_MAX     10000

void fiat__firehose_not_found(fiat__firehose_request *request, const char *name) {
    fiat__reply_error(request->reply, 400, "ResourceNotFoundException",
                      "Firehose %s under account 000000000000 not found.", name);
}

fiat__stream *fiat__firehose_find(fiat__firehose_request *request, const char *name) {
    fiat__stream *stream = fiat__registry_acquire(request->registry, name);
    if (!stream) fiat__firehose_not_found(request, name);
    return stream;
}

void fiat__firehose_done(fiat__firehose_request *request) {
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat__buf_status(&request->reply->body, &err) != FIAT_OK)
        fiat__reply_failure(request->reply, &err);
    else
        request->reply->http_status = 200;
}

/* --- describe --------------------------------------------------------------------------------- */

/* The members that both kinds of description have. S3DestinationDescription is there in every
 * answer of AWS, beside the extended one. */
static void write_destination(fiat__buf *out, const fiat__stream *stream) {
    fiat__buf_append_c(out, "{\"DestinationId\":\"" FIAT__DESTINATION_ID
                            "\",\"S3DestinationDescription\":{");
    fiat__destination_write(out, &stream->destination, false);
    fiat__buf_append_c(out, "},\"ExtendedS3DestinationDescription\":{");
    fiat__destination_write(out, &stream->destination, true);
    fiat__buf_append_c(out, "}}");
}

static void write_description(fiat__buf *out, const fiat__stream *stream, bool destinations) {
    fiat__buf_append_c(out, "{\"DeliveryStreamDescription\":{\"DeliveryStreamName\":");
    fiat__json_write_string_c(out, stream->name);
    fiat__buf_append_c(out, ",\"DeliveryStreamARN\":");
    fiat__json_write_string_c(out, stream->arn);
    fiat__buf_printf(out,
                     ",\"DeliveryStreamStatus\":\"%s\","
                     "\"DeliveryStreamEncryptionConfiguration\":{%s},"
                     "\"DeliveryStreamType\":\"DirectPut\",\"VersionId\":\"%u\","
                     "\"CreateTimestamp\":%lld.%03d,\"Destinations\":[",
                     stream->deleting ? "DELETING" : "ACTIVE",
                     stream->encrypted ? "\"KeyType\":\"AWS_OWNED_CMK\",\"Status\":\"ENABLED\""
                                       : "\"Status\":\"DISABLED\"",
                     stream->version, (long long)(stream->created_ms / 1000),
                     (int)(stream->created_ms % 1000));
    if (destinations) write_destination(out, stream);
    fiat__buf_append_c(out, "],\"HasMoreDestinations\":false}}");
}

static void describe(fiat__firehose_request *request) {
    static const fiat__string_rule start_rule = {.member = "ExclusiveStartDestinationId",
                                                 .path = "exclusiveStartDestinationId",
                                                 .min = 1,
                                                 .max = 100};
    int64_t limit;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    const char *start = fiat__check_string(&check, request->input, &start_rule);
    fiat__check_integer(&check, request->input, "Limit", "limit", 1, LIST_MAX, &limit);
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat__mutex_lock(&stream->lock);
    write_description(&request->reply->body, stream,
                      !start || strcmp(start, FIAT__DESTINATION_ID) < 0);
    fiat__mutex_unlock(&stream->lock);
    fiat__registry_release(request->registry, stream);
    fiat__firehose_done(request);
}

/* --- list ------------------------------------------------------------------------------------- */

static void write_names(fiat__buf *out, fiat__stream **streams, size_t count, const char *start,
                        size_t limit) {
    size_t at = 0, shown = 0;
    while (start && at < count && strcmp(streams[at]->name, start) <= 0)
        at++;
    fiat__buf_append_c(out, "{\"DeliveryStreamNames\":[");
    for (; at < count && shown < limit; at++, shown++) {
        if (shown) fiat__buf_append_char(out, ',');
        fiat__json_write_string_c(out, streams[at]->name);
    }
    fiat__buf_printf(out, "],\"HasMoreDeliveryStreams\":%s}", at < count ? "true" : "false");
}

static void list(fiat__firehose_request *request) {
    static const fiat__string_rule type_rule = {
        .member = "DeliveryStreamType", .path = "deliveryStreamType", .min = 1, .max = 100};
    fiat__string_rule start_rule = fiat__put_name_rule;
    start_rule.member = "ExclusiveStartDeliveryStreamName";
    start_rule.path = "exclusiveStartDeliveryStreamName";
    start_rule.required = false;
    int64_t limit = LIST_DEFAULT;
    fiat__check check;
    fiat__check_init(&check);
    const char *start = fiat__check_string(&check, request->input, &start_rule);
    const char *type = fiat__check_string(&check, request->input, &type_rule);
    fiat__check_integer(&check, request->input, "Limit", "limit", 1, LIST_MAX, &limit);
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream **streams = NULL;
    size_t count = 0;
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat__registry_acquire_all(request->registry, &streams, &count, &err) != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
        return;
    }
    const bool any = !type || strcmp(type, "DirectPut") == 0; /* all of ours are */
    write_names(&request->reply->body, streams, any ? count : 0, start, (size_t)limit);
    for (size_t i = 0; i < count; i++)
        fiat__registry_release(request->registry, streams[i]);
    fiat__free(streams);
    fiat__firehose_done(request);
}

/* --- delete ----------------------------------------------------------------------------------- */

/* AWS drops what it has not delivered yet; here the delivery thread delivers it first. */
static void delete_stream(fiat__firehose_request *request) {
    bool force;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    fiat__check_bool(&check, request->input, "AllowForceDelete", "allowForceDelete", &force);
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = FIAT_OK;
    fiat__mutex_lock(&stream->lock);
    if (!stream->deleting) {
        stream->deleting = true;
        status = fiat__stream_save(request->registry, stream, &err);
        stream->deleting = status == FIAT_OK;
    }
    fiat__mutex_unlock(&stream->lock);
    fiat__registry_release(request->registry, stream);
    if (status != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
        return;
    }
    fiat__registry_wake(request->registry);
    fiat__buf_append_c(&request->reply->body, "{}");
    fiat__firehose_done(request);
}

/* --- dispatch --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(fiat__firehose_request *request);
} s_operations[] = {
    {"PutRecordBatch", fiat__firehose_put_record_batch},
    {"PutRecord", fiat__local_put_record},
    {"CreateDeliveryStream", fiat__firehose_create},
    {"DescribeDeliveryStream", describe},
    {"ListDeliveryStreams", list},
    {"UpdateDestination", fiat__firehose_update},
    {"DeleteDeliveryStream", delete_stream},
    {"TagDeliveryStream", fiat__firehose_tag},
    {"UntagDeliveryStream", fiat__firehose_untag},
    {"ListTagsForDeliveryStream", fiat__firehose_list_tags},
};

void fiat__firehose_call(fiat__registry *registry, fiat__str operation, fiat__str body,
                         const char *region, fiat__reply *reply) {
    size_t at = 0;
    const size_t count = sizeof s_operations / sizeof *s_operations;
    while (at < count && !fiat__str_eq_c(operation, s_operations[at].name))
        at++;
    if (at == count) {
        fiat__reply_error(reply, 400, "UnknownOperationException",
                          "The local engine does not offer the operation %.*s.",
                          operation.len < 64 ? (int)operation.len : 64, operation.ptr);
        return;
    }
    fiat__doc *doc = fiat__put_body_parse(body, reply);
    if (doc) s_operations[at].run(&(fiat__firehose_request){registry, doc, region, reply});
    fiat__doc_free(doc);
}
