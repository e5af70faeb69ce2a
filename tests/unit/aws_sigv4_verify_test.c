/* Requests signed by our signer, then spoilt one way each. */
#include "aws/http_date.h"
#include "aws/sigv4_verify.h"
#include "support/test.h"

#define ID       "AKIDEXAMPLE"
#define SECRET   "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TIME     "20150830T123600Z"
#define TIME_MS  INT64_C(1440938160000)
#define MISMATCH "The request signature we calculated does not match"

/* A received request: headers by name, any of which a test may change. */
typedef struct wire {
    fiat__aws_header headers[8];
    size_t count;
    char authorization[1024];
    fiat__sigv4_received received;
} wire;

static bool find(void *ctx, const char *name, fiat__str *value) {
    wire *w = ctx;
    for (size_t i = 0; i < w->count; i++)
        if (fiat__str_eq_c(w->headers[i].name, name)) {
            *value = w->headers[i].value;
            return true;
        }
    return false;
}

static void set(wire *w, const char *name, const char *value) {
    size_t i = 0;
    while (i < w->count && !fiat__str_eq_c(w->headers[i].name, name))
        i++;
    if (!value) {
        if (i < w->count) w->headers[i] = w->headers[--w->count];
        return;
    }
    if (i == w->count) w->count++;
    w->headers[i] = (fiat__aws_header){fiat__str_c(name), fiat__str_c(value)};
}

/* Sign what stands in w->headers. */
static void sign(wire *w, const char *region) {
    fiat__aws_credentials credentials = {.access_key_id = ID, .secret_access_key = SECRET};
    fiat__sigv4_request request = {.method = w->received.method,
                                   .path = w->received.path,
                                   .query = w->received.query,
                                   .headers = w->headers,
                                   .header_count = w->count,
                                   .body = w->received.body,
                                   .normalize_path = true};
    const fiat__sigv4_scope scope = {region, "firehose", TIME_MS};
    fiat__buf out;
    fiat_error err;
    fiat__buf_init(&out, sizeof w->authorization - 1);
    ck_assert_fiat_ok(fiat__sigv4_authorization(&out, &request, &scope, &credentials, &err), err);
    memcpy(w->authorization, out.ptr, out.len + 1);
    fiat__buf_deinit(&out);
    set(w, "authorization", w->authorization);
}

static void init(wire *w) {
    memset(w, 0, sizeof *w);
    set(w, "host", "127.0.0.1:4573");
    set(w, "content-type", "application/x-amz-json-1.1");
    set(w, "x-amz-date", TIME);
    set(w, "x-amz-target", "Firehose_20150804.PutRecordBatch");
    w->received = (fiat__sigv4_received){.method = fiat__str_c("POST"),
                                         .path = fiat__str_c("/"),
                                         .query = fiat__str_c("a=b"),
                                         .header = find,
                                         .header_ctx = w,
                                         .body = fiat__str_c("{}"),
                                         .normalize_path = true};
}

static fiat__sigv4_verify_opts known_key(void) {
    return (fiat__sigv4_verify_opts){.access_key_id = ID,
                                     .secret_access_key = SECRET,
                                     .region = "us-east-1",
                                     .service = "firehose",
                                     .now_ms = TIME_MS,
                                     .skew_ms = FIAT__SIGV4_SKEW_MS};
}

static void assert_refused(const wire *w, const fiat__sigv4_verify_opts *opts, const char *code,
                           const char *part) {
    fiat__sigv4_verdict verdict;
    ck_assert(!fiat__sigv4_verify(&w->received, opts, &verdict));
    ck_assert_ptr_nonnull(verdict.code);
    ck_assert_msg(strcmp(verdict.code, code) == 0, "%s: %s, want %s", verdict.code, verdict.message,
                  code);
    ck_assert_msg(strstr(verdict.message, part) != NULL, "\"%s\" lacks \"%s\"", verdict.message,
                  part);
    ck_assert_int_eq(verdict.http_status, 400);
    ck_assert_ptr_null(strstr(verdict.message, SECRET));
}

