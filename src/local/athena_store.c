/* The queries and their files:
 * {"query": ..., "token": ..., "database": ..., "catalog": ..., "output": "s3://...",
 *  "parameters": [...], "state": "SUCCEEDED", "type": "DML", "what": "SELECT", "reason": ...,
 *  "error": [category, type], "times": [submitted_ms, started_ms, completed_ms], "scanned": bytes,
 *  "rows": count, "text": false, "columns": "[...]"} */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX_BYTES (8 * 1024 * 1024)
#define INTERRUPTED    "the local engine ended while the query ran; start it again"

static const char *const s_states[] = {"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"};
static const char *const s_suffixes[] = {".json", ".csv", ".csv.part"};

const char *fiat__execution_state_name(fiat__execution_state state) {
    return s_states[state];
}

void fiat__execution_free(fiat__execution *execution) {
    if (!execution) return;
    for (size_t i = 0; i < execution->parameter_count; i++)
        fiat__free(execution->parameters[i]);
    fiat__free(execution->parameters);
    fiat__free(execution->query);
    fiat__free(execution->token);
    fiat__free(execution->database);
    fiat__free(execution->catalog);
    fiat__free(execution->output);
    fiat__free(execution->reason);
    fiat__free(execution->columns);
    fiat__free(execution);
}

char *fiat__athena_path(const fiat__athena *athena, const char *id, const char *suffix) {
    const size_t size = strlen(athena->dir) + strlen(id) + strlen(suffix) + 2;
    char *path = fiat__malloc(size);
    if (path) snprintf(path, size, "%s/%s%s", athena->dir, id, suffix);
    return path;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_text(fiat__buf *out, bool *first, const char *key, const char *text) {
    if (!text) return;
    fiat__json_write_key(out, first, key);
    fiat__json_write_string_c(out, text);
}

static void write_execution(fiat__buf *out, const fiat__execution *e) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    write_text(out, &first, "query", e->query);
    write_text(out, &first, "token", e->token);
    write_text(out, &first, "database", e->database);
    write_text(out, &first, "catalog", e->catalog);
    write_text(out, &first, "output", e->output);
    write_text(out, &first, "state", fiat__execution_state_name(e->state));
    write_text(out, &first, "type", e->type);
    write_text(out, &first, "what", e->what);
    write_text(out, &first, "reason", e->reason);
    write_text(out, &first, "columns", e->columns);
    fiat__json_write_key(out, &first, "parameters");
    for (size_t i = 0; i < e->parameter_count; i++) {
        fiat__buf_append_char(out, i ? ',' : '[');
        fiat__json_write_string_c(out, e->parameters[i]);
    }
    fiat__buf_append_c(out, e->parameter_count ? "]" : "[]");
    fiat__buf_printf(out, ",\"error\":[%d,%d],\"times\":[%lld,%lld,%lld],\"scanned\":%llu,", //
                     e->error_category, e->error_type, (long long)e->submitted_ms,
                     (long long)e->started_ms, (long long)e->completed_ms,
                     (unsigned long long)e->scanned_bytes);
    fiat__buf_printf(out, "\"rows\":%llu,\"text\":%s}\n", (unsigned long long)e->row_count,
                     e->text ? "true" : "false");
}

fiat_status fiat__athena_save(fiat__athena *athena, const fiat__execution *execution,
                              fiat_error *err) {
    fiat__buf out;
    char *path = fiat__athena_path(athena, execution->id, ".json");
    fiat__buf_init(&out, FILE_MAX_BYTES);
    write_execution(&out, execution);
    fiat_status status = path ? fiat__buf_status(&out, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__file_replace(path, fiat__buf_str(&out), false, err);
    fiat__buf_deinit(&out);
    fiat__free(path);
    return status;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_text(const fiat__doc *doc, const char *key, char **out) {
    const char *text;
    if (!fiat__doc_string(fiat__doc_get(doc, key), &text)) return true;
    *out = fiat__strdup(text);
    return *out != NULL;
}

/* One of these texts, which live for ever. */
static const char *read_known(const fiat__doc *doc, const char *key, const char *const *known,
                              size_t count) {
    const char *text = "";
    (void)fiat__doc_string(fiat__doc_get(doc, key), &text);
    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i], text) == 0) return known[i];
    return known[0];
}

