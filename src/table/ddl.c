#include "table/ddl.h"

#include "table/reserved.h"

/* A type as the DDL's grammar takes it: names inside that are reserved stand in backticks. */
static void write_type(fiat__buf *out, const fiat__type *type) {
    if (type->child_count == 0) {
        fiat__type_write(out, type);
        return;
    }
    fiat__buf_append_c(out, fiat__type_kind_name(type->kind));
    for (size_t i = 0; i < type->child_count; i++) {
        fiat__buf_append_char(out, i ? ',' : '<');
        if (type->names) {
            const char *name = type->names[i];
            if (fiat__ddl_must_quote(name))
                fiat__ddl_write_name(out, name);
            else
                fiat__buf_append_c(out, name);
            fiat__buf_append_char(out, ':');
        }
        write_type(out, &type->children[i]);
    }
    fiat__buf_append_char(out, '>');
}

bool fiat__ddl_write_column(fiat__buf *out, const fiat__table_column *column) {
    fiat__ddl_write_name(out, column->name);
    fiat__buf_append_char(out, ' ');
    if (column->known)
        write_type(out, &column->parsed);
    else
        fiat__buf_append_c(out, column->type);
    if (*column->comment) {
        fiat__buf_append_c(out, " COMMENT ");
        fiat__ddl_write_text(out, column->comment);
    }
    return !out->failed;
}

bool fiat__ddl_write_property(fiat__buf *out, const char *name, const char *value) {
    fiat__ddl_write_text(out, name);
    fiat__buf_append_c(out, " = ");
    return fiat__ddl_write_text(out, value);
}

static void write_columns(fiat__buf *out, const fiat__table_column *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fiat__buf_append_c(out, i ? ",\n  " : "(\n  ");
        fiat__ddl_write_column(out, &columns[i]);
    }
    fiat__buf_append_c(out, "\n)");
}

static void write_properties(fiat__buf *out, const fiat__properties *properties) {
    for (size_t i = 0; i < properties->count; i++) {
        fiat__buf_append_c(out, i ? ",\n  " : "(\n  ");
        fiat__ddl_write_property(out, properties->items[i].name, properties->items[i].value);
    }
    fiat__buf_append_c(out, "\n)");
}

bool fiat__ddl_write_table(fiat__buf *out, const fiat__table *table) {
    fiat__ddl_write_name(out, table->database);
    fiat__buf_append_char(out, '.');
    return fiat__ddl_write_name(out, table->name);
}

bool fiat__ddl_create(fiat__buf *out, const fiat__table *table) {
    fiat__buf_append_c(out, "CREATE EXTERNAL TABLE ");
    fiat__ddl_write_table(out, table);
    fiat__buf_append_char(out, ' ');
    write_columns(out, table->columns, table->column_count);
    if (table->partition_count) {
        fiat__buf_append_c(out, "\nPARTITIONED BY ");
        write_columns(out, table->partitions, table->partition_count);
    }
    fiat__buf_append_c(out, "\nROW FORMAT SERDE ");
    fiat__ddl_write_text(out, table->serde);
    fiat__buf_append_c(out, "\nWITH SERDEPROPERTIES ");
    write_properties(out, &table->serde_properties);
    fiat__buf_append_c(out, "\nSTORED AS INPUTFORMAT ");
    fiat__ddl_write_text(out, table->input_format);
    fiat__buf_append_c(out, "\nOUTPUTFORMAT ");
    fiat__ddl_write_text(out, table->output_format);
    fiat__buf_append_c(out, "\nLOCATION ");
    fiat__ddl_write_text(out, table->location);
    fiat__buf_append_c(out, "\nTBLPROPERTIES ");
    write_properties(out, &table->properties);
    return !out->failed;
}

bool fiat__ddl_create_database(fiat__buf *out, const fiat__table *table) {
    fiat__buf_append_c(out, "CREATE DATABASE IF NOT EXISTS ");
    return fiat__ddl_write_name(out, table->database);
}

bool fiat__ddl_drop(fiat__buf *out, const fiat__table *table) {
    fiat__buf_append_c(out, "DROP TABLE ");
    return fiat__ddl_write_table(out, table);
}
