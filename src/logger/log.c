/* The path of one event: text, checks, stamps, queue. Runs on the caller's thread, in that thread's
 * scratch memory; the only lock is the producer's, while the bytes are copied. */
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/object.h"
#include "logger/event.h"
#include "logger/logger_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct scratch {
    fiat_validator *ctx;
    fiat__buf text;      /* an event made from fields or a tree */
    fiat__buf line;      /* an event whose line breaks had to go */
    fiat__buf stamped;   /* an event whose schema must see the stamps */
    uint32_t unmeasured; /* calls until the next one that is measured */
    uint32_t dice;       /* state of the generator of these gaps; not 0 */
};

static pthread_key_t s_scratch_key; /* frees a thread's scratch when the thread ends */
static pthread_once_t s_scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local struct scratch *tl_scratch;

static void scratch_free(void *arg) {
    struct scratch *scratch = arg;
    fiat_validator_free(scratch->ctx);
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
    if (!scratch || fiat_validator_new(&scratch->ctx, err) != FIAT_OK) {
        fiat__free(scratch);
        fiat__err_nomem(err);
        return NULL;
    }
    scratch->dice = (uint32_t)fiat__random_u64() | 1;
    scratch->unmeasured = 1;
    fiat__buf_init(&scratch->text, FIAT_EVENT_MAX_BYTES);
    fiat__buf_init(&scratch->line, FIAT_EVENT_MAX_BYTES);
    fiat__buf_init(&scratch->stamped, FIAT_EVENT_MAX_BYTES);
    pthread_setspecific(s_scratch_key, scratch);
    tl_scratch = scratch;
    return scratch;
}

/* What a thread keeps between events. After a larger one it starts afresh: that may have been the
 * last of its size, and there may be many threads. */
#define SCRATCH_KEEP_BYTES (256 * 1024)
/* No event up to this size that passes can have made scratch memory grow over that. */
#define SMALL_EVENT_BYTES 4096

