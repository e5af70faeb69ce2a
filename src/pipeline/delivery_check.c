/* What excludes what. AWS refuses the same, but one at a time and after the role was made; the
 * words that it then uses are quoted beside each rule. Read in the documentation that is named, and
 * in the rules of github.com/badmintoncryer/cdk-preflight, whose authors tried each against AWS.
 * Also where they are named: github.com/aws/aws-cdk, packages/aws-cdk-lib/aws-kinesisfirehose. */
#include "base/error.h"
#include "pipeline/delivery_table.h"
#include "pipeline/delivery_text.h"
#include "producer/object.h"

#include <stdio.h>
#include <stdlib.h>

#define LARGE_BUFFER_MB    64
#define LAMBDA_NAMESPACE   "!{partitionKeyFromLambda:"
#define QUERY_NAMESPACE    "!{partitionKeyFromQuery:"
#define EITHER_NAMESPACE   "!{partitionKeyFrom"
#define PARTITION_INTERVAL 60

/* A fault of a setting, at the place where it was said. */
#define FAULT(key, ...)                                                                            \
    fiat__delivery_add_fault(faults, settings->values[FIAT__DELIVERY_##key].from, __VA_ARGS__)
#define GET(key)  (settings->values[FIAT__DELIVERY_##key].text)
#define SAID(key) (settings->values[FIAT__DELIVERY_##key].from != NULL)

static void check_needed(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    if (!GET(BUCKET))
        FAULT(BUCKET, "no bucket: give --bucket NAME, or \"bucket\" in \"delivery\" of the "
                      "stream's stream.json or of schemas/stream.json");
}

/* --- prefixes --------------------------------------------------------------------------------- */

/* The pattern with every !{partitionKeyFrom...} replaced by a letter: what is left is held to the
 * rules that other patterns follow. */
static void without_keys(fiat__buf *out, const char *pattern) {
    const char *at;
    while ((at = strstr(pattern, EITHER_NAMESPACE)) != NULL) {
        const char *end = strchr(at, '}');
        if (!end) break;
        fiat__buf_append(out, pattern, (size_t)(at - pattern));
        fiat__buf_append_char(out, 'k');
        pattern = end + 1;
    }
    fiat__buf_append_c(out, pattern);
}

/* https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html */
static void check_prefixes(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    fiat_error data = FIAT_ERROR_INIT, error = FIAT_ERROR_INIT;
    fiat__buf plain;
    fiat__buf_init(&plain, 2 * FIAT__PREFIX_MAX_BYTES);
    without_keys(&plain, GET(PREFIX));
    fiat_status status = fiat__buf_status(&plain, &data);
    if (status == FIAT_OK)
        status = fiat__prefix_check(fiat__buf_str(&plain), FIAT__PREFIX_DATA, &data);
    fiat__buf_deinit(&plain);
    fiat_status second =
        fiat__prefix_check(fiat__str_c(GET(ERROR_PREFIX)), FIAT__PREFIX_ERROR, &error);
    if (status == FIAT_E_NOMEM || second == FIAT_E_NOMEM) {
        fiat__delivery_no_memory(faults);
        return;
    }
    if (status != FIAT_OK) FAULT(PREFIX, "delivery.prefix: %s", data.message);
    if (second != FIAT_OK)
        FAULT(ERROR_PREFIX, "delivery.error_prefix: %s", error.message);
    else if (strstr(GET(PREFIX), "!{") && !*GET(ERROR_PREFIX))
        FAULT(ERROR_PREFIX, "delivery.error_prefix is empty: a prefix with expressions needs one, "
                            "such as errors/!{firehose:error-output-type}/");
}

/* --- dynamic partitioning --------------------------------------------------------------------- */

/* "MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery
 * namespace." A key of the prefix is a word of the query. */
static void check_query_keys(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    const char *query = GET(PARTITIONING_QUERY);
    for (const char *at = GET(PREFIX); (at = strstr(at, QUERY_NAMESPACE)) != NULL;) {
        char key[64];
        at += strlen(QUERY_NAMESPACE);
        snprintf(key, sizeof key, "%.*s", (int)strcspn(at, "}"), at);
        if (!query) {
            FAULT(PREFIX,
                  "delivery.prefix takes the key \"%s\" from a query: give "
                  "partitioning.query, such as {%s: .%s}",
                  key, key, key);
            return;
        }
        if (!strstr(query, key))
            FAULT(PARTITIONING_QUERY,
                  "delivery.partitioning.query makes no key \"%s\", which the "
                  "prefix takes from it",
                  key);
    }
}

/* https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html */
static void check_keys(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    const char *prefix = GET(PREFIX);
    /* "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is
     * enabled" */
    if (!strstr(prefix, EITHER_NAMESPACE))
        FAULT(PREFIX, "dynamic partitioning needs a key in delivery.prefix: "
                      "!{partitionKeyFromQuery:KEY} or !{partitionKeyFromLambda:KEY}");
    if (strstr(prefix, LAMBDA_NAMESPACE) && !GET(TRANSFORM_LAMBDA))
        FAULT(PREFIX, "delivery.prefix takes keys from a function: give transform.lambda");
    if (GET(PARTITIONING_QUERY) && !strstr(prefix, QUERY_NAMESPACE))
        FAULT(PARTITIONING_QUERY, "delivery.partitioning.query makes keys that the prefix does not "
                                  "take: add !{partitionKeyFromQuery:KEY} to delivery.prefix");
    check_query_keys(settings, faults);
}

static void check_deaggregation(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    const char *how = GET(PARTITIONING_DEAGGREGATE);
    const bool delimited = how && strcmp(how, "DELIMITED") == 0;
    /* "Delimiter should be present for DELIMITED" */
    if (delimited && !GET(PARTITIONING_DELIMITER))
        FAULT(PARTITIONING_DEAGGREGATE, "delivery.partitioning.deaggregate is DELIMITED: give "
                                        "partitioning.delimiter, too");
    if (!delimited && GET(PARTITIONING_DELIMITER))
        FAULT(PARTITIONING_DELIMITER, "delivery.partitioning.delimiter goes with "
                                      "partitioning.deaggregate DELIMITED alone");
}

static void check_partitioning(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    const long size = strtol(GET(BUFFER_MB), NULL, 10);
    const long interval = strtol(GET(BUFFER_SECONDS), NULL, 10);
    if (!fiat__delivery_partitions(settings)) return;
    /* "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled." */
    if (size < LARGE_BUFFER_MB)
        FAULT(BUFFER_MB, "delivery.buffer_mb: %ld, but dynamic partitioning needs at least %d",
              size, LARGE_BUFFER_MB);
    /* "BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is
     * enabled." (aws-cdk, private/helpers.ts) */
    if (interval < PARTITION_INTERVAL)
        FAULT(BUFFER_SECONDS,
              "delivery.buffer_seconds: %ld, but dynamic partitioning needs at least %d", interval,
              PARTITION_INTERVAL);
    /* https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html */
    if (!*GET(ERROR_PREFIX))
        FAULT(ERROR_PREFIX, "delivery.error_prefix is empty, but dynamic partitioning needs one");
    check_keys(settings, faults);
    check_deaggregation(settings, faults);
}

/* --- the others ------------------------------------------------------------------------------- */

/* https://docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html */
static void check_parquet(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    const long size = strtol(GET(BUFFER_MB), NULL, 10);
    if (!fiat__delivery_to_parquet(settings)) return;
    if (size < LARGE_BUFFER_MB)
        FAULT(BUFFER_MB, "delivery.buffer_mb: %ld, but conversion to Parquet needs at least %d",
              size, LARGE_BUFFER_MB);
    /* "The S3 destination's compression format must be set to UNCOMPRESSED when data format
     * conversion is enabled" */
    if (strcmp(GET(COMPRESSION), "UNCOMPRESSED") != 0)
        FAULT(COMPRESSION,
              "delivery.compression: %s, but conversion to Parquet needs UNCOMPRESSED; Parquet "
              "compresses by itself: parquet.compression",
              GET(COMPRESSION));
}

/* "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda
 * processor." */
static void check_transform(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    static const fiat__delivery_key rest[] = {FIAT__DELIVERY_TRANSFORM_BUFFER_MB,
                                              FIAT__DELIVERY_TRANSFORM_BUFFER_SECONDS,
                                              FIAT__DELIVERY_TRANSFORM_RETRIES};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (settings->values[rest[i]].text && !GET(TRANSFORM_LAMBDA))
            fiat__delivery_add_fault(faults, settings->values[rest[i]].from,
                                     "delivery.%s without transform.lambda: name the function",
                                     fiat__delivery_rows[rest[i]].member);
    if (GET(TRANSFORM_BUFFER_MB) && !GET(TRANSFORM_BUFFER_SECONDS))
        FAULT(TRANSFORM_BUFFER_MB,
              "delivery.transform.buffer_mb: give transform.buffer_seconds, too");
    if (!GET(TRANSFORM_BUFFER_MB) && GET(TRANSFORM_BUFFER_SECONDS))
        FAULT(TRANSFORM_BUFFER_SECONDS,
              "delivery.transform.buffer_seconds: give transform.buffer_mb, too");
}

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html:
 * for DirectPut alone; with a Kinesis stream as source, that stream is to be encrypted. */
static void check_source(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    if (fiat__delivery_from_kinesis(settings) && strcmp(GET(ENCRYPTION), "NONE") != 0)
        FAULT(ENCRYPTION,
              "delivery.encryption: %s, but with a Kinesis source Firehose holds nothing; set it "
              "to NONE and encrypt the Kinesis stream itself",
              GET(ENCRYPTION));
    if (!fiat__delivery_from_kinesis(settings) && GET(SOURCE_ROLE))
        FAULT(SOURCE_ROLE, "delivery.source.role without source.kinesis: name the stream");
}

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfigurationInput.html:
 * KeyARN is that of a key, no alias. */
static void check_encryption(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    if (strcmp(GET(ENCRYPTION), "KMS") != 0) return;
    if (!GET(KMS_KEY))
        FAULT(ENCRYPTION, "delivery.encryption is KMS: give kms_key, the ARN of the key");
    else if (strstr(GET(KMS_KEY), ":alias/"))
        FAULT(KMS_KEY, "delivery.kms_key is an alias, but with encryption KMS it must be the ARN "
                       "of the key itself");
}

static void check_logging(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    if (fiat__delivery_is_on(settings, FIAT__DELIVERY_LOGGING)) return;
    if (SAID(LOG_GROUP)) FAULT(LOG_GROUP, "delivery.log_group, but delivery.logging is false");
}

void fiat__delivery_check(const fiat__delivery *settings, fiat__delivery_faults *faults) {
    check_needed(settings, faults);
    check_prefixes(settings, faults);
    check_partitioning(settings, faults);
    check_parquet(settings, faults);
    check_transform(settings, faults);
    check_source(settings, faults);
    check_encryption(settings, faults);
    check_logging(settings, faults);
}
