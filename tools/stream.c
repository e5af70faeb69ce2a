/* A delivery stream of the project, and the calls about it; see stream.h. */
#include "stream.h"

#include "aws/xml.h"
#include "base/clock.h"
#include "base/error.h"
#include "json/writer.h"
#include "pipeline/delivery_text.h"
#include "project.h"
#include "table/settings.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME_MAX_BYTES 1024
#define WAIT_FIRST_MS  500
#define WAIT_MOST_MS   5000
#define LOCAL_ACCOUNT  "000000000000"

const char *stream_schemas;
struct aws_flags stream_aws;
const char *stream_values[FIAT__DELIVERY_KEYS];
struct opt_list stream_tags;

/* --- settings --------------------------------------------------------------------------------- */

static void print_fault(const char *place, const char *message, void *user) {
    (void)user;
    cmd_fail(EXIT_FAILED, "%s%s%s", place, *place ? ": " : "", message);
}

static int read_flags(fiat__delivery *settings) {
    static const char *const flags[] = {
#define XX(id, member, flag, ...) "--" flag,
        FIAT__DELIVERY_MAP(XX)
#undef XX
    };
    fiat_error err = FIAT_ERROR_INIT;
    for (size_t i = 0; i < FIAT__DELIVERY_KEYS; i++)
        if (stream_values[i] && fiat__delivery_set(settings, (fiat__delivery_key)i,
                                                   stream_values[i], flags[i], &err) != FIAT_OK)
            return cmd_fail(EXIT_USAGE, "%s", err.message);
    for (size_t i = 0; i < stream_tags.count; i++)
        if (fiat__delivery_set_tag(settings, stream_tags.items[i], "--tag", &err) != FIAT_OK)
            return cmd_fail(EXIT_USAGE, "%s", err.message);
    return EXIT_DONE;
}

/* Where the table is Parquet, so is what is delivered, unless it is said otherwise; and where
 * events are converted, the table's columns are used. */
static fiat_status follow_table(fiat__delivery *settings, const fiat__table_settings *table,
                                fiat_error *err) {
    static const char from[] = "the table's settings";
    fiat_status status = FIAT_OK;
    const fiat__delivery_key on = FIAT__DELIVERY_PARQUET_ENABLED;
    if (table->parquet && !fiat__delivery_get(settings, on))
        status = fiat__delivery_set(settings, on, "true", from, err);
    if (!fiat__delivery_to_parquet(settings)) return status;
    const struct {
        fiat__delivery_key key;
        const char *text;
    } rows[] = {{FIAT__DELIVERY_PARQUET_DATABASE, table->database},
                {FIAT__DELIVERY_PARQUET_TABLE, table->name}};
    for (size_t i = 0; i < 2 && status == FIAT_OK; i++)
        if (!fiat__delivery_get(settings, rows[i].key))
            status = fiat__delivery_set(settings, rows[i].key, rows[i].text, from, err);
    return status;
}

static fiat_status read_table(stream_context *c, const project_stream *files, fiat_error *err) {
    fiat__layers layers;
    fiat__table_settings table;
    fiat_status status = project_layers(&layers, project_schemas_dir(c->config), files, "table",
                                        fiat__table_setting_names, err);
    if (status == FIAT_OK) status = fiat__table_settings_read(&table, &layers, c->stream, err);
    if (status == FIAT_OK) status = follow_table(&c->settings, &table, err);
    fiat__layers_deinit(&layers);
    return status;
}

