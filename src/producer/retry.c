/* What a finished batch means: which records are settled, which are kept, and how much slower the
 * stream's destination is treated from now on. Sender thread.
 *
 * A record that failed alone waits for itself: full jitter over an exponentially growing cap
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). When the destination
 * throttles, or nothing of a batch got through, the stream as a whole is held back in the same way
 * and tried with one batch at a time until batches succeed again. Several batches that fail in the
 * same outage count once: hold_epoch tells whether a batch was sent before or after the last hold.
 *
 * A batch that is refused as a whole goes again in halves, so that one bad record does not take the
 * others along. If it was its size, the batches after it are smaller, too. */
#include "base/error.h"
#include "producer/producer_internal.h"

#define HOLD_LEVEL_MAX 16
#define REFUSALS_MAX   16

uint32_t fiat__backoff_cap_ms(const fiat__producer_opts *opts, unsigned failures) {
    uint64_t cap = opts->retry_backoff_ms;
    for (unsigned i = 1; i < failures && cap < opts->retry_backoff_max_ms; i++)
        cap *= 2;
    return cap < opts->retry_backoff_max_ms ? (uint32_t)cap : opts->retry_backoff_max_ms;
}

static int64_t jittered_ms(const fiat__producer *producer, unsigned failures) {
    uint64_t cap_ms = fiat__backoff_cap_ms(&producer->opts, failures);
    return (int64_t)producer->random_below(cap_ms + 1);
}

int64_t fiat__stream_ready_ms(const fiat__producer_stream *stream) {
    uint32_t at_once = stream->hold_level > 0 ? 1 : fiat__pace_in_flight(&stream->pace);
    if (stream->batches >= at_once) return INT64_MAX;
    int64_t due_ms = fiat__pace_due_ms(&stream->pace);
    return due_ms > stream->hold_until_ms ? due_ms : stream->hold_until_ms;
}

void fiat__retry_keep(fiat__record *record, int64_t due_ms) {
    fiat__producer_stream *stream = record->stream;
    record->due_ms = due_ms;
    record->in_flight = false;
    if (!stream->retry.head || record->opened_ms < stream->retry_oldest_ms)
        stream->retry_oldest_ms = record->opened_ms;
    fiat__records_insert_due(&stream->retry, record);
}

/* What the records of one batch have in common. */
typedef struct verdict {
    size_t delivered, kept;
    size_t delivered_bytes;
    bool throttled, paused;
    bool refused;   /* the batch as a whole */
    bool too_large; /* because of its bytes */
    bool split;     /* it goes again in halves */
} verdict;

static verdict judge(const fiat__slot *slot) {
    verdict v = {0};
    for (size_t i = 0; i < slot->batch.count; i++) {
        switch (slot->batch.records[i].fate) {
        case FIAT__FATE_DELIVERED:
            v.delivered++;
            v.delivered_bytes += slot->batch.records[i].data.len;
            break;
        case FIAT__FATE_TERMINAL:
            break;
        case FIAT__FATE_TOO_LARGE:
            v.too_large = true;
            v.refused = true;
            break;
        case FIAT__FATE_REFUSED:
            v.refused = true;
            break;
        case FIAT__FATE_PAUSE:
            v.paused = true;
            v.kept++;
            break;
        case FIAT__FATE_THROTTLE:
            v.throttled = true;
            v.kept++;
            break;
        case FIAT__FATE_RETRY:
        default: /* a sink that sets no fate does not lose the record */
            v.kept++;
            break;
        }
    }
    return v;
}

/* Of the events, as batches are measured when they are filled: compressed records have fewer. */
static size_t bytes_of_events(const fiat__slot *slot) {
    size_t bytes = 0;
    for (const fiat__record *record = slot->records.head; record; record = record->next)
        bytes += record->len;
    return bytes;
}

/* Whether a refused batch is worth its halves. One bad record of 500 costs 18 requests more. When
 * nothing gets through, the records are not what is wrong; but what is too large is worth its
 * halves as long as something is learnt by that, however many batches were under way. */
static bool is_worth_splitting(const fiat__slot *slot, const verdict *v, int64_t now_ms) {
    if (v->too_large && slot->batch.count > 1 &&
        fiat__pace_too_large(&slot->stream->pace, now_ms, bytes_of_events(slot)))
        return true;
    slot->stream->refusals++;
    return slot->batch.count > 1 && slot->stream->refusals <= REFUSALS_MAX;
}

