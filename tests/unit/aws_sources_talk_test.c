/* What the sources of credentials ask a server or a program for, and how, beyond the keys that they
 * get; and a search that is given up. */
#include "aws_sources_fake.h"
#include "base/file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *header(size_t request, const char *name) {
    return http_request_header(http_server_request(sources_server, request), name);
}

START_TEST(instances_are_asked_with_a_token) {
    sources_set_env("AWS_EC2_METADATA_DISABLED=False");
    sources_set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL/base");
    http_server_push(sources_server, &(http_reply){.body = "tok=="});
    http_server_push(sources_server, &(http_reply){.body = "role"});
    http_server_push(sources_server, &(http_reply){.body = METADATA_KEYS});
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* not asked, or all fails */
    sources_assert_keys("instance metadata");
    const http_request *first = http_server_request(sources_server, 0);
    ck_assert_str_eq(first->method, "PUT");
    ck_assert_str_eq(first->path, "/base/latest/api/token");
    ck_assert_str_eq(header(0, "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
    ck_assert_str_eq(header(0, "content-length"), "0");
    ck_assert_ptr_null(header(0, "content-type"));
    ck_assert_str_eq(http_server_request(sources_server, 1)->path,
                     "/base/latest/meta-data/iam/security-credentials/");
    ck_assert_str_eq(http_server_request(sources_server, 2)->path,
                     "/base/latest/meta-data/iam/security-credentials/role");
    for (size_t i = 1; i < 3; i++) {
        ck_assert_str_eq(http_server_request(sources_server, i)->method, "GET");
        ck_assert_str_eq(header(i, "x-aws-ec2-metadata-token"), "tok==");
    }
}
END_TEST

START_TEST(version_1_has_no_token) {
    sources_set_env("AWS_EC2_METADATA_DISABLED=");
    sources_set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    sources_set_env("AWS_EC2_METADATA_V1_DISABLED=false");
    http_server_push(sources_server, &(http_reply){.status = 405});
    http_server_push(sources_server, &(http_reply){.body = "role"});
    http_server_push(sources_server, &(http_reply){.body = METADATA_KEYS});
    sources_assert_keys("instance metadata");
    ck_assert_ptr_null(header(1, "x-aws-ec2-metadata-token"));
    ck_assert_ptr_null(header(2, "x-aws-ec2-metadata-token"));
}
END_TEST

/* The metadata service in trouble: what it lends has expired, and is used all the same. */
START_TEST(expired_keys_of_an_instance_are_used) {
    fiat__aws_credentials out;
    fiat_error err;
    sources_set_env("AWS_EC2_METADATA_DISABLED=");
    sources_set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    http_server_push(sources_server, &(http_reply){.body = "tok"});
    http_server_push(sources_server, &(http_reply){.body = "role"});
    http_server_push(sources_server,
                     &(http_reply){.body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\","
                                           "\"Expiration\":\"2001-01-01T00:00:00Z\"}"});
    ck_assert_fiat_ok(sources_get(&out, &err), err);
    int64_t left_ms = out.expires_ms - fiat__wall_ms(&fiat__clock_system);
    ck_assert_int_gt(left_ms, 14 * 60 * 1000);
    ck_assert_int_lt(left_ms, 21 * 60 * 1000);
    ck_assert(out.outlives);
    fiat__aws_credentials_deinit(&out);
}
END_TEST

/* Where AWS's own address does not answer there may be no service at all, unless it has answered
 * before. An unreachable IPv6 address stands in for it. */
START_TEST(silence_of_a_service_that_has_answered_may_pass) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    fiat_error err;
    sources_set_env("AWS_EC2_METADATA_DISABLED=");
    sources_set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6");
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_fiat_status(fiat__aws_credentials_get(chain, &out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_OPERATOR);
    fiat__aws_credentials_provider_free(chain);

    sources_set_env("AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL");
    http_server_push(sources_server, &(http_reply){.body = "tok"});
    http_server_push(sources_server, &(http_reply){.body = "role"});
    http_server_push(sources_server, &(http_reply){.body = METADATA_KEYS});
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_fiat_ok(fiat__aws_credentials_get(chain, &out, &err), err);
    fiat__aws_credentials_deinit(&out);
    unsetenv("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    fiat__aws_credentials_refresh(chain);
    ck_assert_fiat_status(fiat__aws_credentials_get(chain, &out, &err), FIAT_E_AWS_CREDENTIALS);
    ck_assert_ptr_nonnull(strstr(err.message, "no answer"));
    ck_assert_uint_eq(err.flags, FIAT_ERRF_AUTH | FIAT_ERRF_RETRYABLE);
    fiat__aws_credentials_provider_free(chain);
}
END_TEST

START_TEST(containers_are_asked_with_the_token_of_the_moment) {
    sources_set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds?x=y");
    sources_set_env("AWS_CONTAINER_AUTHORIZATION_TOKEN=one");
    http_server_set_default(sources_server, &(http_reply){.body = CONTAINER_KEYS});
    sources_assert_keys("container");
    ck_assert_str_eq(http_server_request(sources_server, 0)->path, "/creds");
    ck_assert_str_eq(http_server_request(sources_server, 0)->query, "x=y");
    ck_assert_str_eq(header(0, "authorization"), "one");
    ck_assert_str_eq(header(0, "accept"), "application/json");
    sources_set_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$DIR/token"); /* goes first */
    sources_put("token", "two");
    sources_assert_keys("container");
    sources_put("token", "three");
    sources_assert_keys("container");
    ck_assert_str_eq(header(1, "authorization"), "two");
    ck_assert_str_eq(header(2, "authorization"), "three");
}
END_TEST

START_TEST(roles_are_asked_for_by_signed_forms) {
    sources_put("config", "[default]\nrole_arn=arn:aws:iam::1:role/a b\nsource_profile=b\n"
                          "external_id=x&y=z\nrole_session_name=me\nduration_seconds=900\n"
                          "[profile b]\naws_access_key_id=B\naws_secret_access_key=s\n"
                          "aws_session_token=t\n");
    http_server_push(sources_server, &(http_reply){.body = STS_KEYS});
    sources_assert_keys("assumed role");
    ck_assert_str_eq(http_server_request(sources_server, 0)->body,
                     "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2F"
                     "a%20b&RoleSessionName=me&ExternalId=x%26y%3Dz&DurationSeconds=900");
    ck_assert_ptr_nonnull(strstr(header(0, "authorization"), "Credential=B/"));
    ck_assert_ptr_nonnull(strstr(header(0, "authorization"), "/eu-west-1/sts/aws4_request"));
    ck_assert_str_eq(header(0, "x-amz-security-token"), "t");
    ck_assert_str_eq(header(0, "content-type"), "application/x-www-form-urlencoded; charset=utf-8");
}
END_TEST

START_TEST(web_identities_are_not_signed) {
    sources_set_env("AWS_WEB_IDENTITY_TOKEN_FILE=$DIR/token");
    sources_set_env("AWS_ROLE_ARN=arn");
    sources_set_env("AWS_ROLE_SESSION_NAME=pod");
    sources_put("token", "a.b-c_d");
    http_server_push(sources_server, &(http_reply){.body = STS_KEYS});
    sources_assert_keys("web identity");
    ck_assert_str_eq(http_server_request(sources_server, 0)->body,
                     "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn&"
                     "RoleSessionName=pod&WebIdentityToken=a.b-c_d");
    ck_assert_ptr_null(header(0, "authorization"));
    ck_assert_str_eq(header(0, "content-type"), "application/x-www-form-urlencoded; charset=utf-8");
}
END_TEST

START_TEST(logins_are_renewed_and_the_file_with_them) {
    struct stat info;
    fiat__buf text, path;
    fiat_error err;
    sources_put("config", WITH_SSO_SESSION);
    sources_put(SESSION_CACHE, SSO_RENEWABLE("2001-01-01T00:00:00Z"));
    http_server_push(sources_server,
                     &(http_reply){.body = "{\"accessToken\":\"NEW\",\"expiresIn\":3600,"
                                           "\"refreshToken\":\"NEXT\"}"});
    http_server_push(sources_server, &(http_reply){.body = SSO_KEYS});
    sources_assert_keys("IAM Identity Center");
    ck_assert_str_eq(http_server_request(sources_server, 0)->path, "/token");
    ck_assert_str_eq(http_server_request(sources_server, 0)->body,
                     "{\"clientId\":\"c\",\"clientSecret\":\"" SECRET_MARK
                     "C\",\"grantType\":\"refresh_token\",\"refreshToken\":\"" SECRET_MARK "R\"}");
    ck_assert_str_eq(http_server_request(sources_server, 1)->query, "role_name=r&account_id=1");
    ck_assert_str_eq(header(1, "x-amz-sso_bearer_token"), "NEW");
    sources_expand(&path, "$DIR/" SESSION_CACHE);
    fiat__buf_init(&text, 4096);
    ck_assert_fiat_ok(fiat__file_read(path.ptr, &text, &err), err);
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"accessToken\":\"NEW\""));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"refreshToken\":\"NEXT\""));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\"startUrl\":\"https://s\""));
    ck_assert_int_eq(stat(path.ptr, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    fiat__buf_deinit(&path);
    fiat__buf_deinit(&text);
    /* Fresh now: the next search renews nothing. */
    http_server_push(sources_server, &(http_reply){.body = SSO_KEYS});
    sources_assert_keys("IAM Identity Center");
    ck_assert_uint_eq(http_server_request_count(sources_server), 3);
}
END_TEST

START_TEST(login_that_cannot_be_renewed_serves_until_it_expires) {
    char until[FIAT__RFC3339_LEN + 1] = "", text[512];
    fiat__rfc3339_write(until, fiat__wall_ms(&fiat__clock_system) + 60 * 1000);
    snprintf(text, sizeof text,
             "{\"accessToken\":\"OLD\",\"expiresAt\":\"%s\",\"refreshToken\":\"r\",\"clientId\":"
             "\"c\",\"clientSecret\":\"s\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}",
             until);
    sources_put("config", WITH_SSO_SESSION);
    sources_put(SESSION_CACHE, text);
    http_server_push(sources_server, &(http_reply){.status = 400});
    http_server_push(sources_server, &(http_reply){.body = SSO_KEYS});
    sources_assert_keys("IAM Identity Center");
    ck_assert_str_eq(header(1, "x-amz-sso_bearer_token"), "OLD");
}
END_TEST

/* Where the application leaves its children to the kernel, no exit status is to be had. */
START_TEST(program_whose_end_is_not_told_is_judged_by_its_words) {
    signal(SIGCHLD, SIG_IGN);
    sources_put("out", PROCESS_KEYS);
    sources_put("config", "[default]\ncredential_process = cat $DIR/out\n");
    sources_assert_keys("credential process");
}
END_TEST

static fiat__aws_credentials_provider *begin_search(void) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &err), err);
    ck_assert_int_eq(fiat__aws_credentials_poll(chain, &out, &err), FIAT__AWS_CREDENTIALS_PENDING);
    return chain;
}

