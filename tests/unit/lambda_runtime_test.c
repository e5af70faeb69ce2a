/* The runtime loop with the handler `log`, against a runtime API that does as it is told. */
#include "lambda/runtime.h"
#include "base/base64.h"
#include "base/clock.h"
#include "lambda/runtime_api.h"
#include "support/http_server.h"
#include "support/test.h"
#include "support/tmpdir.h"

#define NEXT "/2018-06-01/runtime/invocation/next"

static http_server *s_api;
static char *s_dir;
static fiat_error s_err;
static fiat__buf s_said; /* stderr */

static void put(const char *name, const char *text) {
    char *path = fiat__path_join(s_dir, name);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c(text), false, &s_err), s_err);
    fiat__free(path);
}

static void make(const char *name) {
    char *path = fiat__path_join(s_dir, name);
    ck_assert_fiat_ok(fiat__dir_make(path, &s_err), s_err);
    fiat__free(path);
}

static void setup(void) {
    s_dir = tmpdir_make();
    make("schemas/Orders");
    put("schemas/Orders/json_schema.json",
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}");
    ck_assert_int_eq(setenv("LAMBDA_TASK_ROOT", s_dir, 1), 0);
    ck_assert_int_eq(unsetenv("FIAT_SCHEMAS_DIR"), 0);
    s_api = http_server_start();
    fiat__buf_init(&s_said, 1 << 20);
}

static void teardown(void) {
    http_server_stop(s_api);
    tmpdir_remove(s_dir);
    fiat__buf_deinit(&s_said);
}

/* Run until the API gives no more events; what was said is in s_said. */
static void run_handler(const fiat__handler *handler) {
    char *path = fiat__path_join(s_dir, "stderr");
    ck_assert_ptr_nonnull(freopen(path, "w+", stderr));
    int code = fiat__runtime_run(http_server_url(s_api) + strlen("http://"), handler, &s_err);
    fflush(stderr);
    ck_assert_int_eq(code, 1);
    ck_assert_fiat_ok(fiat__file_read(path, &s_said, &s_err), s_err);
    fiat__free(path);
}

static void run(void) {
    run_handler(fiat__handler_find("log", &s_err));
}

static bool said(const char *text) {
    return strstr(fiat__buf_cstr(&s_said), text) != NULL;
}

static void push_event(const char *id, int64_t timeout_ms, const char *event) {
    char headers[512];
    snprintf(headers, sizeof headers,
             "lambda-runtime-aws-request-id: %s\r\nLambda-Runtime-Deadline-Ms:%lld\r\n", id,
             (long long)(fiat__wall_ms(&fiat__clock_system) + timeout_ms));
    http_server_push(s_api, &(http_reply){.headers = headers, .body = event});
}

static void push_status(int status) {
    http_server_push(s_api, &(http_reply){.status = status, .body = "{\"status\":\"?\"}"});
}

static void expect_request(size_t index, const char *method, const char *path, const char *body) {
    ck_assert_uint_gt(http_server_request_count(s_api), index);
    const http_request *request = http_server_request(s_api, index);
    ck_assert_str_eq(request->method, method);
    ck_assert_str_eq(request->path, path);
    if (!body) return;
    ck_assert_str_eq(request->body, body);
    ck_assert_str_eq(http_request_header(request, "content-type"), "application/json");
    ck_assert_ptr_null(http_request_header(request, "expect"));
}

static void expect_error(size_t index, const char *path, const char *type, const char *message) {
    char want[128];
    expect_request(index, "POST", path, NULL);
    const http_request *request = http_server_request(s_api, index);
    snprintf(want, sizeof want, "{\"errorType\":\"%s\",\"errorMessage\":\"", type);
    ck_assert_msg(strncmp(request->body, want, strlen(want)) == 0, "%s", request->body);
    ck_assert_msg(strstr(request->body, message), "%s", request->body);
    ck_assert_ptr_nonnull(strstr(request->body, "\",\"stackTrace\":[]}"));
    snprintf(want, sizeof want, "Function.%s", type);
    ck_assert_str_eq(http_request_header(request, "lambda-runtime-function-error-type"), want);
}

#define ARN "\"deliveryStreamArn\":\"arn:aws:firehose:eu-west-1:1:deliverystream/Orders\""
/* {"n":1}, {"n":"secret"} */
#define EVENT                                                                                      \
    "{" ARN ",\"records\":[{\"recordId\":\"a\",\"data\":\"eyJuIjoxfQ==\"},"                        \
    "{\"recordId\":\"b\",\"data\":\"eyJuIjoic2VjcmV0In0=\"}]}"
#define ANSWER                                                                                     \
    "{\"records\":[{\"recordId\":\"a\",\"result\":\"Ok\",\"data\":\"eyJuIjoxfQo=\"},"              \
    "{\"recordId\":\"b\",\"result\":\"ProcessingFailed\"}]}"

