#include "base/file.h"
#include "logger/settings.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fiat_error s_err;

static fiat_config *config_new(void) {
    fiat_config *config;
    ck_assert_fiat_ok(fiat_config_new(&config, &s_err), s_err);
    return config;
}

static char s_path[] = "/tmp/fiat-config-XXXXXX";

static void write_file(const char *text) {
    snprintf(s_path, sizeof s_path, "/tmp/fiat-config-XXXXXX");
    int fd = mkstemp(s_path);
    ck_assert_int_ge(fd, 0);
    ck_assert_fiat_ok(fiat__file_write_fd(fd, s_path, fiat__str_c(text), &s_err), s_err);
    close(fd);
}

static const struct {
    const char *name, *value, *says;
} s_refused[] = {
    {"linger.msec", "5", "linger.ms"},
    {"linger.ms", "900001", "0 to 900000"},
    {"linger.ms", "-1", "0 to 900000"},
    {"linger.ms", "", "whole number"},
    {"linger.ms", "5s", "whole number"},
    {"record.max.bytes", "1024001", "1 to 1024000"},
    {"local.gzip", "yes", "true and false"},
    {"queue.max.bytes", "99999999999999999999", "whole number"},
    {"reports.only", "failure", "one of all, failures"},
    {"reports.only", "all, failures", "one of all, failures"},
    {"reports.only", "", "one of all, failures"},
};

START_TEST(wrong_values_are_refused_and_leave_the_old_one) {
    fiat_config *config = config_new();
    const char *before = fiat_config_get(config, s_refused[_i].name);
    ck_assert_fiat_status(fiat_config_set(config, s_refused[_i].name, s_refused[_i].value, &s_err),
                          FIAT_E_CONFIG);
    ck_assert_msg(strstr(s_err.message, s_refused[_i].says), "%s", s_err.message);
    ck_assert_ptr_eq(fiat_config_get(config, s_refused[_i].name), before);
    fiat_config_free(config);
}
END_TEST

START_TEST(program_wins_over_file_over_environment_over_default) {
    fiat_config *plain = config_new();
    ck_assert_str_eq(fiat_config_get(plain, "linger.ms"), "200");
    fiat_config_free(plain);
    setenv("FIAT_LINGER_MS", "11", 1);
    fiat_config *config = config_new();
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "11");
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", "33", &s_err), s_err);
    write_file("# comment\n\n  linger.ms =  22 \r\napp = a = b\n");
    ck_assert_fiat_ok(fiat_config_load(config, s_path, &s_err), s_err);
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "33"); /* whatever the order of calls */
    ck_assert_fiat_ok(fiat_config_set(config, "linger.ms", NULL, &s_err), s_err);
    ck_assert_str_eq(fiat_config_get(config, "linger.ms"), "22");
    ck_assert_str_eq(fiat_config_get(config, "app"), "a = b");
    unlink(s_path);
    fiat_config_free(config);
}
END_TEST

START_TEST(file_named_by_the_environment_is_read) {
    write_file("linger.ms = 7");
    setenv("FIAT_CONFIG", s_path, 1);
    fiat_config *config = config_new();
    ck_assert_int_eq(fiat__config_integer(config, FIAT__SET_LINGER_MS), 7);
    fiat_config_free(config);
    unlink(s_path);
    ck_assert_fiat_status(fiat_config_new(&config, &s_err), FIAT_E_NOT_FOUND);
    ck_assert(strstr(s_err.message, s_path));
}
END_TEST

START_TEST(errors_of_a_file_name_file_and_line) {
    write_file("app = x\nlinger.ms = soon\n");
    fiat_config *config = config_new();
    ck_assert_fiat_status(fiat_config_load(config, s_path, &s_err), FIAT_E_CONFIG);
    ck_assert_msg(strstr(s_err.message, "line 2") && strstr(s_err.message, s_path), "%s",
                  s_err.message);
    unlink(s_path);
    write_file("just words\n");
    ck_assert_fiat_status(fiat_config_load(config, s_path, &s_err), FIAT_E_CONFIG);
    ck_assert(strstr(s_err.message, "name = value"));
    unlink(s_path);
    fiat_config_free(config);
}
END_TEST

START_TEST(bad_environment_names_the_variable) {
    setenv("FIAT_REQUESTS_MAX", "many", 1);
    fiat_config *config;
    ck_assert_fiat_status(fiat_config_new(&config, &s_err), FIAT_E_CONFIG);
    ck_assert(strstr(s_err.message, "FIAT_REQUESTS_MAX"));
    ck_assert_ptr_null(config);
}
END_TEST

START_TEST(every_row_of_the_table_is_whole) {
    fiat_setting row;
    size_t count = 0;
    for (; fiat_config_describe(count, &row); count++) {
        ck_assert(*row.name && *row.doc && row.default_value && row.unit && row.type);
        ck_assert_str_eq(row.doc + strlen(row.doc) - 1, ".");
        ck_assert_fiat_ok(fiat__setting_check((fiat__setting_id)count, row.default_value, &s_err),
                          s_err);
        ck_assert_int_eq(strncmp(row.env, "FIAT_", 5), 0);
    }
    ck_assert_uint_eq(count, FIAT__SET_COUNT);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/config");
    TCase *tcase = tcase_create("config");
    tcase_add_loop_test(tcase, wrong_values_are_refused_and_leave_the_old_one, 0,
                        sizeof s_refused / sizeof *s_refused);
    tcase_add_test(tcase, program_wins_over_file_over_environment_over_default);
    tcase_add_test(tcase, file_named_by_the_environment_is_read);
    tcase_add_test(tcase, errors_of_a_file_name_file_and_line);
    tcase_add_test(tcase, bad_environment_names_the_variable);
    tcase_add_test(tcase, every_row_of_the_table_is_whole);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
