/* Which schemas look at a value together, and the twins that stand for them. */
#include "schema/flatten.h"

#include "base/error.h"
#include "base/mem.h"

/* In-place applicators are followed this deep. */
#define DEPTH_MAX 24u

/* Classes of values that a schema can treat alike. Integers and other numbers are one. */
static const uint8_t classes[] = {FIAT__JSON_NULL,   FIAT__JSON_BOOL,  FIAT__JSON_NUMERIC,
                                  FIAT__JSON_STRING, FIAT__JSON_ARRAY, FIAT__JSON_OBJECT};

#define CLASS_COUNT (sizeof classes / sizeof classes[0])

bool fiat__flatten_afford(fiat__flattener *f, size_t bytes) {
    if (bytes > f->budget) return false;
    f->budget -= bytes;
    return true;
}

/* ---- What a schema makes of a class of values. ---- */

static unsigned kinds_of(const fiat__program *p, uint32_t index, unsigned depth);

static unsigned kinds_of_branches(const fiat__program *p, const fiat__apply *apply,
                                  unsigned depth) {
    bool all = apply->op == FIAT__APPLY_ALL;
    unsigned kinds = all ? FIAT__JSON_ANY : 0;
    for (uint32_t i = 0; i < apply->count; i++) {
        unsigned branch = kinds_of(p, p->links[apply->a + i], depth);
        kinds = all ? kinds & branch : kinds | branch;
    }
    return kinds;
}

/* Kinds that a schema may let in, at most. */
static unsigned kinds_of(const fiat__program *p, uint32_t index, unsigned depth) {
    const fiat__node *node = &p->nodes[index];
    unsigned kinds = node->kinds;
    if (!node->apply || depth == 0) return kinds;
    for (const fiat__apply *at = &p->applies[node->apply]; at->op != FIAT__APPLY_END; at++)
        if (at->op != FIAT__APPLY_NOT && at->op != FIAT__APPLY_IF)
            kinds &= kinds_of_branches(p, at, depth - 1);
    return kinds;
}

static bool can_take(const fiat__program *p, uint32_t index, unsigned class) {
    return kinds_of(p, index, 4) & class;
}

static bool takes_all(const fiat__program *p, uint32_t index, unsigned class) {
    return (p->nodes[index].plain_kinds & class) == class;
}

/* ---- Which schemas look at a class of values together. ---- */

static void gather(const fiat__flattener *f, fiat__parts *parts, uint32_t index, unsigned class,
                   unsigned depth);

/* What cannot be settled is left to a group, or to the tape. */
static void leave(const fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                  unsigned class) {
    if (class != FIAT__JSON_OBJECT || parts->pending_count == FIAT__PENDING_MAX)
        parts->whole = true;
    else
        parts->pending[parts->pending_count++] = (uint32_t)(apply - f->p->applies);
}

/* anyOf and oneOf: settled when no more than one branch can take the class. */
static void gather_branch(const fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                          unsigned class, unsigned depth) {
    const uint32_t *branch = f->p->links + apply->a;
    uint32_t only = 0, candidates = 0;
    for (uint32_t i = 0; i < apply->count; i++) {
        if (!can_take(f->p, branch[i], class)) continue;
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

static void gather_not(const fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                       unsigned class) {
    if (!can_take(f->p, apply->a, class)) return;
    if (takes_all(f->p, apply->a, class))
        parts->kinds = 0;
    else
        leave(f, parts, apply, class);
}

static void gather_if(const fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
                      unsigned class, unsigned depth) {
    uint32_t next = apply->otherwise;
    if (takes_all(f->p, apply->a, class))
        next = apply->then;
    else if (can_take(f->p, apply->a, class)) {
        leave(f, parts, apply, class);
        return;
    }
    if (next != FIAT__NODE_NONE) gather(f, parts, next, class, depth);
}

static void gather_applied(const fiat__flattener *f, fiat__parts *parts, const fiat__apply *apply,
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
static void gather(const fiat__flattener *f, fiat__parts *parts, uint32_t index, unsigned class,
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

void fiat__flatten_gather(const fiat__flattener *f, fiat__parts *parts, uint32_t node,
                          unsigned class) {
    *parts = (fiat__parts){.kinds = (uint8_t) class};
    gather(f, parts, node, class, DEPTH_MAX);
}

/* ---- enum and const. ---- */

/* The one enum or const that the parts have; whole when they have several. */
static uint32_t values_of(const fiat__flattener *f, fiat__parts *parts) {
    uint32_t values = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t own = f->p->nodes[parts->node[i]].values;
        if (!own || own == values) continue;
        if (values) parts->whole = true;
        values = own;
    }
    return values;
}

/* Take the part of `from` that is about a class of values into *to. */
static void copy_values(fiat__values_rule *to, const fiat__values_rule *from, unsigned class) {
    to->kinds |= from->kinds & (uint8_t) class;
    to->keyword = from->keyword;
    if (class == FIAT__JSON_BOOL) to->booleans = from->booleans;
    if (class == FIAT__JSON_STRING) to->strings = from->strings;
    if (class != FIAT__JSON_NUMERIC) return;
    to->numbers = from->numbers;
    to->numbers_count = from->numbers_count;
}

/* The rule of a twin, from those that hold for each class; 0: there is none. */
static uint32_t join_values(fiat__flattener *f, const fiat__parts *parts, const uint32_t *values) {
    uint32_t only = 0, different = 0;
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (!parts[i].kinds || parts[i].whole) continue;
        different += only != values[i];
        if (values[i]) only = values[i];
    }
    if (!only) return 0;
    fiat__values_rule rule = {0};
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        if (values[i])
            copy_values(&rule, &f->p->values[values[i]], classes[i]);
        else if (parts[i].kinds)
            rule.free_kinds |= classes[i];
    }
    if (different == 1 && !rule.free_kinds) return only;
    if (!(rule.free_kinds & FIAT__JSON_BOOL)) return fiat__add_values(f->c, &rule);
    rule.booleans = 3;
    return fiat__add_values(f->c, &rule);
}

/* ---- Twins. ---- */

static void check_unevaluated(const fiat__flattener *f, fiat__parts *parts) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (f->p->arrays[f->p->nodes[parts->node[i]].array].unevaluated != FIAT__NODE_NONE)
            parts->whole = true;
}

