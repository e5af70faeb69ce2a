/* `fiat query --local`: SQL on a data folder. */
#include "base/buf.h"
#include "base/file.h"
#include "base/random.h"
#include "cmd.h"
#include "local/query.h"
#include "project.h"
#include "query.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 4096

static fiat_status add_view(fiat__duckdb *db, const struct query *query, const char *name,
                            fiat_error *err) {
    const fiat_config *config = query->config;
    project_stream stream;
    fiat__buf delivery_name;
    fiat__query_opts opts = {query->flags->local, fiat_config_get(config, "local.prefix")};
    fiat_status status = project_stream_read(&stream, project_schemas_dir(config), name, err);
    if (status != FIAT_OK || !stream.has_athena) {
        if (status == FIAT_OK) project_stream_free(&stream);
        return status;
    }
    fiat__buf_init(&delivery_name, NAME_MAX_BYTES);
    project_delivery_name(&delivery_name, &stream, config);
    fiat__query_stream view = {name, fiat__buf_cstr(&delivery_name), fiat__buf_str(&stream.athena),
                               fiat__buf_str(&stream.json_schema)};
    status = fiat__query_add_view(db, &opts, &view, err);
    fiat__buf_deinit(&delivery_name);
    project_stream_free(&stream);
    return status;
}

/* A stream whose files are wrong is left out with a warning: a query may well not need it. */
static int add_views(fiat__duckdb *db, const struct query *query) {
    char **names;
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    if (project_streams(project_schemas_dir(query->config), true, &names, &count, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    for (size_t i = 0; i < count; i++) {
        if (add_view(db, query, names[i], &err) == FIAT_OK) continue;
        fprintf(stderr, "fiat query: stream %s is left out: %s\n", names[i], err.message);
    }
    fiat__dir_free_list(names, count);
    return EXIT_DONE;
}

/* The line of the SQL in which an error is, and a mark below the place. */
static void print_place(fiat__str sql, const fiat_error *err) {
    if (strncmp(err->message, "line ", 5) != 0 || err->offset > sql.len) return;
    size_t start = (size_t)err->offset, end = start;
    while (start > 0 && sql.ptr[start - 1] != '\n')
        start--;
    while (end < sql.len && sql.ptr[end] != '\n')
        end++;
    fprintf(stderr, "  %.*s\n  ", (int)(end - start), sql.ptr + start);
    for (size_t i = start; i < err->offset; i++)
        if (((unsigned char)sql.ptr[i] & 0xC0) != 0x80)
            fputc(sql.ptr[i] == '\t' ? '\t' : ' ', stderr);
    fputs("^\n", stderr);
}

/* The engine proposes names of its own catalog. */
static void print_tables(fiat__duckdb *db, const fiat_error *err) {
    static const char sql[] = "SELECT string_agg(view_name, ', ' ORDER BY view_name) "
                              "FROM duckdb_views() WHERE NOT internal";
    fiat__duckdb_rows *rows;
    bool more = false;
    if (!strstr(err->message, "Catalog error: Table with name")) return;
    if (fiat__duckdb_query(db, fiat__str_c(sql), FIAT__DUCKDB_TEXT, &rows, NULL) != FIAT_OK) return;
    if (fiat__duckdb_next(rows, &more, NULL) == FIAT_OK && more) {
        fiat__str names = fiat__duckdb_value(rows, 0);
        fprintf(stderr, "  The tables are: %.*s\n", (int)names.len, names.ptr ? names.ptr : "");
    }
    fiat__duckdb_rows_free(rows);
}

/* --- rows --- */

static const char *name_of(const void *ctx, size_t column) {
    return fiat__duckdb_column_at(ctx, column)->name;
}

static bool is_number(const void *ctx, size_t column) {
    return fiat__duckdb_column_at(ctx, column)->number;
}

static fiat_status next(void *ctx, bool *more, fiat_error *err) {
    return fiat__duckdb_next(ctx, more, err);
}

static fiat__str value(void *ctx, size_t column) {
    return fiat__duckdb_value(ctx, column);
}

static int run(const struct query *query, fiat__duckdb *db, fiat__str sql) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__duckdb_rows *rows;
    uint64_t count;
    fiat__duckdb_form form = output_is_json(query->format) ? FIAT__DUCKDB_JSON : FIAT__DUCKDB_TEXT;
    fiat_status status = fiat__duckdb_query(db, sql, form, &rows, &err);
    if (status == FIAT_OK) {
        const struct row_source source = {
            rows, fiat__duckdb_column_count(rows), name_of, is_number, next, value};
        status = query_print(query, &source, &count, &err);
        fiat__duckdb_rows_free(rows);
    }
    if (status == FIAT_OK) return EXIT_DONE;
    cmd_fail_error(NULL, &err);
    print_place(sql, &err);
    print_tables(db, &err);
    return EXIT_FAILED;
}

/* A name for the engine to spill to; it makes the folder when needed and removes it. */
static void temp_dir(char *out, size_t size) {
    const char *base = getenv("TMPDIR");
    snprintf(out, size, "%.200s/fiat-query-%016llx", base && *base ? base : "/tmp",
             (unsigned long long)fiat__random_u64());
}

int query_local(const struct query *query, fiat__str sql) {
    char temp[256];
    const char *local = query->flags->local;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__duckdb *db;
    temp_dir(temp, sizeof temp);
    fiat__duckdb_opts opts = {.temp_dir = temp};
    if (!fiat__path_is_dir(local))
        return cmd_fail(EXIT_FAILED, "--local %s: there is no such folder", local);
    if (fiat__duckdb_open(&db, &opts, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = add_views(db, query);
    if (code == EXIT_DONE && fiat__query_lock(db, local, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    if (code == EXIT_DONE) code = run(query, db, sql);
    fiat__duckdb_close(db);
    return code;
}
