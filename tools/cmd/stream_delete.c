/* fiat stream delete: the delivery stream, and nothing that it has written or stands on. */
#include "base/error.h"
#include "json/writer.h"
#include "stream.h"

#include <stdio.h>
#include <string.h>

static bool s_yes;
static uint64_t s_timeout_s = 300;

static const struct opt s_options[] = {
    {"yes", 'y', OPT_FLAG, &s_yes, NULL, "Do not ask", 0, 0},
    {"timeout", 0, OPT_UINT, &s_timeout_s, "SECONDS",
     "Wait for that long until it is gone (default: 300)", 1, 86400},
    STREAM_PLACE_ROWS{NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static void say_left(const fiat__doc *description) {
    const char *bucket = "", *prefix = "", *role = "", *group = "";
    const fiat__doc *to = fiat__doc_get(fiat__doc_first(fiat__doc_get(description, "Destinations")),
                                        "ExtendedS3DestinationDescription");
    (void)fiat__doc_string(fiat__doc_get(to, "BucketARN"), &bucket);
    (void)fiat__doc_string(fiat__doc_get(to, "Prefix"), &prefix);
    (void)fiat__doc_string(fiat__doc_get(to, "RoleARN"), &role);
    (void)fiat__doc_string(
        fiat__doc_get(fiat__doc_get(to, "CloudWatchLoggingOptions"), "LogGroupName"), &group);
    const char *name = strrchr(bucket, ':');
    if (*bucket) printf("left as it is: data in s3://%s/%s\n", name ? name + 1 : bucket, prefix);
    if (*role) printf("left as it is: role %s\n", role);
    if (*group) printf("left as it is: log group %s\n", group);
}

static fiat_status call_delete(const stream_context *c, fiat_error *err) {
    fiat__buf body;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    fiat__buf_append_c(&body, "{\"DeliveryStreamName\":");
    fiat__json_write_string_c(&body, c->settings.stream);
    fiat__buf_append_char(&body, '}');
    fiat_status status = fiat__service_json(c->firehose, "Firehose_20150804.DeleteDeliveryStream",
                                            fiat__buf_cstr(&body), NULL, err);
    fiat__buf_deinit(&body);
    return status;
}

static int delete_stream(const stream_context *c, const fiat__doc *description) {
    char question[256];
    fiat_error err = FIAT_ERROR_INIT;
    snprintf(question, sizeof question,
             "Delete delivery stream %s, with what Firehose has taken and not delivered yet?",
             c->settings.stream);
    int code = stream_agree(s_yes, question);
    if (code != EXIT_DONE) return code;
    if (call_delete(c, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    code = stream_wait(c, true, s_timeout_s);
    if (code != EXIT_DONE) return code;
    printf("delivery stream %s: deleted\n", c->settings.stream);
    say_left(description);
    return EXIT_DONE;
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
        code = status == FIAT_OK ? delete_stream(&c, description) : cmd_fail_error(NULL, &err);
        fiat__doc_free(reply);
    }
    stream_close(&c);
    return code;
}

const struct cmd cmd_stream_delete = {
    .name = "stream delete",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Delete the delivery stream of a stream",
    .details = "STREAM is a stream of the project, or the name of a delivery stream. What was "
               "delivered stays, and so do bucket, role, log group and table; where they are is "
               "said at the end.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
