/* What is refused in values that compiling does not look into: annotations, names, and lists in
 * which something is there twice. */
#include "base/buf.h"
#include "base/error.h"
#include "schema/schema.h"
#include "support/chaos.h"
#include "support/test.h"

#define D4      "\"$schema\":\"http://json-schema.org/draft-04/schema#\""
#define D6      "\"$schema\":\"http://json-schema.org/draft-06/schema#\""
#define D7      "\"$schema\":\"http://json-schema.org/draft-07/schema#\""
#define D2019   "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\""
#define D2020   "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\""
#define SIXTEEN "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"

static const struct {
    const char *schema, *path, *keyword, *message; /* message: in it */
} s_wrong[] = {
    /* types of annotations */
    {"{\"title\":3}", "/title", "title", "found 3; wanted a string"},
    {"{" D4 ",\"description\":null}", "/description", "description", "a string"},
    {"{" D7 ",\"$comment\":{}}", "/$comment", "$comment", "a string"},
    {"{\"examples\":{}}", "/examples", "examples", "an array"},
    {"{\"readOnly\":\"yes\"}", "/readOnly", "readOnly", "found \"yes\"; wanted true or false"},
    {"{\"writeOnly\":1}", "/writeOnly", "writeOnly", "true or false"},
    {"{\"deprecated\":[]}", "/deprecated", "deprecated", "true or false"},
    {"{\"contentSchema\":3}", "/contentSchema", "", "a schema"},
    {"{\"contentSchema\":{\"type\":\"text\"}}", "/contentSchema/type", "type", "one of"},
    {"{\"$defs\":[]}", "/$defs", "$defs", "an object of schemas"},
    {"{\"$vocabulary\":[]}", "/$vocabulary", "$vocabulary", "an object of true and false"},
    {"{\"$vocabulary\":{\"urn:a\":1}}", "/$vocabulary", "$vocabulary", "true and false"},
    /* wherever they stand */
    {"{\"$defs\":{\"a\":{\"items\":{\"title\":3}}}}", "/$defs/a/items/title", "title", "a string"},
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":true},\"title\":3}", "/title", "title", "a string"},
    {"{\"allOf\":[{\"minimum\":1}],\"$comment\":3}", "/$comment", "$comment", "a string"},
    /* anchors */
    {"{\"$anchor\":\"1a\"}", "/$anchor", "$anchor", "found \"1a\"; wanted a letter"},
    {"{\"$anchor\":\"\"}", "/$anchor", "$anchor", "wanted a letter"},
    {"{\"$anchor\":\"a:b\"}", "/$anchor", "$anchor", "wanted a letter"},
    {"{\"$dynamicAnchor\":\"a b\"}", "/$dynamicAnchor", "$dynamicAnchor", "wanted a letter"},
    {"{" D2019 ",\"$anchor\":\"_a\"}", "/$anchor", "$anchor", "wanted a letter and then"},
    {"{" D2019 ",\"$anchor\":\"a/b\"}", "/$anchor", "$anchor", "wanted a letter and then"},
    /* twice the same */
    {"{\"required\":[\"a\",\"b\",\"a\"]}", "/required", "required",
     "found \"a\"; wanted each item only once"},
    {"{\"required\":[\"a\",\"\\u0061\"]}", "/required", "required", "only once"},
    {"{\"type\":[\"string\",\"null\",\"string\"]}", "/type", "type", "only once"},
    {"{\"dependentRequired\":{\"a\":[\"b\"],\"c\":[\"d\",\"d\"]}}", "/dependentRequired",
     "dependentRequired", "found \"d\"; wanted each item only once"},
    {"{\"dependencies\":{\"a\":{},\"b\":[\"c\",\"c\"]}}", "/dependencies", "dependencies",
     "only once"},
    {"{" D4 ",\"enum\":[1,{\"a\":[1]},1.0]}", "/enum", "enum", "found 1.0; wanted each item only"},
    {"{" D4 ",\"enum\":[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]}", "/enum", "enum", "only once"},
    {"{" D4 ",\"enum\":[" SIXTEEN ",17.5,\"16\",[16],160e-1]}", "/enum", "enum", "found 160e-1"},
    /* not one */
    {"{\"prefixItems\":[]}", "/prefixItems", "prefixItems", "at least one schema"},
    {"{" D7 ",\"items\":[]}", "/items", "items", "at least one schema"},
    {"{" D4 ",\"dependencies\":{\"a\":[]}}", "/dependencies", "dependencies", "at least one name"},
    /* draft-04 alone */
    {"{" D4 ",\"minLength\":3.0}", "/minLength", "minLength", "found 3.0; wanted a whole number"},
    {"{" D4 ",\"maximum\":3,\"exclusiveMinimum\":true}", "/exclusiveMinimum", "exclusiveMinimum",
     "beside the bound"},
    {"{" D4 ",\"exclusiveMaximum\":false}", "/exclusiveMaximum", "exclusiveMaximum", "beside"},
};

