/* The registry of streams, their state files, and tags; see stream.h. */
#include "local/stream.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* https://docs.aws.amazon.com/firehose/latest/dev/limits.html */
#define STREAMS_MAX     5000
#define STATE_MAX_BYTES (1024 * 1024)
#define STATE_SUFFIX    ".json"
#define ACCOUNT         "000000000000"

void fiat__registry_log(const fiat__registry *registry, const char *format, ...) {
    if (!registry->opts->log) return;
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    registry->opts->log(registry->opts->log_ctx, line);
}

/* --- one stream ------------------------------------------------------------------------------- */

fiat__stream *fiat__stream_new(const fiat__registry *registry, const char *name,
                               const char *region) {
    fiat__stream *stream = fiat__calloc(1, sizeof *stream);
    if (!stream) return NULL;
    stream->refs = 1;
    stream->version = 1;
    stream->created_ms = fiat__wall_ms(registry->clock);
    stream->sealed_tail = &stream->sealed;
    fiat__mutex_init(&stream->lock);
    fiat__err_copy(stream->name, sizeof stream->name, name, strlen(name));
    snprintf(stream->arn, sizeof stream->arn,
             "arn:aws:firehose:%.32s:" ACCOUNT ":deliverystream/%s",
             region && *region ? region : "us-east-1", stream->name);
    return stream;
}

void fiat__local_stream_free(fiat__stream *stream) {
    fiat__segment_close(stream->open, false);
    for (fiat__segment *next; stream->sealed; stream->sealed = next) {
        next = stream->sealed->next;
        fiat__segment_close(stream->sealed, false);
    }
    for (size_t i = 0; i < stream->tag_count; i++) {
        fiat__free(stream->tags[i].key);
        fiat__free(stream->tags[i].value);
    }
    fiat__free(stream->tags);
    fiat__destination_deinit(&stream->destination);
    fiat__mutex_deinit(&stream->lock);
    fiat__free(stream);
}

/* Place of the tag, or where it would go. */
static size_t find_tag(const fiat__stream *stream, const char *key, bool *found) {
    size_t at = 0;
    while (at < stream->tag_count && strcmp(stream->tags[at].key, key) < 0)
        at++;
    *found = at < stream->tag_count && strcmp(stream->tags[at].key, key) == 0;
    return at;
}

fiat_status fiat__stream_set_tag(fiat__stream *stream, const char *key, const char *value,
                                 fiat_error *err) {
    bool found;
    const size_t at = find_tag(stream, key, &found);
    fiat__tag tag = {found ? stream->tags[at].key : fiat__strdup(key),
                     value ? fiat__strdup(value) : NULL};
    fiat_status status = FIAT_OK;
    fiat__tag *more = stream->tags;
    if (!tag.key || (value && !tag.value))
        status = fiat__err_nomem(err);
    else if (!found && stream->tag_count >= FIAT__STREAM_TAGS_MAX)
        status = fiat__err_set(err, FIAT_E_LIMIT, "stream %s: more than %d tags", stream->name,
                               FIAT__STREAM_TAGS_MAX);
    else if (!found)
        more = fiat__realloc_array(stream->tags, stream->tag_count + 1, sizeof *more);
    if (status == FIAT_OK && !more) status = fiat__err_nomem(err);
    if (status != FIAT_OK) {
        if (!found) fiat__free(tag.key);
        fiat__free(tag.value);
        return status;
    }
    stream->tags = more;
    if (found) {
        fiat__free(stream->tags[at].value);
    } else {
        memmove(&more[at + 1], &more[at], (stream->tag_count - at) * sizeof *more);
        stream->tag_count++;
    }
    stream->tags[at] = tag;
    return FIAT_OK;
}

void fiat__stream_drop_tag(fiat__stream *stream, const char *key) {
    bool found;
    const size_t at = find_tag(stream, key, &found);
    if (!found) return;
    fiat__free(stream->tags[at].key);
    fiat__free(stream->tags[at].value);
    stream->tag_count--;
    memmove(&stream->tags[at], &stream->tags[at + 1],
            (stream->tag_count - at) * sizeof *stream->tags);
}

/* --- state files ------------------------------------------------------------------------------ */

static void write_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value ? value : "");
}

