/* Private to the schema compiler: its state, and what its files call in each other.
 *
 * Errors are sticky: the first one stays in compiler.status and err, everything that adds to the
 * program becomes harmless, and the driver looks at the status once a schema. */
#ifndef FIAT_SCHEMA_COMPILE_H
#define FIAT_SCHEMA_COMPILE_H

#include "base/arena.h"
#include "schema/program.h"

/* An absolute URI and the schema it names: the root, and every schema with an $id. */
typedef struct fiat__resource {
    fiat__str uri;
    uint32_t item;
} fiat__resource;

typedef struct fiat__anchor {
    uint32_t resource;
    fiat__str name;
    uint32_t item;
} fiat__anchor;

typedef struct fiat__compiler {
    fiat_schema *schema;
    fiat__program *program;
    const fiat__tape *tape;
    fiat__str *provided, *reserved; /* copies with readable bytes behind them */
    uint32_t provided_count, reserved_count;
    fiat__str also_required; /* one more name that the root requires; empty: none */
    fiat__draft draft;
    bool assert_formats;
    bool unevaluated; /* unevaluatedItems or unevaluatedProperties stands somewhere */
    fiat_status status;
    fiat_error *err;
    fiat__arena arena; /* URIs */
    fiat__regex_scratch *scratch;
    /* By tape item; 0 is "none". */
    uint32_t *node_of;     /* node + 1 */
    uint32_t *resource_of; /* of a schema: resource + 1 */
    /* Growing lists. */
    uint32_t *schemas; /* every schema found, in order of discovery */
    uint32_t *queue;   /* pairs: tape item, node that waits to be compiled */
    fiat__resource *resources;
    fiat__anchor *anchors;
    uint32_t schema_count, schema_cap, queue_count, queue_cap, resource_count, resource_cap;
    uint32_t anchor_count, anchor_cap;
    uint32_t node_cap, string_cap, number_cap, array_cap, object_cap, values_cap, apply_cap;
    uint32_t slot_cap, link_cap, names_cap, regex_cap;
} fiat__compiler;

/* One schema object while it is compiled. */
typedef struct fiat__build {
    fiat__compiler *c;
    uint32_t item;               /* the schema */
    uint32_t at[FIAT__KW_COUNT]; /* items of its keywords' values; 0 is absent */
    fiat__node node;
    bool entry; /* the node that events enter by: `provided` applies */
} fiat__build;

/* compile.c */
void fiat__compile_fail(fiat__compiler *c, fiat_status status, uint32_t item, fiat__keyword keyword,
                        const char *format, ...) FIAT_PRINTF(5, 6);
/* "found X; wanted": for a keyword's value that is not as it must be. */
void fiat__compile_wanted(fiat__build *b, fiat__keyword keyword, uint32_t value,
                          const char *wanted);
/* The node of a schema; queues its compilation when it is new. */
uint32_t fiat__compile_child(fiat__compiler *c, uint32_t item);
/* The same for additionalItems and additionalProperties, the only places where draft-04 has true
 * and false. */
uint32_t fiat__compile_additional(fiat__compiler *c, uint32_t item);
/* The item that stands for a schema that is nothing but a reference to another; else the item. */
uint32_t fiat__compile_alias(fiat__compiler *c, uint32_t item);
void fiat__compile_all(fiat__compiler *c);

/* compile_add.c: growing the program. Each returns the index of the new element, 0 on failure. */
bool fiat__grow(fiat__compiler *c, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                size_t elem_bytes);
uint32_t fiat__add_node(fiat__compiler *c, uint32_t where);
uint32_t fiat__add_string(fiat__compiler *c, const fiat__string_rule *rule);
uint32_t fiat__add_number(fiat__compiler *c, const fiat__number_rule *rule);
uint32_t fiat__add_array(fiat__compiler *c, const fiat__array_rule *rule);
uint32_t fiat__add_object(fiat__compiler *c, const fiat__object_rule *rule);
uint32_t fiat__add_values(fiat__compiler *c, const fiat__values_rule *rule);
uint32_t fiat__add_apply(fiat__compiler *c, const fiat__apply *apply);
uint32_t fiat__add_slots(fiat__compiler *c, uint32_t count);
uint32_t fiat__add_link(fiat__compiler *c, uint32_t value);
uint32_t fiat__add_name(fiat__compiler *c, fiat__str name);
/* Index + 1 of the compiled pattern; 0 when it does not compile. */
uint32_t fiat__add_regex(fiat__build *b, fiat__keyword keyword, uint32_t item, fiat__str pattern);

/* compile_*.c: each reads its keywords and fills in b->node. */
void fiat__compile_type(fiat__build *b);
void fiat__compile_values(fiat__build *b);
void fiat__compile_string(fiat__build *b);
void fiat__compile_number(fiat__build *b);
void fiat__compile_array(fiat__build *b);
void fiat__compile_object(fiat__build *b);
void fiat__compile_apply(fiat__build *b);
/* A count: a whole number >= 0. `absent` when the keyword is not there. */
uint32_t fiat__compile_count(fiat__build *b, fiat__keyword keyword, uint32_t absent);

/* names.c: names of one object or enum while they are collected. */
typedef struct fiat__known {
    fiat__str name;
    uint32_t schema; /* item of its schema in `properties`; 0 none */
    uint32_t child;
    uint16_t flags;
    bool required;
} fiat__known;

typedef struct fiat__known_list {
    fiat__known *at;
    uint32_t count, cap;
    uint32_t *map; /* hash table of index + 1 */
    uint32_t map_size;
} fiat__known_list;

/* Index of the name, which is added when it is new. */
uint32_t fiat__known_add(fiat__compiler *c, fiat__known_list *list, fiat__str name);
void fiat__known_deinit(fiat__known_list *list);
/* The hash table of all of them, with child and flags as they are now. */
void fiat__names_build(fiat__compiler *c, fiat__names *out, const fiat__known_list *list);

/* resolve.c */
/* Find all schemas below `item`, with their $id and anchors. */
void fiat__resolve_index(fiat__compiler *c);
/* The item that the $ref `value` of schema `item` points to; UINT32_MAX with an error. */
uint32_t fiat__resolve_ref(fiat__compiler *c, uint32_t item, uint32_t value);

/* uri.c: RFC 3986 section 5.2. ptr NULL when out of memory. */
fiat__str fiat__uri_resolve(fiat__arena *arena, fiat__str base, fiat__str reference);
/* Cut off "#fragment"; returns it without '#'. */
fiat__str fiat__uri_split(fiat__str *uri);
/* Resolve %XX. */
fiat__str fiat__uri_decode(fiat__arena *arena, fiat__str text);

/* finish.c: what is known only when all nodes are there. */
void fiat__finish(fiat__compiler *c);

#endif
