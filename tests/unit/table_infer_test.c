#include "base/buf.h"
#include "json/writer.h"
#include "schema/schema.h"
#include "support/chaos.h"
#include "support/test.h"
#include "table/columns.h"
#include "table/derive.h"
#include "table/infer.h"

#define TEXT_MAX_BYTES (64 * 1024 * 1024)
#define DRAFT          "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\""

static const fiat__infer_opts s_defaults = FIAT__INFER_OPTS_INIT;

static void collect(const char *place, const char *message, void *user) {
    if (user) fiat__buf_printf(user, "%s: %s\n", place, message);
}

/* Samples are separated by '\n'. */
static fiat__infer *learn(const fiat__infer_opts *opts, const char *samples) {
    fiat__infer *infer;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__infer_new(&infer, opts, &err), err);
    while (*samples) {
        size_t len = strcspn(samples, "\n");
        ck_assert_fiat_ok(fiat__infer_add(infer, fiat__str_of(samples, len), &err), err);
        samples += len + (samples[len] == '\n');
    }
    return infer;
}

static void propose(fiat__infer *infer, fiat__buf *schema, fiat__buf *notes) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__infer_write(infer, schema, collect, notes, &err), err);
    fiat__infer_free(infer);
}

/* --- what is proposed --- */

/* Samples of a member "a"; its schema; a part of the notes. */
static const struct {
    const char *samples, *schema, *notes;
} s_rows[] = {
    {"{\"a\":true}", "{\"type\": \"boolean\"}", ""},
    {"{\"a\":1}\n{\"a\":-2}", "{\"type\": \"integer\"}", ""},
    {"{\"a\":1}\n{\"a\":1.5}", "{\"type\": \"number\"}", ""},
    {"{\"a\":1.0}", "{\"type\": \"number\"}", ""},
    {"{\"a\":1}\n{\"a\":null}", "{\"type\": [\"integer\", \"null\"]}", ""},
    {"{\"a\":null}", "{}", "a: only null was seen"},
    {"{\"a\":\"x\"}\n{\"a\":2}\n{\"a\":[]}", "{\"type\": [\"integer\", \"string\", \"array\"]}",
     "a: values of several types: \"integer\", \"string\", \"array\""},
    /* Integers beyond 64 bits, and beyond all decimals. */
    {"{\"a\":9223372036854775807}\n{\"a\":-9223372036854775808}", "{\"type\": \"integer\"}", ""},
    {"{\"a\":9223372036854775808}",
     "{\"type\": \"integer\", \"minimum\": -9999999999999999999, \"maximum\": 9999999999999999999}",
     "a: integers of up to 19 digits"},
    {"{\"a\":100000000000000000000000000000000000000}", "{\"type\": \"number\"}", ""},
    {"{\"a\":9223372036854775808}\n{\"a\":0.5}", "{\"type\": \"number\"}", ""},
    /* Formats: when all strings fit. */
    {"{\"a\":\"2026-11-21T12:00:00Z\"}\n{\"a\":\"2026-11-21T12:00:00.5+01:00\"}",
     "{\"type\": \"string\", \"format\": \"date-time\"}", "a: format date-time fits all of 2"},
    {"{\"a\":\"2026-11-21T12:00:00Z\"}\n{\"a\":\"2026-13-21T12:00:00Z\"}", "{\"type\": \"string\"}",
     ""},
    {"{\"a\":\"2026-11-21\"}", "{\"type\": \"string\", \"format\": \"date\"}", ""},
    {"{\"a\":\"0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07\"}",
     "{\"type\": \"string\", \"format\": \"uuid\"}", ""},
    {"{\"a\":\"10.0.0.1\"}", "{\"type\": \"string\", \"format\": \"ipv4\"}", ""},
    {"{\"a\":\"::1\"}", "{\"type\": \"string\", \"format\": \"ipv6\"}", ""},
    {"{\"a\":\"a@example.com\"}", "{\"type\": \"string\", \"format\": \"email\"}", ""},
    {"{\"a\":\"https://example.com/x\"}", "{\"type\": \"string\", \"format\": \"uri\"}", ""},
    {"{\"a\":\"note:this\"}", "{\"type\": \"string\"}", ""},
    {"{\"a\":\"\"}\n{\"a\":\"10.0.0.1\"}", "{\"type\": \"string\"}", ""},
    /* Arrays. */
    {"{\"a\":[]}", "{\"type\": \"array\"}", ""},
    {"{\"a\":[1]}\n{\"a\":[]}\n{\"a\":[2.5,3]}",
     "{\"type\": \"array\", \"items\": {\"type\": \"number\"}}", ""},
    {"{\"a\":[[1],[null]]}",
     "{\"type\": \"array\", \"items\": {\"type\": \"array\", \"items\": {\"type\": [\"integer\", "
     "\"null\"]}}}",
     ""},
    /* Objects. */
    {"{\"a\":{}}", "{\"type\": \"object\"}", ""},
    {"{\"a\":{\"b\":1,\"c\":\"x\"}}\n{\"a\":{\"c\":\"\\u00fc\"}}",
     "{\n      \"type\": \"object\",\n      \"properties\": {\n        \"b\": {\"type\": "
     "\"integer\"},\n        \"c\": {\"type\": \"string\"}\n      },\n      \"required\": "
     "[\"c\"]\n    }",
     ""},
    {"{\"a\":[{\"\":1}]}",
     "{\n      \"type\": \"array\",\n      \"items\": {\n        \"type\": \"object\",\n        "
     "\"properties\": {\n          \"\": {\"type\": \"integer\"}\n        },\n        "
     "\"required\": [\"\"]\n      }\n    }",
     ""},
    /* A name that other parts could not read is not followed. */
    {"{\"a\":{\"\\u0000\":1}}", "{\"type\": \"object\"}", "a: not all of its members"},
};

