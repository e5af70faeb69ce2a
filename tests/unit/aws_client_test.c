/* The client against the scripted server: what it sends, and what it makes of every kind of end. */
#include "aws/client.h"
#include "aws/sigv4_verify.h"
#include "base/mem.h"
#include "base/thread.h"
#include "support/http_server.h"
#include "support/test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID       "AKIDEXAMPLE"
#define SECRET   "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN    "AQoDYXdzEPT//////////wEXAMPLE=="
#define TIME_MS  INT64_C(1440938160000) /* 20150830T123600Z, "Sun, 30 Aug 2015 12:36:00 GMT" */
#define LIMIT_MS 10000                  /* a test that takes longer hangs */

static int64_t fixed_wall_ms(void *ctx) {
    (void)ctx;
    return TIME_MS;
}

static int64_t system_mono_ms(void *ctx) {
    (void)ctx;
    return fiat__mono_ms(&fiat__clock_system);
}

static const fiat__clock s_clock = {fixed_wall_ms, system_mono_ms, NULL};

static http_server *s_server;
static fiat__aws_credentials_provider *s_keys;

static void set_up(void) {
    fiat_error err;
    s_server = http_server_start();
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&s_keys, ID, SECRET, TOKEN, &err), err);
}

static void tear_down(void) {
    fiat__aws_credentials_provider_free(s_keys);
    http_server_stop(s_server);
}

static fiat__aws_client_opts default_opts(void) {
    return (fiat__aws_client_opts){.service = "firehose",
                                   .region = "eu-central-1",
                                   .endpoint_url = http_server_url(s_server),
                                   .credentials = s_keys,
                                   .connect_timeout_ms = LIMIT_MS,
                                   .request_timeout_ms = LIMIT_MS,
                                   .max_connections = 2,
                                   .max_reply_bytes = 64 * 1024,
                                   .clock = &s_clock,
                                   .user_agent = "fiat-test/1"};
}

static fiat__aws_client *new_client(const fiat__aws_client_opts *opts) {
    fiat__aws_client *client;
    fiat_error err;
    ck_assert_fiat_ok(fiat__aws_client_new(&client, opts, &err), err);
    return client;
}

/* A call, and a copy of what its done() saw. */
typedef struct attempt {
    fiat__aws_call call;
    int done_count;
    char reply[256];
    fiat__aws_client *resubmit_to; /* once, from within done() */
} attempt;

static void on_done(fiat__aws_call *call) {
    attempt *at = call->user;
    at->done_count++;
    size_t len = call->reply.len < sizeof at->reply - 1 ? call->reply.len : sizeof at->reply - 1;
    if (len) memcpy(at->reply, call->reply.ptr, len);
    at->reply[len] = '\0';
    fiat__aws_client *to = at->resubmit_to;
    at->resubmit_to = NULL;
    if (to) fiat__aws_client_submit(to, call);
}

static void begin(attempt *at, fiat__aws_client *client, const char *body) {
    memset(at, 0, sizeof *at);
    at->call = (fiat__aws_call){.target = "Firehose_20150804.PutRecordBatch",
                                .content_type = "application/x-amz-json-1.1",
                                .body = fiat__str_c(body),
                                .done = on_done,
                                .user = at};
    fiat__aws_client_submit(client, &at->call);
}

static void finish(attempt *at, fiat__aws_client *client) {
    int64_t until = fiat__mono_ms(&fiat__clock_system) + LIMIT_MS;
    while (!at->done_count && fiat__mono_ms(&fiat__clock_system) < until)
        fiat__aws_client_poll(client, 100);
    ck_assert_int_eq(at->done_count, 1);
}

static void run(attempt *at, fiat__aws_client *client, const char *body) {
    begin(at, client, body);
    finish(at, client);
}

