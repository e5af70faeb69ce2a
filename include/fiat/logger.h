/* The logger: validates events, stamps them and hands them to the producer.
 *
 * A logger and every function on it may be used from any thread, concurrently, except close. A call
 * never waits for the network. After fork() the child's logger starts empty and usable; the events
 * that the parent had queued are sent by the parent alone. exit() without fiat_logger_close() loses
 * what is queued, unless there is a spool. No function may be called in a signal handler; the
 * library's threads block the signals of the application. docs/delivery-guarantees.md has more of
 * all this. */
#ifndef FIAT_LOGGER_H
#define FIAT_LOGGER_H

#include <fiat/config.h>
#include <fiat/event.h>

FIAT_BEGIN_DECLS

/** Most bytes that one event may have once stamped: Firehose's record limit of 1,024,000 bytes less
 *  the newline that ends it
 *  (https://docs.aws.amazon.com/firehose/latest/APIReference/API_Record.html). */
#define FIAT_EVENT_MAX_BYTES 1023999

/** A logger. Any thread. */
typedef struct fiat_logger fiat_logger;

/** What became of one event. */
typedef enum fiat_outcome {
    FIAT_DELIVERED = 1,    /**< Acknowledged; `record_id` names the record that carries it. */
    FIAT_MAYBE = 2,        /**< Sent, but no answer came: it may have arrived. */
    FIAT_NOT_DELIVERED = 3 /**< Given up; `error` says why. */
} fiat_outcome;

/** Report on one event. All pointers are borrowed for the call. */
typedef struct fiat_delivery {
    size_t struct_size;
    fiat_outcome outcome;
    const char *stream;    /**< Name of the delivery stream. */
    const char *event_id;  /**< The stamped id (UUID), or "" when the stream stamps none. */
    const char *record_id; /**< RecordId from Firehose; the object's path with `local:`; else "". */
    uint32_t attempts;     /**< Requests that carried the event. */
    uint64_t queued_ms;    /**< Time from the call until its fate was known. */
    const fiat_error *error; /**< Set when the outcome is not FIAT_DELIVERED. */
    const char *data;        /**< The event as it was to be written, without the newline. */
    size_t data_length;
    void *opaque; /**< From the event. */
    /* The next three are times in ms since 1970-01-01T00:00:00Z. */
    int64_t accepted_at_ms; /**< When the event was queued. */
    int64_t sent_at_ms;     /**< When the last request that carried it began; 0: there was none. */
    int64_t settled_at_ms;  /**< When its fate was known. */
    const char *dead_letter_file; /**< Path of `dead.letter.file` when the event is there; or "". */
    const char *spool_dir; /**< Folder of the spool when the event stays there after close, for the
                                next logger, and must not be logged again; or "". */
} fiat_delivery;

/** Called once for each event that was accepted.
 *  @threads with `reports=sender`, the default, always the sender thread, with no lock held; it
 * delays delivery while it runs. With `reports=poll` the thread that calls fiat_logger_poll(), or
 * fiat_logger_close(), which reports what is left. It may log events; flush, poll and close return
 * FIAT_E_ARG there. It must return: not by longjmp(), an exception or pthread_exit(). In the child
 * of a fork() that is made in it, only exec and _exit are left. */
typedef void (*fiat_delivery_cb)(const fiat_delivery *report, void *ctx);

/** Open a logger.
 *  @param out     receives the handle; caller frees it with fiat_logger_close().
 *  @param sink    "firehose", "local:DIR" or "stdout"; borrowed for the call.
 *  @param config  borrowed for the call; NULL: defaults, environment and file.
 *  @return FIAT_OK; FIAT_E_CONFIG, also when no AWS region is found; FIAT_E_ARG for an unknown
 *          sink; when a folder below `schemas.dir` is wrong FIAT_E_STREAM_INVALID,
 *          FIAT_E_SCHEMA_INVALID, FIAT_E_SCHEMA_REF or FIAT_E_JSON_*; FIAT_E_SPOOL_LOCKED when
 *          another process uses `spool.dir`; FIAT_E_CLOSED, for Firehose, once exit() has ended the
 *          loggers that were open; FIAT_E_IO, FIAT_E_NOT_FOUND; FIAT_E_NOMEM.
 *  @blocks on disk (schemas, `local:`, the spool), never on the network. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_logger_open(fiat_logger **out, const char *sink,
                                                      const fiat_config *config, fiat_error *err);

/** The same in one call: pairs of setting and value, ended by NULL. A value that is NULL gives
 *  FIAT_E_ARG: what should be stamped must not go missing unseen.
 *
 *      fiat_logger *logger = fiat_configure("firehose", &err, "app", "audit", NULL);
 *
 *  @return the logger, or NULL with `err` set as by fiat_logger_open(). */
