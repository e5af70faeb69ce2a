/* A stream's buffer: one open segment that takes records, and sealed ones on their way to become
 * objects. Requests append under the stream's lock; the delivery thread writes objects without it,
 * which is sound because it alone takes segments off the sealed list and sealed segments no longer
 * change. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "local/stream.h"
#include "producer/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_FIRST_MS 1000
#define RETRY_MOST_MS  30000
#define SEGMENT_SUFFIX ".seg"
#define NUMBER_DIGITS  16

char *fiat__stream_buffer_dir(const fiat__registry *registry, const fiat__stream *stream) {
    char name[FIAT__STREAM_NAME_BYTES + 8];
    /* The suffix makes folders of the names "." and ".." too, which AWS allows. */
    snprintf(name, sizeof name, "%s.d", stream->name);
    return fiat__path_join(registry->buffer_dir, name);
}

static int64_t interval_ms(const fiat__registry *registry, const fiat__stream *stream) {
    const int64_t given = registry->opts->interval_ms;
    return given >= 0 ? given : stream->destination.interval_s * 1000;
}

static uint64_t size_bytes(const fiat__registry *registry, const fiat__stream *stream) {
    const int64_t given = registry->opts->size_bytes;
    return (uint64_t)(given >= 0 ? given : stream->destination.size_mb * 1024 * 1024);
}

/* --- the open segment ------------------------------------------------------------------------- */

/* BUCKET/PREFIXNAME: fixed now, so that it is the same whenever it is written. */
static fiat_status make_object_path(const fiat__registry *registry, const fiat__stream *stream,
                                    fiat__buf *out, fiat_error *err) {
    const int64_t now_ms = fiat__wall_ms(registry->clock);
    const fiat__uuid uuid = fiat__uuid7(now_ms);
    char uuid_text[FIAT__UUID_LEN + 1] = "";
    fiat__uuid_write(uuid_text, &uuid);
    const fiat__prefix_values values = {.stream = stream->name, .time_ms = now_ms};
    fiat__buf_printf(out, "%s/", fiat__destination_bucket(&stream->destination));
    fiat_status status = fiat__prefix_expand(out, fiat__str_c(stream->destination.prefix),
                                             FIAT__PREFIX_DATA, &values, err);
    if (status != FIAT_OK) return status;
    return fiat__object_name(out, stream->name, stream->version, now_ms, uuid_text,
                             fiat__destination_extension(&stream->destination), err);
}

/* @locks stream->lock held */
static fiat_status open_segment(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    fiat__buf object, path;
    fiat__buf_init(&object, 4 * FIAT__KEY_MAX_BYTES);
    fiat__buf_init(&path, 64 * 1024);
    char *dir = fiat__stream_buffer_dir(registry, stream);
    fiat_status status = dir ? fiat__dir_make(dir, err) : fiat__err_nomem(err);
    if (status == FIAT_OK && registry->opts->sync)
        status = fiat__dir_sync(registry->buffer_dir, err); /* it may be new */
    if (status == FIAT_OK) status = make_object_path(registry, stream, &object, err);
    if (status == FIAT_OK) {
        fiat__buf_printf(&path, "%s/%0*llu" SEGMENT_SUFFIX, dir, NUMBER_DIGITS,
                         (unsigned long long)stream->next_segment);
        status = fiat__buf_status(&path, err);
    }
    if (status == FIAT_OK)
        status = fiat__segment_create(&stream->open, fiat__buf_cstr(&path), fiat__buf_cstr(&object),
                                      stream->destination.gzip, registry->opts->sync, err);
    if (status == FIAT_OK) {
        stream->next_segment++;
        stream->open->opened_ms = fiat__mono_ms(registry->clock);
    }
    fiat__free(dir);
    fiat__buf_deinit(&object);
    fiat__buf_deinit(&path);
    return status;
}

/* @locks stream->lock held */
static void seal(fiat__stream *stream) {
    fiat__segment *segment = stream->open;
    if (!segment) return;
    stream->open = NULL;
    segment->next = NULL;
    *stream->sealed_tail = segment;
    stream->sealed_tail = &segment->next;
}

fiat_status fiat__stream_put(fiat__registry *registry, fiat__stream *stream,
                             const fiat__str *records, size_t count, fiat_error *err) {
    fiat_status status = FIAT_OK;
    fiat__mutex_lock(&stream->lock);
    bool wake = !stream->open; /* the delivery thread has to learn when it will be due */
    if (stream->deleting)
        status = fiat__err_set(err, FIAT_E_NOT_FOUND, "stream %s is being deleted", stream->name);
    if (status == FIAT_OK && !stream->open) status = open_segment(registry, stream, err);
    if (status == FIAT_OK)
        status = fiat__segment_append(stream->open, records, count,
                                      fiat__destination_delimiter(&stream->destination),
                                      registry->opts->sync, err);
    if (stream->open && (stream->open->broken || interval_ms(registry, stream) == 0 ||
                         stream->open->data_bytes >= size_bytes(registry, stream))) {
        seal(stream);
        wake = true;
    }
    fiat__mutex_unlock(&stream->lock);
    if (wake) fiat__registry_wake(registry);
    return status;
}

