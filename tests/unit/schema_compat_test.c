/* Pairs of schemas as they follow each other in real life, with the verdict of both ways. */
#include "schema/compat.h"
#include "support/chaos.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { H = FIAT__COMPAT_HOLDS, M = FIAT__COMPAT_MAY_BREAK, B = FIAT__COMPAT_BREAKS };

static fiat_schema *compile(const char *text, int32_t draft) {
    fiat_schema *schema;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    options.draft = draft;
    options.formats = FIAT_SCHEMA_FORMATS_ASSERT;
    if (fiat_schema_compile(&schema, text, strlen(text), &options, &err) != FIAT_OK)
        ck_abort_msg("%s: %s", text, err.message);
    return schema;
}

static fiat__compat_report *compare(const char *older, const char *newer, int32_t draft) {
    fiat__compat_report *report;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *one = compile(older, draft), *two = compile(newer, draft);
    ck_assert_int_eq(fiat__compat_compare(&report, one, two, &err), FIAT_OK);
    fiat_schema_free(one);
    fiat_schema_free(two);
    return report;
}

static const struct {
    const char *older, *newer;
    int backward, forward;
    int32_t draft;
} pairs[] = {
#include "schema_compat_pairs.h"
};

#define PAIRS (int)(sizeof pairs / sizeof pairs[0])

static void show(const fiat__compat_report *report) {
    for (size_t i = 0; i < report->count; i++) {
        const fiat__compat_difference *at = &report->differences[i];
        printf("  %s (%s): %s [%d %d] %s | %s\n", at->path, at->keyword, at->message, at->effect[0],
               at->effect[1], at->sample[0] ? at->sample[0] : "-",
               at->sample[1] ? at->sample[1] : "-");
    }
}

START_TEST(test_pairs) {
    fiat__compat_report *report = compare(pairs[_i].older, pairs[_i].newer, pairs[_i].draft);
    if ((int)report->effect[0] != pairs[_i].backward ||
        (int)report->effect[1] != pairs[_i].forward) {
        show(report);
        ck_abort_msg("pair %d: %s -> %s: %d %d, wanted %d %d", _i, pairs[_i].older, pairs[_i].newer,
                     report->effect[0], report->effect[1], pairs[_i].backward, pairs[_i].forward);
    }
    fiat__compat_free(report);
}
END_TEST

/* Whatever the verdict of a pair, that of the pair turned round is the same, turned round. */
START_TEST(test_turned) {
    fiat__compat_report *report = compare(pairs[_i].newer, pairs[_i].older, pairs[_i].draft);
    ck_assert_int_eq(report->effect[0], pairs[_i].forward);
    ck_assert_int_eq(report->effect[1], pairs[_i].backward);
    fiat__compat_free(report);
}
END_TEST

/* A schema is compatible with itself, and nothing is different. */
START_TEST(test_itself) {
    fiat__compat_report *report = compare(pairs[_i].older, pairs[_i].older, pairs[_i].draft);
    ck_assert_int_eq(report->effect[0], H);
    ck_assert_int_eq(report->effect[1], H);
    ck_assert_uint_eq(report->count, 0);
    fiat__compat_free(report);
}
END_TEST

/* Whatever memory is lacking, nothing that breaks is said to hold. */
static fiat_status compare_once(void *user) {
    static const char older[] =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,\"b\",[2]]},\"n\":{\"anyOf\":"
        "[{\"$ref\":\"#\"},{\"type\":\"null\"}]}},\"patternProperties\":{\"^x\":{\"maxLength\":3}}"
        "}";
    static const char newer[] =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,[2]]},\"n\":{\"oneOf\":"
        "[{\"$ref\":\"#\"},{\"type\":\"null\"}]}},\"patternProperties\":{\"^x\":{\"maxLength\":3}}"
        "}";
    fiat_schema *schemas[2] = {NULL, NULL};
    fiat__compat_report *report = NULL;
    fiat_status status = fiat_schema_compile(&schemas[0], older, sizeof older - 1, NULL, NULL);
    if (status == FIAT_OK)
        status = fiat_schema_compile(&schemas[1], newer, sizeof newer - 1, NULL, NULL);
    if (status == FIAT_OK) status = fiat__compat_compare(&report, schemas[0], schemas[1], NULL);
    if (status == FIAT_OK) {
        ck_assert_int_ne(report->effect[0], FIAT__COMPAT_HOLDS);
        ck_assert_int_ne(report->effect[1], FIAT__COMPAT_BREAKS);
    }
    fiat__compat_free(report);
    fiat_schema_free(schemas[0]);
    fiat_schema_free(schemas[1]);
    (void)user;
    return status;
}

START_TEST(test_memory_runs_out) {
    chaos_loop(compare_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema_compat");
    TCase *tcase = tcase_create("pairs");
    tcase_add_loop_test(tcase, test_pairs, 0, PAIRS);
    tcase_add_loop_test(tcase, test_turned, 0, PAIRS);
    tcase_add_loop_test(tcase, test_itself, 0, PAIRS);
    tcase_add_test(tcase, test_memory_runs_out);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
