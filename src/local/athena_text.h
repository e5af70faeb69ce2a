/* Values as Athena's results spell them, which is Trino's way and Java's. Pure, any thread. */
#ifndef FIAT_LOCAL_ATHENA_TEXT_H
#define FIAT_LOCAL_ATHENA_TEXT_H

#include "duckdb/duckdb.h"

struct fiat__buf;

/* Athena's name of a column's type: "bigint", "row", "timestamp". Static. */
const char *fiat__athena_type(const fiat__duckdb_column *column);

/* The value of such a column, which came in the form FIAT__DUCKDB_MIXED; borrowed from `value` or
 * from `scratch`, until that changes. */
fiat__str fiat__athena_text(const fiat__duckdb_column *column, fiat__str value,
                            struct fiat__buf *scratch);

#endif
