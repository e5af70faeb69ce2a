#include "logger/registry.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "logger/builtin.h"
#include "logger/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES (16 * 1024 * 1024)
#define DEFAULT_DIR    "schemas"
#define AUDIT          "Audit"

struct fiat__registry {
    fiat__stream **streams; /* by name, once all are loaded */
    size_t count, cap;
    fiat__stream *audit_output;
    char *dir;      /* for messages; NULL: built-in streams only */
    bool delivered; /* as fiat__stream_texts has it */
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
    bool audit = !registry->delivered && strcmp(texts.name, AUDIT) == 0;
    texts.delivered = registry->delivered;
    texts.also_required = audit ? "task" : NULL;
    fiat_status status = fiat__stream_load(&stream, &texts, config, err);
    if (status == FIAT_OK) status = add(registry, stream, err);
    if (status != FIAT_OK || !audit) return status;
    if (!stream->stamp.id || !stream->stamp.audit_id)
        return fiat__err_set(err, FIAT_E_STREAM_INVALID,
                             "stream Audit: stream.json must stamp \"id\" and \"audit_id\"");
    texts.also_required = "output";
    status = fiat__stream_load(&registry->audit_output, &texts, config, err);
    if (status == FIAT_OK) registry->audit_output->refusals = stream->refusals;
    return status;
}

/* Is there nothing of that name at all? What is there and cannot be read is an error: without its
 * file Audit would be the built-in stream, and without stream.json nothing would be stamped. */
static bool is_absent(const char *path) {
    struct stat info;
    return lstat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static fiat_status read_file(const char *path, fiat__buf *out, fiat_error *err) {
    struct stat info;
    if (stat(path, &info) == 0 && S_ISFIFO(info.st_mode)) /* opening one may wait for ever */
        return fiat__err_set(err, FIAT_E_IO, "%s is a pipe; wanted is a file", path);
    return fiat__file_read(path, out, err);
}

/* Append DIR/NAME/FILE. A file that is not there is no error: *found says. */
static fiat_status read_text(const char *dir, const char *file, fiat__buf *out, bool *found,
                             fiat_error *err) {
    char *path = fiat__path_join(dir, file);
    if (!path) return fiat__err_nomem(err);
    *found = !is_absent(path);
    fiat_status status = *found ? read_file(path, out, err) : FIAT_OK;
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
    fiat__stream_texts texts = {name, fiat__buf_str(&schema), fiat__buf_str(&stream), NULL, false};
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
            status = add_texts(
                registry,
                (fiat__stream_texts){row->name, row->json_schema, row->stream, NULL, false}, config,
                err);
    return status;
}

static int compare(const void *a, const void *b) {
    return strcmp((*(fiat__stream *const *)a)->name, (*(fiat__stream *const *)b)->name);
}

static fiat__stream *find_delivered(const fiat__registry *registry, const char *name) {
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->streams[i]->delivery_name, name) == 0) return registry->streams[i];
    return NULL;
}

static fiat_status check_delivery_names(const fiat__registry *registry, fiat_error *err) {
    for (size_t i = 0; i < registry->count; i++) {
        const fiat__stream *stream = registry->streams[i];
        const fiat__stream *first = find_delivered(registry, stream->delivery_name);
        if (first != stream)
            return fiat__err_set(err, FIAT_E_STREAM_INVALID,
                                 "streams %s and %s are both delivered to \"%s\": change one's "
                                 "\"delivery_stream\"",
                                 first->name, stream->name, stream->delivery_name);
    }
    return FIAT_OK;
}

static fiat_status load(fiat__registry **out, const fiat_config *config, bool delivered,
                        fiat_error *err) {
    *out = NULL;
    const char *dir = fiat__config_string(config, FIAT__SET_SCHEMAS_DIR);
    if (!*dir && fiat__path_is_dir(DEFAULT_DIR)) dir = DEFAULT_DIR;
    fiat__registry *registry = fiat__calloc(1, sizeof *registry);
    if (!registry) return fiat__err_nomem(err);
    registry->delivered = delivered;
    fiat_status status = FIAT_OK;
    if (*dir) {
        registry->dir = fiat__strdup(dir);
        status = registry->dir ? add_folders(registry, config, err) : fiat__err_nomem(err);
    }
    if (status == FIAT_OK) status = add_builtin(registry, config, err);
    if (status == FIAT_OK && delivered) status = check_delivery_names(registry, err);
    if (status != FIAT_OK) {
        fiat__registry_free(registry);
        return status;
    }
    qsort(registry->streams, registry->count, sizeof registry->streams[0], compare);
    *out = registry;
    return FIAT_OK;
}

fiat_status fiat__registry_load(fiat__registry **out, const fiat_config *config, fiat_error *err) {
    return load(out, config, false, err);
}

fiat_status fiat__registry_load_delivered(fiat__registry **out, const fiat_config *config,
                                          fiat_error *err) {
    return load(out, config, true, err);
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

/* A name that differs in less than half of its letters; NULL when there is none. */
static const char *nearest(const fiat__registry *registry, const char *name) {
    const char *best = NULL;
    size_t least = strlen(name) / 2 + 1;
    for (size_t i = 0; i < registry->count; i++) {
        const char *candidate = registry->streams[i]->name;
        size_t distance = fiat__str_distance(fiat__str_c(name), fiat__str_c(candidate));
        if (distance >= least) continue;
        least = distance;
        best = candidate;
    }
    return best;
}

fiat__stream *fiat__registry_find(const fiat__registry *registry, const char *name,
                                  fiat_error *err) {
    size_t low = 0, high = registry->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, registry->streams[middle]->name);
        if (order == 0) return registry->streams[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    const char *near = err ? nearest(registry, name) : NULL;
    fiat__err_set(err, FIAT_E_STREAM_UNKNOWN,
                  "no stream \"%.64s\": there is no %s/%.64s/json_schema.json%s%s%s", name,
                  registry->dir ? registry->dir : DEFAULT_DIR, name,
                  near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return NULL;
}

fiat__stream *fiat__registry_find_delivered(const fiat__registry *registry, const char *name,
                                            fiat_error *err) {
    fiat__stream *stream = find_delivered(registry, name);
    if (!stream)
        fiat__err_set(err, FIAT_E_STREAM_UNKNOWN,
                      "no stream is delivered to \"%.64s\": there is neither %s/%.64s nor a "
                      "stream.json below it with that \"delivery_stream\"",
                      name, registry->dir ? registry->dir : DEFAULT_DIR, name);
    return stream;
}

const fiat__stream *fiat__registry_at(const fiat__registry *registry, size_t index) {
    return registry && index < registry->count ? registry->streams[index] : NULL;
}

fiat__stream *fiat__registry_audit_output(const fiat__registry *registry) {
    return registry->audit_output;
}
