/* The reader's keywords of arrays. */
#include "schema/compat_parts.h"

static bool fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                 fiat__keyword keyword) {
    return fiat__compat_fail(c, set, reader, keyword, FIAT__COMPAT_ASKS, fiat__str_of(NULL, 0));
}

static const fiat__array_rule *rule_of(fiat__compat_ref at) {
    return &fiat__compat_program(at.side)->arrays[fiat__compat_node(at)->array];
}

/* Of part i of the set; NULL when it has none. */
static const fiat__array_rule *part(const fiat__compat_set *set, uint32_t i) {
    fiat__compat_ref at = {set->side, set->nodes[i]};
    return fiat__compat_node(at)->array ? rule_of(at) : NULL;
}

static uint32_t item_node(const fiat__program *p, const fiat__array_rule *rule, uint32_t index) {
    return index < rule->prefix_count ? p->links[rule->prefix + index] : rule->items;
}

void fiat__compat_item(const fiat__compat_set *set, uint32_t index, fiat__compat_set *out) {
    fiat__compat_set_init(out, set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *rule = part(set, i);
        if (rule) fiat__compat_add(out, item_node(fiat__compat_program(set->side), rule, index));
    }
}

uint32_t fiat__compat_prefix(const fiat__compat_set *set) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *rule = part(set, i);
        if (rule && rule->prefix_count > most) most = rule->prefix_count;
    }
    return most;
}

uint32_t fiat__compat_min_items(const fiat__compat_set *set) {
    uint32_t min = 0;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *rule = part(set, i);
        if (!rule) continue;
        if (rule->min > min) min = rule->min;
        if (rule->contains != FIAT__NODE_NONE && rule->min_contains > min) min = rule->min_contains;
    }
    return min;
}

/* An item that can have no value ends the array before it. */
uint32_t fiat__compat_max_items(const fiat__compat_set *set) {
    uint32_t max = FIAT__UNLIMITED, prefix = fiat__compat_prefix(set);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *rule = part(set, i);
        if (rule && rule->max < max) max = rule->max;
    }
    for (uint32_t i = 0; i <= prefix && i < max; i++) {
        fiat__compat_set item;
        fiat__compat_item(set, i, &item);
        if (item.kinds == 0) max = i;
    }
    return max;
}

static bool takes_item(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       uint32_t index, bool rest, uint32_t node) {
    fiat__compat_set item;
    size_t path = c->path.len;
    fiat__compat_item(set, index, &item);
    if (!fiat__compat_down(c, set, fiat__str_of(NULL, 0), index, rest))
        return fiat__compat_fail(c, set, reader, FIAT__KW_NONE, FIAT__COMPAT_LIMIT,
                                 fiat__str_of(NULL, 0));
    bool ok = fiat__compat_check(c, &item, fiat__compat_at(reader.side, node));
    fiat__compat_up(c, path);
    return ok;
}

static bool takes_items(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                        uint32_t max) {
    const fiat__array_rule *rule = rule_of(reader);
    const fiat__program *p = fiat__compat_program(reader.side);
    uint32_t prefix = fiat__compat_prefix(set);
    bool ok = true;
    if (rule->prefix_count > prefix) prefix = rule->prefix_count;
    for (uint32_t i = 0; i <= prefix && i < max && (ok || !c->quiet); i++) {
        if (!fiat__compat_take(c, 1)) return false;
        ok &= takes_item(c, set, reader, i, i == prefix, item_node(p, rule, i));
    }
    return ok;
}

/* All items of the set fit a schema of the other side, at every place. */
static bool all_items(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                      uint32_t max) {
    uint32_t prefix = fiat__compat_prefix(set);
    for (uint32_t i = 0; i <= prefix && i < max; i++) {
        fiat__compat_set item;
        fiat__compat_item(set, i, &item);
        c->level++;
        bool ok = c->level < FIAT__COMPAT_LEVELS && fiat__compat_try(c, &item, other);
        c->level--;
        if (!ok) return false;
    }
    return true;
}

