/* Schemas and documents that are made to hurt: each ends within bounds of time and memory, and what
 * is refused is refused with its own error. Times are of the thread's processor, and more than ten
 * times what is needed. */
#include "schema_engines.h"
#include "support/chaos.h"
#include "support/sanitizer.h"

#include <time.h>

#define SECONDS (UNDER_ASAN || UNDER_TSAN ? 60.0 : 6.0)

/* A text with a repeated part, in which ` is the number of the repetition and ~ the next one. A
 * part that is not the last one is followed by a comma when `list` is set. */
typedef struct made {
    const char *before, *each;
    unsigned count;
    bool list;
    const char *middle, *back; /* `back` as often as `each` */
    const char *after;
} made;

typedef struct row {
    const char *name;
    made schema;
    fiat_status compiles;
    made document;
    fiat_status status;
    const char *says; /* part of the message */
} row;

static const fiat_schema_options s_options = {.formats = FIAT_SCHEMA_FORMATS_ASSERT};

static void write_part(fiat__buf *out, const char *part, unsigned number) {
    for (; *part; part++) {
        if (*part == '`' || *part == '~')
            fiat__buf_printf(out, "%u", number + (*part == '~'));
        else
            fiat__buf_append_char(out, *part);
    }
}

static fiat__str write_text(fiat__buf *out, const made *text) {
    fiat__buf_init(out, 64u << 20);
    if (text->before) fiat__buf_append_c(out, text->before);
    for (unsigned i = 0; i < text->count; i++) {
        write_part(out, text->each, i);
        if (text->list && i + 1 < text->count) fiat__buf_append_char(out, ',');
    }
    if (text->middle) fiat__buf_append_c(out, text->middle);
    for (unsigned i = 0; text->back && i < text->count; i++)
        fiat__buf_append_c(out, text->back);
    if (text->after) fiat__buf_append_c(out, text->after);
    ck_assert(!out->failed);
    return fiat__buf_str(out);
}

#define DEFS(each, n, last, root)                                                                  \
    { "{\"$defs\":{", each, n, true, "," last "}," root "}", 0, 0 }
#define LIST(each, n)                                                                              \
    { "[", each, n, true, "]", 0, 0 }
#define NESTED(open, n, middle, close)                                                             \
    { 0, open, n, false, middle, close, 0 }
#define TEXT(text)                                                                                 \
    { text, 0, 0, false, 0, 0, 0 }
#define TWICE(keyword)                                                                             \
    DEFS("\"d`\":{\"" keyword "\":[{\"$ref\":\"#/$defs/d~\"},{\"$ref\":\"#/$defs/d~\"}]}", 40,     \
         "\"d40\":{\"type\":\"string\"}", "\"$ref\":\"#/$defs/d0\"")

#define TEN(text)     text text text text text text text text text text
#define HUNDRED(text) TEN(TEN(text))
/* A schema in which the next one stands a hundred times. */
#define HUNDREDFOLD(name, next)                                                                    \
    "\"" name "\":{\"anyOf\":[" HUNDRED("{\"$ref\":\"#/$defs/" next "\"},") "false]},"
/* An object that fits or not is only known at its end, and each member asks both schemas. */
#define FITS_OR_NOT(keyword, first, second)                                                        \
    "{\"type\":\"object\"," keyword "\"anyOf\":[{\"properties\":{\"a\":{\"$ref\":\"#/$defs/" first \
    "\"}}},{\"properties\":{\"a\":{\"$ref\":\"#/$defs/" second "\"}}}]}"

