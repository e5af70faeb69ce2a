/* What the files of service.h share. */
#ifndef FIAT_AWS_SVC_SERVICE_PRIVATE_H
#define FIAT_AWS_SVC_SERVICE_PRIVATE_H

#include "aws/endpoint.h"
#include "aws/svc/service.h"

struct fiat__service {
    fiat__service_opts opts; /* defaults filled in; its texts are the copies below */
    char *name, *endpoint_url, *user_agent;
    fiat__net_opts net;
    char region[64];
    fiat__aws_endpoint base; /* of the region, without a bucket */
    fiat__aws_credentials_provider *credentials;
    bool owns_credentials;
    fiat__aws_client *client; /* NULL: not made yet */
    char client_host[256];    /* that it speaks to */
    char client_region[64];
};

/* Where a request goes: the host, and the path with the bucket in it where that is not part of the
 * host. https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html */
fiat_status fiat__service_place(const fiat__service *service, const fiat__service_request *request,
                                fiat__aws_endpoint *endpoint, fiat__buf *path, fiat_error *err);

/* Resolve `base` for the region. */
fiat_status fiat__service_settle(fiat__service *service, const char *region, fiat_error *err);

/* A region named by a refusal, in which the request belongs: copied to `region`. */
bool fiat__service_moved(const fiat__service *service, const fiat__service_request *request,
                         const fiat__service_reply *reply, char region[64]);

/* What kind of end it is for a tool, where that differs from what it is for the producer. */
fiat__aws_class fiat__service_class(fiat__aws_class class, const fiat_error *err);

/* Put service, operation and remedy into the message of a call that failed. */
void fiat__service_explain(const fiat__service *service, const fiat__service_request *request,
                           const fiat__service_reply *reply, fiat_error *err);

#endif
