/* One rule for what several schemas say of objects: all their names in one table. */
#include "schema/flatten.h"

#include "base/error.h"
#include "base/mem.h"

/* Rules of objects that are merged. */
typedef struct merger {
    fiat__flattener *f;
    uint32_t rules[FIAT__PARTS_MAX];
    uint32_t count;
    fiat__known_list known;
    fiat__object_rule rule;
    uint32_t unevaluated; /* FIAT__NODE_NONE, or for names that nothing else speaks of */
} merger;

static const fiat__object_rule *rule_at(const merger *m, uint32_t i) {
    return &m->f->p->objects[m->rules[i]];
}

/* ---- Whether it can be done. ---- */

/* A name that a part does not know meets that part's patterns and, if none fits, its additional
 * node. Only one part's patterns can be told so; or those of all, when no part has an additional
 * node. */
bool fiat__flatten_fits(const fiat__flattener *f, const fiat__parts *parts, uint32_t unevaluated) {
    uint32_t with_patterns = 0, with_additional = unevaluated != FIAT__NODE_NONE;
    for (uint32_t i = 0; i < parts->count; i++) {
        const fiat__object_rule *rule = &f->p->objects[f->p->nodes[parts->node[i]].object];
        with_patterns += rule->pattern_count > 0;
        with_additional += rule->additional_given;
    }
    return with_patterns <= 1 || with_additional == 0;
}

static size_t bytes_needed(const merger *m) {
    size_t names = 0, patterns = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        names += rule_at(m, i)->names.count;
        patterns += rule_at(m, i)->pattern_count;
    }
    return sizeof m->rule + names * (sizeof(fiat__slot) + 4 * sizeof(uint16_t)) + patterns * 8;
}

/* ---- Names. ---- */

static void require(merger *m, uint32_t index) {
    if (m->known.at[index].required) return;
    m->known.at[index].required = true;
    if (index < 64)
        m->rule.required |= UINT64_C(1) << index;
    else
        m->rule.more_required_count++;
}

/* A run of links {if, count, then ...}, its names by their new bits. */
static void add_depends(merger *m, const fiat__object_rule *from, const uint32_t *bits) {
    uint32_t at = from->depends;
    for (uint32_t i = 0; i < from->depends_count; i++) {
        uint32_t first = fiat__add_link(m->f->c, bits[m->f->p->links[at]]);
        uint32_t count = m->f->p->links[at + 1];
        fiat__add_link(m->f->c, count);
        for (uint32_t k = 0; k < count; k++)
            fiat__add_link(m->f->c, bits[m->f->p->links[at + 2 + k]]);
        if (m->rule.depends_count++ == 0) m->rule.depends = first;
        at += 2 + count;
    }
}

/* Take in the names of a part, in the order of their bits, and what it asks of them together. */
static void add_names(merger *m, uint32_t i) {
    const fiat__object_rule from = *rule_at(m, i);
    uint32_t *bits = fiat__calloc(from.names.count + 1, sizeof *bits); /* the new ones */
    if (!bits) {
        m->f->c->status = fiat__err_nomem(m->f->c->err);
        return;
    }
    for (uint32_t k = 0; k < from.names.count && m->f->c->status == FIAT_OK; k++) {
        uint32_t slot = from.names.slots + k;
        bits[k] = fiat__known_add(m->f->c, &m->known, fiat__slot_name(m->f->p, slot));
        if (m->f->c->status != FIAT_OK) break;
        fiat__known *known = &m->known.at[bits[k]];
        known->pooled = m->f->p->slots[slot].name + 1;
        known->flags |= m->f->p->slots[slot].flags & FIAT__SLOT_PROVIDED;
        if (k < 64 && from.required >> k & 1) require(m, bits[k]);
    }
    for (uint32_t k = 0; k < from.more_required_count && m->f->c->status == FIAT_OK; k++)
        require(m, bits[m->f->p->links[from.more_required + k]]);
    if (m->f->c->status == FIAT_OK) add_depends(m, &from, bits);
    fiat__free(bits);
}

/* ---- Nodes of the members. ---- */

typedef struct node_list {
    uint32_t at[4 * FIAT__PARTS_MAX];
    uint32_t count;
    bool too_many; /* or patterns that take too long */
} node_list;

static void add_node(node_list *list, uint32_t node) {
    if (list->count == sizeof list->at / sizeof list->at[0])
        list->too_many = true;
    else
        list->at[list->count++] = node;
}

/* What a part says of the value of a name; returns whether it evaluates the member. */
static bool add_said(merger *m, uint32_t i, fiat__str name, node_list *list) {
    const fiat__object_rule *from = rule_at(m, i);
    const fiat__slot *slot = fiat__names_find(m->f->p, &from->names, name.ptr, name.len);
    bool declared = false;
    if (slot) {
        add_node(list, slot->child);
        return slot->flags & FIAT__SLOT_DECLARED || from->additional_given;
    }
    for (uint32_t k = 0; k < from->pattern_count; k++) {
        const uint32_t *pattern = m->f->p->links + from->patterns + 2 * k;
        fiat__match match = fiat__compile_match(m->f->c, pattern[0], name);
        if (match == FIAT__MATCH_LIMIT) list->too_many = true;
        if (match != FIAT__MATCH_YES) continue;
        add_node(list, pattern[1]);
        declared = true;
    }
    if (!declared) add_node(list, from->additional);
    return declared || from->additional_given;
}

