/* A query: a database of its own, with the tables that it names as views. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "local/athena_result.h"
#include "local/athena_sql.h"
#include "local/athena_text.h"
#include "local/macros.h"
#include "local/query.h"
#include "local/table_view.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define SQL_MAX_BYTES   (4 * 1024 * 1024)
#define ARENA_BYTES     (16 * 1024 * 1024)
#define VALUE_MAX_BYTES (256u * 1024 * 1024)
#define MEMORY_BYTES    (UINT64_C(2) << 30)

static fiat_status prepare_engine(fiat__duckdb *db, fiat_error *err) {
    fiat_status status = fiat__duckdb_exec(
        db,
        "ATTACH ':memory:' AS awsdatacatalog; USE awsdatacatalog; SET integer_division=true; "
        "SET TimeZone='UTC'",
        err);
    return status == FIAT_OK ? fiat__macros_create(db, err) : status;
}

static fiat_status exec_name(fiat__duckdb *db, const char *what, const char *name,
                             fiat_error *err) {
    fiat__buf sql;
    fiat__buf_init(&sql, SQL_MAX_BYTES);
    fiat__buf_append_c(&sql, what);
    fiat__duckdb_quote_name(&sql, fiat__str_c(name));
    fiat_status status = fiat__duckdb_exec(db, fiat__buf_cstr(&sql), err);
    fiat__buf_deinit(&sql);
    return status;
}

/* Does the query speak of the table? One that cannot be read must not fail queries of others. */
static bool is_meant(const fiat__execution *e, const char *database, const char *table) {
    const fiat__str sql = fiat__str_c(e->query);
    if (fiat__athena_names(sql, "information_schema")) return true;
    if (!fiat__athena_names(sql, table)) return false;
    return fiat__athena_names(sql, database) ||
           strcasecmp(database, e->database ? e->database : FIAT__CATALOG_DEFAULT) == 0;
}

static fiat_status add_table(fiat__athena *athena, fiat__execution *e, fiat__duckdb *db,
                             const char *database, const char *name, fiat_error *err) {
    fiat__arena arena;
    fiat__hive_table table;
    uint64_t bytes = 0;
    if (!is_meant(e, database, name)) return FIAT_OK;
    fiat__arena_init(&arena, ARENA_BYTES);
    fiat_status status = fiat__catalog_table(&athena->catalog, database, name, &arena, &table, err);
    if (status == FIAT_OK)
        status = fiat__table_view_create(db, athena->data_dir, &table, fiat__wall_ms(athena->clock),
                                         &bytes, err);
    fiat__arena_deinit(&arena);
    fiat__mutex_lock(&athena->lock);
    e->scanned_bytes += bytes;
    fiat__mutex_unlock(&athena->lock);
    return status;
}

static fiat_status add_database(fiat__athena *athena, fiat__execution *e, fiat__duckdb *db,
                                const char *database, fiat_error *err) {
    char **names;
    size_t count;
    fiat_status status = exec_name(db, "CREATE SCHEMA ", database, err);
    if (status != FIAT_OK) return status;
    status = fiat__catalog_tables(&athena->catalog, database, &names, &count, err);
    if (status != FIAT_OK) /* dropped in the meantime, perhaps */
        return fiat__catalog_has_database(&athena->catalog, database) ? status : FIAT_OK;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        status = add_table(athena, e, db, database, names[i], err);
    fiat__dir_free_list(names, count);
    return status;
}

