/* Private to the schema compiler: its state, and what its files call in each other.
 *
 * The steps, each over the whole schema: parse the text; find every schema in it with its base URI,
 * dialect and anchors (resolve.c); follow every reference, which may bring in other documents
 * (references.c); make the nodes (compile*.c); look at them as a whole (finish.c).
 *
 * Errors are sticky: the first one stays in compiler.status and err, everything that adds to the
 * program becomes harmless, and the driver looks at the status once a schema. */
#ifndef FIAT_SCHEMA_COMPILE_H
#define FIAT_SCHEMA_COMPILE_H

#include "base/arena.h"
#include "json/lookup.h"
#include "schema/program.h"

/* Most nesting of schema text that a caller may allow. */
#define FIAT__SCHEMA_TEXT_DEPTH 1000

/* A schema resource: a document's root, or a schema with an $id. */
typedef struct fiat__scheme {
    fiat__str uri;
    fiat__dialect dialect;
    uint32_t item;
    uint32_t dynamic; /* its dynamic anchors: index + 1 of the first, linked by `next` */
    bool reached;     /* something of it is used */
} fiat__scheme;

/* A name for a place: of a schema in a resource, or (with FIAT__NO_RESOURCE) a URI of a resource.
 */
typedef struct fiat__anchor {
    uint32_t resource;
    fiat__str name;
    uint32_t item;    /* of a URI: the resource */
    uint32_t next;    /* index + 1 */
    uint32_t binding; /* of a dynamic anchor whose name others have too: which name it is, + 1 */
    bool dynamic;     /* $dynamicAnchor, or $recursiveAnchor: true */
} fiat__anchor;

#define FIAT__NO_RESOURCE UINT32_MAX
#define FIAT__NO_ITEM     UINT32_MAX

/* What is known of a tape item of the schema. There are as many as items, so they are small: a key
 * is never a schema, and only what can be one, an object, true or false, gets a node. */
typedef struct fiat__item_info {
    union {
        uint32_t node;   /* of a schema, in scope 0: node + 1 */
        uint32_t target; /* of the string of a $ref or the like: index in targets + 1 */
    };
    union {
        struct {
            uint32_t resource : 28; /* of a schema: resource + 1 (load.c limits their URIs) */
            uint32_t refers : 1;    /* it has a reference */
            uint32_t step : 1;      /* it says nothing itself, but has one reference or allOf */
            uint32_t reached : 1;   /* its references are followed */
            uint32_t compiled : 1;  /* in some scope */
        };
        uint8_t keyword; /* of a key in a schema: fiat__keyword */
    };
} fiat__item_info;

_Static_assert(sizeof(fiat__item_info) == 8, "eight of them a cache line");

/* Where a reference leads. */
typedef struct fiat__target {
    uint32_t item;
    uint32_t dynamic; /* index + 1 of the dynamic anchor that it leads to; 0: none */
} fiat__target;

/* A pattern that has been compiled; many schemas have the same ones over and over. */
#define FIAT__REGEX_KNOWN 64u

typedef struct fiat__known_regex {
    fiat__str pattern;
    uint32_t regex; /* index + 1; 0: none */
} fiat__known_regex;

/* Keywords repeat: the last ones found, by their length, first and last letter. */
#define FIAT__KEYWORDS_FOUND 128u

