/* Running one statement and reading its rows.
 *
 * The engine itself turns every value into text or JSON: the statement is prepared once to learn
 * its columns and to be refused with its own text, then wrapped in a SELECT that casts them. */
#include "duckdb/internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#include <string.h>

#define SQL_MAX_BYTES   (16 * 1024 * 1024)
#define VALUE_MAX_BYTES (256 * 1024 * 1024)

struct fiat__duckdb_rows {
    fiat__duckdb *db;
    fiat__duckdb_form form;
    char *sql;    /* the user's text, to place errors in */
    size_t shift; /* bytes that stand before it in what is run; > 0: values come in the wanted
                     form; 0: every column is VARCHAR */
    fiat__duckdb_column *columns;
    size_t column_count;
    void *statement;
    fiat__duckdb_result result;
    bool has_result;
    void *chunk;
    uint64_t row, chunk_rows; /* row: the current one in the chunk */
    fiat__buf json;           /* a value that was written afresh */
};

/* Names by duckdb_type; https://duckdb.org/docs/stable/clients/c/types. */
static const struct type_name {
    int id;
    const char *name;
    bool number;
} s_types[] = {
    {1, "boolean", false},
    {2, "tinyint", true},
    {3, "smallint", true},
    {4, "integer", true},
    {5, "bigint", true},
    {6, "utinyint", true},
    {7, "usmallint", true},
    {8, "uinteger", true},
    {9, "ubigint", true},
    {10, "float", true},
    {11, "double", true},
    {12, "timestamp", false},
    {13, "date", false},
    {14, "time", false},
    {15, "interval", false},
    {16, "hugeint", true},
    {17, "varchar", false},
    {18, "blob", false},
    {19, "decimal", true},
    {20, "timestamp_s", false},
    {21, "timestamp_ms", false},
    {22, "timestamp_ns", false},
    {23, "enum", false},
    {24, "list", false},
    {25, "struct", false},
    {26, "map", false},
    {27, "uuid", false},
    {28, "union", false},
    {29, "bit", false},
    {30, "time with time zone", false},
    {32, "uhugeint", true},
    {33, "array", false},
    {35, "bignum", true},
    {36, "null", false},
    {31, "timestamp with time zone", false},
};

static const struct type_name *find_type(int id) {
    static const struct type_name other = {0, "other", false};
    for (size_t i = 0; i < sizeof s_types / sizeof s_types[0]; i++)
        if (s_types[i].id == id) return &s_types[i];
    return &other;
}

static fiat_status fail(const fiat__duckdb_rows *rows, const char *text, fiat_error *err) {
    return fiat__duckdb_error(text, fiat__str_c(rows->sql), rows->shift, err);
}

/* One column; returns whether it is plain VARCHAR. */
static bool describe_column(fiat__duckdb_rows *rows, uint64_t index) {
    const fiat__duckdb_api *api = rows->db->api;
    fiat__duckdb_column *column = &rows->columns[index];
    void *type = api->prepared_statement_column_logical_type(rows->statement, index);
    int id = api->get_type_id(type);
    char *alias = api->logical_type_get_alias(type);
    const char *name = api->prepared_statement_column_name(rows->statement, index);
    column->name = fiat__strdup(name ? name : "");
    column->type = find_type(id)->name;
    column->number = find_type(id)->number;
    if (id == FIAT__DUCKDB_TYPE_DECIMAL) {
        column->precision = api->decimal_width(type);
        column->scale = api->decimal_scale(type);
    }
    bool plain = id == FIAT__DUCKDB_TYPE_VARCHAR && !alias;
    if (alias && strcmp(alias, "JSON") == 0) column->type = "json";
    api->free(alias);
    api->free((void *)(uintptr_t)name);
    api->destroy_logical_type(&type);
    return plain;
}

static fiat_status describe_columns(fiat__duckdb_rows *rows, bool *all_plain, fiat_error *err) {
    uint64_t count = rows->db->api->prepared_statement_column_count(rows->statement);
    rows->columns = fiat__calloc(count, sizeof *rows->columns);
    if (!rows->columns) return fiat__err_nomem(err);
    rows->column_count = (size_t)count;
    *all_plain = true;
    for (uint64_t i = 0; i < count; i++) {
        if (!describe_column(rows, i)) *all_plain = false;
        if (!rows->columns[i].name) return fiat__err_nomem(err);
    }
    return FIAT_OK;
}

