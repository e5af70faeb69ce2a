/* Is there surely no value that both a set and a schema of the other side take? */
#include "schema/compat_parts.h"

static bool alone(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                  unsigned depth);

/* None of the values of one side is taken by the other. */
static bool no_value_in(fiat__compat *c, const fiat__compat_set *set, const fiat__values_rule *rule,
                        fiat__compat_ref other) {
    for (uint32_t i = 0; fiat__compat_value(set->side, rule, i, &c->text); i++) {
        fiat__str text = fiat__buf_str(&c->text);
        if (text.len == 0 && !c->text.failed) continue;
        if (c->text.failed || !fiat__compat_take(c, 1 + text.len / 64)) return false;
        if (fiat__compat_judge(c, other, text) != 0 && fiat__compat_judge_set(c, set, text) != 0)
            return false;
    }
    return true;
}

static bool no_value_of(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                        const fiat__values_rule *rule) {
    for (uint32_t i = 0; fiat__compat_value(other.side, rule, i, &c->text); i++) {
        fiat__str text = fiat__buf_str(&c->text);
        if (text.len == 0 && !c->text.failed) continue;
        if (c->text.failed || !fiat__compat_take(c, 1 + text.len / 64)) return false;
        if (fiat__compat_judge_set(c, set, text) != 0 && fiat__compat_judge(c, other, text) != 0)
            return false;
    }
    return true;
}

static bool numbers(const fiat__compat_set *set, fiat__compat_ref other) {
    const fiat__number_rule *rule =
        &fiat__compat_program(other.side)->numbers[fiat__compat_node(other)->number];
    const fiat__tape *tape = &other.side->schema->tape;
    if (!fiat__compat_node(other)->number) return false;
    return (rule->minimum &&
            fiat__compat_at_most(set, fiat__tape_text(tape, rule->minimum), true)) ||
           (rule->above && fiat__compat_at_most(set, fiat__tape_text(tape, rule->above), false)) ||
           (rule->maximum &&
            fiat__compat_at_least(set, fiat__tape_text(tape, rule->maximum), true)) ||
           (rule->below && fiat__compat_at_least(set, fiat__tape_text(tape, rule->below), false));
}

static bool strings(const fiat__compat_set *set, fiat__compat_ref other) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__string_rule *rule =
        &fiat__compat_program(other.side)->strings[fiat__compat_node(other)->string];
    if (!fiat__compat_node(other)->string) return false;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__string_rule *own = &p->strings[p->nodes[set->nodes[i]].string];
        if (!p->nodes[set->nodes[i]].string) continue;
        if (own->min > rule->max || own->max < rule->min) return true;
    }
    return false;
}

static bool arrays(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                   unsigned depth) {
    fiat__compat_set theirs;
    if (!fiat__compat_node(other)->array) return false;
    fiat__compat_set_init(&theirs, other.side);
    fiat__compat_add(&theirs, other.node);
    uint32_t min = fiat__compat_min_items(set), min2 = fiat__compat_min_items(&theirs);
    if (min > fiat__compat_max_items(&theirs) || min2 > fiat__compat_max_items(set)) return true;
    const fiat__program *p = fiat__compat_program(other.side);
    const fiat__array_rule *rule = &p->arrays[fiat__compat_node(other)->array];
    if (min2 > min) min = min2;
    for (uint32_t i = 0; i < min && i < 8; i++) {
        fiat__compat_set item;
        uint32_t node = i < rule->prefix_count ? p->links[rule->prefix + i] : rule->items;
        fiat__compat_item(set, i, &item);
        if (fiat__compat_apart(c, &item, fiat__compat_at(other.side, node), depth - 1)) return true;
    }
    return false;
}

/* A member that one of the two requires, and that cannot please both. */
static bool by_names(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                     const fiat__program *p, const fiat__names *names, unsigned depth) {
    const fiat__program *q = fiat__compat_program(other.side);
    const fiat__object_rule *rule = &q->objects[fiat__compat_node(other)->object];
    for (uint32_t k = 0; k < names->count; k++) {
        fiat__str name = fiat__slot_name(p, names->slots + k);
        fiat__compat_set member, theirs, whole;
        if (!fiat__compat_rule_requires(q, rule, name) && !fiat__compat_requires(set, name))
            continue;
        if (!fiat__compat_take(c, 1)) return false;
        fiat__compat_set_init(&whole, other.side);
        fiat__compat_add(&whole, other.node);
        fiat__compat_member(c, set, name, &member);
        fiat__compat_member(c, &whole, name, &theirs);
        if (member.kinds == 0 || theirs.kinds == 0 || !(member.kinds & theirs.kinds)) return true;
        for (uint32_t i = 0; i < theirs.node_count; i++)
            if (fiat__compat_apart(c, &member, fiat__compat_at(other.side, theirs.nodes[i]),
                                   depth - 1))
                return true;
    }
    return false;
}