static int read_settings(stream_context *c, const project_stream *files) {
    fiat__layers layers;
    fiat_error err = FIAT_ERROR_INIT;
    int code = EXIT_DONE;
    fiat_status status = project_layers(&layers, project_schemas_dir(c->config), files, "delivery",
                                        fiat__delivery_names, &err);
    if (status != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else if (fiat__delivery_read(&c->settings, &layers, print_fault, NULL, &err) != FIAT_OK)
        code = EXIT_FAILED;
    if (code == EXIT_DONE) code = read_flags(&c->settings);
    if (code == EXIT_DONE && read_table(c, files, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    if (code == EXIT_DONE &&
        fiat__delivery_finish(&c->settings, print_fault, NULL, &err) != FIAT_OK)
        code = EXIT_FAILED;
    fiat__layers_deinit(&layers);
    return code;
}

static int read_stream(stream_context *c, bool must_exist) {
    project_stream files;
    fiat__buf name;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status =
        project_stream_read(&files, project_schemas_dir(c->config), c->stream, &err);
    c->known = status == FIAT_OK;
    if (status != FIAT_OK && (must_exist || status != FIAT_E_STREAM_UNKNOWN))
        return cmd_fail_error(NULL, &err);
    fiat__buf_init(&name, NAME_MAX_BYTES);
    if (c->known)
        project_delivery_name(&name, &files, c->config);
    else
        fiat__buf_append_c(&name, c->stream);
    int code = EXIT_DONE;
    if (fiat__delivery_init(&c->settings, fiat__buf_cstr(&name), &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    if (code == EXIT_DONE && c->known && must_exist) code = read_settings(c, &files);
    if (c->known) project_stream_free(&files);
    fiat__buf_deinit(&name);
    return code;
}

static const char *partition_of(const char *region) {
    if (strncmp(region, "cn-", 3) == 0) return "aws-cn";
    return strncmp(region, "us-gov-", 7) == 0 ? "aws-us-gov" : "aws";
}

int stream_open(stream_context *c, const char *stream, bool must_exist) {
    fiat_error err = FIAT_ERROR_INIT;
    *c = (stream_context){.stream = stream};
    c->place = (fiat__delivery_place){c->region, c->account, c->partition};
    if (project_config(&c->config, stream_schemas, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    const int code = read_stream(c, must_exist);
    if (code != EXIT_DONE) return code;
    if (aws_open(&c->firehose, "firehose", c->config, &stream_aws, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    snprintf(c->region, sizeof c->region, "%s", fiat__service_region(c->firehose));
    snprintf(c->partition, sizeof c->partition, "%s", partition_of(c->region));
    return EXIT_DONE;
}

void stream_close(stream_context *c) {
    fiat__service_free(c->firehose);
    fiat__delivery_deinit(&c->settings);
    if (c->config) fiat_config_free(c->config);
}

/* --- the account ------------------------------------------------------------------------------ */

static fiat_status ask_account(stream_context *c, fiat_error *err) {
    fiat__service *sts;
    fiat__service_reply reply;
    fiat__buf account;
    fiat_status status = aws_open(&sts, "sts", c->config, &stream_aws, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&account, 64);
    status = fiat__service_query(sts, "GetCallerIdentity", "", &reply, err);
    if (status == FIAT_OK &&
        !fiat__xml_value(&account, fiat__buf_str(&reply.body),
                         "GetCallerIdentityResponse/GetCallerIdentityResult/Account"))
        status = fiat__err_set(err, FIAT_E_AWS_REPLY, "sts GetCallerIdentity: no Account in it");
    if (status != FIAT_OK && aws_is_not_offered(err)) {
        /* the local engine, which is of this account */
        fiat__buf_append_c(&account, LOCAL_ACCOUNT);
        status = FIAT_OK;
    }
    snprintf(c->account, sizeof c->account, "%s", fiat__buf_cstr(&account));
    fiat__service_reply_deinit(&reply);
    fiat__service_free(sts);
    fiat__buf_deinit(&account);
    return status;
}

fiat_status stream_find_account(stream_context *c, bool call, fiat_error *err) {
    fiat__arn role;
    const char *text = fiat__delivery_get(&c->settings, FIAT__DELIVERY_ROLE);
    if (*c->account) return FIAT_OK;
    if (text && fiat__arn_parse(&role, text)) {
        snprintf(c->account, sizeof c->account, "%.*s", (int)role.account.len, role.account.ptr);
        return FIAT_OK;
    }
    if (call) return ask_account(c, err);
    snprintf(c->account, sizeof c->account, "ACCOUNT");
    return FIAT_OK;
}

/* --- describe, wait --------------------------------------------------------------------------- */

static void write_name(fiat__buf *out, const stream_context *c) {
    fiat__buf_append_c(out, "{\"DeliveryStreamName\":");
    fiat__json_write_string_c(out, c->settings.stream);
}

fiat_status stream_describe(const stream_context *c, fiat__doc **reply, const fiat__doc **out,
                            fiat_error *err) {
    fiat__buf body;
    *reply = NULL;
    *out = NULL;
    fiat__buf_init(&body, NAME_MAX_BYTES);
    write_name(&body, c);
    fiat__buf_append_char(&body, '}');
    fiat_status status = fiat__service_json(c->firehose, "Firehose_20150804.DescribeDeliveryStream",
                                            fiat__buf_cstr(&body), reply, err);
    fiat__buf_deinit(&body);
    if (status != FIAT_OK) return status;
    *out = fiat__doc_get(*reply, "DeliveryStreamDescription");
    if (*out) return FIAT_OK;
    fiat__doc_free(*reply);
    *reply = NULL;
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "firehose DescribeDeliveryStream: no description in the answer");
}

const char *stream_state(const fiat__doc *description) {
    const char *state = "";
    (void)fiat__doc_string(fiat__doc_get(description, "DeliveryStreamStatus"), &state);
    return state;
}

void stream_write_failure(fiat__buf *out, const fiat__doc *description) {
    const char *type = "", *details = "";
    const fiat__doc *failure = fiat__doc_get(description, "FailureDescription");
    (void)fiat__doc_string(fiat__doc_get(failure, "Type"), &type);
    (void)fiat__doc_string(fiat__doc_get(failure, "Details"), &details);
    if (*type || *details) fiat__buf_printf(out, "%s%s%s", type, *details ? ": " : "", details);
}

void stream_pause(int64_t ms) {
    struct timespec left = {ms / 1000, (ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

static void show_progress(const stream_context *c, const char *state, int64_t since_ms) {
    const int64_t now_ms = fiat__mono_ms(&fiat__clock_system);
    terminal_line(stderr, "%s: %s (%d s)", c->settings.stream, state,
                  (int)((now_ms - since_ms) / 1000));
}

static int fail_state(const stream_context *c, const fiat__doc *description) {
    fiat__buf why;
    fiat__buf_init(&why, STREAM_JSON_MAX_BYTES);
    stream_write_failure(&why, description);
    const int code = cmd_fail(
        EXIT_FAILED, "delivery stream %s is %s: %s", c->settings.stream, stream_state(description),
        why.len ? fiat__buf_cstr(&why) : "AWS does not say why; see its CloudTrail");
    fiat__buf_deinit(&why);
    return code;
}

/* One look: -1 to wait on, else an exit code. */
static int look(const stream_context *c, bool gone, int64_t since_ms, char *state, size_t size) {
    fiat__doc *reply;
    const fiat__doc *description;
    fiat_error err = FIAT_ERROR_INIT;
    int code = -1;
    fiat_status status = stream_describe(c, &reply, &description, &err);
    if (gone && status == FIAT_E_AWS_NOT_FOUND) return EXIT_DONE;
    if (status != FIAT_OK) return cmd_fail_error(NULL, &err);
    snprintf(state, size, "%s", stream_state(description));
    show_progress(c, state, since_ms);
    if (!gone && strcmp(state, "ACTIVE") == 0) code = EXIT_DONE;
    if (strstr(state, "_FAILED")) {
        terminal_clear(stderr);
        code = fail_state(c, description);
    }
    fiat__doc_free(reply);
    return code;
}

int stream_wait(const stream_context *c, bool gone, uint64_t timeout_s) {
    const int64_t since_ms = fiat__mono_ms(&fiat__clock_system);
    const int64_t until_ms = since_ms + (int64_t)timeout_s * 1000;
    int64_t wait_ms = WAIT_FIRST_MS;
    char state[64] = "";
    int code;
    while ((code = look(c, gone, since_ms, state, sizeof state)) < 0) {
        const int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        stream_pause(wait_ms < left_ms ? wait_ms : left_ms);
        wait_ms = wait_ms * 3 / 2 < WAIT_MOST_MS ? wait_ms * 3 / 2 : WAIT_MOST_MS;
    }
    terminal_clear(stderr);
    if (code >= 0) return code;
    return cmd_fail(
        EXIT_FAILED,
        "delivery stream %s is still %s after %u s; look again with fiat stream status, "
        "or wait longer with --timeout",
        c->settings.stream, state, (unsigned)timeout_s);
}

/* --- comparison ------------------------------------------------------------------------------- */

static fiat_status compare_tags(const stream_context *c, fiat__delivery_differs *each, void *user,
                                size_t *count, fiat_error *err) {
    fiat__buf body;
    fiat__doc *reply = NULL;
    if (c->settings.tag_count == 0) return FIAT_OK;
    fiat__buf_init(&body, NAME_MAX_BYTES);
    write_name(&body, c);
    fiat__buf_append_c(&body, ",\"Limit\":50}"); /* there are no more */
    fiat_status status =
        fiat__service_json(c->firehose, "Firehose_20150804.ListTagsForDeliveryStream",
                           fiat__buf_cstr(&body), &reply, err);
    if (status == FIAT_OK)
        *count +=
            fiat__delivery_compare_tags(&c->settings, fiat__doc_get(reply, "Tags"), each, user);
    fiat__doc_free(reply);
    fiat__buf_deinit(&body);
    return status;
}

fiat_status stream_compare(const stream_context *c, const fiat__doc *description,
                           fiat__delivery_differs *each, void *user, size_t *count,
                           fiat_error *err) {
    fiat_status status =
        fiat__delivery_compare(&c->settings, &c->place, description, each, user, count, err);
    return status == FIAT_OK ? compare_tags(c, each, user, count, err) : status;
}

int stream_agree(bool yes, const char *question) {
    char answer[16] = "";
    if (yes) return EXIT_DONE;
    if (!isatty(STDIN_FILENO))
        return cmd_fail(EXIT_USAGE, "%s There is no terminal to ask on: agree with --yes",
                        question);
    fprintf(stderr, "%s [y/N] ", question);
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return EXIT_DONE;
    return cmd_fail(EXIT_FAILED, "not agreed to; nothing was done");
}
