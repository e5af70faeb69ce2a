/* Settings of delivery streams, and what is made of them. */
#include "pipeline/delivery_compare.h"
#include "pipeline/delivery_policy.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES (1024 * 1024)
#define STREAM_FILE    "schemas/Orders/stream.json"

static const fiat__delivery_place s_place = {"eu-central-1", "123456789012", "aws"};

static void collect(const char *place, const char *message, void *user) {
    fiat__buf_printf(user, "%s%s%s\n", place, *place ? ": " : "", message);
}

/* Settings of the member "delivery" of both files; NULL: there is no such file. The status of
 * reading, or of finishing. */
static fiat_status settle(fiat__delivery *out, const char *stream, const char *project,
                          fiat__buf *faults, fiat_error *err) {
    fiat__layers layers;
    fiat__buf text;
    fiat_status status = fiat__delivery_init(out, "Orders", err);
    fiat__layers_init(&layers, "delivery", fiat__delivery_names);
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    fiat__buf_printf(&text, "{\"delivery\":%s}", stream ? stream : "{}");
    if (status == FIAT_OK) status = fiat__buf_status(&text, err);
    if (status == FIAT_OK)
        status = fiat__layers_add_stream(&layers, fiat__buf_str(&text), STREAM_FILE, err);
    fiat__buf_clear(&text);
    fiat__buf_printf(&text, "{\"delivery\":%s}", project ? project : "{}");
    if (status == FIAT_OK) status = fiat__buf_status(&text, err);
    if (status == FIAT_OK)
        status =
            fiat__layers_add_project(&layers, fiat__buf_str(&text), "schemas/stream.json", err);
    if (status == FIAT_OK)
        status = fiat__delivery_read(out, &layers, faults ? collect : NULL, faults, err);
    if (status == FIAT_OK)
        status = fiat__delivery_finish(out, faults ? collect : NULL, faults, err);
    fiat__buf_deinit(&text);
    fiat__layers_deinit(&layers);
    return status;
}

static void settle_well(fiat__delivery *out, const char *stream) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(settle(out, stream, "{\"bucket\":\"events\"}", NULL, &err), err);
}

/* --- settings -> request ---------------------------------------------------------------------- */

#define HEAD                                                                                       \
    "{\"DeliveryStreamName\":\"Orders\",\"DeliveryStreamType\":\"DirectPut\","                     \
    "\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":\"AWS_OWNED_CMK\"},"
#define ROLE "\"RoleARN\":\"arn:aws:iam::123456789012:role/firehose_delivery_role\""

START_TEST(sends_the_defaults) {
    fiat__delivery settings;
    fiat__buf out;
    settle_well(&settings, NULL);
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert(fiat__delivery_write_create(&out, &settings, &s_place));
    ck_assert_str_eq(fiat__buf_cstr(&out), HEAD
                     "\"ExtendedS3DestinationConfiguration\":{" ROLE
                     ",\"BucketARN\":\"arn:aws:s3:::events"
                     "\",\"Prefix\":\"Orders/\",\"ErrorOutputPrefix\":\"errors/Orders/"
                     "!{firehose:error-output-type}/\",\"BufferingHints\":{\"SizeInMBs\":1,"
                     "\"IntervalInSeconds\":60},\"CompressionFormat\":\"GZIP\","
                     "\"EncryptionConfiguration\":{\"NoEncryptionConfig\":\"NoEncryption\"},"
                     "\"CloudWatchLoggingOptions\":{\"Enabled\":true,\"LogGroupName\":"
                     "\"/aws/kinesisfirehose/Orders\",\"LogStreamName\":\"DestinationDelivery\"},"
                     "\"ProcessingConfiguration\":{\"Enabled\":false,\"Processors\":[]}}}");
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
}
END_TEST

#define LAMBDA  "arn:aws:lambda:eu-central-1:123456789012:function:judge:7"
#define KINESIS "arn:aws:kinesis:eu-central-1:123456789012:stream/in"
#define KEY     "arn:aws:kms:eu-central-1:123456789012:key/1234-56"

