#include "support/chaos.h"
#include "support/test.h"
#include "table/partition.h"

#include <stdio.h>

/* Each partition as "name date FORMAT UNIT", "name integer MIN,MAX,DIGITS", ... */
static void describe(char *out, size_t size, const fiat__partitions *all) {
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < all->count; i++) {
        const fiat__partition *item = &all->items[i];
        len += (size_t)snprintf(out + len, size - len, "%s%s ", i ? "; " : "", item->name);
        if (item->kind == FIAT__PARTITION_DATE)
            len += (size_t)snprintf(out + len, size - len, "date %s %s", item->format, item->unit);
        else if (item->kind == FIAT__PARTITION_INTEGER)
            len += (size_t)snprintf(out + len, size - len, "integer %u,%u,%u", item->min, item->max,
                                    item->digits);
        else if (item->kind == FIAT__PARTITION_ENUM)
            len += (size_t)snprintf(out + len, size - len, "enum %s", item->format);
        else
            len += (size_t)snprintf(out + len, size - len, "injected");
    }
}

static const struct {
    const char *prefix, *folder, *template, *partitions;
} s_rows[] = {
    {"", "", "${datehour}/", "datehour date yyyy/MM/dd/HH HOURS"},
    {"Audit/", "Audit/", "Audit/${datehour}/", "datehour date yyyy/MM/dd/HH HOURS"},
    {"logs/a.b-", "logs/", "logs/a.b-${datehour}/", "datehour date yyyy/MM/dd/HH HOURS"},
    {"x/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/", "x/", "x/${day}/",
     "day date yyyy/MM/dd DAYS"},
    {"!{timestamp:yyyy-MM}/", "", "${month}/", "month date yyyy-MM MONTHS"},
    {"!{timestamp:yyyy}/", "", "${year}/", "year date yyyy YEARS"},
    {"d/!{timestamp:yyyy/MM/dd/HH/mm}/", "d/", "d/${datehour}/",
     "datehour date yyyy/MM/dd/HH/mm MINUTES"},
    {"x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/", "x/", "x/dt=${dt}/hour=${hour}/",
     "dt date yyyy-MM-dd DAYS; hour integer 0,23,2"},
    {"x/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:H}/",
     "x/", "x/year=${year}/month=${month}/day=${day}/hour=${hour}/",
     "year date yyyy YEARS; month integer 1,12,2; day integer 1,31,2; hour integer 0,23,1"},
    {"x/Region=eu/", "x/", "x/Region=${region}/${datehour}/",
     "region enum eu; datehour date yyyy/MM/dd/HH HOURS"},
    {"c=!{partitionKeyFromQuery:c}/!{timestamp:yyyy/MM/dd}/", "", "c=${c}/${day}/",
     "c injected; day date yyyy/MM/dd DAYS"},
    {"!{timestamp:yyyy-MM-dd'T'HH}/", "", "${datehour}/", "datehour date yyyy-MM-dd'T'HH HOURS"},
    {"!{timestamp:yyyy'a''bc'MM}/", "", "${month}/", "month date yyyy'a''bc'MM MONTHS"},
    {"at/v1-!{timestamp:yyyy/MM/dd}/!{firehose:random-string}", "at/", "at/v1-${day}/",
     "day date yyyy/MM/dd DAYS"},
};

START_TEST(projects) {
    fiat__partitions partitions;
    fiat_error err;
    char text[600];
    ck_assert_fiat_ok(fiat__partitions_init(&partitions, fiat__str_c(s_rows[_i].prefix), &err),
                      err);
    describe(text, sizeof text, &partitions);
    ck_assert_str_eq(text, s_rows[_i].partitions);
    ck_assert_str_eq(fiat__buf_cstr(&partitions.folder), s_rows[_i].folder);
    ck_assert_str_eq(fiat__buf_cstr(&partitions.template), s_rows[_i].template);
    fiat__partitions_deinit(&partitions);
}
END_TEST

