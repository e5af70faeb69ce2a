#include "base/buf.h"
#include "support/test.h"
#include "table/columns.h"

/* Every finding as a line "fault a: message" or "note a: message". */
static void collect(bool fault, const char *column, const char *message, void *user) {
    fiat__buf_printf(user, "%s %s: %s\n", fault ? "fault" : "note", column, message);
}

static fiat_status check(const char *athena, const char *schema, fiat__buf *out, fiat_error *err) {
    static const char *const provided[] = {"id", "time"};
    fiat__columns *columns;
    ck_assert_fiat_ok(fiat__columns_parse(&columns, fiat__str_c(athena), err), *err);
    fiat_status status =
        fiat__columns_check(columns, fiat__str_c(schema), provided, 2, collect, out, err);
    fiat__columns_free(columns);
    return status;
}

#define PROPERTIES(text) "{\"properties\":{" text "}}"

/* `finding`: a part of what is reported; NULL: nothing is. */
static const struct {
    const char *athena, *schema, *finding;
} s_rows[] = {
    /* No property. */
    {"{\"a\":\"int\"}", "{}", "fault a: there is no property of that name"},
    {"{\"a\":\"int\"}", PROPERTIES("\"b\":{}"), "fault a: there is no property"},
    {"{\"a\":\"string\"}", PROPERTIES("\"a\":false"), "fault a: the schema allows nothing there"},
    {"{\"id\":\"string\"}", "{}", NULL},
    {"{\"a\":\"string\"}", PROPERTIES("\"a\":{},\"b\":{}"), "note b: the property has no column"},
    {"{\"userid\":\"string\"}", PROPERTIES("\"userId\":{}"), "note userid: the property is spelt"},
    {"{\"order\":\"string\"}", PROPERTIES("\"order\":{}"), "note order: the name is a word of SQL"},
    {"{\"user_id\":\"string\"}", PROPERTIES("\"User.id\":{}"),
     "note user_id: the property is \"User.id\": the table maps it"},
    {"{\"gr__e\":\"string\"}", PROPERTIES("\"gr\u00f6\u00dfe\":{}"), "the table maps it"},
    {"{\"user_id\":\"string\"}", PROPERTIES("\"user.id\":{},\"USER_ID\":{}"),
     "note user_id: the property is spelt \"USER_ID\""},
    {"{\"a_b\":\"string\"}", PROPERTIES("\"a.bc\":{}"), "fault a_b: there is no property"},
    {"{\"s\":\"struct<a_b:int>\"}",
     PROPERTIES("\"s\":{\"type\":\"object\",\"properties\":{\"a-b\":{\"enum\":[1]}}}"), NULL},
    /* Types. */
    {"{\"a\":\"int\"}", PROPERTIES("\"a\":{}"),
     "fault a: int cannot hold boolean or number or string or array or object"},
    {"{\"a\":\"bigint\"}", PROPERTIES("\"a\":{\"type\":\"number\"}"),
     "fault a: bigint cannot hold number"},
    {"{\"a\":\"bigint\"}", PROPERTIES("\"a\":{\"type\":\"number\",\"multipleOf\":1}"), NULL},
    {"{\"a\":\"bigint\"}", PROPERTIES("\"a\":{\"type\":[\"integer\",\"null\"]}"), NULL},
    {"{\"a\":\"double\"}", PROPERTIES("\"a\":{\"type\":\"integer\"}"), NULL},
    {"{\"a\":\"double\"}", PROPERTIES("\"a\":{\"type\":\"string\"}"), "double cannot hold string"},
    {"{\"a\":\"boolean\"}", PROPERTIES("\"a\":{\"enum\":[true,null]}"), NULL},
    {"{\"a\":\"boolean\"}", PROPERTIES("\"a\":{\"const\":1}"), "boolean cannot hold integer"},
    {"{\"a\":\"string\"}", PROPERTIES("\"a\":{\"type\":\"object\"}"), NULL},
    {"{\"a\":\"string\"}", PROPERTIES("\"a\":true"), NULL},
    {"{\"a\":\"binary\"}", PROPERTIES("\"a\":{\"type\":\"array\"}"), "binary cannot hold array"},
    /* Ranges. */
    {"{\"a\":\"int\"}", PROPERTIES("\"a\":{\"type\":\"integer\"}"),
     "note a: int holds -2147483648"},
    {"{\"a\":\"int\"}", PROPERTIES("\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}"),
     NULL},
    {"{\"a\":\"int\"}",
     PROPERTIES("\"a\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":2147483648}"),
     "fault a: int holds -2147483648 to 2147483647, and the schema allows more"},
    {"{\"a\":\"tinyint\"}", PROPERTIES("\"a\":{\"enum\":[1,128]}"), "fault a: tinyint holds"},
    {"{\"a\":\"tinyint\"}", PROPERTIES("\"a\":{\"enum\":[1,127]}"), NULL},
    {"{\"a\":\"bigint\"}", PROPERTIES("\"a\":{\"type\":\"integer\",\"maximum\":1e19}"),
     "fault a: bigint holds"},
    {"{\"a\":\"decimal(4,2)\"}", PROPERTIES("\"a\":{\"type\":\"number\",\"maximum\":99.99}"), NULL},
    {"{\"a\":\"decimal(4,2)\"}", PROPERTIES("\"a\":{\"type\":\"number\",\"maximum\":100}"),
     "fault a: decimal(4,2) has 2 digits before the point"},
    {"{\"a\":\"decimal(4,0)\"}", PROPERTIES("\"a\":{\"type\":\"number\"}"),
     "fault a: decimal(4,0) has no digits after the point"},
    {"{\"a\":\"varchar(5)\"}", PROPERTIES("\"a\":{\"type\":\"string\",\"maxLength\":5}"), NULL},
    {"{\"a\":\"varchar(5)\"}", PROPERTIES("\"a\":{\"type\":\"string\",\"maxLength\":6}"),
     "fault a: varchar(5) is shorter"},
    {"{\"a\":\"varchar(5)\"}", PROPERTIES("\"a\":{\"type\":\"string\"}"),
     "note a: varchar(5) cuts"},
    {"{\"a\":\"varchar(5)\"}", PROPERTIES("\"a\":{\"enum\":[\"abc\",\"abcde\"]}"), NULL},
    /* Times. */
    {"{\"a\":\"timestamp\"}", PROPERTIES("\"a\":{\"type\":\"string\"}"),
     "fault a: timestamp needs strings of \"format\": \"date-time\""},
    {"{\"a\":\"timestamp\"}", PROPERTIES("\"a\":{\"type\":\"string\",\"format\":\"date-time\"}"),
     NULL},
    {"{\"a\":\"date\"}", PROPERTIES("\"a\":{\"type\":\"string\",\"format\":\"date-time\"}"),
     "fault a: date needs"},
    {"{\"a\":\"date\"}",
     PROPERTIES(
         "\"a\":{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"format\":\"date\"}]}"),
     NULL},
    {"{\"a\":\"date\"}",
     PROPERTIES(
         "\"a\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"string\",\"format\":\"date\"}]}"),
     "fault a: date needs"},
    /* Nesting. */
    {"{\"a\":\"array<string>\"}", PROPERTIES("\"a\":{\"type\":\"array\"}"),
     "note a: at []: the schema does not declare it"},
    {"{\"a\":\"array<bigint>\"}",
     PROPERTIES("\"a\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"),
     "fault a: at []: bigint cannot hold string"},
    {"{\"a\":\"array<string>\"}",
     PROPERTIES(
         "\"a\":{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}"),
     NULL},
    {"{\"a\":\"map<string,bigint>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}"),
     NULL},
    {"{\"a\":\"map<string,bigint>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"boolean\"}},"
                "\"additionalProperties\":{\"type\":\"integer\"}}"),
     "fault a: at {}: bigint cannot hold boolean"},
    {"{\"a\":\"map<int,string>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"additionalProperties\":{}}"),
     "note a: names in JSON"},
    {"{\"a\":\"struct<b:struct<c:bigint>>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"object\","
                "\"properties\":{\"C\":{\"type\":\"string\"}}}}}"),
     "fault a: at .b.C: bigint cannot hold string"},
    {"{\"a\":\"struct<b:bigint>\"}",
     PROPERTIES(
         "\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\"},\"c\":{}}}"),
     "note a: the property \"c\" is no member of the struct"},
    {"{\"a\":\"struct<b:bigint>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"additionalProperties\":false}"),
     "fault a: at .b: the schema allows nothing there"},
    {"{\"a\":\"struct<b:bigint>\"}",
     PROPERTIES("\"a\":{\"type\":\"object\",\"unevaluatedProperties\":false}"),
     "fault a: at .b: the schema allows nothing there"},
    /* References and branches. */
    {"{\"a\":\"struct<b:bigint>\"}",
     PROPERTIES("\"a\":{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"object\","
                "\"properties\":{\"b\":{\"type\":\"integer\"}}}]}"),
     NULL},
    {"{\"a\":\"bigint\"}",
     PROPERTIES("\"a\":{\"$ref\":\"#n\"},\"b\":{\"$anchor\":\"n\",\"type\":\"string\"}"),
     "fault a: bigint cannot hold string"},
    {"{\"a\":\"bigint\"}",
     "{\"$defs\":{\"n~/%\":{\"type\":\"integer\"}},"
     "\"properties\":{\"a\":{\"$ref\":\"#/$defs/n~0~1%25\"}}}",
     NULL},
    {"{\"a\":\"bigint\"}",
     "{\"allOf\":[{\"$ref\":\"#/definitions/x\"}],"
     "\"definitions\":{\"x\":{\"properties\":{\"a\":{\"type\":\"string\"}}}}}",
     "fault a: bigint cannot hold string"},
    {"{\"a\":\"bigint\"}",
     "{\"oneOf\":[{\"properties\":{\"a\":{\"type\":\"integer\"}}},"
     "{\"properties\":{\"a\":{\"type\":\"string\"}}}]}",
     "fault a: bigint cannot hold string"},
    {"{\"a\":\"bigint\"}", "{\"properties\":{\"a\":{\"$ref\":\"#/properties/a\"}}}",
     "fault a: bigint cannot hold"},
    {"{\"a\":\"string\"}",
     "{\"if\":{\"properties\":{\"a\":{}}},\"then\":{\"properties\":{\"b\":{}}}}",
     "note b: the property has no column"},
};

