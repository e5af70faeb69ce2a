/* Private to compat*.c: the proof that one schema's values are contained in another's.
 *
 * A set is what several schemas of one side ask together of a value: an allOf and a $ref are
 * resolved into their parts, alternatives wait in `choices`. What does not fit is left out, so that
 * a set never stands for fewer values than it should: every proof about it holds all the same.
 *
 * check() asks whether a set is contained in one schema of the other side. A pair that is met again
 * inside itself is taken to hold when a member or item lies between: by induction over the size of
 * the value. Every failure is recorded as a finding, unless `quiet` is set: then somebody tries. */
#ifndef FIAT_SCHEMA_COMPAT_PARTS_H
#define FIAT_SCHEMA_COMPAT_PARTS_H

#include "base/arena.h"
#include "schema/compat.h"
#include "schema/run.h"

#define FIAT__COMPAT_NODES    32u
#define FIAT__COMPAT_CHOICES  12u
#define FIAT__COMPAT_NOTS     12u
#define FIAT__COMPAT_LEVELS   48u /* of arrays and objects inside each other */
#define FIAT__COMPAT_CALLS    200u
#define FIAT__COMPAT_BUCKETS  1024u
#define FIAT__COMPAT_SAME     512u
#define FIAT__COMPAT_FINDINGS 200u

typedef struct fiat__compat_side {
    const fiat_schema *schema;
    fiat_validator *judge;
} fiat__compat_side;

/* One schema. */
typedef struct fiat__compat_ref {
    const fiat__compat_side *side;
    uint32_t node;
} fiat__compat_ref;

typedef struct fiat__compat_set {
    const fiat__compat_side *side;
    uint32_t nodes[FIAT__COMPAT_NODES];
    uint32_t choices[FIAT__COMPAT_CHOICES]; /* applies: anyOf, oneOf, if */
    uint32_t nots[FIAT__COMPAT_NOTS];       /* nodes that must not hold */
    uint8_t node_count, choice_count, not_count;
    uint8_t kinds; /* at most these */
} fiat__compat_set;

/* A pair that is being proved, or was. */
typedef struct fiat__compat_seen {
    struct fiat__compat_seen *next;
    uint64_t hash;
    fiat__compat_set set;
    fiat__compat_ref reader;
    unsigned level;
    bool open;
} fiat__compat_seen;

/* A step from a value into its member or item. */
typedef struct fiat__compat_frame {
    const fiat__compat_set *parent;
    fiat__str name; /* ptr NULL: an item */
    uint32_t index;
} fiat__compat_frame;

typedef enum fiat__compat_change {
    FIAT__COMPAT_ASKS,   /* the reader's keyword asks for more */
    FIAT__COMPAT_VALUE,  /* a value of enum or const is refused */
    FIAT__COMPAT_MEMBER, /* one side alone knows the property */
    FIAT__COMPAT_LIMIT   /* too much work */
} fiat__compat_change;

/* Of one way. The strings are never NULL but for the sample. */
typedef struct fiat__compat_finding {
    fiat__compat_change change;
    fiat__compat_effect effect; /* HOLDS: a note */
    fiat__keyword keyword;
    const char *path, *detail; /* detail: the name, the value */
    const char *had, *wants;   /* what the two sides say */
    const char *data_place, *reader_place;
    const char *sample;
    bool added; /* MEMBER: the reader alone knows it */
} fiat__compat_finding;

typedef struct fiat__compat {
    fiat__compat_side data, reader;
    fiat__arena arena;
    fiat__compat_seen *buckets[FIAT__COMPAT_BUCKETS];
    fiat__compat_seen **trail; /* in their order, for taking them back */
    uint32_t trail_count, trail_cap;
    fiat__compat_frame frames[FIAT__COMPAT_LEVELS];
    /* By level: the reader's schema of that value as a whole, of which others are parts. */
    fiat__compat_ref whole[FIAT__COMPAT_LEVELS];
    unsigned level, calls, quiet;
    bool failed;      /* a proof failed, recorded or not, since somebody cleared it */
    bool strict;      /* draft-04 is among the two */
    uint64_t steps;   /* left for proofs */
    uint64_t samples; /* left for making values */
    uint32_t same[2][FIAT__COMPAT_SAME];
    uint32_t same_count;
    fiat__buf path;
    fiat__buf text; /* of the value that is judged */
    fiat__compat_finding findings[FIAT__COMPAT_FINDINGS];
    uint32_t finding_count;
    fiat_status status;
} fiat__compat;

