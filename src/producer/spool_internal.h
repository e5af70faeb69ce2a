/* What the files of the spool share; nobody else includes it.
 *
 * Locks: spool->lock guards everything but what is marked "sender". It is not held while the disk
 * is synced, nor, without `sync`, while a frame is written (spool_append.c). Nothing but the atomic
 * numbers is looked at without it, and no other lock is taken with it held. */
#ifndef FIAT_PRODUCER_SPOOL_INTERNAL_H
#define FIAT_PRODUCER_SPOOL_INTERNAL_H

#include "base/thread.h"
#include "producer/spool.h"
#include "producer/spool_strands.h"

#include <stdatomic.h>

/* Names below the folder: "/fork-2147483647-9999/0123456789abcdef.1.log" and the like. */
#define FIAT__SPOOL_DIR_MAX_BYTES (PATH_MAX - 128)

#define FIAT__SPOOL_QUARANTINE "quarantine"

/* A folder with a lock: the spool's own, or that of a fork. */
typedef struct fiat__spool_dir {
    struct fiat__spool_dir *next;
    char *path;
    int lock_fd;
    size_t segments;
    bool passing; /* of a fork that is gone, all of it known: removed with its last segment */
} fiat__spool_dir;

/* One of a segment's files. The offsets are 0 while there is none. */
typedef struct fiat__spool_strand {
    uint64_t end, readable_end; /* behind what is written and what may be read */
    uint64_t read_at;           /* where reading broke off */
    int fd;                     /* to write; -1: not open for that */
    bool broken;                /* it could not be made */
    bool busy;                  /* it belongs to a call that writes behind `end` without the lock */
    uint32_t index;             /* of its event */
} fiat__spool_strand;

typedef struct fiat__spool_segment {
    struct fiat__spool_segment *next;
    fiat__spool_dir *dir;
    char *stem;          /* path without ".log" */
    uint64_t id, number; /* the number of own ones alone */
    uint32_t tag;        /* upper half of a reference to one of its events */
    uint32_t count;      /* index of the next event */
    uint32_t readable;   /* events with a lower index may be read */
    uint32_t unread;     /* events neither taken nor settled before; readable ones or not */
    uint32_t unsettled;  /* events */
    uint32_t read_index; /* the reader's next_index where reading broke off */
    unsigned busy;       /* strands */
    fiat__spool_strand strands[FIAT__SPOOL_STRANDS];
    uint64_t bytes; /* of all strands, with what is being written */
    uint64_t note_bytes;
    bool own;     /* written by this process */
    bool sealed;  /* nothing more will be written */
    bool stuck;   /* the disk does not give it: the next process may try again */
    bool stays;   /* settled or not: the disk gave no more of it, or cannot set it apart */
    bool damaged; /* kept in quarantine/ when all else in it is settled */
    bool named;   /* its name is on the disk; only asked with `sync` */
} fiat__spool_segment;

/* A thread that waits for its event to be on the disk. */
typedef struct fiat__spool_waiter {
    struct fiat__spool_waiter *next;
    uint64_t end; /* offset behind its frame */
    bool done;
    int error; /* errno; 0: it is there */
} fiat__spool_waiter;

/* Settled events that are not noted yet: runs of indices. */
#define FIAT__SPOOL_RUN_COUNT 256
typedef struct fiat__spool_run {
    uint32_t tag, first, count;
} fiat__spool_run;

struct fiat__spool {
    char *root; /* the folder that was named; in the child of a fork `dirs` is one below */
    fiat__spool_opts opts;
    const fiat__spool_io *io;

    fiat__mutex lock;
    fiat__cond changed;     /* with lock: a sync has ended, or a call that is awaited */
    fiat__cond strand_free; /* with lock */
    fiat__spool_dir *dirs;  /* the first is that of new segments */
    fiat__spool_segment *oldest, *newest;
    uint64_t bytes;     /* of all segments and their notes */
    uint64_t unsettled; /* events */
    uint64_t next_number;
    uint32_t last_tag;
    fiat__spool_segment *writer; /* the newest, or NULL: to which new events go */
    unsigned queuing;            /* calls that wait for a strand */
    unsigned awaiting;           /* threads that wait for calls to end */
    bool syncing;                /* some thread syncs the writer with the lock not held */
    fiat__spool_waiter *waiters, **waiters_end;
    bool idle;       /* the sender has read all and waits for more */
    bool may_delete; /* some segment may have become settled */
    fiat__spool_run runs[FIAT__SPOOL_RUN_COUNT];
    size_t run_count;
    uint64_t recovered, damaged, damaged_bytes, lost, unreadable;
    bool full;                     /* refused an event since a segment was last deleted */
    bool disk_full;                /* because the disk is */
    bool said_full;                /* the log said so, and not yet that there is room again */
    uint64_t appended_when_full;   /* `appended` at the last refusal */
    fiat__cond room;               /* with lock: no longer full */
    unsigned char *settled_before; /* bits: of the segment that is read, if it is not our own */

