/* The mock by itself: scripts, options, what it keeps, and requests as a plain socket makes them.
 */
#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <fiat/unstable/mock.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

static fiat_error s_err;
static fiat_mock *s_mock;
static char s_reply[64 * 1024];

static void start_with(const fiat_mock_opts *opts) {
    ck_assert_fiat_ok(fiat_mock_start(&s_mock, opts, &s_err), s_err);
}

/* Without signatures, which others test. */
static void set_up(void) {
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.no_verify = true;
    start_with(&opts);
}

static void tear_down(void) {
    fiat_mock_stop(s_mock);
    s_mock = NULL;
}

/* Send text and read the reply to the end of the connection. Returns its status; 0: none came. */
static int exchange(const char *url, const char *text, size_t len) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    at.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
    shutdown(fd, SHUT_WR);
    size_t got = 0;
    ssize_t n;
    while ((n = recv(fd, s_reply + got, sizeof s_reply - 1 - got, 0)) > 0)
        got += (size_t)n;
    s_reply[got] = '\0';
    close(fd);
    return got > 9 ? (int)strtol(s_reply + 9, NULL, 10) : 0;
}

static int put(const char *operation, const char *body) {
    char text[4096];
    const int len = snprintf(text, sizeof text,
                             "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.%s\r\n"
                             "Content-Length: %zu\r\n\r\n%s",
                             operation, strlen(body), body);
    return exchange(fiat_mock_url(s_mock), text, (size_t)len);
}

/* A batch for stream "s" of one record with these bytes. */
static int put_bytes(const void *bytes, size_t len) {
    char body[2048];
    fiat__buf data;
    fiat__buf_init(&data, 1024);
    ck_assert(fiat__base64_encode(&data, bytes, len));
    snprintf(body, sizeof body, "{\"DeliveryStreamName\":\"s\",\"Records\":[{\"Data\":\"%s\"}]}",
             fiat__buf_cstr(&data));
    fiat__buf_deinit(&data);
    return put("PutRecordBatch", body);
}

static int put_text(const char *text) {
    return put_bytes(text, strlen(text));
}

/* --- scripts ---------------------------------------------------------------------------------- */

typedef struct script_row {
    const char *script, *error; /* NULL: good */
} script_row;

static const script_row s_scripts[] = {
    {"", NULL},
    {"\n\n", NULL},
    {"# nothing", NULL},
    {"throttle", NULL},
    {"  throttle\tx3 # thrice\r\n", NULL},
    {"delay 250 x2\ndelay 1%\nstall 0.5%\nclear", NULL},
    {"record-failure x2 20", NULL},
    {"error 100%", NULL},
    {"error 0%", NULL},
    {"throttle x0", NULL},
    {"throttle\nthrotle", "line 2: there is no fault throtle"},
    {"throttle 5", "line 1: throttle: the value 5 is over 0"},
    {"record-failure 101", "the value 101 is over 100"},
    {"throttle x", "x: expected are a value"},
    {"throttle x-1", "expected are"},
    {"throttle -1", "expected are"},
    {"throttle 101%", "expected are"},
    {"throttle 100.1%", "expected are"},
    {"throttle 1.25%", "expected are"},
    {"throttle %", "expected are"},
    {"delay 99999999999", "expected are"},
    {"delay 5ms", "expected are"},
    {"tls-refused", "without TLS"},
    {"tls-wrong-host 1%", "without TLS"},
};

START_TEST(reads_scripts) {
    const script_row *row = &s_scripts[_i];
    const fiat_status status = fiat_mock_play(s_mock, row->script, &s_err);
    ck_assert_msg(status == (row->error ? FIAT_E_ARG : FIAT_OK), "%s: %s", row->script,
                  status == FIAT_OK ? "taken" : s_err.message);
    if (row->error)
        ck_assert_msg(strstr(s_err.message, row->error) != NULL, "%s: %s", row->script,
                      s_err.message);
}
END_TEST