START_TEST(options_that_cannot_work_are_refused) {
    fiat__aws_client *client = (fiat__aws_client *)&client;
    fiat_error err;
    fiat__aws_client_opts opts = default_opts();
    opts.region = "";
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    ck_assert_ptr_null(client);
    ck_assert_ptr_nonnull(strstr(err.message, "AWS_REGION"));
    opts = default_opts();
    opts.region = "eu-central-1/evil";
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    opts = default_opts();
    opts.endpoint_url = "ftp://127.0.0.1";
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    opts = default_opts();
    opts.endpoint_url = "";
    opts.fips = true;
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "no FIPS endpoint in eu-central-1"));
    opts = default_opts();
    opts.max_connections = 0;
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    opts = default_opts();
    opts.request_timeout_ms = 0;
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
    opts = default_opts();
    opts.user_agent = "a\r\nb: c";
    ck_assert_fiat_status(fiat__aws_client_new(&client, &opts, &err), FIAT_E_CONFIG);
}
END_TEST

START_TEST(missing_credentials_end_the_call) {
    fiat__aws_credentials_provider *chain;
    fiat_error err;
    fiat__aws_client_opts opts = default_opts();
    setenv("HOME", "/nonexistent", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    opts.credentials = chain;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_PAUSE);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_AWS_CREDENTIALS);
    ck_assert(!at.call.maybe_received);
    ck_assert_uint_eq(fiat__aws_client_in_flight(client), 0);
    fiat__aws_client_free(client);
    fiat__aws_credentials_provider_free(chain);
    ck_assert_uint_eq(http_server_connection_count(s_server), 0);
}
END_TEST

/* Whoever lends the keys is away for a moment: nothing that an operator would have to mend. */
START_TEST(credentials_out_of_reach_are_to_be_tried_again) {
    fiat__aws_credentials_provider *chain;
    fiat_error err;
    fiat__aws_client_opts opts = default_opts();
    setenv("HOME", "/nonexistent", 1);
    unsetenv("AWS_EC2_METADATA_DISABLED");
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", http_server_url(s_server), 1);
    http_server_push(s_server, &(http_reply){.status = 503});
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    opts.credentials = chain;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_AWS_CREDENTIALS);
    ck_assert(!at.call.maybe_received);
    fiat__aws_client_free(client);
    fiat__aws_credentials_provider_free(chain);
}
END_TEST

/* Keys that come after a second, from a program: the client's thread runs on meanwhile. */
START_TEST(calls_wait_for_credentials_without_stalling_the_client) {
    char path[] = "/tmp/fiat-client-XXXXXX";
    static const char config[] =
        "[default]\ncredential_process = sh -c 'sleep 1; echo \"{\\\"Version\\\":1,"
        "\\\"AccessKeyId\\\":\\\"SLOW\\\",\\\"SecretAccessKey\\\":\\\"s\\\"}\"'\n";
    fiat__aws_credentials_provider *chain;
    fiat_error err;
    fiat__aws_client_opts opts = default_opts();
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, config, sizeof config - 1), (ssize_t)sizeof config - 1);
    close(fd);
    setenv("AWS_CONFIG_FILE", path, 1);
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    opts.credentials = chain;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    begin(&at, client, "{}");
    ck_assert_int_eq(at.done_count, 0);
    ck_assert_uint_eq(fiat__aws_client_in_flight(client), 1);
    fiat__aws_client_poll(client, 0);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 900);
    fiat__aws_client_poll(client, LIMIT_MS); /* ended by the provider */
    finish(&at, client);
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert_ptr_nonnull(
        strstr(http_request_header(http_server_request(s_server, 0), "authorization"), "SLOW/"));
    fiat__aws_client_free(client);
    fiat__aws_credentials_provider_free(chain);
    unlink(path);
}
END_TEST

START_TEST(line_break_in_a_header_is_not_sent) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    attempt at = {.call = {.target = "x\r\nX-Evil: 1",
                           .content_type = "text/plain",
                           .done = on_done,
                           .user = &at}};
    fiat__aws_client_submit(client, &at.call);
    ck_assert_int_eq(at.done_count, 1);
    ck_assert_int_eq(at.call.result, FIAT__AWS_TERMINAL);
    fiat__aws_client_free(client);
    ck_assert_uint_eq(http_server_connection_count(s_server), 0);
}
END_TEST

