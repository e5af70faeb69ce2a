/* What the files of the producer share; nobody else includes it.
 *
 * The life of a record. A record is one block of memory: header, events' bytes growing up, notes on
 * events growing down from the end. It is
 *   open     in a lane of its stream: callers copy events into it   (queue.c)
 *   ready    in stream->ready: sealed by size, count, age or flush  (lane.c, queue_take.c)
 *   carried  in a slot: part of a batch that the sink has           (sender.c)
 *   retry    in stream->retry: failed, waits for its next attempt   (retry.c)
 *   settled  its fate is known                                      (report.c)
 *   waiting  for fiat_logger_poll() to report its events; otherwise that is done as it is settled
 *                                                                   (report_queue.c)
 *   over     its events are reported, its block goes to the pool    (record.c)
 * From opening to settling it is in the ledger's live list, oldest first, which is what flush waits
 * on; while it waits, in the ledger's list of those. Both count against queue_max_bytes, and are
 * how a forked child finds what to free.
 *
 * Locks, in the order in which they may be taken:
 *   1. the registry of producers (fork.c)
 *   2. the fence (base/fence.h): so that fork() finds nobody in libcurl or OpenSSL
 *   3. producer->lock   the list of streams, starting the thread; `settled` goes with it
 *   4. lane->lock       an open record; more than one of a stream only in their order, or by trying
 *   5. stream->lock     the ready list
 *   6. ledger.lock      live and waiting lists, pool, numbers
 *   7. waiting.lock     records whose reports wait
 *   8. the spool's      its segments; taken with no other held but when the process forks
 *   9. the log's        its waiting lines
 * Callbacks and the sink are called with none held. Whatever is marked "sender"
 * below belongs to the sender thread alone; only the child of a fork, where that thread is not,
 * resets it. */
#ifndef FIAT_PRODUCER_INTERNAL_H
#define FIAT_PRODUCER_INTERNAL_H

#include "base/thread.h"
#include "producer/pace.h"
#include "producer/pack.h"
#include "producer/producer.h"
#include "producer/spool.h"

#include <stdatomic.h>

/* What a delivery report and the spool need to know of one event. Kept only when there is one of
 * them. */
typedef struct fiat__event_note {
    fiat__uuid uuid; /* all zero: none */
    void *opaque;
    uint64_t spool_ref; /* with a spool: the event's place in it */
    uint32_t end;       /* offset behind its newline */
    uint32_t after_ms;  /* queued so long after the record was opened */
} fiat__event_note;

typedef struct fiat__record {
    struct fiat__record *next;          /* ready, carried, retry, or free in the pool */
    struct fiat__record *older, *newer; /* live or waiting list */
    fiat__producer_stream *stream;
    uint64_t sequence; /* counts up in the order of opening */
    int64_t opened_ms; /* monotonic */
    int64_t due_ms;    /* sender: the next attempt, not before */
    int64_t sent_ms;   /* sender: when the last attempt began; monotonic */
    uint32_t size;     /* of the whole block */
    uint32_t len;      /* bytes of events */
    uint32_t event_count;
    uint32_t note_count; /* event_count, or 0 when there is no need for them */
    /* Up to the last event that began another step of what is billed; 0: none has. */
    uint32_t step_len, step_events;
    int64_t step_ms;   /* when that event came; monotonic */
    uint32_t attempts; /* sender */
    char *packed;      /* sender: the events compressed; NULL: not yet */
    uint32_t packed_len;
    uint32_t group; /* sender: shares batches with its group alone; 0: with any */
    uint64_t place; /* sender: in a forecast; counts up over all of a stream's; 0: in none */
    bool maybe;     /* sender: some attempt may have been received */
    bool in_flight; /* sender */
    bool kept;      /* sender: its end here is not its end: it stays in the spool */
} fiat__record;

static inline char *fiat__record_data(fiat__record *record) {
    return (char *)(record + 1);
}

/* The note on event i; they lie in reverse at the end of the block. */
static inline fiat__event_note *fiat__record_note(fiat__record *record, uint32_t i) {
    return (fiat__event_note *)(void *)((char *)record + record->size) - 1 - i;
}

/* What became of a record. */
typedef struct fiat__verdict {
    fiat_outcome outcome;
    int64_t settled_ms;     /* monotonic */
    int64_t wall_offset_ms; /* of the wall clock from the monotonic one, at that time */
    bool dead_letter;       /* in the dead-letter file */
    char record_id[256];
    fiat_error err; /* unless delivered */
} fiat__verdict;

