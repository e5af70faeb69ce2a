/* From the schema's tape to nodes: one node a schema, compiled from a queue, so that neither a long
 * chain of references nor a cycle of them needs recursion. */
#include "schema/compile.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "json/number.h"
#include "json/pointer.h"

#include <stdarg.h>
#include <stdio.h>

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
    fiat__buf path;
    fiat__buf_init(&path, 4096);
    fiat__pointer_write(&path, c->tape, item);
    if (keyword != FIAT__KW_NONE)
        fiat__pointer_append(&path, fiat__str_c(fiat__keyword_name(keyword)));
    fiat__err_set(c->err, status, "schema %s: %s", path.len ? fiat__buf_cstr(&path) : "(root)",
                  what);
    fiat__err_copy(c->err->schema_path, sizeof c->err->schema_path, fiat__buf_cstr(&path),
                   path.len);
    const char *name = fiat__keyword_name(keyword);
    fiat__err_copy(c->err->keyword, sizeof c->err->keyword, name, strlen(name));
    c->err->offset = c->tape->items[item].at;
    fiat__buf_deinit(&path);
}

void fiat__compile_wanted(fiat__build *b, fiat__keyword keyword, uint32_t value,
                          const char *wanted) {
    char shown[FIAT__EXCERPT_BYTES];
    fiat__tape_excerpt(shown, sizeof shown, b->c->tape, value);
    fiat__compile_fail(b->c, FIAT_E_SCHEMA_INVALID, b->item, keyword, "found %s; wanted %s", shown,
                       wanted);
    if (b->c->err) b->c->err->offset = b->c->tape->items[value].at;
}

uint32_t fiat__compile_count(fiat__build *b, fiat__keyword keyword, uint32_t absent) {
    uint32_t value = b->at[keyword];
    if (!value) return absent;
    int64_t count = -1;
    bool number = b->c->tape->items[value].kind & FIAT__JSON_NUMERIC;
    fiat__str text = fiat__tape_text(b->c->tape, value);
    bool fits = number && fiat__number_to_int64(text, &count);
    if (number && !fits && fiat__number_is_integer(text) && text.ptr[0] != '-')
        return FIAT__UNLIMITED - 1;
    if (count < 0) {
        fiat__compile_wanted(b, keyword, value, "a whole number that is not negative");
        return absent;
    }
    return count < FIAT__UNLIMITED ? (uint32_t)count : FIAT__UNLIMITED - 1;
}

/* The schema that a schema stands for which is nothing but a $ref or an allOf of one schema;
 * UINT32_MAX when it says something of its own. */
static uint32_t alias_step(fiat__compiler *c, uint32_t item) {
    const fiat__tape *tape = c->tape;
    if (tape->items[item].kind != FIAT__JSON_OBJECT) return UINT32_MAX;
    uint32_t key = item + 1, ref = 0, all = 0, others = 0;
    for (uint32_t i = 0; i < tape->items[item].len; i++) {
        fiat__keyword keyword = fiat__keyword_find(fiat__tape_string(tape, key), c->draft);
        if (keyword == FIAT__KW_REF)
            ref = key + 1;
        else if (keyword == FIAT__KW_ALL_OF)
            all = key + 1;
        else
            others += fiat__keyword_asserts(keyword);
        key = fiat__tape_next(tape, key + 1);
    }
    if (ref && tape->items[ref].kind == FIAT__JSON_STRING &&
        (c->draft <= FIAT__DRAFT_7 || (!others && !all)))
        return fiat__resolve_ref(c, item, ref);
    bool one = all && tape->items[all].kind == FIAT__JSON_ARRAY && tape->items[all].len == 1;
    return one && !others && !ref ? all + 1 : UINT32_MAX;
}

/* Marks a schema in node_of while its chain of references is followed. */
#define ON_THE_WAY UINT32_MAX

/* Give every link of the chain from `start` the same value in node_of. */
static void settle_chain(fiat__compiler *c, uint32_t start, uint32_t end, uint32_t value) {
    while (c->status == FIAT_OK && start != end) {
        uint32_t next = alias_step(c, start);
        c->node_of[start] = value;
        start = next;
    }
}

uint32_t fiat__compile_alias(fiat__compiler *c, uint32_t item) {
    uint32_t start = item, next;
    while (!c->node_of[item] && (next = alias_step(c, item)) != UINT32_MAX) {
        c->node_of[item] = ON_THE_WAY;
        item = next;
    }
    if (c->node_of[item] == ON_THE_WAY)
        fiat__compile_fail(c, FIAT_E_SCHEMA_REF, item, FIAT__KW_REF,
                           "the reference leads back to itself without saying anything; break the "
                           "cycle");
    settle_chain(c, start, item, 0);
    return item;
}

uint32_t fiat__compile_child(fiat__compiler *c, uint32_t item) {
    if (c->node_of[item]) return c->node_of[item] - 1;
    uint32_t target = fiat__compile_alias(c, item);
    if (c->status != FIAT_OK) return FIAT__NODE_ANY;
    if (!c->node_of[target]) {
        uint32_t node = fiat__add_node(c, target);
        if (!fiat__grow(c, &c->queue, c->queue_count, &c->queue_cap, 2, sizeof *c->queue))
            return FIAT__NODE_ANY;
        c->queue[c->queue_count++] = target;
        c->queue[c->queue_count++] = node;
        c->node_of[target] = node + 1;
    }
    settle_chain(c, item, target, c->node_of[target]);
    return c->node_of[target] - 1;
}

