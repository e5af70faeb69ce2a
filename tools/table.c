/* From a stream's files and flags to its table. */
#include "table.h"

#include "base/clock.h"
#include "base/error.h"
#include "json/doc.h"
#include "logger/stream_json.h"
#include "pipeline/delivery.h"

#include <stdio.h>

struct texts {
    project_stream stream;
    fiat__stream_json asked;
    fiat__columns *columns;
    fiat__doc *schema; /* NULL: there is none */
};

/* "schemas/Orders/athena.json" */
static const char *path_of(const struct table *table, const struct texts *texts, const char *file) {
    static char path[400];
    const char *dir = project_schemas_dir(table->config);
    snprintf(path, sizeof path, "%s/%s/%s", texts->stream.builtin || !dir ? "built in" : dir,
             table->stream, file);
    return path;
}

static void print_fault(bool fault, const char *column, const char *message, void *user) {
    if (fault) cmd_fail(EXIT_FAILED, "%s: column \"%s\": %s", (const char *)user, column, message);
}

/* The columns, each of which has a property. */
static int read_columns(struct table *table, struct texts *texts) {
    const project_stream *stream = &texts->stream;
    fiat_error err = FIAT_ERROR_INIT;
    if (!stream->has_athena)
        return cmd_fail(EXIT_FAILED, "%s is missing: `fiat schema columns %s --write` makes it",
                        path_of(table, texts, "athena.json"), table->stream);
    if (fiat__columns_parse(&texts->columns, fiat__buf_str(&stream->athena), &err) != FIAT_OK)
        return cmd_fail_error(path_of(table, texts, "athena.json"), &err);
    if (!stream->has_json_schema)
        return cmd_fail(EXIT_FAILED, "%s is missing: every stream needs a JSON Schema",
                        path_of(table, texts, "json_schema.json"));
    if (fiat__doc_parse(&texts->schema, fiat__buf_str(&stream->json_schema), &err) != FIAT_OK)
        return cmd_fail_error(path_of(table, texts, "json_schema.json"), &err);
    if (fiat__stream_json_read(&texts->asked, fiat__buf_str(&stream->stream), NULL, NULL, &err) !=
        FIAT_OK)
        return cmd_fail_error(path_of(table, texts, "stream.json"), &err);
    fiat_status status = fiat__columns_check(
        texts->columns, fiat__buf_str(&stream->json_schema), texts->asked.stamps,
        texts->asked.stamp_count, print_fault, (void *)path_of(table, texts, "athena.json"), &err);
    return status == FIAT_OK ? EXIT_DONE : EXIT_FAILED;
}

/* A flag comes before a file. */
static fiat_status read_settings(struct table *table, bool parquet, fiat_error *err) {
    const struct table_flags *flags = table->flags;
    fiat__table_settings *settings = &table->settings;
    fiat_status status = fiat__table_settings_read(settings, &table->layers, table->stream, err);
    const struct {
        const char *flag, **to;
    } rows[] = {
        {flags->database, &settings->database},   {flags->name, &settings->name},
        {flags->workgroup, &settings->workgroup}, {flags->output, &settings->output},
        {flags->catalog, &settings->catalog},     {flags->from, &settings->projection_from}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].flag) *rows[i].to = rows[i].flag;
    if (status == FIAT_OK && flags->format)
        return fiat__table_settings_format(settings, flags->format, "--format", err);
    if (!fiat__layers_get(&table->layers, "format", NULL)) settings->parquet = parquet;
    return status;
}

static fiat_status make(struct table *table, const struct texts *texts,
                        const fiat__delivery *delivery, fiat_error *err) {
    char prefix[300];
    const char *bucket = fiat__delivery_get(delivery, FIAT__DELIVERY_BUCKET);
    const char *set = fiat__delivery_get(delivery, FIAT__DELIVERY_PREFIX);
    if (table->flags->bucket) bucket = table->flags->bucket;
    if (table->flags->prefix) set = table->flags->prefix;
    snprintf(prefix, sizeof prefix, "%s/", delivery->stream);
    if (!bucket)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "where are the events of %s? Give --bucket NAME, or \"delivery\": "
                             "{\"bucket\": \"NAME\"} in stream.json",
                             table->stream);
    fiat_status status = read_settings(table, fiat__delivery_to_parquet(delivery), err);
    const fiat__table_source source = {
        .columns = texts->columns,
        .schema = texts->schema,
        .settings = &table->settings,
        .bucket = bucket,
        .prefix = set ? set : prefix,
        .other_time_zone = !fiat__delivery_in_utc(delivery),
        .this_year = (unsigned)fiat__utc_of_ms(fiat__wall_ms(&fiat__clock_system)).year};
    return status == FIAT_OK ? fiat__table_init(&table->wanted, &source, err) : status;
}

