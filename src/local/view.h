/* One view over the JSON lines in a folder: which files are its, and where its columns come from.
 * Who makes views: query.c for a stream, table_view.c for a table of the catalogue. */
#ifndef FIAT_LOCAL_VIEW_H
#define FIAT_LOCAL_VIEW_H

#include "duckdb/duckdb.h"
#include "local/layout.h"
#include "table/columns.h"

typedef struct fiat__view {
    const char *database; /* the SQL schema that it is made in; NULL: the connection's own */
    const char *name;
    const fiat__columns *columns;
    /* A JSON Schema that tells how members are spelt; NULL: as the columns are. */
    const fiat__doc *schema;
    /* By column: the root member that fills it, NULL: that of its name. Without the array, as
     * fiat__columns_property() finds it. */
    const char *const *properties;
    /* How members of structs are spelt, where there is no schema that tells; NULL: as the columns
     * have them. A table's mappings count for them as well. */
    const char *(*member)(const void *mappings, const char *name);
    const void *mappings;
    const char *base; /* the folder that the layout is relative to: absolute, without links */
    const fiat__layout *layout;
    const fiat__type *partition_types; /* by partition of the layout; NULL: text */
    const char *condition;             /* SQL that rows must meet; NULL: none */
    bool skip_malformed;               /* a line that is no JSON is a row of NULLs, not an error */
} fiat__view;

/* Make it. Without a file of its own it is empty. FIAT_E_SQL, FIAT_E_LIMIT, FIAT_E_NOMEM. */
fiat_status fiat__view_create(fiat__duckdb *db, const fiat__view *view, fiat_error *err);

/* Append the pattern of files below a folder that the layout's glob stands for, and the regular
 * expression of their absolute names. */
void fiat__view_places(const fiat__view *view, fiat__buf *glob, fiat__buf *regex);

/* Append a path so that a pattern of files takes it literally, or nearly: '?' stands for what
 * would mean something. */
void fiat__view_write_glob(fiat__buf *out, fiat__str path);

#endif
