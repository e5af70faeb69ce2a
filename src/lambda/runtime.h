/* The life of a function: begin, then event after event. */
#ifndef FIAT_LAMBDA_RUNTIME_H
#define FIAT_LAMBDA_RUNTIME_H

#include "lambda/handler.h"

/* Serve the runtime API at `host` with a handler until the API is gone; `handler` NULL: tell it
 * that there is none, for the reason in `why`. Returns the process's exit code, never 0: only
 * Lambda ends a function. */
int fiat__runtime_run(const char *host, const fiat__handler *handler, const fiat_error *why);

#endif