static inline const fiat__program *fiat__compat_program(const fiat__compat_side *side) {
    return &side->schema->program;
}
static inline const fiat__node *fiat__compat_node(fiat__compat_ref at) {
    return &fiat__compat_program(at.side)->nodes[at.node];
}
static inline fiat__compat_ref fiat__compat_at(const fiat__compat_side *side, uint32_t node) {
    return (fiat__compat_ref){side, fiat__node_origin(fiat__compat_program(side), node)};
}
static inline bool fiat__compat_take(fiat__compat *c, uint64_t steps) {
    bool enough = c->steps >= steps;
    c->steps -= enough ? steps : c->steps;
    return enough;
}

/* compat_set.c */
void fiat__compat_set_init(fiat__compat_set *set, const fiat__compat_side *side);
void fiat__compat_add(fiat__compat_set *set, uint32_t node);
/* Take the last choice away: `out` gets branch `i` of it in its place; false: there is none. */
bool fiat__compat_branch(const fiat__compat_set *set, uint32_t i, fiat__compat_set *out);
/* No value is in it, as far as can be seen at once. */
bool fiat__compat_empty(fiat__compat *c, const fiat__compat_set *set, unsigned depth);
/* The enum or const with the fewest values that the set has; false: it has none. */
bool fiat__compat_values(fiat__compat *c, const fiat__compat_set *set,
                         const fiat__values_rule **out);
/* Text of the values in turn, "" where there is none; false past the last. */
bool fiat__compat_value(const fiat__compat_side *side, const fiat__values_rule *rule, uint32_t i,
                        fiat__buf *out);
/* Bounds that are implied for one kind of number. */
bool fiat__compat_at_least(const fiat__compat_set *set, fiat__str bound, bool above);
bool fiat__compat_at_most(const fiat__compat_set *set, fiat__str bound, bool below);

/* compat_judge.c: 1 valid, 0 not, -1 cannot be told. */
int fiat__compat_judge(fiat__compat *c, fiat__compat_ref by, fiat__str text);
int fiat__compat_judge_set(fiat__compat *c, const fiat__compat_set *set, fiat__str text);
int fiat__compat_matches(fiat__compat *c, const fiat__compat_side *side, uint32_t regex,
                         fiat__str text);
/* The patterns as they stand in the schema: of `pattern`, of a member of patternProperties. */
fiat__str fiat__compat_pattern(fiat__compat_ref at);
fiat__str fiat__compat_name_pattern(fiat__compat_ref at, uint32_t i);

