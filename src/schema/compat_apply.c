/* The reader's anyOf, oneOf, not, if, and references with siblings. */
#include "schema/compat_parts.h"

static bool fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                 uint16_t keyword) {
    return fiat__compat_fail(c, set, reader, (fiat__keyword)keyword, FIAT__COMPAT_ASKS,
                             fiat__str_of(NULL, 0));
}

static fiat__compat_ref link_at(fiat__compat_ref reader, uint32_t link) {
    return fiat__compat_at(reader.side, fiat__compat_program(reader.side)->links[link]);
}

static void set_of(fiat__compat_set *set, fiat__compat_ref at) {
    fiat__compat_set_init(set, at.side);
    fiat__compat_add(set, at.node);
}

static bool takes_all(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                      const fiat__apply *apply) {
    bool ok = true;
    for (uint32_t i = 0; i < apply->count && (ok || !c->quiet); i++)
        ok &= fiat__compat_check(c, set, link_at(reader, apply->a + i));
    return ok;
}

/* The only branch that the set meets at all; UINT32_MAX when there are several, or none. */
static uint32_t only_branch(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                            const fiat__apply *apply) {
    uint32_t only = UINT32_MAX;
    for (uint32_t i = 0; i < apply->count; i++) {
        if (fiat__compat_apart(c, set, link_at(reader, apply->a + i), 4)) continue;
        if (only != UINT32_MAX) return UINT32_MAX;
        only = i;
    }
    return only;
}

/* In one branch as a whole, and of oneOf apart from all others. */
static bool takes_branch(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                         const fiat__apply *apply, uint32_t i) {
    if (!fiat__compat_try(c, set, link_at(reader, apply->a + i))) return false;
    for (uint32_t k = 0; k < apply->count && apply->op == FIAT__APPLY_ONE; k++)
        if (k != i && !fiat__compat_apart(c, set, link_at(reader, apply->a + k), 4)) return false;
    return true;
}

/* Is the reader's oneOf, branch by branch, one of the set's? */
static bool same_one(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                     const fiat__apply *apply, const fiat__apply *data) {
    const fiat__program *p = fiat__compat_program(set->side);
    if (data->op != FIAT__APPLY_ONE || data->count != apply->count) return false;
    for (uint32_t i = 0; i < apply->count; i++) {
        fiat__compat_set from, to;
        fiat__compat_ref theirs = fiat__compat_at(set->side, p->links[data->a + i]);
        fiat__compat_ref ours = link_at(reader, apply->a + i);
        set_of(&from, theirs);
        set_of(&to, ours);
        if (!fiat__compat_try(c, &from, ours) || !fiat__compat_try(c, &to, theirs)) return false;
    }
    return true;
}

static bool takes_any(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                      const fiat__apply *apply) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < apply->count; i++)
        if (takes_branch(c, set, reader, apply, i)) return true;
    for (uint32_t i = 0; i < set->choice_count && apply->op == FIAT__APPLY_ONE; i++)
        if (same_one(c, set, reader, apply, &p->applies[set->choices[i]])) return true;
    if (c->quiet) return false;
    uint32_t only = only_branch(c, set, reader, apply);
    if (only != UINT32_MAX) {
        fiat__compat_ref whole = c->whole[c->level];
        c->whole[c->level] = link_at(reader, apply->a + only);
        bool ok = fiat__compat_check(c, set, c->whole[c->level]);
        c->whole[c->level] = whole;
        return ok;
    }
    return fail(c, set, reader, apply->keyword);
}

static bool takes_not(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                      const fiat__apply *apply) {
    fiat__compat_ref refused = fiat__compat_at(reader.side, apply->a);
    if (fiat__compat_apart(c, set, refused, 6)) return true;
    return fail(c, set, reader, FIAT__KW_NOT);
}

/* Under the same condition as one of the set's. */
static bool takes_same_if(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                          const fiat__apply *apply) {
    const fiat__program *p = fiat__compat_program(set->side);
    fiat__compat_ref when = fiat__compat_at(reader.side, apply->a);
    for (uint32_t i = 0; i < set->choice_count; i++) {
        const fiat__apply *data = &p->applies[set->choices[i]];
        if (data->op != FIAT__APPLY_IF ||
            !fiat__compat_same(c, fiat__compat_at(set->side, data->a), when))
            continue;
        fiat__compat_set yes, no, ordered = *set;
        ordered.choices[i] = set->choices[set->choice_count - 1];
        ordered.choices[set->choice_count - 1] = set->choices[i];
        if (!fiat__compat_branch(&ordered, 0, &yes) || !fiat__compat_branch(&ordered, 1, &no))
            return false;
        return (apply->then == FIAT__NODE_NONE ||
                fiat__compat_try(c, &yes, fiat__compat_at(reader.side, apply->then))) &&
               (apply->otherwise == FIAT__NODE_NONE ||
                fiat__compat_try(c, &no, fiat__compat_at(reader.side, apply->otherwise)));
    }
    return false;
}

/* The set fulfils the condition as a whole: `then` counts; never: `else`; else both must hold. */
static bool takes_if(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                     const fiat__apply *apply) {
    fiat__compat_ref when = fiat__compat_at(reader.side, apply->a);
    fiat__compat_ref then = {reader.side, apply->then}, otherwise = {reader.side, apply->otherwise};
    bool has_then = apply->then != FIAT__NODE_NONE, has_else = apply->otherwise != FIAT__NODE_NONE;
    if (!has_then && !has_else) return true;
    if (takes_same_if(c, set, reader, apply)) return true;
    if (fiat__compat_apart(c, set, when, 4))
        return !has_else || fiat__compat_check(c, set, otherwise);
    if (fiat__compat_try(c, set, when)) return !has_then || fiat__compat_check(c, set, then);
    if ((!has_then || fiat__compat_try(c, set, then)) &&
        (!has_else || fiat__compat_try(c, set, otherwise)))
        return true;
    return fail(c, set, reader, FIAT__KW_IF);
}

bool fiat__compat_apply(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__program *p = fiat__compat_program(reader.side);
    bool ok = true;
    for (uint32_t i = fiat__compat_node(reader)->apply;
         p->applies[i].op != FIAT__APPLY_END && (ok || !c->quiet); i++) {
        const fiat__apply *apply = &p->applies[i];
        switch ((fiat__apply_op)apply->op) {
        case FIAT__APPLY_ALL:
            ok &= takes_all(c, set, reader, apply);
            break;
        case FIAT__APPLY_NOT:
            ok &= takes_not(c, set, reader, apply);
            break;
        case FIAT__APPLY_IF:
            ok &= takes_if(c, set, reader, apply);
            break;
        default:
            ok &= takes_any(c, set, reader, apply);
            break;
        }
    }
    return ok;
}