/* A header set after signing (value NULL: removed), and what AWS says to it. */
static const struct spoilt_row {
    const char *name, *value, *code, *part;
} s_spoilt[] = {
    {"authorization", NULL, "MissingAuthenticationTokenException", "Missing Authentication Token"},
    {"authorization", " ", "MissingAuthenticationTokenException", "Missing Authentication Token"},
    {"authorization", "Bearer abc", "IncompleteSignatureException", "requires 'Credential'"},
    {"authorization", "AWS4-HMAC-SHA256", "IncompleteSignatureException", "requires 'Signature'"},
    {"authorization", "AWS4-HMAC-SHA256 Credential=a, Signature=b", "IncompleteSignatureException",
     "requires 'SignedHeaders'"},
    {"authorization", "AWS4-HMAC-SHA256 ,,==,Credential=\xff\x01/,SignedHeaders=;,Signature==",
     "IncompleteSignatureException", "5 slash-delimited elements"},
    {"authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=b",
     "IncompleteSignatureException", "5 slash-delimited elements"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=OTHER/20150830/us-east-1/firehose/aws4_request, "
     "SignedHeaders=host, Signature=b",
     "UnrecognizedClientException", "security token included in the request is invalid"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/firehose/aws4, "
     "SignedHeaders=host, Signature=b",
     "InvalidSignatureException", "valid terminator"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150829/us-east-1/firehose/aws4_request, "
     "SignedHeaders=host, Signature=b",
     "InvalidSignatureException", "Date in Credential scope"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/s3/aws4_request, "
     "SignedHeaders=host, Signature=b",
     "InvalidSignatureException", "correct service: 'firehose'"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/firehose/aws4_request, "
     "SignedHeaders=content-type;x-amz-date;x-amz-target, Signature=b",
     "InvalidSignatureException", "'host' must be a 'SignedHeader'"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/firehose/aws4_request, "
     "SignedHeaders=host;x-amz-date, Signature=b",
     "InvalidSignatureException", "'x-amz-target' must be a 'SignedHeader'"},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/firehose/aws4_request, "
     "SignedHeaders=host;absent, Signature=b",
     "InvalidSignatureException", MISMATCH},
    {"authorization",
     "AWS4-HMAC-SHA256 Credential=" ID "/20150830/us-east-1/firehose/aws4_request, "
     "SignedHeaders=a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a;a, "
     "Signature=b",
     "InvalidSignatureException", MISMATCH},
    {"x-amz-date", NULL, "IncompleteSignatureException", "'X-Amz-Date' or a 'Date' header"},
    {"x-amz-date", "yesterday", "IncompleteSignatureException", "ISO-8601 'basic format'"},
    {"x-amz-date", "20150830T123601Z", "InvalidSignatureException", MISMATCH},
    {"content-type", "text/plain", "InvalidSignatureException", MISMATCH},
    {"x-amz-security-token", "new", "InvalidSignatureException", "'x-amz-security-token' must be"},
};

START_TEST(spoilt_header_is_refused) {
    const struct spoilt_row *row = &s_spoilt[_i];
    const fiat__sigv4_verify_opts opts = known_key();
    wire w;
    init(&w);
    sign(&w, "us-east-1");
    set(&w, row->name, row->value);
    assert_refused(&w, &opts, row->code, row->part);
}
END_TEST

START_TEST(changed_request_is_refused) {
    const fiat__sigv4_verify_opts opts = known_key();
    wire w;
    init(&w);
    sign(&w, "us-east-1");
    const fiat__sigv4_received good = w.received;
    w.received.body = fiat__str_c("{ }");
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
    w.received = good;
    w.received.method = fiat__str_c("PUT");
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
    w.received = good;
    w.received.path = fiat__str_c("/x");
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
    w.received = good;
    w.received.query = fiat__str_c("a=c");
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
    w.authorization[strlen(w.authorization) - 1] ^= 1;
    w.received = good;
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
}
END_TEST

START_TEST(wrong_secret_region_or_token_is_refused) {
    fiat__sigv4_verify_opts opts = known_key();
    wire w;
    init(&w);
    sign(&w, "us-east-1");
    opts.secret_access_key = "another";
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
    opts = known_key();
    opts.region = "eu-central-1";
    assert_refused(&w, &opts, "InvalidSignatureException", "valid region, not 'us-east-1'");
    opts = known_key();
    opts.session_token = "token";
    assert_refused(&w, &opts, "UnrecognizedClientException", "security token");
}
END_TEST

