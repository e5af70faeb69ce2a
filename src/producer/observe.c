/* What others see of the producer's work: it counts, measures, and writes log lines at the moments
 * at which the sender calls it. It decides nothing. Sender thread, but for the stream's condition,
 * which is read under the ledger's lock. */
#include "base/error.h"
#include "base/utf8.h"
#include "producer/producer_internal.h"

#include <stdio.h>

/* Quantiles are of the last one to two of these. */
#define WINDOW_MS 60000

const char *fiat__stream_state_name(fiat__stream_state state) {
    static const char *const names[] = {"sending", "backing off", "throttled", "paused"};
    return names[state];
}

static void log_state(const fiat__producer_stream *stream, fiat__stream_state from,
                      int64_t since_ms) {
    fiat__log *log = stream->producer->opts.log;
    const char *name = stream->name, *why = stream->condition.why;
    switch (stream->condition.state) {
    case FIAT__STREAM_SENDING:
        fiat__log_write(log, FIAT__LOG_SENDING, name,
                        "stream %s sends again: it was %s for %lld ms", name,
                        fiat__stream_state_name(from), (long long)since_ms);
        break;
    case FIAT__STREAM_BACKING_OFF:
        fiat__log_write(log, FIAT__LOG_BACKING_OFF, name,
                        "stream %s: nothing was taken, trying again: %s", name, why);
        break;
    case FIAT__STREAM_THROTTLED:
        fiat__log_write(log, FIAT__LOG_THROTTLED, name,
                        "stream %s: throttled, sending at a slower pace: %s", name, why);
        break;
    case FIAT__STREAM_PAUSED:
        fiat__log_write(log, FIAT__LOG_PAUSED, name,
                        "stream %s: paused, its events wait until this is mended: %s", name, why);
        break;
    }
}

static void set_state(fiat__producer_stream *stream, fiat__stream_state state, const char *why) {
    fiat__producer *producer = stream->producer;
    fiat__stream_condition *condition = &stream->condition;
    int64_t now_ms = fiat__wall_ms(producer->opts.clock);
    fiat__stream_state from = condition->state;
    int64_t since_ms = now_ms - condition->since_ms;
    const fiat__pace_limits limits =
        fiat__pace_limits_at(&stream->pace, fiat__producer_now(producer));
    fiat__mutex_lock(&producer->ledger.lock);
    condition->state = state;
    condition->limits = limits;
    if (from != state) condition->since_ms = now_ms;
    fiat__err_copy(condition->why, sizeof condition->why, why, strlen(why));
    fiat__utf8_make_printable(condition->why);
    fiat__mutex_unlock(&producer->ledger.lock);
    if (from != state) log_state(stream, from, since_ms);
}

void fiat__observe_sent(const fiat__slot *slot, int64_t now_ms) {
    fiat__producer *producer = slot->producer;
    fiat__tally change = {.requests = 1, .in_flight = 1};
    for (const fiat__record *r = slot->records.head; r; r = r->next) {
        if (r->attempts > 1) {
            change.retried_records++;
            change.resent_events += r->event_count;
            if (r->maybe) change.duplicates_risked += r->event_count;
        } else {
            int64_t waited_ms = now_ms > r->opened_ms ? now_ms - r->opened_ms : 0;
            fiat__window_add(&producer->windows[FIAT__WINDOW_QUEUE_US], (uint64_t)waited_ms * 1000,
                             r->event_count);
        }
    }
    fiat__ledger_count(&producer->ledger, slot->stream, &change);
}

/* The sink sent the batch a second time by itself: a request that was not seen to begin. */
static void count_sent_anew(const fiat__slot *slot) {
    fiat__tally change = {.requests = 1};
    size_t i = 0;
    for (fiat__record *r = slot->records.head; r; r = r->next, i++) {
        const fiat__sink_record *result = &slot->batch.records[i];
        r->attempts++;
        change.retried_records++;
        change.resent_events += r->event_count;
        if (result->fate == FIAT__FATE_DELIVERED && result->maybe_delivered)
            change.duplicates_risked += r->event_count;
    }
    fiat__ledger_count(&slot->producer->ledger, slot->stream, &change);
}