static void check_strictness(const fiat__flattener *f, fiat__parts *parts, unsigned flags) {
    for (uint32_t i = 0; i < parts->count; i++)
        if ((f->p->nodes[parts->node[i]].flags ^ flags) & FIAT__NODE_STRICT_INTEGER)
            parts->whole = true;
}

static bool needs_group(const fiat__flattener *f, const fiat__parts *parts, uint32_t unevaluated) {
    if (!fiat__flatten_fits(f, parts, unevaluated)) return true;
    for (uint32_t i = 0; i < parts->count; i++)
        if (f->p->objects[f->p->nodes[parts->node[i]].object].depend_schemas_count) return true;
    return parts->pending_count || parts->scoped_count;
}

static void merge_object(fiat__flattener *f, fiat__node *twin, fiat__parts *parts,
                         uint32_t unevaluated) {
    if (!needs_group(f, parts, unevaluated)) {
        twin->object = fiat__flatten_object(f, parts, unevaluated);
        return;
    }
    twin->object = fiat__flatten_group(f, parts);
    if (twin->object) twin->flags |= FIAT__NODE_GROUP;
}

/* The rule for one class of values, put into the twin. */
static void merge_class(fiat__flattener *f, fiat__node *twin, fiat__parts *parts, unsigned class,
                        uint32_t own) {
    switch (class) {
    case FIAT__JSON_STRING:
        twin->string = fiat__flatten_string(f, parts);
        break;
    case FIAT__JSON_NUMERIC:
        check_strictness(f, parts, twin->flags);
        twin->number = fiat__flatten_number(f, parts);
        break;
    case FIAT__JSON_ARRAY:
        check_unevaluated(f, parts);
        twin->array = fiat__flatten_array(f, parts);
        break;
    case FIAT__JSON_OBJECT:
        merge_object(f, twin, parts, f->p->objects[f->p->nodes[own].object].unevaluated);
        break;
    default:
        break;
    }
}

static unsigned plain_kinds(const fiat__node *twin) {
    unsigned kinds = FIAT__JSON_NULL | FIAT__JSON_BOOL;
    if (twin->values) return 0;
    if (!twin->string) kinds |= FIAT__JSON_STRING;
    if (!twin->number) kinds |= FIAT__JSON_NUMERIC;
    if (!twin->array) kinds |= FIAT__JSON_ARRAY;
    if (!twin->object) kinds |= FIAT__JSON_OBJECT;
    return kinds & twin->kinds & ~(unsigned)twin->tape_kinds;
}

static void fill(fiat__flattener *f, uint32_t own, uint32_t index) {
    const fiat__node *node = &f->p->nodes[own];
    fiat__node twin = {.flags = node->flags | FIAT__NODE_TWIN, .apply = own, .where = node->where};
    fiat__parts parts[CLASS_COUNT];
    uint32_t values[CLASS_COUNT] = {0};
    for (size_t i = 0; i < CLASS_COUNT && f->c->status == FIAT_OK; i++) {
        fiat__flatten_gather(f, &parts[i], own, classes[i]);
        if (!parts[i].kinds) continue;
        values[i] = values_of(f, &parts[i]);
        if (values[i] && f->p->values[values[i]].kinds & classes[i] & FIAT__JSON_CONTAINERS)
            parts[i].whole = true;
        if (!parts[i].whole) merge_class(f, &twin, &parts[i], classes[i], own);
        twin.kinds |= parts[i].kinds;
        if (parts[i].whole) twin.tape_kinds |= parts[i].kinds;
    }
    if (f->c->status != FIAT_OK) return;
    twin.values = join_values(f, parts, values);
    twin.plain_kinds = (uint8_t)plain_kinds(&twin);
    if (f->c->status == FIAT_OK) f->p->nodes[index] = twin;
}

