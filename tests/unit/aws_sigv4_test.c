/* The signer against tests/data/sigv4: AWS's published examples and cases made with botocore. */
#include "aws/sigv4.h"
#include "base/file.h"
#include "support/sigv4_case.h"
#include "support/test.h"

#include <stdio.h>

static char **s_cases;
static size_t s_case_count;

static void read_part(fiat__buf *out, const char *name, const char *part) {
    char path[512];
    fiat_error err;
    snprintf(path, sizeof path, DATA_DIR "/sigv4/%s/%s", name, part);
    fiat__buf_init(out, 1 << 20);
    ck_assert_fiat_ok(fiat__file_read(path, out, &err), err);
}

static void assert_part(const fiat__buf *got, const char *name, const char *part) {
    fiat__buf want;
    read_part(&want, name, part);
    ck_assert_msg(fiat__str_eq(fiat__buf_str(got), fiat__buf_str(&want)),
                  "%s/%s differs\ngot:\n%s\nwant:\n%s", name, part, fiat__buf_cstr(got),
                  fiat__buf_cstr(&want));
    fiat__buf_deinit(&want);
}

START_TEST(each_stage_is_as_in_the_case) {
    const char *name = s_cases[_i];
    sigv4_case c;
    fiat__buf json, canonical, to_sign, authorization;
    fiat_error err;
    read_part(&json, name, "request.json");
    sigv4_case_init(&c, fiat__buf_str(&json));
    fiat__buf_init(&canonical, 1 << 20);
    fiat__buf_init(&to_sign, 1 << 20);
    fiat__buf_init(&authorization, 1 << 20);
    ck_assert_fiat_ok(fiat__sigv4_canonical_request(&canonical, &c.request, &err), err);
    assert_part(&canonical, name, "canonical-request");
    ck_assert_fiat_ok(
        fiat__sigv4_string_to_sign(&to_sign, fiat__buf_str(&canonical), &c.scope, &err), err);
    assert_part(&to_sign, name, "string-to-sign");
    ck_assert_fiat_ok(
        fiat__sigv4_authorization(&authorization, &c.request, &c.scope, &c.credentials, &err), err);
    assert_part(&authorization, name, "authorization");
    sigv4_case_deinit(&c);
    fiat__buf_deinit(&json);
    fiat__buf_deinit(&canonical);
    fiat__buf_deinit(&to_sign);
    fiat__buf_deinit(&authorization);
}
END_TEST

static fiat_status canonical_of(fiat__buf *out, const fiat__sigv4_request *request,
                                fiat_error *err) {
    fiat__buf_init(out, 1 << 20);
    return fiat__sigv4_canonical_request(out, request, err);
}

/* Queries as clients send them that do not encode as the canonical form wants. */
static const struct query_row {
    const char *query, *canonical;
} s_queries[] = {
    {"", ""},
    {"a", "a="},
    {"a=1&&b=2&", "a=1&b=2"},
    {"a=%7e%2f%c3%bc", "a=~%2F%C3%BC"},
    {"a=b=c", "a=b%3Dc"},
    {"a=+", "a=%2B"},
    {"a=%", "a=%25"},
    {"a=%4", "a=%254"},
    {"a=%zz", "a=%25zz"},
    {"%61=2&a=1", "a=1&a=2"},
    {"=", "="},
};

