/* The documents that a schema may refer to, from the files the user names. Nothing is fetched. */
#ifndef FIAT_TOOLS_REFERENCES_H
#define FIAT_TOOLS_REFERENCES_H

#include "base/buf.h"
#include "cmd.h"

/* Fill a registry from operands "[URI=]PATH". A file is found under the URI given, under its own
 * $id, and, without a URI, under its file URI, so that relative references between files on disk
 * hold; of a folder every .json file below it is taken but `except` (may be NULL), the schema
 * itself. Errors name the file. Free with fiat_schema_registry_free(). */
fiat_status references_load(fiat_schema_registry **out, const struct opt_list *operands,
                            const char *except, fiat_error *err);

/* Append the file URI (RFC 8089) of a path that exists. */
fiat_status references_uri(fiat__buf *out, const char *path, fiat_error *err);

#endif