START_TEST(clock_may_be_off_by_five_minutes) {
    fiat__sigv4_verify_opts opts = known_key();
    fiat__sigv4_verdict verdict;
    wire w;
    init(&w);
    sign(&w, "us-east-1");
    opts.now_ms = TIME_MS + FIAT__SIGV4_SKEW_MS;
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
    opts.now_ms++;
    assert_refused(&w, &opts, "InvalidSignatureException",
                   "Signature expired: " TIME " is now earlier than 20150830T123600Z "
                   "(20150830T124100Z - 5 min.)");
    opts.now_ms = TIME_MS - FIAT__SIGV4_SKEW_MS;
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
    opts.now_ms -= 1000;
    assert_refused(&w, &opts, "InvalidSignatureException",
                   "Signature not yet current: " TIME " is still later than 20150830T123559Z "
                   "(20150830T123059Z + 5 min.)");
}
END_TEST

START_TEST(good_request_is_accepted) {
    fiat__sigv4_verify_opts opts = known_key();
    fiat__sigv4_verdict verdict;
    wire w;
    init(&w);
    sign(&w, "us-east-1");
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
    ck_assert_ptr_null(verdict.code);
    ck_assert_int_eq(verdict.http_status, 200);
    ck_assert_str_eq(verdict.access_key_id, ID);
    ck_assert_str_eq(verdict.region, "us-east-1");
    ck_assert_str_eq(verdict.service, "firehose");
    /* Any region, and a session token that is known. */
    opts.region = opts.service = "";
    opts.session_token = "token";
    init(&w);
    set(&w, "x-amz-security-token", "token");
    sign(&w, "moon-1");
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
}
END_TEST

START_TEST(signed_hash_of_the_body_must_be_its_own) {
    const fiat__sigv4_verify_opts opts = known_key();
    fiat__sigv4_verdict verdict;
    wire w;
    init(&w);
    set(&w, "x-amz-content-sha256",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"); /* of "{}" */
    sign(&w, "us-east-1");
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
    w.received.body = fiat__str_c("{ }");
    assert_refused(&w, &opts, "InvalidSignatureException", MISMATCH);
}
END_TEST

START_TEST(date_header_serves_when_there_is_no_other) {
    const fiat__sigv4_verify_opts opts = known_key();
    fiat__sigv4_verdict verdict;
    wire w;
    init(&w);
    set(&w, "x-amz-date", NULL);
    set(&w, "date", "Sun, 30 Aug 2015 12:36:00 GMT");
    sign(&w, "us-east-1");
    ck_assert(fiat__sigv4_verify(&w.received, &opts, &verdict));
}
END_TEST

START_TEST(http_date_is_read_strictly) {
    static const char *const bad[] = {"",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 1994",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nix 1994 08:49:37 GMT",
                                      "Xxx, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:49:37 GMT",
                                      "Sun, 06 Nov 1994 0x:49:37 GMT"};
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!fiat__http_date_read(fiat__str_c(bad[i]), &ms), "%s", bad[i]);
    ck_assert_int_eq(ms, 7);
    ck_assert(fiat__http_date_read(fiat__str_c("Sun, 06 Nov 1994 08:49:37 GMT"), &ms));
    ck_assert_int_eq(ms, INT64_C(784111777000));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/sigv4_verify");
    TCase *tcase = tcase_create("verify");
    tcase_add_loop_test(tcase, spoilt_header_is_refused, 0, sizeof s_spoilt / sizeof s_spoilt[0]);
    tcase_add_test(tcase, changed_request_is_refused);
    tcase_add_test(tcase, wrong_secret_region_or_token_is_refused);
    tcase_add_test(tcase, clock_may_be_off_by_five_minutes);
    tcase_add_test(tcase, good_request_is_accepted);
    tcase_add_test(tcase, signed_hash_of_the_body_must_be_its_own);
    tcase_add_test(tcase, date_header_serves_when_there_is_no_other);
    tcase_add_test(tcase, http_date_is_read_strictly);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
