/* The whole way: producer, sink `firehose`, the real client, and a server on loopback that fails in
 * every way there is. The server keeps what it accepted; what it kept must agree with the reports:
 * delivered means kept, not delivered means not kept. */
#include "aws/sigv4_verify.h"
#include "base/base64.h"
#include "base/fence.h"
#include "base/thread.h"
#include "json/doc.h"
#include "producer/producer_internal.h"
#include "support/chaos.h"
#include "support/http_server.h"
#include "support/sanitizer.h"
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_EVENTS 4000

/* One step of a test's script: whether the server keeps the records, and what it answers. */
typedef struct step {
    bool keeps;        /* all of them, or with `fails` those that it does not fail */
    const char *fails; /* a letter a record: '-' taken, 'S' ServiceUnavailable, 'I' InternalFailure;
                          records beyond it are taken; NULL: `reply` says all */
    http_reply reply;  /* body NULL: a true PutRecordBatch reply */
} step;

static http_server *s_server;
static char s_url[100];
static const step *s_steps;
static size_t s_step_count, s_step;
static bool s_at_random;
static atomic_uint s_kept[MAX_EVENTS];
static atomic_uint s_reports[MAX_EVENTS][4];
static fiat_error s_last_error;
static char s_last_record_id[300];
static uint32_t s_most_attempts;
static char s_reply[200000];

static void keep_events(const char *base64) {
    fiat__buf data;
    fiat__buf_init(&data, FIAT__RECORD_MAX_BYTES);
    ck_assert_int_eq(fiat__base64_decode(&data, fiat__str_c(base64), NULL), FIAT_OK);
    ck_assert_int_eq(data.ptr[data.len - 1], '\n');
    for (const char *at = data.ptr; *at; at = strchr(at, '\n') + 1) {
        int number = atoi(at);
        ck_assert(number >= 0 && number < MAX_EVENTS);
        atomic_fetch_add(&s_kept[number], 1);
    }
    fiat__buf_deinit(&data);
}

/* Write a true reply to a request, keeping what it takes. */
static const char *answer(const http_request *request, const step *at) {
    fiat__doc *doc = NULL;
    size_t len = 0, index = 0, failed = 0;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_of(request->body, request->body_len), &err),
                      err);
    len += (size_t)sprintf(s_reply, "{\"Encrypted\":false,\"RequestResponses\":[");
    const fiat__doc *record = fiat__doc_first(fiat__doc_get(doc, "Records"));
    for (; record; record = fiat__doc_next(record), index++) {
        char fate = at->fails && index < strlen(at->fails) ? at->fails[index] : '-';
        const char *data = NULL;
        ck_assert(fiat__doc_string(fiat__doc_get(record, "Data"), &data));
        if (at->keeps && fate == '-') keep_events(data);
        ck_assert_uint_lt(len, sizeof s_reply - 300);
        len += (size_t)sprintf(s_reply + len, index ? "," : "");
        if (fate == '-')
            len += (size_t)sprintf(s_reply + len, "{\"RecordId\":\"id-%zu\"}", index);
        else
            len += (size_t)sprintf(s_reply + len, "{\"ErrorCode\":\"%s\",\"ErrorMessage\":\"%s\"}",
                                   fate == 'S' ? "ServiceUnavailableException" : "InternalFailure",
                                   fate == 'S' ? "Slow down." : "");
        failed += fate != '-';
    }
    sprintf(s_reply + len, "],\"FailedPutCount\":%zu}", failed);
    fiat__doc_free(doc);
    return s_reply;
}

static const step s_all_well = {.keeps = true};

static const step *step_at_random(void);

static bool find_header(void *ctx, const char *name, fiat__str *value) {
    const char *found = http_request_header(ctx, name);
    if (found) *value = fiat__str_c(found);
    return found != NULL;
}

