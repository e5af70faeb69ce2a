/* Settings and streams of a project. */
#include "project.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "logger/builtin.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_SCHEMAS "schemas"

const char *project_config_path(bool *named) {
    const char *path = getenv("FIAT_CONFIG");
    *named = path && *path;
    return *named ? path : PROJECT_CONFIG;
}

fiat_status project_config(fiat_config **out, const char *schemas_dir, fiat_error *err) {
    bool named;
    const char *path = project_config_path(&named);
    fiat_status status = fiat_config_new(out, err); /* which reads what FIAT_CONFIG names */
    if (status != FIAT_OK) return status;
    if (!named && fiat__path_exists(path)) status = fiat_config_load(*out, path, err);
    if (status == FIAT_OK && schemas_dir)
        status = fiat_config_set(*out, "schemas.dir", schemas_dir, err);
    if (status != FIAT_OK) {
        fiat_config_free(*out);
        *out = NULL;
    }
    return status;
}

const char *project_schemas_dir(const fiat_config *config) {
    const char *dir = fiat_config_get(config, "schemas.dir");
    if (dir && *dir) return dir;
    return fiat__path_is_dir(DEFAULT_SCHEMAS) ? DEFAULT_SCHEMAS : NULL;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Keep of all names those of folders that are not hidden. */
static fiat_status keep_folders(const char *dir, char **names, size_t *count, fiat_error *err) {
    size_t kept = 0;
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < *count; i++) {
        char *path = fiat__path_join(dir, names[i]);
        if (!path) status = fiat__err_nomem(err);
        if (path && names[i][0] != '.' && fiat__path_is_dir(path))
            names[kept++] = names[i];
        else
            fiat__free(names[i]);
        fiat__free(path);
    }
    *count = kept;
    return status;
}

static fiat_status add_builtin(char ***names, size_t *count, fiat_error *err) {
    const fiat__builtin_stream *stream;
    for (size_t i = 0; (stream = fiat__builtin_at(i)) != NULL; i++) {
        bool there = false;
        for (size_t j = 0; j < *count; j++)
            if (strcmp((*names)[j], stream->name) == 0) there = true;
        if (there) continue;
        char **more = fiat__realloc_array(*names, *count + 1, sizeof *more);
        if (!more) return fiat__err_nomem(err);
        *names = more;
        more[*count] = fiat__strdup(stream->name);
        if (!more[*count]) return fiat__err_nomem(err);
        ++*count;
    }
    return FIAT_OK;
}

fiat_status project_streams(const char *schemas_dir, bool builtin, char ***names, size_t *count,
                            fiat_error *err) {
    fiat_status status = FIAT_OK;
    *names = NULL;
    *count = 0;
    if (schemas_dir) status = fiat__dir_list(schemas_dir, names, count, err);
    if (status == FIAT_OK) status = keep_folders(schemas_dir, *names, count, err);
    if (status == FIAT_OK && builtin) status = add_builtin(names, count, err);
    if (status != FIAT_OK) {
        fiat__dir_free_list(*names, *count);
        *names = NULL;
        *count = 0;
        return status;
    }
    if (*count > 1) qsort(*names, *count, sizeof **names, compare_names);
    return FIAT_OK;
}

static fiat_status read_file(const char *dir, const char *name, fiat__buf *out, bool *there,
                             fiat_error *err) {
    char *path = fiat__path_join(dir, name);
    if (!path) return fiat__err_nomem(err);
    fiat_error own = FIAT_ERROR_INIT;
    fiat_status status = fiat__file_read(path, out, &own);
    *there = status == FIAT_OK;
    if (status == FIAT_E_NOT_FOUND)
        status = FIAT_OK;
    else if (status != FIAT_OK)
        fiat__err_assign(err, &own);
    fiat__free(path);
    return status;
}

static fiat_status read_folder(project_stream *out, const char *dir, fiat_error *err) {
    fiat_status status =
        read_file(dir, "json_schema.json", &out->json_schema, &out->has_json_schema, err);
    if (status == FIAT_OK)
        status = read_file(dir, "athena.json", &out->athena, &out->has_athena, err);
    if (status == FIAT_OK)
        status = read_file(dir, "stream.json", &out->stream, &out->has_stream, err);
    return status;
}

