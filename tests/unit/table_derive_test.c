#include "base/buf.h"
#include "support/chaos.h"
#include "support/test.h"
#include "table/columns.h"
#include "table/derive.h"

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

static void collect(const char *column, const char *place, const char *message, void *user) {
    fiat__buf_printf(user, "%s%s: %s\n", column, place, message);
}

static void find_fault(bool fault, const char *column, const char *message, void *user) {
    (void)user;
    ck_assert_msg(!fault, "%s: %s", column, message);
}

/* Derive, and hold the result to what fiat__columns_check() asks. */
static fiat__columns *derive(const char *schema, const fiat__derive_opts *opts, fiat__buf *notes) {
    fiat__buf out;
    fiat__columns *columns;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert_fiat_ok(fiat__columns_derive(&out, fiat__str_c(schema), opts, collect, notes, &err),
                      err);
    ck_assert_fiat_ok(fiat__columns_parse(&columns, fiat__buf_str(&out), &err), err);
    ck_assert_fiat_ok(fiat__columns_check(columns, fiat__str_c(schema),
                                          opts ? opts->provided : NULL,
                                          opts ? opts->provided_count : 0, find_fault, NULL, &err),
                      err);
    fiat__buf_deinit(&out);
    return columns;
}

/* One member "a": its type, and a part of the notes ("" when there is none). */
static const struct {
    const char *schema, *type, *notes;
} s_types[] = {
    {"{\"type\":\"boolean\"}", "boolean", ""},
    {"{\"type\":[\"null\",\"boolean\"]}", "boolean", ""},
    {"{\"type\":\"null\"}", "string", "a: the schema lets in nothing but null"},
    {"{}", "string", "a: the schema lets in any value: kept as JSON text"},
    {"true", "string", "any value"},
    {"{\"type\":[\"string\",\"integer\"]}", "string", "a: the schema lets in values of several"},
    /* Numbers. */
    {"{\"type\":\"integer\"}", "bigint", ""},
    {"{\"type\":\"integer\",\"minimum\":0}", "bigint", ""},
    {"{\"type\":\"integer\",\"minimum\":-2147483648,\"maximum\":2147483647}", "int", ""},
    {"{\"type\":\"integer\",\"minimum\":0,\"maximum\":2147483648}", "bigint", ""},
    {"{\"enum\":[1,2,null]}", "int", ""},
    {"{\"type\":\"integer\",\"minimum\":-1e19,\"maximum\":0}", "decimal(20,0)", ""},
    {"{\"type\":\"integer\",\"minimum\":0,\"maximum\":1e20}", "decimal(21,0)", ""},
    {"{\"type\":\"integer\",\"minimum\":0,\"maximum\":99999999999999999999}", "decimal(21,0)", ""},
    {"{\"type\":\"integer\",\"maximum\":1e20}", "decimal(38,0)", ""},
    {"{\"type\":\"integer\",\"maximum\":1e38}", "string", "a: integers of more than 38 digits"},
    {"{\"type\":\"number\"}", "double", ""},
    {"{\"type\":\"number\",\"multipleOf\":1}", "bigint", ""},
    {"{\"enum\":[1,2.5]}", "double", ""},
    /* Strings. */
    {"{\"type\":\"string\"}", "string", ""},
    {"{\"enum\":[\"x\",\"y\",null]}", "string", ""},
    {"{\"type\":\"string\",\"format\":\"date\"}", "date", ""},
    {"{\"type\":\"string\",\"format\":\"date-time\"}", "string", ""},
    {"{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"format\":\"date\"}]}", "date", ""},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"string\",\"format\":\"date\"}]}", "string", ""},
    /* Arrays. */
    {"{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}", "array<bigint>", ""},
    {"{\"type\":\"array\"}", "array<string>", "a[]: the schema lets in any value"},
    {"{\"type\":\"array\",\"items\":false}", "string", ""},
    {"{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"number\"}]}",
     "array<string>", "a[]: the schema lets in values of several types"},
    {"{\"type\":\"array\",\"items\":[{\"type\":\"string\"}],\"additionalItems\":false}",
     "array<string>", ""},
    /* Objects. */
    {"{\"type\":\"object\"}", "string", ""},
    {"{\"type\":\"object\",\"additionalProperties\":false}", "string", ""},
    {"{\"type\":\"object\",\"properties\":{\"B\":{\"type\":\"number\"},\"c\":{\"type\":\"array\","
     "\"items\":{\"type\":\"string\"}}}}",
     "struct<b:double,c:array<string>>", ""},
    {"{\"type\":\"object\",\"properties\":{\"b\":false,\"c\":{\"type\":\"string\"}}}",
     "struct<c:string>", ""},
    {"{\"type\":\"object\",\"properties\":{\"b\":false}}", "string", ""},
    {"{\"type\":\"object\",\"properties\":{\"b-c\":{}}}", "string", "a: a member's name is none"},
    {"{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"string\"},\"B\":{\"type\":"
     "\"string\"}}}",
     "string", "a: two members differ in upper and lower case"},
    {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}", "map<string,bigint>",
     ""},
    {"{\"type\":\"object\",\"additionalProperties\":{}}", "string", ""},
    {"{\"type\":\"object\",\"patternProperties\":{\"^x\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"string\"}}}}",
     "map<string,array<string>>", ""},
    {"{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"additionalProperties\":"
     "{\"type\":\"number\"}}",
     "map<string,double>", ""},
    {"{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"string\"}},\"additionalProperties\":"
     "{\"type\":\"number\"}}",
     "string", "a: it has members by name and others"},
    {"{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"string\"}},\"additionalProperties\":"
     "true}",
     "struct<n:string>", ""},
    {"{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"properties\":{\"b\":{\"type\":"
     "\"integer\"}}}]}",
     "struct<b:bigint>", ""},
    {"{\"allOf\":[{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\"}}},"
     "{\"properties\":{\"c\":{\"type\":\"string\"},\"b\":{\"maximum\":9,\"minimum\":0}}}]}",
     "struct<b:int,c:string>", ""},
    /* References. */
    {"{\"$ref\":\"#/$defs/point\"}", "struct<x:double>", ""},
    {"{\"$ref\":\"#point\"}", "struct<x:double>", ""},
    {"{\"$ref\":\"urn:point\"}", "struct<x:double>", ""},
    {"{\"$ref\":\"other.json\"}", "string", "any value"},
    {"{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/point\"}}", "array<struct<x:double>>", ""},
    {"{\"$ref\":\"#/$defs/tree\"}", "struct<v:bigint,kids:array<string>>",
     "a.kids[]: the schema refers to itself here: kept as JSON text"},
    {"{\"$ref\":\"#\"}", "string", "a: the schema refers to itself here"},
    {"{\"allOf\":[{\"$ref\":\"#/$defs/point\"}],\"properties\":{\"of\":{\"$ref\":"
     "\"#/$defs/point\"}},\"type\":\"object\"}",
     "struct<of:struct<x:double>,x:double>", ""},
};

