/* Schemas that are wrong, and what is said of them; references; drafts. */
#include "schema_engines.h"

typedef struct bad_row {
    const char *schema;
    fiat_status status;
    const char *path, *keyword, *message; /* message: in it */
} bad_row;

#define D4      "\"$schema\":\"http://json-schema.org/draft-04/schema#\","
#define D7      "\"$schema\":\"http://json-schema.org/draft-07/schema#\","
#define D2019   "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","
#define INVALID FIAT_E_SCHEMA_INVALID
#define REF     FIAT_E_SCHEMA_REF

static const bad_row bad[] = {
    /* the text */
    {"", FIAT_E_JSON_SYNTAX, "", "", "schema: offset 0"},
    {"{\"type\":\"string\"", FIAT_E_JSON_SYNTAX, "", "", "the end of the text"},
    {"{\"type\":\"string\",\"type\":\"null\"}", FIAT_E_JSON_DUPLICATE_KEY, "", "", "\"type\""},
    {"{\"const\":\"\xff\"}", FIAT_E_JSON_UTF8, "", "", "0xff"},
    {"\"string\"", INVALID, "", "", "found \"string\"; wanted a schema: an object, true or false"},
    {"[]", INVALID, "", "", "wanted a schema"},
    {"{" D4 "\"properties\":{\"a\":true}}", INVALID, "/properties/a", "", "a schema: an object"},
    /* drafts */
    {"{\"$schema\":\"http://json-schema.org/draft-03/schema#\"}", FIAT_E_UNSUPPORTED, "/$schema",
     "$schema", "is not known; known are"},
    {"{\"$schema\":7}", INVALID, "/$schema", "$schema", "a string"},
    {"{\"$defs\":{\"a\":{" D7 "\"title\":\"b\"}}}", FIAT_E_UNSUPPORTED, "/$defs/a/$schema",
     "$schema", "2020-12"},
    /* values of keywords */
    {"{\"type\":\"text\"}", INVALID, "/type", "type", "found \"text\"; wanted one of array"},
    {"{\"type\":[]}", INVALID, "/type", "type", "at least one"},
    {"{\"type\":[\"string\",3]}", INVALID, "/type", "type", "found 3"},
    {"{\"enum\":\"a\"}", INVALID, "/enum", "enum", "found \"a\"; wanted an array"},
    {"{" D4 "\"enum\":[]}", INVALID, "/enum", "enum", "found []"},
    {"{\"minLength\":-1}", INVALID, "/minLength", "minLength",
     "found -1; wanted a whole number that is not negative"},
    {"{\"minLength\":1.5}", INVALID, "/minLength", "minLength", "found 1.5"},
    {"{\"maxLength\":\"3\"}", INVALID, "/maxLength", "maxLength", "found \"3\""},
    {"{\"maxItems\":null}", INVALID, "/maxItems", "maxItems", "found null"},
    {"{\"minItems\":-1e30}", INVALID, "/minItems", "minItems", "found -1e30"},
    {"{\"minProperties\":{}}", INVALID, "/minProperties", "minProperties", "found {}"},
    {"{\"maxProperties\":true}", INVALID, "/maxProperties", "maxProperties", "found true"},
    {"{\"minContains\":\"1\"}", INVALID, "/minContains", "minContains", "found \"1\""},
    {"{\"pattern\":3}", INVALID, "/pattern", "pattern", "a regular expression"},
    {"{\"properties\":{\"a\":{\"pattern\":\"(\"}}}", INVALID, "/properties/a/pattern", "pattern",
     NULL},
    {"{\"patternProperties\":{\"[\":{}}}", INVALID, "/patternProperties", "patternProperties",
     NULL},
    {"{\"format\":1}", INVALID, "/format", "format", "the name of a format"},
    {"{\"minimum\":\"1\"}", INVALID, "/minimum", "minimum", "found \"1\"; wanted a number"},
    {"{\"exclusiveMaximum\":true}", INVALID, "/exclusiveMaximum", "exclusiveMaximum",
     "found true; wanted a number"},
    {"{" D4 "\"exclusiveMaximum\":3}", INVALID, "/exclusiveMaximum", "exclusiveMaximum",
     "true or false"},
    {"{\"multipleOf\":0}", INVALID, "/multipleOf", "multipleOf", "greater than 0"},
    {"{\"multipleOf\":-0.5}", INVALID, "/multipleOf", "multipleOf", "greater than 0"},
    {"{\"items\":[{}]}", INVALID, "/items", "items", "prefixItems"},
    {"{\"prefixItems\":{}}", INVALID, "/prefixItems", "prefixItems", "an array of schemas"},
    {"{\"items\":1}", INVALID, "/items", "", "wanted a schema"},
    {"{\"uniqueItems\":1}", INVALID, "/uniqueItems", "uniqueItems", "true or false"},
    {"{\"contains\":\"a\"}", INVALID, "/contains", "", "wanted a schema"},
    {"{\"properties\":[]}", INVALID, "/properties", "properties", "an object of schemas"},
    {"{\"properties\":{\"a\":\"string\"}}", INVALID, "/properties/a", "", "wanted a schema"},
    {"{\"patternProperties\":1}", INVALID, "/patternProperties", "patternProperties", "an object"},
    {"{\"additionalProperties\":\"no\"}", INVALID, "/additionalProperties", "", "wanted a schema"},
    {"{\"propertyNames\":[]}", INVALID, "/propertyNames", "", "wanted a schema"},
    {"{\"required\":\"a\"}", INVALID, "/required", "required", "an array of names"},
    {"{\"required\":[1]}", INVALID, "/required", "required", "found 1; wanted a name"},
    {"{" D4 "\"required\":[]}", INVALID, "/required", "required", "at least one"},
    {"{" D4 "\"required\":true}", INVALID, "/required", "required", "found true"},
    {"{\"dependentRequired\":{\"a\":\"b\"}}", INVALID, "/dependentRequired", "dependentRequired",
     "an array of names"},
    {"{\"dependentRequired\":[]}", INVALID, "/dependentRequired", "dependentRequired", "an object"},
    {"{" D7 "\"dependencies\":{\"a\":[1]}}", INVALID, "/dependencies", "dependencies", "a name"},
    {"{\"dependentSchemas\":{\"a\":1}}", INVALID, "/dependentSchemas/a", "", "wanted a schema"},
    {"{\"allOf\":[]}", INVALID, "/allOf", "allOf", "at least one schema"},
    {"{\"anyOf\":{}}", INVALID, "/anyOf", "anyOf", "at least one schema"},
    {"{\"oneOf\":[1]}", INVALID, "/oneOf/0", "", "wanted a schema"},
    {"{\"not\":null}", INVALID, "/not", "", "wanted a schema"},
    {"{\"if\":1}", INVALID, "/if", "", "wanted a schema"},
    {"{\"unevaluatedProperties\":1}", INVALID, "/unevaluatedProperties", "", "wanted a schema"},
    /* schemas that nothing uses */
    {"{\"$defs\":{\"x\":{\"type\":\"strin\"}}}", INVALID, "/$defs/x/type", "type", "\"strin\""},
    {"{\"$defs\":[]}", INVALID, "/$defs", "$defs", "an object of schemas"},
    {"{" D7 "\"definitions\":3}", INVALID, "/definitions", "definitions", "an object of schemas"},
    {"{\"then\":{\"type\":1}}", INVALID, "/then/type", "type", "found 1"},
    /* references */
    {"{\"$ref\":1}", INVALID, "/$ref", "$ref", "found 1; wanted a string"},
    {"{\"$ref\":\"#/$defs/nope\"}", REF, "/$ref", "$ref", "nothing is at that place"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#nope\"}}}", REF, "/properties/a/$ref", "$ref",
     "no schema has that anchor"},
    {"{\"$ref\":\"http://example.com/other.json\"}", REF, "/$ref", "$ref", "nothing is fetched"},
    {"{\"properties\":{\"x\":{\"$dynamicRef\":\"#a\"}}}", REF, "/properties/x/$dynamicRef",
     "$dynamicRef", "no schema has that anchor"},
    {"{" D2019 "\"items\":{\"$recursiveRef\":\"#a\"}}", REF, "/items/$recursiveRef",
     "$recursiveRef", "wanted \"#\""},
    /* the string of a reference is no schema, even where one would stand */
    {"{\"not\":{\"$ref\":\"#/$defs/a/$ref\"},\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{}}}",
     INVALID, "/$defs/a/$ref", "", "wanted a schema"},
    {"{\"properties\":{\"$ref\":\"#/$defs/a\"},\"not\":{\"$ref\":\"#/"
     "properties\"},\"$defs\":{\"a\":{}}}",
     INVALID, "/properties/$ref", "", "wanted a schema"},
    {"{\"$dynamicRef\":2}", INVALID, "/$dynamicRef", "$dynamicRef", "found 2; wanted a string"},
    {"{\"$ref\":\"#\"}", REF, "/$ref", "$ref", "cycle"},
    {"{" D2019 "\"$recursiveRef\":\"#\"}", REF, "/$recursiveRef", "$recursiveRef", "cycle"},
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":"
     "\"#/$defs/a\"}}}",
     REF, NULL, "$ref", "cycle"},
    {"{\"allOf\":[{\"$ref\":\"#\"}]}", REF, NULL, "allOf", "cycle"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}", REF, "", "", "never end"},
    {"{\"$ref\":\"#/$defs/a\",\"maximum\":1,\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#\"}}}}", REF,
     NULL, "", "never end"},
    {"{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}", REF, NULL, "", "never end"},
    {"{\"if\":{\"$ref\":\"#\"},\"then\":{}}", REF, NULL, "", "never end"},
    {"{\"$id\":3}", INVALID, "/$id", "$id", "must be a string"},
    {"{\"$id\":\"http://x.example/a#b\"}", INVALID, "/$id", "$id", "use $anchor"},
    {"{\"$anchor\":[]}", INVALID, "/$anchor", "$anchor", "must be a string"},
    {"{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}", INVALID,
     "/$defs/b/$anchor", "$anchor", "there twice"},
    {"{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}", INVALID, "/$defs/b/$id", "$id",
     "two schemas"},
};

