/* Shared by derive*.c. */
#ifndef FIAT_TABLE_DERIVE_PARTS_H
#define FIAT_TABLE_DERIVE_PARTS_H

#include "base/arena.h"
#include "table/columns.h"
#include "table/derive.h"
#include "table/shape.h"
#include "table/type.h"

/* As deep as types may nest, and the step to the column. */
#define FIAT__DERIVE_STEPS (FIAT__TYPE_MAX_DEPTH + 1)

/* The schemas of the document that say something about what is inside the value of a place. */
typedef struct fiat__derive_nodes {
    const fiat__doc *items[16];
    size_t count; /* may be more: then they are not compared */
} fiat__derive_nodes;

typedef struct fiat__derive {
    const fiat__doc *schema;
    const fiat__derive_opts *opts;
    fiat__derive_note *note;
    void *user;
    fiat__arena arena; /* of types and names */
    size_t types;      /* so far */
    bool no_memory;
    const char *column; /* at hand */
    bool json_text;     /* the column is a string that holds more than strings */
    fiat__step steps[FIAT__DERIVE_STEPS];
    fiat__derive_nodes nodes[FIAT__DERIVE_STEPS]; /* of the place before each step */
    size_t step_count;
} fiat__derive;

/* Names of an object's members, each once, as the schema spells them. */
typedef struct fiat__derive_names {
    const char **items;
    size_t count, cap;
    bool too_many, no_memory;
} fiat__derive_names;

/* The type of the place at hand. What it points to is in the arena. */
fiat__type fiat__derive_type(fiat__derive *derive);

/* The members that the schema declares at the place at hand. Caller frees names->items. */
void fiat__derive_names_of(fiat__derive *derive, fiat__derive_names *names);

/* The name in lower case, as Athena keeps it, in the arena; NULL when it cannot be a name there, or
 * memory ran out. */
const char *fiat__derive_column_name(fiat__derive *derive, const char *name);

void fiat__derive_say(fiat__derive *derive, const char *format, ...) FIAT_PRINTF(2, 3);

#endif