/* While its reports wait, a record holds its verdict, behind the events' bytes. The room for it is
 * kept from the start: what has to be reported needs no memory that might not be there. */
#define FIAT__VERDICT_ROOM (sizeof(fiat__verdict) + _Alignof(fiat__verdict) - 1)

static inline fiat__verdict *fiat__record_verdict(fiat__record *record) {
    uintptr_t end = (uintptr_t)(fiat__record_data(record) + record->len);
    size_t over = end % _Alignof(fiat__verdict);
    return (fiat__verdict *)(end + (over ? _Alignof(fiat__verdict) - over : 0));
}

/* What Firehose bills for a record. */
static inline size_t fiat__billed_bytes(size_t len) {
    return (len + FIAT__BILLING_STEP_BYTES - 1) / FIAT__BILLING_STEP_BYTES *
           FIAT__BILLING_STEP_BYTES;
}

/* A list of records through `next`. */
typedef struct fiat__records {
    fiat__record *head, *tail;
    size_t count, bytes;
} fiat__records;

void fiat__records_push(fiat__records *list, fiat__record *record);
fiat__record *fiat__records_pop(fiat__records *list);
/* By due time, and by age among those due together. */
void fiat__records_insert_due(fiat__records *list, fiat__record *record);

/* A list of records through `older` and `newer`, from which any may be taken. */
typedef struct fiat__record_chain {
    fiat__record *oldest, *newest;
} fiat__record_chain;

/* Blocks are of 4, 5, 6 or 7 times a power of two, from 1 KiB to 1 MiB: at most a fifth is unused.
 * The largest holds a record of the largest size. */
#define FIAT__BLOCK_MAX_BYTES   (1u << 20)
#define FIAT__BLOCK_CLASS_COUNT 41

/* The destination's last complaint about records that are still to be delivered. */
typedef struct fiat__complaint {
    const fiat__producer_stream *stream; /* NULL: there is none */
    fiat_error err;
} fiat__complaint;

typedef struct fiat__ledger {
    fiat__mutex lock;
    fiat__record_chain live;    /* not settled */
    fiat__record_chain waiting; /* settled; their events are still to be reported */
    fiat__record *orphans;      /* in a forked child: the parent's records, to be freed */
    uint64_t last_sequence;
    _Atomic uint64_t queued_bytes; /* blocks of both; changed with the lock held */
    uint64_t queue_max_bytes;
    uint64_t waiting_events, waiting_bytes;
    uint64_t evict_above_bytes; /* the sender is to evict when more is queued; UINT64_MAX: never */
    atomic_bool full;           /* refused a block since the last release; as queued_bytes */
    fiat__cond room;            /* with lock: no longer full */
    fiat__record *pool[FIAT__BLOCK_CLASS_COUNT];
    uint64_t pooled_bytes, pool_max_bytes;
    fiat__complaint complaint;
} fiat__ledger;

void fiat__ledger_init(fiat__ledger *ledger, uint64_t queue_max_bytes, bool evict);
void fiat__ledger_deinit(fiat__ledger *ledger);
/* A new live record with room for `need` bytes of events, notes and verdict, for `want` if that is
 * to be had. FIAT_E_QUEUE_FULL, FIAT_E_NOMEM. *wake: the sender should look at the queue, because
 * this was the first refusal since the last release, or because it should evict. */
fiat_status fiat__ledger_open(fiat__ledger *ledger, size_t need, size_t want, fiat__record **out,
                              bool *wake, fiat_error *err);
/* Move a live record to a block with room for `need` bytes. The old one is gone on FIAT_OK. */
fiat_status fiat__ledger_grow(fiat__ledger *ledger, fiat__record **record, size_t need, bool *wake,
                              fiat_error *err);
/* Move the events of an open record from the last begun step on to a record of its own, as old as
 * the first of them and of the same sequence. `spare` bytes of it stay free. NULL: there is no
 * memory; the record is as it was. */
fiat__record *fiat__ledger_split(fiat__ledger *ledger, fiat__record *record, size_t spare);
/* Wait until memory is released after a refusal. false: not within timeout_ms. */
bool fiat__ledger_wait_room(fiat__ledger *ledger, int64_t timeout_ms);
/* Have those that wait try again now. */
void fiat__ledger_end_waits(fiat__ledger *ledger);
/* The last record to be evicted, of those that are not in flight, to keep within
 * evict_above_bytes; 0: none. Reports that wait are on their way out already. */
