/* The meta-schemas of the drafts, which every schema may refer to. Their texts are those of
 * src/schema/metaschemas/ without white space, turned into C by scripts/embed-metaschemas: equal to
 * the published ones (https://json-schema.org/specification-links) in all but their prose. */
#ifndef FIAT_SCHEMA_METASCHEMA_H
#define FIAT_SCHEMA_METASCHEMA_H

#include "base/str.h"

typedef struct fiat__metaschema {
    fiat__str uri; /* without a fragment */
    fiat__str text;
} fiat__metaschema;

/* A URI from its "//" on, where it is one of http or https: which of the two a meta-schema's URI
 * has differs from draft to draft, and schemas often have the other one. */
static inline fiat__str fiat__metaschema_place(fiat__str uri) {
    size_t scheme = 0;
    if (fiat__str_starts(uri, fiat__str_c("http://"))) scheme = sizeof "http:" - 1;
    if (fiat__str_starts(uri, fiat__str_c("https://"))) scheme = sizeof "https:" - 1;
    return fiat__str_of(uri.ptr + scheme, uri.len - scheme);
}

/* NULL when no built-in meta-schema has this URI, which must be without a fragment. */
const fiat__metaschema *fiat__metaschema_find(fiat__str uri);
/* Row `index`; NULL past the end. */
const fiat__metaschema *fiat__metaschema_at(size_t index);

#endif