START_TEST(answers_event_after_event) {
    push_event("id-1", 5000, EVENT);
    push_status(202);
    push_event("id-2", 5000, "{" ARN ",\"records\":[]}");
    push_status(202);
    run();
    expect_request(0, "GET", NEXT, NULL);
    expect_request(1, "POST", "/2018-06-01/runtime/invocation/id-1/response", ANSWER);
    expect_request(2, "GET", NEXT, NULL);
    expect_request(3, "POST", "/2018-06-01/runtime/invocation/id-2/response", "{\"records\":[]}");
    ck_assert_uint_eq(http_server_connection_count(s_api), 1);
}
END_TEST

/* Where, and which rule, and nothing of the event. */
START_TEST(says_why_a_record_failed) {
    push_event("id-1", 5000, EVENT);
    push_status(202);
    run();
    ck_assert_msg(said("{\"level\":\"warn\",\"message\":\"record not transformed\",\"recordId\":"
                       "\"b\",\"stream\":\"Orders\",\"event\":1,\"status\":"
                       "\"FIAT_E_SCHEMA_MISMATCH\",\"instance_path\":\"/n\",\"keyword\":\"type\","
                       "\"schema_path\":\"/properties/n/type\",\"offset\":5,\"reason\":"
                       "\"event does not match its schema\"}\n"),
                  "%s", fiat__buf_cstr(&s_said));
    ck_assert(!said("secret"));
}
END_TEST

static const struct {
    const char *event, *type, *message;
    int64_t timeout_ms;
} s_bad[] = {
    {"{\"secret\":", "FIAT_E_ARG", "the event is no JSON", 5000},
    {"{}", "FIAT_E_ARG", "no deliveryStreamArn", 5000},
    {"{\"deliveryStreamArn\":\"arn:deliverystream/Others\",\"records\":[]}",
     "FIAT_E_STREAM_UNKNOWN", "no stream is delivered to \\\"Others\\\"", 5000},
    {"{\"deliveryStreamArn\":\"arn:deliverystream/../Orders\",\"records\":[]}",
     "FIAT_E_STREAM_UNKNOWN", "../Orders", 5000},
    {EVENT, "FIAT_E_TIMEOUT", "raise its timeout", 100},
    {EVENT, "FIAT_E_TIMEOUT", "raise its timeout", -100000},
};

START_TEST(bad_events_are_errors) {
    push_event("id-1", s_bad[_i].timeout_ms, s_bad[_i].event);
    push_status(202);
    push_event("id-2", 5000, EVENT);
    push_status(202);
    run();
    expect_error(1, "/2018-06-01/runtime/invocation/id-1/error", s_bad[_i].type, s_bad[_i].message);
    expect_request(3, "POST", "/2018-06-01/runtime/invocation/id-2/response", ANSWER);
    ck_assert(said("\"message\":\"invocation failed\""));
    ck_assert(said("\"requestId\":\"id-1\"") && !said("secret"));
}
END_TEST

START_TEST(too_large_an_event_is_an_error) {
    static char event[FIAT__RUNTIME_EVENT_MAX_BYTES + 2];
    memset(event, ' ', sizeof event - 1);
    push_event("id-1", 5000, event);
    push_status(202);
    event[FIAT__RUNTIME_EVENT_MAX_BYTES] = '\0';
    push_event("id-2", 5000, event);
    push_status(202);
    run();
    expect_error(1, "/2018-06-01/runtime/invocation/id-1/error", "FIAT_E_LIMIT", "more than");
    expect_error(3, "/2018-06-01/runtime/invocation/id-2/error", "FIAT_E_ARG", "no JSON");
}
END_TEST

static const int64_t s_deadlines[] = {INT64_MAX / 2, -INT64_C(99999999999999)};

START_TEST(strange_deadlines_are_bounded) {
    push_event("id-1", s_deadlines[_i], EVENT);
    push_status(202);
    run();
    expect_request(1, "POST", "/2018-06-01/runtime/invocation/id-1/response", ANSWER);
}
END_TEST

/* ---- the API's faults ---- */

START_TEST(asks_again_for_an_event) {
    http_server_push(s_api, &(http_reply){.fault = HTTP_FAULT_RESET});
    http_server_push(s_api, &(http_reply){.fault = HTTP_FAULT_GARBAGE});
    push_event("id-1", 5000, EVENT);
    push_status(202);
    run();
    expect_request(3, "POST", "/2018-06-01/runtime/invocation/id-1/response", ANSWER);
}
END_TEST

START_TEST(an_event_that_is_cut_is_none) {
    push_event("id-1", 5000, EVENT);
    http_server_push(s_api, &(http_reply){.headers = "Lambda-Runtime-Aws-Request-Id: id-2\r\n",
                                          .body = EVENT,
                                          .fault = HTTP_FAULT_CLOSE_IN_BODY,
                                          .fault_at = 20});
    http_server_set_default(s_api, &(http_reply){.status = 500});
    run();
    expect_request(1, "POST", "/2018-06-01/runtime/invocation/id-1/response", ANSWER);
    ck_assert(said("answer not taken"));
}
END_TEST

