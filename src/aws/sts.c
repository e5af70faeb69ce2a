/* Requests of the query protocol, and its XML. Stateless. */
#include "aws/sts.h"
#include "aws/error_class.h"
#include "aws/fetch.h"
#include "aws/xml.h"
#include "base/error.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>

#define BODY_MAX_BYTES  (128 * 1024) /* a web identity token has up to 20,000 bytes */
#define VALUE_MAX_BYTES (16 * 1024)
#define TIMEOUT_MS      10000
#define ATTEMPTS        3
#define PAUSE_MS        500
/* Signatures fail at five minutes. */
#define SKEW_TOLERATED_MS (60 * 1000)
/* STS without a region: that of its global endpoint. */
#define REGION_OF_LAST_RESORT "us-east-1"

static void add(fiat__buf *body, const char *name, const char *value) {
    fiat__buf_append_c(body, name);
    fiat__fetch_write_encoded(body, value);
}

static void write_body(fiat__buf *body, const char *action, const fiat__aws_search *search,
                       const fiat__sts_role *role, const char *token) {
    char name[32];
    fiat__buf_printf(body, "Action=%s&Version=2011-06-15", action);
    snprintf(name, sizeof name, "fiat-%" PRId64, fiat__wall_ms(search->clock) / 1000);
    add(body, "&RoleArn=", role->arn);
    add(body, "&RoleSessionName=", role->session_name ? role->session_name : name);
    if (role->external_id) add(body, "&ExternalId=", role->external_id);
    if (role->duration_s) fiat__buf_printf(body, "&DurationSeconds=%" PRIu32, role->duration_s);
    if (token) add(body, "&WebIdentityToken=", token);
}

static void wipe(fiat__buf *secret) {
    if (secret->ptr) OPENSSL_cleanse(secret->ptr, secret->cap);
    fiat__buf_deinit(secret);
}

/* The values that a reply may have. Of a success the first four, of an error the others. */
enum { ID, SECRET, TOKEN, EXPIRATION, CODE, MESSAGE, VALUE_COUNT };

typedef struct values {
    fiat__buf of[VALUE_COUNT];
} values;

static void init_values(values *all) {
    for (size_t i = 0; i < VALUE_COUNT; i++)
        fiat__buf_init(&all->of[i], VALUE_MAX_BYTES);
}

static void deinit_values(values *all) {
    for (size_t i = 0; i < VALUE_COUNT; i++)
        wipe(&all->of[i]);
}

/* The value whose element has been entered: <Credentials><AccessKeyId>. */
static fiat__buf *value_at(const fiat__xml *xml, values *all) {
    static const struct {
        const char *parent, *name;
    } places[VALUE_COUNT] = {{"Credentials", "AccessKeyId"},
                             {"Credentials", "SecretAccessKey"},
                             {"Credentials", "SessionToken"},
                             {"Credentials", "Expiration"},
                             {"Error", "Code"},
                             {"Error", "Message"}};
    for (size_t i = 0; i < VALUE_COUNT && xml->depth > 1; i++)
        if (fiat__str_eq_c(xml->names[xml->depth - 1], places[i].name) &&
            fiat__str_eq_c(xml->names[xml->depth - 2], places[i].parent))
            return &all->of[i];
    return NULL;
}

/* false: not XML, or out of memory, which the values then say. */
static bool read_values(fiat__str text, values *all) {
    fiat__xml xml;
    fiat__str piece;
    fiat__xml_init(&xml, text);
    for (;;) {
        fiat__xml_event event = fiat__xml_next(&xml, &piece);
        if (event == FIAT__XML_END) return true;
        if (event == FIAT__XML_BAD) return false;
        fiat__buf *to = value_at(&xml, all);
        if (!to || (event != FIAT__XML_TEXT && event != FIAT__XML_CDATA)) continue;
        /* At once, so that no growth leaves a copy behind. */
        if (!fiat__buf_reserve(to, VALUE_MAX_BYTES - to->len)) return false;
        if (event == FIAT__XML_TEXT ? !fiat__xml_decode(to, piece)
                                    : !fiat__buf_append(to, piece.ptr, piece.len))
            return false;
    }
}

