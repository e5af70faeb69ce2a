/* fiat schema check: are the files of the streams right, and do they agree? */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd.h"
#include "json/doc.h"
#include "json/writer.h"
#include "logger/stream.h"
#include "logger/stream_json.h"
#include "project.h"
#include "schema/schema.h"
#include "table/columns.h"
#include "table/shape.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

#define OUTPUT_MAX_BYTES (64 * 1024 * 1024)

static const char *s_schemas;
static bool s_json;

static const struct opt s_options[] = {
    {"schemas", 0, OPT_STRING, &s_schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print the findings as one JSON object", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* The stream at hand. */
struct check {
    const fiat_config *config;
    const char *stream, *file;
    fiat__stream_json asked;
    size_t faults, notes;
    fiat__buf json; /* the whole answer, with --json */
    bool first_finding;
};

static void find(struct check *check, bool fault, const char *column, const char *schema_path,
                 const char *message) {
    *(fault ? &check->faults : &check->notes) += 1;
    if (!s_json) {
        printf("%s/%s: %s%s:%s ", check->stream, check->file,
               terminal_begin(stdout, fault ? TERMINAL_FAULT : TERMINAL_NOTE),
               fault ? "fault" : "note", terminal_end(stdout));
        if (column) printf("column \"%s\": ", column);
        printf("%s", message);
        if (schema_path && !strstr(message, schema_path)) printf(" (at %s)", schema_path);
        putchar('\n');
        return;
    }
    bool first = true;
    fiat__buf_append_c(&check->json, check->first_finding ? "{" : ",{");
    check->first_finding = false;
    const char *rows[][2] = {{"level", fault ? "fault" : "note"},
                             {"file", check->file},
                             {"column", column},
                             {"schema_path", schema_path},
                             {"message", message}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i][1]) continue;
        fiat__json_write_key(&check->json, &first, rows[i][0]);
        fiat__json_write_string_c(&check->json, rows[i][1]);
    }
    fiat__buf_append_char(&check->json, '}');
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

static void check_stream(struct check *check, const project_stream *stream) {
    size_t faults = check->faults;
    check_json_schema(check, stream);
    check_stream_json(check, stream);
    check_stamps(check, stream);
    check_athena(check, stream);
    fiat__stream_json_deinit(&check->asked);
    if (check->faults == faults) check_opening(check, stream);
    if (!s_json && check->faults == faults)
        printf("%s: %sok%s\n", check->stream, terminal_begin(stdout, TERMINAL_GOOD),
               terminal_end(stdout));
}

static void check_name(struct check *check, const char *schemas_dir, const char *name) {
    project_stream stream;
    fiat_error err = FIAT_ERROR_INIT;
    size_t faults = check->faults;
    bool first = true;
    check->stream = name;
    check->file = "";
    check->first_finding = true;
    if (s_json) {
        if (check->json.len > strlen("{\"streams\":[")) fiat__buf_append_char(&check->json, ',');
        fiat__buf_append_char(&check->json, '{');
        fiat__json_write_key(&check->json, &first, "stream");
        fiat__json_write_string_c(&check->json, name);
        fiat__buf_append_c(&check->json, ",\"findings\":[");
    }
    if (project_stream_read(&stream, schemas_dir, name, &err) == FIAT_OK) {
        check_stream(check, &stream);
        project_stream_free(&stream);
    } else {
        find_error(check, &err);
    }
    if (s_json)
        fiat__buf_printf(&check->json, "],\"ok\":%s}", check->faults == faults ? "true" : "false");
}

static int check_all(const fiat_config *config, int argc, char **argv) {
    const char *schemas_dir = project_schemas_dir(config);
    struct check check = {.config = config};
    char **names = NULL;
    size_t count = 0;
    fiat_error err = FIAT_ERROR_INIT;
    if (argc == 0 && !schemas_dir)
        return cmd_fail(EXIT_FAILED, "there is no folder \"schemas\" here: make one with `fiat "
                                     "init`, or name it with --schemas DIR");
    if (argc == 0 && project_streams(schemas_dir, false, &names, &count, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    if (argc == 0 && count == 0)
        return cmd_fail(EXIT_FAILED,
                        "%s has no stream: a stream is a folder with a "
                        "json_schema.json",
                        schemas_dir);
    fiat__buf_init(&check.json, OUTPUT_MAX_BYTES);
    fiat__buf_append_c(&check.json, "{\"streams\":[");
    for (int i = 0; i < argc; i++)
        check_name(&check, schemas_dir, argv[i]);
    for (size_t i = 0; i < count; i++)
        check_name(&check, schemas_dir, names[i]);
    fiat__dir_free_list(names, count);
    fiat__buf_printf(&check.json, "],\"faults\":%zu,\"notes\":%zu}\n", check.faults, check.notes);
    bool failed = check.json.failed;
    if (s_json && !failed) fputs(fiat__buf_cstr(&check.json), stdout);
    fiat__buf_deinit(&check.json);
    if (failed) return cmd_fail(EXIT_FAILED, "out of memory");
    return check.faults ? EXIT_FAILED : EXIT_DONE;
}

static int run(int argc, char **argv) {
    fiat_config *config;
    fiat_error err = FIAT_ERROR_INIT;
    if (project_config(&config, s_schemas, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = check_all(config, argc, argv);
    fiat_config_free(config);
    return code;
}

const struct cmd cmd_schema_check = {
    .name = "schema check",
    .synopsis = "[OPTION...] [STREAM...]",
    .summary = "Check the files of streams, and that they agree",
    .details = "Without STREAM, all folders below the schemas' are checked. A fault means that "
               "events or columns would be lost, and gives exit code 1; a note is worth a look.\n\n"
               "json_schema.json must be a valid JSON Schema; stream.json must hold what the "
               "logger knows; every column of athena.json must have a property in the schema, and "
               "a type that holds all that the property allows.",
    .options = s_options,
    .max_args = -1,
    .run = run,
};
