/* From schema text to a program: parse, find the draft, resolve, compile, finish. The schema owns
 * everything that its program points to; nothing in it changes afterwards. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/excerpt.h"

/* Nesting of schema text. */
#define SCHEMA_MAX_DEPTH 256

/* Most nesting that a caller may allow in events: the engines recurse once a level. */
#define EVENT_MAX_DEPTH 1000

/* URIs of a schema, made while its references are resolved. */
#define URIS_MAX_BYTES (64u << 20)

static fiat_status parse_text(fiat_schema *schema, fiat__str text, fiat_error *err) {
    fiat__keyspace_init(&schema->keys);
    fiat__tape_init(&schema->tape, &schema->keys);
    fiat_status status = fiat__scan_load(&schema->text, text, err);
    if (status == FIAT_OK) {
        fiat__tape_reset(&schema->tape, fiat__str_of(schema->text.ptr, schema->text.len),
                         SCHEMA_MAX_DEPTH);
        status = fiat__tape_parse(&schema->tape, err);
    }
    return status == FIAT_OK ? FIAT_OK : fiat__err_wrap(err, status, "schema");
}

static fiat_status find_draft(fiat__compiler *c) {
    const fiat__tape *tape = c->tape;
    c->draft = FIAT__DRAFT_2020;
    bool object = tape->items[0].kind == FIAT__JSON_OBJECT;
    uint32_t value = object ? fiat__tape_member(tape, 0, fiat__str_c("$schema")) : 0;
    if (!value) return FIAT_OK;
    fiat__draft draft = (fiat__draft)0;
    if (tape->items[value].kind == FIAT__JSON_STRING)
        draft = fiat__draft_find(fiat__tape_string(tape, value));
    char shown[FIAT__EXCERPT_BYTES];
    if (!draft)
        fiat__compile_fail(
            c, FIAT_E_UNSUPPORTED, 0, FIAT__KW_SCHEMA,
            "%s is not known; known are http://json-schema.org/draft-0N/schema# with "
            "N 4, 6 or 7, and https://json-schema.org/draft/D/schema with D 2019-09 "
            "or 2020-12",
            fiat__tape_excerpt(shown, sizeof shown, tape, value));
    c->draft = draft;
    return c->status;
}

/* A copy with eight readable bytes behind its start, as fiat__key_head() needs. */
static fiat__str copy_name(fiat__compiler *c, const char *text) {
    fiat__str name = fiat__str_c(text);
    char *copy = fiat__arena_alloc(&c->arena, name.len + sizeof(uint64_t));
    if (!copy) {
        c->status = fiat__err_nomem(c->err);
        return fiat__str_of("", 0);
    }
    memcpy(copy, name.ptr, name.len);
    return fiat__str_of(copy, name.len);
}

static fiat__str *copy_names(fiat__compiler *c, const char *const *names, size_t count) {
    fiat__str *copies = fiat__arena_array(&c->arena, count, sizeof *copies);
    if (!copies) c->status = fiat__err_nomem(c->err);
    for (size_t i = 0; c->status == FIAT_OK && i < count; i++)
        copies[i] = copy_name(c, names[i]);
    return copies;
}

/* What the caller adds to every event, keeps for itself, and wants of it. */
static void take_names(fiat__compiler *c, const fiat__schema_opts *opts) {
    c->provided = copy_names(c, opts->provided, opts->provided_count);
    c->reserved = copy_names(c, opts->reserved, opts->reserved_count);
    if (opts->also_required) c->also_required = copy_name(c, opts->also_required);
    c->provided_count = (uint32_t)opts->provided_count;
    c->reserved_count = (uint32_t)opts->reserved_count;
}

