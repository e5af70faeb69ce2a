/* The handler `log`: Firehose's transformation event in, each record judged by its stream's schema,
 * the reply out. */
#include "transform/log.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "lambda/handler.h"
#include "lambda/say.h"
#include "logger/registry.h"
#include "transform/firehose_event.h"

#include <stdlib.h>

/* To send the answer. */
#define RESERVE_MS 500

struct state {
    fiat__registry *streams;
    fiat__transform_log log;
};

/* One invocation. */
struct work {
    struct state *state;
    const fiat__stream *stream;
    int64_t deadline_ms;
};

/* The function's package holds the schemas, unless the setting names another folder. */
static fiat_status use_task_root(fiat_config *config, fiat_error *err) {
    const char *root = getenv("LAMBDA_TASK_ROOT");
    if (!root || *fiat_config_get(config, "schemas.dir")) return FIAT_OK;
    char *dir = fiat__path_join(root, "schemas");
    if (!dir) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    if (fiat__path_is_dir(dir)) status = fiat_config_set(config, "schemas.dir", dir, err);
    fiat__free(dir);
    return status;
}

static fiat_status load(struct state *state, fiat_error *err) {
    fiat_config *config;
    fiat_status status = fiat_config_new(&config, err);
    if (status != FIAT_OK) return status;
    status = use_task_root(config, err);
    if (status == FIAT_OK) status = fiat__registry_load_delivered(&state->streams, config, err);
    if (status == FIAT_OK) {
        bool newline = strcmp(fiat_config_get(config, "record.newline"), "true") == 0;
        status = fiat__transform_log_init(&state->log, newline, err);
    }
    fiat_config_free(config);
    return status;
}

static void close_log(void *arg) {
    struct state *state = arg;
    fiat__transform_log_deinit(&state->log);
    fiat__registry_free(state->streams);
    fiat__free(state);
}

static fiat_status open_log(void **out, fiat_error *err) {
    struct state *state = fiat__calloc(1, sizeof *state);
    if (!state) return fiat__err_nomem(err);
    fiat_status status = load(state, err);
    if (status == FIAT_OK)
        *out = state;
    else
        close_log(state);
    return status;
}

static fiat_status judge(void *user, fiat__str data, fiat__buf *out, fiat__verdict *verdict,
                         fiat_error *err) {
    struct work *work = user;
    if (fiat__wall_ms(&fiat__clock_system) > work->deadline_ms - RESERVE_MS)
        return fiat__err_set(err, FIAT_E_TIMEOUT,
                             "the function's time is over: raise its timeout, or lower the "
                             "delivery stream's BufferSizeInMBs");
    return fiat__transform_log_record(&work->state->log, work->stream->schema, data, out, verdict,
                                      err);
}

/* What the log may know: not the words of the refusal, which quote the event. */
static void say_why(void *user, fiat__str id, const fiat__verdict *verdict) {
    const struct work *work = user;
    const fiat_error *reason = &verdict->reason;
    char record[128];
    fiat__err_copy(record, sizeof record, id.ptr + 1, id.len - 2);
    const fiat__say_member members[] = {
        {"recordId", record, 0},
        {"stream", work->stream->name, 0},
        {"event", NULL, verdict->event},
        {"status", fiat_status_name((fiat_status)reason->status), 0},
        {"instance_path", reason->instance_path, 0},
        {"keyword", reason->keyword, 0},
        {"schema_path", reason->schema_path, 0},
        {"offset", NULL, reason->offset},
        /* Where no event is at fault, the words are of the record and quote nothing. */
        {"reason", verdict->event ? fiat_status_text((fiat_status)reason->status) : reason->message,
         0},
    };
    fiat__say("warn", "record not transformed", members, sizeof members / sizeof members[0]);
}

static fiat_status find_stream(struct work *work, fiat__str name, fiat_error *err) {
    char text[128];
    if (name.len >= sizeof text)
        return fiat__err_set(err, FIAT_E_STREAM_UNKNOWN, "the delivery stream's name has %zu bytes",
                             name.len);
    fiat__err_copy(text, sizeof text, name.ptr, name.len);
    work->stream = fiat__registry_find_delivered(work->state->streams, text, err);
    return work->stream ? FIAT_OK : FIAT_E_STREAM_UNKNOWN;
}

static fiat_status handle_log(void *state, const fiat__invocation *invocation, fiat__buf *answer,
                              fiat_error *err) {
    fiat__firehose_event event;
    struct work work = {.state = state, .deadline_ms = invocation->deadline_ms};
    const fiat__firehose_steps steps = {judge, say_why, &work};
    fiat_status status = fiat__firehose_event_init(&event, invocation->event, err);
    if (status == FIAT_OK) status = find_stream(&work, event.stream, err);
    if (status == FIAT_OK) status = fiat__firehose_event_answer(&event, &steps, answer, err);
    fiat__firehose_event_deinit(&event);
    return status;
}

const fiat__handler fiat__handler_log = {"log", open_log, handle_log, close_log};