START_TEST(proposes) {
    fiat__buf schema, notes, wanted;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    fiat__buf_init(&wanted, TEXT_MAX_BYTES);
    propose(learn(&s_defaults, s_rows[_i].samples), &schema, &notes);
    fiat__buf_printf(&wanted,
                     DRAFT ",\n  \"type\": \"object\",\n  \"properties\": {\n    \"a\": %s\n  },\n"
                           "  \"required\": [\"a\"]\n}\n",
                     s_rows[_i].schema);
    ck_assert_str_eq(fiat__buf_cstr(&schema), fiat__buf_cstr(&wanted));
    if (s_rows[_i].notes[0])
        ck_assert_msg(strstr(fiat__buf_cstr(&notes), s_rows[_i].notes), "%s",
                      fiat__buf_cstr(&notes));
    else if (!strstr(s_rows[_i].schema, "format"))
        ck_assert_str_eq(fiat__buf_cstr(&notes), "");
    fiat__buf_deinit(&wanted);
    fiat__buf_deinit(&notes);
    fiat__buf_deinit(&schema);
}
END_TEST

/* Whole schemas, by options. */
static const struct {
    fiat__infer_opts opts;
    const char *samples, *schema;
} s_wholes[] = {
    {{.enum_max = 2, .enum_samples = 20, .map_names = 32, .max_bytes = 1 << 20},
     NULL, /* 20 strings "x" and "y" under "a" */
     ",\n  \"type\": \"object\",\n  \"properties\": {\n    \"a\": {\"type\": [\"string\", "
     "\"null\"], "
     "\"enum\": [\"x\", \"y\", null]}\n  },\n  \"required\": [\"a\"]\n}\n"},
    {{.enum_max = 1, .enum_samples = 20, .map_names = 32, .max_bytes = 1 << 20},
     NULL,
     ",\n  \"type\": \"object\",\n  \"properties\": {\n    \"a\": {\"type\": [\"string\", "
     "\"null\"]}"
     "\n  },\n  \"required\": [\"a\"]\n}\n"},
    {{.map_names = 32, .max_bytes = 1 << 20, .closed = true, .no_formats = true},
     "{\"b\":\"2026-11-21\"}\n{}",
     ",\n  \"type\": \"object\",\n  \"properties\": {\n    \"b\": {\"type\": \"string\"}\n  },\n"
     "  \"additionalProperties\": false\n}\n"},
    {{.map_names = 2, .max_bytes = 1 << 20},
     "{\"m\":{\"a\":1}}\n{\"m\":{\"b\":2}}\n{\"m\":{\"c\":null}}\n{\"m\":{\"d\":2}}",
     ",\n  \"type\": \"object\",\n  \"properties\": {\n    \"m\": {\"type\": \"object\", "
     "\"additionalProperties\": {\"type\": [\"integer\", \"null\"]}}\n  },\n"
     "  \"required\": [\"m\"]\n}\n"},
    /* The root is never a map; and it need not be an object. */
    {{.map_names = 1, .max_bytes = 1 << 20},
     "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\":3}\n7",
     ",\n  \"type\": [\"integer\", \"object\"],\n  \"properties\": {\n    \"a\": {\"type\": "
     "\"integer\"},\n    \"b\": {\"type\": \"integer\"},\n    \"c\": {\"type\": \"integer\"},\n"
     "    \"d\": {\"type\": \"integer\"}\n  }\n}\n"},
    /* No memory for anything: nothing is followed, and so it is not closed. */
    {{.map_names = 32, .max_bytes = 1, .closed = true},
     "{\"a\":1,\"b\":[{\"c\":1}]}",
     ",\n  \"type\": \"object\"\n}\n"},
};