static bool find_header(void *ctx, const char *name, fiat__str *value) {
    *value = fiat__str_c(http_request_header(ctx, name));
    return value->ptr != NULL;
}

static void assert_signed(const http_request *request, const char *id, int64_t now_ms) {
    const fiat__sigv4_received received = {.method = fiat__str_c(request->method),
                                           .path = fiat__str_c(request->path),
                                           .query = fiat__str_c(request->query),
                                           .header = find_header,
                                           .header_ctx = (void *)(uintptr_t)request,
                                           .body = fiat__str_of(request->body, request->body_len),
                                           .normalize_path = true};
    const fiat__sigv4_verify_opts opts = {.access_key_id = id,
                                          .secret_access_key = SECRET,
                                          .region = "eu-central-1",
                                          .service = "firehose",
                                          .now_ms = now_ms};
    fiat__sigv4_verdict verdict;
    ck_assert_msg(fiat__sigv4_verify(&received, &opts, &verdict), "%s: %s", verdict.code,
                  verdict.message);
}

START_TEST(request_is_signed_and_whole) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.body = "{\"FailedPutCount\":0}"});
    attempt at;
    run(&at, client, "{\"a\":1}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert_int_eq(at.call.http_status, 200);
    ck_assert(!at.call.maybe_received);
    ck_assert_str_eq(at.reply, "{\"FailedPutCount\":0}");
    const http_request *request = http_server_request(s_server, 0);
    char host[64];
    snprintf(host, sizeof host, "127.0.0.1:%d", http_server_port(s_server));
    ck_assert_str_eq(request->method, "POST");
    ck_assert_str_eq(request->path, "/");
    ck_assert_str_eq(request->body, "{\"a\":1}");
    ck_assert_str_eq(http_request_header(request, "host"), host);
    ck_assert_str_eq(http_request_header(request, "x-amz-target"),
                     "Firehose_20150804.PutRecordBatch");
    ck_assert_str_eq(http_request_header(request, "content-type"), "application/x-amz-json-1.1");
    ck_assert_str_eq(http_request_header(request, "x-amz-security-token"), TOKEN);
    ck_assert_str_eq(http_request_header(request, "user-agent"), "fiat-test/1");
    assert_signed(request, ID, TIME_MS);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(large_body_goes_out_without_asking_first) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    size_t len = 6 * 1024 * 1024;
    char *body = fiat__malloc(len + 1);
    for (size_t i = 0; i < len; i++)
        body[i] = (char)('a' + i % 23);
    body[len] = '\0';
    attempt at;
    run(&at, client, body);
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    const http_request *request = http_server_request(s_server, 0);
    ck_assert_ptr_null(http_request_header(request, "expect"));
    ck_assert_uint_eq(request->body_len, len);
    ck_assert_int_eq(memcmp(request->body, body, len), 0);
    assert_signed(request, ID, TIME_MS);
    fiat__aws_client_free(client);
    fiat__free(body);
}
END_TEST

