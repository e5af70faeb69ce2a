/* SQL over files: an in-memory DuckDB with one connection. The only part that knows DuckDB; its
 * shared library is loaded on first use, so that a program that runs no SQL does not need it.
 *
 * A handle is used by one thread at a time, except fiat__duckdb_interrupt(). Handles share nothing.
 * Uses base and json. */
#ifndef FIAT_DUCKDB_DUCKDB_H
#define FIAT_DUCKDB_DUCKDB_H

#include "base/str.h"
#include <fiat/error.h>
#include <stdint.h>

typedef struct fiat__duckdb fiat__duckdb;
typedef struct fiat__duckdb_rows fiat__duckdb_rows;

/* Is there an engine to load? FIAT_OK, or FIAT_E_SQL_ENGINE saying how to get one. Looked for in
 * the file that FIAT_DUCKDB names (then nowhere else), LIBDIR/fiat/, the source tree's
 * .deps-local/duckdb/, and where the system's loader looks. */
fiat_status fiat__duckdb_available(fiat_error *err);

typedef struct fiat__duckdb_opts {
    unsigned threads;            /* 0: as many as there are processors */
    uint64_t memory_limit_bytes; /* 0: the engine's own, 80 % of the memory */
    const char *temp_dir;        /* where sorts may spill; made when needed; NULL: nowhere */
} fiat__duckdb_opts;

/* Nothing is ever downloaded: extensions are neither installed nor loaded by themselves.
 * opts may be NULL. FIAT_E_SQL_ENGINE, FIAT_E_SQL, FIAT_E_NOMEM. */
fiat_status fiat__duckdb_open(fiat__duckdb **out, const fiat__duckdb_opts *opts, fiat_error *err);
void fiat__duckdb_close(fiat__duckdb *db);

/* Version of the engine, "v1.4.4". Borrowed for ever. */
const char *fiat__duckdb_version(const fiat__duckdb *db);

/* Run our own statements, whose rows nobody looks at. FIAT_E_SQL. */
fiat_status fiat__duckdb_exec(fiat__duckdb *db, const char *sql, fiat_error *err);

/* From now on SQL reaches no file but those below `dirs`, no network, and no setting. Cannot be
 * taken back. To be called before SQL of another's making is run. */
fiat_status fiat__duckdb_lock(fiat__duckdb *db, const char *const *dirs, size_t dir_count,
                              fiat_error *err);

/* Make the statement that runs now fail soon, with FIAT_E_SQL. Any thread. */
void fiat__duckdb_interrupt(fiat__duckdb *db);

/* How values are given. */
typedef enum fiat__duckdb_form {
    FIAT__DUCKDB_TEXT, /* as DuckDB casts them to VARCHAR: 2026-11-21 12:00:00, [1, 2], {'a': 1} */
    FIAT__DUCKDB_JSON, /* each as a JSON value; infinities and NaN as strings */
    FIAT__DUCKDB_MIXED /* lists, structs and maps as JSON text, all others as FIAT__DUCKDB_TEXT */
} fiat__duckdb_form;

/* Run exactly one statement that gives rows (SELECT, WITH, VALUES, SHOW, DESCRIBE, EXPLAIN, ...).
 * FIAT_E_SQL: the message starts with "line 2, column 8: " where the place is known, and `offset`
 * is its place in bytes. Rows come as they are made; they are freed before the next query. */
fiat_status fiat__duckdb_query(fiat__duckdb *db, fiat__str sql, fiat__duckdb_form form,
                               fiat__duckdb_rows **out, fiat_error *err);
void fiat__duckdb_rows_free(fiat__duckdb_rows *rows);

typedef struct fiat__duckdb_column {
    const char *name;
    const char *type;          /* "bigint", "varchar", "json", "decimal", "list", "struct", ... */
    unsigned precision, scale; /* of a decimal */
    bool number;
} fiat__duckdb_column;

size_t fiat__duckdb_column_count(const fiat__duckdb_rows *rows);
const fiat__duckdb_column *fiat__duckdb_column_at(const fiat__duckdb_rows *rows, size_t index);

/* Go to the next (at first: the first) row; *more false when there is none. FIAT_E_SQL. */
fiat_status fiat__duckdb_next(fiat__duckdb_rows *rows, bool *more, fiat_error *err);

/* A value of the current row; ptr NULL for SQL NULL (in all forms). Borrowed until the next
 * call for these rows. */
fiat__str fiat__duckdb_value(fiat__duckdb_rows *rows, size_t column);

/* Append a name or a text as SQL wants it quoted: "my ""column""", 'it''s'. */
struct fiat__buf;
bool fiat__duckdb_quote_name(struct fiat__buf *out, fiat__str name);
bool fiat__duckdb_quote_text(struct fiat__buf *out, fiat__str text);

#endif