/* Settings, and a part of the request that they make; without, a part that it must not have. */
static const struct {
    const char *settings, *with, *without;
} s_requests[] = {
    {"{\"buffer_mb\":128,\"buffer_seconds\":0}",
     "\"BufferingHints\":{\"SizeInMBs\":128,\"IntervalInSeconds\":0}", "\"SizeInMBs\":1,"},
    {"{\"prefix\":\"o/dt=!{timestamp:yyyy-MM-dd}/\"}",
     "\"Prefix\":\"o/dt=!{timestamp:yyyy-MM-dd}/\"", NULL},
    {"{\"compression\":\"Snappy\",\"file_extension\":\".x\",\"time_zone\":\"Europe/Vienna\"}",
     "\"FileExtension\":\".x\",\"CustomTimeZone\":\"Europe/Vienna\"", "GZIP"},
    {"{\"role\":\"arn:aws:iam::210987654321:role/a/b\"}",
     "\"RoleARN\":\"arn:aws:iam::210987654321:role/a/b\"", "firehose_delivery_role"},
    {"{\"kms_key\":\"" KEY "\"}", "{\"KMSEncryptionConfig\":{\"AWSKMSKeyARN\":\"" KEY "\"}}",
     "CUSTOMER_MANAGED"},
    {"{\"kms_key\":\"" KEY "\",\"encryption\":\"KMS\"}",
     "\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyARN\":\"" KEY
     "\",\"KeyType\":\"CUSTOMER_MANAGED_CMK\"}",
     "AWS_OWNED"},
    {"{\"encryption\":\"NONE\"}", "\"DirectPut\",\"Extended", "EncryptionConfigurationInput"},
    {"{\"logging\":false}", "\"CloudWatchLoggingOptions\":{\"Enabled\":false}", "LogGroup"},
    {"{\"log_group\":\"/g\",\"log_stream\":\"s\"}",
     "\"LogGroupName\":\"/g\",\"LogStreamName\":\"s\"", NULL},
    {"{\"newline\":true}",
     "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":"
     "\"AppendDelimiterToRecord\",\"Parameters\":[{\"ParameterName\":\"Delimiter\","
     "\"ParameterValue\":\"\\\\n\"}]}]}",
     NULL},
    {"{\"transform\":{\"lambda\":\"" LAMBDA "\"}}",
     "[{\"Type\":\"Lambda\",\"Parameters\":[{\"ParameterName\":\"LambdaArn\",\"ParameterValue\":"
     "\"" LAMBDA "\"}]}]",
     "NumberOfRetries"},
    {"{\"transform\":{\"lambda\":\"" LAMBDA
     "\",\"buffer_mb\":0.5,\"buffer_seconds\":10,\"retries\":2}}",
     "{\"ParameterName\":\"BufferSizeInMBs\",\"ParameterValue\":\"0.5\"},{\"ParameterName\":"
     "\"BufferIntervalInSeconds\",\"ParameterValue\":\"10\"},{\"ParameterName\":"
     "\"NumberOfRetries\",\"ParameterValue\":\"2\"}",
     NULL},
    {"{\"source\":{\"kinesis\":\"" KINESIS "\",\"role\":\"reader\"}}",
     "\"DeliveryStreamType\":\"KinesisStreamAsSource\",\"KinesisStreamSourceConfiguration\":{"
     "\"KinesisStreamARN\":\"" KINESIS "\",\"RoleARN\":\"arn:aws:iam::123456789012:role/reader\"},",
     "EncryptionConfigurationInput"},
    {"{\"source\":{\"kinesis\":\"" KINESIS "\"}}",
     "\"KinesisStreamARN\":\"" KINESIS "\"," ROLE "},", "DirectPut"},
    {"{\"prefix\":\"o/!{partitionKeyFromQuery:c}/\",\"partitioning\":{\"query\":\"{c: .c}\","
     "\"deaggregate\":\"DELIMITED\",\"delimiter\":\"##\"}}",
     "[{\"Type\":\"RecordDeAggregation\",\"Parameters\":[{\"ParameterName\":\"SubRecordType\","
     "\"ParameterValue\":\"DELIMITED\"},{\"ParameterName\":\"Delimiter\",\"ParameterValue\":"
     "\"IyM=\"}]},{\"Type\":\"MetadataExtraction\",\"Parameters\":[{\"ParameterName\":"
     "\"MetadataExtractionQuery\",\"ParameterValue\":\"{c: .c}\"},{\"ParameterName\":"
     "\"JsonParsingEngine\",\"ParameterValue\":\"JQ-1.6\"}]}]},"
     "\"DynamicPartitioningConfiguration\":{\"Enabled\":true,\"RetryOptions\":{"
     "\"DurationInSeconds\":300}}",
     "\"SizeInMBs\":1,"},
    {"{\"prefix\":\"o/!{partitionKeyFromLambda:c}/\",\"transform\":{\"lambda\":\"" LAMBDA "\"},"
     "\"partitioning\":{\"retry_seconds\":0}}",
     "\"RetryOptions\":{\"DurationInSeconds\":0}", "MetadataExtraction"},
    {"{\"parquet\":{}}", "\"GZIP\"", "DataFormatConversion"},
    {"{\"parquet\":{\"enabled\":true}}",
     "\"DataFormatConversionConfiguration\":{\"Enabled\":true,\"SchemaConfiguration\":{" ROLE
     ",\"DatabaseName\":\"fiat\",\"TableName\":\"orders\",\"Region\":\"eu-central-1\","
     "\"VersionId\":\"LATEST\"},\"InputFormatConfiguration\":{\"Deserializer\":{"
     "\"OpenXJsonSerDe\":{}}},\"OutputFormatConfiguration\":{\"Serializer\":{\"ParquetSerDe\":{"
     "\"Compression\":\"SNAPPY\"}}}}",
     "GZIP"},
    {"{\"parquet\":{\"enabled\":false,\"table\":\"t\"}}", "\"GZIP\"", "DataFormatConversion"},
    {"{\"parquet\":{\"database\":\"d\",\"table\":\"t\",\"catalog\":\"210987654321\",\"region\":"
     "\"us-east-1\",\"compression\":\"GZIP\"}}",
     "\"CatalogId\":\"210987654321\",\"DatabaseName\":\"d\",\"TableName\":\"t\",\"Region\":"
     "\"us-east-1\"",
     "SNAPPY"},
    {"{\"tags\":{\"team\":\"NTA\",\"empty\":\"\"}}",
     "\"Tags\":[{\"Key\":\"team\",\"Value\":\"NTA\"},{\"Key\":\"empty\",\"Value\":\"\"}]}", NULL},
    {"{\"bucket\":null,\"buffer_mb\":2}", "\"SizeInMBs\":2", NULL},
};