static bool objects(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                    unsigned depth) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__program *q = fiat__compat_program(other.side);
    const fiat__object_rule *rule = &q->objects[fiat__compat_node(other)->object];
    if (!fiat__compat_node(other)->object) return false;
    if (fiat__compat_min_members(set) > rule->max || rule->min > fiat__compat_max_members(set))
        return true;
    if (by_names(c, set, other, q, &rule->names, depth)) return true;
    for (uint32_t i = 0; i < set->node_count; i++) {
        uint32_t own = p->nodes[set->nodes[i]].object;
        if (own && by_names(c, set, other, p, &p->objects[own].names, depth)) return true;
    }
    return false;
}

/* By the applicators of the other side. */
static bool by_apply(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                     const fiat__apply *apply, unsigned depth) {
    const fiat__program *p = fiat__compat_program(other.side);
    uint32_t apart = 0;
    if (apply->op == FIAT__APPLY_NOT)
        return fiat__compat_try(c, set, fiat__compat_at(other.side, apply->a));
    if (apply->op == FIAT__APPLY_IF) return false;
    for (uint32_t i = 0; i < apply->count; i++)
        apart += alone(c, set, fiat__compat_at(other.side, p->links[apply->a + i]), depth - 1);
    return apply->op == FIAT__APPLY_ALL ? apart > 0 : apart == apply->count;
}

static bool by_kind(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                    unsigned depth) {
    switch (set->kinds) {
    case FIAT__JSON_INTEGER:
    case FIAT__JSON_NUMBER:
        return numbers(set, other);
    case FIAT__JSON_STRING:
        return strings(set, other);
    case FIAT__JSON_ARRAY:
        return arrays(c, set, other, depth);
    case FIAT__JSON_OBJECT:
        return objects(c, set, other, depth);
    default:
        return false;
    }
}

/* A set of one kind of value. */
static bool alone(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                  unsigned depth) {
    const fiat__program *p = fiat__compat_program(other.side);
    const fiat__values_rule *rule;
    fiat__compat_set theirs, branch;
    const fiat__node *node = fiat__compat_node(other);
    if (!(set->kinds & node->kinds)) return true;
    if (depth == 0 || c->calls >= FIAT__COMPAT_CALLS || !fiat__compat_take(c, 1)) return false;
    fiat__compat_set_init(&theirs, other.side);
    fiat__compat_add(&theirs, other.node);
    if (!(theirs.kinds & set->kinds)) return true;
    if (fiat__compat_values(c, set, &rule)) return no_value_in(c, set, rule, other);
    if (fiat__compat_values(c, &theirs, &rule)) return no_value_of(c, set, other, rule);
    if (by_kind(c, set, other, depth)) return true;
    for (uint32_t i = node->apply; i && p->applies[i].op != FIAT__APPLY_END; i++)
        if (by_apply(c, set, other, &p->applies[i], depth)) return true;
    for (uint32_t i = 0; i < set->not_count; i++)
        if (fiat__compat_try(c, &theirs, fiat__compat_at(set->side, set->nots[i]))) return true;
    if (set->choice_count == 0) return false;
    for (uint32_t i = 0; fiat__compat_branch(set, i, &branch); i++)
        if (!alone(c, &branch, other, depth - 1)) return false;
    return true;
}

bool fiat__compat_apart(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                        unsigned depth) {
    fiat__compat_ref at = fiat__compat_at(other.side, other.node);
    bool apart = true;
    c->calls++;
    for (unsigned kind = 1; kind <= FIAT__JSON_OBJECT && apart; kind <<= 1) {
        fiat__compat_set only = *set;
        only.kinds &= (uint8_t)kind;
        if (only.kinds) apart = alone(c, &only, at, depth);
    }
    c->calls--;
    return apart;
}
