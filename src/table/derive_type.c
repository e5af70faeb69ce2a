/* The type of a place in the event, from what the schema allows there. */
#include "table/derive_parts.h"

#include "base/mem.h"

#include <math.h>

/* A schema may describe more places than anybody wants columns for, without a cycle: each of the
 * definitions d1 ... d9 using the next one ten times. */
#define TYPES_MAX 10000

#define NUMBERS (FIAT__SHAPE_INTEGER | FIAT__SHAPE_FRACTION)

static const fiat__type s_string = {.kind = FIAT__TYPE_STRING};

/* Held as text. `why` says why, when it is not evident. */
static fiat__type as_text(fiat__derive *derive, const char *why) {
    if (derive->step_count == 1) derive->json_text = true;
    if (why) fiat__derive_say(derive, "%s: kept as JSON text", why);
    return s_string;
}

static bool within(const fiat__shape *shape, double min, double max) {
    return shape->has_min && shape->has_max && shape->min >= min && shape->max <= max;
}

/* bigint takes what has no bounds: an integer beyond 64 bits is what a schema has to ask for. */
static fiat__type integer_type(fiat__derive *derive, const fiat__shape *shape) {
    const double limit = 9223372036854775808.0;
    fiat__type decimal = {.kind = FIAT__TYPE_DECIMAL, .precision = 19};
    if (within(shape, -2147483648.0, 2147483647.0)) return (fiat__type){.kind = FIAT__TYPE_INT};
    if ((!shape->has_min || shape->min >= -limit) && (!shape->has_max || shape->max <= limit))
        return (fiat__type){.kind = FIAT__TYPE_BIGINT};
    double size =
        fmax(shape->has_min ? fabs(shape->min) : 0, shape->has_max ? fabs(shape->max) : 0);
    while (decimal.precision <= 38 && size >= pow(10, decimal.precision))
        decimal.precision++;
    if (decimal.precision > 38)
        return as_text(derive, "integers of more than 38 digits fit no number of Athena's");
    if (!shape->has_min || !shape->has_max) decimal.precision = 38;
    return decimal;
}

static fiat__type string_type(fiat__derive *derive, const fiat__shape *shape) {
    if (strcmp(shape->format, "date") == 0) return (fiat__type){.kind = FIAT__TYPE_DATE};
    if (derive->opts->timestamps && strcmp(shape->format, "date-time") == 0)
        return (fiat__type){.kind = FIAT__TYPE_TIMESTAMP};
    return s_string;
}

static fiat__type *new_children(fiat__derive *derive, size_t count) {
    fiat__type *children = fiat__arena_array(&derive->arena, count, sizeof *children);
    if (!children) derive->no_memory = true;
    return children;
}

static fiat__type child_type(fiat__derive *derive, fiat__step step) {
    derive->steps[derive->step_count++] = step;
    fiat__type type = fiat__derive_type(derive);
    derive->step_count--;
    return type;
}

static fiat__shape child_shape(fiat__derive *derive, fiat__step step) {
    derive->steps[derive->step_count] = step;
    return fiat__shape_at(derive->schema, derive->steps, derive->step_count + 1);
}

static fiat__type array_type(fiat__derive *derive) {
    const fiat__step step = {FIAT__STEP_ITEM, NULL};
    if (!child_shape(derive, step).types) return as_text(derive, NULL); /* always empty */
    fiat__type *items = new_children(derive, 1);
    if (!items) return s_string;
    *items = child_type(derive, step);
    return (fiat__type){.kind = FIAT__TYPE_ARRAY, .children = items, .child_count = 1};
}

static fiat__type map_type(fiat__derive *derive) {
    fiat__type *children = new_children(derive, 2);
    if (!children) return s_string;
    children[0] = s_string;
    children[1] = child_type(derive, (fiat__step){FIAT__STEP_VALUE, NULL});
    return (fiat__type){.kind = FIAT__TYPE_MAP, .children = children, .child_count = 2};
}

/* --- structs --- */

