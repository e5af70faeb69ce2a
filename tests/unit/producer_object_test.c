#include "base/clock.h"
#include "base/error.h"
#include "producer/object.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <sys/stat.h>

/* 2018-08-27T10:30:05.042Z, a Monday: the moment of the examples in AWS's documentation. */
static const fiat__utc s_moment = {2018, 8, 27, 10, 30, 5, 42};

/* --- prefixes --------------------------------------------------------------------------------- */

typedef struct prefix_row {
    const char *pattern;
    fiat__prefix_kind kind;
    const char *want; /* the value, or a part of the message of FIAT_E_CONFIG */
} prefix_row;

#define DATA  FIAT__PREFIX_DATA
#define ERROR FIAT__PREFIX_ERROR

static const prefix_row s_refused[] = {
    {"a!{b", DATA, "\"!{\" may only begin"},
    {"a!{}", DATA, "\"!{\" may only begin"},
    {"!{timestamp}", DATA, "\"!{\" may only begin"},
    {"!{timestamp:}", DATA, "is empty"},
    {"!{timestamp:yyyy/!{timestamp:MM}", DATA, "reserved"},
    {"!{timestamp:YYYY/MM/dd}", DATA, "write y for the year"},
    {"!{timestamp:'year=yyyy}", DATA, "not closed"},
    {"!{timestamp:HHH}", DATA, "'H' may stand at most 2 times"},
    {"!{timestamp:yyyy-MM-ddTHH}", DATA, "letter 'T'"},
    {"!{timestamp:[HH]}", DATA, "reserved"},
    {"!{firehose:error-output-type}/", DATA, "belongs in ErrorOutputPrefix"},
    {"!{firehose:nonsense}/", DATA, "unknown !{firehose:nonsense}"},
    {"!{partitionKeyFromQuery:customer}/", DATA, "dynamic partitioning"},
    {"!{env:HOME}/", DATA, "unknown namespace \"env\""},
    {"errors/!{timestamp:yyyy}/", ERROR, "must contain !{firehose:error-output-type}"},
};

static const prefix_row s_expanded[] = {
    {"", DATA, "2018/08/27/10/"},
    {"myFirehosePrefix", DATA, "myFirehosePrefix2018/08/27/10/"},
    {"logs/", DATA, "logs/2018/08/27/10/"},
    {"rand=!{firehose:random-string}/", DATA, "rand=046b6c7f0bx/2018/08/27/10/"},
    {"year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/", DATA,
     "year=2018/month=08/day=27/hour=10/"},
    {"dt=!{timestamp:yyyy'-'MM'-'dd}/", DATA, "dt=2018-08-27/"},
    {"!{timestamp:'year='yyyy'/month='MM''''}", DATA, "year=2018/month=08'"},
    {"!{timestamp:'o''clock '''HH}", DATA, "o'clock '10"},
    {"!{timestamp:yy y M MMM MMMM MMMMM d D DDD E EEEE EEEEE}", DATA,
     "18 2018 8 Aug August A 27 239 239 Mon Monday M"},
    {"!{timestamp:h hh K a k H m mm s ss SSS S SSSSSS}", DATA,
     "10 10 10 AM 10 10 30 30 5 05 042 0 042000"},
    {"!{timestamp:Q QQ QQQ QQQQ G X xxx Z ZZZZ ZZZZZ}", DATA,
     "3 03 Q3 3rd quarter AD Z +00:00 +0000 GMT Z"},
    {"!{timestamp:A n N}", DATA, "37805042 42000000 37805042000000"},
    {"a{b}!c", DATA, "a{b}!c2018/08/27/10/"},
    {"", ERROR, ""},
    {"errors/", ERROR, "errors/"},
    {"myFirehoseFailures/!{firehose:error-output-type}/", ERROR, "myFirehoseFailures/oops-failed/"},
    {"e/!{timestamp:'year='yyyy'/month='MM}/!{firehose:error-output-type}", ERROR,
     "e/year=2018/month=08/oops-failed"},
};

START_TEST(refused_prefixes_name_the_rule) {
    const prefix_row *row = &s_refused[_i];
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(fiat__prefix_check(fiat__str_c(row->pattern), row->kind, &err),
                          FIAT_E_CONFIG);
    ck_assert_msg(strstr(err.message, row->want), "%s: %s", row->pattern, err.message);
}
END_TEST

