/* What a JSON Schema allows at a place in the event, in the few terms that matter to a column.
 *
 * An approximation that errs on the side of allowing: `not`, `if`, `contains`, `dependent*` are not
 * looked at, and references that leave the document are taken to allow anything. */
#ifndef FIAT_TABLE_SHAPE_H
#define FIAT_TABLE_SHAPE_H

#include "base/str.h"
#include "json/doc.h"

enum {
    FIAT__SHAPE_NULL = 1,
    FIAT__SHAPE_BOOLEAN = 2,
    FIAT__SHAPE_INTEGER = 4,
    FIAT__SHAPE_FRACTION = 8, /* a number that is not whole */
    FIAT__SHAPE_STRING = 16,
    FIAT__SHAPE_ARRAY = 32,
    FIAT__SHAPE_OBJECT = 64,
    FIAT__SHAPE_ANY = 127
};

typedef enum fiat__step_kind {
    FIAT__STEP_MEMBER, /* of that name */
    FIAT__STEP_ITEM,   /* any item of an array */
    FIAT__STEP_VALUE   /* any member of an object */
} fiat__step_kind;

/* A place: steps from the root. */
typedef struct fiat__step {
    fiat__step_kind kind;
    const char *name;
} fiat__step;

typedef struct fiat__shape {
    unsigned types;        /* FIAT__SHAPE_*; 0: nothing is allowed there */
    bool declared;         /* the schema speaks of the place, rather than merely allowing it */
    bool has_min, has_max; /* of numbers */
    double min, max;
    bool has_max_length;
    double max_length; /* of strings, in characters */
    char format[24];   /* of strings; "" when none */
} fiat__shape;

fiat__shape fiat__shape_at(const fiat__doc *schema, const fiat__step *steps, size_t step_count);

/* Call `each` for every schema of the document that may apply at the place, perhaps more than once;
 * until it returns false. */
void fiat__shape_nodes(const fiat__doc *schema, const fiat__step *steps, size_t step_count,
                       bool (*each)(const fiat__doc *node, void *user), void *user);

/* Call `each` for every member that the schema declares at the place, perhaps more than once;
 * until it returns false. */
void fiat__shape_members(const fiat__doc *schema, const fiat__step *steps, size_t step_count,
                         bool (*each)(const char *name, void *user), void *user);

/* How the schema spells a member that a column names: Athena's JSON SerDe takes names that differ
 * in case only for the same, everybody else does not. The exact name if it is there; NULL when none
 * is. */
const char *fiat__shape_spelling(const fiat__doc *schema, const fiat__step *steps,
                                 size_t step_count, const char *name);

/* The same; and when none is spelt so, the member that differs in characters which Athena does not
 * take for a name, with _ in their place: "user.id" for user_id. The table maps it. */
const char *fiat__shape_property(const fiat__doc *schema, const fiat__step *steps,
                                 size_t step_count, const char *name);
bool fiat__shape_fits(const char *property, const char *column);

#endif
