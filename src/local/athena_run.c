/* The workers: each takes the oldest query that is queued, runs it, and says what came of it. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "local/athena_result.h"
#include "local/athena_sql.h"
#include "local/s3_place.h"

#include <stdio.h>

#define ARENA_BYTES (16 * 1024 * 1024)

/* Where the object goes: "BUCKET/KEY/ID.csv", or nowhere. */
static bool object_name(const fiat__execution *e, char *out, size_t size) {
    fiat__s3_place place;
    if (!e->output || !fiat__s3_place_read(fiat__str_c(e->output), &place)) return false;
    snprintf(out, size, "%.*s/%.*s%s%s.%s", (int)place.bucket.len, place.bucket.ptr,
             (int)place.key.len, place.key.ptr, place.key.len ? "/" : "", e->id,
             e->text ? "txt" : "csv");
    return true;
}

static fiat_status run_statement(fiat__athena *athena, fiat__execution *e,
                                 struct fiat__result *result, bool *ddl, fiat_error *err) {
    fiat__arena arena;
    fiat__hive_statement statement;
    fiat__arena_init(&arena, ARENA_BYTES);
    fiat_status status = fiat__hive_parse(&statement, fiat__str_c(e->query), &arena, err);
    *ddl = status != FIAT_OK || statement.kind != FIAT__HIVE_QUERY;
    if (status == FIAT_OK)
        status = *ddl ? fiat__athena_run_ddl(athena, e, &statement, result, err)
                      : fiat__athena_run_select(athena, e, result, err);
    fiat__arena_deinit(&arena);
    return status;
}

/* Keep the result, and what it says of itself. */
static fiat_status keep(fiat__athena *athena, fiat__execution *e, struct fiat__result *result,
                        fiat_error *err) {
    const char *columns = fiat__result_columns(result);
    const uint64_t rows = fiat__result_rows(result);
    char *copy = fiat__malloc(strlen(columns) + 3);
    if (!copy) {
        fiat__result_abort(result);
        return fiat__err_nomem(err);
    }
    snprintf(copy, strlen(columns) + 3, "%s]", *columns ? columns : "[");
    fiat_status status = fiat__result_commit(result, err);
    fiat__mutex_lock(&athena->lock);
    e->columns = copy;
    e->row_count = rows;
    fiat__mutex_unlock(&athena->lock);
    return status;
}

static void conclude(fiat__athena *athena, fiat__execution *e, fiat_status status, bool ddl,
                     fiat_error *err) {
    int category = 1, type = 200;
    if (status == FIAT_E_SQL && !ddl) fiat__athena_explain(err, &category, &type);
    if (ddl && status != FIAT_OK) {
        category = 2;
        type = 1003;
    }
    fiat__mutex_lock(&athena->lock);
    e->completed_ms = fiat__wall_ms(athena->clock);
    e->state = status == FIAT_OK ? FIAT__EXECUTION_SUCCEEDED : FIAT__EXECUTION_FAILED;
    if (status != FIAT_OK && athena->stopping && e->cancelled) {
        category = 1;
        type = 200;
        e->reason = fiat__strdup("the local engine ended while the query ran; start it again");
    } else if (e->cancelled) {
        e->state = FIAT__EXECUTION_CANCELLED;
        e->reason = fiat__strdup("Query cancelled by user");
    } else if (status != FIAT_OK) {
        e->reason = fiat__strdup(err->message);
    }
    if (e->state == FIAT__EXECUTION_FAILED) {
        e->error_category = category;
        e->error_type = type;
    }
    if (fiat__athena_save(athena, e, err) != FIAT_OK && athena->opts->log)
        athena->opts->log(athena->opts->log_ctx, err->message);
    e->users--;
    fiat__mutex_unlock(&athena->lock);
}

static void run_one(fiat__athena *athena, fiat__execution *e) {
    char object[2048];
    fiat_error err = FIAT_ERROR_INIT;
    struct fiat__result *result = NULL;
    bool ddl = false;
    char *path = fiat__athena_path(athena, e->id, ".csv");
    fiat_status status = path ? FIAT_OK : fiat__err_nomem(&err);
    if (status == FIAT_OK)
        status =
            fiat__result_open(&result, path, athena->data_dir,
                              object_name(e, object, sizeof object) ? object : NULL, e->text, &err);
    if (status == FIAT_OK) {
        status = run_statement(athena, e, result, &ddl, &err);
        if (status == FIAT_OK)
            status = keep(athena, e, result, &err);
        else
            fiat__result_abort(result);
    }
    fiat__free(path);
    conclude(athena, e, status, ddl, &err);
}

/* @locks athena->lock held */
static fiat__execution *next_queued(fiat__athena *athena) {
    for (size_t i = 0; i < athena->count; i++)
        if (athena->executions[i]->state == FIAT__EXECUTION_QUEUED) return athena->executions[i];
    return NULL;
}

void *fiat__athena_worker(void *ctx) {
    fiat__athena *athena = ctx;
    fiat__mutex_lock(&athena->lock);
    while (!athena->stopping) {
        fiat__execution *e = next_queued(athena);
        if (!e) {
            fiat__cond_wait(&athena->wake, &athena->lock);
            continue;
        }
        e->state = FIAT__EXECUTION_RUNNING;
        e->started_ms = fiat__wall_ms(athena->clock);
        e->users++;
        fiat__mutex_unlock(&athena->lock);
        run_one(athena, e);
        fiat__mutex_lock(&athena->lock);
    }
    fiat__mutex_unlock(&athena->lock);
    return NULL;
}
