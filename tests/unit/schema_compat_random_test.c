/* Pairs of schemas made at random, and values made at random: whatever the checker says to hold
 * must hold for all of them, and a sample must show what it is said to show. The second schema is
 * made by the same numbers as the first but a few, so that they are often close to each other. The
 * numbers are fixed: a failure can be had again. */
#include "base/buf.h"
#include "schema/compat.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef ROUNDS
#define ROUNDS 8
#endif
#define PAIRS 500
#ifndef VALUES
#define VALUES 60
#endif
#define CHOICES   400
#define TEXT_MOST (1 << 20)

static uint64_t s_state;
static unsigned s_choices[CHOICES], s_next;
static int32_t s_draft;

static unsigned random_below(unsigned limit) {
    s_state ^= s_state << 13;
    s_state ^= s_state >> 7;
    s_state ^= s_state << 17;
    return (unsigned)((s_state >> 11) % limit);
}

/* The next of the numbers that a schema is made by. */
static unsigned below(unsigned limit) {
    return s_choices[s_next++ % CHOICES] % limit;
}

#define PICK(list) (list)[below(sizeof(list) / sizeof(list)[0])]

static const char *const names[] = {"a", "b", "c", "ab", "x-1"};
static const char *const scalars[] = {"0",     "1",      "2",       "-1",      "1.0",   "1.5",
                                      "3",     "10",     "null",    "true",    "false", "\"\"",
                                      "\"a\"", "\"ab\"", "\"abc\"", "\"x-1\"", "\"b\""};

/* ---- Schemas. ---- */

static void write_schema(fiat__buf *out, unsigned depth);

static void write_member(fiat__buf *out, unsigned depth) {
    fiat__buf_printf(out, "\"%s\":", PICK(names));
    write_schema(out, depth - 1);
}

/* Distinct names. */
static void write_members(fiat__buf *out, unsigned depth) {
    unsigned first = below(5), count = 1 + below(3);
    for (unsigned i = 0; i < count; i++) {
        fiat__buf_printf(out, "%s\"%s\":", i ? "," : "", names[(first + i) % 5]);
        write_schema(out, depth - 1);
    }
}

static void write_list(fiat__buf *out, unsigned depth) {
    unsigned count = 1 + below(3);
    fiat__buf_append_char(out, '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        write_schema(out, depth - 1);
    }
    fiat__buf_append_char(out, ']');
}

static void write_type(fiat__buf *out) {
    static const char *const types[] = {"\"string\"",
                                        "\"integer\"",
                                        "\"number\"",
                                        "\"object\"",
                                        "\"array\"",
                                        "\"boolean\"",
                                        "\"null\"",
                                        "[\"string\",\"null\"]",
                                        "[\"integer\",\"object\"]",
                                        "[\"array\",\"number\",\"string\"]"};
    fiat__buf_printf(out, "\"type\":%s", PICK(types));
}

static void write_values(fiat__buf *out) {
    unsigned first = below(17), count = 1 + below(4);
    fiat__buf_append_c(out, "\"enum\":[");
    for (unsigned i = 0; i < count; i++)
        fiat__buf_printf(out, "%s%s", i ? "," : "", scalars[(first + 3 * i) % 17]);
    fiat__buf_append_char(out, ']');
}

static void write_scalar(fiat__buf *out) {
    static const char *const numbers[] = {"minimum", "maximum", "exclusiveMinimum",
                                          "exclusiveMaximum"};
    static const char *const bounds[] = {"0", "1", "1.5", "2", "3", "10"};
    static const char *const multiples[] = {"1", "2", "0.5", "3"};
    static const char *const patterns[] = {"^a", "b$", "^x-", "^[a-c]+$"};
    static const char *const lengths[] = {"minLength", "maxLength"};
    switch (below(4)) {
    case 0:
        fiat__buf_printf(out, "\"%s\":%s", numbers[below(s_draft == 4 ? 2 : 4)], PICK(bounds));
        return;
    case 1:
        fiat__buf_printf(out, "\"multipleOf\":%s", PICK(multiples));
        return;
    case 2:
        fiat__buf_printf(out, "\"pattern\":\"%s\"", PICK(patterns));
        return;
    default:
        fiat__buf_printf(out, "\"%s\":%u", PICK(lengths), below(4));
        return;
    }
}

