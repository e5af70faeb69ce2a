#include "base/buf.h"
#include "support/test.h"

START_TEST(append_keeps_contents_when_over_maximum) {
    fiat__buf buf;
    fiat__buf_init(&buf, 5);
    ck_assert(fiat__buf_append_c(&buf, "hello"));
    ck_assert(!fiat__buf_append_char(&buf, '!'));
    ck_assert(buf.failed);
    ck_assert_str_eq(fiat__buf_cstr(&buf), "hello");
    fiat_error err;
    ck_assert_fiat_status(fiat__buf_status(&buf, &err), FIAT_E_LIMIT);
    ck_assert(strstr(err.message, "5 bytes"));
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(printf_grows_as_needed) {
    fiat__buf buf;
    fiat__buf_init(&buf, 100000);
    for (int i = 0; i < 1000; i++)
        ck_assert(fiat__buf_printf(&buf, "%04d,", i));
    ck_assert_uint_eq(buf.len, 5000);
    ck_assert_int_eq(memcmp(buf.ptr + 4995, "0999,", 6), 0);
    fiat__buf_clear(&buf);
    ck_assert_str_eq(fiat__buf_cstr(&buf), "");
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(empty_buffer_is_the_empty_string) {
    fiat__buf buf;
    fiat__buf_init(&buf, 10);
    ck_assert_str_eq(fiat__buf_cstr(&buf), "");
    ck_assert(fiat__buf_append(&buf, NULL, 0));
    ck_assert_uint_eq(buf.len, 0);
    fiat__buf_deinit(&buf);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/buf");
    TCase *tcase = tcase_create("buf");
    tcase_add_test(tcase, append_keeps_contents_when_over_maximum);
    tcase_add_test(tcase, printf_grows_as_needed);
    tcase_add_test(tcase, empty_buffer_is_the_empty_string);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