START_TEST(plays_in_order) {
    ck_assert_fiat_ok(fiat_mock_play(s_mock, "throttle x2\nok\nunavailable\n", &s_err), s_err);
    static const int wanted[] = {400, 400, 200, 503, 200};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        ck_assert_int_eq(put_text("x"), wanted[i]);
    ck_assert_uint_eq(fiat_mock_fault_count(s_mock, FIAT_MOCK_THROTTLE), 2);
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), 2);
}
END_TEST

START_TEST(a_chance_counts_until_it_is_cleared) {
    ck_assert_fiat_ok(fiat_mock_play(s_mock, "error 100%\nthrottle", &s_err), s_err);
    ck_assert_int_eq(put_text("x"), 400); /* the queue goes first */
    ck_assert_int_eq(put_text("x"), 500);
    ck_assert_int_eq(put_text("x"), 500);
    fiat_mock_clear(s_mock);
    ck_assert_int_eq(put_text("x"), 200);
}
END_TEST

/* The same seed, the same faults. */
START_TEST(a_seed_repeats_itself) {
    int first[40];
    for (int round = 0; round < 2; round++) {
        ck_assert_fiat_ok(fiat_mock_play(s_mock, "error 50%", &s_err), s_err);
        unsigned failed = 0;
        for (int i = 0; i < 40; i++) {
            const int status = put_text("x");
            if (round == 0) first[i] = status;
            ck_assert_int_eq(status, first[i]);
            failed += status == 500;
        }
        ck_assert_uint_gt(failed, 5);
        ck_assert_uint_lt(failed, 35);
        tear_down();
        set_up();
    }
}
END_TEST

/* --- what is kept ----------------------------------------------------------------------------- */

START_TEST(keeps_what_it_takes) {
    ck_assert_int_eq(put_text("{\"id\":\"a\"}\n{\"id\":\"b\"}\nno json\n{\"id\":7}\n"), 200);
    ck_assert_fiat_ok(fiat_mock_push(s_mock, FIAT_MOCK_ERROR_TAKEN, 0, 1, &s_err), s_err);
    ck_assert_int_eq(put_text("{\"id\":\"a\"}"), 500);
    fiat_mock_record record = {.struct_size = sizeof record};
    ck_assert(fiat_mock_get_record(s_mock, 1, &record));
    ck_assert_str_eq(record.stream, "s");
    ck_assert_str_eq(record.data, "{\"id\":\"a\"}");
    ck_assert_uint_eq(record.length, 10);
    ck_assert_uint_eq(record.request, 1);
    ck_assert_int_eq(record.fault, FIAT_MOCK_ERROR_TAKEN);
    ck_assert_uint_eq(strlen(record.record_id), 36);
    ck_assert(!fiat_mock_get_record(s_mock, 2, &record));
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "a"), 2);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "b"), 1);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "7"), 0);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, ""), 0);
    ck_assert(fiat_mock_wait(s_mock, 2, 0));
    ck_assert(!fiat_mock_wait(s_mock, 3, 20));
    fiat_mock_forget(s_mock);
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), 0);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "a"), 0);
    fiat_mock_stats stats = {.struct_size = sizeof stats};
    fiat_mock_get_stats(s_mock, &stats);
    ck_assert_uint_eq(stats.records, 2);
    ck_assert_uint_eq(stats.requests, 2);
}
END_TEST

/* A gzip member of the text behind `at`; where it ends. */
static unsigned char *compress_to(unsigned char *at, const char *text) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)text, .avail_in = (unsigned)strlen(text)};
    z.next_out = at;
    z.avail_out = 512;
    ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.next_out;
}

START_TEST(counts_events_through_gzip) {
    unsigned char bytes[1024];
    unsigned char *end = compress_to(bytes, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
    end = compress_to(end, "{\"id\":\"a\"}\n");
    ck_assert_int_eq(put_bytes(bytes, (size_t)(end - bytes)), 200);
    ck_assert_int_eq(put_bytes(bytes, (size_t)(end - bytes) - 1), 200); /* cut short: no gzip */
    ck_assert_int_eq(put_bytes(bytes, 2), 200);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "a"), 2);
    ck_assert_uint_eq(fiat_mock_event_count(s_mock, "b"), 1);
    fiat_mock_record record = {.struct_size = sizeof record};
    ck_assert(fiat_mock_get_record(s_mock, 0, &record)); /* kept as it came */
    ck_assert_mem_eq(record.data, bytes, record.length);
}
END_TEST

