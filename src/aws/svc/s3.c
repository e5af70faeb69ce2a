/* Requests and lists of S3. */
#include "aws/svc/s3.h"
#include "base/clock.h"
#include "base/error.h"

#define KEY_MAX_BYTES                                                                              \
    1024 /* https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
#define TEXT_MAX_BYTES (3 * KEY_MAX_BYTES) /* percent-encoded */

fiat__service_request fiat__s3_head_bucket(const char *bucket) {
    return (fiat__service_request){.operation = "HeadBucket",
                                   .action = "ListBucket",
                                   .repeatable = true,
                                   .method = "HEAD",
                                   .path = "/",
                                   .bucket = bucket};
}

fiat__service_request fiat__s3_create_bucket(const char *bucket, fiat__str body) {
    return (fiat__service_request){.operation = "CreateBucket",
                                   .method = "PUT",
                                   .path = "/",
                                   .body = body,
                                   .content_type = body.len ? "application/xml" : NULL,
                                   .bucket = bucket};
}

fiat__service_request fiat__s3_list_objects(const char *bucket, const char *query) {
    return (fiat__service_request){.operation = "ListObjectsV2",
                                   .action = "ListBucket",
                                   .repeatable = true,
                                   .method = "GET",
                                   .path = "/",
                                   .query = query,
                                   .bucket = bucket};
}

static fiat__service_request of_object(const char *operation, const char *method,
                                       const char *bucket, const char *path) {
    return (fiat__service_request){.operation = operation,
                                   .repeatable = true, /* a put says what the object shall be */
                                   .method = method,
                                   .path = path,
                                   .bucket = bucket};
}

fiat__service_request fiat__s3_head_object(const char *bucket, const char *path) {
    fiat__service_request request = of_object("HeadObject", "HEAD", bucket, path);
    request.action = "GetObject";
    return request;
}

fiat__service_request fiat__s3_get_object(const char *bucket, const char *path) {
    return of_object("GetObject", "GET", bucket, path);
}

fiat__service_request fiat__s3_put_object(const char *bucket, const char *path, fiat__str body) {
    fiat__service_request request = of_object("PutObject", "PUT", bucket, path);
    request.body = body;
    return request;
}

bool fiat__s3_write_path(fiat__buf *out, const char *key) {
    fiat__buf_append_char(out, '/');
    return fiat__service_encode(out, fiat__str_c(key), true);
}

bool fiat__s3_write_create(fiat__buf *out, const char *region) {
    if (strcmp(region, "us-east-1") == 0) return true;
    return fiat__buf_printf(
        out,
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>%s</LocationConstraint></CreateBucketConfiguration>",
        region);
}

static void write_text(fiat__buf *out, const char *name, const char *value) {
    if (!value || !*value) return;
    fiat__buf_printf(out, "&%s=", name);
    fiat__service_encode(out, fiat__str_c(value), false);
}

bool fiat__s3_write_list(fiat__buf *out, const char *prefix, const char *delimiter,
                         uint32_t max_keys, const fiat__service_tokens *tokens) {
    /* Keys may hold bytes that XML cannot. */
    fiat__buf_append_c(out, "list-type=2&encoding-type=url");
    write_text(out, "prefix", prefix);
    write_text(out, "delimiter", delimiter);
    if (max_keys) fiat__buf_printf(out, "&max-keys=%u", max_keys);
    write_text(out, "continuation-token", fiat__buf_cstr(&tokens->token));
    return !out->failed;
}

static fiat_status bad_list(const char *what, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "s3 ListObjectsV2: the reply is no list: %s; check the endpoint", what);
}

static fiat_status step(const fiat__s3_list *list, fiat__service_tokens *tokens, fiat_error *err) {
    fiat__buf token;
    fiat__buf_init(&token, tokens->token.max);
    bool found = fiat__xml_value(&token, list->xml, "ListBucketResult/NextContinuationToken");
    fiat_status status =
        fiat__service_tokens_step(tokens, found ? fiat__buf_cstr(&token) : NULL, err);
    if (token.failed && status == FIAT_OK) status = fiat__buf_status(&token, err);
    fiat__buf_deinit(&token);
    return status == FIAT_OK ? status : fiat__err_wrap(err, status, "s3 ListObjectsV2");
}