/* Of the table nothing but its name. */
static fiat_status make_name(struct table *table, fiat_error *err) {
    fiat_status status = read_settings(table, false, err);
    table->wanted.database = table->settings.database;
    table->wanted.name = table->settings.name;
    return status == FIAT_OK ? fiat__table_settings_check(&table->settings, err) : status;
}

static fiat_status make_with_delivery(struct table *table, const struct texts *texts,
                                      fiat_error *err) {
    fiat__delivery delivery;
    fiat__buf name;
    fiat__buf_init(&name, PROJECT_FILE_MAX_BYTES);
    project_delivery_name(&name, &texts->stream, table->config);
    fiat_status status = fiat__buf_status(&name, err);
    if (status == FIAT_OK) {
        status = fiat__delivery_init(&delivery, fiat__buf_cstr(&name), err);
        if (status == FIAT_OK)
            status = fiat__delivery_read(&delivery, &table->delivery, NULL, NULL, err);
        if (status == FIAT_OK) status = make(table, texts, &delivery, err);
        fiat__delivery_deinit(&delivery);
    }
    fiat__buf_deinit(&name);
    return status;
}

static fiat_status make_any(struct table *table, const struct texts *texts, fiat_error *err) {
    const char *dir = project_schemas_dir(table->config);
    fiat_status status = project_layers(&table->layers, dir, &texts->stream, "table",
                                        fiat__table_setting_names, err);
    if (status == FIAT_OK && table->flags->name_only) return make_name(table, err);
    if (status == FIAT_OK)
        status = project_layers(&table->delivery, dir, &texts->stream, "delivery",
                                fiat__delivery_names, err);
    return status == FIAT_OK ? make_with_delivery(table, texts, err) : status;
}

int table_open(struct table *out, const char *stream, const struct table_flags *flags) {
    struct texts texts = {0};
    fiat_error err = FIAT_ERROR_INIT;
    *out = (struct table){.stream = stream, .flags = flags};
    if (project_config(&out->config, flags->schemas, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    if (project_stream_read(&texts.stream, project_schemas_dir(out->config), stream, &err) !=
        FIAT_OK)
        return cmd_fail_error(NULL, &err);
    int code = flags->name_only ? EXIT_DONE : read_columns(out, &texts);
    if (code == EXIT_DONE && make_any(out, &texts, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    fiat__columns_free(texts.columns);
    fiat__doc_free(texts.schema);
    fiat__stream_json_deinit(&texts.asked);
    project_stream_free(&texts.stream);
    return code;
}

void table_close(struct table *table) {
    fiat__layers_deinit(&table->layers);
    fiat__layers_deinit(&table->delivery);
    if (table->wanted.arena.max_bytes) fiat__table_deinit(&table->wanted);
    fiat_config_free(table->config);
}

void table_print_notes(const struct table *table) {
    const fiat__properties *properties = &table->wanted.properties;
    if (table->settings.projection_from) return;
    for (size_t i = 0; i < properties->count; i++) {
        const char *value = properties->items[i].value, *comma = strchr(value, ',');
        if (!comma || strncmp(comma, ",NOW", 4) != 0) continue;
        fprintf(stderr,
                "note: partitions begin with %.*s: for older events set \"projection_from\"\n",
                (int)(comma - value), value);
        return;
    }
}

const char *table_title(const struct table *table) {
    static char title[2 * FIAT__NAME_MAX_BYTES + 2];
    snprintf(title, sizeof title, "%s.%s", table->wanted.database, table->wanted.name);
    return title;
}
