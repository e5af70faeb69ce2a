/* Nodes that demand what all of several do, each made once. */
#include "schema/flatten.h"

#include "base/error.h"
#include "base/mem.h"

static bool same_set(const fiat__program *p, uint32_t node, const uint32_t *nodes, uint32_t count) {
    const fiat__apply *apply = &p->applies[p->nodes[node].apply];
    return apply->count == count && memcmp(p->links + apply->a, nodes, count * sizeof *nodes) == 0;
}

/* Sorted, without doubles, without the schema `true`. */
static uint32_t normalize(const fiat__flattener *f, uint32_t *nodes, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = fiat__flatten_origin(f, nodes[i]), at = kept;
        bool twice = node == FIAT__NODE_ANY;
        for (uint32_t k = 0; k < kept; k++)
            twice |= nodes[k] == node;
        if (twice) continue;
        for (; at && nodes[at - 1] > node; at--)
            nodes[at] = nodes[at - 1];
        nodes[at] = node;
        kept++;
    }
    return kept;
}

static uint32_t hash_of(const uint32_t *nodes, uint32_t count) {
    return (uint32_t)fiat__str_hash(0, fiat__str_of((const char *)nodes, count * sizeof *nodes));
}

static bool grow_sets(fiat__flattener *f) {
    if (f->set_count * 2 < f->sets_size) return true;
    uint32_t size = f->sets_size ? f->sets_size * 2 : 64;
    uint32_t *sets = fiat__calloc(size, sizeof *sets);
    if (!sets) {
        f->c->status = fiat__err_nomem(f->c->err);
        return false;
    }
    for (uint32_t i = 0; i < f->sets_size; i++) {
        if (!f->sets[i]) continue;
        const fiat__apply *apply = &f->p->applies[f->p->nodes[f->sets[i] - 1].apply];
        uint32_t at = hash_of(f->p->links + apply->a, apply->count) & (size - 1);
        while (sets[at])
            at = (at + 1) & (size - 1);
        sets[at] = f->sets[i];
    }
    fiat__free(f->sets);
    f->sets = sets;
    f->sets_size = size;
    return true;
}

static uint32_t add_set(fiat__flattener *f, const uint32_t *nodes, uint32_t count) {
    fiat__apply apply = {.op = FIAT__APPLY_ALL, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t link = fiat__add_link(f->c, nodes[i]);
        if (i == 0) apply.a = link;
    }
    uint32_t run = fiat__add_apply(f->c, &apply);
    fiat__add_apply(f->c, &(fiat__apply){.op = FIAT__APPLY_END});
    uint32_t node = fiat__add_node(f->c, f->p->nodes[nodes[0]].where);
    if (f->c->status != FIAT_OK) return FIAT__NODE_ANY;
    f->p->nodes[node].apply = run;
    f->p->nodes[node].flags = f->p->nodes[nodes[0]].flags;
    f->p->nodes[node].tape_kinds = FIAT__JSON_ANY;
    return node;
}

uint32_t fiat__flatten_set(fiat__flattener *f, uint32_t *nodes, uint32_t count) {
    count = normalize(f, nodes, count);
    if (count == 0) return FIAT__NODE_ANY;
    if (count == 1) return fiat__flatten_node(f, nodes[0]);
    if (!grow_sets(f)) return FIAT__NODE_ANY;
    uint32_t at = hash_of(nodes, count) & (f->sets_size - 1);
    for (; f->sets[at]; at = (at + 1) & (f->sets_size - 1))
        if (same_set(f->p, f->sets[at] - 1, nodes, count))
            return fiat__flatten_node(f, f->sets[at] - 1);
    f->budget -= f->budget < 256 ? f->budget : 256;
    uint32_t node = add_set(f, nodes, count);
    f->sets[at] = node + 1;
    f->set_count++;
    return fiat__flatten_node(f, node);
}
