/* Dynamic scopes, worked out when a schema is compiled.
 *
 * What a $dynamicRef (or $recursiveRef) leads to depends on the resources that a run has come
 * through: on the outermost that has a dynamic anchor of that name. As far as references are
 * concerned a scope is therefore a list: which schema each such name leads to, once one of the
 * resources on the way has bound it. A schema is compiled once for each scope that it is reached
 * in, nearly always one, and then its references are as static as any other: a run knows nothing
 * of scopes. A name that only one resource has needs no scope at all. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

/* A schema of n resources can have 2^n scopes; honest ones have a handful. */
#define SCOPES_MAX 4096u

/* A hash table from two numbers to a third; 0 is "none". */
typedef struct pair_map {
    struct pair_slot {
        uint32_t a, b, value;
    } * slots;
    uint32_t count, size;
} pair_map;

struct fiat__scopes {
    uint32_t names;  /* that more than one resource has */
    uint32_t *bound; /* by scope and name: item + 1; 0: not bound yet */
    uint32_t count, cap;
    uint32_t *known; /* open hash table of scopes + 1, by what they bind */
    uint32_t known_size;
    pair_map entered; /* scope, resource -> scope + 1 */
    pair_map nodes;   /* scope, item -> node + 1 */
};

static struct pair_slot *pair_find(const pair_map *map, uint32_t a, uint32_t b) {
    uint64_t hash = ((uint64_t)a << 32 | b) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t i = (uint32_t)(hash >> 32) & (map->size - 1);
    while (map->slots[i].value && (map->slots[i].a != a || map->slots[i].b != b))
        i = (i + 1) & (map->size - 1);
    return &map->slots[i];
}

static bool pair_grow(pair_map *map) {
    pair_map grown = {.size = map->size ? map->size * 2 : 64, .count = map->count};
    grown.slots = fiat__calloc(grown.size, sizeof *grown.slots);
    if (!grown.slots) return false;
    for (uint32_t i = 0; i < map->size; i++) {
        const struct pair_slot *old = &map->slots[i];
        if (old->value) *pair_find(&grown, old->a, old->b) = *old;
    }
    fiat__free(map->slots);
    *map = grown;
    return true;
}

/* Where the value of a pair stands, 0 when it is new; it must be set before the next call. NULL
 * when out of memory. */
static uint32_t *pair_at(fiat__compiler *c, pair_map *map, uint32_t a, uint32_t b) {
    if (map->count * 2 >= map->size && !pair_grow(map)) {
        if (c->status == FIAT_OK) c->status = fiat__err_nomem(c->err);
        return NULL;
    }
    struct pair_slot *slot = pair_find(map, a, b);
    if (!slot->value) {
        slot->a = a;
        slot->b = b;
        map->count++;
    }
    return &slot->value;
}

/* ---- Names. ---- */

static bool is_name(const fiat__anchor *anchor) {
    return anchor->dynamic && anchor->resource != FIAT__NO_RESOURCE;
}

/* Give every name that two or more dynamic anchors have a number. A table of the names seen: index
 * of the first anchor + 1. */
static uint32_t number_names(fiat__compiler *c, uint32_t *map, uint32_t size) {
    uint32_t names = 0;
    for (uint32_t i = 0; i < c->anchor_count; i++) {
        fiat__anchor *anchor = &c->anchors[i];
        if (!is_name(anchor)) continue;
        uint32_t at = (uint32_t)fiat__str_hash(c->schema->keys.seed, anchor->name) & (size - 1);
        while (map[at] && !fiat__str_eq(c->anchors[map[at] - 1].name, anchor->name))
            at = (at + 1) & (size - 1);
        fiat__anchor *first = map[at] ? &c->anchors[map[at] - 1] : anchor;
        if (first != anchor && !first->binding) first->binding = ++names;
        anchor->binding = first->binding;
        map[at] = (uint32_t)(first - c->anchors) + 1;
    }
    return names;
}

static bool uses_scopes(const fiat__compiler *c) {
    uint32_t dynamic = 0;
    for (uint32_t i = 0; i < c->anchor_count; i++)
        dynamic += is_name(&c->anchors[i]);
    return dynamic > 1;
}

/* ---- Scopes. ---- */

static uint32_t *bindings(const struct fiat__scopes *s, uint32_t scope) {
    return s->bound + (size_t)scope * s->names;
}

/* Room for one more scope, which is a copy of `scope` until it is kept. NULL with an error. */
static uint32_t *copy_scope(fiat__compiler *c, uint32_t scope) {
    struct fiat__scopes *s = c->scopes;
    if (!fiat__grow(c, &s->bound, s->count, &s->cap, 1, s->names * sizeof *s->bound)) return NULL;
    uint32_t *copy = bindings(s, s->count);
    if (s->count == 0)
        memset(copy, 0, s->names * sizeof *copy);
    else
        memcpy(copy, bindings(s, scope), s->names * sizeof *copy);
    return copy;
}

