/* The Firehose API below HTTP: calls, what they answer, and what becomes of the records. Time is
 * turned by hand; the delivery thread's work is done by the test. */
#include "base/base64.h"
#include "base/mem.h"
#include "local/firehose.h"
#include "support/test.h"
#include "support/tmpdir.h"

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))
#define START_MS    1795262400500 /* 2026-11-21T12:00:00.500Z */
#define S3          "{\"RoleARN\":\"arn:aws:iam::123456789012:role/x\",\"BucketARN\":\"arn:aws:s3:::bkt\""

static int64_t s_now_ms;
static int64_t now(void *ctx) {
    return *(int64_t *)ctx;
}
static const fiat__clock s_clock = {now, now, &s_now_ms};

static char *s_dir;
static char s_log[4096];
static fiat__local_opts s_opts;
static fiat__registry s_registry;
static fiat__reply s_reply;

static void keep_log(void *ctx, const char *line) {
    (void)ctx;
    snprintf(s_log, sizeof s_log, "%s", line);
}

static void open_registry(void) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__registry_open(&s_registry, &s_opts, &err), err);
}

static void set_up(void) {
    s_now_ms = START_MS;
    s_dir = tmpdir_make();
    s_log[0] = '\0';
    fiat__local_opts_init(&s_opts);
    s_opts.data_dir = s_dir;
    s_opts.clock = &s_clock;
    s_opts.log = keep_log;
    open_registry();
    fiat__reply_init(&s_reply);
}

static void tear_down(void) {
    fiat__reply_deinit(&s_reply);
    fiat__registry_close(&s_registry);
    tmpdir_remove(s_dir);
}

static const char *call(const char *operation, const char *body) {
    fiat__reply_deinit(&s_reply);
    fiat__reply_init(&s_reply);
    fiat__firehose_call(&s_registry, fiat__str_c(operation), fiat__str_c(body), "eu-west-1",
                        &s_reply);
    return fiat__buf_cstr(&s_reply.body);
}

static void good(const char *operation, const char *body) {
    const char *text = call(operation, body);
    ck_assert_msg(s_reply.http_status == 200, "%s: %d %s", operation, s_reply.http_status, text);
}

static void create(const char *name, const char *more) {
    char body[4096];
    snprintf(body, sizeof body,
             "{\"DeliveryStreamName\":\"%s\",\"ExtendedS3DestinationConfiguration\":" S3 "%s}}",
             name, more);
    good("CreateDeliveryStream", body);
}

static void put(const char *name, const char *text) {
    fiat__buf body;
    fiat__buf_init(&body, 8 << 20);
    fiat__buf_printf(&body, "{\"DeliveryStreamName\":\"%s\",\"Record\":{\"Data\":\"", name);
    fiat__base64_encode(&body, text, strlen(text));
    fiat__buf_append_c(&body, "\"}}");
    good("PutRecord", fiat__buf_cstr(&body));
    fiat__buf_deinit(&body);
}

/* One round of the delivery thread; when the next is due. */
static int64_t deliver(bool all) {
    fiat__stream **streams;
    size_t count;
    int64_t next_ms = INT64_MAX;
    ck_assert_int_eq(fiat__registry_acquire_all(&s_registry, &streams, &count, NULL), FIAT_OK);
    for (size_t i = 0; i < count; i++) {
        fiat__stream_deliver(&s_registry, streams[i], all, &next_ms);
        fiat__registry_release(&s_registry, streams[i]);
    }
    fiat__free(streams);
    return next_ms;
}

/* All objects of the bucket: their names, and their contents joined. */
static void read_objects(const char *bucket, fiat__buf *names, fiat__buf *contents) {
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/%s", s_dir, bucket);
    fiat__buf_clear(names);
    fiat__buf_clear(contents);
    if (!fiat__path_is_dir(dir)) return;
    tmpdir_list(names, dir, true);
    for (char *at = names->ptr, *end; at && *at; at = end + 1) {
        end = strchr(at, '\n');
        *end = '\0';
        tmpdir_read(contents, dir, at);
        *end = '\n';
    }
}

static void assert_objects(const char *bucket, int count, const char *want) {
    fiat__buf names, contents;
    fiat__buf_init(&names, 1 << 16);
    fiat__buf_init(&contents, 16 << 20);
    read_objects(bucket, &names, &contents);
    int found = 0;
    for (const char *at = names.ptr; at && (at = strchr(at, '\n')) != NULL; at++)
        found++;
    ck_assert_msg(found == count, "want %d objects, found: %s", count, fiat__buf_cstr(&names));
    ck_assert_str_eq(fiat__buf_cstr(&contents), want);
    fiat__buf_deinit(&names);
    fiat__buf_deinit(&contents);
}

/* --- what is refused -------------------------------------------------------------------------- */

#define NAME   "{\"DeliveryStreamName\":\"one\""
#define CREATE "{\"DeliveryStreamName\":\"new\",\"ExtendedS3DestinationConfiguration\":" S3

