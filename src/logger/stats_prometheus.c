/* Statistics in Prometheus's text exposition format 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. All samples of a metric stand
 * together. Names of streams, statuses and keywords need no escapes. */
#include "logger/stats.h"

#include <fiat/version.h>
#include <inttypes.h>

enum kind { COUNTER, GAUGE };

/* Counters end in _total, by convention. */
static const char *suffix_of(enum kind kind) {
    return kind == COUNTER ? "_total" : "";
}

static void begin(fiat__buf *out, const char *name, enum kind kind, const char *meaning) {
    fiat__buf_printf(out, "# HELP fiat_%s%s %s.\n# TYPE fiat_%s%s %s\n", name, suffix_of(kind),
                     meaning, name, suffix_of(kind), kind == COUNTER ? "counter" : "gauge");
}

static void write_single(fiat__buf *out, const char *name, enum kind kind, uint64_t value,
                         const char *meaning) {
    begin(out, name, kind, meaning);
    fiat__buf_printf(out, "fiat_%s%s %" PRIu64 "\n", name, suffix_of(kind), value);
}

static void write_number(fiat__buf *out, const fiat__snapshot *snapshot, const char *name,
                         enum kind kind, size_t offset, const char *meaning) {
    begin(out, name, kind, meaning);
    for (size_t i = 0; i < snapshot->delivery_count; i++) {
        const fiat__stream_view *view = &snapshot->deliveries[i];
        uint64_t value;
        memcpy(&value, (const char *)&view->tally + offset, sizeof value);
        fiat__buf_printf(out, "fiat_%s%s{delivery_stream=\"%s\"} %" PRIu64 "\n", name,
                         suffix_of(kind), view->name, value);
    }
}

static void write_states(fiat__buf *out, const fiat__snapshot *snapshot) {
    static const char *const states[] = {"sending", "backing off", "throttled", "paused"};
    begin(out, "stream_state", GAUGE, "1 for the state that the stream is in");
    for (size_t i = 0; i < snapshot->delivery_count; i++)
        for (size_t s = 0; s < sizeof states / sizeof states[0]; s++)
            fiat__buf_printf(out, "fiat_stream_state{delivery_stream=\"%s\",state=\"%s\"} %d\n",
                             snapshot->deliveries[i].name, states[s],
                             strcmp(snapshot->deliveries[i].state, states[s]) == 0);
}

static void write_refused(fiat__buf *out, const char *stream, const char *status,
                          const char *keyword, uint64_t count) {
    if (count)
        fiat__buf_printf(out,
                         "fiat_refused_events_total{stream=\"%s\",status=\"%s\",keyword=\"%s\"} "
                         "%" PRIu64 "\n",
                         stream, status, keyword, count);
}

/* Of each stream: what does not match its schema by keyword, anything else by status. */
static void write_refusals(fiat__buf *out, const fiat__snapshot *snapshot) {
    const fiat__stream *stream;
    begin(out, "refused_events", COUNTER, "Events refused at the call");
    for (size_t i = 0; (stream = fiat__registry_at(snapshot->registry, i)); i++) {
        const fiat__refusals *refusals = stream->refusals;
        for (int p = 0; p < FIAT__PLACE_COUNT; p++)
            if (p != FIAT__PLACE_E_SCHEMA_MISMATCH)
                write_refused(out, stream->name, fiat__refusals_status_name((fiat__status_place)p),
                              "", atomic_load(&refusals->by_status[p]));
        for (int k = 0; k < FIAT__KW_COUNT; k++)
            write_refused(out, stream->name,
                          fiat__refusals_status_name(FIAT__PLACE_E_SCHEMA_MISMATCH),
                          fiat__refusals_keyword_name((fiat__keyword)k),
                          atomic_load(&refusals->by_keyword[k]));
    }
    write_single(out, "unknown_stream_events", COUNTER, snapshot->unknown_streams,
                 "Events refused because there is no such stream");
}