static bool read_parameters(const fiat__doc *list, fiat__execution *e) {
    const size_t count = fiat__doc_count(list);
    if (count == 0) return true;
    e->parameters = fiat__calloc(count, sizeof *e->parameters);
    const fiat__doc *item = fiat__doc_first(list);
    for (; e->parameters && item; item = fiat__doc_next(item)) {
        const char *text = "";
        (void)fiat__doc_string(item, &text);
        e->parameters[e->parameter_count] = fiat__strdup(text);
        if (!e->parameters[e->parameter_count]) return false;
        e->parameter_count++;
    }
    return e->parameters != NULL;
}

static void read_numbers(const fiat__doc *doc, fiat__execution *e) {
    const fiat__doc *error = fiat__doc_first(fiat__doc_get(doc, "error"));
    const fiat__doc *time = fiat__doc_first(fiat__doc_get(doc, "times"));
    int64_t *const times[] = {&e->submitted_ms, &e->started_ms, &e->completed_ms};
    int64_t number = 0;
    if (fiat__doc_integer(error, &number)) e->error_category = (int)number;
    if (error && fiat__doc_integer(fiat__doc_next(error), &number)) e->error_type = (int)number;
    for (size_t i = 0; i < 3 && time; i++, time = fiat__doc_next(time))
        (void)fiat__doc_integer(time, times[i]);
    if (fiat__doc_integer(fiat__doc_get(doc, "scanned"), &number))
        e->scanned_bytes = (uint64_t)number;
    if (fiat__doc_integer(fiat__doc_get(doc, "rows"), &number)) e->row_count = (uint64_t)number;
    (void)fiat__doc_bool(fiat__doc_get(doc, "text"), &e->text);
}

static const char *const s_types[] = {"DML", "DDL", "UTILITY"};
static const char *const s_whats[] = {"SELECT",
                                      "EXPLAIN",
                                      "CREATE_DATABASE",
                                      "CREATE_TABLE",
                                      "DROP_DATABASE",
                                      "DROP_TABLE",
                                      "ALTER_TABLE_ADD_COLUMNS",
                                      "ALTER_TABLE_SET_TBLPROPERTIES",
                                      "MSCK_REPAIR_TABLE",
                                      "SHOW_DATABASES",
                                      "SHOW_TABLES",
                                      "SHOW_COLUMNS",
                                      "SHOW_CREATE_TABLE",
                                      "SHOW_TABLE_PROPERTIES",
                                      "DESCRIBE_TABLE"};

static bool read_execution(const fiat__doc *doc, fiat__execution *e) {
    const char *state = read_known(doc, "state", s_states, sizeof s_states / sizeof *s_states);
    for (size_t i = 0; i < sizeof s_states / sizeof *s_states; i++)
        if (state == s_states[i]) e->state = (fiat__execution_state)i;
    e->type = read_known(doc, "type", s_types, sizeof s_types / sizeof *s_types);
    e->what = read_known(doc, "what", s_whats, sizeof s_whats / sizeof *s_whats);
    read_numbers(doc, e);
    return read_text(doc, "query", &e->query) && read_text(doc, "token", &e->token) &&
           read_text(doc, "database", &e->database) && read_text(doc, "catalog", &e->catalog) &&
           read_text(doc, "output", &e->output) && read_text(doc, "reason", &e->reason) &&
           read_text(doc, "columns", &e->columns) &&
           read_parameters(fiat__doc_get(doc, "parameters"), e);
}

/* --- the list --------------------------------------------------------------------------------- */