static const char *const s_ids[] = {"../next", "a/b", "a?b", "", "a\xc3\xa4"};

START_TEST(a_strange_id_is_none) {
    push_event(s_ids[_i], 5000, EVENT);
    run();
    ck_assert_uint_eq(http_server_request_count(s_api), 3);
    ck_assert(said("without a request's id"));
}
END_TEST

static const struct {
    int status;
    size_t requests;
} s_refusals[] = {{400, 4}, {403, 4}, {413, 4}, {500, 2}, {503, 2}};

/* After a refusal that is about the answer, the next event is asked for; else the process ends. */
START_TEST(answers_may_be_refused) {
    push_event("id-1", 5000, EVENT);
    push_status(s_refusals[_i].status);
    push_event("id-2", 5000, EVENT);
    push_status(500);
    run();
    ck_assert_uint_eq(http_server_request_count(s_api), s_refusals[_i].requests);
    ck_assert(said("answer not taken"));
}
END_TEST

START_TEST(an_api_that_is_gone_ends_it) {
    push_event("id-1", 5000, EVENT);
    http_server_set_default(s_api, &(http_reply){.fault = HTTP_FAULT_RESET});
    run();
    expect_request(1, "POST", "/2018-06-01/runtime/invocation/id-1/response", ANSWER);
    ck_assert(said("answer not taken") && said("FIAT_E_NETWORK") && !said("no event"));
}
END_TEST

/* ---- the beginning ---- */

START_TEST(a_broken_stream_is_an_init_error) {
    put("schemas/Orders/json_schema.json", "{\"type\":\"object\",\"maximum\":\"x\"}");
    run();
    expect_error(0, "/2018-06-01/runtime/init/error", "FIAT_E_SCHEMA_INVALID", "Orders");
    ck_assert_uint_eq(http_server_request_count(s_api), 1);
    ck_assert(said("the function cannot begin"));
}
END_TEST

START_TEST(an_unknown_handler_is_an_init_error) {
    ck_assert_ptr_null(fiat__handler_find(NULL, &s_err));
    ck_assert_ptr_null(fiat__handler_find("lo", &s_err));
    http_server_push(s_api, &(http_reply){.fault = HTTP_FAULT_CLOSE});
    run_handler(NULL);
    expect_error(0, "/2018-06-01/runtime/init/error", "FIAT_E_CONFIG", "no handler \\\"lo\\\"");
    ck_assert(said("Lambda does not hear of it"));
}
END_TEST

START_TEST(settings_name_other_schemas) {
    char *path = fiat__path_join(s_dir, "elsewhere");
    make("elsewhere/Plain");
    put("elsewhere/Plain/json_schema.json", "{\"required\":[\"n\"]}");
    put("elsewhere/Plain/stream.json", "{\"delivery_stream\":\"Orders\"}");
    ck_assert_int_eq(setenv("FIAT_SCHEMAS_DIR", path, 1), 0);
    ck_assert_int_eq(setenv("FIAT_RECORD_NEWLINE", "false", 1), 0);
    push_event("id-1", 5000, EVENT);
    push_status(202);
    run();
    expect_request(1, "POST", "/2018-06-01/runtime/invocation/id-1/response",
                   "{\"records\":[{\"recordId\":\"a\",\"result\":\"Ok\",\"data\":\"eyJuIjoxfQ==\"},"
                   "{\"recordId\":\"b\",\"result\":\"Ok\",\"data\":\"eyJuIjoic2VjcmV0In0=\"}]}");
    fiat__free(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("lambda/runtime");
    TCase *tcase = tcase_create("runtime");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, answers_event_after_event);
    tcase_add_test(tcase, says_why_a_record_failed);
    tcase_add_loop_test(tcase, bad_events_are_errors, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, too_large_an_event_is_an_error);
    tcase_add_loop_test(tcase, strange_deadlines_are_bounded, 0,
                        sizeof s_deadlines / sizeof s_deadlines[0]);
    tcase_add_test(tcase, asks_again_for_an_event);
    tcase_add_test(tcase, an_event_that_is_cut_is_none);
    tcase_add_loop_test(tcase, a_strange_id_is_none, 0, sizeof s_ids / sizeof s_ids[0]);
    tcase_add_loop_test(tcase, answers_may_be_refused, 0, sizeof s_refusals / sizeof s_refusals[0]);
    tcase_add_test(tcase, an_api_that_is_gone_ends_it);
    tcase_add_test(tcase, a_broken_stream_is_an_init_error);
    tcase_add_test(tcase, an_unknown_handler_is_an_init_error);
    tcase_add_test(tcase, settings_name_other_schemas);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