static void write_state(fiat__buf *out, const fiat__stream *stream) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    write_text(out, &first, "name", stream->name);
    write_text(out, &first, "bucket", fiat__destination_bucket(&stream->destination));
    write_text(out, &first, "prefix", stream->destination.prefix);
    fiat__json_write_key(out, &first, "created");
    fiat__buf_printf(out, "%lld.%03d", (long long)(stream->created_ms / 1000),
                     (int)(stream->created_ms % 1000));
    write_text(out, &first, "arn", stream->arn);
    write_text(out, &first, "status", stream->deleting ? "DELETING" : "ACTIVE");
    fiat__json_write_key(out, &first, "extended");
    fiat__buf_append_c(out, stream->extended ? "true" : "false");
    fiat__json_write_key(out, &first, "encrypted");
    fiat__buf_append_c(out, stream->encrypted ? "true" : "false");
    fiat__json_write_key(out, &first, "version");
    fiat__json_write_uint(out, stream->version);
    fiat__json_write_key(out, &first, "destination");
    fiat__buf_append_char(out, '{');
    fiat__destination_write(out, &stream->destination, stream->extended);
    fiat__buf_append_c(out, "},\"tags\":[");
    for (size_t i = 0; i < stream->tag_count; i++) {
        bool tag_first = true;
        fiat__buf_append_c(out, i ? ",{" : "{");
        write_text(out, &tag_first, "Key", stream->tags[i].key);
        if (stream->tags[i].value) write_text(out, &tag_first, "Value", stream->tags[i].value);
        fiat__buf_append_char(out, '}');
    }
    fiat__buf_append_c(out, "]}\n");
}

static char *state_path(const fiat__registry *registry, const char *name) {
    char file[FIAT__STREAM_NAME_BYTES + sizeof STATE_SUFFIX];
    snprintf(file, sizeof file, "%s" STATE_SUFFIX, name);
    return fiat__path_join(registry->streams_dir, file);
}

fiat_status fiat__stream_save(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    fiat__buf text;
    fiat__buf_init(&text, STATE_MAX_BYTES);
    write_state(&text, stream);
    char *path = state_path(registry, stream->name);
    fiat_status status = path ? fiat__buf_status(&text, err) : fiat__err_nomem(err);
    if (status == FIAT_OK)
        status = fiat__file_replace(path, fiat__buf_str(&text), registry->opts->sync, err);
    fiat__free(path);
    fiat__buf_deinit(&text);
    return status;
}

static fiat_status read_tags(fiat__stream *stream, const fiat__doc *tags, fiat_error *err) {
    for (tags = fiat__doc_first(tags); tags; tags = fiat__doc_next(tags)) {
        const char *key = NULL, *value = NULL;
        fiat__doc_string(fiat__doc_get(tags, "Value"), &value);
        if (!fiat__doc_string(fiat__doc_get(tags, "Key"), &key)) continue;
        fiat_status status = fiat__stream_set_tag(stream, key, value, err);
        if (status != FIAT_OK) return status;
    }
    return FIAT_OK;
}

/* Fill in a stream from its state, with the checks that a request goes through. */
static fiat_status read_state(fiat__stream *stream, const fiat__doc *doc, fiat_error *err) {
    const char *text = NULL;
    double created = 0;
    int64_t version = 1;
    fiat__check check;
    fiat__reply reply;
    fiat__check_init(&check);
    fiat__reply_init(&reply);
    fiat__doc_bool(fiat__doc_get(doc, "extended"), &stream->extended);
    fiat__doc_bool(fiat__doc_get(doc, "encrypted"), &stream->encrypted);
    if (fiat__doc_integer(fiat__doc_get(doc, "version"), &version) && version > 0 &&
        version < UINT32_MAX)
        stream->version = (unsigned)version;
    fiat__destination_read(&stream->destination, fiat__doc_get(doc, "destination"),
                           stream->extended, &check, &reply);
    fiat_status status = FIAT_OK;
    if (!fiat__check_done(&check, &reply) || reply.http_status != 0)
        status = fiat__err_set(err, FIAT_E_CONFIG, "destination: %s", fiat__buf_cstr(&reply.body));
    fiat__reply_deinit(&reply);
    if (fiat__doc_string(fiat__doc_get(doc, "arn"), &text))
        fiat__err_copy(stream->arn, sizeof stream->arn, text, strlen(text));
    if (fiat__doc_string(fiat__doc_get(doc, "status"), &text))
        stream->deleting = strcmp(text, "DELETING") == 0;
    if (fiat__doc_double(fiat__doc_get(doc, "created"), &created) && created > 0 && created < 1e11)
        stream->created_ms = (int64_t)(created * 1000 + 0.5);
    if (status == FIAT_OK) status = read_tags(stream, fiat__doc_get(doc, "tags"), err);
    return status;
}

