/* What the rest of the library asks of the schema engine beyond fiat/schema.h: texts as fiat__str,
 * and schemas of events to which the caller adds members. Knows nothing of streams or AWS. */
#ifndef FIAT_SCHEMA_SCHEMA_H
#define FIAT_SCHEMA_SCHEMA_H

#include "base/str.h"
#include <fiat/schema.h>

typedef struct fiat__schema_opts {
    fiat_schema_options base;
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

/* As fiat_schema_compile(); opts may be NULL. */
fiat_status fiat__schema_compile(fiat_schema **out, fiat__str text, const fiat__schema_opts *opts,
                                 fiat_error *err);

/* false when the schema looks at the root object in a way that cannot take `provided` members into
 * account without seeing them (allOf, $ref, if, propertyNames ... at the root). The caller then
 * puts the members into the text before it validates, and compiles without `provided`. Compile
 * fails with FIAT_E_UNSUPPORTED when `provided` is given for such a schema. */
bool fiat__schema_takes_provided(const fiat_schema *schema);

/* As fiat_schema_validate(), and FIAT_E_EVENT_STAMPED. */
fiat_status fiat__schema_validate(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                  fiat_error *err);

/* The memory that a validator holds, which is that of its largest text so far. */
size_t fiat__validator_bytes(const fiat_validator *ctx);

/* As fiat_schema_report(), and FIAT_E_EVENT_STAMPED. */
fiat_status fiat__schema_report(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                size_t max, bool (*each)(const fiat_schema_failure *, void *user),
                                void *user, fiat_error *err);

/* As fiat_schema_output(). */
fiat_status fiat__schema_output(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                fiat_schema_output_format format,
                                bool (*write)(const char *bytes, size_t len, void *user),
                                void *user, fiat_error *err);

#endif
