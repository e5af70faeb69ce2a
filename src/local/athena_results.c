/* GetQueryResults: pages of a result's file. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ROWS_MAX        1000
#define VALUE_MAX_BYTES (512u * 1024 * 1024)
#define PAGE_BYTES      (4u * 1024 * 1024) /* no further row once a page has as many */

/* Reading the CSV that athena_result.c wrote, from an offset on. */
struct reader {
    int fd;
    uint64_t offset; /* of the next byte */
    char buffer[64 * 1024];
    size_t at, filled;
    bool failed;
};

/* The next byte; -1 at the end. */
static int peek(struct reader *r) {
    if (r->at == r->filled) {
        ssize_t got;
        do
            got = pread(r->fd, r->buffer, sizeof r->buffer, (off_t)r->offset);
        while (got < 0 && errno == EINTR);
        r->failed = r->failed || got < 0;
        r->at = 0;
        r->filled = got > 0 ? (size_t)got : 0;
    }
    return r->filled ? (unsigned char)r->buffer[r->at] : -1;
}

static int take(struct reader *r) {
    const int c = peek(r);
    if (c >= 0) {
        r->at++;
        r->offset++;
    }
    return c;
}

/* One value, as a Datum; false: the end of the row is behind it. */
static bool read_value(struct reader *r, fiat__buf *value, fiat__buf *out) {
    int c = take(r);
    fiat__buf_clear(value);
    if (c == '"') {
        while ((c = take(r)) >= 0) {
            if (c == '"' && peek(r) != '"') break;
            if (c == '"') take(r);
            fiat__buf_append_char(value, (char)c);
        }
        fiat__buf_append_c(out, "{\"VarCharValue\":");
        fiat__json_write_string(out, fiat__str_of(fiat__buf_cstr(value), value->len));
        fiat__buf_append_char(out, '}');
        c = take(r);
    } else {
        fiat__buf_append_c(out, "{}");
    }
    return c == ',';
}

static void write_rows(struct reader *r, fiat__buf *out, uint64_t limit) {
    fiat__buf value;
    fiat__buf_init(&value, VALUE_MAX_BYTES);
    for (uint64_t i = 0; i < limit && out->len < PAGE_BYTES && peek(r) >= 0; i++) {
        fiat__buf_append_c(out, i ? ",{\"Data\":[" : "{\"Data\":[");
        while (read_value(r, &value, out))
            fiat__buf_append_char(out, ',');
        fiat__buf_append_c(out, "]}");
    }
    if (value.failed) out->failed = true;
    fiat__buf_deinit(&value);
}

/* `columns`: ColumnInfo. */
static void answer_page(fiat__athena_request *request, const char *path, const char *columns,
                        uint64_t offset, uint64_t limit) {
    fiat__buf *out = &request->reply->body;
    fiat_error err = FIAT_ERROR_INIT;
    struct reader *r = fiat__calloc(1, sizeof *r);
    if (!r) {
        fiat__err_nomem(&err);
        fiat__reply_failure(request->reply, &err);
        return;
    }
    r->offset = offset;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0) {
        fiat__athena_refuse(request, "INVALID_INPUT",
                            "The result of the query is gone from the data folder.");
    } else {
        fiat__buf_append_c(out, "{\"UpdateCount\":0,\"ResultSet\":{\"Rows\":[");
        write_rows(r, out, limit);
        fiat__buf_printf(out, "],\"ResultSetMetadata\":{\"ColumnInfo\":%s}}", columns);
        if (peek(r) >= 0) fiat__athena_write_token(out, r->offset);
        fiat__buf_append_char(out, '}');
        if (r->failed) out->failed = true;
        fiat__athena_done(request);
        close(r->fd);
    }
    fiat__free(r);
}

static bool read_input(fiat__athena_request *request, const char **id, const char **token,
                       int64_t *limit) {
    static const fiat__string_rule id_rule = {.member = "QueryExecutionId",
                                              .path = "queryExecutionId",
                                              .required = true,
                                              .min = 1,
                                              .max = 128};
    static const fiat__string_rule token_rule = {
        .member = "NextToken", .path = "nextToken", .min = 1, .max = 1024};
    fiat__check check;
    fiat__check_init(&check);
    *id = fiat__check_string(&check, request->input, &id_rule);
    *token = fiat__check_string(&check, request->input, &token_rule);
    fiat__check_integer(&check, request->input, "MaxResults", "maxResults", 1, INT32_MAX, limit);
    if (!fiat__athena_checked(request, &check)) return false;
    if (*limit <= ROWS_MAX) return true;
    fiat__athena_refuse(request, "INVALID_INPUT",
                        "MaxResults is more than maximum allowed length %d.", ROWS_MAX);
    return false;
}

/* Is there a result to read? false: answered. @locks athena->lock held */
static bool is_readable(fiat__athena_request *request, const fiat__execution *e, const char *id) {
    if (!e)
        fiat__athena_refuse(request, "INVALID_INPUT", "QueryExecution %.130s was not found", id);
    else if (e->state < FIAT__EXECUTION_SUCCEEDED)
        fiat__athena_refuse(request, "INVALID_QUERY_EXECUTION_STATE",
                            "Query has not yet finished. Current state: %s",
                            fiat__execution_state_name(e->state));
    else if (e->state != FIAT__EXECUTION_SUCCEEDED)
        fiat__athena_refuse(request, "INVALID_QUERY_EXECUTION_STATE",
                            "Query did not finish successfully. Final query state: %s",
                            fiat__execution_state_name(e->state));
    else
        return true;
    return false;
}

void fiat__athena_results(fiat__athena_request *request) {
    fiat__athena *athena = request->athena;
    const char *id, *token;
    int64_t limit = ROWS_MAX;
    uint64_t offset = 0;
    if (!read_input(request, &id, &token, &limit)) return;
    if (token && !fiat__athena_read_token(token, &offset)) {
        fiat__athena_refuse(request, "INVALID_INPUT", "Invalid NextToken.");
        return;
    }
    fiat__mutex_lock(&athena->lock);
    fiat__execution *e = fiat__athena_find(athena, id);
    const bool readable = is_readable(request, e, id);
    if (readable) e->users++;
    fiat__mutex_unlock(&athena->lock);
    if (!readable) return;
    char *path = fiat__athena_path(athena, e->id, ".csv");
    if (path)
        answer_page(request, path, e->columns ? e->columns : "[]", offset, (uint64_t)limit);
    else
        request->reply->http_status = 503;
    fiat__free(path);
    fiat__mutex_lock(&athena->lock);
    e->users--;
    fiat__mutex_unlock(&athena->lock);
}
