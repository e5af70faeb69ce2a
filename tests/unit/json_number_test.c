#include "json/number.h"
#include "support/test.h"

#define NINES_40 "9999999999999999999999999999999999999999"

static const struct {
    const char *text;
    bool integer;
} integer_rows[] = {
    {"0.1", false},
    {"1e-1", false},
    {"10e-2", false},
    {"1.50", false},
    {"-12.34e1", false},
    {"1e-" NINES_40, false},
    {"123456789012345678901234567890.000001", false},
    {"100000000000000000000e-21", false},
    {"0", true},
    {"-0", true},
    {"0.0", true},
    {"0e-" NINES_40, true},
    {"1", true},
    {"1.0", true},
    {"1.000e0", true},
    {"10e-1", true},
    {"-12.34e2", true},
    {"0.001E+3", true},
    {"1e" NINES_40, true},
    {"100000000000000000000e-20", true},
    {"123456789012345678901234567890", true},
};

START_TEST(is_integer) {
    ck_assert_msg(fiat__number_is_integer(fiat__str_c(integer_rows[_i].text)) ==
                      integer_rows[_i].integer,
                  "%s", integer_rows[_i].text);
}
END_TEST

/* Each row is smaller than the next; the spellings within a row are equal. */
static const char *const order_rows[][4] = {
    {"-1e" NINES_40, "-10e9999999999999999999999999999999999999998"},
    {"-1e400", "-0.001e403", "-1000e397"},
    {"-9007199254740993", "-9007199254740993.000"},
    {"-9007199254740992", "-9007199254740992e0"},
    {"-1.5", "-15e-1", "-0.15e1"},
    {"-1", "-1.0"},
    {"-1e-400"},
    {"0", "-0", "0.000", "-0e" NINES_40},
    {"1e-" NINES_40, "0.1e-9999999999999999999999999999999999999998"},
    {"1e-9999999999999999999999999999999999999998"},
    {"1e-400", "10e-401"},
    {"0.1", "1e-1", "0.10"},
    {"0.11", "11e-2"},
    {"1", "1.0", "1e0", "1E+00000000000000000000000000"},
    {"1.0000000000000000000000000000001"},
    {"2", "20e-1"},
    {"10", "1e1", "0.1e2", "100e-1"},
    {"12", "1.2e1"},
    {"12.3", "123e-1"},
    {"99999999999999999"},
    {"100000000000000000", "1e17", "100000000000000000.0"},
    {"9223372036854775807"},
    {"9223372036854775808"},
    {"123456789012345678901234567890"},
    {"123456789012345678901234567891"},
    {"1e400", "0.0001e404"},
    {"1e9999999999999999999999999999999999999998"},
    {"1e" NINES_40, "100e9999999999999999999999999999999999999997"},
    {"1e10000000000000000000000000000000000000000", "10e" NINES_40},
};
#define ORDER_ROWS (sizeof order_rows / sizeof order_rows[0])

static int sign(int value) {
    return (value > 0) - (value < 0);
}

START_TEST(compare_and_hash) {
    for (size_t other = 0; other < ORDER_ROWS; other++) {
        for (size_t i = 0; i < 4 && order_rows[_i][i]; i++) {
            for (size_t j = 0; j < 4 && order_rows[other][j]; j++) {
                fiat__str a = fiat__str_c(order_rows[_i][i]);
                fiat__str b = fiat__str_c(order_rows[other][j]);
                int want = ((size_t)_i > other) - ((size_t)_i < other);
                ck_assert_msg(sign(fiat__number_compare(a, b)) == want, "%s ? %s", a.ptr, b.ptr);
                ck_assert_msg((fiat__number_hash(a) == fiat__number_hash(b)) == (want == 0),
                              "hash: %s ? %s", a.ptr, b.ptr);
            }
        }
    }
}
END_TEST