static void assert_ends_at_once(fiat__aws_credentials_provider *chain) {
    int64_t began_ms = fiat__mono_ms(&fiat__clock_system);
    fiat__aws_credentials_provider_free(chain);
    ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - began_ms, 1000);
}

START_TEST(free_kills_the_program) {
    fiat__buf path;
    sources_put("config",
                "[default]\ncredential_process = sh -c 'touch $DIR/began; sleep 30; exit'\n");
    fiat__aws_credentials_provider *chain = begin_search();
    sources_expand(&path, "$DIR/began");
    while (!fiat__path_exists(path.ptr))
        usleep(1000);
    unlink(path.ptr);
    fiat__buf_deinit(&path);
    assert_ends_at_once(chain);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}
END_TEST

START_TEST(free_ends_a_request) {
    sources_set_env("AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL");
    http_server_push(sources_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    fiat__aws_credentials_provider *chain = begin_search();
    ck_assert(http_server_wait(sources_server, 1, 10000));
    assert_ends_at_once(chain);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/sources_talk");
    TCase *tcase = tcase_create("sources");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, sources_setup, sources_teardown);
    tcase_add_test(tcase, instances_are_asked_with_a_token);
    tcase_add_test(tcase, version_1_has_no_token);
    tcase_add_test(tcase, expired_keys_of_an_instance_are_used);
    tcase_add_test(tcase, silence_of_a_service_that_has_answered_may_pass);
    tcase_add_test(tcase, containers_are_asked_with_the_token_of_the_moment);
    tcase_add_test(tcase, roles_are_asked_for_by_signed_forms);
    tcase_add_test(tcase, web_identities_are_not_signed);
    tcase_add_test(tcase, logins_are_renewed_and_the_file_with_them);
    tcase_add_test(tcase, login_that_cannot_be_renewed_serves_until_it_expires);
    tcase_add_test(tcase, program_whose_end_is_not_told_is_judged_by_its_words);
    tcase_add_test(tcase, free_kills_the_program);
    tcase_add_test(tcase, free_ends_a_request);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
