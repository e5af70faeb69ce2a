/* Bytes that choose: a draft, a schema of its keywords, and values for it. What is made compiles or
 * says why not; both engines and the report then give one verdict on each value. */
#include "fuzz/fuzz.h"
#include "schema/run.h"

#define DEPTH     4
#define INSTANCES 4

static fiat_validator *s_ctx;

typedef struct choices {
    const uint8_t *at, *end;
    fiat__buf out;
} choices;

/* A number below `limit`; 0 when the bytes are used up, so that everything ends. */
static unsigned choose(choices *c, unsigned limit) {
    return c->at < c->end ? *c->at++ % limit : 0;
}

#define PICK(c, list) list[choose(c, sizeof list / sizeof list[0])]

static const char *const s_names[] = {"a", "b", "c", "a long name of many bytes", "x-1", "", "d"};

static const char *const s_values[] = {
    "0",
    "1",
    "-1.5",
    "1.0",
    "20",
    "1e400",
    "-1e-400",
    "12345678901234567890",
    "null",
    "true",
    "false",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"^a|b$\"",
    "\"date-time\"",
    "[]",
    "[1,\"a\"]",
    "[1,1]",
    "{}",
    "[\"a\",\"b\"]",
    "{\"a\":1}",
    "[[],{\"b\":[null]}]",
    "\"#\"",
    "\"#/$defs/a\"",
    "\"#/definitions/b\"",
    "\"#a\"",
    "\"string\"",
    "\"object\"",
    "[\"array\",\"integer\"]",
    "\"base64\"",
    "\"application/json\"",
    "\"regex\"",
    "\"b\"",
    "\"(a|b)*c\"",
    "{\"a\":[\"b\"]}",
    "2",
    "\"\\u00e9\\ud83d\\ude00\"",
    "0.5",
};

static const struct {
    const char *name;
    unsigned char shape;
} s_keywords[] = {{"description", FIAT__SHAPE_PLAIN},
#define XX(name, text, first, last, shape, ...) {text, FIAT__SHAPE_##shape},
                  FIAT__KEYWORD_MAP(XX)
#undef XX
};

static void write_schema(choices *c, unsigned depth);

/* An array of schemas, or (names) an object of them. */
static void write_schemas(choices *c, unsigned depth, bool names) {
    unsigned count = choose(c, 4), first = choose(c, 7);
    fiat__buf_append_char(&c->out, names ? '{' : '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(&c->out, ',');
        if (names) fiat__buf_printf(&c->out, "\"%s\":", s_names[(first + i) % 7]);
        write_schema(c, depth);
    }
    fiat__buf_append_char(&c->out, names ? '}' : ']');
}

static void write_keyword_value(choices *c, unsigned shape, unsigned depth) {
    bool odd = choose(c, 8) == 7; /* now and then what does not belong there */
    switch (odd ? FIAT__SHAPE_PLAIN : shape) {
    case FIAT__SHAPE_SCHEMA:
        write_schema(c, depth);
        break;
    case FIAT__SHAPE_LIST:
        write_schemas(c, depth, false);
        break;
    case FIAT__SHAPE_MAP:
    case FIAT__SHAPE_DEPENDS:
        write_schemas(c, depth, true);
        break;
    case FIAT__SHAPE_ITEMS:
        if (choose(c, 2))
            write_schemas(c, depth, false);
        else
            write_schema(c, depth);
        break;
    default:
        fiat__buf_append_c(&c->out, PICK(c, s_values));
    }
}

static void write_schema(choices *c, unsigned depth) {
    unsigned count = choose(c, 5);
    if (depth == 0 || count == 0) {
        fiat__buf_append_c(&c->out, choose(c, 4) ? "true" : "false");
        return;
    }
    fiat__buf_append_char(&c->out, '{');
    uint64_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned keyword = choose(c, sizeof s_keywords / sizeof s_keywords[0]);
        if (used >> (keyword % 64) & 1) continue;
        if (used) fiat__buf_append_char(&c->out, ',');
        used |= UINT64_C(1) << (keyword % 64);
        fiat__buf_printf(&c->out, "\"%s\":", s_keywords[keyword].name);
        write_keyword_value(c, s_keywords[keyword].shape, depth - 1);
    }
    fiat__buf_append_char(&c->out, '}');
}

