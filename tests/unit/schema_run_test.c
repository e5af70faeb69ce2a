/* Running: statuses, limits, members that the caller adds, wide objects, memory. */
#include "schema_engines.h"
#include "json/number.h"
#include "support/chaos.h"

#include <pthread.h>
#include <stdio.h>

static fiat_status validate(const fiat_schema *schema, const char *event, fiat_error *err) {
    fiat_validator *ctx = test_ctx();
    fiat_status status = fiat__schema_validate(schema, ctx, fiat__str_c(event), err);
    fiat_validator_free(ctx);
    return status;
}

/* ---- Text that is wrong gives its status wherever the schema looks, or does not look. ---- */

static const char *const schemas[] = {
    "true",
    "{\"properties\":{\"a\":{}},\"items\":{}}",
    "{\"properties\":{\"a\":true,\"b\":true},\"patternProperties\":{\"^c\":true}}",
    "{\"additionalProperties\":true,\"propertyNames\":{\"maxLength\":100}}",
    "{\"anyOf\":[{\"type\":\"null\"},{\"not\":{\"type\":\"null\"}}]}",
    "{\"unevaluatedProperties\":{}}",
};

static const struct {
    const char *event;
    fiat_status status;
    unsigned offset;
    const char *path;
} wrong[] = {
    {"{\"a\":1,}", FIAT_E_JSON_SYNTAX, 7, "/a"},
    {"{\"a\":tru}", FIAT_E_JSON_SYNTAX, 5, "/a"},
    {"{\"a\":01}", FIAT_E_JSON_SYNTAX, 5, NULL},
    {"{\"a\":\"\\ud800\"}", FIAT_E_JSON_SYNTAX, 6, NULL},
    {"{\"a\":1} {}", FIAT_E_JSON_SYNTAX, 8, NULL},
    {"", FIAT_E_JSON_SYNTAX, 0, ""},
    {"{\"a\":\"\xff\"}", FIAT_E_JSON_UTF8, 6, NULL},
    {"{\"a\":1,\"a\":2}", FIAT_E_JSON_DUPLICATE_KEY, 7, "/a"},
    {"{\"zz\":1,\"zz\":2}", FIAT_E_JSON_DUPLICATE_KEY, 8, "/zz"},
    {"{\"a\":1,\"\\u0061\":2}", FIAT_E_JSON_DUPLICATE_KEY, 7, "/a"},
    {"{\"cc\":{\"x\":[{\"b\":1,\"b\":2}]}}", FIAT_E_JSON_DUPLICATE_KEY, 19, "/cc/x/0/b"},
    {"[[[[[1]]]]]", FIAT_E_JSON_DEPTH, 4, "/0/0/0"},
    {"{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", FIAT_E_JSON_DEPTH, 20, NULL},
};

#define SCHEMA_COUNT (int)(sizeof schemas / sizeof schemas[0])

START_TEST(wrong_text_has_its_status) {
    fiat__schema_opts opts = {.base.max_depth = 4};
    fiat_schema *schema = test_compile(schemas[_i % SCHEMA_COUNT], &opts);
    fiat_error err = FIAT_ERROR_INIT;
    int row = _i / SCHEMA_COUNT;
    fiat_status status = validate(schema, wrong[row].event, &err);
    ck_assert_msg(status == wrong[row].status, "%s: %s: %s", wrong[row].event,
                  fiat_status_name(status), err.message);
    ck_assert_uint_eq(err.offset, wrong[row].offset);
    if (wrong[row].path) ck_assert_str_eq(err.instance_path, wrong[row].path);
    ck_assert_int_eq(validate(schema, wrong[row].event, NULL), status);
    fiat_schema_free(schema);
}
END_TEST

/* Malformed text is malformed, even where a mismatch comes before it. */
START_TEST(malformed_text_beats_a_mismatch) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile("{\"properties\":{\"a\":{\"type\":\"null\"}}}", NULL);
    ck_assert_fiat_status(validate(schema, "{\"a\":1,\"b\":x}", &err), FIAT_E_JSON_SYNTAX);
    ck_assert_fiat_status(validate(schema, "{\"a\":1,\"b\":2}", &err), FIAT_E_SCHEMA_MISMATCH);
    fiat_schema_free(schema);
}
END_TEST

