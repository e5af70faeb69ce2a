/* Reading and writing destinations; see destination.h. Pure functions on the caller's data. */
#include "local/destination.h"
#include "base/mem.h"
#include "json/writer.h"
#include "producer/object.h"

#include <stddef.h>

/* --- rules of the string members, from the service's model ------------------------------------ */

static bool is_role_arn(fiat__str text) {
    const char *iam = strstr(text.ptr, ":iam::"); /* values of a document end with NUL */
    if (!fiat__str_starts(text, fiat__str_c("arn:")) || !iam || strlen(iam) < 24) return false;
    return fiat__text_only(fiat__str_of(iam + 6, 12), "") && strspn(iam + 6, "0123456789") == 12 &&
           strncmp(iam + 18, ":role/", 6) == 0 && iam[24] != '\0' &&
           fiat__text_only(fiat__str_c(iam + 24), "_+=,.@-/");
}

/* Stricter than the model, which lets names through that S3 has not: the name becomes a folder.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static bool is_bucket_arn(fiat__str text) {
    const char *name = strstr(text.ptr, ":s3:::");
    if (!fiat__str_starts(text, fiat__str_c("arn:")) || !name) return false;
    name += strlen(":s3:::");
    return *name && strlen(name) <= 63 && *name != '.' && *name != '-' && !strstr(name, "..") &&
           fiat__text_only(fiat__str_c(name), "-_.");
}

static bool is_extension(fiat__str text) {
    return text.len > 1 && text.ptr[0] == '.' && fiat__text_only(text, "!-_.*'()") &&
           strpbrk(text.ptr, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
}

static bool is_log_group(fiat__str text) {
    return fiat__text_only(text, ".-_/#");
}

static bool is_log_stream(fiat__str text) {
    return strpbrk(text.ptr, ":*") == NULL;
}

#define P       "extendedS3DestinationConfiguration."
#define PATTERN "regular expression pattern: "
static const struct {
    fiat__string_rule rule;
    size_t offset;
    bool extended_only;
} s_strings[] = {
    {{"RoleARN", P "roleARN", true, 1, 512, is_role_arn,
      PATTERN "arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+"},
     offsetof(fiat__destination, role_arn),
     false},
    {{"BucketARN", P "bucketARN", true, 1, 2048, is_bucket_arn,
      PATTERN "arn:.*:s3:::[\\w\\.\\-]{1,255}"},
     offsetof(fiat__destination, bucket_arn),
     false},
    {{"Prefix", P "prefix", false, 0, FIAT__PREFIX_MAX_BYTES, NULL, NULL},
     offsetof(fiat__destination, prefix),
     false},
    {{"ErrorOutputPrefix", P "errorOutputPrefix", false, 0, FIAT__PREFIX_MAX_BYTES, NULL, NULL},
     offsetof(fiat__destination, error_prefix),
     false},
    {{"FileExtension", P "fileExtension", false, 0, 128, is_extension,
      PATTERN "^$|\\.[0-9a-z!\\-_.*'()]+"},
     offsetof(fiat__destination, file_extension),
     true},
    {{"CustomTimeZone", P "customTimeZone", false, 0, 50, NULL, NULL},
     offsetof(fiat__destination, time_zone),
     true},
};
static const struct {
    fiat__string_rule rule;
    size_t offset;
} s_log_strings[] = {
    {{"LogGroupName", P "cloudWatchLoggingOptions.logGroupName", false, 0, 512, is_log_group,
      PATTERN "[\\.\\-_/#A-Za-z0-9]*"},
     offsetof(fiat__destination, log_group)},
    {{"LogStreamName", P "cloudWatchLoggingOptions.logStreamName", false, 0, 512, is_log_stream,
      PATTERN "[^:*]*"},
     offsetof(fiat__destination, log_stream)},
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static char **member_at(fiat__destination *destination, size_t offset) {
    return (char **)(void *)((char *)destination + offset);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void refuse(fiat__reply *reply, const char *what) {
    if (reply->http_status == 0)
        fiat__reply_error(reply, 400, "InvalidArgumentException",
                          "The local engine does not offer %s.", what);
}

static void keep(char **to, const char *text, fiat__reply *reply) {
    if (!text) return;
    *to = fiat__strdup(text);
    if (!*to) fiat__reply_error(reply, 503, "ServiceUnavailableException", "Out of memory.");
}

static void read_strings(fiat__destination *out, const fiat__doc *doc, bool extended,
                         fiat__check *check, fiat__reply *reply) {
    const fiat__doc *log = fiat__check_member(check, doc, "CloudWatchLoggingOptions",
                                              FIAT__DOC_OBJECT, P "cloudWatchLoggingOptions");
    for (size_t i = 0; i < COUNT(s_strings); i++)
        if (extended || !s_strings[i].extended_only)
            keep(member_at(out, s_strings[i].offset),
                 fiat__check_string(check, doc, &s_strings[i].rule), reply);
    for (size_t i = 0; i < COUNT(s_log_strings); i++)
        keep(member_at(out, s_log_strings[i].offset),
             fiat__check_string(check, log, &s_log_strings[i].rule), reply);
    fiat__check_bool(check, log, "Enabled", P "cloudWatchLoggingOptions.enabled", &out->logging);
}

static void read_hints(fiat__destination *out, const fiat__doc *doc, fiat__check *check,
                       fiat__reply *reply) {
    const fiat__doc *hints =
        fiat__check_member(check, doc, "BufferingHints", FIAT__DOC_OBJECT, P "bufferingHints");
    const bool size = fiat__check_integer(check, hints, "SizeInMBs", P "bufferingHints.sizeInMBs",
                                          1, 128, &out->size_mb);
    const bool interval =
        fiat__check_integer(check, hints, "IntervalInSeconds", P "bufferingHints.intervalInSeconds",
                            0, 900, &out->interval_s);
    if (size != interval && check->count == 0 && !check->wrong_type)
        fiat__reply_error(reply, 400, "InvalidArgumentException",
                          "BufferingHints: SizeInMBs and IntervalInSeconds must be given both or "
                          "neither.");
}

static void read_compression(fiat__destination *out, const fiat__doc *doc, fiat__check *check,
                             fiat__reply *reply) {
    static const fiat__string_rule rule = {
        .member = "CompressionFormat", .path = P "compressionFormat", .max = 100};
    const char *format = fiat__check_string(check, doc, &rule);
    if (!format || strcmp(format, "UNCOMPRESSED") == 0) return;
    if (strcmp(format, "GZIP") == 0)
        out->gzip = true;
    else if (strcmp(format, "ZIP") == 0 || strcmp(format, "Snappy") == 0 ||
             strcmp(format, "HADOOP_SNAPPY") == 0)
        refuse(reply, "CompressionFormat ZIP, Snappy and HADOOP_SNAPPY; use GZIP or UNCOMPRESSED");
    else
        fiat__check_add(check, format, rule.path,
                        "Member must satisfy enum value set: [UNCOMPRESSED, GZIP, ZIP, Snappy, "
                        "HADOOP_SNAPPY]");
}

/* The one processor that is offered: AppendDelimiterToRecord, with a Delimiter or without. */
static void read_processors(fiat__destination *out, const fiat__doc *doc, fiat__check *check,
                            fiat__reply *reply) {
    static const fiat__string_rule type_rule = {.member = "Type",
                                                .path = P "processingConfiguration.processors.type",
                                                .required = true,
                                                .max = 100};
    static const fiat__string_rule name_rule = {.member = "ParameterName",
                                                .path = P
                                                "processingConfiguration.parameters.parameterName",
                                                .required = true,
                                                .max = 100};
    static const fiat__string_rule value_rule = {
        .member = "ParameterValue",
        .path = P "processingConfiguration.parameters.parameterValue",
        .required = true,
        .min = 1,
        .max = 5120};
    const char *path = P "processingConfiguration";
    const fiat__doc *config =
        fiat__check_member(check, doc, "ProcessingConfiguration", FIAT__DOC_OBJECT, path);
    bool enabled = false;
    if (!fiat__check_bool(check, config, "Enabled", path, &enabled) || !enabled) return;
    const fiat__doc *list = fiat__check_member(check, config, "Processors", FIAT__DOC_ARRAY, path);
    for (list = fiat__doc_first(list); list; list = fiat__doc_next(list)) {
        const char *type = fiat__check_string(check, list, &type_rule);
        const fiat__doc *each =
            fiat__check_member(check, list, "Parameters", FIAT__DOC_ARRAY, path);
        if (type && strcmp(type, "AppendDelimiterToRecord") != 0)
            refuse(reply, "processors other than AppendDelimiterToRecord");
        out->append_newline = true;
        for (each = fiat__doc_first(each); each; each = fiat__doc_next(each)) {
            const char *name = fiat__check_string(check, each, &name_rule);
            const char *value = fiat__check_string(check, each, &value_rule);
            if (!name || !value) continue;
            if (strcmp(name, "Delimiter") != 0 || strcmp(value, "\\n") != 0)
                refuse(reply, "parameters of AppendDelimiterToRecord other than Delimiter \\n");
            out->delimiter_given = true;
        }
    }
}