static const row s_rows[] = {
    /* Depth. */
    {"deep schema", NESTED("{\"not\":", 100000, "true", "}"), FIAT_E_JSON_DEPTH, TEXT(""), 0,
     "nested more than 256"},
    {"deep schema without an end", NESTED("{\"items\":[", 100000, "", ""), FIAT_E_JSON_DEPTH,
     TEXT(""), 0, "nested more than 256"},
    {"deep document", TEXT("{\"not\":{\"const\":1}}"), FIAT_OK, NESTED("[", 100000, "1", "]"),
     FIAT_E_JSON_DEPTH, "nested more than 128"},
    {"deep document by $ref", TEXT("{\"items\":{\"$ref\":\"#\"},\"uniqueItems\":true}"), FIAT_OK,
     NESTED("[", 128, "1", "]"), FIAT_OK, ""},
    {"one level more", TEXT("{\"items\":{\"$ref\":\"#\"},\"uniqueItems\":true}"), FIAT_OK,
     NESTED("[", 129, "1", "]"), FIAT_E_JSON_DEPTH, "nested more than 128"},
    {"deep const",
     {"{\"const\":", "[", 250, false, "1", "]", "}"},
     FIAT_OK,
     NESTED("[", 120, "1", "]"),
     FIAT_E_SCHEMA_MISMATCH,
     ""},

    /* References that lead in circles and say nothing. */
    {"to itself", TEXT("{\"$ref\":\"#\"}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, "cycle"},
    {"two", TEXT("{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}"),
     FIAT_E_SCHEMA_REF, TEXT(""), 0, "cycle"},
    {"ring",
     DEFS("\"d`\":{\"$ref\":\"#/$defs/d~\"}", 20000, "\"d20000\":{\"$ref\":\"#/$defs/d0\"}",
          "\"type\":\"object\""),
     FIAT_E_SCHEMA_REF, TEXT(""), 0, "cycle"},
    {"allOf", TEXT("{\"allOf\":[{\"type\":\"object\"},{\"$ref\":\"#\"}]}"), FIAT_E_SCHEMA_REF,
     TEXT(""), 0, ""},
    {"anyOf", TEXT("{\"anyOf\":[true,{\"$ref\":\"#\"}]}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"oneOf", TEXT("{\"oneOf\":[true,{\"$ref\":\"#\"}]}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"not", TEXT("{\"not\":{\"$ref\":\"#\"}}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"if", TEXT("{\"if\":{\"$ref\":\"#\"},\"then\":true}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"then", TEXT("{\"if\":true,\"then\":{\"$ref\":\"#\"}}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"else", TEXT("{\"if\":true,\"else\":{\"$ref\":\"#\"}}"), FIAT_E_SCHEMA_REF, TEXT(""), 0, ""},
    {"dependentSchemas", TEXT("{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}"), FIAT_E_SCHEMA_REF,
     TEXT(""), 0, ""},
    {"$dynamicRef", TEXT("{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}"), FIAT_E_SCHEMA_REF,
     TEXT(""), 0, ""},
    {"of names", TEXT("{\"propertyNames\":{\"$ref\":\"#\"}}"), FIAT_OK, TEXT("{\"a\":{\"b\":1}}"),
     FIAT_OK, ""},
    {"a long chain",
     DEFS("\"d`\":{\"$ref\":\"#/$defs/d~\",\"maxLength\":9}", 20000,
          "\"d20000\":{\"type\":\"string\"}", "\"$ref\":\"#/$defs/d0\""),
     FIAT_OK, TEXT("\"x\""), FIAT_E_SCHEMA_LIMIT, "too often"},

    /* Work that doubles with every step. */
    {"allOf twice", TWICE("allOf"), FIAT_OK, TEXT("\"x\""), FIAT_E_SCHEMA_LIMIT, "too often"},
    {"oneOf twice", TWICE("oneOf"), FIAT_OK, TEXT("\"x\""), FIAT_E_SCHEMA_LIMIT, "too often"},
    {"anyOf twice", TWICE("anyOf"), FIAT_OK, TEXT("1"), FIAT_E_SCHEMA_LIMIT, "too often"},
    {"anyOf in a deep document",
     TEXT("{\"anyOf\":[{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"b\"]},"
          "{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"c\"]}]}"),
     FIAT_OK, NESTED("{\"a\":", 60, "1", ",\"d\":1}"), FIAT_E_SCHEMA_LIMIT, "too often"},

    /* uniqueItems. */
    {"unique numbers", TEXT("{\"uniqueItems\":true}"), FIAT_OK, LIST("`", 100000), FIAT_OK, ""},
    {"unique powers of ten", TEXT("{\"uniqueItems\":true}"), FIAT_OK, LIST("1e`", 100000), FIAT_OK,
     ""},
    {"unique strings", TEXT("{\"uniqueItems\":true}"), FIAT_OK, LIST("\"item `\"", 100000), FIAT_OK,
     ""},
    {"unique arrays", TEXT("{\"uniqueItems\":true}"), FIAT_OK, LIST("[[[[`]]],[]]", 50000), FIAT_OK,
     ""},
    {"unique objects", TEXT("{\"uniqueItems\":true}"), FIAT_OK, LIST("{\"a\":`,\"b\":{}}", 50000),
     FIAT_OK, ""},
    {"unique but the last",
     TEXT("{\"uniqueItems\":true}"),
     FIAT_OK,
     {"[", "{\"a\":[`]},", 50000, false, "{\"a\":[0.0e5]}]", 0, 0},
     FIAT_E_SCHEMA_MISMATCH,
     ""},

    /* Large values of enum and const, and as many documents. */
    {"enum of strings",
     {"{\"items\":{\"enum\":[", "\"value `\"", 50000, true, "]}}", 0, 0},
     FIAT_OK,
     LIST("\"value `\"", 50000),
     FIAT_OK,
     ""},
    {"enum of numbers",
     {"{\"items\":{\"enum\":[", "`.5", 50000, true, "]}}", 0, 0},
     FIAT_OK,
     LIST("`.50", 50000),
     FIAT_OK,
     ""},
    {"enum of objects",
     {"{\"items\":{\"enum\":[", "{\"a\":[`]}", 50000, true, "]}}", 0, 0},
     FIAT_OK,
     LIST("{\"a\":[`]}", 50000),
     FIAT_OK,
     ""},

    /* Numbers. */
    {"multipleOf of a huge exponent", TEXT("{\"multipleOf\":3}"), FIAT_OK, TEXT("1e1000000"),
     FIAT_E_SCHEMA_MISMATCH, "not a multiple"},
    {"multiples of a tiny number", TEXT("{\"multipleOf\":1e-400}"), FIAT_OK, TEXT("1e1000000"),
     FIAT_OK, ""},
    {"a tiny number", TEXT("{\"multipleOf\":1e-399}"), FIAT_OK, TEXT("1e-400"),
     FIAT_E_SCHEMA_MISMATCH, "not a multiple"},
    {"an exponent of a megabyte", TEXT("{\"multipleOf\":7,\"minimum\":1e400}"), FIAT_OK,
     NESTED("9", 1000000, "e", "9"), FIAT_E_SCHEMA_MISMATCH, "not a multiple"},
    {"digits of a megabyte", TEXT("{\"multipleOf\":9}"), FIAT_OK, NESTED("9", 1000000, "", ""),
     FIAT_OK, ""},
    {"a divisor of many digits",
     {"{\"multipleOf\":1", "3", 5000, false, "}", 0, 0},
     FIAT_OK,
     NESTED("7", 1000000, "", ""),
     FIAT_E_SCHEMA_LIMIT,
     "multipleOf"},
    {"bounds beyond a double", TEXT("{\"minimum\":1e400,\"maximum\":1e401}"), FIAT_OK,
     TEXT("1e402"), FIAT_E_SCHEMA_MISMATCH, "maximum"},

    /* Objects. */
    {"a million members",
     TEXT("true"),
     FIAT_OK,
     {"{", "\"`\":1", 1000000, true, "}", 0, 0},
     FIAT_OK,
     ""},
    {"a million members, and one twice",
     TEXT("true"),
     FIAT_OK,
     {"{", "\"`\":1", 1000000, true, ",\"77777\":1}", 0, 0},
     FIAT_E_JSON_DUPLICATE_KEY,
     "77777"},
    {"names that differ in their middle",
     {"{\"required\":[", "\"12345678-`-12345678\"", 5000, true, "]}", 0, 0},
     FIAT_OK,
     {"{", "\"12345678-`-12345678\":1", 5000, true, "}", 0, 0},
     FIAT_OK,
     ""},
    {"many required names",
     {"{\"items\":{\"required\":[", "\"name `\"", 10000, true, "]}}", 0, 0},
     FIAT_OK,
     LIST("{}", 100000),
     FIAT_E_SCHEMA_MISMATCH,
     "name 0"},
    {"patterns by names",
     {"{\"patternProperties\":{", "\"^[ak]`x\":true", 2000, true, "}}", 0, 0},
     FIAT_OK,
     {"{", "\"k`\":1", 20000, true, "}", 0, 0},
     FIAT_E_SCHEMA_LIMIT,
     "patternProperties"},
    {"contains", TEXT("{\"contains\":{\"const\":1},\"minContains\":100000}"), FIAT_OK,
     LIST("1", 100000), FIAT_OK, ""},
    {"unevaluatedItems",
     TEXT("{\"allOf\":[{\"contains\":{\"minimum\":9}},{\"contains\":{"
          "\"maximum\":8.5}}],\"unevaluatedItems\":false}"),
     FIAT_OK, LIST("`", 100000), FIAT_OK, ""},

    /* Regular expressions. */
    {"pattern",
     TEXT("{\"pattern\":\"^(a+)+$\"}"),
     FIAT_OK,
     {"\"", "a", 40, false, "!\"", 0, 0},
     FIAT_E_SCHEMA_LIMIT,
     "pattern"},
    {"a pattern for many strings", TEXT("{\"items\":{\"pattern\":\"^(?!(a+)+$)\"}}"), FIAT_OK,
     LIST("\"aaaaaaaaaaaaaaaaaa!\"", 20000), FIAT_E_SCHEMA_LIMIT, "pattern"},
    {"a pattern from every start",
     TEXT("{\"pattern\":\"(a|a){0,15}[cd]b\"}"),
     FIAT_OK,
     {"\"", "a", 200000, false, "b\"", 0, 0},
     FIAT_E_SCHEMA_LIMIT,
     "pattern"},
    {"patternProperties",
     TEXT("{\"patternProperties\":{\"^(a|a)+$\":true}}"),
     FIAT_OK,
     {"{", "\"aaaaaaaaaaaaaaaa!`\":1", 20000, true, "}", 0, 0},
     FIAT_E_SCHEMA_LIMIT,
     "patternProperties"},
    {"propertyNames", TEXT("{\"propertyNames\":{\"pattern\":\"(a|a){24}b|c\"}}"), FIAT_OK,
     TEXT("{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}"), FIAT_E_SCHEMA_LIMIT, ""},
    {"names of the schema",
     TEXT("{\"properties\":{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\":true},"
          "\"patternProperties\":{\"^(a+)+$\":true}}"),
     FIAT_E_SCHEMA_LIMIT, TEXT(""), 0, "patterns"},
    {"a pattern that repeats repetitions", TEXT("{\"pattern\":\"((a{1,999}){1,999}){1,999}\"}"),
     FIAT_E_SCHEMA_INVALID, TEXT(""), 0, "too large"},
    {"format regex",
     TEXT("{\"format\":\"regex\"}"),
     FIAT_OK,
     {"\"", "(", 30000, false, "", ")", "\""},
     FIAT_E_SCHEMA_MISMATCH,
     "regular expression"},
    {"deep groups",
     {"{\"pattern\":\"", "(", 5000, false, "", ")", "\"}"},
     FIAT_E_SCHEMA_INVALID,
     TEXT(""),
     0,
     "regular expression"},

    /* Bytes that are no UTF-8, and what JSON does not have. */
    {"a schema's key", TEXT("{\"\xff\":true}"), FIAT_E_JSON_UTF8, TEXT(""), 0, "UTF-8"},
    {"a schema's pattern", TEXT("{\"pattern\":\"\xc3\"}"), FIAT_E_JSON_UTF8, TEXT(""), 0, "UTF-8"},
    {"half a pair in a pattern", TEXT("{\"pattern\":\"\\ud800\"}"), FIAT_E_JSON_SYNTAX, TEXT(""), 0,
     "surrogate"},
    {"a document's key", TEXT("{\"maxProperties\":9}"), FIAT_OK, TEXT("{\"\xe2\x82\":1}"),
     FIAT_E_JSON_UTF8, "UTF-8"},
    {"a document's value", TEXT("{\"pattern\":\"a\"}"), FIAT_OK, TEXT("\"a\xf5\x80\x80\x80\""),
     FIAT_E_JSON_UTF8, "UTF-8"},

    /* What is worked out for the one pass. */
    {"what a hundredfold anyOf lets in",
     TEXT("{\"$defs\":{" HUNDREDFOLD("a", "b") HUNDREDFOLD("b", "c") HUNDREDFOLD("c", "d")
              HUNDREDFOLD("d", "e") HUNDREDFOLD("e", "f") "\"f\":{\"type\":\"string\"}},"
                                                          "\"$ref\":\"#/$defs/a\"}"),
     FIAT_OK, TEXT("\"\""), FIAT_OK, ""},
    {"many ways past many branches",
     {"{\"$defs\":{\"any\":{\"anyOf\":[" TEN(
          HUNDRED("{\"required\":[\"a\"]},")) "false]}},\"properties\":{",
      "\"p`\":{\"$ref\":\"#/$defs/any\",\"minProperties\":`}", 20000, true, "}}", 0, 0},
     FIAT_OK,
     TEXT("{\"p1\":{\"a\":1}}"),
     FIAT_OK,
     ""},
    {"a long value in alternatives of alternatives",
     TEXT("{\"$defs\":{\"fits\":" FITS_OR_NOT("", "fits", "not") ",\"not\":" FITS_OR_NOT(
         "\"required\":[\"zz\"],", "fits",
         "not") "},\"$ref\":\"#/$defs/fits\",\"$comment\":\"" HUNDRED("room for groups ") "\"}"),
     FIAT_OK,
     {TEN("{\"a\":") TEN("{\"a\":") TEN("{\"a\":") "{\"z\":[", "1", 300000, true,
      "]}" TEN("}") TEN("}") TEN("}"), 0, 0},
     FIAT_OK,
     ""},

    /* Names that differ in their middles alone. */
    {"similar names",
     {"{\"properties\":{", "\"properties`properties\":{}", 60000, true, "}}", 0, 0},
     FIAT_OK,
     {"{", "\"properties`properties\":1", 60000, true, "}", 0, 0},
     FIAT_OK,
     ""},
    {"similar values",
     {"{\"items\":{\"enum\":[", "\"properties`properties\"", 60000, true, "]}}", 0, 0},
     FIAT_OK,
     {"[", "\"properties`properties\"", 60000, true, "]", 0, 0},
     FIAT_OK,
     ""},
};

static double seconds_since(clock_t before) {
    return (double)(clock() - before) / CLOCKS_PER_SEC;
}

static void check_error(const row *at, fiat_status want, const fiat_error *err) {
    ck_assert_msg(err->status == (int32_t)want && strstr(err->message, at->says ? at->says : ""),
                  "%s: \"%s\" does not say \"%s\"", at->name, err->message, at->says);
}

static bool count_failure(const fiat_schema_failure *failure, void *user) {
    (void)failure;
    ++*(unsigned *)user;
    return true;
}

static void judge(const row *at, const fiat_schema *schema) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_validator *ctx = test_ctx();
    fiat__str document = write_text(&text, &at->document);
    clock_t before = clock();
    fiat_status got = fiat_schema_validate(schema, ctx, document.ptr, document.len, &err);
    ck_assert_msg(got == at->status, "%s: got %s (%s), want %s", at->name, fiat_status_name(got),
                  err.message, fiat_status_name(at->status));
    if (got != FIAT_OK) check_error(at, at->status, &err);
    ck_assert_msg(seconds_since(before) < SECONDS, "%s: %g s", at->name, seconds_since(before));
    unsigned failures = 0;
    before = clock();
    got = fiat_schema_report(schema, ctx, document.ptr, document.len, 100, count_failure, &failures,
                             &err);
    ck_assert_msg(got == at->status, "%s: report: %s", at->name, fiat_status_name(got));
    ck_assert_msg(seconds_since(before) < SECONDS, "%s: report: %g s", at->name,
                  seconds_since(before));
    fiat__buf_deinit(&text);
    fiat_validator_free(ctx);
}

/* What is held may be a multiple of the texts, and no more. */
static void check_memory(const row *at, uint64_t bytes) {
    uint64_t allowed = (2u << 20) + 200 * bytes;
    ck_assert_msg(chaos_peak_bytes() < allowed, "%s: %llu bytes for texts of %llu", at->name,
                  (unsigned long long)chaos_peak_bytes(), (unsigned long long)bytes);
}

START_TEST(ends) {
    const row *at = &s_rows[_i];
    fiat__buf text, document;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    chaos_install();
    fiat__str schema_text = write_text(&text, &at->schema);
    size_t bytes = schema_text.len + write_text(&document, &at->document).len;
    clock_t before = clock();
    fiat_status got =
        fiat_schema_compile(&schema, schema_text.ptr, schema_text.len, &s_options, &err);
    ck_assert_msg(got == at->compiles, "%s: compile: got %s (%s), want %s", at->name,
                  fiat_status_name(got), err.message, fiat_status_name(at->compiles));
    ck_assert_msg(seconds_since(before) < SECONDS, "%s: compile: %g s", at->name,
                  seconds_since(before));
    if (got != FIAT_OK) check_error(at, at->compiles, &err);
    if (got == FIAT_OK) judge(at, schema);
    check_memory(at, bytes);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&document);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/hostile");
    TCase *tcase = tcase_create("hostile");
    tcase_add_loop_test(tcase, ends, 0, (int)(sizeof s_rows / sizeof s_rows[0]));
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
