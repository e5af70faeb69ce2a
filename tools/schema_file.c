/* Finding and compiling a schema. */
#include "schema_file.h"

#include "base/file.h"
#include "base/mem.h"
#include "documents.h"
#include "project.h"
#include "references.h"

#include <inttypes.h>
#include <stdio.h>

#define URI_MAX_BYTES (64 * 1024)

struct compiling {
    fiat_schema **out;
    const fiat_schema_options *options;
    int code;
};

/* Is it a document of the registry that is wrong? The message then names it by its URI, "schema
 * URI#/path: ...". */
static bool is_elsewhere(const fiat_error *err) {
    static const char start[] = "schema ";
    return strncmp(err->message, start, strlen(start)) == 0 &&
           !strchr("/(", err->message[strlen(start)]);
}

static bool compile(const document *doc, void *user) {
    struct compiling *compiling = user;
    fiat_error err = FIAT_ERROR_INIT;
    char place[300];
    fiat_status status =
        fiat_schema_compile(compiling->out, doc->text.ptr, doc->text.len, compiling->options, &err);
    if (status == FIAT_OK) return true;
    document_place at = document_at(doc, err.offset);
    snprintf(place, sizeof place, "%.250s:%" PRIu64 ":%" PRIu64, doc->file, at.line, at.column);
    if (is_elsewhere(&err)) snprintf(place, sizeof place, "%.250s", doc->file);
    cmd_fail_error(place, &err);
    /* The message speaks of the library's registry: how is it filled here? */
    if (strstr(err.message, "registry"))
        fputs("hint: --ref names documents for the registry\n", stderr);
    compiling->code = EXIT_USAGE;
    return false;
}

static int load_file(struct compiling *compiling, const char *path) {
    fiat_error err = FIAT_ERROR_INIT;
    if (documents_read(path, false, compile, compiling, &err) == FIAT_OK) return compiling->code;
    cmd_fail_error("the schema", &err);
    return EXIT_USAGE;
}

/* The path of a stream's schema, or NULL when there is no such folder. */
static char *path_of_stream(const char *name) {
    fiat_config *config;
    char *path = NULL;
    if (strchr(name, '/') || project_config(&config, NULL, NULL) != FIAT_OK) return NULL;
    const char *dir = project_schemas_dir(config);
    char *folder = dir ? fiat__path_join(dir, name) : NULL;
    if (folder && fiat__path_is_dir(folder)) path = fiat__path_join(folder, "json_schema.json");
    fiat__free(folder);
    fiat_config_free(config);
    return path;
}

/* Where the schema is, if it is not at `operand` itself. */
static char *path_inside(const char *operand) {
    if (fiat__path_is_dir(operand)) return fiat__path_join(operand, "json_schema.json");
    return fiat__path_exists(operand) ? NULL : path_of_stream(operand);
}

/* A stream that is built in has no file. */
static int load_builtin(struct compiling *compiling, const char *name) {
    project_stream stream;
    if (project_stream_read(&stream, NULL, name, NULL) != FIAT_OK)
        return load_file(compiling, name); /* which says that there is no such file */
    const document doc = {.file = name, .line = 1, .text = fiat__buf_str(&stream.json_schema)};
    (void)compile(&doc, compiling);
    project_stream_free(&stream);
    return compiling->code;
}

static int load(const char *operand, struct compiling *compiling, const struct opt_list *refs,
                fiat_schema_options *options) {
    char *inside = path_inside(operand);
    const char *path = inside ? inside : operand;
    fiat_schema_registry *registry = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf uri;
    int code = EXIT_DONE;
    fiat__buf_init(&uri, URI_MAX_BYTES);
    if (refs->count && references_load(&registry, refs, path, &err) != FIAT_OK) {
        cmd_fail_error("--ref", &err);
        code = EXIT_USAGE;
    }
    options->registry = registry;
    /* A pipe has no URI, and needs none. */
    if (refs->count && references_uri(&uri, path, NULL) == FIAT_OK)
        options->base_uri = fiat__buf_cstr(&uri);
    if (code == EXIT_DONE && !inside && strcmp(path, "-") != 0 && !fiat__path_exists(path))
        code = load_builtin(compiling, path);
    else if (code == EXIT_DONE)
        code = load_file(compiling, path);
    options->registry = NULL;
    options->base_uri = NULL;
    fiat_schema_registry_free(registry);
    fiat__buf_deinit(&uri);
    fiat__free(inside);
    return code;
}

int schema_file_load(fiat_schema **out, const char *operand, const struct opt_list *refs,
                     fiat_schema_options *options) {
    struct compiling compiling = {out, options, EXIT_DONE};
    *out = NULL;
    return load(operand, &compiling, refs, options);
}