static bool is_enabled(const fiat__doc *doc, const char *name) {
    const fiat__doc *node = fiat__doc_get(doc, name);
    bool enabled = true; /* when it is not said: DataFormatConversionConfiguration.Enabled */
    if (!node || fiat__doc_kind_of(node) != FIAT__DOC_OBJECT) return false;
    fiat__doc_bool(fiat__doc_get(node, "Enabled"), &enabled);
    return enabled;
}

static void refuse_what_is_not_offered(const fiat__destination *out, const fiat__doc *doc,
                                       fiat__reply *reply) {
    const char *mode = "Disabled";
    fiat__doc_string(fiat__doc_get(doc, "S3BackupMode"), &mode);
    if (strcmp(mode, "Disabled") != 0) refuse(reply, "S3BackupMode Enabled");
    if (is_enabled(doc, "DataFormatConversionConfiguration"))
        refuse(reply, "DataFormatConversionConfiguration");
    if (is_enabled(doc, "DynamicPartitioningConfiguration"))
        refuse(reply, "DynamicPartitioningConfiguration");
    const fiat__doc *encryption = fiat__doc_get(doc, "EncryptionConfiguration");
    const fiat__doc *kms = fiat__doc_get(encryption, "KMSEncryptionConfig");
    if (kms && fiat__doc_kind_of(kms) != FIAT__DOC_NULL) refuse(reply, "KMSEncryptionConfig");
    if (out->time_zone && *out->time_zone && strcmp(out->time_zone, "UTC") != 0)
        refuse(reply, "a CustomTimeZone other than UTC");
}

