/* Hosts, paths and regions of requests; buckets of S3 have hosts of their own. */
#include "aws/http.h"
#include "aws/svc/service_private.h"
#include "base/error.h"

#include <stdio.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

bool fiat__service_encode(fiat__buf *out, fiat__str text, bool keep_slashes) {
    for (size_t i = 0; i < text.len; i++)
        if (memchr(PLAIN, text.ptr[i], sizeof PLAIN - 1) || (keep_slashes && text.ptr[i] == '/'))
            fiat__buf_append_char(out, text.ptr[i]);
        else
            fiat__buf_printf(out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
    return !out->failed;
}

/* Lower-case letters, digits, '-' and '.', 3 to 63: what a bucket may be called since 2018.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static fiat_status check_bucket(const char *bucket, fiat_error *err) {
    size_t len = strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-.");
    if (len >= 3 && len <= 63 && bucket[len] == '\0' && bucket[0] != '-' && bucket[0] != '.' &&
        !strstr(bucket, ".."))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_ARG,
                         "\"%.64s\" is no name of a bucket: 3 to 63 lower-case letters, digits, "
                         "\"-\" and \".\"",
                         bucket);
}

/* A name with a dot would not fit AWS's certificate. */
static bool has_own_host(const fiat__service *service, const char *bucket) {
    return service->base.own && !strchr(bucket, '.');
}

static void put_before(fiat__aws_endpoint *endpoint, const char *bucket) {
    char host[sizeof endpoint->host];
    snprintf(host, sizeof host, "%.63s.%.190s", bucket, endpoint->host);
    memcpy(endpoint->host, host, sizeof host);
    snprintf(endpoint->host_header, sizeof endpoint->host_header, "%s", host);
    snprintf(endpoint->url, sizeof endpoint->url, "https://%s/", host);
}

fiat_status fiat__service_place(const fiat__service *service, const fiat__service_request *request,
                                fiat__aws_endpoint *endpoint, fiat__buf *path, fiat_error *err) {
    *endpoint = service->base;
    if (request->bucket) {
        fiat_status status = check_bucket(request->bucket, err);
        if (status != FIAT_OK) return status;
        if (has_own_host(service, request->bucket))
            put_before(endpoint, request->bucket);
        else
            fiat__buf_printf(path, "/%s", request->bucket);
    }
    fiat__buf_append_c(path, request->path ? request->path : "/");
    return fiat__buf_status(path, err);
}

fiat__str fiat__service_reply_header(const fiat__service_reply *reply, const char *name) {
    fiat__str rest = fiat__buf_str(&reply->lines), value;
    while (rest.len) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) + 1 : rest.len;
        if (fiat__http_header_value(fiat__str_of(rest.ptr, len), name, &value)) return value;
        rest = fiat__str_of(rest.ptr + len, rest.len - len);
    }
    return fiat__str_of(NULL, 0);
}

bool fiat__service_moved(const fiat__service *service, const fiat__service_request *request,
                         const fiat__service_reply *reply, char region[64]) {
    if (!request->bucket || reply->http_status < 300 || reply->http_status >= 500) return false;
    fiat__str named = fiat__service_reply_header(reply, "x-amz-bucket-region");
    if (!named.len || named.len > 63 || fiat__str_eq_c(named, service->region)) return false;
    memcpy(region, named.ptr, named.len);
    region[named.len] = '\0';
    return true;
}
