/* What schemas say of the members of an object. */
#include "schema/compat_parts.h"

#include "base/mem.h"
#include "json/pointer.h"
#include "json/writer.h"

static const fiat__object_rule *rule_of(fiat__compat_ref at) {
    return &fiat__compat_program(at.side)->objects[fiat__compat_node(at)->object];
}

static const fiat__object_rule *part(const fiat__compat_set *set, uint32_t i) {
    fiat__compat_ref at = {set->side, set->nodes[i]};
    return fiat__compat_node(at)->object ? rule_of(at) : NULL;
}

/* Names come from the pool of a program, or from its text: bytes behind them may be read. */
static const fiat__slot *find(const fiat__program *p, const fiat__object_rule *rule,
                              fiat__str name) {
    return fiat__names_find(p, &rule->names, name.ptr, name.len);
}

/* Does a pattern of the rule match? -1: it cannot be told. */
static int any_pattern(fiat__compat *c, const fiat__compat_side *side,
                       const fiat__object_rule *rule, fiat__str name) {
    const uint32_t *pattern = fiat__compat_program(side)->links + rule->patterns;
    int any = 0;
    for (uint32_t i = 0; i < rule->pattern_count; i++, pattern += 2) {
        int match = fiat__compat_matches(c, side, pattern[0], name);
        if (match > 0) return 1;
        if (match < 0) any = -1;
    }
    return any;
}

static void add_patterns(fiat__compat *c, const fiat__object_rule *rule, fiat__str name,
                         fiat__compat_set *out) {
    const uint32_t *pattern = fiat__compat_program(out->side)->links + rule->patterns;
    bool matched = false;
    for (uint32_t i = 0; i < rule->pattern_count; i++, pattern += 2) {
        int match = fiat__compat_matches(c, out->side, pattern[0], name);
        if (match > 0) fiat__compat_add(out, pattern[1]);
        matched |= match != 0; /* in doubt nothing is said of it */
    }
    if (!matched) fiat__compat_add(out, rule->additional);
}

static bool name_is_refused(fiat__compat *c, fiat__compat_ref names, fiat__str name) {
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    bool written = fiat__json_write_string(&text, name) && fiat__compat_take(c, 1);
    bool refused = written && fiat__compat_judge(c, names, fiat__buf_str(&text)) == 0;
    fiat__buf_deinit(&text);
    return refused;
}

void fiat__compat_member(fiat__compat *c, const fiat__compat_set *set, fiat__str name,
                         fiat__compat_set *out) {
    fiat__compat_set_init(out, set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = part(set, i);
        fiat__compat_ref at = fiat__compat_at(set->side, set->nodes[i]);
        if (!rule) continue;
        const fiat__slot *slot = find(fiat__compat_program(set->side), rule, name);
        if (slot)
            fiat__compat_add(out, slot->child);
        else
            add_patterns(c, rule, name, out);
        if (rule->property_names != FIAT__NODE_NONE &&
            name_is_refused(c, fiat__compat_at(set->side, rule->property_names), name))
            out->kinds = 0;
        if (rule->unevaluated != FIAT__NODE_NONE && !fiat__compat_may_evaluate(c, at, name, 12))
            fiat__compat_add(out, rule->unevaluated);
    }
}

bool fiat__compat_declares(fiat__compat_ref at, fiat__str name) {
    const fiat__program *p = fiat__compat_program(at.side);
    if (!fiat__compat_node(at)->object) return false;
    const fiat__slot *slot = find(p, rule_of(at), name);
    return slot && slot->flags & FIAT__SLOT_DECLARED;
}

bool fiat__compat_rule_requires(const fiat__program *p, const fiat__object_rule *rule,
                                fiat__str name) {
    const fiat__slot *slot = find(p, rule, name);
    if (!slot) return false;
    if (slot->index < 64) return rule->required >> slot->index & 1;
    for (uint32_t i = 0; i < rule->more_required_count; i++)
        if (p->links[rule->more_required + i] == slot->index) return true;
    return false;
}

static bool requires(const fiat__compat_set *set, fiat__str name, unsigned depth);

/* A dependency that a required member sets off. */
static bool depends(const fiat__compat_set *set, const fiat__object_rule *rule, fiat__str name,
                    unsigned depth) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__slot *slot = find(p, rule, name);
    const uint32_t *at = p->links + rule->depends;
    for (uint32_t i = 0; slot && depth && i < rule->depends_count; i++) {
        uint32_t trigger = *at++, count = *at++;
        bool has = false;
        for (uint32_t k = 0; k < count; k++)
            has |= *at++ == slot->index;
        if (has && requires(set, fiat__slot_name(p, rule->names.slots + trigger), depth - 1))
            return true;
    }
    return false;
}

static bool requires(const fiat__compat_set *set, fiat__str name, unsigned depth) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++)
        if (part(set, i) && fiat__compat_rule_requires(p, part(set, i), name)) return true;
    for (uint32_t i = 0; i < set->node_count; i++)
        if (part(set, i) && depends(set, part(set, i), name, depth)) return true;
    return false;
}

