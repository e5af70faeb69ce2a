/* Groups: what anyOf, oneOf, not, if and dependent schemas say of objects, as a formula over the
 * verdicts of rules that look at the members side by side. */
#include "schema/flatten.h"

#define FORMULA_MAX 96u

typedef struct builder {
    fiat__flattener *f;
    uint32_t rules[FIAT__GROUP_MAX];
    uint32_t count;
    uint32_t base; /* the rule that holds in any case, the first; 0: there is none */
    uint32_t formula[FORMULA_MAX];
    uint32_t len;
    bool closed, impossible;
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

static const fiat__object_rule *rule_of(const builder *b, const fiat__parts *parts, uint32_t i) {
    return &b->f->p->objects[b->f->p->nodes[parts->node[i]].object];
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

/* The rule that a name is there. */
static uint32_t presence(builder *b, fiat__str name, uint32_t pooled) {
    fiat__compiler *c = b->f->c;
    fiat__known_list known = {0};
    fiat__object_rule rule = {.required = 1,
                              .words = 1,
                              .only_required = 1,
                              .max = FIAT__UNLIMITED,
                              .property_names = FIAT__NODE_NONE,
                              .unevaluated = FIAT__NODE_NONE};
    if (!fiat__flatten_afford(b->f, sizeof rule + 4 * sizeof(fiat__slot))) b->impossible = true;
    fiat__known_add(c, &known, name);
    if (c->status == FIAT_OK) known.at[0].pooled = pooled + 1;
    fiat__names_build(c, &rule.names, &known);
    fiat__known_deinit(&known);
    return fiat__add_object(c, &rule);
}

/* Dependent schemas: if a name is there, then a schema. */
static void emit_dependents(builder *b, uint32_t object) {
    const fiat__program *p = b->f->p;
    const fiat__object_rule from = p->objects[object];
    for (uint32_t i = 0; i < from.depend_schemas_count && !b->impossible; i++) {
        uint32_t bit = p->links[from.depend_schemas + 2 * i];
        uint32_t node = p->links[from.depend_schemas + 2 * i + 1];
        uint32_t slot = from.names.slots + bit;
        emit(b, FIAT__FORMULA_IF, 3);
        emit_rule(b, presence(b, fiat__slot_name(p, slot), p->slots[slot].name));
        emit_node(b, node);
        emit(b, FIAT__FORMULA_TRUE, 0);
    }
}

/* The rules of objects that the parts have: merged into one where that can be. Returns how many. */
static uint32_t own_rules(builder *b, fiat__parts *parts, uint32_t *rules) {
    uint32_t count = 0;
    if (fiat__flatten_fits(b->f, parts, FIAT__NODE_NONE)) {
        rules[0] = fiat__flatten_object(b->f, parts, FIAT__NODE_NONE);
        b->impossible |= parts->whole;
        return rules[0] != 0;
    }
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t rule = b->f->p->nodes[parts->node[i]].object;
        if (rule) rules[count++] = rule;
    }
    return count;
}

/* The slot of a name in the first rule; NULL when it does not know it. */
static const fiat__slot *base_slot(const builder *b, uint32_t slot) {
    fiat__str name = fiat__slot_name(b->f->p, slot);
    return fiat__names_find(b->f->p, &b->f->p->objects[b->base].names, name.ptr, name.len);
}

/* Does a rule ask for nothing but that names are there? */
static bool asks_presence(const builder *b, const fiat__object_rule *rule) {
    const fiat__program *p = b->f->p;
    if (rule->min || rule->max != FIAT__UNLIMITED || rule->pattern_count || rule->depends_count ||
        rule->depend_schemas_count || rule->additional_given || rule->more_required_count ||
        rule->property_names != FIAT__NODE_NONE)
        return false;
    for (uint32_t i = 0; i < rule->names.count; i++) {
        uint32_t slot = rule->names.slots + i;
        if (p->slots[slot].flags & FIAT__SLOT_DECLARED || !base_slot(b, slot)) return false;
    }
    return true;
}

/* Names that are asked for one by one. */
#define NAMES_MAX 16u

/* Where the parts ask for nothing but that names are there, their bits in the first rule. Returns
 * how many; UINT32_MAX when they ask for more. */
static uint32_t present_bits(const builder *b, const fiat__parts *parts, uint32_t *bits) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        const fiat__object_rule *rule = rule_of(b, parts, i);
        if (!b->base || !asks_presence(b, rule)) return UINT32_MAX;
        for (uint32_t k = 0; k < rule->names.count && k < 64; k++) {
            if (!(rule->required >> k & 1)) continue;
            if (count == NAMES_MAX) return UINT32_MAX;
            bits[count++] = base_slot(b, rule->names.slots + k)->index;
        }
    }
    return count;
}