#define UPDATE "{\"DeliveryStreamName\":\"one\",\"CurrentDeliveryStreamVersionId\":\""
#define TO_NEW "\"ExtendedS3DestinationUpdate\":{\"Prefix\":\"new/\""

static const struct {
    const char *operation, *body, *code, *text;
} s_refused[] = {
    {"StartDeliveryStreamEncryption", "{}", "UnknownOperationException",
     "StartDeliveryStreamEncryption"},
    {"UpdateDestination", "{}", "ValidationException",
     "3 validation errors detected: Value null at 'deliveryStreamName'"},
    {"UpdateDestination",
     UPDATE "9\",\"DestinationId\":\"destinationId-000000000001\"," TO_NEW "}}",
     "ConcurrentModificationException",
     "Cannot update firehose: one since the current version id: 1 and specified version id: 9 do "
     "not match"},
    {"UpdateDestination", UPDATE "1\",\"DestinationId\":\"x\"," TO_NEW "}}",
     "InvalidArgumentException", "Destination Id x not found"},
    {"UpdateDestination", UPDATE "1\",\"DestinationId\":\"destinationId-000000000001\"}",
     "InvalidArgumentException", "Exactly one destination update"},
    {"UpdateDestination",
     UPDATE "1\",\"DestinationId\":\"destinationId-000000000001\"," TO_NEW
            ",\"CompressionFormat\":\"ZIP\"}}",
     "InvalidArgumentException", "CompressionFormat"},
    {"UpdateDestination",
     UPDATE "1\",\"DestinationId\":\"destinationId-000000000001\"," TO_NEW
            ",\"BucketARN\":\"arn:aws:s3:::..\"}}",
     "ValidationException", "bucketARN"},
    {"CreateDeliveryStream",
     CREATE "},\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":"
            "\"CUSTOMER_MANAGED_CMK\"}}",
     "InvalidArgumentException", "CUSTOMER_MANAGED_CMK"},
    {"CreateDeliveryStream",
     CREATE "},\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":\"MINE\"}}",
     "ValidationException", "enum value set: [AWS_OWNED_CMK, CUSTOMER_MANAGED_CMK]"},
    {"CreateDeliveryStream", CREATE "},\"DeliveryStreamEncryptionConfigurationInput\":{}}",
     "ValidationException", "keyType"},
    {"", "{}", "UnknownOperationException", ""},
    {"PutRecord", "", "SerializationException", ""},
    {"PutRecord", "{", "SerializationException", ""},
    {"PutRecord", "[]", "SerializationException", "not array"},
    {"PutRecord", "{\"DeliveryStreamName\":1}", "SerializationException", "deliveryStreamName"},
    {"PutRecord", NAME ",\"Record\":\"x\"}", "SerializationException", "record"},
    {"PutRecord", NAME ",\"Record\":{\"Data\":1}}", "SerializationException", "record.data"},
    {"PutRecord", NAME ",\"Record\":{\"Data\":\"*\"}}", "SerializationException", "record 1"},
    {"PutRecord", NAME ",\"Record\":{\"Data\":\"aGVsbG8\"}}", "SerializationException", "record 1"},
    {"PutRecord", "{}", "ValidationException",
     "2 validation errors detected: Value null at 'deliveryStreamName' failed to satisfy "
     "constraint: Member must not be null; Value null at 'record' failed"},
    {"PutRecord", NAME ",\"Record\":null}", "ValidationException", "Value null at 'record'"},
    {"PutRecord", NAME ",\"Record\":{}}", "ValidationException", "Value null at 'record.data'"},
    {"PutRecord", "{\"DeliveryStreamName\":\"\",\"Record\":{\"Data\":\"\"}}", "ValidationException",
     "greater than or equal to 1"},
    {"PutRecord", "{\"DeliveryStreamName\":\"../x\",\"Record\":{\"Data\":\"\"}}",
     "ValidationException",
     "1 validation error detected: Value '../x' at 'deliveryStreamName' failed to satisfy "
     "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
    {"PutRecord", "{\"DeliveryStreamName\":\"two\",\"Record\":{\"Data\":\"\"}}",
     "ResourceNotFoundException", "Firehose two under account 000000000000 not found."},
    {"PutRecordBatch", NAME ",\"Records\":[]}", "ValidationException", "greater than or equal"},
    {"PutRecordBatch", NAME "}", "ValidationException", "Value null at 'records'"},
    {"PutRecordBatch", NAME ",\"Records\":{}}", "SerializationException", "records"},
    {"PutRecordBatch", NAME ",\"Records\":[{\"Data\":\"\"},{}]}", "ValidationException",
     "'records.2.member.data'"},
    {"PutRecordBatch", NAME ",\"Records\":[{\"Data\":\"YQ==\"},{\"Data\":\"Y!==\"}]}",
     "SerializationException", "record 2"},
    {"DescribeDeliveryStream", "{\"DeliveryStreamName\":\"two\"}", "ResourceNotFoundException", ""},
    {"DescribeDeliveryStream", NAME ",\"Limit\":0}", "ValidationException", "Value '0' at 'limit'"},
    {"DescribeDeliveryStream", NAME ",\"Limit\":1.5}", "SerializationException", "limit"},
    {"ListDeliveryStreams", "{\"Limit\":10001}", "ValidationException", "10000"},
    {"ListDeliveryStreams", "{\"ExclusiveStartDeliveryStreamName\":\"a/b\"}", "ValidationException",
     "exclusiveStartDeliveryStreamName"},
    {"DeleteDeliveryStream", "{\"DeliveryStreamName\":\"two\"}", "ResourceNotFoundException", ""},
    {"CreateDeliveryStream", "{}", "ValidationException", "deliveryStreamName"},
    {"CreateDeliveryStream", "{\"DeliveryStreamName\":\"new\"}", "InvalidArgumentException",
     "Exactly one destination"},
    {"CreateDeliveryStream", CREATE "},\"S3DestinationConfiguration\":" S3 "}}",
     "InvalidArgumentException", "Exactly one destination"},
    {"CreateDeliveryStream", CREATE "},\"DeliveryStreamType\":\"KinesisStreamAsSource\"}",
     "InvalidArgumentException", "DirectPut"},
    {"CreateDeliveryStream", CREATE "},\"SplunkDestinationConfiguration\":{}}",
     "InvalidArgumentException", "SplunkDestinationConfiguration"},
    {"CreateDeliveryStream",
     "{\"DeliveryStreamName\":\"new\",\"S3DestinationConfiguration\":{\"RoleARN\":\"x\"}}",
     "ValidationException", "roleARN"},
    {"CreateDeliveryStream",
     "{\"DeliveryStreamName\":\"new\",\"S3DestinationConfiguration\":{\"RoleARN\":"
     "\"arn:aws:iam::123456789012:role/x\",\"BucketARN\":\"arn:aws:s3:::..\"}}",
     "ValidationException", "bucketARN"},
    {"CreateDeliveryStream",
     "{\"DeliveryStreamName\":\"new\",\"S3DestinationConfiguration\":{\"RoleARN\":"
     "\"arn:aws:iam::123456789012:role/x\",\"BucketARN\":\"arn:aws:s3:::.fiat\"}}",
     "ValidationException", "bucketARN"},
    {"CreateDeliveryStream", CREATE ",\"BufferingHints\":{\"SizeInMBs\":1}}}",
     "InvalidArgumentException", "both or neither"},
    {"CreateDeliveryStream",
     CREATE ",\"BufferingHints\":{\"SizeInMBs\":129,\"IntervalInSeconds\":901}}}",
     "ValidationException", "2 validation errors"},
    {"CreateDeliveryStream", CREATE ",\"CompressionFormat\":\"ZIP\"}}", "InvalidArgumentException",
     "does not offer CompressionFormat"},
    {"CreateDeliveryStream", CREATE ",\"CompressionFormat\":\"gzip\"}}", "ValidationException",
     "enum value set"},
    {"CreateDeliveryStream", CREATE ",\"S3BackupMode\":\"Enabled\"}}", "InvalidArgumentException",
     "S3BackupMode"},
    {"CreateDeliveryStream", CREATE ",\"DataFormatConversionConfiguration\":{\"Enabled\":true}}}",
     "InvalidArgumentException", "DataFormatConversion"},
    {"CreateDeliveryStream", CREATE ",\"DynamicPartitioningConfiguration\":{\"Enabled\":true}}}",
     "InvalidArgumentException", "DynamicPartitioning"},
    {"CreateDeliveryStream",
     CREATE ",\"EncryptionConfiguration\":{\"KMSEncryptionConfig\":{\"AWSKMSKeyARN\":\"a\"}}}}",
     "InvalidArgumentException", "KMSEncryptionConfig"},
    {"CreateDeliveryStream", CREATE ",\"CustomTimeZone\":\"Europe/Berlin\"}}",
     "InvalidArgumentException", "CustomTimeZone"},
    {"CreateDeliveryStream", CREATE ",\"FileExtension\":\"jsonl\"}}", "ValidationException",
     "fileExtension"},
    {"CreateDeliveryStream",
     CREATE ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":"
            "\"Lambda\"}]}}}",
     "InvalidArgumentException", "processors"},
    {"CreateDeliveryStream", CREATE ",\"Prefix\":\"a/!{timestamp:yyyy}/\"}}",
     "InvalidArgumentException",
     "Ths supplied prefix(es) do not satisfy the following constraint: ErrorOutputPrefix cannot be "
     "null or empty when Prefix contains expressions"},
    {"CreateDeliveryStream", CREATE ",\"Prefix\":\"/a/\"}}", "InvalidArgumentException",
     "object key"},
    {"CreateDeliveryStream", CREATE ",\"Prefix\":\"a/../../b/\"}}", "InvalidArgumentException",
     "object key"},
    {"CreateDeliveryStream", CREATE "},\"Tags\":[]}", "ValidationException", "tags"},
    {"CreateDeliveryStream", CREATE "},\"Tags\":[{\"Value\":\"x\"}]}", "ValidationException",
     "tags.member.key"},
    {"CreateDeliveryStream",
     "{\"DeliveryStreamName\":\"one\",\"S3DestinationConfiguration\":" S3 "}}",
     "ResourceInUseException", "Firehose one under accountId 000000000000 already exists"},
    {"TagDeliveryStream", NAME "}", "ValidationException", "tags"},
    {"TagDeliveryStream", NAME ",\"Tags\":[{\"Key\":\"aws:x\"}]}", "ValidationException",
     "tags.member.key"},
    {"TagDeliveryStream", NAME ",\"Tags\":[{\"Key\":\"a<b\"}]}", "ValidationException",
     "tags.member.key"},
    {"TagDeliveryStream", NAME ",\"Tags\":[1]}", "SerializationException", "tags.member"},
    {"TagDeliveryStream", "{\"DeliveryStreamName\":\"two\",\"Tags\":[{\"Key\":\"a\"}]}",
     "ResourceNotFoundException", ""},
    {"UntagDeliveryStream", NAME ",\"TagKeys\":[]}", "ValidationException", "tagKeys"},
    {"UntagDeliveryStream", NAME ",\"TagKeys\":[1]}", "SerializationException", "tagKeys"},
    {"ListTagsForDeliveryStream", NAME ",\"Limit\":51}", "ValidationException", "limit"},
};

START_TEST(bad_input_is_refused_in_the_words_of_aws) {
    create("one", "");
    const char *text = call(s_refused[_i].operation, s_refused[_i].body);
    ck_assert_msg(s_reply.http_status == 400, "%s %s: %d", s_refused[_i].operation,
                  s_refused[_i].body, s_reply.http_status);
    fiat__doc *doc;
    const char *code = NULL, *message = NULL;
    ck_assert_int_eq(fiat__doc_parse(&doc, fiat__str_c(text), NULL), FIAT_OK);
    ck_assert(fiat__doc_string(fiat__doc_get(doc, "__type"), &code));
    ck_assert(fiat__doc_string(fiat__doc_get(doc, "message"), &message));
    ck_assert_msg(strcmp(code, s_refused[_i].code) == 0, "%s: %s", s_refused[_i].body, text);
    ck_assert_msg(strstr(message, s_refused[_i].text), "%s: %s", s_refused[_i].body, text);
    fiat__doc_free(doc);
    /* Nothing of it stays. */
    ck_assert_ptr_null(strstr(call("ListDeliveryStreams", "{}"), "new"));
    deliver(true);
    assert_objects("bkt", 0, "");
}
END_TEST

/* A batch of records of these sizes. */
static const char *put_sizes(size_t count, size_t each_bytes, size_t last_bytes) {
    fiat__buf body;
    static char zeros[1024001];
    fiat__buf_init(&body, 64 << 20);
    fiat__buf_append_c(&body, "{\"DeliveryStreamName\":\"one\",\"Records\":[");
    for (size_t i = 0; i < count; i++) {
        fiat__buf_append_c(&body, i ? ",{\"Data\":\"" : "{\"Data\":\"");
        fiat__base64_encode(&body, zeros, i + 1 < count ? each_bytes : last_bytes);
        fiat__buf_append_c(&body, "\"}");
    }
    fiat__buf_append_c(&body, "]}");
    ck_assert(!body.failed);
    call("PutRecordBatch", fiat__buf_cstr(&body));
    fiat__buf_deinit(&body);
    return fiat__buf_cstr(&s_reply.body);
}

START_TEST(limits_are_those_of_aws_to_the_byte) {
    static const struct {
        size_t count, each_bytes, last_bytes;
        const char *want; /* NULL: good */
    } rows[] = {
        {500, 10, 10, NULL},
        {501, 10, 10, "less than or equal to 500"},
        {1, 0, 0, NULL},
        {1, 0, 1024000, NULL},
        {1, 0, 1024001, "[pos=0 lim=1024001 cap=1024001]' at 'records.1.member.data'"},
        {5, 1000000, 194304, NULL}, /* 4 MiB */
        {5, 1000000, 194305, "Records size exceeds 4 MB limit"},
    };
    create("one", "");
    const char *text = put_sizes(rows[_i].count, rows[_i].each_bytes, rows[_i].last_bytes);
    if (rows[_i].want)
        ck_assert_msg(s_reply.http_status == 400 && strstr(text, rows[_i].want), "%.300s", text);
    else
        ck_assert_msg(s_reply.http_status == 200 && strstr(text, "\"FailedPutCount\":0"), "%.300s",
                      text);
}
END_TEST

/* --- what works ------------------------------------------------------------------------------- */

START_TEST(records_are_delivered_when_the_interval_is_over) {
    create("one", ",\"Prefix\":\"a/\",\"BufferingHints\":{\"SizeInMBs\":1,"
                  "\"IntervalInSeconds\":60}");
    ck_assert_int_eq(deliver(false), INT64_MAX);
    put("one", "first\n");
    s_now_ms += 59999;
    put("one", "second\n");
    ck_assert_int_eq(deliver(false), START_MS + 60000);
    assert_objects("bkt", 0, "");
    s_now_ms += 1;
    ck_assert_int_eq(deliver(false), INT64_MAX);
    fiat__buf names, contents;
    fiat__buf_init(&names, 1000);
    fiat__buf_init(&contents, 1000);
    read_objects("bkt", &names, &contents);
    ck_assert_str_eq(fiat__buf_cstr(&contents), "first\nsecond\n");
    /* Time of the oldest record, in the prefix and in the name; no extension. */
    const char *start = "a/2026/11/21/12/one-1-2026-11-21-12-00-00-";
    ck_assert_msg(strncmp(names.ptr, start, strlen(start)) == 0, "%s", names.ptr);
    ck_assert_uint_eq(names.len, strlen(start) + 36 + 1);
    fiat__buf_deinit(&names);
    fiat__buf_deinit(&contents);
}
END_TEST

START_TEST(records_are_delivered_when_the_size_is_reached) {
    create("one", ",\"CompressionFormat\":\"GZIP\",\"BufferingHints\":{\"SizeInMBs\":1,"
                  "\"IntervalInSeconds\":900}");
    ck_assert_ptr_nonnull(strstr(put_sizes(2, 524288, 524287), "RecordId"));
    deliver(false);
    assert_objects("bkt", 0, "");
    put("one", "!");
    ck_assert_int_eq(deliver(false), INT64_MAX);
    put("one", "next");
    deliver(false);
    fiat__buf names, contents;
    fiat__buf_init(&names, 1000);
    fiat__buf_init(&contents, 2 << 20);
    read_objects("bkt", &names, &contents);
    ck_assert_uint_eq(contents.len, 1024 * 1024);
    ck_assert_int_eq(contents.ptr[contents.len - 1], '!');
    ck_assert_ptr_nonnull(strstr(names.ptr, ".gz\n"));
    fiat__buf_deinit(&names);
    fiat__buf_deinit(&contents);
}
END_TEST

START_TEST(an_interval_of_0_delivers_each_request) {
    create("one", ",\"FileExtension\":\".jsonl\",\"BufferingHints\":{\"SizeInMBs\":1,"
                  "\"IntervalInSeconds\":0}");
    put("one", "a");
    put("one", "b");
    deliver(false);
    assert_objects("bkt", 2, "ab");
}
END_TEST

START_TEST(overrides_take_the_place_of_hints) {
    s_opts.interval_ms = 1000;
    s_opts.size_bytes = 3;
    create("one", "");
    put("one", "ab");
    deliver(false);
    assert_objects("bkt", 0, "");
    put("one", "c");
    deliver(false);
    assert_objects("bkt", 1, "abc");
    put("one", "d");
    s_now_ms += 1000;
    deliver(false);
    assert_objects("bkt", 2, "abcd");
}
END_TEST

START_TEST(a_newline_is_added_only_when_asked_for) {
    create("one", ",\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[{\"Type\":"
                  "\"AppendDelimiterToRecord\",\"Parameters\":[{\"ParameterName\":\"Delimiter\","
                  "\"ParameterValue\":\"\\\\n\"}]}]}");
    put("one", "{\"a\":1}");
    put("one", "{\"a\":2}");
    deliver(true);
    assert_objects("bkt", 1, "{\"a\":1}\n{\"a\":2}\n");
}
END_TEST

START_TEST(describe_tells_what_was_created) {
    create("one", ",\"Prefix\":\"p/!{timestamp:yyyy}/\",\"ErrorOutputPrefix\":\"e/"
                  "!{firehose:error-output-type}/\",\"CompressionFormat\":\"GZIP\","
                  "\"CloudWatchLoggingOptions\":{\"Enabled\":true,\"LogGroupName\":\"g\"}");
    for (int round = 0; round < 2; round++) {
        const char *text = call("DescribeDeliveryStream", NAME "}");
        static const char *const parts[] = {
            "\"DeliveryStreamARN\":\"arn:aws:firehose:eu-west-1:000000000000:deliverystream/one\"",
            "\"DeliveryStreamStatus\":\"ACTIVE\"",
            "\"DeliveryStreamType\":\"DirectPut\"",
            "\"VersionId\":\"1\"",
            "\"CreateTimestamp\":1795262400.500",
            "\"HasMoreDestinations\":false",
            "\"ExtendedS3DestinationDescription\":{\"RoleARN\":",
            "\"BucketARN\":\"arn:aws:s3:::bkt\"",
            "\"Prefix\":\"p/!{timestamp:yyyy}/\"",
            "\"ErrorOutputPrefix\":\"e/!{firehose:error-output-type}/\"",
            "\"BufferingHints\":{\"SizeInMBs\":5,\"IntervalInSeconds\":300}",
            "\"CompressionFormat\":\"GZIP\"",
            "\"CloudWatchLoggingOptions\":{\"Enabled\":true,\"LogGroupName\":\"g\"}",
            "\"S3BackupMode\":\"Disabled\"",
        };
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            ck_assert_msg(strstr(text, parts[i]), "%s\nlacks %s", text, parts[i]);
        /* The same after a restart, from the state file. */
        fiat__registry_close(&s_registry);
        s_now_ms += 1000;
        open_registry();
    }
    ck_assert_ptr_nonnull(
        strstr(call("DescribeDeliveryStream",
                    NAME ",\"ExclusiveStartDestinationId\":\"destinationId-000000000001\"}"),
               "\"Destinations\":[]"));
}
END_TEST

/* What is named is changed, the rest stays; objects and restarts know the new version. */
START_TEST(an_update_changes_what_it_names) {
    create("one", ",\"Prefix\":\"old/\",\"CompressionFormat\":\"UNCOMPRESSED\"},"
                  "\"DeliveryStreamEncryptionConfigurationInput\":{\"KeyType\":"
                  "\"AWS_OWNED_CMK\"");
    put("one", "first\n");
    good("UpdateDestination",
         UPDATE "1\",\"DestinationId\":\"destinationId-000000000001\"," TO_NEW
                ",\"FileExtension\":\".jsonl\",\"BufferingHints\":{\"SizeInMBs\":2,"
                "\"IntervalInSeconds\":9}}}");
    for (int round = 0; round < 2; round++) {
        const char *text = call("DescribeDeliveryStream", NAME "}");
        static const char *const parts[] = {
            "\"VersionId\":\"2\"",
            "\"Prefix\":\"new/\"",
            "\"FileExtension\":\".jsonl\"",
            "\"BucketARN\":\"arn:aws:s3:::bkt\"",
            "\"BufferingHints\":{\"SizeInMBs\":2,\"IntervalInSeconds\":9}",
            ("\"DeliveryStreamEncryptionConfiguration\":{\"KeyType\":\"AWS_OWNED_CMK\","
             "\"Status\":\"ENABLED\"}")};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            ck_assert_msg(strstr(text, parts[i]), "%s\nlacks %s", text, parts[i]);
        fiat__registry_close(&s_registry);
        open_registry();
    }
    put("one", "second\n");
    deliver(true);
    fiat__buf names, contents;
    fiat__buf_init(&names, 1000);
    fiat__buf_init(&contents, 1000);
    read_objects("bkt", &names, &contents);
    ck_assert_str_eq(fiat__buf_cstr(&contents), "second\nfirst\n"); /* by their names */
    ck_assert_msg(strncmp(names.ptr, "new/2026/11/21/12/one-2-2026", 28) == 0, "%s", names.ptr);
    fiat__buf_deinit(&names);
    fiat__buf_deinit(&contents);
}
END_TEST

START_TEST(list_pages_in_the_order_of_names) {
    static const char *const names[] = {"b", "a", "d", "c"};
    ck_assert_str_eq(call("ListDeliveryStreams", "{}"),
                     "{\"DeliveryStreamNames\":[],\"HasMoreDeliveryStreams\":false}");
    for (size_t i = 0; i < 4; i++)
        create(names[i], "");
    ck_assert_str_eq(
        call("ListDeliveryStreams", "{\"Limit\":3}"),
        "{\"DeliveryStreamNames\":[\"a\",\"b\",\"c\"],\"HasMoreDeliveryStreams\":true}");
    ck_assert_str_eq(call("ListDeliveryStreams", "{\"ExclusiveStartDeliveryStreamName\":\"b\"}"),
                     "{\"DeliveryStreamNames\":[\"c\",\"d\"],\"HasMoreDeliveryStreams\":false}");
    ck_assert_str_eq(call("ListDeliveryStreams", "{\"ExclusiveStartDeliveryStreamName\":\"zz\"}"),
                     "{\"DeliveryStreamNames\":[],\"HasMoreDeliveryStreams\":false}");
    ck_assert_str_eq(call("ListDeliveryStreams", "{\"DeliveryStreamType\":\"MSKAsSource\"}"),
                     "{\"DeliveryStreamNames\":[],\"HasMoreDeliveryStreams\":false}");
}
END_TEST

START_TEST(tags_are_kept_and_bounded) {
    create("one", "");
    good("TagDeliveryStream", NAME ",\"Tags\":[{\"Key\":\"b\",\"Value\":\"1\"},{\"Key\":\"a\"}]}");
    good("TagDeliveryStream", NAME ",\"Tags\":[{\"Key\":\"b\",\"Value\":\"\xc3\xbc\"}]}");
    fiat__registry_close(&s_registry);
    open_registry();
    ck_assert_str_eq(call("ListTagsForDeliveryStream", NAME "}"),
                     "{\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\",\"Value\":\"\xc3\xbc\"}],"
                     "\"HasMoreTags\":false}");
    ck_assert_str_eq(call("ListTagsForDeliveryStream", NAME ",\"Limit\":1}"),
                     "{\"Tags\":[{\"Key\":\"a\"}],\"HasMoreTags\":true}");
    ck_assert_str_eq(call("ListTagsForDeliveryStream", NAME ",\"ExclusiveStartTagKey\":\"a\"}"),
                     "{\"Tags\":[{\"Key\":\"b\",\"Value\":\"\xc3\xbc\"}],\"HasMoreTags\":false}");
    good("UntagDeliveryStream", NAME ",\"TagKeys\":[\"b\",\"unknown\"]}");
    fiat__buf body;
    fiat__buf_init(&body, 10000);
    fiat__buf_append_c(&body, NAME ",\"Tags\":[");
    for (int i = 0; i < 50; i++)
        fiat__buf_printf(&body, "%s{\"Key\":\"k%d\"}", i ? "," : "", i);
    fiat__buf_append_c(&body, "]}");
    const char *text = call("TagDeliveryStream", fiat__buf_cstr(&body));
    ck_assert_msg(strstr(text, "LimitExceededException"), "%s", text);
    ck_assert_str_eq(call("ListTagsForDeliveryStream", NAME "}"),
                     "{\"Tags\":[{\"Key\":\"a\"}],\"HasMoreTags\":false}");
    fiat__buf_deinit(&body);
}
END_TEST

START_TEST(a_deleted_stream_delivers_first) {
    create("one", "");
    put("one", "last words");
    good("DeleteDeliveryStream", NAME "}");
    ck_assert_ptr_nonnull(strstr(call("DescribeDeliveryStream", NAME "}"), "DELETING"));
    ck_assert_ptr_nonnull(
        strstr(call("PutRecord", NAME ",\"Record\":{\"Data\":\"YQ==\"}}"), "ResourceNotFound"));
    good("DeleteDeliveryStream", NAME "}");
    deliver(false);
    assert_objects("bkt", 1, "last words");
    ck_assert_ptr_nonnull(strstr(call("DescribeDeliveryStream", NAME "}"), "ResourceNotFound"));
    fiat__buf list;
    fiat__buf_init(&list, 1000);
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/.fiat", s_dir);
    tmpdir_list(&list, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "");
    fiat__buf_deinit(&list);
    create("one", "");
}
END_TEST

START_TEST(names_of_dots_stay_inside) {
    static const char *const names[] = {".", "..", "..."};
    for (size_t i = 0; i < 3; i++) {
        create(names[i], "");
        put(names[i], "x");
    }
    fiat__registry_close(&s_registry);
    open_registry();
    deliver(true);
    assert_objects("bkt", 3, "xxx");
    fiat__buf list;
    fiat__buf_init(&list, 1000);
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/.fiat", s_dir);
    tmpdir_list(&list, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "streams/....json\nstreams/...json\nstreams/..json\n");
    fiat__buf_deinit(&list);
}
END_TEST

START_TEST(unknown_streams_are_created_when_told_to) {
    static const char *const body =
        "{\"DeliveryStreamName\":\"new\",\"Record\":{\"Data\":\"YQ==\"}}";
    s_opts.auto_create = true;
    good("PutRecord", body);
    good("PutRecord", body);
    ck_assert_ptr_nonnull(strstr(call("PutRecord", "{\"DeliveryStreamName\":\"..\",\"Record\":"
                                                   "{\"Data\":\"YQ==\"}}"),
                                 "InvalidArgumentException"));
    deliver(true);
    fiat__buf names, contents;
    fiat__buf_init(&names, 1000);
    fiat__buf_init(&contents, 1000);
    read_objects("local", &names, &contents);
    ck_assert_str_eq(fiat__buf_cstr(&contents), "aa");
    ck_assert_int_eq(strncmp(names.ptr, "new/2026/11/21/12/new-1-", 24), 0);
    fiat__buf_deinit(&names);
    fiat__buf_deinit(&contents);
}
END_TEST

/* --- crashes and full disks ------------------------------------------------------------------- */

START_TEST(a_crash_loses_nothing_and_doubles_nothing) {
    create("one", ",\"CompressionFormat\":\"GZIP\"");
    put("one", "a;");
    put("one", "b;");
    /* The segment as it was before its delivery: as if the crash came between the two steps of
     * writing the object and removing the segment. */
    char *from = fiat__path_join(s_dir, ".fiat/buffer/one.d/0000000000000000.seg");
    fiat__buf segment;
    fiat__buf_init(&segment, 10000);
    ck_assert_int_eq(fiat__file_read(from, &segment, NULL), FIAT_OK);
    fiat__registry_close(&s_registry); /* writes nothing */
    open_registry();
    put("one", "c;");
    deliver(true);
    assert_objects("bkt", 2, "a;b;c;");
    fiat__registry_close(&s_registry);
    ck_assert(!fiat__path_exists(from));
    ck_assert_int_eq(fiat__file_replace(from, fiat__buf_str(&segment), false, NULL), FIAT_OK);
    open_registry();
    deliver(true);
    assert_objects("bkt", 2, "a;b;c;");
    ck_assert(!fiat__path_exists(from));
    fiat__buf_deinit(&segment);
    fiat__free(from);
}
END_TEST

START_TEST(a_crash_in_a_delete_is_finished_later) {
    create("one", "");
    put("one", "a");
    good("DeleteDeliveryStream", NAME "}");
    fiat__registry_close(&s_registry);
    open_registry();
    deliver(false);
    assert_objects("bkt", 1, "a");
    ck_assert_ptr_nonnull(strstr(call("DescribeDeliveryStream", NAME "}"), "ResourceNotFound"));
}
END_TEST

START_TEST(damage_is_told_and_kept) {
    create("one", "");
    put("one", "a;");
    put("one", "b;");
    fiat__registry_close(&s_registry);
    char *path = fiat__path_join(s_dir, ".fiat/buffer/one.d/0000000000000000.seg");
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    fseek(file, -1, SEEK_END);
    fputc('X', file);
    fclose(file);
    open_registry();
    ck_assert_msg(strstr(s_log, "damaged"), "%s", s_log);
    deliver(true);
    assert_objects("bkt", 1, "a;");
    fiat__free(path);
}
END_TEST

START_TEST(a_failed_delivery_is_tried_again_later_and_later) {
    char path[4096];
    create("one", ",\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":0}");
    snprintf(path, sizeof path, "%s/bkt", s_dir);
    ck_assert_int_eq(fiat__file_replace(path, fiat__str_c(""), false, NULL), FIAT_OK);
    put("one", "a");
    static const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        s_log[0] = '\0';
        ck_assert_int_eq(deliver(false), s_now_ms + waits_ms[i]);
        ck_assert_msg(strstr(s_log, "stream one: cannot deliver"), "%s", s_log);
        s_log[0] = '\0';
        s_now_ms += waits_ms[i] - 1;
        deliver(false); /* not yet */
        ck_assert_str_eq(s_log, "");
        s_now_ms += 1;
    }
    put("one", "b");
    ck_assert_int_eq(unlink(path), 0);
    deliver(false);
    assert_objects("bkt", 2, "ab");
}
END_TEST

