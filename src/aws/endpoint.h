/* Where a service is to be reached. No state; any thread.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
#ifndef FIAT_AWS_ENDPOINT_H
#define FIAT_AWS_ENDPOINT_H

#include <fiat/error.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct fiat__aws_endpoint {
    bool tls;
    bool own; /* AWS's, made from the region, rather than a URL that is configured */
    uint16_t port;
    char host[256];        /* lower-case name, or address; IPv6 in brackets */
    char path[256];        /* "/", or "/base" without a slash at its end */
    char host_header[264]; /* host, and the port when it is not the scheme's own */
    char url[544];
} fiat__aws_endpoint;

typedef struct fiat__aws_endpoint_opts {
    const char *service;  /* SigV4 service name, "firehose" */
    const char *region;   /* "eu-central-1" */
    const char *url;      /* NULL or "": from the environment and the profile, else AWS's own */
    bool fips, dualstack; /* false: what the environment and the profile say */
} fiat__aws_endpoint_opts;

/* The first of: opts->url; AWS_ENDPOINT_URL_<SERVICE>; AWS_ENDPOINT_URL; endpoint_url of the
 * service in the profile's [services] section; endpoint_url of the profile; AWS's own,
 * https://{service}.{region}.{suffix of the partition}, which heeds AWS_USE_FIPS_ENDPOINT and
 * AWS_USE_DUALSTACK_ENDPOINT and the profile's settings of these names. All but the first and the
 * last are left out when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile's
 * ignore_configured_endpoint_urls is true.
 * FIAT_E_CONFIG: no or no proper region; one in which Firehose is known to have no FIPS endpoint; a
 * URL that cannot be used, or that is there together with FIPS or dual-stack, which it would leave
 * out without a word; the message names the setting. Also the statuses of fiat__aws_profile_load().
 */
fiat_status fiat__aws_endpoint_resolve(fiat__aws_endpoint *out, const fiat__aws_endpoint_opts *opts,
                                       fiat_error *err);

/* The region that signatures are made for: the service's own where it has but one in a partition,
 * as IAM has. */
const char *fiat__aws_endpoint_region(const char *service, const char *region);

/* "http[s]://host[:port][/path]" and nothing else: no user, query or fragment. `setting` is what
 * the message names. */
fiat_status fiat__aws_endpoint_parse(fiat__aws_endpoint *out, const char *url, const char *setting,
                                     fiat_error *err);

#endif
