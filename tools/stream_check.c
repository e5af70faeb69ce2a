/* What json_schema.json, stream.json and athena.json of a stream have against each other. */
#include "stream_check.h"

#include "base/error.h"
#include "json/doc.h"
#include "logger/stream.h"
#include "logger/stream_json.h"
#include "schema/schema.h"
#include "table/columns.h"
#include "table/shape.h"

#include <stdio.h>
#include <string.h>

/* The stream at hand. */
struct check {
    const fiat_config *config;
    const char *stream, *file;
    fiat__stream_json asked;
    size_t faults;
    stream_check_each *each;
    void *user;
};

static void find(struct check *check, bool fault, const char *column, const char *schema_path,
                 const char *message) {
    const stream_check_finding finding = {fault, check->file, column, schema_path, message};
    check->faults += fault;
    check->each(&finding, check->user);
}

static void find_error(struct check *check, const fiat_error *err) {
    find(check, true, NULL, err->schema_path[0] ? err->schema_path : NULL, err->message);
}

static void check_json_schema(struct check *check, const project_stream *stream) {
    fiat_schema *schema = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    check->file = "json_schema.json";
    if (!stream->has_json_schema) {
        find(check, true, NULL, NULL, "there is none: every stream needs a JSON Schema");
        return;
    }
    if (fiat__schema_compile(&schema, fiat__buf_str(&stream->json_schema), NULL, &err) != FIAT_OK)
        find_error(check, &err);
    fiat_schema_free(schema);
}

static void find_in_stream_json(const char *message, void *user) {
    find(user, true, NULL, NULL, message);
}

static void check_stream_json(struct check *check, const project_stream *stream) {
    check->file = "stream.json";
    /* Findings come one by one. */
    (void)fiat__stream_json_read(&check->asked, fiat__buf_str(&stream->stream), find_in_stream_json,
                                 check, NULL);
    if (!fiat__stream_json_stamps(&check->asked, "id"))
        find(check, false, NULL, NULL,
             "no id is stamped: delivery is at least once, and rows that come twice cannot be told "
             "apart; add \"stamp\": [\"id\", \"time\"]");
}

/* A stamp that the schema forbids would have every event refused. */
static void check_stamps(struct check *check, const project_stream *stream) {
    fiat__doc *schema;
    char message[200];
    check->file = "stream.json";
    if (fiat__doc_parse(&schema, fiat__buf_str(&stream->json_schema), NULL) != FIAT_OK) return;
    for (size_t i = 0; i < check->asked.stamp_count; i++) {
        fiat__step step = {FIAT__STEP_MEMBER, check->asked.stamps[i]};
        unsigned wanted = strcmp(step.name, "tags") == 0 ? FIAT__SHAPE_OBJECT : FIAT__SHAPE_STRING;
        if (fiat__shape_at(schema, &step, 1).types & wanted) continue;
        snprintf(message, sizeof message,
                 "\"stamp\" adds \"%s\", %s, which json_schema.json refuses: declare it there, or "
                 "do not stamp it",
                 step.name, wanted == FIAT__SHAPE_STRING ? "a string" : "an object");
        find(check, true, NULL, NULL, message);
    }
    fiat__doc_free(schema);
}

static void find_column(bool fault, const char *column, const char *message, void *user) {
    find(user, fault, column, NULL, message);
}

static void check_athena(struct check *check, const project_stream *stream) {
    fiat__columns *columns;
    fiat_error err = FIAT_ERROR_INIT;
    check->file = "athena.json";
    if (!stream->has_athena) {
        find(check, false, NULL, NULL, "there is none: SQL will not see the stream");
        return;
    }
    if (fiat__columns_parse(&columns, fiat__buf_str(&stream->athena), &err) != FIAT_OK) {
        find_error(check, &err);
        return;
    }
    /* Findings come one by one; a schema that is no JSON was reported before. */
    (void)fiat__columns_check(columns, fiat__buf_str(&stream->json_schema), check->asked.stamps,
                              check->asked.stamp_count, find_column, check, NULL);
    fiat__columns_free(columns);
}

/* The last word is the logger's own: whether it would open with this stream. A setting that is
 * missing may be there where the program runs. */
static void check_opening(struct check *check, const project_stream *stream) {
    fiat__stream *opened = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__stream_texts texts = {.name = check->stream,
                                      .json_schema = fiat__buf_str(&stream->json_schema),
                                      .stream = fiat__buf_str(&stream->stream)};
    check->file = "stream.json";
    fiat_status status = fiat__stream_load(&opened, &texts, check->config, &err);
    fiat__stream_free(opened);
    if (status != FIAT_OK)
        find(check, status != FIAT_E_CONFIG, NULL, NULL,
             err.message[0] ? err.message : fiat_status_text(status));
}

size_t stream_check(const fiat_config *config, const project_stream *stream,
                    stream_check_each *each, void *user) {
    struct check check = {.config = config, .stream = stream->name, .each = each, .user = user};
    check_json_schema(&check, stream);
    check_stream_json(&check, stream);
    check_stamps(&check, stream);
    check_athena(&check, stream);
    fiat__stream_json_deinit(&check.asked);
    if (!check.faults) check_opening(&check, stream);
    return check.faults;
}
