/* The databases and tables of the local Athena, kept as files:
 *
 *   DIR/.fiat/catalog/DATABASE/database.json      {"comment": ..., "location": ...}
 *   DIR/.fiat/catalog/DATABASE/tables/TABLE.json  what CREATE EXTERNAL TABLE said, see
 * catalog_file.c
 *
 * The database "default" is always there. Names are in lower case. Any thread. */
#ifndef FIAT_LOCAL_CATALOG_H
#define FIAT_LOCAL_CATALOG_H

#include "base/clock.h"
#include "base/thread.h"
#include "local/hive_parse.h"

#define FIAT__CATALOG_NAME    "AwsDataCatalog"
#define FIAT__CATALOG_DEFAULT "default"

typedef struct fiat__catalog {
    char *dir;
    const fiat__clock *clock;
    fiat__mutex lock; /* of changes: read, change, write back */
} fiat__catalog;

fiat_status fiat__catalog_open(fiat__catalog *catalog, const char *data_dir,
                               const fiat__clock *clock, fiat_error *err);
void fiat__catalog_close(fiat__catalog *catalog);

/* Do what CREATE, DROP and ALTER ask for; `database` is where a table without one belongs.
 * FIAT_E_SQL with the words of Athena: it exists already, there is none, ... */
fiat_status fiat__catalog_apply(fiat__catalog *catalog, const fiat__hive_statement *statement,
                                const char *database, fiat_error *err);

bool fiat__catalog_has_database(const fiat__catalog *catalog, const char *name);
/* Names, sorted; to be freed with fiat__dir_free_list(). FIAT_E_SQL: no such database. */
fiat_status fiat__catalog_databases(const fiat__catalog *catalog, char ***names, size_t *count,
                                    fiat_error *err);
fiat_status fiat__catalog_tables(const fiat__catalog *catalog, const char *database, char ***names,
                                 size_t *count, fiat_error *err);

/* A table, in the arena. FIAT_E_NOT_FOUND: "Table not found ...". */
fiat_status fiat__catalog_table(const fiat__catalog *catalog, const char *database,
                                const char *name, fiat__arena *arena, fiat__hive_table *out,
                                fiat_error *err);

/* catalog_file.c */
fiat_status fiat__catalog_write(const char *path, const fiat__hive_table *table, fiat_error *err);
fiat_status fiat__catalog_read(const char *path, fiat__arena *arena, fiat__hive_table *out,
                               fiat_error *err);

#endif
