/* Endpoints: settings in their order of precedence, partitions, and strict reading of URLs. */
#include "aws/endpoint.h"
#include "aws/profile.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Regions by prefix, from the partitions that AWS's SDKs carry; the first that fits. */
static const struct partition {
    const char *prefix, *suffix, *dualstack_suffix;
    const char *seat; /* region of services that have but one */
} s_partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1"},
    {"us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"},
    {"", "amazonaws.com", "api.aws", "us-east-1"},
};

/* Regions in which Firehose has no FIPS endpoint, by the endpoints that AWS's SDKs carry (botocore
 * 1.44.5) for the partitions aws and aws-cn; a test compares. One that is not listed may be newer
 * than the list, and may have one. */
static const char *const s_without_fips[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
    "ca-central-1",   "ca-west-1",      "eu-central-1",   "eu-central-2",   "eu-north-1",
    "eu-south-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",
    "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",   "sa-east-1",
    "cn-north-1",     "cn-northwest-1"};

static bool is_label(const char *text) {
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return len > 0 && len <= 63 && text[len] == '\0' && text[0] != '-' && text[len - 1] != '-';
}

static fiat_status check_region(const char *region, fiat_error *err) {
    if (!*region)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "no AWS region: set aws.region, AWS_REGION, or "
                             "region in the profile of the shared config file");
    if (!is_label(region))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "\"%.64s\" is no AWS region: it must look like eu-central-1", region);
    size_t len = strlen(region);
    /* What AWS's older tools took for regions. */
    if (strncmp(region, "fips-", 5) == 0 || (len > 5 && strcmp(region + len - 5, "-fips") == 0))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "\"%.64s\" is no AWS region: leave fips out of its name, and set "
                             "aws.fips=true or AWS_USE_FIPS_ENDPOINT=true",
                             region);
    if (len > 7 && strcmp(region + len - 7, "-global") == 0)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "\"%.64s\" is no place: set a region such as eu-central-1", region);
    return FIAT_OK;
}

/* Is there such an endpoint, as far as it can be known before its name is looked up? */
static fiat_status check_fips(const fiat__aws_endpoint_opts *opts, fiat_error *err) {
    if (strcmp(opts->service, "s3") == 0 && strncmp(opts->region, "cn-", 3) == 0)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "S3 has no FIPS endpoint in %s: take away aws.fips, "
                             "AWS_USE_FIPS_ENDPOINT and use_fips_endpoint",
                             opts->region);
    if (strcmp(opts->service, "firehose") != 0) return FIAT_OK;
    for (size_t i = 0; i < sizeof s_without_fips / sizeof s_without_fips[0]; i++)
        if (strcmp(opts->region, s_without_fips[i]) == 0)
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "Firehose has no FIPS endpoint in %s: take away aws.fips, "
                                 "AWS_USE_FIPS_ENDPOINT and "
                                 "use_fips_endpoint, take another region, or, should there be one "
                                 "by now, name it in "
                                 "aws.endpoint.url instead",
                                 opts->region);
    return FIAT_OK;
}

static const char *get_env(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static bool is_true(const char *variable, const char *of_profile) {
    const char *value = get_env(variable);
    if (!value) value = of_profile;
    return value && strcasecmp(value, "true") == 0;
}

/* "firehose" -> "FIREHOSE", or lower-case for the profile: the service id with '_' for ' '. Most
 * are the name used in signatures; CloudWatch Logs is not. */
static void service_id(char *out, size_t size, const char *service, bool upper) {
    if (strcmp(service, "logs") == 0) service = "cloudwatch_logs";
    size_t i = 0;
    for (; service[i] && i + 1 < size; i++) {
        char c = service[i] == '-' ? '_' : service[i];
        out[i] = upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[i] = '\0';
}

static fiat_status bad_url(const char *setting, const char *why, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_CONFIG, "%s: %s; it must look like https://host:port", setting,
                         why);
}

static bool read_scheme(const char **at, bool *tls) {
    *tls = strncasecmp(*at, "https://", 8) == 0;
    if (!*tls && strncasecmp(*at, "http://", 7) != 0) return false;
    *at += *tls ? 8 : 7;
    return true;
}

/* Length of a host name, IPv4 address or bracketed IPv6 address at text; 0 when there is none. */
static size_t host_length(const char *text) {
    if (text[0] == '[') {
        size_t len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
        return len > 2 && text[len] == ']' ? len + 1 : 0;
    }
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
    return text[0] == '.' || text[0] == '-' ? 0 : len;
}

/* ":8080" */
static bool read_port(const char **at, uint16_t *port) {
    const char *text = *at + 1;
    size_t digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 5) return false;
    unsigned long value = strtoul(text, NULL, 10);
    if (value < 1 || value > UINT16_MAX) return false;
    *port = (uint16_t)value;
    *at = text + digits;
    return true;
}

