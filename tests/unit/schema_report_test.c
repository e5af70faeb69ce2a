/* Reports: all failures in the order of the text, their number, the closest alternative. */
#include "schema_engines.h"

#include "base/utf8.h"

#include <stdio.h>

#define MOST 64

typedef struct seen {
    size_t count, stop_after, last_offset;
    char lines[MOST][400]; /* "path|keyword|schema_path|message" */
    bool ordered;
} seen;

static bool note(const fiat_schema_failure *problem, void *user) {
    seen *s = user;
    if (s->count == MOST) return false;
    snprintf(s->lines[s->count], sizeof s->lines[0], "%s|%s|%s|%s", problem->instance_path,
             problem->keyword, problem->schema_path, problem->message);
    if (problem->offset < s->last_offset) s->ordered = false;
    s->last_offset = problem->offset;
    s->count++;
    return s->count != s->stop_after;
}

static fiat_status report(const fiat_schema *schema, const char *event, size_t max, seen *s,
                          fiat_error *err) {
    fiat_validator *ctx = test_ctx();
    s->ordered = true;
    fiat_status status = fiat__schema_report(schema, ctx, fiat__str_c(event), max, note, s, err);
    fiat_validator_free(ctx);
    return status;
}

static const char s_schema[] =
    "{\"type\":\"object\",\"required\":[\"team\",\"task\"],\"additionalProperties\":false,"
    "\"properties\":{\"team\":{},\"task\":{\"type\":\"string\"},"
    "\"status\":{\"enum\":[\"ok\",\"failed\"]},\"app\":{\"pattern\":\"^[a-z]+$\",\"maxLength\":3},"
    "\"pid\":{\"type\":\"integer\"},\"tags\":{\"items\":{\"type\":\"string\"},\"maxItems\":1}}}";

