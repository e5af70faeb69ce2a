/* Bodies of requests; see delivery_request.h. Nothing here checks: the settings have been. */
#include "pipeline/delivery_request.h"
#include "base/base64.h"
#include "json/writer.h"

#include <stdlib.h>

#define GET(key) (settings->values[FIAT__DELIVERY_##key].text)

/* --- members ---------------------------------------------------------------------------------- */

static void put_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    if (!value) return;
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

/* `json`: text that is JSON already. */
static void put_json(fiat__buf *out, bool *first, const char *name, const char *json) {
    fiat__json_write_key(out, first, name);
    fiat__buf_append_c(out, json);
}

static void put_number(fiat__buf *out, bool *first, const char *name, const char *digits) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_int(out, strtol(digits, NULL, 10));
}

/* After it, members of the object follow; the caller closes it. */
static void open_object(fiat__buf *out, bool *first, const char *name) {
    fiat__json_write_key(out, first, name);
    fiat__buf_append_char(out, '{');
}

bool fiat__delivery_write_role(fiat__buf *out, const char *role,
                               const fiat__delivery_place *place) {
    if (strncmp(role, "arn:", 4) == 0) return fiat__buf_append_c(out, role);
    return fiat__buf_printf(out, "arn:%s:iam::%s:role/%s", place->partition, place->account, role);
}

static void put_role(fiat__buf *out, bool *first, const char *role,
                     const fiat__delivery_place *place) {
    fiat__buf arn;
    fiat__buf_init(&arn, 1024);
    if (!fiat__delivery_write_role(&arn, role, place)) out->failed = true;
    put_text(out, first, "RoleARN", fiat__buf_cstr(&arn));
    fiat__buf_deinit(&arn);
}

/* --- processors ------------------------------------------------------------------------------- */

typedef struct processors {
    fiat__buf *out;
    bool first, first_parameter;
} processors;

static void begin_processor(processors *list, const char *type) {
    fiat__buf_printf(list->out, "%s{\"Type\":\"%s\",\"Parameters\":[", list->first ? "" : ",",
                     type);
    list->first = false;
    list->first_parameter = true;
}

static void put_parameter(processors *list, const char *name, const char *value) {
    if (!value) return;
    fiat__buf_printf(list->out, "%s{\"ParameterName\":\"%s\",\"ParameterValue\":",
                     list->first_parameter ? "" : ",", name);
    fiat__json_write_string_c(list->out, value);
    fiat__buf_append_char(list->out, '}');
    list->first_parameter = false;
}

static void end_processor(processors *list) {
    fiat__buf_append_c(list->out, "]}");
}

/* The delimiter's parameter is base64.
 * https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
 */
static void put_deaggregation(processors *list, const fiat__delivery *settings) {
    fiat__buf delimiter;
    const char *text = GET(PARTITIONING_DELIMITER);
    fiat__buf_init(&delimiter, 1024);
    if (text && !fiat__base64_encode(&delimiter, text, strlen(text))) list->out->failed = true;
    begin_processor(list, "RecordDeAggregation");
    put_parameter(list, "SubRecordType", GET(PARTITIONING_DEAGGREGATE));
    put_parameter(list, "Delimiter", text ? fiat__buf_cstr(&delimiter) : NULL);
    end_processor(list);
    fiat__buf_deinit(&delimiter);
}

/* In the order in which Firehose runs them.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html */
static void put_processors(processors *list, const fiat__delivery *settings) {
    if (GET(PARTITIONING_DEAGGREGATE)) put_deaggregation(list, settings);
    if (GET(TRANSFORM_LAMBDA)) {
        begin_processor(list, "Lambda");
        put_parameter(list, "LambdaArn", GET(TRANSFORM_LAMBDA));
        put_parameter(list, "BufferSizeInMBs", GET(TRANSFORM_BUFFER_MB));
        put_parameter(list, "BufferIntervalInSeconds", GET(TRANSFORM_BUFFER_SECONDS));
        put_parameter(list, "NumberOfRetries", GET(TRANSFORM_RETRIES));
        end_processor(list);
    }
    if (GET(PARTITIONING_QUERY)) {
        begin_processor(list, "MetadataExtraction");
        put_parameter(list, "MetadataExtractionQuery", GET(PARTITIONING_QUERY));
        put_parameter(list, "JsonParsingEngine", "JQ-1.6");
        end_processor(list);
    }
    if (fiat__delivery_is_on(settings, FIAT__DELIVERY_NEWLINE)) {
        begin_processor(list, "AppendDelimiterToRecord");
        put_parameter(list, "Delimiter", "\\n");
        end_processor(list);
    }
}

