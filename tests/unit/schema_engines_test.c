/* The two engines agree: schemas and events made at random from a small stock of names and values,
 * so that they often meet. The numbers are fixed: a failure can be had again. */
#include "schema_engines.h"

#include <stdio.h>

#define SCHEMAS 1500
#define EVENTS  12
#ifndef ROUNDS
#define ROUNDS 10
#endif

static uint64_t s_state;
static bool s_objects; /* mostly schemas of objects that look at one value together */
static int32_t s_draft;

static unsigned below(unsigned limit) {
    s_state ^= s_state << 13;
    s_state ^= s_state >> 7;
    s_state ^= s_state << 17;
    return (unsigned)((s_state >> 11) % limit);
}

static const char *const names[] = {"a",   "b", "c", "\\u0061", "a long name of many bytes",
                                    "x-1", ""};

static const char *const scalars[] = {
    "0",
    "1",
    "-1",
    "1.0",
    "1.5",
    "10e-1",
    "5",
    "12345678901234567890",
    "null",
    "true",
    "false",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"abc\"",
    "\"\\u00e9\"",
    "\"\xc3\xa9\"",
    "\"a\\nb\"",
    "\"2026-01-02T03:04:05Z\"",
    "\"x-1\"",
};

#define PICK(list) list[below(sizeof list / sizeof list[0])]

static void write_event(fiat__buf *out, unsigned depth) {
    unsigned kind = below(depth ? 10 : 6), count = below(5);
    if (kind < 6) {
        fiat__buf_append_c(out, PICK(scalars));
        return;
    }
    bool object = kind < 9;
    unsigned first = below(7);
    fiat__buf_append_char(out, object ? '{' : '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_c(out, below(2) ? "," : " ,\n");
        /* names in turn: duplicates only between "a" and its escaped spelling */
        if (object) fiat__buf_printf(out, "\"%s\":", names[(first + i) % 7]);
        write_event(out, depth - 1);
    }
    fiat__buf_append_char(out, object ? '}' : ']');
}

static void write_schema(fiat__buf *out, unsigned depth);

/* More names than a word has bits, of which an event has the last ones only. */
static void write_wide(fiat__buf *out) {
    fiat__buf_append_c(out, "\"properties\":{");
    for (unsigned i = 0; i < 64; i++)
        fiat__buf_printf(out, "\"n%u\":{},", i);
    fiat__buf_append_c(out, "\"a\":{\"minimum\":1},\"c\":{\"maxLength\":1}},\"required\":[\"c\"]");
}

static void write_schemas(fiat__buf *out, unsigned depth) {
    unsigned count = 1 + below(3);
    fiat__buf_append_char(out, '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        write_schema(out, depth);
    }
    fiat__buf_append_char(out, ']');
}

static void write_map(fiat__buf *out, unsigned depth, const char *const keys[], unsigned most) {
    unsigned count = below(4), first = below(most);
    fiat__buf_append_char(out, '{');
    for (unsigned i = 0; i < count && i < most; i++) {
        fiat__buf_printf(out, "%s\"%s\":", i ? "," : "", keys[(first + i) % most]);
        write_schema(out, depth);
    }
    fiat__buf_append_char(out, '}');
}

