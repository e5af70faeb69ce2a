/* Two schemas that say the same, keyword by keyword. What is equal needs no proof, however it is
 * made: patterns, oneOf that overlap, conditions. Pairs that were met count as equal, as the same
 * steps lead through both. */
#include "schema/compat_parts.h"

#include "json/equal.h"
#include "json/number.h"

#define VALUE_STEPS 10000

static bool same(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b, unsigned depth);

static bool same_node(fiat__compat *c, fiat__compat_ref a, uint32_t x, fiat__compat_ref b,
                      uint32_t y, unsigned depth) {
    if (x == FIAT__NODE_NONE || y == FIAT__NODE_NONE) return x == y;
    return same(c, fiat__compat_at(a.side, x), fiat__compat_at(b.side, y), depth);
}

static bool same_links(fiat__compat *c, fiat__compat_ref a, uint32_t x, fiat__compat_ref b,
                       uint32_t y, uint32_t count, unsigned depth) {
    for (uint32_t i = 0; i < count; i++)
        if (!same_node(c, a, fiat__compat_program(a.side)->links[x + i], b,
                       fiat__compat_program(b.side)->links[y + i], depth))
            return false;
    return true;
}

/* ---- Scalars. ---- */

static bool same_strings(fiat__compat_ref a, fiat__compat_ref b) {
    const fiat__string_rule *x =
        &fiat__compat_program(a.side)->strings[fiat__compat_node(a)->string];
    const fiat__string_rule *y =
        &fiat__compat_program(b.side)->strings[fiat__compat_node(b)->string];
    if (x->min != y->min || x->max != y->max || x->format != y->format ||
        x->encoding != y->encoding || x->media != y->media || !x->regex != !y->regex)
        return false;
    return !x->regex || fiat__str_eq(fiat__compat_pattern(a), fiat__compat_pattern(b));
}

static bool same_bound(fiat__compat_ref a, uint32_t x, fiat__compat_ref b, uint32_t y) {
    if (!x || !y) return x == y;
    return fiat__number_compare(fiat__tape_text(&a.side->schema->tape, x),
                                fiat__tape_text(&b.side->schema->tape, y)) == 0;
}

static bool same_numbers(fiat__compat_ref a, fiat__compat_ref b) {
    const fiat__number_rule *x =
        &fiat__compat_program(a.side)->numbers[fiat__compat_node(a)->number];
    const fiat__number_rule *y =
        &fiat__compat_program(b.side)->numbers[fiat__compat_node(b)->number];
    return same_bound(a, x->minimum, b, y->minimum) && same_bound(a, x->maximum, b, y->maximum) &&
           same_bound(a, x->above, b, y->above) && same_bound(a, x->below, b, y->below) &&
           same_bound(a, x->multiple_of, b, y->multiple_of);
}

/* In any order: every value of the one is among those of the other, and they are as many. */
static bool same_values(fiat__compat_ref a, fiat__compat_ref b) {
    const fiat__program *p = fiat__compat_program(a.side), *q = fiat__compat_program(b.side);
    const fiat__values_rule *x = &p->values[fiat__compat_node(a)->values];
    const fiat__values_rule *y = &q->values[fiat__compat_node(b)->values];
    uint64_t steps = VALUE_STEPS;
    if (x->kinds != y->kinds || x->booleans != y->booleans ||
        x->strings.count != y->strings.count || x->numbers_count != y->numbers_count ||
        x->containers_count != y->containers_count)
        return false;
    for (uint32_t i = 0; i < x->strings.count; i++) {
        fiat__str name = fiat__slot_name(p, x->strings.slots + i);
        if (!fiat__names_find(q, &y->strings, name.ptr, name.len)) return false;
    }
    for (uint32_t i = 0; i < x->numbers_count; i++)
        if (!same_bound(a, p->links[x->numbers + i], b, q->links[y->numbers + i])) return false;
    for (uint32_t i = 0; i < x->containers_count; i++)
        if (fiat__tape_equal(&a.side->schema->tape, p->links[x->containers + 2 * i + 1],
                             &b.side->schema->tape, q->links[y->containers + 2 * i + 1],
                             &steps) != 1)
            return false;
    return true;
}

/* ---- Containers. ---- */

static bool same_arrays(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b, unsigned depth) {
    const fiat__array_rule *x = &fiat__compat_program(a.side)->arrays[fiat__compat_node(a)->array];
    const fiat__array_rule *y = &fiat__compat_program(b.side)->arrays[fiat__compat_node(b)->array];
    if (x->prefix_count != y->prefix_count || x->min != y->min || x->max != y->max ||
        x->unique != y->unique || x->items_given != y->items_given ||
        x->contains_evaluates != y->contains_evaluates)
        return false;
    if (x->contains != FIAT__NODE_NONE &&
        (x->min_contains != y->min_contains || x->max_contains != y->max_contains))
        return false;
    return same_node(c, a, x->items, b, y->items, depth) &&
           same_node(c, a, x->contains, b, y->contains, depth) &&
           same_node(c, a, x->unevaluated, b, y->unevaluated, depth) &&
           same_links(c, a, x->prefix, b, y->prefix, x->prefix_count, depth);
}

static bool same_members(fiat__compat *c, fiat__compat_ref a, const fiat__object_rule *x,
                         fiat__compat_ref b, const fiat__object_rule *y, unsigned depth) {
    const fiat__program *p = fiat__compat_program(a.side), *q = fiat__compat_program(b.side);
    for (uint32_t i = 0; i < x->names.count; i++) {
        const fiat__slot *one = &p->slots[x->names.slots + i];
        fiat__str name = fiat__slot_name(p, x->names.slots + i);
        const fiat__slot *two = fiat__names_find(q, &y->names, name.ptr, name.len);
        if (!two || one->flags != two->flags ||
            fiat__compat_rule_requires(p, x, name) != fiat__compat_rule_requires(q, y, name) ||
            !same_node(c, a, one->child, b, two->child, depth))
            return false;
    }
    return true;
}

