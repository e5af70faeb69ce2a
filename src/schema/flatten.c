/* Which schemas look at a value together, and the twins that stand for them. */
#include "schema/flatten.h"

#include "base/error.h"
#include "base/mem.h"

/* Classes of values that a schema can treat alike. Integers and other numbers are one. */
static const uint8_t classes[] = {FIAT__JSON_NULL,   FIAT__JSON_BOOL,  FIAT__JSON_NUMERIC,
                                  FIAT__JSON_STRING, FIAT__JSON_ARRAY, FIAT__JSON_OBJECT};

#define CLASS_COUNT (sizeof classes / sizeof classes[0])

bool fiat__flatten_afford(fiat__flattener *f, size_t bytes) {
    if (bytes > f->budget) return false;
    f->budget -= bytes;
    return true;
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

/* How often a branch of anyOf or oneOf may be looked at. */
#define LOOKS_BASE   1000000u
#define LOOKS_A_BYTE 16u

void fiat__flatten(fiat__compiler *c) {
    fiat__flattener f = {.c = c, .p = c->program, .budget = 4096 + 2 * c->schema->text.len};
    f.looks = LOOKS_BASE + LOOKS_A_BYTE * (uint64_t)c->schema->text.len;
    fiat__flatten_kinds(&f);
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
    fiat__free(f.lets);
}