/* One keyword and its value. */
static void write_keyword(fiat__buf *out, unsigned which, unsigned depth) {
    static const char *const types[] = {"\"integer\"",
                                        "\"number\"",
                                        "\"string\"",
                                        "\"object\"",
                                        "\"array\"",
                                        "[\"null\",\"boolean\"]",
                                        "[\"object\",\"string\",\"integer\"]"};
    static const char *const simple[] = {
        "\"minLength\":2",
        "\"maxLength\":1",
        "\"pattern\":\"^a\"",
        "\"pattern\":\"b$|^x\"",
        "\"format\":\"date-time\"",
        "\"minimum\":1",
        "\"maximum\":1.5",
        "\"exclusiveMinimum\":0",
        "\"exclusiveMaximum\":5",
        "\"multipleOf\":0.5",
        "\"multipleOf\":2",
        "\"minItems\":1",
        "\"maxItems\":2",
        "\"uniqueItems\":true",
        "\"minProperties\":1",
        "\"maxProperties\":2",
        "\"required\":[\"a\"]",
        "\"required\":[\"b\",\"c\"]",
        "\"minContains\":2",
        "\"maxContains\":2",
        "\"dependentRequired\":{\"a\":[\"b\"]}",
        "\"unevaluatedItems\":false",
        "\"enum\":[1,\"a\",null,{\"a\":1}]",
        "\"enum\":[\"a\",\"ab\"]",
        "\"const\":[1]",
        "\"additionalProperties\":false",
        "\"unevaluatedProperties\":false",
        "\"const\":1",
        "\"$ref\":\"#/$defs/r\"",
        "\"items\":{\"$ref\":\"#/$defs/q\"}",
        "\"additionalProperties\":{\"$ref\":\"#/$defs/q\"}",
        "\"properties\":{\"a\":{\"$ref\":\"#/$defs/q\"},\"b\":{\"$ref\":\"#/$defs/q\"}}",
        "\"$ref\":\"urn:strict\"", /* 1.0 is no integer there */
        "\"items\":false",
    };
    static const char *const object[] = {
        "\"type\":\"object\"",
        "\"additionalProperties\":false",
        "\"unevaluatedProperties\":false",
        "\"additionalProperties\":{\"type\":[\"string\",\"object\"]}",
        "\"unevaluatedProperties\":{\"type\":[\"number\",\"array\"]}",
        "\"properties\":{\"a\":{\"minimum\":1},\"b\":{\"maxLength\":1}}",
        "\"properties\":{\"b\":{\"type\":[\"string\",\"object\"]},\"c\":true}",
        "\"required\":[\"c\"]",
        "\"dependentRequired\":{\"b\":[\"a\",\"c\"]}",
        "\"patternProperties\":{\"^a\":{\"type\":[\"integer\",\"string\"]}}",
        "\"minProperties\":2",
    };
    static const char *const patterns[] = {"^a", "b", "^.$", "x-"};
    static const char *const one[] = {
        "items", "contains", "additionalProperties",  "propertyNames",   "not", "if",
        "then",  "else",     "unevaluatedProperties", "unevaluatedItems"};
    static const char *const many[] = {"allOf", "anyOf", "oneOf", "prefixItems"};
    switch (which) {
    case 0:
        fiat__buf_printf(out, "\"type\":%s", PICK(types));
        return;
    case 1:
        fiat__buf_append_c(out, "\"properties\":");
        write_map(out, depth, names, 3);
        return;
    case 2:
        fiat__buf_append_c(out, "\"patternProperties\":");
        write_map(out, depth, patterns, 4);
        return;
    case 3:
        fiat__buf_printf(out, "\"%s\":", PICK(one));
        write_schema(out, depth);
        return;
    case 4:
        fiat__buf_printf(out, "\"%s\":", PICK(many));
        write_schemas(out, depth);
        return;
    case 5:
        fiat__buf_append_c(out, "\"dependentSchemas\":");
        write_map(out, depth, names, 3);
        return;
    case 7:
        fiat__buf_append_c(out, PICK(object));
        return;
    case 8:
        write_wide(out);
        return;
    default:
        fiat__buf_append_c(out, PICK(simple));
    }
}

/* Which keyword comes next: see write_keyword(). */
static unsigned next_keyword(unsigned depth) {
    static const unsigned char of_objects[] = {0, 1, 1, 2, 3, 4, 4, 4, 6, 6, 7};
    if (below(64) == 0) return 8;
    if (depth == 0) return below(18) ? 6 : 7;
    return s_objects ? PICK(of_objects) : below(8);
}

static void write_schema(fiat__buf *out, unsigned depth) {
    if (depth == 0 && below(8) == 0) {
        fiat__buf_append_c(out, below(2) ? "true" : "false");
        return;
    }
    unsigned count = 1 + below(3);
    fiat__buf_append_char(out, '{');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        write_keyword(out, next_keyword(depth), depth ? depth - 1 : 0);
    }
    fiat__buf_append_char(out, '}');
}

