/* AWS Security Token Service: who the credentials are, without any I/O. Roles are assumed elsewhere
 * (aws/sts.h). */
#ifndef FIAT_AWS_SVC_IDENTITY_H
#define FIAT_AWS_SVC_IDENTITY_H

#include "aws/svc/service.h"

#define FIAT__IDENTITY_SERVICE "sts"
/* Takes no parameters, and cannot be denied. */
#define FIAT__IDENTITY_ACTION "GetCallerIdentity"

typedef struct fiat__identity {
    char account[16]; /* 12 digits */
    char arn[512];
} fiat__identity;

/* FIAT_E_AWS_REPLY unless both are there. */
fiat_status fiat__identity_read(fiat__identity *out, const fiat__service_reply *reply,
                                fiat_error *err);

#endif
