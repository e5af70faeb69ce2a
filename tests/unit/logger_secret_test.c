/* At the level debug and through every kind of fault, whatever the library says by itself - lines,
 * statistics, errors of deliveries, of flush and of close - holds nothing of an event, and no key,
 * token or signature; also when the server quotes what it was sent. */
#include "base/buf.h"
#include "base/thread.h"
#include "support/http_server.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <fiat/fiat.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define SECRET "sEcReTkEyOfTheTest0123456789abcdefghijkl"
#define TOKEN  "tOkEnOfTheTestFwoGZXIvYXdzEBYaDHqa0AP1yyyy"
#define MARKER "mArKeRoFaNeVeNt"

static http_server *s_server;
static fiat_logger *s_logger;
static fiat_error s_err;
static fiat__mutex s_lock;
static fiat__buf s_said; /* all that was said; with the lock */
static char s_body[4096];

static void say(const char *what, const char *text) {
    fiat__mutex_lock(&s_lock);
    fiat__buf_printf(&s_said, "%s: %s\n", what, text);
    fiat__mutex_unlock(&s_lock);
}

static void say_error(const char *what, const fiat_error *err) {
    say(what, err->message);
    say(what, err->aws_code);
    say(what, err->request_id);
}

static void on_line(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    say(line->topic, line->message);
    say(line->topic, line->stream);
}

static void on_delivery(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    ck_assert_ptr_nonnull(strstr(report->data, MARKER)); /* that is what reports are for */
    if (report->error) say_error("report", report->error);
}

static void say_stats(void) {
    for (int format = FIAT_STATS_JSON; format <= FIAT_STATS_PROMETHEUS; format++) {
        char *text;
        ck_assert_fiat_ok(
            fiat_logger_stats_text(s_logger, (fiat_stats_format)format, &text, NULL, &s_err),
            s_err);
        say("stats", text);
        fiat_text_free(text);
    }
}

/* What a server may say that has read the whole request. */
static const struct complaint {
    int status;
    const char *type, *message; /* $A: the Authorization header; $T: the session token */
    const char *headers;
    http_fault fault;
} s_complaints[] = {
    {403, "InvalidSignatureException",
     "The request signature we calculated does not match.\\n\\nThe Canonical String for this "
     "request should have been\\n'POST\\n/\\n\\nx-amz-security-token:$T\\n'",
     NULL, 0},
    {400, "IncompleteSignatureException", "not a valid key=value pair in '$A'", NULL, 0},
    {400, "IncompleteSignatureException", "Authorization header requires more. $A", NULL, 0},
    {403, "InvalidTokenException", "refused X-Amz-Security-Token: $T", NULL, 0},
    {403, "ExpiredTokenException", "The security token is expired", NULL, 0},
    {403, "RequestTimeTooSkewed", "The clock is off", "Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n", 0},
    {400, "AccessDeniedException", "User is not authorized", NULL, 0},
    {400, "ThrottlingException", "Rate exceeded", NULL, 0},
    {500, "InternalFailure", "", NULL, 0},
    {503, "ServiceUnavailableException", "Slow down.", NULL, 0},
    {200, NULL, "{\"FailedPutCount\":0", NULL, 0},
    {200, NULL, "no JSON at all: $T $A", NULL, 0},
    {200, NULL,
     "{\"FailedPutCount\":1,\"RequestResponses\":[{\"ErrorCode\":\"InternalFailure\","
     "\"ErrorMessage\":\"$A\"}]}",
     NULL, 0},
    {502, NULL, "<html>$T $A</html>", NULL, 0},
    {0, NULL, "", NULL, HTTP_FAULT_CLOSE},
    {0, NULL, "", NULL, HTTP_FAULT_RESET},
    {0, NULL, "", NULL, HTTP_FAULT_RESET_UNREAD},
    {0, NULL, "", NULL, HTTP_FAULT_STALL},
    {0, NULL, "", NULL, HTTP_FAULT_GARBAGE},
    {400, "ValidationException", "the value is no good: $A", NULL, 0}, /* for good */
};
#define COMPLAINT_COUNT (sizeof s_complaints / sizeof s_complaints[0])
static atomic_size_t s_next; /* COMPLAINT_COUNT: all is well */

/* The message with what it quotes filled in. */
static void quote(char *out, size_t size, const char *message, const http_request *request) {
    size_t len = 0;
    for (; *message && len < size - 1; message++) {
        const char *part = NULL;
        if (message[0] == '$' && message[1] == 'A')
            part = http_request_header(request, "authorization");
        if (message[0] == '$' && message[1] == 'T')
            part = http_request_header(request, "x-amz-security-token");
        if (!part) {
            out[len++] = *message;
            continue;
        }
        len += (size_t)snprintf(out + len, size - len, "%s", part);
        ck_assert_uint_lt(len, size);
        message++;
    }
    out[len] = '\0';
}

