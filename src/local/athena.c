/* Opening and closing, and from an operation's name to what does it; see athena.h. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/writer.h"
#include "local/put_input.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BODY_MAX_BYTES (1024u * 1024 * 1024)

/* --- open and close --------------------------------------------------------------------------- */

static fiat_status find_dirs(fiat__athena *athena, const char *data_dir, fiat_error *err) {
    char dir[PATH_MAX];
    if (!realpath(data_dir, dir))
        return fiat__err_sys(err, errno, "cannot open the data folder %s", data_dir);
    athena->data_dir = fiat__strdup(dir);
    athena->dir = fiat__path_join(dir, ".fiat/athena");
    return athena->data_dir && athena->dir ? FIAT_OK : fiat__err_nomem(err);
}

fiat_status fiat__athena_open(fiat__athena **out, const fiat__local_opts *opts, fiat_error *err) {
    fiat__athena *athena = fiat__calloc(1, sizeof *athena);
    if (!athena) return fiat__err_nomem(err);
    athena->opts = opts;
    athena->clock = opts->clock ? opts->clock : &fiat__clock_system;
    fiat__mutex_init(&athena->lock);
    fiat__cond_init(&athena->wake);
    fiat_status status = find_dirs(athena, opts->data_dir, err);
    if (status == FIAT_OK)
        status = fiat__catalog_open(&athena->catalog, athena->data_dir, athena->clock, err);
    if (status == FIAT_OK) status = fiat__athena_load(athena, err);
    for (size_t i = 0; i < FIAT__ATHENA_RUNNING && status == FIAT_OK; i++) {
        status = fiat__thread_start(&athena->workers[i], "fiat-athena", fiat__athena_worker, athena,
                                    err);
        if (status == FIAT_OK) athena->worker_count++;
    }
    if (status != FIAT_OK)
        fiat__athena_close(athena);
    else
        *out = athena;
    return status;
}

/* What runs is interrupted. What waits stays queued in its file, and so has failed at the next
 * start. */
static void stop_workers(fiat__athena *athena) {
    fiat__mutex_lock(&athena->lock);
    athena->stopping = true;
    for (size_t i = 0; i < athena->count; i++) {
        fiat__execution *each = athena->executions[i];
        if (each->state != FIAT__EXECUTION_RUNNING) continue;
        each->cancelled = true;
        if (each->db) fiat__duckdb_interrupt(each->db);
    }
    fiat__cond_broadcast(&athena->wake);
    fiat__mutex_unlock(&athena->lock);
    for (size_t i = 0; i < athena->worker_count; i++)
        fiat__thread_join(athena->workers[i]);
}

void fiat__athena_close(fiat__athena *athena) {
    if (!athena) return;
    stop_workers(athena);
    for (size_t i = 0; i < athena->count; i++)
        fiat__execution_free(athena->executions[i]);
    fiat__free(athena->executions);
    fiat__catalog_close(&athena->catalog);
    fiat__cond_deinit(&athena->wake);
    fiat__mutex_deinit(&athena->lock);
    fiat__free(athena->dir);
    fiat__free(athena->data_dir);
    fiat__free(athena);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void refuse(fiat__reply *reply, const char *code, const char *message) {
    bool first = true;
    reply->http_status = 400;
    fiat__buf_clear(&reply->body);
    fiat__buf_append_char(&reply->body, '{');
    const char *const texts[][2] = {
        {"__type", "InvalidRequestException"}, {"AthenaErrorCode", code}, {"Message", message}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fiat__json_write_key(&reply->body, &first, texts[i][0]);
        fiat__json_write_string_c(&reply->body, texts[i][1]);
    }
    fiat__buf_append_char(&reply->body, '}');
}

void fiat__athena_refuse(fiat__athena_request *request, const char *code, const char *format, ...) {
    char text[2048], message[2000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fiat__err_copy(message, sizeof message, text, strlen(text)); /* cut at a whole character */
    refuse(request->reply, code, message);
}

bool fiat__athena_checked(fiat__athena_request *request, fiat__check *check) {
    char text[2048];
    const bool wrong_type = check->wrong_type != NULL, good = !check->count && !wrong_type;
    if (!good && !wrong_type)
        snprintf(text, sizeof text, "%u validation error%s detected: %.1800s", check->count,
                 check->count == 1 ? "" : "s", fiat__buf_cstr(&check->text));
    if (wrong_type) return fiat__check_done(check, request->reply);
    fiat__buf_deinit(&check->text);
    if (!good) fiat__athena_refuse(request, "INVALID_INPUT", "%s", text);
    return good;
}

void fiat__athena_done(fiat__athena_request *request) {
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat__buf_status(&request->reply->body, &err) == FIAT_OK)
        request->reply->http_status = 200;
    else
        fiat__reply_failure(request->reply, &err);
}

void fiat__athena_write_token(fiat__buf *out, uint64_t offset) {
    fiat__buf_printf(out, ",\"NextToken\":\"fiat-%llu\"", (unsigned long long)offset);
}

bool fiat__athena_read_token(const char *token, uint64_t *offset) {
    char *end;
    if (strncmp(token, "fiat-", 5) != 0 || token[5] < '0' || token[5] > '9') return false;
    *offset = strtoull(token + 5, &end, 10);
    return *end == '\0';
}

bool fiat__athena_is_primary(const char *workgroup) {
    return strcmp(workgroup, "primary") == 0;
}

bool fiat__athena_check_workgroup(fiat__athena_request *request) {
    const char *name = "primary";
    (void)fiat__doc_string(fiat__doc_get(request->input, "WorkGroup"), &name);
    if (fiat__athena_is_primary(name)) return true;
    fiat__athena_refuse(request, "INVALID_INPUT", "WorkGroup %.130s is not found.", name);
    return false;
}

/* --- dispatch --------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(fiat__athena_request *request);
} s_operations[] = {
    {"GetQueryExecution", fiat__athena_get},
    {"StartQueryExecution", fiat__athena_start},
    {"GetQueryResults", fiat__athena_results},
    {"StopQueryExecution", fiat__athena_stop},
    {"ListQueryExecutions", fiat__athena_list},
    {"BatchGetQueryExecution", fiat__athena_batch_get},
    {"GetWorkGroup", fiat__athena_get_workgroup},
    {"ListWorkGroups", fiat__athena_list_workgroups},
    {"ListDataCatalogs", fiat__athena_list_catalogs},
    {"GetDatabase", fiat__athena_get_database},
    {"ListDatabases", fiat__athena_list_databases},
    {"GetTableMetadata", fiat__athena_get_table},
    {"ListTableMetadata", fiat__athena_list_tables},
};

void fiat__athena_call(fiat__athena *athena, fiat__str operation, fiat__str body,
                       fiat__reply *reply) {
    size_t at = 0;
    const size_t count = sizeof s_operations / sizeof *s_operations;
    while (at < count && !fiat__str_eq_c(operation, s_operations[at].name))
        at++;
    if (at == count) {
        fiat__reply_error(reply, 400, "UnknownOperationException",
                          "The local engine does not offer the operation %.*s.",
                          operation.len < 64 ? (int)operation.len : 64, operation.ptr);
        return;
    }
    reply->body.max = BODY_MAX_BYTES; /* pages of results */
    fiat__doc *doc = fiat__put_body_parse(body, reply);
    if (doc) s_operations[at].run(&(fiat__athena_request){athena, doc, reply});
    fiat__doc_free(doc);
}
