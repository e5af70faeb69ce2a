/* Records' memory: the ledger of live records and the pool of blocks.
 *
 * Any thread; ledger->lock guards all of it and is the innermost lock. Each live record costs its
 * whole block against queue_max_bytes, so the queue's bound is a bound on memory. Blocks come in
 * sizes of their own and return to a pool of bounded size: in the steady state nothing is
 * allocated. With the lock held nothing ever is, nor freed, nor copied: mapping and unmapping large
 * blocks takes the kernel long, and every caller would wait for it. */
#include "base/error.h"
#include "base/mem.h"
#include "producer/producer_internal.h"

#define POOL_MAX_BYTES (16u << 20)

_Static_assert(sizeof(fiat__record) + FIAT__RECORD_MAX_BYTES +
                       FIAT__RECORD_MAX_EVENTS * sizeof(fiat__event_note) + FIAT__VERDICT_ROOM <=
                   FIAT__BLOCK_MAX_BYTES,
               "the largest block holds the largest record");

void fiat__records_push(fiat__records *list, fiat__record *record) {
    record->next = NULL;
    if (list->tail)
        list->tail->next = record;
    else
        list->head = record;
    list->tail = record;
    list->count++;
    list->bytes += record->len;
}

fiat__record *fiat__records_pop(fiat__records *list) {
    fiat__record *record = list->head;
    if (!record) return NULL;
    list->head = record->next;
    if (!list->head) list->tail = NULL;
    record->next = NULL;
    list->count--;
    list->bytes -= record->len;
    return record;
}

static bool is_before(const fiat__record *a, const fiat__record *b) {
    return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->sequence < b->sequence);
}

void fiat__records_insert_due(fiat__records *list, fiat__record *record) {
    if (!list->tail || is_before(list->tail, record)) {
        fiat__records_push(list, record);
        return;
    }
    fiat__record **at = &list->head;
    while (is_before(*at, record))
        at = &(*at)->next;
    record->next = *at;
    *at = record;
    list->count++;
    list->bytes += record->len;
}

void fiat__ledger_init(fiat__ledger *ledger, uint64_t queue_max_bytes, bool evict) {
    memset(ledger, 0, sizeof *ledger);
    fiat__mutex_init(&ledger->lock);
    fiat__cond_init(&ledger->room);
    ledger->evict_above_bytes = evict ? queue_max_bytes - queue_max_bytes / 8 : UINT64_MAX;
    ledger->queue_max_bytes = queue_max_bytes;
    ledger->pool_max_bytes = queue_max_bytes / 4;
    if (ledger->pool_max_bytes > POOL_MAX_BYTES) ledger->pool_max_bytes = POOL_MAX_BYTES;
}

void fiat__ledger_deinit(fiat__ledger *ledger) {
    fiat__ledger_free_orphans(ledger);
    for (size_t i = 0; i < FIAT__BLOCK_CLASS_COUNT; i++) {
        while (ledger->pool[i]) {
            fiat__record *block = ledger->pool[i];
            ledger->pool[i] = block->next;
            fiat__free(block);
        }
    }
    fiat__cond_deinit(&ledger->room);
    fiat__mutex_deinit(&ledger->lock);
}

static size_t class_bytes(unsigned class) {
    return (size_t)(4 + class % 4) << (8 + class / 4);
}

/* The smallest class with the room; or the largest, which has room for all that is needed. */
static unsigned class_for(size_t room) {
    unsigned class = 0;
    while (class < FIAT__BLOCK_CLASS_COUNT - 1 && fiat__block_room(class_bytes(class)) < room)
        class ++;
    return class;
}

static unsigned class_of(const fiat__record *record) {
    return class_for(fiat__block_room(record->size));
}

/* A block of the pool; NULL: there is none. @locks ledger->lock held */
static fiat__record *take_block(fiat__ledger *ledger, unsigned class) {
    fiat__record *block = ledger->pool[class];
    if (!block) return NULL;
    ledger->pool[class] = block->next;
    ledger->pooled_bytes -= class_bytes(class);
    return block;
}

/* Returns the block when the pool has no room for it: free it, with the lock not held.
 * @locks ledger->lock held */
static fiat__record *put_block(fiat__ledger *ledger, fiat__record *block, unsigned class) {
    if (ledger->pooled_bytes + class_bytes(class) > ledger->pool_max_bytes) return block;
    block->next = ledger->pool[class];
    ledger->pool[class] = block;
    ledger->pooled_bytes += class_bytes(class);
    return NULL;
}