static const struct {
    const char *prefix, *message;
} s_bad[] = {
    {"a/!{timestamp:yyyy", "has no \"}\""},
    {"!{x}/", "an expression is none of"},
    {"!{firehose:random-string}/", "a random folder cannot be found again"},
    {"!{partitionKeyFromQuery:c}/", "name the folder of a key"},
    {"c=x-!{partitionKeyFromQuery:c}/", "a folder NAME=VALUE must be one time"},
    {"!{timestamp:yyyy}/x/!{timestamp:MM}/", "a part of the time stands apart"},
    {"!{timestamp:yyyy/dd}/", "a time must name the year"},
    {"!{timestamp:MM/dd}/", "a time must name the year"},
    {"!{timestamp:yyyy/DDD}/", "partitions can be made of yyyy, MM, dd, HH and mm"},
    {"day=!{timestamp:EEE}/", "partitions can be made of"},
    {"logs/!{timestamp:yyyy/MM/dd/HH}", "it ends within a partition: end it with a /"},
    {"a=!{timestamp:yyyy}/a=!{timestamp:MM}/", "two of its partitions have the same name"},
    {"k=a,b/", "a folder NAME=VALUE must be"},
    {"k=/", "a folder NAME=VALUE must be"},
};

START_TEST(refuses) {
    fiat__partitions partitions;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(fiat__partitions_init(&partitions, fiat__str_c(s_bad[_i].prefix), &err),
                          FIAT_E_CONFIG);
    ck_assert_msg(strstr(err.message, s_bad[_i].message), "%s", err.message);
    ck_assert_msg(strncmp(err.message, "prefix \"", 8) == 0, "%s", err.message);
    fiat__partitions_deinit(&partitions);
}
END_TEST

static const struct {
    const char *prefix, *from, *start;
} s_starts[] = {
    {"", "2026", "2026/01/01/00"},
    {"", "2026-11-21T05", "2026/11/21/05"},
    {"!{timestamp:yy-M-d'T'H''mm}/", "2026/02/03/04", "26-2-3T4'00"},
    {"dt=!{timestamp:uuuu-LL}/", "2026-11", "2026-11"},
};

START_TEST(begins) {
    fiat__partitions partitions;
    fiat__table_moment moment;
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, 100);
    ck_assert_fiat_ok(fiat__partitions_init(&partitions, fiat__str_c(s_starts[_i].prefix), &err),
                      err);
    ck_assert(fiat__table_moment_read(&moment, s_starts[_i].from));
    ck_assert(fiat__partition_write_moment(&text, &partitions.items[0], &moment));
    ck_assert_str_eq(fiat__buf_cstr(&text), s_starts[_i].start);
    fiat__buf_deinit(&text);
    fiat__partitions_deinit(&partitions);
}
END_TEST

START_TEST(refuses_what_is_no_moment) {
    static const char *const bad[] = {
        "",     "26",  "2026-", "2026-13", "2026-11-32", "2026-11-21T24", "2026-11-21T05:00",
        "1969", "x026"};
    fiat__table_moment moment;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!fiat__table_moment_read(&moment, bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(refuses_what_is_no_text) {
    static const char *const bad[] = {"a\xFF/", "a\n/", "a${datehour}/", "\x7F/"};
    fiat__partitions partitions;
    fiat_error err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_fiat_status(fiat__partitions_init(&partitions, fiat__str_c(bad[i]), &err),
                              FIAT_E_CONFIG);
        ck_assert_str_eq(err.message,
                         "prefix: it must be UTF-8 text without control characters and ${");
        fiat__partitions_deinit(&partitions);
    }
}
END_TEST

START_TEST(bounds_what_it_takes) {
    fiat__partitions partitions;
    fiat_error err;
    char text[4096] = "";
    memset(text, 'a', sizeof text - 1);
    ck_assert_fiat_status(fiat__partitions_init(&partitions, fiat__str_c(text), &err),
                          FIAT_E_LIMIT);
    fiat__partitions_deinit(&partitions);
    text[0] = '\0';
    for (int i = 0; i < 17; i++)
        snprintf(text + strlen(text), 32, "k%d=v/", i);
    ck_assert_fiat_status(fiat__partitions_init(&partitions, fiat__str_c(text), &err),
                          FIAT_E_CONFIG);
    fiat__partitions_deinit(&partitions);
}
END_TEST

static fiat_status read_once(void *ctx) {
    fiat__partitions partitions;
    (void)ctx;
    fiat_status status = fiat__partitions_init(&partitions, fiat__str_c(s_rows[7].prefix), NULL);
    fiat__partitions_deinit(&partitions);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    chaos_loop(read_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/partition");
    TCase *tcase = tcase_create("partition");
    tcase_add_loop_test(tcase, projects, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_loop_test(tcase, begins, 0, sizeof s_starts / sizeof s_starts[0]);
    tcase_add_test(tcase, refuses_what_is_no_moment);
    tcase_add_test(tcase, refuses_what_is_no_text);
    tcase_add_test(tcase, bounds_what_it_takes);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
