/* Lines for the application, from any part and any thread to one callback.
 *
 * Whoever has something to say writes a line, with or without locks held: it is formatted into a
 * small ring under the log's own lock, the innermost of all. The thread that owns the log serves
 * the ring: the callback runs there alone, with no lock held. A caller of the library is never kept
 * waiting for a callback.
 *
 * A line names the thing, the place and the remedy, and holds nothing of an event and nothing
 * secret. */
#ifndef FIAT_BASE_LOG_H
#define FIAT_BASE_LOG_H

#include "base/clock.h"
#include <fiat/log.h>

/* Names of the levels, in their order. */
#define FIAT__LOG_LEVELS "none, error, warning, notice, info, debug"

/* XX(NAME, "topic", LEVEL, "when it is written"); docs/statistics.md has the same rows. */
#define FIAT__LOG_MAP(XX)                                                                          \
    XX(GAVE_UP, "gave-up", ERROR, "Events were given up, or the destination will never take them") \
    XX(DEAD_LETTER, "dead-letter", ERROR, "dead.letter.file cannot be written")                    \
    XX(PAUSED, "paused", ERROR, "A stream waits for an operator")                                  \
    XX(DAMAGED, "spool-damaged", ERROR, "Events in the spool are damaged")                         \
    XX(UNREADABLE, "spool-unreadable", ERROR, "The disk does not give a file of the spool")        \
    XX(QUEUE_FULL, "queue-full", WARNING, "The queue is at its limit")                             \
    XX(SPOOL_FULL, "spool-full", WARNING, "The spool is at its limit, or the disk is full")        \
    XX(THROTTLED, "throttled", WARNING, "A stream's destination asks for a slower pace")           \
    XX(BACKING_OFF, "backing-off", WARNING, "A stream's destination fails")                        \
    XX(CLOCK, "clock", WARNING, "The machine's clock is wrong and corrected for signatures")       \
    XX(CREDENTIALS_FAILED, "credentials-failed", WARNING, "AWS credentials cannot be fetched")     \
    XX(SENDING, "sending", NOTICE, "A stream that was paused, throttled or backing off sends")     \
    XX(QUEUE_ROOM, "queue-room", NOTICE, "The queue has room again")                               \
    XX(SPOOL_ROOM, "spool-room", NOTICE, "The spool has room again")                               \
    XX(SPOOL_LEFT, "spool-left", NOTICE, "A logger was closed and left events in the spool")       \
    XX(RECOVERED, "spool-recovered", NOTICE, "A former process left events in the spool")          \
    XX(CREDENTIALS, "credentials", INFO, "AWS credentials were fetched")                           \
    XX(CLOSED, "closed", INFO, "The logger was closed: its numbers")                               \
    XX(RETRY, "retry", DEBUG, "Records are to be sent again")                                      \
    XX(REQUEST, "request", DEBUG, "A request ended")

typedef enum fiat__log_topic {
#define XX(name, text, level, when) FIAT__LOG_##name,
    FIAT__LOG_MAP(XX)
#undef XX
        FIAT__LOG_TOPIC_COUNT
} fiat__log_topic;

/* Waiting lines, and lines of one topic at once; then one a second. */
#define FIAT__LOG_RING_LINES 64
#define FIAT__LOG_BURST      10

typedef struct fiat__log fiat__log;

/* `level`: the last one that is kept. clock NULL: system. Every function takes log NULL, which says
 * nothing. */
fiat_status fiat__log_new(fiat__log **out, fiat_log_level level, const fiat__clock *clock,
                          fiat_error *err);
void fiat__log_free(fiat__log *log);

/* Is a line of the topic kept? To save work before it is put together. */
bool fiat__log_wants(const fiat__log *log, fiat__log_topic topic);

/* Any thread, any locks. `stream` "" : it is about none. */
void fiat__log_write(fiat__log *log, fiat__log_topic topic, const char *stream, const char *format,
                     ...) FIAT_PRINTF(4, 5);

void fiat__log_on_line(fiat__log *log, fiat_log_cb cb, void *ctx);

/* Called by fiat__log_write() when the ring was empty, with that thread's locks held: has the
 * owner's thread serve soon. */
void fiat__log_on_waiting(fiat__log *log, void (*wake)(void *ctx), void *ctx);

/* Hand the waiting lines to the callback. Owner's thread, no locks held. */
void fiat__log_serve(fiat__log *log);

/* fork(): lock before, unlock after; the child forgets the parent's lines first. */
void fiat__log_lock(fiat__log *log);
void fiat__log_unlock(fiat__log *log);
void fiat__log_forget(fiat__log *log);

#endif
