/* What the OpenX JSON SerDe must be told, so that each column finds its property.
 * https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
 *
 * Keys are taken as they are spelt ("case.insensitive" FALSE) wherever that can be: otherwise the
 * SerDe writes every key in lower case, also those of maps and of the JSON text that a string
 * column keeps, and an event with "a" and "A" in it fails the whole query as a duplicate key.
 * mapping.NAME says how the key of NAME is spelt. It counts for members of structs as well, and in
 * all places alike: where one name stands for keys that differ in case alone, keys are taken in any
 * case after all; where they differ in a dot alone, "dots.in.keys" finds them.
 * https://github.com/rcongiu/Hive-JSON-Serde (JsonStructObjectInspector.java), and Trino's own,
 * lib/trino-hive-formats, io/trino/hive/formats/line/openxjson/README.md */
#ifndef FIAT_TABLE_SERDE_H
#define FIAT_TABLE_SERDE_H

#include "table/definition.h"

/* Set table->serde_properties. FIAT_E_TABLE_COLUMN when one name stands for keys that cannot be
 * told to the SerDe; FIAT_E_NOMEM. */
fiat_status fiat__serde_json(fiat__table *table, const fiat__columns *columns,
                             const fiat__doc *schema, fiat_error *err);

#endif
