/* The parsing test suite on every way that a text can take through the parser: what must be
 * accepted is, what must be refused is, what is left open is as docs/json.md says; and all ways
 * give the same answer. */
#include "json_suite_cases.h"
#include "schema_engines.h"

#include "base/mem.h"

#define CASE_COUNT ((int)(sizeof json_cases / sizeof json_cases[0]))

/* Beyond every number of the cases. */
#define HUGE_EXPONENT                                                                              \
    "e9999999999999999999999999999999999999999999999999999999999999999999999999999999999999"

/* Schemas that accept everything, each by another way through the engines. */
static const char *const s_ways[] = {
    "true",
    /* scalars with something to check, unknown and known members */
    "{\"minLength\":0,\"maxLength\":1000000,\"pattern\":\"\",\"minimum\":-1" HUGE_EXPONENT ","
    "\"additionalProperties\":{\"maxLength\":1000000},\"items\":{\"pattern\":\"\","
    "\"maximum\":1" HUGE_EXPONENT "}}",
    "{\"properties\":{\"a\":true,\"x\":{\"type\":[\"string\",\"array\",\"boolean\",\"null\"]},"
    "\"id\":{\"maxLength\":100}},\"additionalProperties\":true,\"minProperties\":0}",
    "{\"patternProperties\":{\"a\":true,\"^a|x\":{\"maxLength\":1000}},\"prefixItems\":[true]}",
    /* the whole value, or parts of it, on a tape */
    "{\"not\":{\"const\":[\"never found\"]}}",
    "{\"items\":{\"not\":{\"const\":\"never\"}},"
    "\"additionalProperties\":{\"not\":{\"const\":{\"never\":1}}}}",
    "{\"anyOf\":[{\"uniqueItems\":false},true],\"unevaluatedProperties\":true}",
};
#define WAY_COUNT (sizeof s_ways / sizeof s_ways[0])

static fiat_schema *s_schemas[WAY_COUNT];
static fiat_validator *s_ctx;

static void compile_ways(void) {
    for (size_t i = 0; i < WAY_COUNT; i++)
        s_schemas[i] = test_compile(s_ways[i], NULL);
    s_ctx = test_ctx();
}

static void free_ways(void) {
    for (size_t i = 0; i < WAY_COUNT; i++)
        fiat_schema_free(s_schemas[i]);
    fiat_validator_free(s_ctx);
}

/* The status of a text by every way, which must be one. */
static fiat_status judge(const char *name, fiat__str text) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status want = fiat__tape_check(text, FIAT__SCHEMA_MAX_DEPTH, &err);
    uint64_t offset = err.offset;
    ck_assert_msg(want == FIAT_OK ||
                      (err.status == (int32_t)want && err.message[0] && offset <= text.len),
                  "%s: an error without a message, or past the end", name);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        err = (fiat_error)FIAT_ERROR_INIT;
        fiat_status got = fiat_schema_validate(s_schemas[i], s_ctx, text.ptr, text.len, &err);
        ck_assert_msg(got == want && err.offset == offset,
                      "%s by %s: %s at %llu (%s); fiat__tape_check: %s at %llu", name, s_ways[i],
                      fiat_status_name(got), (unsigned long long)err.offset, err.message,
                      fiat_status_name(want), (unsigned long long)offset);
    }
    return want;
}

static void check(const char *name, fiat__str text, fiat_status want) {
    fiat_status got = judge(name, text);
    bool refused = name[0] == 'n' && (got == FIAT_E_JSON_SYNTAX || got == FIAT_E_JSON_UTF8);
    ck_assert_msg(got == want || refused, "%s: got %s, want %s", name, fiat_status_name(got),
                  fiat_status_name(want));
}

START_TEST(every_case) {
    const json_case *row = &json_cases[_i];
    compile_ways();
    check(row->name, fiat__str_of(row->text, row->len), row->want);
    free_ways();
}
END_TEST

/* A text that ends anywhere, and one in which any byte is another: the ways still agree. */
START_TEST(every_case_damaged) {
    static const char others[] = "\"\\{}[],:0-.eEtu \n\t\177\200\377";
    const json_case *row = &json_cases[_i];
    char damaged[512];
    ck_assert_uint_le(row->len, sizeof damaged);
    compile_ways();
    for (size_t at = 0; at < row->len; at++) {
        judge(row->name, fiat__str_of(row->text, at));
        memcpy(damaged, row->text, row->len);
        for (size_t i = 0; i < sizeof others; i++) { /* its NUL too */
            damaged[at] = others[i];
            judge(row->name, fiat__str_of(damaged, row->len));
        }
    }
    free_ways();
}
END_TEST

static fiat__str repeated(const char *piece, size_t count, const char *end) {
    size_t len = strlen(piece), end_len = strlen(end);
    char *text = fiat__malloc(len * count + end_len + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, piece, len);
    memcpy(text + count * len, end, end_len + 1);
    return fiat__str_of(text, len * count + end_len);
}

static void check_made(const char *name, fiat__str text, fiat_status want) {
    check(name, text, want);
    fiat__free((char *)text.ptr);
}

/* Deeper than the limit says so, and does not care that the text is not complete. */
START_TEST(the_long_ones) {
    compile_ways();
    check_made("n_structure_100000_opening_arrays", repeated("[", 100000, ""), FIAT_E_JSON_DEPTH);
    check_made("n_structure_open_array_object", repeated("[{\"\":", 50000, "\n"),
               FIAT_E_JSON_DEPTH);
    fiat__str closing = repeated("]", 500, ""), opening = repeated("[", 500, closing.ptr);
    check_made("i_structure_500_nested_arrays", opening, FIAT_E_JSON_DEPTH);
    fiat__free((char *)closing.ptr);
    free_ways();
}
END_TEST

START_TEST(nesting_to_the_limit) {
    fiat__schema_opts deep = {.base.max_depth = 500};
    fiat_error err = FIAT_ERROR_INIT;
    fiat_validator *ctx = test_ctx();
    char text[1002];
    for (size_t i = 0; i < WAY_COUNT; i++) {
        fiat_schema *schema = test_compile(s_ways[i], &deep);
        memset(text, '[', 501);
        memset(text + 500, ']', 501);
        ck_assert_fiat_ok(fiat_schema_validate(schema, ctx, text, 1000, &err), err);
        memset(text, '[', 501);
        memset(text + 501, ']', 501);
        ck_assert_fiat_status(fiat_schema_validate(schema, ctx, text, 1002, &err),
                              FIAT_E_JSON_DEPTH);
        ck_assert_ptr_nonnull(strstr(err.message, "500"));
        fiat_schema_free(schema);
    }
    fiat_validator_free(ctx);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_suite");
    TCase *tcase = tcase_create("cases");
    tcase_add_loop_test(tcase, every_case, 0, CASE_COUNT);
    tcase_add_loop_test(tcase, every_case_damaged, 0, CASE_COUNT);
    tcase_add_test(tcase, the_long_ones);
    tcase_add_test(tcase, nesting_to_the_limit);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
