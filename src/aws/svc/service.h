/* One service of AWS for the tools: a call is signed, sent, tried again where that may help, and
 * has an answer when the function returns. It stands on the asynchronous client (aws/client.h).
 *
 *   fiat__service *athena;
 *   fiat__service_open(&athena, "athena", &opts, err);
 *   fiat__service_json(athena, "AmazonAthena.GetQueryExecution", body, &doc, err);
 *   fiat__service_free(athena);
 *
 * One thread at a time. What a failed call leaves in *err: the status and class of what AWS said,
 * aws_code, http_status, request_id; the message names service, operation and, where there is one,
 * the remedy. */
#ifndef FIAT_AWS_SVC_SERVICE_H
#define FIAT_AWS_SVC_SERVICE_H

#include "aws/client.h"
#include "json/doc.h"

typedef struct fiat__service fiat__service;

/* All zeros are the defaults. Texts are copied. */
typedef struct fiat__service_opts {
    const char *region;       /* NULL or "": as fiat__aws_region_find() finds it */
    const char *endpoint_url; /* NULL or "": as fiat__aws_endpoint_resolve() finds it */
    bool fips, dualstack;
    fiat__net_opts net;
    fiat__aws_credentials_provider
        *credentials;            /* kept until free, not owned; NULL: the default chain, its own */
    uint32_t connect_timeout_ms; /* 0: 10 s */
    uint32_t request_timeout_ms; /* of an attempt; 0: 60 s */
    uint32_t deadline_ms;        /* of a call with all its attempts; 0: 120 s */
    uint32_t max_attempts;       /* 0: 6 */
    uint32_t backoff_ms;         /* before the second attempt; doubled up to 5 s; 0: 200 */
    size_t max_reply_bytes;      /* 0: 16 MiB */
    const char *user_agent;      /* NULL: "fiat" */
    const fiat__clock *clock;    /* NULL: system */
} fiat__service_opts;

/* `service`: its name in signatures, "athena". FIAT_E_CONFIG: no region, no proper endpoint. */
fiat_status fiat__service_open(fiat__service **out, const char *service,
                               const fiat__service_opts *opts, fiat_error *err);
void fiat__service_free(fiat__service *service);

/* The region in force; borrowed until the next call. */
const char *fiat__service_region(const fiat__service *service);

/* A call. Members that are not named are zero. */
typedef struct fiat__service_request {
    const char *operation; /* "StartQueryExecution" */
    const char *action;    /* what permissions call it, where it differs: "ListBucket"; or NULL */
    /* It reads, brings a client token, or says what shall be rather than what to do: it may be sent
     * again when it is not known whether the first was acted on. What was refused or did not get
     * through is sent again in any case. */
    bool repeatable;
    const char *target;       /* X-Amz-Target, of JSON 1.1 */
    const char *content_type; /* NULL: none */
    fiat__str body;
    /* REST; method NULL: a POST to "/". */
    const char *method, *path, *query; /* as in fiat__aws_rest */
    const fiat__aws_line *headers;     /* at most 8 */
    size_t header_count;
    const char *bucket; /* of S3: decides on host and path; then `path` is the key's, or "/" */
} fiat__service_request;

typedef struct fiat__service_reply {
    int http_status;
    fiat__buf body;
    fiat__buf lines; /* headers, a line each */
    bool maybe_done; /* the call failed, and it is not known whether it was acted on */
} fiat__service_reply;

/* Other than FIAT_OK: AWS refused it, or no answer came. deinit in any case. */
fiat_status fiat__service_call(fiat__service *service, const fiat__service_request *request,
                               fiat__service_reply *reply, fiat_error *err);
void fiat__service_reply_deinit(fiat__service_reply *reply);
/* A header of the reply; empty when it is not there. Borrowed. */
fiat__str fiat__service_reply_header(const fiat__service_reply *reply, const char *name);

/* JSON 1.1: the body is an object; so is what comes, "{}" for an empty answer. Free *doc with
 * fiat__doc_free(); doc NULL: it is of no interest. Operations that begin with Get, List, Describe,
 * BatchGet or Simulate are repeatable, others not: for these there is the second. */
fiat_status fiat__service_json(fiat__service *service, const char *target, const char *body,
                               fiat__doc **doc, fiat_error *err);
fiat_status fiat__service_json_repeatable(fiat__service *service, const char *target,
                                          const char *body, fiat__doc **doc, fiat_error *err);

/* The query protocol, of IAM and STS. `params`: what fiat__service_param() has written, or "".
 * The reply is a whole XML document, to be read with aws/xml.h. */
fiat_status fiat__service_query(fiat__service *service, const char *action, const char *params,
                                fiat__service_reply *reply, fiat_error *err);
/* Append "&Name=value". */
bool fiat__service_param(fiat__buf *params, const char *name, const char *value);

/* Append a text percent-encoded, with or without its slashes. */
bool fiat__service_encode(fiat__buf *out, fiat__str text, bool keep_slashes);

/* -- Pages -- */

#define FIAT__SERVICE_MAX_PAGES 10000

/* The tokens that lead from page to page. One that repeats, or too many, is FIAT_E_AWS_REPLY: it
 * would never end. */
typedef struct fiat__service_tokens {
    fiat__buf token; /* of the next page; empty: the first, or none */
    uint64_t *seen;
    size_t count;
    uint64_t seed;
} fiat__service_tokens;

void fiat__service_tokens_init(fiat__service_tokens *tokens);
void fiat__service_tokens_deinit(fiat__service_tokens *tokens);
/* Go on to this token; "" or NULL: there are no more pages. */
fiat_status fiat__service_tokens_step(fiat__service_tokens *tokens, const char *token,
                                      fiat_error *err);

/* A JSON 1.1 call again and again, until its answer brings no token:
 *
 *   fiat__service_pages_init(&pages, athena, "AmazonAthena.GetQueryResults", body, "NextToken");
 *   while ((status = fiat__service_pages_next(&pages, &page, err)) == FIAT_OK && page) ...
 *   fiat__service_pages_deinit(&pages);
 */
typedef struct fiat__service_pages {
    fiat__service *service;
    const char *target, *body, *token_name; /* borrowed until deinit */
    fiat__service_tokens tokens;
    fiat__doc *page;
    bool begun;
} fiat__service_pages;

void fiat__service_pages_init(fiat__service_pages *pages, fiat__service *service,
                              const char *target, const char *body, const char *token_name);
void fiat__service_pages_deinit(fiat__service_pages *pages);
/* *page: NULL after the last; borrowed until the next call. */
fiat_status fiat__service_pages_next(fiat__service_pages *pages, const fiat__doc **page,
                                     fiat_error *err);

#endif
