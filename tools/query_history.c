/* `fiat query --history`: the newest queries of a workgroup. */
#include "athena_text.h"
#include "base/clock.h"
#include "json/writer.h"
#include "query.h"

#include <inttypes.h>

#define BODY_MAX_BYTES (1024 * 1024)
#define TEXT_MAX_BYTES (1024 * 1024)

enum column { ID, STATE, SUBMITTED, SECONDS, SCANNED, SQL, COLUMNS };

struct history {
    fiat__service *athena;
    fiat__service_pages pages;
    fiat__doc *batch;      /* of one page's queries */
    const fiat__doc *item; /* the next id in the page's list */
    uint64_t left;
    bool json, ended;
    fiat__athena_execution query; /* the current row */
    fiat__buf text;
};

static const char *name_of(const void *ctx, size_t column) {
    static const char *const names[] = {"id", "state", "submitted", "seconds", "scanned", "sql"};
    (void)ctx;
    return names[column];
}

static bool is_number(const void *ctx, size_t column) {
    (void)ctx;
    return column == SECONDS || column == SCANNED;
}

/* --- rows --- */

static fiat_status get_batch(struct history *history, const fiat__doc *ids, fiat_error *err) {
    fiat__buf body;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_c(&body, "{\"QueryExecutionIds\":");
    fiat__doc_write(&body, ids);
    fiat__buf_append_char(&body, '}');
    fiat__doc_free(history->batch);
    history->batch = NULL;
    fiat_status status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status = fiat__service_json_repeatable(history->athena, FIAT__ATHENA_BATCH,
                                               fiat__buf_cstr(&body), &history->batch, err);
    fiat__buf_deinit(&body);
    return status;
}

static fiat_status next_batch(struct history *history, fiat_error *err) {
    const fiat__doc *page;
    fiat_status status = fiat__service_pages_next(&history->pages, &page, err);
    history->ended = status != FIAT_OK || !page;
    if (history->ended) return status;
    const fiat__doc *ids = fiat__doc_get(page, "QueryExecutionIds");
    history->item = fiat__doc_first(ids);
    return history->item ? get_batch(history, ids, err) : FIAT_OK;
}

/* A batch comes in any order. */
static const fiat__doc *find(const struct history *history, const char *id) {
    const fiat__doc *all = fiat__doc_get(history->batch, "QueryExecutions");
    for (const fiat__doc *query = fiat__doc_first(all); query; query = fiat__doc_next(query)) {
        const char *name = "";
        (void)fiat__doc_string(fiat__doc_get(query, "QueryExecutionId"), &name);
        if (strcmp(name, id) == 0) return query;
    }
    return NULL;
}

/* One that Athena does not know any more is shown by its id. */
static fiat_status read_query(struct history *history, const char *id, fiat_error *err) {
    const fiat__doc *found = find(history, id);
    if (found) return fiat__athena_read_query(found, &history->query, err);
    history->query = (fiat__athena_execution){.id = id, .state_name = "UNKNOWN", .sql = ""};
    return FIAT_OK;
}

static fiat_status next(void *ctx, bool *more, fiat_error *err) {
    struct history *history = ctx;
    const char *id = "";
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && history->left && !history->item && !history->ended)
        status = next_batch(history, err);
    *more = status == FIAT_OK && history->left && history->item;
    if (!*more) return status;
    (void)fiat__doc_string(history->item, &id);
    status = read_query(history, id, err);
    history->item = fiat__doc_next(history->item);
    history->left--;
    return status;
}

/* Its first line that is not empty. */
static fiat__str first_line(const char *sql) {
    sql += strspn(sql, " \t\r\n");
    return fiat__str_of(sql, strcspn(sql, "\r\n"));
}

static void write_text(struct history *history, fiat__str text) {
    if (history->json)
        fiat__json_write_string(&history->text, text);
    else
        fiat__buf_append(&history->text, text.ptr, text.len);
}

static void write_scanned(struct history *history) {
    char text[ATHENA_TEXT_BYTES];
    athena_size_text(text, (uint64_t)history->query.scanned_bytes);
    if (history->json)
        fiat__json_write_int(&history->text, history->query.scanned_bytes);
    else
        fiat__buf_append_c(&history->text, text);
}

static void write_submitted(struct history *history) {
    char time[FIAT__RFC3339_LEN];
    fiat__rfc3339_write(time, history->query.submitted_ms);
    write_text(history, fiat__str_of(time, sizeof time));
}

static fiat__str value(void *ctx, size_t column) {
    struct history *history = ctx;
    const fiat__athena_execution *query = &history->query;
    fiat__buf_clear(&history->text);
    if (column == SUBMITTED && !query->submitted_ms) return fiat__str_of(NULL, 0);
    if (column == ID) write_text(history, fiat__str_c(query->id));
    if (column == STATE) write_text(history, fiat__str_c(query->state_name));
    if (column == SUBMITTED) write_submitted(history);
    if (column == SECONDS)
        fiat__buf_printf(&history->text, "%" PRId64 ".%" PRId64, query->total_ms / 1000,
                         query->total_ms % 1000 / 100);
    if (column == SCANNED) write_scanned(history);
    if (column == SQL) write_text(history, first_line(query->sql));
    return fiat__buf_str(&history->text);
}

/* --- the command --- */

static fiat_status print(const struct query *query, const char *workgroup, uint64_t count,
                         fiat_error *err) {
    struct history history = {.left = count, .json = output_is_json(query->format)};
    const struct row_source source = {&history, COLUMNS, name_of, is_number, next, value};
    fiat__buf body;
    bool first = true;
    fiat_status status =
        aws_open(&history.athena, FIAT__ATHENA_SERVICE, query->config, &query->flags->aws, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&history.text, TEXT_MAX_BYTES);
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    fiat__json_write_key(&body, &first, "WorkGroup");
    fiat__json_write_string_c(&body, workgroup);
    fiat__buf_printf(&body, ",\"MaxResults\":%d}", FIAT__ATHENA_LIST_MAX);
    fiat__service_pages_init(&history.pages, history.athena, FIAT__ATHENA_LIST,
                             fiat__buf_cstr(&body), "NextToken");
    status = query_print(query, &source, &count, err);
    fiat__service_pages_deinit(&history.pages);
    fiat__doc_free(history.batch);
    fiat__buf_deinit(&body);
    fiat__buf_deinit(&history.text);
    fiat__service_free(history.athena);
    return status;
}

int query_athena_history(const struct query *query, uint64_t count) {
    struct query_place place;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = query_place_find(&place, query, &err);
    if (status == FIAT_OK) status = print(query, place.query.workgroup, count, &err);
    query_place_deinit(&place);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}