/* --- the registry ----------------------------------------------------------------------------- */

/* Place of the name, or where it would go. @locks registry->lock held */
static size_t find(const fiat__registry *registry, const char *name, bool *found) {
    size_t low = 0, high = registry->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (strcmp(registry->streams[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < registry->count && strcmp(registry->streams[low]->name, name) == 0;
    return low;
}

/* @locks registry->lock held, or no threads yet. The stream is taken only on success. */
static fiat_status insert(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    bool found;
    const size_t at = find(registry, stream->name, &found);
    if (found) return fiat__err_set(err, FIAT_E_ARG, "stream %s exists already", stream->name);
    if (registry->count >= STREAMS_MAX)
        return fiat__err_set(err, FIAT_E_LIMIT, "more than %d streams", STREAMS_MAX);
    if (registry->count == registry->cap) {
        const size_t cap = registry->cap ? registry->cap * 2 : 16;
        fiat__stream **more = fiat__realloc_array(registry->streams, cap, sizeof *more);
        if (!more) return fiat__err_nomem(err);
        registry->streams = more;
        registry->cap = cap;
    }
    memmove(&registry->streams[at + 1], &registry->streams[at],
            (registry->count - at) * sizeof *registry->streams);
    registry->streams[at] = stream;
    registry->count++;
    return FIAT_OK;
}

/* @locks registry->lock held */
static void take_out(fiat__registry *registry, const fiat__stream *stream) {
    bool found;
    const size_t at = find(registry, stream->name, &found);
    if (!found || registry->streams[at] != stream) return;
    registry->count--;
    memmove(&registry->streams[at], &registry->streams[at + 1],
            (registry->count - at) * sizeof *registry->streams);
}

fiat_status fiat__registry_add(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    fiat__mutex_lock(&registry->lock);
    fiat_status status = insert(registry, stream, err);
    if (status == FIAT_OK) {
        status = fiat__stream_save(registry, stream, err);
        if (status != FIAT_OK) take_out(registry, stream);
    }
    fiat__mutex_unlock(&registry->lock);
    if (status != FIAT_OK) fiat__local_stream_free(stream);
    return status;
}

fiat__stream *fiat__registry_acquire(fiat__registry *registry, const char *name) {
    bool found;
    fiat__mutex_lock(&registry->lock);
    const size_t at = find(registry, name, &found);
    fiat__stream *stream = found ? registry->streams[at] : NULL;
    if (stream) stream->refs++;
    fiat__mutex_unlock(&registry->lock);
    return stream;
}

fiat_status fiat__registry_acquire_all(fiat__registry *registry, fiat__stream ***out, size_t *count,
                                       fiat_error *err) {
    fiat__mutex_lock(&registry->lock);
    *count = registry->count;
    *out = fiat__calloc(registry->count + 1, sizeof **out);
    for (size_t i = 0; *out && i < registry->count; i++) {
        (*out)[i] = registry->streams[i];
        (*out)[i]->refs++;
    }
    fiat__mutex_unlock(&registry->lock);
    return *out ? FIAT_OK : fiat__err_nomem(err);
}

void fiat__registry_release(fiat__registry *registry, fiat__stream *stream) {
    fiat__mutex_lock(&registry->lock);
    const bool last = --stream->refs == 0;
    fiat__mutex_unlock(&registry->lock);
    if (last) fiat__local_stream_free(stream);
}

void fiat__registry_remove(fiat__registry *registry, fiat__stream *stream) {
    char *path = state_path(registry, stream->name);
    char *dir = fiat__stream_buffer_dir(registry, stream);
    fiat__mutex_lock(&registry->lock);
    take_out(registry, stream);
    /* Under the lock: a new stream of this name may be made as soon as it is given up. */
    if (dir) rmdir(dir); /* fails, as it should, when something damaged was kept in it */
    if (path) unlink(path);
    fiat__mutex_unlock(&registry->lock);
    fiat__free(path);
    fiat__free(dir);
    fiat__registry_release(registry, stream);
}

void fiat__registry_wake(fiat__registry *registry) {
    fiat__mutex_lock(&registry->lock);
    registry->woken = true;
    fiat__cond_signal(&registry->wake);
    fiat__mutex_unlock(&registry->lock);
}

static fiat_status load_one(fiat__registry *registry, fiat__str name, fiat_error *err) {
    char text[FIAT__STREAM_NAME_BYTES + 1];
    if (name.len > FIAT__STREAM_NAME_BYTES)
        return fiat__err_set(err, FIAT_E_CONFIG, "%s/%.*s" STATE_SUFFIX ": name too long",
                             registry->streams_dir, (int)name.len, name.ptr);
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    fiat__doc *doc = NULL;
    fiat__stream *stream = NULL;
    char *path = state_path(registry, text);
    fiat_status status =
        path ? fiat__doc_read(&doc, path, STATE_MAX_BYTES, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) {
        stream = fiat__stream_new(registry, text, NULL);
        status = stream ? read_state(stream, doc, err) : fiat__err_nomem(err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "%s", path);
    }
    if (status == FIAT_OK) status = fiat__stream_recover(registry, stream, err);
    if (status == FIAT_OK) status = insert(registry, stream, err);
    if (status != FIAT_OK && stream) fiat__local_stream_free(stream);
    fiat__doc_free(doc);
    fiat__free(path);
    return status;
}

static fiat_status load_all(fiat__registry *registry, fiat_error *err) {
    char **names = NULL;
    size_t count = 0;
    const fiat__str suffix = fiat__str_c(STATE_SUFFIX);
    fiat_status status = fiat__dir_list(registry->streams_dir, &names, &count, err);
    for (size_t i = 0; status == FIAT_OK && i < count; i++) {
        const fiat__str name = fiat__str_c(names[i]);
        if (fiat__str_ends(name, suffix))
            status = load_one(registry, fiat__str_of(name.ptr, name.len - suffix.len), err);
    }
    fiat__dir_free_list(names, count);
    return status;
}

/* What may have just been made: DIR/.fiat and the folders in it. */
static fiat_status sync_folders(const char *data_dir, fiat_error *err) {
    char *state = fiat__path_join(data_dir, ".fiat");
    fiat_status status = state ? fiat__dir_sync(state, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__dir_sync(data_dir, err);
    fiat__free(state);
    return status;
}

fiat_status fiat__registry_open(fiat__registry *registry, const fiat__local_opts *opts,
                                fiat_error *err) {
    *registry =
        (fiat__registry){.opts = opts, .clock = opts->clock ? opts->clock : &fiat__clock_system};
    fiat__mutex_init(&registry->lock);
    fiat__cond_init(&registry->wake);
    registry->streams_dir = fiat__path_join(opts->data_dir, ".fiat/streams");
    registry->buffer_dir = fiat__path_join(opts->data_dir, ".fiat/buffer");
    fiat_status status =
        registry->streams_dir && registry->buffer_dir ? FIAT_OK : fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__dir_make(registry->streams_dir, err);
    if (status == FIAT_OK) status = fiat__dir_make(registry->buffer_dir, err);
    if (status == FIAT_OK && opts->sync) status = sync_folders(opts->data_dir, err);
    if (status == FIAT_OK) status = load_all(registry, err);
    if (status != FIAT_OK) fiat__registry_close(registry);
    return status;
}

void fiat__registry_close(fiat__registry *registry) {
    for (size_t i = 0; i < registry->count; i++)
        fiat__local_stream_free(registry->streams[i]);
    fiat__free(registry->streams);
    fiat__free(registry->streams_dir);
    fiat__free(registry->buffer_dir);
    fiat__mutex_deinit(&registry->lock);
    fiat__cond_deinit(&registry->wake);
    *registry = (fiat__registry){0};
}