fiat_status fiat__s3_list_init(fiat__s3_list *list, const fiat__service_reply *reply,
                               fiat__service_tokens *tokens, fiat_error *err) {
    fiat__xml_walk root;
    fiat__str content;
    *list = (fiat__s3_list){.xml = fiat__buf_str(&reply->body)};
    fiat__buf_init(&list->object.key, TEXT_MAX_BYTES);
    fiat__xml_walk_init(&root, list->xml, "ListBucketResult");
    if (!fiat__xml_is_whole(list->xml) || !fiat__xml_walk_next(&root, &content))
        return bad_list("not of its XML", err);
    fiat__xml_walk_init(&list->objects, list->xml, "ListBucketResult/Contents");
    fiat__xml_walk_init(&list->prefixes, list->xml, "ListBucketResult/CommonPrefixes");
    return step(list, tokens, err);
}

void fiat__s3_list_deinit(fiat__s3_list *list) {
    fiat__buf_deinit(&list->object.key);
}

static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place, which makes it no longer; "+" is a space. false: "%" without two digits, or a NUL. */
static bool decode(fiat__buf *text) {
    size_t to = 0;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i] == '+' ? ' ' : text->ptr[i];
        if (c == '%') {
            if (i + 2 >= text->len) return false;
            int high = digit(text->ptr[i + 1]), low = digit(text->ptr[i + 2]);
            if (high < 0 || low < 0 || high + low == 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        text->ptr[to++] = c;
    }
    fiat__buf_truncate(text, to);
    return true;
}

/* An element of the content into list->object.key, decoded. */
static fiat_status read_key(fiat__s3_list *list, fiat__str content, const char *name,
                            fiat_error *err) {
    fiat__buf *key = &list->object.key;
    fiat__buf_clear(key);
    bool found = fiat__xml_value(key, content, name);
    if (key->failed && !key->too_long) return fiat__err_nomem(err);
    if (!found || !key->len || !decode(key)) return bad_list("a key that is none", err);
    return FIAT_OK;
}

/* A short text; false when it is not there or too long. */
static bool read_short(fiat__buf *out, fiat__str content, const char *name) {
    fiat__buf_clear(out);
    return fiat__xml_value(out, content, name);
}

static bool read_number(const fiat__buf *text, int64_t *out) {
    *out = 0;
    if (!text->len || text->len > 15) return false;
    for (size_t i = 0; i < text->len; i++) {
        int value = text->ptr[i] - '0';
        if (value < 0 || value > 9) return false;
        *out = *out * 10 + value;
    }
    return true;
}

static fiat_status read_object(fiat__s3_list *list, fiat__str content, fiat_error *err) {
    fiat__buf text;
    fiat_status status = read_key(list, content, "Key", err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&text, 64);
    if (!read_short(&text, content, "Size") || !read_number(&text, &list->object.size))
        status = bad_list("an object without a size", err);
    else if (!read_short(&text, content, "LastModified") ||
             !fiat__rfc3339_read(fiat__buf_cstr(&text), text.len, &list->object.modified_ms))
        status = bad_list("an object without a time", err);
    if (text.failed && !text.too_long) status = fiat__err_nomem(err);
    fiat__buf_deinit(&text);
    return status;
}

fiat_status fiat__s3_list_next(fiat__s3_list *list, const fiat__s3_object **object,
                               fiat_error *err) {
    fiat__str content;
    *object = NULL;
    if (!fiat__xml_walk_next(&list->objects, &content)) return FIAT_OK;
    fiat_status status = read_object(list, content, err);
    if (status == FIAT_OK) *object = &list->object;
    return status;
}

fiat_status fiat__s3_list_prefix(fiat__s3_list *list, const char **prefix, fiat_error *err) {
    fiat__str content;
    *prefix = NULL;
    if (!fiat__xml_walk_next(&list->prefixes, &content)) return FIAT_OK;
    fiat_status status = read_key(list, content, "Prefix", err);
    if (status == FIAT_OK) *prefix = fiat__buf_cstr(&list->object.key);
    return status;
}
