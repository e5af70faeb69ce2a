#include "base/buf.h"
#include "support/chaos.h"
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

START_TEST(first_append_over_maximum_is_a_limit_not_lack_of_memory) {
    fiat__buf buf;
    fiat__buf_init(&buf, 5);
    ck_assert(!fiat__buf_append_c(&buf, "sixsix"));
    ck_assert_fiat_status(fiat__buf_status(&buf, NULL), FIAT_E_LIMIT);
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(failure_stays_until_cleared) {
    fiat__buf buf;
    fiat__buf_init(&buf, 5);
    ck_assert(!fiat__buf_append_c(&buf, "sixsix"));
    ck_assert(!fiat__buf_append_char(&buf, 'x'));
    ck_assert(!fiat__buf_printf(&buf, "%d", 1));
    ck_assert(!fiat__buf_reserve(&buf, 0));
    fiat__buf_clear(&buf);
    ck_assert_fiat_status(fiat__buf_status(&buf, NULL), FIAT_OK);
    ck_assert(fiat__buf_append_char(&buf, 'x'));
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(out_of_memory_is_reported_as_such) {
    fiat__buf buf;
    chaos_install();
    fiat__buf_init(&buf, 100000);
    ck_assert(fiat__buf_append_c(&buf, "kept"));
    chaos_fail_at(1, CHAOS_TRANSIENT);
    ck_assert(!fiat__buf_reserve(&buf, 50000));
    ck_assert_fiat_status(fiat__buf_status(&buf, NULL), FIAT_E_NOMEM);
    ck_assert_str_eq(fiat__buf_cstr(&buf), "kept");
    fiat__buf_deinit(&buf);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

START_TEST(huge_requests_do_not_wrap_around) {
    fiat__buf buf;
    fiat__buf_init(&buf, SIZE_MAX);
    ck_assert(fiat__buf_append_c(&buf, "abc"));
    ck_assert(!fiat__buf_reserve(&buf, SIZE_MAX));
    ck_assert_fiat_status(fiat__buf_status(&buf, NULL), FIAT_E_LIMIT);
    fiat__buf_clear(&buf);
    ck_assert(fiat__buf_append_c(&buf, "abc"));
    ck_assert(!fiat__buf_reserve(&buf, SIZE_MAX - 3));
    ck_assert_fiat_status(fiat__buf_status(&buf, NULL), FIAT_E_LIMIT);
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(every_size_up_to_the_maximum_fits) {
    for (size_t max = 0; max < 600; max += 7) {
        fiat__buf buf;
        fiat__buf_init(&buf, max);
        for (size_t i = 0; i < max; i++)
            ck_assert(fiat__buf_append_char(&buf, 'x'));
        ck_assert_uint_eq(strlen(fiat__buf_cstr(&buf)), max);
        ck_assert(!fiat__buf_append_char(&buf, 'x'));
        fiat__buf_deinit(&buf);
    }
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
    tcase_add_test(tcase, first_append_over_maximum_is_a_limit_not_lack_of_memory);
    tcase_add_test(tcase, failure_stays_until_cleared);
    tcase_add_test(tcase, out_of_memory_is_reported_as_such);
    tcase_add_test(tcase, huge_requests_do_not_wrap_around);
    tcase_add_test(tcase, every_size_up_to_the_maximum_fits);
    tcase_add_test(tcase, printf_grows_as_needed);
    tcase_add_test(tcase, empty_buffer_is_the_empty_string);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