uint32_t fiat__compile_additional(fiat__compiler *c, uint32_t item) {
    if (c->draft > FIAT__DRAFT_4 || c->tape->items[item].kind != FIAT__JSON_BOOL)
        return fiat__compile_child(c, item);
    if (c->node_of[item]) return c->node_of[item] - 1;
    uint32_t node = FIAT__NODE_ANY;
    if (!fiat__tape_is_true(c->tape, item)) {
        node = fiat__add_node(c, item);
        if (c->status == FIAT_OK) c->program->nodes[node].kinds = 0;
    }
    c->node_of[item] = node + 1;
    return node;
}

/* Sort the members of a schema object by keyword. */
static void read_keywords(fiat__build *b) {
    fiat__compiler *c = b->c;
    uint32_t key = b->item + 1;
    for (uint32_t i = 0; i < c->tape->items[b->item].len; i++) {
        fiat__keyword keyword = fiat__keyword_find(fiat__tape_string(c->tape, key), c->draft);
        b->at[keyword] = key + 1;
        if (fiat__keyword_refused(keyword))
            fiat__compile_fail(c, FIAT_E_UNSUPPORTED, b->item, keyword,
                               "%s is not supported yet; use $ref and $defs",
                               fiat__keyword_name(keyword));
        key = fiat__tape_next(c->tape, key + 1);
    }
    b->at[FIAT__KW_NONE] = 0;
}

static void check_ref(fiat__build *b) {
    uint32_t ref = b->at[FIAT__KW_REF];
    if (ref && b->c->tape->items[ref].kind != FIAT__JSON_STRING)
        fiat__compile_wanted(b, FIAT__KW_REF, ref, "a string");
}

/* $defs, and a $schema that names another draft than the root's. */
static void check_places(fiat__build *b) {
    static const fiat__keyword maps[] = {FIAT__KW_DEFS, FIAT__KW_DEFINITIONS};
    const fiat__tape *tape = b->c->tape;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        uint32_t value = b->at[maps[i]];
        if (value && tape->items[value].kind != FIAT__JSON_OBJECT)
            fiat__compile_wanted(b, maps[i], value, "an object of schemas");
    }
    uint32_t draft = b->at[FIAT__KW_SCHEMA];
    if (draft && (tape->items[draft].kind != FIAT__JSON_STRING ||
                  fiat__draft_find(fiat__tape_string(tape, draft)) != b->c->draft))
        fiat__compile_fail(b->c, FIAT_E_UNSUPPORTED, b->item, FIAT__KW_SCHEMA,
                           "a part of a schema must be of the same draft as its root, %s",
                           fiat__draft_name(b->c->draft));
}

static void compile_object_schema(fiat__build *b) {
    read_keywords(b);
    check_ref(b);
    check_places(b);
    fiat__compile_type(b);
    fiat__compile_values(b);
    fiat__compile_string(b);
    fiat__compile_number(b);
    fiat__compile_apply(b); /* before arrays and objects: they ask whether there is any */
    fiat__compile_array(b);
    fiat__compile_object(b);
}

static void compile_one(fiat__compiler *c, uint32_t item, uint32_t node, bool entry) {
    fiat__build b = {.c = c, .item = item, .entry = entry};
    b.node = (fiat__node){.kinds = FIAT__JSON_ANY, .where = item};
    switch (c->tape->items[item].kind) {
    case FIAT__JSON_OBJECT:
        compile_object_schema(&b);
        break;
    case FIAT__JSON_BOOL:
        if (c->draft > FIAT__DRAFT_4) {
            if (!fiat__tape_is_true(c->tape, item)) b.node.kinds = 0;
            if (entry) fiat__compile_object(&b); /* for the members that the caller adds */
            break;
        }
        /* fall through */
    default:
        fiat__compile_wanted(&b, FIAT__KW_NONE, item,
                             c->draft > FIAT__DRAFT_4 ? "a schema: an object, true or false"
                                                      : "a schema: an object");
        return;
    }
    if (c->status == FIAT_OK) c->program->nodes[node] = b.node;
}

static void drain(fiat__compiler *c) {
    while (c->queue_count && c->status == FIAT_OK) {
        c->queue_count -= 2;
        compile_one(c, c->queue[c->queue_count], c->queue[c->queue_count + 1], false);
    }
}

void fiat__compile_all(fiat__compiler *c) {
    uint32_t root = fiat__compile_alias(c, 0);
    bool entry = c->provided_count || c->reserved_count || c->also_required.len;
    if (entry && c->status == FIAT_OK) {
        c->program->root = fiat__add_node(c, root);
        compile_one(c, root, c->program->root, true);
    } else {
        c->program->root = fiat__compile_child(c, root);
    }
    drain(c);
    /* Schemas that nothing uses are checked too. The list grows while references are followed. */
    for (uint32_t i = 0; i < c->schema_count && c->status == FIAT_OK; i++) {
        fiat__compile_child(c, c->schemas[i]);
        drain(c);
    }
}
