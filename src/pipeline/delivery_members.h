/* Every setting of a delivery stream, in the order of docs/streams.md: a member of "delivery" in
 * stream.json, with a dot where it is a member of an object in there, and a flag of `fiat stream`.
 *
 * XX(ID, MEMBER, FLAG, KIND, DEFAULT, MIN, MAX, FORM, ARG, HELP)
 * MIN and MAX: of an INTEGER its value, of others their length. FORM: of a CHOICE its words, apart
 * by a space; of a TEXT a name of delivery_text.c's table, NULL for any. The bounds are those of
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
 * and the pages below it, compared with the service model of botocore 1.44. */
#ifndef FIAT_PIPELINE_DELIVERY_MEMBERS_H
#define FIAT_PIPELINE_DELIVERY_MEMBERS_H

/* clang-format off */
#define FIAT__DELIVERY_MAP(XX)                                                                     \
    XX(BUCKET, "bucket", "bucket", TEXT, NULL, 3, 63, "bucket", "NAME",                            \
       "S3 bucket that events are delivered to")                                                   \
    XX(PREFIX, "prefix", "prefix", TEXT, NULL, 0, 1024, NULL, "PREFIX",                            \
       "Prefix of the objects (default: STREAM/); may hold !{timestamp:...} and the like")         \
    XX(ERROR_PREFIX, "error_prefix", "error-prefix", TEXT, NULL, 0, 1024, NULL, "PREFIX",          \
       "Prefix of what cannot be delivered (default: errors/STREAM/!{firehose:error-output-type}/)") \
    XX(BUFFER_MB, "buffer_mb", "buffer-mb", INTEGER, "1", 1, 128, NULL, "N",                       \
       "Deliver at the latest when there are that many MiB (default: 1)")                          \
    XX(BUFFER_SECONDS, "buffer_seconds", "buffer-seconds", INTEGER, "60", 0, 900, NULL, "N",       \
       "Deliver at the latest after that many seconds (default: 60)")                              \
    XX(COMPRESSION, "compression", "compression", CHOICE, "GZIP", 0, 0,                            \
       "GZIP UNCOMPRESSED ZIP Snappy HADOOP_SNAPPY", "FORMAT",                                     \
       "GZIP (default), UNCOMPRESSED, ZIP, Snappy or HADOOP_SNAPPY")                               \
    XX(FILE_EXTENSION, "file_extension", "file-extension", TEXT, NULL, 0, 128, "extension", "EXT", \
       "End of the objects' names, as .json.gz")                                                   \
    XX(TIME_ZONE, "time_zone", "time-zone", TEXT, NULL, 0, 50, "zone", "ZONE",                     \
       "Time zone of the dates in prefixes, as Europe/Vienna (default: UTC)")                      \
    XX(ROLE, "role", "role", TEXT, "firehose_delivery_role", 1, 512, "role", "ROLE",               \
       "IAM role that delivers: a name or an ARN (default: firehose_delivery_role)")               \
    XX(ENCRYPTION, "encryption", "encryption", CHOICE, "AWS", 0, 0, "AWS KMS NONE", "WHOSE",       \
       "Whose key encrypts events while Firehose holds them: AWS (default), KMS or NONE")          \
    XX(KMS_KEY, "kms_key", "kms-key", TEXT, NULL, 1, 512, "kms_key", "ARN",                        \
       "KMS key that encrypts the objects (default: as the bucket says)")                          \
    XX(LOGGING, "logging", "logging", FLAG, "true", 0, 0, NULL, "BOOL",                            \
       "Log failed deliveries to CloudWatch: true (default) or false")                             \
    XX(LOG_GROUP, "log_group", "log-group", TEXT, NULL, 1, 512, "log_group", "NAME",               \
       "Log group (default: /aws/kinesisfirehose/STREAM)")                                         \
    XX(LOG_STREAM, "log_stream", "log-stream", TEXT, "DestinationDelivery", 1, 512, "log_stream",  \
       "NAME", "Log stream in it (default: DestinationDelivery)")                                  \
    XX(NEWLINE, "newline", "newline", FLAG, "false", 0, 0, NULL, "BOOL",                           \
       "Let Firehose add a newline to each record: true or false (default)")                       \
    XX(TRANSFORM_LAMBDA, "transform.lambda", "transform-lambda", TEXT, NULL, 1, 512, "lambda",     \
       "ARN", "Function that transforms the records")                                              \
    XX(TRANSFORM_BUFFER_MB, "transform.buffer_mb", "transform-buffer-mb", DECIMAL, NULL, 0, 3,     \
       NULL, "N", "MiB that it is handed at a time, 0.2 to 3 (default: 1)")                        \
    XX(TRANSFORM_BUFFER_SECONDS, "transform.buffer_seconds", "transform-buffer-seconds", INTEGER,  \
       NULL, 0, 900, NULL, "N", "Seconds that it is waited for them (default: 60)")                \
    XX(TRANSFORM_RETRIES, "transform.retries", "transform-retries", INTEGER, NULL, 0, 300, NULL,   \
       "N", "Calls again after a failed one (default: 3)")                                         \
    XX(SOURCE_KINESIS, "source.kinesis", "source-kinesis", TEXT, NULL, 1, 512, "kinesis", "ARN",   \
       "Kinesis stream to read from (default: what is put)")                                       \
    XX(SOURCE_ROLE, "source.role", "source-role", TEXT, NULL, 1, 512, "role", "ROLE",              \
       "IAM role that reads from it (default: that of --role)")                                    \
    XX(PARTITIONING_QUERY, "partitioning.query", "partitioning-query", TEXT, NULL, 1, 5120, NULL,  \
       "JQ", "Keys of dynamic partitions, as {customer: .customer_id}")                            \
    XX(PARTITIONING_RETRY_SECONDS, "partitioning.retry_seconds", "partitioning-retry-seconds",     \
       INTEGER, "300", 0, 7200, NULL, "N", "Seconds of trying again to write a partition")         \
    XX(PARTITIONING_DEAGGREGATE, "partitioning.deaggregate", "partitioning-deaggregate", CHOICE,   \
       NULL, 0, 0, "JSON DELIMITED", "HOW",                                                        \
       "Take records of several events apart: JSON or DELIMITED")                                  \
    XX(PARTITIONING_DELIMITER, "partitioning.delimiter", "partitioning-delimiter", TEXT, NULL, 1,  \
       512, NULL, "TEXT", "What is between events of a record, with DELIMITED")                    \
    XX(PARQUET_ENABLED, "parquet.enabled", "parquet-enabled", FLAG, NULL, 0, 0, NULL, "BOOL",      \
       "Convert to Parquet: true or false")                                                        \
    XX(PARQUET_DATABASE, "parquet.database", "parquet-database", TEXT, NULL, 1, 1024, "word",      \
       "NAME", "Glue database of the table (default: fiat)")                                       \
    XX(PARQUET_TABLE, "parquet.table", "parquet-table", TEXT, NULL, 1, 1024, "word", "NAME",       \
       "Glue table with the columns (default: STREAM in lower case)")                              \
    XX(PARQUET_CATALOG, "parquet.catalog", "parquet-catalog", TEXT, NULL, 1, 1024, "word", "ID",   \
       "Glue catalog (default: the account's)")                                                    \
    XX(PARQUET_REGION, "parquet.region", "parquet-region", TEXT, NULL, 1, 1024, "word", "REGION",  \
       "Region of the catalog (default: that of the stream)")                                      \
    XX(PARQUET_COMPRESSION, "parquet.compression", "parquet-compression", CHOICE, "SNAPPY", 0, 0,  \
       "SNAPPY GZIP UNCOMPRESSED", "CODEC", "SNAPPY (default), GZIP or UNCOMPRESSED, in the file")
/* clang-format on */

#endif
