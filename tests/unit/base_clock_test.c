#include "base/clock.h"
#include "support/test.h"

#include <time.h>

static const struct {
    int64_t epoch_ms;
    const char *rfc3339, *basic;
} s_times[] = {
    {0, "1970-01-01T00:00:00.000Z", "19700101T000000Z"},
    {-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z"},
    {951782400000, "2000-02-29T00:00:00.000Z", "20000229T000000Z"},
    {951868799999, "2000-02-29T23:59:59.999Z", "20000229T235959Z"},
    {951868800000, "2000-03-01T00:00:00.000Z", "20000301T000000Z"},
    {-2203891200000, "1900-03-01T00:00:00.000Z", "19000301T000000Z"},
    {-2203891200001, "1900-02-28T23:59:59.999Z", "19000228T235959Z"},
    {1795262400000, "2026-11-21T12:00:00.000Z", "20261121T120000Z"},
    {4107542399999, "2100-02-28T23:59:59.999Z", "21000228T235959Z"},
    {4107542400000, "2100-03-01T00:00:00.000Z", "21000301T000000Z"},
    {-62167219200000, "0000-01-01T00:00:00.000Z", "00000101T000000Z"},
    {253402300799999, "9999-12-31T23:59:59.999Z", "99991231T235959Z"},
};

static const char *const s_refused[] = {
    "",
    "20261121T120000",
    "20261121T120000ZZ",
    "20261121 120000Z",
    "20261121t120000Z",
    "20261121T120000z",
    "20261121T120000+",
    "2026112 T120000Z",
    "-0261121T120000Z",
    "20260021T120000Z",
    "20261321T120000Z",
    "20261100T120000Z",
    "20261132T120000Z",
    "20260431T120000Z",
    "20260229T120000Z",
    "19000229T120000Z",
    "20261121T240000Z",
    "20261121T126000Z",
    "20261121T120060Z",
};

START_TEST(refuses_what_is_no_time) {
    int64_t epoch_ms = 42;
    const char *text = s_refused[_i];
    ck_assert_msg(!fiat__basic_time_read(text, strlen(text), &epoch_ms), "%s", text);
    ck_assert_int_eq(epoch_ms, 42);
}
END_TEST

START_TEST(known_times) {
    char rfc3339[FIAT__RFC3339_LEN + 1] = "", basic[17];
    int64_t epoch_ms, want_s = s_times[_i].epoch_ms >= 0 ? s_times[_i].epoch_ms / 1000
                                                         : -((999 - s_times[_i].epoch_ms) / 1000);
    fiat__rfc3339_write(rfc3339, s_times[_i].epoch_ms);
    ck_assert_str_eq(rfc3339, s_times[_i].rfc3339);
    fiat__basic_time_write(basic, s_times[_i].epoch_ms);
    ck_assert_str_eq(basic, s_times[_i].basic);
    ck_assert(fiat__basic_time_read(basic, 16, &epoch_ms));
    ck_assert_int_eq(epoch_ms, want_s * 1000);
}
END_TEST

START_TEST(times_beyond_four_digits_are_clamped) {
    char text[FIAT__RFC3339_LEN + 1] = "";
    fiat__rfc3339_write(text, INT64_MIN);
    ck_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
    fiat__rfc3339_write(text, INT64_MAX);
    ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
    fiat__rfc3339_write(text, INT64_C(253402300800000));
    ck_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
}
END_TEST

/* The C library's calendar, at steps that are prime to days, years and leap cycles. */
START_TEST(agrees_with_the_c_library) {
    const int64_t step_s = 7919 * 3601 + 17;
    for (int64_t at = INT64_C(-62167219200); at <= INT64_C(253402300799); at += step_s) {
        time_t seconds = (time_t)at;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        fiat__utc utc = fiat__utc_of_ms(at * 1000 + 7);
        ck_assert_int_eq(utc.year, tm.tm_year + 1900);
        ck_assert_int_eq(utc.month, tm.tm_mon + 1);
        ck_assert_int_eq(utc.day, tm.tm_mday);
        ck_assert_int_eq(utc.hour, tm.tm_hour);
        ck_assert_int_eq(utc.minute, tm.tm_min);
        ck_assert_int_eq(utc.second, tm.tm_sec);
        ck_assert_int_eq(utc.millisecond, 7);
        ck_assert_int_eq(fiat__utc_to_ms(&utc), at * 1000 + 7);
        ck_assert_int_eq(timegm(&tm), at);
    }
}
END_TEST

START_TEST(the_system_clocks_run) {
    int64_t wall = fiat__wall_ms(&fiat__clock_system), mono = fiat__mono_ms(&fiat__clock_system);
    ck_assert_int_gt(wall, INT64_C(1700000000000));
    ck_assert_int_ge(fiat__mono_ms(&fiat__clock_system), mono);
    ck_assert_int_lt(fiat__wall_ms(&fiat__clock_system) - (int64_t)time(NULL) * 1000, 2000);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/clock");
    TCase *tcase = tcase_create("clock");
    tcase_add_loop_test(tcase, refuses_what_is_no_time, 0, sizeof s_refused / sizeof *s_refused);
    tcase_add_loop_test(tcase, known_times, 0, sizeof s_times / sizeof *s_times);
    tcase_add_test(tcase, times_beyond_four_digits_are_clamped);
    tcase_add_test(tcase, agrees_with_the_c_library);
    tcase_add_test(tcase, the_system_clocks_run);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