START_TEST(path_of_the_endpoint_is_signed) {
    fiat__aws_client_opts opts = default_opts();
    char url[128];
    snprintf(url, sizeof url, "%s/a%%20b/./c/", http_server_url(s_server));
    opts.endpoint_url = url;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_str_eq(http_server_request(s_server, 0)->path, "/a%20b/./c");
    assert_signed(http_server_request(s_server, 0), ID, TIME_MS);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(connection_is_kept_and_used_again) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    for (int i = 0; i < 20; i++) {
        run(&at, client, "{}");
        ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    }
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(connection_that_is_idle_or_old_is_not_used_again) {
    static const fiat__net_opts limits[] = {{.idle_ms = 2000, .max_age_ms = 60000},
                                            {.idle_ms = 60000, .max_age_ms = 2000}};
    fiat__aws_client_opts opts = default_opts();
    opts.net = limits[_i];
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    run(&at, client, "{}");
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    usleep(2100 * 1000); /* libcurl has a clock of its own */
    run(&at, client, "{}");
    ck_assert_uint_eq(http_server_connection_count(s_server), 2);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(calls_wait_for_a_free_connection) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    attempt at[10];
    for (int i = 0; i < 10; i++)
        begin(&at[i], client, "{}");
    ck_assert_uint_eq(fiat__aws_client_in_flight(client), 10);
    for (int i = 0; i < 10; i++) {
        finish(&at[i], client);
        ck_assert_int_eq(at[i].call.result, FIAT__AWS_OK);
    }
    ck_assert_uint_eq(fiat__aws_client_in_flight(client), 0);
    ck_assert_uint_le(http_server_connection_count(s_server), 2);
    ck_assert_uint_eq(http_server_request_count(s_server), 10);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(done_may_submit_again) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    begin(&at, client, "{}");
    at.resubmit_to = client;
    while (at.done_count < 2)
        fiat__aws_client_poll(client, 100);
    ck_assert_uint_eq(http_server_request_count(s_server), 2);
    fiat__aws_client_free(client);
}
END_TEST

/* Replies with a status other than 2xx. */
static const struct status_row {
    int http_status;
    const char *headers, *body;
    fiat__aws_class result;
    fiat_status status;
    uint32_t flags;
    const char *code, *part;
    bool maybe;
} s_statuses[] = {
    {400, NULL, "{\"__type\":\"com.amazonaws.firehose#ValidationException\",\"message\":\"Bad\"}",
     FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED, 0, "ValidationException", "Bad", false},
    {400, "x-amzn-ErrorType: ThrottlingException:http://internal.amazon.com/\r\n", "not JSON",
     FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED, FIAT_ERRF_RETRYABLE | FIAT_ERRF_THROTTLED,
     "ThrottlingException", "Throttling", false},
    {503, NULL, "{\"__type\":\"ServiceUnavailableException\",\"message\":\"Slow down.\"}",
     FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED, FIAT_ERRF_RETRYABLE | FIAT_ERRF_THROTTLED,
     "ServiceUnavailableException", "Slow down.", false},
    {500, NULL, "{\"__type\":\"InternalFailure\"}", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER,
     FIAT_ERRF_RETRYABLE, "InternalFailure", "InternalFailure", true},
    {502, NULL, "<html>", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER, FIAT_ERRF_RETRYABLE, "", "status 502",
     true},
    {400, NULL, "{\"__type\":\"ExpiredTokenException\",\"Message\":\"old\\nsecret line\"}",
     FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH, FIAT_ERRF_RETRYABLE | FIAT_ERRF_AUTH,
     "ExpiredTokenException", "old", false},
    {400, "x-amzn-RequestId: 1234-abcd\r\n",
     "{\"__type\":\"AccessDeniedException\",\"Message\":\"no\"}", FIAT__AWS_PAUSE,
     FIAT_E_AWS_DENIED, FIAT_ERRF_OPERATOR, "AccessDeniedException", "no", false},
    {400, NULL, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"which?\"}",
     FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND, FIAT_ERRF_OPERATOR, "ResourceNotFoundException",
     "which?", false},
    {302, "Location: http://127.0.0.1:1/\r\n", "", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED,
     FIAT_ERRF_OPERATOR, "", "endpoint_url", false},
};

START_TEST(status_gives_class_and_error) {
    const struct status_row *row = &s_statuses[_i];
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    for (int i = 0; i < (row->result == FIAT__AWS_REFRESH ? 2 : 1); i++)
        http_server_push(
            s_server,
            &(http_reply){.status = row->http_status, .headers = row->headers, .body = row->body});
    attempt at;
    run(&at, client, "{}");
    const fiat_error *err = &at.call.err;
    ck_assert_int_eq(at.call.result, row->result);
    ck_assert_int_eq(at.call.http_status, row->http_status);
    ck_assert_int_eq(err->http_status, row->http_status);
    ck_assert_fiat_status((fiat_status)err->status, row->status);
    ck_assert_uint_eq(err->flags, row->flags);
    ck_assert_str_eq(err->aws_code, row->code);
    ck_assert_msg(strstr(err->message, row->part) != NULL, "%s", err->message);
    ck_assert_ptr_null(strstr(err->message, "secret"));
    ck_assert_int_eq(at.call.maybe_received, row->maybe);
    if (row->headers && strstr(row->headers, "RequestId"))
        ck_assert_str_eq(err->request_id, "1234-abcd");
    /* Refused or not, the connection is good for the next. */
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    fiat__aws_client_free(client);
}
END_TEST

/* Connections that break, and whether the server may have acted. */
static const struct fault_row {
    http_reply reply;
    uint32_t timeout_ms;
    size_t body_len; /* 0: "{}" */
    bool maybe;
    const char *part;
} s_faults[] = {
    {{.fault = HTTP_FAULT_CLOSE}, LIMIT_MS, 0, true, "request to 127.0.0.1:"},
    {{.fault = HTTP_FAULT_RESET}, LIMIT_MS, 0, true, "request to 127.0.0.1:"},
    {{.fault = HTTP_FAULT_STALL}, 1000, 0, true, "timed out"},
    {{.fault = HTTP_FAULT_STALL_UNREAD}, 500, 32 * 1024 * 1024, false, "timed out"},
    {{.fault = HTTP_FAULT_RESET_UNREAD}, LIMIT_MS, 32 * 1024 * 1024, false, "request to"},
    {{.body = "{\"a\":1}", .fault = HTTP_FAULT_CLOSE_IN_BODY, .fault_at = 3},
     LIMIT_MS,
     0,
     true,
     "request to"},
    {{.body = "{\"a\":1}", .fault = HTTP_FAULT_RESET_IN_BODY, .fault_at = 3},
     LIMIT_MS,
     0,
     true,
     "request to"},
    {{.body = "{\"a\":1}", .fault = HTTP_FAULT_STALL_IN_BODY, .fault_at = 3},
     1000,
     0,
     true,
     "timed out"},
    {{.body = "{}", .content_length = 100}, LIMIT_MS, 0, true, "request to"},
    {{.body = "{}", .delay_ms = LIMIT_MS}, 1000, 0, true, "timed out"},
    {{.fault = HTTP_FAULT_GARBAGE}, LIMIT_MS, 0, true, "request to"},
};

START_TEST(broken_connection_is_to_be_tried_again) {
    const struct fault_row *row = &s_faults[_i];
    fiat__aws_client_opts opts = default_opts();
    opts.request_timeout_ms = row->timeout_ms;
    fiat__aws_client *client = new_client(&opts);
    char *body = fiat__malloc(row->body_len + 3);
    memset(body, ' ', row->body_len + 2);
    memcpy(body, "{}", 2);
    body[row->body_len + 2] = '\0';
    http_server_push(s_server, &row->reply);
    attempt at;
    run(&at, client, body);
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert_int_eq(at.call.maybe_received, row->maybe);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_NETWORK);
    ck_assert_uint_eq(at.call.err.flags, FIAT_ERRF_RETRYABLE);
    ck_assert_int_ne(at.call.err.sys_code, 0);
    ck_assert_msg(strstr(at.call.err.message, row->part) != NULL, "%s", at.call.err.message);
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    fiat__aws_client_free(client);
    fiat__free(body);
}
END_TEST

