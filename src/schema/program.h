/* The compiled form of a schema. Private to src/schema.
 *
 * Layout. A program is a handful of flat arrays. Each (sub)schema is one 32-byte node; what it
 * demands of a string, number, array or object is a rule in the array of that kind, found by a
 * 32-bit index; lists of indices lie in `links`, names in `names` (a padded pool). There are no
 * pointers inside nodes and rules: compiled regular expressions sit in `regexes` beside them, and
 * messages find their way back into the schema through `where`, an index into the tape of the
 * schema's own text, which the program keeps. Index 0 of every rule array is "no rule"; node 0 is
 * the schema `true`.
 *
 * Two engines run it, and must agree (tests/unit/schema_engines_test.c holds them to it):
 *   run.c       reads the bytes once, parsing and judging in the same step. A value is judged here
 *               when its node looks at it once: its kind is not in node.tape_kinds.
 *   run_tape*.c judges a value on a tape. It knows every keyword. The first engine hands it the
 *               subtrees that must be looked at twice, and the report is made with it.
 *
 * Twins and groups are for the first engine alone. A schema with in-place applicators gets a twin
 * (flatten.h), a node whose rules say what the schema and all that it applies say together; what
 * leads to the schema leads to the twin, which keeps its original in `apply`, and the second engine
 * goes on to that. Where objects have alternatives, the twin's `object` is a group: several rules
 * that see the same members, and a formula over their verdicts (run_group.c).
 *
 * Documents, resources and aliases are for reports (places.c): the texts that lie behind each other
 * in the schema's own, the schemas with a URI in them, and the references that no node was made
 * for. Dynamic scopes are gone: a schema has a node for each that it is reached in (scope.c).
 *
 * Invariants
 *   - Nothing changes after fiat__finish() and fiat__shrink(): threads share it without a lock.
 *   - A $ref alone, and an allOf of one, is no node of its own: its users hold the target's index.
 *   - `apply` (of a node that is no twin) and dependent schemas lead to nodes that look at the same
 *     value; these edges form no cycle (finish.c), so every run ends.
 *   - A known name (properties, required, dependencies, `provided`) has one slot and one bit. The
 *     slot's child already takes patternProperties and additionalProperties into account. */
#ifndef FIAT_SCHEMA_PROGRAM_H
#define FIAT_SCHEMA_PROGRAM_H

#include "json/tape.h"
#include "schema/format.h"
#include "schema/keyword.h"
#include "schema/regex.h"
#include "schema/schema.h"

#define FIAT__NODE_ANY  0u         /* the schema `true` */
#define FIAT__NODE_NONE UINT32_MAX /* no schema given */
#define FIAT__UNLIMITED UINT32_MAX /* no upper bound of a length or count */

typedef struct fiat__node {
    uint8_t kinds;                          /* fiat__json_kind bits that `type` lets in */
    uint8_t tape_kinds;                     /* kinds that only the tape engine can judge */
    uint8_t plain_kinds;                    /* kinds with nothing to check but their syntax */
    uint8_t flags;                          /* FIAT__NODE_* below */
    uint32_t string, number, array, object; /* rules */
    uint32_t values;                        /* enum and const */
    uint32_t apply;                         /* first of a run of in-place applicators */
    uint32_t where;                         /* the schema in the schema's tape */
} fiat__node;

_Static_assert(sizeof(fiat__node) == 32, "two nodes a cache line");

/* Flags of a node. */
#define FIAT__NODE_STRICT_INTEGER 1u /* draft-04: 1.0 is not an integer */
#define FIAT__NODE_TWIN           2u /* of the node `apply`, for run.c alone: see flatten.h */
#define FIAT__NODE_GROUP          4u /* `object` is a group */

typedef struct fiat__string_rule {
    uint32_t min, max; /* code points */
    uint32_t regex;    /* index + 1; 0 none */
    uint8_t format;    /* fiat__format */
    uint8_t encoding;  /* fiat__encoding */
    uint8_t media;     /* fiat__media */
    uint8_t looks;     /* any of the four: more than the length is asked */
} fiat__string_rule;

