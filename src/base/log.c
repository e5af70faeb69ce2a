#include "base/log.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STREAM_BYTES  72 /* a name has at most 64 */
#define MESSAGE_BYTES 512

typedef struct topic_row {
    const char *name;
    fiat_log_level level;
} topic_row;

static const topic_row s_topics[FIAT__LOG_TOPIC_COUNT] = {
#define XX(name, text, level, when) [FIAT__LOG_##name] = {text, FIAT_LOG_##level},
    FIAT__LOG_MAP(XX)
#undef XX
};

typedef struct line {
    fiat__log_topic topic;
    int64_t time_ms;
    uint64_t suppressed;
    char stream[STREAM_BYTES];
    char message[MESSAGE_BYTES];
} line;

/* What one topic may still say. */
typedef struct allowance {
    unsigned lines;
    int64_t counted_ms; /* up to when whole seconds were turned into lines */
    uint64_t suppressed;
} allowance;

struct fiat__log {
    const fiat__clock *clock;
    fiat_log_level level;
    fiat__mutex lock;
    fiat_log_cb cb;
    void *ctx;
    void (*wake)(void *ctx);
    void *wake_ctx;
    line *ring; /* NULL until the first line */
    size_t first, count;
    allowance allowances[FIAT__LOG_TOPIC_COUNT];
};

const char *fiat_log_level_name(fiat_log_level level) {
    static const char *const names[] = {"none", "error", "warning", "notice", "info", "debug"};
    return (unsigned)level < sizeof names / sizeof names[0] ? names[level] : "?";
}

fiat_status fiat__log_new(fiat__log **out, fiat_log_level level, const fiat__clock *clock,
                          fiat_error *err) {
    fiat__log *log = fiat__calloc(1, sizeof *log);
    *out = log;
    if (!log) return fiat__err_nomem(err);
    log->clock = clock ? clock : &fiat__clock_system;
    log->level = level;
    fiat__mutex_init(&log->lock);
    for (int i = 0; i < FIAT__LOG_TOPIC_COUNT; i++)
        log->allowances[i].lines = FIAT__LOG_BURST;
    return FIAT_OK;
}

void fiat__log_free(fiat__log *log) {
    if (!log) return;
    fiat__mutex_deinit(&log->lock);
    fiat__free(log->ring);
    fiat__free(log);
}

bool fiat__log_wants(const fiat__log *log, fiat__log_topic topic) {
    return log && s_topics[topic].level <= log->level;
}

/* May the topic say one more line? @locks log->lock held */
static bool allow(fiat__log *log, fiat__log_topic topic) {
    allowance *of = &log->allowances[topic];
    int64_t now_ms = fiat__mono_ms(log->clock);
    int64_t seconds = (now_ms - of->counted_ms) / 1000;
    if (of->lines + seconds >= FIAT__LOG_BURST) {
        of->lines = FIAT__LOG_BURST;
        of->counted_ms = now_ms;
    } else {
        of->lines += (unsigned)seconds;
        of->counted_ms += seconds * 1000;
    }
    if (of->lines == 0) return false;
    of->lines--;
    return true;
}

/* The place of the next line; NULL: there is none. @locks log->lock held */
static line *next_line(fiat__log *log) {
    if (!log->ring) log->ring = fiat__malloc(FIAT__LOG_RING_LINES * sizeof *log->ring);
    if (!log->ring || log->count == FIAT__LOG_RING_LINES) return NULL;
    return &log->ring[(log->first + log->count) % FIAT__LOG_RING_LINES];
}

static void fill_line(fiat__log *log, line *to, fiat__log_topic topic, const char *stream,
                      const char *message) {
    to->topic = topic;
    to->time_ms = fiat__wall_ms(log->clock);
    to->suppressed = log->allowances[topic].suppressed;
    log->allowances[topic].suppressed = 0;
    fiat__err_copy(to->stream, sizeof to->stream, stream, strlen(stream));
    fiat__err_copy(to->message, sizeof to->message, message, strlen(message));
    fiat__utf8_make_printable(to->message); /* it may quote a server's reply */
}

void fiat__log_write(fiat__log *log, fiat__log_topic topic, const char *stream, const char *format,
                     ...) {
    if (!fiat__log_wants(log, topic)) return;
    char message[MESSAGE_BYTES + 4]; /* room to see where a character is cut */
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fiat__mutex_lock(&log->lock);
    line *to = allow(log, topic) ? next_line(log) : NULL;
    bool first = to && log->count == 0;
    if (to) {
        fill_line(log, to, topic, stream, message);
        log->count++;
    } else {
        log->allowances[topic].suppressed++;
    }
    void (*wake)(void *ctx) = first && log->cb ? log->wake : NULL;
    void *wake_ctx = log->wake_ctx;
    fiat__mutex_unlock(&log->lock);
    if (wake) wake(wake_ctx);
}

void fiat__log_on_line(fiat__log *log, fiat_log_cb cb, void *ctx) {
    if (!log) return;
    fiat__mutex_lock(&log->lock);
    log->cb = cb;
    log->ctx = ctx;
    void (*wake)(void *ctx) = log->count > 0 && cb ? log->wake : NULL;
    void *wake_ctx = log->wake_ctx;
    fiat__mutex_unlock(&log->lock);
    if (wake) wake(wake_ctx);
}

void fiat__log_on_waiting(fiat__log *log, void (*wake)(void *ctx), void *ctx) {
    if (!log) return;
    fiat__mutex_lock(&log->lock);
    log->wake = wake;
    log->wake_ctx = ctx;
    fiat__mutex_unlock(&log->lock);
}

/* Take the oldest line out; false: there is none, or nobody wants it. */
static bool take(fiat__log *log, line *out, fiat_log_cb *cb, void **ctx) {
    fiat__mutex_lock(&log->lock);
    bool any = log->count > 0 && log->cb;
    if (any) {
        *out = log->ring[log->first];
        log->first = (log->first + 1) % FIAT__LOG_RING_LINES;
        log->count--;
        *cb = log->cb;
        *ctx = log->ctx;
    }
    fiat__mutex_unlock(&log->lock);
    return any;
}

void fiat__log_serve(fiat__log *log) {
    line next;
    fiat_log_cb cb;
    void *ctx;
    while (log && take(log, &next, &cb, &ctx)) {
        const fiat_log_line shown = {.struct_size = sizeof shown,
                                     .level = s_topics[next.topic].level,
                                     .time_ms = next.time_ms,
                                     .topic = s_topics[next.topic].name,
                                     .stream = next.stream,
                                     .message = next.message,
                                     .suppressed = next.suppressed};
        cb(&shown, ctx);
    }
}

void fiat__log_lock(fiat__log *log) {
    if (log) fiat__mutex_lock(&log->lock);
}

void fiat__log_unlock(fiat__log *log) {
    if (log) fiat__mutex_unlock(&log->lock);
}

void fiat__log_forget(fiat__log *log) {
    if (!log) return;
    log->first = log->count = 0;
    for (int i = 0; i < FIAT__LOG_TOPIC_COUNT; i++)
        log->allowances[i].suppressed = 0;
}