static fiat_status read_builtin(project_stream *out, const fiat__builtin_stream *stream,
                                fiat_error *err) {
    out->builtin = true;
    out->has_json_schema = out->has_athena = out->has_stream = true;
    fiat__buf_append(&out->json_schema, stream->json_schema.ptr, stream->json_schema.len);
    fiat__buf_append(&out->athena, stream->athena.ptr, stream->athena.len);
    bool whole = fiat__buf_append(&out->stream, stream->stream.ptr, stream->stream.len);
    return whole ? FIAT_OK : fiat__err_nomem(err);
}

fiat_status project_stream_read(project_stream *out, const char *schemas_dir, const char *name,
                                fiat_error *err) {
    *out = (project_stream){.name = name};
    fiat__buf_init(&out->json_schema, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&out->athena, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&out->stream, PROJECT_FILE_MAX_BYTES);
    const fiat__builtin_stream *builtin = fiat__builtin_find(name);
    bool is_name = *name && *name != '.' && !strchr(name, '/');
    char *dir = schemas_dir && is_name ? fiat__path_join(schemas_dir, name) : NULL;
    fiat_status status;
    if (dir && fiat__path_is_dir(dir))
        status = read_folder(out, dir, err);
    else if (builtin)
        status = read_builtin(out, builtin, err);
    else
        status = fiat__err_set(err, FIAT_E_STREAM_UNKNOWN,
                               "there is no stream \"%s\": no such folder below %s", name,
                               schemas_dir ? schemas_dir : "schemas");
    fiat__free(dir);
    if (status != FIAT_OK) project_stream_free(out);
    return status;
}

void project_stream_free(project_stream *stream) {
    fiat__buf_deinit(&stream->json_schema);
    fiat__buf_deinit(&stream->athena);
    fiat__buf_deinit(&stream->stream);
}

/* stream.json of the schemas' folder itself, when there is one. */
static fiat_status add_project_layer(fiat__layers *layers, const char *schemas_dir,
                                     fiat_error *err) {
    fiat__buf text;
    bool there;
    char *path = fiat__path_join(schemas_dir, "stream.json");
    if (!path) return fiat__err_nomem(err);
    fiat__buf_init(&text, PROJECT_FILE_MAX_BYTES);
    fiat_status status = read_file(schemas_dir, "stream.json", &text, &there, err);
    if (status == FIAT_OK && there)
        status = fiat__layers_add_project(layers, fiat__buf_str(&text), path, err);
    fiat__buf_deinit(&text);
    fiat__free(path);
    return status;
}

fiat_status project_layers(fiat__layers *out, const char *schemas_dir, const project_stream *stream,
                           const char *member, const char *const *names, fiat_error *err) {
    char file[FIAT__LAYERS_PATH_BYTES];
    fiat_status status = FIAT_OK;
    fiat__layers_init(out, member, names);
    snprintf(file, sizeof file, "%s/%s/stream.json", stream->builtin ? "built in" : schemas_dir,
             stream->name);
    if (stream->has_stream)
        status = fiat__layers_add_stream(out, fiat__buf_str(&stream->stream), file, err);
    if (status == FIAT_OK && schemas_dir) status = add_project_layer(out, schemas_dir, err);
    return status;
}

bool project_delivery_name(fiat__buf *out, const project_stream *stream,
                           const fiat_config *config) {
    const char *prefix = fiat_config_get(config, "stream.prefix"), *name = stream->name;
    fiat__doc *doc = NULL;
    if (stream->has_stream &&
        fiat__doc_parse(&doc, fiat__buf_str(&stream->stream), NULL) == FIAT_OK)
        (void)fiat__doc_string(fiat__doc_get(doc, "delivery_stream"), &name);
    const bool good = fiat__buf_printf(out, "%s%s", prefix ? prefix : "", name);
    fiat__doc_free(doc);
    return good;
}
