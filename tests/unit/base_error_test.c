#include "base/error.h"
#include "support/test.h"

#include <errno.h>

/* Text, room in the array, what is kept of it. */
static const struct {
    const char *text;
    size_t size;
    const char *kept;
} s_cuts[] = {
    {"", 1, ""},
    {"abc", 1, ""},
    {"abc", 4, "abc"},
    {"abcd", 4, "abc"},
    {"a\xC3\xA9", 4, "a\xC3\xA9"},
    {"a\xC3\xA9", 3, "a"},
    {"a\xE2\x82\xAC", 5, "a\xE2\x82\xAC"},
    {"a\xE2\x82\xAC", 4, "a"},
    {"a\xE2\x82\xAC", 3, "a"},
    {"a\xE2\x82\xAC", 2, "a"},
    {"\xF0\x9F\x98\x80z", 5, "\xF0\x9F\x98\x80"},
    {"\xF0\x9F\x98\x80z", 4, ""},
    {"\xF0\x9F\x98\x80z", 3, ""},
    {"\xF0\x9F\x98\x80z", 2, ""},
    {"\x80\x80\x80\x80\x80\x80\x80\x80", 8, "\x80\x80\x80\x80\x80\x80\x80"}, /* not UTF-8 at all */
};

START_TEST(copy_cuts_at_a_sequence) {
    char to[16];
    memset(to, 'X', sizeof to);
    fiat__err_copy(to, s_cuts[_i].size, s_cuts[_i].text, strlen(s_cuts[_i].text));
    ck_assert_str_eq(to, s_cuts[_i].kept);
    ck_assert_int_eq(to[s_cuts[_i].size], 'X');
}
END_TEST

START_TEST(message_is_cut_at_a_sequence) {
    char text[sizeof(((fiat_error *)0)->message) + 8];
    for (size_t lead = 0; lead < 4; lead++) { /* each way that the end can fall in a sequence */
        fiat_error err;
        memset(text, 'a', lead);
        for (size_t at = lead; at + 4 < sizeof text; at += 4)
            memcpy(text + at, "\xF0\x9F\x98\x80", 5);
        fiat__err_set(&err, FIAT_E_IO, "%s", text);
        size_t len = strlen(err.message);
        ck_assert_uint_lt(len, sizeof err.message);
        ck_assert_uint_ge(len, sizeof err.message - 4);
        ck_assert_uint_eq((len - lead) % 4, 0);
    }
}
END_TEST

START_TEST(set_zeroes_the_rest_and_takes_its_own_text) {
    fiat_error err;
    memset(&err, 0xFF, sizeof err);
    ck_assert_int_eq(fiat__err_set(&err, FIAT_E_ARG, "first %d", 1), FIAT_E_ARG);
    ck_assert_str_eq(err.message, "first 1");
    ck_assert_uint_eq(err.flags, 0);
    ck_assert_str_eq(err.aws_code, "");
    for (size_t i = strlen(err.message); i < sizeof err.message; i++)
        ck_assert_int_eq(err.message[i], 0);
    fiat__err_set(&err, FIAT_E_IO, "again: %s", err.message);
    ck_assert_str_eq(err.message, "again: first 1");
    ck_assert_int_eq(err.status, FIAT_E_IO);
}
END_TEST

START_TEST(null_is_allowed_everywhere) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(fiat__err_set(NULL, FIAT_E_ARG, "x"), FIAT_E_ARG);
    ck_assert_int_eq(fiat__err_sys(NULL, ENOENT, "x"), FIAT_E_NOT_FOUND);
    ck_assert_int_eq(fiat__err_nomem(NULL), FIAT_E_NOMEM);
    ck_assert_int_eq(fiat__err_wrap(NULL, FIAT_E_IO, "x"), FIAT_E_IO);
    fiat__err_assign(NULL, &err);
    fiat__err_assign(&err, NULL);
}
END_TEST

START_TEST(system_errors_keep_their_reason) {
    fiat_error err;
    char path[600];
    ck_assert_int_eq(fiat__err_sys(&err, EACCES, "cannot open %s", "f"), FIAT_E_IO);
    ck_assert_str_eq(err.message, "cannot open f: Permission denied");
    ck_assert_int_eq(err.sys_code, EACCES);
    ck_assert_int_eq(fiat__err_sys(&err, ENOENT, "x"), FIAT_E_NOT_FOUND);
    ck_assert_int_eq(fiat__err_sys(&err, ENOMEM, "x"), FIAT_E_NOMEM);
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    fiat__err_sys(&err, EACCES, "cannot open %s", path);
    ck_assert(strstr(err.message, ": Permission denied"));
}
END_TEST

START_TEST(wrap_puts_context_before) {
    fiat_error err;
    fiat__err_set(&err, FIAT_E_AWS_THROTTLED, "slow down");
    err.flags = FIAT_ERRF_THROTTLED;
    ck_assert_int_eq(fiat__err_wrap(&err, FIAT_E_IO, "put to %s", "s"), FIAT_E_AWS_THROTTLED);
    ck_assert_str_eq(err.message, "put to s: slow down");
    ck_assert_uint_eq(err.flags, FIAT_ERRF_THROTTLED);
    for (int i = 0; i < 100; i++)
        fiat__err_wrap(&err, FIAT_E_IO, "context %d", i);
    ck_assert_uint_lt(strlen(err.message), sizeof err.message);
    ck_assert_int_eq(strncmp(err.message, "context 99: context 98: ", 24), 0);
}
END_TEST

START_TEST(every_status_has_name_and_text) {
#define XX(value, name, text)                                                                      \
    ck_assert_str_eq(fiat_status_name((fiat_status)value), "FIAT_" #name);                         \
    ck_assert_str_eq(fiat_status_text(FIAT_##name), text);
    FIAT_STATUS_MAP(XX)
#undef XX
    ck_assert_str_eq(fiat_status_name((fiat_status)99999), "FIAT_E_?");
    ck_assert_str_eq(fiat_status_text((fiat_status)-1), "unknown status");
    ck_assert_uint_eq(sizeof(fiat_error), 1024);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/error");
    TCase *tcase = tcase_create("error");
    tcase_add_loop_test(tcase, copy_cuts_at_a_sequence, 0, sizeof s_cuts / sizeof *s_cuts);
    tcase_add_test(tcase, message_is_cut_at_a_sequence);
    tcase_add_test(tcase, set_zeroes_the_rest_and_takes_its_own_text);
    tcase_add_test(tcase, null_is_allowed_everywhere);
    tcase_add_test(tcase, system_errors_keep_their_reason);
    tcase_add_test(tcase, wrap_puts_context_before);
    tcase_add_test(tcase, every_status_has_name_and_text);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
