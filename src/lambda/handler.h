/* What a function does with its invocations: one row a handler. */
#ifndef FIAT_LAMBDA_HANDLER_H
#define FIAT_LAMBDA_HANDLER_H

#include "base/buf.h"
#include <fiat/error.h>

typedef struct fiat__invocation {
    fiat__str event;
    int64_t deadline_ms; /* by the system's wall clock */
} fiat__invocation;

typedef struct fiat__handler {
    const char *name; /* as _HANDLER has it */
    /* Once, before the first event. What is wrong is the function's configuration. */
    fiat_status (*open)(void **state, fiat_error *err);
    /* Append the answer. An error fails the whole invocation; its message must hold nothing of the
     * event's data. */
    fiat_status (*handle)(void *state, const fiat__invocation *invocation, fiat__buf *answer,
                          fiat_error *err);
    void (*close)(void *state);
} fiat__handler;

extern const fiat__handler fiat__handler_log;

/* NULL, with the names that there are in err, when there is no such handler. `name` may be NULL. */
const fiat__handler *fiat__handler_find(const char *name, fiat_error *err);

#endif
