/* The producer's handle: making it, its streams, its thread, flush and close. Any thread, except
 * close. See producer_internal.h for the life of a record and the order of the locks. */
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"
#include "producer/dead_letter.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#define MAX_IN_FLIGHT_LIMIT 64 /* that of the AWS client */

static fiat_status check_range(const char *name, uint64_t value, uint64_t min, uint64_t max,
                               fiat_error *err) {
    if (value >= min && value <= max) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG, "producer setting %s=%llu: allowed %llu..%llu", name,
                         (unsigned long long)value, (unsigned long long)min,
                         (unsigned long long)max);
}

static fiat_status check_opts(const fiat__producer_opts *opts, fiat_error *err) {
    const struct {
        const char *name;
        uint64_t value, max;
    } rows[] = {
        {"record.max.bytes", opts->record_max_bytes, FIAT__RECORD_MAX_BYTES},
        {"record.max.events", opts->record_max_events, FIAT__RECORD_MAX_EVENTS},
        {"batch.max.records", opts->batch_max_records, FIAT__BATCH_MAX_RECORDS},
        {"batch.max.bytes", opts->batch_max_bytes, FIAT__BATCH_MAX_BYTES},
        {"queue.max.bytes", opts->queue_max_bytes, INT64_MAX},
        {"requests.max", opts->max_in_flight, MAX_IN_FLIGHT_LIMIT},
        {"retry.backoff.max.ms", opts->retry_backoff_max_ms, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_status status = check_range(rows[i].name, rows[i].value, 1, rows[i].max, err);
        if (status != FIAT_OK) return status;
    }
    return check_range("retry.backoff.ms", opts->retry_backoff_ms, 1, opts->retry_backoff_max_ms,
                       err);
}

static size_t lower(size_t a, size_t b) {
    return a < b ? a : b;
}

static void wake_for_log(void *producer) {
    fiat__producer_notify(producer, FIAT__AWAKE);
}

/* What each record must hold so that its events can be reported, and settled in the spool. */
static void provide_reports(fiat__producer *producer) {
    producer->notes = producer->opts.on_delivery || producer->dead_letter_path || producer->spool;
    producer->verdict_bytes =
        producer->opts.on_delivery && producer->opts.reports_by_poll ? FIAT__VERDICT_ROOM : 0;
}

static fiat_status open_spool(fiat__producer *producer, fiat_error *err) {
    fiat__spool_opts opts = producer->opts.spool;
    fiat__spool_stats stats;
    if (!opts.dir) return FIAT_OK;
    if (producer->opts.queue_full == FIAT__FULL_EVICT)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "queue.full=evict with spool=%s: evicting gives up events that the "
                             "spool is to keep; set queue.full to refuse or wait, or spool to off",
                             opts.sync ? "sync" : "async");
    opts.clock = producer->opts.clock;
    opts.batch_bytes = producer->opts.batch_max_bytes;
    opts.log = producer->opts.log;
    fiat_status status = fiat__spool_open(&producer->spool, &opts, err);
    if (status != FIAT_OK) return status;
    fiat__spool_read_stats(producer->spool, &stats);
    fiat__observe_spool(producer, &stats);
    return FIAT_OK;
}

static fiat_status open_files(fiat__producer *producer, fiat_error *err) {
    const char *dead_letters = producer->opts.dead_letter_file;
    fiat_status status = FIAT_OK;
    if (dead_letters && *dead_letters)
        status = fiat__dead_letter_path(&producer->dead_letter_path, dead_letters, err);
    return status == FIAT_OK ? open_spool(producer, err) : status;
}

/* Lines of text may be put behind each other; other records need a sink that keeps them apart. */
static fiat_status check_form(const fiat__producer_opts *opts, const fiat__sink *sink,
                              fiat_error *err) {
    if (sink->vtable->takes_bytes || (opts->gzip_level == 0 && !opts->omit_last_newline))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "%s: the sink %s keeps events as lines of text; other records are for the "
                         "sink firehose",
                         opts->gzip_level ? "record.compression=gzip" : "record.newline=false",
                         sink->vtable->name);
}

/* Records compressed by level; joined events then leave room for what does not compress. */
static fiat_status provide_packer(fiat__producer *producer, fiat_error *err) {
    fiat__producer_opts *opts = &producer->opts;
    if (opts->gzip_level == 0) return FIAT_OK;
    if (opts->record_max_bytes > FIAT__PACKED_EVENTS_MAX_BYTES)
        opts->record_max_bytes = FIAT__PACKED_EVENTS_MAX_BYTES;
    return fiat__packer_new(&producer->packer, opts->gzip_level, err);
}

