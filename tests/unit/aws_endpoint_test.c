/* Endpoints: strict URLs, and the order of the settings; and what error codes mean. */
#include "aws/endpoint.h"
#include "aws/error_class.h"
#include "base/file.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char s_config_path[] = "/tmp/fiat-endpoint-XXXXXX";

static void set_up(void) {
    static const char *const names[] = {"AWS_PROFILE",
                                        "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_FIREHOSE",
                                        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                                        "AWS_USE_FIPS_ENDPOINT",
                                        "AWS_USE_DUALSTACK_ENDPOINT"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("AWS_CONFIG_FILE", s_config_path, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
}

static void write_config(const char *text) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__file_replace(s_config_path, fiat__str_c(text), false, &err), err);
}

static const char *const s_bad_urls[] = {
    "",
    "firehose.eu-central-1.amazonaws.com",
    "ftp://host",
    "//host",
    "http:/host",
    "http://",
    "http:///path",
    "http://:80",
    "http://user:password@host",
    "http://host?x=y",
    "http://host/#x",
    "http://host:",
    "http://host:0",
    "http://host:65536",
    "http://host:80x",
    "http://host:+80",
    "http://ho st",
    "http://host/a b",
    "http://host/a\r\nX: y",
    "http://host\r\n",
    "http://[::1",
    "http://[]",
    "http://[::1]x",
    "http://.host",
    "http://host/%4",
    "http://host/\xc3\xbc",
    "http://host\\evil",
};

START_TEST(bad_url_is_refused) {
    fiat__aws_endpoint out;
    fiat_error err;
    ck_assert_fiat_status(fiat__aws_endpoint_parse(&out, s_bad_urls[_i], "AWS_ENDPOINT_URL", &err),
                          FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "AWS_ENDPOINT_URL: "));
    ck_assert_ptr_null(strstr(err.message, "password"));
}
END_TEST

START_TEST(overlong_parts_are_refused) {
    fiat__aws_endpoint out;
    char url[1024];
    snprintf(url, sizeof url, "http://%0300d", 0);
    ck_assert_fiat_status(fiat__aws_endpoint_parse(&out, url, "x", NULL), FIAT_E_CONFIG);
    snprintf(url, sizeof url, "http://host/%0300d", 0);
    ck_assert_fiat_status(fiat__aws_endpoint_parse(&out, url, "x", NULL), FIAT_E_CONFIG);
}
END_TEST

static const struct good_url {
    const char *url;
    bool tls;
    const char *host, *host_header, *path, *whole;
    int port;
} s_good_urls[] = {
    {"http://localhost:4566", false, "localhost", "localhost:4566", "/", "http://localhost:4566/",
     4566},
    {"HTTPS://Host.Example:443/", true, "host.example", "host.example", "/",
     "https://host.example/", 443},
    {"http://h:443/a/b//", false, "h", "h:443", "/a/b", "http://h:443/a/b", 443},
    {"https://[::1]:8443/%7Ex", true, "[::1]", "[::1]:8443", "/%7Ex", "https://[::1]:8443/%7Ex",
     8443},
    {"http://127.0.0.1", false, "127.0.0.1", "127.0.0.1", "/", "http://127.0.0.1/", 80},
};

START_TEST(good_url_is_taken_apart) {
    const struct good_url *row = &s_good_urls[_i];
    fiat__aws_endpoint out;
    fiat_error err;
    ck_assert_fiat_ok(fiat__aws_endpoint_parse(&out, row->url, "x", &err), err);
    ck_assert_int_eq(out.tls, row->tls);
    ck_assert_str_eq(out.host, row->host);
    ck_assert_str_eq(out.host_header, row->host_header);
    ck_assert_str_eq(out.path, row->path);
    ck_assert_str_eq(out.url, row->whole);
    ck_assert_int_eq(out.port, row->port);
}
END_TEST

static fiat_status resolve(fiat__aws_endpoint *out, const char *service, const char *region,
                           const char *url, fiat_error *err) {
    const fiat__aws_endpoint_opts opts = {.service = service, .region = region, .url = url};
    return fiat__aws_endpoint_resolve(out, &opts, err);
}