START_TEST(proposes_by_options) {
    fiat__buf schema, samples, wanted;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&samples, TEXT_MAX_BYTES);
    fiat__buf_init(&wanted, TEXT_MAX_BYTES);
    for (int i = 0; i < 20; i++)
        fiat__buf_append_c(&samples, i % 2 ? "{\"a\":\"y\"}\n" : "{\"a\":\"x\"}\n");
    fiat__buf_append_c(&samples, "{\"a\":null}\n");
    if (s_wholes[_i].samples) {
        fiat__buf_clear(&samples);
        fiat__buf_append_c(&samples, s_wholes[_i].samples);
    }
    propose(learn(&s_wholes[_i].opts, fiat__buf_cstr(&samples)), &schema, NULL);
    fiat__buf_printf(&wanted, DRAFT "%s", s_wholes[_i].schema);
    ck_assert_str_eq(fiat__buf_cstr(&schema), fiat__buf_cstr(&wanted));
    fiat__buf_deinit(&wanted);
    fiat__buf_deinit(&samples);
    fiat__buf_deinit(&schema);
}
END_TEST

START_TEST(refuses_and_goes_on) {
    fiat__infer *infer;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__infer_new(&infer, &s_defaults, &err), err);
    ck_assert_fiat_status(fiat__infer_add(infer, fiat__str_c("{\"bad\":1,}"), &err),
                          FIAT_E_JSON_SYNTAX);
    ck_assert_fiat_status(fiat__infer_add(infer, fiat__str_c("{\"b\":1,\"b\":1}"), &err),
                          FIAT_E_JSON_DUPLICATE_KEY);
    ck_assert_fiat_status(fiat__infer_add(infer, fiat__str_c("\"\xff\""), &err), FIAT_E_JSON_UTF8);
    ck_assert_uint_eq(fiat__infer_count(infer), 0);
    ck_assert_fiat_ok(fiat__infer_add(infer, fiat__str_c("[]"), &err), err);
    ck_assert_fiat_ok(fiat__infer_add(infer, fiat__str_c("{}"), &err), err);
    ck_assert_uint_eq(fiat__infer_count(infer), 2);
    ck_assert_uint_eq(fiat__infer_objects(infer), 1);
    fiat__buf schema;
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    propose(infer, &schema, NULL);
    ck_assert_str_eq(fiat__buf_cstr(&schema), DRAFT ",\n  \"type\": [\"array\", \"object\"]\n}\n");
    fiat__buf_deinit(&schema);
}
END_TEST

/* --- every sample is valid --- */

struct random {
    uint64_t state;
};

static uint32_t pick(struct random *r, uint32_t below) {
    r->state = r->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(r->state >> 33) % below;
}

static void write_random_name(struct random *r, fiat__buf *out) {
    static const char *const names[] = {"a", "b", "C", "c", "", "a-b", "~/", "\\u0000x", "$ref"};
    fiat__buf_append_char(out, '"');
    if (pick(r, 3) == 0)
        fiat__buf_printf(out, "k%u", pick(r, 40));
    else
        fiat__buf_append_c(out, names[pick(r, 9)]);
    fiat__buf_append_char(out, '"');
}

static void write_random(struct random *r, fiat__buf *out, int depth);

