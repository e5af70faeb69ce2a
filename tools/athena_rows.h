/* The results of a query of Athena's as rows to print; pages are fetched as they are needed. */
#ifndef FIAT_TOOLS_ATHENA_ROWS_H
#define FIAT_TOOLS_ATHENA_ROWS_H

#include "aws/svc/athena.h"
#include "aws/svc/service.h"
#include "output.h"

typedef struct athena_rows athena_rows;

/* Fetch the first page. `query`: one that has succeeded. `json`: values are JSON values. Free with
 * athena_rows_free(). */
fiat_status athena_rows_open(athena_rows **out, fiat__service *athena,
                             const fiat__athena_execution *query, bool json, fiat_error *err);
void athena_rows_free(athena_rows *rows);

/* They end with FIAT_E_CLOSED when a signal has come (interrupt.h). Borrowed until free. */
struct row_source athena_rows_source(athena_rows *rows);

/* How many rows a statement has written, as INSERT INTO and CREATE TABLE AS do. */
uint64_t athena_rows_written(const athena_rows *rows);

/* What a value is in JSON, by the name of its type, "bigint" or "varchar": a number, true or false,
 * JSON of its own (of type json), else a text. Append it. Arrays, maps and rows are texts, since
 * Athena gives them as such: [1, 2], {a=1}. */
bool athena_write_json(fiat__buf *out, const char *type, const char *text);

/* Do tables have it at the right? */
bool athena_type_is_number(const char *type);

#endif
