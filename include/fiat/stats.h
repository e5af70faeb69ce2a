/* Statistics as text: JSON for people and programs, Prometheus's text exposition format for
 * monitoring. docs/statistics.md says what every field means; fiat_logger_stats() gives the most
 * important numbers as a struct. */
#ifndef FIAT_STATS_H
#define FIAT_STATS_H

#include <fiat/logger.h>

FIAT_BEGIN_DECLS

typedef enum fiat_stats_format {
    FIAT_STATS_JSON = 1, /**< One JSON object on one line, UTF-8. */
    /** Version 0.0.4; serve it as "text/plain; version=0.0.4; charset=utf-8"
     *  (https://prometheus.io/docs/instrumenting/exposition_formats/). */
    FIAT_STATS_PROMETHEUS = 2
} fiat_stats_format;

/** The statistics as they are now.
 *  @param out  receives the text, NUL-terminated; caller frees it with fiat_text_free(). NULL on
 *              failure.
 *  @param len  may be NULL; receives its length in bytes.
 *  @return FIAT_OK; FIAT_E_ARG; FIAT_E_NOMEM.
 *  @threads any.  @blocks never on the network. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_logger_stats_text(fiat_logger *logger,
                                                            fiat_stats_format format, char **out,
                                                            size_t *len, fiat_error *err);

/** Free a text that the library made. NULL is allowed.  @threads any. */
FIAT_API void fiat_text_free(char *text);

/** Receives the statistics as JSON, every `stats.interval.ms`.
 *  @param json  NUL-terminated; borrowed for the call.
 *  @threads the sender thread, with no lock held; it delays delivery while it runs. It may log
 *  events; flush and close return FIAT_E_ARG there. */
typedef void (*fiat_stats_cb)(const char *json, size_t len, void *ctx);

/** Have the statistics handed over at an interval. The first time is `stats.interval.ms` after the
 *  first event: the sender thread starts with it. With the setting 0, which is the default, never.
 *  @param cb   NULL: not any more.  @param ctx  kept until close.
 *  @threads any. Statistics that are being handed over meanwhile may still reach the old callback.
 */
FIAT_API void fiat_logger_on_stats(fiat_logger *logger, fiat_stats_cb cb, void *ctx);

FIAT_END_DECLS
#endif
