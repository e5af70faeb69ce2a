/* A parsed JSON document to look things up in: configuration files and replies, not events.
 * cjson_bridge.c implements it and is the only file of the library that knows cJSON.
 * Numbers are doubles here; the schema compiler, which needs them exact, reads a tape instead. */
#ifndef FIAT_JSON_DOC_H
#define FIAT_JSON_DOC_H

#include "base/buf.h"
#include <fiat/error.h>

typedef struct cJSON fiat__doc;

typedef enum fiat__doc_kind {
    FIAT__DOC_NULL,
    FIAT__DOC_BOOL,
    FIAT__DOC_NUMBER,
    FIAT__DOC_STRING,
    FIAT__DOC_ARRAY,
    FIAT__DOC_OBJECT
} fiat__doc_kind;

/* Parse exactly one value, as strictly as an event: FIAT_E_JSON_SYNTAX, _UTF8, _DEPTH,
 * _DUPLICATE_KEY, each with the offset. Also refused, because a tree cannot hold them: \u0000 in a
 * string (FIAT_E_UNSUPPORTED) and numbers of more than 63 bytes (FIAT_E_LIMIT). Free with
 * fiat__doc_free(). */
fiat_status fiat__doc_parse(fiat__doc **out, fiat__str text, fiat_error *err);
/* Read and parse a file of at most max_bytes; errors name the path. */
fiat_status fiat__doc_read(fiat__doc **out, const char *path, size_t max_bytes, fiat_error *err);
void fiat__doc_free(fiat__doc *doc);
/* Free it and leave no text of its strings in memory. */
void fiat__doc_free_secret(fiat__doc *doc);

fiat__doc_kind fiat__doc_kind_of(const fiat__doc *node);
const char *fiat__doc_kind_name(const fiat__doc *node); /* "null", "boolean", ... for messages */

/* Member of an object by exact name; NULL when absent or when `object` is NULL or no object. */
const fiat__doc *fiat__doc_get(const fiat__doc *object, const char *name);
/* First item or member, and the one after it; NULL at the end. */
const fiat__doc *fiat__doc_first(const fiat__doc *node);
const fiat__doc *fiat__doc_next(const fiat__doc *node);
size_t fiat__doc_count(const fiat__doc *node);
/* Name of a member; NULL for an item of an array or the root. Borrowed until free. */
const char *fiat__doc_name(const fiat__doc *node);

/* Value of a node; false (and *out untouched) when node is NULL or of another kind. */
bool fiat__doc_string(const fiat__doc *node, const char **out);
bool fiat__doc_integer(const fiat__doc *node, int64_t *out); /* whole, below 2^53 in size */
bool fiat__doc_double(const fiat__doc *node, double *out);
bool fiat__doc_bool(const fiat__doc *node, bool *out);

/* Append the node as compact JSON text. */
bool fiat__doc_write(fiat__buf *out, const fiat__doc *node);

#endif