/* Different names, in a random selection. */
static void write_random_object(struct random *r, fiat__buf *out, int depth) {
    fiat__buf names, name;
    uint32_t count = pick(r, 6);
    bool any = false;
    fiat__buf_init(&names, TEXT_MAX_BYTES);
    fiat__buf_init(&name, TEXT_MAX_BYTES);
    fiat__buf_append_char(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        fiat__buf_clear(&name);
        write_random_name(r, &name);
        if (strstr(fiat__buf_cstr(&names), fiat__buf_cstr(&name))) continue;
        fiat__buf_append(&names, name.ptr, name.len);
        fiat__buf_printf(out, "%s%s:", any ? "," : "", fiat__buf_cstr(&name));
        write_random(r, out, depth - 1);
        any = true;
    }
    fiat__buf_append_char(out, '}');
    fiat__buf_deinit(&name);
    fiat__buf_deinit(&names);
}

static void write_random(struct random *r, fiat__buf *out, int depth) {
    static const char *const scalars[] = {"null",
                                          "true",
                                          "0",
                                          "-7",
                                          "1.0",
                                          "2.5e3",
                                          "1e400",
                                          "9223372036854775808",
                                          "-123456789012345678901234567890123456789",
                                          "\"\"",
                                          "\"x\"",
                                          "\"y\"",
                                          "\"z\\u0000\"",
                                          "\"2026-11-21\"",
                                          "\"2026-11-21T12:00:00Z\"",
                                          "\"10.0.0.1\"",
                                          "\"a@b.example\"",
                                          "\"https://example.com\"",
                                          "\"0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07\"",
                                          "\"\\u00fc\""};
    uint32_t what = pick(r, depth > 0 ? 6 : 3);
    if (what < 3) {
        /* One place tends to have one kind of value: else all would soon be mixed. */
        uint32_t from = pick(r, 4) ? 9 + (uint32_t)depth * 2 : 0;
        fiat__buf_append_c(out, scalars[from + pick(r, from ? 3 : 20)]);
    } else if (what < 5) {
        write_random_object(r, out, depth);
    } else {
        uint32_t count = pick(r, 4);
        fiat__buf_append_char(out, '[');
        for (uint32_t i = 0; i < count; i++) {
            if (i) fiat__buf_append_char(out, ',');
            write_random(r, out, depth - 1);
        }
        fiat__buf_append_char(out, ']');
    }
}

static void find_fault(bool fault, const char *column, const char *message, void *user) {
    (void)user;
    ck_assert_msg(!fault, "%s: %s", column, message);
}

static void check_columns(const fiat__buf *schema) {
    fiat__buf athena;
    fiat__columns *columns;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&athena, TEXT_MAX_BYTES);
    fiat_status status =
        fiat__columns_derive(&athena, fiat__buf_str(schema), NULL, NULL, NULL, &err);
    if (status != FIAT_E_TABLE_COLUMN) { /* no member at all */
        ck_assert_fiat_ok(status, err);
        ck_assert_fiat_ok(fiat__columns_parse(&columns, fiat__buf_str(&athena), &err), err);
        ck_assert_fiat_ok(
            fiat__columns_check(columns, fiat__buf_str(schema), NULL, 0, find_fault, NULL, &err),
            err);
        fiat__columns_free(columns);
    }
    fiat__buf_deinit(&athena);
}

/* `samples`: each ended by '\n'. */
static void check_accepts(const fiat__buf *schema, const fiat__buf *samples) {
    const fiat__schema_opts opts = {.base = {.formats = FIAT_SCHEMA_FORMATS_ASSERT}};
    fiat_schema *compiled;
    fiat_validator *validator;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__schema_compile(&compiled, fiat__buf_str(schema), &opts, &err), err);
    ck_assert_fiat_ok(fiat_validator_new(&validator, &err), err);
    const char *at = fiat__buf_cstr(samples);
    while (*at) {
        size_t len = strcspn(at, "\n");
        fiat_status status = fiat_schema_validate(compiled, validator, at, len, &err);
        ck_assert_msg(status == FIAT_OK, "%s\nsample %.*s\nschema %.1000s", err.message,
                      (int)(len < 1000 ? len : 1000), at, fiat__buf_cstr(schema));
        at += len + 1;
    }
    fiat_validator_free(validator);
    fiat_schema_free(compiled);
}

static const fiat__infer_opts s_variants[] = {
    FIAT__INFER_OPTS_INIT,
    {.enum_max = 3, .enum_samples = 10, .map_names = 3, .max_bytes = 1 << 20, .closed = true},
    {.enum_max = 3, .enum_samples = 1, .map_names = 1, .max_bytes = 12000},
    {.enum_max = 8, .enum_samples = 1, .map_names = 2, .max_bytes = 4000, .closed = true},
};