/* Is the longest key at this moment a path below the bucket's folder? */
static fiat_status check_key(const fiat__destination *out, int64_t time_ms, fiat_error *err) {
    const fiat__prefix_values values = {.stream = "", .time_ms = time_ms};
    fiat__buf key;
    fiat__buf_init(&key, 2 * FIAT__KEY_MAX_BYTES);
    fiat_status status =
        fiat__prefix_expand(&key, fiat__str_c(out->prefix), FIAT__PREFIX_DATA, &values, err);
    /* The longest name: 64 of the stream, 10 of the version, 19 of the time, 36 of the uuid, 3
     * hyphens. */
    fiat__buf_printf(&key, "%0132d%s", 0, fiat__destination_extension(out));
    if (status == FIAT_OK) status = fiat__object_check_key(fiat__buf_str(&key), err);
    fiat__buf_deinit(&key);
    return status;
}

static void check_prefixes(const fiat__destination *out, fiat__reply *reply) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status =
        fiat__prefix_check_pair(fiat__str_c(out->prefix), fiat__str_c(out->error_prefix), &err);
    for (size_t i = 0; status == FIAT_OK && i < FIAT__PREFIX_LONGEST_COUNT; i++)
        status = check_key(out, fiat__prefix_longest_ms[i], &err);
    if (status != FIAT_OK)
        fiat__reply_error(reply, 400, "InvalidArgumentException",
                          "Ths supplied prefix(es) do not satisfy the following constraint: %s",
                          err.message); /* AWS's own words, the slip included */
}

