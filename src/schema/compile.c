/* From the schema's tape to nodes: one node a schema, compiled from a queue, so that neither a long
 * chain of references nor a cycle of them needs recursion. */
#include "schema/compile.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "json/number.h"
#include "json/pointer.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

/* Where a keyword of a schema has its value; the schema itself when it is not there. */
static uint32_t value_of(const fiat__tape *tape, uint32_t item, fiat__keyword keyword) {
    if (keyword == FIAT__KW_NONE || tape->items[item].kind != FIAT__JSON_OBJECT) return item;
    uint32_t value = fiat__tape_member(tape, item, fiat__str_c(fiat__keyword_name(keyword)));
    return value ? value : item;
}

void fiat__compile_fail(fiat__compiler *c, fiat_status status, uint32_t item, fiat__keyword keyword,
                        const char *format, ...) {
    if (c->status != FIAT_OK) return;
    c->status = status;
    if (!c->err) return;
    char what[sizeof c->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    const fiat__document *document = fiat__document_of(c->program, item);
    const char *uri = document == c->program->documents ? "" : c->program->names + document->uri;
    fiat__buf path;
    fiat__buf_init(&path, 4096);
    if (*uri) fiat__buf_printf(&path, "%s#", uri);
    fiat__pointer_write_from(&path, c->tape, document->item, item);
    if (keyword != FIAT__KW_NONE)
        fiat__pointer_append(&path, fiat__str_c(fiat__keyword_name(keyword)));
    fiat__err_set(c->err, status, "schema %s: %s", path.len ? fiat__buf_cstr(&path) : "(root)",
                  what);
    fiat__err_copy(c->err->schema_path, sizeof c->err->schema_path, fiat__buf_cstr(&path),
                   path.len);
    const char *name = fiat__keyword_name(keyword);
    fiat__err_copy(c->err->keyword, sizeof c->err->keyword, name, strlen(name));
    c->err->offset = c->tape->items[value_of(c->tape, item, keyword)].at - document->at;
    fiat__buf_deinit(&path);
}

void fiat__compile_no_room(fiat__compiler *c, uint32_t item, fiat__keyword keyword) {
    if (c->status != FIAT_OK) return;
    if (c->arena.full)
        fiat__compile_fail(c, FIAT_E_SCHEMA_LIMIT, item, keyword,
                           "the URIs of the schema, each resolved against its base, take more than "
                           "%zu bytes; make them shorter",
                           c->arena.max_bytes);
    else
        c->status = fiat__err_nomem(c->err);
}

void fiat__compile_wanted(fiat__build *b, fiat__keyword keyword, uint32_t value,
                          const char *wanted) {
    char shown[FIAT__EXCERPT_BYTES];
    fiat__tape_excerpt(shown, sizeof shown, b->c->tape, value);
    fiat__compile_fail(b->c, FIAT_E_SCHEMA_INVALID, b->item, keyword, "found %s; wanted %s", shown,
                       wanted);
    if (b->c->err)
        b->c->err->offset =
            b->c->tape->items[value].at - fiat__document_of(b->c->program, value)->at;
}

uint32_t fiat__compile_count(fiat__build *b, fiat__keyword keyword, uint32_t absent) {
    uint32_t value = b->at[keyword];
    if (!value) return absent;
    int64_t count = -1;
    bool number = b->c->tape->items[value].kind & FIAT__JSON_NUMERIC;
    fiat__str text = fiat__tape_text(b->c->tape, value);
    /* draft-04: 1.0 is not an integer */
    if (b->draft == FIAT__DRAFT_4) number = b->c->tape->items[value].kind == FIAT__JSON_INTEGER;
    bool fits = number && fiat__number_to_int64(text, &count);
    if (number && !fits && fiat__number_is_integer(text) && text.ptr[0] != '-')
        return FIAT__UNLIMITED - 1;
    if (count < 0) {
        fiat__compile_wanted(b, keyword, value, "a whole number that is not negative");
        return absent;
    }
    return count < FIAT__UNLIMITED ? (uint32_t)count : FIAT__UNLIMITED - 1;
}

/* A schema, seen in a scope. */
typedef struct site {
    uint32_t item, scope;
} site;

/* The key of the only keyword by which a step says something. */
static uint32_t only_keyword(const fiat__compiler *c, uint32_t item) {
    uint32_t key = item + 1;
    while (!fiat__keyword_asserts(fiat__keyword_at(c, key)))
        key = fiat__tape_next(c->tape, key + 1);
    return key;
}

/* The item that a schema stands for which is nothing but a reference or an allOf of one schema;
 * FIAT__NO_ITEM when it says something of its own. */
static uint32_t alias_target(const fiat__compiler *c, site at) {
    const fiat__tape *tape = c->tape;
    if (!c->info[at.item].step) return FIAT__NO_ITEM;
    uint32_t only = only_keyword(c, at.item);
    const fiat__tape_item *value = &tape->items[only + 1];
    if (fiat__keyword_refers(fiat__keyword_at(c, only)) && value->kind == FIAT__JSON_STRING)
        return fiat__scope_target(c, at.scope, only + 1);
    bool one = fiat__keyword_at(c, only) == FIAT__KW_ALL_OF && value->kind == FIAT__JSON_ARRAY &&
               value->len == 1;
    return one ? only + 2 : FIAT__NO_ITEM;
}

static void fail_kind(fiat__build *b) {
    fiat__compile_wanted(b, FIAT__KW_NONE, b->item,
                         b->draft > FIAT__DRAFT_4 ? "a schema: an object, true or false"
                                                  : "a schema: an object");
}

/* What is no schema gets no node, and so never gets where the targets of references are kept. */
static bool may_be_schema(fiat__compiler *c, uint32_t item) {
    if (c->tape->items[item].kind & (FIAT__JSON_OBJECT | FIAT__JSON_BOOL)) return true;
    fail_kind(&(fiat__build){.c = c, .draft = fiat__dialect_at(c, item)->draft, .item = item});
    return false;
}

/* The schema and scope that the one at *at is only a step to; false when it is more than that. */
static bool alias_step(fiat__compiler *c, site at, site *next) {
    next->item = alias_target(c, at);
    if (next->item == FIAT__NO_ITEM || c->status != FIAT_OK) return false;
    if (!may_be_schema(c, next->item)) return false;
    next->scope = fiat__scope_enter(c, at.scope, fiat__resource_at(c, next->item));
    return c->status == FIAT_OK;
}

static uint32_t node_at(fiat__compiler *c, site at) {
    const uint32_t *node = fiat__scope_node(c, at.scope, at.item);
    return node ? *node : 0;
}

static void set_node(fiat__compiler *c, site at, uint32_t value) {
    uint32_t *node = fiat__scope_node(c, at.scope, at.item);
    if (node) *node = value;
    c->info[at.item].compiled = true;
}

/* Marks a schema while its chain of references is followed. */
#define ON_THE_WAY UINT32_MAX

static void add_alias(fiat__compiler *c, uint32_t item, uint32_t node, uint32_t target) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->aliases, p->alias_count, &c->alias_cap, 1, sizeof *p->aliases)) return;
    p->aliases[p->alias_count++] = (fiat__alias){item, node, target};
}

