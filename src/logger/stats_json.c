/* Statistics as one JSON object. docs/statistics.md names every member; a test compares them. */
#include "json/writer.h"
#include "logger/stats.h"

#define VERSION 1 /* of the form: counts up when a member changes its meaning or goes */

static void write_uint(fiat__buf *out, bool *first, const char *name, uint64_t value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_uint(out, value);
}

static void write_int(fiat__buf *out, bool *first, const char *name, int64_t value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_int(out, value);
}

static void write_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

/* `"name":{`; returns that the next member is the first. */
static bool begin(fiat__buf *out, bool *first, const char *name) {
    fiat__json_write_key(out, first, name);
    fiat__buf_append_char(out, '{');
    return true;
}

static void end(fiat__buf *out) {
    fiat__buf_append_char(out, '}');
}

static void write_tally(fiat__buf *out, bool *first, const fiat__tally *tally) {
#define XX(member, kind, name, meaning) write_uint(out, first, #member, tally->member);
    FIAT__NUMBER_MAP(XX)
#undef XX
}

static void write_total(fiat__buf *out, bool *first, const fiat__snapshot *snapshot) {
    const fiat__producer_totals *totals = &snapshot->totals;
    bool inner = begin(out, first, "total");
    write_tally(out, &inner, &totals->tally);
    write_uint(out, &inner, "refused", snapshot->refused);
    write_uint(out, &inner, "unknown_stream", snapshot->unknown_streams);
    write_uint(out, &inner, "reports_waiting", totals->reports_waiting);
    write_uint(out, &inner, "queued_bytes", totals->queued_bytes);
    write_uint(out, &inner, "queue_max_bytes", totals->queue_max_bytes);
    write_uint(out, &inner, "spool_bytes", totals->spool.bytes);
    write_uint(out, &inner, "spool_max_bytes", totals->spool.max_bytes);
    write_uint(out, &inner, "spool_events", totals->spool.unsettled);
    write_uint(out, &inner, "spool_recovered", totals->spool.recovered);
    write_uint(out, &inner, "spool_damaged", totals->spool.damaged + totals->spool.lost);
    write_uint(out, &inner, "spool_unreadable", totals->spool.unreadable);
    end(out);
}

static void write_quantiles(fiat__buf *out, bool *first, const char *name,
                            const fiat__quantiles *q) {
    bool inner = begin(out, first, name);
    write_uint(out, &inner, "count", q->count);
    write_uint(out, &inner, "sum", q->sum);
    write_uint(out, &inner, "recent", q->recent);
    write_uint(out, &inner, "p50", q->p50);
    write_uint(out, &inner, "p90", q->p90);
    write_uint(out, &inner, "p99", q->p99);
    write_uint(out, &inner, "p99_9", q->p999);
    write_uint(out, &inner, "max", q->max);
    end(out);
}

/* What did not happen is left out. */
static void write_refusals(fiat__buf *out, bool *first, const fiat__refusals *refusals) {
    uint64_t refused = 0, count;
    bool inner = begin(out, first, "by_status");
    for (int i = 0; i < FIAT__PLACE_COUNT; i++) {
        count = atomic_load_explicit(&refusals->by_status[i], memory_order_relaxed);
        refused += count;
        if (count)
            write_uint(out, &inner, fiat__refusals_status_name((fiat__status_place)i), count);
    }
    end(out);
    inner = begin(out, first, "by_keyword");
    for (int i = 0; i < FIAT__KW_COUNT; i++) {
        count = atomic_load_explicit(&refusals->by_keyword[i], memory_order_relaxed);
        if (count) write_uint(out, &inner, fiat__refusals_keyword_name((fiat__keyword)i), count);
    }
    end(out);
    write_uint(out, first, "refused", refused);
}

static void write_streams(fiat__buf *out, bool *first, const fiat__registry *registry) {
    const fiat__stream *stream;
    bool outer = begin(out, first, "streams");
    for (size_t i = 0; (stream = fiat__registry_at(registry, i)); i++) {
        bool inner = begin(out, &outer, stream->name);
        write_text(out, &inner, "delivery_stream", stream->delivery_name);
        write_refusals(out, &inner, stream->refusals);
        end(out);
    }
    end(out);
}

static void write_deliveries(fiat__buf *out, bool *first, const fiat__snapshot *snapshot) {
    bool outer = begin(out, first, "delivery_streams");
    for (size_t i = 0; i < snapshot->delivery_count; i++) {
        const fiat__stream_view *view = &snapshot->deliveries[i];
        bool inner = begin(out, &outer, view->name);
        write_text(out, &inner, "state", view->state);
        write_int(out, &inner, "state_since_ms", view->state_since_ms);
        write_int(out, &inner, "max_bytes_per_s", (int64_t)view->limits.bytes);
        write_int(out, &inner, "max_records_per_s", (int64_t)view->limits.records);
        write_int(out, &inner, "max_in_flight", view->limits.in_flight);
        write_text(out, &inner, "state_reason", view->why);
        write_tally(out, &inner, &view->tally);
        end(out);
    }
    end(out);
}

void fiat__stats_write_json(fiat__buf *out, const fiat__snapshot *snapshot) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    write_uint(out, &first, "version", VERSION);
    write_int(out, &first, "time_ms", snapshot->time_ms);
    write_int(out, &first, "age_ms", snapshot->age_ms);
    write_total(out, &first, snapshot);
    write_quantiles(out, &first, "call_ns", &snapshot->windows[FIAT__WINDOW_CALL_NS]);
    write_quantiles(out, &first, "queue_us", &snapshot->windows[FIAT__WINDOW_QUEUE_US]);
    write_quantiles(out, &first, "round_trip_us", &snapshot->windows[FIAT__WINDOW_ROUND_TRIP_US]);
    write_streams(out, &first, snapshot->registry);
    write_deliveries(out, &first, snapshot);
    end(out);
}
