/* The way to a server: through which proxy, trusting whom, with which certificate, and how long a
 * connection serves. Settled once for an endpoint, then put on every easy handle. */
#ifndef FIAT_AWS_NET_H
#define FIAT_AWS_NET_H

#include "aws/proxy.h"

#include <curl/curl.h>

/* What the settings say; borrowed while fiat__net_init() runs. Texts may be NULL, which is "". */
typedef struct fiat__net_opts {
    const char *proxy_url, *proxy_none; /* as fiat__proxy_find() takes them */
    const char *proxy_ca_file;          /* PEM; "": ca_file of the endpoint */
    const char *ca_file;   /* PEM; "": AWS_CA_BUNDLE, ca_bundle of the profile, the system's */
    const char *cert_file; /* PEM; "": no certificate of the client's own */
    const char *key_file;  /* PEM; "": in cert_file. Its password: FIAT_TLS_KEY_PASSWORD */
    uint32_t
        idle_ms; /* a connection unused for as long is not used again; from 2000; 0: the default */
    uint32_t max_age_ms; /* nor is one of that age; from 2000; 0: the default */
} fiat__net_opts;

/* Copy and free the texts of *out: whoever keeps settings does so. free also after a failed copy.
 */
fiat_status fiat__net_opts_copy(fiat__net_opts *out, const fiat__net_opts *from, fiat_error *err);
void fiat__net_opts_free(fiat__net_opts *opts);

/* AWS publishes no figure for Firehose. CloudWatch Logs closes after 6 s, S3 after 20 s. */
#define FIAT__NET_IDLE_MS 5000
/* A name may lead elsewhere by then: AWS's DNS records live for a minute. */
#define FIAT__NET_MAX_AGE_MS 300000

typedef struct fiat__net {
    fiat__proxy proxy;
    char *proxy_ca_file, *ca_file, *cert_file, *key_file; /* NULL: none */
    char *key_password;
    uint32_t idle_ms, max_age_ms;
} fiat__net;

/* FIAT_E_CONFIG, FIAT_E_NOMEM, and the statuses of fiat__aws_profile_load(). deinit in any case. */
fiat_status fiat__net_init(fiat__net *out, const fiat__net_opts *opts,
                           const fiat__aws_endpoint *endpoint, fiat_error *err);
/* Wipes the passwords. */
void fiat__net_deinit(fiat__net *net);

/* TLS 1.2 or above and verified, always: there is no way to turn that off. */
CURLcode fiat__net_apply(const fiat__net *net, CURL *easy);

#endif
