/* Blocking calls against the scripted server: what is sent, what is sent again, what is made of the
 * answers. */
#include "aws/sigv4_verify.h"
#include "aws/svc/service_private.h"
#include "aws/xml.h"
#include "support/http_server.h"
#include "support/test.h"

#include <stdio.h>

#define ID     "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define READ   "AmazonAthena.GetQueryExecution"
#define WRITE  "AmazonAthena.StartQueryExecution"

static http_server *s_server;
static fiat__aws_credentials_provider *s_keys;
static fiat_error s_err;

static void set_up(void) {
    s_server = http_server_start();
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&s_keys, ID, SECRET, NULL, &s_err), s_err);
    memset(&s_err, 0, sizeof s_err);
}

static void tear_down(void) {
    fiat__aws_credentials_provider_free(s_keys);
    http_server_stop(s_server);
}

static fiat__service_opts default_opts(void) {
    return (fiat__service_opts){.region = "eu-central-1",
                                .endpoint_url = http_server_url(s_server),
                                .credentials = s_keys,
                                .max_attempts = 3,
                                .backoff_ms = 2,
                                .deadline_ms = 20000};
}

static fiat__service *open_with(const char *name, const fiat__service_opts *opts) {
    fiat__service *service;
    ck_assert_fiat_ok(fiat__service_open(&service, name, opts, &s_err), s_err);
    return service;
}

static fiat__service *open_default(const char *name) {
    fiat__service_opts opts = default_opts();
    return open_with(name, &opts);
}

static void push(int status, const char *body) {
    http_server_push(s_server, &(http_reply){.status = status, .body = body});
}

static void push_code(int status, const char *code) {
    char body[256];
    snprintf(body, sizeof body, "{\"__type\":\"%s\",\"message\":\"no\"}", code);
    push(status, body);
}

static bool header_of(void *ctx, const char *name, fiat__str *value) {
    const char *text = http_request_header(ctx, name);
    *value = fiat__str_c(text);
    return text != NULL;
}

/* The request's signature is that of its method, path, query, headers and body. */
static void check_signed(size_t index, const char *service, const char *region, bool s3) {
    const http_request *request = http_server_request(s_server, index);
    const fiat__sigv4_received received = {.method = fiat__str_c(request->method),
                                           .path = fiat__str_c(request->path),
                                           .query = fiat__str_c(request->query),
                                           .header = header_of,
                                           .header_ctx = (void *)(uintptr_t)request,
                                           .body = fiat__str_of(request->body, request->body_len),
                                           .normalize_path = !s3};
    const fiat__sigv4_verify_opts opts = {.access_key_id = ID,
                                          .secret_access_key = SECRET,
                                          .region = region,
                                          .service = service,
                                          .now_ms = fiat__wall_ms(&fiat__clock_system),
                                          .skew_ms = FIAT__SIGV4_SKEW_MS};
    fiat__sigv4_verdict verdict;
    ck_assert_msg(fiat__sigv4_verify(&received, &opts, &verdict), "%s: %s", verdict.code,
                  verdict.message);
}

START_TEST(a_json_call_is_posted_and_its_answer_parsed) {
    fiat__service *athena = open_default("athena");
    fiat__doc *doc;
    const char *id = "";
    push(200, "{\"QueryExecutionId\":\"q1\"}");
    push(200, "");
    ck_assert_fiat_ok(fiat__service_json(athena, WRITE, "{\"a\":1}", &doc, &s_err), s_err);
    ck_assert(fiat__doc_string(fiat__doc_get(doc, "QueryExecutionId"), &id));
    ck_assert_str_eq(id, "q1");
    fiat__doc_free(doc);
    const http_request *request = http_server_request(s_server, 0);
    ck_assert_str_eq(request->method, "POST");
    ck_assert_str_eq(request->target, "/");
    ck_assert_str_eq(http_request_header(request, "x-amz-target"), WRITE);
    ck_assert_str_eq(http_request_header(request, "content-type"), "application/x-amz-json-1.1");
    ck_assert_str_eq(request->body, "{\"a\":1}");
    check_signed(0, "athena", "eu-central-1", false);
    /* An empty answer, as of CreateLogGroup, is an object without members. */
    ck_assert_fiat_ok(fiat__service_json(athena, WRITE, "{}", &doc, &s_err), s_err);
    ck_assert_uint_eq(fiat__doc_count(doc), 0);
    fiat__doc_free(doc);
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    fiat__service_free(athena);
}
END_TEST