static const struct {
    const char *value, *divisor;
    int want;
} multiple_rows[] = {
    {"7", "2", 0},
    {"0.0075", "0.0002", 0},
    {"0.00751", "0.0001", 0},
    {"35", "1.5", 0},
    {"1e-5", "1", 0},
    {"1", "1e400", 0},
    {"1", "0.3", 0},
    {"1e1000000", "3", 0},
    {"1e" NINES_40, "7", 0},
    {"1e-" NINES_40, "1e-9999999999999999999999999999999999999998", 0},
    {"123456789012345678901234567890", "123456789012345678901234567891", 0},
    {"246913578024691357802469135781", "123456789012345678901234567890", 0},
    {"0", "3", 1},
    {"-0.0", "1e" NINES_40, 1},
    {"10", "2", 1},
    {"-10", "5", 1},
    {"4.5", "1.5", 1},
    {"0.0075", "0.0001", 1},
    {"19.99", "0.01", 1},
    {"1.1", "0.1", 1},
    {"12391239123", "1e-8", 1},
    {"1e308", "0.123456789", 0},
    {"123456789e308", "0.123456789", 1},
    {"1e308", "0.5", 1},
    {"1e1000000", "1024", 1},
    {"1e" NINES_40, "1e9999999999999999999999999999999999999998", 1},
    {"1e" NINES_40, "0.00000000000000125", 1},
    {"246913578024691357802469135780", "123456789012345678901234567890", 1},
    {"370370367037037036703703703.67", "1234567890123456789012345.6789", 1},
    {"1e5000", "340282366920938463463374607431768211456", 1}, /* 2^128 */
    {"1e5000", "340282366920938463463374607431768211457", 0},
};

START_TEST(multiple_of) {
    int got = fiat__number_multiple_of(fiat__str_c(multiple_rows[_i].value),
                                       fiat__str_c(multiple_rows[_i].divisor));
    ck_assert_msg(got == multiple_rows[_i].want, "%s by %s: %d", multiple_rows[_i].value,
                  multiple_rows[_i].divisor, got);
}
END_TEST

START_TEST(multiple_of_is_bounded) {
    static char value[2 * FIAT__NUMBER_MAX_DIGITS];
    memset(value, '3', sizeof value);
    fiat__str longest = fiat__str_of(value, sizeof value);
    /* A short divisor takes one pass; a long one is refused, not worked at. */
    ck_assert_int_eq(fiat__number_multiple_of(longest, fiat__str_c("3")), 1);
    ck_assert_int_eq(fiat__number_multiple_of(longest, fiat__str_c("9")), 0);
    ck_assert_int_eq(fiat__number_multiple_of(longest, fiat__str_c("333333333333333333333")), -1);
    ck_assert_int_eq(fiat__number_multiple_of(longest, longest), -1);
    fiat__str half = fiat__str_of(value, FIAT__NUMBER_MAX_DIGITS);
    ck_assert_int_eq(fiat__number_multiple_of(half, half), 1);
}
END_TEST

static const struct {
    const char *text;
    bool fits;
    int64_t value;
} int64_rows[] = {
    {"9223372036854775808", false, 0},
    {"-9223372036854775809", false, 0},
    {"10000000000000000000", false, 0},
    {"99999999999999999999", false, 0},
    {"1e19", false, 0},
    {"1e" NINES_40, false, 0},
    {"0.5", false, 0},
    {"1e-1", false, 0},
    {"0", true, 0},
    {"-0.0", true, 0},
    {"0e" NINES_40, true, 0},
    {"42", true, 42},
    {"-42", true, -42},
    {"4.2e1", true, 42},
    {"4200e-2", true, 42},
    {"1e18", true, INT64_C(1000000000000000000)},
    {"123456789012345678", true, INT64_C(123456789012345678)},
    {"9223372036854775807", true, INT64_MAX},
    {"9.223372036854775807e18", true, INT64_MAX},
    {"-9223372036854775808", true, INT64_MIN},
    {"-922337203685477580.8e1", true, INT64_MIN},
    {"-9223372036854775808.000", true, INT64_MIN},
};

START_TEST(to_int64) {
    int64_t value = -7;
    bool fits = fiat__number_to_int64(fiat__str_c(int64_rows[_i].text), &value);
    ck_assert_msg(fits == int64_rows[_i].fits, "%s", int64_rows[_i].text);
    ck_assert_int_eq(value, fits ? int64_rows[_i].value : -7);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/number");
    TCase *tcase = tcase_create("number");
    tcase_add_loop_test(tcase, is_integer, 0, sizeof integer_rows / sizeof integer_rows[0]);
    tcase_add_loop_test(tcase, compare_and_hash, 0, ORDER_ROWS);
    tcase_add_loop_test(tcase, multiple_of, 0, sizeof multiple_rows / sizeof multiple_rows[0]);
    tcase_add_test(tcase, multiple_of_is_bounded);
    tcase_add_loop_test(tcase, to_int64, 0, sizeof int64_rows / sizeof int64_rows[0]);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