typedef struct fiat__number_rule {
    int64_t low, high; /* what the four bounds leave of int64; low > high: nothing */
    int64_t divisor;   /* multipleOf when it fits int64; else 0 */
    /* Exact: values in the schema's tape, 0 none. */
    uint32_t minimum, maximum, above, below, multiple_of;
    uint32_t spare;
} fiat__number_rule;

typedef struct fiat__array_rule {
    uint32_t prefix, prefix_count; /* links: nodes */
    uint32_t items;                /* node for the rest; FIAT__NODE_ANY when there is none */
    uint32_t min, max;
    uint32_t contains, min_contains, max_contains; /* node or FIAT__NODE_NONE */
    uint32_t unevaluated;                          /* node or FIAT__NODE_NONE */
    uint8_t unique;
    uint8_t items_given;        /* items (or additionalItems) stands in the schema */
    uint8_t contains_evaluates; /* 2020-12: what contains matches counts as evaluated */
    uint8_t spare;
    uint32_t items_keyword,
        prefix_keyword; /* "items" or "additionalItems"; "prefixItems" or "items" */
} fiat__array_rule;

/* Flags of a slot. */
#define FIAT__SLOT_DECLARED 1u /* properties or patternProperties apply to it */
#define FIAT__SLOT_PROVIDED 2u /* the caller alone may add the member */
#define FIAT__SLOT_CLOSED   4u /* not declared, and additionalProperties is false */
#define FIAT__SLOT_PLAIN    8u /* short, and stands in a text as it is: see fiat__slot_ahead() */

/* A known name. */
typedef struct fiat__slot {
    uint64_t head, tail; /* fiat__key_head(), fiat__key_tail() */
    uint32_t len;
    uint32_t name;  /* offset in the pool */
    uint32_t child; /* node of the member's value (objects); where in the tape (enums) */
    uint16_t index; /* of the name's bit */
    uint16_t flags;
} fiat__slot;

_Static_assert(sizeof(fiat__slot) == 32, "two slots a cache line");

#define FIAT__NAMES_MAX 65535u

/* A hash table of names. The slots lie in the order of their bits, which is the order in which the
 * schema has the names; the table holds their places, + 1. The multiplier was searched so that no
 * two names collide; where none was found, the place that follows is taken. Names that would pile
 * up so, because only their middles differ, are hashed as a whole, with a seed. */
typedef struct fiat__names {
    uint64_t multiplier; /* or the seed */
    uint32_t slots;      /* first slot */
    uint32_t places;     /* first place of the table */
    uint32_t mask;       /* number of places - 1; the table always has an empty one */
    uint32_t shift;
    uint32_t count;
    bool whole; /* the middles count too */
} fiat__names;

typedef struct fiat__object_rule {
    fiat__names names;
    uint64_t required;           /* of the first 64 names */
    uint64_t provided, reserved; /* members of the caller: present, and not present */
    uint32_t additional;         /* node for members that nothing else covers */
    uint32_t words;              /* 64-bit words for the bits of all names */
    uint32_t more_required;      /* links: bit indices >= 64 */
    uint32_t more_required_count;
    uint32_t patterns, pattern_count; /* links: pairs of regex index, node */
    uint32_t min, max;
    uint32_t property_names; /* node or FIAT__NODE_NONE */
    uint32_t depends;        /* links, see below */
    uint32_t depends_count;  /* dependencies on names: {if, count, then...} by bit index */
    uint32_t depend_schemas; /* links: pairs of bit index, node */
    uint32_t depend_schemas_count;
    uint32_t unevaluated; /* node or FIAT__NODE_NONE */
    uint8_t closed;       /* additionalProperties is false */
    uint8_t additional_given;
    uint8_t only_required; /* nothing is asked of the members as a whole but `required` */
    uint8_t spare;
    uint16_t additional_keyword; /* additionalProperties or unevaluatedProperties */
} fiat__object_rule;

/* Up to so many arrays and objects are compared one by one. */
#define FIAT__VALUES_FEW 4u