/* All that the parts say together: their rules first. */
static void emit_parts(builder *b, fiat__parts *parts) {
    uint32_t rules[FIAT__PARTS_MAX], bits[NAMES_MAX];
    uint32_t present = present_bits(b, parts, bits), count = 0;
    bool top = b->len == b->closed; /* nothing but FIAT__FORMULA_CLOSED stands before */
    if (present == UINT32_MAX) {
        present = 0;
        count = own_rules(b, parts, rules);
    }
    uint32_t operands = parts->pending_count + parts->scoped_count + count + present;
    for (uint32_t i = 0; i < parts->count; i++)
        operands += rule_of(b, parts, i)->depend_schemas_count;
    if (operands != 1) emit(b, operands ? FIAT__FORMULA_ALL : FIAT__FORMULA_TRUE, operands);
    for (uint32_t i = 0; i < count && !b->impossible; i++)
        emit_rule(b, rules[i]);
    if (top && count && !b->impossible) b->base = b->rules[0];
    for (uint32_t i = 0; i < present; i++)
        emit(b, FIAT__FORMULA_HAS, bits[i]);
    for (uint32_t i = 0; i < parts->pending_count && !b->impossible; i++)
        emit_apply(b, parts->pending[i]);
    for (uint32_t i = 0; i < parts->scoped_count && !b->impossible; i++)
        emit_node(b, parts->scoped[i]);
    for (uint32_t i = 0; i < parts->count && !b->impossible; i++)
        emit_dependents(b, b->f->p->nodes[parts->node[i]].object);
}

/* Can the parts be told by rules of objects alone? With enum and const an object is never valid, or
 * has to be compared. */
static bool has_values(const builder *b, const fiat__parts *parts) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (b->f->p->nodes[parts->node[i]].values) return true;
    return false;
}

/* unevaluatedProperties, told when it is false; else it returns false. */
static bool emit_closed(builder *b, const fiat__object_rule *rule) {
    if (rule->unevaluated == FIAT__NODE_NONE) return true;
    b->closed = true;
    emit(b, FIAT__FORMULA_CLOSED, 1);
    return b->f->p->nodes[rule->unevaluated].kinds == 0;
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
    else if (parts.whole || has_values(b, &parts) || !emit_closed(b, rule_of(b, &parts, 0)))
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

/* Rules without which the whole cannot hold: those that the formula starts with. */
static uint32_t mandatory(const builder *b) {
    uint32_t rules = 0, i = (b->formula[0] & 0xff) == FIAT__FORMULA_CLOSED;
    i += i < b->len && (b->formula[i] & 0xff) == FIAT__FORMULA_ALL;
    for (; i < b->len && (b->formula[i] & 0xff) == FIAT__FORMULA_RULE; i++)
        rules |= 1u << (b->formula[i] >> 8);
    return rules;
}

uint32_t fiat__flatten_group(fiat__flattener *f, fiat__parts *parts) {
    builder b = {.f = f};
    if (!emit_closed(&b, rule_of(&b, parts, 0))) b.impossible = true;
    emit_parts(&b, parts);
    if (b.impossible || f->c->status != FIAT_OK ||
        !fiat__flatten_afford(f, sizeof(fiat__group) + (b.len + b.count) * sizeof *b.rules)) {
        parts->whole = true;
        return 0;
    }
    fiat__group group = {.count = b.count, .closed = b.closed};
    group.mandatory = mandatory(&b);
    group.rules = add_links(&b, b.rules, b.count);
    group.formula = add_links(&b, b.formula, b.len);
    return fiat__add_group(f->c, &group);
}