static fiat_status init_producer(fiat__producer *producer, fiat__sink *sink,
                                 const fiat__producer_opts *opts, fiat_error *err) {
    producer->opts = *opts;
    if (!opts->clock) producer->opts.clock = &fiat__clock_system;
    producer->slots = fiat__calloc(opts->max_in_flight, sizeof *producer->slots);
    if (!producer->slots) return fiat__err_nomem(err);
    fiat_status status = check_form(opts, sink, err);
    if (status == FIAT_OK) status = provide_packer(producer, err);
    if (status == FIAT_OK) status = open_files(producer, err);
    if (status != FIAT_OK) {
        fiat__packer_free(producer->packer);
        fiat__free(producer->dead_letter_path);
        fiat__free(producer->slots);
        return status;
    }
    for (uint32_t i = 0; i < opts->max_in_flight; i++)
        producer->slots[i].producer = producer;
    provide_reports(producer);
    producer->omitted_bytes = opts->omit_last_newline ? 1 : 0;
    producer->sink = sink;
    producer->batch_max_count = lower(opts->batch_max_records, sink->vtable->max_batch_records);
    producer->batch_max_bytes = lower(opts->batch_max_bytes, sink->vtable->max_batch_bytes);
    producer->finished_end = &producer->finished;
    producer->random_below = fiat__random_below;
    atomic_init(&producer->wake_at_ms, FIAT__AWAKE);
    fiat__mutex_init(&producer->lock);
    fiat__cond_init(&producer->settled);
    fiat__ledger_init(&producer->ledger, opts->queue_max_bytes,
                      opts->queue_full == FIAT__FULL_EVICT);
    fiat__report_queue_init(&producer->waiting);
    fiat__observe_reset(producer);
    fiat__log_on_waiting(opts->log, wake_for_log, producer);
    return FIAT_OK;
}

fiat_status fiat__producer_new(fiat__producer **out, fiat__sink *sink,
                               const fiat__producer_opts *opts, fiat_error *err) {
    *out = NULL;
    fiat__producer *producer = NULL;
    fiat_status status = check_opts(opts, err);
    if (status != FIAT_OK) goto out;
    producer = fiat__calloc(1, sizeof *producer);
    status = producer ? init_producer(producer, sink, opts, err) : fiat__err_nomem(err);
    if (status != FIAT_OK) goto out;
    fiat__fork_register(producer);
    *out = producer;
out:
    if (status != FIAT_OK) {
        fiat__free(producer);
        sink->vtable->free(sink);
    }
    return status;
}

void fiat__producer_on_delivery(fiat__producer *producer, fiat_delivery_cb cb, void *ctx) {
    producer->opts.on_delivery = cb;
    producer->opts.on_delivery_ctx = ctx;
    provide_reports(producer);
}

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html,
 * DeliveryStreamName. "." and ".." are refused because `local:` makes a folder of the name. */
