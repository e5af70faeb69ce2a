/* The delivery streams of one engine: what they are, kept in DIR/.fiat/streams, and what they
 * buffer, kept in DIR/.fiat/buffer. */
#ifndef FIAT_LOCAL_STREAM_H
#define FIAT_LOCAL_STREAM_H

#include "base/clock.h"
#include "base/thread.h"
#include "local/destination.h"
#include "local/local.h"
#include "local/put_input.h"
#include "local/segment.h"

#define FIAT__STREAM_TAGS_MAX 50

typedef struct fiat__tag {
    char *key, *value; /* value NULL: none */
} fiat__tag;

/* `lock` guards all that may change: destination, version, tags, deleting and the buffer. The rest
 * is as it was made. */
typedef struct fiat__stream {
    unsigned refs; /* under the registry's lock */
    char name[FIAT__STREAM_NAME_BYTES + 1];
    char arn[FIAT__STREAM_NAME_BYTES + 96];
    int64_t created_ms;
    bool extended;  /* created with ExtendedS3DestinationConfiguration */
    bool encrypted; /* created to be, with a key of AWS's: shown, without effect here */

    fiat__mutex lock;
    fiat__destination destination;
    unsigned version; /* of the destination, from 1 */
    bool deleting;
    fiat__tag *tags; /* sorted by key */
    size_t tag_count;
    fiat__segment *open;                  /* takes records; NULL: none */
    fiat__segment *sealed, **sealed_tail; /* oldest first; the delivery thread alone takes away */
    uint64_t next_segment;                /* number of the next file */
    int64_t retry_at_ms, retry_wait_ms;   /* after a failed delivery, monotonic clock */
} fiat__stream;

typedef struct fiat__registry {
    const fiat__local_opts *opts;
    const fiat__clock *clock;
    char *streams_dir, *buffer_dir;
    fiat__mutex lock;       /* of what follows; taken before a stream's */
    fiat__stream **streams; /* sorted by name */
    size_t count, cap;
    fiat__cond wake; /* the delivery thread */
    bool woken, stopping, abandoned;
} fiat__registry;

/* Load all streams of the data folder and recover their buffers. `opts` is kept. */
fiat_status fiat__registry_open(fiat__registry *registry, const fiat__local_opts *opts,
                                fiat_error *err);
void fiat__registry_close(fiat__registry *registry);

/* Diagnostics, to opts->log. Any thread. */
void fiat__registry_log(const fiat__registry *registry, const char *format, ...) FIAT_PRINTF(2, 3);

/* A stream by name with a reference to release, or NULL. Any thread, as all below. */
fiat__stream *fiat__registry_acquire(fiat__registry *registry, const char *name);
void fiat__registry_release(fiat__registry *registry, fiat__stream *stream);

/* References to all streams; caller releases each and frees the array. */
fiat_status fiat__registry_acquire_all(fiat__registry *registry, fiat__stream ***out, size_t *count,
                                       fiat_error *err);

/* A stream to be filled in and handed to fiat__registry_add(), which takes it, also on failure.
 * NULL: out of memory. */
fiat__stream *fiat__stream_new(const fiat__registry *registry, const char *name,
                               const char *region);
/* For one that was never handed over. */
void fiat__local_stream_free(fiat__stream *stream);
/* Save and publish. FIAT_E_ARG: the name is taken. FIAT_E_LIMIT: too many streams. */
fiat_status fiat__registry_add(fiat__registry *registry, fiat__stream *stream, fiat_error *err);

/* Forget a stream whose buffer is empty, and its files. For the delivery thread. */
void fiat__registry_remove(fiat__registry *registry, fiat__stream *stream);

/* Call the delivery thread. Not with a stream's lock held. */
void fiat__registry_wake(fiat__registry *registry);

/* Write the stream's state. @locks stream->lock held, or nobody else knows the stream. */
fiat_status fiat__stream_save(fiat__registry *registry, fiat__stream *stream, fiat_error *err);

/* Set a tag to a copy of the value (NULL: without one), or take it away.
 * @locks stream->lock held. FIAT_E_LIMIT: over 50. */
fiat_status fiat__stream_set_tag(fiat__stream *stream, const char *key, const char *value,
                                 fiat_error *err);
void fiat__stream_drop_tag(fiat__stream *stream, const char *key);

/* buffer.c: put the records of one request into the buffer: acknowledged when this returns FIAT_OK.
 * FIAT_E_NOT_FOUND: the stream is being deleted. */
fiat_status fiat__stream_put(fiat__registry *registry, fiat__stream *stream,
                             const fiat__str *records, size_t count, fiat_error *err);
/* buffer.c: recover what a former process left in the buffer. Before threads start. */
fiat_status fiat__stream_recover(fiat__registry *registry, fiat__stream *stream, fiat_error *err);
/* buffer.c: deliver what is due, or everything; *next_ms becomes at most the time of the next
 * duty. For the delivery thread. false when something could not be delivered (logged). */
bool fiat__stream_deliver(fiat__registry *registry, fiat__stream *stream, bool all,
                          int64_t *next_ms);
/* The stream's buffer folder; heap, NULL when out of memory. */
char *fiat__stream_buffer_dir(const fiat__registry *registry, const fiat__stream *stream);

/* delivery.c: the thread that delivers; returns when registry->stopping. Argument: the registry.
 * Result: NULL when all was delivered. */
void *fiat__delivery_run(void *registry);

#endif