/* The hash of the body is part of what is signed. */
static void check_signature(const http_request *request) {
    const fiat__sigv4_verify_opts known = {.access_key_id = "AKIDEXAMPLE",
                                           .secret_access_key = "secret",
                                           .region = "",
                                           .service = "firehose",
                                           .now_ms = fiat__wall_ms(&fiat__clock_system),
                                           .skew_ms = FIAT__SIGV4_SKEW_MS};
    const fiat__sigv4_received received = {.method = fiat__str_c(request->method),
                                           .path = fiat__str_c("/"),
                                           .query = fiat__str_of("", 0),
                                           .header = find_header,
                                           .header_ctx = (void *)(uintptr_t)request,
                                           .body = fiat__str_of(request->body, request->body_len),
                                           .normalize_path = true};
    fiat__sigv4_verdict verdict;
    ck_assert_msg(fiat__sigv4_verify(&received, &known, &verdict), "%s", verdict.message);
}

static void handle(void *ctx, const http_request *request, http_reply *reply) {
    (void)ctx;
    check_signature(request);
    const step *at = s_at_random             ? step_at_random()
                     : s_step < s_step_count ? &s_steps[s_step++]
                                             : &s_all_well;
    ck_assert_str_eq(request->method, "POST");
    const char *body = answer(request, at);
    *reply = at->reply;
    if (!reply->body) reply->body = body;
}

static void on_delivery(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    int number = atoi(report->data);
    atomic_fetch_add(&s_reports[number][report->outcome], 1);
    if (report->attempts > s_most_attempts) s_most_attempts = report->attempts;
    snprintf(s_last_record_id, sizeof s_last_record_id, "%s", report->record_id);
    if (report->error) s_last_error = *report->error;
}

static void start_server(void) {
    s_server = http_server_start();
    http_server_set_handler(s_server, handle, NULL);
    snprintf(s_url, sizeof s_url, "%s", http_server_url(s_server));
}

static void set_environment(void) {
    ck_assert_int_eq(setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1), 0);
    ck_assert_int_eq(setenv("AWS_SECRET_ACCESS_KEY", "secret", 1), 0);
    unsetenv("AWS_SESSION_TOKEN");
    ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
}

static void set_up(void) {
    set_environment();
    start_server();
}

static void tear_down(void) {
    http_server_stop(s_server);
}

static fiat_status try_open(fiat__producer **out, uint32_t request_timeout_ms,
                            uint32_t delivery_timeout_ms, fiat_error *err) {
    fiat__sink_opts sink_opts = {.region = "eu-central-1",
                                 .endpoint_url = s_url,
                                 .connect_timeout_ms = 2000,
                                 .request_timeout_ms = request_timeout_ms,
                                 .max_in_flight = 4};
    fiat__producer_opts opts = {.linger_ms = 60000, /* nothing goes before flush or close */
                                .record_max_bytes = FIAT__RECORD_MAX_BYTES,
                                .record_max_events = 1,
                                .batch_max_records = 500,
                                .batch_max_bytes = FIAT__BATCH_MAX_BYTES,
                                .queue_max_bytes = 16 << 20,
                                .max_in_flight = 4,
                                .retry_backoff_ms = 2,
                                .retry_backoff_max_ms = 10,
                                .delivery_timeout_ms = delivery_timeout_ms,
                                .on_delivery = on_delivery};
    fiat__sink *sink;
    fiat_status status = fiat__sink_open(&sink, "firehose", &sink_opts, err);
    return status == FIAT_OK ? fiat__producer_new(out, sink, &opts, err) : status;
}

static fiat__producer *open_producer(uint32_t request_timeout_ms, uint32_t delivery_timeout_ms) {
    fiat__producer *producer;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(try_open(&producer, request_timeout_ms, delivery_timeout_ms, &err), err);
    return producer;
}

static void append(fiat__producer *producer, int number, int padding) {
    fiat__producer_stream *stream;
    char text[300];
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str part = {text, (size_t)snprintf(text, sizeof text, "%d %0*d", number, padding, 0)};
    ck_assert_fiat_ok(fiat__producer_stream_get(producer, "audit", &stream, &err), err);
    ck_assert_fiat_ok(fiat__producer_append(stream, &part, 1, NULL, NULL, &err), err);
}

/* Each event was reported once, and the report agrees with what the server kept. */
static void check_honest(int count) {
    for (int i = 0; i < count; i++) {
        unsigned delivered = s_reports[i][FIAT_DELIVERED], maybe = s_reports[i][FIAT_MAYBE];
        unsigned not_delivered = s_reports[i][FIAT_NOT_DELIVERED];
        ck_assert_uint_eq(delivered + maybe + not_delivered, 1);
        if (delivered) ck_assert_uint_ge(s_kept[i], 1);
        if (not_delivered) ck_assert_uint_eq(s_kept[i], 0);
    }
}

