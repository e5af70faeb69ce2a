/* Lambda's runtime API, the HTTP/1.1 server beside the function:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 * One thread. */
#ifndef FIAT_LAMBDA_RUNTIME_API_H
#define FIAT_LAMBDA_RUNTIME_API_H

#include "base/buf.h"
#include <curl/curl.h>
#include <fiat/error.h>

/* Lambda's own limit of an event or answer is 6 MB and a little
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
#define FIAT__RUNTIME_EVENT_MAX_BYTES ((size_t)6 * 1024 * 1024 + 1024)

typedef struct fiat__runtime_api {
    CURL *easy;
    struct curl_slist *headers;
    const char *host;    /* "HOST:PORT"; borrowed */
    fiat__buf url, body; /* of the request that goes out, where it is ours */
    fiat__buf event;
    char request_id[128];
    int64_t deadline_ms; /* as the API says; INT64_MIN when it does not */
    char error_text[CURL_ERROR_SIZE];
} fiat__runtime_api;

/* FIAT_E_NOMEM, FIAT_E_NETWORK when libcurl cannot begin. deinit in any case. */
fiat_status fiat__runtime_api_init(fiat__runtime_api *api, const char *host, fiat_error *err);
void fiat__runtime_api_deinit(fiat__runtime_api *api);

/* Wait, as long as it takes, for an event. It is in api->event, with api->request_id and
 * api->deadline_ms. FIAT_E_NETWORK: the API cannot be reached, or answers something else;
 * FIAT_E_LIMIT: the event is too large, and request_id tells which. */
fiat_status fiat__runtime_api_next(fiat__runtime_api *api, fiat_error *err);

/* Answer the event. FIAT_E_AWS_REJECTED: the API does not want this answer, and the next event may
 * be asked for; FIAT_E_NETWORK: there is no use in going on. */
fiat_status fiat__runtime_api_respond(fiat__runtime_api *api, fiat__str answer, fiat_error *err);

/* The event cannot be answered; as fiat__runtime_api_respond(). */
fiat_status fiat__runtime_api_fail(fiat__runtime_api *api, const fiat_error *why, fiat_error *err);

/* The function cannot begin. */
fiat_status fiat__runtime_api_fail_init(fiat__runtime_api *api, const fiat_error *why,
                                        fiat_error *err);

#endif
