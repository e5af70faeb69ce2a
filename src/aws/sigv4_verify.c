/* Checking a signature as AWS does, in its order and with its words. Stateless; any thread. */
#include "aws/sigv4_verify.h"
#include "aws/http_date.h"
#include "aws/sigv4_canonical.h"
#include "base/error.h"
#include "base/hash.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>

#define ALGORITHM             "AWS4-HMAC-SHA256"
#define MISSING_TOKEN         "MissingAuthenticationTokenException"
#define INCOMPLETE_SIGNATURE  "IncompleteSignatureException"
#define UNRECOGNIZED_CLIENT   "UnrecognizedClientException"
#define INVALID_SIGNATURE     "InvalidSignatureException"
#define MAX_HEADER_NAME_BYTES 128

/* The Authorization header taken apart; views into it. */
typedef struct claim {
    fiat__str credential, signed_headers, signature;
    fiat__str access_key_id, date, region, service, term;
    char time[17]; /* of the request, "20150830T123600Z" */
    int64_t time_ms;
} claim;

static bool refuse(fiat__sigv4_verdict *verdict, const char *code, const char *format, ...)
    FIAT_PRINTF(3, 4);

static bool refuse(fiat__sigv4_verdict *verdict, const char *code, const char *format, ...) {
    char text[2 * sizeof verdict->message];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0) len = 0;
    if ((size_t)len >= sizeof text) len = (int)sizeof text - 1;
    for (int i = 0; i < len; i++) /* what it quotes may be any bytes */
        if (text[i] < ' ' || text[i] > '~') text[i] = '?';
    fiat__err_copy(verdict->message, sizeof verdict->message, text, (size_t)len);
    verdict->code = code;
    verdict->http_status = 400;
    return false;
}

static bool get_header(const fiat__sigv4_received *request, const char *name, fiat__str *value) {
    *value = fiat__str_of(NULL, 0);
    return request->header(request->header_ctx, name, value);
}

