/* Work groups, catalogues, databases and tables as the API tells of them. */
#include "local/athena_internal.h"

#include "base/error.h"
#include "base/file.h"
#include "json/writer.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>

#define ARENA_BYTES (16 * 1024 * 1024)
#define PAGE_MAX    50
#define ENGINE                                                                                     \
    "\"EngineVersion\":{\"SelectedEngineVersion\":\"AUTO\","                                       \
    "\"EffectiveEngineVersion\":\"Athena engine version 3\"}"

void fiat__athena_get_workgroup(fiat__athena_request *request) {
    if (!fiat__athena_check_workgroup(request)) return;
    fiat__buf_append_c(
        &request->reply->body,
        "{\"WorkGroup\":{\"Name\":\"primary\",\"State\":\"ENABLED\","
        "\"Configuration\":{\"ResultConfiguration\":{},"
        "\"EnforceWorkGroupConfiguration\":false,"
        "\"PublishCloudWatchMetricsEnabled\":false,\"RequesterPaysEnabled\":false," ENGINE
        "},\"Description\":\"\",\"CreationTime\":0}}");
    fiat__athena_done(request);
}

void fiat__athena_list_workgroups(fiat__athena_request *request) {
    fiat__buf_append_c(&request->reply->body,
                       "{\"WorkGroups\":[{\"Name\":\"primary\",\"State\":\"ENABLED\","
                       "\"Description\":\"\",\"CreationTime\":0," ENGINE "}]}");
    fiat__athena_done(request);
}

void fiat__athena_list_catalogs(fiat__athena_request *request) {
    fiat__buf_append_c(&request->reply->body,
                       "{\"DataCatalogsSummary\":[{\"CatalogName\":\"" FIAT__CATALOG_NAME
                       "\",\"Type\":\"GLUE\"}]}");
    fiat__athena_done(request);
}

/* --- databases and tables --------------------------------------------------------------------- */

/* What these operations ask for. */
struct asked {
    char database[256], table[256];
    const char *expression;
    uint64_t skip;
    int64_t limit;
};

static void metadata_error(fiat__athena_request *request, const char *message) {
    fiat__reply_error(request->reply, 400, "MetadataException", "%s", message);
}

static void copy_lower(char out[256], const char *text) {
    snprintf(out, 256, "%s", text ? text : "");
    for (char *at = out; *at; at++)
        *at = (char)tolower((unsigned char)*at);
}

static bool read_asked(fiat__athena_request *request, struct asked *out, bool database,
                       bool table) {
    const fiat__string_rule rules[] = {
        {.member = "CatalogName", .path = "catalogName", .required = true, .min = 1, .max = 256},
        {.member = "DatabaseName",
         .path = "databaseName",
         .required = database,
         .min = 1,
         .max = 128},
        {.member = "TableName", .path = "tableName", .required = table, .min = 1, .max = 128},
        {.member = "Expression", .path = "expression", .max = 256},
        {.member = "NextToken", .path = "nextToken", .min = 1, .max = 1024},
    };
    const char *texts[5];
    fiat__check check;
    fiat__check_init(&check);
    for (size_t i = 0; i < 5; i++)
        texts[i] = fiat__check_string(&check, request->input, &rules[i]);
    out->limit = PAGE_MAX;
    fiat__check_integer(&check, request->input, "MaxResults", "maxResults", 1, PAGE_MAX,
                        &out->limit);
    if (!fiat__athena_checked(request, &check)) return false;
    if (strcasecmp(texts[0], FIAT__CATALOG_NAME) != 0) {
        metadata_error(request, "The local engine has the catalog " FIAT__CATALOG_NAME " alone.");
        return false;
    }
    copy_lower(out->database, texts[1]);
    copy_lower(out->table, texts[2]);
    out->expression = texts[3] && *texts[3] ? texts[3] : NULL;
    out->skip = 0;
    if (texts[4] && !fiat__athena_read_token(texts[4], &out->skip)) {
        fiat__athena_refuse(request, "INVALID_INPUT", "Invalid NextToken.");
        return false;
    }
    return true;
}

static void write_columns(fiat__buf *out, const char *key, const fiat__hive_column *list) {
    fiat__buf_printf(out, ",\"%s\":[", key);
    for (const fiat__hive_column *each = list; each; each = each->next) {
        bool first = true;
        fiat__buf_append_c(out, each == list ? "{" : ",{");
        fiat__json_write_key(out, &first, "Name");
        fiat__json_write_string_c(out, each->name);
        fiat__json_write_key(out, &first, "Type");
        fiat__json_write_string_c(out, each->type);
        if (*each->comment) {
            fiat__json_write_key(out, &first, "Comment");
            fiat__json_write_string_c(out, each->comment);
        }
        fiat__buf_append_char(out, '}');
    }
    fiat__buf_append_char(out, ']');
}

static void write_pairs(fiat__buf *out, bool *first, const char *prefix,
                        const fiat__hive_pair *list) {
    char key[1024];
    for (; list; list = list->next) {
        snprintf(key, sizeof key, "%s%s", prefix, list->key);
        fiat__json_write_key(out, first, key);
        fiat__json_write_string_c(out, list->value);
    }
}