START_TEST(test_wrong_values_are_refused) {
    fiat_schema *schema = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    const char *text = s_wrong[_i].schema;
    fiat_status status = fiat__schema_compile(&schema, fiat__str_c(text), NULL, &err);
    ck_assert_msg(status == FIAT_E_SCHEMA_INVALID, "%s: %s", text, fiat_status_name(status));
    ck_assert_ptr_null(schema);
    ck_assert_str_eq(err.schema_path, s_wrong[_i].path);
    ck_assert_str_eq(err.keyword, s_wrong[_i].keyword);
    ck_assert_msg(strstr(err.message, s_wrong[_i].message), "%s: %s", text, err.message);
}
END_TEST

static const char *const s_right[] = {
    "{\"title\":\"\",\"description\":\"\",\"$comment\":\"\",\"readOnly\":false,\"writeOnly\":true,"
    "\"deprecated\":true,\"examples\":[],\"default\":null,\"contentSchema\":true,\"$defs\":{},"
    "\"$vocabulary\":{\"urn:a\":true}}",
    /* in drafts that do not know them yet, or no more */
    "{" D4 ",\"examples\":3,\"readOnly\":3,\"$comment\":3,\"deprecated\":3,\"contentSchema\":3,"
    "\"$vocabulary\":3,\"$anchor\":3}",
    "{" D6 ",\"$comment\":3,\"writeOnly\":3,\"contentEncoding\":3}",
    "{" D7 ",\"deprecated\":3,\"contentSchema\":3,\"$anchor\":\"1\"}",
    "{" D2019 ",\"$dynamicAnchor\":\"1\",\"prefixItems\":[]}",
    /* where they are no keywords */
    "{\"properties\":{\"title\":true,\"examples\":{},\"readOnly\":true}}",
    "{\"const\":{\"title\":3,\"required\":[\"a\",\"a\"]},\"default\":{\"$anchor\":\"1\"}}",
    /* JSON Pointers where names of anchors may stand */
    "{" D7 ",\"properties\":{\"a\":{\"$id\":\"#/properties/b\"},\"b\":{\"$id\":"
    "\"#/properties/b\"},\"c\":{\"$ref\":\"#/properties/b\"}}}",
    "{\"$schema\":\"https://json-schema.org/draft-07/schema\",\"$ref\":"
    "\"https://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger\"}",
    "{" D2019 ",\"$anchor\":\"a:b-c._9\"}",
    "{" D2020 ",\"$anchor\":\"_A-c._9\"}",
    "{\"required\":[\"a\",\"A\",\"\",\"aa\"],\"dependentRequired\":{\"a\":[],\"b\":[\"a\"]}}",
    "{\"dependencies\":{\"a\":[]},\"required\":[]}",
    "{\"type\":[\"string\",\"number\",\"integer\"]}",
    "{" D6 ",\"enum\":[1,1.0,1],\"minLength\":3.0}",
    "{" D4 ",\"enum\":[" SIXTEEN ",\"1\",[1],{\"1\":1},1.5,\"\",null,true,false,[],{},[[]],[{}]]}",
    "{" D4 ",\"enum\":[0,false,\"0\",[0],{\"a\":0}],\"minimum\":1,\"exclusiveMinimum\":true}",
};

