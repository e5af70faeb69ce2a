/* The path of one event: text, checks, stamps, queue. Runs on the caller's thread, in that thread's
 * scratch memory; the only lock is the producer's, while the bytes are copied. */
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "logger/event.h"
#include "logger/logger_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct scratch {
    fiat__schema_ctx *ctx;
    fiat__buf text;    /* an event made from fields or a tree */
    fiat__buf line;    /* an event whose line breaks had to go */
    fiat__buf stamped; /* an event whose schema must see the stamps */
};

static pthread_key_t s_scratch_key; /* frees a thread's scratch when the thread ends */
static pthread_once_t s_scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local struct scratch *tl_scratch;

static void scratch_free(void *arg) {
    struct scratch *scratch = arg;
    fiat__schema_ctx_free(scratch->ctx);
    fiat__buf_deinit(&scratch->text);
    fiat__buf_deinit(&scratch->line);
    fiat__buf_deinit(&scratch->stamped);
    fiat__free(scratch);
    tl_scratch = NULL;
}

static void scratch_key_make(void) {
    if (pthread_key_create(&s_scratch_key, scratch_free) == 0) return;
    fprintf(stderr, "fiat: pthread_key_create failed\n");
    abort();
}

static struct scratch *scratch_new(fiat_error *err) {
    pthread_once(&s_scratch_once, scratch_key_make);
    struct scratch *scratch = fiat__calloc(1, sizeof *scratch);
    if (!scratch || fiat__schema_ctx_new(&scratch->ctx, err) != FIAT_OK) {
        fiat__free(scratch);
        fiat__err_nomem(err);
        return NULL;
    }
    fiat__buf_init(&scratch->text, FIAT_EVENT_MAX_BYTES);
    fiat__buf_init(&scratch->line, FIAT_EVENT_MAX_BYTES);
    fiat__buf_init(&scratch->stamped, FIAT_EVENT_MAX_BYTES);
    pthread_setspecific(s_scratch_key, scratch);
    tl_scratch = scratch;
    return scratch;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static fiat__str trim(fiat__str text) {
    while (text.len && is_space(text.ptr[0]))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* A value that is JSON but no object gets its own error; anything else is left to the parser. */
static fiat_status check_object(fiat__str text, fiat_error *err) {
    if (text.len == 0) return fiat__err_set(err, FIAT_E_JSON_SYNTAX, "event is empty");
    if (text.ptr[0] == '{' || !strchr("[\"tfn-0123456789", text.ptr[0])) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_JSON_NOT_OBJECT,
                         "event is not a JSON object: it starts with '%c'", text.ptr[0]);
}

static fiat_status too_large(size_t bytes, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_EVENT_TOO_LARGE,
                         "event has %zu bytes with its stamps; at most %d fit a record", bytes,
                         FIAT_EVENT_MAX_BYTES);
}

/* JSON text holds line breaks only as white space between tokens: a space says the same. */
static fiat_status to_one_line(fiat__str *text, fiat__buf *line, fiat_error *err) {
    if (!memchr(text->ptr, '\n', text->len) && !memchr(text->ptr, '\r', text->len)) return FIAT_OK;
    fiat__buf_clear(line);
    if (!fiat__buf_append(line, text->ptr, text->len)) return fiat__buf_status(line, err);
    for (size_t i = 0; i < line->len; i++)
        if (line->ptr[i] == '\n' || line->ptr[i] == '\r') line->ptr[i] = ' ';
    *text = fiat__buf_str(line);
    return FIAT_OK;
}

/* The stamped event: head, constant stamps, and the event's own text after its '{'. */
#define PART_COUNT 5

static size_t stamped_parts(const fiat__stream *stream, fiat__str head, fiat__str object,
                            fiat__str parts[PART_COUNT]) {
    const fiat__str comma = {",", 1};
    fiat__str constant = fiat__buf_str(&stream->stamp.constant);
    fiat__str members = trim(fiat__str_of(object.ptr + 1, object.len - 1));
    size_t count = 0;
    parts[count++] = head;
    if (constant.len) {
        if (head.len > 1) parts[count++] = comma;
        parts[count++] = constant;
    }
    if (members.len > 1 && (head.len > 1 || constant.len)) parts[count++] = comma;
    parts[count++] = members;
    return count;
}

static size_t total_len(const fiat__str *parts, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    return len;
}

