/* What is known of queries, and stopping one. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#define LIST_MAX  50
#define BATCH_MAX 50

/* --- what is known of one --------------------------------------------------------------------- */

static void write_time(fiat__buf *out, const char *key, int64_t ms) {
    if (ms) fiat__buf_printf(out, ",\"%s\":%.3f", key, (double)ms / 1000);
}

static void write_status(fiat__buf *out, const fiat__execution *e) {
    fiat__buf_printf(out, ",\"Status\":{\"State\":\"%s\"", fiat__execution_state_name(e->state));
    write_time(out, "SubmissionDateTime", e->submitted_ms);
    write_time(out, "CompletionDateTime", e->completed_ms);
    if (e->reason) {
        fiat__buf_append_c(out, ",\"StateChangeReason\":");
        fiat__json_write_string_c(out, e->reason);
    }
    if (e->state == FIAT__EXECUTION_FAILED) {
        fiat__buf_printf(out,
                         ",\"AthenaError\":{\"ErrorCategory\":%d,\"ErrorType\":%d,"
                         "\"Retryable\":%s,\"ErrorMessage\":",
                         e->error_category, e->error_type,
                         e->error_category == 1 ? "true" : "false");
        fiat__json_write_string_c(out, e->reason ? e->reason : "");
        fiat__buf_append_char(out, '}');
    }
    fiat__buf_append_char(out, '}');
}

static void write_statistics(fiat__buf *out, const fiat__execution *e, int64_t now_ms) {
    const int64_t end = e->completed_ms ? e->completed_ms : now_ms;
    const int64_t started = e->started_ms ? e->started_ms : end;
    fiat__buf_printf(out,
                     ",\"Statistics\":{\"EngineExecutionTimeInMillis\":%lld,"
                     "\"DataScannedInBytes\":%llu,\"TotalExecutionTimeInMillis\":%lld,"
                     "\"QueryQueueTimeInMillis\":%lld,\"ServiceProcessingTimeInMillis\":0,"
                     "\"ResultReuseInformation\":{\"ReusedPreviousResult\":false}}",
                     (long long)(end - started), (unsigned long long)e->scanned_bytes,
                     (long long)(end - e->submitted_ms), (long long)(started - e->submitted_ms));
}

static void write_place(fiat__buf *out, const fiat__execution *e) {
    fiat__buf_append_c(out, ",\"ResultConfiguration\":{");
    if (e->output) {
        fiat__buf where;
        fiat__buf_init(&where, 8192);
        const bool slash = fiat__str_ends(fiat__str_c(e->output), fiat__str_c("/"));
        fiat__buf_printf(&where, "%s%s%s.%s", e->output, slash ? "" : "/", e->id,
                         e->text ? "txt" : "csv");
        fiat__buf_append_c(out, "\"OutputLocation\":");
        fiat__json_write_string_c(out, fiat__buf_cstr(&where));
        fiat__buf_deinit(&where);
    }
    fiat__buf_append_c(out, "},\"QueryExecutionContext\":{");
    bool first = true;
    if (e->database) {
        fiat__json_write_key(out, &first, "Database");
        fiat__json_write_string_c(out, e->database);
    }
    if (e->catalog) {
        fiat__json_write_key(out, &first, "Catalog");
        fiat__json_write_string_c(out, e->catalog);
    }
    fiat__buf_append_char(out, '}');
}

/* @locks athena->lock held */
static void write_execution(fiat__buf *out, const fiat__execution *e, int64_t now_ms) {
    fiat__buf_printf(out, "{\"QueryExecutionId\":\"%s\",\"Query\":", e->id);
    fiat__json_write_string_c(out, e->query);
    fiat__buf_printf(out, ",\"StatementType\":\"%s\",\"SubstatementType\":\"%s\"", e->type,
                     e->what);
    fiat__buf_append_c(out,
                       ",\"WorkGroup\":\"primary\",\"EngineVersion\":{\"SelectedEngineVersion\":"
                       "\"AUTO\",\"EffectiveEngineVersion\":\"Athena engine version 3\"}");
    for (size_t i = 0; i < e->parameter_count; i++) {
        fiat__buf_append_c(out, i ? "," : ",\"ExecutionParameters\":[");
        fiat__json_write_string_c(out, e->parameters[i]);
    }
    if (e->parameter_count) fiat__buf_append_char(out, ']');
    write_place(out, e);
    write_status(out, e);
    write_statistics(out, e, now_ms);
    fiat__buf_append_char(out, '}');
}

static const fiat__string_rule s_id_rule = {.member = "QueryExecutionId",
                                            .path = "queryExecutionId",
                                            .required = true,
                                            .min = 1,
                                            .max = 128};

static const char *read_id(fiat__athena_request *request) {
    fiat__check check;
    fiat__check_init(&check);
    const char *id = fiat__check_string(&check, request->input, &s_id_rule);
    return fiat__athena_checked(request, &check) ? id : NULL;
}

static void not_found(fiat__athena_request *request, const char *id) {
    fiat__athena_refuse(request, "INVALID_INPUT", "QueryExecution %.130s was not found", id);
}

