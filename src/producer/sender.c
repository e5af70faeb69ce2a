/* The sender: one thread a producer, which does everything that is not appending.
 *
 * A turn settles what finished, gives up what is too old, then fills free slots with batches, one
 * stream after the other so that a busy stream cannot starve a quiet one. Between turns the thread
 * sleeps in sink->poll(). The sink's done() only queues the slot: reports are made from the turn,
 * with neither our locks held nor the sink on the stack. */
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"
#include "producer/producer_internal.h"

#define IDLE_MS 60000

/* Appenders and the sender agree without a lock: an appender sets dirty, then reads wake_at_ms; the
 * sender sets wake_at_ms, then reads dirty. One of them sees the other. */
void fiat__producer_notify(fiat__producer *producer, int64_t due_ms) {
    atomic_store(&producer->dirty, true);
    int64_t wake_at_ms = atomic_load(&producer->wake_at_ms);
    while (wake_at_ms > due_ms) {
        if (atomic_compare_exchange_weak(&producer->wake_at_ms, &wake_at_ms, FIAT__AWAKE)) {
            const int cancel = fiat__cancel_hold();
            producer->sink->vtable->wakeup(producer->sink);
            fiat__cancel_restore(cancel);
            return;
        }
    }
}

static void queue_finished(fiat__sink_batch *batch) {
    fiat__slot *slot = batch->user;
    slot->next_finished = NULL;
    *slot->producer->finished_end = slot;
    slot->producer->finished_end = &slot->next_finished;
}

static void settle_finished(fiat__producer *producer, int64_t now_ms) {
    while (producer->finished) {
        fiat__slot *slot = producer->finished;
        producer->finished = slot->next_finished;
        if (!producer->finished) producer->finished_end = &producer->finished;
        fiat__retry_finish(slot, now_ms);
    }
}

/* Results for `count` records. The array is exchanged under the ledger's lock, so that the child of
 * a fork finds it whole. With no memory for it the slot carries one record. */
static size_t provide_results(fiat__slot *slot, size_t count) {
    if (count <= slot->result_cap) return count;
    fiat__ledger *ledger = &slot->producer->ledger;
    size_t cap =
        count < slot->producer->batch_max_count / 2 ? count * 2 : slot->producer->batch_max_count;
    if (cap < count) cap = count;
    fiat__sink_record *results = fiat__calloc(cap, sizeof *results);
    if (!results) return slot->result_cap ? slot->result_cap : 1;
    fiat__mutex_lock(&ledger->lock);
    fiat__sink_record *old = slot->results;
    slot->results = results;
    slot->result_cap = cap;
    fiat__mutex_unlock(&ledger->lock);
    fiat__free(old);
    return count;
}

static void fill_slot(fiat__slot *slot, fiat__producer_stream *stream, fiat__records *records,
                      int64_t now_ms) {
    size_t bytes = 0, count = provide_results(slot, records->count);
    fiat__sink_record *results = slot->result_cap ? slot->results : &slot->spare;
    for (size_t i = 0; i < count; i++) {
        fiat__record *record = fiat__records_pop(records);
        record->attempts++;
        record->sent_ms = now_ms;
        record->in_flight = true;
        results[i].data = fiat__record_wire(record);
        bytes += results[i].data.len;
        results[i].fate = FIAT__FATE_RETRY;
        results[i].maybe_delivered = false;
        results[i].record_id[0] = '\0';
        results[i].err.status = FIAT_OK;
        fiat__records_push(&slot->records, record);
    }
    slot->stream = stream;
    slot->hold_epoch = stream->hold_epoch;
    slot->batch = (fiat__sink_batch){.stream = stream->name,
                                     .records = results,
                                     .count = count,
                                     .done = queue_finished,
                                     .user = slot};
    slot->producer->slots_used++;
    stream->batches++;
    slot->bytes = bytes;
    fiat__pace_sent(&stream->pace, now_ms, count, bytes);
    slot->sent_ns = fiat__mono_ns(slot->producer->opts.clock);
}