static bool is_stream_name(const char *name) {
    size_t len = strlen(name);
    if (len < 1 || len > 64 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == len;
}

static fiat__producer_stream *find_stream(fiat__producer *producer, const char *name) {
    fiat__producer_stream *stream = atomic_load(&producer->streams);
    while (stream && strcmp(stream->name, name) != 0)
        stream = stream->next;
    return stream;
}

static void init_pace(fiat__producer_stream *stream) {
    const fiat__producer_opts *opts = &stream->producer->opts;
    const fiat__pace_opts pace = {.max_bytes = opts->rate_max_bytes,
                                  .max_records = opts->rate_max_records,
                                  .max_in_flight = opts->max_in_flight};
    fiat__pace_init(&stream->pace, &pace);
}

/* @locks producer->lock held */
static fiat__producer_stream *add_stream(fiat__producer *producer, const char *name) {
    fiat__producer_stream *stream = fiat__calloc(1, sizeof *stream);
    char *copy = fiat__strdup(name);
    if (!stream || !copy) {
        fiat__free(stream);
        fiat__free(copy);
        return NULL;
    }
    stream->name = copy;
    stream->producer = producer;
    fiat__mutex_init(&stream->lock);
    for (int i = 0; i < FIAT__LANE_COUNT; i++)
        fiat__mutex_init(&stream->lanes[i].lock);
    init_pace(stream);
    stream->next = atomic_load(&producer->streams);
    atomic_store(&producer->streams, stream);
    return stream;
}

fiat_status fiat__producer_stream_get(fiat__producer *producer, const char *name,
                                      fiat__producer_stream **out, fiat_error *err) {
    *out = NULL;
    if (!is_stream_name(name))
        return fiat__err_set(err, FIAT_E_ARG,
                             "delivery stream name '%.80s': must be 1 to 64 of letters, digits, "
                             "'_', '.' and '-'",
                             name);
    fiat__mutex_lock(&producer->lock);
    *out = find_stream(producer, name);
    if (!*out) *out = add_stream(producer, name);
    fiat__mutex_unlock(&producer->lock);
    return *out ? FIAT_OK : fiat__err_nomem(err);
}

/* Make the sink ours again in the child of a fork. @locks producer->lock held, or the fence entered
 */
static fiat_status adopt(fiat__producer *producer, fiat_error *err) {
    fiat__ledger_free_orphans(&producer->ledger);
    if (!producer->forked) return FIAT_OK;
    fiat_status status = producer->sink->vtable->reopen(producer->sink, err);
    if (status == FIAT_OK) producer->forked = false;
    return status;
}

/* The spool of a child is opened last: what has to be undone on failure is then nothing.
 * @locks producer->lock held */
static fiat_status adopt_all(fiat__producer *producer, fiat_error *err) {
    fiat_status status = adopt(producer, err);
    if (status == FIAT_OK && producer->spool) status = fiat__spool_reopen(producer->spool, err);
    return status;
}

fiat_status fiat__producer_start(fiat__producer *producer, fiat_error *err) {
    fiat_status status = FIAT_OK;
    const int cancel = fiat__cancel_hold();
    fiat__mutex_lock(&producer->lock);
    int state = atomic_load(&producer->state);
    if (state >= FIAT__PRODUCER_CLOSED)
        status = fiat__err_set(err, FIAT_E_CLOSED, "the logger is being closed");
    else if (state == FIAT__PRODUCER_IDLE)
        status = adopt_all(producer, err);
    if (status == FIAT_OK && state == FIAT__PRODUCER_IDLE && !producer->no_thread) {
        status =
            fiat__thread_start(&producer->thread, "fiat-sender", fiat__sender_run, producer, err);
        producer->thread_started = status == FIAT_OK;
    }
    if (status == FIAT_OK)
        atomic_store_explicit(&producer->state, FIAT__PRODUCER_RUNNING, memory_order_release);
    fiat__mutex_unlock(&producer->lock);
    fiat__cancel_restore(cancel);
    return status;
}

/* Everything queued at some moment. */
typedef struct mark {
    uint64_t sequence; /* of records; once the events of the spool are in records, those too */
    uint64_t spooled;  /* events of the spool; 0: they are */
} mark;

/* Have everything queued so far sent without waiting for company. */
static mark hurry_all(fiat__producer *producer, int64_t timeout_ms) {
    mark all = {0};
    if (producer->spool) all.spooled = fiat__spool_appended_before(producer->spool, timeout_ms);
    fiat__raise_to(&producer->flush_spooled, all.spooled);
    /* After that: whoever opens a record later sees flush_spooled. */
    all.sequence = fiat__ledger_last_sequence(&producer->ledger);
    fiat__raise_to(&producer->flush_sequence, all.sequence);
    fiat__producer_notify(producer, FIAT__AWAKE);
    return all;
}

static bool is_settled(fiat__producer *producer, mark *all) {
    if (all->spooled) {
        if (fiat__spool_taken_count(producer->spool) < all->spooled) return false;
        all->spooled = 0;
        all->sequence = fiat__ledger_last_sequence(&producer->ledger);
    }
    return fiat__ledger_settled(&producer->ledger, all->sequence);
}

/* Wait, by the real clock, until everything queued so far is settled. */
static bool settle_all(fiat__producer *producer, uint32_t timeout_ms) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    mark all = hurry_all(producer, timeout_ms);
    bool done;
    fiat__mutex_lock(&producer->lock);
    while (!(done = is_settled(producer, &all))) {
        int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        fiat__cond_wait_ms(&producer->settled, &producer->lock, left_ms);
    }
    fiat__mutex_unlock(&producer->lock);
    return done;
}

static bool is_sender(fiat__producer *producer) {
    fiat__mutex_lock(&producer->lock);
    bool same = producer->thread_started && pthread_equal(producer->thread, pthread_self());
    fiat__mutex_unlock(&producer->lock);
    return same;
}

bool fiat__producer_in_callback(fiat__producer *producer) {
    return fiat__is_reporting(producer) || is_sender(producer);
}

