/* One signed request: from a call to the headers of its transfer. */
#ifndef FIAT_AWS_REQUEST_H
#define FIAT_AWS_REQUEST_H

#include "aws/client.h"
#include "aws/endpoint.h"
#include "aws/http.h"

typedef struct fiat__aws_signing {
    const fiat__aws_endpoint *endpoint;
    const char *region, *service;
    int64_t time_ms; /* the server's clock, as far as it is known */
    const fiat__aws_credentials *credentials;
} fiat__aws_signing;

/* Add the headers that the request is signed with, and Authorization. The transfer has been reset
 * for the call's body. FIAT_E_ARG when a value cannot stand in a header. */
fiat_status fiat__aws_request_sign(fiat__http_transfer *transfer, const fiat__aws_call *call,
                                   const fiat__aws_signing *signing, fiat_error *err);

/* Send an armed transfer by the method and to the place that `rest` says. */
fiat_status fiat__aws_request_aim(fiat__http_transfer *transfer, const fiat__aws_rest *rest,
                                  const fiat__aws_endpoint *endpoint, fiat_error *err);

#endif