/* As seconds, without floating point: its decimal point depends on the locale. */
static void write_seconds(fiat__buf *out, uint64_t value, uint64_t per_second) {
    fiat__buf_printf(out, " %" PRIu64 ".%09" PRIu64 "\n", value / per_second,
                     value % per_second * (1000000000 / per_second));
}

static void write_summary(fiat__buf *out, const char *name, const fiat__quantiles *q,
                          uint64_t per_second, const char *meaning) {
    const struct {
        const char *quantile;
        uint64_t value;
    } rows[] = {{"0.5", q->p50}, {"0.9", q->p90}, {"0.99", q->p99}, {"0.999", q->p999}};
    fiat__buf_printf(out, "# HELP fiat_%s_seconds %s.\n# TYPE fiat_%s_seconds summary\n", name,
                     meaning, name);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat__buf_printf(out, "fiat_%s_seconds{quantile=\"%s\"}", name, rows[i].quantile);
        if (q->recent)
            write_seconds(out, rows[i].value, per_second);
        else
            fiat__buf_append_c(out, " NaN\n");
    }
    fiat__buf_printf(out, "fiat_%s_seconds_sum", name);
    write_seconds(out, q->sum, per_second);
    fiat__buf_printf(out, "fiat_%s_seconds_count %" PRIu64 "\n", name, q->count);
    fiat__buf_printf(out, "# HELP fiat_%s_max_seconds The longest.\n", name);
    fiat__buf_printf(out, "# TYPE fiat_%s_max_seconds gauge\nfiat_%s_max_seconds", name, name);
    write_seconds(out, q->max, per_second);
}

void fiat__stats_write_prometheus(fiat__buf *out, const fiat__snapshot *snapshot) {
    const fiat__quantiles *windows = snapshot->windows;
    const fiat__producer_totals *totals = &snapshot->totals;
    begin(out, "build_info", GAUGE, "1; its label says which version of the library this is");
    fiat__buf_append_c(out, "fiat_build_info{version=\"" FIAT_VERSION "\"} 1\n");
#define XX(member, kind, name, meaning)                                                            \
    write_number(out, snapshot, name, kind, offsetof(fiat__tally, member), meaning);
    FIAT__NUMBER_MAP(XX)
#undef XX
    write_states(out, snapshot);
    write_refusals(out, snapshot);
    write_single(out, "reports_waiting_events", GAUGE, totals->reports_waiting,
                 "Events whose reports wait for fiat_logger_poll()");
    write_single(out, "queued_bytes", GAUGE, totals->queued_bytes, "Memory that events hold");
    write_single(out, "queue_max_bytes", GAUGE, totals->queue_max_bytes, "Most that they may hold");
    write_single(out, "spool_bytes", GAUGE, totals->spool.bytes, "Files of the spool");
    write_single(out, "spool_max_bytes", GAUGE, totals->spool.max_bytes, "Most that they may be");
    write_single(out, "spool_events", GAUGE, totals->spool.unsettled,
                 "Events in the spool that are not acknowledged");
    write_single(out, "spool_recovered_events", COUNTER, totals->spool.recovered,
                 "Events that a former process left in the spool");
    write_single(out, "spool_damaged_events", COUNTER, totals->spool.damaged + totals->spool.lost,
                 "Events of the spool that are damaged");
    write_single(out, "spool_unreadable_files", GAUGE, totals->spool.unreadable,
                 "Files of the spool that the disk does not give");
    write_summary(out, "call", &windows[FIAT__WINDOW_CALL_NS], 1000000000,
                  "Time of a call, measured now and then");
    write_summary(out, "queue", &windows[FIAT__WINDOW_QUEUE_US], 1000000,
                  "From an event's acceptance to the first request that carries it");
    write_summary(out, "round_trip", &windows[FIAT__WINDOW_ROUND_TRIP_US], 1000000,
                  "From a request to its answer");
}
