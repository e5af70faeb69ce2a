/* Every keyword, valid and not, in both engines; where a failure is said to be, and in what words.
 */
#include "schema_engines.h"

typedef struct row {
    const char *schema, *event;
    const char *keyword; /* NULL: valid */
    const char *instance_path, *schema_path, *message;
} row;

#define D4    "\"$schema\":\"http://json-schema.org/draft-04/schema#\","
#define D7    "\"$schema\":\"http://json-schema.org/draft-07/schema#\","
#define D2019 "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","

static const row rows[] = {
    /* boolean schemas */
    {"false", "1", "", "", "", "no value is allowed here, found 1"},
    {"true", "[1]", NULL, NULL, NULL, NULL},
    {"{}", "{\"a\":null}", NULL, NULL, NULL, NULL},
    {"{\"properties\":{\"a\":false}}", "{\"a\":1}", "", "/a", "/properties/a",
     "/a: no value is allowed here, found 1"},
    {"{\"properties\":{\"a\":false}}", "{\"b\":1}", NULL, NULL, NULL, NULL},
    /* type */
    {"{\"type\":\"integer\"}", "\"x\"", "type", "", "/type", "\"x\" is a string; wanted integer"},
    {"{\"type\":\"integer\"}", "1.5", "type", "", "/type", "1.5 is a number; wanted integer"},
    {"{\"type\":\"integer\"}", "1.0", NULL, NULL, NULL, NULL},
    {"{\"type\":\"integer\"}", "1e2", NULL, NULL, NULL, NULL},
    {"{" D4 "\"type\":\"integer\"}", "1.0", "type", "", "/type", NULL},
    {"{\"type\":\"integer\"}", "123456789012345678901234567890", NULL, NULL, NULL, NULL},
    {"{\"type\":\"number\"}", "1.5", NULL, NULL, NULL, NULL},
    {"{\"type\":[\"null\",\"boolean\"]}", "true", NULL, NULL, NULL, NULL},
    {"{\"type\":[\"null\",\"boolean\"]}", "0", "type", "", "/type",
     "0 is a number; wanted null or boolean"},
    {"{\"type\":\"array\"}", "{}", "type", "", "/type", "{} is an object; wanted array"},
    {"{\"type\":\"object\"}", "[]", "type", "", "/type", "[] is an array; wanted object"},
    {"{\"type\":\"null\"}", "false", "type", "", "/type", NULL},
    /* enum, const */
    {"{\"properties\":{\"action\":{\"enum\":[\"install\",\"remove\"]}}}", "{\"action\":\"instal\"}",
     "enum", "/action", "/properties/action/enum",
     "/action: \"instal\" is not one of \"install\", \"remove\"; did you mean \"install\"?"},
    {"{\"enum\":[\"a\",1,null,true]}", "1.0", NULL, NULL, NULL, NULL},
    {"{\"enum\":[\"a\",1,null,true]}", "null", NULL, NULL, NULL, NULL},
    {"{\"enum\":[\"a\",1,null,true]}", "false", "enum", "", "/enum",
     "false is not one of \"a\", 1, null, true"},
    {"{\"enum\":[\"a\",1]}", "{}", "enum", "", "/enum", NULL},
    {"{\"enum\":[\"a\",1]}", "[]", "enum", "", "/enum", NULL},
    {"{\"enum\":[\"caf\\u00e9\"]}", "\"caf\xc3\xa9\"", NULL, NULL, NULL, NULL},
    {"{\"enum\":[{\"a\":[1,2.0]}]}", "{\"a\":[1.0,2]}", NULL, NULL, NULL, NULL},
    {"{\"enum\":[{\"a\":1,\"b\":2}]}", "{\"b\":2,\"a\":1}", NULL, NULL, NULL, NULL},
    {"{\"enum\":[{\"a\":1,\"b\":2}]}", "{\"b\":2}", "enum", "", "/enum",
     "{\"b\":2} is not {\"a\":1,\"b\":2}"},
    {"{\"const\":[0,false]}", "[false,0]", "const", "", "/const", "[false,0] is not [0,false]"},
    {"{\"const\":\"x\"}", "\"x\"", NULL, NULL, NULL, NULL},
    {"{\"const\":1,\"enum\":[1,2]}", "2", "const", "", "/const", NULL},
    {"{\"const\":3,\"enum\":[1,2]}", "3", "const", "", "/const", NULL},
    {"{\"const\":18446744073709551617}", "18446744073709551616", "const", "", "/const", NULL},
    /* numbers */
    {"{\"properties\":{\"pid\":{\"maximum\":65535}}}", "{\"pid\":70000}", "maximum", "/pid",
     "/properties/pid/maximum", "/pid: 70000 is more than the maximum 65535"},
    {"{\"minimum\":1.5}", "1", "minimum", "", "/minimum", "1 is less than the minimum 1.5"},
    {"{\"minimum\":1.5}", "2", NULL, NULL, NULL, NULL},
    {"{\"minimum\":1.5}", "1.5", NULL, NULL, NULL, NULL},
    {"{\"maximum\":-1.5}", "-1", "maximum", "", "/maximum", NULL},
    {"{\"maximum\":-1.5}", "-2", NULL, NULL, NULL, NULL},
    {"{\"exclusiveMinimum\":3}", "3", "exclusiveMinimum", "", "/exclusiveMinimum",
     "3 must be more than 3"},
    {"{\"exclusiveMinimum\":3}", "3.0000000000000000000000001", NULL, NULL, NULL, NULL},
    {"{\"exclusiveMaximum\":3}", "3.0", "exclusiveMaximum", "", "/exclusiveMaximum", NULL},
    {"{\"exclusiveMaximum\":3}", "2", NULL, NULL, NULL, NULL},
    {"{" D4 "\"maximum\":3,\"exclusiveMaximum\":true}", "3", "exclusiveMaximum", "",
     "/exclusiveMaximum", "3 must be less than 3"},
    {"{" D4 "\"maximum\":3,\"exclusiveMaximum\":false}", "3", NULL, NULL, NULL, NULL},
    {"{\"minimum\":9223372036854775807}", "9223372036854775806", "minimum", "", "/minimum", NULL},
    {"{\"minimum\":9223372036854775807}", "9223372036854775807", NULL, NULL, NULL, NULL},
    {"{\"minimum\":1e400}", "99999", "minimum", "", "/minimum", NULL},
    {"{\"maximum\":1e400}", "99999", NULL, NULL, NULL, NULL},
    {"{\"maximum\":-1e400}", "-99999", "maximum", "", "/maximum", NULL},
    {"{\"minimum\":-1e400}", "-1e401", "minimum", "", "/minimum", NULL},
    {"{\"multipleOf\":3}", "7", "multipleOf", "", "/multipleOf", "7 is not a multiple of 3"},
    {"{\"multipleOf\":3}", "-9", NULL, NULL, NULL, NULL},
    {"{\"multipleOf\":0.01}", "19.99", NULL, NULL, NULL, NULL},
    {"{\"multipleOf\":0.01}", "19.999", "multipleOf", "", "/multipleOf", NULL},
    {"{\"multipleOf\":0.5}", "3", NULL, NULL, NULL, NULL},
    {"{\"minimum\":5,\"maximum\":4}", "5", "maximum", "", "/maximum", NULL},
    /* strings */
    {"{\"minLength\":2}", "\"\\ud83d\\ude00\"", "minLength", "", "/minLength",
     "\"\xf0\x9f\x98\x80\" has 1 character; at least 2 must be there"},
    {"{\"minLength\":2}", "\"\xc3\xa9\xc3\xa9\"", NULL, NULL, NULL, NULL},
    {"{\"maxLength\":2}", "\"\xc3\xa9\xc3\xa9\"", NULL, NULL, NULL, NULL},
    {"{\"maxLength\":2}", "\"\\u00e9\\u00e9\\u00e9\"", "maxLength", "", "/maxLength", NULL},
    {"{\"maxLength\":2}", "123", NULL, NULL, NULL, NULL},
    {"{\"pattern\":\"^[a-z]+$\"}", "\"abC\"", "pattern", "", "/pattern",
     "\"abC\" does not match the pattern \"^[a-z]+$\""},
    {"{\"pattern\":\"^[a-z]+$\"}", "\"\\u0061bc\"", NULL, NULL, NULL, NULL},
    {"{\"format\":\"date-time\"}", "\"2026-11-21 12:00\"", "format", "", "/format", NULL},
    {"{\"format\":\"date-time\"}", "\"2026-11-21T12:00:00Z\"", NULL, NULL, NULL, NULL},
    {"{\"format\":\"shoe-size\"}", "\"42\"", NULL, NULL, NULL, NULL},
    {"{\"enum\":[]}", "1", "enum", "", "/enum", "1 is not allowed: no value is"},
    /* arrays */
    {"{\"maxItems\":1}",
     "[\"a long array is not shown as it is\",\"but told by its size, and that once and no more\"]",
     "maxItems", "", "/maxItems", "2 items; at most 1 is allowed"},
    {"{\"minItems\":1}", "[]", "minItems", "", "/minItems",
     "[] has 0 items; at least 1 must be there"},
    {"{\"maxItems\":1}", "[1,2]", "maxItems", "", "/maxItems",
     "[1,2] has 2 items; at most 1 is allowed"},
    {"{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "type", "/1", "/items/type",
     "/1: 1 is a number; wanted string"},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]", "items", "/1",
     "/items", "/1: 1 is one item too many: no more than 1 is allowed"},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\"]", NULL, NULL, NULL,
     NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"}]}", "[1]", "type", "/0", "/prefixItems/0/type", NULL},
    {"{" D7 "\"items\":[{\"type\":\"string\"}],\"additionalItems\":{\"type\":\"null\"}}",
     "[\"a\",1]", "type", "/1", "/additionalItems/type", NULL},
    {"{" D7 "\"items\":{\"type\":\"string\"},\"additionalItems\":false}", "[\"a\",\"b\"]", NULL,
     NULL, NULL, NULL},
    {"{\"uniqueItems\":true}", "[1,2,1.0]", "uniqueItems", "/2", "/uniqueItems",
     "/2: 1.0 is there twice, first at /0; items must differ"},
    {"{\"uniqueItems\":true}", "[1,true,0,false,\"1\",[1],{\"a\":1}]", NULL, NULL, NULL, NULL},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "uniqueItems", "/1",
     "/uniqueItems", NULL},
    {"{\"uniqueItems\":true}", "[0,1,2,3,4,5,6,7,8,9,10,[1,\"x\"],[1,\"x\"]]", "uniqueItems", "/12",
     "/uniqueItems", NULL},
    {"{\"uniqueItems\":true}", "[0,1,2,3,4,5,6,7,8,9,10,[1,\"x\"],[1,\"y\"]]", NULL, NULL, NULL,
     NULL},
    {"{\"uniqueItems\":false}", "[1,1]", NULL, NULL, NULL, NULL},
    {"{\"contains\":{\"const\":5}}", "[1,2]", "contains", "", "/contains",
     "[1,2] has no item that fits the schema of \"contains\""},
    {"{\"contains\":{\"const\":5}}", "[1,5]", NULL, NULL, NULL, NULL},
    {"{\"contains\":{\"const\":5},\"minContains\":2}", "[5]", "minContains", "", "/minContains",
     "[5] has 1 item that fits the schema of \"contains\"; at least 2 must"},
    {"{\"contains\":{\"const\":5},\"minContains\":0}", "[]", NULL, NULL, NULL, NULL},
    {"{\"contains\":{\"const\":5},\"maxContains\":1}", "[5,5]", "maxContains", "", "/maxContains",
     "[5,5] has 2 items that fit the schema of \"contains\"; at most 1 may"},
    {"{\"unevaluatedItems\":false}", "[1]", "unevaluatedItems", "/0", "/unevaluatedItems",
     "/0: 1 is not allowed: no schema describes this item"},
    {"{\"prefixItems\":[true],\"allOf\":[{\"prefixItems\":[true,true]}],\"unevaluatedItems\":"
     "false}",
     "[1,2]", NULL, NULL, NULL, NULL},
    {"{\"prefixItems\":[true],\"allOf\":[{\"prefixItems\":[true,true]}],\"unevaluatedItems\":"
     "false}",
     "[1,2,3]", "unevaluatedItems", "/2", "/unevaluatedItems", NULL},
    {"{\"contains\":{\"const\":1},\"unevaluatedItems\":{\"const\":2}}", "[1,2]", NULL, NULL, NULL,
     NULL},
    {"{\"contains\":{\"const\":1},\"unevaluatedItems\":{\"const\":2}}", "[1,3]", "const", "/1",
     "/unevaluatedItems/const", NULL},
    {"{" D2019 "\"contains\":{\"const\":1},\"unevaluatedItems\":{\"const\":2}}", "[1,2]", "const",
     "/0", "/unevaluatedItems/const", NULL},
    /* objects */
    {"{\"required\":[\"task\"]}", "{}", "required", "", "/required",
     "required member \"task\" is missing"},
    {"{\"required\":[\"task\"]}", "{\"\\u0074ask\":1}", NULL, NULL, NULL, NULL},
    {"{\"minProperties\":2}", "{\"a\":1}", "minProperties", "", "/minProperties",
     "{\"a\":1} has 1 member; at least 2 must be there"},
    {"{\"maxProperties\":1,\"properties\":{\"a\":{}}}", "{\"a\":1,\"b\":2}", "maxProperties", "",
     "/maxProperties", "{\"a\":1,\"b\":2} has 2 members; at most 1 is allowed"},
    {"{\"properties\":{\"colour\":{}},\"additionalProperties\":false}", "{\"color\":1}",
     "additionalProperties", "/color", "/additionalProperties",
     "/color: member \"color\" is not allowed; did you mean \"colour\"?"},
    {"{\"properties\":{\"colour\":{}},\"additionalProperties\":{\"type\":\"null\"}}",
     "{\"colour\":1,\"x\":null}", NULL, NULL, NULL, NULL},
    {"{\"required\":[\"a\"],\"additionalProperties\":{\"type\":\"null\"}}", "{\"a\":1}", "type",
     "/a", "/additionalProperties/type", NULL},
    {"{\"required\":[\"a\"],\"additionalProperties\":false}", "{\"a\":1}", "additionalProperties",
     "/a", "/additionalProperties", NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},\"additionalProperties\":false}",
     "{\"x-a\":\"1\"}", NULL, NULL, NULL, NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},\"additionalProperties\":false}",
     "{\"y-a\":\"1\"}", "additionalProperties", "/y-a", "/additionalProperties", NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"},\"a$\":{\"minLength\":2}}}",
     "{\"x-a\":\"1\"}", "minLength", "/x-a", "/patternProperties/a$/minLength", NULL},
    {"{\"properties\":{\"ab\":{\"type\":\"string\"}},\"patternProperties\":{\"^a\":{\"minLength\":"
     "2}}}",
     "{\"ab\":\"1\"}", "minLength", "/ab", "/patternProperties/^a/minLength", NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"object\"},\"a$\":{\"minProperties\":1}}}",
     "{\"x-a\":{}}", "minProperties", "/x-a", "/patternProperties/a$/minProperties", NULL},
    {"{\"propertyNames\":{\"maxLength\":3}}", "{\"abcd\":1}", "maxLength", "/abcd",
     "/propertyNames/maxLength", "/abcd: \"abcd\" has 4 characters; at most 3 are allowed"},
    {"{\"propertyNames\":{\"anyOf\":[{\"const\":\"a\"},{\"const\":\"b\"}]}}", "{\"b\":1}", NULL,
     NULL, NULL, NULL},
    {"{\"propertyNames\":false}", "{\"b\":1}", "propertyNames", "/b", "/propertyNames", NULL},
    {"{\"dependentRequired\":{\"card\":[\"address\"]}}", "{\"card\":1}", "dependentRequired", "",
     "/dependentRequired", "member \"address\" is missing; it must be there because \"card\" is"},
    {"{" D7 "\"dependencies\":{\"card\":[\"address\"]}}", "{\"card\":1}", "dependencies", "",
     "/dependencies", NULL},
    {"{" D7 "\"dependencies\":{\"card\":{\"required\":[\"address\"]}}}", "{\"card\":1}", "required",
     "", "/dependencies/card/required", NULL},
    {"{\"dependentSchemas\":{\"card\":{\"maxProperties\":1}}}", "{\"card\":1,\"x\":2}",
     "maxProperties", "", "/dependentSchemas/card/maxProperties", NULL},
    {"{\"dependentSchemas\":{\"card\":{\"maxProperties\":1}}}", "{\"y\":1,\"x\":2}", NULL, NULL,
     NULL, NULL},
    {"{\"properties\":{\"a\":{}},\"unevaluatedProperties\":false}", "{\"b\":1}",
     "unevaluatedProperties", "/b", "/unevaluatedProperties", "/b: member \"b\" is not allowed"},
    {"{\"anyOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},{\"properties\":{"
     "\"b\":true}}],\"unevaluatedProperties\":false}",
     "{\"a\":1,\"b\":2}", NULL, NULL, NULL, NULL},
    {"{\"anyOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},{\"properties\":{"
     "\"b\":true}}],\"unevaluatedProperties\":false}",
     "{\"a\":2,\"b\":2}", "unevaluatedProperties", "/a", "/unevaluatedProperties", NULL},
    {"{\"if\":{\"properties\":{\"a\":true},\"required\":[\"a\"]},\"unevaluatedProperties\":false}",
     "{\"a\":2}", NULL, NULL, NULL, NULL},
    /* in place */
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "4", "maximum", "", "/allOf/1/maximum", NULL},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "2", NULL, NULL, NULL, NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":3,\"type\":\"integer\"}]}", "2", "anyOf", "",
     "/anyOf",
     "2 fits none of the 2 alternatives of anyOf; the closest is number 2: 2 is less than the "
     "minimum 3"},
    {"{\"oneOf\":[{\"minimum\":1},{\"maximum\":3}]}", "2", "oneOf", "", "/oneOf",
     "2 fits more than one alternative of oneOf; it must fit exactly one"},
    {"{\"oneOf\":[{\"minimum\":1},{\"maximum\":3}]}", "4", NULL, NULL, NULL, NULL},
    {"{\"oneOf\":[{\"properties\":{\"k\":{\"const\":\"a\"},\"n\":{\"type\":\"integer\"}}},{"
     "\"properties\":{\"k\":{\"const\":\"b\"}}}]}",
     "{\"k\":\"a\",\"n\":\"x\"}", "oneOf", "", "/oneOf", NULL},
    {"{\"not\":{\"type\":\"string\"}}", "\"x\"", "not", "", "/not",
     "\"x\" is what \"not\" forbids"},
    {"{\"not\":{\"type\":\"string\"}}", "1", NULL, NULL, NULL, NULL},
    {"{\"if\":{\"minimum\":10},\"then\":{\"multipleOf\":10},\"else\":{\"maximum\":5}}", "15",
     "multipleOf", "", "/then/multipleOf", NULL},
    {"{\"if\":{\"minimum\":10},\"then\":{\"multipleOf\":10},\"else\":{\"maximum\":5}}", "7",
     "maximum", "", "/else/maximum", NULL},
    {"{\"if\":{\"minimum\":10},\"then\":{\"multipleOf\":10},\"else\":{\"maximum\":5}}", "20", NULL,
     NULL, NULL, NULL},
    {"{\"then\":{\"multipleOf\":10},\"else\":{\"maximum\":5}}", "7", NULL, NULL, NULL, NULL},
    /* references */
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"null\"}}}", "1", "type", "",
     "/$defs/a/type", NULL},
    {"{\"$ref\":\"#/$defs/a\",\"maximum\":3,\"$defs\":{\"a\":{\"minimum\":1}}}", "4", "maximum", "",
     "/maximum", NULL},
    {"{\"$ref\":\"#/$defs/a\",\"maximum\":3,\"$defs\":{\"a\":{\"minimum\":1}}}", "0", "minimum", "",
     "/$defs/a/minimum", NULL},
    {"{" D7 "\"$ref\":\"#/definitions/a\",\"maximum\":3,\"definitions\":{\"a\":{\"minimum\":1}}}",
     "4", NULL, NULL, NULL, NULL},
    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"additionalProperties\":false}",
     "{\"next\":{\"next\":{\"nxt\":{}}}}", "additionalProperties", "/next/next/nxt",
     "/additionalProperties", NULL},
    {"{\"$ref\":\"#foo\",\"$defs\":{\"x\":{\"$anchor\":\"foo\",\"type\":\"null\"}}}", "1", "type",
     "", "/$defs/x/type", NULL},
    {"{\"$id\":\"http://x.example/root\",\"$ref\":\"item\",\"$defs\":{\"i\":{\"$id\":\"item\","
     "\"type\":\"null\"}}}",
     "1", "type", "", "/$defs/i/type", NULL},
    {"{" D7 "\"$ref\":\"#foo\",\"definitions\":{\"x\":{\"$id\":\"#foo\",\"type\":\"null\"}}}", "1",
     "type", "", "/definitions/x/type", NULL},
    {"{\"$ref\":\"#/$defs/a~1b%25c~0\",\"$defs\":{\"a/b%c~\":{\"type\":\"null\"}}}", "1", "type",
     "", "/$defs/a~1b%c~0/type", NULL},
};

START_TEST(row_is_judged_and_told) {
    const row *r = &rows[_i];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(r->schema, NULL);
    fiat_validator *ctx = test_ctx();
    fiat_status status = fiat__schema_validate(schema, ctx, fiat__str_c(r->event), &err);
    ck_assert_msg(status == (r->keyword ? FIAT_E_SCHEMA_MISMATCH : FIAT_OK), "%s on %s: %s: %s",
                  r->schema, r->event, fiat_status_name(status), err.message);
    ck_assert_int_eq(test_tape_verdict(schema, ctx, fiat__str_c(r->event)), r->keyword == NULL);
    if (r->keyword) {
        ck_assert_str_eq(err.keyword, r->keyword);
        ck_assert_str_eq(err.instance_path, r->instance_path);
        ck_assert_str_eq(err.schema_path, r->schema_path);
        ck_assert_str_ne(err.message, "");
        if (r->message) ck_assert_str_eq(err.message, r->message);
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/keywords");
    TCase *tcase = tcase_create("keywords");
    tcase_add_loop_test(tcase, row_is_judged_and_told, 0, sizeof rows / sizeof rows[0]);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