/* A schema that compiles; NULL for the ones that name a keyword twice and the like. */
static fiat_schema *make_schema(fiat__buf *text, const fiat__schema_opts *opts) {
    fiat_schema *schema = NULL;
    fiat__buf_clear(text);
    fiat__buf_append_c(text, "{\"$defs\":{\"r\":");
    write_schema(text, 0);
    fiat__buf_append_c(text, ",\"q\":");
    write_schema(text, 1);
    fiat__buf_append_c(text, ",\"s\":{\"id\":\"urn:strict\",\"type\":[\"integer\",\"object\"],"
                             "\"$schema\":\"http://json-schema.org/draft-04/schema#\"}");
    fiat__buf_append_c(text, "},\"allOf\":[");
    write_schema(text, 3);
    fiat__buf_append_c(text, "]}");
    ck_assert(!text->failed);
    fiat_status status = fiat__schema_compile(&schema, fiat__buf_str(text), opts, NULL);
    ck_assert(status == FIAT_OK || status == FIAT_E_JSON_DUPLICATE_KEY ||
              status == FIAT_E_SCHEMA_REF ||
              (status == FIAT_E_SCHEMA_INVALID && s_draft)); /* true and false in draft-04 */
    return schema;
}

static bool count_problem(const fiat_schema_failure *problem, void *user) {
    (void)problem;
    ++*(unsigned *)user;
    return true;
}

/* Both engines on one event, and the report. Returns whether it is valid. */
static bool judge(const fiat_schema *schema, fiat_validator *ctx, fiat__str event,
                  const char *schema_text) {
    fiat_error err = FIAT_ERROR_INIT;
    unsigned problems = 0;
    fiat_status status = fiat__schema_validate(schema, ctx, event, &err);
    bool tape = test_tape_verdict(schema, ctx, event);
    ck_assert_msg((status == FIAT_OK) == tape, "%s\non %.*s\n%s, on the tape %d", schema_text,
                  (int)event.len, event.ptr, fiat_status_name(status), tape);
    fiat_status all = fiat__schema_report(schema, ctx, event, 1000, count_problem, &problems, &err);
    ck_assert_msg(all == status && (problems > 0) == (status == FIAT_E_SCHEMA_MISMATCH),
                  "%s\non %.*s\n%s, report %s of %u", schema_text, (int)event.len, event.ptr,
                  fiat_status_name(status), fiat_status_name(all), problems);
    return status == FIAT_OK;
}

START_TEST(engines_agree) {
    static const int32_t drafts[] = {FIAT_SCHEMA_DRAFT_2019_09, FIAT_SCHEMA_DRAFT_7,
                                     FIAT_SCHEMA_DRAFT_4, FIAT_SCHEMA_DRAFT_6};
    fiat__buf text, event;
    unsigned valid = 0, total = 0;
    fiat_validator *ctx = test_ctx();
    fiat__buf_init(&text, 1 << 20);
    fiat__buf_init(&event, 1 << 20);
    s_state = UINT64_C(0x9E3779B97F4A7C15) + (unsigned)_i;
    s_objects = _i % 2;
    s_draft = _i % 10 < 6 ? FIAT_SCHEMA_DRAFT_DEFAULT : drafts[_i % 10 - 6];
    const fiat__schema_opts opts = {.base = {.draft = s_draft}};
    for (int i = 0; i < SCHEMAS; i++) {
        fiat_schema *schema = make_schema(&text, &opts);
        for (int n = 0; schema && n < EVENTS; n++, total++) {
            fiat__buf_clear(&event);
            write_event(&event, 3);
            valid += judge(schema, ctx, fiat__buf_str(&event), fiat__buf_cstr(&text));
        }
        fiat_schema_free(schema);
    }
    /* Neither nearly always valid nor nearly never: else the test says little. */
    ck_assert_uint_gt(total, SCHEMAS * EVENTS / 4);
    ck_assert_uint_gt(valid, total / 5);
    ck_assert_uint_lt(valid, total * 4 / 5);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&event);
    fiat_validator_free(ctx);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/engines");
    TCase *tcase = tcase_create("engines");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, engines_agree, 0, ROUNDS);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