START_TEST(accepts_what_it_learnt) {
    struct random r = {.state = (uint64_t)_i + 1};
    const fiat__infer_opts *opts = &s_variants[_i % 4];
    fiat__buf samples, schema, again;
    fiat__buf_init(&samples, TEXT_MAX_BYTES);
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&again, TEXT_MAX_BYTES);
    for (int i = 0; i < 60; i++) {
        if (pick(&r, 20))
            write_random_object(&r, &samples, 4);
        else
            write_random(&r, &samples, 3);
        fiat__buf_append_char(&samples, '\n');
    }
    propose(learn(opts, fiat__buf_cstr(&samples)), &schema, NULL);
    check_accepts(&schema, &samples);
    check_columns(&schema);
    propose(learn(opts, fiat__buf_cstr(&samples)), &again, NULL);
    ck_assert_str_eq(fiat__buf_cstr(&schema), fiat__buf_cstr(&again));
    fiat__buf_deinit(&again);
    fiat__buf_deinit(&schema);
    fiat__buf_deinit(&samples);
}
END_TEST

/* Whenever memory ends, what is not followed on one side of a map is not asked for because of the
 * other side. */
static const char *const s_mixed[] = {
    "{\"a\":{\"k1\":{\"p\":[1],\"s\":{\"x\":1}}}}\n"
    "{\"a\":{\"k2\":{\"p\":[],\"s\":{}}},\"l\":[]}\n"
    "{\"a\":{\"k1\":{\"p\":[2],\"q\":true,\"s\":{\"y\":\"v\"}}}}\n"
    "{\"a\":{\"k2\":{\"p\":[\"x\"],\"q\":\"y\",\"s\":{\"x\":[]}}},\"l\":[{\"z\":1}]}\n"
    "{\"a\":{\"k3\":{\"q\":null,\"r\":[[7]],\"s\":{\"w\":2}}},\"l\":[{\"z\":\"n\"}]}\n"
    "{\"a\":{\"k4\":{\"q\":{},\"r\":[[\"t\"]],\"s\":{\"w\":\"u\"}}}}\n",
    /* Only the items of an array are lost. */
    "{\"a\":{\"k1\":{\"p\":[1]}}}\n{\"a\":{\"k2\":{\"p\":[]}}}\n{\"a\":{\"k3\":{}}}\n{\"a\":{"
    "\"k4\":{}}}\n"
    "{\"u\":1,\"v\":2,\"w\":3}\n"
    "{\"a\":{\"k2\":{\"p\":[\"x\"]}}}\n",
};

START_TEST(accepts_at_any_limit) {
    const char *text = s_mixed[_i];
    fiat__infer_opts opts = {.enum_max = 2, .enum_samples = 1, .map_names = 1};
    fiat__buf samples, schema;
    fiat__buf_init(&samples, TEXT_MAX_BYTES);
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_append_c(&samples, text);
    for (opts.max_bytes = 1; opts.max_bytes < 8000; opts.max_bytes += 20) {
        fiat__buf_clear(&schema);
        propose(learn(&opts, text), &schema, NULL);
        check_accepts(&schema, &samples);
        check_columns(&schema);
    }
    fiat__buf_deinit(&schema);
    fiat__buf_deinit(&samples);
}
END_TEST