/* enum or const. */
typedef struct fiat__values_rule {
    fiat__names strings;
    uint32_t numbers, numbers_count;       /* links: tape items, in the order of the numbers */
    uint32_t containers, containers_count; /* links: pairs of hash and tape item, by hash */
    uint8_t kinds;      /* kinds that are among the values; numbers set both bits */
    uint8_t booleans;   /* 1: false, 2: true */
    uint16_t keyword;   /* FIAT__KW_ENUM or FIAT__KW_CONST */
    uint8_t free_kinds; /* of a twin: kinds that it says nothing of */
} fiat__values_rule;

/* In-place applicators: they look at the same value again. */
typedef enum fiat__apply_op {
    FIAT__APPLY_END = 0, /* closes a run */
    FIAT__APPLY_ALL,     /* allOf, $ref: links a..a+count */
    FIAT__APPLY_ANY,
    FIAT__APPLY_ONE,
    FIAT__APPLY_NOT, /* node a */
    FIAT__APPLY_IF   /* nodes a, then, otherwise */
} fiat__apply_op;

typedef struct fiat__apply {
    uint16_t op;
    uint16_t keyword;
    uint32_t a;
    uint32_t count, then, otherwise; /* nodes: FIAT__NODE_NONE when not given */
} fiat__apply;

/* A text that the schema was made from: the first is its own, others came by references. */
typedef struct fiat__document {
    uint32_t item; /* in the schema's tape */
    uint32_t at;   /* offset of its text */
    uint32_t uri;  /* in the pool of names: what it was got by; "" when nothing is known */
} fiat__document;

/* A schema with a URI of its own. */
typedef struct fiat__resource {
    uint32_t item;
    uint32_t uri; /* in the pool of names */
    fiat__dialect dialect;
} fiat__resource;

/* A step that no node was made for: a schema, or the value of a reference, leads to another schema,
 * and in the end to a node. */
typedef struct fiat__alias {
    uint32_t item, node, target;
} fiat__alias;

/* Several rules of objects that look at the same members, and what must hold of their verdicts: the
 * objects of a twin whose schema has anyOf and the like. Bit i of a verdict is that of rule i. */
typedef struct fiat__group {
    uint32_t rules, count; /* links: indices of object rules */
    uint32_t formula;      /* links, see fiat__formula_op */
    bool closed;           /* the formula asks what evaluates which member */
    uint32_t mandatory;    /* rules without which the formula cannot hold */
} fiat__group;

#define FIAT__GROUP_MAX 16u

/* A formula is an operation, with the number of its operands above the low byte, and the operands
 * behind it. */
typedef enum fiat__formula_op {
    FIAT__FORMULA_FALSE,
    FIAT__FORMULA_TRUE,
    FIAT__FORMULA_RULE, /* the number is that of a rule */
    FIAT__FORMULA_HAS,  /* the number is that of a name of the first rule, which is mandatory */
    FIAT__FORMULA_ALL,
    FIAT__FORMULA_ANY,
    FIAT__FORMULA_ONE,
    FIAT__FORMULA_NOT,
    FIAT__FORMULA_IF,    /* three operands */
    FIAT__FORMULA_CLOSED /* the operand, and it evaluates all members */
} fiat__formula_op;

typedef struct fiat__program {
    fiat__node *nodes;
    fiat__string_rule *strings;
    fiat__number_rule *numbers;
    fiat__array_rule *arrays;
    fiat__object_rule *objects;
    fiat__values_rule *values;
    fiat__apply *applies;
    fiat__group *groups;
    fiat__slot *slots;
    uint16_t *places;
    uint32_t *links;
    char *names; /* FIAT__SCAN_PAD bytes follow the last name */
    fiat__regex **regexes;
    fiat__document *documents;
    fiat__resource *resources;
    fiat__alias *aliases; /* sorted by item and node */
    uint32_t node_count, string_count, number_count, array_count, object_count, values_count;
    uint32_t apply_count, slot_count, place_count, link_count, names_len, regex_count;
    uint32_t document_count, resource_count, alias_count, group_count;
    uint32_t root;
    uint32_t max_words; /* most `words` of any object rule */
    bool takes_provided;
} fiat__program;

