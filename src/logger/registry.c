#include "logger/registry.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "logger/builtin.h"
#include "logger/settings.h"

#define FILE_MAX_BYTES (16 * 1024 * 1024)
#define DEFAULT_DIR    "schemas"
#define AUDIT          "Audit"

struct fiat__registry {
    fiat__stream **streams; /* a few dozen at most: looked up one after the other */
    size_t count, cap;
    fiat__stream *audit_output;
    char *dir; /* for messages; NULL: built-in streams only */
};

static fiat__stream *find(const fiat__registry *registry, const char *name) {
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->streams[i]->name, name) == 0) return registry->streams[i];
    return NULL;
}

static fiat_status add(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    if (registry->count == registry->cap) {
        size_t cap = registry->cap ? registry->cap * 2 : 8;
        fiat__stream **more = fiat__realloc_array(registry->streams, cap, sizeof(fiat__stream *));
        if (!more) {
            fiat__stream_free(stream);
            return fiat__err_nomem(err);
        }
        registry->streams = more;
        registry->cap = cap;
    }
    registry->streams[registry->count++] = stream;
    return FIAT_OK;
}

/* Audit has two kinds of rows: those that start an audit bring a task, the others an output. */
static fiat_status add_texts(fiat__registry *registry, fiat__stream_texts texts,
                             const fiat_config *config, fiat_error *err) {
    fiat__stream *stream;
    bool audit = strcmp(texts.name, AUDIT) == 0;
    texts.also_required = audit ? "task" : NULL;
    fiat_status status = fiat__stream_load(&stream, &texts, config, err);
    if (status == FIAT_OK) status = add(registry, stream, err);
    if (status != FIAT_OK || !audit) return status;
    if (!stream->stamp.id || !stream->stamp.audit_id)
        return fiat__err_set(err, FIAT_E_STREAM_INVALID,
                             "stream Audit: stream.json must stamp \"id\" and \"audit_id\"");
    texts.also_required = "output";
    return fiat__stream_load(&registry->audit_output, &texts, config, err);
}

/* Append DIR/NAME/FILE. A file that is not there is no error: *found says. */
static fiat_status read_text(const char *dir, const char *file, fiat__buf *out, bool *found,
                             fiat_error *err) {
    char *path = fiat__path_join(dir, file);
    if (!path) return fiat__err_nomem(err);
    fiat_error local;
    fiat_status status = fiat__file_read(path, out, &local);
    *found = status == FIAT_OK;
    if (status == FIAT_E_NOT_FOUND || (status == FIAT_E_IO && !fiat__path_exists(path)))
        status = FIAT_OK;
    if (status != FIAT_OK) fiat__err_assign(err, &local);
    fiat__free(path);
    return status;
}

static fiat_status add_folder(fiat__registry *registry, const char *name, const fiat_config *config,
                              fiat_error *err) {
    fiat__buf schema, stream;
    fiat__buf_init(&schema, FILE_MAX_BYTES);
    fiat__buf_init(&stream, FILE_MAX_BYTES);
    bool found = false, has_stream_json = false;
    char *dir = fiat__path_join(registry->dir, name);
    fiat_status status =
        dir ? read_text(dir, "json_schema.json", &schema, &found, err) : fiat__err_nomem(err);
    if (status != FIAT_OK || !found) goto out; /* not a stream's folder */
    status = read_text(dir, "stream.json", &stream, &has_stream_json, err);
    if (status != FIAT_OK) goto out;
    fiat__stream_texts texts = {name, fiat__buf_str(&schema), fiat__buf_str(&stream), NULL};
    status = add_texts(registry, texts, config, err);
    if (status != FIAT_OK) fiat__err_wrap(err, status, "%s", registry->dir);
out:
    fiat__free(dir);
    fiat__buf_deinit(&stream);
    fiat__buf_deinit(&schema);
    return status;
}

static fiat_status add_folders(fiat__registry *registry, const fiat_config *config,
                               fiat_error *err) {
    char **names;
    size_t count;
    fiat_status status = fiat__dir_list(registry->dir, &names, &count, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "setting schemas.dir");
    for (size_t i = 0; status == FIAT_OK && i < count; i++)
        if (names[i][0] != '.') status = add_folder(registry, names[i], config, err);
    fiat__dir_free_list(names, count);
    return status;
}

static fiat_status add_builtin(fiat__registry *registry, const fiat_config *config,
                               fiat_error *err) {
    fiat_status status = FIAT_OK;
    const fiat__builtin_stream *row;
    for (size_t i = 0; status == FIAT_OK && (row = fiat__builtin_at(i)); i++)
        if (!find(registry, row->name)) /* a folder of the same name takes its place */
            status = add_texts(registry,
                               (fiat__stream_texts){row->name, row->json_schema, row->stream, NULL},
                               config, err);
    return status;
}

fiat_status fiat__registry_load(fiat__registry **out, const fiat_config *config, fiat_error *err) {
    *out = NULL;
    const char *dir = fiat__config_string(config, FIAT__SET_SCHEMAS_DIR);
    if (!*dir && fiat__path_is_dir(DEFAULT_DIR)) dir = DEFAULT_DIR;
    fiat__registry *registry = fiat__calloc(1, sizeof *registry);
    if (!registry) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    if (*dir) {
        registry->dir = fiat__strdup(dir);
        status = registry->dir ? add_folders(registry, config, err) : fiat__err_nomem(err);
    }
    if (status == FIAT_OK) status = add_builtin(registry, config, err);
    if (status != FIAT_OK) {
        fiat__registry_free(registry);
        return status;
    }
    *out = registry;
    return FIAT_OK;
}

void fiat__registry_free(fiat__registry *registry) {
    if (!registry) return;
    for (size_t i = 0; i < registry->count; i++)
        fiat__stream_free(registry->streams[i]);
    fiat__stream_free(registry->audit_output);
    fiat__free(registry->streams);
    fiat__free(registry->dir);
    fiat__free(registry);
}

fiat__stream *fiat__registry_find(const fiat__registry *registry, const char *name,
                                  fiat_error *err) {
    fiat__stream *stream = find(registry, name);
    if (!stream)
        fiat__err_set(err, FIAT_E_STREAM_UNKNOWN,
                      "no stream \"%.64s\": there is no %s/%.64s/json_schema.json", name,
                      registry->dir ? registry->dir : DEFAULT_DIR, name);
    return stream;
}

fiat__stream *fiat__registry_audit_output(const fiat__registry *registry) {
    return registry->audit_output;
}
