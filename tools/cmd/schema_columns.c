/* fiat schema columns: athena.json out of json_schema.json. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd.h"
#include "documents.h"
#include "logger/stream_json.h"
#include "project.h"
#include "table/columns.h"
#include "table/derive.h"

#include <stdio.h>

static const char *s_schemas;
static bool s_timestamps, s_write, s_force;

static const struct opt s_options[] = {
    {"schemas", 0, OPT_STRING, &s_schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    {"timestamps", 0, OPT_FLAG, &s_timestamps, NULL,
     "Strings of format date-time become timestamp, not string", 0, 0},
    {"write", 'w', OPT_FLAG, &s_write, NULL,
     "Write athena.json beside the schema, in place of printing it", 0, 0},
    {"force", 0, OPT_FLAG, &s_force, NULL, "Overwrite an athena.json that is there", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* What the columns are made of, and where they go. */
struct source {
    char *folder; /* where athena.json belongs; NULL: nowhere */
    fiat__buf json_schema, stream_json;
};

/* --- where the schema is --- */

static bool take_text(const document *doc, void *user) {
    fiat__buf *out = user;
    fiat__buf_append(out, doc->text.ptr, doc->text.len);
    return true;
}

static fiat_status read_schema(struct source *source, const char *path, fiat_error *err) {
    fiat_status status = documents_read(path, false, take_text, &source->json_schema, err);
    return status == FIAT_OK ? fiat__buf_status(&source->json_schema, err) : status;
}

static fiat_status read_folder(struct source *source, const char *folder, fiat_error *err) {
    char *schema = fiat__path_join(folder, "json_schema.json");
    char *stream = fiat__path_join(folder, "stream.json");
    source->folder = fiat__strdup(folder);
    fiat_status status = schema && stream && source->folder ? FIAT_OK : fiat__err_nomem(err);
    if (status == FIAT_OK) status = read_schema(source, schema, err);
    if (status == FIAT_OK && fiat__path_exists(stream))
        status = fiat__file_read(stream, &source->stream_json, err);
    fiat__free(schema);
    fiat__free(stream);
    return status;
}

/* The folder that a file is in. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return fiat__strdup(".");
    return slash == path ? fiat__strdup("/") : fiat__strndup(path, (size_t)(slash - path));
}

/* Is it the schema of a stream's folder, with the stream's other files beside it? */
static bool is_json_schema(const char *path) {
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, "json_schema.json") == 0;
}

static fiat_status read_stream(struct source *source, const char *name, fiat_error *err) {
    fiat_config *config;
    project_stream stream;
    fiat_status status = project_config(&config, s_schemas, err);
    if (status != FIAT_OK) return status;
    const char *dir = project_schemas_dir(config);
    char *folder = dir ? fiat__path_join(dir, name) : NULL;
    if (folder && fiat__path_is_dir(folder)) {
        status = read_folder(source, folder, err);
    } else {
        status = project_stream_read(&stream, dir, name, err); /* built in, or an error */
        if (status == FIAT_OK) {
            fiat__buf_append(&source->json_schema, stream.json_schema.ptr, stream.json_schema.len);
            fiat__buf_append(&source->stream_json, stream.stream.ptr, stream.stream.len);
            project_stream_free(&stream);
        }
    }
    fiat__free(folder);
    fiat_config_free(config);
    return status;
}

/* "-", a file, a folder, or a stream's name. */
static fiat_status read_source(struct source *source, const char *operand, fiat_error *err) {
    if (strcmp(operand, "-") == 0) return read_schema(source, operand, err);
    if (strchr(operand, '/') && fiat__path_is_dir(operand))
        return read_folder(source, operand, err);
    if (!strchr(operand, '/') && !fiat__str_ends(fiat__str_c(operand), fiat__str_c(".json")))
        return read_stream(source, operand, err);
    char *folder = folder_of(operand);
    if (!folder) return fiat__err_nomem(err);
    if (is_json_schema(operand)) {
        fiat_status status = read_folder(source, folder, err);
        fiat__free(folder);
        return status;
    }
    source->folder = folder;
    return read_schema(source, operand, err);
}

/* --- the columns --- */

static void print_note(const char *column, const char *place, const char *message, void *user) {
    (void)user;
    fprintf(stderr, "note: %s%s: %s\n", column, place, message);
}

static void print_fault(bool fault, const char *column, const char *message, void *user) {
    (void)user;
    if (fault) cmd_fail(EXIT_FAILED, "column \"%s\": %s", column, message);
}

