/* The sink `local:DIR`: each batch becomes one object DIR/STREAM/yyyy/MM/dd/HH/NAME.gz, written
 * whole within submit(). Nothing is ever in flight; poll() only waits. Everything but wakeup() runs
 * on the producer's sender thread. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/thread.h"
#include "producer/object.h"
#include "producer/producer.h"

#include <errno.h>

#define STREAM_WORD "!{stream}"

typedef struct local_sink {
    fiat__sink sink; /* first */
    char *dir, *prefix;
    bool gzip, sync;
    const fiat__clock *clock;
    fiat__mutex lock; /* of `woken` */
    fiat__cond wake;
    bool woken;
} local_sink;

/* The prefix with the stream's name in place of !{stream}, which is ours and not Firehose's: one
 * sink serves all streams. */
static fiat_status put_pattern(fiat__buf *out, const char *prefix, const char *stream,
                               fiat_error *err) {
    for (const char *at; (at = strstr(prefix, STREAM_WORD)) != NULL;) {
        fiat__buf_append(out, prefix, (size_t)(at - prefix));
        fiat__buf_append_c(out, stream);
        prefix = at + strlen(STREAM_WORD);
    }
    fiat__buf_append_c(out, prefix);
    return fiat__buf_status(out, err);
}

static fiat_status make_key(local_sink *local, const char *stream, fiat__buf *key,
                            fiat_error *err) {
    const int64_t now_ms = fiat__wall_ms(local->clock);
    const fiat__uuid uuid = fiat__uuid7(now_ms);
    char uuid_text[FIAT__UUID_LEN + 1] = "";
    fiat__uuid_write(uuid_text, &uuid);
    const fiat__prefix_values values = {.stream = stream, .time_ms = now_ms};
    fiat__buf pattern;
    fiat__buf_init(&pattern, 4 * FIAT__PREFIX_MAX_BYTES);
    fiat_status status = put_pattern(&pattern, local->prefix, stream, err);
    if (status == FIAT_OK)
        status = fiat__prefix_expand(key, fiat__buf_str(&pattern), FIAT__PREFIX_DATA, &values, err);
    if (status == FIAT_OK)
        status =
            fiat__object_name(key, stream, 1, now_ms, uuid_text, local->gzip ? ".gz" : "", err);
    fiat__buf_deinit(&pattern);
    return status;
}

/* What a failure to write means for the records, and flags to match. */
static fiat__record_fate fate_of(fiat_error *err) {
    if (err->status == FIAT_E_ARG || err->status == FIAT_E_CONFIG) return FIAT__FATE_TERMINAL;
    if (err->status == FIAT_E_NOMEM || err->sys_code == EIO || err->sys_code == EMFILE ||
        err->sys_code == ENFILE) {
        err->flags |= FIAT_ERRF_RETRYABLE;
        return FIAT__FATE_RETRY;
    }
    err->flags |= FIAT_ERRF_OPERATOR; /* full or read-only disk, permissions, a file in the way */
    return FIAT__FATE_PAUSE;
}

static fiat_status write_batch(local_sink *local, const fiat__sink_batch *batch, fiat__buf *key,
                               fiat_error *err) {
    fiat_status status = make_key(local, batch->stream, key, err);
    if (status != FIAT_OK) return status;
    fiat__object_writer *writer = NULL;
    status = fiat__object_open(&writer, local->dir, fiat__buf_cstr(key), local->gzip, err);
    for (size_t i = 0; status == FIAT_OK && i < batch->count; i++)
        status = fiat__object_append(writer, batch->records[i].data, err);
    if (status == FIAT_OK) return fiat__object_commit(writer, local->sync, err);
    fiat__object_abort(writer);
    return status;
}

