/* From schema text to a program: parse, find the draft, resolve, compile, finish. The schema owns
 * everything that its program points to; nothing in it changes afterwards. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

/* URIs of a schema, made while its references are resolved. */
#define URIS_MAX_BYTES (64u << 20)

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
    static const fiat__group group = {0};
    fiat__add_node(c, 0);
    fiat__add_string(c, &string);
    fiat__add_number(c, &number);
    fiat__add_array(c, &array);
    fiat__add_object(c, &object);
    fiat__add_values(c, &values);
    fiat__add_apply(c, &apply);
    fiat__add_group(c, &group);
    fiat__add_link(c, 0);
    fiat__add_slots(c, 1); /* so that an object without names has an address of slots too */
    fiat__add_name(c, fiat__str_of("", 0));
}

static fiat__draft draft_of(int32_t draft) {
    switch (draft) {
    case FIAT_SCHEMA_DRAFT_4:
        return FIAT__DRAFT_4;
    case FIAT_SCHEMA_DRAFT_6:
        return FIAT__DRAFT_6;
    case FIAT_SCHEMA_DRAFT_7:
        return FIAT__DRAFT_7;
    case FIAT_SCHEMA_DRAFT_2019_09:
        return FIAT__DRAFT_2019;
    default:
        return FIAT__DRAFT_2020;
    }
}

static void init_compiler(fiat__compiler *c, fiat_schema *schema, const fiat__schema_opts *opts,
                          fiat_error *err) {
    *c = (fiat__compiler){
        .schema = schema, .program = &schema->program, .tape = &schema->tape, .err = err};
    fiat__limits_of_compiler(c, &opts->base);
    fiat__arena_init(&c->arena, URIS_MAX_BYTES);
    fiat__lookup_init(&c->lookup);
    take_names(c, opts);
    c->registry = opts->base.registry;
    c->default_draft = draft_of(opts->base.draft);
    c->formats = (fiat_schema_formats)opts->base.formats;
    c->assert_content = (opts->base.flags & FIAT_SCHEMA_ASSERT_CONTENT) != 0;
    add_firsts(c);
}

static void deinit_compiler(fiat__compiler *c) {
    fiat__scopes_deinit(c);
    fiat__arena_deinit(&c->arena);
    fiat__lookup_deinit(&c->lookup);
    fiat__regex_scratch_free(c->scratch);
    fiat__free(c->info);
    fiat__free(c->schemas);
    fiat__free(c->queue);
    fiat__free(c->schemes);
    fiat__free(c->anchors);
    fiat__free(c->targets);
    fiat__free(c->anchor_map);
}

/* The URIs of the resources, for reports. */
static void keep_resources(fiat__compiler *c) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->resources, 0, &c->resource_cap, c->scheme_count, sizeof *p->resources))
        return;
    for (uint32_t i = 0; i < c->scheme_count; i++)
        p->resources[i] = (fiat__resource){c->schemes[i].item, fiat__add_name(c, c->schemes[i].uri),
                                           c->schemes[i].dialect};
    p->resource_count = c->scheme_count;
}

static void load(fiat__compiler *c, fiat__str text, const char *base_uri) {
    fiat__dialect dialect = {.draft = c->default_draft, .vocabularies = FIAT__VOCABULARY_ALL};
    fiat__str uri = base_uri ? fiat__str_c(base_uri) : fiat__str_of("", 0);
    (void)fiat__uri_split(&uri);
    fiat__document_add(c, uri, text, &dialect);
    c->own_schemas = c->schema_count;
    if (c->status == FIAT_OK) fiat__references_follow(c);
    if (c->status == FIAT_OK) keep_resources(c);
}

static fiat_status compile(fiat_schema *schema, fiat__str text, const fiat__schema_opts *opts,
                           fiat_error *err) {
    fiat__compiler c;
    init_compiler(&c, schema, opts, err);
    if (c.status == FIAT_OK) load(&c, text, opts->base.base_uri);
    if (c.status == FIAT_OK) fiat__scopes_init(&c);
    if (c.status == FIAT_OK) fiat__compile_all(&c);
    if (c.status == FIAT_OK) fiat__finish(&c);
    if (c.status == FIAT_OK) fiat__shrink(schema);
    deinit_compiler(&c);
    return c.status;
}

fiat_status fiat__schema_compile(fiat_schema **out, fiat__str text, const fiat__schema_opts *opts,
                                 fiat_error *err) {
    static const fiat__schema_opts defaults = {0};
    if (!opts) opts = &defaults;
    fiat_schema *schema = fiat__calloc(1, sizeof *schema);
    if (!schema) return fiat__err_nomem(err);
    fiat__keyspace_init(&schema->keys);
    fiat__tape_init(&schema->tape, &schema->keys);
    fiat_status status = fiat__limits_take(schema, &opts->base, err);
    if (status == FIAT_OK) status = compile(schema, text, opts, err);
    if (status != FIAT_OK) {
        fiat_schema_free(schema);
        return status;
    }
    *out = schema;
    return FIAT_OK;
}

/* Memory that an array holds. */
#define BYTES(array, cap) ((size_t)(cap) * sizeof *(array))

size_t fiat_schema_size(const fiat_schema *schema) {
    if (!schema) return 0;
    const fiat__program *p = &schema->program;
    size_t bytes = sizeof *schema + schema->text.cap + BYTES(schema->tape.items, schema->tape.cap) +
                   schema->tape.strings_cap + schema->keys.cap * sizeof *schema->keys.slots;
    bytes += BYTES(p->nodes, p->node_count) + BYTES(p->strings, p->string_count) +
             BYTES(p->numbers, p->number_count) + BYTES(p->arrays, p->array_count) +
             BYTES(p->objects, p->object_count) + BYTES(p->values, p->values_count) +
             BYTES(p->applies, p->apply_count) + BYTES(p->groups, p->group_count) +
             BYTES(p->slots, p->slot_count) + BYTES(p->places, p->place_count) +
             BYTES(p->links, p->link_count) + p->names_len + FIAT__SCAN_PAD +
             BYTES(p->regexes, p->regex_count) + BYTES(p->documents, p->document_count) +
             BYTES(p->resources, p->resource_count) + BYTES(p->aliases, p->alias_count);
    for (uint32_t i = 0; i < p->regex_count; i++)
        bytes += fiat__regex_size(p->regexes[i]);
    return bytes;
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
    fiat__free(p->groups);
    fiat__free(p->slots);
    fiat__free(p->places);
    fiat__free(p->links);
    fiat__free(p->names);
    fiat__free(p->documents);
    fiat__free(p->resources);
    fiat__free(p->aliases);
    fiat__tape_deinit(&schema->tape);
    fiat__keyspace_deinit(&schema->keys);
    fiat__padded_deinit(&schema->text);
    fiat__free(schema);
}

bool fiat__schema_takes_provided(const fiat_schema *schema) {
    return schema->program.takes_provided;
}
