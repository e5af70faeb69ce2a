/* The statistics of a logger at one moment, and their two forms as text. */
#ifndef FIAT_LOGGER_STATS_H
#define FIAT_LOGGER_STATS_H

#include "base/buf.h"
#include "logger/registry.h"
#include <fiat/stats.h>

typedef struct fiat__snapshot {
    int64_t time_ms, age_ms;
    fiat__producer_totals totals;
    uint64_t refused;         /* events, of all streams and of none */
    uint64_t unknown_streams; /* of these, for a stream that there is not */
    fiat__quantiles windows[FIAT__WINDOW_COUNT];
    const fiat__registry *registry; /* for the refusals of each stream */
    fiat__stream_view *deliveries;  /* heap */
    size_t delivery_count;
} fiat__snapshot;

/* Write to `out`; its `failed` says how it went. */
void fiat__stats_write_json(fiat__buf *out, const fiat__snapshot *snapshot);
void fiat__stats_write_prometheus(fiat__buf *out, const fiat__snapshot *snapshot);

/* For the producer, with the logger: an interval has passed; this is the child of a fork. */
void fiat__stats_on_interval(void *logger);
void fiat__stats_on_fork(void *logger);

#endif