static void handle(void *ctx, const http_request *request, http_reply *reply) {
    (void)ctx;
    char message[2048];
    ck_assert_str_eq(http_request_header(request, "x-amz-security-token"), TOKEN);
    ck_assert_ptr_nonnull(strstr(http_request_header(request, "authorization"), "Signature="));
    size_t at = s_next < COMPLAINT_COUNT ? s_next++ : COMPLAINT_COUNT; /* one call at a time */
    if (at == COMPLAINT_COUNT) {
        reply->body = "{\"FailedPutCount\":0,\"RequestResponses\":[{\"RecordId\":\"r\"}]}";
        return;
    }
    const struct complaint *complaint = &s_complaints[at];
    quote(message, sizeof message, complaint->message, request);
    if (complaint->type)
        snprintf(s_body, sizeof s_body, "{\"__type\":\"%s\",\"message\":\"%s\"}", complaint->type,
                 message);
    else
        snprintf(s_body, sizeof s_body, "%s", message);
    reply->status = complaint->status;
    reply->headers = complaint->headers;
    reply->body = s_body;
    reply->fault = complaint->fault;
}

/* With one more setting, unless NULL. */
static void open_logger_with(const char *name, const char *value) {
    static const char *const settings[][2] = {{"aws.region", "eu-central-1"},
                                              {"log.level", "debug"},
                                              {"linger.ms", "0"},
                                              {"retry.backoff.ms", "1"},
                                              {"retry.backoff.max.ms", "20"},
                                              {"request.timeout.ms", "500"},
                                              {"requests.max", "1"},
                                              {"batch.max.records", "1"}};
    fiat_config *config;
    ck_assert_fiat_ok(fiat_config_new(&config, &s_err), s_err);
    ck_assert_fiat_ok(
        fiat_config_set(config, "aws.endpoint.url", http_server_url(s_server), &s_err), s_err);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        ck_assert_fiat_ok(fiat_config_set(config, settings[i][0], settings[i][1], &s_err), s_err);
    if (name) ck_assert_fiat_ok(fiat_config_set(config, name, value, &s_err), s_err);
    if (name && strcmp(name, "spool.dir") == 0)
        ck_assert_fiat_ok(fiat_config_set(config, "spool", "async", &s_err), s_err);
    ck_assert_fiat_ok(fiat_logger_open(&s_logger, "firehose", config, &s_err), s_err);
    fiat_config_free(config);
    fiat_logger_on_log(s_logger, on_line, NULL);
    fiat_logger_on_delivery(s_logger, on_delivery, NULL);
}

static void set_up(void) {
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", SECRET, 1);
    setenv("AWS_SESSION_TOKEN", TOKEN, 1);
    setenv("no_proxy", "*", 1);
    fiat__mutex_init(&s_lock);
    fiat__buf_init(&s_said, 1 << 22);
    s_next = 0;
    s_server = http_server_start();
    http_server_set_handler(s_server, handle, NULL);
    open_logger_with(NULL, NULL);
}

static void tear_down(void) {
    http_server_stop(s_server);
    fiat__buf_deinit(&s_said);
    fiat__mutex_deinit(&s_lock);
}

static fiat_status log_event(void) {
    return validated_log(s_logger, "Audit",
                         FIAT_FIELDS(FIAT_FIELD("task", MARKER),
                                     FIAT_OBJECT("task_args", FIAT_FIELD("card", MARKER))),
                         &s_err);
}

static void check_said(const char *topic) {
    char begin[40];
    snprintf(begin, sizeof begin, "%s: ", topic);
    ck_assert_msg(strstr(fiat__buf_cstr(&s_said), begin) != NULL, "nothing was said of %s", topic);
}

static void check_unsaid(void) {
    static const char *const secrets[] = {SECRET, TOKEN, MARKER, "Signature=", "AWS4-HMAC"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        const char *at = strstr(fiat__buf_cstr(&s_said), secrets[i]);
        if (!at) continue;
        while (at > s_said.ptr && at[-1] != '\n')
            at--;
        ck_abort_msg("said: %.300s", at);
    }
}

START_TEST(nothing_is_told_through_any_fault) {
    fiat_event bad = FIAT_FIELDS(FIAT_FIELD("task", MARKER), FIAT_FIELD(MARKER, MARKER));
    for (int rounds = 0; rounds < 200 && s_next < COMPLAINT_COUNT; rounds++) {
        ck_assert_fiat_ok(log_event(), s_err);
        ck_assert_fiat_status(validated_log(s_logger, "Audit", bad, NULL), FIAT_E_SCHEMA_MISMATCH);
        if (fiat_logger_flush(s_logger, 100, &s_err) != FIAT_OK) say_error("flush", &s_err);
        say_stats();
    }
    ck_assert_uint_eq(s_next, COMPLAINT_COUNT);
    ck_assert_fiat_ok(fiat_logger_flush(s_logger, 20000, &s_err), s_err);
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 20000, NULL, &s_err), s_err);
    static const char *const topics[] = {
        "request", "retry",       "paused", "throttled", "backing-off", "sending", "gave-up",
        "clock",   "credentials", "closed", "report",    "flush",       "stats"};
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
        check_said(topics[i]);
    check_unsaid();
}
END_TEST