/* Turn what was found in the stamped line back to the event that the caller gave. */
static fiat_status blame_event(const fiat__stream *stream, fiat_error *err, size_t added) {
    const char *name = err->instance_path + (err->instance_path[0] == '/');
    if (err->status == FIAT_E_JSON_DUPLICATE_KEY && fiat__stamp_adds(&stream->stamp, name)) {
        char member[32];
        fiat__err_copy(member, sizeof member, name, strlen(name));
        return fiat__err_set(err, FIAT_E_EVENT_STAMPED,
                             "member \"%s\" is stamped by the logger: leave it out", member);
    }
    err->offset = err->offset > added ? err->offset - added + 1 : 0;
    return (fiat_status)err->status;
}

static fiat_status validate_stamped(const fiat__stream *stream, struct scratch *scratch,
                                    const fiat__str *parts, size_t count, fiat_error *err) {
    fiat__buf *line = &scratch->stamped;
    fiat__buf_clear(line);
    for (size_t i = 0; i < count; i++)
        fiat__buf_append(line, parts[i].ptr, parts[i].len);
    if (line->failed) return fiat__buf_status(line, err);
    fiat_error found;
    fiat_status status =
        fiat__schema_validate(stream->schema, scratch->ctx, fiat__buf_str(line), &found);
    if (status == FIAT_OK) return FIAT_OK;
    status = blame_event(stream, &found, total_len(parts, count - 1));
    fiat__err_assign(err, &found);
    return status;
}

static fiat_status queue_of(fiat_logger *logger, fiat__stream *stream,
                            fiat__producer_stream **queue, fiat_error *err) {
    *queue = atomic_load_explicit(&stream->queue, memory_order_acquire);
    if (*queue) return FIAT_OK;
    fiat_status status =
        fiat__producer_stream_get(logger->producer, stream->delivery_name, queue, err);
    if (status == FIAT_OK) atomic_store_explicit(&stream->queue, *queue, memory_order_release);
    return status;
}

static fiat_status log_text(fiat_logger *logger, fiat__stream *stream, struct scratch *scratch,
                            fiat__str text, void *opaque, const char *audit_id, fiat__uuid *id,
                            fiat_error *err) {
    fiat_status status = check_object(text = trim(text), err);
    if (status != FIAT_OK) return status;
    if (text.len > FIAT_EVENT_MAX_BYTES) return too_large(text.len, err);
    if (stream->stamps_apart) {
        status = fiat__schema_validate(stream->schema, scratch->ctx, text, err);
        if (status != FIAT_OK) return status;
    }
    char head[FIAT__STAMP_HEAD_BYTES];
    fiat__str parts[PART_COUNT];
    int64_t now_ms = fiat__wall_ms(&fiat__clock_system);
    *id = fiat__uuid7(now_ms);
    if ((status = to_one_line(&text, &scratch->line, err)) != FIAT_OK) return status;
    size_t head_len = fiat__stamp_head(&stream->stamp, head, id, now_ms, audit_id);
    size_t count = stamped_parts(stream, fiat__str_of(head, head_len), text, parts);
    size_t len = total_len(parts, count);
    if (len > FIAT_EVENT_MAX_BYTES) return too_large(len, err);
    if (!stream->stamps_apart) {
        status = validate_stamped(stream, scratch, parts, count, err);
        if (status != FIAT_OK) return status;
    }
    fiat__producer_stream *queue;
    status = queue_of(logger, stream, &queue, err);
    if (status != FIAT_OK) return status;
    return fiat__producer_append(queue, parts, count, stream->stamp.id ? id : NULL, opaque, err);
}

fiat_status fiat__logger_log(fiat_logger *logger, fiat__stream *stream, fiat_event event,
                             const char *audit_id, fiat__uuid *id_out, fiat_error *err) {
    struct scratch *scratch = tl_scratch ? tl_scratch : scratch_new(err);
    fiat__uuid id;
    fiat__str text;
    fiat_status status =
        scratch ? fiat__event_text(event, logger->max_depth, &scratch->text, &text, err)
                : FIAT_E_NOMEM;
    if (status == FIAT_OK)
        status = log_text(logger, stream, scratch, text, event.opaque, audit_id, &id, err);
    if (status != FIAT_OK)
        atomic_fetch_add_explicit(&logger->refused, 1, memory_order_relaxed);
    else if (id_out)
        *id_out = id;
    return status;
}