void fiat__athena_get(fiat__athena_request *request) {
    const char *id = read_id(request);
    if (!id) return;
    fiat__mutex_lock(&request->athena->lock);
    const fiat__execution *e = fiat__athena_find(request->athena, id);
    if (e) {
        fiat__buf_append_c(&request->reply->body, "{\"QueryExecution\":");
        write_execution(&request->reply->body, e, fiat__wall_ms(request->athena->clock));
        fiat__buf_append_char(&request->reply->body, '}');
        fiat__athena_done(request);
    } else {
        not_found(request, id);
    }
    fiat__mutex_unlock(&request->athena->lock);
}

void fiat__athena_stop(fiat__athena_request *request) {
    const char *id = read_id(request);
    if (!id) return;
    fiat__athena *athena = request->athena;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__mutex_lock(&athena->lock);
    fiat__execution *e = fiat__athena_find(athena, id);
    if (e && e->state == FIAT__EXECUTION_QUEUED) {
        e->state = FIAT__EXECUTION_CANCELLED;
        e->completed_ms = fiat__wall_ms(athena->clock);
        e->reason = fiat__strdup("Query cancelled by user");
        (void)fiat__athena_save(athena, e, &err);
    } else if (e && e->state == FIAT__EXECUTION_RUNNING) {
        e->cancelled = true;
        if (e->db) fiat__duckdb_interrupt(e->db);
    }
    fiat__mutex_unlock(&athena->lock);
    if (!e) {
        not_found(request, id);
        return;
    }
    fiat__buf_append_c(&request->reply->body, "{}");
    fiat__athena_done(request);
}

/* --- several ---------------------------------------------------------------------------------- */

void fiat__athena_batch_get(fiat__athena_request *request) {
    fiat__buf missing, *out = &request->reply->body;
    fiat__check check;
    fiat__check_init(&check);
    const fiat__doc *ids = fiat__check_member(&check, request->input, "QueryExecutionIds",
                                              FIAT__DOC_ARRAY, "queryExecutionIds");
    const size_t count = fiat__doc_count(ids);
    const char *id;
    if (!check.wrong_type && (count < 1 || count > BATCH_MAX))
        fiat__check_add(&check, ids ? "[...]" : NULL, "queryExecutionIds",
                        "Member must have length between 1 and %d", BATCH_MAX);
    for (const fiat__doc *each = fiat__doc_first(ids); each; each = fiat__doc_next(each))
        if (!fiat__doc_string(each, &id)) check.wrong_type = "queryExecutionIds";
    if (!fiat__athena_checked(request, &check)) return;
    fiat__buf_init(&missing, 1024 * 1024);
    fiat__buf_append_c(out, "{\"QueryExecutions\":[");
    bool first = true;
    fiat__mutex_lock(&request->athena->lock);
    for (const fiat__doc *each = fiat__doc_first(ids); each; each = fiat__doc_next(each)) {
        (void)fiat__doc_string(each, &id);
        const fiat__execution *e = fiat__athena_find(request->athena, id);
        if (e) {
            if (!first) fiat__buf_append_char(out, ',');
            first = false;
            write_execution(out, e, fiat__wall_ms(request->athena->clock));
            continue;
        }
        fiat__buf_append_c(&missing,
                           missing.len ? ",{\"QueryExecutionId\":" : "{\"QueryExecutionId\":");
        fiat__json_write_string_c(&missing, id);
        fiat__buf_append_c(&missing, ",\"ErrorCode\":\"INVALID_INPUT\",\"ErrorMessage\":"
                                     "\"QueryExecution was not found\"}");
    }
    fiat__mutex_unlock(&request->athena->lock);
    fiat__buf_printf(out, "],\"UnprocessedQueryExecutionIds\":[%s]}", fiat__buf_cstr(&missing));
    fiat__buf_deinit(&missing);
    fiat__athena_done(request);
}

/* Newest first. The token is how many were shown. */
void fiat__athena_list(fiat__athena_request *request) {
    fiat__buf *out = &request->reply->body;
    static const fiat__string_rule token_rule = {
        .member = "NextToken", .path = "nextToken", .min = 1, .max = 1024};
    int64_t limit = LIST_MAX;
    uint64_t skip = 0;
    fiat__check check;
    fiat__check_init(&check);
    const char *token = fiat__check_string(&check, request->input, &token_rule);
    fiat__check_integer(&check, request->input, "MaxResults", "maxResults", 0, LIST_MAX, &limit);
    if (!fiat__athena_checked(request, &check) || !fiat__athena_check_workgroup(request)) return;
    if (token && !fiat__athena_read_token(token, &skip)) {
        fiat__athena_refuse(request, "INVALID_INPUT", "Invalid NextToken.");
        return;
    }
    if (limit == 0) limit = LIST_MAX;
    fiat__mutex_lock(&request->athena->lock);
    const size_t count = request->athena->count;
    fiat__buf_append_c(out, "{\"QueryExecutionIds\":[");
    size_t shown = 0;
    for (; shown < (size_t)limit && skip + shown < count; shown++)
        fiat__buf_printf(out, "%s\"%s\"", shown ? "," : "",
                         request->athena->executions[count - 1 - (size_t)skip - shown]->id);
    fiat__mutex_unlock(&request->athena->lock);
    fiat__buf_append_char(out, ']');
    if (skip + shown < count) fiat__athena_write_token(out, skip + shown);
    fiat__buf_append_char(out, '}');
    fiat__athena_done(request);
}