static bool affords(const fiat__ledger *ledger, size_t bytes) {
    return ledger->queued_bytes + bytes <= ledger->queue_max_bytes;
}

/* The sender may have been at it already, and have left what was not to be evicted then.
 * @locks ledger->lock held */
static void charge(fiat__ledger *ledger, size_t bytes, bool *wake) {
    ledger->queued_bytes += bytes;
    *wake = ledger->queued_bytes > ledger->evict_above_bytes;
}

/* @locks ledger->lock held */
static void discharge(fiat__ledger *ledger, size_t bytes) {
    ledger->queued_bytes -= bytes;
    if (ledger->full) fiat__cond_broadcast(&ledger->room);
    ledger->full = false;
}

/* Charge for `bytes` and take a block of a class from the pool, or else make one. The lock is not
 * held meanwhile. FIAT_E_QUEUE_FULL, FIAT_E_NOMEM: nothing is charged.
 * @locks ledger->lock held before and after */
static fiat_status charge_block(fiat__ledger *ledger, size_t bytes, unsigned class,
                                fiat__record **block, bool *wake) {
    if (!affords(ledger, bytes)) {
        *wake = !ledger->full;
        ledger->full = true;
        return FIAT_E_QUEUE_FULL;
    }
    charge(ledger, bytes, wake);
    *block = take_block(ledger, class);
    if (*block) return FIAT_OK;
    fiat__mutex_unlock(&ledger->lock);
    *block = fiat__malloc(class_bytes(class));
    fiat__mutex_lock(&ledger->lock);
    if (*block) return FIAT_OK;
    discharge(ledger, bytes);
    return FIAT_E_NOMEM;
}

/* Is the queue known to be full, and still? Then nobody needs to wait for the lock to hear that. */
static bool is_hopeless(const fiat__ledger *ledger, size_t bytes) {
    return atomic_load_explicit(&ledger->full, memory_order_relaxed) && !affords(ledger, bytes);
}

/* Say why there is no block. */
static fiat_status refuse(const fiat__ledger *ledger, fiat_status status, fiat_error *err) {
    if (status != FIAT_E_QUEUE_FULL) return fiat__err_nomem(err);
    fiat__err_set(err, status,
                  "queue holds %llu of at most %llu bytes; log again later, or raise "
                  "queue.max.bytes",
                  (unsigned long long)ledger->queued_bytes,
                  (unsigned long long)ledger->queue_max_bytes);
    if (err) err->flags |= FIAT_ERRF_RETRYABLE;
    return status;
}

static void link_newest(fiat__record_chain *chain, fiat__record *record) {
    record->older = chain->newest;
    record->newer = NULL;
    if (chain->newest)
        chain->newest->newer = record;
    else
        chain->oldest = record;
    chain->newest = record;
}

static void unlink_record(fiat__record_chain *chain, fiat__record *record) {
    if (record->older)
        record->older->newer = record->newer;
    else
        chain->oldest = record->newer;
    if (record->newer)
        record->newer->older = record->older;
    else
        chain->newest = record->older;
}

fiat_status fiat__ledger_open(fiat__ledger *ledger, size_t need, size_t want, fiat__record **out,
                              bool *wake, fiat_error *err) {
    unsigned least = class_for(need), class = want > need ? class_for(want) : least;
    fiat__record *record = NULL;
    *out = NULL;
    if (is_hopeless(ledger, class_bytes(least))) return refuse(ledger, FIAT_E_QUEUE_FULL, err);
    fiat__mutex_lock(&ledger->lock);
    while (class > least && !affords(ledger, class_bytes(class)))
        class --;
    fiat_status status = charge_block(ledger, class_bytes(class), class, &record, wake);
    if (status == FIAT_OK) {
        memset(record, 0, sizeof *record);
        record->size = (uint32_t)class_bytes(class);
        record->sequence = ++ledger->last_sequence;
        link_newest(&ledger->live, record);
    }
    fiat__mutex_unlock(&ledger->lock);
    *out = record;
    return status == FIAT_OK ? FIAT_OK : refuse(ledger, status, err);
}

static void link_behind(fiat__record_chain *chain, fiat__record *at, fiat__record *record) {
    record->older = at;
    record->newer = at->newer;
    if (at->newer)
        at->newer->older = record;
    else
        chain->newest = record;
    at->newer = record;
}