START_TEST(region_must_be_there_and_look_like_one) {
    static const char *const bad[] = {
        "",           "EU-CENTRAL-1",
        "eu.central", "-eu",
        "eu-",        "eu/x",
        "a b",        "eu\n",
        "\xc3\xbc",   "0123456789012345678901234567890123456789012345678901234567890123"};
    fiat__aws_endpoint out;
    fiat_error err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_fiat_status(resolve(&out, "firehose", bad[i], "http://localhost", &err),
                              FIAT_E_CONFIG);
}
END_TEST

static void assert_url(const char *service, const char *region, const char *explicit_url,
                       const char *want) {
    fiat__aws_endpoint out;
    fiat_error err;
    ck_assert_fiat_ok(resolve(&out, service, region, explicit_url, &err), err);
    ck_assert_str_eq(out.url, want);
}

/* Names that older tools took for regions, and a variant that a region is known not to have. A URL
 * of one's own says where it is. */
START_TEST(places_that_cannot_be_are_refused) {
    static const struct {
        const char *region, *url, *part;
        bool fips;
    } rows[] = {{"fips-us-east-1", "", "leave fips out of its name", false},
                {"us-gov-west-1-fips", "", "leave fips out of its name", true},
                {"aws-global", "", "is no place", false},
                {"eu-central-1", "", "no FIPS endpoint in eu-central-1: take away aws.fips", true},
                {"eu-central-1", "http://host", NULL, false},
                {"eu-central-1", "", NULL, false},
                {"eu-new-1", "", NULL, true}};
    fiat__aws_endpoint out;
    fiat_error err;
    const fiat__aws_endpoint_opts opts = {.service = "firehose",
                                          .region = rows[_i].region,
                                          .url = rows[_i].url,
                                          .fips = rows[_i].fips};
    write_config("");
    fiat_status status = fiat__aws_endpoint_resolve(&out, &opts, &err);
    ck_assert_int_eq(status, rows[_i].part ? FIAT_E_CONFIG : FIAT_OK);
    if (rows[_i].part) ck_assert_ptr_nonnull(strstr(err.message, rows[_i].part));
}
END_TEST

/* What botocore's rules say, as tests/integration/aws_endpoint_botocore.py wrote it. */
START_TEST(own_endpoint_is_that_of_the_rules) {
    FILE *table = fopen(DATA_DIR "/endpoints/own.txt", "r");
    char service[64], region[64], want[256];
    int fips, dualstack, rows = 0;
    ck_assert_ptr_nonnull(table);
    for (; fscanf(table, "%63s %63s %d %d %255s", service, region, &fips, &dualstack, want) == 5;
         rows++) {
        const fiat__aws_endpoint_opts opts = {
            .service = service, .region = region, .fips = fips != 0, .dualstack = dualstack != 0};
        fiat__aws_endpoint out;
        fiat_error err;
        fiat_status status = fiat__aws_endpoint_resolve(&out, &opts, &err);
        ck_assert_str_eq(status == FIAT_OK ? out.url : "error", want);
        if (status == FIAT_OK) continue;
        ck_assert_fiat_status(status, FIAT_E_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.message, "Firehose has no FIPS endpoint in "));
    }
    fclose(table);
    ck_assert_int_gt(rows, 100);
}
END_TEST

START_TEST(variables_ask_for_variants) {
    setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
    assert_url("firehose", "us-east-1", "", "https://firehose-fips.us-east-1.amazonaws.com/");
    setenv("AWS_USE_DUALSTACK_ENDPOINT", "TRUE", 1);
    assert_url("firehose", "us-east-1", "", "https://firehose-fips.us-east-1.api.aws/");
    setenv("AWS_USE_FIPS_ENDPOINT", "false", 1);
    assert_url("firehose", "us-east-1", "", "https://firehose.us-east-1.api.aws/");
}
END_TEST

