/* StartQueryExecution. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "local/s3_place.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define ARENA_BYTES    (16 * 1024 * 1024)
#define PARAMETERS_MAX 1000

static char *copy(const char *text) {
    return text ? fiat__strdup(text) : NULL;
}

static bool lower_copy(const char *text, char **out) {
    if (!text) return true;
    *out = fiat__strdup(text);
    for (char *at = *out; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return *out != NULL;
}

/* What the request says; the strings are borrowed from it. */
struct start {
    const char *query, *token, *database, *catalog, *output;
    const fiat__doc *parameters;
};

static bool read_start(fiat__athena_request *request, struct start *start) {
    static const fiat__string_rule query_rule = {.member = "QueryString",
                                                 .path = "queryString",
                                                 .required = true,
                                                 .min = 1,
                                                 .max = SIZE_MAX};
    static const fiat__string_rule token_rule = {
        .member = "ClientRequestToken", .path = "clientRequestToken", .min = 32, .max = 128};
    static const fiat__string_rule database_rule = {
        .member = "Database", .path = "queryExecutionContext.database", .min = 1, .max = 255};
    static const fiat__string_rule catalog_rule = {
        .member = "Catalog", .path = "queryExecutionContext.catalog", .min = 1, .max = 256};
    static const fiat__string_rule output_rule = {
        .member = "OutputLocation", .path = "resultConfiguration.outputLocation", .max = 2048};
    fiat__check check;
    fiat__check_init(&check);
    const fiat__doc *context = fiat__check_member(&check, request->input, "QueryExecutionContext",
                                                  FIAT__DOC_OBJECT, "queryExecutionContext");
    const fiat__doc *result = fiat__check_member(&check, request->input, "ResultConfiguration",
                                                 FIAT__DOC_OBJECT, "resultConfiguration");
    start->parameters = fiat__check_member(&check, request->input, "ExecutionParameters",
                                           FIAT__DOC_ARRAY, "executionParameters");
    start->query = fiat__check_string(&check, request->input, &query_rule);
    start->token = fiat__check_string(&check, request->input, &token_rule);
    start->database = fiat__check_string(&check, context, &database_rule);
    start->catalog = fiat__check_string(&check, context, &catalog_rule);
    start->output = fiat__check_string(&check, result, &output_rule);
    if (start->query && strlen(start->query) > FIAT__ATHENA_QUERY_MAX_BYTES)
        fiat__check_add(&check, "...", query_rule.path,
                        "Member must have length less than or equal to %d",
                        FIAT__ATHENA_QUERY_MAX_BYTES);
    return fiat__athena_checked(request, &check);
}

/* What the checks of single members do not tell. false: answered. */
static bool check_start(fiat__athena_request *request, const struct start *start) {
    fiat__s3_place place;
    if (!fiat__athena_check_workgroup(request)) return false;
    if (start->catalog && strcasecmp(start->catalog, FIAT__CATALOG_NAME) != 0) {
        fiat__athena_refuse(request, "INVALID_INPUT",
                            "The catalog %.100s does not exist: the local engine has "
                            "AwsDataCatalog alone.",
                            start->catalog);
        return false;
    }
    if (start->output && *start->output &&
        !fiat__s3_place_read(fiat__str_c(start->output), &place)) {
        fiat__athena_refuse(request, "INVALID_INPUT", "outputLocation is not a valid S3 path.");
        return false;
    }
    const char *text;
    for (const fiat__doc *each = fiat__doc_first(start->parameters); each;
         each = fiat__doc_next(each))
        if (!fiat__doc_string(each, &text) || fiat__doc_count(start->parameters) > PARAMETERS_MAX) {
            fiat__athena_refuse(request, "INVALID_INPUT",
                                "executionParameters must be at most %d texts.", PARAMETERS_MAX);
            return false;
        }
    return true;
}

/* Which kind of statement it is. DDL that is malformed is refused at once, as Athena does. */
static bool classify(fiat__athena_request *request, fiat__execution *e) {
    fiat__arena arena;
    fiat__hive_statement statement;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__arena_init(&arena, ARENA_BYTES);
    fiat_status status = fiat__hive_parse(&statement, fiat__str_c(e->query), &arena, &err);
    if (status == FIAT_OK && statement.kind == FIAT__HIVE_OTHER)
        status = fiat__err_set(&err, FIAT_E_SQL,
                               "%s is not offered by the local engine: it runs SELECT, DDL of "
                               "external tables, SHOW and DESCRIBE",
                               statement.what);
    if (status == FIAT_E_SQL)
        fiat__athena_refuse(request, "MALFORMED_QUERY", "%s", err.message);
    else if (status != FIAT_OK)
        fiat__reply_failure(request->reply, &err);
    e->what = statement.what;
    e->text = statement.kind != FIAT__HIVE_QUERY || strcmp(e->what ? e->what : "", "EXPLAIN") == 0;
    e->type = statement.kind == FIAT__HIVE_QUERY    ? e->text ? "UTILITY" : "DML"
              : statement.kind <= FIAT__HIVE_REPAIR ? "DDL"
                                                    : "UTILITY";
    fiat__arena_deinit(&arena);
    return status == FIAT_OK;
}