START_TEST(makes_request) {
    fiat__delivery settings;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf out;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    fiat_status status =
        settle(&settings, s_requests[_i].settings, "{\"bucket\":\"events\"}", NULL, &err);
    if (strstr(s_requests[_i].settings, "\"bucket\":null")) {
        /* null of the stream's file is not what the project's file says */
        ck_assert_fiat_status(status, FIAT_E_CONFIG);
        ck_assert_fiat_ok(
            fiat__delivery_set(&settings, FIAT__DELIVERY_BUCKET, "b-2", "--bucket", &err), err);
        status = fiat__delivery_finish(&settings, NULL, NULL, &err);
    }
    ck_assert_fiat_ok(status, err);
    ck_assert(fiat__delivery_write_create(&out, &settings, &s_place));
    ck_assert_msg(strstr(fiat__buf_cstr(&out), s_requests[_i].with), "%s", fiat__buf_cstr(&out));
    if (s_requests[_i].without)
        ck_assert_msg(!strstr(fiat__buf_cstr(&out), s_requests[_i].without), "%s",
                      fiat__buf_cstr(&out));
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
}
END_TEST

/* --- faults ----------------------------------------------------------------------------------- */

#define PARTED                                                                                     \
    "\"prefix\":\"o/!{partitionKeyFromQuery:c}/\",\"partitioning\":{\"query\":\"{c:.c}\"}"