START_TEST(derives_type) {
    fiat__buf schema, notes, type;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    fiat__buf_init(&type, TEXT_MAX_BYTES);
    fiat__buf_printf(&schema,
                     "{\"type\":\"object\",\"$defs\":{"
                     "\"point\":{\"$anchor\":\"point\",\"$id\":\"urn:point\",\"type\":\"object\","
                     "\"properties\":{\"x\":{\"type\":\"number\"}}},"
                     "\"tree\":{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},"
                     "\"kids\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/tree\"}}}}},"
                     "\"properties\":{\"a\":%s}}",
                     s_types[_i].schema);
    fiat__columns *columns = derive(fiat__buf_cstr(&schema), NULL, &notes);
    ck_assert_uint_eq(fiat__columns_count(columns), 1);
    const fiat__column *column = fiat__columns_at(columns, 0);
    ck_assert_str_eq(column->name, "a");
    fiat__type_write(&type, &column->type);
    ck_assert_str_eq(fiat__buf_cstr(&type), s_types[_i].type);
    if (s_types[_i].notes[0])
        ck_assert_msg(strstr(fiat__buf_cstr(&notes), s_types[_i].notes), "%s",
                      fiat__buf_cstr(&notes));
    else
        ck_assert_str_eq(fiat__buf_cstr(&notes), "");
    fiat__columns_free(columns);
    fiat__buf_deinit(&type);
    fiat__buf_deinit(&notes);
    fiat__buf_deinit(&schema);
}
END_TEST