/* Move what is behind the last begun step to an empty record. */
static void move_step(fiat__record *to, fiat__record *from) {
    uint32_t begin = from->step_len, first = from->step_events;
    to->stream = from->stream;
    to->opened_ms = from->step_ms;
    to->len = from->len - begin;
    to->event_count = from->event_count - first;
    memcpy(fiat__record_data(to), fiat__record_data(from) + begin, to->len);
    for (uint32_t i = first; i < from->note_count; i++) {
        fiat__event_note *note = fiat__record_note(to, to->note_count++);
        *note = *fiat__record_note(from, i);
        int64_t after_ms = from->opened_ms + note->after_ms - to->opened_ms;
        note->after_ms = after_ms > 0 ? (uint32_t)after_ms : 0;
        note->end -= begin;
    }
    from->len = begin;
    from->event_count = first;
    if (from->note_count > first) from->note_count = first;
}

fiat__record *fiat__ledger_split(fiat__ledger *ledger, fiat__record *record, size_t spare) {
    size_t notes = record->note_count ? record->event_count - record->step_events : 0;
    size_t need = record->len - record->step_len + notes * sizeof(fiat__event_note) + spare;
    unsigned class = class_for(need);
    fiat__record *rest = NULL;
    bool wake;
    fiat__mutex_lock(&ledger->lock);
    if (affords(ledger, class_bytes(class)) &&
        ledger->queued_bytes + class_bytes(class) <= ledger->evict_above_bytes &&
        charge_block(ledger, class_bytes(class), class, &rest, &wake) == FIAT_OK) {
        memset(rest, 0, sizeof *rest);
        rest->size = (uint32_t)class_bytes(class);
        rest->sequence = record->sequence;
        link_behind(&ledger->live, record, rest);
    }
    fiat__mutex_unlock(&ledger->lock);
    if (rest) move_step(rest, record);
    return rest;
}

/* What the callers wrote of a record: the events and the notes on them. */
static void copy_contents(fiat__record *to, size_t size, const fiat__record *from) {
    size_t notes = from->note_count * sizeof(fiat__event_note);
    memcpy(to + 1, from + 1, from->len);
    memcpy((char *)to + size - notes, (const char *)from + from->size - notes, notes);
}

/* @locks ledger->lock held */
static void replace_record(fiat__ledger *ledger, fiat__record *to, const fiat__record *from,
                           size_t size) {
    *to = *from;
    to->size = (uint32_t)size;
    if (to->older)
        to->older->newer = to;
    else
        ledger->live.oldest = to;
    if (to->newer)
        to->newer->older = to;
    else
        ledger->live.newest = to;
}

fiat_status fiat__ledger_grow(fiat__ledger *ledger, fiat__record **record, size_t need, bool *wake,
                              fiat_error *err) {
    fiat__record *old = *record, *block = NULL;
    /* Half as much again, that it need not be moved for every few events. */
    unsigned least = class_for(need), class = class_for(need + old->size / 2);
    fiat__mutex_lock(&ledger->lock);
    while (class > least && !affords(ledger, class_bytes(class) - old->size))
        class --;
    const size_t size = class_bytes(class);
    fiat_status status = charge_block(ledger, size - old->size, class, &block, wake);
    fiat__mutex_unlock(&ledger->lock);
    if (status != FIAT_OK) return refuse(ledger, status, err);
    copy_contents(block, size, old);
    fiat__mutex_lock(&ledger->lock);
    replace_record(ledger, block, old, size);
    old = put_block(ledger, old, class_of(old));
    fiat__mutex_unlock(&ledger->lock);
    fiat__free(old);
    *record = block;
    return FIAT_OK;
}

void fiat__ledger_settle(fiat__ledger *ledger, fiat__record *record, const fiat__tally *change) {
    fiat__mutex_lock(&ledger->lock);
    unlink_record(&ledger->live, record);
    link_newest(&ledger->waiting, record);
    ledger->waiting_events += record->event_count;
    ledger->waiting_bytes += record->size;
    fiat__tally_add(&record->stream->tally, change);
    fiat__mutex_unlock(&ledger->lock);
}

