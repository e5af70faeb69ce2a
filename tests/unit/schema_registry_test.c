/* fiat/schema.h as its users see it: documents of a registry, dialects, dynamic references. */
#include <fiat/schema.h>

#include "base/buf.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>

#define D4     "\"$schema\":\"http://json-schema.org/draft-04/schema#\","
#define D7     "\"$schema\":\"http://json-schema.org/draft-07/schema#\","
#define D2019  "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\","
#define D2020  "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
#define VOC    "https://json-schema.org/draft/2020-12/vocab/"
#define VOC_19 "https://json-schema.org/draft/2019-09/vocab/"

/* The documents that the schemas below refer to. */
static const char *const documents[][2] = {
    {"http://x.test/int", "{\"type\":\"integer\"}"},
    {"http://x.test/plain", "{\"definitions\":{\"a\":{\"minimum\":10,\"exclusiveMinimum\":true}}}"},
    {"http://x.test/moved", "{\"$id\":\"http://y.test/here\",\"items\":{\"$ref\":\"sibling\"}}"},
    {"http://y.test/sibling", "{\"type\":\"null\"}"},
    {NULL, "{\"$id\":\"urn:fiat:named\",\"$anchor\":\"top\",\"maxLength\":2}"},
    {"http://x.test/loop", "{\"properties\":{\"next\":{\"$ref\":\"#\"},\"back\":{\"$ref\":"
                           "\"http://x.test/main\"}},\"required\":[\"n\"]}"},
    /* Only /good is used: what is wrong elsewhere does no harm. */
    {"http://x.test/api", "{\"parts\":{\"good\":{\"type\":\"string\"},\"bad\":{\"type\":\"strin\"},"
                          "\"lost\":{\"$ref\":\"http://nowhere.test/\"}}}"},
    {"http://x.test/wrong", "{\"$defs\":{\"a\":{\"properties\":{\"b\":{\"type\":\"strin\"}}}}}"},
    {"http://x.test/four", "{" D4 "\"items\":{\"minimum\":3,\"exclusiveMinimum\":true}}"},
    /* Dialects. */
    {"http://m.test/shape",
     "{" D2020 "\"$vocabulary\":{\"" VOC "core\":true,\"" VOC "applicator\":true}}"},
    {"http://m.test/asserts", "{" D2020 "\"$vocabulary\":{\"" VOC "core\":true,\"" VOC
                              "validation\":true,\"" VOC "format-assertion\":false}}"},
    {"http://m.test/asserts19",
     "{" D2019 "\"$vocabulary\":{\"" VOC_19 "core\":true,\"" VOC_19 "format\":true}}"},
    {"http://m.test/annotates19",
     "{" D2019 "\"$vocabulary\":{\"" VOC_19 "core\":true,\"" VOC_19 "format\":false}}"},
    {"http://m.test/strange", "{" D2020 "\"$vocabulary\":{\"http://v.test/own\":true}}"},
    {"http://m.test/optional",
     "{" D2020 "\"$vocabulary\":{\"http://v.test/own\":false,\"" VOC "validation\":true}}"},
    {"http://m.test/odd", "{" D2020 "\"$vocabulary\":{\"" VOC "core\":1}}"},
    {"http://m.test/seven", "{" D7 "\"title\":\"draft-07 with a name of its own\"}"},
    {"http://m.test/self", "{\"$schema\":\"http://m.test/self\"}"},
    /* Schemas with URIs of their own inside a document that nothing may lead to. */
    {"http://x.test/outer", "{\"$id\":\"http://x.test/deep/bundle\",\"$defs\":{\"a\":{\"$id\":"
                            "\"inner\",\"type\":\"null\"},\"b\":{\"$id\":\"urn:fiat:inmost\","
                            "\"$anchor\":\"here\",\"type\":\"boolean\"}}}"},
    {NULL, "{\"$id\":\"http://x.test/second\",\"$defs\":{\"a\":{\"$id\":\"/three\",\"const\":3}}}"},
    /* A tree whose nodes others may make stricter. */
    {"http://t.test/tree",
     "{" D2020 "\"$dynamicAnchor\":\"node\",\"type\":\"object\",\"properties\""
     ":{\"kids\":{\"items\":{\"$dynamicRef\":\"#node\"}}}}"},
    {"http://t.test/tree19", "{" D2019 "\"$recursiveAnchor\":true,\"type\":\"object\","
                             "\"properties\":{\"kids\":{\"items\":{\"$recursiveRef\":\"#\"}}}}"},
};

