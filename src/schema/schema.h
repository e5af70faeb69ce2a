/* JSON Schema: compile once to a flat program, then parse and validate event text in one pass.
 *
 * A compiled schema never changes and may be used by any number of threads at once. A context holds
 * the scratch memory of one thread. Validation allocates nothing once a context has warmed up.
 * Knows nothing of streams, stamps or AWS. (Becomes fiat/schema.h when it is public.) */
#ifndef FIAT_SCHEMA_SCHEMA_H
#define FIAT_SCHEMA_SCHEMA_H

#include "base/str.h"
#include <fiat/error.h>

typedef struct fiat__schema fiat__schema;
typedef struct fiat__schema_ctx fiat__schema_ctx;

typedef struct fiat__schema_opts {
    bool annotate_formats; /* true: `format` is not asserted (default: asserted) */
    /* Of nesting in an event, at most 1000; 0: FIAT__SCHEMA_MAX_DEPTH. Validation recurses: 1 MB of
     * stack is enough for any schema with the default depth, 2 MB for any depth. */
    size_t max_depth;
    /* Names of root members that the caller will add to every event before it is written. They
     * count as present for `required`, `minProperties`, `maxProperties` and the like, and an event
     * that brings one itself is refused with FIAT_E_EVENT_STAMPED. Copied. */
    const char *const *provided;
    size_t provided_count;
    /* Names that only the caller may add, and does not add now: refused like the ones above, but
     * not present. Any schema takes them. Copied. */
    const char *const *reserved;
    size_t reserved_count;
    /* One more name that the root requires, whatever its `required` says; NULL: none. */
    const char *also_required;
} fiat__schema_opts;

#define FIAT__SCHEMA_MAX_DEPTH 128

/* Compile schema text. FIAT_E_SCHEMA_INVALID / FIAT_E_SCHEMA_REF / FIAT_E_JSON_*: err has
 * schema_path, keyword and a message that says what was found and what is allowed.
 * Free with fiat__schema_free(). opts may be NULL. */
fiat_status fiat__schema_compile(fiat__schema **out, fiat__str text, const fiat__schema_opts *opts,
                                 fiat_error *err);
void fiat__schema_free(fiat__schema *schema);

/* false when the schema looks at the root object in a way that cannot take `provided` members into
 * account without seeing them (allOf, $ref, if, propertyNames ... at the root). The caller then
 * puts the members into the text before it validates, and compiles without `provided`. Compile
 * fails with FIAT_E_UNSUPPORTED when `provided` is given for such a schema. */
bool fiat__schema_takes_provided(const fiat__schema *schema);

fiat_status fiat__schema_ctx_new(fiat__schema_ctx **out, fiat_error *err);
void fiat__schema_ctx_free(fiat__schema_ctx *ctx);

/* Parse and validate one JSON value with nothing but white space around it.
 * FIAT_OK; FIAT_E_SCHEMA_MISMATCH (err: instance_path, keyword, schema_path, offset, message);
 * FIAT_E_JSON_SYNTAX, _UTF8, _DEPTH, _DUPLICATE_KEY (err: offset, instance_path, message);
 * FIAT_E_EVENT_STAMPED; FIAT_E_SCHEMA_LIMIT; FIAT_E_NOMEM.
 * err is filled in only on failure, by a second, slower look at the text. */
fiat_status fiat__schema_validate(const fiat__schema *schema, fiat__schema_ctx *ctx, fiat__str text,
                                  fiat_error *err);

/* One failure of a report. The strings are borrowed for the call. */
typedef struct fiat__schema_problem {
    const char *instance_path, *keyword, *schema_path, *message;
    size_t offset;
} fiat__schema_problem;

/* Every failure of one event, in the order of the text, at most `max` of them. Returns as
 * fiat__schema_validate(). The callback returns false to stop. */
fiat_status fiat__schema_report(const fiat__schema *schema, fiat__schema_ctx *ctx, fiat__str text,
                                size_t max, bool (*each)(const fiat__schema_problem *, void *user),
                                void *user, fiat_error *err);

#endif