static void put_processing(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    fiat__buf all;
    fiat__buf_init(&all, 64 * 1024);
    processors list = {.out = &all, .first = true};
    put_processors(&list, settings);
    if (all.failed) out->failed = true;
    open_object(out, first, "ProcessingConfiguration");
    fiat__buf_printf(out, "\"Enabled\":%s,\"Processors\":[", all.len ? "true" : "false");
    fiat__buf_append(out, all.ptr, all.len);
    fiat__buf_append_c(out, "]}");
    fiat__buf_deinit(&all);
}

/* --- the destination -------------------------------------------------------------------------- */

static void put_buffering(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    bool inner = true;
    open_object(out, first, "BufferingHints");
    put_number(out, &inner, "SizeInMBs", GET(BUFFER_MB));
    put_number(out, &inner, "IntervalInSeconds", GET(BUFFER_SECONDS));
    fiat__buf_append_char(out, '}');
}

/* Without a key the objects are encrypted as the bucket says; S3 encrypts every object since 2023.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
static void put_encryption(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    bool inner = true;
    if (!GET(KMS_KEY)) {
        put_json(out, first, "EncryptionConfiguration",
                 "{\"NoEncryptionConfig\":\"NoEncryption\"}");
        return;
    }
    open_object(out, first, "EncryptionConfiguration");
    fiat__buf_append_c(out, "\"KMSEncryptionConfig\":{");
    put_text(out, &inner, "AWSKMSKeyARN", GET(KMS_KEY));
    fiat__buf_append_c(out, "}}");
}

static void put_logging(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    bool inner = true;
    if (!fiat__delivery_is_on(settings, FIAT__DELIVERY_LOGGING)) {
        put_json(out, first, "CloudWatchLoggingOptions", "{\"Enabled\":false}");
        return;
    }
    open_object(out, first, "CloudWatchLoggingOptions");
    put_json(out, &inner, "Enabled", "true");
    put_text(out, &inner, "LogGroupName", GET(LOG_GROUP));
    put_text(out, &inner, "LogStreamName", GET(LOG_STREAM));
    fiat__buf_append_char(out, '}');
}

/* The deserializer and the serializer by their defaults: OpenX's reads what the logger writes. */
static void put_conversion(fiat__buf *out, bool *first, const fiat__delivery *settings,
                           const fiat__delivery_place *place) {
    bool inner = true;
    open_object(out, first, "DataFormatConversionConfiguration");
    fiat__buf_append_c(out, "\"Enabled\":true,\"SchemaConfiguration\":{");
    put_role(out, &inner, GET(ROLE), place);
    put_text(out, &inner, "CatalogId", GET(PARQUET_CATALOG));
    put_text(out, &inner, "DatabaseName", GET(PARQUET_DATABASE));
    put_text(out, &inner, "TableName", GET(PARQUET_TABLE));
    put_text(out, &inner, "Region", GET(PARQUET_REGION) ? GET(PARQUET_REGION) : place->region);
    put_text(out, &inner, "VersionId", "LATEST");
    fiat__buf_append_c(out,
                       "},\"InputFormatConfiguration\":{\"Deserializer\":{\"OpenXJsonSerDe\":{}}},"
                       "\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{"
                       "\"Compression\":");
    fiat__json_write_string_c(out, GET(PARQUET_COMPRESSION));
    fiat__buf_append_c(out, "}}}}");
}

static void put_partitioning(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    bool inner = true;
    open_object(out, first, "DynamicPartitioningConfiguration");
    fiat__buf_append_c(out, "\"Enabled\":true,\"RetryOptions\":{");
    put_number(out, &inner, "DurationInSeconds", GET(PARTITIONING_RETRY_SECONDS));
    fiat__buf_append_c(out, "}}");
}

/* Is there such a member in the description, and does it say anything? */
static bool is_live(const fiat__doc *live, const char *name) {
    const char *text;
    const fiat__doc *node = fiat__doc_get(live, name);
    if (!node || fiat__doc_kind_of(node) == FIAT__DOC_NULL) return false;
    return !fiat__doc_string(node, &text) || *text;
}

static void put_names(fiat__buf *out, bool *first, const fiat__delivery *settings,
                      const fiat__doc *live) {
    put_text(out, first, "FileExtension",
             GET(FILE_EXTENSION)              ? GET(FILE_EXTENSION)
             : is_live(live, "FileExtension") ? ""
                                              : NULL);
    put_text(out, first, "CustomTimeZone",
             GET(TIME_ZONE)                    ? GET(TIME_ZONE)
             : is_live(live, "CustomTimeZone") ? "UTC"
                                               : NULL);
}