static void write_table(fiat__buf *out, const fiat__hive_table *table) {
    const char *const texts[][2] = {{"EXTERNAL", "TRUE"},
                                    {"location", table->location},
                                    {"inputformat", table->input_format},
                                    {"outputformat", table->output_format},
                                    {"serde.serialization.lib", table->serde}};
    bool first = true;
    fiat__buf_append_c(out, "{\"Name\":");
    fiat__json_write_string_c(out, table->name);
    fiat__buf_printf(out, ",\"CreateTime\":%.3f,\"TableType\":\"EXTERNAL_TABLE\"",
                     (double)table->created_ms / 1000);
    write_columns(out, "Columns", table->columns);
    write_columns(out, "PartitionKeys", table->partitions);
    fiat__buf_append_c(out, ",\"Parameters\":{");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fiat__json_write_key(out, &first, texts[i][0]);
        fiat__json_write_string_c(out, texts[i][1]);
    }
    write_pairs(out, &first, "serde.param.", table->serde_properties);
    write_pairs(out, &first, "", table->properties);
    fiat__buf_append_c(out, "}}");
}

/* Append one table. false: answered. */
static bool add_table(fiat__athena_request *request, const char *database, const char *name) {
    fiat__arena arena;
    fiat__hive_table table;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__arena_init(&arena, ARENA_BYTES);
    const fiat_status status =
        fiat__catalog_table(&request->athena->catalog, database, name, &arena, &table, &err);
    if (status == FIAT_OK)
        write_table(&request->reply->body, &table);
    else if (status == FIAT_E_NOT_FOUND)
        fiat__reply_error(request->reply, 400, "MetadataException",
                          "EntityNotFoundException: Entity Not Found (Table %s.%s)", database,
                          name);
    else
        fiat__reply_failure(request->reply, &err);
    fiat__arena_deinit(&arena);
    return status == FIAT_OK;
}

void fiat__athena_get_table(fiat__athena_request *request) {
    struct asked asked;
    if (!read_asked(request, &asked, true, true)) return;
    fiat__buf_append_c(&request->reply->body, "{\"TableMetadata\":");
    if (!add_table(request, asked.database, asked.table)) return;
    fiat__buf_append_char(&request->reply->body, '}');
    fiat__athena_done(request);
}

/* The API's patterns: a regular expression of which `*` and `.*` are taken for any text. */
static bool matches(const char *expression, const char *name) {
    char pattern[300];
    size_t len = 0;
    if (!expression) return true;
    for (const char *at = expression; *at && len + 1 < sizeof pattern; at++)
        if (!(at[0] == '.' && at[1] == '*')) pattern[len++] = *at;
    pattern[len] = '\0';
    return fnmatch(pattern, name, FNM_NOESCAPE) == 0;
}

static bool add_database(fiat__buf *out, const char *name) {
    fiat__buf_append_c(out, "{\"Name\":");
    fiat__json_write_string_c(out, name);
    return fiat__buf_append_char(out, '}');
}

/* A page of names that match, each written as its kind wants. */
static void list(fiat__athena_request *request, const struct asked *asked, const char *key,
                 char **names, size_t count) {
    fiat__buf *out = &request->reply->body;
    uint64_t seen = 0;
    int64_t shown = 0;
    bool more = false;
    fiat__buf_printf(out, "{\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        if (names[i][0] == '.' || !matches(asked->expression, names[i])) continue;
        if (seen++ < asked->skip) continue;
        more = shown == asked->limit;
        if (more) break;
        if (shown++) fiat__buf_append_char(out, ',');
        if (!*asked->database)
            add_database(out, names[i]);
        else if (!add_table(request, asked->database, names[i]))
            return;
    }
    fiat__buf_append_char(out, ']');
    if (more) fiat__athena_write_token(out, asked->skip + (uint64_t)shown);
    fiat__buf_append_char(out, '}');
    fiat__athena_done(request);
}

void fiat__athena_list_tables(fiat__athena_request *request) {
    struct asked asked;
    char **names;
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    if (!read_asked(request, &asked, true, false)) return;
    if (fiat__catalog_tables(&request->athena->catalog, asked.database, &names, &count, &err) !=
        FIAT_OK) {
        metadata_error(request, err.message);
        return;
    }
    list(request, &asked, "TableMetadataList", names, count);
    fiat__dir_free_list(names, count);
}

void fiat__athena_list_databases(fiat__athena_request *request) {
    struct asked asked;
    char **names;
    size_t count;
    fiat_error err = FIAT_ERROR_INIT;
    if (!read_asked(request, &asked, false, false)) return;
    *asked.database = '\0';
    if (fiat__catalog_databases(&request->athena->catalog, &names, &count, &err) != FIAT_OK) {
        metadata_error(request, err.message);
        return;
    }
    list(request, &asked, "DatabaseList", names, count);
    fiat__dir_free_list(names, count);
}

void fiat__athena_get_database(fiat__athena_request *request) {
    struct asked asked;
    if (!read_asked(request, &asked, true, false)) return;
    if (!fiat__catalog_has_database(&request->athena->catalog, asked.database)) {
        metadata_error(request, "EntityNotFoundException: Database not found.");
        return;
    }
    fiat__buf_append_c(&request->reply->body, "{\"Database\":");
    add_database(&request->reply->body, asked.database);
    fiat__buf_append_char(&request->reply->body, '}');
    fiat__athena_done(request);
}