/* What is answered, to what, and how many requests it takes; then an answer of 200 would come. */
static const struct repeat {
    const char *target;
    int status;
    const char *code; /* NULL: the connection is closed after the request was read */
    size_t requests;
    fiat_status result;
} s_repeats[] = {
    {WRITE, 400, "ThrottlingException", 2, FIAT_OK},
    {WRITE, 503, "SlowDown", 2, FIAT_OK},
    {READ, 500, "InternalServerError", 2, FIAT_OK},
    {READ, 0, NULL, 2, FIAT_OK},
    /* It may have been acted on. */
    {WRITE, 500, "InternalServerError", 1, FIAT_E_AWS_SERVER},
    {WRITE, 0, NULL, 1, FIAT_E_NETWORK},
    /* Sent anew by the client, at once. */
    {WRITE, 400, "ExpiredTokenException", 2, FIAT_OK},
    {WRITE, 400, "OperationAbortedException", 2, FIAT_OK},
    {READ, 400, "LimitExceededException", 1, FIAT_E_AWS_REJECTED},
    {READ, 400, "ResourceInUseException", 1, FIAT_E_AWS_REJECTED},
    {READ, 400, "EntityNotFoundException", 1, FIAT_E_AWS_NOT_FOUND},
    {READ, 400, "InvalidRequestException", 1, FIAT_E_AWS_REJECTED},
    {READ, 400, "AccessDeniedException", 1, FIAT_E_AWS_DENIED},
};

START_TEST(what_may_help_is_tried_again) {
    const struct repeat *row = &s_repeats[_i];
    fiat__service *athena = open_default("athena");
    fiat__doc *doc;
    if (row->code)
        push_code(row->status, row->code);
    else
        http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_CLOSE});
    fiat_status status = fiat__service_json(athena, row->target, "{}", &doc, &s_err);
    ck_assert_fiat_status(status, row->result);
    ck_assert_uint_eq(http_server_request_count(s_server), row->requests);
    fiat__doc_free(doc);
    if (status != FIAT_OK) {
        ck_assert_fiat_status((fiat_status)s_err.status, status);
        ck_assert_str_eq(s_err.aws_code, row->code ? row->code : "");
        ck_assert_int_eq(s_err.http_status, row->status);
        ck_assert_msg(strncmp(s_err.message, "athena ", 7) == 0, "%s", s_err.message);
        ck_assert_ptr_nonnull(strstr(s_err.message, strrchr(row->target, '.') + 1));
        bool maybe = strstr(s_err.message, "it may have been done") != NULL;
        ck_assert_msg(maybe == (row->target[13] == 'S' && row->status % 100 == 0), "%s",
                      s_err.message);
    }
    fiat__service_free(athena);
}
END_TEST

START_TEST(a_write_that_says_so_is_repeated) {
    fiat__service *athena = open_default("athena");
    push_code(500, "InternalServerError");
    ck_assert_fiat_ok(fiat__service_json_repeatable(athena, WRITE, "{}", NULL, &s_err), s_err);
    ck_assert_uint_eq(http_server_request_count(s_server), 2);
    fiat__service_free(athena);
}
END_TEST

START_TEST(attempts_and_time_are_bounded) {
    fiat__service_opts opts = default_opts();
    fiat__service *athena = open_with("athena", &opts);
    http_server_set_default(s_server, &(http_reply){.status = 503});
    ck_assert_fiat_status(fiat__service_json(athena, READ, "{}", NULL, &s_err), FIAT_E_AWS_SERVER);
    ck_assert_uint_eq(http_server_request_count(s_server), 3);
    fiat__service_free(athena);
    opts.deadline_ms = 300;
    opts.max_attempts = 1000000;
    athena = open_with("athena", &opts);
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    ck_assert_fiat_status(fiat__service_json(athena, READ, "{}", NULL, &s_err), FIAT_E_AWS_SERVER);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 5000);
    fiat__service_free(athena);
    /* A server that falls silent. */
    http_server_set_default(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    athena = open_with("athena", &opts);
    ck_assert_fiat_status(fiat__service_json(athena, READ, "{}", NULL, &s_err), FIAT_E_NETWORK);
    fiat__service_free(athena);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 10000);
}
END_TEST

