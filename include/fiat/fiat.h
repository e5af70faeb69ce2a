/* Fiat: validated logging through Amazon Data Firehose to Athena.
 *
 *     fiat_logger *logger = fiat_configure("firehose", &err, "app", "audit",
 *                                          "tags", "environment=non-prod,team=NTA", NULL);
 *     fiat_audit audit = audit_log(logger, FIAT_FIELDS(FIAT_FIELD("task", "_add")), &err);
 *     audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 3)), &err);
 *     fiat_logger_close(logger, 5000, NULL, &err);
 *
 * Words used in every comment: *borrowed for the call*, *copied*, *taken*, *borrowed until ...* for
 * ownership; *any thread* (concurrently), *one thread at a time* for threads. Sizes are bytes
 * unless the name says otherwise, times are milliseconds.
 *
 * No function is async-signal-safe: none may be called in a signal handler, which can set a flag,
 * or write to a pipe, for a thread that then logs. No function is a cancellation point: a thread
 * that is cancelled within one ends after it; asynchronous cancellation
 * (PTHREAD_CANCEL_ASYNCHRONOUS) must not be enabled around calls. Callbacks must return: no
 * longjmp(), exception or pthread_exit() may leave them. */
#ifndef FIAT_FIAT_H
#define FIAT_FIAT_H

#include <fiat/allocator.h>
#include <fiat/config.h>
#include <fiat/error.h>
#include <fiat/event.h>
#include <fiat/log.h>
#include <fiat/logger.h>
#include <fiat/schema.h>
#include <fiat/stats.h>
#include <fiat/types.h>
#include <fiat/version.h>

#endif