static void fill(fiat_schema_registry **registry) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat_schema_registry_new(registry, &err), err);
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        ck_assert_fiat_ok(fiat_schema_registry_add(*registry, documents[i][0], documents[i][1],
                                                   strlen(documents[i][1]), &err),
                          err);
}

/* What validation of an event by a schema comes to. */
static fiat_status judge(const char *text, const char *event, fiat_schema_options options,
                         fiat_error *err) {
    fiat_schema_registry *registry;
    fiat_schema *schema;
    fiat_validator *validator = NULL;
    fill(&registry);
    options.registry = registry;
    fiat_status status = fiat_schema_compile(&schema, text, strlen(text), &options, err);
    fiat_schema_registry_free(registry); /* the schema does not need it any more */
    if (status == FIAT_OK) status = fiat_validator_new(&validator, err);
    if (status == FIAT_OK)
        status = fiat_schema_validate(schema, validator, event, strlen(event), err);
    fiat_validator_free(validator);
    fiat_schema_free(schema);
    return status;
}

typedef struct row {
    const char *schema, *event;
    fiat_status status;
} row;

#define REF(uri) "{\"$ref\":\"" uri "\"}"
#define YES      FIAT_OK
#define NO       FIAT_E_SCHEMA_MISMATCH

static const row rows[] = {
    {REF("http://x.test/int"), "1", YES},
    {REF("http://x.test/int"), "\"1\"", NO},
    {REF("http://x.test/int#"), "\"1\"", NO},
    {"{\"items\":[]}", "[]", FIAT_E_SCHEMA_INVALID},
    /* a document that does not say its draft is of the draft of who refers to it */
    {"{" D4 "\"$ref\":\"http://x.test/plain#/definitions/a\"}", "10", NO},
    {"{" D4 "\"$ref\":\"http://x.test/plain#/definitions/a\"}", "11", YES},
    {REF("http://x.test/plain#/definitions/a"), "11", FIAT_E_SCHEMA_INVALID},
    {"{\"items\":" REF("http://x.test/four") "}", "[[3]]", NO},
    {"{\"items\":" REF("http://x.test/four") "}", "[[4]]", YES},
    /* $id moves the base; both names are good */
    {REF("http://x.test/moved"), "[null]", YES},
    {REF("http://y.test/here"), "[1]", NO},
    {REF("urn:fiat:named"), "\"abc\"", NO},
    {REF("urn:fiat:named#top"), "\"ab\"", YES},
    /* there and back again */
    {"{\"$id\":\"http://x.test/main\",\"properties\":{\"l\":{\"$ref\":\"loop\"}}}",
     "{\"l\":{\"n\":1,\"next\":{\"n\":1,\"back\":{\"l\":{\"n\":1}}}}}", YES},
    {"{\"$id\":\"http://x.test/main\",\"properties\":{\"l\":{\"$ref\":\"loop\"}}}",
     "{\"l\":{\"n\":1,\"next\":{\"n\":1,\"back\":{\"l\":{\"m\":1}}}}}", NO},
    {REF("http://x.test/api#/parts/good"), "\"a\"", YES},
    {REF("http://x.test/api#/parts/good"), "1", NO},
    {REF("http://x.test/api#/parts/bad"), "1", FIAT_E_SCHEMA_INVALID},
    {REF("http://x.test/api#/parts/lost"), "1", FIAT_E_SCHEMA_REF},
    {REF("http://x.test/api#/parts/none"), "1", FIAT_E_SCHEMA_REF},
    {REF("http://x.test/none"), "1", FIAT_E_SCHEMA_REF},
    /* inside a document: alone, and before and after the document itself */
    {REF("http://x.test/deep/inner"), "null", YES},
    {REF("http://x.test/deep/inner"), "1", NO},
    {REF("urn:fiat:inmost#here"), "1", NO},
    {REF("http://x.test/three"), "3", YES},
    {REF("http://x.test/inner"), "1", FIAT_E_SCHEMA_REF},
    {REF("http://elsewhere.test/self"), "1", FIAT_E_SCHEMA_REF},
    {"{\"allOf\":[" REF("http://x.test/outer") "," REF("http://x.test/deep/inner") "]}", "1", NO},
    {"{\"allOf\":[" REF("http://x.test/deep/inner") "," REF("http://x.test/deep/bundle") "]}", "1",
     NO},
    {"{\"allOf\":[" REF("http://x.test/outer") "," REF("http://x.test/deep/bundle") "]}", "1", YES},
    {"{\"allOf\":[" REF("http://x.test/deep/bundle") "," REF("http://x.test/outer") "]}", "1", YES},
    {"{\"properties\":{\"a\":" REF("http://x.test/deep/bundle") ",\"b\":" REF(
         "urn:fiat:inmost") "}}",
     "{\"b\":1}", NO},
    /* drafts side by side in one text */
    {"{" D2020 "\"prefixItems\":[{\"$ref\":\"http://e.test/four\"}],\"$defs\":{\"f\":{" D4
     "\"id\":\"http://e.test/four\",\"minimum\":3,\"exclusiveMinimum\":true}}}",
     "[3]", NO},
    /* meta-schemas */
    {REF("http://json-schema.org/draft-07/schema#"), "{\"minLength\":-1}", NO},
    {REF("https://json-schema.org/draft/2020-12/schema"), "{\"items\":{\"minLength\":-1}}", NO},
    {REF("https://json-schema.org/draft/2019-09/schema"), "{\"items\":{\"minLength\":-1}}", NO},
    {REF("https://json-schema.org/draft/2020-12/schema"), "{\"items\":{\"minLength\":1}}", YES},
    /* vocabularies */
    {"{\"$schema\":\"http://m.test/shape\",\"properties\":{\"a\":false},\"minProperties\":3}", "{}",
     YES},
    {"{\"$schema\":\"http://m.test/shape\",\"properties\":{\"a\":false}}", "{\"a\":1}", NO},
    {"{\"$schema\":\"http://m.test/asserts\",\"format\":\"date\"}", "\"today\"", NO},
    {"{\"$schema\":\"http://m.test/asserts19\",\"format\":\"date\"}", "\"today\"", NO},
    {"{\"$schema\":\"http://m.test/annotates19\",\"format\":\"date\"}", "\"today\"", YES},
    {"{\"$schema\":\"http://m.test/strange\"}", "1", FIAT_E_UNSUPPORTED},
    {"{\"$schema\":\"http://m.test/optional\",\"minimum\":2}", "1", NO},
    {"{\"$schema\":\"http://m.test/odd\"}", "1", FIAT_E_SCHEMA_INVALID},
    {"{\"$schema\":\"http://m.test/seven\",\"definitions\":{\"a\":{\"$id\":\"#a\"}},\"items\":{"
     "\"$ref\":\"#a\",\"type\":\"null\"}}",
     "[1]", YES},
    {"{\"$schema\":\"http://m.test/self\"}", "1", FIAT_E_UNSUPPORTED},
    {"{\"$schema\":\"http://m.test/none\"}", "1", FIAT_E_UNSUPPORTED},
    /* dynamic references */
    {REF("http://t.test/tree"), "{\"kids\":[{\"x\":1}]}", YES},
    {REF("http://t.test/tree"), "{\"kids\":[1]}", NO},
    {"{\"$id\":\"http://t.test/strict\",\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\","
     "\"unevaluatedProperties\":false}",
     "{\"kids\":[{\"x\":1}]}", NO},
    {"{\"$id\":\"http://t.test/strict\",\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\","
     "\"unevaluatedProperties\":false}",
     "{\"kids\":[{\"kids\":[]}]}", YES},
    {"{" D2019 "\"$id\":\"http://t.test/strict19\",\"$recursiveAnchor\":true,\"$ref\":\"tree19\","
     "\"unevaluatedProperties\":false}",
     "{\"kids\":[{\"x\":1}]}", NO},
    /* the same schema in two scopes: as it is, and made stricter */
    {"{\"properties\":{\"a\":{\"$ref\":\"http://t.test/tree\"},\"b\":{\"$id\":\"http://t.test/s\","
     "\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\",\"maxProperties\":1}}}",
     "{\"a\":{\"kids\":[{\"x\":1,\"y\":2}]},\"b\":{\"kids\":[{\"x\":1}]}}", YES},
    {"{\"properties\":{\"a\":{\"$ref\":\"http://t.test/tree\"},\"b\":{\"$id\":\"http://t.test/s\","
     "\"$dynamicAnchor\":\"node\",\"$ref\":\"tree\",\"maxProperties\":1}}}",
     "{\"a\":{\"kids\":[{\"x\":1}]},\"b\":{\"kids\":[{\"x\":1,\"y\":2}]}}", NO},
};