static bool has_name(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

/* All members, or none: what a struct leaves out is lost to SQL. */
static fiat__type struct_type(fiat__derive *derive, const fiat__derive_names *members) {
    fiat__type type = {.kind = FIAT__TYPE_STRUCT};
    type.children = new_children(derive, members->count);
    type.names = fiat__arena_array(&derive->arena, members->count, sizeof *type.names);
    if (!type.names) derive->no_memory = true;
    for (size_t i = 0; i < members->count && !derive->no_memory; i++) {
        const fiat__step step = {FIAT__STEP_MEMBER, members->items[i]};
        const char *name = fiat__derive_column_name(derive, step.name);
        if (!name) return as_text(derive, "a member's name is none that Athena takes for a struct");
        if (has_name(type.names, type.child_count, name))
            return as_text(derive, "two members differ in upper and lower case alone");
        if (!child_shape(derive, step).types) continue; /* never there */
        type.names[type.child_count] = name;
        type.children[type.child_count++] = child_type(derive, step);
    }
    return type.child_count ? type : as_text(derive, NULL);
}

static bool is_one_kind(unsigned types) {
    types &= ~(unsigned)FIAT__SHAPE_NULL;
    return types == FIAT__SHAPE_BOOLEAN || types == FIAT__SHAPE_STRING ||
           types == FIAT__SHAPE_ARRAY || types == FIAT__SHAPE_OBJECT ||
           (types && !(types & ~(unsigned)NUMBERS));
}

/* Do the schemas of the place at hand say what members are like that they do not name? */
static bool find_pattern(const fiat__doc *node, void *user) {
    const fiat__doc *more = fiat__doc_get(node, "additionalProperties");
    if (fiat__doc_first(more) || fiat__doc_first(fiat__doc_get(node, "patternProperties")))
        *(bool *)user = true;
    return true;
}

static fiat__type object_type(fiat__derive *derive) {
    fiat__derive_names members;
    bool pattern = false;
    fiat__type type;
    fiat__derive_names_of(derive, &members);
    fiat__shape values = child_shape(derive, (fiat__step){FIAT__STEP_VALUE, NULL});
    fiat__shape_nodes(derive->schema, derive->steps, derive->step_count, find_pattern, &pattern);
    if (pattern && values.declared && is_one_kind(values.types))
        type = map_type(derive);
    else if (pattern && members.count)
        type = as_text(derive, "it has members by name and others, of several types");
    else if (members.too_many)
        type = as_text(derive, "it has too many members for a struct");
    else if (members.count)
        type = struct_type(derive, &members);
    else
        type = as_text(derive, NULL);
    fiat__free(members.items);
    return type;
}

/* --- recursion --- */

static bool add_node(const fiat__doc *node, void *user) {
    static const char *const keywords[] = {"properties", "patternProperties",
                                           "additionalProperties", "items", "prefixItems"};
    fiat__derive_nodes *nodes = user;
    bool inside = false;
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        inside |= fiat__doc_get(node, keywords[i]) != NULL;
    for (size_t i = 0; i < nodes->count && inside; i++)
        if (nodes->items[i] == node) inside = false;
    if (!inside) return true;
    if (nodes->count < sizeof nodes->items / sizeof nodes->items[0])
        nodes->items[nodes->count] = node;
    return ++nodes->count <= sizeof nodes->items / sizeof nodes->items[0];
}

static bool same_nodes(const fiat__derive_nodes *a, const fiat__derive_nodes *b) {
    return a->count == b->count && a->count > 0 &&
           a->count <= sizeof a->items / sizeof a->items[0] &&
           memcmp(a->items, b->items, a->count * sizeof a->items[0]) == 0;
}

/* The same schemas apply as at a place further out: there would be no end to the type. */
static bool is_recursive(fiat__derive *derive) {
    size_t depth = derive->step_count - 1;
    fiat__derive_nodes *here = &derive->nodes[depth];
    here->count = 0;
    fiat__shape_nodes(derive->schema, derive->steps, derive->step_count, add_node, here);
    for (size_t i = 0; i < depth; i++)
        if (same_nodes(&derive->nodes[i], here)) return true;
    fiat__derive_nodes root = {.count = 0};
    fiat__shape_nodes(derive->schema, NULL, 0, add_node, &root);
    return same_nodes(&root, here);
}

static fiat__type container_type(fiat__derive *derive, bool array) {
    if (derive->step_count == FIAT__TYPE_MAX_DEPTH)
        return as_text(derive, "it is nested deeper than types can be");
    if (is_recursive(derive)) return as_text(derive, "the schema refers to itself here");
    return array ? array_type(derive) : object_type(derive);
}

fiat__type fiat__derive_type(fiat__derive *derive) {
    fiat__shape shape = fiat__shape_at(derive->schema, derive->steps, derive->step_count);
    unsigned types = shape.types & ~(unsigned)FIAT__SHAPE_NULL;
    if (derive->types++ == TYPES_MAX)
        return as_text(derive, "the schema describes too many places: this one and the rest are");
    if (derive->types > TYPES_MAX) return as_text(derive, NULL);
    if (!shape.declared || types == (FIAT__SHAPE_ANY & ~(unsigned)FIAT__SHAPE_NULL))
        return as_text(derive, "the schema lets in any value");
    if (!types) return as_text(derive, "the schema lets in nothing but null");
    if (types == FIAT__SHAPE_BOOLEAN) return (fiat__type){.kind = FIAT__TYPE_BOOLEAN};
    if (types == FIAT__SHAPE_INTEGER) return integer_type(derive, &shape);
    if (!(types & ~(unsigned)NUMBERS)) return (fiat__type){.kind = FIAT__TYPE_DOUBLE};
    if (types == FIAT__SHAPE_STRING) return string_type(derive, &shape);
    if (types == FIAT__SHAPE_ARRAY) return container_type(derive, true);
    if (types == FIAT__SHAPE_OBJECT) return container_type(derive, false);
    return as_text(derive, "the schema lets in values of several types");
}