#define TAKEN(count) (s_kept[0] == (count) && s_kept[1] == (count) && s_kept[2] == (count))
#define BODY_500                                                                                   \
    { .status = 500, .body = "{\"__type\":\"InternalFailure\"}" }
#define FAULT(f)                                                                                   \
    { .fault = (f), .fault_at = 20 }
#define ERROR(code)                                                                                \
    { .status = 400, .body = "{\"__type\":\"" code "\",\"message\":\"no\"}" }

/* The batch of three, its halves of one and two, and those two alone. */
#define REJECTED_FIVE_TIMES                                                                        \
    {.reply = ERROR("InvalidArgumentException")}, {.reply = ERROR("ValidationException")},         \
        {.reply = ERROR("InvalidArgumentException")}, {.reply = ERROR("ValidationException")}, {   \
        .reply = ERROR("SerializationException")                                                   \
    }

/* Three events of one batch; what the server does first; how it ends. */
typedef struct script {
    const char *name;
    step steps[6];
    size_t step_count;
    uint32_t want_requests;
    unsigned want_kept; /* copies of each event */
    fiat_outcome want;
} script;

static const script scripts[] = {
    {"well", {{0}}, 0, 1, 1, FIAT_DELIVERED},
    {"server error before it kept anything", {{.reply = BODY_500}}, 1, 2, 1, FIAT_DELIVERED},
    {"server error after it kept all",
     {{.keeps = true, .reply = BODY_500}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"throttled",
     {{.reply = ERROR("ThrottlingException")}, {.fails = "SSS"}},
     2,
     3,
     1,
     FIAT_DELIVERED},
    {"HTTP 429", {{.reply = {.status = 429, .body = "{}"}}}, 1, 2, 1, FIAT_DELIVERED},
    {"closed without an answer",
     {{.keeps = true, .reply = FAULT(HTTP_FAULT_CLOSE)}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"reset", {{.keeps = true, .reply = FAULT(HTTP_FAULT_RESET)}}, 1, 2, 2, FIAT_DELIVERED},
    {"reset in the reply",
     {{.keeps = true, .reply = FAULT(HTTP_FAULT_RESET_IN_BODY)}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"closed in the reply",
     {{.keeps = true, .reply = FAULT(HTTP_FAULT_CLOSE_IN_BODY)}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"not HTTP", {{.keeps = true, .reply = FAULT(HTTP_FAULT_GARBAGE)}}, 1, 2, 2, FIAT_DELIVERED},
    {"never answered",
     {{.keeps = true, .reply = FAULT(HTTP_FAULT_STALL)}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"slow", {{.keeps = true, .reply = {.delay_ms = 50}}}, 1, 1, 1, FIAT_DELIVERED},
    {"bad JSON",
     {{.keeps = true, .reply = {.body = "{\"FailedPutCount\":0,"}}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"reply for other records",
     {{.keeps = true, .reply = {.body = "{\"FailedPutCount\":0,\"RequestResponses\":[]}"}}},
     1,
     2,
     2,
     FIAT_DELIVERED},
    {"denied for a while", {{.reply = ERROR("AccessDeniedException")}}, 1, 2, 1, FIAT_DELIVERED},
    {"expired keys", {{.reply = ERROR("ExpiredTokenException")}}, 1, 2, 1, FIAT_DELIVERED},
};

/* Those of which the batch is taken apart, and how often one event was sent at most. */
static const struct {
    script script;
    uint32_t want_attempts;
} split_scripts[] = {
    {{"rejected together, taken in halves",
      {{.reply = ERROR("InvalidArgumentException")}},
      1,
      3,
      1,
      FIAT_DELIVERED},
     2},
    {{"too large for a proxy", {{.reply = {.status = 413}}}, 1, 3, 1, FIAT_DELIVERED}, 2},
    {{"rejected", {REJECTED_FIVE_TIMES}, 5, 5, 0, FIAT_NOT_DELIVERED}, 3},
    {{"rejected after it may have arrived",
      {{.keeps = true, .reply = BODY_500}, REJECTED_FIVE_TIMES},
      6,
      6,
      1,
      FIAT_MAYBE},
     4},
};

static void run_script(const script *row, uint32_t want_attempts) {
    s_steps = row->steps;
    s_step_count = row->step_count;
    fiat__producer *producer = open_producer(400, 0);
    for (int i = 0; i < 3; i++)
        append(producer, i, 10);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    check_honest(3);
    for (int i = 0; i < 3; i++)
        ck_assert_msg(s_reports[i][row->want] == 1, "%s", row->name);
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_msg(stats.requests == row->want_requests, "%s: %u requests", row->name,
                  (unsigned)stats.requests);
    ck_assert_msg(TAKEN(row->want_kept), "%s: kept %u %u %u", row->name, s_kept[0], s_kept[1],
                  s_kept[2]);
    ck_assert_uint_eq(s_most_attempts, want_attempts);
    ck_assert_uint_eq(stats.accepted, 3);
    ck_assert_uint_eq(stats.delivered + stats.maybe + stats.not_delivered, 3);
    if (row->want == FIAT_DELIVERED) {
        ck_assert_int_eq(strncmp(s_last_record_id, "id-", 3), 0);
    } else {
        ck_assert_int_eq(s_last_error.status, FIAT_E_AWS_REJECTED);
        ck_assert_int_eq(s_last_error.http_status, 400);
    }
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}

START_TEST(every_fault_ends_honestly) {
    run_script(&scripts[_i], scripts[_i].want_requests);
}
END_TEST

START_TEST(a_refused_batch_is_taken_apart) {
    run_script(&split_scripts[_i].script, split_scripts[_i].want_attempts);
}
END_TEST

START_TEST(sends_again_exactly_the_records_that_failed) {
    static const step steps[] = {{.keeps = true, .fails = "-S--I-"},
                                 {.keeps = true, .fails = "-I"}};
    s_steps = steps;
    s_step_count = 2;
    fiat__producer *producer = open_producer(2000, 0);
    for (int i = 0; i < 6; i++)
        append(producer, i, 10);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    check_honest(6);
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(s_kept[i], 1);
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.requests, 3);
    ck_assert_uint_eq(stats.retried_records, 3);
    ck_assert_uint_eq(stats.records, 6);
    ck_assert_uint_eq(stats.billed_bytes, 6 * 5120);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
    const http_request *request = http_server_request(s_server, 0);
    ck_assert_str_eq(http_request_header(request, "x-amz-target"),
                     "Firehose_20150804.PutRecordBatch");
    ck_assert(strstr(request->body, "{\"DeliveryStreamName\":\"audit\",\"Records\":[{\"Data\":\""));
}
END_TEST

/* Bodies that were hashed in pairs, where the processor does so: the server looks at signatures. */
START_TEST(full_batches_follow_each_other) {
    fiat__producer *producer = open_producer(5000, 0);
    producer->batch_max_count = 50;
    for (int i = 0; i < MAX_EVENTS; i++)
        append(producer, i, i % 200 + 1);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 60000, &err), err);
    if (producer->sink->looks_ahead)
        ck_assert_uint_gt(atomic_load(&producer->streams)->last_place, 0); /* some were foretold */
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.requests, MAX_EVENTS / 50);
    for (int i = 0; i < MAX_EVENTS; i++)
        ck_assert_uint_eq(s_kept[i], 1);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

/* What is left at the deadline: NOT_DELIVERED when the server refused it, MAYBE when it may have
 * kept it. */
START_TEST(close_at_the_deadline_is_honest) {
    static const struct {
        step at;
        fiat_outcome want;
    } ends[] = {
        {{.reply = ERROR("AccessDeniedException")}, FIAT_NOT_DELIVERED},
        {{.reply = ERROR("ThrottlingException")}, FIAT_NOT_DELIVERED},
        {{.keeps = true, .reply = BODY_500}, FIAT_MAYBE},
        {{.keeps = true, .reply = FAULT(HTTP_FAULT_STALL)}, FIAT_MAYBE},
    };
    step steps[50];
    for (size_t i = 0; i < 50; i++)
        steps[i] = ends[_i].at;
    s_steps = steps;
    s_step_count = 50;
    fiat__producer *producer = open_producer(30000, 0);
    producer->opts.retry_backoff_ms = producer->opts.retry_backoff_max_ms = 10000;
    for (int i = 0; i < 3; i++)
        append(producer, i, 10);
    uint64_t left = 0;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(fiat__producer_flush(producer, 0, &err), FIAT_E_INCOMPLETE);
    ck_assert(http_server_wait(s_server, 1, 20000));
    ck_assert_fiat_status(fiat__producer_close(producer, 50, &left, &err), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(left, 3);
    check_honest(3);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(s_reports[i][ends[_i].want], 1);
    ck_assert_int_eq(s_last_error.status, FIAT_E_NOT_DELIVERED);
}
END_TEST

START_TEST(delivery_timeout_is_honest) {
    static step steps[1000];
    for (size_t i = 0; i < 1000; i++)
        steps[i].keeps = i == 0;
    for (size_t i = 0; i < 1000; i++)
        steps[i].reply = (http_reply){.status = 503, .body = "{}"};
    s_steps = steps;
    s_step_count = 1000;
    fiat__producer *producer = open_producer(2000, 100);
    append(producer, 0, 10);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    check_honest(1);
    ck_assert_uint_eq(s_reports[0][FIAT_MAYBE], 1);
    ck_assert(strstr(s_last_error.message, "delivery.timeout.ms"));
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

/* Every kind of answer, by chance, for many events of four threads. */
static const step *step_at_random(void) {
    static const step kinds[] = {
        {.keeps = true},
        {.keeps = true},
        {.keeps = true},
        {.keeps = true, .fails = "S-I-S-I-----I"},
        {.keeps = true, .fails = "I"},
        {.reply = BODY_500},
        {.keeps = true, .reply = BODY_500},
        {.reply = ERROR("ThrottlingException")},
        {.keeps = true, .reply = FAULT(HTTP_FAULT_RESET)},
        {.keeps = true, .reply = FAULT(HTTP_FAULT_RESET_IN_BODY)},
        {.keeps = true, .reply = FAULT(HTTP_FAULT_CLOSE)},
        {.keeps = true, .reply = {.body = "{]"}},
        {.keeps = true, .reply = {.delay_ms = 5}},
        {.reply = ERROR("InvalidArgumentException")},
    };
    return &kinds[fiat__random_below(sizeof kinds / sizeof kinds[0])];
}

typedef struct appender {
    pthread_t thread;
    fiat__producer *producer;
    int first;
} appender;

static void *append_some(void *arg) {
    appender *a = arg;
    for (int i = 0; i < MAX_EVENTS / 4; i++)
        append(a->producer, a->first + i, i % 200 + 1);
    return NULL;
}

START_TEST(threads_under_every_fault) {
    appender appenders[4];
    s_at_random = true;
    fiat__producer *producer = open_producer(5000, 0);
    producer->opts.record_max_events = 7;
    producer->opts.linger_ms = 5;
    for (int i = 0; i < 4; i++) {
        appenders[i] = (appender){.producer = producer, .first = i * MAX_EVENTS / 4};
        ck_assert_int_eq(
            fiat__thread_start(&appenders[i].thread, "append", append_some, &appenders[i], NULL),
            FIAT_OK);
    }
    for (int i = 0; i < 4; i++)
        fiat__thread_join(appenders[i].thread);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 60000, &err), err);
    check_honest(MAX_EVENTS);
    fiat_stats stats;
    fiat__producer_stats(producer, &stats);
    ck_assert_uint_eq(stats.accepted, MAX_EVENTS);
    ck_assert_uint_eq(stats.delivered + stats.maybe + stats.not_delivered, MAX_EVENTS);
    ck_assert_uint_eq(stats.queued, 0);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

/* The server in a process of its own, whose memory is not part of the chaos. Returns its pid. */
static pid_t start_server_process(void) {
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        start_server();
        ssize_t written = write(fds[1], s_url, sizeof s_url);
        while (written == (ssize_t)sizeof s_url)
            pause();
        _exit(1);
    }
    ck_assert_int_eq(read(fds[0], s_url, sizeof s_url), (ssize_t)sizeof s_url);
    return pid;
}

/* Three events through the real client, on this thread. With memory gone for good they cannot be
 * sent, and close gives them up. */
static fiat_status run_without_memory(void *ctx) {
    fiat__producer *producer;
    fiat__producer_stream *stream;
    fiat_error err = FIAT_ERROR_INIT;
    unsigned accepted = 0;
    (void)ctx;
    memset(s_reports, 0, sizeof s_reports);
    fiat_status status = try_open(&producer, 2000, 0, &err);
    if (status != FIAT_OK) return status;
    producer->no_thread = true;
    status = fiat__producer_stream_get(producer, "audit", &stream, &err);
    for (int i = 0; i < 3 && status == FIAT_OK; i++) {
        char text[2] = {(char)('0' + (int)accepted), '\0'};
        fiat__str part = {text, 1};
        fiat_status appended = fiat__producer_append(stream, &part, 1, NULL, NULL, &err);
        ck_assert(appended == FIAT_OK || appended == FIAT_E_NOMEM);
        accepted += appended == FIAT_OK;
    }
    for (int i = 0; i < 50 && fiat__producer_flush(producer, 0, &err) != FIAT_OK; i++) {
        fiat__sender_turn(producer);
        producer->sink->vtable->poll(producer->sink, 2);
    }
    uint64_t left = 0;
    fiat_status closed = fiat__producer_close(producer, 0, &left, &err);
    ck_assert_int_eq(closed, left ? FIAT_E_INCOMPLETE : FIAT_OK);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(s_reports[i][FIAT_DELIVERED] + s_reports[i][FIAT_MAYBE] +
                              s_reports[i][FIAT_NOT_DELIVERED],
                          i < accepted);
    return status;
}

START_TEST(without_memory_nothing_is_lost_silently) {
    set_environment();
    pid_t pid = start_server_process();
    chaos_loop(run_without_memory, NULL);
    ck_assert_uint_eq(s_reports[2][FIAT_DELIVERED], 1); /* the last run, with all its memory */
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

#if !UNDER_TSAN /* which cannot start a thread in the child of a threaded process */
/* The parent's connection outlives a child that logs, closes, and ends. */
START_TEST(fork_leaves_the_parents_connection_alone) {
    fiat__producer *producer = open_producer(5000, 0);
    fiat_error err = FIAT_ERROR_INIT;
    append(producer, 0, 10);
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    pid_t pid = fork();
    if (pid == 0) {
        append(producer, 1, 10);
        fiat_status status = fiat__producer_flush(producer, 20000, &err);
        if (status == FIAT_OK) status = fiat__producer_close(producer, 1000, NULL, &err);
        if (status != FIAT_OK) fprintf(stderr, "child: %s\n", err.message);
        _exit(status != FIAT_OK || s_reports[0][FIAT_DELIVERED] != 1 ||
              s_reports[1][FIAT_DELIVERED] != 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    append(producer, 2, 10);
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
    ck_assert(TAKEN(1));
    ck_assert_uint_eq(http_server_request_count(s_server), 3);
    ck_assert_uint_eq(http_server_request(s_server, 0)->connection,
                      http_server_request(s_server, 2)->connection);
    ck_assert_uint_ne(http_server_request(s_server, 0)->connection,
                      http_server_request(s_server, 1)->connection);
}
END_TEST
#endif

static atomic_bool s_inside, s_may_leave;

static void *stay_inside(void *arg) {
    fiat__fence_enter();
    atomic_store(&s_inside, true);
    while (!atomic_load(&s_may_leave))
        usleep(1000);
    fiat__fence_leave();
    return arg;
}

static int refuse_in_child(fiat__producer *producer) {
    fiat__producer_stream *stream;
    fiat__producer *second;
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__str part = {"1", 1};
    if (fiat__producer_stream_get(producer, "audit", &stream, NULL) != FIAT_OK) return __LINE__;
    if (fiat__producer_append(stream, &part, 1, NULL, NULL, &err) != FIAT_E_UNSUPPORTED)
        return __LINE__;
    if (!strstr(err.message, "fork again, or exec")) return __LINE__;
    if (try_open(&second, 5000, 0, &err) != FIAT_E_UNSUPPORTED) return __LINE__;
    return fiat__producer_close(producer, 1000, NULL, NULL) == FIAT_OK ? 0 : __LINE__;
}

/* A thread that hangs inside libcurl: fork() waits for it, but not for ever. The child says that it
 * cannot log, and does not hang; the parent goes on. */
START_TEST(child_that_cannot_be_sure_of_the_libraries_refuses) {
    fiat__producer *producer = open_producer(5000, 0);
    fiat_error err = FIAT_ERROR_INIT;
    pthread_t thread;
    append(producer, 0, 10);
    ck_assert_int_eq(fiat__thread_start(&thread, "inside", stay_inside, NULL, NULL), FIAT_OK);
    while (!atomic_load(&s_inside))
        usleep(1000);
    int64_t since_ms = fiat__mono_ms(&fiat__clock_system);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        int line = refuse_in_child(producer);
        if (line) fprintf(stderr, "child failed at line %d\n", line);
        _exit(line ? 1 : 0);
    }
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - since_ms, 10000);
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    atomic_store(&s_may_leave, true);
    fiat__thread_join(thread);
    append(producer, 1, 10);
    append(producer, 2, 10);
    ck_assert_fiat_ok(fiat__producer_flush(producer, 20000, &err), err);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
    ck_assert(TAKEN(1));
}
END_TEST

START_TEST(refuses_unknown_sinks) {
    static const char *const bad[] = {"", "s3", "local", "local:", "Firehose", "stdout:"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fiat__sink *sink;
        fiat_error err = FIAT_ERROR_INIT;
        ck_assert_fiat_status(fiat__sink_open(&sink, bad[i], &(fiat__sink_opts){0}, &err),
                              FIAT_E_ARG);
        ck_assert_ptr_null(sink);
        ck_assert(strstr(err.message, "\"firehose\"") && strstr(err.message, "\"local:DIR\"") &&
                  strstr(err.message, "\"stdout\""));
    }
}
END_TEST

START_TEST(names_what_is_missing) {
    fiat__sink *sink;
    fiat_error err = FIAT_ERROR_INIT;
    unsetenv("AWS_REGION");
    unsetenv("AWS_DEFAULT_REGION");
    setenv("AWS_CONFIG_FILE", "/nonexistent/config", 1);
    fiat__sink_opts opts = {.connect_timeout_ms = 1, .request_timeout_ms = 1, .max_in_flight = 1};
    ck_assert_int_ne(fiat__sink_open(&sink, "firehose", &opts, &err), FIAT_OK);
    ck_assert_ptr_null(sink);
    ck_assert_msg(strstr(err.message, "region"), "%s", err.message);
    setenv("AWS_REGION", "eu-central-1", 1);
    ck_assert_fiat_ok(fiat__sink_open(&sink, "firehose", &opts, &err), err);
    sink->vtable->free(sink);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/firehose");
    TCase *tcase = tcase_create("firehose");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 90);
    tcase_add_test(tcase, refuses_unknown_sinks);
    tcase_add_test(tcase, names_what_is_missing);
    tcase_add_loop_test(tcase, every_fault_ends_honestly, 0, sizeof scripts / sizeof scripts[0]);
    tcase_add_loop_test(tcase, a_refused_batch_is_taken_apart, 0,
                        sizeof split_scripts / sizeof split_scripts[0]);
    tcase_add_test(tcase, sends_again_exactly_the_records_that_failed);
    tcase_add_test(tcase, full_batches_follow_each_other);
    tcase_add_loop_test(tcase, close_at_the_deadline_is_honest, 0, 4);
    tcase_add_test(tcase, delivery_timeout_is_honest);
    tcase_add_test(tcase, threads_under_every_fault);
#if !UNDER_TSAN
    tcase_add_test(tcase, fork_leaves_the_parents_connection_alone);
#endif
    tcase_add_test(tcase, child_that_cannot_be_sure_of_the_libraries_refuses);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("chaos");
    tcase_set_timeout(tcase, 90);
    tcase_add_test(tcase, without_memory_nothing_is_lost_silently);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