START_TEST(prefixes_expand_as_documented) {
    const prefix_row *row = &s_expanded[_i];
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__prefix_values values = {.stream = "s",
                                        .time_ms = fiat__utc_to_ms(&s_moment),
                                        .error_type = "oops-failed",
                                        .random = "046b6c7f0bx"};
    fiat__buf out;
    fiat__buf_init(&out, 4096);
    ck_assert_fiat_ok(fiat__prefix_check(fiat__str_c(row->pattern), row->kind, &err), err);
    ck_assert_fiat_ok(
        fiat__prefix_expand(&out, fiat__str_c(row->pattern), row->kind, &values, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&out), row->want);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(hours_around_midnight_and_noon) {
    static const struct {
        int hour;
        const char *want;
    } rows[] = {{0, "00 24 0 12 AM"}, {12, "12 12 0 12 PM"}, {23, "23 23 11 11 PM"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fiat__utc at = {2024, 2, 29, rows[i].hour, 0, 0, 0};
        const fiat__prefix_values values = {.time_ms = fiat__utc_to_ms(&at)};
        fiat__buf out;
        fiat__buf_init(&out, 100);
        ck_assert_int_eq(
            fiat__prefix_expand(&out, fiat__str_c("!{timestamp:HH k K h a}"), DATA, &values, NULL),
            FIAT_OK);
        ck_assert_str_eq(fiat__buf_cstr(&out), rows[i].want);
        fiat__buf_deinit(&out);
    }
}
END_TEST

START_TEST(weekdays_and_days_of_the_year) {
    static const struct {
        fiat__utc at;
        const char *want;
    } rows[] = {{{1970, 1, 1, 0, 0, 0, 0}, "Thu 001"},
                {{1969, 12, 31, 23, 59, 59, 999}, "Wed 365"},
                {{2024, 12, 31, 0, 0, 0, 0}, "Tue 366"},
                {{2026, 11, 21, 12, 0, 0, 0}, "Sat 325"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const fiat__prefix_values values = {.time_ms = fiat__utc_to_ms(&rows[i].at)};
        fiat__buf out;
        fiat__buf_init(&out, 100);
        ck_assert_int_eq(
            fiat__prefix_expand(&out, fiat__str_c("!{timestamp:EEE DDD}"), DATA, &values, NULL),
            FIAT_OK);
        ck_assert_str_eq(fiat__buf_cstr(&out), rows[i].want);
        fiat__buf_deinit(&out);
    }
}
END_TEST

START_TEST(random_strings_differ_each_time) {
    const fiat__prefix_values values = {.time_ms = 0};
    fiat__buf out;
    fiat__buf_init(&out, 100);
    const fiat__str pattern =
        fiat__str_c("!{firehose:random-string}!{firehose:random-string}!{timestamp:'x'}");
    ck_assert_int_eq(fiat__prefix_expand(&out, pattern, DATA, &values, NULL), FIAT_OK);
    ck_assert_uint_eq(out.len, 23);
    ck_assert_int_ne(memcmp(out.ptr, out.ptr + 11, 11), 0);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(too_long_prefixes_are_refused) {
    static char pattern[FIAT__PREFIX_MAX_BYTES + 1];
    fiat_error err = FIAT_ERROR_INIT;
    memset(pattern, 'a', sizeof pattern);
    ck_assert_fiat_status(fiat__prefix_check(fiat__str_of(pattern, sizeof pattern), ERROR, &err),
                          FIAT_E_CONFIG);
    ck_assert_fiat_status(
        fiat__prefix_check(fiat__str_of(pattern, FIAT__PREFIX_VALUE_BYTES + 1), ERROR, &err),
        FIAT_E_CONFIG);
    ck_assert(strstr(err.message, "evaluates to 513 bytes"));
    ck_assert_fiat_ok(
        fiat__prefix_check(fiat__str_of(pattern, FIAT__PREFIX_VALUE_BYTES), ERROR, &err), err);
}
END_TEST

/* The month's number is longest in December, its name in September. */
START_TEST(what_passes_the_check_expands_in_every_month) {
    static const struct {
        const char *letters;
        int month;
    } rows[] = {{"M", 12}, {"MMMM", 9}, {"M MMMM", 9}, {"M M M MMMM", 12}};
    fiat__buf pattern, out;
    fiat__buf_init(&pattern, 2000);
    fiat__buf_init(&out, 2000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fiat__utc at = {2027, rows[i].month, 1, 0, 0, 0, 0};
        const fiat__prefix_values values = {.time_ms = fiat__utc_to_ms(&at)};
        for (size_t filling = 480; filling < 520; filling++) {
            fiat__buf_clear(&pattern);
            fiat__buf_clear(&out);
            fiat__buf_printf(&pattern, "%0*d!{timestamp:%s}", (int)filling, 0, rows[i].letters);
            const bool good = fiat__prefix_check(fiat__buf_str(&pattern), DATA, NULL) == FIAT_OK;
            const fiat_status status =
                fiat__prefix_expand(&out, fiat__buf_str(&pattern), DATA, &values, NULL);
            ck_assert_msg(good == (status == FIAT_OK), "%s after %zu", rows[i].letters, filling);
        }
    }
    fiat__buf_deinit(&pattern);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(an_expression_in_prefix_needs_an_error_prefix) {
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__str with = fiat__str_c("!{timestamp:yyyy/MM/dd}/"), none = {"", 0};
    ck_assert_fiat_status(fiat__prefix_check_pair(with, none, &err), FIAT_E_CONFIG);
    ck_assert_str_eq(err.message, "ErrorOutputPrefix cannot be null or empty when Prefix contains "
                                  "expressions");
    ck_assert_fiat_ok(fiat__prefix_check_pair(with, fiat__str_c("errors/"), &err), err);
    ck_assert_fiat_ok(fiat__prefix_check_pair(none, none, &err), err);
}
END_TEST

/* --- objects ---------------------------------------------------------------------------------- */

START_TEST(names_are_as_firehose_makes_them) {
    fiat__buf out;
    fiat__buf_init(&out, 200);
    ck_assert_int_eq(fiat__object_name(&out, "audit", 3, fiat__utc_to_ms(&s_moment),
                                       "b7cb2b05-6f6d-4fb4-9c0c-9c5a2d6a0b3e", ".gz", NULL),
                     FIAT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&out),
                     "audit-3-2018-08-27-10-30-05-b7cb2b05-6f6d-4fb4-9c0c-9c5a2d6a0b3e.gz");
    fiat__buf_deinit(&out);
}
END_TEST

static const struct {
    const char *key;
    size_t len;
} s_bad_keys[] = {
    {"", 0},  {"/etc/passwd", 11}, {"../x", 4}, {"a/../../x", 9}, {"a/..", 4}, {"..", 2},
    {".", 1}, {"a/./b", 5},        {"a//b", 4}, {"a/", 2},        {"a\0b", 3}, {"a/..\0/b", 7},
};

START_TEST(keys_never_leave_the_folder) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(
        fiat__object_check_key(fiat__str_of(s_bad_keys[_i].key, s_bad_keys[_i].len), &err),
        FIAT_E_ARG);
    ck_assert(strstr(err.message, "object key"));
    if (memchr(s_bad_keys[_i].key, 0, s_bad_keys[_i].len)) return;
    char *dir = tmpdir_make();
    ck_assert_fiat_status(fiat__object_write(dir, s_bad_keys[_i].key, NULL, 0, false, false, &err),
                          FIAT_E_ARG);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(too_long_keys_are_refused) {
    char key[FIAT__KEY_MAX_BYTES + 1];
    memset(key, 'a', sizeof key);
    ck_assert_fiat_status(fiat__object_check_key(fiat__str_of(key, 251), NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat__object_check_key(fiat__str_of(key, 250), NULL), FIAT_OK);
    for (size_t i = 100; i < sizeof key; i += 100)
        key[i] = '/';
    ck_assert_fiat_status(fiat__object_check_key(fiat__str_of(key, sizeof key), NULL), FIAT_E_ARG);
    ck_assert_fiat_status(fiat__object_check_key(fiat__str_of(key, sizeof key - 1), NULL), FIAT_OK);
    ck_assert_fiat_status(fiat__object_check_key(fiat__str_c("a/.../..b/c.."), NULL), FIAT_OK);
}
END_TEST

/* Bits: 1 gzip, 2 sync. */
START_TEST(objects_read_back_equal) {
    const bool gzip = _i & 1, sync = _i & 2;
    fiat_error err = FIAT_ERROR_INIT;
    char *dir = tmpdir_make();
    fiat__buf big, got, list;
    fiat__buf_init(&big, 1 << 20);
    fiat__buf_init(&got, 2 << 20);
    fiat__buf_init(&list, 1000);
    for (int i = 0; i < 40000; i++)
        fiat__buf_printf(&big, "{\"n\":%d}\n", i * 7919);
    const fiat__str parts[] = {{"first\n", 6}, {"", 0}, fiat__buf_str(&big), {"last\n", 5}};
    ck_assert_fiat_ok(fiat__object_write(dir, "a/b/name.gz", parts, 4, gzip, sync, &err), err);
    tmpdir_list(&list, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "a/b/name.gz\n");
    tmpdir_read(&got, dir, "a/b/name.gz");
    ck_assert_uint_eq(got.len, big.len + 11);
    ck_assert_int_eq(memcmp(got.ptr, "first\n", 6), 0);
    ck_assert_int_eq(memcmp(got.ptr + 6, big.ptr, big.len), 0);
    ck_assert_int_eq(memcmp(got.ptr + 6 + big.len, "last\n", 5), 0);
    fiat__buf_deinit(&big);
    fiat__buf_deinit(&got);
    fiat__buf_deinit(&list);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(nothing_is_seen_before_commit_nor_after_abort) {
    fiat_error err = FIAT_ERROR_INIT;
    char *dir = tmpdir_make();
    fiat__buf list;
    fiat__buf_init(&list, 1000);
    fiat__object_writer *writer;
    ck_assert_fiat_ok(fiat__object_open(&writer, dir, "k/name", true, &err), err);
    ck_assert_fiat_ok(fiat__object_append(writer, fiat__str_c("half"), &err), err);
    tmpdir_list(&list, dir, false);
    ck_assert_str_eq(fiat__buf_cstr(&list), "");
    fiat__object_abort(writer);
    tmpdir_list(&list, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "");
    fiat__buf_deinit(&list);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(a_left_over_of_a_crash_is_taken_along) {
    fiat_error err = FIAT_ERROR_INIT;
    char *dir = tmpdir_make(), path[4096];
    snprintf(path, sizeof path, "%s/.name.tmp", dir);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c("left over, and longer"), false, &err),
                      err);
    const fiat__str part = fiat__str_c("new");
    ck_assert_fiat_ok(fiat__object_write(dir, "name", &part, 1, false, false, &err), err);
    fiat__buf out;
    fiat__buf_init(&out, 1000);
    tmpdir_list(&out, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&out), "name\n");
    fiat__buf_clear(&out);
    tmpdir_read(&out, dir, "name");
    ck_assert_str_eq(fiat__buf_cstr(&out), "new");
    fiat__buf_deinit(&out);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(a_file_in_the_way_is_an_error_that_names_it) {
    fiat_error err = FIAT_ERROR_INIT;
    char *dir = tmpdir_make();
    const fiat__str part = fiat__str_c("x");
    ck_assert_fiat_ok(fiat__object_write(dir, "a", &part, 1, false, false, &err), err);
    ck_assert_fiat_status(fiat__object_write(dir, "a/b", &part, 1, false, false, &err), FIAT_E_IO);
    ck_assert(strstr(err.message, "/a"));
    tmpdir_remove(dir);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void) {
    Suite *suite = suite_create("producer/object");
    TCase *prefix = tcase_create("prefix"), *object = tcase_create("object");
    tcase_add_loop_test(prefix, refused_prefixes_name_the_rule, 0, ROWS(s_refused));
    tcase_add_test(prefix, too_long_prefixes_are_refused);
    tcase_add_test(prefix, what_passes_the_check_expands_in_every_month);
    tcase_add_test(prefix, an_expression_in_prefix_needs_an_error_prefix);
    tcase_add_loop_test(prefix, prefixes_expand_as_documented, 0, ROWS(s_expanded));
    tcase_add_test(prefix, hours_around_midnight_and_noon);
    tcase_add_test(prefix, weekdays_and_days_of_the_year);
    tcase_add_test(prefix, random_strings_differ_each_time);
    tcase_add_loop_test(object, keys_never_leave_the_folder, 0, ROWS(s_bad_keys));
    tcase_add_test(object, too_long_keys_are_refused);
    tcase_add_test(object, a_file_in_the_way_is_an_error_that_names_it);
    tcase_add_test(object, nothing_is_seen_before_commit_nor_after_abort);
    tcase_add_test(object, a_left_over_of_a_crash_is_taken_along);
    tcase_add_test(object, names_are_as_firehose_makes_them);
    tcase_add_loop_test(object, objects_read_back_equal, 0, 4);
    suite_add_tcase(suite, prefix);
    suite_add_tcase(suite, object);
    return fiat_test_run(suite);
}