static void write_object(fiat__buf *out, unsigned depth) {
    static const char *const rest[] = {"additionalProperties", "propertyNames",
                                       "unevaluatedProperties"};
    switch (below(9)) {
    case 0:
    case 1:
    case 2:
        fiat__buf_append_c(out, "\"properties\":{");
        write_members(out, depth);
        fiat__buf_append_char(out, '}');
        return;
    case 3:
        fiat__buf_printf(out, "\"required\":[\"%s\"]", PICK(names));
        return;
    case 4:
        fiat__buf_printf(out, "\"%s\":%u", below(2) ? "minProperties" : "maxProperties", below(4));
        return;
    case 5:
        fiat__buf_printf(out, "\"patternProperties\":{\"%s\":", below(2) ? "^a" : "b$");
        write_schema(out, depth - 1);
        fiat__buf_append_char(out, '}');
        return;
    case 6:
        if (below(2)) {
            fiat__buf_printf(out, "\"dependentRequired\":{\"%s\":[\"%s\"]}", PICK(names),
                             PICK(names));
            return;
        }
        fiat__buf_append_c(out, "\"dependentSchemas\":{");
        write_member(out, depth);
        fiat__buf_append_char(out, '}');
        return;
    default:
        fiat__buf_printf(out, "\"%s\":", PICK(rest));
        write_schema(out, depth - 1);
        return;
    }
}

static void write_array(fiat__buf *out, unsigned depth) {
    static const char *const schemas[] = {"items", "contains", "unevaluatedItems"};
    switch (below(6)) {
    case 0:
        fiat__buf_append_c(out, s_draft == 2020 ? "\"prefixItems\":" : "\"items\":");
        write_list(out, depth);
        return;
    case 1:
        fiat__buf_printf(out, "\"%s\":%u", below(2) ? "minItems" : "maxItems", below(4));
        return;
    case 2:
        fiat__buf_append_c(out, below(2) ? "\"uniqueItems\":true" : "\"minContains\":0");
        return;
    case 3:
        fiat__buf_printf(out, "\"maxContains\":%u", 1 + below(2));
        return;
    default:
        fiat__buf_printf(out, "\"%s\":", PICK(schemas));
        write_schema(out, depth - 1);
        return;
    }
}

static void write_apply(fiat__buf *out, unsigned depth) {
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    switch (below(6)) {
    case 0:
        fiat__buf_append_c(out, "\"not\":");
        write_schema(out, depth - 1);
        return;
    case 1:
        fiat__buf_append_c(out, "\"if\":");
        write_schema(out, depth - 1);
        fiat__buf_append_c(out, ",\"then\":");
        write_schema(out, depth - 1);
        if (below(2)) return;
        fiat__buf_append_c(out, ",\"else\":");
        write_schema(out, depth - 1);
        return;
    default:
        fiat__buf_printf(out, "\"%s\":", PICK(lists));
        write_list(out, depth);
        return;
    }
}

/* A keyword may come twice, which makes no schema: such pairs are passed over. */
static void write_schema(fiat__buf *out, unsigned depth) {
    unsigned count = depth ? 1 + below(3) : 0;
    if (depth == 0 && below(3) == 0) {
        fiat__buf_append_c(out, s_draft == 4 ? "{}" : below(3) ? "true" : "false");
        return;
    }
    fiat__buf_append_char(out, '{');
    if (depth == 0) {
        if (below(2))
            write_type(out);
        else
            write_values(out);
    }
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        unsigned which = below(12);
        if (which < 3)
            write_type(out);
        else if (which < 4)
            write_values(out);
        else if (which < 6)
            write_scalar(out);
        else if (which < 9)
            write_object(out, depth);
        else if (which < 10)
            write_array(out, depth);
        else if (which < 11)
            write_apply(out, depth);
        else
            fiat__buf_append_c(out, "\"$ref\":\"#\"");
    }
    fiat__buf_append_char(out, '}');
}

/* ---- Values. ---- */

static void write_value(fiat__buf *out, unsigned depth) {
    unsigned kind = random_below(depth ? 10 : 4), count = random_below(4), first = random_below(5);
    if (kind < 4) {
        fiat__buf_append_c(out, scalars[random_below(17)]);
        return;
    }
    fiat__buf_append_char(out, kind < 8 ? '{' : '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        if (kind < 8) fiat__buf_printf(out, "\"%s\":", names[(first + i) % 5]);
        write_value(out, depth - 1);
    }
    fiat__buf_append_char(out, kind < 8 ? '}' : ']');
}

/* ---- The test. ---- */

typedef struct pair {
    fiat_schema *schema[2];
    fiat__buf text[2];
    fiat_validator *ctx;
} pair;

static fiat_status judge(const pair *p, int which, fiat__str text) {
    return fiat_schema_validate(p->schema[which], p->ctx, text.ptr, text.len, NULL);
}