START_TEST(request_on_a_dying_connection_is_sent_anew_once) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.body = "{}"});
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_CLOSE});
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert(!at.call.maybe_received);
    run(&at, client, "{\"second\":2}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert(at.call.maybe_received); /* the server may have acted on both */
    ck_assert_uint_eq(http_server_request_count(s_server), 3);
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_CLOSE});
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_CLOSE});
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert(at.call.maybe_received);
    ck_assert_uint_eq(http_server_request_count(s_server), 5);
    fiat__aws_client_free(client);
    ck_assert_uint_eq(http_server_request_count(s_server), 5);
}
END_TEST

START_TEST(refusal_after_a_dying_connection_keeps_the_doubt) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.body = "{}"});
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_RESET});
    http_server_push(s_server,
                     &(http_reply){.status = 400, .body = "{\"__type\":\"ThrottlingException\"}"});
    attempt at;
    run(&at, client, "{}");
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_THROTTLE);
    ck_assert(at.call.maybe_received);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(nobody_there) {
    fiat__aws_client_opts opts = default_opts();
    char url[64];
    http_server *gone = http_server_start();
    snprintf(url, sizeof url, "%s", http_server_url(gone));
    http_server_stop(gone);
    opts.endpoint_url = url;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert(!at.call.maybe_received);
    ck_assert_int_eq(at.call.http_status, 0);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_NETWORK);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(tls_is_not_given_up) {
    fiat__aws_client_opts opts = default_opts();
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", http_server_port(s_server));
    opts.endpoint_url = url;
    opts.request_timeout_ms = 2000;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert(!at.call.maybe_received);
    ck_assert_uint_eq(http_server_request_count(s_server), 0);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(missing_ca_bundle_is_for_an_operator) {
    fiat__aws_client_opts opts = default_opts();
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d", http_server_port(s_server));
    opts.endpoint_url = url;
    setenv("AWS_CA_BUNDLE", "/nonexistent/ca.pem", 1);
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_PAUSE);
    ck_assert_uint_eq(at.call.err.flags, FIAT_ERRF_OPERATOR);
    ck_assert_msg(strstr(at.call.err.message, "/nonexistent/ca.pem") != NULL, "%s",
                  at.call.err.message);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(reply_is_bounded) {
    fiat__aws_client_opts opts = default_opts();
    opts.max_reply_bytes = 100;
    fiat__aws_client *client = new_client(&opts);
    char body[102];
    memset(body, 'x', 101);
    body[101] = '\0';
    http_server_push(s_server, &(http_reply){.body = body, .body_len = 100});
    http_server_push(s_server, &(http_reply){.body = body, .body_len = 101});
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert_uint_eq(strlen(at.reply), 100);
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_RETRY);
    ck_assert(at.call.maybe_received);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_AWS_REPLY);
    ck_assert_ptr_nonnull(strstr(at.call.err.message, "100 bytes"));
    fiat__aws_client_free(client);
}
END_TEST