START_TEST(counts_many_events) {
    char text[1024], id[16];
    for (int i = 0; i < 1500; i += 3) {
        snprintf(text, sizeof text, "{\"id\":\"e%d\"}\n{\"id\":\"e%d\"}\n{\"id\":\"e%d\"}\n", i,
                 i + 1, i + 2);
        ck_assert_int_eq(put_text(text), 200);
    }
    for (int i = 0; i < 1500; i++) {
        snprintf(id, sizeof id, "e%d", i);
        ck_assert_uint_eq(fiat_mock_event_count(s_mock, id), 1);
    }
}
END_TEST

START_TEST(answers_a_single_record) {
    ck_assert_int_eq(
        put("PutRecord", "{\"DeliveryStreamName\":\"s\",\"Record\":{\"Data\":\"eA==\"}}"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\"RecordId\":\""));
    ck_assert_fiat_ok(fiat_mock_push(s_mock, FIAT_MOCK_RECORD_UNAVAILABLE, 0, 1, &s_err), s_err);
    ck_assert_int_eq(
        put("PutRecord", "{\"DeliveryStreamName\":\"s\",\"Record\":{\"Data\":\"eA==\"}}"), 503);
    ck_assert_ptr_nonnull(strstr(s_reply, "Slow down."));
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), 1);
}
END_TEST

/* --- hostile requests ------------------------------------------------------------------------- */

typedef struct request_row {
    const char *text;
    int status; /* 0: the connection ends without an answer */
} request_row;

static const request_row s_requests[] = {
    {"", 0},
    {"\r\n\r\n", 400},
    {"nonsense\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\n", 0},
    {"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc", 0},
    {"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 0},
    {"POST / HTTP/1.1\r\nX-Amz-Target: Firehose_20150804.PutRecordBatch\r\n\r\n", 400},
    {"POST / HTTP/1.1\r\nX-Amz-Target: Firehose_20150804.PutRecordBatch\r\nContent-Length: 2\r\n"
     "\r\n[]",
     400},
    {"POST / HTTP/1.1\r\nExpect: 100-continue\r\nX-Amz-Target: "
     "Firehose_20150804.Nothing\r\nContent-Length: 2\r\n\r\n{}",
     400},
};

START_TEST(bears_any_request) {
    const request_row *row = &s_requests[_i];
    ck_assert_int_eq(exchange(fiat_mock_url(s_mock), row->text, strlen(row->text)), row->status);
    ck_assert_int_eq(put_text("x"), 200); /* and goes on */
}
END_TEST

START_TEST(bears_an_endless_header) {
    char *text = malloc(80000);
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', 80000);
    memcpy(text, "GET /", 5);
    /* The mock hangs up at 64 KiB; what is sent then may find nobody. */
    (void)exchange(fiat_mock_url(s_mock), text, 65536);
    free(text);
    ck_assert_int_eq(put_text("x"), 200);
}
END_TEST

/* --- credentials ------------------------------------------------------------------------------ */

static int get(const char *method, const char *path, const char *header) {
    char text[512];
    const int len = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\n%s\r\n", method, path, header);
    return exchange(fiat_mock_credentials_url(s_mock), text, (size_t)len);
}

START_TEST(gives_out_credentials) {
#define TOKEN "X-aws-ec2-metadata-token: mock-metadata-token\r\n"
#define ROLES "/latest/meta-data/iam/security-credentials/"
    ck_assert_int_eq(get("GET", "/latest/api/token", ""), 401);
    ck_assert_int_eq(get("PUT", "/latest/api/token", ""), 400);
    ck_assert_int_eq(
        get("PUT", "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\r\n\r\nmock-metadata-token"));
    ck_assert_int_eq(get("GET", ROLES, ""), 401); /* version 1 */
    ck_assert_int_eq(get("GET", ROLES, "X-aws-ec2-metadata-token: another\r\n"), 401);
    ck_assert_int_eq(get("GET", ROLES, TOKEN), 200);
    ck_assert_int_eq(get("GET", ROLES "another", TOKEN), 404);
    ck_assert_int_eq(get("GET", ROLES "mock-role", TOKEN), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\"AccessKeyId\":\"ASIAMOCK00000000\""));
    ck_assert_int_eq(get("GET", "/v2/credentials", ""), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\"AccessKeyId\":\"ASIAMOCK00000001\""));
    ck_assert_int_eq(get("GET", "/", ""), 404);
    fiat_mock_spoil_credentials(s_mock, 503, 0);
    ck_assert_int_eq(get("GET", "/v2/credentials", ""), 503);
    fiat_mock_spoil_credentials(s_mock, 0, 50);
    const int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    ck_assert_int_eq(get("PUT", "/latest/api/token", ""), 400);
    ck_assert_int_ge(fiat__mono_ms(&fiat__clock_system) - start_ms, 50);
    fiat_mock_stats stats = {.struct_size = sizeof stats};
    fiat_mock_get_stats(s_mock, &stats);
    ck_assert_uint_eq(stats.keys, 2);
}
END_TEST