static bool shows(const pair *p, int data, int reader, fiat__str text) {
    return judge(p, data, text) == FIAT_OK && judge(p, reader, text) == FIAT_E_SCHEMA_MISMATCH;
}

static void check_samples(const pair *p, const fiat__compat_report *report) {
    for (size_t i = 0; i < report->count; i++) {
        const fiat__compat_difference *at = &report->differences[i];
        for (int way = 0; way < 2; way++) {
            ck_assert_int_eq(at->effect[way] == FIAT__COMPAT_BREAKS, at->sample[way] != NULL);
            ck_assert_int_le(at->effect[way], report->effect[way]);
            if (at->sample[way] && !shows(p, way, 1 - way, fiat__str_c(at->sample[way])))
                ck_abort_msg("%s -> %s: sample %s", fiat__buf_cstr(&p->text[0]),
                             fiat__buf_cstr(&p->text[1]), at->sample[way]);
        }
    }
}

static unsigned s_count[2][3], s_missed;

static void check_values(const pair *p, const fiat__compat_report *report) {
    fiat__buf value;
    bool missed[2] = {false, false};
    fiat__buf_init(&value, TEXT_MOST);
    for (unsigned i = 0; i < VALUES; i++) {
        fiat__buf_clear(&value);
        write_value(&value, 3);
        for (int way = 0; way < 2; way++) {
            if (!shows(p, way, 1 - way, fiat__buf_str(&value))) continue;
            missed[way] = true;
            if (report->effect[way] == FIAT__COMPAT_HOLDS)
                ck_abort_msg("draft %d, way %d: %s -> %s holds, but %s", s_draft, way,
                             fiat__buf_cstr(&p->text[0]), fiat__buf_cstr(&p->text[1]),
                             fiat__buf_cstr(&value));
        }
    }
    for (int way = 0; way < 2; way++)
        s_missed += missed[way] && report->effect[way] == FIAT__COMPAT_MAY_BREAK;
    fiat__buf_deinit(&value);
}

static bool make(pair *p, int which) {
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    fiat__buf *out = &p->text[which];
    options.draft = s_draft;
    fiat__buf_init(out, TEXT_MOST);
    s_next = 0;
    write_schema(out, 3);
    return fiat_schema_compile(&p->schema[which], fiat__buf_cstr(out), out->len, &options, NULL) ==
           FIAT_OK;
}

static void check_pair(fiat_validator *ctx) {
    pair p = {.ctx = ctx};
    fiat__compat_report *report;
    for (unsigned i = 0; i < CHOICES; i++)
        s_choices[i] = random_below(1 << 20);
    bool made = make(&p, 0);
    unsigned changes = random_below(2) ? 1 + random_below(3) : 3 + random_below(8);
    for (unsigned i = 0; i < changes; i++)
        s_choices[random_below(40)] = random_below(1 << 20);
    if (make(&p, 1) && made) {
        ck_assert_int_eq(fiat__compat_compare(&report, p.schema[0], p.schema[1], NULL), FIAT_OK);
        for (int way = 0; way < 2; way++)
            s_count[way][report->effect[way]]++;
        check_samples(&p, report);
        check_values(&p, report);
        fiat__compat_free(report);
    }
    for (int which = 0; which < 2; which++) {
        fiat_schema_free(p.schema[which]);
        fiat__buf_deinit(&p.text[which]);
    }
}

START_TEST(test_random) {
    static const int32_t drafts[] = {2020, 2020, 2020, 2019, 7, 4};
    fiat_validator *ctx;
    s_state = 0x9e3779b97f4a7c15u + (uint64_t)_i * 0x1234567;
    s_draft = drafts[_i % 6];
    memset(s_count, 0, sizeof s_count);
    s_missed = 0;
    ck_assert_int_eq(fiat_validator_new(&ctx, NULL), FIAT_OK);
    for (unsigned i = 0; i < PAIRS; i++)
        check_pair(ctx);
    fiat_validator_free(ctx);
    if (getenv("FIAT_TEST_VERBOSE"))
        printf("%d: holds %u %u, may break %u %u (%u of them do), breaks %u %u\n", s_draft,
               s_count[0][0], s_count[1][0], s_count[0][1], s_count[1][1], s_missed, s_count[0][2],
               s_count[1][2]);
    /* The test means nothing when the verdicts are all of one sort. */
    ck_assert_uint_gt(s_count[0][FIAT__COMPAT_HOLDS], PAIRS / 20);
    ck_assert_uint_gt(s_count[0][FIAT__COMPAT_BREAKS], PAIRS / 20);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema_compat_random");
    TCase *tcase = tcase_create("random");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, test_random, 0, ROUNDS);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