bool fiat__compat_requires(const fiat__compat_set *set, fiat__str name) {
    return requires(set, name, 2);
}

uint32_t fiat__compat_min_members(const fiat__compat_set *set) {
    uint32_t min = 0;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = part(set, i);
        if (!rule) continue;
        uint32_t required =
            (uint32_t)__builtin_popcountll(rule->required) + rule->more_required_count;
        if (required > min) min = required;
        if (rule->min > min) min = rule->min;
    }
    return min;
}

uint32_t fiat__compat_max_members(const fiat__compat_set *set) {
    uint32_t max = FIAT__UNLIMITED;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = part(set, i);
        if (!rule) continue;
        if (rule->closed && rule->pattern_count == 0 && rule->names.count < max)
            max = rule->names.count;
        if (rule->max < max) max = rule->max;
    }
    return max;
}

/* ---- What is evaluated. ---- */

static int own_members(fiat__compat *c, fiat__compat_ref at, fiat__str name) {
    const fiat__object_rule *rule = rule_of(at);
    if (!fiat__compat_node(at)->object) return 0;
    if (rule->additional_given) return 1;
    if (!name.ptr) return rule->pattern_count ? -1 : 0;
    const fiat__slot *slot = find(fiat__compat_program(at.side), rule, name);
    return slot ? (slot->flags & FIAT__SLOT_DECLARED) != 0 : any_pattern(c, at.side, rule, name);
}

static bool may_inside(fiat__compat *c, fiat__compat_ref at, uint32_t node, fiat__str name,
                       unsigned depth) {
    if (node == FIAT__NODE_NONE) return false;
    fiat__compat_ref inner = fiat__compat_at(at.side, node);
    if (fiat__compat_node(inner)->object && rule_of(inner)->unevaluated != FIAT__NODE_NONE)
        return true;
    return fiat__compat_may_evaluate(c, inner, name, depth - 1);
}

static bool may_by_apply(fiat__compat *c, fiat__compat_ref at, const fiat__apply *apply,
                         fiat__str name, unsigned depth) {
    const fiat__program *p = fiat__compat_program(at.side);
    if (apply->op == FIAT__APPLY_NOT) return false;
    if (apply->op == FIAT__APPLY_IF)
        return may_inside(c, at, apply->a, name, depth) ||
               may_inside(c, at, apply->then, name, depth) ||
               may_inside(c, at, apply->otherwise, name, depth);
    for (uint32_t i = 0; i < apply->count; i++)
        if (may_inside(c, at, p->links[apply->a + i], name, depth)) return true;
    return false;
}

bool fiat__compat_may_evaluate(fiat__compat *c, fiat__compat_ref at, fiat__str name,
                               unsigned depth) {
    const fiat__program *p = fiat__compat_program(at.side);
    const fiat__object_rule *rule = rule_of(at);
    if (depth == 0 || !fiat__compat_take(c, 1) || own_members(c, at, name) != 0) return true;
    for (uint32_t i = fiat__compat_node(at)->apply; i && p->applies[i].op != FIAT__APPLY_END; i++)
        if (may_by_apply(c, at, &p->applies[i], name, depth)) return true;
    for (uint32_t i = 0; fiat__compat_node(at)->object && i < rule->depend_schemas_count; i++)
        if (may_inside(c, at, p->links[rule->depend_schemas + 2 * i + 1], name, depth)) return true;
    return false;
}

bool fiat__compat_evaluates(fiat__compat *c, fiat__compat_ref at, fiat__str name, unsigned depth) {
    const fiat__program *p = fiat__compat_program(at.side);
    if (own_members(c, at, name) > 0) return true;
    if (depth == 0 || !fiat__compat_take(c, 1)) return false;
    for (uint32_t i = fiat__compat_node(at)->apply; i && p->applies[i].op != FIAT__APPLY_END; i++) {
        const fiat__apply *apply = &p->applies[i];
        for (uint32_t k = 0; apply->op == FIAT__APPLY_ALL && k < apply->count; k++)
            if (fiat__compat_evaluates(c, fiat__compat_at(at.side, p->links[apply->a + k]), name,
                                       depth - 1))
                return true;
    }
    return false;
}

/* ---- Going down. ---- */

bool fiat__compat_down(fiat__compat *c, const fiat__compat_set *parent, fiat__str name,
                       uint32_t index, bool any) {
    if (c->level + 1 >= FIAT__COMPAT_LEVELS) return false;
    c->frames[c->level++] = (fiat__compat_frame){parent, name, index};
    c->whole[c->level].side = NULL;
    if (any)
        fiat__buf_append_c(&c->path, "/*");
    else if (name.ptr)
        fiat__pointer_append(&c->path, name);
    else
        fiat__buf_printf(&c->path, "/%u", index);
    return true;
}

void fiat__compat_up(fiat__compat *c, size_t path_len) {
    c->level--;
    fiat__buf_truncate(&c->path, path_len);
}