/* What a schema was compiled with, defaults put in (limits.c). */
typedef struct fiat__limits {
    uint32_t instance_bytes;
    uint32_t steps_per_byte;
    uint64_t steps;
} fiat__limits;

struct fiat_schema {
    fiat__program program;
    fiat__padded text; /* of all documents, one after the other */
    fiat__keyspace keys;
    fiat__tape tape;
    unsigned max_depth;
    fiat__limits limits;
};

/* places.c: for reports. */
/* The document that an item of the schema's tape lies in. */
const fiat__document *fiat__document_of(const fiat__program *program, uint32_t item);
/* The innermost resource that an item lies in. */
const fiat__resource *fiat__resource_of(const fiat_schema *schema, uint32_t item);
/* Where a schema leads that is only a step to a node, or the value of a reference (see
 * fiat__alias); FIAT__NO_ALIAS when it leads nowhere. */
#define FIAT__NO_ALIAS UINT32_MAX
uint32_t fiat__alias_of(const fiat__program *program, uint32_t item, uint32_t node);

/* The node that the schema itself was compiled to. */
static inline uint32_t fiat__node_origin(const fiat__program *program, uint32_t node) {
    bool twin = node != FIAT__NODE_NONE && program->nodes[node].flags & FIAT__NODE_TWIN;
    return twin ? program->nodes[node].apply : node;
}

static inline fiat__str fiat__slot_name(const fiat__program *program, uint32_t slot) {
    return fiat__str_of(program->names + program->slots[slot].name, program->slots[slot].len);
}

static inline bool fiat__names_match(const char *pool, const fiat__slot *slot, const char *key,
                                     size_t len, uint64_t head, uint64_t tail) {
    if (slot->head != head || slot->len != len || slot->tail != tail) return false;
    return len <= 16 || memcmp(key + 8, pool + slot->name + 8, len - 16) == 0;
}

/* names.c: when `whole` is set. */
uint64_t fiat__names_hash_whole(const fiat__names *names, const char *key, size_t len);

static inline uint32_t fiat__names_hash(const fiat__names *names, const char *key, size_t len,
                                        uint64_t head, uint64_t tail) {
    uint64_t hash = ((head ^ tail) + len) * names->multiplier;
    if (__builtin_expect(names->whole, 0)) hash = fiat__names_hash_whole(names, key, len);
    return (uint32_t)(hash >> names->shift);
}

/* The slot of a name, or NULL. `key` has FIAT__SCAN_PAD or at least eight readable bytes from its
 * start. */
static inline const fiat__slot *fiat__names_find(const fiat__program *program,
                                                 const fiat__names *names, const char *key,
                                                 size_t len) {
    if (names->count == 0) return NULL;
    uint64_t head = fiat__key_head(key, len), tail = fiat__key_tail(key, len);
    const fiat__slot *slots = program->slots + names->slots;
    const uint16_t *places = program->places + names->places;
    for (uint32_t i = fiat__names_hash(names, key, len, head, tail); places[i];
         i = (i + 1) & names->mask) {
        const fiat__slot *slot = &slots[places[i] - 1];
        if (fiat__names_match(program->names, slot, key, len, head, tail)) return slot;
    }
    return NULL;
}

/* Does the string that opens at p stand there as the slot's name does, letter by letter? "No" may
 * be wrong: longer names than these are not compared. */
#define FIAT__SLOT_PLAIN_MAX 16
_Static_assert(FIAT__SLOT_PLAIN_MAX + 16 <= FIAT__SCAN_PAD, "bytes behind a name may be read");

static inline bool fiat__slot_ahead(const fiat__program *program, const fiat__slot *slot,
                                    const char *p) {
    const char *key = p + 1;
    if (!(slot->flags & FIAT__SLOT_PLAIN) || key[slot->len] != '"') return false;
    return fiat__scan_same(key, program->names + slot->name, slot->len);
}

#endif