START_TEST(bad_schema_is_refused) {
    const bad_row *row = &bad[_i];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    fiat_status status = fiat__schema_compile(&schema, fiat__str_c(row->schema), NULL, &err);
    ck_assert_msg(status == row->status, "%s: %s: %s", row->schema, fiat_status_name(status),
                  err.message);
    ck_assert_ptr_null(schema);
    ck_assert_int_eq(err.status, status);
    if (row->path) ck_assert_str_eq(err.schema_path, row->path);
    ck_assert_str_eq(err.keyword, row->keyword);
    ck_assert_msg(!row->message || strstr(err.message, row->message), "%s: %s", row->schema,
                  err.message);
    ck_assert_fiat_status(fiat__schema_compile(&schema, fiat__str_c(row->schema), NULL, NULL),
                          row->status);
}
END_TEST

START_TEST(offset_is_that_of_the_value) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    static const char text[] = "{\"properties\":{\"a\":{\"minLength\": \"x\"}}}";
    ck_assert_fiat_status(fiat__schema_compile(&schema, fiat__str_c(text), NULL, &err),
                          FIAT_E_SCHEMA_INVALID);
    ck_assert_uint_eq(err.offset, (size_t)(strstr(text, "\"x\"") - text));
}
END_TEST

/* ---- Schemas that are right though they look odd. ---- */

