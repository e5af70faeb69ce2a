#include "table/definition.h"

#include "base/error.h"
#include "table/partition.h"
#include "table/serde.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define ARENA_MAX_BYTES     (64 * 1024 * 1024)
#define TYPE_MAX_BYTES      (1024 * 1024)
#define GLUE_TYPE_MAX_BYTES 131072 /* AWS Glue, API_Column */
#define TEXT_MAX_BYTES      (32 * 1024)

#define INPUT_TEXT     "org.apache.hadoop.mapred.TextInputFormat"
#define OUTPUT_TEXT    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
#define INPUT_PARQUET  "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
#define OUTPUT_PARQUET "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

static const char *copy(fiat__table *table, const char *text) {
    return fiat__arena_str(&table->arena, fiat__str_c(text)).ptr;
}

static const char *copy_lower(fiat__table *table, const char *text) {
    char *out = (char *)copy(table, text);
    for (char *c = out; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return out;
}

const fiat__table_column *fiat__table_find(const fiat__table *table, const char *name) {
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0) return &table->columns[i];
    return NULL;
}

const char *fiat__property_get(const fiat__properties *properties, const char *name) {
    for (size_t i = 0; i < properties->count; i++)
        if (strcmp(properties->items[i].name, name) == 0) return properties->items[i].value;
    return NULL;
}

bool fiat__property_add(fiat__table *table, fiat__properties *properties, const char *name,
                        const char *value) {
    if (properties->count == properties->cap) {
        size_t cap = properties->cap ? 2 * properties->cap : 16;
        fiat__property *items = fiat__arena_array(&table->arena, cap, sizeof *items);
        if (!items) return false;
        if (properties->count) memcpy(items, properties->items, properties->count * sizeof *items);
        properties->items = items;
        properties->cap = cap;
    }
    fiat__property item = {copy(table, name), copy(table, value)};
    properties->items[properties->count] = item;
    if (!item.name || !item.value) return false;
    properties->count++;
    return true;
}

/* A comment on one line, not longer than Glue takes it. */
static const char *copy_comment(fiat__table *table, const char *text) {
    char line[FIAT__TABLE_COMMENT_MAX + 1];
    fiat__err_copy(line, sizeof line, text, strlen(text));
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F) *c = ' ';
    return copy(table, line);
}

fiat_status fiat__table_column_set(fiat__table *table, fiat__table_column *column, const char *name,
                                   const char *type, const char *comment, fiat_error *err) {
    fiat_error ignored;
    column->name = copy_lower(table, name);
    column->type = copy_lower(table, type);
    column->comment = copy_comment(table, comment);
    if (!column->name || !column->type || !column->comment) return fiat__err_nomem(err);
    fiat_status status =
        fiat__type_parse(&column->parsed, fiat__str_c(column->type), &table->arena, &ignored);
    column->known = status == FIAT_OK;
    return status == FIAT_E_NOMEM ? fiat__err_nomem(err) : FIAT_OK;
}

static fiat_status set_columns(fiat__table *table, const fiat__columns *columns, fiat_error *err) {
    fiat_status status = FIAT_OK;
    fiat__buf type;
    size_t count = fiat__columns_count(columns);
    table->columns = fiat__arena_array(&table->arena, count, sizeof *table->columns);
    if (!table->columns) return fiat__err_nomem(err);
    fiat__buf_init(&type, TYPE_MAX_BYTES);
    for (size_t i = 0; i < count && status == FIAT_OK; i++) {
        const fiat__column *column = fiat__columns_at(columns, i);
        fiat__buf_clear(&type);
        if (!fiat__type_write(&type, &column->type)) status = fiat__buf_status(&type, err);
        if (status == FIAT_OK && type.len > GLUE_TYPE_MAX_BYTES)
            status =
                fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                              "column \"%.80s\": its type is longer than the %d bytes that AWS "
                              "Glue takes: keep it as JSON text, in a string",
                              column->name, GLUE_TYPE_MAX_BYTES);
        if (status == FIAT_OK)
            status =
                fiat__table_column_set(table, &table->columns[table->column_count++], column->name,
                                       fiat__buf_cstr(&type), column->comment, err);
    }
    fiat__buf_deinit(&type);
    return status;
}

static fiat_status set_format(fiat__table *table, const fiat__table_source *source,
                              fiat_error *err) {
    bool parquet = source->settings->parquet;
    table->serde = parquet ? FIAT__SERDE_PARQUET : FIAT__SERDE_JSON;
    table->input_format = parquet ? INPUT_PARQUET : INPUT_TEXT;
    table->output_format = parquet ? OUTPUT_PARQUET : OUTPUT_TEXT;
    if (!fiat__property_add(table, &table->properties, "classification",
                            parquet ? "parquet" : "json"))
        return fiat__err_nomem(err);
    if (!parquet) return fiat__serde_json(table, source->columns, source->schema, err);
    return fiat__property_add(table, &table->serde_properties, "serialization.format", "1")
               ? FIAT_OK
               : fiat__err_nomem(err);
}

/* --- partitions --- */

static bool add_projection(fiat__table *table, const char *column, const char *what,
                           const char *value) {
    char name[128];
    snprintf(name, sizeof name, "projection.%s.%s", column, what);
    return fiat__property_add(table, &table->properties, name, value);
}

static fiat__table_moment first_moment(const fiat__table_source *source) {
    fiat__table_moment moment = {source->this_year, 1, 1, 0};
    if (source->settings->projection_from)
        (void)fiat__table_moment_read(&moment, source->settings->projection_from);
    return moment;
}

