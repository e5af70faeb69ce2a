#include "athena_rows.h"

#include "base/error.h"
#include "base/mem.h"
#include "interrupt.h"
#include "json/writer.h"

#define BODY_MAX_BYTES  4096
#define VALUE_MAX_BYTES (256u * 1024 * 1024)

struct column {
    char *name, *type;
};

struct athena_rows {
    fiat__service_pages pages;
    fiat__buf body;
    struct column *columns;
    size_t count;
    const fiat__doc *reply; /* NULL: there are no more pages */
    fiat__athena_page page;
    const char **values; /* of the current row, NULL for what is null */
    bool json, may_have_head;
    uint64_t written;
    fiat__buf text;
};

/* --- values --- */

/* https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
bool athena_type_is_number(const char *type) {
    static const char *const names[] = {"tinyint", "smallint", "integer", "int",    "bigint",
                                        "float",   "real",     "double",  "decimal"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], type) == 0) return true;
    return false;
}

static bool is_json(const char *text, const char *type) {
    fiat__doc *doc;
    if (fiat__doc_parse(&doc, fiat__str_c(text), NULL) != FIAT_OK) return false;
    fiat__doc_kind kind = fiat__doc_kind_of(doc);
    fiat__doc_free(doc);
    if (strcmp(type, "json") == 0) return true;
    return kind == (strcmp(type, "boolean") == 0 ? FIAT__DOC_BOOL : FIAT__DOC_NUMBER);
}

bool athena_write_json(fiat__buf *out, const char *type, const char *text) {
    bool may =
        athena_type_is_number(type) || strcmp(type, "boolean") == 0 || strcmp(type, "json") == 0;
    /* NaN and Infinity are no JSON: they stay texts. */
    if (may && is_json(text, type)) return fiat__buf_append_c(out, text);
    return fiat__json_write_string_c(out, text);
}

static fiat__str value(void *ctx, size_t column) {
    athena_rows *rows = ctx;
    const char *text = rows->values[column];
    if (!text) return fiat__str_of(NULL, 0);
    if (!rows->json) return fiat__str_c(text);
    fiat__buf_clear(&rows->text);
    athena_write_json(&rows->text, rows->columns[column].type, text);
    return fiat__buf_str(&rows->text);
}

/* --- pages --- */

static fiat_status take_columns(athena_rows *rows, fiat_error *err) {
    size_t count = rows->page.column_count;
    rows->columns = fiat__calloc(count + 1, sizeof *rows->columns);
    rows->values = fiat__calloc(count + 1, sizeof *rows->values);
    if (!rows->columns || !rows->values) return fiat__err_nomem(err);
    for (; rows->count < count; rows->count++) {
        const char *name, *type;
        struct column *column = &rows->columns[rows->count];
        fiat__athena_page_column(&rows->page, rows->count, &name, &type);
        column->name = fiat__strdup(name);
        column->type = fiat__strdup(type);
        if (column->name && column->type) continue;
        rows->count++; /* for free */
        return fiat__err_nomem(err);
    }
    return FIAT_OK;
}

static fiat_status next_page(athena_rows *rows, fiat_error *err) {
    if (interrupt_signal()) return fiat__err_set(err, FIAT_E_CLOSED, "stopped by a signal");
    fiat_status status = fiat__service_pages_next(&rows->pages, &rows->reply, err);
    if (status != FIAT_OK || !rows->reply) return status;
    status = fiat__athena_page_read(&rows->page, rows->reply, false, err);
    if (status != FIAT_OK || !rows->columns || rows->page.column_count == rows->count)
        return status;
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "athena GetQueryResults: a page has %zu columns, the first had %zu",
                         rows->page.column_count, rows->count);
}

/* The first row of what a SELECT gives is the columns' names; of SHOW and DESCRIBE it is not. */
static bool is_head(const athena_rows *rows) {
    for (size_t i = 0; i < rows->count; i++)
        if (!rows->values[i] || strcmp(rows->values[i], rows->columns[i].name) != 0) return false;
    return true;
}

static fiat_status next(void *ctx, bool *more, fiat_error *err) {
    athena_rows *rows = ctx;
    fiat_status status = FIAT_OK;
    *more = false;
    while (status == FIAT_OK && rows->reply && !*more) {
        *more = fiat__athena_page_next(&rows->page, rows->values);
        if (!*more) status = next_page(rows, err);
        if (!*more || !rows->may_have_head) continue;
        rows->may_have_head = false;
        *more = !is_head(rows);
    }
    return status;
}

static void write_body(fiat__buf *body, const char *id) {
    bool first = true;
    fiat__buf_append_char(body, '{');
    fiat__json_write_key(body, &first, "QueryExecutionId");
    fiat__json_write_string_c(body, id);
    fiat__json_write_key(body, &first, "MaxResults");
    fiat__json_write_int(body, FIAT__ATHENA_RESULTS_MAX);
    fiat__buf_append_char(body, '}');
}

fiat_status athena_rows_open(athena_rows **out, fiat__service *athena,
                             const fiat__athena_execution *query, bool json, fiat_error *err) {
    int64_t written = 0;
    athena_rows *rows = fiat__calloc(1, sizeof *rows);
    *out = NULL;
    if (!rows) return fiat__err_nomem(err);
    rows->json = json;
    rows->may_have_head = query->has_header;
    fiat__buf_init(&rows->text, VALUE_MAX_BYTES);
    fiat__buf_init(&rows->body, BODY_MAX_BYTES);
    write_body(&rows->body, query->id);
    fiat__service_pages_init(&rows->pages, athena, FIAT__ATHENA_RESULTS,
                             fiat__buf_cstr(&rows->body), "NextToken");
    fiat_status status = fiat__buf_status(&rows->body, err);
    if (status == FIAT_OK) status = next_page(rows, err);
    if (status == FIAT_OK) status = take_columns(rows, err);
    if (status != FIAT_OK) {
        athena_rows_free(rows);
        return status;
    }
    (void)fiat__doc_integer(fiat__doc_get(rows->reply, "UpdateCount"), &written);
    rows->written = written > 0 ? (uint64_t)written : 0;
    *out = rows;
    return FIAT_OK;
}

void athena_rows_free(athena_rows *rows) {
    if (!rows) return;
    for (size_t i = 0; i < rows->count; i++) {
        fiat__free(rows->columns[i].name);
        fiat__free(rows->columns[i].type);
    }
    fiat__service_pages_deinit(&rows->pages);
    fiat__buf_deinit(&rows->text);
    fiat__buf_deinit(&rows->body);
    fiat__free(rows->columns);
    fiat__free(rows->values);
    fiat__free(rows);
}

/* --- the source --- */

static const char *name_of(const void *ctx, size_t column) {
    return ((const athena_rows *)ctx)->columns[column].name;
}

static bool is_number(const void *ctx, size_t column) {
    return athena_type_is_number(((const athena_rows *)ctx)->columns[column].type);
}

struct row_source athena_rows_source(athena_rows *rows) {
    return (struct row_source){rows, rows->count, name_of, is_number, next, value};
}

uint64_t athena_rows_written(const athena_rows *rows) {
    return rows->written;
}