static void scratch_trim(struct scratch *scratch) {
    size_t bytes = fiat__validator_bytes(scratch->ctx) + scratch->text.cap + scratch->line.cap +
                   scratch->stamped.cap;
    if (bytes <= SCRATCH_KEEP_BYTES) return;
    pthread_setspecific(s_scratch_key, NULL);
    scratch_free(scratch);
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
    fiat__str members = fiat__json_trim(fiat__str_of(object.ptr + 1, object.len - 1));
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

/* ---- what is wrong with an event, in terms of the text that the caller gave ---- */

static bool is_json_error(fiat_status status) {
    return status >= FIAT_E_JSON_SYNTAX && status <= FIAT_E_JSON_DUPLICATE_KEY;
}

/* A duplicate key of the stamped line that is none of the event itself: say so as the schema does
 * where it takes the stamps apart. */
static void blame_stamp(fiat_error *found) {
    char member[64], path[sizeof found->instance_path];
    const char *name = found->instance_path + (found->instance_path[0] == '/');
    fiat__err_copy(member, sizeof member, name, strlen(name));
    memcpy(path, found->instance_path, sizeof path);
    fiat__err_set(found, FIAT_E_EVENT_STAMPED,
                  "member \"%s\" is set by the logger; leave it out of the event or rename it",
                  member);
    memcpy(found->instance_path, path, sizeof path);
}

/* Is the text that the caller gave no JSON? Its errors count bytes from its start, spaces in front
 * and all. */
static bool is_malformed(const fiat__stream *stream, struct scratch *scratch, fiat__str given,
                         fiat_error *found) {
    if (given.len > FIAT_EVENT_MAX_BYTES) given = fiat__json_trim(given);
    fiat_status status = fiat__schema_validate(stream->schema, scratch->ctx, given, found);
    return is_json_error(status);
}

/* The members of the event as they were given and in the stamped line: where they start. */
struct places {
    fiat__str given;
    size_t given_at, line_at;
};

/* Turn what was found in the stamped line back to the given text. */
static fiat_status blame_event(const fiat__stream *stream, struct scratch *scratch,
                               const struct places *places, fiat_error *found) {
    if (is_json_error((fiat_status)found->status)) {
        fiat_error in_given;
        bool collides = found->status == FIAT_E_JSON_DUPLICATE_KEY;
        if (is_malformed(stream, scratch, places->given, &in_given))
            *found = in_given;
        else if (collides)
            blame_stamp(found);
        return (fiat_status)found->status;
    }
    found->offset =
        found->offset >= places->line_at ? found->offset - places->line_at + places->given_at : 0;
    return (fiat_status)found->status;
}

static fiat_status validate_stamped(const fiat__stream *stream, struct scratch *scratch,
                                    const fiat__str *parts, size_t count,
                                    const struct places *places, fiat_error *err) {
    fiat__buf *line = &scratch->stamped;
    fiat__buf_clear(line);
    for (size_t i = 0; i < count; i++)
        fiat__buf_append(line, parts[i].ptr, parts[i].len);
    if (line->failed) return fiat__buf_status(line, err);
    fiat_error found;
    fiat_status status =
        fiat__schema_validate(stream->schema, scratch->ctx, fiat__buf_str(line), &found);
    if (status == FIAT_OK) return FIAT_OK;
    status = blame_event(stream, scratch, places, &found);
    fiat__err_assign(err, &found);
    return status;
}

/* The schema need not see the stamps: validate the text as it is. */
static fiat_status validate_apart(const fiat__stream *stream, struct scratch *scratch,
                                  fiat__str given, fiat__str text, fiat_error *err) {
    fiat_status status = fiat__schema_validate(stream->schema, scratch->ctx, text, err);
    if (status == FIAT_OK || given.ptr == text.ptr || !err) return status;
    if (!is_json_error(status)) {
        err->offset += (size_t)(text.ptr - given.ptr);
    } else {
        fiat_error in_given;
        if (is_malformed(stream, scratch, given, &in_given)) *err = in_given;
    }
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
                            fiat__str given, void *opaque, const char *audit_id, fiat__uuid *id,
                            fiat_error *err) {
    fiat__str text = fiat__json_trim(given);
    fiat_status status = fiat__json_check_object(text, err);
    if (status != FIAT_OK) return status;
    if (text.len > FIAT_EVENT_MAX_BYTES) return too_large(text.len, err);
    if (stream->stamps_apart || text.ptr[0] != '{') { /* the latter is never JSON: it fails */
        status = validate_apart(stream, scratch, given, text, err);
        if (status != FIAT_OK) return status;
    }
    const char *start = text.ptr;
    char head[FIAT__STAMP_HEAD_BYTES];
    fiat__str parts[PART_COUNT];
    int64_t now_ms = fiat__wall_ms(&fiat__clock_system);
    *id = fiat__uuid7(now_ms);
    size_t head_len = fiat__stamp_head(&stream->stamp, head, id, now_ms, audit_id);
    size_t count = stamped_parts(stream, fiat__str_of(head, head_len), text, parts);
    size_t len = total_len(parts, count);
    if (len > FIAT_EVENT_MAX_BYTES) return too_large(len, err);
    if (!stream->stamps_apart) {
        fiat__str members = parts[count - 1];
        const struct places places = {
            given, (size_t)(start - given.ptr) + (size_t)(members.ptr - text.ptr),
            len - members.len};
        status = validate_stamped(stream, scratch, parts, count, &places, err);
        if (status != FIAT_OK) return status;
    }
    /* Not before: a line break inside a string is an error, and must be seen as one. */
    if ((status = to_one_line(&text, &scratch->line, err)) != FIAT_OK) return status;
    if (text.ptr != start) count = stamped_parts(stream, fiat__str_of(head, head_len), text, parts);
    fiat__producer_stream *queue;
    status = queue_of(logger, stream, &queue, err);
    if (status != FIAT_OK) return status;
    return fiat__producer_append(queue, parts, count, stream->stamp.id ? id : NULL, opaque, err);
}

/* One call in thirty-two is measured: reading the clock twice costs as much as a tenth of a small
 * event. The gaps are random (Marsaglia's xorshift), for what costs more may come at regular
 * distances, such as the call that seals a record. */
#define MEASURE_GAP_MAX 63 /* from 1: thirty-two on average */

static bool is_measured(struct scratch *scratch) {
    if (--scratch->unmeasured) return false;
    scratch->dice ^= scratch->dice << 13;
    scratch->dice ^= scratch->dice >> 17;
    scratch->dice ^= scratch->dice << 5;
    scratch->unmeasured = 1 + scratch->dice % MEASURE_GAP_MAX;
    return true;
}

static void measure(fiat_logger *logger, int64_t since_ns) {
    int64_t took_ns = fiat__mono_ns(&fiat__clock_system) - since_ns;
    fiat__window_add(logger->call_ns, took_ns > 0 ? (uint64_t)took_ns : 0, 1);
}

static void count_refused(fiat_logger *logger, const fiat__stream *stream, fiat_status status,
                          const fiat_error *err) {
    fiat__producer_count_refused(logger->producer);
    fiat__refusals_count(stream->refusals, status, err->keyword);
}

fiat_status fiat__logger_log(fiat_logger *logger, fiat__stream *stream, fiat_event event,
                             const char *audit_id, fiat__uuid *id_out, fiat_error *err) {
    struct scratch *scratch = tl_scratch ? tl_scratch : scratch_new(err);
    fiat_error found;
    if (!err) err = &found; /* statistics want the keyword all the same */
    int64_t since_ns =
        scratch && is_measured(scratch) ? fiat__mono_ns(&fiat__clock_system) : INT64_MIN;
    fiat__uuid id;
    fiat__str text;
    fiat_status status =
        scratch ? fiat__event_text(event, logger->max_depth, &scratch->text, &text, err)
                : FIAT_E_NOMEM;
    if (status == FIAT_OK)
        status = log_text(logger, stream, scratch, text, event.opaque, audit_id, &id, err);
    if (status != FIAT_OK)
        count_refused(logger, stream, status, err);
    else if (id_out)
        *id_out = id;
    if (scratch && (status != FIAT_OK || text.len > SMALL_EVENT_BYTES)) scratch_trim(scratch);
    if (since_ns != INT64_MIN) measure(logger, since_ns);
    return status;
}
