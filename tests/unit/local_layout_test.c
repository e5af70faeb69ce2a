#define PCRE2_CODE_UNIT_WIDTH 8
#include "local/layout.h"
#include "support/chaos.h"
#include "support/test.h"

#include <pcre2.h>
#include <stdio.h>

static const fiat__str s_bad[] = {{"a/!{timestamp:yyyy", 18}, {"!{x}/", 5}, {"!{a\0b}", 7}};

START_TEST(refuses) {
    fiat__layout layout;
    fiat_error err;
    ck_assert_fiat_status(fiat__layout_init(&layout, s_bad[_i], &err), FIAT_E_CONFIG);
    ck_assert_msg(strstr(err.message, "prefix: "), "%s", err.message);
}
END_TEST

/* `partitions`: "name=value name=value" of the key, NULL when the key is none of the stream's. */
static const struct {
    const char *prefix, *glob, *key, *partitions;
} s_rows[] = {
    {"", "**", "2026/11/21/12/s-1-2026.gz", "datehour=2026/11/21/12"},
    {"", "**", "2026/11/21/12/.s-1.gz", NULL},
    {"", "**", "2026/11/21/s.gz", NULL},
    {"", "**", "2026/11/21/12/13/s.gz", NULL},
    {"", "**", "processing-failed/2026/11/21/12/s.gz", NULL},
    {"Audit/", "Audit/**", "Audit/2026/11/21/12/x", "datehour=2026/11/21/12"},
    {"Audit/", "Audit/**", "Audit2/2026/11/21/12/x", NULL},
    {"logs/a.b-", "logs/**", "logs/a.b-2026/11/21/12/x", "datehour=2026/11/21/12"},
    {"logs/a.b-", "logs/**", "logs/aXb-2026/11/21/12/x", NULL},
    {"x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/", "x/**", "x/dt=2026-11-21/hour=09/f",
     "dt=2026-11-21 hour=09"},
    {"x/region=eu/", "x/region=eu/**", "x/region=eu/2026/11/21/12/f",
     "region=eu datehour=2026/11/21/12"},
    {"x/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/", "x/**", "x/2026/11/21/f",
     "day=2026/11/21"},
    {"!{timestamp:yyyy-MM}/", "**", "2026-11/f", "month=2026-11"},
    {"!{timestamp:yyyy}/k=!{partitionKeyFromQuery:k}/", "**", "2026/k=v w/f", "year=2026 k=v w"},
    {"!{firehose:random-string}/!{timestamp:yyyy/MM/dd/HH}/", "**", "a8dWPf1Xy0z/2026/11/21/12/f",
     "datehour=2026/11/21/12"},
    {"!{timestamp:'year='yyyy}/x/", "**", "year=2026/x/f", "year=2026"},
    {"a*b/", "a?b/**", "a*b/2026/11/21/12/f", "datehour=2026/11/21/12"},
    {"a*b/", "a?b/**", "aab/2026/11/21/12/f", NULL},
    {"d-!{timestamp:yyyy-MM-dd-HH}-", "**", "d-2026-11-21-12-s-1.gz", "datehour=2026-11-21-12"},
    {"!{timestamp:y/M/d/H}/", "**", "2026/1/2/3/f", "datehour=2026/1/2/3"},
    {"!{timestamp:DDD}/", "**", "325/f", "day=325"},
    {"!{timestamp:''yyyy''''MM}/", "**", "'2026'11/f", "month=2026'11"},
    {"k=!{timestamp:yyyy}/k=!{timestamp:MM}/", "**", "k=2026/k=11/f", "k=2026"},
    {"a/k=!{timestamp:yyyy}-", "a/**", "a/k=2026-f", "year=2026"},
    {"k=/", "k=/**", "k=/2026/11/21/12/f", "k= datehour=2026/11/21/12"},
    {"!{timestamp:EEEE}/", "**", "Saturday/f", "day=Saturday"},
};

/* The partitions of a key, or false when it does not match. */
static bool match(const fiat__layout *layout, const char *key, fiat__buf *out) {
    int code;
    PCRE2_SIZE where, size;
    fiat__buf whole;
    fiat__buf_init(&whole, 100000);
    fiat__buf_printf(&whole, "^%s$", fiat__buf_cstr(&layout->regex));
    pcre2_code *regex = pcre2_compile((PCRE2_SPTR)fiat__buf_cstr(&whole), PCRE2_ZERO_TERMINATED, 0,
                                      &code, &where, NULL);
    ck_assert_msg(regex != NULL, "%s: error %d at %zu", whole.ptr, code, where);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex, NULL);
    bool matches = pcre2_match(regex, (PCRE2_SPTR)key, strlen(key), 0, 0, data, NULL) > 0;
    for (size_t i = 0; matches && i < layout->partition_count; i++) {
        PCRE2_UCHAR value[200];
        size = sizeof value;
        const fiat__layout_partition *partition = &layout->partitions[i];
        ck_assert_int_eq(pcre2_substring_copy_bynumber(data, partition->group, value, &size), 0);
        fiat__buf_printf(out, "%s%s=%s", i ? " " : "", partition->name, (const char *)value);
    }
    pcre2_match_data_free(data);
    pcre2_code_free(regex);
    fiat__buf_deinit(&whole);
    return matches;
}

START_TEST(finds_objects_and_partitions) {
    fiat__layout layout;
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 1000);
    ck_assert_fiat_ok(fiat__layout_init(&layout, fiat__str_c(s_rows[_i].prefix), &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&layout.glob), s_rows[_i].glob);
    bool matches = match(&layout, s_rows[_i].key, &out);
    ck_assert_msg(matches == (s_rows[_i].partitions != NULL), "%s with %s: %s", s_rows[_i].key,
                  s_rows[_i].prefix, fiat__buf_cstr(&layout.regex));
    if (matches) ck_assert_str_eq(fiat__buf_cstr(&out), s_rows[_i].partitions);
    fiat__layout_deinit(&layout);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(length_is_bounded) {
    fiat__layout layout;
    fiat_error err;
    fiat__buf prefix;
    fiat__buf_init(&prefix, 100000);
    for (int i = 0; i < 10000; i++)
        fiat__buf_append_c(&prefix, "a");
    ck_assert_fiat_status(fiat__layout_init(&layout, fiat__buf_str(&prefix), &err), FIAT_E_LIMIT);
    fiat__buf_clear(&prefix);
    for (int i = 0; i < 100; i++)
        fiat__buf_printf(&prefix, "k%d=x/", i);
    ck_assert_fiat_ok(fiat__layout_init(&layout, fiat__buf_str(&prefix), &err), err);
    ck_assert_uint_eq(layout.partition_count, FIAT__LAYOUT_PARTITIONS_MAX);
    fiat__layout_deinit(&layout);
    fiat__buf_deinit(&prefix);
}
END_TEST

static fiat_status init_once(void *ctx) {
    fiat__layout layout;
    (void)ctx;
    fiat_status status =
        fiat__layout_init(&layout, fiat__str_c("x/dt=!{timestamp:yyyy-MM-dd}/"), NULL);
    if (status == FIAT_OK) fiat__layout_deinit(&layout);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    chaos_loop(init_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("local/layout");
    TCase *tcase = tcase_create("layout");
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_loop_test(tcase, finds_objects_and_partitions, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_test(tcase, length_is_bounded);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