uint64_t fiat__ledger_excess(fiat__ledger *ledger);
/* A record's fate is known: add `change` to its stream's numbers. It waits for its reports now, and
 * is to be released when they are made. */
void fiat__ledger_settle(fiat__ledger *ledger, fiat__record *record, const fiat__tally *change);
/* The end of a record that waits: put the block into the pool. */
void fiat__ledger_release(fiat__ledger *ledger, fiat__record *record);
/* Keep a complaint of a stream's destination; `err` NULL: it takes records again. */
void fiat__ledger_complain(fiat__ledger *ledger, const fiat__producer_stream *stream,
                           const fiat_error *err);
/* Add `change` to a stream's numbers. */
void fiat__ledger_count(fiat__ledger *ledger, fiat__producer_stream *stream,
                        const fiat__tally *change);
/* All of the totals but their tally. */
void fiat__ledger_read(fiat__ledger *ledger, fiat__producer_totals *out);
uint64_t fiat__ledger_last_sequence(fiat__ledger *ledger);
/* Is every record up to `sequence` settled? */
bool fiat__ledger_settled(fiat__ledger *ledger, uint64_t sequence);
bool fiat__ledger_is_full(fiat__ledger *ledger);
/* In a forked child, with the lock held: forget the parent's records. */
void fiat__ledger_disown(fiat__ledger *ledger);
void fiat__ledger_free_orphans(fiat__ledger *ledger);

/* Bytes of events and notes that a block of `size` bytes holds. */
static inline size_t fiat__block_room(size_t size) {
    return size - sizeof(fiat__record);
}

/* Does a stream's destination take its records? Its name in statistics: state_name(). */
typedef enum fiat__stream_state {
    FIAT__STREAM_SENDING = 0,
    FIAT__STREAM_BACKING_OFF, /* nothing of the last batch was taken */
    FIAT__STREAM_THROTTLED,
    FIAT__STREAM_PAUSED /* somebody must mend something */
} fiat__stream_state;

typedef struct fiat__stream_condition {
    fiat__stream_state state;
    int64_t since_ms; /* wall time; 0: from the beginning */
    fiat__pace_limits limits;
    char why[320]; /* "" when sending */
} fiat__stream_condition;

/* Records whose events wait to be reported on a thread of the application's, oldest first. */
typedef struct fiat__report_queue {
    fiat__mutex lock;
    fiat__cond filled;
    fiat__records records;
    int fd; /* eventfd, readable while there are records; -1: nobody asked for it */
} fiat__report_queue;

void fiat__report_queue_init(fiat__report_queue *queue);
void fiat__report_queue_deinit(fiat__report_queue *queue);
void fiat__report_queue_push(fiat__report_queue *queue, fiat__record *record);
/* NULL: there is none. */
fiat__record *fiat__report_queue_pop(fiat__report_queue *queue);
/* Wait for at most timeout_ms until there are records; how many. */
size_t fiat__report_queue_wait(fiat__report_queue *queue, uint32_t timeout_ms);
fiat_status fiat__report_queue_fd(fiat__report_queue *queue, int *fd, fiat_error *err);
/* In a forked child, with the lock held: forget the parent's. */
void fiat__report_queue_disown(fiat__report_queue *queue);

/* Where threads add events; see lane.c. */
#define FIAT__LANE_COUNT 8
typedef struct fiat__lane {
    fiat__mutex lock;
    fiat__record *open; /* NULL or at least one event */
    uint64_t accepted;  /* events */
    uint32_t waits;     /* calls that found the lock held, since the last record was sealed */
    uint32_t crowded;   /* records in a row in which many did */
    char apart[64];     /* what two threads write is in no common line of their caches */
} fiat__lane;