static bool copy_parameters(const fiat__doc *list, fiat__execution *e) {
    const size_t count = fiat__doc_count(list);
    if (count == 0) return true;
    e->parameters = fiat__calloc(count, sizeof *e->parameters);
    const char *text = NULL;
    for (const fiat__doc *each = fiat__doc_first(list); e->parameters && each;
         each = fiat__doc_next(each)) {
        if (!fiat__doc_string(each, &text)) return false;
        e->parameters[e->parameter_count] = fiat__strdup(text);
        if (!e->parameters[e->parameter_count]) return false;
        e->parameter_count++;
    }
    return e->parameters != NULL;
}

static fiat__execution *new_execution(fiat__athena_request *request, const struct start *start) {
    fiat__execution *e = fiat__calloc(1, sizeof *e);
    if (!e) return NULL;
    e->submitted_ms = fiat__wall_ms(request->athena->clock);
    const fiat__uuid id = fiat__uuid7(e->submitted_ms);
    fiat__uuid_write(e->id, &id);
    const char *output = start->output && *start->output ? start->output : NULL;
    e->query = copy(start->query);
    e->token = copy(start->token);
    e->catalog = copy(start->catalog);
    e->output = copy(output);
    const bool good = e->query && !e->token == !start->token && !e->catalog == !start->catalog &&
                      !e->output == !output && lower_copy(start->database, &e->database) &&
                      copy_parameters(start->parameters, e);
    if (good) return e;
    fiat__execution_free(e);
    return NULL;
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The query that was started with the token. @locks athena->lock held */
static fiat__execution *find_token(fiat__athena *athena, const char *token) {
    for (size_t i = athena->count; token && i-- > 0;)
        if (same(athena->executions[i]->token, token)) return athena->executions[i];
    return NULL;
}

static void answer_id(fiat__athena_request *request, const char *id) {
    fiat__buf_printf(&request->reply->body, "{\"QueryExecutionId\":\"%s\"}", id);
    fiat__athena_done(request);
}

/* Take it, also when it is answered otherwise. @locks athena->lock held */
static void submit(fiat__athena_request *request, fiat__execution *e) {
    fiat__athena *athena = request->athena;
    fiat__execution *before = find_token(athena, e->token);
    fiat_error err = FIAT_ERROR_INIT;
    size_t queued = 0;
    for (size_t i = 0; i < athena->count; i++)
        queued += athena->executions[i]->state == FIAT__EXECUTION_QUEUED;
    if (before && same(before->query, e->query) && same(before->database, e->database) &&
        same(before->output, e->output)) {
        answer_id(request, before->id);
    } else if (before) {
        fiat__athena_refuse(request, "INVALID_INPUT", "Idempotent parameters do not match");
    } else if (queued >= FIAT__ATHENA_QUEUED_MAX) {
        request->reply->http_status = 400;
        fiat__buf_append_c(&request->reply->body,
                           "{\"__type\":\"TooManyRequestsException\",\"Message\":\"You have "
                           "exceeded the limit for the number of queries you can run "
                           "concurrently.\",\"Reason\":\"CONCURRENT_QUERY_LIMIT_EXCEEDED\"}");
    } else if (fiat__athena_save(athena, e, &err) != FIAT_OK ||
               fiat__athena_add(athena, e, &err) != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
    } else {
        answer_id(request, e->id);
        fiat__cond_signal(&athena->wake);
        return;
    }
    fiat__execution_free(e);
}

void fiat__athena_start(fiat__athena_request *request) {
    struct start start;
    fiat_error err = FIAT_ERROR_INIT;
    if (!read_start(request, &start) || !check_start(request, &start)) return;
    fiat__execution *e = new_execution(request, &start);
    if (!e) {
        fiat__err_nomem(&err);
        fiat__reply_failure(request->reply, &err);
        return;
    }
    if (!classify(request, e)) {
        fiat__execution_free(e);
        return;
    }
    fiat__mutex_lock(&request->athena->lock);
    submit(request, e);
    fiat__mutex_unlock(&request->athena->lock);
}
