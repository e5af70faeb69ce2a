/* fiat stream status: what counts of a delivery stream, on one screen. */
#include "base/clock.h"
#include "base/error.h"
#include "json/writer.h"
#include "pipeline/delivery_text.h"
#include "pretty.h"
#include "stream.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define ERRORS_SHOWN  5
#define ERRORS_AGE_MS (24LL * 60 * 60 * 1000)

static bool s_json;

static const struct opt s_options[] = {
    {"json", 0, OPT_FLAG, &s_json, NULL, "Firehose's own description and the last errors, as JSON",
     0, 0},
    STREAM_PLACE_ROWS{NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* --- looking things up ------------------------------------------------------------------------ */

/* The node at "A.B.C", or NULL. */
static const fiat__doc *at(const fiat__doc *node, const char *path) {
    char name[64];
    while (node && *path) {
        const size_t len = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)len, path);
        node = fiat__doc_get(node, name);
        path += len + (path[len] == '.');
    }
    return node;
}

static const char *text_at(const fiat__doc *node, const char *path) {
    const char *text = "";
    (void)fiat__doc_string(at(node, path), &text);
    return text;
}

static long long number_at(const fiat__doc *node, const char *path) {
    int64_t number = 0;
    (void)fiat__doc_integer(at(node, path), &number);
    return number;
}

static bool is_on(const fiat__doc *node, const char *path) {
    bool on = false;
    (void)fiat__doc_bool(at(node, path), &on);
    return on;
}

/* --- the last errors -------------------------------------------------------------------------- */

/* The newest events of the stream's log; *reply NULL with a reason when they cannot be read. */
static void read_errors(const stream_context *c, const fiat__doc *to, fiat__doc **reply,
                        fiat_error *why) {
    fiat__service *logs = NULL;
    fiat__buf body;
    const int64_t since_ms = fiat__wall_ms(&fiat__clock_system) - ERRORS_AGE_MS;
    *reply = NULL;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    fiat__buf_append_c(&body, "{\"logGroupName\":");
    fiat__json_write_string_c(&body, text_at(to, "CloudWatchLoggingOptions.LogGroupName"));
    fiat__buf_append_c(&body, ",\"logStreamName\":");
    fiat__json_write_string_c(&body, text_at(to, "CloudWatchLoggingOptions.LogStreamName"));
    fiat__buf_printf(&body, ",\"startTime\":%lld,\"limit\":%d,\"startFromHead\":false}",
                     (long long)since_ms, ERRORS_SHOWN);
    fiat_status status = aws_open(&logs, "logs", c->config, &stream_aws, why);
    if (status == FIAT_OK)
        status = fiat__service_json(logs, "Logs_20140328.GetLogEvents", fiat__buf_cstr(&body),
                                    reply, why);
    fiat__service_free(logs);
    fiat__buf_deinit(&body);
}

static void print_row(const char *name, const char *value) {
    printf("%-16s", name);
    text_print(stdout, value);
    putchar('\n');
}

static void print_errors(const fiat__doc *reply, const fiat_error *why) {
    const fiat__doc *event = fiat__doc_first(fiat__doc_get(reply, "events"));
    if (!reply) {
        print_row("last errors",
                  aws_is_not_offered(why) ? "not offered by this server" : why->message);
        return;
    }
    if (!event) print_row("last errors", "none in 24 hours");
    for (bool first = true; event; event = fiat__doc_next(event), first = false) {
        char time[FIAT__RFC3339_LEN];
        double ms = 0;
        (void)fiat__doc_double(fiat__doc_get(event, "timestamp"), &ms);
        fiat__rfc3339_write(time, (int64_t)ms);
        printf("%-16s%.*s ", first ? "last errors" : "", FIAT__RFC3339_LEN, time);
        text_print(stdout, text_at(event, "message"));
        putchar('\n');
    }
}

/* --- the screen ------------------------------------------------------------------------------- */

static void write_processing(fiat__buf *out, const fiat__doc *to) {
    const fiat__doc *each = fiat__doc_first(at(to, "ProcessingConfiguration.Processors"));
    if (!is_on(to, "ProcessingConfiguration.Enabled")) return;
    for (; each; each = fiat__doc_next(each))
        fiat__buf_printf(out, "%s%s", out->len ? ", " : "", text_at(each, "Type"));
}

static void write_encryption(fiat__buf *out, const fiat__doc *description, const fiat__doc *to) {
    const char *status = text_at(description, "DeliveryStreamEncryptionConfiguration.Status");
    const char *type = text_at(description, "DeliveryStreamEncryptionConfiguration.KeyType");
    const char *key = text_at(to, "EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN");
    fiat__buf_printf(out, "in Firehose %s%s%s; objects by %s", *status ? status : "DISABLED",
                     *type ? " " : "", type, *key ? key : "the bucket's own");
}

static void write_source(fiat__buf *out, const fiat__doc *description) {
    const char *kinesis =
        text_at(description, "Source.KinesisStreamSourceDescription.KinesisStreamARN");
    fiat__buf_printf(out, "%s", *kinesis ? kinesis : "what is put");
}