struct fiat__producer_stream {
    fiat__producer_stream *next; /* written once, before the stream is seen by others */
    fiat__producer *producer;
    char *name;
    atomic_bool spread; /* over all lanes; else the first alone is in use */
    fiat__lane lanes[FIAT__LANE_COUNT];
    fiat__mutex lock;
    fiat__records ready;              /* sealed, in that order */
    _Atomic uint32_t usual_bytes;     /* what the last record took: the next one's first block */
    fiat__tally tally;                /* @locks ledger.lock */
    fiat__stream_condition condition; /* sender; changed and read by others under ledger.lock */
    fiat__records retry;              /* sender: by due time */
    int64_t retry_oldest_ms;          /* sender: no record in retry was opened before */
    int64_t hold_until_ms;            /* sender: nothing is sent before */
    unsigned hold_level;              /* sender: failures in a row, halved by each success */
    unsigned hold_epoch;              /* sender: counts holds, so that one outage counts once */
    uint32_t batches;                 /* sender: in flight */
    fiat__pace pace;                  /* sender */
    fiat__sink_forecast forecast;     /* sender: the last one */
    uint64_t before_forecast;         /* sender: the place before its first record's */
    uint64_t last_place;              /* sender: that was given */
    unsigned refusals;                /* sender: batches refused in a row */
    uint32_t last_group;              /* sender: of records */
    fiat_error last_error;            /* sender: of the last failed attempt; status FIAT_OK: none */
};

/* One batch in flight. */
typedef struct fiat__slot {
    fiat__sink_batch batch; /* first member: the sink hands it back */
    fiat__producer *producer;
    fiat__producer_stream *stream; /* NULL: free */
    fiat__records records;         /* in the order of batch.records */
    size_t bytes;                  /* of batch.records */
    fiat__sink_record *results;
    size_t result_cap;
    fiat__sink_record spare; /* a batch of one when there is no memory for more */
    unsigned hold_epoch;
    int64_t sent_ns; /* monotonic */
    struct fiat__slot *next_finished;
} fiat__slot;

/* Of the last two nothing is taken any more. LEFT: exit() was called, close was not. */
enum { FIAT__PRODUCER_IDLE, FIAT__PRODUCER_RUNNING, FIAT__PRODUCER_CLOSED, FIAT__PRODUCER_LEFT };

/* producer->wake_at_ms while the sender is awake: nobody needs to wake it. */
#define FIAT__AWAKE INT64_MIN

struct fiat__producer {
    fiat__producer_opts opts; /* unchanged after the first append */
    fiat__sink *sink;
    fiat__packer *packer;   /* sender; NULL: records are sent as they are */
    bool notes;             /* are kept: for reports, or for the spool */
    fiat__spool *spool;     /* NULL: none */
    size_t omitted_bytes;   /* of each record, at its end: its newline, or 0 */
    size_t verdict_bytes;   /* room kept in each record for its verdict */
    char *dead_letter_path; /* NULL: there is no such file */
    size_t batch_max_count; /* of records: the lower of the setting's and the sink's */
    size_t batch_max_bytes;

    atomic_int state;                /* FIAT__PRODUCER_* */
    atomic_bool stop;                /* tells the sender to cancel, give up and end */
    atomic_bool leave;               /* with stop: to end and leave everything as it is */
    atomic_bool dirty;               /* something for the sender to look at */
    _Atomic uint64_t refused;        /* events; counted by the caller */
    atomic_uint waiting_calls;       /* with FIAT__FULL_WAIT: calls that may wait for room */
    _Atomic int64_t wake_at_ms;      /* when the sender wakes by itself */
    _Atomic uint64_t flush_sequence; /* records up to here wait for no company */
    _Atomic uint64_t flush_spooled;  /* nor do the records of so many events of the spool */

    fiat__mutex lock;
    fiat__cond settled; /* with lock: some record has been */
    _Atomic(fiat__producer_stream *) streams;
    pthread_t thread;
    bool thread_started;
    bool sender_ended; /* the thread is past its last look at the producer; `settled` says so */
    bool no_thread;    /* tests call fiat__sender_turn() themselves */
    uint64_t (*random_below)(uint64_t limit); /* jitter; tests make it certain */
    bool forked;                              /* the sink is the parent's until reopened */

    fiat__ledger ledger;
    fiat__report_queue waiting; /* with opts.reports_by_poll */

    /* Sender. */
    fiat__slot *slots; /* opts.max_in_flight of them */
    uint32_t slots_used;
    fiat__str foretold[FIAT__BATCH_MAX_RECORDS]; /* data of the last forecast */
    fiat__slot *finished, **finished_end;        /* done() has been called, in that order */
    fiat__producer_stream *next_to_serve;        /* whose turn it is */
    bool settled_any;
    uint64_t given_up;        /* events, by fiat__sender_give_up() */
    bool seen_full;           /* the log said that the queue is full */
    int64_t next_interval_ms; /* of opts.on_interval; 0: not known yet */
    uint64_t seen_lost;       /* events of the spool; the log said so */
    bool keep_spooled;        /* what is given up now stays in the spool */

