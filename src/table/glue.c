#include "table/glue.h"

#include "base/error.h"
#include "json/writer.h"

#define ARENA_MAX_BYTES ((size_t)64 * 1024 * 1024)

static void write_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

static void write_column(fiat__buf *out, const fiat__table_column *column) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    write_text(out, &first, "Name", column->name);
    write_text(out, &first, "Type", column->type);
    if (*column->comment) write_text(out, &first, "Comment", column->comment);
    fiat__buf_append_char(out, '}');
}

static void write_columns(fiat__buf *out, const fiat__table_column *columns, size_t count) {
    fiat__buf_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        write_column(out, &columns[i]);
    }
    fiat__buf_append_char(out, ']');
}

static void write_properties(fiat__buf *out, bool *first, const fiat__properties *properties) {
    for (size_t i = 0; i < properties->count; i++)
        write_text(out, first, properties->items[i].name, properties->items[i].value);
}

static void write_storage(fiat__buf *out, const fiat__table *table) {
    bool first = true;
    fiat__json_write_key(out, &first, "Columns");
    write_columns(out, table->columns, table->column_count);
    write_text(out, &first, "Location", table->location);
    write_text(out, &first, "InputFormat", table->input_format);
    write_text(out, &first, "OutputFormat", table->output_format);
    fiat__json_write_key(out, &first, "SerdeInfo");
    first = true;
    fiat__buf_append_char(out, '{');
    write_text(out, &first, "SerializationLibrary", table->serde);
    fiat__buf_append_c(out, ",\"Parameters\":{");
    first = true;
    write_properties(out, &first, &table->serde_properties);
    fiat__buf_append_c(out, "}}");
}

bool fiat__glue_table_input(fiat__buf *out, const fiat__table *table) {
    bool first = true;
    fiat__buf_append_char(out, '{');
    write_text(out, &first, "Name", table->name);
    write_text(out, &first, "TableType", "EXTERNAL_TABLE");
    fiat__json_write_key(out, &first, "Parameters");
    fiat__buf_append_char(out, '{');
    first = true;
    write_text(out, &first, "EXTERNAL", "TRUE");
    write_properties(out, &first, &table->properties);
    fiat__buf_append_c(out, "},\"PartitionKeys\":");
    write_columns(out, table->partitions, table->partition_count);
    fiat__buf_append_c(out, ",\"StorageDescriptor\":{");
    write_storage(out, table);
    return fiat__buf_append_c(out, "}}");
}

/* --- what is there --- */

static const char *text_of(const fiat__doc *object, const char *name) {
    const char *text = "";
    (void)fiat__doc_string(fiat__doc_get(object, name), &text);
    return text;
}

static fiat_status read_columns(fiat__table *table, const fiat__doc *list,
                                fiat__table_column **columns, size_t *count, fiat_error *err) {
    fiat_status status = FIAT_OK;
    size_t room = list ? fiat__doc_count(list) : 0;
    *columns = fiat__arena_array(&table->arena, room ? room : 1, sizeof **columns);
    if (!*columns) return fiat__err_nomem(err);
    const fiat__doc *item = list ? fiat__doc_first(list) : NULL;
    for (; item && status == FIAT_OK; item = fiat__doc_next(item))
        status = fiat__table_column_set(table, &(*columns)[(*count)++], text_of(item, "Name"),
                                        text_of(item, "Type"), text_of(item, "Comment"), err);
    return status;
}

static fiat_status read_properties(fiat__table *table, const fiat__doc *object,
                                   fiat__properties *out, fiat_error *err) {
    const fiat__doc *item = object ? fiat__doc_first(object) : NULL;
    for (; item; item = fiat__doc_next(item)) {
        const char *value = "";
        (void)fiat__doc_string(item, &value);
        if (!fiat__property_add(table, out, fiat__doc_name(item), value))
            return fiat__err_nomem(err);
    }
    return FIAT_OK;
}

