/* What applies to the value of a known name: its own schema, the patterns that it matches, or
 * additionalProperties. Worked out once here, so that a run asks nothing of a known name. */
#include "schema/compile_object.h"

#include "base/error.h"

/* Nodes that apply to one member, gathered behind each other in `links`. */
typedef struct members {
    uint32_t first, count, only;
} members;

static void gather(fiat__compiler *c, members *m, uint32_t node) {
    uint32_t link = fiat__add_link(c, node);
    if (m->count++ == 0) m->first = link;
    m->only = node;
}

fiat__match fiat__compile_match(fiat__compiler *c, uint32_t regex, fiat__str name) {
    if (!c->scratch) {
        if (fiat__regex_scratch_new(&c->scratch, c->err) != FIAT_OK) {
            if (c->status == FIAT_OK) c->status = FIAT_E_NOMEM;
            return FIAT__MATCH_NO;
        }
        fiat__regex_scratch_allow(c->scratch, FIAT__REGEX_STEPS(c->tape->text.len));
    }
    return fiat__regex_match(c->program->regexes[regex], c->scratch, name);
}

static bool matches(fiat__object_build *o, uint32_t regex, fiat__str name) {
    fiat__match match = fiat__compile_match(o->b->c, regex, name);
    if (match == FIAT__MATCH_LIMIT)
        fiat__compile_fail(o->b->c, FIAT_E_SCHEMA_LIMIT, o->b->item, FIAT__KW_PATTERN_PROPERTIES,
                           "matching the patterns with the names takes too many steps; make them "
                           "simpler, or fewer");
    return match == FIAT__MATCH_YES;
}

/* A node that applies several others. */
static uint32_t conjunction(fiat__object_build *o, const members *m) {
    fiat__compiler *c = o->b->c;
    fiat__apply apply = {.op = FIAT__APPLY_ALL, .a = m->first, .count = m->count};
    uint32_t run = fiat__add_apply(c, &apply);
    fiat__add_apply(c, &(fiat__apply){.op = FIAT__APPLY_END});
    uint32_t node = fiat__add_node(c, o->b->item);
    if (c->status == FIAT_OK) c->program->nodes[node].apply = run;
    return node;
}

static void settle(fiat__object_build *o, fiat__known *known) {
    fiat__compiler *c = o->b->c;
    members m = {0};
    if (known->schema) gather(c, &m, fiat__compile_child(c, known->schema));
    for (uint32_t i = 0; i < o->rule.pattern_count && c->status == FIAT_OK; i++) {
        const uint32_t *pattern = c->program->links + o->rule.patterns + 2 * i;
        uint32_t regex = pattern[0], node = pattern[1];
        if (matches(o, regex, known->name)) gather(c, &m, node);
    }
    if (m.count) {
        known->flags |= FIAT__SLOT_DECLARED;
        known->child = m.count == 1 ? m.only : conjunction(o, &m);
        return;
    }
    known->child = o->rule.additional;
    if (o->rule.closed) known->flags |= FIAT__SLOT_CLOSED;
}

void fiat__compile_members(fiat__object_build *o) {
    for (uint32_t i = 0; i < o->known.count && o->b->c->status == FIAT_OK; i++)
        settle(o, &o->known.at[i]);
}