/* The end of the chain of references that starts at a schema. */
static site follow_chain(fiat__compiler *c, site at) {
    site start = at, next;
    while (!node_at(c, at) && alias_step(c, at, &next)) {
        set_node(c, at, ON_THE_WAY);
        at = next;
    }
    if (c->status == FIAT_OK && node_at(c, at) == ON_THE_WAY)
        fiat__compile_fail(c, FIAT_E_SCHEMA_REF, start.item,
                           fiat__keyword_at(c, only_keyword(c, start.item)),
                           "the reference leads back to itself without saying anything; break the "
                           "cycle");
    return at;
}

/* Give every link of the chain its node + 1, or 0: it is no longer on the way. */
static void settle_chain(fiat__compiler *c, site at, site end, uint32_t value) {
    site next;
    while (c->status == FIAT_OK && (at.item != end.item || at.scope != end.scope) &&
           alias_step(c, at, &next)) {
        set_node(c, at, value);
        if (value) add_alias(c, at.item, value - 1, next.item);
        at = next;
    }
}

static uint32_t make_node(fiat__compiler *c, site at) {
    uint32_t node = fiat__add_node(c, at.item);
    if (!fiat__grow(c, &c->queue, c->queue_count, &c->queue_cap, 3, sizeof *c->queue))
        return FIAT__NODE_ANY;
    c->queue[c->queue_count++] = at.item;
    c->queue[c->queue_count++] = at.scope;
    c->queue[c->queue_count++] = node;
    set_node(c, at, node + 1);
    return node;
}