typedef struct fiat__compiler {
    fiat_schema *schema;
    fiat__program *program;
    fiat__tape *tape;
    const fiat_schema_registry *registry;
    fiat__str *provided, *reserved; /* copies with readable bytes behind them */
    uint32_t provided_count, reserved_count;
    fiat__str also_required; /* one more name that the root requires; empty: none */
    fiat__draft default_draft;
    fiat_schema_formats formats;
    bool assert_content;
    fiat__str dialect_uri; /* the last $schema, and what it said */
    fiat__dialect dialect;
    bool unevaluated;              /* unevaluatedItems or unevaluatedProperties stands somewhere */
    uint32_t max_depth, max_bytes; /* of the text */
    uint64_t max_memory, memory;   /* of the program and the tables beside it: allowed, taken */
    fiat_status status;
    fiat_error *err;
    fiat__arena arena;   /* URIs and names of anchors */
    fiat__lookup lookup; /* of pointers in the tape */
    fiat__regex_scratch *scratch;
    fiat__item_info *info; /* by tape item */
    uint32_t info_cap;
    uint8_t keywords_found[FIAT__KEYWORDS_FOUND]; /* fiat__keyword */
    uint32_t objects_seen, properties_seen;       /* values of `properties`, and what is in them */
    /* Growing lists. */
    uint32_t *schemas;    /* every schema found, in order of discovery */
    uint32_t own_schemas; /* how many of them are of the first document, all of which are checked */
    uint32_t *queue;      /* triples: tape item, scope, node that waits to be compiled */
    fiat__scheme *schemes; /* the resources */
    fiat__anchor *anchors;
    fiat__target *targets;
    uint32_t *anchor_map; /* open hash table of index + 1 */
    uint32_t schema_count, schema_cap, queue_count, queue_cap, scheme_count, scheme_cap;
    uint32_t anchor_count, anchor_cap, anchor_map_size, target_count, target_cap;
    struct fiat__scopes *scopes;                        /* NULL: no reference is dynamic */
    uint32_t scope;                                     /* of the schema that is being compiled */
    fiat__known_regex known_regexes[FIAT__REGEX_KNOWN]; /* by hash; the last one stays */
    uint32_t node_cap, string_cap, number_cap, array_cap, object_cap, values_cap, apply_cap;
    uint32_t slot_cap, place_cap, link_cap, names_cap, regex_cap, document_cap, resource_cap,
        alias_cap, group_cap;
} fiat__compiler;