/* The scope that binds what the copy behind the last scope does: one that is there, or the copy. */
static uint32_t keep_scope(fiat__compiler *c) {
    struct fiat__scopes *s = c->scopes;
    size_t bytes = s->names * sizeof *s->bound;
    fiat__str wanted = fiat__str_of((const char *)bindings(s, s->count), bytes);
    uint32_t i = (uint32_t)fiat__str_hash(c->schema->keys.seed, wanted) & (s->known_size - 1);
    for (; s->known[i]; i = (i + 1) & (s->known_size - 1))
        if (memcmp(bindings(s, s->known[i] - 1), wanted.ptr, bytes) == 0) return s->known[i] - 1;
    if (s->count == SCOPES_MAX) {
        fiat__compile_fail(c, FIAT_E_SCHEMA_LIMIT, 0, FIAT__KW_NONE,
                           "its dynamic references could mean more than %u things; use fewer "
                           "anchors of the same name",
                           SCOPES_MAX);
        return 0;
    }
    s->known[i] = ++s->count;
    return s->count - 1;
}

bool fiat__scopes_init(fiat__compiler *c) {
    if (!uses_scopes(c)) return true;
    uint32_t size = 64;
    while (size < c->anchor_count * 2)
        size *= 2;
    uint32_t *map = fiat__calloc(size, sizeof *map);
    c->scopes = fiat__calloc(1, sizeof *c->scopes);
    if (c->scopes) {
        c->scopes->known_size = SCOPES_MAX * 2;
        c->scopes->known = fiat__calloc(c->scopes->known_size, sizeof *c->scopes->known);
    }
    if (!map || !c->scopes || !c->scopes->known) {
        c->status = fiat__err_nomem(c->err);
    } else if ((c->scopes->names = number_names(c, map, size)) != 0) {
        if (copy_scope(c, 0)) keep_scope(c);
    } else {
        fiat__scopes_deinit(c);
    }
    fiat__free(map);
    return c->status == FIAT_OK;
}

void fiat__scopes_deinit(fiat__compiler *c) {
    struct fiat__scopes *s = c->scopes;
    if (!s) return;
    fiat__free(s->bound);
    fiat__free(s->known);
    fiat__free(s->entered.slots);
    fiat__free(s->nodes.slots);
    fiat__free(s);
    c->scopes = NULL;
}

/* Does a resource bind a name that no other on the way to the scope has bound? */
static bool binds_more(const fiat__compiler *c, uint32_t scope, uint32_t resource) {
    const uint32_t *bound = bindings(c->scopes, scope);
    for (uint32_t i = c->schemes[resource].dynamic; i; i = c->anchors[i - 1].next)
        if (c->anchors[i - 1].binding && !bound[c->anchors[i - 1].binding - 1]) return true;
    return false;
}

uint32_t fiat__scope_enter(fiat__compiler *c, uint32_t scope, uint32_t resource) {
    struct fiat__scopes *s = c->scopes;
    if (!s || c->status != FIAT_OK || !c->schemes[resource].dynamic) return scope;
    uint32_t *entered = pair_at(c, &s->entered, scope, resource);
    if (!entered) return scope;
    if (*entered) return *entered - 1;
    *entered = scope + 1;
    if (!binds_more(c, scope, resource)) return scope;
    uint32_t *bound = copy_scope(c, scope);
    if (!bound) return scope;
    for (uint32_t i = c->schemes[resource].dynamic; i; i = c->anchors[i - 1].next) {
        const fiat__anchor *anchor = &c->anchors[i - 1];
        if (anchor->binding && !bound[anchor->binding - 1])
            bound[anchor->binding - 1] = anchor->item + 1;
    }
    uint32_t inner = keep_scope(c);
    *entered = inner + 1;
    return inner;
}

uint32_t fiat__scope_target(const fiat__compiler *c, uint32_t scope, uint32_t value) {
    const fiat__target *target = &c->targets[c->info[value].target - 1];
    uint32_t binding = c->scopes && target->dynamic ? c->anchors[target->dynamic - 1].binding : 0;
    uint32_t bound = binding ? bindings(c->scopes, scope)[binding - 1] : 0;
    return bound ? bound - 1 : target->item;
}

uint32_t *fiat__scope_node(fiat__compiler *c, uint32_t scope, uint32_t item) {
    return scope ? pair_at(c, &c->scopes->nodes, scope, item) : &c->info[item].node;
}