static const struct {
    const char *schema, *good, *bad;
} odd[] = {
    /* keywords of other drafts say nothing; names of members are no keywords */
    {"{" D4 "\"const\":1}", "2", NULL},
    {"{" D7 "\"prefixItems\":3,\"$dynamicRef\":4,\"minContains\":\"x\"}", "2", NULL},
    {"{\"id\":3,\"properties\":{\"$ref\":{\"type\":\"string\"},\"$id\":{\"type\":\"null\"}}}",
     "{\"$ref\":\"x\",\"$id\":null}", "{\"$ref\":1}"},
    {"{\"const\":{\"$ref\":\"#/nope\"}}", "{\"$ref\":\"#/nope\"}", "1"},
    {"{\"enum\":[{\"$id\":\"x\"},{\"$id\":\"x\"}]}", "{\"$id\":\"x\"}", "1"},
    {"{\"unknown\":{\"$ref\":3,\"type\":\"no\"}}", "1", NULL},
    /* a place in an unknown keyword becomes a schema by being pointed to */
    {"{\"x-types\":{\"a\":{\"type\":\"null\"}},\"$ref\":\"#/x-types/a\"}", "null", "1"},
    /* counts however they are written, and too large ones */
    {"{\"maxLength\":2.0,\"minLength\":1e0}", "\"ab\"", "\"abc\""},
    {"{\"minItems\":99999999999999999999}", "1", "[]"},
    {"{\"maxItems\":99999999999999999999}", "[1]", NULL},
    {"{\"minLength\":4294967295}", "1", "\"x\""},
    /* drafts */
    {"{" D4
     "\"id\":\"http://x.example/\",\"additionalProperties\":false,\"properties\":{\"a\":{}}}",
     "{\"a\":1}", "{\"b\":1}"},
    {"{" D4 "\"items\":[{\"type\":\"null\"}],\"additionalItems\":false}", "[null]", "[null,1]"},
    {"{" D7 "\"$ref\":\"#/definitions/a\",\"type\":\"nonsense\",\"definitions\":{\"a\":{\"type\":"
     "\"null\"}}}",
     "null", "1"},
    {"{" D2019 "\"items\":[{\"type\":\"null\"}],\"unevaluatedItems\":false}", "[null]", "[null,1]"},
    {"{" D2019 "\"dependencies\":{\"a\":[\"b\"]}}", "{\"a\":1,\"b\":1}", "{\"a\":1}"},
    /* long chains of references, which must not recurse */
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema#\",\"allOf\":[{\"allOf\":[{"
     "\"allOf\":[{\"type\":\"null\"}]}]}]}",
     "null", "1"},
    /* recursion that a value ends */
    {"{\"type\":[\"array\",\"null\"],\"items\":{\"$ref\":\"#\"}}", "[[],[[null]]]", "[[1]]"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"items\":{\"$ref\":\"#\"},\"type\":\"array\"}]}",
     "[[],[[null]]]", "[[1]]"},
    /* URIs */
    {"{\"$id\":\"http://x.example/a/b/c\",\"$ref\":\"../d#e\",\"$defs\":{\"x\":{\"$id\":\"/a/d\","
     "\"$anchor\":\"e\",\"type\":\"null\"}}}",
     "null", "1"},
    {"{\"$id\":\"http://x.example/a?q\",\"$ref\":\"?r\",\"$defs\":{\"x\":{\"$id\":"
     "\"http://x.example/./b/../a?r\",\"type\":\"null\"}}}",
     "null", "1"},
    {"{\"$id\":\"urn:uuid:1-2\",\"properties\":{\"a\":{\"$ref\":\"urn:uuid:1-2#/$defs/n\"}},"
     "\"$defs\":{\"n\":{\"type\":\"null\"}}}",
     "{\"a\":null}", "{\"a\":1}"},
    {"{\"$id\":\"http://x.example\",\"$ref\":\"//y.example/z\",\"$defs\":{\"x\":{\"$id\":"
     "\"http://y.example/z\",\"type\":\"null\"}}}",
     "null", "1"},
};