START_TEST(settings_of_ours_ask_for_variants) {
    const fiat__aws_endpoint_opts both = {
        .service = "firehose", .region = "us-west-2", .fips = true, .dualstack = true};
    fiat__aws_endpoint out;
    fiat_error err;
    write_config("");
    ck_assert_fiat_ok(fiat__aws_endpoint_resolve(&out, &both, &err), err);
    ck_assert_str_eq(out.url, "https://firehose-fips.us-west-2.api.aws/");
    const fiat__aws_endpoint_opts sts = {.service = "sts", .region = "us-gov-west-1", .fips = true};
    ck_assert_fiat_ok(fiat__aws_endpoint_resolve(&out, &sts, &err), err);
    ck_assert_str_eq(out.url, "https://sts.us-gov-west-1.amazonaws.com/");
}
END_TEST

START_TEST(url_of_ones_own_is_no_variant) {
    static const char *const variables[] = {"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"};
    fiat__aws_endpoint out;
    fiat_error err;
    for (size_t i = 0; i < 2; i++) {
        setenv(variables[i], "true", 1);
        ck_assert_fiat_status(resolve(&out, "firehose", "us-east-1", "http://own", &err),
                              FIAT_E_CONFIG);
        ck_assert_ptr_nonnull(strstr(err.message, i == 0 ? "FIPS" : "dual-stack"));
        unsetenv(variables[i]);
    }
}
END_TEST

START_TEST(settings_rank_as_in_the_sdks) {
    write_config("[default]\nuse_fips_endpoint = true\n");
    assert_url("firehose", "us-east-1", "", "https://firehose-fips.us-east-1.amazonaws.com/");
    write_config("[default]\nendpoint_url = http://general\n");
    assert_url("firehose", "us-east-1", "", "http://general/");
    write_config("[default]\nendpoint_url = http://general\nservices = mine\n"
                 "[services mine]\nfirehose =\n  endpoint_url = http://special\n"
                 "cloudwatch_logs = \n  endpoint_url = http://logs\n");
    assert_url("firehose", "us-east-1", "", "http://special/");
    assert_url("logs", "us-east-1", "", "http://logs/");
    assert_url("sts", "us-east-1", "", "http://general/");
    setenv("AWS_ENDPOINT_URL", "http://env", 1);
    assert_url("firehose", "us-east-1", "", "http://env/");
    setenv("AWS_ENDPOINT_URL_FIREHOSE", "http://env-firehose", 1);
    assert_url("firehose", "us-east-1", "", "http://env-firehose/");
    assert_url("sts", "us-east-1", "", "http://env/");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    assert_url("firehose", "us-east-1", "", "https://firehose.us-east-1.amazonaws.com/");
    assert_url("firehose", "us-east-1", "http://explicit:1", "http://explicit:1/");
}
END_TEST

START_TEST(bad_setting_is_named) {
    fiat__aws_endpoint out;
    fiat_error err;
    write_config("[default]\nendpoint_url = nonsense\n");
    ck_assert_fiat_status(resolve(&out, "firehose", "us-east-1", "", &err), FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "endpoint_url of profile \"default\""));
    setenv("AWS_ENDPOINT_URL_FIREHOSE", "nonsense", 1);
    ck_assert_fiat_status(resolve(&out, "firehose", "us-east-1", "", &err), FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "AWS_ENDPOINT_URL_FIREHOSE: "));
}
END_TEST

