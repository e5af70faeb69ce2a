/* AWS Security Token Service: credentials of a role. It stands beside the sources of credentials,
 * not among the services, because it is where credentials come from.
 * https://docs.aws.amazon.com/STS/latest/APIReference/ */
#ifndef FIAT_AWS_STS_H
#define FIAT_AWS_STS_H

#include "aws/credentials_provider.h"

typedef struct fiat__sts_role {
    const char *arn;
    const char *session_name; /* NULL: one is made from the time */
    const char *external_id;  /* NULL: none */
    uint32_t duration_s;      /* 0: the role's own, an hour mostly */
} fiat__sts_role;

/* Both ask the endpoint of the search's region. FIAT_E_AWS_*: what STS says to it, with its code in
 * err->aws_code; FIAT_E_CONFIG: the endpoint; else as fiat__fetch(). */
fiat_status fiat__sts_assume_role(const fiat__aws_search *search, const fiat__sts_role *role,
                                  const fiat__aws_credentials *source, fiat__aws_credentials *out,
                                  fiat_error *err);
fiat_status fiat__sts_assume_role_with_web_identity(const fiat__aws_search *search,
                                                    const fiat__sts_role *role, const char *token,
                                                    fiat__aws_credentials *out, fiat_error *err);

/* The reply to either: exposed for the tests. FIAT_E_AWS_REPLY when it is not what AWS documents.
 */
fiat_status fiat__sts_read_reply(fiat__str xml, fiat__aws_credentials *out, fiat_error *err);

#endif