FIAT_API FIAT_MUST_CHECK FIAT_SENTINEL fiat_logger *fiat_configure(const char *sink,
                                                                   fiat_error *err, ...);

/** Have every event's fate reported. Call it before the first event.
 *  @param cb   NULL turns reports off.  @param ctx  kept until close.
 *  @threads one, before others log. */
FIAT_API void fiat_logger_on_delivery(fiat_logger *logger, fiat_delivery_cb cb, void *ctx);

/** Report the events whose fates are known, by calling the delivery callback on this thread. For
 *  programs that set `reports=poll`. Reports that wait hold their events' memory, which counts
 *  against `queue.max.bytes`: a program that does not poll will find its queue full.
 *  @param timeout_ms  how long to wait when no report is waiting; 0: not at all.
 *  @param count       may be NULL; receives how many events were reported, perhaps 0. Those that
 *                     become known meanwhile may be left to the next call.
 *  @return FIAT_OK; FIAT_E_ARG in a delivery callback, without a callback, or unless
 * `reports=poll`.
 *  @threads any, also several at once: each event is reported to one of them.
 *  @blocks for at most timeout_ms and the callbacks' own time. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_logger_poll(fiat_logger *logger, uint32_t timeout_ms,
                                                      uint64_t *count, fiat_error *err);

/** A file descriptor that is readable (POLLIN) exactly while reports wait for fiat_logger_poll(),
 *  to be watched with poll(), epoll or an event loop (examples/event_loop.c). Do not read, write or
 *  close it.
 *  @param fd  receives the descriptor, the same with every call; open until close. In the child of
 *             a fork it stands for the child's reports.
 *  @return FIAT_OK; FIAT_E_ARG as fiat_logger_poll(); FIAT_E_IO when there is none to be had.
 *  @threads any. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_logger_fd(fiat_logger *logger, int *fd, fiat_error *err);

/** Validate an event, stamp it and queue it for a stream.
 *  @param stream  name of a folder below `schemas.dir`, or "Audit"; borrowed for the call.
 *  @param event   borrowed for the call.
 *  @return FIAT_OK: queued, and reported once later. Otherwise nothing is kept:
 *          FIAT_E_SCHEMA_MISMATCH (err has instance_path, keyword, schema_path, message);
 *          FIAT_E_JSON_SYNTAX, _UTF8, _DEPTH, _DUPLICATE_KEY, _NOT_OBJECT; FIAT_E_EVENT_STAMPED;
 *          FIAT_E_EVENT_TOO_LARGE; FIAT_E_STREAM_UNKNOWN; FIAT_E_QUEUE_FULL (try again later);
 *          FIAT_E_SCHEMA_LIMIT; FIAT_E_CLOSED; FIAT_E_ARG; FIAT_E_NOMEM; with the first event, of
 *          a process or of the child of a fork, FIAT_E_IO when the sender thread cannot be started;
 *          in the child of a fork, FIAT_E_UNSUPPORTED when libcurl cannot be used there
 *          (docs/delivery-guarantees.md);
 *          with a spool, FIAT_E_SPOOL_FULL (try again later) and FIAT_E_IO when the disk refuses.
 *          err->offset counts from the first byte of JSON text as it was given.
 *  @blocks never on the network; with `queue.full=wait` for at most `queue.wait.ms` while the queue
 *          or the spool is full, though not in a delivery callback; on disk with a spool
 *          (docs/spool.md).
 *  @signals not async-signal-safe. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_validated_log(fiat_logger *logger, const char *stream,
                                                        fiat_event event, fiat_error *err);

/** An audit in progress, by value; nothing to free. Any thread. */
typedef struct fiat_audit {
    fiat_logger *logger;
    int32_t status;    /**< FIAT_OK when the event was accepted. */
    char audit_id[40]; /**< UUID that joins the audit's rows; "" when refused. */
} fiat_audit;

/** Log the start of an audited action to the built-in stream `Audit`.
 *  @param event  task (required), task_args, ticket_id; see schemas/Audit/json_schema.json.
 *  @return the handle for fiat_audit_log_output(); its status is that of fiat_validated_log(). */
FIAT_API FIAT_MUST_CHECK fiat_audit fiat_audit_log(fiat_logger *logger, fiat_event event,
                                                   fiat_error *err);