START_TEST(query_is_recoded) {
    const struct query_row *row = &s_queries[_i];
    const fiat__sigv4_request request = {.method = fiat__str_c("GET"),
                                         .path = fiat__str_c("/"),
                                         .query = fiat__str_c(row->query),
                                         .normalize_path = true};
    fiat__buf out;
    fiat_error err;
    ck_assert_fiat_ok(canonical_of(&out, &request, &err), err);
    char want[256];
    snprintf(want, sizeof want, "GET\n/\n%s\n\n\n\n", row->canonical);
    ck_assert_msg(strncmp(fiat__buf_cstr(&out), want, strlen(want)) == 0, "%s", out.ptr);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(header_names_that_are_no_token_are_refused) {
    static const char *const names[] = {"", "a b", "a:b", "a\nb", "gr\xc3\xbc\xc3\x9f", "a;b"};
    const fiat__aws_header header = {fiat__str_c(names[_i]), fiat__str_c("x")};
    const fiat__sigv4_request request = {.headers = &header, .header_count = 1};
    fiat__buf out;
    fiat_error err;
    ck_assert_fiat_status(canonical_of(&out, &request, &err), FIAT_E_ARG);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(line_breaks_in_a_value_do_not_make_lines) {
    const fiat__aws_header header = {fiat__str_c("a"), fiat__str_c("x\r\nhost:evil\n")};
    const fiat__sigv4_request request = {.headers = &header, .header_count = 1};
    fiat__buf out;
    fiat_error err;
    ck_assert_fiat_ok(canonical_of(&out, &request, &err), err);
    ck_assert_ptr_nonnull(strstr(fiat__buf_cstr(&out), "\na:x host:evil\n\na\n"));
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(too_much_is_refused) {
    fiat__aws_header headers[FIAT__SIGV4_MAX_HEADERS + 1];
    for (size_t i = 0; i <= FIAT__SIGV4_MAX_HEADERS; i++)
        headers[i] = (fiat__aws_header){fiat__str_c("a"), fiat__str_c("x")};
    fiat__sigv4_request request = {.headers = headers, .header_count = FIAT__SIGV4_MAX_HEADERS + 1};
    fiat__buf out, query;
    fiat_error err;
    ck_assert_fiat_status(canonical_of(&out, &request, &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&out);

    fiat__buf_init(&query, 1 << 20);
    for (int i = 0; i < 1000; i++)
        fiat__buf_append_c(&query, "a=1&");
    request = (fiat__sigv4_request){.query = fiat__buf_str(&query)};
    ck_assert_fiat_status(canonical_of(&out, &request, &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&out);

    fiat__buf_init(&out, 10);
    request.query.len = 0;
    ck_assert_fiat_status(fiat__sigv4_canonical_request(&out, &request, &err), FIAT_E_LIMIT);
    fiat__buf_deinit(&out);
    fiat__buf_deinit(&query);
}
END_TEST

START_TEST(overlong_secret_is_refused_without_showing_it) {
    char secret[1024], signature[65];
    memset(secret, 'S', sizeof secret - 1);
    secret[sizeof secret - 1] = '\0';
    const fiat__sigv4_scope scope = {"us-east-1", "iam", 0};
    fiat_error err;
    ck_assert_fiat_status(fiat__sigv4_signature(signature, secret, &scope, fiat__str_c("x"), &err),
                          FIAT_E_ARG);
    ck_assert_ptr_null(strstr(err.message, "SSSS"));
}
END_TEST

int main(void) {
    fiat_error err;
    if (fiat__dir_list(DATA_DIR "/sigv4", &s_cases, &s_case_count, &err) != FIAT_OK ||
        s_case_count == 0) {
        fprintf(stderr, "no cases in " DATA_DIR "/sigv4: %s\n", err.message);
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("aws/sigv4");
    TCase *tcase = tcase_create("sigv4");
    tcase_add_loop_test(tcase, header_names_that_are_no_token_are_refused, 0, 6);
    tcase_add_test(tcase, line_breaks_in_a_value_do_not_make_lines);
    tcase_add_test(tcase, too_much_is_refused);
    tcase_add_test(tcase, overlong_secret_is_refused_without_showing_it);
    tcase_add_loop_test(tcase, query_is_recoded, 0, sizeof s_queries / sizeof s_queries[0]);
    tcase_add_loop_test(tcase, each_stage_is_as_in_the_case, 0, (int)s_case_count);
    suite_add_tcase(suite, tcase);
    int result = fiat_test_run(suite);
    fiat__dir_free_list(s_cases, s_case_count);
    return result;
}
