/* Records that are given up: too old, in the way of newer ones, or left when the logger is closed.
 * Sender thread, no lock held. What is in flight is left alone: its fate comes with the reply. */
#include "base/error.h"
#include "producer/producer_internal.h"

#include <stdio.h>

/* Why a record is given up. */
typedef struct reason {
    fiat_status status;
    const char *text;
} reason;

/* With the destination's last word, if there was one. */
static void explain(fiat_error *err, const fiat__record *record, const reason *why) {
    const fiat_error *last = &record->stream->last_error;
    const char *plural = record->attempts == 1 ? "" : "s";
    if (last->status == FIAT_OK) {
        fiat__err_set(err, why->status, "stream %s: %s (%u attempt%s)", record->stream->name,
                      why->text, record->attempts, plural);
        return;
    }
    *err = *last;
    err->status = why->status;
    fiat__err_wrap(err, why->status, "stream %s: %s (%u attempt%s); last error",
                   record->stream->name, why->text, record->attempts, plural);
}

/* Settle all of a list; returns how many events that were. */
static uint64_t give_up(fiat__records *records, const reason *why) {
    uint64_t events = 0;
    for (fiat__record *record; (record = fiat__records_pop(records));) {
        fiat_error err;
        explain(&err, record, why);
        events += record->event_count;
        fiat__record_settle(record, FIAT_NOT_DELIVERED, "", &err);
    }
    return events;
}

static void take_old_retries(fiat__producer_stream *stream, const fiat__age *age,
                             fiat__records *out) {
    if (!stream->retry.head || (stream->retry_oldest_ms >= age->opened_before_ms && !age->sequence))
        return;
    fiat__records all = stream->retry;
    stream->retry = (fiat__records){0};
    for (fiat__record *record; (record = fiat__records_pop(&all));) {
        if (fiat__is_older(record, age))
            fiat__records_push(out, record);
        else
            fiat__retry_keep(record, record->due_ms);
    }
}

static uint64_t give_up_old(fiat__producer_stream *stream, const fiat__age *age,
                            const reason *why) {
    fiat__records old = {0};
    take_old_retries(stream, age, &old);
    fiat__queue_take_old(stream, age, &old);
    return give_up(&old, why);
}

void fiat__give_up_expired(fiat__producer *producer, int64_t now_ms) {
    static const reason why = {FIAT_E_NOT_DELIVERED, "not delivered within delivery.timeout.ms"};
    uint32_t timeout_ms = producer->opts.delivery_timeout_ms;
    if (timeout_ms == 0) return;
    const fiat__age age = {.opened_before_ms = now_ms - timeout_ms + 1};
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next)
        give_up_old(s, &age, &why);
}

void fiat__give_up_excess(fiat__producer *producer) {
    static const reason why = {FIAT_E_QUEUE_FULL, "evicted from the queue to make room"};
    const fiat__age age = {.opened_before_ms = INT64_MIN,
                           .sequence = fiat__ledger_excess(&producer->ledger)};
    if (age.sequence == 0) return;
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next) {
        const fiat__tally change = {.evicted = give_up_old(s, &age, &why)};
        if (change.evicted) fiat__ledger_count(&producer->ledger, s, &change);
    }
}

uint64_t fiat__give_up_all(fiat__producer *producer) {
    static const fiat__age any = {.opened_before_ms = INT64_MAX};
    uint64_t events = 0;
    char text[160] = "closed before it was delivered";
    const reason why = {FIAT_E_NOT_DELIVERED, text};
    if (producer->spool)
        snprintf(text, sizeof text, "closed before it was delivered; it stays in spool %.80s",
                 fiat__spool_dir_path(producer->spool));
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next)
        events += give_up_old(s, &any, &why);
    return events;
}