START_TEST(answers_that_cannot_be_right_are_refused) {
    static const char *const bodies[] = {"[]", "<html>", "{\"a\":", "\"x\"", "{\"a\":1,\"a\":2}"};
    fiat__service_opts opts = default_opts();
    opts.max_reply_bytes = 100;
    fiat__service *athena = open_with("athena", &opts);
    fiat__doc *doc;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        push(200, bodies[i]);
        ck_assert_fiat_status(fiat__service_json(athena, WRITE, "{}", &doc, &s_err),
                              FIAT_E_AWS_REPLY);
        ck_assert_ptr_null(doc);
        ck_assert_ptr_nonnull(strstr(s_err.message, "check the endpoint"));
    }
    char large[200];
    snprintf(large, sizeof large, "{\"a\":\"%0150d\"}", 1);
    push(200, large);
    ck_assert_fiat_status(fiat__service_json(athena, WRITE, "{}", &doc, &s_err), FIAT_E_AWS_REPLY);
    ck_assert_ptr_nonnull(strstr(s_err.message, "larger than 100 bytes"));
    fiat__service_free(athena);
}
END_TEST

static const struct denial {
    const char *said, *part;
} s_denials[] = {
    {"User: arn:aws:sts::123456789012:assumed-role/ci/x is not authorized to perform: "
     "athena:StartQueryExecution on resource: arn:aws:athena:eu-central-1:123456789012:workgroup/w "
     "because no identity-based policy allows the athena:StartQueryExecution action",
     "athena:StartQueryExecution on arn:aws:athena:eu-central-1:123456789012:workgroup/w is denied "
     "to arn:aws:sts::123456789012:assumed-role/ci/x: allow it"},
    {"User: u is not authorized to perform: a:B on resource: c with an explicit deny in a policy",
     "a:B on c is denied to u, by an explicit deny"},
    {"no", "athena:StartQueryExecution is denied to these credentials"},
};

START_TEST(a_denial_names_action_and_identity) {
    fiat__service *athena = open_default("athena");
    char body[512];
    snprintf(body, sizeof body, "{\"__type\":\"AccessDeniedException\",\"Message\":\"%s\"}",
             s_denials[_i].said);
    http_server_push(
        s_server,
        &(http_reply){.status = 400, .body = body, .headers = "x-amzn-RequestId: r-1\r\n"});
    ck_assert_fiat_status(fiat__service_json(athena, WRITE, "{}", NULL, &s_err), FIAT_E_AWS_DENIED);
    ck_assert_msg(strstr(s_err.message, s_denials[_i].part) != NULL, "%s", s_err.message);
    ck_assert_str_eq(s_err.aws_code, "AccessDeniedException");
    ck_assert_str_eq(s_err.request_id, "r-1");
    fiat__service_free(athena);
}
END_TEST

START_TEST(pages_follow_each_other) {
    fiat__service *athena = open_default("athena");
    fiat__service_pages pages;
    const fiat__doc *page;
    size_t count = 0;
    push(200, "{\"NextToken\":\"a\\\"b\"}");
    push(200, "{\"NextToken\":\"c\"}");
    push(200, "{\"NextToken\":\"\"}");
    fiat__service_pages_init(&pages, athena, READ, " { \"x\" : 1 }", "NextToken");
    do {
        ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
        if (page) count++;
    } while (page);
    ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
    ck_assert_ptr_null(page);
    fiat__service_pages_deinit(&pages);
    ck_assert_uint_eq(count, 3);
    ck_assert_uint_eq(http_server_request_count(s_server), 3);
    ck_assert_str_eq(http_server_request(s_server, 0)->body, " { \"x\" : 1 }");
    ck_assert_str_eq(http_server_request(s_server, 1)->body,
                     "{\"NextToken\":\"a\\\"b\",\"x\" : 1 }");
    fiat__service_pages_init(&pages, athena, READ, "{}", "NextToken");
    push(200, "{\"NextToken\":\"c\"}");
    ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
    ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
    ck_assert_str_eq(http_server_request(s_server, 4)->body, "{\"NextToken\":\"c\"}");
    fiat__service_pages_deinit(&pages);
    fiat__service_free(athena);
}
END_TEST

