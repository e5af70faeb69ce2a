/* athena.json out of json_schema.json: a column for every member that the schema declares.
 *
 * What comes out passes fiat__columns_check(), and loses nothing that the schema lets in: where no
 * type of Athena can hold it all, the column is a string, which keeps JSON text. */
#ifndef FIAT_TABLE_DERIVE_H
#define FIAT_TABLE_DERIVE_H

#include "base/buf.h"
#include <fiat/error.h>

typedef struct fiat__derive_opts {
    bool timestamps; /* `timestamp` for strings of format date-time, else `string` */
    /* Names of root members that the logger adds: columns of their own, the first ones, when the
     * schema does not declare them. */
    const char *const *provided;
    size_t provided_count;
} fiat__derive_opts;

/* Something the user should know about a column, or about a member that gets none. `place` is where
 * inside it, such as ".items[].price"; "" for the column itself. Borrowed for the call. */
typedef void fiat__derive_note(const char *column, const char *place, const char *message,
                               void *user);

/* Append athena.json. FIAT_E_TABLE_COLUMN when the schema declares nothing that could be a column;
 * FIAT_E_JSON_*, FIAT_E_UNSUPPORTED, FIAT_E_LIMIT (see fiat__doc_parse()), FIAT_E_NOMEM. */
fiat_status fiat__columns_derive(fiat__buf *out, fiat__str json_schema,
                                 const fiat__derive_opts *opts, fiat__derive_note *note, void *user,
                                 fiat_error *err);

#endif
