#include "conf_file.h"
#include "support/chaos.h"
#include "support/test.h"

#include <string.h>

static fiat_error s_err;
static fiat__buf s_out;

static void setup(void) {
    fiat__buf_init(&s_out, 1 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_out);
}

/* What `linger.ms` being set to `value` makes of a file. */
static const struct {
    const char *before, *value, *after;
    size_t line;
} s_set[] = {
    {"", "5", "linger.ms = 5\n", 1},
    {"app = x\n", "5", "app = x\nlinger.ms = 5\n", 2},
    {"app = x", "5", "app = x\nlinger.ms = 5\n", 2},
    {"app = x\r\n", "5", "app = x\r\nlinger.ms = 5\r\n", 2},
    {"\n\n", "5", "\n\nlinger.ms = 5\n", 3},
    {"linger.ms = 4\n", "5", "linger.ms = 5\n", 1},
    {"linger.ms = 4", "5", "linger.ms = 5", 1},
    {"  linger.ms=4 \r\nx", "5", "  linger.ms=5 \r\nx", 1},
    {"\tlinger.ms  =  4\t\n", "50", "\tlinger.ms  =  50\t\n", 1},
    {"linger.ms = 4\n", "", "linger.ms = \n", 1},
    {"linger.ms =\n", "5", "linger.ms = 5\n", 1},
    {"linger.ms=\n", "5", "linger.ms= 5\n", 1},
    {"linger.ms = 4 = 4\n", "5", "linger.ms = 5\n", 1},
    {"app = a\nlinger.ms = 4\n# end\n", "5", "app = a\nlinger.ms = 5\n# end\n", 2},
    /* The last line counts: the others stay. */
    {"linger.ms = 1\nlinger.ms = 2\n#\n", "5", "linger.ms = 1\nlinger.ms = 5\n#\n", 2},
    {"#linger.ms = 200\n\nqueue.wait.ms = 3\n", "5",
     "#linger.ms = 200\nlinger.ms = 5\n\nqueue.wait.ms = 3\n", 2},
    {" # linger.ms =\r\n", "5", " # linger.ms =\r\nlinger.ms = 5\r\n", 2},
    {"app = a\n#linger.ms = 200", "5", "app = a\n#linger.ms = 200\nlinger.ms = 5\n", 3},
    {"#linger.ms = 200\nlinger.ms = 4\n", "5", "#linger.ms = 200\nlinger.ms = 5\n", 2},
    {"linger.ms = 4\n#linger.ms = 200\n", "5", "linger.ms = 5\n#linger.ms = 200\n", 1},
    /* Names that only look like it, and lines that are faults. */
    {"#linger.ms is short\nlinger.msec = 1\nlinger\n", "5",
     "#linger.ms is short\nlinger.msec = 1\nlinger\nlinger.ms = 5\n", 4},
    {"linger.ms = soon\n", "5", "linger.ms = 5\n", 1},
};

START_TEST(set_changes_one_line) {
    size_t line = 99;
    ck_assert_fiat_ok(conf_file_set(&s_out, fiat__str_c(s_set[_i].before), "linger.ms",
                                    s_set[_i].value, &line, &s_err),
                      s_err);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), s_set[_i].after);
    ck_assert_uint_eq(line, s_set[_i].line);
}
END_TEST

static const char *const s_refused[] = {"a\nb", "\n", " a", "a ", "\ta", "a\r"};

START_TEST(set_refuses_what_no_line_can_hold) {
    size_t line;
    ck_assert_fiat_status(
        conf_file_set(&s_out, fiat__str_c("app = x\n"), "app", s_refused[_i], &line, &s_err),
        FIAT_E_CONFIG);
    ck_assert_uint_eq(s_out.len, 0);
}
END_TEST

static const struct {
    const char *before, *after;
    size_t lines;
} s_unset[] = {
    {"", "", 0},
    {"linger.ms = 4\n", "", 1},
    {"linger.ms = 4", "", 1},
    {"a = 1\r\n linger.ms=4\r\n#linger.ms = 3\r\nlinger.ms=", "a = 1\r\n#linger.ms = 3\r\n", 2},
    {"#linger.ms = 4\nlinger.msec = 1\nlinger.ms\nend",
     "#linger.ms = 4\nlinger.msec = 1\nlinger.ms\nend", 0},
};

START_TEST(unset_takes_all_its_lines) {
    size_t lines = 99;
    ck_assert_fiat_ok(
        conf_file_unset(&s_out, fiat__str_c(s_unset[_i].before), "linger.ms", &lines, &s_err),
        s_err);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), s_unset[_i].after);
    ck_assert_uint_eq(lines, s_unset[_i].lines);
}
END_TEST

static fiat_status edit_once(void *text) {
    fiat__buf out;
    size_t line;
    fiat__buf_init(&out, 1 << 20);
    fiat_status status = conf_file_set(&out, fiat__str_c(text), "app", "shop", &line, &s_err);
    fiat__buf_deinit(&out);
    return status;
}

START_TEST(memory_may_run_out_and_a_file_be_too_long) {
    size_t line;
    char text[] = "#app =\nhost = x\n";
    chaos_loop(edit_once, text);
    fiat__buf_init(&s_out, 10);
    ck_assert_fiat_status(conf_file_set(&s_out, fiat__str_c("a = 1"), "app", "x", &line, &s_err),
                          FIAT_E_LIMIT);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tools/conf_file");
    TCase *tcase = tcase_create("conf_file");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, set_changes_one_line, 0, sizeof s_set / sizeof *s_set);
    tcase_add_loop_test(tcase, set_refuses_what_no_line_can_hold, 0,
                        sizeof s_refused / sizeof *s_refused);
    tcase_add_loop_test(tcase, unset_takes_all_its_lines, 0, sizeof s_unset / sizeof *s_unset);
    tcase_add_test(tcase, memory_may_run_out_and_a_file_be_too_long);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