typedef struct form_row {
    const char *form;
    int status;
    const char *part;
} form_row;

#define WHO "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=s"

static const form_row s_forms[] = {
    {"Action=AssumeRole&" WHO, 200,
     "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
     "<Credentials><AccessKeyId>ASIAMOCK00000000</AccessKeyId><SecretAccessKey>"},
    {WHO "&WebIdentityToken=t&Action=AssumeRoleWithWebIdentity", 200,
     "</AssumedRoleUser></AssumeRoleWithWebIdentityResult><ResponseMetadata>"},
    {"Action=GetSessionToken", 200, "</Credentials></GetSessionTokenResult>"},
    {"Action=GetCallerIdentity", 200, "<Account>000000000000</Account></GetCallerIdentityResult>"},
    {"Action=AssumeRole&RoleArn=r", 400,
     "<Code>ValidationError</Code><Message>1 validation error "
     "detected: Value null at 'RoleSessionName'"},
    {"Action=AssumeRole&RoleArn=&RoleSessionName=s", 400, "Value null at 'RoleArn'"},
    {"Action=AssumeRoleWithWebIdentity&" WHO, 400, "Value null at 'WebIdentityToken'"},
    {"Action=AssumeRoleWithSAML", 400, "<Code>InvalidAction</Code>"},
    {"xAction=AssumeRole", 400, "<Code>InvalidAction</Code>"},
    {"Action", 400, "<Code>InvalidAction</Code>"},
    {"&&=&", 400, "<Code>InvalidAction</Code>"},
    {"", 400, "<Code>InvalidAction</Code>"},
};

START_TEST(lends_roles) {
    const form_row *row = &s_forms[_i];
    char text[1024];
    const int len = snprintf(text, sizeof text, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%s",
                             strlen(row->form), row->form);
    ck_assert_int_eq(exchange(fiat_mock_credentials_url(s_mock), text, (size_t)len), row->status);
    ck_assert_msg(strstr(s_reply, row->part) != NULL, "%s", s_reply);
}
END_TEST

START_TEST(lends_roles_of_identity_center) {
#define FEDERATION "/federation/credentials?role_name=r&account_id=1"
#define BEARER     "x-amz-sso_bearer_token: t\r\n"
    ck_assert_int_eq(get("GET", FEDERATION, BEARER), 200);
    ck_assert_ptr_nonnull(
        strstr(s_reply, "{\"roleCredentials\":{\"accessKeyId\":\"ASIAMOCK00000000\""));
    ck_assert_int_eq(get("GET", FEDERATION, ""), 401);
    ck_assert_ptr_nonnull(strstr(s_reply, "UnauthorizedException"));
    ck_assert_int_eq(get("GET", "/federation/credentials?role_name=r", BEARER), 400);
}
END_TEST

/* --- streams ---------------------------------------------------------------------------------- */