/* false: too many schemas speak of a name. */
static bool settle_members(merger *m) {
    for (uint32_t k = 0; k < m->known.count && m->f->c->status == FIAT_OK; k++) {
        fiat__known *known = &m->known.at[k];
        node_list list = {.count = 0};
        bool evaluated = false;
        for (uint32_t i = 0; i < m->count && m->f->c->status == FIAT_OK; i++)
            evaluated |= add_said(m, i, known->name, &list);
        if (!evaluated && m->unevaluated != FIAT__NODE_NONE) add_node(&list, m->unevaluated);
        if (list.too_many) return false;
        if (evaluated) known->flags |= FIAT__SLOT_DECLARED;
        known->child = fiat__flatten_set(m->f, list.at, list.count);
    }
    return true;
}

/* ---- Names that no part knows. ---- */

/* What all parts but `except` say of a name that nobody knows, with `node`. */
static uint32_t join_additional(merger *m, uint32_t except, uint32_t node) {
    uint32_t nodes[FIAT__PARTS_MAX + 2], count = 0;
    bool evaluated = except != UINT32_MAX;
    nodes[count++] = node;
    for (uint32_t i = 0; i < m->count; i++) {
        if (i == except) continue;
        nodes[count++] = rule_at(m, i)->additional;
        evaluated |= rule_at(m, i)->additional_given;
    }
    if (!evaluated && m->unevaluated != FIAT__NODE_NONE) nodes[count++] = m->unevaluated;
    return fiat__flatten_set(m->f, nodes, count);
}

/* Where several parts have patterns, none has anything to say of other names, so that no links but
 * those of the patterns are added here: they must follow each other. */
static void add_patterns(merger *m) {
    fiat__compiler *c = m->f->c;
    for (uint32_t i = 0; i < m->count; i++) {
        const fiat__object_rule from = *rule_at(m, i);
        uint32_t *nodes = fiat__calloc(from.pattern_count + 1, sizeof *nodes);
        if (!nodes) {
            c->status = fiat__err_nomem(c->err);
            return;
        }
        for (uint32_t k = 0; k < from.pattern_count; k++)
            nodes[k] = join_additional(m, i, m->f->p->links[from.patterns + 2 * k + 1]);
        for (uint32_t k = 0; k < from.pattern_count; k++) {
            uint32_t link = fiat__add_link(c, m->f->p->links[from.patterns + 2 * k]);
            fiat__add_link(c, nodes[k]);
            if (m->rule.pattern_count++ == 0) m->rule.patterns = link;
        }
        fiat__free(nodes);
    }
}

/* ---- All of it. ---- */

static void add_required(merger *m) {
    for (uint32_t k = 64; k < m->known.count; k++) {
        if (!m->known.at[k].required) continue;
        uint32_t link = fiat__add_link(m->f->c, k);
        if (!m->rule.more_required) m->rule.more_required = link;
    }
}

static void add_bounds(merger *m) {
    uint32_t names[FIAT__PARTS_MAX], count = 0;
    m->rule.max = FIAT__UNLIMITED;
    m->rule.property_names = FIAT__NODE_NONE;
    m->rule.unevaluated = FIAT__NODE_NONE;
    m->rule.provided = rule_at(m, 0)->provided; /* of the node itself: its names come first */
    m->rule.reserved = rule_at(m, 0)->reserved;
    for (uint32_t i = 0; i < m->count; i++) {
        const fiat__object_rule *from = rule_at(m, i);
        if (from->min > m->rule.min) m->rule.min = from->min;
        if (from->max < m->rule.max) m->rule.max = from->max;
        if (from->property_names != FIAT__NODE_NONE) names[count++] = from->property_names;
    }
    if (count) m->rule.property_names = fiat__flatten_set(m->f, names, count);
}

static void add_additional(merger *m) {
    fiat__object_rule *rule = &m->rule;
    rule->additional = join_additional(m, UINT32_MAX, FIAT__NODE_ANY);
    rule->additional_given = m->unevaluated != FIAT__NODE_NONE;
    for (uint32_t i = 0; i < m->count; i++) {
        rule->additional_given |= rule_at(m, i)->additional_given;
        rule->closed |= rule_at(m, i)->closed && !rule->pattern_count;
    }
}

static bool merge(merger *m) {
    fiat__object_rule *rule = &m->rule;
    for (uint32_t i = 0; i < m->count && m->f->c->status == FIAT_OK; i++)
        add_names(m, i);
    if (!settle_members(m)) return false;
    add_bounds(m);
    add_required(m);
    add_patterns(m);
    add_additional(m);
    rule->only_required = !rule->min && rule->max == FIAT__UNLIMITED && !rule->depends_count &&
                          !rule->more_required_count;
    rule->words = (m->known.count + 63) / 64;
    if (rule->words > m->f->p->max_words) m->f->p->max_words = rule->words;
    fiat__names_build(m->f->c, &rule->names, &m->known);
    return true;
}

static bool has_rule(const merger *m, uint32_t rule) {
    for (uint32_t i = 0; i < m->count; i++)
        if (m->rules[i] == rule) return true;
    return false;
}

uint32_t fiat__flatten_object(fiat__flattener *f, fiat__parts *parts, uint32_t unevaluated) {
    merger m = {.f = f, .unevaluated = unevaluated};
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t own = f->p->nodes[parts->node[i]].object;
        if (own && !has_rule(&m, own)) m.rules[m.count++] = own;
    }
    if (m.count == 0) return 0;
    if (!fiat__flatten_fits(f, parts, unevaluated)) {
        parts->whole = true;
    } else if (m.count == 1 && unevaluated == FIAT__NODE_NONE) {
        return m.rules[0];
    } else if (!fiat__flatten_afford(f, bytes_needed(&m)) || !merge(&m)) {
        parts->whole = true;
    }
    fiat__known_deinit(&m.known);
    return parts->whole ? 0 : fiat__add_object(f->c, &m.rule);
}
