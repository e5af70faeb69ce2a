/* What is known only when all nodes are there: that the run ends, and which engine judges what. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdlib.h>

/* ---- Nodes that look at the same value must not form a cycle. ---- */

enum color { WHITE, GRAY, BLACK };

/* A stack of nodes to enter, and of nodes to leave (with LEAVE set). */
#define LEAVE 0x80000000u

typedef struct walk {
    fiat__compiler *c;
    uint8_t *color;
    uint32_t *stack;
    uint32_t count, cap;
} walk;

static void push(walk *w, uint32_t node) {
    if (node != FIAT__NODE_NONE &&
        fiat__grow(w->c, &w->stack, w->count, &w->cap, 1, sizeof *w->stack))
        w->stack[w->count++] = node;
}

static void push_applied(walk *w, const fiat__apply *apply) {
    const fiat__program *p = w->c->program;
    switch (apply->op) {
    case FIAT__APPLY_NOT:
        push(w, apply->a);
        break;
    case FIAT__APPLY_IF:
        push(w, apply->a);
        push(w, apply->then);
        push(w, apply->otherwise);
        break;
    default:
        for (uint32_t i = 0; i < apply->count; i++)
            push(w, p->links[apply->a + i]);
    }
}

static void push_neighbours(walk *w, const fiat__node *node) {
    const fiat__program *p = w->c->program;
    if (node->apply)
        for (const fiat__apply *at = &p->applies[node->apply]; at->op != FIAT__APPLY_END; at++)
            push_applied(w, at);
    const fiat__object_rule *object = &p->objects[node->object];
    for (uint32_t i = 0; i < object->depend_schemas_count; i++)
        push(w, p->links[object->depend_schemas + 2 * i + 1]);
}

static void enter(walk *w, uint32_t node) {
    if (w->color[node] == BLACK) return;
    if (w->color[node] == GRAY) {
        fiat__compile_fail(
            w->c, FIAT_E_SCHEMA_REF, w->c->program->nodes[node].where, FIAT__KW_NONE,
            "this schema refers back to itself for the same value, which would never "
            "end; break the cycle of $ref");
        return;
    }
    w->color[node] = GRAY;
    push(w, node | LEAVE);
    push_neighbours(w, &w->c->program->nodes[node]);
}

static void find_cycles(fiat__compiler *c) {
    walk w = {.c = c, .color = fiat__calloc(c->program->node_count, 1)};
    if (!w.color) c->status = fiat__err_nomem(c->err);
    for (uint32_t i = 0; i < c->program->node_count && c->status == FIAT_OK; i++) {
        push(&w, i);
        while (w.count && c->status == FIAT_OK) {
            uint32_t top = w.stack[--w.count];
            if (top & LEAVE)
                w.color[top & ~LEAVE] = BLACK;
            else
                enter(&w, top);
        }
    }
    fiat__free(w.color);
    fiat__free(w.stack);
}

/* ---- Which engine. ---- */

static unsigned tape_kinds(const fiat__program *p, const fiat__node *node) {
    if (node->apply) return node->kinds;
    const fiat__array_rule *array = &p->arrays[node->array];
    const fiat__object_rule *object = &p->objects[node->object];
    unsigned kinds = 0;
    if (node->array &&
        (array->contains != FIAT__NODE_NONE || array->unevaluated != FIAT__NODE_NONE))
        kinds |= FIAT__JSON_ARRAY;
    if (node->object && (object->depend_schemas_count || object->unevaluated != FIAT__NODE_NONE))
        kinds |= FIAT__JSON_OBJECT;
    if (node->values) kinds |= p->values[node->values].kinds & FIAT__JSON_CONTAINERS;
    return kinds & node->kinds;
}

static unsigned plain_kinds(const fiat__node *node) {
    if (node->apply || node->values) return 0;
    unsigned kinds = FIAT__JSON_NULL | FIAT__JSON_BOOL;
    if (!node->string) kinds |= FIAT__JSON_STRING;
    if (!node->number) kinds |= FIAT__JSON_NUMERIC;
    if (!node->array) kinds |= FIAT__JSON_ARRAY;
    if (!node->object) kinds |= FIAT__JSON_OBJECT;
    return kinds & node->kinds;
}

static void settle_nodes(fiat__program *p) {
    for (uint32_t i = 0; i < p->node_count; i++) {
        fiat__node *node = &p->nodes[i];
        node->tape_kinds = (uint8_t)tape_kinds(p, node);
        node->plain_kinds = (uint8_t)plain_kinds(node);
    }
    for (uint32_t i = 0; i < p->object_count; i++)
        if (p->objects[i].words > p->max_words) p->max_words = p->objects[i].words;
}

/* ---- Members that the caller adds. ---- */

/* The keyword by which the entry node looks at the whole object; FIAT__KW_NONE: none does. */
static fiat__keyword needs_whole(const fiat__program *p, const fiat__node *node) {
    const fiat__object_rule *object = &p->objects[node->object];
    if (node->apply) return (fiat__keyword)p->applies[node->apply].keyword;
    if (node->values) return (fiat__keyword)p->values[node->values].keyword;
    if (!node->object) return FIAT__KW_NONE;
    if (object->property_names != FIAT__NODE_NONE) return FIAT__KW_PROPERTY_NAMES;
    if (object->depend_schemas_count) return FIAT__KW_DEPENDENT_SCHEMAS;
    if (object->unevaluated != FIAT__NODE_NONE) return FIAT__KW_UNEVALUATED_PROPERTIES;
    return FIAT__KW_NONE;
}

static void settle_provided(fiat__compiler *c) {
    fiat__program *p = c->program;
    fiat__keyword keyword = needs_whole(p, &p->nodes[p->root]);
    p->takes_provided = keyword == FIAT__KW_NONE;
    if (p->takes_provided || c->provided_count == 0) return;
    fiat__compile_fail(c, FIAT_E_UNSUPPORTED, p->nodes[p->root].where, keyword,
                       "looks at the whole event, so members that are added later must be in the "
                       "text already; compile without `provided`");
}

static int by_item(const void *a, const void *b) {
    const fiat__alias *left = a, *right = b;
    if (left->item != right->item) return left->item < right->item ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

void fiat__finish(fiat__compiler *c) {
    fiat__program *p = c->program;
    if (p->alias_count > 1) qsort(p->aliases, p->alias_count, sizeof *p->aliases, by_item);
    settle_nodes(p);
    find_cycles(c);
    if (c->status == FIAT_OK) settle_provided(c);
    if (c->status == FIAT_OK) fiat__flatten(c);
}
