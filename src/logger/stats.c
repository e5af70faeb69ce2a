#include "logger/stats.h"
#include "base/error.h"
#include "base/mem.h"
#include "logger/logger_internal.h"

/* A stream's part takes less than 8 KiB in either form; this is for thousands of them. */
#define TEXT_MAX_BYTES (256u << 20)

static uint64_t count_refused(const fiat__registry *registry) {
    uint64_t refused = 0;
    const fiat__stream *stream;
    for (size_t i = 0; (stream = fiat__registry_at(registry, i)); i++)
        for (int place = 0; place < FIAT__PLACE_COUNT; place++)
            refused +=
                atomic_load_explicit(&stream->refusals->by_status[place], memory_order_relaxed);
    return refused;
}

static fiat_status take_snapshot(fiat_logger *logger, fiat__snapshot *out, fiat_error *err) {
    memset(out, 0, sizeof *out);
    out->delivery_count = fiat__producer_stream_count(logger->producer);
    out->deliveries = fiat__calloc(out->delivery_count, sizeof *out->deliveries);
    if (!out->deliveries) return fiat__err_nomem(err);
    out->time_ms = fiat__wall_ms(&fiat__clock_system);
    out->age_ms = fiat__mono_ms(&fiat__clock_system) - logger->opened_ms;
    fiat__producer_view(logger->producer, out->deliveries, out->delivery_count, &out->totals);
    out->registry = logger->registry;
    out->unknown_streams = atomic_load(&logger->unknown_streams);
    out->refused = count_refused(logger->registry) + out->unknown_streams;
    for (int i = 0; i < FIAT__WINDOW_COUNT; i++)
        fiat__window_read(fiat__producer_window(logger->producer, (fiat__window_id)i),
                          &out->windows[i]);
    return FIAT_OK;
}

static fiat_status write_text(fiat_logger *logger, fiat_stats_format format, fiat__buf *out,
                              fiat_error *err) {
    fiat__snapshot snapshot;
    fiat_status status = take_snapshot(logger, &snapshot, err);
    if (status != FIAT_OK) return status;
    if (format == FIAT_STATS_JSON)
        fiat__stats_write_json(out, &snapshot);
    else
        fiat__stats_write_prometheus(out, &snapshot);
    fiat__free(snapshot.deliveries);
    return fiat__buf_status(out, err);
}

fiat_status fiat_logger_stats_text(fiat_logger *logger, fiat_stats_format format, char **out,
                                   size_t *len, fiat_error *err) {
    if (len) *len = 0;
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "no place for the statistics");
    *out = NULL;
    if (!logger) return fiat__err_set(err, FIAT_E_ARG, "no logger");
    if (format != FIAT_STATS_JSON && format != FIAT_STATS_PROMETHEUS)
        return fiat__err_set(err, FIAT_E_ARG,
                             "statistics have no format %d: FIAT_STATS_JSON or "
                             "FIAT_STATS_PROMETHEUS",
                             (int)format);
    fiat__buf text;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    fiat_status status = write_text(logger, format, &text, err);
    if (status != FIAT_OK) {
        fiat__buf_deinit(&text);
        return status;
    }
    *out = text.ptr; /* the buffer keeps a NUL behind its last byte */
    if (len) *len = text.len;
    return FIAT_OK;
}

void fiat_text_free(char *text) {
    fiat__free(text);
}

void fiat_logger_on_stats(fiat_logger *logger, fiat_stats_cb cb, void *ctx) {
    if (!logger) return;
    logger->on_stats = cb;
    logger->on_stats_ctx = ctx;
}

/* With no memory for the text this interval is left out. */
void fiat__stats_on_interval(void *arg) {
    fiat_logger *logger = arg;
    char *text;
    size_t len;
    if (!logger->on_stats) return;
    if (fiat_logger_stats_text(logger, FIAT_STATS_JSON, &text, &len, NULL) != FIAT_OK) return;
    logger->on_stats(text, len, logger->on_stats_ctx);
    fiat_text_free(text);
}

void fiat__stats_on_fork(void *arg) {
    fiat_logger *logger = arg;
    const fiat__stream *stream;
    for (size_t i = 0; (stream = fiat__registry_at(logger->registry, i)); i++)
        fiat__refusals_reset(stream->refusals);
    atomic_store(&logger->unknown_streams, 0);
}
