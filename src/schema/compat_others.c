/* Members whose names no schema has written down: patternProperties and additionalProperties. */
#include "schema/compat_parts.h"

static const fiat__object_rule *rule_of(fiat__compat_ref at) {
    return &fiat__compat_program(at.side)->objects[fiat__compat_node(at)->object];
}

static fiat__compat_ref part_at(const fiat__compat_set *set, uint32_t i) {
    return (fiat__compat_ref){set->side, set->nodes[i]};
}

/* Which of its patterns is this one? UINT32_MAX: none. */
static uint32_t find_pattern(fiat__compat_ref at, fiat__str pattern) {
    uint32_t count = fiat__compat_node(at)->object ? rule_of(at)->pattern_count : 0;
    for (uint32_t i = 0; pattern.ptr && i < count; i++)
        if (fiat__str_eq(fiat__compat_name_pattern(at, i), pattern)) return i;
    return UINT32_MAX;
}

static uint32_t pattern_node(fiat__compat_ref at, uint32_t i) {
    return fiat__compat_program(at.side)->links[rule_of(at)->patterns + 2 * i + 1];
}

/* What is sure of such a member. Returns the first part that may say one thing or another. */
static uint32_t add_sure(fiat__compat *c, const fiat__compat_set *set, fiat__str pattern,
                         fiat__compat_set *out) {
    uint32_t unsure = UINT32_MAX;
    fiat__compat_set_init(out, set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        fiat__compat_ref at = part_at(set, i);
        if (!fiat__compat_node(at)->object) continue;
        uint32_t same = find_pattern(at, pattern);
        if (same != UINT32_MAX)
            fiat__compat_add(out, pattern_node(at, same));
        else if (rule_of(at)->pattern_count == 0)
            fiat__compat_add(out, rule_of(at)->additional);
        else if (unsure == UINT32_MAX)
            unsure = i;
        if (rule_of(at)->unevaluated != FIAT__NODE_NONE &&
            !fiat__compat_may_evaluate(c, at, fiat__str_of(NULL, 0), 12))
            fiat__compat_add(out, rule_of(at)->unevaluated);
    }
    return unsure;
}

/* A name for samples: one that the set may have. */
static fiat__str example(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                         fiat__str pattern) {
    static const char *const names[] = {"other       ", "x           ", "zz          ",
                                        "A1          ", "0           ", "x-1         "};
    static const uint8_t lengths[] = {5, 1, 2, 2, 1, 3};
    fiat__buf name;
    fiat__str chosen = fiat__str_of(names[0], lengths[0]);
    if (c->quiet) return chosen;
    fiat__buf_init(&name, 1000);
    if (pattern.ptr && fiat__compat_sample_pattern(pattern, 0, &name) && !name.failed)
        chosen = fiat__arena_str(&c->arena, fiat__buf_str(&name));
    fiat__buf_deinit(&name);
    if (pattern.ptr && chosen.ptr) return chosen;
    for (size_t i = 0; i < sizeof lengths; i++) {
        fiat__compat_set member;
        fiat__str one = fiat__str_of(names[i], lengths[i]);
        fiat__compat_member(c, set, one, &member);
        if (member.kinds && !fiat__compat_declares(reader, one)) return one;
    }
    return fiat__str_of(names[0], lengths[0]);
}

static bool takes(fiat__compat *c, const fiat__compat_set *set, const fiat__compat_set *member,
                  fiat__compat_ref reader, fiat__compat_ref target, fiat__str pattern) {
    size_t path = c->path.len;
    if (member->kinds == 0) return true;
    if (!fiat__compat_down(c, set, example(c, set, reader, pattern), 0, true))
        return fiat__compat_fail(c, set, target, FIAT__KW_NONE, FIAT__COMPAT_LIMIT,
                                 fiat__str_of(NULL, 0));
    bool ok = fiat__compat_check(c, member, target);
    fiat__compat_up(c, path);
    return ok;
}

/* Every pattern of the part that the name may match, and additionalProperties if it matches none.
 * A name that matches a pattern of the reader's is not of those that match none. */
static bool takes_cases(fiat__compat *c, const fiat__compat_set *set, const fiat__compat_set *sure,
                        fiat__compat_ref reader, fiat__compat_ref part, fiat__str pattern,
                        fiat__compat_ref target) {
    const fiat__object_rule *rule = rule_of(part);
    bool ok = true;
    for (uint32_t i = 0; i <= rule->pattern_count && (ok || !c->quiet); i++) {
        fiat__compat_set one = *sure;
        fiat__str own = pattern;
        if (!fiat__compat_take(c, 1)) return false;
        if (i < rule->pattern_count) {
            fiat__str text = fiat__compat_name_pattern(part, i);
            if (!pattern.ptr && find_pattern(reader, text) != UINT32_MAX) continue;
            fiat__compat_add(&one, pattern_node(part, i));
            if (!own.ptr) own = text;
        } else {
            fiat__compat_add(&one, rule->additional);
        }
        ok &= takes(c, set, &one, reader, target, own);
    }
    return ok;
}

bool fiat__compat_others(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                         fiat__str pattern, fiat__compat_ref target) {
    fiat__compat_set sure;
    uint32_t unsure = add_sure(c, set, pattern, &sure);
    target = fiat__compat_at(target.side, target.node);
    if (unsure == UINT32_MAX) return takes(c, set, &sure, reader, target, pattern);
    uint32_t begun = fiat__compat_begin(c);
    if (fiat__compat_end(c, begun, takes(c, set, &sure, reader, target, pattern))) return true;
    return takes_cases(c, set, &sure, reader, part_at(set, unsure), pattern, target);
}