/* From now on each half shares batches with itself alone. */
static void split(fiat__slot *slot) {
    fiat__producer_stream *stream = slot->stream;
    size_t i = 0;
    for (fiat__record *record = slot->records.head; record; record = record->next, i++) {
        if (i == 0 || i == slot->batch.count / 2) stream->last_group++;
        if (stream->last_group == 0) stream->last_group++; /* went round; 0 is no group */
        record->group = stream->last_group;
    }
}

/* Whether a refused batch goes again in halves or ends here: from now on its records have the fate
 * of that. */
static bool resolve_refusal(fiat__slot *slot, const verdict *v, int64_t now_ms) {
    bool halves = is_worth_splitting(slot, v, now_ms);
    if (halves) split(slot);
    for (size_t i = 0; i < slot->batch.count; i++)
        slot->batch.records[i].fate = halves ? FIAT__FATE_RETRY : FIAT__FATE_TERMINAL;
    return halves;
}

/* Why the first of the records that are kept was not taken; NULL: none is kept. */
static const fiat_error *complaint_of(const fiat__slot *slot) {
    for (size_t i = 0; i < slot->batch.count; i++) {
        fiat__record_fate fate = slot->batch.records[i].fate;
        if (fate != FIAT__FATE_DELIVERED && fate != FIAT__FATE_TERMINAL)
            return &slot->batch.records[i].err;
    }
    return NULL;
}

static void learn_pace(fiat__slot *slot, const verdict *v, int64_t now_ms) {
    fiat__producer_stream *stream = slot->stream;
    if (v->delivered > 0) fiat__pace_taken(&stream->pace, now_ms, v->delivered, v->delivered_bytes);
    if (v->throttled && slot->hold_epoch == stream->hold_epoch)
        fiat__pace_throttled(&stream->pace, now_ms);
    else if (v->delivered > 0 && !v->throttled)
        fiat__pace_answered(&stream->pace, now_ms - slot->sent_ns / 1000000, slot->bytes,
                            stream->batches);
}

/* Hold the stream back, or let it go faster again. true: the hold speaks for the records, too. */
static bool pace_stream(fiat__slot *slot, const verdict *v, int64_t now_ms) {
    fiat__producer_stream *stream = slot->stream;
    fiat__producer *producer = slot->producer;
    bool hold = v->throttled || v->paused || (v->kept > 0 && v->delivered == 0);
    if (!hold) {
        if (v->delivered > 0) stream->hold_level /= 2;
        return v->split;
    }
    if (slot->hold_epoch != stream->hold_epoch) return true;
    stream->hold_epoch++;
    /* Of a batch that was taken in part, the pace knows the remedy. */
    if (stream->hold_level < (v->delivered > 0 ? 1 : HOLD_LEVEL_MAX)) stream->hold_level++;
    stream->hold_until_ms = now_ms + (v->paused ? (int64_t)producer->opts.retry_backoff_max_ms
                                                : jittered_ms(producer, stream->hold_level));
    return true;
}

/* Settle a record or keep it for its next attempt. */
static void finish_record(fiat__producer_stream *stream, fiat__record *record,
                          const fiat__sink_record *result, int64_t retry_ms) {
    record->maybe |= result->maybe_delivered;
    if (result->fate == FIAT__FATE_DELIVERED) {
        fiat__record_settle(record, FIAT_DELIVERED, result->record_id, NULL);
    } else if (result->fate == FIAT__FATE_TERMINAL) {
        fiat__record_settle(record, FIAT_NOT_DELIVERED, "", &result->err);
    } else {
        fiat__err_assign(&stream->last_error, &result->err);
        fiat__retry_keep(record, retry_ms);
    }
}

void fiat__retry_finish(fiat__slot *slot, int64_t now_ms) {
    fiat__producer_stream *stream = slot->stream;
    verdict v = judge(slot);
    learn_pace(slot, &v, now_ms);
    fiat__observe_finished(slot);
    if (v.delivered > 0) stream->refusals = 0;
    if (v.refused) v.split = resolve_refusal(slot, &v, now_ms);
    const fiat_error *complaint = complaint_of(slot);
    bool held = pace_stream(slot, &v, now_ms);
    stream->batches--;
    if (!complaint) stream->last_error.status = FIAT_OK;
    if (complaint || stream->retry.head == NULL)
        fiat__ledger_complain(&slot->producer->ledger, stream, complaint);
    /* One draw for the batch: its failures go again together. */
    unsigned attempts = slot->records.head ? slot->records.head->attempts : 1;
    int64_t retry_ms = held ? now_ms : now_ms + jittered_ms(slot->producer, attempts);
    for (size_t i = 0; slot->records.head; i++)
        finish_record(stream, fiat__records_pop(&slot->records), &slot->batch.records[i], retry_ms);
    slot->stream = NULL;
    slot->producer->slots_used--;
}