START_TEST(every_failure_is_reported_in_order) {
    static const char *const want[] = {
        "|required|/required|required member \"team\" is missing",
        "|required|/required|required member \"task\" is missing",
        "/extra|additionalProperties|/additionalProperties|/extra: member \"extra\" is not allowed",
        "/status|enum|/properties/status/enum|/status: \"fail\" is not one of \"ok\", \"failed\"",
        "/app|maxLength|/properties/app/maxLength|/app: \"A1b2\" has 4 characters; at most 3 are "
        "allowed",
        "/app|pattern|/properties/app/pattern|/app: \"A1b2\" does not match the pattern "
        "\"^[a-z]+$\"",
        "/pid|type|/properties/pid/type|/pid: \"123\" is a string; wanted integer",
        "/tags|maxItems|/properties/tags/maxItems|/tags: [\"a\",2] has 2 items; at most 1 is "
        "allowed",
        "/tags/1|type|/properties/tags/items/type|/tags/1: 2 is a number; wanted string",
    };
    fiat_schema *schema = test_compile(s_schema, NULL);
    fiat_error err = FIAT_ERROR_INIT;
    seen s = {0};
    ck_assert_fiat_status(report(schema,
                                 "{\"extra\":1,\"status\":\"fail\",\"app\":\"A1b2\",\"pid\":"
                                 "\"123\",\"tags\":[\"a\",2]}",
                                 100, &s, &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_uint_eq(s.count, sizeof want / sizeof want[0]);
    ck_assert(s.ordered);
    for (size_t i = 0; i < s.count; i++)
        ck_assert_str_eq(s.lines[i], want[i]);
    ck_assert_str_eq(err.keyword, "required");
    ck_assert_str_eq(err.message, "required member \"team\" is missing");
    fiat_schema_free(schema);
}
END_TEST

START_TEST(number_of_failures_is_limited) {
    fiat_schema *schema = test_compile("{\"items\":{\"type\":\"null\"}}", NULL);
    fiat_error err = FIAT_ERROR_INIT;
    seen three = {0}, stopped = {.stop_after = 2}, none = {0};
    ck_assert_fiat_status(report(schema, "[1,2,3,4,5]", 3, &three, &err), FIAT_E_SCHEMA_MISMATCH);
    ck_assert_uint_eq(three.count, 3);
    ck_assert_fiat_status(report(schema, "[1,2,3,4,5]", 10, &stopped, &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_uint_eq(stopped.count, 2);
    err = (fiat_error)FIAT_ERROR_INIT;
    ck_assert_fiat_status(report(schema, "[1,2,3,4,5]", 0, &none, &err), FIAT_E_SCHEMA_MISMATCH);
    ck_assert_uint_eq(none.count, 0);
    ck_assert_str_eq(err.instance_path, "/0");
    ck_assert_str_eq(err.message, "/0: 1 is a number; wanted null");
    ck_assert_fiat_status(report(schema, "[null]", 10, &none, &err), FIAT_OK);
    ck_assert_fiat_status(report(schema, "[null", 10, &none, &err), FIAT_E_JSON_SYNTAX);
    ck_assert_uint_eq(none.count, 0);
    fiat_schema_free(schema);
}
END_TEST

/* The first failure of validate() is the first of the report, also when there are very many. */
START_TEST(first_failure_is_the_first_in_the_text) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_append_c(&text, "{\"a\":[");
    for (int i = 0; i < 3000; i++)
        fiat__buf_append_c(&text, "1,");
    fiat__buf_append_c(&text, "1]}");
    fiat_schema *schema = test_compile("{\"properties\":{\"a\":{\"items\":{\"type\":\"null\"},"
                                       "\"maxItems\":3}},\"required\":[\"b\"]}",
                                       NULL);
    fiat_validator *ctx = test_ctx();
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__buf_str(&text), &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_str_eq(err.keyword, "maxItems");
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}
END_TEST

/* ---- The closest alternative. ---- */

static const struct {
    const char *schema, *event, *message;
} closest[] = {
    {"{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"cat\"},\"lives\":{\"maximum\":9}}},"
     "{\"properties\":{\"kind\":{\"const\":\"dog\"},\"tricks\":{\"type\":\"array\"}}}]}",
     "{\"kind\":\"dog\",\"tricks\":3}",
     "{\"kind\":\"dog\",\"tricks\":3} fits none of the 2 alternatives of oneOf; the closest is "
     "number 2: /tricks: 3 is a number; wanted array"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"maxLength\":2}]}", "\"abc\"",
     "\"abc\" fits none of the 2 alternatives of anyOf; the closest is number 2: \"abc\" has 3 "
     "characters; at most 2 are allowed"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"anyOf\":[{\"type\":\"integer\"},{\"const\":\"x\"}]}]}",
     "\"y\"",
     "\"y\" fits none of the 2 alternatives of anyOf; the closest is number 2: \"y\" fits none of "
     "the 2 alternatives of anyOf; the closest is number 2: \"y\" is not \"x\""},
};

START_TEST(closest_alternative_is_told) {
    fiat_schema *schema = test_compile(closest[_i].schema, NULL);
    fiat_error err = FIAT_ERROR_INIT;
    fiat_validator *ctx = test_ctx();
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c(closest[_i].event), &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_str_eq(err.message, closest[_i].message);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* ---- Values that do not fit a line. ---- */

START_TEST(long_and_odd_values_make_one_short_line) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(
        "{\"additionalProperties\":{\"enum\":[\"a\",\"b\\n\",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"
        "16,"
        "17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44]}}",
        NULL);
    fiat_validator *ctx = test_ctx();
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_append_c(&text, "{\"k\\n\\u00e9");
    for (int i = 0; i < 500; i++)
        fiat__buf_append_c(&text, "\\u20ac");
    fiat__buf_append_c(&text, "\":\"");
    for (int i = 0; i < 500; i++)
        fiat__buf_append_c(&text, "\\u0007\xe2\x82\xac");
    fiat__buf_append_c(&text, "\"}");
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__buf_str(&text), &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_uint_eq(fiat__utf8_check(err.message, strlen(err.message)), strlen(err.message));
    ck_assert_uint_eq(fiat__utf8_check(err.instance_path, strlen(err.instance_path)),
                      strlen(err.instance_path));
    for (const char *p = err.message; *p; p++)
        ck_assert_msg((unsigned char)*p >= ' ', "%s", err.message);
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c("{\"k\":\"c\"}"), &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_msg(strstr(err.message, "... (46 in all)"), "%s", err.message);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}
END_TEST

/* Nothing in a message turns the direction of a terminal, or hides what stands beside it. */
START_TEST(names_and_values_cannot_disturb_the_line) {
    static const char *const unsafe[] = {"\xe2\x80\xae", "\xc2\x85",     "\xe2\x80\xa8",
                                         "\x7f",         "\xef\xbb\xbf", "\xe2\x81\xa6"};
    fiat_schema *schema = test_compile("{\"additionalProperties\":{\"const\":0}}", NULL);
    fiat_validator *ctx = test_ctx();
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        char text[64];
        snprintf(text, sizeof text, "{\"a%sb\":\"c%sd \xc3\xa9\xf0\x9f\x98\x80\"}", unsafe[i],
                 unsafe[i]);
        ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c(text), &err),
                              FIAT_E_SCHEMA_MISMATCH);
        ck_assert_msg(!strstr(err.message, unsafe[i]), "%s", err.message);
        ck_assert_msg(strstr(err.message, "\"c\\u"), "%s", err.message);
        ck_assert_msg(strstr(err.message, "d \xc3\xa9\xf0\x9f\x98\x80\""), "%s", err.message);
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

START_TEST(near_names_are_proposed) {
    static const struct {
        const char *event, *ending;
    } rows[] = {
        {"{\"recieved\":1}", "did you mean \"received\"?"},
        {"{\"Team\":1}", "did you mean \"team\"?"},
        {"{\"tema\":1}", "did you mean \"team\"?"},
        {"{\"teams\":1}", "did you mean \"team\"?"},
        {"{\"x\":1}", "member \"x\" is not allowed"},
        {"{\"completely_else\":1}", "is not allowed"},
    };
    fiat_schema *schema = test_compile("{\"properties\":{\"team\":{},\"received\":{},\"\":{}},"
                                       "\"additionalProperties\":false,\"required\":[]}",
                                       NULL);
    fiat_validator *ctx = test_ctx();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c(rows[i].event), &err),
                              FIAT_E_SCHEMA_MISMATCH);
        ck_assert_msg(fiat__str_ends(fiat__str_c(err.message), fiat__str_c(rows[i].ending)), "%s",
                      err.message);
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* ---- Limits. ---- */

/* A limit that is met where nobody hears of faults, too, has its place and keyword. */
START_TEST(limits_have_their_place) {
    fiat_schema *schema = test_compile("{\"items\":{\"anyOf\":[{\"type\":\"null\"},"
                                       "{\"not\":{\"pattern\":\"^(a|aa)+$\"}}]}}",
                                       NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    char text[120] = "[1,\"";
    memset(text + strlen(text), 'a', 100);
    strcat(text, "!\"]");
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, fiat__str_c(text), &err),
                          FIAT_E_SCHEMA_LIMIT);
    ck_assert_str_eq(err.instance_path, "/1");
    ck_assert_str_eq(err.schema_path, "/items/anyOf/1/not/pattern");
    ck_assert_str_eq(err.keyword, "pattern");
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* ---- Locations. ---- */

static bool note_location(const fiat_schema_failure *failure, void *user) {
    seen *s = user;
    if (s->count == MOST) return false;
    snprintf(s->lines[s->count++], sizeof s->lines[0], "%s %s %s %zu:%zu", failure->instance_path,
             failure->keyword_location, failure->absolute_keyword_location, failure->line,
             failure->column);
    return true;
}

/* Each event has one failure. */
static const struct {
    const char *schema, *event, *want;
} locations[] = {
    {"{\"type\":\"null\"}", "1", " /type #/type 1:1"},
    {"false", "1", "  # 1:1"},
    {"{\"$id\":\"https://x.org/s\",\"properties\":{\"a/b~c ^\":{\"type\":\"null\"}}}",
     "{\"a/b~c ^\":1}",
     "/a~1b~0c ^ /properties/a~1b~0c ^/type https://x.org/s#/properties/a~1b~0c%20%5E/type 1:12"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/s\"}},\"$defs\":{\"s\":{\"minLength\":2}}}",
     "{\"a\":\"\"}", "/a /properties/a/$ref/minLength #/$defs/s/minLength 1:6"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/s\",\"title\":\"t\",\"minimum\":1}},"
     "\"$defs\":{\"s\":{\"minLength\":2}}}",
     "{\"a\":\"\"}", "/a /properties/a/$ref/minLength #/$defs/s/minLength 1:6"},
    {"{\"$ref\":\"#/$defs/s\",\"$defs\":{\"s\":{\"items\":{"
     "\"allOf\":[{\"allOf\":[{\"type\":\"null\"}]}]}}}}",
     "[null,\n  1]",
     "/1 /$ref/items/allOf/0/allOf/0/type #/$defs/s/items/allOf/0/allOf/0/type 2:3"},
    {"{\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"type\":\"null\"}}}",
     "{\"a\":{\"a\":{\"b\":1}}}",
     "/a/a/b /properties/a/$ref/properties/a/$ref/properties/b/type #/properties/b/type 1:16"},
    /* References to references, beside other keywords, dynamic ones, to the meta-schemas. */
    {"{\"$ref\":\"#/$defs/s\",\"$defs\":{\"s\":{\"items\":{\"$ref\":\"#/$defs/"
     "t\"}},\"t\":{\"allOf\":"
     "[{\"allOf\":[{\"$ref\":\"#/$defs/u\"}]}]},\"u\":{\"type\":\"null\"}}}",
     "[null,1]", "/1 /$ref/items/$ref/allOf/0/allOf/0/$ref/type #/$defs/u/type 1:7"},
    {"{\"minimum\":0,\"$ref\":\"#/$defs/s\",\"$defs\":{\"s\":{\"$ref\":\"#/$defs/t\"},"
     "\"t\":{\"maximum\":0}}}",
     "1", " /$ref/$ref/maximum #/$defs/t/maximum 1:1"},
    {"{\"$id\":\"http://x/"
     "a\",\"$ref\":\"b\",\"$defs\":{\"b\":{\"$id\":\"b\",\"items\":{\"type\":\"null\"}}}}",
     "[1]", "/0 /$ref/items/type http://x/b#/items/type 1:2"},
    {"{\"$id\":\"http://x/tree\",\"$dynamicAnchor\":\"node\",\"type\":\"object\",\"properties\":"
     "{\"c\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}",
     "{\"c\":[{\"c\":[1]}]}",
     "/c/0/c/0 /properties/c/items/$dynamicRef/properties/c/items/$dynamicRef/type "
     "http://x/tree#/type 1:13"},
    {"{\"$id\":\"http://x/strict\",\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\","
     "\"unevaluatedProperties\":false,\"$defs\":{\"tree\":{\"$id\":\"tree\",\"$dynamicAnchor\":"
     "\"node\",\"properties\":{\"c\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}}}",
     "{\"c\":[{\"d\":1}]}",
     "/c/0/d /$ref/properties/c/items/$dynamicRef/unevaluatedProperties "
     "http://x/strict#/unevaluatedProperties 1:12"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\",\"$recursiveAnchor\":true,"
     "\"type\":\"object\",\"additionalProperties\":{\"$recursiveRef\":\"#\"}}",
     "{\"a\":1}", "/a /additionalProperties/$recursiveRef/type #/type 1:6"},
    {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"minLength\":-1}",
     "/minLength /$ref/allOf/3/$ref/properties/minLength/$ref/$ref/minimum "
     "https://json-schema.org/draft/2020-12/meta/validation#/$defs/nonNegativeInteger/minimum "
     "1:14"},
    /* A name that properties and patterns speak of. */
    {"{\"properties\":{\"ab\":{\"type\":\"integer\"}},\"patternProperties\":{\"z\":false,"
     "\"a\":{\"maximum\":1},\"b\":{\"minimum\":5}}}",
     "{\"ab\":3.5}",
     "/ab /properties/ab/type #/properties/ab/type 1:7|"
     "/ab /patternProperties/a/maximum #/patternProperties/a/maximum 1:7|"
     "/ab /patternProperties/b/minimum #/patternProperties/b/minimum 1:7"},
    {"{\"required\":[\"ab\"],\"patternProperties\":{\"z\":false,\"a\":{\"type\":\"null\"}}}",
     "{\"ab\":3}", "/ab /patternProperties/a/type #/patternProperties/a/type 1:7"},
    {"{\"patternProperties\":{\"z\":false,\"a\":{\"type\":\"null\"}}}", "{\"ab\":3}",
     "/ab /patternProperties/a/type #/patternProperties/a/type 1:7"},
    {"{\"patternProperties\":{\"z\":false,\"a\":false}}", "{\"ab\":3}",
     "/ab /patternProperties/a #/patternProperties/a 1:7"},
    {"{\"required\":[\"ab\"],\"additionalProperties\":{\"type\":\"null\"}}", "{\"ab\":3}",
     "/ab /additionalProperties/type #/additionalProperties/type 1:7"},
    {"{\"required\":[\"ab\"],\"additionalProperties\":false}", "{\"ab\":3}",
     "/ab /additionalProperties #/additionalProperties 1:7"},
    {"{\"unevaluatedProperties\":{\"type\":\"null\"}}", "{\"ab\":3}",
     "/ab /unevaluatedProperties/type #/unevaluatedProperties/type 1:7"},
    {"{\"anyOf\":[{\"properties\":{\"c\":{}}}],\"unevaluatedProperties\":{\"type\":\"null\"}}",
     "{\"c\":0,\"ab\":3}", "/ab /unevaluatedProperties/type #/unevaluatedProperties/type 1:13"},
    {"{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":3}",
     "/ab /propertyNames/maxLength #/propertyNames/maxLength 1:2"},
    {"{\"prefixItems\":[{},{\"type\":\"null\"}],\"items\":{\"type\":\"integer\"}}", "[1,2]",
     "/1 /prefixItems/1/type #/prefixItems/1/type 1:4"},
    {"{\"prefixItems\":[{}],\"unevaluatedItems\":{\"type\":\"null\"}}", "[1,2]",
     "/1 /unevaluatedItems/type #/unevaluatedItems/type 1:4"},
    {"{\"allOf\":[{\"prefixItems\":[{}]}],\"unevaluatedItems\":{\"type\":\"null\"}}", "[1,2]",
     "/1 /unevaluatedItems/type #/unevaluatedItems/type 1:4"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{},{\"type\":\"null\"}],"
     "\"additionalItems\":false}",
     "[1,null,3]", "/2 /additionalItems #/additionalItems 1:9"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{},{\"type\":\"null\"}]}",
     "[1,2]", "/1 /items/1/type #/items/1/type 1:4"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"dependencies\":{\"b\":[],"
     "\"a\":{\"maxProperties\":1}}}",
     "{\"b\":1,\"a\":1}", " /dependencies/a/maxProperties #/dependencies/a/maxProperties 1:1"},
    {"{\"dependentSchemas\":{\"b\":true,\"a\":{\"maxProperties\":1}}}", "{\"b\":1,\"a\":1}",
     " /dependentSchemas/a/maxProperties #/dependentSchemas/a/maxProperties 1:1"},
    {"{\"if\":{\"type\":\"string\"},\"then\":{\"maxLength\":1},\"else\":{\"type\":\"null\"}}",
     "\"ab\"", " /then/maxLength #/then/maxLength 1:1"},
    {"{\"if\":{\"type\":\"string\"},\"then\":{\"maxLength\":1},\"else\":{\"type\":\"null\"}}", "1",
     " /else/type #/else/type 1:1"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", " /anyOf #/anyOf 1:1"},
    {"{\"allOf\":[{\"type\":\"number\"},{\"not\":{}}]}", "1", " /allOf/1/not #/allOf/1/not 1:1"},
    {"{\"items\":{\"uniqueItems\":true,\"contains\":{\"type\":\"null\"}}}",
     "[[null,7,\"\xe2\x82\xac\",\n1,\"\xc3\xa9\",7]]",
     "/0/5 /items/uniqueItems #/items/uniqueItems 2:7"},
};

START_TEST(failures_have_their_locations) {
    fiat_schema *schema = test_compile(locations[_i].schema, NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    seen s = {0};
    char all[2000] = "";
    ck_assert_fiat_status(fiat__schema_report(schema, ctx, fiat__str_c(locations[_i].event), 100,
                                              note_location, &s, &err),
                          FIAT_E_SCHEMA_MISMATCH);
    for (size_t i = 0; i < s.count; i++) {
        strcat(all, i ? "|" : "");
        strcat(all, s.lines[i]);
    }
    ck_assert_str_eq(all, locations[_i].want);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/report");
    TCase *tcase = tcase_create("report");
    tcase_add_test(tcase, every_failure_is_reported_in_order);
    tcase_add_test(tcase, number_of_failures_is_limited);
    tcase_add_test(tcase, limits_have_their_place);
    tcase_add_loop_test(tcase, failures_have_their_locations, 0,
                        sizeof locations / sizeof locations[0]);
    tcase_add_test(tcase, first_failure_is_the_first_in_the_text);
    tcase_add_loop_test(tcase, closest_alternative_is_told, 0, sizeof closest / sizeof closest[0]);
    tcase_add_test(tcase, long_and_odd_values_make_one_short_line);
    tcase_add_test(tcase, names_and_values_cannot_disturb_the_line);
    tcase_add_test(tcase, near_names_are_proposed);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