START_TEST(depth_is_limited_by_default_and_by_option) {
    char text[2 * FIAT__SCHEMA_MAX_DEPTH + 3];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile("true", NULL);
    for (int depth = FIAT__SCHEMA_MAX_DEPTH; depth <= FIAT__SCHEMA_MAX_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        ck_assert_fiat_status(validate(schema, text, &err),
                              depth > FIAT__SCHEMA_MAX_DEPTH ? FIAT_E_JSON_DEPTH : FIAT_OK);
    }
    fiat_schema_free(schema);
}
END_TEST

/* ---- Work is limited. ---- */

START_TEST(hungry_pattern_is_stopped) {
    static const char *const hungry[] = {
        "{\"properties\":{\"a\":{\"pattern\":\"^(a|aa)+$\"}}}",
        "{\"anyOf\":[{\"properties\":{\"a\":{\"pattern\":\"^(a|aa)+$\"}}}]}",
        "{\"patternProperties\":{\"^(a|aa)+$\":{}}}",
        "{\"patternProperties\":{\"^(a|aa)+$\":{}},\"unevaluatedProperties\":{\"type\":\"null\"}}",
    };
    char text[400] = "{\"";
    memset(text + 2, 'a', 100);
    strcat(text, "!\":0,\"a\":\"");
    memset(text + strlen(text), 'a', 100);
    strcat(text, "!\"}");
    for (size_t i = 0; i < sizeof hungry / sizeof hungry[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        fiat_schema *schema = test_compile(hungry[i], NULL);
        ck_assert_fiat_status(validate(schema, text, &err), FIAT_E_SCHEMA_LIMIT);
        ck_assert_msg(strstr(err.message, "more steps than are allowed"), "%s", err.message);
        ck_assert_str_eq(err.keyword, i < 2 ? "pattern" : "patternProperties");
        fiat_schema_free(schema);
    }
}
END_TEST

/* 2^60 looks at one value. */
START_TEST(exploding_references_are_stopped) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_append_c(&text, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
    for (int i = 0; i < 60; i++)
        fiat__buf_printf(&text,
                         "\"d%d\":{\"anyOf\":[{\"allOf\":[{\"minimum\":0},{\"$ref\":\"#/$defs/"
                         "d%d\"}]},{\"$ref\":\"#/$defs/d%d\"}]},",
                         i, i + 1, i + 1);
    fiat__buf_append_c(&text, "\"d60\":{\"type\":\"null\"}}}");
    fiat_schema *schema = test_compile(fiat__buf_cstr(&text), NULL);
    ck_assert_fiat_status(validate(schema, "1", &err), FIAT_E_SCHEMA_LIMIT);
    ck_assert(strstr(err.message, "too often"));
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(huge_quotient_is_a_limit) {
    char text[FIAT__NUMBER_MAX_DIGITS + 10];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema =
        test_compile("{\"items\":{\"multipleOf\":1234567890123456789012345677}}", NULL);
    memset(text, '1', sizeof text);
    memcpy(text, "[0,", 3);
    strcpy(text + sizeof text - 2, "]");
    ck_assert_fiat_status(validate(schema, text, &err), FIAT_E_SCHEMA_LIMIT);
    ck_assert_str_eq(err.instance_path, "/1");
    ck_assert_str_eq(err.keyword, "multipleOf");
    fiat_schema_free(schema);
}
END_TEST

/* ---- Members that the caller adds. ---- */

static const char *const s_provided[] = {"event_id", "time"};
static const fiat__schema_opts s_with_provided = {.provided = s_provided, .provided_count = 2};

static const struct {
    const char *schema, *event;
    fiat_status status;
    const char *text; /* keyword of a mismatch, or in the message */
} given[] = {
    {"{\"required\":[\"event_id\",\"a\"]}", "{\"a\":1}", FIAT_OK, NULL},
    {"{\"required\":[\"event_id\",\"a\"]}", "{}", FIAT_E_SCHEMA_MISMATCH, "required"},
    {"{\"required\":[\"a\"]}", "{\"event_id\":1,\"a\":1}", FIAT_E_EVENT_STAMPED, "\"event_id\""},
    {"{}", "{\"a\":1,\"\\u0074ime\":1}", FIAT_E_EVENT_STAMPED, "\"time\""},
    {"{\"type\":\"object\"}", "{\"time\":x}", FIAT_E_JSON_SYNTAX, ""},
    {"{\"type\":\"object\",\"required\":[\"b\"]}", "{\"time\":1}", FIAT_E_EVENT_STAMPED, ""},
    {"{\"properties\":{\"event_id\":{\"type\":\"string\"}},\"additionalProperties\":false}", "{}",
     FIAT_OK, NULL},
    {"{\"properties\":{\"event_id\":{\"type\":\"string\"}},\"additionalProperties\":false}",
     "{\"x\":1}", FIAT_E_SCHEMA_MISMATCH, "additionalProperties"},
    {"{\"properties\":{\"event_id\":{\"type\":\"string\"}}}", "{\"event_id\":\"x\"}",
     FIAT_E_EVENT_STAMPED, ""},
    {"{\"minProperties\":3}", "{\"a\":1}", FIAT_OK, NULL},
    {"{\"minProperties\":3}", "{}", FIAT_E_SCHEMA_MISMATCH, "minProperties"},
    {"{\"maxProperties\":3}", "{\"a\":1}", FIAT_OK, NULL},
    {"{\"maxProperties\":3}", "{\"a\":1,\"b\":2}", FIAT_E_SCHEMA_MISMATCH, "maxProperties"},
    {"{\"dependentRequired\":{\"time\":[\"zone\"]}}", "{}", FIAT_E_SCHEMA_MISMATCH,
     "dependentRequired"},
    {"{\"dependentRequired\":{\"time\":[\"zone\"]}}", "{\"zone\":1}", FIAT_OK, NULL},
    {"{\"dependentRequired\":{\"a\":[\"time\"]}}", "{\"a\":1}", FIAT_OK, NULL},
    /* only at the root, also when the root is referred to from inside */
    {"{\"properties\":{\"in\":{\"$ref\":\"#\"}},\"required\":[\"time\"]}", "{\"in\":{\"time\":1}}",
     FIAT_OK, NULL},
    {"{\"properties\":{\"in\":{\"$ref\":\"#\"}},\"required\":[\"time\"]}", "{\"in\":{}}",
     FIAT_E_SCHEMA_MISMATCH, "required"},
    {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"required\":[\"time\"]}}}", "{}", FIAT_OK, NULL},
    {"{\"type\":\"string\"}", "\"x\"", FIAT_OK, NULL},
    {"true", "{\"time\":1}", FIAT_E_EVENT_STAMPED, ""},
    {"false", "{}", FIAT_E_SCHEMA_MISMATCH, ""},
};

START_TEST(members_of_the_caller_count_as_present) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(given[_i].schema, &s_with_provided);
    fiat_status status = validate(schema, given[_i].event, &err);
    ck_assert_msg(status == given[_i].status, "%s on %s: %s: %s", given[_i].schema, given[_i].event,
                  fiat_status_name(status), err.message);
    if (status == FIAT_E_SCHEMA_MISMATCH) ck_assert_str_eq(err.keyword, given[_i].text);
    if (status == FIAT_E_EVENT_STAMPED) ck_assert(strstr(err.message, given[_i].text));
    ck_assert(fiat__schema_takes_provided(schema));
    fiat_schema_free(schema);
}
END_TEST

/* Names that only the caller may add, and did not add: no schema lets an event bring them. */
static const char *const s_reserved[] = {"time"};
static const fiat__schema_opts s_with_reserved = {.reserved = s_reserved, .reserved_count = 1};

static const struct {
    const char *schema, *event;
    fiat_status status;
} kept[] = {
    {"{}", "{\"time\":1}", FIAT_E_EVENT_STAMPED},
    {"{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1}", FIAT_OK},
    {"{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1,\"time\":2}",
     FIAT_E_EVENT_STAMPED},
    {"{\"anyOf\":[{\"required\":[\"time\"]},{\"required\":[\"b\"]}]}", "{\"a\":1}",
     FIAT_E_SCHEMA_MISMATCH},
    {"{\"not\":{\"required\":[\"time\"]},\"properties\":{\"time\":{}}}", "{}", FIAT_OK},
    {"{\"not\":{\"required\":[\"time\"]},\"properties\":{\"time\":{}}}", "{\"time\":1}",
     FIAT_E_EVENT_STAMPED},
    {"{\"allOf\":[{\"properties\":{\"time\":{}}},{\"minProperties\":1}]}", "{\"time\":1}",
     FIAT_E_EVENT_STAMPED},
    {"{\"allOf\":[{\"properties\":{\"time\":{}}},{\"minProperties\":1}]}", "{}",
     FIAT_E_SCHEMA_MISMATCH},
    {"{\"patternProperties\":{\"^a\":{}},\"allOf\":[{\"patternProperties\":{\"^b\":{}},"
     "\"additionalProperties\":{\"type\":\"null\"}}]}",
     "{\"b\":1,\"time\":null}", FIAT_E_EVENT_STAMPED},
    {"{\"dependentSchemas\":{\"time\":false}}", "{\"a\":1}", FIAT_OK},
};

START_TEST(members_that_the_caller_keeps_are_refused) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(kept[_i].schema, &s_with_reserved);
    fiat_status status = validate(schema, kept[_i].event, &err);
    ck_assert_msg(status == kept[_i].status, "%s on %s: %s: %s", kept[_i].schema, kept[_i].event,
                  fiat_status_name(status), err.message);
    fiat_schema_free(schema);
}
END_TEST