/* One schema object while it is compiled. */
typedef struct fiat__build {
    fiat__compiler *c;
    fiat__draft draft;
    bool assert_formats;
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
uint32_t fiat__compile_additional(fiat__build *b, uint32_t item);
/* The node that the value of a $ref or the like leads to. */
uint32_t fiat__compile_target(fiat__compiler *c, uint32_t value);
void fiat__compile_all(fiat__compiler *c);
/* The arena of URIs and names gave nothing: it is full, or memory has run out. */
void fiat__compile_no_room(fiat__compiler *c, uint32_t item, fiat__keyword keyword);

/* compile_add.c: growing the program. `array` points to a pointer of any object type. */
bool fiat__grow(fiat__compiler *c, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                size_t elem_bytes);
/* The same to a capacity that is known. */
bool fiat__grow_to(fiat__compiler *c, void *array, uint32_t *cap, uint32_t wanted,
                   size_t elem_bytes);
/* Room for exactly so many more, where that is known before. */
void fiat__reserve(fiat__compiler *c, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                   size_t elem_bytes);
/* Each returns the index of the new element, 0 on failure. */
uint32_t fiat__add_node(fiat__compiler *c, uint32_t where);
uint32_t fiat__add_string(fiat__compiler *c, const fiat__string_rule *rule);
uint32_t fiat__add_number(fiat__compiler *c, const fiat__number_rule *rule);
uint32_t fiat__add_array(fiat__compiler *c, const fiat__array_rule *rule);
uint32_t fiat__add_object(fiat__compiler *c, const fiat__object_rule *rule);
uint32_t fiat__add_values(fiat__compiler *c, const fiat__values_rule *rule);
uint32_t fiat__add_apply(fiat__compiler *c, const fiat__apply *apply);
uint32_t fiat__add_group(fiat__compiler *c, const fiat__group *group);
uint32_t fiat__add_slots(fiat__compiler *c, uint32_t count);
uint32_t fiat__add_places(fiat__compiler *c, uint32_t count);
/* Give back the room to grow of a schema that is ready. */
void fiat__shrink(fiat_schema *schema);
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

/* check.c: what compiling a schema does not see of its members. */
void fiat__check_schema(fiat__compiler *c, uint32_t item);

/* names.c: names of one object or enum while they are collected. */
typedef struct fiat__known {
    fiat__str name;
    uint32_t schema; /* item of its schema in `properties`; 0 none */
    uint32_t child;
    uint32_t pooled; /* where it stands in the pool of names + 1; 0: not there yet */
    uint16_t flags;
    bool required;
} fiat__known;

typedef struct fiat__known_list {
    fiat__known *at;
    uint32_t count, cap;
    uint32_t *map; /* hash table of index + 1 */
    uint32_t map_size;
    uint64_t seed;
} fiat__known_list;

/* Index of the name, which is added when it is new. */
uint32_t fiat__known_add(fiat__compiler *c, fiat__known_list *list, fiat__str name);
void fiat__known_deinit(fiat__known_list *list);
/* The hash table of all of them, with child and flags as they are now. */
void fiat__names_build(fiat__compiler *c, fiat__names *out, const fiat__known_list *list);

/* document.c */
/* Parse a text behind the others and find its schemas. The first is the schema itself; `uri` is
 * what it was got by, `otherwise` its dialect if it does not say so. Returns its item, or
 * FIAT__NO_ITEM with an error. */
uint32_t fiat__document_add(fiat__compiler *c, fiat__str uri, fiat__str text,
                            const fiat__dialect *otherwise);

/* dialect.c: what `$schema` of a schema object says; `otherwise` when it says nothing. false with
 * an error. */
bool fiat__dialect_read(fiat__compiler *c, uint32_t item, const fiat__dialect *otherwise,
                        fiat__dialect *out);

/* resolve.c */
/* Take in a schema and all below it: base URIs, dialects, anchors, keywords. */
void fiat__resolve_visit(fiat__compiler *c, uint32_t item, uint32_t resource);
/* Call `each` with every schema in the value of a keyword. */
void fiat__resolve_children(fiat__compiler *c, fiat__keyword keyword, uint32_t value,
                            void (*each)(fiat__compiler *c, uint32_t child, uint32_t with),
                            uint32_t with);
/* Up to draft-07 a $ref hides everything beside it, an $id too: is the schema such a one? */
bool fiat__resolve_hides(const fiat__compiler *c, uint32_t item, fiat__draft draft);
uint32_t fiat__resource_add(fiat__compiler *c, fiat__str uri, uint32_t item,
                            const fiat__dialect *dialect);
/* The resource of a URI without its fragment; FIAT__NO_RESOURCE when there is none. */
uint32_t fiat__resource_find(const fiat__compiler *c, fiat__str uri);
/* Index of an anchor; UINT32_MAX when the resource has none of that name. */
uint32_t fiat__anchor_find(const fiat__compiler *c, uint32_t resource, fiat__str name);
void fiat__anchor_add(fiat__compiler *c, uint32_t resource, fiat__str name, uint32_t item,
                      bool dynamic);
/* Give a resource one more URI. */
void fiat__resource_name(fiat__compiler *c, fiat__str uri, uint32_t resource);

static inline fiat__keyword fiat__keyword_at(const fiat__compiler *c, uint32_t key) {
    return (fiat__keyword)c->info[key].keyword;
}

static inline uint32_t fiat__resource_at(const fiat__compiler *c, uint32_t item) {
    return c->info[item].resource - 1;
}

static inline const fiat__dialect *fiat__dialect_at(const fiat__compiler *c, uint32_t item) {
    return &c->schemes[fiat__resource_at(c, item)].dialect;
}

/* references.c: follow every reference of the schema, and of what they lead to. */
void fiat__references_follow(fiat__compiler *c);

/* scope.c: the dynamic scope of a schema, as far as it decides what references in it mean: which
 * schema each dynamic anchor's name leads to. Scope 0: none leads anywhere yet. */
bool fiat__scopes_init(fiat__compiler *c);
void fiat__scopes_deinit(fiat__compiler *c);
/* The scope within a resource that is entered from another scope. */
uint32_t fiat__scope_enter(fiat__compiler *c, uint32_t scope, uint32_t resource);
/* What the value of a reference leads to in a scope. */
uint32_t fiat__scope_target(const fiat__compiler *c, uint32_t scope, uint32_t value);
/* Where the node + 1 of a schema in a scope stands. NULL with an error. */
uint32_t *fiat__scope_node(fiat__compiler *c, uint32_t scope, uint32_t item);

/* uri.c: RFC 3986 section 5.2. ptr NULL when out of memory. */
fiat__str fiat__uri_resolve(fiat__arena *arena, fiat__str base, fiat__str reference);
/* Cut off "#fragment"; returns it without '#'. */
fiat__str fiat__uri_split(fiat__str *uri);
/* Resolve %XX. */
fiat__str fiat__uri_decode(fiat__arena *arena, fiat__str text);

/* compile_members.c: does a pattern match a name? */
fiat__match fiat__compile_match(fiat__compiler *c, uint32_t regex, fiat__str name);

/* flatten.c: nodes for the one-pass engine. */
void fiat__flatten(fiat__compiler *c);

/* limits.c: the limits of the options, or the defaults. FIAT_E_ARG when one is out of range. */
fiat_status fiat__limits_take(fiat_schema *schema, const fiat_schema_options *options,
                              fiat_error *err);
void fiat__limits_of_compiler(fiat__compiler *c, const fiat_schema_options *options);

/* finish.c: what is known only when all nodes are there. */
void fiat__finish(fiat__compiler *c);

#endif
