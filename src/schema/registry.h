/* Documents that schemas may refer to: those of the caller, and the meta-schemas. */
#ifndef FIAT_SCHEMA_REGISTRY_H
#define FIAT_SCHEMA_REGISTRY_H

#include "base/str.h"
#include <fiat/schema.h>

/* The text of a document; ptr NULL when there is none of that URI. `uri` has no fragment. The
 * registry may be NULL. The text is well-formed UTF-8 and JSON. */
fiat__str fiat__schema_registry_find(const fiat_schema_registry *registry, fiat__str uri);

/* The documents in the order in which they were added, one of two names twice; false past the last.
 */
bool fiat__schema_registry_at(const fiat_schema_registry *registry, uint32_t index, fiat__str *uri,
                              fiat__str *text);

#endif