START_TEST(schema_that_looks_at_the_whole_cannot_take_them) {
    static const struct {
        const char *schema, *keyword;
    } rows[] = {
        {"{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "allOf"},
        {"{\"$ref\":\"#/$defs/a\",\"minProperties\":1,\"$defs\":{\"a\":{\"type\":\"object\"}}}",
         "$ref"},
        {"{\"if\":{\"required\":[\"a\"]},\"then\":{\"required\":[\"b\"]}}", "if"},
        {"{\"propertyNames\":{\"maxLength\":3}}", "propertyNames"},
        {"{\"const\":{}}", "const"},
        {"{\"enum\":[{}]}", "enum"},
        {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "dependentSchemas"},
        {"{\"not\":{\"required\":[\"a\"]},\"unevaluatedProperties\":false}", "not"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        fiat_schema *schema = test_compile(rows[i].schema, NULL);
        ck_assert(!fiat__schema_takes_provided(schema));
        fiat_schema_free(schema);
        schema = NULL;
        ck_assert_fiat_status(
            fiat__schema_compile(&schema, fiat__str_c(rows[i].schema), &s_with_provided, &err),
            FIAT_E_UNSUPPORTED);
        ck_assert_str_eq(err.keyword, rows[i].keyword);
        ck_assert_ptr_null(schema);
    }
}
END_TEST

/* ---- Objects with more than 64 known names. ---- */

enum { WIDE = 200 };

static fiat_schema *wide_schema(void) {
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_append_c(&text, "{\"properties\":{\"in\":{\"$ref\":\"#\"}");
    for (int i = 0; i < WIDE; i++)
        fiat__buf_printf(&text, ",\"name_%d\":{\"type\":\"integer\"}", i);
    fiat__buf_printf(&text,
                     "},\"required\":[\"name_0\",\"name_63\",\"name_64\",\"name_%d\"],"
                     "\"minProperties\":5,\"maxProperties\":%d,\"additionalProperties\":false,"
                     "\"dependentRequired\":{\"name_70\":[\"name_150\"]}}",
                     WIDE - 1, WIDE);
    fiat_schema *schema = test_compile(fiat__buf_cstr(&text), NULL);
    fiat__buf_deinit(&text);
    return schema;
}

START_TEST(wide_objects_are_judged_like_narrow_ones) {
    static const struct {
        const char *event, *keyword, *path;
    } rows[] = {
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":1,\"name_5\":1}", NULL, NULL},
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":1}", "minProperties", ""},
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_198\":1,\"name_5\":1}", "required", ""},
        {"{\"name_0\":1,\"name_63\":1,\"name_65\":1,\"name_199\":1,\"name_5\":1}", "required", ""},
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":1,\"name_70\":1}",
         "dependentRequired", ""},
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":\"x\",\"name_5\":1}", "type",
         "/name_199"},
        {"{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":1,\"in\":{\"name_0\":1,\"name_"
         "63\":"
         "1,\"name_64\":1,\"name_199\":1,\"name_5\":1}}",
         NULL, NULL},
        {"{\"in\":{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_100\":1,\"name_5\":1},\"name_"
         "0\":"
         "1,\"name_63\":1,\"name_64\":1,\"name_199\":1}",
         "required", "/in"},
    };
    fiat_schema *schema = wide_schema();
    fiat_validator *ctx = test_ctx();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        fiat__str event = fiat__str_c(rows[i].event);
        fiat_status want = rows[i].keyword ? FIAT_E_SCHEMA_MISMATCH : FIAT_OK;
        ck_assert_fiat_status(fiat__schema_validate(schema, ctx, event, &err), want);
        ck_assert_int_eq(test_tape_verdict(schema, ctx, event), want == FIAT_OK);
        if (!rows[i].keyword) continue;
        ck_assert_str_eq(err.keyword, rows[i].keyword);
        ck_assert_str_eq(err.instance_path, rows[i].path);
    }
    fiat_error err = FIAT_ERROR_INIT;
    fiat__str twice = fiat__str_c("{\"name_150\":1,\"name_0\":1,\"name_150\":2}");
    ck_assert_fiat_status(fiat__schema_validate(schema, ctx, twice, &err),
                          FIAT_E_JSON_DUPLICATE_KEY);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* Names that differ in their middle, in their last byte, or in length alone. */
