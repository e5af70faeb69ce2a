/* DDL, and the statements that show what it made. The layout of what is shown is Hive's. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "local/athena_result.h"
#include "local/projection.h"

#include <fnmatch.h>
#include <stdio.h>

#define ARENA_BYTES    (16 * 1024 * 1024)
#define TEXT_MAX_BYTES (8 * 1024 * 1024)
#define COLUMN_WIDTH   20

struct ddl {
    fiat__athena *athena;
    const fiat__hive_statement *statement;
    const char *database;
    struct fiat__result *result;
    fiat__hive_table table;
    fiat__buf line;
};

/* One row of one value. */
static fiat_status row(struct ddl *d, const char *value, fiat_error *err) {
    fiat__result_value(d->result, fiat__str_c(value));
    return fiat__result_end_row(d->result, err);
}

static fiat_status end_line(struct ddl *d, fiat_error *err) {
    fiat_status status = fiat__buf_status(&d->line, err);
    if (status == FIAT_OK) status = row(d, fiat__buf_cstr(&d->line), err);
    fiat__buf_clear(&d->line);
    return status;
}

static void pad(struct ddl *d, const char *text) {
    fiat__buf_printf(&d->line, "%-*s", COLUMN_WIDTH, text);
}

/* Hive's patterns: * for any text, | between alternatives. */
static bool matches(const char *pattern, const char *name) {
    char part[300];
    if (!pattern) return true;
    for (;;) {
        const size_t len = strcspn(pattern, "|");
        snprintf(part, sizeof part, "%.*s", (int)len, pattern);
        if (fnmatch(part, name, FNM_NOESCAPE) == 0) return true;
        if (!pattern[len]) return false;
        pattern += len + 1;
    }
}