/* In the order of the schemas. */
static bool same_patterns(fiat__compat *c, fiat__compat_ref a, const fiat__object_rule *x,
                          fiat__compat_ref b, const fiat__object_rule *y, unsigned depth) {
    for (uint32_t i = 0; i < x->pattern_count; i++) {
        uint32_t one = fiat__compat_program(a.side)->links[x->patterns + 2 * i + 1];
        uint32_t two = fiat__compat_program(b.side)->links[y->patterns + 2 * i + 1];
        if (!fiat__str_eq(fiat__compat_name_pattern(a, i), fiat__compat_name_pattern(b, i)) ||
            !same_node(c, a, one, b, two, depth))
            return false;
    }
    return true;
}

static bool same_name(fiat__compat_ref a, const fiat__object_rule *x, uint32_t i,
                      fiat__compat_ref b, const fiat__object_rule *y, uint32_t k) {
    return fiat__str_eq(fiat__slot_name(fiat__compat_program(a.side), x->names.slots + i),
                        fiat__slot_name(fiat__compat_program(b.side), y->names.slots + k));
}

static bool same_depends(fiat__compat *c, fiat__compat_ref a, const fiat__object_rule *x,
                         fiat__compat_ref b, const fiat__object_rule *y, unsigned depth) {
    const uint32_t *one = fiat__compat_program(a.side)->links;
    const uint32_t *two = fiat__compat_program(b.side)->links;
    const uint32_t *at = one + x->depends, *to = two + y->depends;
    for (uint32_t i = 0; i < x->depends_count; i++) {
        if (!same_name(a, x, *at++, b, y, *to++) || *at != *to) return false;
        for (uint32_t count = (to++, *at++); count; count--)
            if (!same_name(a, x, *at++, b, y, *to++)) return false;
    }
    at = one + x->depend_schemas;
    to = two + y->depend_schemas;
    for (uint32_t i = 0; i < x->depend_schemas_count; i++, at += 2, to += 2)
        if (!same_name(a, x, at[0], b, y, to[0]) || !same_node(c, a, at[1], b, to[1], depth))
            return false;
    return true;
}

static bool same_objects(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b, unsigned depth) {
    const fiat__object_rule *x =
        &fiat__compat_program(a.side)->objects[fiat__compat_node(a)->object];
    const fiat__object_rule *y =
        &fiat__compat_program(b.side)->objects[fiat__compat_node(b)->object];
    if (x->names.count != y->names.count || x->pattern_count != y->pattern_count ||
        x->min != y->min || x->max != y->max || x->depends_count != y->depends_count ||
        x->depend_schemas_count != y->depend_schemas_count ||
        x->additional_given != y->additional_given)
        return false;
    return same_node(c, a, x->additional, b, y->additional, depth) &&
           same_node(c, a, x->property_names, b, y->property_names, depth) &&
           same_node(c, a, x->unevaluated, b, y->unevaluated, depth) &&
           same_members(c, a, x, b, y, depth) && same_patterns(c, a, x, b, y, depth) &&
           same_depends(c, a, x, b, y, depth);
}

/* ---- The node. ---- */

static bool same_apply(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b, unsigned depth) {
    const fiat__program *p = fiat__compat_program(a.side), *q = fiat__compat_program(b.side);
    const fiat__apply *x = &p->applies[fiat__compat_node(a)->apply];
    const fiat__apply *y = &q->applies[fiat__compat_node(b)->apply];
    for (; x->op == y->op; x++, y++) {
        if (x->op == FIAT__APPLY_END) return true;
        if (x->op == FIAT__APPLY_NOT || x->op == FIAT__APPLY_IF) {
            if (!same_node(c, a, x->a, b, y->a, depth)) return false;
            if (x->op == FIAT__APPLY_IF && (!same_node(c, a, x->then, b, y->then, depth) ||
                                            !same_node(c, a, x->otherwise, b, y->otherwise, depth)))
                return false;
        } else if (x->count != y->count || !same_links(c, a, x->a, b, y->a, x->count, depth)) {
            return false;
        }
    }
    return false;
}

static bool is_met(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b) {
    for (uint32_t i = 0; i < c->same_count; i++)
        if (c->same[0][i] == a.node && c->same[1][i] == b.node) return true;
    return false;
}

static bool same(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b, unsigned depth) {
    const fiat__node *x = fiat__compat_node(a), *y = fiat__compat_node(b);
    if (x->kinds != y->kinds || !x->string != !y->string || !x->number != !y->number ||
        !x->array != !y->array || !x->object != !y->object || !x->values != !y->values ||
        !x->apply != !y->apply || ((x->flags ^ y->flags) & FIAT__NODE_STRICT_INTEGER))
        return false;
    if (is_met(c, a, b)) return true;
    if (depth == 0 || c->same_count == FIAT__COMPAT_SAME || !fiat__compat_take(c, 1)) return false;
    c->same[0][c->same_count] = a.node;
    c->same[1][c->same_count++] = b.node;
    return (!x->string || same_strings(a, b)) && (!x->number || same_numbers(a, b)) &&
           (!x->values || same_values(a, b)) && (!x->array || same_arrays(c, a, b, depth - 1)) &&
           (!x->object || same_objects(c, a, b, depth - 1)) &&
           (!x->apply || same_apply(c, a, b, depth - 1));
}

bool fiat__compat_same(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b) {
    c->same_count = 0;
    return same(c, a, b, 100);
}