START_TEST(nothing_is_told_at_an_early_end) {
    s_next = 1; /* paused, then more of it */
    for (int i = 0; i < 20; i++)
        ck_assert_fiat_ok(log_event(), s_err);
    uint64_t left = 0;
    fiat_status status = fiat_logger_close(s_logger, 0, &left, &s_err);
    if (status != FIAT_OK) say_error("close", &s_err);
    check_said("closed");
    check_unsaid();
}
END_TEST

static void open_another(const char *name, const char *value) {
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 10000, NULL, &s_err), s_err);
    open_logger_with(name, value);
}

START_TEST(nothing_is_told_of_a_dead_letter_file_that_fails) {
    char *dir = tmpdir_make(), path[600];
    snprintf(path, sizeof path, "%s/away", dir);
    ck_assert_fiat_ok(fiat__dir_make(path, &s_err), s_err);
    snprintf(path, sizeof path, "%s/away/letters", dir);
    open_another("dead.letter.file", path);
    snprintf(path, sizeof path, "%s/away", dir);
    tmpdir_remove_tree(path);
    s_next = COMPLAINT_COUNT - 1; /* for good */
    ck_assert_fiat_ok(log_event(), s_err);
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 20000, NULL, &s_err), s_err);
    check_said("dead-letter");
    check_unsaid();
    tmpdir_remove(dir);
}
END_TEST

START_TEST(nothing_is_told_of_a_full_queue) {
    static char text[100000];
    for (size_t i = 0; i + sizeof MARKER < sizeof text; i += sizeof MARKER - 1)
        memcpy(text + i, MARKER, sizeof MARKER);
    fiat_event large =
        FIAT_FIELDS(FIAT_FIELD("task", MARKER), FIAT_OBJECT("task_args", FIAT_FIELD("s", text)));
    open_another("queue.max.bytes", "1048576");
    while (s_complaints[s_next].fault != HTTP_FAULT_STALL)
        s_next++;
    fiat_status status = FIAT_OK;
    for (int i = 0; i < 40 && status == FIAT_OK; i++)
        status = validated_log(s_logger, "Audit", large, &s_err);
    ck_assert_fiat_status(status, FIAT_E_QUEUE_FULL);
    s_next = COMPLAINT_COUNT;
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 20000, NULL, &s_err), s_err);
    check_said("queue-full");
    check_said("queue-room");
    check_unsaid();
}
END_TEST

/* One byte of the first event on disk is another: the checksum finds it. */
static void damage(const char *spool) {
    char path[700];
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    snprintf(path, sizeof path, "%s/0000000000000001.log", spool);
    ck_assert_fiat_ok(fiat__file_read(path, &text, &s_err), s_err);
    size_t at = 0;
    while (at + strlen(MARKER) < text.len && memcmp(text.ptr + at, MARKER, strlen(MARKER)) != 0)
        at++;
    ck_assert_int_eq(text.ptr[at], MARKER[0]);
    text.ptr[at] ^= 1;
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__buf_str(&text), false, &s_err), s_err);
    fiat__buf_deinit(&text);
}

START_TEST(nothing_is_told_of_a_damaged_spool) {
    char *dir = tmpdir_make(), path[600];
    snprintf(path, sizeof path, "%s/spool", dir);
    open_another("spool.dir", path);
    s_next = 0;
    for (int i = 0; i < 2; i++)
        ck_assert_fiat_ok(log_event(), s_err);
    ck_assert_fiat_status(fiat_logger_close(s_logger, 0, NULL, &s_err), FIAT_E_INCOMPLETE);
    say_error("close", &s_err);
    damage(path);
    s_next = COMPLAINT_COUNT;
    open_logger_with("spool.dir", path);
    (void)fiat_logger_close(s_logger, 20000, NULL, &s_err);
    say_error("close", &s_err);
    check_said("spool-damaged");
    check_said("spool-recovered");
    check_unsaid();
    tmpdir_remove(dir);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/secret");
    TCase *tc = tcase_create("secret");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, nothing_is_told_through_any_fault);
    tcase_add_test(tc, nothing_is_told_at_an_early_end);
    tcase_add_test(tc, nothing_is_told_of_a_dead_letter_file_that_fails);
    tcase_add_test(tc, nothing_is_told_of_a_full_queue);
    tcase_add_test(tc, nothing_is_told_of_a_damaged_spool);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