/* Athena's NOW is UTC; elsewhere it may be up to 14 hours later. */
static bool add_range(fiat__table *table, const fiat__partition *partition,
                      const fiat__table_source *source) {
    fiat__buf range;
    fiat__table_moment moment = first_moment(source);
    fiat__buf_init(&range, TEXT_MAX_BYTES);
    fiat__partition_write_moment(&range, partition, &moment);
    fiat__buf_append_c(&range, source->other_time_zone ? ",NOW+14HOURS" : ",NOW");
    bool whole =
        !range.failed && add_projection(table, partition->name, "range", fiat__buf_cstr(&range));
    fiat__buf_deinit(&range);
    return whole;
}

static bool add_integer(fiat__table *table, const fiat__partition *partition) {
    char text[32];
    snprintf(text, sizeof text, "%u,%u", partition->min, partition->max);
    bool whole = add_projection(table, partition->name, "range", text);
    snprintf(text, sizeof text, "%u", partition->digits);
    return whole &&
           (partition->digits < 2 || add_projection(table, partition->name, "digits", text));
}

static bool add_partition_properties(fiat__table *table, const fiat__partition *partition,
                                     const fiat__table_source *source) {
    static const char *const kinds[] = {[FIAT__PARTITION_DATE] = "date",
                                        [FIAT__PARTITION_INTEGER] = "integer",
                                        [FIAT__PARTITION_ENUM] = "enum",
                                        [FIAT__PARTITION_INJECTED] = "injected"};
    const char *name = partition->name;
    bool whole = add_projection(table, name, "type", kinds[partition->kind]);
    switch (partition->kind) {
    case FIAT__PARTITION_DATE:
        return whole && add_projection(table, name, "format", partition->format) &&
               add_range(table, partition, source) &&
               add_projection(table, name, "interval", "1") &&
               add_projection(table, name, "interval.unit", partition->unit);
    case FIAT__PARTITION_INTEGER:
        return whole && add_integer(table, partition);
    case FIAT__PARTITION_ENUM:
        return whole && add_projection(table, name, "values", partition->format);
    default:
        return whole;
    }
}

static fiat_status add_partition(fiat__table *table, const fiat__partition *partition,
                                 const fiat__table_source *source, fiat_error *err) {
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, partition->name) == 0)
            return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                                 "column \"%.80s\" has the name of a partition of the prefix "
                                 "\"%.80s\": rename the folder, as \"delivery\": {\"prefix\": "
                                 "\".../day=!{timestamp:yyyy-MM-dd}/\"}, or leave the column out",
                                 partition->name, source->prefix);
    fiat_status status = fiat__table_column_set(table, &table->partitions[table->partition_count++],
                                                partition->name, "string", "", err);
    if (status == FIAT_OK && !add_partition_properties(table, partition, source))
        status = fiat__err_nomem(err);
    return status;
}

static fiat_status set_place(fiat__table *table, const fiat__partitions *partitions,
                             const char *bucket, fiat_error *err) {
    fiat__buf text;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    fiat__buf_printf(&text, "s3://%s/%s", bucket, fiat__buf_cstr(&partitions->folder));
    table->location = text.failed ? NULL : copy(table, fiat__buf_cstr(&text));
    fiat__buf_clear(&text);
    fiat__buf_printf(&text, "s3://%s/%s", bucket, fiat__buf_cstr(&partitions->template));
    bool whole = !text.failed && table->location &&
                 fiat__property_add(table, &table->properties, "storage.location.template",
                                    fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
    return whole ? FIAT_OK : fiat__err_nomem(err);
}

static fiat_status set_partitions(fiat__table *table, const fiat__table_source *source,
                                  fiat_error *err) {
    fiat__partitions partitions;
    fiat_status status = fiat__partitions_init(&partitions, fiat__str_c(source->prefix), err);
    table->partitions =
        fiat__arena_array(&table->arena, FIAT__PARTITIONS_MAX, sizeof *table->partitions);
    if (status == FIAT_OK &&
        (!table->partitions ||
         !fiat__property_add(table, &table->properties, "projection.enabled", "true")))
        status = fiat__err_nomem(err);
    for (size_t i = 0; i < partitions.count && status == FIAT_OK; i++)
        status = add_partition(table, &partitions.items[i], source, err);
    if (status == FIAT_OK) status = set_place(table, &partitions, source->bucket, err);
    fiat__partitions_deinit(&partitions);
    return status;
}

/* https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static fiat_status check_bucket(const char *bucket, fiat_error *err) {
    size_t len = strlen(bucket);
    bool right = len >= 3 && len <= 63;
    for (const char *c = bucket; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-' && *c != '.')
            right = false;
    if (right) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "bucket \"%.80s\": S3 takes 3 to 63 lower-case letters, digits, - and .",
                         bucket);
}

fiat_status fiat__table_init(fiat__table *out, const fiat__table_source *source, fiat_error *err) {
    *out = (fiat__table){0};
    fiat__arena_init(&out->arena, ARENA_MAX_BYTES);
    fiat_status status = fiat__table_settings_check(source->settings, err);
    if (status == FIAT_OK) status = check_bucket(source->bucket, err);
    if (status != FIAT_OK) return status;
    out->database = copy(out, source->settings->database);
    out->name = copy(out, source->settings->name);
    if (!out->database || !out->name) return fiat__err_nomem(err);
    status = set_columns(out, source->columns, err);
    if (status == FIAT_OK) status = set_format(out, source, err);
    if (status == FIAT_OK) status = set_partitions(out, source, err);
    return status;
}

void fiat__table_deinit(fiat__table *table) {
    fiat__arena_deinit(&table->arena);
}