START_TEST(finds) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    fiat_status status = check(s_rows[_i].athena, s_rows[_i].schema, &out, &err);
    const char *found = fiat__buf_cstr(&out), *wanted = s_rows[_i].finding;
    if (wanted)
        ck_assert_msg(strstr(found, wanted), "%s %s: found \"%s\"", s_rows[_i].athena,
                      s_rows[_i].schema, found);
    else
        ck_assert_msg(!*found, "%s %s: found \"%s\"", s_rows[_i].athena, s_rows[_i].schema, found);
    bool fault = strstr(found, "fault ") != NULL;
    ck_assert_int_eq(status, fault ? FIAT_E_TABLE_COLUMN : FIAT_OK);
    if (fault) ck_assert_msg(strstr(err.message, "column \""), "%s", err.message);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(notes_each_leftover_once) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    const char *schema =
        "{\"properties\":{\"a\":{},\"b\":{}},\"allOf\":[{\"properties\":{\"b\":{}}}]}";
    ck_assert_fiat_ok(check("{\"a\":\"string\"}", schema, &out, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&out),
                     "note b: the property has no column: SQL will not see it\n");
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(refuses_a_schema_that_is_no_json) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    ck_assert_fiat_status(check("{\"a\":\"string\"}", "{", &out, &err), FIAT_E_JSON_SYNTAX);
    fiat__buf_deinit(&out);
}
END_TEST

/* A schema that doubles the work with every level must not take for ever. */
START_TEST(work_is_bounded) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf schema, out;
    fiat__buf_init(&schema, 100000);
    fiat__buf_init(&out, 100000);
    fiat__buf_append_c(&schema, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
    for (int i = 0; i < 60; i++)
        fiat__buf_printf(&schema,
                         "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},"
                         "{\"$ref\":\"#/$defs/d%d\"}]},",
                         i, i + 1, i + 1);
    fiat__buf_append_c(&schema, "\"d60\":{}}}");
    ck_assert_fiat_status(check("{\"a\":\"string\"}", fiat__buf_cstr(&schema), &out, &err),
                          FIAT_E_TABLE_COLUMN);
    fiat__buf_deinit(&schema);
    fiat__buf_deinit(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/check");
    TCase *tcase = tcase_create("check");
    tcase_add_loop_test(tcase, finds, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_test(tcase, notes_each_leftover_once);
    tcase_add_test(tcase, refuses_a_schema_that_is_no_json);
    tcase_add_test(tcase, work_is_bounded);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