/* compat_check.c */
bool fiat__compat_check(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
/* The same with nobody hearing of it. */
bool fiat__compat_try(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
/* Around other things that are tried: what was taken to hold on the way does not count when it
 * fails. Returns `ok`. */
uint32_t fiat__compat_begin(fiat__compat *c);
bool fiat__compat_end(fiat__compat *c, uint32_t begun, bool ok);
/* compat_apply.c: the in-place applicators of the reader. */
bool fiat__compat_apply(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
/* compat_scalar.c */
bool fiat__compat_number(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
bool fiat__compat_string(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
/* compat_array.c */
bool fiat__compat_array(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
void fiat__compat_item(const fiat__compat_set *set, uint32_t index, fiat__compat_set *out);
uint32_t fiat__compat_min_items(const fiat__compat_set *set);
uint32_t fiat__compat_max_items(const fiat__compat_set *set);
/* Longest prefixItems of the set. */
uint32_t fiat__compat_prefix(const fiat__compat_set *set);
/* compat_object.c */
bool fiat__compat_object(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader);
/* compat_depends.c */
bool fiat__compat_has_depends(fiat__compat *c, const fiat__compat_set *set,
                              fiat__compat_ref reader);
bool fiat__compat_takes_dependents(fiat__compat *c, const fiat__compat_set *set,
                                   fiat__compat_ref reader);
bool fiat__compat_takes_property_names(fiat__compat *c, const fiat__compat_set *set,
                                       fiat__compat_ref reader);
/* `only`: the names that there are at all; NULL: any. */
bool fiat__compat_takes_unevaluated(fiat__compat *c, const fiat__compat_set *set,
                                    fiat__compat_ref reader, const fiat__names *only);
/* compat_others.c */
/* Members of names that nobody has written down. `pattern`: those that match it, of ptr NULL: those
 * that match none of the reader's patterns. */
bool fiat__compat_others(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                         fiat__str pattern, fiat__compat_ref target);
/* compat_member.c */
void fiat__compat_member(fiat__compat *c, const fiat__compat_set *set, fiat__str name,
                         fiat__compat_set *out);
bool fiat__compat_requires(const fiat__compat_set *set, fiat__str name);
bool fiat__compat_declares(fiat__compat_ref at, fiat__str name);
bool fiat__compat_rule_requires(const fiat__program *p, const fiat__object_rule *rule,
                                fiat__str name);
/* May `node` evaluate a member? `name` with ptr NULL: one of a name that no schema mentions. */
bool fiat__compat_may_evaluate(fiat__compat *c, fiat__compat_ref at, fiat__str name,
                               unsigned depth);
bool fiat__compat_evaluates(fiat__compat *c, fiat__compat_ref at, fiat__str name, unsigned depth);
uint32_t fiat__compat_min_members(const fiat__compat_set *set);
uint32_t fiat__compat_max_members(const fiat__compat_set *set);
/* Go into a member (name) or item (ptr NULL) and out of it. false: too deep. */
bool fiat__compat_down(fiat__compat *c, const fiat__compat_set *parent, fiat__str name,
                       uint32_t index, bool any);
void fiat__compat_up(fiat__compat *c, size_t path_len);

/* compat_apart.c: no value is in both, for sure. */
bool fiat__compat_apart(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref other,
                        unsigned depth);
/* compat_same.c: the two schemas say the same, keyword by keyword. */
bool fiat__compat_same(fiat__compat *c, fiat__compat_ref a, fiat__compat_ref b);

/* compat_find.c: record a finding; returns false. */
bool fiat__compat_fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       fiat__keyword keyword, fiat__compat_change change, fiat__str detail);
void fiat__compat_note(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       fiat__str name, bool added);

/* compat_sample.c: a value that the set may take; `variant` chooses among several. */
bool fiat__compat_sample(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                         unsigned depth, fiat__buf *out);
/* The same with one member or item given. */
bool fiat__compat_sample_with(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                              unsigned depth, const fiat__compat_frame *with, fiat__str value,
                              fiat__buf *out);
/* compat_regex.c: a text that may match a pattern; false: no idea. */
bool fiat__compat_sample_pattern(fiat__str pattern, unsigned variant, fiat__buf *out);
/* compat_sample_scalar.c */
/* Does the set take what was written from there on? */
bool fiat__compat_fits(fiat__compat *c, const fiat__compat_set *set, fiat__buf *out, size_t from);
bool fiat__compat_sample_number(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                                fiat__buf *out);
bool fiat__compat_sample_string(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                                fiat__buf *out);
/* Numbers at and around the bounds of a schema, "" in between; false past the last. */
bool fiat__compat_number_near(fiat__compat_ref at, unsigned i, fiat__buf *out);
/* compat_witness.c: text of a whole value that shows it, in the arena; NULL when none is found. */
const char *fiat__compat_witness(fiat__compat *c, const fiat__compat_set *set,
                                 fiat__compat_ref reader, fiat__compat_change change,
                                 fiat__keyword keyword, fiat__str detail);

#endif
