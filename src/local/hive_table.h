/* A table as the catalogue knows it: what CREATE EXTERNAL TABLE says. */
#ifndef FIAT_LOCAL_HIVE_TABLE_H
#define FIAT_LOCAL_HIVE_TABLE_H

#include "base/arena.h"
#include "table/columns.h"

#include <strings.h>

/* 'key'='value' */
typedef struct fiat__hive_pair {
    const char *key, *value;
    struct fiat__hive_pair *next;
} fiat__hive_pair;

typedef struct fiat__hive_column {
    const char *name, *comment; /* the name in lower case; comment "": none */
    const char *type;           /* as DDL spells it */
    fiat__type parsed;
    struct fiat__hive_column *next;
} fiat__hive_column;

typedef struct fiat__hive_table {
    const char *database, *name; /* lower case; database "": that of the query */
    const char *comment;
    fiat__hive_column *columns, *partitions;
    const char *serde, *input_format, *output_format; /* classes; "" when not said */
    const char *location;                             /* "s3://bucket/prefix/" */
    fiat__hive_pair *serde_properties, *properties;
    int64_t created_ms;
} fiat__hive_table;

/* The value of a key, which is compared without regard to case; NULL: not there. */
static inline const char *fiat__hive_get(const fiat__hive_pair *pairs, const char *key) {
    for (; pairs; pairs = pairs->next)
        if (strcasecmp(pairs->key, key) == 0) return pairs->value;
    return NULL;
}

#endif
