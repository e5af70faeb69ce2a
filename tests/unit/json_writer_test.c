#include "json/writer.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

static fiat__buf s_out;

static void setup(void) {
    fiat__buf_init(&s_out, 1 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_out);
}

START_TEST(every_byte_is_escaped_or_stands_for_itself) {
    for (int c = 0; c < 256; c++) {
        char text[3] = {'a', (char)c, 'z'}, want[16];
        const char *shorts = "\"\"\\\\\bb\ff\nn\rr\tt", *found = NULL;
        for (const char *at = shorts; *at && !found; at += 2)
            if (at[0] == (char)c) found = at + 1;
        if (found)
            snprintf(want, sizeof want, "\"a\\%cz\"", *found);
        else
            snprintf(want, sizeof want, c < 0x20 ? "\"a\\u%04xz\"" : "\"a%cz\"", c);
        fiat__buf_clear(&s_out);
        ck_assert(fiat__json_write_string(&s_out, fiat__str_of(text, 3)));
        ck_assert_str_eq(fiat__buf_cstr(&s_out), want);
    }
}
END_TEST

START_TEST(strings_without_bytes) {
    ck_assert(fiat__json_write_string(&s_out, fiat__str_of(NULL, 0)));
    ck_assert(fiat__json_write_string_c(&s_out, ""));
    ck_assert(fiat__json_write_string_c(&s_out, "\n"));
    ck_assert_str_eq(fiat__buf_cstr(&s_out), "\"\"\"\"\"\\n\"");
}
END_TEST

START_TEST(integers) {
    fiat__json_write_int(&s_out, INT64_MIN);
    fiat__buf_append_char(&s_out, ' ');
    fiat__json_write_int(&s_out, INT64_MAX);
    fiat__buf_append_char(&s_out, ' ');
    fiat__json_write_uint(&s_out, UINT64_MAX);
    ck_assert_str_eq(fiat__buf_cstr(&s_out),
                     "-9223372036854775808 9223372036854775807 18446744073709551615");
}
END_TEST

static const struct {
    double value;
    const char *text;
} s_doubles[] = {
    {0, "0"},
    {-0.0, "-0"},
    {1, "1"},
    {0.1, "0.1"},
    {1.0 / 3, "0.3333333333333333"},
    {-2.5e-7, "-2.5e-07"},
    {1e300, "1e+300"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {5e-324, "4.94065645841247e-324"},
    {123456789012345680, "1.2345678901234568e+17"},
};

START_TEST(doubles_are_short) {
    ck_assert(fiat__json_write_double(&s_out, s_doubles[_i].value));
    ck_assert_str_eq(fiat__buf_cstr(&s_out), s_doubles[_i].text);
}
END_TEST

START_TEST(doubles_read_back_equal) {
    uint64_t bits = UINT64_C(0x9E3779B97F4A7C15);
    for (int n = 0; n < 20000; n++) {
        double value;
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        fiat__buf_clear(&s_out);
        ck_assert(fiat__json_write_double(&s_out, value));
        ck_assert(strtod(fiat__buf_cstr(&s_out), NULL) == value);
    }
}
END_TEST

START_TEST(keys_are_separated) {
    bool first = true;
    fiat__buf_append_char(&s_out, '{');
    fiat__json_write_key(&s_out, &first, "a");
    fiat__json_write_int(&s_out, 1);
    fiat__json_write_key(&s_out, &first, "\"");
    fiat__json_write_int(&s_out, 2);
    fiat__buf_append_char(&s_out, '}');
    ck_assert_str_eq(fiat__buf_cstr(&s_out), "{\"a\":1,\"\\\"\":2}");
}
END_TEST

START_TEST(a_full_buffer_is_reported) {
    fiat__buf small;
    for (size_t max = 0; max < 8; max++) {
        fiat__buf_init(&small, max);
        ck_assert_int_eq(fiat__json_write_string_c(&small, "a\nbc"), max >= 7);
        fiat__buf_deinit(&small);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/writer");
    TCase *tcase = tcase_create("writer");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, every_byte_is_escaped_or_stands_for_itself);
    tcase_add_test(tcase, strings_without_bytes);
    tcase_add_test(tcase, integers);
    tcase_add_loop_test(tcase, doubles_are_short, 0, sizeof s_doubles / sizeof *s_doubles);
    tcase_add_test(tcase, doubles_read_back_equal);
    tcase_add_test(tcase, keys_are_separated);
    tcase_add_test(tcase, a_full_buffer_is_reported);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
