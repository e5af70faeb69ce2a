/* Groups: what anyOf, oneOf, not and if say of objects, as a formula over the verdicts of rules
 * that look at the members side by side. */
#include "schema/flatten.h"

#define FORMULA_MAX 96u

typedef struct builder {
    fiat__flattener *f;
    uint32_t rules[FIAT__GROUP_MAX];
    uint32_t count;
    uint32_t formula[FORMULA_MAX];
    uint32_t len;
    bool impossible;
} builder;

static void emit(builder *b, fiat__formula_op op, uint32_t number) {
    if (b->len == FORMULA_MAX)
        b->impossible = true;
    else
        b->formula[b->len++] = op | number << 8;
}

/* Only the first rule may have more names than a word has bits: scratch memory is for one a level.
 */
static void emit_rule(builder *b, uint32_t rule) {
    uint32_t i = 0;
    while (i < b->count && b->rules[i] != rule)
        i++;
    if (i == FIAT__GROUP_MAX || (i && b->f->p->objects[rule].words > 1)) {
        b->impossible = true;
        return;
    }
    if (i == b->count) b->rules[b->count++] = rule;
    emit(b, FIAT__FORMULA_RULE, i);
}

static void emit_node(builder *b, uint32_t node);

static void emit_apply(builder *b, uint32_t index) {
    const fiat__apply apply = b->f->p->applies[index];
    switch (apply.op) {
    case FIAT__APPLY_NOT:
        emit(b, FIAT__FORMULA_NOT, 1);
        emit_node(b, apply.a);
        break;
    case FIAT__APPLY_IF:
        emit(b, FIAT__FORMULA_IF, 3);
        emit_node(b, apply.a);
        emit_node(b, apply.then);
        emit_node(b, apply.otherwise);
        break;
    default:
        emit(b, apply.op == FIAT__APPLY_ONE ? FIAT__FORMULA_ONE : FIAT__FORMULA_ANY, apply.count);
        for (uint32_t i = 0; i < apply.count && !b->impossible; i++)
            emit_node(b, b->f->p->links[apply.a + i]);
    }
}

/* All that the parts say together. */
static void emit_parts(builder *b, fiat__parts *parts) {
    uint32_t rule = fiat__flatten_object(b->f, parts, FIAT__NODE_NONE);
    uint32_t operands = parts->pending_count + (rule != 0);
    b->impossible |= parts->whole;
    if (operands != 1) emit(b, operands ? FIAT__FORMULA_ALL : FIAT__FORMULA_TRUE, operands);
    if (rule) emit_rule(b, rule);
    for (uint32_t i = 0; i < parts->pending_count && !b->impossible; i++)
        emit_apply(b, parts->pending[i]);
}

/* Can the parts be told by rules of objects alone? With enum and const an object is never valid, or
 * has to be compared. */
static bool has_values(const builder *b, const fiat__parts *parts) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (b->f->p->nodes[parts->node[i]].values) return true;
    return false;
}

static bool has_unevaluated(const builder *b, const fiat__parts *parts) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (b->f->p->objects[b->f->p->nodes[parts->node[i]].object].unevaluated != FIAT__NODE_NONE)
            return true;
    return false;
}

/* What a schema says of an object. */
static void emit_node(builder *b, uint32_t node) {
    fiat__parts parts;
    if (b->impossible) return;
    if (node == FIAT__NODE_NONE) {
        emit(b, FIAT__FORMULA_TRUE, 0);
        return;
    }
    fiat__flatten_gather(b->f, &parts, node, FIAT__JSON_OBJECT);
    if (!parts.kinds)
        emit(b, FIAT__FORMULA_FALSE, 0);
    else if (parts.whole || has_values(b, &parts) || has_unevaluated(b, &parts))
        b->impossible = true;
    else
        emit_parts(b, &parts);
}

static uint32_t add_links(builder *b, const uint32_t *from, uint32_t count) {
    uint32_t first = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t link = fiat__add_link(b->f->c, from[i]);
        if (i == 0) first = link;
    }
    return first;
}

uint32_t fiat__flatten_group(fiat__flattener *f, fiat__parts *parts) {
    builder b = {.f = f};
    emit_parts(&b, parts);
    if (b.impossible || f->c->status != FIAT_OK ||
        !fiat__flatten_afford(f, sizeof(fiat__group) + (b.len + b.count) * sizeof *b.rules)) {
        parts->whole = true;
        return 0;
    }
    fiat__group group = {.count = b.count};
    /* The first operand of all is the rule of what must hold in any case, if there is one. */
    if (b.len > 1 && b.formula[1] == FIAT__FORMULA_RULE &&
        (b.formula[0] & 0xff) == FIAT__FORMULA_ALL)
        group.mandatory = 1;
    group.rules = add_links(&b, b.rules, b.count);
    group.formula = add_links(&b, b.formula, b.len);
    return fiat__add_group(f->c, &group);
}