static bool out_of_memory(const values *all) {
    for (size_t i = 0; i < VALUE_COUNT; i++)
        if (all->of[i].failed && !all->of[i].too_long) return true;
    return false;
}

static fiat_status take(const values *all, fiat__aws_credentials *out, fiat_error *err) {
    static const fiat__aws_key_names names = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                              "Expiration"};
    const fiat__buf *of = all->of;
    int64_t expires_ms;
    if (!of[ID].len || !of[SECRET].len || !of[TOKEN].len ||
        !fiat__rfc3339_read(fiat__buf_cstr(&of[EXPIRATION]), of[EXPIRATION].len, &expires_ms))
        return fiat__err_set(err, FIAT_E_AWS_REPLY,
                             "STS: a reply without complete credentials; check endpoint_url");
    fiat_status status =
        fiat__aws_credentials_fill(out, fiat__buf_cstr(&of[ID]), fiat__buf_cstr(&of[SECRET]),
                                   fiat__buf_cstr(&of[TOKEN]), &names, err);
    out->expires_ms = expires_ms;
    return status;
}

fiat_status fiat__sts_read_reply(fiat__str xml, fiat__aws_credentials *out, fiat_error *err) {
    values all;
    init_values(&all);
    bool good = read_values(xml, &all);
    fiat_status status = good                  ? take(&all, out, err)
                         : out_of_memory(&all) ? fiat__err_nomem(err)
                                               : fiat__err_set(err, FIAT_E_AWS_REPLY,
                                                               "STS: the reply is no XML; "
                                                               "check endpoint_url");
    deinit_values(&all);
    return status;
}

/* What STS says to a request that it refused. */
static fiat_status refuse(const fiat__fetch_reply *reply, const fiat__aws_endpoint *endpoint,
                          fiat_error *err) {
    values all;
    fiat_error why = FIAT_ERROR_INIT;
    bool passing = fiat__fetch_status_may_pass(reply->http_status);
    init_values(&all);
    if (read_values(fiat__buf_str(&reply->body), &all) && all.of[CODE].len) {
        fiat__aws_class class =
            fiat__aws_classify_code(fiat__buf_str(&all.of[CODE]), fiat__buf_str(&all.of[MESSAGE]),
                                    reply->http_status, &why);
        passing = class == FIAT__AWS_RETRY || class == FIAT__AWS_THROTTLE;
    } else if (out_of_memory(&all)) {
        fiat__err_nomem(&why);
    } else {
        fiat__err_set(&why, FIAT_E_AWS_REPLY, "%s answered with HTTP status %d and no error code",
                      endpoint->host_header, reply->http_status);
    }
    deinit_values(&all);
    /* Keys and tokens that are refused for good have been made by somebody else. */
    why.flags &= ~FIAT_ERRF_RETRYABLE;
    if (passing) why.flags |= FIAT_ERRF_RETRYABLE;
    fiat__err_wrap(&why, FIAT_OK, "STS");
    fiat__err_assign(err, &why);
    return (fiat_status)why.status;
}

static fiat_status resolve(const fiat__aws_search *search, fiat__buf *region,
                           fiat__aws_endpoint *endpoint, fiat_error *err) {
    fiat_status status = FIAT_OK;
    if (*search->opts->region)
        fiat__buf_append_c(region, search->opts->region);
    else
        status = fiat__aws_region_find(region, err);
    if (status == FIAT_OK && !region->len) fiat__buf_append_c(region, REGION_OF_LAST_RESORT);
    if (status == FIAT_OK) status = fiat__buf_status(region, err);
    if (status != FIAT_OK) return status;
    const fiat__aws_endpoint_opts opts = {.service = "sts",
                                          .region = fiat__buf_cstr(region),
                                          .fips = search->opts->fips,
                                          .dualstack = search->opts->dualstack};
    return fiat__aws_endpoint_resolve(endpoint, &opts, err);
}