static bool has_enough(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       uint32_t max) {
    const fiat__array_rule *rule = rule_of(reader);
    fiat__compat_ref wanted = fiat__compat_at(reader.side, rule->contains);
    if (rule->min_contains == 0) return true;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *own = part(set, i);
        fiat__compat_set item;
        if (!own || own->contains == FIAT__NODE_NONE || own->min_contains < rule->min_contains)
            continue;
        fiat__compat_set_init(&item, set->side);
        fiat__compat_add(&item, own->contains);
        c->level++;
        bool ok = c->level < FIAT__COMPAT_LEVELS && fiat__compat_try(c, &item, wanted);
        c->level--;
        if (ok) return true;
    }
    return fiat__compat_min_items(set) >= rule->min_contains && all_items(c, set, wanted, max);
}

static bool has_few(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                    uint32_t max) {
    const fiat__array_rule *rule = rule_of(reader);
    fiat__compat_set counted;
    if (rule->max_contains >= max) return true;
    fiat__compat_set_init(&counted, reader.side);
    fiat__compat_add(&counted, rule->contains);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *own = part(set, i);
        if (!own || own->contains == FIAT__NODE_NONE || own->max_contains > rule->max_contains)
            continue;
        c->level++;
        bool ok = c->level < FIAT__COMPAT_LEVELS &&
                  fiat__compat_try(c, &counted, fiat__compat_at(set->side, own->contains));
        c->level--;
        if (ok) return true;
    }
    return false;
}

/* How many items from the start the schema evaluates for sure. */
static uint32_t evaluated(fiat__compat *c, fiat__compat_ref at, unsigned depth) {
    const fiat__program *p = fiat__compat_program(at.side);
    const fiat__array_rule *rule = rule_of(at);
    uint32_t most = rule->items_given ? FIAT__UNLIMITED : rule->prefix_count;
    if (!fiat__compat_node(at)->array) most = 0;
    if (depth == 0 || !fiat__compat_take(c, 1)) return most;
    for (uint32_t i = fiat__compat_node(at)->apply; i && p->applies[i].op != FIAT__APPLY_END; i++) {
        const fiat__apply *apply = &p->applies[i];
        for (uint32_t k = 0; apply->op == FIAT__APPLY_ALL && k < apply->count; k++) {
            uint32_t inner =
                evaluated(c, fiat__compat_at(at.side, p->links[apply->a + k]), depth - 1);
            if (inner > most) most = inner;
        }
    }
    return most;
}

static bool takes_unevaluated(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                              uint32_t max) {
    uint32_t rest = fiat__compat_prefix(set), first = evaluated(c, reader, 8);
    fiat__compat_ref other = fiat__compat_at(reader.side, rule_of(reader)->unevaluated);
    if (first > rest) rest = first;
    for (uint32_t i = first; i <= rest && i < max && i != FIAT__UNLIMITED; i++) {
        fiat__compat_set item;
        fiat__compat_item(set, i, &item);
        c->level++;
        bool ok = c->level < FIAT__COMPAT_LEVELS && fiat__compat_try(c, &item, other);
        c->level--;
        if (!ok) return false;
    }
    return true;
}

static bool has_unique(const fiat__compat_set *set) {
    for (uint32_t i = 0; i < set->node_count; i++)
        if (part(set, i) && part(set, i)->unique) return true;
    return false;
}

bool fiat__compat_array(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__array_rule *rule = rule_of(reader);
    uint32_t max = fiat__compat_max_items(set);
    bool ok = takes_items(c, set, reader, max);
    if (!ok && c->quiet) return false;
    if (fiat__compat_min_items(set) < rule->min) ok = fail(c, set, reader, FIAT__KW_MIN_ITEMS);
    if (max > rule->max) ok = fail(c, set, reader, FIAT__KW_MAX_ITEMS);
    if (rule->unique && max > 1 && !has_unique(set))
        ok = fail(c, set, reader, FIAT__KW_UNIQUE_ITEMS);
    if (rule->contains != FIAT__NODE_NONE && !has_enough(c, set, reader, max))
        ok = fail(c, set, reader, FIAT__KW_CONTAINS);
    if (rule->contains != FIAT__NODE_NONE && rule->max_contains != FIAT__UNLIMITED &&
        !has_few(c, set, reader, max))
        ok = fail(c, set, reader, FIAT__KW_MAX_CONTAINS);
    if (rule->unevaluated != FIAT__NODE_NONE && !takes_unevaluated(c, set, reader, max))
        ok = fail(c, set, reader, FIAT__KW_UNEVALUATED_ITEMS);
    return ok;
}
