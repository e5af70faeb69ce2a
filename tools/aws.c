/* From settings to the options of a service. */
#include "aws.h"

#include "aws/endpoint.h"

#include <fiat/version.h>
#include <stdlib.h>
#include <string.h>

/* A page of an Athena query may have a thousand rows of any size. */
#define REPLY_MAX_BYTES (256u * 1024 * 1024)

static const char *text(const fiat_config *config, const char *name) {
    const char *value = fiat_config_get(config, name);
    return value ? value : "";
}

static uint32_t number(const fiat_config *config, const char *name) {
    return (uint32_t)strtoul(text(config, name), NULL, 10);
}

static bool is_true(const fiat_config *config, const char *name) {
    return strcmp(text(config, name), "true") == 0;
}

static bool is_set(const char *value) {
    return value && *value;
}

/* AWS's URLs are of one service each. */
static bool is_aws_host(const char *url) {
    return strstr(url, ".amazonaws.") || strstr(url, ".api.aws") ||
           strstr(url, ".amazonwebservices.");
}

/* Does the environment or the profile say where the service is? */
static bool is_named(const char *service, const fiat__service_opts *opts) {
    const fiat__aws_endpoint_opts where = {
        .service = service, .region = is_set(opts->region) ? opts->region : "us-east-1"};
    fiat__aws_endpoint found;
    return fiat__aws_endpoint_resolve(&found, &where, NULL) != FIAT_OK || !found.own;
}

static const char *endpoint_of(const char *service, const fiat_config *config,
                               const struct aws_flags *flags, const fiat__service_opts *opts) {
    const char *of_firehose = text(config, "aws.endpoint.url");
    if (is_set(flags->endpoint_url)) return flags->endpoint_url;
    if (strcmp(service, "firehose") == 0) return of_firehose;
    return !*of_firehose || is_aws_host(of_firehose) || is_named(service, opts) ? "" : of_firehose;
}

void aws_opts(fiat__service_opts *out, const char *service, const fiat_config *config,
              const struct aws_flags *flags) {
    *out = (fiat__service_opts){.region = is_set(flags->region) ? flags->region
                                                                : text(config, "aws.region"),
                                .fips = is_true(config, "aws.fips"),
                                .dualstack = is_true(config, "aws.dualstack"),
                                .net = {.proxy_url = text(config, "proxy.url"),
                                        .proxy_none = text(config, "proxy.none"),
                                        .proxy_ca_file = text(config, "proxy.ca.file"),
                                        .ca_file = text(config, "tls.ca.file"),
                                        .cert_file = text(config, "tls.cert.file"),
                                        .key_file = text(config, "tls.key.file"),
                                        .idle_ms = number(config, "connection.idle.ms"),
                                        .max_age_ms = number(config, "connection.max.age.ms")},
                                .connect_timeout_ms = number(config, "connect.timeout.ms"),
                                .request_timeout_ms = number(config, "request.timeout.ms"),
                                .max_reply_bytes = REPLY_MAX_BYTES,
                                .user_agent = "fiat/" FIAT_VERSION};
    out->endpoint_url = endpoint_of(service, config, flags, out);
}

fiat_status aws_open(fiat__service **out, const char *service, const fiat_config *config,
                     const struct aws_flags *flags, fiat_error *err) {
    fiat__service_opts opts;
    aws_opts(&opts, service, config, flags);
    return fiat__service_open(out, service, &opts, err);
}

bool aws_is_not_offered(const fiat_error *err) {
    return strcmp(err->aws_code, "UnknownOperationException") == 0;
}