START_TEST(pages_that_lead_in_a_circle_are_an_error) {
    fiat__service *athena = open_default("athena");
    fiat__service_pages pages;
    const fiat__doc *page;
    push(200, "{\"NextToken\":\"a\"}");
    push(200, "{\"NextToken\":\"b\"}");
    push(200, "{\"NextToken\":\"a\"}");
    fiat__service_pages_init(&pages, athena, READ, "{}", "NextToken");
    ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
    ck_assert_fiat_ok(fiat__service_pages_next(&pages, &page, &s_err), s_err);
    ck_assert_fiat_status(fiat__service_pages_next(&pages, &page, &s_err), FIAT_E_AWS_REPLY);
    ck_assert_ptr_null(page);
    fiat__service_pages_deinit(&pages);
    fiat__service_free(athena);
}
END_TEST

START_TEST(the_number_of_pages_is_bounded) {
    fiat__service_tokens tokens;
    char token[32];
    fiat__service_tokens_init(&tokens);
    for (int i = 0; i < FIAT__SERVICE_MAX_PAGES; i++) {
        snprintf(token, sizeof token, "t%d", i);
        ck_assert_fiat_ok(fiat__service_tokens_step(&tokens, token, &s_err), s_err);
        ck_assert_str_eq(fiat__buf_cstr(&tokens.token), token);
    }
    ck_assert_fiat_status(fiat__service_tokens_step(&tokens, "last", &s_err), FIAT_E_AWS_REPLY);
    fiat__service_tokens_deinit(&tokens);
}
END_TEST

START_TEST(the_query_protocol_has_forms_and_xml) {
    fiat__service *iam = open_default("iam");
    fiat__service_reply reply;
    fiat__buf params, arn;
    fiat__buf_init(&params, 1000);
    fiat__buf_init(&arn, 1000);
    push(200, "<?xml version='1.0'?><GetRoleResponse xmlns='x'><GetRoleResult><Role><Arn>a&amp;b"
              "</Arn></Role></GetRoleResult></GetRoleResponse>");
    fiat__service_param(&params, "RoleName", "a b&c/d");
    ck_assert_fiat_ok(fiat__service_query(iam, "GetRole", fiat__buf_cstr(&params), &reply, &s_err),
                      s_err);
    ck_assert(fiat__xml_value(&arn, fiat__buf_str(&reply.body),
                              "GetRoleResponse/GetRoleResult/Role/Arn"));
    ck_assert_str_eq(fiat__buf_cstr(&arn), "a&b");
    fiat__service_reply_deinit(&reply);
    const http_request *request = http_server_request(s_server, 0);
    ck_assert_str_eq(request->body, "Action=GetRole&Version=2010-05-08&RoleName=a+b%26c%2Fd");
    check_signed(0, "iam", "us-east-1", false);
    push(404, "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The role "
              "&quot;x&quot; cannot be found.</Message></Error></ErrorResponse>");
    ck_assert_fiat_status(fiat__service_query(iam, "GetRole", "", &reply, &s_err),
                          FIAT_E_AWS_NOT_FOUND);
    ck_assert_str_eq(s_err.aws_code, "NoSuchEntity");
    ck_assert_ptr_nonnull(strstr(s_err.message, "The role \"x\" cannot be found."));
    fiat__service_reply_deinit(&reply);
    push(200, "<GetRoleResponse><a></GetRoleResponse>");
    ck_assert_fiat_status(fiat__service_query(iam, "GetRole", "", &reply, &s_err),
                          FIAT_E_AWS_REPLY);
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&params);
    fiat__buf_deinit(&arn);
    fiat__service_free(iam);
}
END_TEST

static const struct object {
    const char *method, *path, *query, *body, *checksum;
} s_objects[] = {
    {"GET", "/a%20b/%C3%A4//c+d", "prefix=a%2Fb&list-type=2", "", NULL},
    {"PUT", "/k", NULL, "text", "mC2ePrmW9VnmM/TRlN7zdh2Qn1o7ZH0ahR/q1nwyydE="},
    {"PUT", "/empty", NULL, "", NULL},
    {"DELETE", "/k", "versionId=x", "", NULL},
    {"HEAD", "/", NULL, "", NULL},
    {"POST", "/", "delete", "<Delete/>", "4gAPax/B23lWJt2vnBMyQVfp9Wy3ggtA18MlOgjuW5E="},
};