static fiat_status add_databases(fiat__athena *athena, fiat__execution *e, fiat__duckdb *db,
                                 fiat_error *err) {
    char **names;
    size_t count;
    fiat_status status = fiat__catalog_databases(&athena->catalog, &names, &count, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if (fiat__catalog_has_database(&athena->catalog, names[i]))
            status = add_database(athena, e, db, names[i], err);
    fiat__dir_free_list(names, count);
    return status;
}

/* --- the rows --- */

/* A column without a name of its own is _col0, _col1, ... in Trino; DuckDB gives the expression. */
static const char *column_name(const fiat__execution *e, const char *name, size_t index,
                               char own[32]) {
    bool word = *name != '\0';
    for (const char *at = name; *at; at++)
        word = word && (isalnum((unsigned char)*at) || *at == '_' || (unsigned char)*at >= 0x80);
    if (word || fiat__athena_names(fiat__str_c(e->query), name)) return name;
    snprintf(own, 32, "_col%zu", index);
    return own;
}

static fiat_status write_header(const fiat__execution *e, fiat__duckdb_rows *rows,
                                struct fiat__result *result, fiat_error *err) {
    char own[32];
    for (size_t i = 0; i < fiat__duckdb_column_count(rows); i++) {
        const fiat__duckdb_column *column = fiat__duckdb_column_at(rows, i);
        const char *type = fiat__athena_type(column);
        const unsigned precision = strcmp(type, "varchar") == 0 ? 2147483647u : column->precision;
        const char *name = column_name(e, column->name, i, own);
        fiat__result_column(result, name, type, precision, column->scale);
        fiat__result_value(result, fiat__str_c(name));
    }
    return fiat__result_end_row(result, err);
}

static fiat_status write_rows(fiat__duckdb_rows *rows, struct fiat__result *result,
                              fiat_error *err) {
    bool more = false;
    fiat__buf scratch;
    fiat__buf_init(&scratch, VALUE_MAX_BYTES);
    fiat_status status;
    while ((status = fiat__duckdb_next(rows, &more, err)) == FIAT_OK && more) {
        for (size_t i = 0; i < fiat__duckdb_column_count(rows); i++)
            fiat__result_value(result, fiat__athena_text(fiat__duckdb_column_at(rows, i),
                                                         fiat__duckdb_value(rows, i), &scratch));
        status = fiat__result_end_row(result, err);
        if (status != FIAT_OK) break;
    }
    fiat__buf_deinit(&scratch);
    return status;
}

/* EXPLAIN: one column of lines. DuckDB's plan is the last of its two. */
static fiat_status write_plan(fiat__duckdb_rows *rows, struct fiat__result *result,
                              fiat_error *err) {
    bool more = false;
    fiat_status status;
    fiat__result_column(result, "Query Plan", "varchar", 0, 0);
    while ((status = fiat__duckdb_next(rows, &more, err)) == FIAT_OK && more) {
        fiat__str plan = fiat__duckdb_value(rows, fiat__duckdb_column_count(rows) - 1);
        for (size_t end; plan.len && status == FIAT_OK;
             plan = fiat__str_of(plan.ptr + end, plan.len - end)) {
            const char *newline = memchr(plan.ptr, '\n', plan.len);
            end = newline ? (size_t)(newline + 1 - plan.ptr) : plan.len;
            fiat__result_value(result, fiat__str_of(plan.ptr, newline ? end - 1 : end));
            status = fiat__result_end_row(result, err);
        }
        if (status != FIAT_OK) break;
    }
    return status;
}

static fiat_status write_result(const fiat__execution *e, fiat__duckdb_rows *rows,
                                struct fiat__result *result, fiat_error *err) {
    if (e->text) return write_plan(rows, result, err);
    fiat_status status = write_header(e, rows, result, err);
    return status == FIAT_OK ? write_rows(rows, result, err) : status;
}

static bool is_cancelled(fiat__athena *athena, const fiat__execution *e) {
    fiat__mutex_lock(&athena->lock);
    const bool cancelled = e->cancelled;
    fiat__mutex_unlock(&athena->lock);
    return cancelled;
}

static fiat_status run(fiat__athena *athena, fiat__execution *e, fiat__duckdb *db,
                       struct fiat__result *result, fiat_error *err) {
    fiat__buf sql;
    fiat__duckdb_rows *rows;
    const char *database = e->database ? e->database : FIAT__CATALOG_DEFAULT;
    char schema[300];
    fiat_status status = prepare_engine(db, err);
    if (status == FIAT_OK) status = add_databases(athena, e, db, err);
    if (status == FIAT_OK && fiat__catalog_has_database(&athena->catalog, database)) {
        snprintf(schema, sizeof schema, "USE awsdatacatalog.\"%s\"", database);
        status = fiat__duckdb_exec(db, schema, err);
    }
    if (status == FIAT_OK) status = fiat__query_lock(db, athena->data_dir, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&sql, SQL_MAX_BYTES);
    status = fiat__athena_rewrite(&sql, fiat__str_c(e->query), (const char *const *)e->parameters,
                                  e->parameter_count, err);
    if (status == FIAT_OK && is_cancelled(athena, e)) /* an interrupt before is lost */
        status = fiat__err_set(err, FIAT_E_SQL, "cancelled");
    if (status == FIAT_OK)
        status = fiat__duckdb_query(db, fiat__buf_str(&sql), FIAT__DUCKDB_MIXED, &rows, err);
    if (status == FIAT_OK) {
        status = write_result(e, rows, result, err);
        fiat__duckdb_rows_free(rows);
    }
    fiat__buf_deinit(&sql);
    return status;
}

fiat_status fiat__athena_run_select(fiat__athena *athena, fiat__execution *e,
                                    struct fiat__result *result, fiat_error *err) {
    char *temp = fiat__athena_path(athena, e->id, ".tmp");
    const fiat__duckdb_opts opts = {
        .threads = 2, .memory_limit_bytes = MEMORY_BYTES, .temp_dir = temp};
    fiat__duckdb *db;
    fiat_status status = temp ? fiat__duckdb_open(&db, &opts, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) {
        fiat__mutex_lock(&athena->lock);
        e->db = db;
        const bool cancelled = e->cancelled;
        fiat__mutex_unlock(&athena->lock);
        if (cancelled)
            status = fiat__err_set(err, FIAT_E_SQL, "cancelled");
        else
            status = run(athena, e, db, result, err);
        fiat__mutex_lock(&athena->lock);
        e->db = NULL;
        fiat__mutex_unlock(&athena->lock);
        fiat__duckdb_close(db);
    }
    fiat__free(temp);
    return status;
}
