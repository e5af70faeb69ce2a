/* A table of the catalogue as a view: its JSON lines as the OpenX JSON SerDe reads them.
 * https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html */
#ifndef FIAT_LOCAL_TABLE_VIEW_H
#define FIAT_LOCAL_TABLE_VIEW_H

#include "duckdb/duckdb.h"
#include "local/hive_table.h"

/* Make the view DATABASE.NAME; the schema exists. `dir`: the data folder, absolute and without
 * links. Adds the bytes of the table's files to *bytes. FIAT_E_SQL: the table cannot be read, and
 * why. */
fiat_status fiat__table_view_create(fiat__duckdb *db, const char *dir,
                                    const fiat__hive_table *table, int64_t now_ms, uint64_t *bytes,
                                    fiat_error *err);

#endif