uint32_t fiat__compile_child(fiat__compiler *c, uint32_t item) {
    if (c->status != FIAT_OK || !may_be_schema(c, item)) return FIAT__NODE_ANY;
    site start = {item, fiat__scope_enter(c, c->scope, fiat__resource_at(c, item))};
    uint32_t known = node_at(c, start);
    if (known) return known - 1;
    site end = follow_chain(c, start);
    if (c->status != FIAT_OK) return FIAT__NODE_ANY;
    known = node_at(c, end);
    uint32_t node = known ? known - 1 : make_node(c, end);
    settle_chain(c, start, end, node + 1);
    return node;
}

uint32_t fiat__compile_target(fiat__compiler *c, uint32_t value) {
    uint32_t target = fiat__scope_target(c, c->scope, value);
    uint32_t node = fiat__compile_child(c, target);
    add_alias(c, value, node, target);
    return node;
}

uint32_t fiat__compile_additional(fiat__build *b, uint32_t item) {
    fiat__compiler *c = b->c;
    if (b->draft > FIAT__DRAFT_4 || c->tape->items[item].kind != FIAT__JSON_BOOL)
        return fiat__compile_child(c, item);
    if (c->info[item].node) return c->info[item].node - 1;
    uint32_t node = FIAT__NODE_ANY;
    if (!fiat__tape_is_true(c->tape, item)) {
        node = fiat__add_node(c, item);
        if (c->status == FIAT_OK) c->program->nodes[node].kinds = 0;
    }
    set_node(c, (site){item, 0}, node + 1);
    return node;
}

/* Which of the functions below a keyword is for. Any other that says something is for all. */
enum family { TYPE = 1, VALUES = 2, STRING = 4, NUMBER = 8, ARRAY = 16, OBJECT = 32, APPLY = 64 };

static const uint8_t families[FIAT__KW_COUNT] = {
    [FIAT__KW_TYPE] = TYPE,
    [FIAT__KW_ENUM] = VALUES,
    [FIAT__KW_CONST] = VALUES,
    [FIAT__KW_MIN_LENGTH] = STRING,
    [FIAT__KW_MAX_LENGTH] = STRING,
    [FIAT__KW_PATTERN] = STRING,
    [FIAT__KW_FORMAT] = STRING,
    [FIAT__KW_CONTENT_ENCODING] = STRING,
    [FIAT__KW_CONTENT_MEDIA_TYPE] = STRING,
    [FIAT__KW_MINIMUM] = NUMBER,
    [FIAT__KW_MAXIMUM] = NUMBER,
    [FIAT__KW_MULTIPLE_OF] = NUMBER,
    [FIAT__KW_ITEMS] = ARRAY,
    [FIAT__KW_MIN_ITEMS] = ARRAY,
    [FIAT__KW_MAX_ITEMS] = ARRAY,
    [FIAT__KW_UNIQUE_ITEMS] = ARRAY,
    [FIAT__KW_PROPERTIES] = OBJECT,
    [FIAT__KW_PATTERN_PROPERTIES] = OBJECT,
    [FIAT__KW_ADDITIONAL_PROPERTIES] = OBJECT,
    [FIAT__KW_REQUIRED] = OBJECT,
    [FIAT__KW_ALL_OF] = APPLY,
    [FIAT__KW_ANY_OF] = APPLY,
    [FIAT__KW_ONE_OF] = APPLY,
    [FIAT__KW_NOT] = APPLY,
    [FIAT__KW_REF] = APPLY,
};

static unsigned family_of(fiat__keyword keyword) {
    if (families[keyword]) return families[keyword];
    return fiat__keyword_asserts(keyword) ? UINT_MAX : 0;
}

/* Sort the members of a schema object by keyword; returns the families that they are of. */
static unsigned read_keywords(fiat__build *b) {
    const fiat__tape *tape = b->c->tape;
    uint32_t key = b->item + 1;
    unsigned found = 0;
    for (uint32_t i = 0; i < tape->items[b->item].len; i++) {
        fiat__keyword keyword = fiat__keyword_at(b->c, key);
        b->at[keyword] = key + 1;
        found |= family_of(keyword);
        key = fiat__tape_next(tape, key + 1);
    }
    b->at[FIAT__KW_NONE] = 0;
    return found;
}