/* --- delivery --------------------------------------------------------------------------------- */

/* Take the oldest sealed segment off the list, with its file. @locks stream->lock held */
static void drop_first(fiat__stream *stream) {
    fiat__segment *segment = stream->sealed;
    stream->sealed = segment->next;
    if (!stream->sealed) stream->sealed_tail = &stream->sealed;
    fiat__segment_close(segment, true);
}

static void put_off(fiat__registry *registry, fiat__stream *stream, const fiat_error *err) {
    const int64_t doubled = stream->retry_wait_ms * 2;
    stream->retry_wait_ms = stream->retry_wait_ms == 0 ? RETRY_FIRST_MS
                            : doubled > RETRY_MOST_MS  ? RETRY_MOST_MS
                                                       : doubled;
    stream->retry_at_ms = fiat__mono_ms(registry->clock) + stream->retry_wait_ms;
    fiat__registry_log(registry, "stream %s: cannot deliver, the records stay in the buffer: %s",
                       stream->name, err->message);
}

/* Write the sealed segments, oldest first. @locks stream->lock held, but not during I/O */
static bool deliver_sealed(fiat__registry *registry, fiat__stream *stream) {
    while (stream->sealed) {
        fiat__segment *segment = stream->sealed;
        fiat_error err = FIAT_ERROR_INIT;
        fiat_status status = FIAT_OK;
        fiat__mutex_unlock(&stream->lock);
        if (segment->data_bytes > 0)
            status = fiat__segment_deliver(segment, registry->opts->data_dir, registry->opts->sync,
                                           &err);
        fiat__mutex_lock(&stream->lock);
        if (status != FIAT_OK) {
            put_off(registry, stream, &err);
            return false;
        }
        stream->retry_wait_ms = 0;
        drop_first(stream);
    }
    return true;
}

bool fiat__stream_deliver(fiat__registry *registry, fiat__stream *stream, bool all,
                          int64_t *next_ms) {
    const int64_t now_ms = fiat__mono_ms(registry->clock);
    bool done = true;
    fiat__mutex_lock(&stream->lock);
    if (stream->open && (all || stream->deleting ||
                         now_ms - stream->open->opened_ms >= interval_ms(registry, stream)))
        seal(stream);
    const bool waiting = stream->retry_wait_ms > 0 && now_ms < stream->retry_at_ms;
    if (all || !waiting) done = deliver_sealed(registry, stream);
    const bool gone = stream->deleting && !stream->open && !stream->sealed;
    int64_t due_ms = INT64_MAX;
    if (stream->open) due_ms = stream->open->opened_ms + interval_ms(registry, stream);
    if (stream->sealed && stream->retry_at_ms < due_ms) due_ms = stream->retry_at_ms;
    if (due_ms < *next_ms) *next_ms = due_ms;
    fiat__mutex_unlock(&stream->lock);
    if (gone) fiat__registry_remove(registry, stream);
    return done;
}

/* --- after a crash ---------------------------------------------------------------------------- */

static fiat_status recover_one(fiat__registry *registry, fiat__stream *stream, const char *path,
                               fiat_error *err) {
    uint64_t cut_bytes = 0;
    bool damaged = false;
    fiat_status status = fiat__segment_recover(&stream->open, path, &cut_bytes, &damaged, err);
    if (status != FIAT_OK) return status;
    if (damaged)
        fiat__registry_log(registry, "%s was damaged: its last %llu bytes are kept in %s.damaged",
                           path, (unsigned long long)cut_bytes, path);
    seal(stream);
    return FIAT_OK;
}

fiat_status fiat__stream_recover(fiat__registry *registry, fiat__stream *stream, fiat_error *err) {
    char **names = NULL;
    size_t count = 0;
    char *dir = fiat__stream_buffer_dir(registry, stream);
    if (!dir) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    if (fiat__path_is_dir(dir)) status = fiat__dir_list(dir, &names, &count, err);
    for (size_t i = 0; status == FIAT_OK && i < count; i++) { /* sorted: oldest first */
        if (!fiat__str_ends(fiat__str_c(names[i]), fiat__str_c(SEGMENT_SUFFIX))) continue;
        const unsigned long long number = strtoull(names[i], NULL, 10);
        if (number >= stream->next_segment) stream->next_segment = number + 1;
        char *path = fiat__path_join(dir, names[i]);
        status = path ? recover_one(registry, stream, path, err) : fiat__err_nomem(err);
        fiat__free(path);
    }
    fiat__dir_free_list(names, count);
    fiat__free(dir);
    return status;
}
