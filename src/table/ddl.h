/* Athena's DDL of a table. The text is the same for the same table, and has no ';' and no newline
 * at its end: StartQueryExecution takes one statement.
 * https://docs.aws.amazon.com/athena/latest/ug/create-table.html */
#ifndef FIAT_TABLE_DDL_H
#define FIAT_TABLE_DDL_H

#include "base/buf.h"
#include "table/definition.h"

/* CREATE EXTERNAL TABLE. False when it did not fit or memory ran out. */
bool fiat__ddl_create(fiat__buf *out, const fiat__table *table);

/* CREATE DATABASE IF NOT EXISTS, DROP TABLE (of an external table: the data stays). */
bool fiat__ddl_create_database(fiat__buf *out, const fiat__table *table);
bool fiat__ddl_drop(fiat__buf *out, const fiat__table *table);

/* "`a` int COMMENT 'b'"; "'a' = 'b'" */
bool fiat__ddl_write_column(fiat__buf *out, const fiat__table_column *column);
bool fiat__ddl_write_property(fiat__buf *out, const char *name, const char *value);

/* "`database`.`table`" */
bool fiat__ddl_write_table(fiat__buf *out, const fiat__table *table);

#endif
