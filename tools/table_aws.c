/* The table as Glue has it, and statements of Athena's. */
#include "athena_run.h"
#include "aws/svc/athena.h"
#include "base/error.h"
#include "json/writer.h"
#include "table.h"
#include "table/ddl.h"
#include "table/glue.h"

#include <stdio.h>

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
    if (out->by_athena && table->flags->glue)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "--glue is for the catalog AwsDataCatalog, and this table is in %s: "
                             "leave out --glue",
                             table->settings.catalog);
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

int table_run(struct table *table, const char *sql) {
    const fiat__table_settings *settings = &table->settings;
    const fiat__athena_query query = {.sql = sql,
                                      .catalog = settings->catalog,
                                      .workgroup = settings->workgroup,
                                      .output = settings->output};
    fiat__service *athena;
    fiat_error err = FIAT_ERROR_INIT;
    if (aws_open(&athena, FIAT__ATHENA_SERVICE, table->config, &table->flags->aws, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    int code = athena_run_statement(athena, table_title(table), &query);
    fiat__service_free(athena);
    return code;
}
