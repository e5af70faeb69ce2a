/* Athena's JSON. */
#include "aws/svc/athena.h"
#include "base/error.h"
#include "json/writer.h"

static void write_text(fiat__buf *body, bool *first, const char *name, const char *value) {
    if (!value) return;
    fiat__json_write_key(body, first, name);
    fiat__json_write_string_c(body, value);
}

/* {"Catalog":...,"Database":...}; left out when it would be empty. */
static void write_context(fiat__buf *body, bool *first, const fiat__athena_query *query) {
    bool inner = true;
    if (!query->catalog && !query->database) return;
    fiat__json_write_key(body, first, "QueryExecutionContext");
    fiat__buf_append_char(body, '{');
    write_text(body, &inner, "Catalog", query->catalog);
    write_text(body, &inner, "Database", query->database);
    fiat__buf_append_char(body, '}');
}

bool fiat__athena_write_start(fiat__buf *body, const fiat__athena_query *query) {
    bool first = true, inner = true;
    fiat__buf_append_char(body, '{');
    write_text(body, &first, "QueryString", query->sql);
    write_text(body, &first, "ClientRequestToken", query->token);
    write_text(body, &first, "WorkGroup", query->workgroup);
    write_context(body, &first, query);
    if (query->output) {
        fiat__json_write_key(body, &first, "ResultConfiguration");
        fiat__buf_append_char(body, '{');
        write_text(body, &inner, "OutputLocation", query->output);
        fiat__buf_append_char(body, '}');
    }
    return fiat__buf_append_char(body, '}');
}

bool fiat__athena_write_id(fiat__buf *body, const char *id) {
    bool first = true;
    fiat__buf_append_char(body, '{');
    write_text(body, &first, "QueryExecutionId", id);
    return fiat__buf_append_char(body, '}');
}

static const char *text_of(const fiat__doc *object, const char *name) {
    const char *text = "";
    (void)fiat__doc_string(fiat__doc_get(object, name), &text);
    return text;
}

static int64_t number_of(const fiat__doc *object, const char *name) {
    int64_t number = 0;
    (void)fiat__doc_integer(fiat__doc_get(object, name), &number);
    return number;
}

fiat_status fiat__athena_read_start(const fiat__doc *reply, const char **id, fiat_error *err) {
    *id = text_of(reply, "QueryExecutionId");
    if (**id) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "athena StartQueryExecution: the reply has no QueryExecutionId");
}

static const char *const s_states[] = {[FIAT__ATHENA_QUEUED] = "QUEUED",
                                       [FIAT__ATHENA_RUNNING] = "RUNNING",
                                       [FIAT__ATHENA_SUCCEEDED] = "SUCCEEDED",
                                       [FIAT__ATHENA_FAILED] = "FAILED",
                                       [FIAT__ATHENA_CANCELLED] = "CANCELLED"};

static bool read_state(fiat__athena_execution *out, const char *name) {
    for (size_t i = 0; i < sizeof s_states / sizeof s_states[0]; i++)
        if (strcmp(name, s_states[i]) == 0) {
            out->state = (fiat__athena_state)i;
            out->state_name = s_states[i];
            return true;
        }
    return false;
}

/* A number of seconds with a fraction, as JSON 1.1 has times. */
static int64_t time_of(const fiat__doc *object, const char *name) {
    double seconds = 0;
    (void)fiat__doc_double(fiat__doc_get(object, name), &seconds);
    return seconds > 0 && seconds < 1e12 ? (int64_t)(seconds * 1000) : 0;
}

static const fiat__doc *reuse_of(const fiat__doc *statistics) {
    return fiat__doc_get(fiat__doc_get(statistics, "ResultReuseInformation"),
                         "ReusedPreviousResult");
}

fiat_status fiat__athena_read_query(const fiat__doc *query, fiat__athena_execution *out,
                                    fiat_error *err) {
    const fiat__doc *status = fiat__doc_get(query, "Status");
    const fiat__doc *statistics = fiat__doc_get(query, "Statistics");
    *out = (fiat__athena_execution){
        .id = text_of(query, "QueryExecutionId"),
        .sql = text_of(query, "Query"),
        .statement = text_of(query, "StatementType"),
        .reason = text_of(status, "StateChangeReason"),
        .output = text_of(fiat__doc_get(query, "ResultConfiguration"), "OutputLocation"),
        .scanned_bytes = number_of(statistics, "DataScannedInBytes"),
        .total_ms = number_of(statistics, "TotalExecutionTimeInMillis"),
        .submitted_ms = time_of(status, "SubmissionDateTime")};
    out->has_header = strcmp(out->statement, "DML") == 0;
    (void)fiat__doc_bool(fiat__doc_get(fiat__doc_get(status, "AthenaError"), "Retryable"),
                         &out->retryable);
    (void)fiat__doc_bool(reuse_of(statistics), &out->reused);
    if (read_state(out, text_of(status, "State"))) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_AWS_REPLY,
                         "athena GetQueryExecution: the reply has no state, or \"%.32s\", which is "
                         "none that is known",
                         text_of(status, "State"));
}

fiat_status fiat__athena_read_execution(const fiat__doc *reply, fiat__athena_execution *out,
                                        fiat_error *err) {
    return fiat__athena_read_query(fiat__doc_get(reply, "QueryExecution"), out, err);
}

static bool is_array(const fiat__doc *node) {
    return node && fiat__doc_kind_of(node) == FIAT__DOC_ARRAY;
}

fiat_status fiat__athena_page_read(fiat__athena_page *page, const fiat__doc *reply,
                                   bool skip_header, fiat_error *err) {
    const fiat__doc *set = fiat__doc_get(reply, "ResultSet");
    const fiat__doc *rows = fiat__doc_get(set, "Rows");
    const fiat__doc *columns = fiat__doc_get(fiat__doc_get(set, "ResultSetMetadata"), "ColumnInfo");
    *page = (fiat__athena_page){0};
    if (!is_array(rows) || !is_array(columns))
        return fiat__err_set(err, FIAT_E_AWS_REPLY,
                             "athena GetQueryResults: the reply has no rows, or no columns");
    page->columns = columns;
    page->column_count = fiat__doc_count(columns);
    page->row = fiat__doc_first(rows);
    if (skip_header && page->row) page->row = fiat__doc_next(page->row);
    return FIAT_OK;
}

void fiat__athena_page_column(const fiat__athena_page *page, size_t index, const char **name,
                              const char **type) {
    const fiat__doc *column = fiat__doc_first(page->columns);
    while (column && index-- > 0)
        column = fiat__doc_next(column);
    *name = text_of(column, "Name");
    *type = text_of(column, "Type");
}

bool fiat__athena_page_next(fiat__athena_page *page, const char **values) {
    if (!page->row) return false;
    const fiat__doc *data = fiat__doc_get(page->row, "Data");
    const fiat__doc *value = is_array(data) ? fiat__doc_first(data) : NULL;
    for (size_t i = 0; i < page->column_count; i++) {
        values[i] = NULL;
        if (!value) continue;
        (void)fiat__doc_string(fiat__doc_get(value, "VarCharValue"), &values[i]);
        value = fiat__doc_next(value);
    }
    page->row = fiat__doc_next(page->row);
    return true;
}