void fiat__ledger_release(fiat__ledger *ledger, fiat__record *record) {
    fiat__mutex_lock(&ledger->lock);
    unlink_record(&ledger->waiting, record);
    ledger->waiting_events -= record->event_count;
    ledger->waiting_bytes -= record->size;
    discharge(ledger, record->size);
    record = put_block(ledger, record, class_of(record));
    fiat__mutex_unlock(&ledger->lock);
    fiat__free(record);
}

bool fiat__ledger_wait_room(fiat__ledger *ledger, int64_t timeout_ms) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&ledger->lock);
    while (ledger->full) {
        int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        fiat__cond_wait_ms(&ledger->room, &ledger->lock, left_ms);
    }
    bool room = !ledger->full;
    fiat__mutex_unlock(&ledger->lock);
    return room;
}

void fiat__ledger_end_waits(fiat__ledger *ledger) {
    fiat__mutex_lock(&ledger->lock);
    fiat__cond_broadcast(&ledger->room);
    ledger->full = false;
    fiat__mutex_unlock(&ledger->lock);
}

uint64_t fiat__ledger_excess(fiat__ledger *ledger) {
    uint64_t sequence = 0;
    fiat__mutex_lock(&ledger->lock);
    uint64_t bytes = ledger->queued_bytes - ledger->waiting_bytes;
    const fiat__record *record = ledger->live.oldest;
    for (; record && bytes > ledger->evict_above_bytes; record = record->newer) {
        if (record->in_flight) continue;
        sequence = record->sequence;
        bytes -= record->size;
    }
    fiat__mutex_unlock(&ledger->lock);
    return sequence;
}

void fiat__ledger_complain(fiat__ledger *ledger, const fiat__producer_stream *stream,
                           const fiat_error *err) {
    fiat__complaint *complaint = &ledger->complaint;
    fiat__mutex_lock(&ledger->lock);
    if (err) {
        complaint->stream = stream;
        complaint->err = *err;
    } else if (complaint->stream == stream) {
        complaint->stream = NULL;
    }
    fiat__mutex_unlock(&ledger->lock);
}

void fiat__ledger_count(fiat__ledger *ledger, fiat__producer_stream *stream,
                        const fiat__tally *change) {
    fiat__mutex_lock(&ledger->lock);
    fiat__tally_add(&stream->tally, change);
    fiat__mutex_unlock(&ledger->lock);
}

void fiat__ledger_read(fiat__ledger *ledger, fiat__producer_totals *out) {
    fiat__mutex_lock(&ledger->lock);
    out->queued_bytes = ledger->queued_bytes;
    out->queue_max_bytes = ledger->queue_max_bytes;
    out->reports_waiting = ledger->waiting_events;
    fiat__mutex_unlock(&ledger->lock);
}

uint64_t fiat__ledger_last_sequence(fiat__ledger *ledger) {
    fiat__mutex_lock(&ledger->lock);
    uint64_t sequence = ledger->last_sequence;
    fiat__mutex_unlock(&ledger->lock);
    return sequence;
}

bool fiat__ledger_settled(fiat__ledger *ledger, uint64_t sequence) {
    fiat__mutex_lock(&ledger->lock);
    bool settled = !ledger->live.oldest || ledger->live.oldest->sequence > sequence;
    fiat__mutex_unlock(&ledger->lock);
    return settled;
}

bool fiat__ledger_is_full(fiat__ledger *ledger) {
    fiat__mutex_lock(&ledger->lock);
    bool full = ledger->full;
    fiat__mutex_unlock(&ledger->lock);
    return full;
}

static void disown_chain(fiat__ledger *ledger, fiat__record_chain *chain) {
    if (!chain->newest) return;
    /* A child that forks before it ever logged has the grandparent's orphans as well. */
    chain->newest->newer = ledger->orphans;
    ledger->orphans = chain->oldest;
    *chain = (fiat__record_chain){0};
}

void fiat__ledger_disown(fiat__ledger *ledger) {
    disown_chain(ledger, &ledger->live);
    disown_chain(ledger, &ledger->waiting);
    ledger->queued_bytes = ledger->waiting_events = ledger->waiting_bytes = 0;
    ledger->full = false;
    ledger->complaint.stream = NULL;
}

void fiat__ledger_free_orphans(fiat__ledger *ledger) {
    while (ledger->orphans) {
        fiat__record *record = ledger->orphans;
        ledger->orphans = record->newer;
        fiat__record_unpack(record);
        fiat__free(record);
    }
}