static fiat_status show_names(struct ddl *d, fiat_error *err) {
    const bool databases = d->statement->kind == FIAT__HIVE_SHOW_DATABASES;
    char **names;
    size_t count;
    fiat__result_column(d->result, databases ? "database_name" : "tab_name", "string", 0, 0);
    fiat_status status =
        databases ? fiat__catalog_databases(&d->athena->catalog, &names, &count, err)
                  : fiat__catalog_tables(&d->athena->catalog, d->database, &names, &count, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if (matches(d->statement->pattern, names[i])) status = row(d, names[i], err);
    fiat__dir_free_list(names, count);
    return status;
}

static fiat_status show_columns(struct ddl *d, fiat_error *err) {
    fiat_status status = FIAT_OK;
    fiat__result_column(d->result, "field", "string", 0, 0);
    for (int part = 0; part < 2; part++)
        for (const fiat__hive_column *each = part ? d->table.partitions : d->table.columns;
             each && status == FIAT_OK; each = each->next) {
            pad(d, each->name);
            status = end_line(d, err);
        }
    return status;
}

static fiat_status describe_columns(struct ddl *d, const fiat__hive_column *list, fiat_error *err) {
    fiat_status status = FIAT_OK;
    for (; list && status == FIAT_OK; list = list->next) {
        pad(d, list->name);
        fiat__buf_append_char(&d->line, '\t');
        pad(d, list->type);
        fiat__buf_append_char(&d->line, '\t');
        pad(d, list->comment);
        status = end_line(d, err);
    }
    return status;
}

static fiat_status describe(struct ddl *d, fiat_error *err) {
    static const char *const heads[] = {
        "\t \t ", "# Partition Information\t \t ",
        "# col_name            \tdata_type           \tcomment             ", "\t \t "};
    static const char *const names[] = {"col_name", "data_type", "comment"};
    for (size_t i = 0; i < 3; i++)
        fiat__result_column(d->result, names[i], "string", 0, 0);
    fiat_status status = describe_columns(d, d->table.columns, err);
    if (status == FIAT_OK) status = describe_columns(d, d->table.partitions, err);
    if (!d->table.partitions) return status;
    for (size_t i = 0; i < 4 && status == FIAT_OK; i++)
        status = row(d, heads[i], err);
    return status == FIAT_OK ? describe_columns(d, d->table.partitions, err) : status;
}

/* --- SHOW CREATE TABLE --- */

/* 'text' as Hive takes it back. */
static void quote(struct ddl *d, const char *text) {
    fiat__buf_append_char(&d->line, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') fiat__buf_append_char(&d->line, '\\');
        if (*text == '\n')
            fiat__buf_append_c(&d->line, "\\n");
        else
            fiat__buf_append_char(&d->line, *text);
    }
    fiat__buf_append_char(&d->line, '\'');
}

static fiat_status show_list(struct ddl *d, const fiat__hive_column *list, fiat_error *err) {
    fiat_status status = FIAT_OK;
    for (; list && status == FIAT_OK; list = list->next) {
        fiat__buf_printf(&d->line, "  `%s` %s", list->name, list->type);
        if (*list->comment) {
            fiat__buf_append_c(&d->line, " COMMENT ");
            quote(d, list->comment);
        }
        fiat__buf_append_char(&d->line, list->next ? ',' : ')');
        status = end_line(d, err);
    }
    return status;
}

static fiat_status show_pairs(struct ddl *d, const char *head, const fiat__hive_pair *list,
                              fiat_error *err) {
    fiat_status status = list ? row(d, head, err) : FIAT_OK;
    for (; list && status == FIAT_OK; list = list->next) {
        fiat__buf_append_c(&d->line, "  ");
        quote(d, list->key);
        fiat__buf_append_char(&d->line, '=');
        quote(d, list->value);
        fiat__buf_append_char(&d->line, list->next ? ',' : ')');
        status = end_line(d, err);
    }
    return status;
}

/* A line that stands before a quoted text of its own. */
static fiat_status show_text(struct ddl *d, const char *head, const char *text, fiat_error *err) {
    if (!*text) return FIAT_OK;
    fiat_status status = row(d, head, err);
    fiat__buf_append_c(&d->line, "  ");
    quote(d, text);
    return status == FIAT_OK ? end_line(d, err) : status;
}

static fiat_status show_create(struct ddl *d, fiat_error *err) {
    const fiat__hive_table *table = &d->table;
    fiat__result_column(d->result, "createtab_stmt", "string", 0, 0);
    fiat__buf_printf(&d->line, "CREATE EXTERNAL TABLE `%s.%s`(", table->database, table->name);
    fiat_status status = end_line(d, err);
    if (status == FIAT_OK) status = show_list(d, table->columns, err);
    if (status == FIAT_OK && *table->comment) {
        fiat__buf_append_c(&d->line, "COMMENT ");
        quote(d, table->comment);
        status = end_line(d, err);
    }
    if (status == FIAT_OK && table->partitions) status = row(d, "PARTITIONED BY (", err);
    if (status == FIAT_OK) status = show_list(d, table->partitions, err);
    if (status == FIAT_OK) status = show_text(d, "ROW FORMAT SERDE", table->serde, err);
    if (status == FIAT_OK)
        status = show_pairs(d, "WITH SERDEPROPERTIES (", table->serde_properties, err);
    if (status == FIAT_OK) status = show_text(d, "STORED AS INPUTFORMAT", table->input_format, err);
    if (status == FIAT_OK) status = show_text(d, "OUTPUTFORMAT", table->output_format, err);
    if (status == FIAT_OK) status = show_text(d, "LOCATION", table->location, err);
    if (status == FIAT_OK) status = show_pairs(d, "TBLPROPERTIES (", table->properties, err);
    return status;
}

static fiat_status show_properties(struct ddl *d, fiat_error *err) {
    fiat_status status = FIAT_OK;
    fiat__result_column(d->result, "prpt_name", "string", 0, 0);
    fiat__result_column(d->result, "prpt_value", "string", 0, 0);
    for (const fiat__hive_pair *each = d->table.properties; each && status == FIAT_OK;
         each = each->next) {
        fiat__buf_printf(&d->line, "%s\t%s", each->key, each->value);
        status = end_line(d, err);
    }
    return status;
}

static fiat_status repair(struct ddl *d, fiat_error *err) {
    fiat__result_column(d->result, "result", "string", 0, 0);
    return row(d,
               fiat__projection_enabled(&d->table)
                   ? "The table has partition projection (projection.enabled): no partition is "
                     "ever to be added, and nothing was done."
                   : "The local engine finds the folders column=value by itself: nothing was done.",
               err);
}

/* --- */

static fiat_status with_table(struct ddl *d, fiat_error *err) {
    switch (d->statement->kind) {
    case FIAT__HIVE_SHOW_COLUMNS:
        return show_columns(d, err);
    case FIAT__HIVE_SHOW_CREATE:
        return show_create(d, err);
    case FIAT__HIVE_SHOW_PROPERTIES:
        return show_properties(d, err);
    case FIAT__HIVE_REPAIR:
        return repair(d, err);
    default:
        return describe(d, err);
    }
}

/* A table that no query could read is refused when it is made. */
static fiat_status check_table(struct ddl *d, fiat_error *err) {
    fiat__projection projection;
    fiat__hive_table table = d->statement->table;
    table.database = d->database;
    fiat_status status =
        fiat__projection_init(&projection, &table, fiat__wall_ms(d->athena->clock), err);
    if (status == FIAT_OK) fiat__projection_deinit(&projection);
    return status;
}

fiat_status fiat__athena_run_ddl(fiat__athena *athena, const fiat__execution *execution,
                                 const fiat__hive_statement *statement, struct fiat__result *result,
                                 fiat_error *err) {
    struct ddl d = {.athena = athena, .statement = statement, .result = result};
    fiat__arena arena;
    fiat_status status = FIAT_OK;
    d.database = *statement->table.database ? statement->table.database
                 : execution->database      ? execution->database
                                            : FIAT__CATALOG_DEFAULT;
    if (statement->kind == FIAT__HIVE_CREATE_TABLE) status = check_table(&d, err);
    if (status != FIAT_OK) return status;
    if (statement->kind < FIAT__HIVE_REPAIR)
        return fiat__catalog_apply(&athena->catalog, statement, d.database, err);
    fiat__buf_init(&d.line, TEXT_MAX_BYTES);
    fiat__arena_init(&arena, ARENA_BYTES);
    if (statement->kind == FIAT__HIVE_SHOW_DATABASES || statement->kind == FIAT__HIVE_SHOW_TABLES) {
        status = show_names(&d, err);
    } else {
        status = fiat__catalog_table(&athena->catalog, d.database, statement->table.name, &arena,
                                     &d.table, err);
        if (status == FIAT_OK) status = with_table(&d, err);
    }
    fiat__arena_deinit(&arena);
    fiat__buf_deinit(&d.line);
    return status;
}