#define SIGNATURE_EXPIRED                                                                          \
    "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: ...\"}"

static const char *date_of(size_t request) {
    return http_request_header(http_server_request(s_server, request), "x-amz-date");
}

START_TEST(refused_for_the_clock_is_signed_anew) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.status = 400,
                                             .headers = "Date: Sun, 30 Aug 2015 14:36:00 GMT\r\n",
                                             .body = SIGNATURE_EXPIRED});
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert(!at.call.maybe_received);
    ck_assert_uint_eq(http_server_request_count(s_server), 2);
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    ck_assert_str_eq(date_of(0), "20150830T123600Z");
    ck_assert_str_eq(date_of(1), "20150830T143600Z");
    assert_signed(http_server_request(s_server, 1), ID, TIME_MS + 2 * 3600 * 1000);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(refused_again_is_the_callers_matter) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_set_default(s_server,
                            &(http_reply){.status = 400,
                                          .headers = "Date: Sun, 30 Aug 2015 12:36:30 GMT\r\n",
                                          .body = SIGNATURE_EXPIRED});
    attempt at;
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_REFRESH);
    ck_assert_uint_eq(http_server_request_count(s_server), 2);
    ck_assert_str_eq(date_of(1), "20150830T123600Z"); /* half a minute explains nothing */
    fiat__aws_client_free(client);
}
END_TEST

