/* Reading the text of an Athena type. */
#ifndef FIAT_TABLE_TYPE_H
#define FIAT_TABLE_TYPE_H

#include "base/arena.h"
#include "table/columns.h"

#define FIAT__TYPE_MAX_DEPTH 32
#define FIAT__NAME_MAX_BYTES 255 /* AWS Glue, API_Column */

/* Parse a whole type; what it points to is in the arena. FIAT_E_TABLE_COLUMN says what was found
 * and what is allowed, without naming the column; FIAT_E_NOMEM. */
fiat_status fiat__type_parse(fiat__type *out, fiat__str text, fiat__arena *arena, fiat_error *err);

/* Is it a name that Athena takes for a column: 1 to 255 letters, digits and underscores?
 * https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html */
bool fiat__column_name_is_valid(fiat__str name);

/* "int" and so on. Borrowed for ever. */
const char *fiat__type_kind_name(fiat__type_kind kind);

#endif