/* Functions that do more than read, where a plain SELECT calls them: the engine's log writes files,
 * and query() runs a text that could hold any of these names in pieces. */
static fiat_status check_functions(const fiat__duckdb_rows *rows, fiat_error *err) {
    static const char *const words[] = {"enable_logging", "disable_logging", "truncate_duckdb_logs",
                                        "query", "query_table"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (fiat__duckdb_calls(fiat__str_c(rows->sql), words[i]))
            return fiat__err_set(err, FIAT_E_SQL, "the function %s() is not offered", words[i]);
    return FIAT_OK;
}

/* Prepare the user's text, which must be one statement that gives rows. */
static fiat_status prepare(fiat__duckdb_rows *rows, fiat_error *err) {
    const fiat__duckdb_api *api = rows->db->api;
    void *statements = NULL;
    fiat_status status = FIAT_OK;
    uint64_t count = api->extract_statements(rows->db->connection, rows->sql, &statements);
    const char *problem = api->extract_statements_error(statements);
    if (count == 0 && problem)
        status = fail(rows, problem, err);
    else if (count == 0)
        status = fiat__err_set(err, FIAT_E_SQL, "there is no statement in the SQL text");
    else if (count > 1)
        status = fiat__err_set(err, FIAT_E_SQL,
                               "one statement is run at a time, and these are %llu: give them one "
                               "by one",
                               (unsigned long long)count);
    else if (api->prepare_extracted_statement(rows->db->connection, statements, 0,
                                              &rows->statement) != 0)
        status = fail(rows, api->prepare_error(rows->statement), err);
    api->destroy_extracted(&statements);
    if (status == FIAT_OK && api->nparams(rows->statement) > 0)
        status = fiat__err_set(err, FIAT_E_SQL,
                               "the statement has parameters ($1, ?): write the values in it");
    return status;
}

/* What makes text of every column, by form. */
static const char *const s_wraps[] = {
    [FIAT__DUCKDB_TEXT] = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n",
    [FIAT__DUCKDB_JSON] = "SELECT CAST(to_json(COLUMNS(*)) AS VARCHAR) FROM (\n",
    [FIAT__DUCKDB_MIXED] =
        ("SELECT CASE WHEN regexp_matches(typeof(COLUMNS(*)), '^(STRUCT|MAP)|\\]$') "
         "THEN CAST(to_json(COLUMNS(*)) AS VARCHAR) ELSE CAST(COLUMNS(*) AS VARCHAR) END FROM (\n"),
};

static fiat_status wrap(fiat__duckdb_rows *rows, fiat_error *err) {
    const fiat__duckdb_api *api = rows->db->api;
    fiat__buf text;
    fiat__str statement = fiat__duckdb_trim(fiat__str_c(rows->sql));
    fiat__buf_init(&text, SQL_MAX_BYTES);
    fiat__buf_append_c(&text, s_wraps[rows->form]);
    rows->shift = text.len;
    fiat__buf_append(&text, statement.ptr, statement.len);
    fiat__buf_append_c(&text, "\n)");
    fiat_status status = fiat__buf_status(&text, err);
    if (status == FIAT_OK) {
        api->destroy_prepare(&rows->statement);
        if (api->prepare(rows->db->connection, fiat__buf_cstr(&text), &rows->statement) != 0)
            status = fail(rows, api->prepare_error(rows->statement), err);
        else if (api->prepared_statement_column_count(rows->statement) != rows->column_count)
            status = fiat__err_set(err, FIAT_E_SQL,
                                   "the statement's columns cannot be told apart: "
                                   "name each with AS");
    }
    fiat__buf_deinit(&text);
    return status;
}

static fiat_status execute(fiat__duckdb_rows *rows, fiat_error *err) {
    const fiat__duckdb_api *api = rows->db->api;
    bool all_plain = false;
    int type = api->prepared_statement_type(rows->statement);
    if (type != FIAT__DUCKDB_STATEMENT_SELECT && type != FIAT__DUCKDB_STATEMENT_EXPLAIN)
        return fiat__err_set(err, FIAT_E_SQL,
                             "only statements that read are run: SELECT, WITH, VALUES, SHOW, "
                             "DESCRIBE, EXPLAIN");
    if (type == FIAT__DUCKDB_STATEMENT_EXPLAIN &&
        fiat__duckdb_has_word(fiat__str_c(rows->sql), "analyze"))
        return fiat__err_set(err, FIAT_E_SQL,
                             "EXPLAIN ANALYZE would run what it explains: EXPLAIN alone shows the "
                             "plan");
    fiat_status status = describe_columns(rows, &all_plain, err);
    if (status != FIAT_OK) return status;
    if (!all_plain && type == FIAT__DUCKDB_STATEMENT_SELECT) status = wrap(rows, err);
    if (status != FIAT_OK) return status;
    rows->has_result = true;
    if (api->execute_prepared_streaming(rows->statement, &rows->result) != 0)
        return fail(rows, api->result_error(&rows->result), err);
    return FIAT_OK;
}

fiat_status fiat__duckdb_query(fiat__duckdb *db, fiat__str sql, fiat__duckdb_form form,
                               fiat__duckdb_rows **out, fiat_error *err) {
    *out = NULL;
    if (memchr(sql.ptr ? sql.ptr : "", '\0', sql.len))
        return fiat__err_set(err, FIAT_E_SQL, "there is a NUL byte in the SQL text");
    fiat__duckdb_rows *rows = fiat__calloc(1, sizeof *rows);
    if (!rows) return fiat__err_nomem(err);
    rows->db = db;
    rows->form = form;
    fiat__buf_init(&rows->json, VALUE_MAX_BYTES);
    rows->sql = fiat__strndup(sql.ptr, sql.len);
    fiat_status status = rows->sql ? check_functions(rows, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) status = prepare(rows, err);
    if (status == FIAT_OK) status = execute(rows, err);
    if (status != FIAT_OK)
        fiat__duckdb_rows_free(rows);
    else
        *out = rows;
    return status;
}

void fiat__duckdb_rows_free(fiat__duckdb_rows *rows) {
    if (!rows) return;
    const fiat__duckdb_api *api = rows->db->api;
    if (rows->chunk) api->destroy_data_chunk(&rows->chunk);
    if (rows->has_result) api->destroy_result(&rows->result);
    if (rows->statement) api->destroy_prepare(&rows->statement);
    for (size_t i = 0; i < rows->column_count; i++)
        fiat__free((void *)(uintptr_t)rows->columns[i].name);
    fiat__free(rows->columns);
    fiat__free(rows->sql);
    fiat__buf_deinit(&rows->json);
    fiat__free(rows);
}

size_t fiat__duckdb_column_count(const fiat__duckdb_rows *rows) {
    return rows->column_count;
}

const fiat__duckdb_column *fiat__duckdb_column_at(const fiat__duckdb_rows *rows, size_t index) {
    return &rows->columns[index];
}

fiat_status fiat__duckdb_next(fiat__duckdb_rows *rows, bool *more, fiat_error *err) {
    const fiat__duckdb_api *api = rows->db->api;
    *more = true;
    if (rows->chunk && ++rows->row < rows->chunk_rows) return FIAT_OK;
    do {
        if (rows->chunk) api->destroy_data_chunk(&rows->chunk);
        rows->chunk = api->fetch_chunk(rows->result);
        rows->chunk_rows = rows->chunk ? api->data_chunk_get_size(rows->chunk) : 0;
    } while (rows->chunk && rows->chunk_rows == 0);
    rows->row = 0;
    if (rows->chunk) return FIAT_OK;
    *more = false;
    const char *problem = api->result_error(&rows->result);
    return problem && *problem ? fail(rows, problem, err) : FIAT_OK;
}

/* The value as the engine gave it. */
static fiat__str raw_value(const fiat__duckdb_rows *rows, size_t column) {
    const fiat__duckdb_api *api = rows->db->api;
    void *vector = api->data_chunk_get_vector(rows->chunk, column);
    const uint64_t *validity = api->vector_get_validity(vector);
    if (validity && !(validity[rows->row / 64] >> (rows->row % 64) & 1))
        return fiat__str_of(NULL, 0);
    const fiat__duckdb_string *string =
        (const fiat__duckdb_string *)api->vector_get_data(vector) + rows->row;
    bool in_place = string->length <= sizeof string->near.bytes;
    return fiat__str_of(in_place ? string->near.bytes : string->far.ptr, string->length);
}

fiat__str fiat__duckdb_value(fiat__duckdb_rows *rows, size_t column) {
    fiat__str value = raw_value(rows, column);
    if (!value.ptr || rows->form != FIAT__DUCKDB_JSON) return value;
    fiat__buf_clear(&rows->json);
    if (rows->shift)
        (void)fiat__duckdb_append_json(&rows->json, value);
    else
        (void)fiat__json_write_string(&rows->json, value);
    return fiat__buf_str(&rows->json);
}