/* The Date header of any reply counts, from four minutes on. */
static const struct date_row {
    int http_status;
    const char *date, *next, *last;
} s_dates[] = {
    {200, "Date: Sun, 30 Aug 2015 12:39:59 GMT\r\n", "20150830T123600Z", "20150830T123600Z"},
    {200, "Date: Sun, 30 Aug 2015 12:40:00 GMT\r\n", "20150830T124000Z", "20150830T124000Z"},
    {200, "Date: Sun, 30 Aug 2015 12:32:00 GMT\r\n", "20150830T123200Z", "20150830T123610Z"},
    {200, "Date: Sun, 30 Aug 2015 11:31:59 GMT\r\n", "20150830T113159Z", "20150830T123610Z"},
    {200, "Date: Sun, 30 Aug 2015 12:32:01 GMT\r\n", "20150830T123600Z", "20150830T123600Z"},
    {503, "Date: Mon, 31 Aug 2015 00:00:00 GMT\r\n", "20150831T000000Z", "20150830T123610Z"},
    {200, "Date: yesterday\r\n", "20150830T123600Z", "20150830T123600Z"},
    {200, NULL, "20150830T123600Z", "20150830T123600Z"},
};

START_TEST(date_header_of_any_reply_is_heeded) {
    const struct date_row *row = &s_dates[_i];
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server,
                     &(http_reply){.status = row->http_status, .headers = row->date, .body = "{}"});
    /* A later reply that finds the clock right undoes what was learned. */
    http_server_push(s_server, &(http_reply){.headers = "Date: Sun, 30 Aug 2015 12:36:10 GMT\r\n",
                                             .body = "{}"});
    attempt at;
    for (int i = 0; i < 3; i++)
        run(&at, client, "{}");
    ck_assert_str_eq(date_of(1), row->next);
    ck_assert_str_eq(date_of(2), row->last);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(expired_keys_are_fetched_anew) {
    fiat__aws_credentials_provider *chain;
    fiat_error err;
    fiat__aws_client_opts opts = default_opts();
    setenv("AWS_ACCESS_KEY_ID", "OLD", 1);
    setenv("AWS_SECRET_ACCESS_KEY", SECRET, 1);
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    opts.credentials = chain;
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    http_server_push(s_server, &(http_reply){.body = "{}"});
    http_server_push(
        s_server, &(http_reply){.status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}"});
    run(&at, client, "{}");
    setenv("AWS_ACCESS_KEY_ID", "NEW", 1); /* not looked at before something asks for it */
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    assert_signed(http_server_request(s_server, 1), "OLD", TIME_MS);
    assert_signed(http_server_request(s_server, 2), "NEW", TIME_MS);
    fiat__aws_client_free(client);
    fiat__aws_credentials_provider_free(chain);
}
END_TEST

static void *wake(void *client) {
    fiat__aws_client_wakeup(client);
    return NULL;
}

START_TEST(wakeup_ends_a_poll) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    pthread_t thread;
    fiat_error err;
    int64_t begun = fiat__mono_ms(&fiat__clock_system);
    ck_assert_fiat_ok(fiat__thread_start(&thread, "wake", wake, client, &err), err);
    fiat__aws_client_poll(client, LIMIT_MS);
    fiat__thread_join(thread);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - begun, LIMIT_MS / 2);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(cancel_ends_all_calls_once) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    attempt at[3];
    for (int i = 0; i < 3; i++)
        begin(&at[i], client, "{}");
    while (!http_server_wait(s_server, 2, 0))
        fiat__aws_client_poll(client, 10);
    at[0].resubmit_to = client;
    fiat__aws_client_cancel(client);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(at[i].done_count, 1);
        ck_assert_int_eq(at[i].call.result, FIAT__AWS_RETRY);
    }
    ck_assert(at[1].call.maybe_received);
    ck_assert(!at[2].call.maybe_received); /* was waiting for a connection */
    ck_assert_uint_eq(fiat__aws_client_in_flight(client), 1);
    while (at[0].done_count < 2)
        fiat__aws_client_poll(client, 100);
    ck_assert_int_eq(at[0].call.result, FIAT__AWS_OK);
    fiat__aws_client_free(client);
}
END_TEST

