#include "table/columns.h"
#include "support/chaos.h"
#include "support/test.h"

static const struct {
    const char *text, *message;
    fiat_status status;
} s_bad[] = {
    {"{", "found the end of the text", FIAT_E_JSON_SYNTAX},
    {"3", "not number", FIAT_E_TABLE_COLUMN},
    {"{}", "there are 0 columns", FIAT_E_TABLE_COLUMN},
    {"[]", "there are 0 columns", FIAT_E_TABLE_COLUMN},
    {"{\"columns\": 3}", "not number", FIAT_E_TABLE_COLUMN},
    {"{\"columns\": {}, \"colums\": {}}", "unknown member \"colums\"", FIAT_E_TABLE_COLUMN},
    {"{\"a\": 1}", "column \"a\": its type must be a string, not number", FIAT_E_TABLE_COLUMN},
    {"{\"a\": \"integer\"}", "column \"a\": \"integer\" is not a type", FIAT_E_TABLE_COLUMN},
    {"{\"a\": \"int\", \"A\": \"int\"}", "column \"A\" is there twice", FIAT_E_TABLE_COLUMN},
    {"{\"a.b\": \"int\"}", "column name \"a.b\"", FIAT_E_TABLE_COLUMN},
    {"{\"\": \"int\"}", "column name \"\"", FIAT_E_TABLE_COLUMN},
    {"[3]", "column 1 must be an object", FIAT_E_TABLE_COLUMN},
    {"[{\"name\": \"a\"}]", "column 1 has no \"type\"", FIAT_E_TABLE_COLUMN},
    {"[{\"type\": \"int\"}]", "column 1 has no \"name\"", FIAT_E_TABLE_COLUMN},
    {"[{\"name\": \"a\", \"type\": 1}]", "\"type\" must be a string", FIAT_E_TABLE_COLUMN},
    {"[{\"name\": \"a\", \"typ\": \"int\"}]", "unknown member \"typ\"", FIAT_E_TABLE_COLUMN},
};

START_TEST(refuses) {
    fiat__columns *columns;
    fiat_error err;
    ck_assert_fiat_status(fiat__columns_parse(&columns, fiat__str_c(s_bad[_i].text), &err),
                          s_bad[_i].status);
    ck_assert_msg(strstr(err.message, s_bad[_i].message), "%s: %s", s_bad[_i].text, err.message);
    ck_assert_ptr_null(columns);
}
END_TEST

static const char *const s_good[] = {
    "{\"id\": \"string\", \"columns\": \"int\"}",
    "[{\"name\": \"id\", \"type\": \"string\"}, {\"name\": \"columns\", \"type\": \"int\"}]",
    "{\"columns\": {\"id\": \"string\", \"columns\": \"int\"}}",
    ("{\"columns\": [{\"Name\": \"id\", \"Type\": \"string\", \"Comment\": \"\"},"
     " {\"Name\": \"columns\", \"Type\": \"INT\"}]}"),
};

START_TEST(reads_every_form) {
    fiat__columns *columns;
    fiat_error err;
    ck_assert_fiat_ok(fiat__columns_parse(&columns, fiat__str_c(s_good[_i]), &err), err);
    ck_assert_uint_eq(fiat__columns_count(columns), 2);
    const fiat__column *column = fiat__columns_at(columns, 0);
    ck_assert_str_eq(column->name, "id");
    ck_assert_str_eq(column->comment, "");
    ck_assert_int_eq(column->type.kind, FIAT__TYPE_STRING);
    column = fiat__columns_at(columns, 1);
    ck_assert_str_eq(column->name, "columns");
    ck_assert_int_eq(column->type.kind, FIAT__TYPE_INT);
    fiat__columns_free(columns);
}
END_TEST

START_TEST(keeps_comments) {
    fiat__columns *columns;
    fiat_error err;
    const char *text = "[{\"name\": \"a\", \"type\": \"int\", \"comment\": \"how many\"}]";
    ck_assert_fiat_ok(fiat__columns_parse(&columns, fiat__str_c(text), &err), err);
    ck_assert_str_eq(fiat__columns_at(columns, 0)->comment, "how many");
    fiat__columns_free(columns);
}
END_TEST

static fiat_status parse_and_check(void *ctx) {
    static const char athena[] =
        "[{\"name\":\"a\",\"type\":\"struct<b:int,c:array<decimal(4,2)>>\"}]";
    static const char schema[] = "{\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{"
                                 "\"b\":{\"enum\":[1]},\"c\":{\"type\":\"array\"}}}}}";
    fiat__columns *columns;
    (void)ctx;
    fiat_status status = fiat__columns_parse(&columns, fiat__str_c(athena), NULL);
    if (status != FIAT_OK) return status;
    status = fiat__columns_check(columns, fiat__str_c(schema), NULL, 0, NULL, NULL, NULL);
    fiat__columns_free(columns);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    chaos_loop(parse_and_check, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/columns");
    TCase *tcase = tcase_create("columns");
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_loop_test(tcase, reads_every_form, 0, sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, keeps_comments);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
