/* Functions of Trino that DuckDB lacks, or has with another meaning.
 * https://trino.io/docs/current/functions.html */
#ifndef FIAT_LOCAL_MACROS_H
#define FIAT_LOCAL_MACROS_H

#include "duckdb/duckdb.h"

/* Make them, before the database is locked. */
fiat_status fiat__macros_create(fiat__duckdb *db, fiat_error *err);

#endif