/* Hold the result to what `fiat schema check` asks. */
static fiat_status check(const fiat__buf *athena, const struct source *source,
                         const fiat__stream_json *stream, fiat_error *err) {
    fiat__columns *columns;
    fiat_status status = fiat__columns_parse(&columns, fiat__buf_str(athena), err);
    if (status != FIAT_OK) return status;
    status = fiat__columns_check(columns, fiat__buf_str(&source->json_schema), stream->stamps,
                                 stream->stamp_count, print_fault, NULL, err);
    fiat__columns_free(columns);
    return status;
}

/* Of a schema that is wrong nobody can say what it means. A reference that only a registry could
 * resolve does not matter here: it may be to any value. */
static fiat_status check_schema(const fiat__buf *text, fiat_error *err) {
    fiat_schema *schema = NULL;
    fiat_status status = fiat_schema_compile(&schema, text->ptr, text->len, NULL, err);
    fiat_schema_free(schema);
    return status == FIAT_E_SCHEMA_INVALID ? status : FIAT_OK;
}

static fiat_status derive(fiat__buf *out, const struct source *source, fiat_error *err) {
    fiat__stream_json stream = {0};
    fiat_status status = FIAT_OK;
    if (source->stream_json.len)
        status =
            fiat__stream_json_read(&stream, fiat__buf_str(&source->stream_json), NULL, NULL, err);
    const fiat__derive_opts opts = {.timestamps = s_timestamps,
                                    .provided = stream.stamps,
                                    .provided_count = stream.stamp_count};
    if (status == FIAT_OK) status = check_schema(&source->json_schema, err);
    if (status == FIAT_OK)
        status = fiat__columns_derive(out, fiat__buf_str(&source->json_schema), &opts, print_note,
                                      NULL, err);
    if (status == FIAT_OK) status = check(out, source, &stream, err);
    fiat__stream_json_deinit(&stream);
    return status;
}

static int write_file(const struct source *source, const fiat__buf *athena) {
    fiat_error err = FIAT_ERROR_INIT;
    char *path = fiat__path_join(source->folder, "athena.json");
    int code = EXIT_DONE;
    if (!path) return cmd_fail(EXIT_FAILED, "out of memory");
    if (!s_force && fiat__path_exists(path))
        code = cmd_fail(EXIT_FAILED, "%s is already there: --force overwrites it", path);
    else if (fiat__file_replace(path, fiat__buf_str(athena), false, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else
        puts(path);
    fiat__free(path);
    return code;
}

static int run(int argc, char **argv) {
    const char *operand = argc ? argv[0] : "-";
    struct source source = {0};
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf athena;
    int code = EXIT_DONE;
    fiat__buf_init(&source.json_schema, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&source.stream_json, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&athena, PROJECT_FILE_MAX_BYTES);
    if (read_source(&source, operand, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else if (s_write && !source.folder)
        code = cmd_fail(EXIT_USAGE, "--write needs the schema of a stream's folder, or a file");
    else if (derive(&athena, &source, &err) != FIAT_OK)
        code = cmd_fail_error(strcmp(operand, "-") == 0 ? "stdin" : operand, &err);
    else if (s_write)
        code = write_file(&source, &athena);
    else
        fputs(fiat__buf_cstr(&athena), stdout);
    fiat__buf_deinit(&athena);
    fiat__buf_deinit(&source.stream_json);
    fiat__buf_deinit(&source.json_schema);
    fiat__free(source.folder);
    return code;
}

const struct cmd cmd_schema_columns = {
    .name = "schema columns",
    .synopsis = "[OPTION...] [STREAM|FILE]",
    .summary = "Derive athena.json from a JSON Schema",
    .details =
        "STREAM is a stream's name; FILE a JSON Schema, or a stream's folder when it has a '/'; "
        "without either, or for -, the schema is read from stdin.\n\n"
        "Every member that the schema declares becomes a column, its name in lower case: integers "
        "bigint (int or decimal by their minimum and maximum), numbers double, strings string (of "
        "format date: date), arrays array, objects with declared members struct, objects with "
        "additionalProperties alone map. What no type can hold without loss, and what is not "
        "said, is a string that keeps the JSON text; notes on stderr say where and why. What "
        "stream.json stamps gets columns, too.",
    .options = s_options,
    .max_args = 1,
    .run = run,
};
