/* What a schema that a value fits has to say of it: annotations (2020-12 core, section 7.7). They
 * are read off a trace that kept all places, so that no run ever has to collect them. */
#ifndef FIAT_SCHEMA_ANNOTATIONS_H
#define FIAT_SCHEMA_ANNOTATIONS_H

#include "schema/run.h"

typedef struct fiat__annotation {
    const fiat__run *run;
    uint32_t place;
    fiat__str name;        /* the keyword as it stands in the schema */
    fiat__keyword keyword; /* FIAT__KW_NONE: any that says nothing but its value */
    uint32_t value;        /* on the schema's tape */
    const fiat__dialect *dialect;
} fiat__annotation;

/* The annotations of a place in the order of the schema: start with *key 0. False at the end. */
bool fiat__annotation_next(fiat__annotation *annotation, const fiat__run *run, uint32_t place,
                           uint32_t *key);

/* Append its value as JSON. */
void fiat__annotation_write(fiat__buf *out, const fiat__annotation *annotation);

#endif