static fiat__slot *free_slot(fiat__producer *producer) {
    if (producer->slots_used == producer->opts.max_in_flight) return NULL;
    fiat__slot *slot = producer->slots;
    while (slot->stream)
        slot++;
    return slot;
}

/* Move the records whose next attempt is due to *out, if the first is of a group that group alone.
 * Returns the group. */
static uint32_t take_retries(fiat__producer_stream *stream, const fiat__queue_view *view,
                             const fiat__batch_limits *limits, fiat__records *out) {
    fiat__records *retry = &stream->retry;
    uint32_t group = retry->head && retry->head->due_ms <= view->now_ms ? retry->head->group : 0;
    while (retry->head && retry->head->due_ms <= view->now_ms && retry->head->group == group &&
           fiat__batch_fits(limits, out, retry->head->len))
        fiat__records_push(out, fiat__records_pop(retry));
    return group;
}

/* exit() has begun, and may have waited for long enough while a callback ran: the thread is kept
 * out of the sink for ever then (base/fence.h), and nobody could join it. */
static bool is_leaving(const fiat__producer *producer) {
    return atomic_load(&producer->leave);
}

static void keep_all(fiat__records *records, int64_t now_ms) {
    for (fiat__record *record; (record = fiat__records_pop(records));)
        fiat__retry_keep(record, now_ms);
}

/* Send one batch of a stream; false when it has nothing that may go now. */
static bool send_batch(fiat__producer_stream *stream, const fiat__queue_view *view) {
    fiat__producer *producer = stream->producer;
    fiat__records records = {0};
    fiat__batch_limits limits = {producer->batch_max_count, producer->batch_max_bytes};
    if (fiat__stream_ready_ms(stream) > view->now_ms) return false;
    fiat__pace_limit_batch(&stream->pace, view->now_ms, &limits.records, &limits.bytes);
    uint32_t group = take_retries(stream, view, &limits, &records);
    if (group == 0) fiat__queue_take(stream, view, &limits, &records);
    if (producer->packer) fiat__pack_records(producer, &records, view->now_ms);
    if (!records.head) return false;
    if (is_leaving(producer)) {
        keep_all(&records, view->now_ms);
        return false;
    }
    fiat__slot *slot = free_slot(producer);
    fill_slot(slot, stream, &records, view->now_ms);
    keep_all(&records, view->now_ms); /* what is left only when memory is short */
    fiat__observe_sent(slot, view->now_ms);
    slot->batch.foretold = fiat__forecast_find(stream, &slot->records);
    if (!slot->batch.foretold) slot->batch.next = fiat__forecast_make(stream, &limits);
    producer->sink->vtable->submit(producer->sink, &slot->batch);
    return true;
}

