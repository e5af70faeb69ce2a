/* A trace of a run: which schema looked at which value, and by which way it was reached. Private to
 * the tape engine and to reports.
 *
 * The program knows no way: a schema that is only a `$ref` is no node, and a known name has one
 * child for all keywords that speak of it. So the way is found again in the text of the schema,
 * from what the engine says before it enters a node: the keyword and an index. That costs time only
 * while a report is made.
 *
 * Places lie in the order in which they were entered, each before those inside it. A list of
 * failures keeps only the places that a failure lies in. */
#ifndef FIAT_SCHEMA_TRACE_H
#define FIAT_SCHEMA_TRACE_H

#include "base/buf.h"
#include "schema/keyword.h"
#include "schema/schema.h"

#define FIAT__PLACE_NONE UINT32_MAX

typedef struct fiat__place {
    uint32_t parent; /* FIAT__PLACE_NONE: this is the root */
    uint32_t end;    /* the place after the last inside this one */
    uint32_t schema; /* on the schema's tape, as it stands in the text */
    uint32_t item;   /* the value, or the name that propertyNames looks at */
    uint32_t at;     /* which item it is of the array that the parent looks at */
    uint32_t node;
    uint32_t next; /* scratch of fiat__place_write() */
    /* Scratch of those who write places one after another. */
    uint32_t way_len, instance_len, leaves;
    uint16_t keyword;  /* of the parent's schema, by which it was entered */
    bool by_reference; /* not inside the parent's text */
    bool of_name;      /* inside propertyNames: it looks at a name, not at a value */
    bool ok;           /* the value fits */
} fiat__place;

typedef struct fiat__trace {
    fiat__place *list;
    uint32_t count, cap;
    uint32_t current;
    bool all; /* keep those that succeed too, and try what cannot change the verdict */
    /* The way into the next. */
    fiat__keyword keyword;
    uint32_t index;
} fiat__trace;

struct fiat__run;
struct fiat__fault;

static inline void fiat__trace_by(fiat__trace *trace, fiat__keyword keyword, uint32_t index) {
    trace->keyword = keyword;
    trace->index = index;
}

void fiat__trace_begin(fiat__trace *trace, bool all);
void fiat__trace_deinit(fiat__trace *trace);

/* fiat__run_node() between entering a schema and leaving it. Those that lead to it by nothing but a
 * reference are entered too. */
bool fiat__trace_item(struct fiat__run *run, uint32_t node, uint32_t item, size_t marks);

/* Longest path or URI that is written. */
#define FIAT__LOCATION_MAX (1u << 20)

/* Append the way from the root schema to a place, and that from the document's root to its value;
 * either may be NULL. */
void fiat__place_write(fiat__buf *way, fiat__buf *instance, const struct fiat__run *run,
                       uint32_t index);
/* The last step of the way alone; and that from the parent's value, if it is another. */
void fiat__place_token(fiat__buf *out, const struct fiat__run *run, const fiat__place *place);
void fiat__place_instance_token(fiat__buf *out, const struct fiat__run *run,
                                const fiat__place *place);
/* The step from a place's value to that of a fault, if it is another. */
void fiat__fault_instance_token(fiat__buf *out, const struct fiat__run *run,
                                const struct fiat__fault *fault);

/* Append the absolute location of a schema: the URI of its resource, '#', and a JSON Pointer. */
void fiat__location_write(fiat__buf *out, const fiat_schema *schema, uint32_t item);
/* Append a keyword to it. */
void fiat__location_append(fiat__buf *out, fiat__str name);

/* URI of the resource that a schema belongs to, "" when it has none, and the resource's root. */
fiat__str fiat__schema_base_uri(const fiat_schema *schema, uint32_t item, uint32_t *root);

/* Line and column of an offset; asked for in rising order, the text is read once. */
typedef struct fiat__line {
    size_t offset, number, column;
} fiat__line;

void fiat__line_find(fiat__line *line, fiat__str text, size_t offset);

#endif