START_TEST(schema_means_what_its_documents_say) {
    const row *r = &rows[_i];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    fiat_status status = judge(r->schema, r->event, options, &err);
    ck_assert_msg(status == r->status, "%s of %s: %s: %s", r->event, r->schema,
                  fiat_status_name(status), err.message);
}
END_TEST

START_TEST(error_names_the_document) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    ck_assert_fiat_status(judge(REF("http://x.test/wrong#/$defs/a"), "1", options, &err),
                          FIAT_E_SCHEMA_INVALID);
    ck_assert_msg(strstr(err.message, "schema http://x.test/wrong#/$defs/a/properties/b/type: ") !=
                      NULL,
                  "%s", err.message);
    ck_assert_uint_eq(err.offset, strlen("{\"$defs\":{\"a\":{\"properties\":{\"b\":{\"type\":"));
    ck_assert_fiat_status(judge(REF("http://x.test/int"), "\"a\"", options, &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_str_eq(err.schema_path, "http://x.test/int#/type");
}
END_TEST

START_TEST(options_say_what_the_text_does_not) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    options.base_uri = "http://x.test/dir/main";
    ck_assert_fiat_status(judge(REF("int"), "\"a\"", options, &err), FIAT_E_SCHEMA_REF);
    options.base_uri = "http://x.test/dir/../main#part";
    ck_assert_fiat_status(judge(REF("int"), "\"a\"", options, &err), FIAT_E_SCHEMA_MISMATCH);
    options.draft = FIAT_SCHEMA_DRAFT_4;
    const char *four = "{\"minimum\":1,\"exclusiveMinimum\":true}";
    ck_assert_fiat_status(judge(four, "1", options, &err), FIAT_E_SCHEMA_MISMATCH);
    options.draft = 5;
    ck_assert_fiat_status(judge("{}", "1", options, &err), FIAT_E_ARG);
    options.draft = 0;
    options.formats = FIAT_SCHEMA_FORMATS_ANNOTATE;
    ck_assert_fiat_ok(judge("{\"$schema\":\"http://m.test/asserts\",\"format\":\"date\"}", "\"x\"",
                            options, &err),
                      err);
    options.formats = 3;
    ck_assert_fiat_status(judge("{}", "1", options, &err), FIAT_E_ARG);
    options.formats = 0;
    options.flags = 2;
    ck_assert_fiat_status(judge("{}", "1", options, &err), FIAT_E_ARG);
    options.flags = 0;
    options.reserved[19] = 1;
    ck_assert_fiat_status(judge("{}", "1", options, &err), FIAT_E_ARG);
    ck_assert_ptr_nonnull(strstr(err.message, "reserved"));
}
END_TEST