START_TEST(requests_of_s3_are_sent_and_signed_as_they_are) {
    const struct object *row = &s_objects[_i];
    fiat__service *s3 = open_default("s3");
    const fiat__aws_line lines[] = {{"x-amz-meta-a", " b  c "}, {"Range", "bytes=0-9"}};
    const fiat__service_request request = {.operation = "X",
                                           .bucket = "b.ucket",
                                           .method = row->method,
                                           .path = row->path,
                                           .query = row->query,
                                           .headers = lines,
                                           .header_count = 2,
                                           .body = fiat__str_c(row->body)};
    fiat__service_reply reply;
    char target[128];
    http_server_push(s_server, &(http_reply){.body = strcmp(row->method, "HEAD") ? "content" : "",
                                             .headers = "ETag: \"e\"\r\n"});
    ck_assert_fiat_ok(fiat__service_call(s3, &request, &reply, &s_err), s_err);
    ck_assert(fiat__str_eq_c(fiat__service_reply_header(&reply, "etag"), "\"e\""));
    ck_assert_uint_eq(fiat__service_reply_header(&reply, "none").len, 0);
    ck_assert_str_eq(fiat__buf_cstr(&reply.body), strcmp(row->method, "HEAD") ? "content" : "");
    fiat__service_reply_deinit(&reply);
    const http_request *got = http_server_request(s_server, 0);
    snprintf(target, sizeof target, "/b.ucket%s%s%s", row->path, row->query ? "?" : "",
             row->query ? row->query : "");
    ck_assert_str_eq(got->method, row->method);
    ck_assert_str_eq(got->target, target);
    ck_assert_uint_eq(got->body_len, strlen(row->body));
    ck_assert_ptr_nonnull(http_request_header(got, "x-amz-content-sha256"));
    ck_assert_ptr_null(http_request_header(got, "content-type"));
    ck_assert_pstr_eq(http_request_header(got, "x-amz-checksum-sha256"), row->checksum);
    check_signed(0, "s3", "eu-central-1", true);
    /* The connection serves for a call of another kind. */
    ck_assert_fiat_ok(fiat__service_json(s3, READ, "{}", NULL, &s_err), s_err);
    ck_assert_str_eq(http_server_request(s_server, 1)->method, "POST");
    ck_assert_str_eq(http_server_request(s_server, 1)->target, "/");
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    fiat__service_free(s3);
}
END_TEST

static const struct place {
    const char *url, *bucket, *host, *path;
} s_places[] = {
    {"", "bucket", "bucket.s3.eu-central-1.amazonaws.com", "/key"},
    {"", "buck.et", "s3.eu-central-1.amazonaws.com", "/buck.et/key"},
    {"", NULL, "s3.eu-central-1.amazonaws.com", "/key"},
    {"http://127.0.0.1:9/base", "bucket", "127.0.0.1", "/bucket/key"},
    {"", "Bucket", NULL, NULL},
    {"", "b/../c", NULL, NULL},
    {"", "", NULL, NULL},
    {"", "ab", NULL, NULL},
    {"", "evil.example..com", NULL, NULL},
};

START_TEST(buckets_have_hosts_of_their_own_at_aws) {
    const struct place *row = &s_places[_i];
    fiat__service_opts opts = default_opts();
    opts.endpoint_url = row->url;
    fiat__service *s3 = open_with("s3", &opts);
    const fiat__service_request request = {.bucket = row->bucket, .path = "/key"};
    fiat__aws_endpoint endpoint;
    fiat__buf path;
    fiat__buf_init(&path, 1000);
    fiat_status status = fiat__service_place(s3, &request, &endpoint, &path, &s_err);
    ck_assert_fiat_status(status, row->host ? FIAT_OK : FIAT_E_ARG);
    if (row->host) {
        ck_assert_str_eq(endpoint.host, row->host);
        ck_assert_str_eq(fiat__buf_cstr(&path), row->path);
    }
    fiat__buf_deinit(&path);
    fiat__service_free(s3);
}
END_TEST

