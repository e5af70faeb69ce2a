/* The server's side of Signature Version 4: is this request signed with the key that we know?
 * For the local engine and for tests. Pure: no I/O, no state; any thread.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
#ifndef FIAT_AWS_SIGV4_VERIFY_H
#define FIAT_AWS_SIGV4_VERIFY_H

#include "aws/sigv4.h"

/* AWS's own allowance: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
#define FIAT__SIGV4_SKEW_MS (5 * 60 * 1000)

typedef struct fiat__sigv4_verify_opts {
    const char *access_key_id, *secret_access_key; /* the one key that is known */
    const char *session_token; /* NULL or "": x-amz-security-token is not looked at */
    const char *region;        /* "" : any region in the credential scope will do */
    const char *service;       /* "firehose"; "" : any */
    int64_t now_ms;            /* wall clock */
    int64_t skew_ms;           /* allowed either way; FIAT__SIGV4_SKEW_MS */
} fiat__sigv4_verify_opts;

typedef struct fiat__sigv4_received {
    fiat__str method, path, query; /* as received, still percent-encoded; query without '?' */
    /* Value of a header by its lower-case name; false when the request has none. The lines of a
     * header that came more than once are joined with ','. The value stays valid until
     * fiat__sigv4_verify() returns. */
    bool (*header)(void *ctx, const char *name, fiat__str *value);
    void *header_ctx;
    fiat__str body;
    bool normalize_path; /* as in fiat__sigv4_request */
} fiat__sigv4_received;

typedef struct fiat__sigv4_verdict {
    /* NULL: signature and time are good. Else AWS's error code, borrowed for ever:
     * MissingAuthenticationTokenException, IncompleteSignatureException,
     * UnrecognizedClientException, InvalidSignatureException, or InternalFailure (no memory). */
    const char *code;
    int http_status;         /* 200; 400, as services with a JSON protocol answer; 500: no memory */
    char message[768];       /* in AWS's words; printable ASCII, quotes the header, no secrets */
    char access_key_id[132]; /* what the request claims, as far as it could be read; else "" */
    char region[64], service[64];
} fiat__sigv4_verdict;

/* true when the request is good. `verdict` is always filled in. */
bool fiat__sigv4_verify(const fiat__sigv4_received *request, const fiat__sigv4_verify_opts *opts,
                        fiat__sigv4_verdict *verdict);

#endif