/* One batch a stream and round, going on where the last turn ended, while slots are free. */
static void serve(fiat__producer *producer, const fiat__queue_view *view) {
    fiat__producer_stream *first = atomic_load(&producer->streams);
    fiat__producer_stream *stream = producer->next_to_serve ? producer->next_to_serve : first;
    fiat__producer_stream *idle_since = NULL; /* first of a round in which nothing was sent */
    while (stream && stream != idle_since && free_slot(producer)) {
        if (send_batch(stream, view))
            idle_since = NULL;
        else if (!idle_since)
            idle_since = stream;
        stream = stream->next ? stream->next : first;
    }
    producer->next_to_serve = stream;
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* When one stream wants the next turn; INT64_MAX: only if something happens. */
static int64_t stream_wake_ms(fiat__producer_stream *stream, const fiat__queue_view *view) {
    const fiat__producer *producer = stream->producer;
    int64_t oldest_ms, wake_ms = INT64_MAX;
    int64_t due_ms = fiat__queue_due_ms(stream, view, &oldest_ms);
    if (stream->retry.head) {
        due_ms = earlier(due_ms, stream->retry.head->due_ms);
        oldest_ms = earlier(oldest_ms, stream->retry_oldest_ms);
    }
    if (oldest_ms == INT64_MAX) return INT64_MAX;
    if (producer->opts.delivery_timeout_ms)
        wake_ms = oldest_ms + producer->opts.delivery_timeout_ms;
    int64_t ready_ms = fiat__stream_ready_ms(stream);
    if (producer->slots_used < producer->opts.max_in_flight && ready_ms < INT64_MAX)
        wake_ms = earlier(wake_ms, due_ms > ready_ms ? due_ms : ready_ms);
    return wake_ms;
}

static void announce(fiat__producer *producer) {
    if (!producer->settled_any) return;
    producer->settled_any = false;
    fiat__mutex_lock(&producer->lock);
    fiat__cond_broadcast(&producer->settled);
    fiat__mutex_unlock(&producer->lock);
}

int64_t fiat__sender_turn(fiat__producer *producer) {
    int64_t now_ms = fiat__producer_now(producer);
    settle_finished(producer, now_ms);
    fiat__give_up_expired(producer, now_ms);
    int64_t wake_ms = earlier(fiat__intake(producer, now_ms), now_ms + IDLE_MS);
    fiat__queue_view view = {now_ms, atomic_load(&producer->flush_sequence),
                             fiat__ledger_is_full(&producer->ledger)};
    serve(producer, &view);
    fiat__give_up_excess(producer);
    announce(producer);
    if (producer->spool) fiat__spool_note(producer->spool);
    fiat__observe_turn(producer, now_ms, view.hurry && !producer->spool); /* calls were refused */
    if (producer->finished) return now_ms;
    wake_ms = earlier(wake_ms, fiat__observe_wake_ms(producer));
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next)
        wake_ms = earlier(wake_ms, stream_wake_ms(s, &view));
    return wake_ms;
}

static void give_up_records(fiat__producer *producer) {
    producer->keep_spooled = producer->spool != NULL;
    producer->given_up += fiat__give_up_all(producer);
}

/* More than the spool makes before it leaves a segment alone and goes on behind it. */
#define INTAKE_ATTEMPTS 20

bool fiat__sender_give_up_spooled(fiat__producer *producer) {
    fiat__spool_stats before, after;
    if (!producer->spool || !producer->opts.on_delivery) return false;
    fiat__spool_read_stats(producer->spool, &before);
    const uint64_t taken = fiat__spool_taken_count(producer->spool);
    for (int i = 0; i < INTAKE_ATTEMPTS; i++) {
        const int64_t again_ms = fiat__intake(producer, fiat__producer_now(producer));
        give_up_records(producer);
        fiat__spool_read_stats(producer->spool, &after);
        if (fiat__spool_taken_count(producer->spool) != taken ||
            after.unreadable != before.unreadable)
            return true;
        if (again_ms == INT64_MAX) break; /* it is empty, or reports that wait hold the memory */
    }
    return false;
}

void fiat__sender_give_up(fiat__producer *producer) {
    producer->sink->vtable->cancel(producer->sink);
    settle_finished(producer, fiat__producer_now(producer));
    give_up_records(producer);
    while (fiat__sender_give_up_spooled(producer))
        continue;
}

void *fiat__sender_run(void *arg) {
    fiat__producer *producer = arg;
    fiat__sink *sink = producer->sink;
    fiat__fence_own_thread();
    while (!atomic_load(&producer->stop)) {
        atomic_store(&producer->wake_at_ms, FIAT__AWAKE);
        atomic_store(&producer->dirty, false);
        int64_t wake_ms = fiat__sender_turn(producer);
        atomic_store(&producer->wake_at_ms, wake_ms);
        int64_t wait_ms = wake_ms - fiat__producer_now(producer);
        if (atomic_load(&producer->dirty) || atomic_load(&producer->stop) || wait_ms < 0)
            wait_ms = 0;
        if (is_leaving(producer)) break;
        sink->vtable->poll(sink, wait_ms < IDLE_MS ? (int)wait_ms : IDLE_MS);
    }
    if (!atomic_load(&producer->leave)) fiat__sender_give_up(producer);
    fiat__mutex_lock(&producer->lock);
    producer->sender_ended = true;
    fiat__cond_broadcast(&producer->settled);
    fiat__mutex_unlock(&producer->lock);
    return NULL;
}
