/* The reader's keywords of objects. */
#include "schema/compat_parts.h"

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

static const fiat__slot *find(const fiat__program *p, const fiat__object_rule *rule,
                              fiat__str name) {
    return fiat__names_find(p, &rule->names, name.ptr, name.len);
}

/* ---- One name. ---- */

static bool set_declares(const fiat__compat_set *set, fiat__str name) {
    for (uint32_t i = 0; i < set->node_count; i++)
        if (fiat__compat_declares((fiat__compat_ref){set->side, set->nodes[i]}, name)) return true;
    return false;
}

/* By any part of the reader's schema. */
static bool reader_declares(fiat__compat *c, fiat__compat_ref reader, fiat__str name) {
    fiat__compat_set whole;
    fiat__compat_set_init(&whole, reader.side);
    if (c->whole[c->level].side == reader.side) fiat__compat_add(&whole, c->whole[c->level].node);
    return fiat__compat_declares(reader, name) || set_declares(&whole, name);
}

/* By every schema that the reader applies to a member of this name. */
static bool takes_value(fiat__compat *c, const fiat__compat_set *member, fiat__compat_ref reader,
                        fiat__str name) {
    const fiat__program *p = fiat__compat_program(reader.side);
    const fiat__object_rule *rule = rule_of(reader);
    const fiat__slot *slot = find(p, rule, name);
    bool ok = true, matched = false;
    if (slot) return fiat__compat_check(c, member, fiat__compat_at(reader.side, slot->child));
    for (uint32_t i = 0; i < rule->pattern_count; i++) {
        const uint32_t *pattern = p->links + rule->patterns + 2 * i;
        int match = fiat__compat_matches(c, reader.side, pattern[0], name);
        if (match < 0) return false;
        if (match == 0) continue;
        matched = true;
        ok &= fiat__compat_check(c, member, fiat__compat_at(reader.side, pattern[1]));
    }
    if (matched) return ok;
    return fiat__compat_check(c, member, fiat__compat_at(reader.side, rule->additional));
}

static bool limit(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    return fiat__compat_fail(c, set, reader, FIAT__KW_NONE, FIAT__COMPAT_LIMIT,
                             fiat__str_of(NULL, 0));
}

/* A property that only one of the two declares is one difference, whatever it asks. */
static bool takes_strange(fiat__compat *c, const fiat__compat_set *member, fiat__compat_ref reader,
                          fiat__str name, bool added) {
    uint32_t begun = fiat__compat_begin(c);
    if (fiat__compat_end(c, begun, takes_value(c, member, reader, name))) return true;
    const fiat__slot *slot = find(fiat__compat_program(reader.side), rule_of(reader), name);
    uint32_t node = slot ? slot->child : rule_of(reader)->additional;
    return fiat__compat_fail(c, member, fiat__compat_at(reader.side, node), FIAT__KW_PROPERTIES,
                             FIAT__COMPAT_MEMBER, added ? name : fiat__str_of(NULL, 0));
}

/* Where it stands: the schema of the property itself on the side that has one. */
static void note(fiat__compat *c, const fiat__compat_set *set, const fiat__compat_set *member,
                 fiat__compat_ref reader, fiat__str name) {
    const fiat__slot *slot = find(fiat__compat_program(reader.side), rule_of(reader), name);
    bool declared = slot && slot->flags & FIAT__SLOT_DECLARED;
    fiat__compat_note(c, declared ? set : member,
                      declared ? fiat__compat_at(reader.side, slot->child) : reader, name,
                      declared);
}

static bool takes_name(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       fiat__str name) {
    fiat__compat_set member;
    size_t path = c->path.len;
    bool ours = reader_declares(c, reader, name), theirs = set_declares(set, name);
    if (!fiat__compat_take(c, 1)) return limit(c, set, reader);
    fiat__compat_member(c, set, name, &member);
    if (!fiat__compat_down(c, set, name, 0, false)) return limit(c, set, reader);
    bool ok = true;
    if (!c->quiet && ours != theirs) note(c, set, &member, reader, name);
    if (member.kinds != 0)
        ok = ours != theirs ? takes_strange(c, &member, reader, name, ours)
                            : takes_value(c, &member, reader, name);
    fiat__compat_up(c, path);
    return ok;
}

/* ---- All names. ---- */

