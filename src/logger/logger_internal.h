/* A logger: streams that never change, and a producer. */
#ifndef FIAT_LOGGER_LOGGER_INTERNAL_H
#define FIAT_LOGGER_LOGGER_INTERNAL_H

#include "logger/registry.h"
#include <fiat/logger.h>
#include <fiat/stats.h>

struct fiat_logger {
    fiat__registry *registry;
    fiat__producer *producer;
    fiat__log *log;
    fiat__window *call_ns;            /* of the producer */
    _Atomic uint64_t unknown_streams; /* events refused for that */
    int64_t opened_ms;                /* monotonic */
    fiat_stats_cb on_stats;
    void *on_stats_ctx;
    unsigned max_depth;
};

/* fiat_logger_open() with a sink that is already open; it is taken, also on failure. */
fiat_status fiat__logger_open_sink(fiat_logger **out, fiat__sink *sink, const fiat_config *config,
                                   fiat_error *err);

/* Validate, stamp and queue. `audit_id` NULL: the stamped audit_id is the event's own id; `id_out`
 * may be NULL. Returns as fiat_validated_log(). */
fiat_status fiat__logger_log(fiat_logger *logger, fiat__stream *stream, fiat_event event,
                             const char *audit_id, fiat__uuid *id_out, fiat_error *err);

#endif