static void forget(fiat__athena *athena, size_t index) {
    fiat__execution *old = athena->executions[index];
    for (size_t i = 0; i < sizeof s_suffixes / sizeof *s_suffixes; i++) {
        char *path = fiat__athena_path(athena, old->id, s_suffixes[i]);
        if (path) unlink(path);
        fiat__free(path);
    }
    fiat__execution_free(old);
    athena->count--;
    memmove(&athena->executions[index], &athena->executions[index + 1],
            (athena->count - index) * sizeof *athena->executions);
}

static bool is_over(const fiat__execution *execution) {
    return execution->state >= FIAT__EXECUTION_SUCCEEDED && execution->users == 0;
}

/* Forget what is too old, and the oldest that are over where there are too many. */
static void expire(fiat__athena *athena) {
    const int64_t oldest_ms =
        fiat__wall_ms(athena->clock) - FIAT__ATHENA_KEPT_DAYS * INT64_C(86400000);
    for (size_t i = 0; i < athena->count;) {
        const fiat__execution *each = athena->executions[i];
        const bool many = athena->count > FIAT__ATHENA_KEPT_MAX;
        if (is_over(each) && (many || each->submitted_ms < oldest_ms))
            forget(athena, i);
        else
            i++;
    }
}

fiat_status fiat__athena_add(fiat__athena *athena, fiat__execution *execution, fiat_error *err) {
    fiat__execution **grown =
        fiat__realloc_array(athena->executions, athena->count + 1, sizeof *grown);
    if (!grown) return fiat__err_nomem(err);
    athena->executions = grown;
    grown[athena->count++] = execution;
    expire(athena);
    return FIAT_OK;
}

fiat__execution *fiat__athena_find(fiat__athena *athena, const char *id) {
    for (size_t i = athena->count; i-- > 0;)
        if (strcmp(athena->executions[i]->id, id) == 0) return athena->executions[i];
    return NULL;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* One file. A damaged one is left out, and where it lies. */
static fiat_status load_one(fiat__athena *athena, const char *name, fiat_error *err) {
    fiat__doc *doc;
    char *path = fiat__path_join(athena->dir, name);
    fiat__execution *e = fiat__calloc(1, sizeof *e);
    if (!path || !e) {
        fiat__free(path);
        fiat__free(e);
        return fiat__err_nomem(err);
    }
    fiat_status status = fiat__doc_read(&doc, path, FILE_MAX_BYTES, err);
    fiat__free(path);
    if (status != FIAT_OK) {
        fiat__execution_free(e);
        return status == FIAT_E_NOMEM ? status : FIAT_OK;
    }
    snprintf(e->id, sizeof e->id, "%.*s", FIAT__UUID_LEN, name);
    const bool read = read_execution(doc, e);
    fiat__doc_free(doc);
    if (!read || !e->query) {
        fiat__execution_free(e);
        return read ? FIAT_OK : fiat__err_nomem(err);
    }
    const bool interrupted = e->state < FIAT__EXECUTION_SUCCEEDED;
    if (interrupted) {
        e->state = FIAT__EXECUTION_FAILED;
        e->error_category = 1;
        e->error_type = 200;
        e->completed_ms = fiat__wall_ms(athena->clock);
        fiat__free(e->reason);
        e->reason = fiat__strdup(INTERRUPTED);
    }
    if (interrupted) status = fiat__athena_save(athena, e, err);
    if (status == FIAT_OK) status = fiat__athena_add(athena, e, err);
    if (status != FIAT_OK) fiat__execution_free(e);
    return status;
}

/* Ids begin with their time, so names sort by age. */
fiat_status fiat__athena_load(fiat__athena *athena, fiat_error *err) {
    char **names;
    size_t count;
    fiat_status status = fiat__dir_make(athena->dir, err);
    if (status == FIAT_OK) status = fiat__dir_list(athena->dir, &names, &count, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if (strlen(names[i]) == FIAT__UUID_LEN + 5 &&
            strcmp(names[i] + FIAT__UUID_LEN, ".json") == 0)
            status = load_one(athena, names[i], err);
    fiat__dir_free_list(names, count);
    return status;
}