/* Is it a name of an earlier part? */
static bool is_known(const fiat__compat_set *set, uint32_t parts, fiat__compat_ref reader,
                     fiat__str name) {
    const fiat__program *p = fiat__compat_program(set->side);
    if (find(fiat__compat_program(reader.side), rule_of(reader), name)) return true;
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t rule = p->nodes[set->nodes[i]].object;
        if (rule && find(p, &p->objects[rule], name)) return true;
    }
    return false;
}

/* propertyNames with an enum leaves no other names. */
static const fiat__names *only_names(fiat__compat *c, const fiat__compat_set *set) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        const fiat__values_rule *values;
        fiat__compat_set names;
        if (!p->nodes[set->nodes[i]].object || rule->property_names == FIAT__NODE_NONE) continue;
        fiat__compat_set_init(&names, set->side);
        fiat__compat_add(&names, rule->property_names);
        if (fiat__compat_values(c, &names, &values)) return &values->strings;
    }
    return NULL;
}

static bool takes_names(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                        const fiat__names *only) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__object_rule *rule = rule_of(reader);
    bool ok = true;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *own = &p->objects[p->nodes[set->nodes[i]].object];
        for (uint32_t k = 0; p->nodes[set->nodes[i]].object && k < own->names.count; k++) {
            if (is_known(set, i, reader, slot_name(p, own, k))) continue;
            ok &= takes_name(c, set, reader, slot_name(p, own, k));
            if (!ok && c->quiet) return false;
        }
    }
    for (uint32_t k = 0; k < rule->names.count && (ok || !c->quiet); k++)
        ok &= takes_name(c, set, reader, slot_name(fiat__compat_program(reader.side), rule, k));
    for (uint32_t k = 0; only && k < only->count && (ok || !c->quiet); k++) {
        fiat__str name = fiat__slot_name(p, only->slots + k);
        if (!is_known(set, set->node_count, reader, name)) ok &= takes_name(c, set, reader, name);
    }
    return ok;
}

static bool takes_others(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(reader.side);
    const fiat__object_rule *rule = rule_of(reader);
    bool ok = true;
    for (uint32_t i = 0; i < rule->pattern_count && (ok || !c->quiet); i++)
        ok &=
            fiat__compat_others(c, set, reader, fiat__compat_name_pattern(reader, i),
                                fiat__compat_at(reader.side, p->links[rule->patterns + 2 * i + 1]));
    if (!ok && c->quiet) return false;
    return fiat__compat_others(c, set, reader, fiat__str_of(NULL, 0),
                               fiat__compat_at(reader.side, rule->additional)) &&
           ok;
}

/* ---- The object as a whole. ---- */

static bool has_required(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(reader.side);
    const fiat__object_rule *rule = rule_of(reader);
    bool ok = true;
    for (uint32_t k = 0; k < rule->names.count; k++) {
        fiat__str name = slot_name(p, rule, k);
        if (!fiat__compat_rule_requires(p, rule, name)) continue;
        if (!fiat__compat_requires(set, name)) ok = fail(c, set, reader, FIAT__KW_REQUIRED, name);
    }
    return ok;
}

bool fiat__compat_object(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__object_rule *rule = rule_of(reader);
    const fiat__names *only = only_names(c, set);
    const fiat__str none = {NULL, 0};
    bool ok = has_required(c, set, reader);
    if (!ok && c->quiet) return false;
    ok &= takes_names(c, set, reader, only);
    if (!ok && c->quiet) return false;
    if (!only) ok &= takes_others(c, set, reader);
    if (fiat__compat_min_members(set) < rule->min)
        ok = fail(c, set, reader, FIAT__KW_MIN_PROPERTIES, none);
    if (fiat__compat_max_members(set) > rule->max)
        ok = fail(c, set, reader, FIAT__KW_MAX_PROPERTIES, none);
    if (rule->property_names != FIAT__NODE_NONE &&
        !fiat__compat_takes_property_names(c, set, reader))
        ok = fail(c, set, reader, FIAT__KW_PROPERTY_NAMES, none);
    ok &= fiat__compat_has_depends(c, set, reader);
    ok &= fiat__compat_takes_dependents(c, set, reader);
    if (rule->unevaluated != FIAT__NODE_NONE &&
        !fiat__compat_takes_unevaluated(c, set, reader, only))
        ok = fail(c, set, reader, FIAT__KW_UNEVALUATED_PROPERTIES, none);
    return ok;
}