static fiat__str trim(fiat__str text) {
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Cut off what stands before the next `mark` and return it. */
static fiat__str next_part(fiat__str *rest, char mark) {
    const char *end = rest->len ? memchr(rest->ptr, mark, rest->len) : NULL;
    fiat__str part = *rest;
    if (!end) {
        rest->len = 0;
        return part;
    }
    part.len = (size_t)(end - rest->ptr);
    *rest = fiat__str_of(end + 1, rest->len - part.len - 1);
    return part;
}

/* "Credential=..., SignedHeaders=..., Signature=..." in any order; unknown names are left alone. */
static void read_parameters(fiat__str text, claim *out) {
    while (text.len) {
        fiat__str value = trim(next_part(&text, ','));
        fiat__str name = next_part(&value, '=');
        if (fiat__str_eq_c(name, "Credential")) out->credential = value;
        if (fiat__str_eq_c(name, "SignedHeaders")) out->signed_headers = value;
        if (fiat__str_eq_c(name, "Signature")) out->signature = value;
    }
}

static bool read_authorization(const fiat__sigv4_received *request, claim *out,
                               fiat__sigv4_verdict *verdict) {
    fiat__str value, date;
    if (!get_header(request, "authorization", &value) || !trim(value).len)
        return refuse(verdict, MISSING_TOKEN, "Missing Authentication Token");
    value = trim(value);
    fiat__str whole = value, algorithm = next_part(&value, ' ');
    if (fiat__str_eq_c(algorithm, ALGORITHM)) read_parameters(value, out);
    bool has_date = get_header(request, "x-amz-date", &date) || get_header(request, "date", &date);
    if (out->credential.len && out->signed_headers.len && out->signature.len && has_date)
        return true;
    int shown = whole.len > 256 ? 256 : (int)whole.len;
    return refuse(
        verdict, INCOMPLETE_SIGNATURE, "%s%s%s%sAuthorization=%.*s",
        out->credential.len ? "" : "Authorization header requires 'Credential' parameter. ",
        out->signature.len ? "" : "Authorization header requires 'Signature' parameter. ",
        out->signed_headers.len ? "" : "Authorization header requires 'SignedHeaders' parameter. ",
        has_date ? ""
                 : "Authorization header requires existence of either a 'X-Amz-Date' or "
                   "a 'Date' header. ",
        shown, whole.ptr);
}

static bool read_credential(claim *out, fiat__sigv4_verdict *verdict) {
    fiat__str rest = out->credential;
    out->access_key_id = next_part(&rest, '/');
    out->date = next_part(&rest, '/');
    out->region = next_part(&rest, '/');
    out->service = next_part(&rest, '/');
    out->term = rest;
    fiat__err_copy(verdict->access_key_id, sizeof verdict->access_key_id, out->access_key_id.ptr,
                   out->access_key_id.len);
    fiat__err_copy(verdict->region, sizeof verdict->region, out->region.ptr, out->region.len);
    fiat__err_copy(verdict->service, sizeof verdict->service, out->service.ptr, out->service.len);
    if (out->term.len && !memchr(out->term.ptr, '/', out->term.len) && out->region.len &&
        out->service.len)
        return true;
    int shown = out->credential.len > 256 ? 256 : (int)out->credential.len;
    return refuse(verdict, INCOMPLETE_SIGNATURE,
                  "Credential must have exactly 5 slash-delimited elements, e.g. "
                  "keyid/date/region/service/term, got '%.*s'",
                  shown, out->credential.ptr);
}

static bool read_time(const fiat__sigv4_received *request, claim *out,
                      fiat__sigv4_verdict *verdict) {
    fiat__str value;
    if (!get_header(request, "x-amz-date", &value)) get_header(request, "date", &value);
    value = trim(value);
    if (!fiat__basic_time_read(value.ptr, value.len, &out->time_ms) &&
        !fiat__http_date_read(value, &out->time_ms)) {
        int shown = value.len > 64 ? 64 : (int)value.len;
        return refuse(verdict, INCOMPLETE_SIGNATURE,
                      "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                      "http://en.wikipedia.org/wiki/ISO_8601",
                      shown, value.ptr);
    }
    fiat__basic_time_write(out->time, out->time_ms);
    return true;
}

static bool check_key(const fiat__sigv4_received *request, const fiat__sigv4_verify_opts *opts,
                      const claim *in, fiat__sigv4_verdict *verdict) {
    fiat__str token;
    get_header(request, "x-amz-security-token", &token);
    bool known = fiat__equal_ct(in->access_key_id, fiat__str_c(opts->access_key_id));
    if (opts->session_token && *opts->session_token)
        known = fiat__equal_ct(trim(token), fiat__str_c(opts->session_token)) && known;
    if (known) return true;
    return refuse(verdict, UNRECOGNIZED_CLIENT,
                  "The security token included in the request is invalid.");
}

static bool check_scope(const fiat__sigv4_verify_opts *opts, const claim *in,
                        fiat__sigv4_verdict *verdict) {
    if (!fiat__str_eq_c(in->term, "aws4_request"))
        return refuse(verdict, INVALID_SIGNATURE,
                      "Credential should be scoped with a valid terminator: 'aws4_request', not "
                      "'%.*s'.",
                      (int)(in->term.len > 64 ? 64 : in->term.len), in->term.ptr);
    if (*opts->region && !fiat__str_eq_c(in->region, opts->region))
        return refuse(verdict, INVALID_SIGNATURE,
                      "Credential should be scoped to a valid region, not '%s'.", verdict->region);
    if (*opts->service && !fiat__str_eq_c(in->service, opts->service))
        return refuse(verdict, INVALID_SIGNATURE,
                      "Credential should be scoped to correct service: '%s'.", opts->service);
    if (!fiat__str_eq(in->date, fiat__str_of(in->time, 8)))
        return refuse(verdict, INVALID_SIGNATURE,
                      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
                      "date from HTTP: '%.*s' != '%.8s', from '%s'.",
                      (int)(in->date.len > 64 ? 64 : in->date.len), in->date.ptr, in->time,
                      in->time);
    return true;
}

static bool check_time(const fiat__sigv4_verify_opts *opts, const claim *in,
                       fiat__sigv4_verdict *verdict) {
    char now[17], limit[17];
    int64_t minutes = opts->skew_ms / 60000;
    fiat__basic_time_write(now, opts->now_ms);
    if (in->time_ms < opts->now_ms - opts->skew_ms) {
        fiat__basic_time_write(limit, opts->now_ms - opts->skew_ms);
        return refuse(verdict, INVALID_SIGNATURE,
                      "Signature expired: %s is now earlier than %s (%s - %" PRId64 " min.)",
                      in->time, limit, now, minutes);
    }
    if (in->time_ms > opts->now_ms + opts->skew_ms) {
        fiat__basic_time_write(limit, opts->now_ms + opts->skew_ms);
        return refuse(verdict, INVALID_SIGNATURE,
                      "Signature not yet current: %s is still later than %s (%s + %" PRId64
                      " min.)",
                      in->time, limit, now, minutes);
    }
    return true;
}

static bool mismatch(fiat__sigv4_verdict *verdict) {
    return refuse(verdict, INVALID_SIGNATURE,
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. Consult the service "
                  "documentation for details.");
}

/* The headers that the client says it signed, with the values that came. */
typedef struct signed_headers {
    fiat__aws_header headers[FIAT__SIGV4_MAX_HEADERS];
    char names[FIAT__SIGV4_MAX_HEADERS][MAX_HEADER_NAME_BYTES];
    size_t count;
} signed_headers;

static bool is_signed(const signed_headers *list, const char *name) {
    for (size_t i = 0; i < list->count; i++)
        if (fiat__str_eq_c(list->headers[i].name, name)) return true;
    return false;
}

static bool collect_headers(const fiat__sigv4_received *request, fiat__str names,
                            signed_headers *out) {
    out->count = 0;
    while (names.len) {
        fiat__str name = next_part(&names, ';');
        if (out->count == FIAT__SIGV4_MAX_HEADERS || name.len == 0 ||
            name.len >= MAX_HEADER_NAME_BYTES)
            return false;
        char *copy = out->names[out->count];
        memcpy(copy, name.ptr, name.len);
        copy[name.len] = '\0';
        fiat__aws_header *header = &out->headers[out->count++];
        header->name = fiat__str_c(copy);
        if (!get_header(request, copy, &header->value)) return false;
    }
    return true;
}

/* What must be under the signature when it is there: otherwise a thief could change it. */
static bool check_coverage(const fiat__sigv4_received *request, const signed_headers *list,
                           fiat__sigv4_verdict *verdict) {
    static const char *const names[] = {"host", "x-amz-date", "x-amz-target",
                                        "x-amz-security-token", "x-amz-content-sha256"};
    fiat__str value;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!is_signed(list, names[i]) && (i == 0 || get_header(request, names[i], &value)))
            return refuse(verdict, INVALID_SIGNATURE,
                          "'%s' must be a 'SignedHeader' in the AWS Authorization.", names[i]);
    return true;
}