/* Settings, and every fault that they have, each begun by its place unless it has none. */
static const struct {
    const char *settings, *faults;
} s_faults[] = {
    {"{\"buffer_mb\":0}", STREAM_FILE ": delivery.buffer_mb: 0 is no whole number from 1 to 128\n"},
    {"{\"buffer_mb\":129}", STREAM_FILE ": delivery.buffer_mb: 129 is no whole number from 1 to "
                                        "128\n"},
    {"{\"buffer_mb\":1.5}", STREAM_FILE ": delivery.buffer_mb: 1.5 is no whole number from 1 to "
                                        "128\n"},
    {"{\"buffer_mb\":\"1\"}", STREAM_FILE ": delivery.buffer_mb must be a whole number, not "
                                          "string\n"},
    {"{\"buffer_seconds\":901}",
     STREAM_FILE ": delivery.buffer_seconds: 901 is no whole number from 0 to 900\n"},
    {"{\"compression\":\"gzip\",\"newline\":1}",
     STREAM_FILE ": delivery.compression: \"gzip\" is none of GZIP UNCOMPRESSED ZIP Snappy "
                 "HADOOP_SNAPPY\n" STREAM_FILE ": delivery.newline must be true or false, not "
                 "number\n"},
    {"{\"bucket\":\"arn:aws:s3:::b\"}",
     STREAM_FILE ": delivery.bucket: \"arn:aws:s3:::b\" must be a bucket's name: lower-case "
                 "letters, digits, '.' and '-', no ARN and no s3://\n"},
    {"{\"bucket\":\"ab\"}", STREAM_FILE ": delivery.bucket: 2 bytes; allowed are 3 to 63\n"},
    {"{\"role\":\"arn:aws:iam::1:role/x\"}",
     STREAM_FILE ": delivery.role: \"arn:aws:iam::1:role/x\" must be a role's name or its ARN, "
                 "arn:aws:iam::ACCOUNT:role/NAME\n"},
    {"{\"file_extension\":\"gz\"}", STREAM_FILE ": delivery.file_extension: \"gz\" must begin with "
                                                "'.' and be of lower-case letters, digits and "
                                                "!-_.*'()\n"},
    {"{\"transform\":\"x\"}", STREAM_FILE ": delivery.transform must be an object, not string\n"},
    {"{\"transform\":{\"lamda\":\"x\"}}",
     STREAM_FILE ": delivery.transform: unknown member \"lamda\"; there are lambda, buffer_mb, "
                 "buffer_seconds, retries\n"},
    {"{\"transform\":{\"lambda\":\"judge\"}}",
     STREAM_FILE ": delivery.transform.lambda: \"judge\" must be a function's ARN, "
                 "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]\n"},
    {"{\"transform\":{\"retries\":1}}",
     STREAM_FILE ": delivery.transform.retries without transform.lambda: name the function\n"},
    {"{\"transform\":{\"lambda\":\"" LAMBDA "\",\"buffer_mb\":1}}",
     STREAM_FILE ": delivery.transform.buffer_mb: give transform.buffer_seconds, too\n"},
    {"{\"transform\":{\"lambda\":\"" LAMBDA "\",\"buffer_mb\":0.1}}",
     STREAM_FILE ": delivery.transform.buffer_mb: 0.1 is no number from 0.2 to 3\n"},
    {"{\"tags\":[]}", STREAM_FILE ": delivery.tags must be an object of strings\n"},
    {"{\"tags\":{\"aws:x\":\"y\"}}",
     STREAM_FILE ": tag \"aws:x\": a key has 1 to 128 letters, digits, spaces or _.:/=+-@% and "
                 "does not begin with aws:\n"},
    {"{\"tags\":{\"x\":1}}", STREAM_FILE ": delivery.tags.x must be a string\n"},
    /* What excludes what. */
    {"{\"parquet\":{\"table\":\"t\"},\"compression\":\"GZIP\",\"buffer_mb\":63}", STREAM_FILE
     ": delivery.buffer_mb: 63, but conversion to Parquet needs at least 64\n" STREAM_FILE
     ": delivery.compression: GZIP, but conversion to Parquet needs UNCOMPRESSED; "
     "Parquet compresses by itself: parquet.compression\n"},
    {"{" PARTED ",\"buffer_mb\":63,\"buffer_seconds\":59,\"error_prefix\":\"\"}", STREAM_FILE
     ": delivery.error_prefix is empty: a prefix with expressions needs one, such as "
     "errors/!{firehose:error-output-type}/\n" STREAM_FILE
     ": delivery.buffer_mb: 63, but dynamic partitioning needs at least 64\n" STREAM_FILE
     ": delivery.buffer_seconds: 59, but dynamic partitioning needs at least 60\n" STREAM_FILE
     ": delivery.error_prefix is empty, but dynamic partitioning needs one\n"},
    {"{\"partitioning\":{\"query\":\"{c:.c}\"}}",
     "dynamic partitioning needs a key in delivery.prefix: !{partitionKeyFromQuery:KEY} or "
     "!{partitionKeyFromLambda:KEY}\n" STREAM_FILE
     ": delivery.partitioning.query makes keys that the prefix does not take: add "
     "!{partitionKeyFromQuery:KEY} to delivery.prefix\n"},
    {"{\"prefix\":\"o/!{partitionKeyFromQuery:c}/\"}",
     STREAM_FILE ": delivery.prefix takes the key \"c\" from a query: give partitioning.query, "
                 "such as {c: .c}\n"},
    {"{\"prefix\":\"o/!{partitionKeyFromQuery:dd}/\",\"partitioning\":{\"query\":\"{c:.c}\"}}",
     STREAM_FILE ": delivery.partitioning.query makes no key \"dd\", which the prefix takes from "
                 "it\n"},
    {"{\"prefix\":\"o/!{partitionKeyFromLambda:c}/\"}",
     STREAM_FILE ": delivery.prefix takes keys from a function: give transform.lambda\n"},
    {"{\"prefix\":\"o/!{partitionKeyFromQuery:c}/\",\"partitioning\":{\"query\":\"{c:.c}\","
     "\"deaggregate\":\"DELIMITED\"}}",
     STREAM_FILE ": delivery.partitioning.deaggregate is DELIMITED: give partitioning.delimiter, "
                 "too\n"},
    {"{\"prefix\":\"o/!{partitionKeyFromQuery:c}/\",\"partitioning\":{\"query\":\"{c:.c}\","
     "\"deaggregate\":\"JSON\",\"delimiter\":\"#\"}}",
     STREAM_FILE ": delivery.partitioning.delimiter goes with partitioning.deaggregate DELIMITED "
                 "alone\n"},
    {"{\"source\":{\"kinesis\":\"" KINESIS "\"},\"encryption\":\"AWS\"}",
     STREAM_FILE ": delivery.encryption: AWS, but with a Kinesis source Firehose holds nothing; "
                 "set it to NONE and encrypt the Kinesis stream itself\n"},
    {"{\"source\":{\"role\":\"r\"}}",
     STREAM_FILE ": delivery.source.role without source.kinesis: name the stream\n"},
    {"{\"encryption\":\"KMS\"}",
     STREAM_FILE ": delivery.encryption is KMS: give kms_key, the ARN of the key\n"},
    {"{\"encryption\":\"KMS\",\"kms_key\":\"arn:aws:kms:eu-central-1:123456789012:alias/a\"}",
     STREAM_FILE ": delivery.kms_key is an alias, but with encryption KMS it must be the ARN of "
                 "the key itself\n"},
    {"{\"logging\":false,\"log_group\":\"g\"}",
     STREAM_FILE ": delivery.log_group, but delivery.logging is false\n"},
    {"{\"prefix\":\"!{timestamp:Y}\"}",
     STREAM_FILE ": delivery.prefix: prefix: !{timestamp:Y}: Y is the year of the week; write y "
                 "for the year\n"},
    {"{\"error_prefix\":\"e/!{timestamp:yyyy}/\"}",
     STREAM_FILE ": delivery.error_prefix: prefix: ErrorOutputPrefix with expressions must contain "
                 "!{firehose:error-output-type}\n"},
    {"{\"bucket\":null}", "no bucket: give --bucket NAME, or \"bucket\" in \"delivery\" of the "
                          "stream's stream.json or of schemas/stream.json\n"},
};

START_TEST(refuses) {
    fiat__delivery settings;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf faults;
    fiat__buf_init(&faults, TEXT_MAX_BYTES);
    ck_assert_fiat_status(
        settle(&settings, s_faults[_i].settings, "{\"bucket\":\"events\"}", &faults, &err),
        FIAT_E_CONFIG);
    ck_assert_str_eq(fiat__buf_cstr(&faults), s_faults[_i].faults);
    ck_assert_msg(strncmp(err.message, s_faults[_i].faults, strlen(err.message)) == 0, "%s",
                  err.message);
    fiat__buf_deinit(&faults);
    fiat__delivery_deinit(&settings);
}
END_TEST