START_TEST(test_right_values_are_taken) {
    fiat_schema *schema = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = fiat__schema_compile(&schema, fiat__str_c(s_right[_i]), NULL, &err);
    ck_assert_msg(status == FIAT_OK, "%s: %s", s_right[_i], err.message);
    fiat_schema_free(schema);
}
END_TEST

/* Of a document of the registry only what is used is checked, like the rest of it. */
START_TEST(test_other_documents) {
    static const char other[] = "{\"$defs\":{\"a\":{\"title\":\"\"},\"b\":{\"title\":3}}}";
    fiat_schema_registry *registry;
    fiat_schema *schema;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat_schema_registry_new(&registry, &err), err);
    ck_assert_fiat_ok(
        fiat_schema_registry_add(registry, "http://example.com/o", other, strlen(other), &err),
        err);
    fiat__schema_opts opts = {.base.registry = registry};
    ck_assert_fiat_ok(
        fiat__schema_compile(&schema, fiat__str_c("{\"$ref\":\"http://example.com/o#/$defs/a\"}"),
                             &opts, &err),
        err);
    fiat_schema_free(schema);
    ck_assert_fiat_status(
        fiat__schema_compile(&schema, fiat__str_c("{\"$ref\":\"http://example.com/o#/$defs/b\"}"),
                             &opts, &err),
        FIAT_E_SCHEMA_INVALID);
    ck_assert_str_eq(err.schema_path, "http://example.com/o#/$defs/b/title");
    ck_assert_ptr_nonnull(strstr(err.message, "http://example.com/o#/$defs/b/title: found 3"));
    fiat_schema_registry_free(registry);
}
END_TEST

/* {"required":["0","1",...]}, the last name given twice when `twice`. */
static void write_required(fiat__buf *out, unsigned count, bool twice) {
    fiat__buf_clear(out);
    fiat__buf_append_c(out, "{\"required\":[");
    for (unsigned i = 0; i < count; i++)
        fiat__buf_printf(out, "%s\"%u\"", i ? "," : "", twice && i == count - 1 ? 0 : i);
    fiat__buf_append_c(out, "]}");
}

START_TEST(test_lists_of_any_length) {
    fiat__buf text;
    fiat__buf_init(&text, 1024 * 1024);
    for (unsigned count = 2; count < 20000; count += 1 + count / 2)
        for (int twice = 0; twice < 2; twice++) {
            fiat_schema *schema = NULL;
            fiat_error err = FIAT_ERROR_INIT;
            write_required(&text, count, twice);
            fiat_status status = fiat__schema_compile(&schema, fiat__buf_str(&text), NULL, &err);
            ck_assert_msg(status == (twice ? FIAT_E_SCHEMA_INVALID : FIAT_OK), "%u names: %s",
                          count, err.message);
            fiat_schema_free(schema);
        }
    fiat__buf_deinit(&text);
}
END_TEST

static fiat_status compile_once(void *user) {
    fiat_schema *schema = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = fiat__schema_compile(&schema, *(fiat__str *)user, NULL, &err);
    fiat_schema_free(schema);
    return status;
}

START_TEST(test_without_memory) {
    char copy[1024];
    fiat__buf text;
    fiat__buf_init(&text, sizeof copy);
    write_required(&text, 40, false);
    memcpy(copy, text.ptr, text.len);
    fiat__str schema = fiat__str_of(copy, text.len);
    fiat__buf_deinit(&text);
    chaos_loop(compile_once, &schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema_check");
    TCase *tcase = tcase_create("values");
    tcase_add_loop_test(tcase, test_wrong_values_are_refused, 0, sizeof s_wrong / sizeof *s_wrong);
    tcase_add_loop_test(tcase, test_right_values_are_taken, 0, sizeof s_right / sizeof *s_right);
    tcase_add_test(tcase, test_other_documents);
    tcase_add_test(tcase, test_lists_of_any_length);
    tcase_add_test(tcase, test_without_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
