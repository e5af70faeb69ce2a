/* Which values of a schema with in-place applicators still need a tape: those that it must look at
 * twice. That the verdicts are the same is schema_engines_test's to show. */
#include "schema_engines.h"

#include "support/sanitizer.h"

#include <pthread.h>

#define OBJECT FIAT__JSON_OBJECT
#define ARRAY  FIAT__JSON_ARRAY
#define STRING FIAT__JSON_STRING

static const struct {
    const char *schema;
    unsigned on_tape; /* kinds */
} rows[] = {
    {"{\"allOf\":[{\"properties\":{\"a\":{\"type\":\"null\"}}},{\"required\":[\"a\"]}]}", 0},
    {"{\"$ref\":\"#/$defs/r\",\"minLength\":2,\"$defs\":{\"r\":{\"type\":\"string\"}}}", 0},
    {"{\"allOf\":[{\"pattern\":\"a\"},{\"pattern\":\"b\"}]}", STRING},
    {"{\"allOf\":[{\"pattern\":\"a\"},{\"minLength\":3},{\"format\":\"date\"}]}", 0},
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3},{\"multipleOf\":0.5}]}", 0},
    {"{\"allOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]}", FIAT__JSON_NUMERIC},
    {"{\"allOf\":[{\"items\":{\"type\":\"null\"}},{\"maxItems\":3}]}", 0},
    {"{\"allOf\":[{\"items\":{\"type\":\"null\"}},{\"uniqueItems\":true}]}", 0},
    {"{\"allOf\":[{\"contains\":{\"type\":\"null\"}},{\"uniqueItems\":true}]}", ARRAY},
    {"{\"anyOf\":[{\"type\":\"string\",\"minLength\":2},{\"type\":\"array\",\"items\":{\"type\":"
     "\"string\"}}]}",
     0},
    {"{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"required\":[\"a\"]}]}", 0},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", FIAT__JSON_NUMERIC},
    {"{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", 0},
    {"{\"anyOf\":[{\"type\":\"object\",\"required\":[\"a\"]},{\"type\":\"object\"}]}", 0},
    {"{\"not\":{\"type\":\"array\"}}", 0},
    {"{\"not\":{\"type\":\"array\",\"minItems\":1}}", ARRAY},
    {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},\"else\":{\"maximum\":3}}", 0},
    {"{\"type\":\"object\",\"allOf\":[{\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}],"
     "\"unevaluatedProperties\":false}",
     0},
    {"{\"type\":\"object\",\"allOf\":[{\"allOf\":[{\"properties\":{\"a\":{}}}],"
     "\"unevaluatedProperties\":false},"
     "{\"properties\":{\"b\":{}}}]}",
     0},
    {"{\"allOf\":[{\"patternProperties\":{\"^a\":{}}},{\"properties\":{\"ab\":{\"type\":\"null\"}},"
     "\"additionalProperties\":false}]}",
     0},
    {"{\"allOf\":[{\"patternProperties\":{\"^a\":{}}},{\"patternProperties\":{\"b$\":{}},"
     "\"additionalProperties\":false}]}",
     0},
    {"{\"allOf\":[{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}},{\"maxProperties\":3}]}",
     0},
    {"{\"dependentSchemas\":{\"a\":{\"properties\":{\"b\":true}}},\"unevaluatedProperties\":false}",
     0},
    {"{\"anyOf\":[{\"required\":[\"a\"]},{\"properties\":{\"b\":{\"type\":\"null\"}}}]}", 0},
    {"{\"not\":{\"required\":[\"a\",\"b\"]},\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":"
     "{\"maxProperties\":2}}",
     0},
    {"{\"type\":\"object\",\"oneOf\":[{\"properties\":{\"k\":{\"const\":\"a\"}}},{\"properties\":{"
     "\"k\":{\"const\":"
     "\"b\"}}}],\"unevaluatedProperties\":false}",
     0},
    {"{\"type\":\"object\",\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],"
     "\"unevaluatedProperties\":{"
     "\"type\":\"null\"}}",
     OBJECT},
    {"{\"type\":\"object\",\"oneOf\":[{\"required\":[\"a\"]},{\"enum\":[{}]}]}", OBJECT},
    {"{\"allOf\":[{\"enum\":[1,\"a\"]},{\"type\":\"string\"}]}", 0},
    {"{\"anyOf\":[{\"enum\":[\"a\",\"b\"]},{\"type\":\"object\"}]}", 0},
};

START_TEST(only_what_must_is_on_the_tape) {
    fiat_schema *schema = test_compile(rows[_i].schema, NULL);
    const fiat__node *root = &schema->program.nodes[schema->program.root];
    ck_assert(root->flags & FIAT__NODE_TWIN);
    ck_assert_msg(root->tape_kinds == rows[_i].on_tape, "%s: kinds 0x%x are on the tape, want 0x%x",
                  rows[_i].schema, root->tape_kinds, rows[_i].on_tape);
    fiat_schema_free(schema);
}
END_TEST