fiat_status fiat__glue_table_read(fiat__table *out, const fiat__doc *table, fiat_error *err) {
    *out = (fiat__table){0};
    fiat__arena_init(&out->arena, ARENA_MAX_BYTES);
    const fiat__doc *storage = fiat__doc_get(table, "StorageDescriptor");
    const fiat__doc *serde = fiat__doc_get(storage, "SerdeInfo");
    const struct {
        const char **to;
        const fiat__doc *from;
        const char *name;
    } rows[] = {{&out->database, table, "DatabaseName"},
                {&out->name, table, "Name"},
                {&out->location, storage, "Location"},
                {&out->input_format, storage, "InputFormat"},
                {&out->output_format, storage, "OutputFormat"},
                {&out->serde, serde, "SerializationLibrary"}};
    if (!*text_of(table, "Name"))
        return fiat__err_set(err, FIAT_E_AWS_REPLY, "Glue's reply has no table");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *rows[i].to =
            fiat__arena_str(&out->arena, fiat__str_c(text_of(rows[i].from, rows[i].name))).ptr;
        if (!*rows[i].to) return fiat__err_nomem(err);
    }
    fiat_status status = read_columns(out, fiat__doc_get(storage, "Columns"), &out->columns,
                                      &out->column_count, err);
    if (status == FIAT_OK)
        status = read_columns(out, fiat__doc_get(table, "PartitionKeys"), &out->partitions,
                              &out->partition_count, err);
    if (status == FIAT_OK)
        status =
            read_properties(out, fiat__doc_get(serde, "Parameters"), &out->serde_properties, err);
    if (status == FIAT_OK)
        status = read_properties(out, fiat__doc_get(table, "Parameters"), &out->properties, err);
    return status;
}

/* What describes the storage goes there, the rest to the table's properties. */
static bool add_parameter(fiat__table *out, const char *name, const char *value) {
    static const char serde[] = "serde.param.";
    const struct {
        const char *name, **to;
    } rows[] = {{"location", &out->location},
                {"inputformat", &out->input_format},
                {"outputformat", &out->output_format},
                {"serde.serialization.lib", &out->serde}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(name, rows[i].name) == 0)
            return (*rows[i].to = fiat__arena_str(&out->arena, fiat__str_c(value)).ptr) != NULL;
    if (strncmp(name, serde, strlen(serde)) == 0)
        return fiat__property_add(out, &out->serde_properties, name + strlen(serde), value);
    return fiat__property_add(out, &out->properties, name, value);
}

fiat_status fiat__glue_metadata_read(fiat__table *out, const fiat__doc *metadata,
                                     const char *database, fiat_error *err) {
    *out = (fiat__table){.location = "", .input_format = "", .output_format = "", .serde = ""};
    fiat__arena_init(&out->arena, ARENA_MAX_BYTES);
    if (!*text_of(metadata, "Name"))
        return fiat__err_set(err, FIAT_E_AWS_REPLY, "Athena's reply has no table");
    out->database = fiat__arena_str(&out->arena, fiat__str_c(database)).ptr;
    out->name = fiat__arena_str(&out->arena, fiat__str_c(text_of(metadata, "Name"))).ptr;
    if (!out->database || !out->name) return fiat__err_nomem(err);
    fiat_status status = read_columns(out, fiat__doc_get(metadata, "Columns"), &out->columns,
                                      &out->column_count, err);
    if (status == FIAT_OK)
        status = read_columns(out, fiat__doc_get(metadata, "PartitionKeys"), &out->partitions,
                              &out->partition_count, err);
    const fiat__doc *item = fiat__doc_first(fiat__doc_get(metadata, "Parameters"));
    for (; item && status == FIAT_OK; item = fiat__doc_next(item)) {
        const char *value = "";
        (void)fiat__doc_string(item, &value);
        if (!add_parameter(out, fiat__doc_name(item), value)) status = fiat__err_nomem(err);
    }
    return status;
}

/* --- what is there, changed --- */

