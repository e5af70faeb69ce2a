/* fiat stream create: a stream of the project as a delivery stream of Firehose. */
#include "base/clock.h"
#include "base/error.h"
#include "stream.h"
#include "stream_make.h"

#include <stdio.h>
#include <string.h>

/* A role that was made a moment ago is not known everywhere yet; Terraform's provider and AWS's own
 * console wait for as long. */
#define ROLE_WAIT_MS  60000
#define ROLE_PAUSE_MS 3000

static bool s_dry_run, s_json, s_create_bucket, s_create_role, s_yes, s_no_wait;
static uint64_t s_timeout_s = 300;

static const struct opt s_options[] = {
    {"dry-run", 'n', OPT_FLAG, &s_dry_run, NULL, "Print the requests, and call nothing", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "With --dry-run: as a JSON array", 0, 0},
    {"create-bucket", 0, OPT_FLAG, &s_create_bucket, NULL,
     "Make the bucket if there is none: private, encrypted", 0, 0},
    {"create-role", 0, OPT_FLAG, &s_create_role, NULL,
     "Make the role if there is none, and allow it what the settings need; shown before", 0, 0},
    {"yes", 'y', OPT_FLAG, &s_yes, NULL, "Do not ask", 0, 0},
    {"no-wait", 0, OPT_FLAG, &s_no_wait, NULL, "Do not wait until the stream is ACTIVE", 0, 0},
    {"timeout", 0, OPT_UINT, &s_timeout_s, "SECONDS", "Wait for that long (default: 300)", 1,
     86400},
    STREAM_PLACE_ROWS STREAM_SETTING_ROWS{NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* --- a stream that is there ------------------------------------------------------------------- */

static void print_difference(const fiat__delivery_difference *d, void *user) {
    (void)user;
    printf("%s: %s, wanted: %s\n", d->path, *d->live ? d->live : "not set",
           *d->wanted ? d->wanted : "not set");
}

static int look_at(const stream_context *c, const fiat__doc *description) {
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    if (stream_compare(c, description, print_difference, NULL, &count, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    if (count == 0) {
        printf("delivery stream %s: ok, nothing to do\n", c->settings.stream);
        return EXIT_DONE;
    }
    return cmd_fail(EXIT_FAILED,
                    "delivery stream %s exists with other settings, see above: change it with "
                    "fiat stream update %s",
                    c->settings.stream, c->stream);
}

static int keep(const stream_context *c, const fiat__doc *description) {
    fiat__doc *reply = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    const char *state = stream_state(description);
    if (strcmp(state, "ACTIVE") == 0) return look_at(c, description);
    if (strcmp(state, "DELETING") == 0)
        return cmd_fail(EXIT_FAILED, "delivery stream %s is being deleted: try again later",
                        c->settings.stream);
    int code = stream_wait(c, false, strcmp(state, "CREATING") == 0 ? s_timeout_s : 1);
    if (code != EXIT_DONE)
        return strcmp(state, "CREATING_FAILED") == 0
                   ? cmd_fail(code, "fiat stream delete %s, then create it again", c->stream)
                   : code;
    if (stream_describe(c, &reply, &description, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    code = look_at(c, description);
    fiat__doc_free(reply);
    return code;
}

/* --- a new one -------------------------------------------------------------------------------- */

static bool is_role_not_ready(const fiat_error *err) {
    return strcmp(err->aws_code, "InvalidArgumentException") == 0 &&
           (strstr(err->message, "unable to assume role") ||
            strstr(err->message, "is not authorized to"));
}

static fiat_status call_create(const stream_context *c, bool role_made, fiat_error *err) {
    fiat__buf body;
    const int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + ROLE_WAIT_MS;
    fiat_status status = FIAT_E_NOMEM;
    bool told = false;
    fiat__buf_init(&body, STREAM_JSON_MAX_BYTES);
    if (!fiat__delivery_write_create(&body, &c->settings, &c->place))
        status = fiat__err_nomem(err);
    else
        while ((status = fiat__service_json(c->firehose, "Firehose_20150804.CreateDeliveryStream",
                                            fiat__buf_cstr(&body), NULL, err)) != FIAT_OK &&
               role_made && is_role_not_ready(err) &&
               fiat__mono_ms(&fiat__clock_system) < until_ms) {
            if (!told) fputs("waiting until Firehose knows the new role\n", stderr);
            told = true;
            stream_pause(ROLE_PAUSE_MS);
        }
    fiat__buf_deinit(&body);
    return status;
}

static int make(const stream_context *c) {
    bool role_made = false;
    fiat_error err = FIAT_ERROR_INIT;
    int code = s_create_bucket ? stream_make_bucket(c) : EXIT_DONE;
    if (code == EXIT_DONE && s_create_role) code = stream_make_role(c, s_yes, &role_made);
    if (code != EXIT_DONE) return code;
    stream_make_logs(c);
    if (call_create(c, role_made, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    if (!s_no_wait) code = stream_wait(c, false, s_timeout_s);
    if (code == EXIT_DONE)
        printf("delivery stream %s: %s, to s3://%s/%s\n", c->settings.stream,
               s_no_wait ? "being created" : "ACTIVE",
               fiat__delivery_get(&c->settings, FIAT__DELIVERY_BUCKET),
               fiat__delivery_get(&c->settings, FIAT__DELIVERY_PREFIX));
    return code;
}

static int create(stream_context *c) {
    fiat__doc *reply = NULL;
    const fiat__doc *description;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = stream_describe(c, &reply, &description, &err);
    if (status != FIAT_OK && status != FIAT_E_AWS_NOT_FOUND) return cmd_fail_error(NULL, &err);
    int code = EXIT_DONE;
    if (stream_find_account(c, true, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else
        code = status == FIAT_OK ? keep(c, description) : make(c);
    fiat__doc_free(reply);
    return code;
}

static int dry_run(stream_context *c) {
    const stream_plan plan = {.json = s_json, .bucket = s_create_bucket, .role = s_create_role};
    fiat_error err = FIAT_ERROR_INIT;
    if (stream_find_account(c, false, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    if (strcmp(c->account, "ACCOUNT") == 0)
        fputs("ACCOUNT stands for the number of the account, which only a call would tell\n",
              stderr);
    return stream_print_plan(c, &plan);
}

static int run(int argc, char **argv) {
    stream_context c;
    (void)argc;
    if (s_json && !s_dry_run) return cmd_fail(EXIT_USAGE, "--json goes with --dry-run");
    int code = stream_open(&c, argv[0], true);
    if (code == EXIT_DONE) code = s_dry_run ? dry_run(&c) : create(&c);
    stream_close(&c);
    return code;
}

const struct cmd cmd_stream_create = {
    .name = "stream create",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Create the delivery stream of a stream",
    .details =
        "The settings are those of \"delivery\" in the stream's stream.json, then those in "
        "schemas/stream.json; an option beats both. Its name is the setting stream.prefix and then "
        "\"delivery_stream\" of stream.json, or STREAM.\n\n"
        "A delivery stream that exists already is compared: when it agrees there is nothing to do, "
        "else each difference is printed and nothing is changed. Buckets, roles and log groups "
        "that "
        "are there are used as they are.\n\n"
        " fiat stream create Orders --bucket my-events --create-bucket --create-role",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