/* Merging n schemas with all others can double and double again: it must end, and stay small. */
START_TEST(twins_are_bounded) {
    fiat__buf text;
    fiat__buf_init(&text, 1 << 22);
    fiat__buf_append_c(&text, "{\"$defs\":{");
    for (int i = 0; i < 40; i++) /* each looks at `next` by three others */
        fiat__buf_printf(
            &text,
            "%s\"s%d\":{\"properties\":{\"next\":{\"allOf\":[{\"$ref\":\"#/$defs/s%d\"}"
            ",{\"$ref\":\"#/$defs/s%d\"},{\"$ref\":\"#/$defs/s%d\"}]},\"p%d\":{}}}",
            i ? "," : "", i, (i * 7 + 1) % 40, (i * 11 + 3) % 40, (i * 3 + 5) % 40, i);
    fiat__buf_append_c(&text, "},\"$ref\":\"#/$defs/s0\"}");
    fiat_schema *schema = test_compile(fiat__buf_cstr(&text), NULL);
    ck_assert_uint_lt(fiat_schema_size(schema), 16 * text.len);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str event = fiat__str_c("{\"next\":{\"next\":{\"next\":{\"next\":{\"next\":{}}}}}}");
    ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, event, &err), err);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}
END_TEST

/* Two ways to read each level, of which the second always fails late: what it costs must not double
 * with each level. */
START_TEST(groups_do_not_read_without_end) {
    fiat__buf event;
    fiat__buf_init(&event, 1 << 16);
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":[\"object\",\"integer\"],\"anyOf\":[{"
        "\"properties\":{\"n\":{\"$ref\":\"#/$defs/a\"}}},{\"properties\":{\"n\":{\"$ref\":"
        "\"#/$defs/b\"}}}]},\"b\":{\"type\":\"object\",\"anyOf\":[{\"properties\":{\"n\":{\"$ref\":"
        "\"#/$defs/b\"}},\"required\":[\"n\"]},{\"properties\":{\"n\":{\"$ref\":\"#/$defs/a\"}},"
        "\"required\":[\"z\"]}]}}}",
        NULL);
    for (int i = 0; i < 100; i++)
        fiat__buf_append_c(&event, "{\"n\":");
    fiat__buf_append_c(&event, "1");
    for (int i = 0; i < 100; i++)
        fiat__buf_append_c(&event, "}");
    fiat_validator *ctx = test_ctx();
    fiat_status status = fiat__schema_validate(schema, ctx, fiat__buf_str(&event), &err);
    ck_assert(status == FIAT_OK || status == FIAT_E_SCHEMA_LIMIT);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat__buf_deinit(&event);
}
END_TEST

/* What fiat/schema.h says of stack: 2 MB are enough for any depth. Sanitizers need more. */
#define TEST_STACK_BYTES ((size_t)(UNDER_ASAN || UNDER_TSAN ? 32 : 2) << 20)

static void *validate_deep(void *user) {
    const fiat_schema *schema = user;
    fiat_validator *ctx = test_ctx();
    fiat__buf event;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&event, 1 << 16);
    for (int i = 0; i < 1000; i++)
        fiat__buf_append_c(&event, "{\"n\":");
    fiat__buf_append_c(&event, "1");
    for (int i = 0; i < 1000; i++)
        fiat__buf_append_c(&event, "}");
    ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, fiat__buf_str(&event), &err), err);
    fiat__buf_deinit(&event);
    fiat_validator_free(ctx);
    return NULL;
}

START_TEST(groups_need_no_more_stack_than_is_said) {
    fiat__schema_opts opts = {.base.max_depth = 1000};
    fiat_schema *schema = test_compile(
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"properties\":{\"n\":{\"$ref\":\"#/$defs/a\"}},"
        "\"anyOf\":[{\"required\":[\"n\"]},{\"type\":\"integer\"},{\"required\":[\"m\"]}],"
        "\"unevaluatedProperties\":false}}}",
        &opts);
    ck_assert(schema->program.nodes[schema->program.root].flags & FIAT__NODE_GROUP);
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, TEST_STACK_BYTES), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, validate_deep, schema), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attr);
    fiat_schema_free(schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/flatten");
    TCase *tcase = tcase_create("flatten");
    tcase_add_loop_test(tcase, only_what_must_is_on_the_tape, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(tcase, twins_are_bounded);
    tcase_add_test(tcase, groups_do_not_read_without_end);
    tcase_add_test(tcase, groups_need_no_more_stack_than_is_said);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