/* How the records of one batch ended. */
typedef struct ends {
    size_t delivered, refused, throttled, paused, kept;
    const char *why; /* of the first that is kept; NULL: none is */
} ends;

static ends count_ends(const fiat__slot *slot) {
    ends e = {0};
    for (size_t i = 0; i < slot->batch.count; i++) {
        const fiat__sink_record *record = &slot->batch.records[i];
        e.throttled += record->fate == FIAT__FATE_THROTTLE;
        e.paused += record->fate == FIAT__FATE_PAUSE;
        if (record->fate == FIAT__FATE_DELIVERED) {
            e.delivered++;
        } else if (record->fate == FIAT__FATE_TERMINAL || record->fate == FIAT__FATE_REFUSED ||
                   record->fate == FIAT__FATE_TOO_LARGE) {
            e.refused++;
        } else {
            e.kept++;
            if (!e.why) e.why = record->err.message;
        }
    }
    return e;
}

static fiat__stream_state state_after(const ends *e) {
    if (e->paused) return FIAT__STREAM_PAUSED;
    if (e->throttled) return FIAT__STREAM_THROTTLED;
    return e->kept && !e->delivered ? FIAT__STREAM_BACKING_OFF : FIAT__STREAM_SENDING;
}

void fiat__observe_finished(const fiat__slot *slot) {
    fiat__producer *producer = slot->producer;
    fiat__log *log = producer->opts.log;
    const char *name = slot->stream->name;
    if (slot->batch.sent_anew) count_sent_anew(slot);
    ends e = count_ends(slot);
    int64_t took_us = (fiat__mono_ns(producer->opts.clock) - slot->sent_ns) / 1000;
    fiat__window_add(&producer->windows[FIAT__WINDOW_ROUND_TRIP_US],
                     took_us > 0 ? (uint64_t)took_us : 0, 1);
    const fiat__tally change = {.in_flight = FIAT__TALLY_LESS_ONE,
                                .failed_requests = e.delivered == 0,
                                .throttled_records = e.throttled};
    fiat__ledger_count(&producer->ledger, slot->stream, &change);
    fiat__log_write(log, FIAT__LOG_REQUEST, name,
                    "stream %s: %zu records, %zu bytes, %lld us: %zu taken, %zu to be sent again, "
                    "%zu refused",
                    name, slot->records.count, slot->records.bytes, (long long)took_us, e.delivered,
                    e.kept, e.refused);
    if (e.why)
        fiat__log_write(log, FIAT__LOG_RETRY, name, "stream %s: %zu records are sent again: %s",
                        name, e.kept, e.why);
    set_state(slot->stream, state_after(&e), e.why ? e.why : "");
}

void fiat__observe_given_up(const fiat__record *record, fiat_outcome outcome,
                            const fiat_error *why) {
    const char *name = record->stream->name;
    if (outcome == FIAT_DELIVERED || record->kept) return;
    fiat__log_write(
        record->stream->producer->opts.log, FIAT__LOG_GAVE_UP, name, "stream %s: %u event%s %s: %s",
        name, record->event_count, record->event_count == 1 ? "" : "s",
        outcome == FIAT_MAYBE ? "given up, may have arrived" : "not delivered", why->message);
}

/* The queue is called full until a quarter of it is free: it may fill up again at once. */
static void observe_queue(fiat__producer *producer, bool full) {
    fiat__log *log = producer->opts.log;
    fiat__producer_totals totals;
    fiat__ledger_read(&producer->ledger, &totals);
    uint64_t bytes = totals.queued_bytes, max_bytes = totals.queue_max_bytes;
    if (full && !producer->seen_full) {
        producer->seen_full = true;
        fiat__log_write(log, FIAT__LOG_QUEUE_FULL, "",
                        "the queue holds %llu of at most %llu bytes and calls are refused: events "
                        "come faster than they leave, or queue.max.bytes is too low",
                        (unsigned long long)bytes, (unsigned long long)max_bytes);
    } else if (!full && producer->seen_full && bytes <= max_bytes / 4 * 3) {
        producer->seen_full = false;
        fiat__log_write(log, FIAT__LOG_QUEUE_ROOM, "",
                        "the queue has room again: it holds %llu of at most %llu bytes",
                        (unsigned long long)bytes, (unsigned long long)max_bytes);
    }
}

