/* Private to flatten*.c: making a node that stands for a schema with in-place applicators.
 *
 * The one-pass engine looks at a value by one node only. A schema with allOf, a $ref beside other
 * keywords, anyOf and the like looks at it by several, so its values would have to go on a tape.
 * But often the sum of it all is one node's work: every branch of an allOf, and of an anyOf or
 * oneOf the only branch that can take a value of that kind. Such a node is made here, the twin of
 * the schema's own, and the engine uses it in its place; what cannot be flattened for some kind of
 * value stays on the tape, for that kind alone. The tape engine and all reports use the original.
 */
#ifndef FIAT_SCHEMA_FLATTEN_H
#define FIAT_SCHEMA_FLATTEN_H

#include "schema/compile.h"

/* Schemas that look at one value together. */
#define FIAT__PARTS_MAX   32
#define FIAT__PENDING_MAX 8

typedef struct fiat__parts {
    uint32_t node[FIAT__PARTS_MAX];
    uint32_t count;
    uint32_t pending[FIAT__PENDING_MAX]; /* objects: applies that are told by a group */
    uint32_t pending_count;
    uint32_t
        scoped[FIAT__PENDING_MAX]; /* objects: schemas with unevaluatedProperties of their own */
    uint32_t scoped_count;
    uint8_t kinds; /* of the class of values that it is about: those that all of them let in */
    bool whole;    /* cannot be told in one pass: to the tape */
} fiat__parts;

typedef struct fiat__flattener {
    fiat__compiler *c;
    fiat__program *p;
    uint32_t *twins; /* by node: twin + 1; 0: not asked for yet */
    uint32_t twins_cap;
    uint32_t *queue; /* nodes whose twin is still to be filled in */
    uint32_t queue_count, queue_cap;
    uint32_t *sets; /* open hash table of conjunctions: node + 1 */
    uint32_t set_count, sets_size;
    size_t budget;  /* bytes that twins may still take */
    uint64_t looks; /* at branches, that gathering may still take */
    uint8_t *lets; /* by node, of those that were there before: kinds that it may let in, at most */
    uint32_t lets_count;
} fiat__flattener;

/* flatten.c */
/* The node that the one-pass engine uses for a node. */
uint32_t fiat__flatten_node(fiat__flattener *f, uint32_t node);
/* A node that demands what all of several do, and its twin. */
uint32_t fiat__flatten_set(fiat__flattener *f, uint32_t *nodes, uint32_t count);
/* flatten_gather.c */
/* Work out `lets`. */
void fiat__flatten_kinds(fiat__flattener *f);
/* What looks at a class of values together with a schema, and by it. */
void fiat__flatten_gather(fiat__flattener *f, fiat__parts *parts, uint32_t node, unsigned class);
/* Take bytes from the budget; false when there are not enough left. */
bool fiat__flatten_afford(fiat__flattener *f, size_t bytes);

/* The original of a twin; any other node itself. */
static inline uint32_t fiat__flatten_origin(const fiat__flattener *f, uint32_t node) {
    return fiat__node_origin(f->p, node);
}

/* flatten_rules.c, flatten_object.c: one rule for what all parts say of a class of values. Set
 * parts->whole when there can be none. */
uint32_t fiat__flatten_string(fiat__flattener *f, fiat__parts *parts);
uint32_t fiat__flatten_number(fiat__flattener *f, fiat__parts *parts);
uint32_t fiat__flatten_array(fiat__flattener *f, fiat__parts *parts);
/* Can one rule say of objects what all parts do? */
bool fiat__flatten_fits(const fiat__flattener *f, const fiat__parts *parts, uint32_t unevaluated);
/* `unevaluated`: the node's own unevaluatedProperties; FIAT__NODE_NONE when it has none. */
uint32_t fiat__flatten_object(fiat__flattener *f, fiat__parts *parts, uint32_t unevaluated);
/* flatten_group.c: the group of parts with applies pending, or dependent schemas. */
uint32_t fiat__flatten_group(fiat__flattener *f, fiat__parts *parts);

#endif
