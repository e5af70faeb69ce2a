/* Members in the schema's order, which are expected, and members in any other; what a caller hears
 * who asks for the status alone; and how much memory a compiled schema takes. */
#include "schema_engines.h"

/* Names as they stand in the schema's text: plain ones of all lengths around 8 and 16 bytes, and
 * such as must be escaped. */
static const char s_schema[] =
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"ab\":{\"type\":"
    "\"integer\"},"
    "\"\":{\"type\":\"integer\"},\"eight_by\":{\"type\":\"integer\"},"
    "\"sixteen_bytes_it\":{\"type\":\"integer\"},\"seventeen_bytes_i\":{\"type\":\"integer\"},"
    "\"a\\\"b\":{\"type\":\"integer\"},\"back\\\\slash\":{\"type\":\"integer\"},"
    "\"line\\nfeed\":{\"type\":\"integer\"},\"\xc3\xbc\":{\"type\":\"integer\"},"
    "\"last\":{\"type\":\"integer\"}},\"additionalProperties\":false}";

static const struct {
    const char *text;
    fiat_status status;
} rows[] = {
    {"{\"a\":1,\"ab\":1,\"\":1,\"eight_by\":1,\"sixteen_bytes_it\":1,\"seventeen_bytes_i\":1}",
     FIAT_OK},
    {"{\"a\\\"b\":1,\"back\\\\slash\":1,\"line\\nfeed\":1,\"\xc3\xbc\":1,\"last\":1}", FIAT_OK},
    {"{ \"a\" : 1 , \"ab\" : 1 , \"last\" : 1 }", FIAT_OK},
    {"{\"last\":1,\"ab\":1,\"a\":1}", FIAT_OK},
    {"{\"\\u0061\":1,\"ab\":1,\"\\u00fc\":1,\"last\":1}", FIAT_OK},
    {"{\"a\":1,\"ab\":\"1\"}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"a\":1,\"abc\":1}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"a\":1,\"A\":1}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"a\":1,\"ab\":1,\"eight_bz\":1}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"sixteen_bytes_iT\":1}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"seventeen_bytes_I\":1}", FIAT_E_SCHEMA_MISMATCH},
    {"{\"a\":1,\"a\":1}", FIAT_E_JSON_DUPLICATE_KEY},
    {"{\"a\":1,\"ab\":1,\"a\":1}", FIAT_E_JSON_DUPLICATE_KEY},
    {"{\"last\":1,\"last\":1}", FIAT_E_JSON_DUPLICATE_KEY},
    {"{\"a\":1,\"\\u0061\":1}", FIAT_E_JSON_DUPLICATE_KEY},
    {"{\"a\"b\":1}", FIAT_E_JSON_SYNTAX},
    {"{\"line\nfeed\":1}", FIAT_E_JSON_SYNTAX},
    {"{\"back\\slash\":1}", FIAT_E_JSON_SYNTAX},
    {"{\"a\"", FIAT_E_JSON_SYNTAX},
    {"{\"a", FIAT_E_JSON_SYNTAX},
    {"{\"a\" 1}", FIAT_E_JSON_SYNTAX},
    {"{\"a\":1 \"ab\":1}", FIAT_E_JSON_SYNTAX},
    {"{\"a\":1,}", FIAT_E_JSON_SYNTAX},
    {"{\"a\":1,,\"ab\":1}", FIAT_E_JSON_SYNTAX},
    {"{\"a\":1} x", FIAT_E_JSON_SYNTAX},
    {"{\"no\":[[[[[[[[[]]]]]]]]]}", FIAT_E_JSON_DEPTH},
    {"{\"no\":\"\xff\"}", FIAT_E_JSON_UTF8},
};

/* The status is the same whether or not the caller wants to know the reason. */
START_TEST(members_are_judged_in_any_order) {
    static const fiat__schema_opts opts = {.base.max_depth = 8};
    fiat_schema *schema = test_compile(s_schema, &opts);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str text = fiat__str_c(rows[_i].text);
    fiat_status status = fiat__schema_validate(schema, ctx, text, &err);
    fiat_status alone = fiat__schema_validate(schema, ctx, text, NULL);
    ck_assert_msg(status == rows[_i].status, "%s: %s", rows[_i].text, fiat_status_name(status));
    ck_assert_msg(alone == rows[_i].status, "%s: %s without an error", rows[_i].text,
                  fiat_status_name(alone));
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* Names that end with the text: nothing behind its padding may be looked at (the sanitizers see).
 */
START_TEST(texts_that_end_inside_a_name_are_refused) {
    fiat_schema *schema = test_compile(s_schema, NULL);
    static const char key[] = "{\"a\":1,\"ab\":1,\"\":1,\"eight_by\":1,\"sixteen_bytes_it\":1";
    for (size_t len = 0; len < sizeof key - 1; len++) {
        fiat_validator *ctx = test_ctx();
        ck_assert_int_eq(fiat__schema_validate(schema, ctx, fiat__str_of(key, len), NULL),
                         FIAT_E_JSON_SYNTAX);
        fiat_validator_free(ctx);
    }
    fiat_schema_free(schema);
}
END_TEST

static const char s_audit[] =
    "{\"type\":\"object\",\"properties\":{\"event_id\":{\"type\":\"string\",\"pattern\":"
    "\"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$\"},"
    "\"occurred_at\":{\"type\":\"string\",\"format\":\"date-time\"},"
    "\"app\":{\"type\":\"string\",\"pattern\":\"^[a-z][a-z0-9-]{1,31}$\"},"
    "\"environment\":{\"enum\":[\"prod\",\"staging\",\"non-prod\",\"dev\"]},"
    "\"team\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64},"
    "\"email\":{\"type\":\"string\",\"format\":\"email\"},"
    "\"pid\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":4194304},"
    "\"labels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"},"
    "\"maxProperties\":16}},\"required\":[\"event_id\",\"occurred_at\",\"app\"],"
    "\"additionalProperties\":false}";

START_TEST(compiled_schemas_are_small) {
    fiat_schema *schema = test_compile(s_audit, NULL);
    ck_assert_uint_le(fiat_schema_size(schema), 8 * strlen(s_audit));
    fiat_schema_free(schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/order");
    TCase *tcase = tcase_create("order");
    tcase_add_loop_test(tcase, members_are_judged_in_any_order, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tcase, texts_that_end_inside_a_name_are_refused);
    tcase_add_test(tcase, compiled_schemas_are_small);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