START_TEST(free_ends_what_is_in_flight) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    http_server_push(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    attempt at;
    begin(&at, client, "{}");
    while (!http_server_wait(s_server, 1, 0))
        fiat__aws_client_poll(client, 10);
    at.resubmit_to = client; /* refused, and told so */
    fiat__aws_client_free(client);
    ck_assert_int_eq(at.done_count, 2);
    ck_assert_fiat_status((fiat_status)at.call.err.status, FIAT_E_CLOSED);
}
END_TEST

START_TEST(child_leaves_the_parents_connection_alone) {
    const fiat__aws_client_opts opts = default_opts();
    fiat__aws_client *client = new_client(&opts);
    attempt at;
    run(&at, client, "{}");
    pid_t child = fork();
    if (child == 0) {
        fiat__aws_client_abandon(client);
        _exit(0);
    }
    ck_assert_int_ge(child, 0);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    run(&at, client, "{}");
    ck_assert_int_eq(at.call.result, FIAT__AWS_OK);
    ck_assert_uint_eq(http_server_connection_count(s_server), 1);
    fiat__aws_client_free(client);
}
END_TEST

static void clean_environment(void) {
    static const char *const names[] = {"http_proxy",
                                        "HTTP_PROXY",
                                        "https_proxy",
                                        "HTTPS_PROXY",
                                        "all_proxy",
                                        "ALL_PROXY",
                                        "AWS_PROFILE",
                                        "AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN",
                                        "AWS_CA_BUNDLE",
                                        "AWS_CONFIG_FILE",
                                        "AWS_SHARED_CREDENTIALS_FILE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

int main(void) {
    clean_environment();
    Suite *suite = suite_create("aws/client");
    TCase *tcase = tcase_create("client");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, options_that_cannot_work_are_refused);
    tcase_add_test(tcase, missing_credentials_end_the_call);
    tcase_add_test(tcase, credentials_out_of_reach_are_to_be_tried_again);
    tcase_add_test(tcase, calls_wait_for_credentials_without_stalling_the_client);
    tcase_add_test(tcase, line_break_in_a_header_is_not_sent);
    tcase_add_loop_test(tcase, status_gives_class_and_error, 0,
                        sizeof s_statuses / sizeof s_statuses[0]);
    tcase_add_loop_test(tcase, broken_connection_is_to_be_tried_again, 0,
                        sizeof s_faults / sizeof s_faults[0]);
    tcase_add_test(tcase, request_on_a_dying_connection_is_sent_anew_once);
    tcase_add_test(tcase, refusal_after_a_dying_connection_keeps_the_doubt);
    tcase_add_test(tcase, nobody_there);
    tcase_add_test(tcase, tls_is_not_given_up);
    tcase_add_test(tcase, missing_ca_bundle_is_for_an_operator);
    tcase_add_test(tcase, reply_is_bounded);
    tcase_add_test(tcase, request_is_signed_and_whole);
    tcase_add_test(tcase, large_body_goes_out_without_asking_first);
    tcase_add_test(tcase, path_of_the_endpoint_is_signed);
    tcase_add_test(tcase, connection_is_kept_and_used_again);
    tcase_add_loop_test(tcase, connection_that_is_idle_or_old_is_not_used_again, 0, 2);
    tcase_add_test(tcase, calls_wait_for_a_free_connection);
    tcase_add_test(tcase, done_may_submit_again);
    tcase_add_test(tcase, refused_for_the_clock_is_signed_anew);
    tcase_add_test(tcase, refused_again_is_the_callers_matter);
    tcase_add_loop_test(tcase, date_header_of_any_reply_is_heeded, 0,
                        sizeof s_dates / sizeof s_dates[0]);
    tcase_add_test(tcase, expired_keys_are_fetched_anew);
    tcase_add_test(tcase, wakeup_ends_a_poll);
    tcase_add_test(tcase, cancel_ends_all_calls_once);
    tcase_add_test(tcase, free_ends_what_is_in_flight);
    tcase_add_test(tcase, child_leaves_the_parents_connection_alone);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