START_TEST(a_bucket_elsewhere_is_followed_once) {
    static const fiat__service_request head = {
        .operation = "HeadBucket", .action = "ListBucket", .bucket = "bucket", .method = "HEAD"};
    fiat__service *s3 = open_default("s3");
    fiat__service_reply reply;
    http_server_push(s_server,
                     &(http_reply){.status = 301, .headers = "x-amz-bucket-region: us-west-2\r\n"});
    http_server_push(s_server, &(http_reply){.headers = "x-amz-bucket-region: us-west-2\r\n"});
    ck_assert_fiat_ok(fiat__service_call(s3, &head, &reply, &s_err), s_err);
    fiat__service_reply_deinit(&reply);
    check_signed(1, "s3", "us-west-2", true);
    ck_assert_str_eq(fiat__service_region(s3), "us-west-2");
    http_server_push(s_server,
                     &(http_reply){.status = 301, .headers = "x-amz-bucket-region: eu-west-1\r\n"});
    http_server_push(s_server,
                     &(http_reply){.status = 301, .headers = "x-amz-bucket-region: eu-west-2\r\n"});
    ck_assert_fiat_status(fiat__service_call(s3, &head, &reply, &s_err), FIAT_E_AWS_REJECTED);
    fiat__service_reply_deinit(&reply);
    ck_assert_uint_eq(http_server_request_count(s_server), 4);
    /* One that is none does not come into a host. */
    http_server_push(s_server,
                     &(http_reply){.status = 400, .headers = "x-amz-bucket-region: a.evil/\r\n"});
    ck_assert_fiat_status(fiat__service_call(s3, &head, &reply, &s_err), FIAT_E_CONFIG);
    fiat__service_reply_deinit(&reply);
    fiat__service_free(s3);
}
END_TEST

static const struct refusal {
    const char *method;
    int status;
    const char *body;
    fiat_status result;
    const char *code, *part;
} s_refusals[] = {
    {"HEAD", 404, "", FIAT_E_AWS_NOT_FOUND, "", "no such thing: bucket"},
    {"HEAD", 403, "", FIAT_E_AWS_DENIED, "", "s3:ListBucket is denied"},
    {"GET", 404, "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>",
     FIAT_E_AWS_NOT_FOUND, "NoSuchBucket", "s3 HeadBucket: NoSuchBucket: m"},
    {"GET", 403, "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>",
     FIAT_E_AWS_DENIED, "AccessDenied", "s3:ListBucket is denied"},
    {"GET", 400, "<!DOCTYPE a><Error><Code>&x;</Code></Error>", FIAT_E_AWS_REJECTED, "",
     "no AWS error code"},
};

START_TEST(refusals_of_s3_are_read) {
    const struct refusal *row = &s_refusals[_i];
    const fiat__service_request request = {.operation = "HeadBucket",
                                           .action = "ListBucket",
                                           .bucket = "bucket",
                                           .method = row->method};
    fiat__service *s3 = open_default("s3");
    fiat__service_reply reply;
    http_server_push(s_server, &(http_reply){.status = row->status,
                                             .body = row->body,
                                             .headers = "x-amz-request-id: R1\r\n"});
    ck_assert_fiat_status(fiat__service_call(s3, &request, &reply, &s_err), row->result);
    ck_assert_msg(strstr(s_err.message, row->part) != NULL, "%s", s_err.message);
    ck_assert_str_eq(s_err.aws_code, row->code);
    ck_assert_str_eq(s_err.request_id, "R1");
    ck_assert_int_eq(s_err.http_status, row->status);
    fiat__service_reply_deinit(&reply);
    fiat__service_free(s3);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void) {
    Suite *suite = suite_create("aws_service");
    TCase *tests = tcase_create("calls");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_json_call_is_posted_and_its_answer_parsed);
    tcase_add_loop_test(tests, what_may_help_is_tried_again, 0, COUNT(s_repeats));
    tcase_add_test(tests, a_write_that_says_so_is_repeated);
    tcase_add_test(tests, attempts_and_time_are_bounded);
    tcase_add_test(tests, answers_that_cannot_be_right_are_refused);
    tcase_add_loop_test(tests, a_denial_names_action_and_identity, 0, COUNT(s_denials));
    tcase_add_test(tests, pages_follow_each_other);
    tcase_add_test(tests, pages_that_lead_in_a_circle_are_an_error);
    tcase_add_test(tests, the_number_of_pages_is_bounded);
    tcase_add_test(tests, the_query_protocol_has_forms_and_xml);
    tcase_add_loop_test(tests, requests_of_s3_are_sent_and_signed_as_they_are, 0, COUNT(s_objects));
    tcase_add_loop_test(tests, buckets_have_hosts_of_their_own_at_aws, 0, COUNT(s_places));
    tcase_add_test(tests, a_bucket_elsewhere_is_followed_once);
    tcase_add_loop_test(tests, refusals_of_s3_are_read, 0, COUNT(s_refusals));
    suite_add_tcase(suite, tests);
    return fiat_test_run(suite);
}
