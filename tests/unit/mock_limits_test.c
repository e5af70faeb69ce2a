/* Records and requests of exactly the largest size, through the whole client, to a mock that holds
 * AWS's limits to the byte. */
#include "support/test.h"
#include "support/tmpdir.h"

#include <fiat/fiat.h>
#include <fiat/unstable/mock.h>

static fiat_error s_err;
static fiat_mock *s_mock;
static fiat_logger *s_logger;
static char *s_dir;
static char s_event[FIAT_EVENT_MAX_BYTES + 2];

/* A stream without stamps. */
static void make_stream(void) {
    char path[600];
    s_dir = tmpdir_make();
    snprintf(path, sizeof path, "%s/Raw", s_dir);
    ck_assert_fiat_ok(fiat__dir_make(path, &s_err), s_err);
    snprintf(path, sizeof path, "%s/Raw/json_schema.json", s_dir);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c("{}"), false, &s_err), s_err);
}

static void set_up(void) {
    setenv("AWS_ACCESS_KEY_ID", "mock", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "mock", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    unsetenv("AWS_SESSION_TOKEN");
    make_stream();
    ck_assert_fiat_ok(fiat_mock_start(&s_mock, NULL, &s_err), s_err);
}

static void tear_down(void) {
    fiat_mock_stop(s_mock);
    tmpdir_remove(s_dir);
}

/* Nothing goes before flush, unless a request is full. */
static void open_logger(const char *record_max_bytes) {
    s_logger = fiat_configure("firehose", &s_err, "schemas.dir", s_dir, "aws.region", "us-east-1",
                              "aws.endpoint.url", fiat_mock_url(s_mock), "linger.ms", "60000",
                              "record.max.events", "1", "record.max.bytes", record_max_bytes,
                              "requests.max", "1", NULL);
    ck_assert_msg(s_logger != NULL, "%s", s_err.message);
}

static fiat_status log_event(size_t bytes) {
    memset(s_event, 'x', bytes);
    memcpy(s_event, "{\"s\":\"", 6);
    memcpy(s_event + bytes - 2, "\"}", 2);
    return validated_log(s_logger, "Raw", FIAT_JSON(s_event, bytes), &s_err);
}

static const struct {
    size_t event_bytes, count, in_first_request;
    const char *record_max_bytes;
} s_full[] = {
    {FIAT_EVENT_MAX_BYTES, 6, 4, "1024000"}, /* 1,024,000 bytes with the newline */
    {16383, 300, 256, "16384"},              /* 4 MiB of data, 5.6 MB of base64 */
    {30, 600, 500, "31"},
};

START_TEST(full_records_and_requests_are_taken) {
    const size_t count = s_full[_i].count, bytes = s_full[_i].event_bytes;
    open_logger(s_full[_i].record_max_bytes);
    for (size_t i = 0; i < count; i++)
        ck_assert_fiat_ok(log_event(bytes), s_err);
    ck_assert_fiat_ok(fiat_logger_flush(s_logger, 60000, &s_err), s_err);
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 1000, NULL, &s_err), s_err);
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), count);
    fiat_mock_record record = {.struct_size = sizeof record};
    size_t in_first = 0;
    for (size_t i = 0; fiat_mock_get_record(s_mock, i, &record); i++) {
        ck_assert_uint_eq(record.length, bytes + 1);
        in_first += record.request == 0;
    }
    ck_assert_uint_eq(in_first, s_full[_i].in_first_request);
    fiat_mock_stats seen = {.struct_size = sizeof seen};
    fiat_mock_get_stats(s_mock, &seen);
    ck_assert_uint_eq(seen.requests, 2); /* none was refused */
}
END_TEST

START_TEST(one_byte_more_is_refused_at_the_call) {
    open_logger("1024000");
    ck_assert_fiat_status(log_event(FIAT_EVENT_MAX_BYTES + 1), FIAT_E_EVENT_TOO_LARGE);
    ck_assert_fiat_ok(fiat_logger_close(s_logger, 10000, NULL, &s_err), s_err);
    ck_assert_uint_eq(fiat_mock_record_count(s_mock), 0);
}
END_TEST

int main(void) {
    TCase *tcase = tcase_create("limits");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, full_records_and_requests_are_taken, 0,
                        (int)(sizeof s_full / sizeof *s_full));
    tcase_add_test(tcase, one_byte_more_is_refused_at_the_call);
    Suite *suite = suite_create("mock_limits");
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
