#include "athena_rows.h"
#include "athena_text.h"
#include "support/test.h"

#include <string.h>

static const struct {
    uint64_t bytes;
    const char *text;
} s_sizes[] = {
    {0, "0 bytes"},
    {1, "1 byte"},
    {1023, "1023 bytes"},
    {1024, "1.0 KB"},
    {10137, "9.9 KB"},
    {10240, "10 KB"},
    {1023 * 1024, "1023 KB"},
    {1024 * 1024 - 1, "1.0 MB"},
    {1024 * 1024, "1.0 MB"},
    {(uint64_t)3 << 29, "1.5 GB"},
    {(uint64_t)1 << 40, "1.0 TB"},
    {(uint64_t)12 << 50, "12 PB"},
    {UINT64_MAX, "16384 PB"},
};

START_TEST(sizes) {
    char text[ATHENA_TEXT_BYTES];
    athena_size_text(text, s_sizes[_i].bytes);
    ck_assert_str_eq(text, s_sizes[_i].text);
}
END_TEST

/* 5 USD a TB: what https://aws.amazon.com/athena/pricing/ has, whole megabytes, 10 at least. */
static const struct {
    uint64_t bytes;
    double usd_per_tb;
    const char *text;
} s_costs[] = {
    {0, 5, "about 0.000048 USD"},
    {10 << 20, 5, "about 0.000048 USD"},
    {(10 << 20) + 1, 5, "about 0.000052 USD"},
    {(uint64_t)1 << 30, 5, "about 0.0049 USD"},
    {(uint64_t)10 << 30, 5, "about 0.049 USD"},
    {(uint64_t)100 << 30, 5, "about 0.49 USD"},
    {(uint64_t)1 << 40, 5, "about 5.00 USD"},
    {(uint64_t)3 << 40, 5, "about 15.00 USD"},
    {(uint64_t)1 << 40, 6.75, "about 6.75 USD"},
    {0, 0, "about 0.00 USD"},
    {0, 1e-9, "about 0.000000000 USD"},
};

START_TEST(costs) {
    char text[ATHENA_TEXT_BYTES];
    athena_cost_text(text, athena_cost(s_costs[_i].bytes, s_costs[_i].usd_per_tb));
    ck_assert_str_eq(text, s_costs[_i].text);
}
END_TEST

static const struct {
    const char *type, *text, *json;
} s_values[] = {
    {"integer", "-7", "-7"},
    {"bigint", "9223372036854775807", "9223372036854775807"},
    {"tinyint", "0", "0"},
    {"double", "1.0E-10", "1.0E-10"},
    {"double", "NaN", "\"NaN\""},
    {"float", "-Infinity", "\"-Infinity\""},
    {"double", "", "\"\""},
    {"decimal", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
    {"decimal", "0.10", "0.10"},
    {"integer", "+1", "\"+1\""},
    {"integer", "1,2", "\"1,2\""},
    {"integer", "true", "\"true\""},
    {"boolean", "true", "true"},
    {"boolean", "false", "false"},
    {"boolean", "1", "\"1\""},
    {"varchar", "1", "\"1\""},
    {"varchar", "a\"b\n", "\"a\\\"b\\n\""},
    {"varchar", "", "\"\""},
    {"date", "2026-11-21", "\"2026-11-21\""},
    {"timestamp", "2026-11-21 12:00:00.000", "\"2026-11-21 12:00:00.000\""},
    {"array", "[1, 2]", "\"[1, 2]\""},
    {"row", "{a=1}", "\"{a=1}\""},
    {"json", "{\"a\":[1,null]}", "{\"a\":[1,null]}"},
    {"json", "\"text\"", "\"text\""},
    {"json", "{", "\"{\""},
    {"", "x", "\"x\""},
};

START_TEST(values_as_json) {
    fiat__buf out;
    fiat__buf_init(&out, 1 << 16);
    ck_assert(athena_write_json(&out, s_values[_i].type, s_values[_i].text));
    ck_assert_str_eq(fiat__buf_cstr(&out), s_values[_i].json);
    fiat__buf_deinit(&out);
}
END_TEST

/* What Athena says, and a word of what is to be done. */
static const struct {
    const char *reason, *word;
} s_remedies[] = {
    {"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.fiat.none' does not exist",
     "fiat table create"},
    {"SCHEMA_NOT_FOUND: line 1:15: Schema 'none' does not exist", "--database"},
    {"COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved", "fiat table show"},
    {"SYNTAX_ERROR: line 1:1: mismatched input 'SELEC'", "double quotes"},
    {"TYPE_MISMATCH: line 1:8: Cannot apply operator: varchar = integer", "CAST"},
    {"HIVE_BAD_DATA: Error parsing field value", "fiat table check"},
    {"Query exhausted resources at this scale factor", "partitions"},
    {"No output location provided. An output location is required", "--output-location"},
    {"Query cancelled! : Bytes scanned limit was exceeded", "workgroup"},
    {"WorkGroup none is not found.", "--workgroup"},
    {"PERMISSION_DENIED: Access Denied (Service: Amazon S3)", "s3:GetObject"},
    {"GENERIC_INTERNAL_ERROR: it rains", NULL},
    {"", NULL},
};

START_TEST(remedies) {
    const char *remedy = athena_remedy(s_remedies[_i].reason);
    ck_assert_int_eq(!remedy, !s_remedies[_i].word);
    if (remedy) ck_assert_msg(strstr(remedy, s_remedies[_i].word) != NULL, "%s", remedy);
}
END_TEST

START_TEST(a_line_obeys_nothing) {
    fiat__buf out;
    fiat__buf_init(&out, 64);
    ck_assert(athena_write_line(&out, "a\nb\x1b[31m\tc\x7f"
                                      "ä"));
    ck_assert_str_eq(fiat__buf_cstr(&out), "a b [31m c ä");
    fiat__buf_deinit(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tools/athena");
    TCase *tcase = tcase_create("text");
    tcase_add_loop_test(tcase, sizes, 0, sizeof s_sizes / sizeof *s_sizes);
    tcase_add_loop_test(tcase, costs, 0, sizeof s_costs / sizeof *s_costs);
    tcase_add_loop_test(tcase, values_as_json, 0, sizeof s_values / sizeof *s_values);
    tcase_add_loop_test(tcase, remedies, 0, sizeof s_remedies / sizeof *s_remedies);
    tcase_add_test(tcase, a_line_obeys_nothing);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
