/* fiat query: SQL on a data folder. */
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "cmd.h"
#include "local/query.h"
#include "output.h"
#include "project.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SQL_MAX_BYTES (1024 * 1024)

static const char *s_local, *s_schemas, *s_format, *s_file;
static bool s_json;

static const struct opt s_options[] = {
    {"local", 0, OPT_STRING, &s_local, "DIR", "Folder that `fiat local` or `--to local:DIR` wrote",
     0, 0},
    {"schemas", 0, OPT_STRING, &s_schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    {"format", 'f', OPT_CHOICE, &s_format, "table|csv|json|jsonl",
     "How rows are printed (default table); json is an array, jsonl an object a line", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "The same as --format=json", 0, 0},
    {"file", 'F', OPT_STRING, &s_file, "FILE", "Read the SQL from a file; - is stdin", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static fiat_status read_stdin(fiat__buf *out, fiat_error *err) {
    char chunk[4096];
    ssize_t got;
    while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) > 0)
        fiat__buf_append(out, chunk, (size_t)got);
    return fiat__buf_status(out, err);
}

static fiat_status read_sql(fiat__buf *out, const char *operand, fiat_error *err) {
    if (s_file && strcmp(s_file, "-") != 0) return fiat__file_read(s_file, out, err);
    if (s_file || strcmp(operand, "-") == 0) return read_stdin(out, err);
    fiat__buf_append_c(out, operand);
    return fiat__buf_status(out, err);
}

static fiat_status add_view(fiat__duckdb *db, const fiat_config *config, const char *name,
                            fiat_error *err) {
    project_stream stream;
    fiat__buf delivery_name;
    fiat__query_opts opts = {s_local, fiat_config_get(config, "local.prefix")};
    fiat_status status = project_stream_read(&stream, project_schemas_dir(config), name, err);
    if (status != FIAT_OK || !stream.has_athena) {
        if (status == FIAT_OK) project_stream_free(&stream);
        return status;
    }
    fiat__buf_init(&delivery_name, SQL_MAX_BYTES);
    project_delivery_name(&delivery_name, &stream, config);
    fiat__query_stream view = {name, fiat__buf_cstr(&delivery_name), fiat__buf_str(&stream.athena),
                               fiat__buf_str(&stream.json_schema)};
    status = fiat__query_add_view(db, &opts, &view, err);
    fiat__buf_deinit(&delivery_name);
    project_stream_free(&stream);
    return status;
}

/* A stream whose files are wrong is left out with a warning: a query may well not need it. */
static int add_views(fiat__duckdb *db, const fiat_config *config) {
    char **names;
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    if (project_streams(project_schemas_dir(config), true, &names, &count, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    for (size_t i = 0; i < count; i++) {
        if (add_view(db, config, names[i], &err) == FIAT_OK) continue;
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

static int query(fiat__duckdb *db, fiat__str sql, enum output_format format) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__duckdb_rows *rows;
    fiat_status status = fiat__duckdb_query(db, sql, output_form(format), &rows, &err);
    if (status == FIAT_OK) {
        status = output_rows(rows, format, &err);
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

static int run_sql(const fiat_config *config, fiat__str sql, enum output_format format) {
    char temp[256];
    fiat_error err = FIAT_ERROR_INIT;
    fiat__duckdb *db;
    temp_dir(temp, sizeof temp);
    fiat__duckdb_opts opts = {.temp_dir = temp};
    if (!fiat__path_is_dir(s_local))
        return cmd_fail(EXIT_FAILED, "--local %s: there is no such folder", s_local);
    if (fiat__duckdb_open(&db, &opts, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = add_views(db, config);
    if (code == EXIT_DONE && fiat__query_lock(db, s_local, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    if (code == EXIT_DONE) code = query(db, sql, format);
    fiat__duckdb_close(db);
    return code;
}

static int run(int argc, char **argv) {
    enum output_format format = s_json ? OUTPUT_JSON : OUTPUT_TABLE;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_config *config;
    fiat__buf sql;
    if (!s_local) return cmd_fail(EXIT_USAGE, "name the data folder with --local DIR");
    if ((argc == 1) == (s_file != NULL))
        return cmd_fail(EXIT_USAGE, "give the SQL as one argument, or --file FILE");
    if (s_format) (void)output_format_of(s_format, &format); /* one of the option's words */
    fiat__buf_init(&sql, SQL_MAX_BYTES);
    int code = EXIT_DONE;
    if (read_sql(&sql, argc ? argv[0] : NULL, &err) != FIAT_OK)
        code = cmd_fail_error("the SQL text", &err);
    else if (project_config(&config, s_schemas, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else {
        code = run_sql(config, fiat__buf_str(&sql), format);
        fiat_config_free(config);
    }
    fiat__buf_deinit(&sql);
    return code;
}

const struct cmd cmd_query = {
    .name = "query",
    .synopsis = "--local DIR [OPTION...] SQL",
    .summary = "Run SQL on the events in a data folder",
    .details =
        "Every stream is a table of its name, with the columns of its athena.json. Its partition "
        "is a column as well: `datehour`, such as '2026/11/21/12', or the names of folders like "
        "dt=2026-11-21. Conditions on it that are constants choose the files to read.\n\n"
        "The SQL is DuckDB's, which is close to Athena's. It is one statement, or - for the text "
        "on stdin. It can read nothing but the folder.\n\n"
        " fiat query --local data \"SELECT task, count(*) FROM Audit\n"
        "   WHERE datehour >= '2026/11/21/00' GROUP BY task\"",
    .options = s_options,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
