/* Rows of a query as a table, CSV or JSON, on stdout. */
#ifndef FIAT_TOOLS_OUTPUT_H
#define FIAT_TOOLS_OUTPUT_H

#include "duckdb/duckdb.h"

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON, OUTPUT_JSONL };

/* "table", "csv", "json" or "jsonl"; false for another word. */
bool output_format_of(const char *name, enum output_format *out);

/* The form in which values are to be asked for. */
fiat__duckdb_form output_form(enum output_format format);

/* Print all rows; they are not freed. */
fiat_status output_rows(fiat__duckdb_rows *rows, enum output_format format, fiat_error *err);

#endif
