/* Which schemas look at a class of values together with a schema: those of allOf and references,
 * and of anyOf, oneOf and if what the type alone decides. */
#include "schema/flatten.h"

#include "base/error.h"
#include "base/mem.h"

/* In-place applicators are followed this deep. */
#define DEPTH_MAX 24u

/* ---- What a schema makes of a class of values. ---- */

/* Rounds in which what schemas let in is passed on to those that apply them. More would only let
 * fewer values be judged on the tape. */
#define ROUNDS 4

static unsigned kinds_of_branches(const fiat__flattener *f, const fiat__apply *apply) {
    bool all = apply->op == FIAT__APPLY_ALL;
    unsigned kinds = all ? FIAT__JSON_ANY : 0;
    for (uint32_t i = 0; i < apply->count; i++) {
        unsigned branch = f->lets[f->p->links[apply->a + i]];
        kinds = all ? kinds & branch : kinds | branch;
    }
    return kinds;
}

/* Kinds that a schema may let in, at most, by what is known of those that it applies. */
static unsigned kinds_of(const fiat__flattener *f, uint32_t index) {
    const fiat__apply *at = &f->p->applies[f->p->nodes[index].apply];
    unsigned kinds = f->lets[index];
    for (; at->op != FIAT__APPLY_END; at++)
        if (at->op != FIAT__APPLY_NOT && at->op != FIAT__APPLY_IF)
            kinds &= kinds_of_branches(f, at);
    return kinds;
}

void fiat__flatten_kinds(fiat__flattener *f) {
    uint32_t count = f->p->node_count;
    f->lets = fiat__calloc(count, sizeof *f->lets);
    if (!f->lets) {
        f->c->status = fiat__err_nomem(f->c->err);
        return;
    }
    f->lets_count = count;
    for (uint32_t i = 0; i < count; i++)
        f->lets[i] = f->p->nodes[i].kinds;
    bool changed = true;
    for (unsigned round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (uint32_t i = count; i-- > 0;) {
            if (!f->p->nodes[i].apply) continue;
            unsigned kinds = kinds_of(f, i);
            changed |= kinds != f->lets[i];
            f->lets[i] = (uint8_t)kinds;
        }
    }
}

static bool can_take(const fiat__flattener *f, uint32_t index, unsigned class) {
    return (index < f->lets_count ? f->lets[index] : FIAT__JSON_ANY) & class;
}

static bool takes_all(const fiat__program *p, uint32_t index, unsigned class) {
    return (p->nodes[index].plain_kinds & class) == class;
}

/* ---- Which schemas look at a class of values together. ---- */

static void gather(fiat__flattener *f, fiat__parts *parts, uint32_t index, unsigned class,
                   unsigned depth);

/* What cannot be settled is left to a group, or to the tape. */
static void leave(fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                  unsigned class) {
    if (class != FIAT__JSON_OBJECT || parts->pending_count == FIAT__PENDING_MAX)
        parts->whole = true;
    else
        parts->pending[parts->pending_count++] = (uint32_t)(apply - f->p->applies);
}

/* anyOf and oneOf: settled when no more than one branch can take the class. */
static void gather_branch(fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                          unsigned class, unsigned depth) {
    const uint32_t *branch = f->p->links + apply->a;
    uint32_t only = 0, candidates = 0;
    if (apply->count > f->looks) {
        parts->whole = true;
        return;
    }
    f->looks -= apply->count;
    for (uint32_t i = 0; i < apply->count; i++) {
        if (!can_take(f, branch[i], class)) continue;
        if (apply->op == FIAT__APPLY_ANY && !f->c->unevaluated && takes_all(f->p, branch[i], class))
            return;
        only = branch[i];
        candidates++;
    }
    if (candidates == 0)
        parts->kinds = 0;
    else if (candidates == 1)
        gather(f, parts, only, class, depth);
    else
        leave(f, parts, apply, class);
}

static void gather_not(fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                       unsigned class) {
    if (!can_take(f, apply->a, class)) return;
    if (takes_all(f->p, apply->a, class))
        parts->kinds = 0;
    else
        leave(f, parts, apply, class);
}

static void gather_if(fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                      unsigned class, unsigned depth) {
    uint32_t next = apply->otherwise;
    if (takes_all(f->p, apply->a, class))
        next = apply->then;
    else if (can_take(f, apply->a, class)) {
        leave(f, parts, apply, class);
        return;
    }
    if (next != FIAT__NODE_NONE) gather(f, parts, next, class, depth);
}

static void gather_applied(fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                           unsigned class, unsigned depth) {
    switch (apply->op) {
    case FIAT__APPLY_ALL:
        for (uint32_t i = 0; i < apply->count && !parts->whole; i++)
            gather(f, parts, f->p->links[apply->a + i], class, depth);
        break;
    case FIAT__APPLY_NOT:
        gather_not(f, parts, apply, class);
        break;
    case FIAT__APPLY_IF:
        gather_if(f, parts, apply, class, depth);
        break;
    default:
        gather_branch(f, parts, apply, class, depth);
    }
}

static bool is_there(const fiat__parts *parts, uint32_t index) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->node[i] == index) return true;
    return false;
}

/* unevaluatedProperties of a schema that is applied in place sees that schema alone. */
static bool is_scope(const fiat__flattener *f, const fiat__parts *parts, uint32_t index,
                     unsigned class) {
    const fiat__object_rule *rule = &f->p->objects[f->p->nodes[index].object];
    return class == FIAT__JSON_OBJECT && parts->count && rule->unevaluated != FIAT__NODE_NONE;
}

static void add_scope(fiat__parts *parts, uint32_t index) {
    if (parts->scoped_count == FIAT__PENDING_MAX)
        parts->whole = true;
    else
        parts->scoped[parts->scoped_count++] = index;
}

/* Add a schema and what it applies in place. The order is that of the schemas, the first first. */
static void gather(fiat__flattener *f, fiat__parts *parts, uint32_t index, unsigned class,
                   unsigned depth) {
    index = fiat__flatten_origin(f, index);
    const fiat__node *node = &f->p->nodes[index];
    if (parts->whole || is_there(parts, index)) return;
    if (depth == 0 || parts->count == FIAT__PARTS_MAX) {
        parts->whole = true;
        return;
    }
    if (is_scope(f, parts, index, class)) {
        add_scope(parts, index);
        return;
    }
    parts->node[parts->count++] = index;
    parts->kinds &= node->kinds;
    if (!node->apply) return;
    for (const fiat__apply *at = &f->p->applies[node->apply]; at->op != FIAT__APPLY_END; at++)
        gather_applied(f, parts, at, class, depth - 1);
}

void fiat__flatten_gather(fiat__flattener *f, fiat__parts *parts, uint32_t node, unsigned class) {
    *parts = (fiat__parts){.kinds = (uint8_t) class};
    gather(f, parts, node, class, DEPTH_MAX);
}
