/* The reader's dependencies, propertyNames and unevaluatedProperties. */
#include "schema/compat_parts.h"

#include "json/writer.h"

static bool fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                 fiat__keyword keyword, fiat__str detail) {
    return fiat__compat_fail(c, set, reader, keyword, FIAT__COMPAT_ASKS, detail);
}

static const fiat__object_rule *rule_of(fiat__compat_ref at) {
    return &fiat__compat_program(at.side)->objects[fiat__compat_node(at)->object];
}

static fiat__str slot_name(const fiat__program *p, const fiat__object_rule *rule, uint32_t index) {
    return fiat__slot_name(p, rule->names.slots + index);
}

static bool cannot_have(fiat__compat *c, const fiat__compat_set *set, fiat__str name) {
    fiat__compat_set member;
    fiat__compat_member(c, set, name, &member);
    return fiat__compat_empty(c, &member, 3);
}

/* Does a part of the set ask for `then` when there is `when`? */
static bool same_depends(const fiat__compat_set *set, fiat__str when, fiat__str then) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        const uint32_t *at = p->links + rule->depends;
        for (uint32_t k = 0; p->nodes[set->nodes[i]].object && k < rule->depends_count; k++) {
            bool applies = fiat__str_eq(slot_name(p, rule, *at++), when);
            for (uint32_t count = *at++; count; count--, at++)
                if (applies && fiat__str_eq(slot_name(p, rule, *at), then)) return true;
        }
    }
    return false;
}

bool fiat__compat_has_depends(fiat__compat *c, const fiat__compat_set *set,
                              fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(reader.side);
    const fiat__object_rule *rule = rule_of(reader);
    const uint32_t *at = p->links + rule->depends;
    bool ok = true;
    for (uint32_t i = 0; i < rule->depends_count; i++) {
        fiat__str when = slot_name(p, rule, *at++);
        bool never = cannot_have(c, set, when);
        for (uint32_t count = *at++; count; count--, at++) {
            fiat__str then = slot_name(p, rule, *at);
            if (never || fiat__str_eq(when, then) || fiat__compat_requires(set, then) ||
                same_depends(set, when, then))
                continue;
            ok = fail(c, set, reader, FIAT__KW_DEPENDENT_REQUIRED, when);
        }
    }
    return ok;
}

/* The set, and the schemas that its own parts apply when there is this member. */
static void add_dependents(const fiat__compat_set *set, fiat__str when, fiat__compat_set *out) {
    const fiat__program *p = fiat__compat_program(set->side);
    *out = *set;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        const uint32_t *at = p->links + rule->depend_schemas;
        for (uint32_t k = 0; p->nodes[set->nodes[i]].object && k < rule->depend_schemas_count;
             k++, at += 2)
            if (fiat__str_eq(slot_name(p, rule, at[0]), when)) fiat__compat_add(out, at[1]);
    }
}

bool fiat__compat_takes_dependents(fiat__compat *c, const fiat__compat_set *set,
                                   fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(reader.side);
    const fiat__object_rule *rule = rule_of(reader);
    const uint32_t *at = p->links + rule->depend_schemas;
    bool ok = true;
    for (uint32_t i = 0; i < rule->depend_schemas_count; i++, at += 2) {
        fiat__str when = slot_name(p, rule, at[0]);
        fiat__compat_set with;
        if (cannot_have(c, set, when)) continue;
        add_dependents(set, when, &with);
        if (fiat__compat_try(c, &with, fiat__compat_at(reader.side, at[1]))) continue;
        ok = fail(c, set, reader, FIAT__KW_DEPENDENT_SCHEMAS, when);
    }
    return ok;
}

/* Every name that the set may have, under the reader's propertyNames. */
bool fiat__compat_takes_property_names(fiat__compat *c, const fiat__compat_set *set,
                                       fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(set->side);
    fiat__compat_ref wanted = fiat__compat_at(reader.side, rule_of(reader)->property_names);
    fiat__compat_set names;
    fiat__compat_set_init(&names, set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        if (p->nodes[set->nodes[i]].object && rule->property_names != FIAT__NODE_NONE)
            fiat__compat_add(&names, rule->property_names);
    }
    names.kinds &= FIAT__JSON_STRING;
    c->level++;
    bool ok = c->level < FIAT__COMPAT_LEVELS && fiat__compat_try(c, &names, wanted);
    c->level--;
    if (ok) return true;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        if (!p->nodes[set->nodes[i]].object || !rule->closed || rule->pattern_count) continue;
        ok = true;
        for (uint32_t k = 0; k < rule->names.count && ok; k++) {
            fiat__str name = slot_name(p, rule, k);
            fiat__buf_clear(&c->text);
            fiat__json_write_string(&c->text, name);
            fiat__str text = fiat__arena_str(&c->arena, fiat__buf_str(&c->text));
            ok =
                text.ptr && (fiat__compat_judge(c, wanted, text) == 1 || cannot_have(c, set, name));
        }
        if (ok) return true;
    }
    return false;
}

/* Names of one rule that the reader does not evaluate for sure. */
static bool takes_names(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                        const fiat__program *p, const fiat__names *names) {
    fiat__compat_ref rest = fiat__compat_at(reader.side, rule_of(reader)->unevaluated);
    for (uint32_t k = 0; k < names->count; k++) {
        fiat__str name = fiat__slot_name(p, names->slots + k);
        fiat__compat_set member;
        if (fiat__compat_evaluates(c, reader, name, 12)) continue;
        fiat__compat_member(c, set, name, &member);
        c->level++;
        bool ok = c->level < FIAT__COMPAT_LEVELS && fiat__compat_try(c, &member, rest);
        c->level--;
        if (!ok) return false;
    }
    return true;
}

bool fiat__compat_takes_unevaluated(fiat__compat *c, const fiat__compat_set *set,
                                    fiat__compat_ref reader, const fiat__names *only) {
    const fiat__program *p = fiat__compat_program(set->side);
    fiat__compat_ref rest = fiat__compat_at(reader.side, rule_of(reader)->unevaluated);
    bool ok =
        takes_names(c, set, reader, fiat__compat_program(reader.side), &rule_of(reader)->names);
    if (only) ok = ok && takes_names(c, set, reader, p, only);
    for (uint32_t i = 0; i < set->node_count && ok; i++) {
        uint32_t rule = p->nodes[set->nodes[i]].object;
        if (rule) ok = takes_names(c, set, reader, p, &p->objects[rule].names);
    }
    if (!ok || only || fiat__compat_evaluates(c, reader, fiat__str_of(NULL, 0), 12)) return ok;
    uint32_t begun = fiat__compat_begin(c);
    return fiat__compat_end(c, begun,
                            fiat__compat_others(c, set, reader, fiat__str_of(NULL, 0), rest));
}