static void write_conversion(fiat__buf *out, const fiat__doc *to) {
    if (is_on(to, "DataFormatConversionConfiguration.Enabled"))
        fiat__buf_printf(
            out, "by the table %s.%s",
            text_at(to, "DataFormatConversionConfiguration.SchemaConfiguration.DatabaseName"),
            text_at(to, "DataFormatConversionConfiguration.SchemaConfiguration.TableName"));
}

static void write_place(fiat__buf *out, const fiat__doc *to, const char *prefix) {
    fiat__arn bucket = {.resource = {"", 0}};
    if (fiat__arn_parse(&bucket, text_at(to, "BucketARN")))
        fiat__buf_printf(out, "s3://%s/%s", bucket.resource.ptr, text_at(to, prefix));
}

/* Print the row and empty the buffer; a row without a value is left out. */
static void finish_row(const char *name, fiat__buf *value) {
    if (value->len) print_row(name, fiat__buf_cstr(value));
    fiat__buf_clear(value);
}

static void print_screen(const stream_context *c, const fiat__doc *description,
                         const fiat__doc *to) {
    fiat__buf value;
    fiat__buf_init(&value, STREAM_JSON_MAX_BYTES);
    print_row("stream", c->settings.stream);
    print_row("state", stream_state(description));
    stream_write_failure(&value, description);
    finish_row("failure", &value);
    write_source(&value, description);
    finish_row("source", &value);
    write_place(&value, to, "Prefix");
    finish_row("destination", &value);
    write_place(&value, to, "ErrorOutputPrefix");
    finish_row("failed records", &value);
    fiat__buf_printf(&value, "%lld MiB or %lld s", number_at(to, "BufferingHints.SizeInMBs"),
                     number_at(to, "BufferingHints.IntervalInSeconds"));
    finish_row("buffering", &value);
    print_row("compression", text_at(to, "CompressionFormat"));
    write_encryption(&value, description, to);
    finish_row("encryption", &value);
    write_processing(&value, to);
    finish_row("processing", &value);
    write_conversion(&value, to);
    finish_row("Parquet", &value);
    print_row("role", text_at(to, "RoleARN"));
    fiat__buf_deinit(&value);
}

static int print_json(const fiat__doc *description, const fiat__doc *errors) {
    fiat__buf out;
    const fiat__doc *events = fiat__doc_get(errors, "events");
    fiat__buf_init(&out, 4 * STREAM_JSON_MAX_BYTES);
    fiat__buf_append_c(&out, "{\n  \"description\": ");
    pretty_append(&out, description, 1);
    fiat__buf_append_c(&out, ",\n  \"lastErrors\": ");
    if (events)
        pretty_append(&out, events, 1);
    else
        fiat__buf_append_c(&out, "null");
    fiat__buf_append_c(&out, "\n}\n");
    const bool good = !out.failed;
    if (good) fputs(fiat__buf_cstr(&out), stdout);
    fiat__buf_deinit(&out);
    return good ? EXIT_DONE : cmd_fail(EXIT_FAILED, "out of memory");
}

static int show(const stream_context *c, const fiat__doc *description) {
    const fiat__doc *to = fiat__doc_get(fiat__doc_first(fiat__doc_get(description, "Destinations")),
                                        "ExtendedS3DestinationDescription");
    const bool logging = is_on(to, "CloudWatchLoggingOptions.Enabled");
    fiat__doc *errors = NULL;
    fiat_error why = FIAT_ERROR_INIT;
    int code = EXIT_DONE;
    if (!to)
        return cmd_fail(EXIT_FAILED,
                        "delivery stream %s is %s, and delivers elsewhere than to S3: see aws "
                        "firehose describe-delivery-stream",
                        c->settings.stream, stream_state(description));
    if (logging) read_errors(c, to, &errors, &why);
    if (s_json) {
        code = print_json(description, errors);
    } else {
        print_screen(c, description, to);
        if (logging)
            print_errors(errors, &why);
        else
            print_row("last errors", "not logged");
    }
    fiat__doc_free(errors);
    return code;
}

static int run(int argc, char **argv) {
    stream_context c;
    fiat__doc *reply = NULL;
    const fiat__doc *description;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    int code = stream_open(&c, argv[0], false);
    if (code == EXIT_DONE) {
        fiat_status status = stream_describe(&c, &reply, &description, &err);
        code = status == FIAT_OK ? show(&c, description) : cmd_fail_error(NULL, &err);
        fiat__doc_free(reply);
    }
    stream_close(&c);
    return code;
}

const struct cmd cmd_stream_status = {
    .name = "stream status",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Show how a delivery stream stands, and its last errors",
    .details = "STREAM is a stream of the project, or the name of a delivery stream. The last "
               "errors are those that Firehose has logged within 24 hours. What differs from the "
               "settings is shown by fiat stream update --dry-run.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