static void submit(fiat__sink *sink, fiat__sink_batch *batch) {
    local_sink *local = (local_sink *)sink;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf key;
    fiat__buf_init(&key, 2 * FIAT__KEY_MAX_BYTES);
    fiat__record_fate fate = FIAT__FATE_DELIVERED;
    if (batch->count > 0 && write_batch(local, batch, &key, &err) != FIAT_OK) fate = fate_of(&err);
    for (size_t i = 0; i < batch->count; i++) {
        fiat__sink_record *record = &batch->records[i];
        record->fate = fate;
        record->maybe_delivered = false;
        record->record_id[0] = '\0';
        if (fate == FIAT__FATE_DELIVERED)
            fiat__err_copy(record->record_id, sizeof record->record_id, fiat__buf_cstr(&key),
                           key.len);
        else
            fiat__err_assign(&record->err, &err);
    }
    fiat__buf_deinit(&key);
    batch->done(batch);
}

static void wait_for_wakeup(fiat__sink *sink, int timeout_ms) {
    local_sink *local = (local_sink *)sink;
    fiat__mutex_lock(&local->lock);
    if (!local->woken && timeout_ms > 0) fiat__cond_wait_ms(&local->wake, &local->lock, timeout_ms);
    local->woken = false;
    fiat__mutex_unlock(&local->lock);
}

static void wakeup(fiat__sink *sink) {
    local_sink *local = (local_sink *)sink;
    fiat__mutex_lock(&local->lock);
    local->woken = true;
    fiat__cond_signal(&local->wake);
    fiat__mutex_unlock(&local->lock);
}

static void cancel(fiat__sink *sink) {
    (void)sink;
}

/* The lock may have been held by a thread that did not come along through fork(). */
static fiat_status reopen(fiat__sink *sink, fiat_error *err) {
    local_sink *local = (local_sink *)sink;
    (void)err;
    fiat__mutex_init(&local->lock);
    fiat__cond_init(&local->wake);
    local->woken = false;
    return FIAT_OK;
}

static void free_sink(fiat__sink *sink) {
    local_sink *local = (local_sink *)sink;
    fiat__mutex_deinit(&local->lock);
    fiat__cond_deinit(&local->wake);
    fiat__free(local->dir);
    fiat__free(local->prefix);
    fiat__free(local);
}

static const fiat__sink_vtable s_vtable = {
    .name = "local",
    /* As Firehose has them, so that trying locally shows what production does. */
    .max_batch_records = FIAT__BATCH_MAX_RECORDS,
    .max_batch_bytes = FIAT__BATCH_MAX_BYTES,
    .submit = submit,
    .poll = wait_for_wakeup,
    .wakeup = wakeup,
    .cancel = cancel,
    .free = free_sink,
    .reopen = reopen,
};

/* Would every stream with a usual name get a usable key? */
static fiat_status check_prefix(local_sink *local, fiat_error *err) {
    fiat__buf key;
    fiat__buf_init(&key, 2 * FIAT__KEY_MAX_BYTES);
    fiat_status status = make_key(local, "stream", &key, err);
    if (status == FIAT_OK) status = fiat__object_check_key(fiat__buf_str(&key), err);
    fiat__buf_deinit(&key);
    if (status == FIAT_OK) return FIAT_OK;
    return fiat__err_wrap(err, status, "sink local, prefix \"%s\"", local->prefix);
}

fiat_status fiat__sink_local_new(fiat__sink **out, const char *dir, const fiat__sink_opts *opts,
                                 fiat_error *err) {
    if (!dir || !*dir)
        return fiat__err_set(err, FIAT_E_ARG, "sink local: no folder named; write local:DIR");
    local_sink *local = fiat__calloc(1, sizeof *local);
    if (!local) return fiat__err_nomem(err);
    const bool own = opts->prefix && *opts->prefix;
    local->sink.vtable = &s_vtable;
    local->gzip = opts->gzip;
    local->sync = opts->sync;
    local->clock = opts->clock ? opts->clock : &fiat__clock_system;
    fiat__mutex_init(&local->lock);
    fiat__cond_init(&local->wake);
    local->dir = fiat__strdup(dir);
    local->prefix = fiat__strdup(own ? opts->prefix : STREAM_WORD "/");
    fiat_status status =
        local->dir && local->prefix ? check_prefix(local, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__dir_make(dir, err);
    if (status != FIAT_OK) {
        free_sink(&local->sink);
        return status;
    }
    *out = &local->sink;
    return FIAT_OK;
}