START_TEST(refuses_unknown_members) {
    fiat__delivery settings;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(settle(&settings, "{\"bufer_mb\":1}", NULL, NULL, &err), FIAT_E_CONFIG);
    ck_assert_msg(strstr(err.message, STREAM_FILE ": \"delivery\" has the unknown member "
                                                  "\"bufer_mb\"; there are bucket, prefix,"),
                  "%s", err.message);
    fiat__delivery_deinit(&settings);
}
END_TEST

START_TEST(names_streams) {
    static const struct {
        const char *name;
        bool good;
    } rows[] = {{"Orders", true},
                {"a.b_c-1", true},
                {"", false},
                {"a b", false},
                {"a/b", false},
                {"a#", false},
                {"1234567890123456789012345678901234567890123456789012345678901234", true},
                {"12345678901234567890123456789012345678901234567890123456789012345", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fiat__delivery settings;
        ck_assert_msg((fiat__delivery_init(&settings, rows[i].name, NULL) == FIAT_OK) ==
                          rows[i].good,
                      "%s", rows[i].name);
        fiat__delivery_deinit(&settings);
    }
}
END_TEST

/* The flag of a member is its name with hyphens, and every member can be read from a file. */
START_TEST(names_flags) {
    static const struct {
        const char *member, *flag;
    } rows[] = {
#define XX(id, member, flag, ...) {member, flag},
        FIAT__DELIVERY_MAP(XX)
#undef XX
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char flag[64];
        bool named = false;
        snprintf(flag, sizeof flag, "%s", rows[i].member);
        for (char *at = flag; *at; at++)
            if (*at == '.' || *at == '_') *at = '-';
        ck_assert_str_eq(rows[i].flag, flag);
        ck_assert_str_eq(fiat__delivery_member((fiat__delivery_key)i), rows[i].member);
        const size_t len = strcspn(rows[i].member, ".");
        for (const char *const *name = fiat__delivery_names; *name; name++)
            if (strlen(*name) == len && strncmp(*name, rows[i].member, len) == 0) named = true;
        ck_assert_msg(named, "%s", rows[i].member);
    }
}
END_TEST

START_TEST(takes_flags) {
    fiat__delivery settings;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(
        settle(&settings, "{\"bucket\":\"one\",\"tags\":{\"a\":\"1\"}}", NULL, NULL, &err), err);
    ck_assert_fiat_ok(fiat__delivery_set(&settings, FIAT__DELIVERY_BUCKET, "two", "--bucket", &err),
                      err);
    ck_assert_str_eq(fiat__delivery_get(&settings, FIAT__DELIVERY_BUCKET), "two");
    ck_assert_fiat_status(
        fiat__delivery_set(&settings, FIAT__DELIVERY_NEWLINE, "yes", "--newline", &err),
        FIAT_E_CONFIG);
    ck_assert_str_eq(err.message, "--newline: \"yes\" is neither true nor false");
    ck_assert_fiat_ok(fiat__delivery_set_tag(&settings, "a=2=3", "--tag", &err), err);
    ck_assert_fiat_ok(fiat__delivery_set_tag(&settings, "b=", "--tag", &err), err);
    ck_assert_uint_eq(settings.tag_count, 2);
    ck_assert_str_eq(settings.tags[0].value, "2=3");
    ck_assert_fiat_status(fiat__delivery_set_tag(&settings, "c", "--tag", &err), FIAT_E_CONFIG);
    ck_assert_str_eq(err.message, "--tag: \"c\" is no KEY=VALUE");
    fiat__delivery_deinit(&settings);
}
END_TEST

/* --- policies --------------------------------------------------------------------------------- */

#define S3_BUCKET                                                                                  \
    "{\"Sid\":\"Bucket\",\"Effect\":\"Allow\",\"Action\":[\"s3:GetBucketLocation\","               \
    "\"s3:ListBucket\",\"s3:ListBucketMultipartUploads\"],\"Resource\":[\"arn:aws:s3:::events\"]}"
#define S3_ACTIONS "\"s3:AbortMultipartUpload\",\"s3:GetObject\",\"s3:PutObject\""
#define LOGS                                                                                       \
    "{\"Sid\":\"Logs\",\"Effect\":\"Allow\",\"Action\":[\"logs:PutLogEvents\"],\"Resource\":["     \
    "\"arn:aws:logs:eu-central-1:123456789012:log-group:/aws/kinesisfirehose/Orders:log-stream:"   \
    "DestinationDelivery\"]}"
#define BEGIN "{\"Version\":\"2012-10-17\",\"Statement\":[" S3_BUCKET ","
#define OBJECTS                                                                                    \
    "{\"Sid\":\"Objects\",\"Effect\":\"Allow\",\"Action\":[" S3_ACTIONS                            \
    "],\"Resource\":[\"arn:aws:s3:::events/Orders/*\",\"arn:aws:s3:::events/errors/Orders/*\"]}"

static const struct {
    const char *settings, *policy;
} s_policies[] = {
    {"{}", BEGIN OBJECTS "," LOGS "]}"},
    {"{\"logging\":false,\"prefix\":\"o/dt=!{timestamp:yyyy}/\",\"error_prefix\":"
     "\"!{firehose:error-output-type}/\"}",
     BEGIN "{\"Sid\":\"Objects\",\"Effect\":\"Allow\",\"Action\":[" S3_ACTIONS
           "],\"Resource\":[\"arn:aws:s3:::events/o/dt=*\",\"arn:aws:s3:::events/*\"]}]}"},
    {"{\"logging\":false,\"kms_key\":\"" KEY "\"}",
     BEGIN OBJECTS ",{\"Sid\":\"Key\",\"Effect\":\"Allow\",\"Action\":[\"kms:Decrypt\","
                   "\"kms:GenerateDataKey\"],\"Resource\":[\"" KEY "\"],\"Condition\":{"
                   "\"StringEquals\":{\"kms:ViaService\":\"s3.eu-central-1.amazonaws.com\"}}}]}"},
    {"{\"logging\":false,\"kms_key\":\"arn:aws:kms:eu-central-1:123456789012:alias/a\"}",
     BEGIN OBJECTS ",{\"Sid\":\"Key\",\"Effect\":\"Allow\",\"Action\":[\"kms:Decrypt\","
                   "\"kms:GenerateDataKey\"],\"Resource\":["
                   "\"arn:aws:kms:eu-central-1:123456789012:key/*\"],\"Condition\":{"
                   "\"StringEquals\":{\"kms:ViaService\":\"s3.eu-central-1.amazonaws.com\"},"
                   "\"ForAnyValue:StringEquals\":{\"kms:ResourceAliases\":\"alias/a\"}}}]}"},
    {"{\"logging\":false,\"transform\":{\"lambda\":\"" LAMBDA "\"}}",
     BEGIN OBJECTS ",{\"Sid\":\"Transform\",\"Effect\":\"Allow\",\"Action\":["
                   "\"lambda:InvokeFunction\",\"lambda:GetFunctionConfiguration\"],\"Resource\":["
                   "\"" LAMBDA "\"]}]}"},
    {"{\"logging\":false,\"source\":{\"kinesis\":\"" KINESIS "\"}}",
     BEGIN OBJECTS ",{\"Sid\":\"Source\",\"Effect\":\"Allow\",\"Action\":["
                   "\"kinesis:DescribeStream\",\"kinesis:GetShardIterator\",\"kinesis:GetRecords\","
                   "\"kinesis:ListShards\"],\"Resource\":[\"" KINESIS "\"]}]}"},
    {"{\"logging\":false,\"source\":{\"kinesis\":\"" KINESIS "\",\"role\":\"reader\"}}",
     BEGIN OBJECTS "]}"},
    {"{\"logging\":false,\"parquet\":{\"table\":\"t\"}}",
     BEGIN OBJECTS ",{\"Sid\":\"Table\",\"Effect\":\"Allow\",\"Action\":[\"glue:GetTable\","
                   "\"glue:GetTableVersion\",\"glue:GetTableVersions\"],\"Resource\":["
                   "\"arn:aws:glue:eu-central-1:123456789012:catalog\","
                   "\"arn:aws:glue:eu-central-1:123456789012:database/fiat\","
                   "\"arn:aws:glue:eu-central-1:123456789012:table/fiat/t\"]}]}"},
};

START_TEST(writes_policy) {
    fiat__delivery settings;
    fiat__buf out;
    settle_well(&settings, s_policies[_i].settings);
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert(fiat__delivery_write_policy(&out, &settings, &s_place));
    ck_assert_str_eq(fiat__buf_cstr(&out), s_policies[_i].policy);
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
}
END_TEST

START_TEST(writes_trust) {
    fiat__buf out;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert(fiat__delivery_write_trust(&out, &s_place));
    ck_assert_str_eq(fiat__buf_cstr(&out),
                     "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                     "\"Principal\":{\"Service\":\"firehose.amazonaws.com\"},\"Action\":"
                     "\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":"
                     "\"123456789012\"}}}]}");
    fiat__buf_deinit(&out);
}
END_TEST

/* --- differences ------------------------------------------------------------------------------ */

static void show(const fiat__delivery_difference *d, void *user) {
    fiat__buf_printf(user, "%s: %s -> %s%s\n", d->path, d->live, d->wanted, d->remedy ? " !" : "");
}

/* The description of a stream that was made with these settings, as AWS answers it. */
static fiat__doc *describe(const char *made_with) {
    fiat__delivery settings;
    fiat__doc *doc;
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    settle_well(&settings, made_with);
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    const bool kinesis = fiat__delivery_from_kinesis(&settings);
    const bool encrypted = strcmp(fiat__delivery_get(&settings, FIAT__DELIVERY_ENCRYPTION), "AWS");
    fiat__buf_printf(&text,
                     "{\"DeliveryStreamType\":\"%s\",\"VersionId\":\"3\","
                     "\"DeliveryStreamEncryptionConfiguration\":{\"Status\":\"%s\",\"KeyType\":"
                     "\"AWS_OWNED_CMK\"},\"Destinations\":[{\"DestinationId\":\"d-1\","
                     "\"ExtendedS3DestinationDescription\":",
                     kinesis ? "KinesisStreamAsSource" : "DirectPut",
                     encrypted ? "DISABLED" : "ENABLED");
    ck_assert(fiat__delivery_write_destination(&text, &settings, &s_place, NULL));
    fiat__buf_append_c(&text, "}]}");
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__buf_str(&text), &err), err);
    fiat__buf_deinit(&text);
    fiat__delivery_deinit(&settings);
    return doc;
}

