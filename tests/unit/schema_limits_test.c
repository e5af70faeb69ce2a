/* Limits are settings, and the error says which one was met. */
#include "schema_engines.h"

typedef struct limit_row {
    fiat_schema_options options;
    const char *schema, *document;
    fiat_status status; /* of the schema, or else of the document */
    const char *says;
} limit_row;

static const char s_doubling[] =
    "{\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"},{\"$ref\":\"#/$defs/b\"}]},"
    "\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/c\"},{\"$ref\":\"#/$defs/c\"}]},"
    "\"c\":{\"oneOf\":[{\"minimum\":2},{\"minimum\":3}]}},\"$ref\":\"#/$defs/a\"}";

static const limit_row s_limit_rows[] = {
    {{.max_depth = 3}, "true", "[[[[]]]]", FIAT_E_JSON_DEPTH, "more than 3"},
    {{.max_depth = 4}, "true", "[[[[]]]]", FIAT_OK, ""},
    {{.max_depth = 1001}, "true", "", FIAT_E_ARG, "max_depth"},
    {{.max_schema_depth = 2}, "{\"not\":{\"not\":{}}}", "", FIAT_E_JSON_DEPTH, "more than 2"},
    {{.max_schema_depth = 3}, "{\"not\":{\"not\":{}}}", "1", FIAT_OK, ""},
    {{.max_schema_depth = 1001}, "true", "", FIAT_E_ARG, "max_schema_depth"},
    {{.max_schema_bytes = 8}, "{\"not\":1}", "", FIAT_E_SCHEMA_LIMIT, "max_schema_bytes"},
    {{.max_schema_bytes = 200},
     "{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}",
     "",
     FIAT_E_SCHEMA_LIMIT,
     "max_schema_bytes"},
    {{.max_schema_bytes = 1u << 30}, "true", "", FIAT_E_ARG, "max_schema_bytes"},
    {{.max_instance_bytes = 3}, "true", "true", FIAT_E_SCHEMA_LIMIT, "max_instance_bytes"},
    {{.max_instance_bytes = 4}, "true", "true", FIAT_OK, ""},
    {{.max_instance_bytes = 1u << 30}, "true", "", FIAT_E_ARG, "max_instance_bytes"},
    {{.max_steps = 4, .max_steps_per_byte = 1}, s_doubling, "1", FIAT_E_SCHEMA_LIMIT, "max_steps"},
    {{.max_steps = 1, .max_steps_per_byte = 40}, s_doubling, "1", FIAT_E_SCHEMA_MISMATCH, ""},
    {{.max_steps = 5}, "{\"pattern\":\"^(a|b)*c$\"}", "\"ababababababababc\"", FIAT_OK, ""},
    {{.max_steps = 1, .max_steps_per_byte = 1},
     "{\"pattern\":\"^(a|b|ab)*c$\"}",
     "\"ababababababababababababd\"",
     FIAT_E_SCHEMA_LIMIT,
     "max_steps"},
    {{.max_steps = UINT64_MAX}, "true", "", FIAT_E_ARG, "max_steps"},
    {{.max_compiled_bytes = 512},
     "{\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
     "",
     FIAT_E_SCHEMA_LIMIT,
     "max_compiled_bytes"},
};

START_TEST(limits) {
    const limit_row *at = &s_limit_rows[_i];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    fiat_validator *ctx = test_ctx();
    size_t len = strlen(at->schema);
    fiat_status got = fiat_schema_compile(&schema, at->schema, len, &at->options, &err);
    if (got == FIAT_OK)
        got = fiat_schema_validate(schema, ctx, at->document, strlen(at->document), &err);
    ck_assert_msg(got == at->status, "%s: got %s (%s), want %s", at->schema, fiat_status_name(got),
                  err.message, fiat_status_name(at->status));
    ck_assert_msg(got == FIAT_OK || strstr(err.message, at->says), "\"%s\" does not say \"%s\"",
                  err.message, at->says);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* Every $id is resolved against the base: a long one is copied as often. */
START_TEST(resolved_uris_are_limited) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    fiat__buf base, text;
    fiat__buf_init(&base, 2 << 20);
    fiat__buf_init(&text, 1 << 16);
    fiat__buf_append_c(&base, "http://x.test/");
    for (int i = 0; i < 1 << 20; i++)
        fiat__buf_append_char(&base, 'a');
    fiat__buf_append_c(&text, "{\"$defs\":{\"a\":{}");
    for (int i = 0; i < 70; i++)
        fiat__buf_printf(&text, ",\"a%d\":{\"$id\":\"?%d\"}", i, i);
    fiat__buf_append_c(&text, "}}");
    fiat_schema_options options = {.base_uri = fiat__buf_cstr(&base)};
    ck_assert_fiat_status(fiat_schema_compile(&schema, text.ptr, text.len, &options, &err),
                          FIAT_E_SCHEMA_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.message, "resolved against its base"));
    fiat__buf_deinit(&base);
    fiat__buf_deinit(&text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/limits");
    TCase *tcase = tcase_create("limits");
    tcase_add_loop_test(tcase, limits, 0, (int)(sizeof s_limit_rows / sizeof s_limit_rows[0]));
    tcase_add_test(tcase, resolved_uris_are_limited);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
