/* AWS Signature Version 4 over a request, without any I/O.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
#ifndef FIAT_AWS_SIGV4_H
#define FIAT_AWS_SIGV4_H

#include "aws/credentials.h"
#include "base/buf.h"

typedef struct fiat__aws_header {
    fiat__str name, value;
} fiat__aws_header;

typedef struct fiat__sigv4_request {
    fiat__str method, path, query; /* path and query as sent (percent-encoded), query without '?' */
    const fiat__aws_header *headers; /* to be signed: at least host and x-amz-date */
    size_t header_count;             /* at most FIAT__SIGV4_MAX_HEADERS */
    fiat__str body;
    const unsigned char *body_sha256; /* NULL: that of `body` */
    bool normalize_path;              /* true for every service but S3 */
} fiat__sigv4_request;

#define FIAT__SIGV4_MAX_HEADERS 32

typedef struct fiat__sigv4_scope {
    const char *region, *service;
    int64_t time_ms;
} fiat__sigv4_scope;

/* The three stages, each appended to its buffer; the tests look at each. */
fiat_status fiat__sigv4_canonical_request(fiat__buf *out, const fiat__sigv4_request *request,
                                          fiat_error *err);
fiat_status fiat__sigv4_string_to_sign(fiat__buf *out, fiat__str canonical_request,
                                       const fiat__sigv4_scope *scope, fiat_error *err);
/* 64 hex digits and a NUL. */
fiat_status fiat__sigv4_signature(char out[65], const char *secret_access_key,
                                  const fiat__sigv4_scope *scope, fiat__str string_to_sign,
                                  fiat_error *err);

/* All three: appends the value of the Authorization header. */
fiat_status fiat__sigv4_authorization(fiat__buf *out, const fiat__sigv4_request *request,
                                      const fiat__sigv4_scope *scope,
                                      const fiat__aws_credentials *credentials, fiat_error *err);

#endif