    fiat__window windows[FIAT__WINDOW_COUNT];

    fiat__producer *registry_next;
};

/* Its events as they are sent, unless they are compressed. */
static inline fiat__str fiat__record_text(fiat__record *record) {
    return fiat__str_of(fiat__record_data(record),
                        record->len - record->stream->producer->omitted_bytes);
}

/* What is sent of it. */
static inline fiat__str fiat__record_wire(fiat__record *record) {
    return record->packed ? fiat__str_of(record->packed, record->packed_len)
                          : fiat__record_text(record);
}

static inline void fiat__raise_to(_Atomic uint64_t *to, uint64_t value) {
    uint64_t old = atomic_load(to);
    while (old < value && !atomic_compare_exchange_weak(to, &old, value))
        continue;
}

static inline int64_t fiat__producer_now(const fiat__producer *producer) {
    return fiat__mono_ms(producer->opts.clock);
}

/* producer.c: after fork and before the first append: reopen the sink, start the thread. */
fiat_status fiat__producer_start(fiat__producer *producer, fiat_error *err);
/* sender.c: have the sender look at its streams by due_ms at the latest (FIAT__AWAKE: now). No lock
 * held. */
void fiat__producer_notify(fiat__producer *producer, int64_t due_ms);

/* producer.c, for exit(): end the sender and change nothing; wait for that, by the real clock. */
void fiat__producer_leave(fiat__producer *producer);
void fiat__producer_await_end(fiat__producer *producer, int64_t until_ms);

/* fork.c */
void fiat__fork_register(fiat__producer *producer);
void fiat__fork_unregister(fiat__producer *producer);

/* lane.c. Lock the lane of the calling thread in a stream. */
fiat__lane *fiat__lane_enter(fiat__producer_stream *stream);
/* Take the lane's open record out of it. @locks lane->lock held */
fiat__record *fiat__lane_close(fiat__producer_stream *stream, fiat__lane *lane);
/* Put it on the ready list; true: that makes a batch. The calling thread may have another lane from
 * then on. @locks lane->lock held */
bool fiat__lane_seal(fiat__producer_stream *stream, fiat__lane *lane);
/* Some record has not filled up in time: if the stream is spread, let threads share one again. Not
 * now if one is at work. Sender. */
void fiat__lanes_join(fiat__producer_stream *stream);
/* Whether a batch is full: one more record of the largest size would not fit.
 * @locks stream->lock held */
bool fiat__is_batch_ready(const fiat__producer_stream *stream);
/* Bytes of a record's block that are in use. */
size_t fiat__record_used_bytes(const fiat__record *record);

/* queue_take.c, for the sender. Any record up to `flush_sequence`, or all of them when `hurry`, is
 * due at once; others when they have waited linger_ms. */
typedef struct fiat__queue_view {
    int64_t now_ms;
    uint64_t flush_sequence;
    bool hurry;
} fiat__queue_view;

/* What one batch may carry. */
typedef struct fiat__batch_limits {
    size_t records, bytes;
} fiat__batch_limits;

/* queue.c: put an event that the spool gave into its stream's open record. FIAT_E_QUEUE_FULL,
 * FIAT_E_NOMEM. */
fiat_status fiat__queue_load(fiat__producer_stream *stream, const fiat__spool_event *event,
                             int64_t now_ms);
/* Move what the next batch should carry to *out, which may hold records already; nothing unless a
 * whole batch is ready or a record is due. */
void fiat__queue_take(fiat__producer_stream *stream, const fiat__queue_view *view,
                      const fiat__batch_limits *limits, fiat__records *out);

/* forecast.c: what the stream sends next, if that is certain but for retries, limits and evictions.
 * NULL: it is not, or the sink does not want to know. */
fiat__sink_forecast *fiat__forecast_make(fiat__producer_stream *stream,
                                         const fiat__batch_limits *limits);
/* The stream's last forecast if it foretold these records. */
const fiat__sink_forecast *fiat__forecast_find(const fiat__producer_stream *stream,
                                               const fiat__records *records);

/* Records that are old enough: opened before a time, or as one of the first. */
typedef struct fiat__age {
    int64_t opened_before_ms; /* INT64_MIN: none by time */
    uint64_t sequence;        /* up to here; 0: none */
} fiat__age;

static inline bool fiat__is_older(const fiat__record *record, const fiat__age *age) {
    return record->opened_ms < age->opened_before_ms || record->sequence <= age->sequence;
}