/* Does a schema look at a value more than once? */
static bool looks_again(const fiat__program *p, uint32_t node) {
    return p->nodes[node].apply || p->objects[p->nodes[node].object].depend_schemas_count;
}

uint32_t fiat__flatten_node(fiat__flattener *f, uint32_t node) {
    node = fiat__flatten_origin(f, node);
    if (node == FIAT__NODE_NONE || !looks_again(f->p, node) || f->c->status != FIAT_OK) return node;
    uint32_t count = f->p->node_count;
    if (f->twins_cap < count) {
        uint32_t old = f->twins_cap;
        if (!fiat__grow(f->c, &f->twins, old, &f->twins_cap, count - old, sizeof *f->twins))
            return node;
        memset(f->twins + old, 0, (f->twins_cap - old) * sizeof *f->twins);
    }
    if (f->twins[node]) return f->twins[node] - 1;
    if (!fiat__flatten_afford(f, sizeof *f->p->nodes)) return node;
    uint32_t twin = fiat__add_node(f->c, f->p->nodes[node].where);
    if (!fiat__grow(f->c, &f->queue, f->queue_count, &f->queue_cap, 1, sizeof *f->queue))
        return node;
    f->queue[f->queue_count++] = node;
    f->p->nodes[twin].flags = FIAT__NODE_TWIN; /* known as one before it is filled in */
    f->p->nodes[twin].apply = node;
    f->twins[node] = twin + 1;
    return twin;
}

/* ---- Conjunctions. ---- */

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
        const char *members = (const char *)(f->p->links + apply->a);
        fiat__str bytes = fiat__str_of(members, apply->count * sizeof *f->p->links);
        uint32_t at = (uint32_t)fiat__str_hash(0, bytes) & (size - 1);
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
    fiat__str bytes = fiat__str_of((const char *)nodes, count * sizeof *nodes);
    uint32_t at = (uint32_t)fiat__str_hash(0, bytes) & (f->sets_size - 1);
    for (; f->sets[at]; at = (at + 1) & (f->sets_size - 1))
        if (same_set(f->p, f->sets[at] - 1, nodes, count))
            return fiat__flatten_node(f, f->sets[at] - 1);
    f->budget -= f->budget < 256 ? f->budget : 256;
    uint32_t node = add_set(f, nodes, count);
    f->sets[at] = node + 1;
    f->set_count++;
    return fiat__flatten_node(f, node);
}

/* ---- All of them. ---- */

/* Let the rules of arrays and objects lead to twins. */
static void redirect(fiat__flattener *f) {
    fiat__program *p = f->p;
    uint32_t arrays = p->array_count, objects = p->object_count;
    for (uint32_t i = 1; i < arrays; i++) {
        for (uint32_t k = 0; k < p->arrays[i].prefix_count; k++) {
            uint32_t link = p->arrays[i].prefix + k, node = fiat__flatten_node(f, p->links[link]);
            p->links[link] = node;
        }
        uint32_t items = fiat__flatten_node(f, p->arrays[i].items);
        p->arrays[i].items = items;
    }
    for (uint32_t i = 1; i < objects; i++) {
        const fiat__names names = p->objects[i].names;
        for (uint32_t slot = names.slots; slot < names.slots + names.count; slot++) {
            uint32_t node = fiat__flatten_node(f, p->slots[slot].child);
            p->slots[slot].child = node;
        }
        for (uint32_t k = 0; k < p->objects[i].pattern_count; k++) {
            uint32_t link = p->objects[i].patterns + 2 * k + 1;
            uint32_t node = fiat__flatten_node(f, p->links[link]);
            p->links[link] = node;
        }
        uint32_t additional = fiat__flatten_node(f, p->objects[i].additional);
        uint32_t property_names = fiat__flatten_node(f, p->objects[i].property_names);
        p->objects[i].additional = additional;
        p->objects[i].property_names = property_names;
    }
}

void fiat__flatten(fiat__compiler *c) {
    fiat__flattener f = {.c = c, .p = c->program, .budget = 4096 + 2 * c->schema->text.len};
    redirect(&f);
    uint32_t root = fiat__flatten_node(&f, c->program->root);
    c->program->root = root;
    while (f.queue_count && c->status == FIAT_OK) {
        uint32_t node = f.queue[--f.queue_count];
        fill(&f, node, f.twins[node] - 1);
    }
    fiat__free(f.twins);
    fiat__free(f.queue);
    fiat__free(f.sets);
}
