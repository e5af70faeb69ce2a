/* Services of AWS for the commands, opened with the project's settings. */
#ifndef FIAT_TOOLS_AWS_H
#define FIAT_TOOLS_AWS_H

#include "aws/svc/service.h"
#include "cmd.h"

#include <fiat/fiat.h>

/* What every command says of AWS by options; members are NULL where none was given. */
struct aws_flags {
    const char *region, *endpoint_url;
};

/* Rows for a command's table, of a static struct aws_flags. */
#define AWS_OPTIONS(flags)                                                                         \
    {"region",   0,                                                                                \
     OPT_STRING, &(flags).region,                                                                  \
     "REGION",   "AWS region (default: the setting aws.region, then AWS_REGION and its like)",     \
     0,          0},                                                                               \
    {                                                                                              \
        "endpoint-url", 0, OPT_STRING, &(flags).endpoint_url, "URL",                               \
            "Where the services are reached, in place of AWS's own endpoints", 0, 0                \
    }

/* Open the service of that name in signatures, "athena". Region, proxy, authorities, certificates
 * and timeouts are those of the logger's settings; flags come first. aws.endpoint.url is
 * Firehose's: it serves for another service too when it is no host of AWS's, as that of `fiat
 * local`, and nothing else says where this one is. Free with fiat__service_free(). */
fiat_status aws_open(fiat__service **out, const char *service, const fiat_config *config,
                     const struct aws_flags *flags, fiat_error *err);

/* The options that it is opened with, for who changes some. Texts are borrowed from the settings
 * and the flags. */
void aws_opts(fiat__service_opts *out, const char *service, const fiat_config *config,
              const struct aws_flags *flags);

/* Was a call refused since the server knows no such operation? `fiat local` is one that has not all
 * of AWS. */
bool aws_is_not_offered(const fiat_error *err);

#endif