/* Members of TableInput; GetTable has more. */
static const char *const s_input_names[] = {
    "Name",           "Description",      "Owner",
    "LastAccessTime", "LastAnalyzedTime", "Retention",
    "PartitionKeys",  "ViewOriginalText", "ViewExpandedText",
    "TableType",      "TargetTable"};

static void write_node(fiat__buf *out, bool *first, const fiat__doc *node) {
    fiat__json_write_key(out, first, fiat__doc_name(node));
    fiat__doc_write(out, node);
}

/* An object's members but those of `names`. */
static void write_others(fiat__buf *out, bool *first, const fiat__doc *object,
                         const fiat__properties *but) {
    const fiat__doc *item = object ? fiat__doc_first(object) : NULL;
    for (; item; item = fiat__doc_next(item))
        if (!fiat__property_get(but, fiat__doc_name(item))) write_node(out, first, item);
}

static void write_merged(fiat__buf *out, bool *first, const fiat__doc *object, const char *name,
                         const fiat__properties *wanted) {
    bool inner = true;
    fiat__json_write_key(out, first, name);
    fiat__buf_append_char(out, '{');
    write_others(out, &inner, fiat__doc_get(object, name), wanted);
    write_properties(out, &inner, wanted);
    fiat__buf_append_char(out, '}');
}

static void write_serde(fiat__buf *out, const fiat__doc *live, const fiat__table *wanted) {
    bool first = true;
    const fiat__doc *item = live ? fiat__doc_first(live) : NULL;
    fiat__buf_append_char(out, '{');
    for (; item; item = fiat__doc_next(item))
        if (strcmp(fiat__doc_name(item), "Parameters") != 0) write_node(out, &first, item);
    write_merged(out, &first, live, "Parameters", &wanted->serde_properties);
    fiat__buf_append_char(out, '}');
}

/* Columns that are there stay in their places, as with ALTER TABLE ADD COLUMNS: new ones follow. */
static void write_updated_columns(fiat__buf *out, const fiat__table *live,
                                  const fiat__table *wanted) {
    bool first = true;
    fiat__buf_append_char(out, '[');
    for (size_t pass = 0; pass < 2; pass++) {
        const fiat__table *order = pass ? wanted : live;
        for (size_t i = 0; i < order->column_count; i++) {
            const char *name = order->columns[i].name;
            const fiat__table_column *column = fiat__table_find(wanted, name);
            if (!column || (pass && fiat__table_find(live, name))) continue;
            if (!first) fiat__buf_append_char(out, ',');
            first = false;
            write_column(out, column);
        }
    }
    fiat__buf_append_char(out, ']');
}

bool fiat__glue_update_input(fiat__buf *out, const fiat__doc *table, const fiat__table *live,
                             const fiat__table *wanted) {
    bool first = true;
    const fiat__doc *storage = fiat__doc_get(table, "StorageDescriptor");
    fiat__buf_append_char(out, '{');
    for (size_t i = 0; i < sizeof s_input_names / sizeof s_input_names[0]; i++) {
        const fiat__doc *node = fiat__doc_get(table, s_input_names[i]);
        if (node && fiat__doc_kind_of(node) != FIAT__DOC_NULL) write_node(out, &first, node);
    }
    write_merged(out, &first, table, "Parameters", &wanted->properties);
    fiat__json_write_key(out, &first, "StorageDescriptor");
    fiat__buf_append_char(out, '{');
    first = true;
    const fiat__doc *item = storage ? fiat__doc_first(storage) : NULL;
    for (; item; item = fiat__doc_next(item))
        if (strcmp(fiat__doc_name(item), "Columns") != 0 &&
            strcmp(fiat__doc_name(item), "SerdeInfo") != 0)
            write_node(out, &first, item);
    fiat__json_write_key(out, &first, "Columns");
    write_updated_columns(out, live, wanted);
    fiat__json_write_key(out, &first, "SerdeInfo");
    write_serde(out, fiat__doc_get(storage, "SerdeInfo"), wanted);
    return fiat__buf_append_c(out, "}}");
}