START_TEST(odd_schema_means_what_its_draft_says) {
    fiat_schema *schema = test_compile(odd[_i].schema, NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, fiat__str_c(odd[_i].good), &err), err);
    if (odd[_i].bad)
        ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c(odd[_i].bad), &err),
                              FIAT_E_SCHEMA_MISMATCH);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* ---- Sizes. ---- */

/* A chain of `count` references, each to the next. */
static void write_chain(fiat__buf *text, int count, const char *sibling) {
    fiat__buf_init(text, 16 << 20);
    fiat__buf_append_c(text, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
    for (int i = 0; i < count; i++)
        fiat__buf_printf(text, "\"d%d\":{%s\"$ref\":\"#/$defs/d%d\"},", i, sibling, i + 1);
    fiat__buf_printf(text, "\"d%d\":{\"type\":\"null\"}}}", count);
}

START_TEST(chains_of_references_need_no_stack) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    write_chain(&text, 1000, "");
    fiat_schema *schema = test_compile(fiat__buf_cstr(&text), NULL);
    fiat_validator *ctx = test_ctx();
    ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, fiat__str_c("null"), &err), err);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
    /* With siblings each link is a node of its own: too many inside each other are a limit. */
    write_chain(&text, 5000, "\"minimum\":0,");
    schema = test_compile(fiat__buf_cstr(&text), NULL);
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c("1"), &err),
                          FIAT_E_SCHEMA_LIMIT);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
    fiat_validator_free(ctx);
}
END_TEST

START_TEST(nesting_of_schemas_is_limited) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    fiat__buf_init(&text, 1 << 20);
    for (int i = 0; i < 300; i++)
        fiat__buf_append_c(&text, "{\"not\":");
    fiat__buf_append_c(&text, "{}");
    for (int i = 0; i < 300; i++)
        fiat__buf_append_c(&text, "}");
    ck_assert_fiat_status(fiat__schema_compile(&schema, fiat__buf_str(&text), NULL, &err),
                          FIAT_E_JSON_DEPTH);
    fiat__buf_deinit(&text);
    fiat__schema_opts opts = {.base.max_depth = 100000};
    ck_assert_fiat_status(fiat__schema_compile(&schema, fiat__str_c("{}"), &opts, &err),
                          FIAT_E_ARG);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/load");
    TCase *tcase = tcase_create("load");
    tcase_add_loop_test(tcase, bad_schema_is_refused, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tcase, offset_is_that_of_the_value);
    tcase_add_test(tcase, nesting_of_schemas_is_limited);
    tcase_add_loop_test(tcase, odd_schema_means_what_its_draft_says, 0, sizeof odd / sizeof odd[0]);
    tcase_add_test(tcase, chains_of_references_need_no_stack);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