static bool is_path(const char *text) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~/!$&'()*+,;=:@";
    for (; *text; text++) {
        if (*text == '%' && strspn(text + 1, "0123456789abcdefABCDEF") >= 2) continue;
        if (!strchr(plain, *text)) return false;
    }
    return true;
}

static void compose(fiat__aws_endpoint *out) {
    uint16_t usual = out->tls ? 443 : 80;
    if (out->port == usual)
        snprintf(out->host_header, sizeof out->host_header, "%s", out->host);
    else
        snprintf(out->host_header, sizeof out->host_header, "%s:%d", out->host, out->port);
    snprintf(out->url, sizeof out->url, "%s://%s%s", out->tls ? "https" : "http", out->host_header,
             out->path);
}

fiat_status fiat__aws_endpoint_parse(fiat__aws_endpoint *out, const char *url, const char *setting,
                                     fiat_error *err) {
    const char *at = url;
    memset(out, 0, sizeof *out);
    if (!read_scheme(&at, &out->tls))
        return bad_url(setting, "the URL begins with neither http:// nor https://", err);
    if (strchr(at, '@')) /* not shown: it may be a password */
        return bad_url(setting, "a URL with a user name or '@' cannot be used", err);
    size_t host_len = host_length(at);
    if (host_len == 0 || host_len >= sizeof out->host)
        return bad_url(setting, "the URL has no proper host", err);
    for (size_t i = 0; i < host_len; i++)
        out->host[i] = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] - 'A' + 'a') : at[i];
    at += host_len;
    out->port = out->tls ? 443 : 80;
    if (*at == ':' && !read_port(&at, &out->port))
        return bad_url(setting, "the port of the URL is not in 1..65535", err);
    if (strpbrk(at, "?#"))
        return bad_url(setting, "a URL with a query or fragment cannot be used", err);
    size_t path_len = strlen(at);
    if ((*at && *at != '/') || path_len >= sizeof out->path || !is_path(at))
        return bad_url(setting, "something that is no path follows the host of the URL", err);
    while (path_len > 1 && at[path_len - 1] == '/')
        path_len--;
    fiat__err_copy(out->path, sizeof out->path, path_len ? at : "/", path_len ? path_len : 1);
    compose(out);
    return FIAT_OK;
}

/* What the host of AWS's own endpoint depends on, besides service and region. */
typedef struct variants {
    bool fips, dualstack;
} variants;

static variants find_variants(const fiat__aws_endpoint_opts *opts,
                              const fiat__aws_profile *profile) {
    return (variants){
        opts->fips || is_true("AWS_USE_FIPS_ENDPOINT", profile->values[FIAT__PROFILE_USE_FIPS]),
        opts->dualstack ||
            is_true("AWS_USE_DUALSTACK_ENDPOINT", profile->values[FIAT__PROFILE_USE_DUALSTACK])};
}

static fiat_status check_variants(const char *setting, const variants *wanted, fiat_error *err) {
    if (!wanted->fips && !wanted->dualstack) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "%s: a %s endpoint is asked for as well, and a URL of one's own is none; "
                         "take one of the two away",
                         setting, wanted->fips ? "FIPS" : "dual-stack");
}

/* The name of most services begins their hosts. */
static const char *host_prefix(const char *service) {
    if (strcmp(service, "sso") == 0) return "portal.sso";
    return strcmp(service, "sso-oidc") == 0 ? "oidc" : service;
}

static const struct partition *partition_of(const char *region) {
    const struct partition *partition = s_partitions;
    while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
        partition++;
    return partition;
}

const char *fiat__aws_endpoint_region(const char *service, const char *region) {
    return strcmp(service, "iam") == 0 ? partition_of(region)->seat : region;
}

/* IAM has one endpoint in a partition. */
static fiat_status write_iam_host(char *out, size_t size, const struct partition *partition,
                                  const variants *wanted, fiat_error *err) {
    const char *suffix = wanted->dualstack ? partition->dualstack_suffix : partition->suffix;
    if (strcmp(partition->prefix, "us-gov-") == 0)
        snprintf(out, size, "iam.us-gov.%s", suffix);
    else if (!*partition->prefix)
        snprintf(out, size, "iam%s%s.%s", wanted->fips ? "-fips" : "",
                 wanted->dualstack ? ".global" : "", suffix);
    else if (wanted->fips || wanted->dualstack)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "no %s endpoint of IAM is known for regions like %s: name it in "
                             "AWS_ENDPOINT_URL_IAM",
                             wanted->fips ? "FIPS" : "dual-stack", partition->seat);
    else
        snprintf(out, size, "iam.%s.%s", partition->seat, suffix);
    return FIAT_OK;
}

