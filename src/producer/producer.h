/* The producer: takes whole events as bytes, joins them into records, batches, sends, retries, and
 * reports each event's fate once. Knows no schema.
 *
 *   callers' threads --append--> open record of a stream --seal--> ready records --batch--> sink
 *
 * One lock a stream guards its open record and is held only while an event is copied in; the sender
 * thread seals by size, count or age and does everything else. */
#ifndef FIAT_PRODUCER_PRODUCER_H
#define FIAT_PRODUCER_PRODUCER_H

#include "base/log.h"
#include "base/random.h"
#include "producer/numbers.h"
#include "producer/sink.h"
#include "producer/spool.h"
#include <fiat/logger.h>

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html and
 * https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
 */
#define FIAT__RECORD_MAX_BYTES  1024000
#define FIAT__RECORD_MAX_EVENTS 500
#define FIAT__BATCH_MAX_RECORDS 500
#define FIAT__BATCH_MAX_BYTES   (4 * 1024 * 1024)
/* So many bytes, compressed by zlib, never exceed FIAT__RECORD_MAX_BYTES, whatever they are
 * (deflateBound(), zlib.h). */
#define FIAT__PACKED_EVENTS_MAX_BYTES 1023600
/* https://aws.amazon.com/firehose/pricing/: each record rounded up to the next 5 KB. */
#define FIAT__BILLING_STEP_BYTES (5 * 1024)

typedef struct fiat__producer fiat__producer;
typedef struct fiat__producer_stream fiat__producer_stream;

/* What a call does when the queue is full; in the order of the setting's values. */
typedef enum fiat__full_policy {
    FIAT__FULL_REFUSE,
    FIAT__FULL_WAIT, /* for at most queue_wait_ms, then refuse */
    FIAT__FULL_EVICT /* the sender gives up the oldest before it comes to that */
} fiat__full_policy;

typedef struct fiat__producer_opts {
    uint32_t linger_ms;         /* how long an event may wait for company */
    uint32_t record_max_bytes;  /* 1..FIAT__RECORD_MAX_BYTES */
    uint32_t record_max_events; /* 1: no joining; at most FIAT__RECORD_MAX_EVENTS */
    bool omit_last_newline;     /* of a record; what is between joined events stays */
    int gzip_level;             /* 0: records are sent as they are; 1 (fast) .. 9 (small) */
    uint32_t batch_max_records, batch_max_bytes;
    /* Memory of the events waiting or in flight; then FIAT_E_QUEUE_FULL. Blocks kept for use again
     * (at most a quarter of it, or 16 MiB) and the bodies of requests come on top. */
    uint64_t queue_max_bytes;
    fiat__full_policy queue_full;
    uint32_t queue_wait_ms;
    uint32_t max_in_flight;                    /* requests at once */
    uint64_t rate_max_bytes, rate_max_records; /* a second and stream; 0: what the stream takes */
    uint32_t retry_backoff_ms, retry_backoff_max_ms;
    uint32_t delivery_timeout_ms; /* 0: for ever; then an event is given up and reported */
    const fiat__clock *clock;     /* NULL: system */
    fiat__log *log;               /* kept until free; NULL: none */
    bool reports_by_poll;         /* on the thread that polls; else on the sender's */
    bool reports_failures_only;   /* what was delivered is not reported */
    const char *dead_letter_file; /* copied; "" or NULL: none */
    bool dead_letter_sync;
    /* Called by the sender with no lock held, when so much time has passed; 0: never. */
    uint32_t interval_ms;
    void (*on_interval)(void *ctx);
    /* Called in the child of a fork, by the thread that forked, with locks held: the parent's
     * numbers are not the child's. */
    void (*on_fork)(void *ctx);
    void *owner_ctx; /* of both; they may be NULL */
    fiat_delivery_cb on_delivery;
    void *on_delivery_ctx;
    fiat__spool_opts spool; /* dir NULL: none; batch_bytes and clock are the producer's */
} fiat__producer_opts;

/* The sink is taken, also on failure. The sender thread starts with the first append. */
fiat_status fiat__producer_new(fiat__producer **out, fiat__sink *sink,
                               const fiat__producer_opts *opts, fiat_error *err);

/* The handle of a stream, made on first use and valid until free. Any thread. Not for every event:
 * the caller keeps it. */
fiat_status fiat__producer_stream_get(fiat__producer *producer, const char *name,
                                      fiat__producer_stream **out, fiat_error *err);

/* Replace the callback; before the first append. */
void fiat__producer_on_delivery(fiat__producer *producer, fiat_delivery_cb cb, void *ctx);

/* Copy an event, given in parts, into the stream's open record and end it with one newline.
 * The parts hold no newline and together at most FIAT_EVENT_MAX_BYTES bytes.
 * uuid may be NULL. FIAT_OK, FIAT_E_QUEUE_FULL, FIAT_E_EVENT_TOO_LARGE, FIAT_E_CLOSED,
 * FIAT_E_NOMEM. Any thread. Nothing is allocated in the steady state. */
fiat_status fiat__producer_append(fiat__producer_stream *stream, const fiat__str *parts,
                                  size_t part_count, const fiat__uuid *uuid, void *opaque,
                                  fiat_error *err);

fiat_status fiat__producer_flush(fiat__producer *producer, uint32_t timeout_ms, fiat_error *err);
/* Is the caller the sender thread, or inside a delivery callback? It must not flush or close. */
bool fiat__producer_in_callback(fiat__producer *producer);
/* As fiat_logger_poll() and fiat_logger_fd(). */
fiat_status fiat__producer_poll(fiat__producer *producer, uint32_t timeout_ms, uint64_t *count,
                                fiat_error *err);
fiat_status fiat__producer_fd(fiat__producer *producer, int *fd, fiat_error *err);
/* One event was refused before it came here. Any thread. */
void fiat__producer_count_refused(fiat__producer *producer);
void fiat__producer_stats(fiat__producer *producer, fiat_stats *out);
/* How many delivery streams there are by now; their number never shrinks. */
size_t fiat__producer_stream_count(fiat__producer *producer);
/* The first `count` that were made, in the order of their making, and these together. Any thread.
 */
void fiat__producer_view(fiat__producer *producer, fiat__stream_view *streams, size_t count,
                         fiat__producer_totals *totals);
/* Any thread may add and read; valid until free. */
fiat__window *fiat__producer_window(fiat__producer *producer, fiat__window_id id);
/* Flush until the deadline, then give up the rest (reported), stop the thread, free all. */
fiat_status fiat__producer_close(fiat__producer *producer, uint32_t timeout_ms, uint64_t *left,
                                 fiat_error *err);

#endif