    _Atomic uint64_t appended, taken; /* events */
    _Atomic uint64_t unread_bytes;

    /* Sender. */
    fiat__spool_strands reader;
    fiat__spool_segment *reading; /* NULL: none */
    unsigned failures;            /* to read at this place, one after the other */
    fiat__spool_event peeked;
    bool has_peeked;
    uint32_t took; /* of `reading`, since its numbers were last brought up to date */

    bool forked; /* the parent's: only to be freed or reopened */
};

/* spool_dir.c: make the folder if need be, and lock it. */
fiat_status fiat__spool_dir_open(fiat__spool_dir **out, const char *path, fiat_error *err);
/* Unlock it; `remove`: it is empty, remove it. */
void fiat__spool_dir_close(fiat__spool_dir *dir, bool remove);
long fiat__spool_dir_holder(const char *path);
/* Has some process locked it, now or before? */
bool fiat__spool_dir_was_locked(const char *path);
/* "0123456789abcdef.log" or "0123456789abcdef.1.log"? */
bool fiat__spool_is_segment(const char *name, uint64_t *number);
bool fiat__spool_is_fork(const char *name);

/* spool_recover.c: find what a former process left in a folder. */
fiat_status fiat__spool_recover(fiat__spool *spool, fiat__spool_dir *dir, fiat_error *err);

/* What a look at a segment's files shows. */
typedef struct fiat__spool_check {
    fiat__spool_head head;
    bool headless; /* it has no valid head: nothing in it can be read */
    bool torn;
    uint32_t count;                     /* one more than the last index */
    uint64_t ends[FIAT__SPOOL_STRANDS]; /* behind the last whole frame; 0: there is no head */
    uint64_t events, unsettled, damaged, damaged_bytes, bytes, note_bytes;
    int error; /* errno: what was found is what the disk gave before */
    unsigned error_strand;
} fiat__spool_check;

/* `reader` is closed, before and after; `visitor` may be NULL. A disk that does not give the files
 * is no failure but a finding. */
fiat_status fiat__spool_check_segment(fiat__spool_strands *reader, const char *stem,
                                      const fiat__spool_visitor *visitor, fiat__spool_check *out,
                                      fiat_error *err);

/* Does an errno say that this process is short of something, and nothing of the file? */
bool fiat__spool_is_shortage(int error);

/* spool.c: say that the disk does not give a file or folder, which stays as it is. @locks lock held
 */
void fiat__spool_unreadable(fiat__spool *spool, const char *path, int error);

/* spool.c. @locks lock held */
fiat__spool_segment *fiat__spool_add_segment(fiat__spool *spool, fiat__spool_dir *dir,
                                             const char *stem);
/* The segment is done with. Of a damaged one the file is set apart, or stays if that fails. */
void fiat__spool_drop_segment(fiat__spool *spool, fiat__spool_segment *segment);

/* spool_room.c. @locks lock held
 * An event was refused for want of room; error: errno, when it is the disk that is full. */
void fiat__spool_refuse(fiat__spool *spool, int error, fiat__spool_wake *wake);
/* Before segments are deleted: if there is no room, have the newest be one of them. */
void fiat__spool_make_room(fiat__spool *spool);
/* A segment was deleted: those that wait may try again. */
void fiat__spool_show_room(fiat__spool *spool);
/* Once a turn: does the log have to say that there is room again? */
void fiat__spool_say_room(fiat__spool *spool);

/* spool_read.c: append notes that runs of a segment's events are settled, at most
 * FIAT__SPOOL_RUN_COUNT. One that fails is written over by the next; its events may be sent again
 * by the next process. @locks lock held */
void fiat__spool_write_notes(fiat__spool *spool, fiat__spool_segment *segment,
                             const fiat__spool_run *runs, size_t count);

/* spool_writer.c: the next event goes to a new segment. This one is sealed when the last call that
 * writes to it is done. @locks lock held, no sync running */
void fiat__spool_end_writer(fiat__spool *spool);

#endif
