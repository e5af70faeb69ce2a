/* A table as the catalogue knows it: the one that a stream should have, or the one that is there.
 * Names and types are in lower case, as the catalogue keeps them. */
#ifndef FIAT_TABLE_DEFINITION_H
#define FIAT_TABLE_DEFINITION_H

#include "base/arena.h"
#include "table/columns.h"
#include "table/settings.h"

#define FIAT__SERDE_JSON    "org.openx.data.jsonserde.JsonSerDe"
#define FIAT__SERDE_PARQUET "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"

#define FIAT__TABLE_COMMENT_MAX 255 /* bytes; AWS Glue, API_Column */

/* Names and values, in the order in which they are written. */
typedef struct fiat__property {
    const char *name, *value;
} fiat__property;

typedef struct fiat__properties {
    fiat__property *items;
    size_t count, cap;
} fiat__properties;

typedef struct fiat__table_column {
    const char *name, *type, *comment; /* type as Glue has it: "struct<a:int>" */
    fiat__type parsed;                 /* the type, with names in lower case */
    bool known;                        /* `type` could be parsed */
} fiat__table_column;

typedef struct fiat__table {
    fiat__arena arena;
    const char *database, *name;
    fiat__table_column *columns, *partitions;
    size_t column_count, partition_count;
    const char *location; /* "s3://bucket/Orders/" */
    const char *serde, *input_format, *output_format;
    fiat__properties serde_properties, properties;
} fiat__table;

typedef struct fiat__table_source {
    const fiat__columns *columns;
    const fiat__doc *schema; /* for the spelling of properties; NULL: names are the columns' */
    const fiat__table_settings *settings;
    const char *bucket, *prefix; /* where Firehose writes; prefix as Firehose has it */
    bool other_time_zone;        /* times in the prefix are not UTC */
    unsigned this_year;          /* when projection_from is not set, the first partition's */
} fiat__table_source;

/* The table that a stream should have. FIAT_E_CONFIG, FIAT_E_TABLE_COLUMN: what Athena could not
 * take, and what to do; FIAT_E_LIMIT, FIAT_E_NOMEM. Deinit in any case. */
fiat_status fiat__table_init(fiat__table *out, const fiat__table_source *source, fiat_error *err);
void fiat__table_deinit(fiat__table *table);

/* The column of that name, in lower case; NULL when there is none. */
const fiat__table_column *fiat__table_find(const fiat__table *table, const char *name);

/* The value; NULL when there is no such property. */
const char *fiat__property_get(const fiat__properties *properties, const char *name);

/* Add a property; both texts are copied into the arena. False when out of memory. */
bool fiat__property_add(fiat__table *table, fiat__properties *properties, const char *name,
                        const char *value);

/* Set a column's members from texts, copied; the type in lower case, parsed when it can be. */
fiat_status fiat__table_column_set(fiat__table *table, fiat__table_column *column, const char *name,
                                   const char *type, const char *comment, fiat_error *err);

#endif
