/* What the logger has to say while it works: that a stream is throttled, that an operator must mend
 * something, that events were given up. The library never writes to stderr or a file by itself: an
 * application that wants these lines sets a callback.
 *
 * No line holds anything of an event, nor keys, tokens or signatures. docs/statistics.md lists the
 * topics. */
#ifndef FIAT_LOG_H
#define FIAT_LOG_H

#include <fiat/logger.h>

FIAT_BEGIN_DECLS

/** How much a line matters; the setting `log.level` names the last level that is passed on. */
typedef enum fiat_log_level {
    FIAT_LOG_NONE = 0,
    FIAT_LOG_ERROR = 1,   /**< Events are lost, or wait for somebody to mend something. */
    FIAT_LOG_WARNING = 2, /**< Events wait or calls are refused; it may pass by itself. */
    FIAT_LOG_NOTICE = 3,  /**< Such trouble is over. */
    FIAT_LOG_INFO = 4,    /**< Rare events of a normal life: credentials were refreshed. */
    FIAT_LOG_DEBUG = 5    /**< Every request. */
} fiat_log_level;

/** One line. All pointers are borrowed for the call. */
typedef struct fiat_log_line {
    size_t struct_size;
    fiat_log_level level;
    int64_t time_ms;     /**< When it was written, since 1970-01-01T00:00:00Z. */
    const char *topic;   /**< What it is about, for programs: for example "queue-full". */
    const char *stream;  /**< Name of the delivery stream; "" when it is about none. */
    const char *message; /**< One line in English, valid UTF-8, without control characters. */
    uint64_t suppressed; /**< Lines of this topic left out since the last one that was passed on. */
} fiat_log_line;

/** Receives the lines, in order.
 *  @threads the sender thread, and the thread that closes the logger for the last lines; with no
 *  lock held. It delays delivery while it runs. It may log events; flush and close return
 *  FIAT_E_ARG on the sender thread. */
typedef void (*fiat_log_cb)(const fiat_log_line *line, void *ctx);

/** Have the lines passed on. The first 64 lines since the logger was opened wait for the callback;
 *  of each topic ten lines may come at once, then one a second.
 *  @param cb   NULL: none.  @param ctx  kept until close.
 *  @threads any. A line that is being passed on meanwhile may still reach the old callback. */
FIAT_API void fiat_logger_on_log(fiat_logger *logger, fiat_log_cb cb, void *ctx);

/** Name of a level as the setting `log.level` has it: "warning"; "?" for a value that has none.
 *  @return borrowed for ever.  @threads any. */
FIAT_API const char *fiat_log_level_name(fiat_log_level level);

FIAT_END_DECLS
#endif