bool fiat__delivery_write_destination(fiat__buf *out, const fiat__delivery *settings,
                                      const fiat__delivery_place *place, const fiat__doc *live) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    put_role(out, &first, GET(ROLE), place);
    fiat__json_write_key(out, &first, "BucketARN");
    fiat__buf_printf(out, "\"arn:%s:s3:::%s\"", place->partition, GET(BUCKET));
    put_text(out, &first, "Prefix", GET(PREFIX));
    put_text(out, &first, "ErrorOutputPrefix", GET(ERROR_PREFIX));
    put_buffering(out, &first, settings);
    put_text(out, &first, "CompressionFormat", GET(COMPRESSION));
    put_encryption(out, &first, settings);
    put_logging(out, &first, settings);
    put_processing(out, &first, settings);
    if (fiat__delivery_to_parquet(settings))
        put_conversion(out, &first, settings, place);
    else if (is_live(live, "DataFormatConversionConfiguration"))
        put_json(out, &first, "DataFormatConversionConfiguration", "{\"Enabled\":false}");
    if (fiat__delivery_partitions(settings)) put_partitioning(out, &first, settings);
    put_names(out, &first, settings, live);
    return fiat__buf_append_char(out, '}') && !out->failed;
}

/* --- requests --------------------------------------------------------------------------------- */

bool fiat__delivery_write_tags(fiat__buf *out, const fiat__delivery *settings) {
    fiat__buf_append_char(out, '[');
    for (size_t i = 0; i < settings->tag_count; i++) {
        bool first = true;
        fiat__buf_append_c(out, i ? ",{" : "{");
        put_text(out, &first, "Key", settings->tags[i].key);
        put_text(out, &first, "Value", settings->tags[i].value);
        fiat__buf_append_char(out, '}');
    }
    return fiat__buf_append_char(out, ']');
}

static void put_source(fiat__buf *out, bool *first, const fiat__delivery *settings,
                       const fiat__delivery_place *place) {
    bool inner = true;
    put_text(out, first, "DeliveryStreamType", "KinesisStreamAsSource");
    open_object(out, first, "KinesisStreamSourceConfiguration");
    put_text(out, &inner, "KinesisStreamARN", GET(SOURCE_KINESIS));
    put_role(out, &inner, GET(SOURCE_ROLE) ? GET(SOURCE_ROLE) : GET(ROLE), place);
    fiat__buf_append_char(out, '}');
}

static void put_held_encryption(fiat__buf *out, bool *first, const fiat__delivery *settings) {
    bool inner = true;
    if (strcmp(GET(ENCRYPTION), "NONE") == 0) return;
    open_object(out, first, "DeliveryStreamEncryptionConfigurationInput");
    if (strcmp(GET(ENCRYPTION), "KMS") == 0) {
        put_text(out, &inner, "KeyARN", GET(KMS_KEY));
        put_text(out, &inner, "KeyType", "CUSTOMER_MANAGED_CMK");
    } else {
        put_text(out, &inner, "KeyType", "AWS_OWNED_CMK");
    }
    fiat__buf_append_char(out, '}');
}

bool fiat__delivery_write_encryption(fiat__buf *out, const fiat__delivery *settings, bool *start) {
    bool first = true;
    *start = strcmp(GET(ENCRYPTION), "NONE") != 0;
    fiat__buf_append_char(out, '{');
    put_text(out, &first, "DeliveryStreamName", settings->stream);
    put_held_encryption(out, &first, settings);
    return fiat__buf_append_char(out, '}') && !out->failed;
}

bool fiat__delivery_write_create(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    put_text(out, &first, "DeliveryStreamName", settings->stream);
    if (fiat__delivery_from_kinesis(settings)) {
        put_source(out, &first, settings, place);
    } else {
        put_text(out, &first, "DeliveryStreamType", "DirectPut");
        put_held_encryption(out, &first, settings);
    }
    fiat__json_write_key(out, &first, "ExtendedS3DestinationConfiguration");
    fiat__delivery_write_destination(out, settings, place, NULL);
    if (settings->tag_count) {
        fiat__json_write_key(out, &first, "Tags");
        fiat__delivery_write_tags(out, settings);
    }
    return fiat__buf_append_char(out, '}') && !out->failed;
}

bool fiat__delivery_write_update(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place, const fiat__doc *description) {
    bool first = true;
    const char *version = NULL, *id = NULL;
    const fiat__doc *destination = fiat__doc_first(fiat__doc_get(description, "Destinations"));
    fiat__doc_string(fiat__doc_get(description, "VersionId"), &version);
    fiat__doc_string(fiat__doc_get(destination, "DestinationId"), &id);
    fiat__buf_append_char(out, '{');
    put_text(out, &first, "DeliveryStreamName", settings->stream);
    put_text(out, &first, "CurrentDeliveryStreamVersionId", version);
    put_text(out, &first, "DestinationId", id);
    fiat__json_write_key(out, &first, "ExtendedS3DestinationUpdate");
    fiat__delivery_write_destination(
        out, settings, place, fiat__doc_get(destination, "ExtendedS3DestinationDescription"));
    return fiat__buf_append_char(out, '}') && !out->failed;
}
