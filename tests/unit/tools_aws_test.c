/* Where a command finds a service: options, settings, environment, and what beats what. */
#include "aws.h"
#include "aws/svc/service_private.h"
#include "support/test.h"

static void set_up(void) {
    static const char *const names[] = {
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ATHENA", "AWS_REGION",  "AWS_DEFAULT_REGION",
        "AWS_PROFILE",      "FIAT_AWS_REGION",         "FIAT_CONFIG", "FIAT_AWS_ENDPOINT_URL"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("AWS_CONFIG_FILE", "/nonexistent/config", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
}

#define AWS_URL "https://vpce-1.firehose.eu-west-1.vpce.amazonaws.com"

static const struct row {
    const char *service, *option, *setting, *variable, *host;
} s_rows[] = {
    {"athena", NULL, "", NULL, "athena.eu-west-1.amazonaws.com"},
    {"firehose", NULL, "http://127.0.0.1:4000", NULL, "127.0.0.1"},
    {"athena", NULL, "http://127.0.0.1:4000", NULL, "127.0.0.1"},
    {"athena", "http://option", "http://127.0.0.1:4000", "http://variable", "option"},
    {"firehose", "http://option", AWS_URL, NULL, "option"},
    /* A URL of AWS's is of one service. */
    {"firehose", NULL, AWS_URL, NULL, "vpce-1.firehose.eu-west-1.vpce.amazonaws.com"},
    {"athena", NULL, AWS_URL, NULL, "athena.eu-west-1.amazonaws.com"},
    /* Who names Athena's means it. */
    {"athena", NULL, "http://127.0.0.1:4000", "http://variable", "variable"},
    {"athena", NULL, AWS_URL, "http://variable", "variable"},
    {"iam", NULL, "", NULL, "iam.amazonaws.com"},
};

START_TEST(endpoints) {
    const struct row *row = &s_rows[_i];
    const struct aws_flags flags = {.region = "eu-west-1", .endpoint_url = row->option};
    fiat_config *config;
    fiat__service *service;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat_config_new(&config, &err), err);
    ck_assert_fiat_ok(fiat_config_set(config, "aws.endpoint.url", row->setting, &err), err);
    if (row->variable) setenv("AWS_ENDPOINT_URL_ATHENA", row->variable, 1);
    ck_assert_fiat_ok(aws_open(&service, row->service, config, &flags, &err), err);
    ck_assert_str_eq(service->base.host, row->host);
    fiat__service_free(service);
    fiat_config_free(config);
}
END_TEST

START_TEST(settings_reach_the_service) {
    struct aws_flags flags = {0};
    fiat_config *config;
    fiat__service *service;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat_config_new(&config, &err), err);
    ck_assert_fiat_status(aws_open(&service, "athena", config, &flags, &err), FIAT_E_CONFIG);
    ck_assert_ptr_null(service);
    ck_assert_ptr_nonnull(strstr(err.message, "no AWS region"));
    ck_assert_fiat_ok(fiat_config_set(config, "aws.region", "us-east-1", &err), err);
    ck_assert_fiat_ok(fiat_config_set(config, "aws.fips", "true", &err), err);
    ck_assert_fiat_ok(fiat_config_set(config, "proxy.url", "http://u:p@proxy:1", &err), err);
    ck_assert_fiat_ok(fiat_config_set(config, "request.timeout.ms", "1234", &err), err);
    ck_assert_fiat_ok(aws_open(&service, "athena", config, &flags, &err), err);
    ck_assert_str_eq(fiat__service_region(service), "us-east-1");
    ck_assert_str_eq(service->base.host, "athena-fips.us-east-1.amazonaws.com");
    ck_assert_str_eq(service->net.proxy_url, "http://u:p@proxy:1");
    ck_assert_uint_eq(service->opts.request_timeout_ms, 1234);
    fiat__service_free(service);
    flags.region = "us-west-2";
    ck_assert_fiat_ok(aws_open(&service, "athena", config, &flags, &err), err);
    ck_assert_str_eq(fiat__service_region(service), "us-west-2");
    fiat__service_free(service);
    fiat_config_free(config);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tools/aws");
    TCase *tests = tcase_create("open");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_loop_test(tests, endpoints, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_test(tests, settings_reach_the_service);
    suite_add_tcase(suite, tests);
    return fiat_test_run(suite);
}