void fiat__destination_read(fiat__destination *out, const fiat__doc *doc, bool extended,
                            fiat__check *check, fiat__reply *reply) {
    *out =
        (fiat__destination){.size_mb = FIAT__BUFFER_SIZE_MB, .interval_s = FIAT__BUFFER_INTERVAL_S};
    read_strings(out, doc, extended, check, reply);
    read_hints(out, doc, check, reply);
    read_compression(out, doc, check, reply);
    if (extended) read_processors(out, doc, check, reply);
    refuse_what_is_not_offered(out, doc, reply);
    if (check->count == 0 && !check->wrong_type && reply->http_status == 0)
        check_prefixes(out, reply);
}

void fiat__destination_deinit(fiat__destination *destination) {
    for (size_t i = 0; i < COUNT(s_strings); i++)
        fiat__free(*member_at(destination, s_strings[i].offset));
    for (size_t i = 0; i < COUNT(s_log_strings); i++)
        fiat__free(*member_at(destination, s_log_strings[i].offset));
    *destination = (fiat__destination){0};
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    if (!value) return;
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

static void write_raw(fiat__buf *out, bool *first, const char *name, const char *json) {
    fiat__json_write_key(out, first, name);
    fiat__buf_append_c(out, json);
}

static void write_processing(fiat__buf *out, bool *first, const fiat__destination *destination) {
    if (!destination->append_newline) {
        write_raw(out, first, "ProcessingConfiguration", "{\"Enabled\":false,\"Processors\":[]}");
        return;
    }
    write_raw(out, first, "ProcessingConfiguration",
              "{\"Enabled\":true,\"Processors\":[{\"Type\":\"AppendDelimiterToRecord\","
              "\"Parameters\":[");
    if (destination->delimiter_given)
        fiat__buf_append_c(out, "{\"ParameterName\":\"Delimiter\",\"ParameterValue\":\"\\\\n\"}");
    fiat__buf_append_c(out, "]}]}");
}

void fiat__destination_write(fiat__buf *out, const fiat__destination *destination, bool extended) {
    bool first = true, log_first = false;
    fiat__destination *readable = (fiat__destination *)(uintptr_t)destination;
    for (size_t i = 0; i < COUNT(s_strings); i++)
        if (extended || !s_strings[i].extended_only)
            write_text(out, &first, s_strings[i].rule.member,
                       *member_at(readable, s_strings[i].offset));
    fiat__json_write_key(out, &first, "BufferingHints");
    fiat__buf_printf(out, "{\"SizeInMBs\":%lld,\"IntervalInSeconds\":%lld}",
                     (long long)destination->size_mb, (long long)destination->interval_s);
    write_text(out, &first, "CompressionFormat", destination->gzip ? "GZIP" : "UNCOMPRESSED");
    write_raw(out, &first, "EncryptionConfiguration", "{\"NoEncryptionConfig\":\"NoEncryption\"}");
    write_raw(out, &first, "CloudWatchLoggingOptions",
              destination->logging ? "{\"Enabled\":true" : "{\"Enabled\":false");
    write_text(out, &log_first, "LogGroupName", destination->log_group);
    write_text(out, &log_first, "LogStreamName", destination->log_stream);
    fiat__buf_append_char(out, '}');
    if (!extended) return;
    write_processing(out, &first, destination);
    write_text(out, &first, "S3BackupMode", "Disabled");
}

const char *fiat__destination_bucket(const fiat__destination *destination) {
    return strstr(destination->bucket_arn, ":s3:::") + strlen(":s3:::");
}

const char *fiat__destination_extension(const fiat__destination *destination) {
    if (destination->file_extension && *destination->file_extension)
        return destination->file_extension;
    return destination->gzip ? ".gz" : "";
}

fiat__str fiat__destination_delimiter(const fiat__destination *destination) {
    return destination->append_newline ? fiat__str_c("\n") : fiat__str_of("", 0);
}
