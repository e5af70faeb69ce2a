/* CreateDeliveryStream, and the streams that a put may create by itself. */
#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"
#include "local/firehose.h"
#include "producer/object.h"

#include <stdio.h>

/* Everything that a stream could be created with and that is not done here. */
static const char *const s_not_offered[] = {
    "KinesisStreamSourceConfiguration",
    "MSKSourceConfiguration",
    "DatabaseSourceConfiguration",
    "RedshiftDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "SplunkDestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "IcebergDestinationConfiguration",
};

static bool is_given(const fiat__doc *object, const char *name) {
    const fiat__doc *node = fiat__doc_get(object, name);
    return node && fiat__doc_kind_of(node) != FIAT__DOC_NULL;
}

static bool refuse_what_is_not_offered(fiat__firehose_request *request, const char *type) {
    for (size_t i = 0; i < sizeof s_not_offered / sizeof *s_not_offered; i++) {
        if (!is_given(request->input, s_not_offered[i])) continue;
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "The local engine does not offer %s.", s_not_offered[i]);
        return false;
    }
    if (!type || strcmp(type, "DirectPut") == 0) return true;
    fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                      "The local engine offers the DeliveryStreamType DirectPut alone.");
    return false;
}

/* Encryption while Firehose holds the records. With a key of AWS's it is kept and shown. */
static void read_encryption(fiat__firehose_request *request, fiat__stream *stream,
                            fiat__check *check) {
    static const fiat__string_rule rule = {.member = "KeyType",
                                           .path =
                                               "deliveryStreamEncryptionConfigurationInput.keyType",
                                           .required = true,
                                           .max = 100};
    const fiat__doc *input =
        fiat__check_member(check, request->input, "DeliveryStreamEncryptionConfigurationInput",
                           FIAT__DOC_OBJECT, "deliveryStreamEncryptionConfigurationInput");
    if (!input) return;
    const char *type = fiat__check_string(check, input, &rule);
    stream->encrypted = type != NULL;
    if (!type || strcmp(type, "AWS_OWNED_CMK") == 0) return;
    if (strcmp(type, "CUSTOMER_MANAGED_CMK") == 0)
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "The local engine does not offer CUSTOMER_MANAGED_CMK; use "
                          "AWS_OWNED_CMK.");
    else
        fiat__check_add(check, type, rule.path,
                        "Member must satisfy enum value set: [AWS_OWNED_CMK, "
                        "CUSTOMER_MANAGED_CMK]");
}

/* Read and check the whole input into the stream. */
static bool read_input(fiat__firehose_request *request, fiat__stream *stream) {
    const fiat__doc *input = request->input;
    fiat__check check;
    int64_t hint;
    fiat__check_init(&check);
    fiat__check_integer(&check,
                        fiat__check_member(&check, input, "DirectPutSourceConfiguration",
                                           FIAT__DOC_OBJECT, "directPutSourceConfiguration"),
                        "ThroughputHintInMBs", "directPutSourceConfiguration.throughputHintInMBs",
                        1, 100, &hint);
    read_encryption(request, stream, &check);
    const fiat__doc *extended =
        fiat__check_member(&check, input, "ExtendedS3DestinationConfiguration", FIAT__DOC_OBJECT,
                           "extendedS3DestinationConfiguration");
    const fiat__doc *simple = fiat__check_member(&check, input, "S3DestinationConfiguration",
                                                 FIAT__DOC_OBJECT, "s3DestinationConfiguration");
    if (!extended == !simple && !check.wrong_type) {
        fiat__check_done(&check, request->reply);
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "Exactly one destination configuration is supported for a Firehose");
        return false;
    }
    stream->extended = extended != NULL;
    fiat__destination_read(&stream->destination, extended ? extended : simple, stream->extended,
                           &check, request->reply);
    return fiat__check_done(&check, request->reply) && request->reply->http_status == 0 &&
           fiat__firehose_read_tags(request, stream);
}

static void answer(fiat__firehose_request *request, fiat_status status, const char *name,
                   const char *arn, const fiat_error *err) {
    if (status == FIAT_E_ARG) {
        fiat__reply_error(request->reply, 400, "ResourceInUseException",
                          "Firehose %s under accountId 000000000000 already exists", name);
    } else if (status == FIAT_E_LIMIT) {
        fiat__reply_error(request->reply, 400, "LimitExceededException",
                          "You have already consumed your firehose quota of streams: %s",
                          err->message);
    } else if (status != FIAT_OK) {
        fiat__reply_failure(request->reply, err);
    } else {
        fiat__buf_append_c(&request->reply->body, "{\"DeliveryStreamARN\":");
        fiat__json_write_string_c(&request->reply->body, arn);
        fiat__buf_append_char(&request->reply->body, '}');
        fiat__firehose_done(request);
    }
}

void fiat__firehose_create(fiat__firehose_request *request) {
    static const fiat__string_rule type_rule = {
        .member = "DeliveryStreamType", .path = "deliveryStreamType", .min = 1, .max = 100};
    fiat_error err = FIAT_ERROR_INIT;
    fiat__check check;
    fiat__check_init(&check);
    const char *name = fiat__check_string(&check, request->input, &fiat__put_name_rule);
    const char *type = fiat__check_string(&check, request->input, &type_rule);
    if (!fiat__check_done(&check, request->reply)) return;
    if (!refuse_what_is_not_offered(request, type)) return;
    fiat__stream *stream = fiat__stream_new(request->registry, name, request->region);
    if (!stream) {
        fiat__err_nomem(&err);
        fiat__reply_failure(request->reply, &err);
        return;
    }
    if (!read_input(request, stream)) {
        fiat__local_stream_free(stream);
        return;
    }
    char arn[sizeof stream->arn];
    memcpy(arn, stream->arn, sizeof arn); /* the stream is no longer ours once it is added */
    fiat_status status = fiat__registry_add(request->registry, stream, &err);
    answer(request, status, name, arn, &err);
}

/* As if it had been created with bucket "local", prefix "NAME/", GZIP and short hints: whoever
 * tries something out wants to see it soon. */
#define AUTO_INTERVAL_S 10

fiat_status fiat__firehose_auto_create(fiat__firehose_request *request, const char *name,
                                       fiat_error *err) {
    char prefix[FIAT__STREAM_NAME_BYTES + 2];
    fiat__stream *stream = fiat__stream_new(request->registry, name, request->region);
    if (!stream) return fiat__err_nomem(err);
    snprintf(prefix, sizeof prefix, "%s/", name);
    fiat__destination *to = &stream->destination;
    *to = (fiat__destination){.role_arn = fiat__strdup("arn:aws:iam::000000000000:role/local"),
                              .bucket_arn = fiat__strdup("arn:aws:s3:::local"),
                              .prefix = fiat__strdup(prefix),
                              .gzip = true,
                              .size_mb = FIAT__BUFFER_SIZE_MB,
                              .interval_s = AUTO_INTERVAL_S};
    stream->extended = true;
    fiat_status status = fiat__object_check_key(fiat__str_of(prefix, strlen(name)), err);
    if (!to->role_arn || !to->bucket_arn || !to->prefix) status = fiat__err_nomem(err);
    if (status != FIAT_OK) {
        fiat__local_stream_free(stream);
        return status;
    }
    status = fiat__registry_add(request->registry, stream, err);
    return status == FIAT_E_ARG ? FIAT_OK : status; /* another request was quicker */
}