/* Move every record that is old enough to *out. */
void fiat__queue_take_old(fiat__producer_stream *stream, const fiat__age *age, fiat__records *out);
/* When the stream's first record is due; INT64_MAX: it has none. *oldest_ms: when that was opened.
 */
int64_t fiat__queue_due_ms(fiat__producer_stream *stream, const fiat__queue_view *view,
                           int64_t *oldest_ms);
/* Whether one more record of `bytes` may join a batch. */
bool fiat__batch_fits(const fiat__batch_limits *limits, const fiat__records *batch, size_t bytes);

/* intake.c: bring what the spool holds into records. Returns when to go on; INT64_MAX: when
 * something happens. */
int64_t fiat__intake(fiat__producer *producer, int64_t now_ms);

/* retry.c */
uint32_t fiat__backoff_cap_ms(const fiat__producer_opts *opts, unsigned failures);
/* Keep a record for its next attempt. */
void fiat__retry_keep(fiat__record *record, int64_t due_ms);
/* Take the results of a finished slot: settle or keep each record, slow the stream, free the slot.
 */
void fiat__retry_finish(fiat__slot *slot, int64_t now_ms);
/* When the stream may send a batch, by its destination's answers so far; INT64_MAX: not before the
 * next of them. */
int64_t fiat__stream_ready_ms(const fiat__producer_stream *stream);

/* observe.c, for the sender. A slot was filled and is about to be submitted; its results are there
 * and none of its records is settled yet; a record is about to be settled; a turn is over (`full`:
 * some call was refused for want of room). */
void fiat__observe_sent(const fiat__slot *slot, int64_t now_ms);
void fiat__observe_finished(const fiat__slot *slot);
void fiat__observe_given_up(const fiat__record *record, fiat_outcome outcome,
                            const fiat_error *why);
void fiat__observe_turn(fiat__producer *producer, int64_t now_ms, bool full);
/* The spool was opened; or some of its events turned out to be unreadable. */
void fiat__observe_spool(fiat__producer *producer, const fiat__spool_stats *stats);
/* The sender has ended; on the thread that closes. `left`: events that nobody acknowledged. */
void fiat__observe_closed(fiat__producer *producer, uint64_t left);
/* Nothing was seen yet: of a new producer, and of the child of a fork. */
void fiat__observe_reset(fiat__producer *producer);
/* When a turn is wanted for the sake of opts.on_interval; INT64_MAX: never. */
int64_t fiat__observe_wake_ms(const fiat__producer *producer);
const char *fiat__stream_state_name(fiat__stream_state state);

/* give_up.c, for the sender: settle as not delivered, or maybe, what waited too long; of a queue
 * that should not fill up (queue.full=evict) the oldest that are not in flight; whatever is not in
 * flight, and how many events that were. */
void fiat__give_up_expired(fiat__producer *producer, int64_t now_ms);
void fiat__give_up_excess(fiat__producer *producer);
uint64_t fiat__give_up_all(fiat__producer *producer);

/* pack.c: compress the records of a list. Those for which there is no memory are kept for later;
 * those that do not fit a record are settled. */
void fiat__pack_records(fiat__producer *producer, fiat__records *records, int64_t now_ms);
void fiat__record_unpack(fiat__record *record);

/* report.c: the end of a record's delivery: its events are reported, or wait for that.
 * FIAT_NOT_DELIVERED becomes FIAT_MAYBE when an attempt may have been received. */
void fiat__record_settle(fiat__record *record, fiat_outcome outcome, const char *record_id,
                         const fiat_error *error);
/* Report the events of at most `record_count` records that wait; how many events. */
uint64_t fiat__reports_serve(fiat__producer *producer, size_t record_count);
/* Is the caller inside the producer's delivery callback? */
bool fiat__is_reporting(const fiat__producer *producer);

/* sender.c: one round of the sender; returns when the next one is due (monotonic ms). */
int64_t fiat__sender_turn(fiat__producer *producer);
/* Cancel what is in flight and settle everything as not delivered, or maybe. */
void fiat__sender_give_up(fiat__producer *producer);
/* Report events that are in the spool alone, as far as there is memory for them: they stay there.
 * false: there was none, or nobody wants reports. The sender has ended, or is the caller. */
bool fiat__sender_give_up_spooled(fiat__producer *producer);
void *fiat__sender_run(void *producer);

#endif
