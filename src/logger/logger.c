/* The logger's life: open, look up, close. What happens to one event is in log.c. */
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "logger/logger_internal.h"
#include "logger/opts.h"
#include "logger/settings.h"
#include "logger/stats.h"
#include <fiat/version.h>

#include <stdarg.h>

static void logger_free(fiat_logger *logger) {
    fiat__registry_free(logger->registry);
    fiat__log_free(logger->log);
    fiat__free(logger);
}

static fiat_status new_log(fiat__log **out, const fiat_config *config, fiat_error *err) {
    fiat_log_level level = (fiat_log_level)fiat__config_choice(config, FIAT__SET_LOG_LEVEL);
    return fiat__log_new(out, level, NULL, err);
}

/* The log and the sink are taken, also on failure. */
static fiat_status open_logged(fiat_logger **out, fiat__sink *sink, fiat__log *log,
                               const fiat_config *config, fiat_error *err) {
    fiat__producer_opts settings = fiat__config_producer_opts(config);
    fiat_logger *logger = fiat__calloc(1, sizeof *logger);
    if (!logger) {
        sink->vtable->free(sink);
        fiat__log_free(log);
        return fiat__err_nomem(err);
    }
    logger->log = log;
    logger->opened_ms = fiat__mono_ms(&fiat__clock_system);
    settings.log = log;
    settings.on_interval = fiat__stats_on_interval;
    settings.on_fork = fiat__stats_on_fork;
    settings.owner_ctx = logger;
    logger->max_depth = (unsigned)fiat__config_integer(config, FIAT__SET_EVENT_MAX_DEPTH);
    fiat_status status = fiat__producer_new(&logger->producer, sink, &settings, err);
    if (status != FIAT_OK) {
        logger_free(logger);
        return status;
    }
    logger->call_ns = fiat__producer_window(logger->producer, FIAT__WINDOW_CALL_NS);
    status = fiat__registry_load(&logger->registry, config, err);
    if (status != FIAT_OK) {
        fiat__producer_close(logger->producer, 0, NULL, NULL);
        logger_free(logger);
        return status;
    }
    *out = logger;
    return FIAT_OK;
}

fiat_status fiat__logger_open_sink(fiat_logger **out, fiat__sink *sink, const fiat_config *config,
                                   fiat_error *err) {
    fiat__log *log;
    fiat_status status = new_log(&log, config, err);
    if (status == FIAT_OK) return open_logged(out, sink, log, config, err);
    sink->vtable->free(sink);
    return status;
}

static fiat_status open_with(fiat_logger **out, const char *spec, const fiat_config *config,
                             fiat_error *err) {
    fiat__sink *sink;
    fiat__sink_opts settings = fiat__config_sink_opts(config);
    fiat_status status = new_log(&settings.log, config, err);
    if (status != FIAT_OK) return status;
    status = fiat__sink_open(&sink, spec, &settings, err);
    if (status == FIAT_OK) return open_logged(out, sink, settings.log, config, err);
    fiat__log_free(settings.log);
    return status;
}

fiat_status fiat_logger_open(fiat_logger **out, const char *sink, const fiat_config *config,
                             fiat_error *err) {
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "no place for the logger");
    *out = NULL;
    if (!sink) return fiat__err_set(err, FIAT_E_ARG, "no sink: name firehose, local:DIR or stdout");
    fiat_config *defaults = NULL;
    const int cancel = fiat__cancel_hold();
    fiat_status status = config ? FIAT_OK : fiat_config_new(&defaults, err);
    if (status == FIAT_OK) status = open_with(out, sink, config ? config : defaults, err);
    fiat_config_free(defaults);
    fiat__cancel_restore(cancel);
    return status;
}