START_TEST(document_is_refused) {
    static const struct {
        const char *uri, *text, *message;
        fiat_status status;
    } bad[] = {
        {NULL, "{}", "no $id", FIAT_E_ARG},
        {NULL, "[]", "no $id", FIAT_E_ARG},
        {"", "{\"$id\":7}", "no $id", FIAT_E_ARG},
        {"http://x.test/int", "{}", "there already", FIAT_E_ARG},
        {"http://x.test/int#", "{}", "there already", FIAT_E_ARG},
        {NULL, "{\"$id\":\"urn:fiat:named\"}", "there already", FIAT_E_ARG},
        {"http://x.test/new", "{\"a\":}", "http://x.test/new: offset 5", FIAT_E_JSON_SYNTAX},
        {"http://x.test/new", "{\"a\":1,\"a\":2}", "twice", FIAT_E_JSON_DUPLICATE_KEY},
        {"http://x.test/new", "\"\xff\"", "UTF-8", FIAT_E_JSON_UTF8},
        {"http://x.test/new", NULL, "text is NULL", FIAT_E_ARG},
    };
    fiat_schema_registry *registry;
    fill(&registry);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        size_t len = bad[i].text ? strlen(bad[i].text) : 0;
        fiat_status status = fiat_schema_registry_add(registry, bad[i].uri, bad[i].text, len, &err);
        ck_assert_msg(status == bad[i].status && strstr(err.message, bad[i].message), "%zu: %s: %s",
                      i, fiat_status_name(status), err.message);
    }
    fiat_schema_registry_free(registry);
}
END_TEST