/* More names than are told apart, at the root and in objects of objects: memory stays bounded. */
START_TEST(bounds_names) {
    fiat__infer *infer;
    fiat__buf sample, samples, schema, notes;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__infer_opts opts = s_defaults;
    opts.closed = true;
    fiat__buf_init(&sample, TEXT_MAX_BYTES);
    fiat__buf_init(&samples, TEXT_MAX_BYTES);
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&notes, TEXT_MAX_BYTES);
    ck_assert_fiat_ok(fiat__infer_new(&infer, &opts, &err), err);
    for (int i = 0; i < 3000; i++) {
        fiat__buf_clear(&sample);
        fiat__buf_printf(&sample, "{\"n%d\":%d,\"m\":{\"x%d\":{\"y%d\":%s}}}", i, i, i, i % 7,
                         i == 2999 ? "\"last\"" : "1");
        ck_assert_fiat_ok(fiat__infer_add(infer, fiat__buf_str(&sample), &err), err);
        fiat__buf_append(&samples, sample.ptr, sample.len);
        fiat__buf_append_char(&samples, '\n');
    }
    propose(infer, &schema, &notes);
    check_accepts(&schema, &samples);
    check_columns(&schema);
    ck_assert(strstr(fiat__buf_cstr(&schema), "\"additionalProperties\": {\n"));
    ck_assert(!strstr(fiat__buf_cstr(&schema), "\"additionalProperties\": false"));
    ck_assert(strstr(fiat__buf_cstr(&notes), ": so it is not closed"));
    ck_assert(strstr(fiat__buf_cstr(&notes), "m: a map: about 1 of many names in each of 3000"));
    fiat__buf_deinit(&notes);
    fiat__buf_deinit(&schema);
    fiat__buf_deinit(&samples);
    fiat__buf_deinit(&sample);
}
END_TEST

/* Samples that never say the same twice: memory ends where it was told to. */
START_TEST(bounds_memory) {
    fiat__infer *infer;
    fiat__buf sample, schema;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__infer_opts opts = s_defaults;
    opts.max_bytes = 100 * 1024;
    fiat__buf_init(&sample, TEXT_MAX_BYTES);
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    chaos_install();
    ck_assert_fiat_ok(fiat__infer_new(&infer, &opts, &err), err);
    for (int i = 0; i < 2000; i++) {
        fiat__buf_clear(&sample);
        fiat__buf_append_char(&sample, '{');
        for (int j = 0; j < 20; j++)
            fiat__buf_printf(&sample, "%s\"g%d\":{\"n%d\":[{\"z%d\":\"%d\"}]}", j ? "," : "", j,
                             i * 20 + j, i, i);
        fiat__buf_append_char(&sample, '}');
        ck_assert_fiat_ok(fiat__infer_add(infer, fiat__buf_str(&sample), &err), err);
    }
    /* The text and the tape of a sample come on top. */
    ck_assert_uint_lt(chaos_peak_bytes(), 100 * 1024 + 64 * 1024);
    propose(infer, &schema, NULL);
    fiat__buf_deinit(&schema);
    fiat__buf_deinit(&sample);
    chaos_remove();
}
END_TEST

static fiat_status infer_once(void *ctx) {
    static const fiat__infer_opts opts = {
        .enum_max = 2, .enum_samples = 1, .map_names = 1, .max_bytes = 1 << 20};
    static const char *const samples[] = {
        ("{\"a\":{\"x\":{\"p\":\"v\"}},\"b\":[1,{\"c\":\"w\"}],\"c1\":1,\"c2\":1,\"c3\":1,\"c4\":1,"
         "\"c5\":1,\"c6\":1,\"c7\":1,\"c8\":1}"),
        "{\"a\":{\"y\":{\"q\":[1]}}}", "{\"a\":{\"z\":{\"p\":\"u\",\"q\":[\"s\"]}}}",
        "{\"a\":{\"x\":null}}"};
    fiat__infer *infer;
    fiat__buf out;
    (void)ctx;
    fiat_status status = fiat__infer_new(&infer, &opts, NULL);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    for (size_t i = 0; i < 4 && status == FIAT_OK; i++)
        status = fiat__infer_add(infer, fiat__str_c(samples[i]), NULL);
    if (status == FIAT_OK) status = fiat__infer_write(infer, &out, collect, NULL, NULL);
    fiat__buf_deinit(&out);
    fiat__infer_free(infer);
    return status;
}

START_TEST(survives_no_memory) {
    chaos_loop(infer_once, NULL);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("table/infer");
    TCase *t = tcase_create("infer");
    tcase_add_loop_test(t, proposes, 0, (int)(sizeof s_rows / sizeof s_rows[0]));
    tcase_add_loop_test(t, proposes_by_options, 0, (int)(sizeof s_wholes / sizeof s_wholes[0]));
    tcase_add_test(t, refuses_and_goes_on);
    tcase_add_loop_test(t, accepts_what_it_learnt, 0, 200);
    tcase_add_loop_test(t, accepts_at_any_limit, 0, 2);
    tcase_add_test(t, bounds_names);
    tcase_add_test(t, bounds_memory);
    tcase_add_test(t, survives_no_memory);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