/* FIAT_E_INCOMPLETE with the destination's last complaint, if there is one. */
FIAT_PRINTF(3, 4)
static fiat_status incomplete(const fiat__complaint *why, fiat_error *err, const char *format,
                              ...) {
    char text[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!err) return FIAT_E_INCOMPLETE;
    if (!why->stream) return fiat__err_set(err, FIAT_E_INCOMPLETE, "%s; no error so far", text);
    *err = why->err;
    err->status = FIAT_E_INCOMPLETE;
    return fiat__err_wrap(err, FIAT_E_INCOMPLETE, "%s; stream %s", text, why->stream->name);
}

static fiat__complaint last_complaint(fiat__producer *producer) {
    fiat__mutex_lock(&producer->ledger.lock);
    fiat__complaint complaint = producer->ledger.complaint;
    fiat__mutex_unlock(&producer->ledger.lock);
    return complaint;
}

/* Nothing was queued by this process. What a former one left in the spool is there all the same. */
static fiat_status start_for_spooled(fiat__producer *producer, fiat_error *err) {
    if (!producer->spool || fiat__spool_appended(producer->spool) == 0) return FIAT_OK;
    return fiat__producer_start(producer, err);
}

fiat_status fiat__producer_flush(fiat__producer *producer, uint32_t timeout_ms, fiat_error *err) {
    int state = atomic_load(&producer->state);
    if (state >= FIAT__PRODUCER_CLOSED)
        return fiat__err_set(err, FIAT_E_CLOSED, "the logger is being closed");
    if (state == FIAT__PRODUCER_IDLE) {
        fiat_status status = start_for_spooled(producer, err);
        if (status != FIAT_OK) return status;
        if (atomic_load(&producer->state) == FIAT__PRODUCER_IDLE) return FIAT_OK;
    }
    if (settle_all(producer, timeout_ms)) return FIAT_OK;
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    const fiat__complaint why = last_complaint(producer);
    return incomplete(&why, err, "%llu event%s not delivered yet", (unsigned long long)stats.queued,
                      stats.queued == 1 ? "" : "s");
}

/* Reports wait for a thread of the application's only if it asked for that. */
static fiat_status check_poll(fiat__producer *producer, fiat_error *err) {
    if (producer->verdict_bytes) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_ARG,
                         producer->opts.reports_by_poll
                             ? "no delivery callback is set: there is nothing to report to"
                             : "reports are made on the sender thread: set reports=poll");
}

fiat_status fiat__producer_poll(fiat__producer *producer, uint32_t timeout_ms, uint64_t *count,
                                fiat_error *err) {
    fiat_status status = check_poll(producer, err);
    if (status != FIAT_OK) return status;
    size_t records = fiat__report_queue_wait(&producer->waiting, timeout_ms);
    uint64_t events = fiat__reports_serve(producer, records);
    if (count) *count = events;
    return FIAT_OK;
}

fiat_status fiat__producer_fd(fiat__producer *producer, int *fd, fiat_error *err) {
    fiat_status status = check_poll(producer, err);
    return status == FIAT_OK ? fiat__report_queue_fd(&producer->waiting, fd, err) : status;
}

static void free_producer(fiat__producer *producer) {
    fiat__log_on_waiting(producer->opts.log, NULL, NULL);
    fiat__fence_enter();
    const fiat_status adopted = adopt(producer, NULL);
    fiat__fence_leave();
    /* A sink that cannot be made ours is still the parent's: leave it alone. */
    if (adopted == FIAT_OK) producer->sink->vtable->free(producer->sink);
    for (fiat__producer_stream *s = atomic_load(&producer->streams), *next; s; s = next) {
        next = s->next;
        fiat__mutex_deinit(&s->lock);
        for (int i = 0; i < FIAT__LANE_COUNT; i++)
            fiat__mutex_deinit(&s->lanes[i].lock);
        fiat__free(s->name);
        fiat__free(s);
    }
    for (uint32_t i = 0; i < producer->opts.max_in_flight; i++)
        fiat__free(producer->slots[i].results);
    fiat__free(producer->slots);
    fiat__free(producer->dead_letter_path);
    fiat__spool_close(producer->spool);
    fiat__packer_free(producer->packer);
    fiat__report_queue_deinit(&producer->waiting);
    fiat__ledger_deinit(&producer->ledger);
    fiat__cond_deinit(&producer->settled);
    fiat__mutex_deinit(&producer->lock);
    fiat__free(producer);
}

static void wake_waiting(fiat__producer *producer) {
    fiat__ledger_end_waits(&producer->ledger);
    if (producer->spool) fiat__spool_end_waits(producer->spool);
}