/* When the clock was the reason, once more by the clock of the server. */
static bool should_repeat(const fiat__fetch_reply *reply, const fiat_error *why,
                          fiat__aws_signing *signing) {
    if (!signing->credentials || reply->date_ms == INT64_MIN ||
        !fiat__aws_is_skew_code(why->aws_code))
        return false;
    int64_t off_ms = reply->date_ms - signing->time_ms;
    if (off_ms > -SKEW_TOLERATED_MS && off_ms < SKEW_TOLERATED_MS) return false;
    signing->time_ms = reply->date_ms;
    return true;
}

static fiat_status post(const fiat__aws_search *search, fiat__aws_signing *signing, fiat__str body,
                        fiat__aws_credentials *out, fiat_error *err) {
    const fiat__fetch_header accept = {"Accept", "text/xml"};
    const fiat__fetch_request request = {.method = "POST",
                                         .url = signing->endpoint->url,
                                         .name = signing->endpoint->host_header,
                                         .headers = &accept,
                                         .header_count = 1,
                                         .content_type =
                                             "application/x-www-form-urlencoded; charset=utf-8",
                                         .body = body,
                                         .signing = signing->credentials ? signing : NULL,
                                         .endpoint = signing->endpoint,
                                         .timeout_ms = TIMEOUT_MS,
                                         .max_attempts = ATTEMPTS,
                                         .pause_ms = PAUSE_MS};
    for (bool again = true;; again = false) {
        fiat__fetch_reply reply;
        fiat_error why = FIAT_ERROR_INIT;
        fiat_status status = fiat__fetch(search, &request, &reply, &why);
        if (status == FIAT_OK)
            status = reply.http_status == 200
                         ? fiat__sts_read_reply(fiat__buf_str(&reply.body), out, &why)
                         : refuse(&reply, signing->endpoint, &why);
        fiat__fetch_reply_deinit(&reply);
        if (status != FIAT_OK && again && should_repeat(&reply, &why, signing)) continue;
        if (status != FIAT_OK) fiat__err_assign(err, &why);
        return status;
    }
}

static fiat_status call(const fiat__aws_search *search, const char *action,
                        const fiat__sts_role *role, const fiat__aws_credentials *source,
                        const char *token, fiat__aws_credentials *out, fiat_error *err) {
    fiat__aws_endpoint endpoint;
    fiat__buf region, body;
    fiat__buf_init(&region, 64);
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat_status status = resolve(search, &region, &endpoint, err);
    if (status != FIAT_OK) goto out;
    /* At once, so that no growth leaves a copy behind. */
    if (!fiat__buf_reserve(&body, BODY_MAX_BYTES)) {
        status = fiat__err_nomem(err);
        goto out;
    }
    write_body(&body, action, search, role, token);
    status = fiat__buf_status(&body, err);
    if (status != FIAT_OK) goto out;
    fiat__aws_signing signing = {.endpoint = &endpoint,
                                 .region = fiat__buf_cstr(&region),
                                 .service = "sts",
                                 .time_ms = fiat__wall_ms(search->clock),
                                 .credentials = source};
    status = post(search, &signing, fiat__buf_str(&body), out, err);
out:
    wipe(&body);
    fiat__buf_deinit(&region);
    if (status != FIAT_OK) fiat__err_wrap(err, status, "role %.96s", role->arn);
    return status;
}

fiat_status fiat__sts_assume_role(const fiat__aws_search *search, const fiat__sts_role *role,
                                  const fiat__aws_credentials *source, fiat__aws_credentials *out,
                                  fiat_error *err) {
    out->provider = "assumed role";
    return call(search, "AssumeRole", role, source, NULL, out, err);
}

fiat_status fiat__sts_assume_role_with_web_identity(const fiat__aws_search *search,
                                                    const fiat__sts_role *role, const char *token,
                                                    fiat__aws_credentials *out, fiat_error *err) {
    out->provider = "web identity";
    return call(search, "AssumeRoleWithWebIdentity", role, NULL, token, out, err);
}