#define PARQUET "{\"parquet\":{\"table\":\"t\"}}"

/* What a stream was made with, what it should be now, and the differences; "!": what an update
 * cannot mend. */
static const struct {
    const char *live, *wanted, *differences;
} s_differences[] = {
    {"{}", "{}", ""},
    {"{\"newline\":true}", "{\"newline\":true}", ""},
    {PARQUET, PARQUET, ""},
    {"{" PARTED "}", "{" PARTED "}", ""},
    {"{\"buffer_mb\":5}", "{}", "BufferingHints.SizeInMBs: 5 -> 1\n"},
    {"{}", "{\"prefix\":\"p/\",\"compression\":\"ZIP\"}",
     "Prefix: \"Orders/\" -> \"p/\"\nCompressionFormat: \"GZIP\" -> \"ZIP\"\n"},
    {"{\"kms_key\":\"" KEY "\"}", "{}",
     "EncryptionConfiguration.NoEncryptionConfig:  -> \"NoEncryption\"\n"},
    {"{}", "{\"kms_key\":\"" KEY "\"}",
     "EncryptionConfiguration.KMSEncryptionConfig:  -> {\"AWSKMSKeyARN\":\"" KEY "\"}\n"},
    {"{}", "{\"logging\":false}", "CloudWatchLoggingOptions.Enabled: true -> false\n"},
    {"{\"logging\":false}", "{}",
     "CloudWatchLoggingOptions.Enabled: false -> true\n"
     "CloudWatchLoggingOptions.LogGroupName:  -> \"/aws/kinesisfirehose/Orders\"\n"
     "CloudWatchLoggingOptions.LogStreamName:  -> \"DestinationDelivery\"\n"},
    {"{\"newline\":true}", "{}", "ProcessingConfiguration.Enabled: true -> false\n"},
    {"{\"newline\":true}", "{\"transform\":{\"lambda\":\"" LAMBDA "\"}}",
     "ProcessingConfiguration.Processors.Lambda:  -> {\"Type\":\"Lambda\",\"Parameters\":[{"
     "\"ParameterName\":\"LambdaArn\",\"ParameterValue\":\"" LAMBDA "\"}]}\n"
     "ProcessingConfiguration.Processors.AppendDelimiterToRecord: {\"Type\":"
     "\"AppendDelimiterToRecord\",\"Parameters\":[{\"ParameterName\":\"Delimiter\","
     "\"ParameterValue\":\"\\\\n\"}]} -> \n"},
    /* What AWS adds to a processor by itself is no difference. */
    {"{\"transform\":{\"lambda\":\"" LAMBDA "\",\"retries\":3}}",
     "{\"transform\":{\"lambda\":\"" LAMBDA "\"}}", ""},
    {"{\"transform\":{\"lambda\":\"" LAMBDA "\",\"retries\":3}}",
     "{\"transform\":{\"lambda\":\"" LAMBDA "\",\"retries\":2}}",
     "ProcessingConfiguration.Processors.Lambda.Parameters.NumberOfRetries.ParameterValue: \"3\" "
     "-> \"2\"\n"},
    {"{\"file_extension\":\".x\",\"time_zone\":\"UTC\"}", "{}", "FileExtension: \".x\" -> \n"},
    {"{}", "{\"file_extension\":\".x\"}", "FileExtension:  -> \".x\"\n"},
    {PARQUET, "{\"buffer_mb\":64,\"compression\":\"UNCOMPRESSED\"}",
     "DataFormatConversionConfiguration.Enabled: true -> false\n"},
    {"{" PARTED "}", "{\"buffer_mb\":64}",
     "Prefix: \"o/!{partitionKeyFromQuery:c}/\" -> \"Orders/\"\n"
     "ProcessingConfiguration.Enabled: true -> false\n"
     "DynamicPartitioningConfiguration.Enabled: true -> false !\n"},
    {"{\"encryption\":\"NONE\"}", "{}",
     "DeliveryStreamEncryption.Status: \"DISABLED\" -> \"ENABLED\" !\n"},
    {"{\"source\":{\"kinesis\":\"" KINESIS "\"}}", "{\"encryption\":\"NONE\"}",
     "DeliveryStreamType: \"KinesisStreamAsSource\" -> \"DirectPut\" !\n"},
};