static void start_with_streams(const char *streams) {
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.no_verify = true;
    opts.streams = streams;
    tear_down();
    start_with(&opts);
}

#define NAME(name) "{\"DeliveryStreamName\":\"" name "\"}"

START_TEST(knows_its_streams) {
    start_with_streams("b,a,b");
    ck_assert_int_eq(put("ListDeliveryStreams", "{}"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "{\"DeliveryStreamNames\":[\"a\",\"b\"],"
                                          "\"HasMoreDeliveryStreams\":false}"));
    ck_assert_int_eq(put("ListDeliveryStreams", "{\"Limit\":1}"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "[\"a\"],\"HasMoreDeliveryStreams\":true"));
    ck_assert_int_eq(put("ListDeliveryStreams", "{\"ExclusiveStartDeliveryStreamName\":\"a\"}"),
                     200);
    ck_assert_ptr_nonnull(strstr(s_reply, "[\"b\"],\"HasMoreDeliveryStreams\":false"));
    ck_assert_int_eq(put("ListDeliveryStreams", "{\"Limit\":0}"), 400);
    ck_assert_int_eq(put("DescribeDeliveryStream", NAME("a")), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\"DeliveryStreamStatus\":\"ACTIVE\""));
    ck_assert_int_eq(put("DescribeDeliveryStream", NAME("s")), 400);
    ck_assert_ptr_nonnull(strstr(s_reply, "ResourceNotFoundException"));
    ck_assert_int_eq(put("DescribeDeliveryStream", "{}"), 400);
    ck_assert_int_eq(put_text("x"), 400);
    ck_assert_int_eq(put("CreateDeliveryStream", NAME("s")), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, ":deliverystream/s\"}"));
    ck_assert_int_eq(put_text("x"), 200);
    ck_assert_int_eq(put("CreateDeliveryStream", NAME("s")), 400);
    ck_assert_ptr_nonnull(strstr(s_reply, "ResourceInUseException"));
    ck_assert_int_eq(put("DeleteDeliveryStream", NAME("s")), 200);
    ck_assert_int_eq(put("DeleteDeliveryStream", NAME("s")), 400);
    ck_assert_int_eq(put_text("x"), 400);
}
END_TEST

START_TEST(has_any_stream) {
    ck_assert_int_eq(put_text("x"), 200);
    ck_assert_int_eq(put("DescribeDeliveryStream", NAME("t")), 200);
    ck_assert_int_eq(put("ListDeliveryStreams", "{}"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "[\"s\",\"t\"]"));
    for (int i = 0; i < 40; i++) { /* more than there is room for at first */
        char body[64];
        snprintf(body, sizeof body, NAME("n%d"), i);
        ck_assert_int_eq(put("CreateDeliveryStream", body), 200);
    }
    ck_assert_int_eq(put("ListDeliveryStreams", "{\"Limit\":100}"), 200);
    ck_assert_ptr_nonnull(strstr(s_reply, "\"n9\",\"s\",\"t\"]"));
}
END_TEST

/* --- options ---------------------------------------------------------------------------------- */

