/* The table as Glue has it, and statements of Athena's. */
#include "aws/svc/athena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "json/writer.h"
#include "table.h"
#include "table/ddl.h"
#include "table/glue.h"
#include "terminal.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#define BODY_MAX_BYTES (16 * 1024 * 1024)

/* --- Glue --- */

static void write_names(fiat__buf *body, const fiat__table *table, bool with_table) {
    bool first = true;
    fiat__buf_append_char(body, '{');
    fiat__json_write_key(body, &first, "DatabaseName");
    fiat__json_write_string_c(body, table->database);
    if (!with_table) return;
    fiat__json_write_key(body, &first, "Name");
    fiat__json_write_string_c(body, table->name);
}

static fiat_status get_table(fiat__doc **reply, struct table *table, fiat_error *err) {
    fiat__service *glue;
    fiat__buf body;
    fiat_status status = aws_open(&glue, "glue", table->config, &table->flags->aws, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    write_names(&body, &table->wanted, true);
    fiat__buf_append_char(&body, '}');
    status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status = fiat__service_json(glue, "AWSGlue.GetTable", fiat__buf_cstr(&body), reply, err);
    if (status == FIAT_E_AWS_NOT_FOUND) status = FIAT_OK;
    fiat__buf_deinit(&body);
    fiat__service_free(glue);
    return status;
}

/* Is it the error of a table, or a database, that is not there? Athena has no code for that. */
static bool is_absence(const fiat_error *err) {
    return strcmp(err->aws_code, "MetadataException") == 0 &&
           (strstr(err->message, "EntityNotFound") || strstr(err->message, "not found"));
}

static fiat_status get_metadata(fiat__doc **reply, struct table *table, fiat_error *err) {
    fiat__service *athena;
    fiat__buf body;
    bool first = true;
    const char *const rows[][2] = {{"CatalogName", table->settings.catalog},
                                   {"DatabaseName", table->wanted.database},
                                   {"TableName", table->wanted.name}};
    fiat_status status =
        aws_open(&athena, FIAT__ATHENA_SERVICE, table->config, &table->flags->aws, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    for (size_t i = 0; i < 3; i++) {
        fiat__json_write_key(&body, &first, rows[i][0]);
        fiat__json_write_string_c(&body, rows[i][1]);
    }
    fiat__buf_append_char(&body, '}');
    status = fiat__buf_status(&body, err);
    fiat_error refused = FIAT_ERROR_INIT;
    if (status == FIAT_OK) {
        status = fiat__service_json(athena, "AmazonAthena.GetTableMetadata", fiat__buf_cstr(&body),
                                    reply, &refused);
        if (status != FIAT_OK && is_absence(&refused))
            status = FIAT_OK;
        else if (status != FIAT_OK)
            fiat__err_assign(err, &refused);
    }
    fiat__buf_deinit(&body);
    fiat__service_free(athena);
    return status;
}

/* Glue's answer, or where there is no Glue Athena's. */
static fiat_status get_live(struct table_live *out, struct table *table, fiat_error *err) {
    fiat_error refused = FIAT_ERROR_INIT;
    out->by_athena = strcmp(table->settings.catalog, "AwsDataCatalog") != 0;
    fiat_status status = out->by_athena ? FIAT_OK : get_table(&out->reply, table, &refused);
    if (status != FIAT_OK && strcmp(refused.aws_code, "UnknownOperationException") == 0 &&
        !table->flags->glue) {
        out->by_athena = true;
        status = FIAT_OK;
    }
    if (status != FIAT_OK) fiat__err_assign(err, &refused);
    return status == FIAT_OK && out->by_athena ? get_metadata(&out->reply, table, err) : status;
}

static fiat_status read_live(struct table_live *out, struct table *table, fiat_error *err) {
    out->table = fiat__doc_get(out->reply, out->by_athena ? "TableMetadata" : "Table");
    return out->by_athena ? fiat__glue_metadata_read(&out->table_there, out->table,
                                                     table->wanted.database, err)
                          : fiat__glue_table_read(&out->table_there, out->table, err);
}

int table_live_read(struct table_live *out, struct table *table, const char *file) {
    fiat_error err = FIAT_ERROR_INIT;
    *out = (struct table_live){0};
    fiat_status status =
        file ? fiat__doc_read(&out->reply, file, BODY_MAX_BYTES, &err) : get_live(out, table, &err);
    if (status != FIAT_OK) return cmd_fail_error(NULL, &err);
    if (!out->reply) return EXIT_DONE;
    status = read_live(out, table, &err);
    if (status != FIAT_OK && file) return cmd_fail_error(file, &err);
    if (status == FIAT_OK && table->flags->name_only) return EXIT_DONE;
    if (status == FIAT_OK && !table->settings.projection_from)
        status = fiat__table_keep_start(&table->wanted, &out->table_there, &err);
    if (status == FIAT_OK)
        status = fiat__table_compare(&out->changes, &out->table_there, &table->wanted, &err);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

void table_live_close(struct table_live *live) {
    if (live->table_there.arena.max_bytes) fiat__table_deinit(&live->table_there);
    if (live->changes.arena.max_bytes) fiat__changes_deinit(&live->changes);
    fiat__doc_free(live->reply);
}

int table_glue(struct table *table, const char *operation, const char *members) {
    fiat__service *glue;
    fiat__buf body;
    char target[64];
    bool of_database = strcmp(operation, "CreateDatabase") == 0;
    bool named = strcmp(operation, "DeleteTable") == 0;
    fiat_error err = FIAT_ERROR_INIT;
    if (aws_open(&glue, "glue", table->config, &table->flags->aws, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    snprintf(target, sizeof target, "AWSGlue.%s", operation);
    fiat__buf_init(&body, BODY_MAX_BYTES);
    if (of_database)
        fiat__buf_append_char(&body, '{');
    else
        write_names(&body, &table->wanted, named);
    fiat__buf_printf(&body, "%s%s}", of_database || !*members ? "" : ",", members);
    fiat_status status = fiat__buf_status(&body, &err);
    if (status == FIAT_OK)
        status = fiat__service_json(glue, target, fiat__buf_cstr(&body), NULL, &err);
    fiat__buf_deinit(&body);
    fiat__service_free(glue);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

static fiat_status find_database(struct table *table, bool *found, fiat_error *err) {
    fiat__service *glue;
    fiat__buf body;
    bool first = true;
    fiat_status status = aws_open(&glue, "glue", table->config, &table->flags->aws, err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    fiat__json_write_key(&body, &first, "Name");
    fiat__json_write_string_c(&body, table->wanted.database);
    fiat__buf_append_char(&body, '}');
    status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status = fiat__service_json(glue, "AWSGlue.GetDatabase", fiat__buf_cstr(&body), NULL, err);
    *found = status == FIAT_OK;
    fiat__buf_deinit(&body);
    fiat__service_free(glue);
    return status == FIAT_E_AWS_NOT_FOUND ? FIAT_OK : status;
}

static int make_by_glue(struct table *table, bool with_database) {
    fiat__buf members;
    int code = EXIT_DONE;
    fiat__buf_init(&members, BODY_MAX_BYTES);
    if (with_database) {
        fiat__buf_printf(&members, "\"DatabaseInput\":{\"Name\":\"%s\"}", table->wanted.database);
        code = table_glue(table, "CreateDatabase", fiat__buf_cstr(&members));
    }
    fiat__buf_clear(&members);
    fiat__buf_append_c(&members, "\"TableInput\":");
    if (!fiat__glue_table_input(&members, &table->wanted))
        code = cmd_fail(EXIT_FAILED, "out of memory");
    if (code == EXIT_DONE) code = table_glue(table, "CreateTable", fiat__buf_cstr(&members));
    fiat__buf_deinit(&members);
    return code;
}

static int make_by_athena(struct table *table, bool with_database) {
    fiat__buf sql;
    int code = EXIT_DONE;
    fiat__buf_init(&sql, BODY_MAX_BYTES);
    if (with_database && fiat__ddl_create_database(&sql, &table->wanted))
        code = table_run(table, fiat__buf_cstr(&sql));
    fiat__buf_clear(&sql);
    if (!fiat__ddl_create(&sql, &table->wanted)) code = cmd_fail(EXIT_FAILED, "out of memory");
    if (code == EXIT_DONE) code = table_run(table, fiat__buf_cstr(&sql));
    fiat__buf_deinit(&sql);
    return code;
}

int table_make(struct table *table, const struct table_live *live) {
    bool found = false;
    fiat_error err = FIAT_ERROR_INIT;
    if (!live->by_athena && find_database(table, &found, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    return table->flags->glue ? make_by_glue(table, !found) : make_by_athena(table, !found);
}

/* --- Athena --- */

static volatile sig_atomic_t s_stopped;

static void on_signal(int number) {
    (void)number;
    s_stopped = 1;
}

struct query {
    fiat__service *athena;
    const struct table *table;
    char id[FIAT__UUID_LEN + 100];
    int64_t began_ms;
};

/* The token makes it the same query however often it is sent. */
static bool write_start(fiat__buf *body, const fiat__table_settings *settings, const char *sql) {
    char token[FIAT__UUID_LEN + 1] = "";
    fiat__uuid uuid = fiat__uuid7(fiat__wall_ms(&fiat__clock_system));
    fiat__uuid_write(token, &uuid);
    const fiat__athena_query query = {.sql = sql,
                                      .token = token,
                                      .catalog = settings->catalog,
                                      .workgroup = settings->workgroup,
                                      .output = settings->output};
    return fiat__athena_write_start(body, &query);
}

static fiat_status start(struct query *query, const char *sql, fiat_error *err) {
    fiat__buf body;
    fiat__doc *reply = NULL;
    const char *id = "";
    fiat__buf_init(&body, BODY_MAX_BYTES);
    write_start(&body, &query->table->settings, sql);
    fiat_status status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status = fiat__service_json_repeatable(query->athena, FIAT__ATHENA_START,
                                               fiat__buf_cstr(&body), &reply, err);
    if (status == FIAT_OK) status = fiat__athena_read_start(reply, &id, err);
    snprintf(query->id, sizeof query->id, "%s", id);
    fiat__doc_free(reply);
    fiat__buf_deinit(&body);
    return status;
}

static fiat_status call(struct query *query, const char *target, fiat__doc **reply,
                        fiat_error *err) {
    fiat__buf body;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__athena_write_id(&body, query->id);
    fiat_status status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status =
            fiat__service_json_repeatable(query->athena, target, fiat__buf_cstr(&body), reply, err);
    fiat__buf_deinit(&body);
    return status;
}

static void show(const struct query *query, const char *state) {
    int64_t ms = fiat__mono_ms(&fiat__clock_system) - query->began_ms;
    terminal_line(stderr, "%s: %s, %d s", table_title(query->table), state, (int)(ms / 1000));
}

/* One look at it: *over when it has ended. */
static fiat_status look(struct query *query, bool *over, fiat_error *err) {
    fiat__doc *reply;
    fiat__athena_execution execution;
    fiat_status status = call(query, FIAT__ATHENA_GET, &reply, err);
    if (status != FIAT_OK) return status;
    status = fiat__athena_read_execution(reply, &execution, err);
    if (status == FIAT_OK) {
        show(query, execution.state_name);
        *over = execution.state > FIAT__ATHENA_RUNNING;
        if (execution.state > FIAT__ATHENA_SUCCEEDED)
            status = fiat__err_set(err, FIAT_E_AWS_REJECTED, "Athena's query %s: %s%s%s", query->id,
                                   execution.state_name, *execution.reason ? ": " : "",
                                   execution.reason);
    }
    fiat__doc_free(reply);
    return status;
}

static void sleep_ms(long ms) {
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL); /* a signal ends it */
}

static fiat_status follow(struct query *query, fiat_error *err) {
    bool over = false;
    long wait_ms = 100;
    fiat_status status = look(query, &over, err);
    while (status == FIAT_OK && !over) {
        sleep_ms(wait_ms);
        if (wait_ms < 1000) wait_ms *= 2;
        if (s_stopped) {
            fiat_status stop = call(query, FIAT__ATHENA_STOP, NULL, err);
            if (stop != FIAT_OK) return stop;
            return fiat__err_set(err, FIAT_E_CLOSED, "stopped by a signal; so is Athena's query %s",
                                 query->id);
        }
        status = look(query, &over, err);
    }
    return status;
}

int table_run(struct table *table, const char *sql) {
    struct query query = {.table = table, .began_ms = fiat__mono_ms(&fiat__clock_system)};
    struct sigaction action = {.sa_handler = on_signal}, before;
    fiat_error err = FIAT_ERROR_INIT;
    if (aws_open(&query.athena, FIAT__ATHENA_SERVICE, table->config, &table->flags->aws, &err) !=
        FIAT_OK)
        return cmd_fail_error(NULL, &err);
    sigaction(SIGINT, &action, &before);
    fiat_status status = start(&query, sql, &err);
    if (status == FIAT_OK) status = follow(&query, &err);
    sigaction(SIGINT, &before, NULL);
    terminal_clear(stderr);
    fiat__service_free(query.athena);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}