/* The first interval begins with the first turn. Those that were slept through are left out. */
static void observe_interval(fiat__producer *producer, int64_t now_ms) {
    const fiat__producer_opts *opts = &producer->opts;
    if (now_ms < fiat__observe_wake_ms(producer)) return;
    bool first = producer->next_interval_ms == 0;
    producer->next_interval_ms = now_ms + opts->interval_ms;
    if (!first) opts->on_interval(opts->owner_ctx);
}

void fiat__observe_turn(fiat__producer *producer, int64_t now_ms, bool full) {
    for (int i = 0; i < FIAT__WINDOW_COUNT; i++)
        fiat__window_turn(&producer->windows[i], now_ms, WINDOW_MS);
    observe_queue(producer, full);
    observe_interval(producer, now_ms);
    fiat__log_serve(producer->opts.log);
}

int64_t fiat__observe_wake_ms(const fiat__producer *producer) {
    return producer->opts.on_interval && producer->opts.interval_ms ? producer->next_interval_ms
                                                                    : INT64_MAX;
}

void fiat__observe_spool(fiat__producer *producer, const fiat__spool_stats *stats) {
    fiat__log *log = producer->opts.log;
    const char *dir = fiat__spool_dir_path(producer->spool);
    if (stats->recovered && !stats->lost)
        fiat__log_write(log, FIAT__LOG_RECOVERED, "",
                        "spool %s: %llu events of a former process are sent now", dir,
                        (unsigned long long)stats->recovered);
    if (stats->damaged || stats->damaged_bytes || stats->lost)
        fiat__log_write(log, FIAT__LOG_DAMAGED, "",
                        "spool %s: %llu bytes are damaged, at least %llu events in them cannot be "
                        "read; the files will be in its folder quarantine, look at the disk",
                        dir, (unsigned long long)stats->damaged_bytes,
                        (unsigned long long)(stats->damaged + stats->lost));
}

static void log_left(fiat__producer *producer, uint64_t left, const fiat_stats *stats) {
    char unreadable[64] = "";
    if (stats->spool_unreadable)
        snprintf(unreadable, sizeof unreadable, ", and files that cannot be read: %llu",
                 (unsigned long long)stats->spool_unreadable);
    if (left || stats->spool_unreadable)
        fiat__log_write(producer->opts.log, FIAT__LOG_SPOOL_LEFT, "",
                        "closed: %llu event%s of %llu bytes on disk stay in spool %s for the next "
                        "logger on it%s",
                        (unsigned long long)left, left == 1 ? "" : "s",
                        (unsigned long long)stats->spool_bytes,
                        fiat__spool_dir_path(producer->spool), unreadable);
}

void fiat__observe_closed(fiat__producer *producer, uint64_t left) {
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    if (producer->spool) log_left(producer, left, &stats);
    fiat__log_write(producer->opts.log, FIAT__LOG_CLOSED, "",
                    "closed: %llu events accepted, %llu refused, %llu delivered, %llu maybe, %llu "
                    "not delivered",
                    (unsigned long long)stats.accepted, (unsigned long long)stats.refused,
                    (unsigned long long)stats.delivered, (unsigned long long)stats.maybe,
                    (unsigned long long)stats.not_delivered);
    fiat__log_serve(producer->opts.log);
}

void fiat__observe_reset(fiat__producer *producer) {
    producer->seen_full = false;
    producer->next_interval_ms = 0;
    for (int i = 0; i < FIAT__WINDOW_COUNT; i++)
        fiat__window_reset(&producer->windows[i], fiat__producer_now(producer));
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next)
        s->condition = (fiat__stream_condition){0};
}