START_TEST(refuses_wrong_options) {
    fiat_mock *mock = s_mock;
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.struct_size = 0;
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_ARG);
    ck_assert_ptr_null(mock);
    fiat_mock_opts_init(&opts);
    opts.access_key_id = NULL;
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_ARG);
    fiat_mock_opts_init(&opts);
    opts.credentials_ttl_s = 0;
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_ARG);
    fiat_mock_opts_init(&opts);
    opts.streams = "a,,b";
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_ARG);
    ck_assert_ptr_nonnull(strstr(s_err.message, "streams: \"\" is no name"));
    opts.streams = "a b";
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_ARG);
    fiat_mock_opts_init(&opts);
    opts.port = (uint16_t)strtoul(strrchr(fiat_mock_url(s_mock), ':') + 1, NULL, 10);
    ck_assert_fiat_status(fiat_mock_start(&mock, &opts, &s_err), FIAT_E_IO);
    ck_assert_ptr_nonnull(strstr(s_err.message, "port"));
    ck_assert_fiat_status(fiat_mock_start(NULL, NULL, NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_mock_push(s_mock, FIAT_MOCK_FAULT_COUNT, 0, 1, NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_mock_chance(s_mock, FIAT_MOCK_ERROR, 0, 1001, NULL), FIAT_E_ARG);
    ck_assert_ptr_null(fiat_mock_fault_name(FIAT_MOCK_FAULT_COUNT));
    fiat_mock_stop(NULL);
}
END_TEST

/* Records of a second's worth, then none, then more as time passes. */
START_TEST(keeps_to_a_quota) {
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.no_verify = true;
    opts.records_per_s = 20;
    tear_down();
    start_with(&opts);
    const int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    unsigned taken = 0;
    while (fiat__mono_ms(&fiat__clock_system) - start_ms < 500) {
        ck_assert_int_eq(put_text("x"), 200);
        taken += strstr(s_reply, "\"FailedPutCount\":0") != NULL;
    }
    const int64_t passed_ms = fiat__mono_ms(&fiat__clock_system) - start_ms;
    ck_assert_uint_ge(taken, 20);
    ck_assert_int_le(taken, 21 + 20 * passed_ms / 1000);
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), taken);
}
END_TEST

/* Stop does not wait for what stalls. */
START_TEST(stops_at_once) {
    ck_assert_fiat_ok(fiat_mock_play(s_mock, "delay 60000", &s_err), s_err);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    at.sin_port = htons((uint16_t)strtoul(strrchr(fiat_mock_url(s_mock), ':') + 1, NULL, 10));
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
    fiat_mock_stats stats = {.struct_size = sizeof stats};
    while (stats.requests == 0)
        fiat_mock_get_stats(s_mock, &stats);
    const int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    tear_down();
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - start_ms, 10000);
    close(fd);
}
END_TEST

/* The page lists every fault. */
START_TEST(the_page_names_each_fault) {
    fiat__buf page;
    char path[1024], name[64];
    const char *top = getenv("top_srcdir");
    fiat__buf_init(&page, 1024 * 1024);
    snprintf(path, sizeof path, "%s/docs/mock.md", top ? top : "..");
    ck_assert_fiat_ok(fiat__file_read(path, &page, &s_err), s_err);
    for (int kind = 0; kind < FIAT_MOCK_FAULT_COUNT; kind++) {
        snprintf(name, sizeof name, "\n| `%s` |", fiat_mock_fault_name((fiat_mock_fault)kind));
        ck_assert_msg(strstr(fiat__buf_cstr(&page), name) != NULL, "%s has no row in %s", name,
                      path);
    }
    fiat__buf_deinit(&page);
}
END_TEST

int main(void) {
    TCase *tcase = tcase_create("mock");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, reads_scripts, 0, (int)(sizeof s_scripts / sizeof *s_scripts));
    tcase_add_test(tcase, plays_in_order);
    tcase_add_test(tcase, a_chance_counts_until_it_is_cleared);
    tcase_add_test(tcase, a_seed_repeats_itself);
    tcase_add_test(tcase, keeps_what_it_takes);
    tcase_add_test(tcase, counts_many_events);
    tcase_add_test(tcase, answers_a_single_record);
    tcase_add_loop_test(tcase, bears_any_request, 0, (int)(sizeof s_requests / sizeof *s_requests));
    tcase_add_test(tcase, bears_an_endless_header);
    tcase_add_test(tcase, counts_events_through_gzip);
    tcase_add_test(tcase, gives_out_credentials);
    tcase_add_loop_test(tcase, lends_roles, 0, (int)(sizeof s_forms / sizeof *s_forms));
    tcase_add_test(tcase, lends_roles_of_identity_center);
    tcase_add_test(tcase, knows_its_streams);
    tcase_add_test(tcase, has_any_stream);
    tcase_add_test(tcase, refuses_wrong_options);
    tcase_add_test(tcase, keeps_to_a_quota);
    tcase_add_test(tcase, stops_at_once);
    tcase_add_test(tcase, the_page_names_each_fault);
    Suite *suite = suite_create("mock");
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