START_TEST(names_that_are_alike_are_told_apart) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_append_c(&text, "{\"additionalProperties\":false,\"properties\":{\"\":{\"const\":0}");
    for (int i = 0; i < 26; i++)
        fiat__buf_printf(&text,
                         ",\"same_begin_%c_same_ending\":{\"const\":%d},\"%.*s\":{\"const\":%d}"
                         ",\"abcdefgh%c\":{\"const\":%d}",
                         'a' + i, i, i + 1, "zzzzzzzzzzzzzzzzzzzzzzzzzz", 100 + i, 'a' + i,
                         200 + i);
    fiat__buf_append_c(&text, "}}");
    fiat_schema *schema = test_compile(fiat__buf_cstr(&text), NULL);
    for (int i = 0; i < 26; i++) {
        char event[200];
        snprintf(event, sizeof event,
                 "{\"same_begin_%c_same_ending\":%d,\"%.*s\":%d,\"abcdefgh%c\":%d,\"\":0}", 'a' + i,
                 i, i + 1, "zzzzzzzzzzzzzzzzzzzzzzzzzz", 100 + i, 'a' + i, 200 + i);
        ck_assert_fiat_ok(validate(schema, event, &err), err);
    }
    ck_assert_fiat_status(validate(schema, "{\"same_begin_A_same_ending\":0}", &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(validate(schema, "{\"same_begin_a_same_endinG\":0}", &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(validate(schema, "{\"abcdefgh\":0}", &err), FIAT_E_SCHEMA_MISMATCH);
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}
END_TEST

/* ---- Memory. ---- */

/* A bit of everything: the tape, marks, patterns, escapes, many keys. */
static const char s_rich_schema[] =
    "{\"type\":\"object\",\"required\":[\"id\"],\"properties\":{"
    "\"id\":{\"type\":\"string\",\"pattern\":\"^(a|b)[a-z]*$\",\"maxLength\":40},"
    "\"when\":{\"format\":\"date-time\"},"
    "\"kind\":{\"enum\":[\"x\",\"y\",{\"z\":1}]},"
    "\"list\":{\"uniqueItems\":true,\"contains\":{\"const\":3}},"
    "\"alt\":{\"oneOf\":[{\"type\":\"string\"},{\"properties\":{\"a\":{\"type\":\"integer\"}},"
    "\"unevaluatedProperties\":false,\"allOf\":[{\"properties\":{\"b\":true}}]}]}},"
    "\"additionalProperties\":{\"type\":[\"number\",\"string\",\"object\"]}}";

static const char s_rich_event[] =
    "{\"id\":\"b\\u0061c\",\"when\":\"2026-01-02T03:04:05Z\",\"kind\":{\"z\":1.0},"
    "\"list\":[1,2,3,4,5,6,7,8,9,10,11,12],\"alt\":{\"a\":1,\"b\":[\"\\n\"]},"
    "\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k10\":10,"
    "\"k11\":11,\"k12\":12,\"k13\":13,\"k14\":14,\"k15\":15,\"k16\":16,\"k17\":17,\"k18\":\"18\","
    "\"deep\":{\"k1\":1,\"k2\":{\"k3\":[]}}}";

START_TEST(steady_state_allocates_nothing) {
    chaos_install();
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = test_compile(s_rich_schema, NULL), *wide = wide_schema();
    fiat_validator *ctx = test_ctx();
    fiat__str event = fiat__str_c(s_rich_event);
    fiat__str other =
        fiat__str_c("{\"name_0\":1,\"name_63\":1,\"name_64\":1,\"name_199\":1,\"name_5\":1}");
    ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, event, &err), err);
    ck_assert_fiat_ok(fiat__schema_validate(wide, ctx, other, &err), err);
    uint64_t before = chaos_allocations();
    for (int i = 0; i < 100; i++) {
        ck_assert_fiat_ok(fiat__schema_validate(schema, ctx, event, &err), err);
        ck_assert_fiat_ok(fiat__schema_validate(wide, ctx, other, &err), err);
    }
    ck_assert_uint_eq(chaos_allocations(), before);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat_schema_free(wide);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

static bool ignore(const fiat_schema_failure *problem, void *user) {
    (void)problem;
    ++*(int *)user;
    return true;
}

/* One whole life; the second event fails, so that the report is made as well. */
static fiat_status live_once(void *user) {
    fiat_schema *schema = NULL;
    fiat_validator *ctx = NULL;
    fiat_error err = FIAT_ERROR_INIT;
    int count = 0;
    (void)user;
    fiat_status status = fiat_validator_new(&ctx, &err);
    if (status == FIAT_OK)
        status = fiat__schema_compile(&schema, fiat__str_c(s_rich_schema), NULL, &err);
    if (status == FIAT_OK)
        status = fiat__schema_validate(schema, ctx, fiat__str_c(s_rich_event), &err);
    if (status == FIAT_OK) {
        fiat__str bad = fiat__str_c("{\"id\":\"c\",\"alt\":{\"c\":1},\"x\":[],\"list\":[1,1]}");
        status = fiat__schema_report(schema, ctx, bad, 100, ignore, &count, &err);
        if (status == FIAT_E_SCHEMA_MISMATCH) status = FIAT_OK;
    }
    fiat_schema_free(schema);
    fiat_validator_free(ctx);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    chaos_loop(live_once, NULL);
}
END_TEST

/* ---- Threads share a schema. ---- */

typedef struct share {
    const fiat_schema *schema;
    int wrong;
} share;

static void *judge_many(void *arg) {
    share *shared = arg;
    fiat_validator *ctx = test_ctx();
    for (int i = 0; i < 500; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        shared->wrong +=
            fiat__schema_validate(shared->schema, ctx, fiat__str_c(s_rich_event), &err) != FIAT_OK;
        shared->wrong += fiat__schema_validate(shared->schema, ctx, fiat__str_c("{\"id\":1}"),
                                               &err) != FIAT_E_SCHEMA_MISMATCH;
    }
    fiat_validator_free(ctx);
    return NULL;
}

START_TEST(threads_share_a_schema) {
    fiat_schema *schema = test_compile(s_rich_schema, NULL);
    share shares[3] = {{schema, 0}, {schema, 0}, {schema, 0}};
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, judge_many, &shares[i]), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(shares[i].wrong, 0);
    }
    fiat_schema_free(schema);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/run");
    TCase *tcase = tcase_create("run");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, wrong_text_has_its_status, 0,
                        SCHEMA_COUNT * (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tcase, malformed_text_beats_a_mismatch);
    tcase_add_test(tcase, depth_is_limited_by_default_and_by_option);
    tcase_add_test(tcase, hungry_pattern_is_stopped);
    tcase_add_test(tcase, exploding_references_are_stopped);
    tcase_add_test(tcase, huge_quotient_is_a_limit);
    tcase_add_loop_test(tcase, members_of_the_caller_count_as_present, 0,
                        sizeof given / sizeof given[0]);
    tcase_add_loop_test(tcase, members_that_the_caller_keeps_are_refused, 0,
                        sizeof kept / sizeof kept[0]);
    tcase_add_test(tcase, schema_that_looks_at_the_whole_cannot_take_them);
    tcase_add_test(tcase, wide_objects_are_judged_like_narrow_ones);
    tcase_add_test(tcase, names_that_are_alike_are_told_apart);
    tcase_add_test(tcase, steady_state_allocates_nothing);
    tcase_add_test(tcase, each_allocation_fails_in_turn);
    tcase_add_test(tcase, threads_share_a_schema);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
