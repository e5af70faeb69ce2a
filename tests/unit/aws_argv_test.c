/* Command lines split as Python's shlex.split() does; the expectations are its answers. */
#include "aws/argv.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

/* want: the arguments, each with '|' behind it. */
static const struct good_row {
    const char *line, *want;
} s_good[] = {
    {"a", "a|"},
    {" a\tb\r\nc ", "a|b|c|"},
    {"a 'b c' \"d e\"", "a|b c|d e|"},
    {"a'b'\"c\"d", "abcd|"},
    {"'' \"\"", "||"},
    {"a\\ b \\' \\\"", "a b|'|\"|"},
    {"'a\\b' 'a\\'", "a\\b|a\\|"},
    {"\"a\\b \\\" \\\\ \\$\"", "a\\b \" \\ \\$|"},
    {"a\\\nb", "a\nb|"},
    {"$HOME `id` $(id) * ~ # ; | > <", "$HOME|`id`|$(id)|*|~|#|;|||>|<|"},
    {"\xc3\xa4 '\xc3\xb6'", "\xc3\xa4|\xc3\xb6|"},
};

START_TEST(splits) {
    char got[256] = "";
    fiat__argv argv;
    fiat_error err;
    ck_assert_fiat_ok(fiat__argv_split(&argv, s_good[_i].line, &err), err);
    for (size_t i = 0, len = 0; i < argv.count; i++)
        len += (size_t)snprintf(got + len, sizeof got - len, "%s|", argv.items[i]);
    ck_assert_str_eq(got, s_good[_i].want);
    ck_assert_ptr_null(argv.items[argv.count]);
    fiat__argv_deinit(&argv);
}
END_TEST

static const struct bad_row {
    const char *line;
    fiat_status status;
    const char *part;
} s_bad[] = {
    {"", FIAT_E_CONFIG, "the command is empty"},
    {" \t", FIAT_E_CONFIG, "the command is empty"},
    {"'a", FIAT_E_CONFIG, "a quote is not closed"},
    {"a \"b\\\"", FIAT_E_CONFIG, "a quote is not closed"},
    {"a\\", FIAT_E_CONFIG, "nothing follows a backslash"},
    {"\"a\\", FIAT_E_CONFIG, "nothing follows a backslash"},
};

START_TEST(refuses) {
    fiat__argv argv;
    fiat_error err;
    ck_assert_fiat_status(fiat__argv_split(&argv, s_bad[_i].line, &err), s_bad[_i].status);
    ck_assert_ptr_nonnull(strstr(err.message, s_bad[_i].part));
    fiat__argv_deinit(&argv);
}
END_TEST

START_TEST(arguments_are_counted) {
    char line[2 * (FIAT__ARGV_MAX + 1) + 1];
    fiat__argv argv;
    fiat_error err;
    for (size_t i = 0; i + 1 < sizeof line; i++)
        line[i] = i % 2 ? ' ' : 'a';
    line[sizeof line - 1] = '\0';
    ck_assert_fiat_status(fiat__argv_split(&argv, line, &err), FIAT_E_LIMIT);
    fiat__argv_deinit(&argv);
    line[2 * FIAT__ARGV_MAX] = '\0';
    ck_assert_fiat_ok(fiat__argv_split(&argv, line, &err), err);
    ck_assert_uint_eq(argv.count, FIAT__ARGV_MAX);
    fiat__argv_deinit(&argv);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/argv");
    TCase *tcase = tcase_create("argv");
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_loop_test(tcase, splits, 0, sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, arguments_are_counted);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
