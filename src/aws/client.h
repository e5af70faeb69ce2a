/* An asynchronous, signing HTTP client for one AWS service endpoint, over libcurl's multi
 * interface. It belongs to one thread; only fiat__aws_client_wakeup() may be called from others. It
 * makes one attempt a call, and a second at once where that mends what was wrong with the first:
 * the clock or the keys it was signed with, or a kept connection that the server had closed
 * meanwhile. All other retries are for whoever submits to decide, from the class of the result. The
 * thread should have SIGPIPE blocked, as fiat__thread_start() does, or ignored: TLS may raise it.
 */
#ifndef FIAT_AWS_CLIENT_H
#define FIAT_AWS_CLIENT_H

#include "aws/credentials.h"
#include "aws/net.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/source.h"

typedef struct fiat__aws_client fiat__aws_client;

typedef struct fiat__aws_client_opts {
    const char *service;      /* SigV4 service name, "firehose" */
    const char *region;       /* "eu-central-1"; "" : an error at new that names what to set */
    const char *endpoint_url; /* "" : as fiat__aws_endpoint_resolve() finds it */
    const struct fiat__aws_endpoint *endpoint; /* found already; NULL: by the members around */
    bool fips, dualstack;                      /* false: what the environment and the profile say */
    fiat__net_opts net;                        /* texts are copied by new */
    fiat__aws_credentials_provider
        *credentials; /* kept until free; not owned; of no other client */
    uint32_t connect_timeout_ms, request_timeout_ms; /* from 1 */
    uint32_t max_connections;                        /* 1..64; calls beyond wait for a free one */
    size_t max_reply_bytes;   /* from 1; a longer reply is cut off and the call ends with RETRY */
    const fiat__clock *clock; /* NULL: system */
    const char *user_agent;   /* NULL: "fiat" */
    fiat__log *log;           /* kept until free; NULL: none */
} fiat__aws_client_opts;

/* What a finished call means for whoever has to decide what to do next. */
typedef enum fiat__aws_class {
    FIAT__AWS_OK = 0,   /* 2xx; look into the reply */
    FIAT__AWS_RETRY,    /* 5xx, connection trouble, reply cut short: try again */
    FIAT__AWS_THROTTLE, /* try again, slower */
    FIAT__AWS_REFRESH,  /* credentials expired or clock off: refresh (done), then try again */
    FIAT__AWS_PAUSE,    /* denied, key disabled, stream missing: an operator can mend it */
    FIAT__AWS_TERMINAL  /* the request itself is wrong */
} fiat__aws_class;

typedef struct fiat__aws_line {
    const char *name, *value;
} fiat__aws_line;

/* What a call is that is no plain POST to the endpoint: a request of S3, say. */
typedef struct fiat__aws_rest {
    const char *method;            /* "GET", "PUT", "POST", "HEAD", "DELETE" */
    const char *path;              /* percent-encoded, from '/' on, below the endpoint's own */
    const char *query;             /* percent-encoded, without '?'; NULL: none */
    const fiat__aws_line *headers; /* to be signed, too; at most FIAT__AWS_MAX_LINES */
    size_t header_count;
    bool raw_path;    /* signed as it is sent, which S3 alone wants */
    fiat__buf *lines; /* takes the header lines of the reply; NULL: they are not kept */
} fiat__aws_rest;

#define FIAT__AWS_MAX_LINES 16

typedef struct fiat__aws_call {
    /* Set by whoever submits; borrowed until done() is called. */
    const char *target;         /* X-Amz-Target, "Firehose_20150804.PutRecordBatch"; NULL: none */
    const char *content_type;   /* "application/x-amz-json-1.1"; NULL: none */
    const fiat__aws_rest *rest; /* NULL: a POST to the endpoint */
    fiat__str body;
    const fiat__source
        *source; /* the body while it is sent, in place of `body`; NULL: there is none
                  */
    const unsigned char *body_sha256; /* of what the source gives; NULL without one */
    /* On the client's thread, inside submit, poll, cancel or free; may submit and cancel, but not
     * free. */
    void (*done)(struct fiat__aws_call *call);
    void *user;
    /* Results, valid in done(). */
    fiat__aws_class result;
    /* The server may have acted on it without telling: sent whole, no clear answer. Together with
     * FIAT__AWS_OK: it may have done so twice, since the call was sent anew. */
    bool maybe_received;
    int http_status; /* 0: no reply */
    fiat__str reply; /* borrowed during done() */
    fiat_error err;  /* set unless result is FIAT__AWS_OK; never carries secrets */
    bool sent_anew;  /* there was a second attempt, of which all of this tells */
    /* Used by the client. */
    struct fiat__aws_call *next;
    bool avoid_reuse; /* it is to have a connection of its own */
    void *impl;
} fiat__aws_call;

/* The one function that does not enter the fence itself (base/fence.h): that is its caller's. */
fiat_status fiat__aws_client_new(fiat__aws_client **out, const fiat__aws_client_opts *opts,
                                 fiat_error *err);

/* Calls still in flight are cancelled: done() is called for each, with FIAT__AWS_RETRY. */
void fiat__aws_client_free(fiat__aws_client *client);

/* Sign and start a call. Always ends in exactly one done(), possibly before this returns
 * (for instance when no credentials are to be had). Waits where credentials are being fetched. */
void fiat__aws_client_submit(fiat__aws_client *client, fiat__aws_call *call);

/* Make progress, waiting at most timeout_ms (0: not at all) for something to happen. */
void fiat__aws_client_poll(fiat__aws_client *client, int timeout_ms);

/* End a running poll at once. Any thread. */
void fiat__aws_client_wakeup(fiat__aws_client *client);

/* Cancel what is in flight, as in free. What done() submits meanwhile is started by the next poll.
 */
void fiat__aws_client_cancel(fiat__aws_client *client);

/* In the child after fork(), instead of free: forget the parent's client. Closes the child's copies
 * of its sockets, without a word to the servers, and touches nothing else, since the fork may have
 * caught the client's thread anywhere: its memory stays behind, no done() is called, and its
 * credentials provider must be forgotten with it. May be called once. */
void fiat__aws_client_abandon(fiat__aws_client *client);

size_t fiat__aws_client_in_flight(const fiat__aws_client *client);

#endif
