/* What is known of one place in the samples. Shared by infer*.c. */
#ifndef FIAT_TABLE_INFER_NODE_H
#define FIAT_TABLE_INFER_NODE_H

#include "json/tape.h"
#include "schema/format.h"
#include "table/infer.h"

/* Integers of more digits are taken for numbers: no column could hold them exactly. */
#define FIAT__INFER_DIGITS_MAX 38

/* Longer strings are not what an enum is made of. */
#define FIAT__INFER_VALUE_MAX_BYTES 64

typedef struct fiat__infer_node fiat__infer_node;

typedef struct fiat__infer_member {
    fiat__str name;
    fiat__infer_node *node;
} fiat__infer_member;

struct fiat__infer_node {
    uint64_t nulls, booleans, integers, fractions, strings, arrays,
        objects;       /* values of the kind */
    unsigned digits;   /* of the longest integer beyond 64 bits; 0: there was none */
    unsigned formats;  /* bit i: all strings so far fit fiat__infer_formats[i] */
    fiat__str *values; /* different strings, in no order */
    uint32_t value_count;
    bool many_values;         /* there were more of them, or such as make no enum */
    bool untracked;           /* there were members that are not followed */
    bool items_lost;          /* there were items that are not followed */
    fiat__infer_node *items;  /* of arrays; NULL: none seen, or not followed */
    fiat__infer_node *others; /* values of the members, when the object has become a map */
    bool map;
    fiat__infer_member *members; /* in the order in which they were first seen */
    uint32_t member_count, member_cap;
    uint32_t *table; /* member index + 1 by hash; NULL while there are few */
    uint32_t table_mask;
    uint64_t names; /* members of all objects */
    uint32_t next;  /* where the next member is looked for first */
};

struct fiat__infer {
    fiat__infer_opts opts;
    fiat__infer_node *root;
    uint64_t count;
    size_t bytes; /* in use by all nodes */
    bool full;    /* bytes reached the limit: nothing new is followed any more */
    fiat__keyspace keys;
    fiat__tape tape;
    fiat__padded text;
};

/* The formats that are looked for, the most telling ones first. */
typedef struct fiat__infer_format {
    fiat__format format;
    const char *name;
} fiat__infer_format;
#define FIAT__INFER_FORMATS 7
extern const fiat__infer_format fiat__infer_formats[FIAT__INFER_FORMATS];

static inline uint64_t fiat__infer_seen(const fiat__infer_node *node) {
    return node->nulls + node->booleans + node->integers + node->fractions + node->strings +
           node->arrays + node->objects;
}

/* A node that knows nothing; NULL when out of memory. */
fiat__infer_node *fiat__infer_node_new(fiat__infer *infer);
void fiat__infer_node_free(fiat__infer *infer, fiat__infer_node *node);

/* The node of a member, made when there is none. *node NULL: it is not followed. False when out of
 * memory. */
bool fiat__infer_member_at(fiat__infer *infer, fiat__infer_node *object, fiat__str name,
                           fiat__infer_node **node);

/* Keep a string as a possible value of an enum. False when out of memory. */
bool fiat__infer_keep_value(fiat__infer *infer, fiat__infer_node *node, fiat__str value);

/* Turn an object with members into a map. False when out of memory. */
bool fiat__infer_make_map(fiat__infer *infer, fiat__infer_node *node);

#endif