/* The signed hash of the body must be the body's own, unless the client leaves the body unsigned
 * (S3 over TLS). */
static bool check_payload(const fiat__sigv4_received *request, fiat__sigv4_verdict *verdict) {
    fiat__str claimed;
    unsigned char hash[FIAT__SHA256_BYTES];
    char hex[2 * FIAT__SHA256_BYTES + 1];
    if (!get_header(request, "x-amz-content-sha256", &claimed) ||
        fiat__str_eq_c(trim(claimed), "UNSIGNED-PAYLOAD"))
        return true;
    if (fiat__sha256(hash, request->body, NULL) != FIAT_OK) return mismatch(verdict);
    fiat__hex_write(hex, hash, sizeof hash);
    return fiat__equal_ct(trim(claimed), fiat__str_c(hex)) ? true : mismatch(verdict);
}

static fiat_status compute(char signature[65], const fiat__sigv4_received *in,
                           const signed_headers *list, const fiat__sigv4_scope *scope,
                           const char *secret) {
    const fiat__sigv4_request request = {.method = in->method,
                                         .path = in->path,
                                         .query = in->query,
                                         .headers = list->headers,
                                         .header_count = list->count,
                                         .body = in->body,
                                         .normalize_path = in->normalize_path};
    fiat__buf canonical, to_sign;
    fiat__buf_init(&canonical, FIAT__SIGV4_MAX_CANONICAL_BYTES);
    fiat__buf_init(&to_sign, FIAT__SIGV4_MAX_CANONICAL_BYTES);
    fiat_status status = fiat__sigv4_canonical_request(&canonical, &request, NULL);
    if (status == FIAT_OK)
        status = fiat__sigv4_string_to_sign(&to_sign, fiat__buf_str(&canonical), scope, NULL);
    if (status == FIAT_OK)
        status = fiat__sigv4_signature(signature, secret, scope, fiat__buf_str(&to_sign), NULL);
    fiat__buf_deinit(&canonical);
    fiat__buf_deinit(&to_sign);
    return status;
}

static bool check_signature(const fiat__sigv4_received *request,
                            const fiat__sigv4_verify_opts *opts, const claim *in,
                            fiat__sigv4_verdict *verdict) {
    signed_headers list;
    char expected[65];
    const fiat__sigv4_scope scope = {verdict->region, verdict->service, in->time_ms};
    if (!collect_headers(request, in->signed_headers, &list)) return mismatch(verdict);
    if (!check_coverage(request, &list, verdict) || !check_payload(request, verdict)) return false;
    /* A region or service that was cut to fit the verdict gives another signature, as it should. */
    fiat_status status = compute(expected, request, &list, &scope, opts->secret_access_key);
    if (status == FIAT_E_NOMEM) {
        refuse(verdict, "InternalFailure", "out of memory while checking the signature");
        verdict->http_status = 500;
        return false;
    }
    bool equal = status == FIAT_OK && fiat__equal_ct(in->signature, fiat__str_c(expected));
    OPENSSL_cleanse(expected, sizeof expected);
    return equal ? true : mismatch(verdict);
}

bool fiat__sigv4_verify(const fiat__sigv4_received *request, const fiat__sigv4_verify_opts *opts,
                        fiat__sigv4_verdict *verdict) {
    claim in;
    memset(&in, 0, sizeof in);
    memset(verdict, 0, sizeof *verdict);
    verdict->http_status = 200;
    return read_authorization(request, &in, verdict) && read_credential(&in, verdict) &&
           read_time(request, &in, verdict) && check_key(request, opts, &in, verdict) &&
           check_scope(opts, &in, verdict) && check_time(opts, &in, verdict) &&
           check_signature(request, opts, &in, verdict);
}
