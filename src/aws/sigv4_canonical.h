/* The pieces of a SigV4 canonical request, for sigv4.c and sigv4_verify.c. */
#ifndef FIAT_AWS_SIGV4_CANONICAL_H
#define FIAT_AWS_SIGV4_CANONICAL_H

#include "aws/sigv4.h"

/* No canonical request or string to sign is longer. Bodies do not count: they enter as a hash. */
#define FIAT__SIGV4_MAX_CANONICAL_BYTES (256 * 1024)
#define FIAT__SIGV4_MAX_PARAMS          256

/* Each appends. Path and query arrive as they stand in the request line. */
void fiat__sigv4_canonical_path(fiat__buf *out, fiat__str path, bool normalize);
fiat_status fiat__sigv4_canonical_query(fiat__buf *out, fiat__str query, fiat_error *err);
/* "host;x-amz-date": sorted, lower-case, each name once. */
fiat_status fiat__sigv4_signed_headers(fiat__buf *out, const fiat__sigv4_request *request,
                                       fiat_error *err);
/* "20130524/us-east-1/s3/aws4_request" */
void fiat__sigv4_credential_scope(fiat__buf *out, const fiat__sigv4_scope *scope);

#endif
