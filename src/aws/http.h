/* One HTTP/1.1 request at a time, a POST to one URL unless it is aimed elsewhere, over a libcurl
 * easy handle that is kept and used again. Knows bytes and headers, no signatures. Belongs to the
 * thread of the multi handle that runs it. */
#ifndef FIAT_AWS_HTTP_H
#define FIAT_AWS_HTTP_H

#include "aws/net.h"
#include "aws/tls_gather.h"
#include "aws/tls_peer.h"
#include "base/buf.h"
#include "base/source.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdint.h>

/* Sockets that libcurl has open for one client, so that a forked child can close its copies without
 * libcurl, which would say goodbye over connections that are the parent's. Every entry is an open
 * descriptor or -1 at any instant: fork() may come between any two steps. */
#define FIAT__HTTP_MAX_SOCKETS 256

typedef struct fiat__http_sockets {
    atomic_int fds[FIAT__HTTP_MAX_SOCKETS];
} fiat__http_sockets;

void fiat__http_sockets_init(fiat__http_sockets *sockets);
/* In the child after fork(). */
void fiat__http_sockets_abandon(fiat__http_sockets *sockets);

typedef struct fiat__http_opts {
    const char *url;
    const char *user_agent;
    const fiat__net *net;
    uint32_t connect_timeout_ms, request_timeout_ms;
    size_t max_reply_bytes;
} fiat__http_opts;

typedef struct fiat__http_transfer {
    CURL *easy;
    struct curl_slist *headers;
    const char *url;  /* of its options */
    bool aimed;       /* elsewhere, for this request */
    fiat__buf *lines; /* takes the header lines of the reply; NULL: they are not kept */
    /* Borrowed while the transfer runs: the body, or what makes it. */
    fiat__str body;
    const fiat__source *source;
    size_t body_at;           /* libcurl has taken that much of it */
    fiat__tls_gather *gather; /* NULL: each write by itself */
    bool reused;              /* went over a connection that had served before */
    bool replied;             /* at least one byte of a reply came */
    fiat__buf reply;          /* body received */
    bool reply_cut;           /* too large, or no memory for it */
    char error_type[160];     /* x-amzn-ErrorType */
    char request_id[64];      /* x-amzn-RequestId; x-amz-request-id of S3 */
    int64_t date_ms;          /* Date header; INT64_MIN when there is none */
    char error_text[CURL_ERROR_SIZE];
    fiat__tls_peer peer; /* of the handshake, where there was one */
} fiat__http_transfer;

/* curl_global_init(), once a process. */
fiat_status fiat__http_global_init(fiat_error *err);

/* The value of a header line if it has this name, in any case; borrowed from the line. */
bool fiat__http_header_value(fiat__str line, const char *name, fiat__str *value);

/* opts and sockets are borrowed as long as the transfer's connections live, that is until the multi
 * handle is cleaned up. deinit in any case. */
fiat_status fiat__http_transfer_init(fiat__http_transfer *transfer, const fiat__http_opts *opts,
                                     fiat__http_sockets *sockets, fiat_error *err);
void fiat__http_transfer_deinit(fiat__http_transfer *transfer);

/* Make it ready for a request without headers, with this body; source, if not NULL, is asked for
 * it instead. */
void fiat__http_transfer_reset(fiat__http_transfer *transfer, fiat__str body,
                               const fiat__source *source);
/* Add "Name: value"; with NULL for a value: keep libcurl from adding that header. FIAT_E_ARG when
 * the line would not be one line. */
fiat_status fiat__http_transfer_header(fiat__http_transfer *transfer, const char *name,
                                       const char *value, fiat_error *err);
/* The last step before curl_multi_add_handle(). */
void fiat__http_transfer_arm(fiat__http_transfer *transfer);

/* After that: by this method, and to this URL, this once. HEAD has no reply to wait for, GET and
 * DELETE no body. `lines`, if not NULL, takes the header lines of the reply. */
fiat_status fiat__http_transfer_aim(fiat__http_transfer *transfer, const char *method,
                                    const char *url, fiat__buf *lines, fiat_error *err);

/* Use no connection that has served before for what is armed next; reset undoes it. */
void fiat__http_transfer_avoid_reuse(fiat__http_transfer *transfer);

/* Whether the last byte of the request was handed to the kernel. While it was not, no server can
 * have acted on the request: it is incomplete, and its signature does not fit. In doubt, true. */
bool fiat__http_transfer_was_sent(const fiat__http_transfer *transfer);
/* Whether the request went over a kept connection that broke before a byte of the reply: most
 * likely the server had closed it, idle, in the moment of sending. */
bool fiat__http_transfer_was_stale(const fiat__http_transfer *transfer, CURLcode result);
int fiat__http_transfer_status(const fiat__http_transfer *transfer);
/* What a proxy answered to CONNECT; 0: none was asked. */
int fiat__http_transfer_proxy_status(const fiat__http_transfer *transfer);

/* Whether the same may succeed later by itself. Certificates are for an operator to mend, and so is
 * what a proxy refuses. */
bool fiat__http_failure_may_pass(const fiat__http_transfer *transfer, CURLcode code);

/* Why a transfer ended with that code other than CURLE_OK: status, message and sys_code of *err. */
void fiat__http_describe_failure(const fiat__http_transfer *transfer, CURLcode code,
                                 const fiat__net *net, const char *host, fiat_error *err);

#endif