START_TEST(null_arguments_are_refused) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema;
    fiat_validator *validator;
    ck_assert_fiat_ok(fiat_schema_compile(&schema, "true", 4, NULL, &err), err);
    ck_assert_fiat_ok(fiat_validator_new(&validator, &err), err);
    ck_assert_fiat_status(fiat_schema_registry_new(NULL, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_registry_add(NULL, "a:b", "{}", 2, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_compile(NULL, "{}", 2, NULL, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_validator_new(NULL, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_validate(NULL, validator, "1", 1, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_validate(schema, NULL, "1", 1, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_validate(schema, validator, NULL, 1, &err), FIAT_E_ARG);
    ck_assert_fiat_status(fiat_schema_validate(schema, validator, NULL, 0, &err),
                          FIAT_E_JSON_SYNTAX);
    ck_assert_fiat_status(fiat_schema_report(schema, validator, "1", 1, 1, NULL, NULL, &err),
                          FIAT_E_ARG);
    ck_assert_uint_gt(fiat_schema_size(schema), 100);
    ck_assert_uint_eq(fiat_schema_size(NULL), 0);
    fiat_schema_registry_free(NULL);
    fiat_validator_free(validator);
    fiat_schema_free(schema);
    fiat_validator_free(NULL);
    fiat_schema_free(NULL);
}
END_TEST

/* n resources, each with an anchor of its own name that the last resource has too: every subset of
 * them is a scope that the last one can be reached in. */
static void write_scopes(fiat__buf *text, int n) {
    fiat__buf_append_c(text, "{\"$ref\":\"http://s.test/0\",\"$defs\":{");
    for (int i = 0; i < n; i++)
        fiat__buf_printf(text,
                         "\"a%d\":{\"$id\":\"http://s.test/%d\",\"$dynamicAnchor\":\"n%d\","
                         "\"anyOf\":[{\"$ref\":\"#/$defs/on\"}],\"$defs\":{\"on\":{\"items\":{"
                         "\"anyOf\":[{\"$ref\":\"%d\"},{\"$ref\":\"%d\"}]}}}},",
                         i, i, i, (i + 1) % n, (i + 2) % n);
    fiat__buf_append_c(text, "\"end\":{\"$id\":\"http://s.test/end\",\"$defs\":{");
    for (int i = 0; i < n; i++)
        fiat__buf_printf(text, "%s\"b%d\":{\"$dynamicAnchor\":\"n%d\"}", i ? "," : "", i, i);
    fiat__buf_append_c(text, "}}}}");
}

START_TEST(scopes_are_limited) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema;
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    write_scopes(&text, 8);
    ck_assert_fiat_ok(fiat_schema_compile(&schema, text.ptr, text.len, NULL, &err), err);
    fiat_schema_free(schema);
    fiat__buf_clear(&text);
    write_scopes(&text, 40);
    ck_assert_fiat_status(fiat_schema_compile(&schema, text.ptr, text.len, NULL, &err),
                          FIAT_E_SCHEMA_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.message, "dynamic references"));
    ck_assert_ptr_null(schema);
    fiat__buf_deinit(&text);
}
END_TEST

static fiat_status live_once(void *user) {
    static const char schema_text[] =
        "{\"$schema\":\"http://m.test/all\",\"$id\":\"http://t.test/strict\",\"$dynamicAnchor\":"
        "\"node\",\"$ref\":\"tree\",\"items\":{\"$ref\":\"http://json-schema.org/draft-07/schema\"}"
        "}";
    static const char meta[] = "{" D2020 "\"$vocabulary\":{\"" VOC "applicator\":true}}";
    fiat_schema_registry *registry = NULL;
    fiat_schema *schema = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    const char *tree = user;
    fiat_status status = fiat_schema_registry_new(&registry, &err);
    if (status == FIAT_OK)
        status = fiat_schema_registry_add(registry, "http://t.test/tree", tree, strlen(tree), &err);
    if (status == FIAT_OK)
        status = fiat_schema_registry_add(registry, "http://m.test/all", meta, strlen(meta), &err);
    if (status == FIAT_OK) {
        fiat_schema_options options = {.registry = registry};
        status = fiat_schema_compile(&schema, schema_text, strlen(schema_text), &options, &err);
    }
    fiat_schema_free(schema);
    fiat_schema_registry_free(registry);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    char tree[] = "{\"$dynamicAnchor\":\"node\",\"items\":{\"$dynamicRef\":\"#node\"}}";
    chaos_loop(live_once, tree);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/registry");
    TCase *tcase = tcase_create("registry");
    tcase_add_loop_test(tcase, schema_means_what_its_documents_say, 0,
                        sizeof rows / sizeof rows[0]);
    tcase_add_test(tcase, error_names_the_document);
    tcase_add_test(tcase, options_say_what_the_text_does_not);
    tcase_add_test(tcase, document_is_refused);
    tcase_add_test(tcase, null_arguments_are_refused);
    tcase_add_test(tcase, scopes_are_limited);
    tcase_add_test(tcase, each_allocation_fails_in_turn);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
