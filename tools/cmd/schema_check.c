/* fiat schema check: are the files of the streams right, and do they agree? */
#include "base/buf.h"
#include "base/file.h"
#include "cmd.h"
#include "json/writer.h"
#include "project.h"
#include "stream_check.h"
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
    const char *stream;
    size_t faults, notes;
    fiat__buf json; /* the whole answer, with --json */
    bool first_finding;
};

static void find(const stream_check_finding *finding, void *user) {
    struct check *check = user;
    *(finding->fault ? &check->faults : &check->notes) += 1;
    if (!s_json) {
        printf("%s/%s: %s%s:%s ", check->stream, finding->file,
               terminal_begin(stdout, finding->fault ? TERMINAL_FAULT : TERMINAL_NOTE),
               finding->fault ? "fault" : "note", terminal_end(stdout));
        if (finding->column) printf("column \"%s\": ", finding->column);
        printf("%s", finding->message);
        if (finding->schema_path && !strstr(finding->message, finding->schema_path))
            printf(" (at %s)", finding->schema_path);
        putchar('\n');
        return;
    }
    bool first = true;
    fiat__buf_append_c(&check->json, check->first_finding ? "{" : ",{");
    check->first_finding = false;
    const char *rows[][2] = {{"level", finding->fault ? "fault" : "note"},
                             {"file", finding->file},
                             {"column", finding->column},
                             {"schema_path", finding->schema_path},
                             {"message", finding->message}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i][1]) continue;
        fiat__json_write_key(&check->json, &first, rows[i][0]);
        fiat__json_write_string_c(&check->json, rows[i][1]);
    }
    fiat__buf_append_char(&check->json, '}');
}

static void check_name(struct check *check, const char *schemas_dir, const char *name) {
    project_stream stream;
    fiat_error err = FIAT_ERROR_INIT;
    size_t faults = check->faults;
    bool first = true;
    check->stream = name;
    check->first_finding = true;
    if (s_json) {
        if (check->json.len > strlen("{\"streams\":[")) fiat__buf_append_char(&check->json, ',');
        fiat__buf_append_char(&check->json, '{');
        fiat__json_write_key(&check->json, &first, "stream");
        fiat__json_write_string_c(&check->json, name);
        fiat__buf_append_c(&check->json, ",\"findings\":[");
    }
    if (project_stream_read(&stream, schemas_dir, name, &err) == FIAT_OK) {
        if (stream_check(check->config, &stream, find, check) == 0 && !s_json)
            printf("%s: %sok%s\n", check->stream, terminal_begin(stdout, TERMINAL_GOOD),
                   terminal_end(stdout));
        project_stream_free(&stream);
    } else {
        const stream_check_finding finding = {true, "", NULL, NULL, err.message};
        find(&finding, check);
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