static const struct class_row {
    int http_status;
    const char *error_type, *body;
    fiat__aws_class class;
    fiat_status status;
    const char *code;
} s_classes[] = {
    {200, "", "", FIAT__AWS_OK, FIAT_OK, ""},
    {400, "", "{\"__type\":\"a.b#SlowDown:http://x\"}", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED,
     "SlowDown"},
    {400, "", "{\"code\":\"ThrottledException\"}", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED,
     "ThrottledException"},
    {400, "", "{\"__type\":\"InvalidKMSResourceException\",\"code\":\"KMSDisabled\"}",
     FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED, "InvalidKMSResourceException"},
    {400, "InvalidArgumentException", "{\"__type\":\"Other\"}", FIAT__AWS_TERMINAL,
     FIAT_E_AWS_REJECTED, "InvalidArgumentException"},
    {400, "", "{\"__type\":\"NeverSeenException\"}", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED,
     "NeverSeenException"},
    {403, "", "{\"__type\":\"NeverSeenException\"}", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED,
     "NeverSeenException"},
    {500, "", "{\"__type\":\"NeverSeenException\"}", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER,
     "NeverSeenException"},
    {403, "", "{\"__type\":\"UnrecognizedClientException\"}", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH,
     "UnrecognizedClientException"},
    {403, "", "{\"message\":\"Missing\",\"__type\":\"MissingAuthenticationTokenException\"}",
     FIAT__AWS_PAUSE, FIAT_E_AWS_AUTH, "MissingAuthenticationTokenException"},
    {429, "", "", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED, ""},
    {408, "", "", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER, ""},
    {503, "", "{\"__type\":5}", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER, ""},
    {413, "", "<html>", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED, ""},
    {407, "", "", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED, ""},
    {404, "", "[]", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND, ""},
    {400, "", "\xff\xfe", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED, ""},
    {400, "", "{\"__type\":\"#\"}", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED, ""},
};

START_TEST(code_and_status_give_the_class) {
    const struct class_row *row = &s_classes[_i];
    const fiat__aws_reply reply = {.http_status = row->http_status,
                                   .error_type = fiat__str_c(row->error_type),
                                   .body = fiat__str_c(row->body),
                                   .host = "host"};
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(fiat__aws_classify(&reply, &err), row->class);
    ck_assert_int_eq(fiat__aws_classify(&reply, NULL), row->class);
    ck_assert_fiat_status((fiat_status)err.status, row->status);
    ck_assert_str_eq(err.aws_code, row->code);
}
END_TEST

START_TEST(long_message_is_cut_between_characters) {
    char body[1024] = "{\"__type\":\"ValidationException\",\"message\":\"x";
    for (int i = 0; i < 200; i++)
        strcat(body, "\xe4\xbd\xa0");
    strcat(body, "\"}");
    const fiat__aws_reply reply = {.http_status = 400, .body = fiat__str_c(body), .host = "h"};
    fiat_error err;
    fiat__aws_classify(&reply, &err);
    size_t len = strlen(err.message);
    ck_assert_uint_lt(len, sizeof err.message);
    ck_assert_int_eq(memcmp(err.message + len - 3, "\xe4\xbd\xa0", 3), 0);
}
END_TEST

int main(void) {
    int fd = mkstemp(s_config_path);
    if (fd < 0) return EXIT_FAILURE;
    close(fd);
    Suite *suite = suite_create("aws/endpoint");
    TCase *tcase = tcase_create("endpoint");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, bad_url_is_refused, 0, sizeof s_bad_urls / sizeof s_bad_urls[0]);
    tcase_add_test(tcase, overlong_parts_are_refused);
    tcase_add_test(tcase, region_must_be_there_and_look_like_one);
    tcase_add_loop_test(tcase, good_url_is_taken_apart, 0,
                        sizeof s_good_urls / sizeof s_good_urls[0]);
    tcase_add_loop_test(tcase, places_that_cannot_be_are_refused, 0, 7);
    tcase_add_test(tcase, own_endpoint_is_that_of_the_rules);
    tcase_add_test(tcase, variables_ask_for_variants);
    tcase_add_test(tcase, settings_of_ours_ask_for_variants);
    tcase_add_test(tcase, url_of_ones_own_is_no_variant);
    tcase_add_test(tcase, settings_rank_as_in_the_sdks);
    tcase_add_test(tcase, bad_setting_is_named);
    tcase_add_loop_test(tcase, code_and_status_give_the_class, 0,
                        sizeof s_classes / sizeof s_classes[0]);
    tcase_add_test(tcase, long_message_is_cut_between_characters);
    suite_add_tcase(suite, tcase);
    int result = fiat_test_run(suite);
    unlink(s_config_path);
    return result;
}