START_TEST(compares) {
    fiat__delivery settings;
    fiat__buf out;
    size_t count, lines = 0;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__doc *live = describe(s_differences[_i].live);
    settle_well(&settings, s_differences[_i].wanted);
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert_fiat_ok(fiat__delivery_compare(&settings, &s_place, live, show, &out, &count, &err),
                      err);
    ck_assert_str_eq(fiat__buf_cstr(&out), s_differences[_i].differences);
    for (const char *at = s_differences[_i].differences; *at; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(count, lines);
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
    fiat__doc_free(live);
}
END_TEST

START_TEST(compares_tags) {
    fiat__delivery settings;
    fiat__buf out;
    fiat__doc *tags;
    fiat_error err = FIAT_ERROR_INIT;
    settle_well(&settings, "{\"tags\":{\"same\":\"1\",\"other\":\"2\",\"new\":\"3\"}}");
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert_fiat_ok(fiat__doc_parse(&tags,
                                      fiat__str_c("[{\"Key\":\"mine\",\"Value\":\"x\"},{\"Key\":"
                                                  "\"same\",\"Value\":\"1\"},{\"Key\":\"other\"}]"),
                                      &err),
                      err);
    ck_assert_uint_eq(fiat__delivery_compare_tags(&settings, tags, show, &out), 2);
    ck_assert_str_eq(fiat__buf_cstr(&out), "Tags.other:  -> 2\nTags.new:  -> 3\n");
    fiat__doc_free(tags);
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
}
END_TEST

START_TEST(refuses_other_destinations) {
    fiat__delivery settings;
    fiat__doc *doc;
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    settle_well(&settings, NULL);
    ck_assert_fiat_ok(fiat__doc_parse(&doc,
                                      fiat__str_c("{\"Destinations\":[{\"DestinationId\":\"d\","
                                                  "\"SplunkDestinationDescription\":{}}]}"),
                                      &err),
                      err);
    ck_assert_fiat_status(
        fiat__delivery_compare(&settings, &s_place, doc, show, NULL, &count, &err),
        FIAT_E_AWS_REPLY);
    fiat__doc_free(doc);
    fiat__delivery_deinit(&settings);
}
END_TEST

/* What was on and is not wanted any more is named, since an update leaves alone what it does not
 * name. */
START_TEST(updates) {
    static const char *const parts[] = {
        "{\"DeliveryStreamName\":\"Orders\",\"CurrentDeliveryStreamVersionId\":\"3\","
        "\"DestinationId\":\"d-1\",\"ExtendedS3DestinationUpdate\":{" ROLE ",",
        "\"DataFormatConversionConfiguration\":{\"Enabled\":false}", "\"FileExtension\":\"\"",
        "\"CustomTimeZone\":\"UTC\"", "\"CompressionFormat\":\"GZIP\""};
    fiat__delivery settings;
    fiat__buf out;
    fiat__doc *live = describe("{\"parquet\":{\"table\":\"t\"},\"file_extension\":\".x\","
                               "\"time_zone\":\"Europe/Vienna\"}");
    settle_well(&settings, NULL);
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert(fiat__delivery_write_update(&out, &settings, &s_place, live));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_msg(strstr(fiat__buf_cstr(&out), parts[i]), "%s in %s", parts[i],
                      fiat__buf_cstr(&out));
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
    fiat__doc_free(live);
}
END_TEST

START_TEST(knows_whether_times_are_utc) {
    static const struct {
        const char *settings;
        bool utc;
    } cases[] = {{NULL, true},
                 {"{\"time_zone\":\"utc\"}", true},
                 {"{\"time_zone\":\"Europe/Vienna\"}", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fiat__delivery settings;
        settle_well(&settings, cases[i].settings);
        ck_assert_int_eq(fiat__delivery_in_utc(&settings), cases[i].utc);
        fiat__delivery_deinit(&settings);
    }
}
END_TEST

static fiat_status settle_once(void *ctx) {
    fiat__delivery settings;
    fiat__buf out;
    (void)ctx;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    fiat_status status = settle(&settings,
                                "{\"transform\":{\"lambda\":\"" LAMBDA "\",\"buffer_mb\":1,"
                                "\"buffer_seconds\":9},\"tags\":{\"a\":\"b\"},\"kms_key\":\"" KEY
                                "\",\"newline\":true}",
                                "{\"bucket\":\"events\"}", NULL, NULL);
    if (status == FIAT_OK && !(fiat__delivery_write_create(&out, &settings, &s_place) &&
                               fiat__delivery_write_policy(&out, &settings, &s_place)))
        status = FIAT_E_NOMEM;
    fiat__buf_deinit(&out);
    fiat__delivery_deinit(&settings);
    return status;
}

START_TEST(survives_no_memory) {
    chaos_loop(settle_once, NULL);
}
END_TEST

#define ADD_LOOP(test, rows) tcase_add_loop_test(t, test, 0, (int)(sizeof rows / sizeof *rows))

static Suite *suite(void) {
    Suite *s = suite_create("pipeline/delivery");
    TCase *t = tcase_create("delivery");
    tcase_add_test(t, sends_the_defaults);
    ADD_LOOP(makes_request, s_requests);
    ADD_LOOP(refuses, s_faults);
    tcase_add_test(t, refuses_unknown_members);
    tcase_add_test(t, names_streams);
    tcase_add_test(t, names_flags);
    tcase_add_test(t, takes_flags);
    ADD_LOOP(writes_policy, s_policies);
    tcase_add_test(t, writes_trust);
    ADD_LOOP(compares, s_differences);
    tcase_add_test(t, compares_tags);
    tcase_add_test(t, refuses_other_destinations);
    tcase_add_test(t, updates);
    tcase_add_test(t, knows_whether_times_are_utc);
    tcase_add_test(t, survives_no_memory);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