fiat_logger *fiat_configure(const char *sink, fiat_error *err, ...) {
    fiat_config *config;
    fiat_logger *logger = NULL;
    fiat_status status = fiat_config_new(&config, err);
    va_list pairs;
    va_start(pairs, err);
    const char *name;
    while (status == FIAT_OK && (name = va_arg(pairs, const char *))) {
        const char *value = va_arg(pairs, const char *);
        status = value ? fiat_config_set(config, name, value, err)
                       : fiat__err_set(err, FIAT_E_ARG,
                                       "setting \"%.64s\" has no value: give one, or leave the "
                                       "pair out",
                                       name);
    }
    va_end(pairs);
    if (status == FIAT_OK) status = fiat_logger_open(&logger, sink, config, err);
    fiat_config_free(config);
    return logger;
}

void fiat_logger_on_delivery(fiat_logger *logger, fiat_delivery_cb cb, void *ctx) {
    if (logger) fiat__producer_on_delivery(logger->producer, cb, ctx);
}

void fiat_logger_on_log(fiat_logger *logger, fiat_log_cb cb, void *ctx) {
    if (logger) fiat__log_on_line(logger->log, cb, ctx);
}

fiat_status fiat_logger_poll(fiat_logger *logger, uint32_t timeout_ms, uint64_t *count,
                             fiat_error *err) {
    if (count) *count = 0;
    if (!logger) return fiat__err_set(err, FIAT_E_ARG, "no logger");
    if (fiat__producer_in_callback(logger->producer))
        return fiat__err_set(err, FIAT_E_ARG, "poll in a delivery callback: poll elsewhere");
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__producer_poll(logger->producer, timeout_ms, count, err);
    fiat__cancel_restore(cancel);
    return status;
}

fiat_status fiat_logger_fd(fiat_logger *logger, int *fd, fiat_error *err) {
    if (!logger || !fd) return fiat__err_set(err, FIAT_E_ARG, "no logger or no place for the fd");
    *fd = -1;
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__producer_fd(logger->producer, fd, err);
    fiat__cancel_restore(cancel);
    return status;
}

fiat_status fiat_validated_log(fiat_logger *logger, const char *stream, fiat_event event,
                               fiat_error *err) {
    if (!logger || !stream) return fiat__err_set(err, FIAT_E_ARG, "no logger or no stream name");
    fiat__stream *found = fiat__registry_find(logger->registry, stream, err);
    if (!found) {
        atomic_fetch_add(&logger->unknown_streams, 1);
        fiat__producer_count_refused(logger->producer);
        return FIAT_E_STREAM_UNKNOWN;
    }
    return fiat__logger_log(logger, found, event, NULL, NULL, err);
}

fiat_status fiat_logger_flush(fiat_logger *logger, uint32_t timeout_ms, fiat_error *err) {
    if (!logger) return fiat__err_set(err, FIAT_E_ARG, "no logger");
    if (fiat__producer_in_callback(logger->producer))
        return fiat__err_set(err, FIAT_E_ARG,
                             "flush in a delivery callback would wait for itself: flush elsewhere");
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__producer_flush(logger->producer, timeout_ms, err);
    fiat__cancel_restore(cancel);
    return status;
}

void fiat_logger_stats(fiat_logger *logger, fiat_stats *out) {
    if (!out) return;
    fiat_stats stats = {.struct_size = sizeof stats};
    if (logger) fiat__producer_stats(logger->producer, &stats);
    /* A program that was built with a smaller struct gets the members that it knows. */
    size_t size =
        out->struct_size && out->struct_size < sizeof stats ? out->struct_size : sizeof stats;
    stats.struct_size = size;
    memcpy(out, &stats, size);
}

fiat_status fiat_logger_close(fiat_logger *logger, uint32_t timeout_ms, uint64_t *left,
                              fiat_error *err) {
    if (left) *left = 0;
    if (!logger) return FIAT_OK;
    if (fiat__producer_in_callback(logger->producer))
        return fiat__err_set(err, FIAT_E_ARG,
                             "close in a delivery callback would wait for itself: close elsewhere");
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__producer_close(logger->producer, timeout_ms, left, err);
    logger_free(logger);
    fiat__cancel_restore(cancel);
    return status;
}

const char *fiat_version(void) {
    return FIAT_VERSION;
}