/** Add the result to an audit: a second row with the same audit_id.
 *  @param audit  from fiat_audit_log(); a handle that was refused gives FIAT_E_ARG.
 *  @param event  `output`: any JSON value.
 *  @return as fiat_validated_log(). */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_audit_log_output(const fiat_audit *audit,
                                                           fiat_event event, fiat_error *err);

#ifndef FIAT_NO_SHORT_NAMES
/** fiat_audit_log() under its short name. Define FIAT_NO_SHORT_NAMES to hide the three. */
FIAT_API FIAT_MUST_CHECK fiat_audit audit_log(fiat_logger *logger, fiat_event event,
                                              fiat_error *err);
/** fiat_audit_log_output() under its short name. */
FIAT_API FIAT_MUST_CHECK fiat_status audit_log_output(const fiat_audit *audit, fiat_event event,
                                                      fiat_error *err);
/** fiat_validated_log() under its short name. */
FIAT_API FIAT_MUST_CHECK fiat_status validated_log(fiat_logger *logger, const char *stream,
                                                   fiat_event event, fiat_error *err);
#endif

/** Wait until every event queued before the call has its fate.
 *  @param timeout_ms  0: only ask.
 *  @return FIAT_OK; FIAT_E_INCOMPLETE when the deadline passed first: the events stay queued, and
 *          err says what the destination complains of, if it does (message, flags, aws_code,
 *          http_status, sys_code); FIAT_E_ARG in a delivery callback; FIAT_E_CLOSED.
 *  @blocks for at most timeout_ms. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_logger_flush(fiat_logger *logger, uint32_t timeout_ms,
                                                       fiat_error *err);

/** Numbers since the logger was opened. */
typedef struct fiat_stats {
    size_t struct_size;       /**< Set to sizeof(fiat_stats) by the caller. */
    uint64_t accepted;        /**< Events queued. */
    uint64_t refused;         /**< Events refused at the call. */
    uint64_t delivered;       /**< Events acknowledged. */
    uint64_t maybe;           /**< Events sent without an answer. */
    uint64_t not_delivered;   /**< Events given up. */
    uint64_t queued;          /**< Events waiting or in flight now. */
    uint64_t queued_bytes;    /**< Memory of those and of reports that wait. */
    uint64_t records;         /**< Firehose records acknowledged. */
    uint64_t requests;        /**< Requests made. */
    uint64_t retried_records; /**< Records sent again. */
    uint64_t bytes;           /**< Bytes of records acknowledged. */
    uint64_t billed_bytes;    /**< The same after rounding each record up to 5 KiB. */
    uint64_t reports_waiting; /**< Events whose reports wait for fiat_logger_poll(). */
    uint64_t dead_letters;    /**< Events in `dead.letter.file`. */
    uint64_t evicted; /**< Of `maybe` and `not_delivered`: given up for room, `queue.full=evict`. */
    uint64_t duplicates_risked; /**< Events sent again after an attempt that may have arrived. */
    uint64_t throttled_records; /**< Records refused for the sake of pace, counted each time. */
    uint64_t spool_bytes;       /**< Of files in the spool. */
    uint64_t spool_events;      /**< Events in the spool that are not acknowledged. */
    uint64_t spool_recovered; /**< Events that a former process left there; accepted counts them. */
    uint64_t spool_damaged;   /**< Events of the spool that are damaged; docs/spool.md. */
    uint64_t spool_unreadable; /**< Files of the spool that the disk does not give; they stay. */
} fiat_stats;

/** Read the numbers. @threads any. */
FIAT_API void fiat_logger_stats(fiat_logger *logger, fiat_stats *out);

/** Send what is queued, then free the logger in any case but one: in a delivery callback nothing is
 *  done. No other call may be running on it but those that wait for room (`queue.full=wait`): they
 *  return FIAT_E_CLOSED.
 *  @param logger      NULL is allowed.
 *  @param timeout_ms  how long to wait for delivery.
 *  @param left        may be NULL; receives how many events were not acknowledged by then. Each of
 *                     them is reported to the delivery callback as FIAT_NOT_DELIVERED or
 *                     FIAT_MAYBE. With a spool they stay there, for the next logger.
 *  @return FIAT_OK; FIAT_E_INCOMPLETE when events are left, with the destination's complaint as
 *          from fiat_logger_flush(); FIAT_E_ARG in a delivery callback.
 *  @blocks for at most timeout_ms and the time to cancel requests; with a spool and a delivery
 *          callback also for the time to read and report what is left. */
FIAT_API fiat_status fiat_logger_close(fiat_logger *logger, uint32_t timeout_ms, uint64_t *left,
                                       fiat_error *err);

FIAT_END_DECLS
#endif