/* In GovCloud the plain names of these are FIPS endpoints: of CloudWatch Logs in the two regions
 * that AWS's SDKs list, of the others everywhere. */
static bool is_fips_anyway(const char *service, const char *region) {
    if (strncmp(region, "us-gov-", 7) != 0) return false;
    if (strcmp(service, "sts") == 0 || strcmp(service, "kinesis") == 0) return true;
    return strcmp(service, "logs") == 0 &&
           (strcmp(region, "us-gov-east-1") == 0 || strcmp(region, "us-gov-west-1") == 0);
}

static void write_host(char *out, size_t size, const fiat__aws_endpoint_opts *opts,
                       const struct partition *partition, const variants *wanted) {
    bool s3 = strcmp(opts->service, "s3") == 0;
    bool plain = !wanted->dualstack && is_fips_anyway(opts->service, opts->region);
    snprintf(out, size, "%s%s%s.%s.%s", host_prefix(opts->service),
             wanted->fips && !plain ? "-fips" : "", s3 && wanted->dualstack ? ".dualstack" : "",
             opts->region,
             wanted->dualstack && !s3 ? partition->dualstack_suffix : partition->suffix);
}

static fiat_status own_endpoint(fiat__aws_endpoint *out, const fiat__aws_endpoint_opts *opts,
                                const variants *wanted, fiat_error *err) {
    const struct partition *partition = partition_of(opts->region);
    char host[200], url[256];
    fiat_status status = FIAT_OK;
    if (strcmp(opts->service, "iam") == 0)
        status = write_iam_host(host, sizeof host, partition, wanted, err);
    else
        write_host(host, sizeof host, opts, partition, wanted);
    if (status != FIAT_OK) return status;
    snprintf(url, sizeof url, "https://%s", host);
    status = fiat__aws_endpoint_parse(out, url, "endpoint", err);
    out->own = true;
    return status;
}

/* The configured URL and the name of its setting; *url is heap, NULL when nothing is configured. */
static fiat_status find_configured(char **url, char setting[128], const char *service,
                                   const fiat__aws_profile *profile, fiat_error *err) {
    char id[48];
    service_id(id, sizeof id, service, true);
    snprintf(setting, 128, "AWS_ENDPOINT_URL_%s", id);
    const char *value = get_env(setting);
    if (!value) {
        snprintf(setting, 128, "AWS_ENDPOINT_URL");
        value = get_env(setting);
    }
    if (!value) {
        snprintf(setting, 128, "endpoint_url of profile \"%.64s\"", profile->name);
        service_id(id, sizeof id, service, false);
        fiat_status status = fiat__aws_profile_service_url(profile, id, url, err);
        if (status != FIAT_OK || *url) return status;
        value = profile->values[FIAT__PROFILE_ENDPOINT_URL];
    }
    if (!value) return FIAT_OK;
    *url = fiat__strdup(value);
    return *url ? FIAT_OK : fiat__err_nomem(err);
}

fiat_status fiat__aws_endpoint_resolve(fiat__aws_endpoint *out, const fiat__aws_endpoint_opts *opts,
                                       fiat_error *err) {
    char *found = NULL, setting[128] = "endpoint_url";
    fiat__aws_profile profile;
    fiat_status status = check_region(opts->region, err);
    if (status != FIAT_OK) return status;
    status = fiat__aws_profile_load(&profile, err);
    if (status != FIAT_OK) goto out;
    const char *url = opts->url && *opts->url ? opts->url : NULL;
    if (!url && !is_true("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                         profile.values[FIAT__PROFILE_IGNORE_ENDPOINTS])) {
        status = find_configured(&found, setting, opts->service, &profile, err);
        if (status != FIAT_OK) goto out;
        url = found;
    }
    const variants wanted = find_variants(opts, &profile);
    if (!url) {
        status = wanted.fips ? check_fips(opts, err) : FIAT_OK;
        if (status == FIAT_OK) status = own_endpoint(out, opts, &wanted, err);
        goto out;
    }
    status = check_variants(setting, &wanted, err);
    if (status == FIAT_OK) status = fiat__aws_endpoint_parse(out, url, setting, err);
out:
    fiat__free(found);
    fiat__aws_profile_deinit(&profile);
    return status;
}