static void write_value(choices *c, unsigned depth) {
    unsigned kind = choose(c, 3), count = choose(c, 4), first = choose(c, 7);
    if (depth == 0 || kind == 0) {
        fiat__buf_append_c(&c->out, PICK(c, s_values));
        return;
    }
    fiat__buf_append_char(&c->out, kind == 1 ? '{' : '[');
    for (unsigned i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(&c->out, ',');
        if (kind == 1) fiat__buf_printf(&c->out, "\"%s\":", s_names[(first + i) % 7]);
        write_value(c, depth - 1);
    }
    fiat__buf_append_char(&c->out, kind == 1 ? '}' : ']');
}

/* The tape engine's verdict: -1 when a limit ended it. */
static int tape_verdict(const fiat_schema *schema, fiat__str text) {
    fiat__run run;
    FUZZ_CHECK(fiat__scan_load(&s_ctx->text, text, NULL) == FIAT_OK);
    fiat__run_begin(&run, schema, s_ctx);
    FUZZ_CHECK(fiat__tape_parse(&s_ctx->tape, NULL) == FIAT_OK);
    bool valid = fiat__run_item(&run, schema->program.root, 0, 0);
    return run.status == FIAT_OK ? valid : -1;
}

static bool count_failure(const fiat_schema_failure *failure, void *user) {
    FUZZ_CHECK(failure->message[0] != '\0');
    ++*(unsigned *)user;
    return true;
}

static void check_value(const fiat_schema *schema, fiat__str text) {
    fiat_error err;
    unsigned failures = 0;
    fiat_status verdict = fiat_schema_validate(schema, s_ctx, text.ptr, text.len, &err);
    FUZZ_CHECK(verdict == FIAT_OK || verdict == FIAT_E_SCHEMA_MISMATCH ||
               verdict == FIAT_E_SCHEMA_LIMIT);
    int tape = tape_verdict(schema, text);
    if (verdict == FIAT_E_SCHEMA_LIMIT || tape < 0) return;
    FUZZ_CHECK((verdict == FIAT_OK) == (tape == 1));
    fiat_status report =
        fiat_schema_report(schema, s_ctx, text.ptr, text.len, 100, count_failure, &failures, &err);
    FUZZ_CHECK(report == verdict || report == FIAT_E_SCHEMA_LIMIT);
    FUZZ_CHECK((report == FIAT_E_SCHEMA_MISMATCH) == (failures > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int32_t drafts[] = {4, 6, 7, 2019, 2020};
    choices c = {.at = data, .end = data + size};
    fiat_schema_options options = {.formats = FIAT_SCHEMA_FORMATS_ASSERT};
    fiat_schema *schema;
    fiat_error err = FIAT_ERROR_INIT;
    if (!s_ctx) FUZZ_CHECK(fiat_validator_new(&s_ctx, &err) == FIAT_OK);
    fiat__buf_init(&c.out, 1 << 20);
    options.draft = PICK(&c, drafts);
    write_schema(&c, DEPTH);
    fiat_status status = fiat_schema_compile(&schema, c.out.ptr, c.out.len, &options, &err);
    if (status != FIAT_OK)
        FUZZ_CHECK(err.status == (int32_t)status && err.message[0] != '\0' && !schema);
    for (int i = 0; status == FIAT_OK && i < INSTANCES; i++) {
        fiat__buf_clear(&c.out);
        write_value(&c, DEPTH);
        check_value(schema, fiat__buf_str(&c.out));
    }
    fiat_schema_free(schema);
    fiat__buf_deinit(&c.out);
    return 0;
}
