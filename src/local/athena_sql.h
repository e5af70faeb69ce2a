/* The text of a query on its way from Athena's dialect to DuckDB's. Pure, any thread. */
#ifndef FIAT_LOCAL_ATHENA_SQL_H
#define FIAT_LOCAL_ATHENA_SQL_H

#include "base/buf.h"

/* Append the statement with each ? replaced by its parameter, as it was written, and with what no
 * macro can do: transform() is called list_transform(), date_parse() becomes strptime() with a
 * pattern of its own, and the database `default`, a word of DuckDB's grammar, is quoted.
 * FIAT_E_SQL: another number of ?. */
fiat_status fiat__athena_rewrite(fiat__buf *out, fiat__str sql, const char *const *parameters,
                                 size_t parameter_count, fiat_error *err);

/* Does the name stand in it, quoted or not? */
bool fiat__athena_names(fiat__str sql, const char *name);

/* Put DuckDB's error, "line 2, column 8: Binder error: ...", into words of Athena's:
 * "COLUMN_NOT_FOUND: line 2:8: ...". *type: Athena's ErrorType. */
void fiat__athena_explain(fiat_error *err, int *category, int *type);

#endif