/* Every array gets its element 0, "none": no rule, or the schema `true`. */
static void add_firsts(fiat__compiler *c) {
    static const fiat__string_rule string = {.max = FIAT__UNLIMITED};
    static const fiat__number_rule number = {.low = INT64_MIN, .high = INT64_MAX};
    static const fiat__array_rule array = {
        .max = FIAT__UNLIMITED, .contains = FIAT__NODE_NONE, .unevaluated = FIAT__NODE_NONE};
    static const fiat__object_rule object = {.only_required = 1,
                                             .max = FIAT__UNLIMITED,
                                             .property_names = FIAT__NODE_NONE,
                                             .unevaluated = FIAT__NODE_NONE};
    static const fiat__values_rule values = {0};
    static const fiat__apply apply = {.op = FIAT__APPLY_END};
    fiat__add_node(c, 0);
    fiat__add_string(c, &string);
    fiat__add_number(c, &number);
    fiat__add_array(c, &array);
    fiat__add_object(c, &object);
    fiat__add_values(c, &values);
    fiat__add_apply(c, &apply);
    fiat__add_link(c, 0);
    fiat__add_name(c, fiat__str_of("", 0));
}

static void init_compiler(fiat__compiler *c, fiat_schema *schema, const fiat__schema_opts *opts,
                          fiat_error *err) {
    *c = (fiat__compiler){
        .schema = schema, .program = &schema->program, .tape = &schema->tape, .err = err};
    fiat__arena_init(&c->arena, URIS_MAX_BYTES);
    c->node_of = fiat__calloc(schema->tape.count, sizeof *c->node_of);
    c->resource_of = fiat__calloc(schema->tape.count, sizeof *c->resource_of);
    if (!c->node_of || !c->resource_of) c->status = fiat__err_nomem(err);
    if (opts && c->status == FIAT_OK) take_names(c, opts);
    c->assert_formats = opts && opts->base.formats == FIAT_SCHEMA_FORMATS_ASSERT;
    add_firsts(c);
}

static void deinit_compiler(fiat__compiler *c) {
    fiat__arena_deinit(&c->arena);
    fiat__regex_scratch_free(c->scratch);
    fiat__free(c->node_of);
    fiat__free(c->resource_of);
    fiat__free(c->schemas);
    fiat__free(c->queue);
    fiat__free(c->resources);
    fiat__free(c->anchors);
}

static fiat_status compile(fiat_schema *schema, const fiat__schema_opts *opts, fiat_error *err) {
    fiat__compiler c;
    init_compiler(&c, schema, opts, err);
    if (c.status == FIAT_OK) find_draft(&c);
    if (c.status == FIAT_OK) fiat__resolve_index(&c);
    if (c.status == FIAT_OK) fiat__compile_all(&c);
    if (c.status == FIAT_OK) fiat__finish(&c);
    schema->draft = c.draft;
    deinit_compiler(&c);
    return c.status;
}

fiat_status fiat__schema_compile(fiat_schema **out, fiat__str text, const fiat__schema_opts *opts,
                                 fiat_error *err) {
    uint32_t depth = opts && opts->base.max_depth ? opts->base.max_depth : FIAT__SCHEMA_MAX_DEPTH;
    if (depth > EVENT_MAX_DEPTH)
        return fiat__err_set(err, FIAT_E_ARG, "max_depth %u: at most %u is possible", depth,
                             EVENT_MAX_DEPTH);
    fiat_schema *schema = fiat__calloc(1, sizeof *schema);
    if (!schema) return fiat__err_nomem(err);
    schema->max_depth = depth;
    fiat_status status = parse_text(schema, text, err);
    if (status == FIAT_OK) status = compile(schema, opts, err);
    if (status != FIAT_OK) {
        fiat_schema_free(schema);
        return status;
    }
    *out = schema;
    return FIAT_OK;
}

void fiat_schema_free(fiat_schema *schema) {
    if (!schema) return;
    fiat__program *p = &schema->program;
    for (uint32_t i = 0; i < p->regex_count; i++)
        fiat__regex_free(p->regexes[i]);
    fiat__free(p->regexes);
    fiat__free(p->nodes);
    fiat__free(p->strings);
    fiat__free(p->numbers);
    fiat__free(p->arrays);
    fiat__free(p->objects);
    fiat__free(p->values);
    fiat__free(p->applies);
    fiat__free(p->slots);
    fiat__free(p->links);
    fiat__free(p->names);
    fiat__tape_deinit(&schema->tape);
    fiat__keyspace_deinit(&schema->keys);
    fiat__padded_deinit(&schema->text);
    fiat__free(schema);
}

bool fiat__schema_takes_provided(const fiat_schema *schema) {
    return schema->program.takes_provided;
}
