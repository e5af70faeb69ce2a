/* A table in the words of the Glue catalogue.
 * https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html */
#ifndef FIAT_TABLE_GLUE_H
#define FIAT_TABLE_GLUE_H

#include "base/buf.h"
#include "table/definition.h"

/* Append the TableInput of CreateTable, one line. False when it did not fit or memory ran out. */
bool fiat__glue_table_input(fiat__buf *out, const fiat__table *table);

/* Read the member "Table" of GetTable's reply. FIAT_E_AWS_REPLY, FIAT_E_NOMEM. Deinit with
 * fiat__table_deinit() in any case. */
fiat_status fiat__glue_table_read(fiat__table *out, const fiat__doc *table, fiat_error *err);

/* The same of the member "TableMetadata" of Athena's GetTableMetadata, where the place and the
 * SerDe are parameters: "location", "serde.param.mapping.a".
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_TableMetadata.html */
fiat_status fiat__glue_metadata_read(fiat__table *out, const fiat__doc *metadata,
                                     const char *database, fiat_error *err);

/* Append the TableInput of UpdateTable: `table`, as GetTable has it (read as `live`), with the
 * columns, SerDe properties and properties of `wanted`, and with everything else as it was. */
bool fiat__glue_update_input(fiat__buf *out, const fiat__doc *table, const fiat__table *live,
                             const fiat__table *wanted);

#endif