static void check_references(fiat__build *b) {
    static const fiat__keyword refs[] = {FIAT__KW_REF, FIAT__KW_DYNAMIC_REF,
                                         FIAT__KW_RECURSIVE_REF};
    const fiat__tape *tape = b->c->tape;
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        uint32_t value = b->at[refs[i]];
        if (value && tape->items[value].kind != FIAT__JSON_STRING)
            fiat__compile_wanted(b, refs[i], value, "a string");
    }
}

static void compile_object_schema(fiat__build *b) {
    unsigned found = read_keywords(b);
    if (found & TYPE) fiat__compile_type(b);
    if (found & VALUES) fiat__compile_values(b);
    if (found & STRING) fiat__compile_string(b);
    if (found & NUMBER) fiat__compile_number(b);
    if (found & APPLY) { /* before arrays and objects: they ask whether there is any */
        check_references(b);
        fiat__compile_apply(b);
    }
    if (found & ARRAY) fiat__compile_array(b);
    if (found & OBJECT || b->entry) fiat__compile_object(b);
}

static void compile_one(fiat__compiler *c, site at, uint32_t node, bool entry) {
    const fiat__dialect *dialect = fiat__dialect_at(c, at.item);
    fiat__build b = {.c = c, .draft = dialect->draft, .item = at.item, .entry = entry};
    b.assert_formats = c->formats == FIAT_SCHEMA_FORMATS_ASSERT ||
                       (c->formats == FIAT_SCHEMA_FORMATS_DEFAULT && dialect->assert_formats);
    b.node = (fiat__node){.kinds = FIAT__JSON_ANY, .where = at.item};
    if (b.draft == FIAT__DRAFT_4) b.node.flags = FIAT__NODE_STRICT_INTEGER;
    c->scope = at.scope;
    switch (c->tape->items[at.item].kind) {
    case FIAT__JSON_OBJECT:
        compile_object_schema(&b);
        break;
    case FIAT__JSON_BOOL:
        if (b.draft > FIAT__DRAFT_4) {
            if (!fiat__tape_is_true(c->tape, at.item)) b.node.kinds = 0;
            if (entry) fiat__compile_object(&b); /* for the members that the caller adds */
            break;
        }
        /* fall through */
    default:
        fail_kind(&b);
        return;
    }
    if (c->status == FIAT_OK) c->program->nodes[node] = b.node;
}

static void drain(fiat__compiler *c) {
    while (c->queue_count && c->status == FIAT_OK) {
        const uint32_t *next = c->queue + (c->queue_count -= 3);
        compile_one(c, (site){next[0], next[1]}, next[2], false);
    }
}

/* The node that events enter by is one of its own where the caller adds members. */
static void compile_root(fiat__compiler *c) {
    site start = {0, fiat__scope_enter(c, 0, fiat__resource_at(c, 0))};
    if (!c->provided_count && !c->reserved_count && !c->also_required.len) {
        c->program->root = fiat__compile_child(c, 0);
        return;
    }
    site root = follow_chain(c, start);
    if (c->status != FIAT_OK) return;
    settle_chain(c, start, root, 0);
    c->program->root = fiat__add_node(c, root.item);
    compile_one(c, root, c->program->root, true);
}

/* Room for what the schemas seen will become, so that the large arrays are not copied from one size
 * to the next: that would touch twice the memory. */
static void reserve(fiat__compiler *c) {
    fiat__program *p = c->program;
    fiat__reserve(c, &p->nodes, p->node_count, &c->node_cap, c->schema_count, sizeof *p->nodes);
    fiat__reserve(c, &p->slots, p->slot_count, &c->slot_cap, c->properties_seen, sizeof *p->slots);
    fiat__reserve(c, &p->objects, p->object_count, &c->object_cap, c->objects_seen,
                  sizeof *p->objects);
}

void fiat__compile_all(fiat__compiler *c) {
    reserve(c);
    compile_root(c);
    drain(c);
    /* Schemas that nothing uses are checked too, if they are the user's own. */
    for (uint32_t i = 0; i < c->own_schemas && c->status == FIAT_OK; i++) {
        if (c->info[c->schemas[i]].compiled) continue;
        c->scope = 0;
        fiat__compile_child(c, c->schemas[i]);
        drain(c);
    }
    for (uint32_t i = 0; i < c->schema_count && c->status == FIAT_OK; i++)
        if (i < c->own_schemas || c->info[c->schemas[i]].compiled)
            fiat__check_schema(c, c->schemas[i]);
}
