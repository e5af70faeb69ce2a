/* fiat stream update: give a live delivery stream the settings of its stream. */
#include "base/error.h"
#include "json/writer.h"
#include "pipeline/delivery_request.h"
#include "stream.h"
#include "stream_make.h"

#include <stdio.h>
#include <string.h>

static bool s_dry_run, s_json, s_create_role, s_yes;

static const struct opt s_options[] = {
    {"dry-run", 'n', OPT_FLAG, &s_dry_run, NULL,
     "Print the differences and the request; read, and change nothing", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "With --dry-run: the request alone, as a JSON array", 0,
     0},
    {"create-role", 0, OPT_FLAG, &s_create_role, NULL,
     "Allow the role what the settings need, and make it if there is none", 0, 0},
    {"yes", 'y', OPT_FLAG, &s_yes, NULL, "Do not ask", 0, 0},
    STREAM_PLACE_ROWS STREAM_SETTING_ROWS{NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* What there is to change, by what changes it. */
typedef struct changes {
    size_t destination, tags, encryption, beyond;
} changes;

static void count(const fiat__delivery_difference *d, void *user) {
    changes *found = user;
    const bool tag = strncmp(d->path, "Tags.", 5) == 0;
    if (d->encryption)
        found->encryption++;
    else if (d->remedy)
        found->beyond++;
    else if (tag)
        found->tags++;
    else
        found->destination++;
    if (s_json) return;
    printf("%s: %s -> %s\n", d->path, *d->live ? d->live : "not set",
           *d->wanted ? d->wanted : "not set");
    if (d->remedy && !d->encryption) fprintf(stderr, "%s: %s\n", d->path, d->remedy);
}

static fiat_status call(const stream_context *c, const char *target, const fiat__buf *body,
                        fiat_error *err) {
    fiat_status status = fiat__buf_status(body, err);
    if (status != FIAT_OK) return status;
    return fiat__service_json(c->firehose, target, fiat__buf_cstr(body), NULL, err);
}

/* A server that offers no such call leaves it as it is. */
static fiat_status change_encryption(const stream_context *c, changes *found, fiat_error *err) {
    fiat__buf body;
    bool start;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    fiat__delivery_write_encryption(&body, &c->settings, &start);
    fiat_status status = call(c,
                              start ? "Firehose_20150804.StartDeliveryStreamEncryption"
                                    : "Firehose_20150804.StopDeliveryStreamEncryption",
                              &body, err);
    fiat__buf_deinit(&body);
    if (status == FIAT_OK || !aws_is_not_offered(err)) return status;
    fprintf(stderr, "this server does not change the encryption of a live delivery stream\n");
    found->beyond += found->encryption;
    found->encryption = 0;
    return FIAT_OK;
}

static fiat_status change(const stream_context *c, const fiat__doc *description, changes *found,
                          fiat_error *err) {
    fiat__buf body;
    fiat_status status = FIAT_OK;
    if (found->encryption) status = change_encryption(c, found, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    if (found->destination) {
        fiat__delivery_write_update(&body, &c->settings, &c->place, description);
        status = call(c, "Firehose_20150804.UpdateDestination", &body, err);
    }
    if (status == FIAT_OK && found->tags) {
        fiat__buf_clear(&body);
        fiat__buf_append_c(&body, "{\"DeliveryStreamName\":");
        fiat__json_write_string_c(&body, c->settings.stream);
        fiat__buf_append_c(&body, ",\"Tags\":");
        fiat__delivery_write_tags(&body, &c->settings);
        fiat__buf_append_char(&body, '}');
        status = call(c, "Firehose_20150804.TagDeliveryStream", &body, err);
    }
    fiat__buf_deinit(&body);
    return status;
}

static int print_plan(const stream_context *c, const fiat__doc *description, const changes *found) {
    const stream_plan plan = {.json = s_json, .role = s_create_role, .update = description};
    if (!s_json) putchar('\n');
    return found->destination || s_create_role ? stream_print_plan(c, &plan) : EXIT_DONE;
}

static int update(const stream_context *c, const fiat__doc *description) {
    changes found = {0};
    size_t total;
    bool made;
    fiat_error err = FIAT_ERROR_INIT;
    if (strcmp(stream_state(description), "ACTIVE") != 0)
        return cmd_fail(EXIT_FAILED, "delivery stream %s is %s; only an ACTIVE one can be changed",
                        c->settings.stream, stream_state(description));
    if (stream_compare(c, description, count, &found, &total, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    if (s_dry_run) return print_plan(c, description, &found);
    if (s_create_role) {
        const int code = stream_make_role(c, s_yes, &made);
        if (code != EXIT_DONE) return code;
    }
    if (total == 0) {
        printf("delivery stream %s: ok, nothing to do\n", c->settings.stream);
        return EXIT_DONE;
    }
    stream_make_logs(c);
    if (change(c, description, &found, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    if (found.destination + found.tags + found.encryption)
        printf("delivery stream %s: updated\n", c->settings.stream);
    if (found.beyond == 0) return EXIT_DONE;
    return cmd_fail(EXIT_PARTIAL,
                    "delivery stream %s: not mended: %zu of the differences, see above",
                    c->settings.stream, found.beyond);
}

static int run(int argc, char **argv) {
    stream_context c;
    fiat__doc *reply = NULL;
    const fiat__doc *description;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    if (s_json && !s_dry_run) return cmd_fail(EXIT_USAGE, "--json goes with --dry-run");
    int code = stream_open(&c, argv[0], true);
    if (code == EXIT_DONE) {
        fiat_status status = stream_describe(&c, &reply, &description, &err);
        if (status == FIAT_OK) status = stream_find_account(&c, true, &err);
        if (status == FIAT_E_AWS_NOT_FOUND)
            code = cmd_fail(EXIT_FAILED, "there is no delivery stream %s: fiat stream create %s",
                            c.settings.stream, argv[0]);
        else
            code = status == FIAT_OK ? update(&c, description) : cmd_fail_error(NULL, &err);
        fiat__doc_free(reply);
    }
    stream_close(&c);
    return code;
}

static const struct cmd_exit s_exits[] = {
    {EXIT_DONE, "the delivery stream has its settings"},
    {EXIT_FAILED, "it could not be changed"},
    {EXIT_USAGE, "wrong use"},
    {EXIT_PARTIAL, "some settings cannot be changed in a live delivery stream; each is named"},
    {0, NULL},
};

const struct cmd cmd_stream_update = {
    .name = "stream update",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Bring a delivery stream up to date with its stream's settings",
    .details = "Settings and options are those of fiat stream create. Each difference is printed "
               "before it is mended. Source and dynamic partitioning cannot be changed in a live "
               "delivery stream; that is said.",
    .options = s_options,
    .exits = s_exits,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
