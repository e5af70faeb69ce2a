/* Shared by the files of src/duckdb alone. */
#ifndef FIAT_DUCKDB_INTERNAL_H
#define FIAT_DUCKDB_INTERNAL_H

#include "base/buf.h"
#include "duckdb/api.h"
#include "duckdb/duckdb.h"

struct fiat__duckdb {
    const fiat__duckdb_api *api;
    void *database, *connection;
};

/* Turn an error text of the engine (JSON, because errors_as_json is on) into err. `sql`: the text
 * to place it in, which stood `shift` bytes after the start of what was run; "" when its place
 * means nothing to the user. Returns FIAT_E_SQL. */
fiat_status fiat__duckdb_error(const char *text, fiat__str sql, size_t shift, fiat_error *err);

/* The statement without white space, comments and semicolons at its end. */
fiat__str fiat__duckdb_trim(fiat__str sql);

/* Has it the word, in any case, outside of strings, quoted names and comments? */
bool fiat__duckdb_has_word(fiat__str sql, const char *word);
/* Does it call the function, quoted or not? */
bool fiat__duckdb_calls(fiat__str sql, const char *function);

/* Append JSON text with bare Infinity, -Infinity and NaN, which DuckDB writes, as strings. */
bool fiat__duckdb_append_json(fiat__buf *out, fiat__str json);

#endif