START_TEST(a_state_that_is_not_ours_stops_the_start) {
    static const char *const texts[] = {"", "{", "{}", "{\"destination\":{\"RoleARN\":\"x\"}}"};
    fiat_error err = FIAT_ERROR_INIT;
    char path[4096];
    fiat__registry_close(&s_registry);
    snprintf(path, sizeof path, "%s/.fiat/streams/odd.json", s_dir);
    ck_assert_int_eq(fiat__file_replace(path, fiat__str_c(texts[_i]), false, NULL), FIAT_OK);
    ck_assert_int_ne(fiat__registry_open(&s_registry, &s_opts, &err), FIAT_OK);
    ck_assert_msg(strstr(err.message, "odd.json"), "%s", err.message);
    unlink(path);
    open_registry();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("local/firehose");
    TCase *refused = tcase_create("refused"), *works = tcase_create("works"),
          *crash = tcase_create("crash");
    tcase_add_checked_fixture(refused, set_up, tear_down);
    tcase_add_checked_fixture(works, set_up, tear_down);
    tcase_add_checked_fixture(crash, set_up, tear_down);
    tcase_add_loop_test(refused, bad_input_is_refused_in_the_words_of_aws, 0, ROWS(s_refused));
    tcase_add_loop_test(refused, limits_are_those_of_aws_to_the_byte, 0, 7);
    tcase_add_test(works, records_are_delivered_when_the_interval_is_over);
    tcase_add_test(works, records_are_delivered_when_the_size_is_reached);
    tcase_add_test(works, an_interval_of_0_delivers_each_request);
    tcase_add_test(works, overrides_take_the_place_of_hints);
    tcase_add_test(works, a_newline_is_added_only_when_asked_for);
    tcase_add_test(works, describe_tells_what_was_created);
    tcase_add_test(works, an_update_changes_what_it_names);
    tcase_add_test(works, list_pages_in_the_order_of_names);
    tcase_add_test(works, tags_are_kept_and_bounded);
    tcase_add_test(works, a_deleted_stream_delivers_first);
    tcase_add_test(works, names_of_dots_stay_inside);
    tcase_add_test(works, unknown_streams_are_created_when_told_to);
    tcase_add_test(crash, a_crash_loses_nothing_and_doubles_nothing);
    tcase_add_test(crash, a_crash_in_a_delete_is_finished_later);
    tcase_add_test(crash, damage_is_told_and_kept);
    tcase_add_test(crash, a_failed_delivery_is_tried_again_later_and_later);
    tcase_add_loop_test(crash, a_state_that_is_not_ours_stops_the_start, 0, 4);
    suite_add_tcase(suite, refused);
    suite_add_tcase(suite, works);
    suite_add_tcase(suite, crash);
    return fiat_test_run(suite);
}