START_TEST(names_columns) {
    static const char *const provided[] = {"id", "tags", "host"};
    const fiat__derive_opts opts = {.timestamps = true, .provided = provided, .provided_count = 3};
    fiat__buf notes;
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    fiat__columns *columns =
        derive("{\"properties\":{\"userId\":{\"type\":\"string\"},\"USERID\":{},\"a b\":{},"
               "\"never\":false,\"Host\":{\"type\":\"string\"},\"free\":{\"type\":\"object\"},"
               "\"at\":{\"type\":\"string\",\"format\":\"date-time\"}}}",
               &opts, &notes);
    static const char *const names[] = {"id", "tags", "userid", "host", "free", "at"};
    ck_assert_uint_eq(fiat__columns_count(columns), 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_str_eq(fiat__columns_at(columns, i)->name, names[i]);
    ck_assert_int_eq(fiat__columns_at(columns, 1)->type.kind, FIAT__TYPE_MAP);
    ck_assert_int_eq(fiat__columns_at(columns, 5)->type.kind, FIAT__TYPE_TIMESTAMP);
    ck_assert_str_eq(fiat__columns_at(columns, 4)->comment, "JSON text");
    ck_assert_str_eq(fiat__columns_at(columns, 5)->comment, "");
    ck_assert_str_eq(fiat__buf_cstr(&notes),
                     "USERID: gets no column: there is a \"userid\" already, and Athena does not "
                     "tell upper from lower case\n"
                     "a b: gets no column: Athena takes letters, digits and _ for a name\n");
    fiat__columns_free(columns);
    fiat__buf_deinit(&notes);
}
END_TEST

static const struct {
    const char *schema, *message;
    fiat_status status;
} s_refused[] = {
    {"{", "found", FIAT_E_JSON_SYNTAX},
    {"{}", "declares no member", FIAT_E_TABLE_COLUMN},
    {"{\"properties\":{\"a-b\":{}}}", "declares no member", FIAT_E_TABLE_COLUMN},
    {"{\"type\":\"string\"}", "lets in no object", FIAT_E_TABLE_COLUMN},
    {"false", "lets in no object", FIAT_E_TABLE_COLUMN},
};

START_TEST(refuses) {
    fiat__buf out;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    ck_assert_fiat_status(
        fiat__columns_derive(&out, fiat__str_c(s_refused[_i].schema), NULL, NULL, NULL, &err),
        s_refused[_i].status);
    ck_assert_msg(strstr(err.message, s_refused[_i].message), "%s", err.message);
    fiat__buf_deinit(&out);
}
END_TEST

/* Ten definitions that each use the next one ten times describe 10^10 places. */
START_TEST(ends_for_many_places) {
    fiat__buf schema, notes;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    fiat__buf_append_c(&schema, "{\"properties\":{\"a\":{\"$ref\":\"#/$defs/d0\"}},\"$defs\":{");
    for (int i = 0; i < 10; i++) {
        fiat__buf_printf(&schema, "\"d%d\":{\"type\":\"object\",\"properties\":{", i);
        for (int j = 0; j < 10; j++)
            fiat__buf_printf(&schema, "%s\"p%d\":{\"$ref\":\"#/$defs/d%d\"}", j ? "," : "", j,
                             i + 1);
        fiat__buf_append_c(&schema, "}},");
    }
    fiat__buf_append_c(&schema, "\"d10\":{\"type\":\"string\"}}}");
    fiat__columns *columns = derive(fiat__buf_cstr(&schema), NULL, &notes);
    ck_assert(strstr(fiat__buf_cstr(&notes), "too many places") ||
              strstr(fiat__buf_cstr(&notes), "longer than"));
    fiat__columns_free(columns);
    fiat__buf_deinit(&notes);
    fiat__buf_deinit(&schema);
}
END_TEST

/* A type as deep as types may be, and the rest as text. */
START_TEST(ends_for_deep_schemas) {
    fiat__buf schema, notes;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    fiat__buf_append_c(&schema, "{\"properties\":{\"a\":");
    for (int i = 0; i < 40; i++)
        fiat__buf_append_c(&schema, "{\"type\":\"array\",\"items\":");
    fiat__buf_append_c(&schema, "{\"type\":\"integer\"}");
    for (int i = 0; i < 40; i++)
        fiat__buf_append_char(&schema, '}');
    fiat__buf_append_c(&schema, "}}");
    fiat__columns *columns = derive(fiat__buf_cstr(&schema), NULL, &notes);
    ck_assert(strstr(fiat__buf_cstr(&notes), "nested deeper than types can be"));
    fiat__columns_free(columns);
    fiat__buf_deinit(&notes);
    fiat__buf_deinit(&schema);
}
END_TEST

static fiat_status derive_once(void *ctx) {
    fiat__buf out;
    (void)ctx;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    fiat_status status = fiat__columns_derive(
        &out,
        fiat__str_c("{\"properties\":{\"a\":{\"type\":\"object\",\"properties\":{\"b\":{\"type\":"
                    "\"array\",\"items\":{\"type\":\"integer\"}}}},\"m\":{\"type\":\"object\","
                    "\"additionalProperties\":{\"type\":\"string\"}}}}"),
        NULL, NULL, NULL, NULL);
    fiat__buf_deinit(&out);
    return status;
}

START_TEST(survives_no_memory) {
    chaos_loop(derive_once, NULL);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("table/derive");
    TCase *t = tcase_create("derive");
    tcase_add_loop_test(t, derives_type, 0, (int)(sizeof s_types / sizeof s_types[0]));
    tcase_add_test(t, names_columns);
    tcase_add_loop_test(t, refuses, 0, (int)(sizeof s_refused / sizeof s_refused[0]));
    tcase_add_test(t, ends_for_many_places);
    tcase_add_test(t, ends_for_deep_schemas);
    tcase_add_test(t, survives_no_memory);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
