/* The HTTP side of the local engine: libmicrohttpd, signatures, and the way to the right service.
 */
#ifndef FIAT_LOCAL_HTTP_H
#define FIAT_LOCAL_HTTP_H

#include "local/local.h"
#include "local/reply.h"

/* A service that speaks AWS's JSON 1.1 protocol. */
typedef struct fiat__http_service {
    const char *target;  /* what X-Amz-Target begins with: "Firehose_20150804." */
    const char *signing; /* its name in signatures: "firehose" */
    /* Answer one call; any thread. */
    void (*call)(void *ctx, fiat__str operation, fiat__str body, const char *region,
                 fiat__reply *reply);
    void *ctx;
} fiat__http_service;

typedef struct fiat__http fiat__http;

/* Serve. `opts` and `services` (ended by a NULL target) are kept until stop. */
fiat_status fiat__http_start(fiat__http **out, const fiat__local_opts *opts,
                             const fiat__http_service *services, fiat_error *err);
uint16_t fiat__http_port(const fiat__http *http);
/* Answer what has begun, then close. NULL is allowed. */
void fiat__http_stop(fiat__http *http);

#endif
