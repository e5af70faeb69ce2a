/* The spool: events on disk from the call on until they are settled, so that they outlive the
 * process (docs/spool.md).
 *
 *   callers --append--> newest segment ... oldest segment --read--> sender --settle--> .ack files
 *
 * With a spool every event takes the way over the disk: the sender reads what callers wrote, in
 * that order, as far as memory for records goes. So memory is bounded by the queue and not by the
 * spool; an event whose write or sync failed is never sent; what a former process left is merely
 * the part that was written earlier. Reading comes from the page cache.
 *
 * A folder belongs to one process, which holds a lock in it. The child of a fork has a folder of
 * its own below, which whoever opens the spool next takes over once the child is gone. */
#ifndef FIAT_PRODUCER_SPOOL_H
#define FIAT_PRODUCER_SPOOL_H

#include "base/clock.h"
#include "base/log.h"
#include "producer/numbers.h"
#include "producer/spool_format.h"

#define FIAT__SPOOL_SEGMENT_MIN_BYTES (64 * 1024)

typedef struct fiat__spool fiat__spool;

typedef struct fiat__spool_opts {
    const char *dir; /* copied; NULL: there is no spool */
    bool sync;       /* an event is on the disk when its call returns; else with the kernel */
    uint64_t max_bytes, segment_bytes;
    uint64_t batch_bytes;     /* so much is worth waking the sender for */
    const fiat__spool_io *io; /* NULL: the system's */
    const fiat__clock *clock; /* NULL: system */
    fiat__log *log;           /* kept until close; NULL: none */
} fiat__spool_opts;

/* FIAT_E_SPOOL_LOCKED (the message names the process), FIAT_E_CONFIG, FIAT_E_IO, FIAT_E_NOMEM.
 * Files that the disk does not give are no failure: they are left alone, logged and counted. */
fiat_status fiat__spool_open(fiat__spool **out, const fiat__spool_opts *opts, fiat_error *err);
/* What is not settled stays. NULL is allowed. */
void fiat__spool_close(fiat__spool *spool);
const char *fiat__spool_dir_path(const fiat__spool *spool);

typedef struct fiat__spool_item {
    const char *stream; /* at most FIAT__SPOOL_STREAM_MAX_BYTES */
    const fiat__str *parts;
    size_t part_count;
    const fiat__uuid *uuid; /* may be NULL */
    void *opaque;
    int64_t mono_ms;
} fiat__spool_item;

/* Whether the sender has to be woken for what was appended. */
typedef enum fiat__spool_wake {
    FIAT__SPOOL_WAKE_NONE,
    FIAT__SPOOL_WAKE_LINGER, /* the first event that it does not know of */
    FIAT__SPOOL_WAKE_NOW     /* a batch's worth */
} fiat__spool_wake;

/* Write an event; with `sync` wait until it is on the disk, together with those of other threads.
 * On failure nothing of it is kept: FIAT_E_SPOOL_FULL, FIAT_E_IO, FIAT_E_NOMEM. Any thread. */
fiat_status fiat__spool_append(fiat__spool *spool, const fiat__spool_item *item,
                               fiat__spool_wake *wake, fiat_error *err);

/* Wait, after a refusal, until it is worth trying again. false: not within timeout_ms, by the real
 * clock. Any thread. */
bool fiat__spool_wait_room(fiat__spool *spool, int64_t timeout_ms);
/* Have those that wait try again now. */
void fiat__spool_end_waits(fiat__spool *spool);

/* An event as it is read back. */
typedef struct fiat__spool_event {
    uint64_t ref;     /* names it in fiat__spool_settle() */
    fiat__str stream; /* borrowed until the next read */
    fiat__str event;  /* the same */
    fiat__uuid uuid;  /* all zero: none */
    void *opaque;     /* NULL when a former process wrote it */
    int64_t mono_ms;  /* of the call; `own` alone */
    bool own;         /* this process wrote it */
    uint64_t disk_bytes;
} fiat__spool_event;

/* The next event that was not taken yet; it stays the next one until fiat__spool_taken(). false:
 * there is none now; *again: there may be one soon, without anything being appended. Sender. */
bool fiat__spool_peek(fiat__spool *spool, fiat__spool_event *out, bool *again);
void fiat__spool_taken(fiat__spool *spool);
/* The event that was peeked at cannot be used: count it as damaged. */
void fiat__spool_unusable(fiat__spool *spool);

/* An event has its fate and was reported: it need not be kept. Any thread.
 * @locks between fiat__spool_lock() and fiat__spool_unlock() */
void fiat__spool_settle(fiat__spool *spool, uint64_t ref);
/* Put on disk what was settled, and delete what is settled whole. Sender. */
void fiat__spool_note(fiat__spool *spool);

/* Events appended (and those of former processes) so far, and how many of them were taken. Any
 * thread. */
uint64_t fiat__spool_appended(fiat__spool *spool);
uint64_t fiat__spool_taken_count(fiat__spool *spool);
/* So many have to be taken until all are that were appended before this call: events are taken in
 * the order in which their calls began, so it waits, for at most timeout_ms by the real clock,
 * until those that are under way have ended. Any thread. */
uint64_t fiat__spool_appended_before(fiat__spool *spool, int64_t timeout_ms);

void fiat__spool_read_stats(fiat__spool *spool, fiat__spool_stats *out);

/* The lock is held while a process forks. In the child the spool is the parent's: forget its
 * descriptors at once; `reopen` then makes a folder of the child's own. */
void fiat__spool_lock(fiat__spool *spool);
void fiat__spool_unlock(fiat__spool *spool);
void fiat__spool_forked(fiat__spool *spool);
fiat_status fiat__spool_reopen(fiat__spool *spool, fiat_error *err);

/* --- looking at a folder without changing anything, whoever uses it --- */

typedef struct fiat__spool_file {
    const char *path;   /* below the folder: "0000000000000001.log" */
    uint64_t bytes;     /* with its notes */
    uint64_t events;    /* whole ones */
    uint64_t unsettled; /* of them */
    uint64_t damaged_bytes;
    int error;        /* errno: the disk gives no more of it; 0: it is whole */
    bool torn;        /* it ends in a frame that was never finished */
    bool quarantined; /* in quarantine/ */
} fiat__spool_file;

typedef struct fiat__spool_visitor {
    /* May be NULL. An event that is not settled; called before `file` for its file. */
    fiat_status (*event)(const fiat__spool_frame *frame, void *ctx, fiat_error *err);
    fiat_status (*file)(const fiat__spool_file *file, void *ctx, fiat_error *err);
    void *ctx;
} fiat__spool_visitor;

/* Is it the folder of a spool, which holds segments or has been locked by a process? FIAT_E_ARG,
 * FIAT_E_NOT_FOUND, FIAT_E_IO. */
fiat_status fiat__spool_find(const char *dir, fiat_error *err);

/* Visit all segments of a spool's folder in their order, those of forks included. *holder: the
 * process that uses it, or 0. Also fails as fiat__spool_find(). */
fiat_status fiat__spool_inspect(const char *dir, const fiat__spool_visitor *visitor, long *holder,
                                fiat_error *err);

#endif