/* The state is not RUNNING any more: calls that wait for room return, and none of them looks at the
 * producer afterwards. */
static void end_waits(fiat__producer *producer) {
    const struct timespec pause = {.tv_nsec = 1000000};
    while (atomic_load(&producer->waiting_calls) > 0) {
        wake_waiting(producer);
        nanosleep(&pause, NULL);
    }
}

/* Whoever is not the sender gives up what the sender left behind, or could not. */
static void stop_sender(fiat__producer *producer) {
    if (producer->thread_started) {
        atomic_store(&producer->stop, true);
        producer->sink->vtable->wakeup(producer->sink);
        fiat__thread_join(producer->thread);
    }
    if (!producer->thread_started || atomic_load(&producer->leave)) fiat__sender_give_up(producer);
}

void fiat__producer_leave(fiat__producer *producer) {
    int idle = FIAT__PRODUCER_IDLE, running = FIAT__PRODUCER_RUNNING;
    fiat__mutex_lock(&producer->lock); /* not while it is being started */
    atomic_compare_exchange_strong(&producer->state, &idle, FIAT__PRODUCER_CLOSED);
    bool left = atomic_compare_exchange_strong(&producer->state, &running, FIAT__PRODUCER_LEFT);
    fiat__mutex_unlock(&producer->lock);
    if (!left) return;
    if (atomic_load(&producer->waiting_calls) > 0) wake_waiting(producer);
    atomic_store(&producer->leave, true);
    atomic_store(&producer->stop, true);
    producer->sink->vtable->wakeup(producer->sink);
}

void fiat__producer_await_end(fiat__producer *producer, int64_t until_ms) {
    if (atomic_load(&producer->state) != FIAT__PRODUCER_LEFT || is_sender(producer)) return;
    fiat__mutex_lock(&producer->lock);
    while (producer->thread_started && !producer->sender_ended) {
        int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        fiat__cond_wait_ms(&producer->settled, &producer->lock, left_ms);
    }
    fiat__mutex_unlock(&producer->lock);
}

/* Where the events are that close gave up. */
static const char *where_left(const fiat__producer *producer, char *text, size_t size) {
    if (producer->spool) {
        snprintf(text, size, "they stay in spool.dir, which is %.200s, for the next logger on it",
                 fiat__spool_dir_path(producer->spool));
        return text;
    }
    if (producer->dead_letter_path)
        return "they are in dead.letter.file, unless the log says otherwise";
    if (producer->opts.on_delivery) return "each was reported to the delivery callback";
    return "they are gone: set dead.letter.file, or a delivery callback, to keep such";
}

/* Events that nobody has acknowledged. With a spool, they are there. */
static uint64_t count_left(fiat__producer *producer) {
    fiat__spool_stats stats;
    if (!producer->spool) return producer->given_up;
    fiat__spool_note(producer->spool);
    fiat__spool_read_stats(producer->spool, &stats);
    return stats.unsettled;
}

fiat_status fiat__producer_close(fiat__producer *producer, uint32_t timeout_ms, uint64_t *left,
                                 fiat_error *err) {
    if (left) *left = 0;
    if (!producer) return FIAT_OK;
    fiat_status status = FIAT_OK;
    fiat__complaint why = {0};
    if (timeout_ms > 0 && atomic_load(&producer->state) == FIAT__PRODUCER_IDLE)
        (void)start_for_spooled(producer, NULL); /* if not, they are counted as left */
    int state = atomic_exchange(&producer->state, FIAT__PRODUCER_CLOSED);
    const bool begun = state == FIAT__PRODUCER_RUNNING || state == FIAT__PRODUCER_LEFT;
    end_waits(producer);
    if (begun) {
        if (state == FIAT__PRODUCER_RUNNING) settle_all(producer, timeout_ms);
        why = last_complaint(producer); /* stopping adds one of its own */
        stop_sender(producer);
    }
    do
        fiat__reports_serve(producer, SIZE_MAX);
    while (begun && fiat__sender_give_up_spooled(producer));
    char where[300];
    const uint64_t remaining = count_left(producer);
    if (remaining)
        status = incomplete(&why, err, "close: %llu events were not acknowledged within %u ms; %s",
                            (unsigned long long)remaining, timeout_ms,
                            where_left(producer, where, sizeof where));
    if (left) *left = remaining;
    fiat__observe_closed(producer, remaining);
    fiat__fork_unregister(producer);
    free_producer(producer);
    return status;
}
