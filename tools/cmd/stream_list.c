/* fiat stream list: the delivery streams of the account in the region. */
#include "base/error.h"
#include "json/writer.h"
#include "project.h"
#include "stream.h"

#include <stdio.h>
#include <string.h>

#define PAGE_NAMES "50"
#define NAME_BYTES 65

static bool s_json;

static const struct opt s_options[] = {
    {"json", 0, OPT_FLAG, &s_json, NULL, "As a JSON array", 0, 0},
    AWS_OPTIONS(stream_aws),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* Print the names of a page, and remember the last. */
static void print_names(const fiat__doc *names, char *last, size_t *count) {
    for (const fiat__doc *at = fiat__doc_first(names); at; at = fiat__doc_next(at)) {
        const char *name = "";
        if (!fiat__doc_string(at, &name)) continue;
        if (s_json)
            printf("%s\"%s\"", *count ? "," : "[", name); /* of letters, digits and _.- */
        else
            puts(name);
        snprintf(last, NAME_BYTES, "%s", name);
        ++*count;
    }
}

/* Firehose's pages begin after a name. */
static fiat_status list(fiat__service *firehose, size_t *count, fiat_error *err) {
    char last[NAME_BYTES] = "", body[256];
    bool more = true;
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && more) {
        fiat__doc *reply = NULL;
        const size_t before = *count;
        more = false;
        snprintf(body, sizeof body, "{\"Limit\":" PAGE_NAMES "%s%s%s}",
                 *last ? ",\"ExclusiveStartDeliveryStreamName\":\"" : "", last, *last ? "\"" : "");
        status = fiat__service_json(firehose, "Firehose_20150804.ListDeliveryStreams", body, &reply,
                                    err);
        if (status != FIAT_OK) break;
        print_names(fiat__doc_get(reply, "DeliveryStreamNames"), last, count);
        (void)fiat__doc_bool(fiat__doc_get(reply, "HasMoreDeliveryStreams"), &more);
        fiat__doc_free(reply);
        if (more && *count == before)
            status = fiat__err_set(err, FIAT_E_AWS_REPLY,
                                   "firehose ListDeliveryStreams: an empty page, and more to come");
    }
    return status;
}

static int run(int argc, char **argv) {
    fiat_config *config;
    fiat__service *firehose = NULL;
    size_t count = 0;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc, (void)argv;
    if (project_config(&config, NULL, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    fiat_status status = aws_open(&firehose, "firehose", config, &stream_aws, &err);
    if (status == FIAT_OK) status = list(firehose, &count, &err);
    if (status == FIAT_OK && s_json) puts(count ? "]" : "[]");
    fiat__service_free(firehose);
    fiat_config_free(config);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

const struct cmd cmd_stream_list = {
    .name = "stream list",
    .synopsis = "[OPTION...]",
    .summary = "List the delivery streams of the account",
    .details = "All of them, in the order of their names, whether they are of this project or not.",
    .options = s_options,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
