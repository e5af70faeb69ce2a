/* Hive's DDL as Athena takes it: from text to what it asks for. Pure, any thread.
 * https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html */
#ifndef FIAT_LOCAL_HIVE_PARSE_H
#define FIAT_LOCAL_HIVE_PARSE_H

#include "local/hive_table.h"

typedef enum fiat__hive_kind {
    FIAT__HIVE_QUERY, /* no DDL: SELECT and the like */
    FIAT__HIVE_CREATE_DATABASE,
    FIAT__HIVE_CREATE_TABLE,
    FIAT__HIVE_DROP_DATABASE,
    FIAT__HIVE_DROP_TABLE,
    FIAT__HIVE_ADD_COLUMNS,
    FIAT__HIVE_SET_PROPERTIES,
    FIAT__HIVE_REPAIR,
    FIAT__HIVE_SHOW_DATABASES,
    FIAT__HIVE_SHOW_TABLES,
    FIAT__HIVE_SHOW_COLUMNS,
    FIAT__HIVE_SHOW_CREATE,
    FIAT__HIVE_SHOW_PROPERTIES,
    FIAT__HIVE_DESCRIBE,
    FIAT__HIVE_OTHER /* a statement of Athena's that is not offered here */
} fiat__hive_kind;

typedef struct fiat__hive_statement {
    fiat__hive_kind kind;
    bool if_exists; /* IF EXISTS, IF NOT EXISTS */
    bool cascade;
    fiat__hive_table table; /* or its database and name alone; columns and properties to add */
    const char *pattern;    /* of SHOW ... 'pattern'; NULL: all */
    const char *what;       /* "CREATE_TABLE", "SHOW_TABLES": Athena's SubstatementType */
} fiat__hive_statement;

/* Parse one statement; a semicolon may follow. What it points to is in the arena. FIAT_E_SQL:
 * "line 1:8: ..."; FIAT_E_TABLE_COLUMN; FIAT_E_NOMEM. */
fiat_status fiat__hive_parse(fiat__hive_statement *out, fiat__str sql, fiat__arena *arena,
                             fiat_error *err);

#endif
