/* One HTTP exchange from beginning to end, for the sources of credentials: blocking, on a thread
 * that may wait, given up when its search is cancelled. */
#ifndef FIAT_AWS_FETCH_H
#define FIAT_AWS_FETCH_H

#include "aws/credentials_provider.h"
#include "aws/request.h"

/* Longest reply that is taken: tokens and credentials stay well below. */
#define FIAT__FETCH_MAX_REPLY_BYTES (64 * 1024)

typedef struct fiat__fetch_header {
    const char *name, *value;
} fiat__fetch_header;

typedef struct fiat__fetch_request {
    const char *method; /* "GET", "PUT" or "POST" */
    const char *url;
    const char *name;                  /* of the server, for messages: paths may be secrets */
    const fiat__fetch_header *headers; /* besides those that the signature brings */
    size_t header_count;
    const char *content_type; /* NULL: none */
    fiat__str body;
    const fiat__aws_signing *signing;   /* NULL: unsigned */
    const fiat__aws_endpoint *endpoint; /* of the URL; NULL: a metadata service, reached directly */
    uint32_t timeout_ms;                /* of an attempt */
    uint32_t max_attempts;              /* at no answer, 408, 429 and 5xx; from 1 */
    uint32_t pause_ms;                  /* between attempts */
} fiat__fetch_request;

typedef struct fiat__fetch_reply {
    int http_status;
    int64_t date_ms; /* of the server's clock; INT64_MIN when it does not say */
    fiat__buf body;  /* wiped by deinit */
    char error_type[160];
} fiat__fetch_reply;

/* FIAT_OK: there is an answer, of whatever HTTP status. FIAT_E_NETWORK: none came (sys_code has the
 * CURLcode; flagged FIAT_ERRF_RETRYABLE unless an operator must mend it), FIAT_E_AWS_REPLY: it is
 * too long, FIAT_E_CLOSED: the search was cancelled, FIAT_E_ARG: a header's value is none,
 * FIAT_E_NOMEM. deinit in any case. */
fiat_status fiat__fetch(const fiat__aws_search *search, const fiat__fetch_request *request,
                        fiat__fetch_reply *reply, fiat_error *err);
void fiat__fetch_reply_deinit(fiat__fetch_reply *reply);

/* Whether the same request may succeed later by itself, by the HTTP status of its answer. */
bool fiat__fetch_status_may_pass(int http_status);

/* A reply of 200 that is a JSON object; *doc is NULL otherwise, and *err says what the server said
 * instead, flagged FIAT_ERRF_RETRYABLE when that may pass. `what` begins the message. Free with
 * fiat__doc_free_secret(). */
struct cJSON;
fiat_status fiat__fetch_reply_json(const fiat__fetch_reply *reply, const char *what,
                                   struct cJSON **doc, fiat_error *err);

/* Append text percent-encoded, but for RFC 3986's unreserved characters. */
bool fiat__fetch_write_encoded(fiat__buf *out, const char *text);

#endif
