/* See table_view.h. The SerDe takes names that differ in case only for the same, DuckDB does not:
 * so the structure of the events is looked at first, which tells how they spell their members. */
#include "local/table_view.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/doc.h"
#include "json/writer.h"
#include "local/projection.h"
#include "local/view.h"

#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX_BYTES (8 * 1024 * 1024)

struct table_view {
    fiat__duckdb *db;
    const fiat__hive_table *table;
    fiat__projection projection;
    fiat__view view;
    fiat__columns *columns;
    fiat__doc *schema;
    const char **properties;
    fiat__buf glob, regex, text;
};

static bool is_true(const fiat__hive_table *table, const char *key, bool otherwise) {
    const char *value = fiat__hive_get(table->serde_properties, key);
    return value ? strcasecmp(value, "true") == 0 : otherwise;
}

static fiat_status check_format(const fiat__hive_table *table, fiat_error *err) {
    static const char *const known[] = {"org.openx.data.jsonserde.JsonSerDe",
                                        "org.apache.hive.hcatalog.data.JsonSerDe"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(table->serde, known[i]) == 0) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_SQL,
                         "HIVE_UNSUPPORTED_FORMAT: table %s.%s: the local engine reads JSON lines "
                         "(SERDE '%s'), not '%.100s'",
                         table->database, table->name, known[0],
                         *table->serde ? table->serde : "text");
}

/* The columns as fiat__columns, by way of athena.json's form. */
static fiat_status read_columns(struct table_view *v, fiat_error *err) {
    fiat__buf_clear(&v->text);
    fiat__buf_append_char(&v->text, '[');
    for (const fiat__hive_column *each = v->table->columns; each; each = each->next) {
        bool first = true;
        fiat__buf_append_c(&v->text, each == v->table->columns ? "{" : ",{");
        fiat__json_write_key(&v->text, &first, "name");
        fiat__json_write_string_c(&v->text, each->name);
        fiat__json_write_key(&v->text, &first, "type");
        fiat__json_write_string_c(&v->text, each->type);
        fiat__buf_append_char(&v->text, '}');
    }
    fiat__buf_append_char(&v->text, ']');
    fiat_status status = fiat__buf_status(&v->text, err);
    return status == FIAT_OK ? fiat__columns_parse(&v->columns, fiat__buf_str(&v->text), err)
                             : status;
}

/* --- the structure of the events --- */

/* What json_group_structure() says, as a JSON Schema of nothing but properties and items. */
static void write_schema(fiat__buf *out, const fiat__doc *node) {
    fiat__doc_kind kind = fiat__doc_kind_of(node);
    bool first = true;
    fiat__buf_append_char(out, '{');
    if (kind == FIAT__DOC_OBJECT) {
        fiat__buf_append_c(out, "\"properties\":{");
        for (const fiat__doc *each = fiat__doc_first(node); each; each = fiat__doc_next(each)) {
            fiat__json_write_key(out, &first, fiat__doc_name(each));
            write_schema(out, each);
        }
        fiat__buf_append_char(out, '}');
    } else if (kind == FIAT__DOC_ARRAY && fiat__doc_first(node)) {
        fiat__buf_append_c(out, "\"items\":");
        write_schema(out, fiat__doc_first(node));
    }
    fiat__buf_append_char(out, '}');
}

/* The one value of a statement, copied to `out`; nothing when there is no row or it is NULL. */
static fiat_status ask(struct table_view *v, const char *sql, fiat__buf *out, fiat_error *err) {
    fiat__duckdb_rows *rows;
    bool more = false;
    fiat__buf_clear(out);
    fiat_status status = fiat__duckdb_query(v->db, fiat__str_c(sql), FIAT__DUCKDB_TEXT, &rows, err);
    if (status != FIAT_OK) return status;
    status = fiat__duckdb_next(rows, &more, err);
    if (status == FIAT_OK && more) {
        fiat__str value = fiat__duckdb_value(rows, 0);
        fiat__buf_append(out, value.ptr ? value.ptr : "", value.len);
        status = fiat__buf_status(out, err);
    }
    fiat__duckdb_rows_free(rows);
    return status;
}

/* `SELECT what FROM function('glob'...) WHERE name matches`; the answer in v->text. */
static fiat_status ask_files(struct table_view *v, const char *what, const char *function,
                             const char *options, const char *name, fiat_error *err) {
    fiat__buf sql;
    fiat__buf_init(&sql, TEXT_MAX_BYTES);
    fiat__buf_printf(&sql, "SELECT %s FROM %s(", what, function);
    fiat__duckdb_quote_text(&sql, fiat__buf_str(&v->glob));
    fiat__buf_printf(&sql, "%s) WHERE regexp_matches(%s, ", options, name);
    fiat__duckdb_quote_text(&sql, fiat__buf_str(&v->regex));
    fiat__buf_append_char(&sql, ')');
    fiat_status status = fiat__buf_status(&sql, err);
    if (status == FIAT_OK) status = ask(v, fiat__buf_cstr(&sql), &v->text, err);
    fiat__buf_deinit(&sql);
    return status;
}

static fiat_status read_structure(struct table_view *v, uint64_t *bytes, fiat_error *err) {
    fiat__doc *doc = NULL;
    fiat_status status = ask_files(v, "count(*)", "glob", "", "file", err);
    if (status != FIAT_OK || strcmp(fiat__buf_cstr(&v->text), "0") == 0) return status;
    status = ask_files(v, "sum(size)", "read_blob", "", "filename", err);
    if (status != FIAT_OK) return status;
    *bytes += strtoull(fiat__buf_cstr(&v->text), NULL, 10);
    if (!is_true(v->table, "case.insensitive", true)) return FIAT_OK;
    status = ask_files(v, "CAST(json_group_structure(json) AS VARCHAR)", "read_json_objects",
                       ", format='newline_delimited', ignore_errors=true, filename=true",
                       "filename", err);
    if (status != FIAT_OK) return status;
    /* No object in the files, or members of odd names: columns are then found by their own. */
    if (fiat__doc_parse(&doc, fiat__buf_str(&v->text), NULL) != FIAT_OK) return FIAT_OK;
    fiat__buf_clear(&v->text);
    write_schema(&v->text, doc);
    fiat__doc_free(doc);
    status = fiat__buf_status(&v->text, err);
    return status == FIAT_OK ? fiat__doc_parse(&v->schema, fiat__buf_str(&v->text), err) : status;
}

/* --- names --- */

/* With dots.in.keys, the column a_b is the member "a.b". */
static const char *find_dotted(const struct table_view *v, const char *column) {
    const fiat__doc *member = fiat__doc_first(fiat__doc_get(v->schema, "properties"));
    for (; member; member = fiat__doc_next(member)) {
        const char *name = fiat__doc_name(member);
        size_t i = 0;
        while (name[i] &&
               (name[i] == '.' ? column[i] == '_' : strncasecmp(&name[i], &column[i], 1) == 0))
            i++;
        if (!name[i] && !column[i]) return name;
    }
    return NULL;
}

/* "mapping.NAME", whatever the place of NAME is; NULL: there is none. */
static const char *mapped(const void *table, const char *name) {
    char key[512];
    snprintf(key, sizeof key, "mapping.%s", name);
    return fiat__hive_get(((const fiat__hive_table *)table)->serde_properties, key);
}

static fiat_status map_names(struct table_view *v, fiat_error *err) {
    const bool dots = is_true(v->table, "dots.in.keys", false) && v->schema;
    const fiat__hive_column *each = v->table->columns;
    v->properties = fiat__calloc(fiat__columns_count(v->columns), sizeof *v->properties);
    if (!v->properties) return fiat__err_nomem(err);
    for (size_t i = 0; each; each = each->next, i++) {
        v->properties[i] = mapped(v->table, each->name);
        if (!v->properties[i] && dots) v->properties[i] = find_dotted(v, each->name);
    }
    return FIAT_OK;
}

/* --- the view --- */

static fiat_status create(struct table_view *v, uint64_t *bytes, fiat_error *err) {
    fiat__type types[FIAT__LAYOUT_PARTITIONS_MAX];
    fiat_status status = read_columns(v, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < v->projection.layout.partition_count; i++)
        types[i] = v->projection.columns[i]->parsed;
    v->view.columns = v->columns;
    v->view.partition_types = types;
    fiat__view_places(&v->view, &v->glob, &v->regex);
    status = fiat__buf_status(&v->regex, err);
    if (status == FIAT_OK) status = read_structure(v, bytes, err);
    if (status == FIAT_OK) status = map_names(v, err);
    v->view.schema = v->schema;
    v->view.properties = v->properties;
    v->view.member = mapped;
    v->view.mappings = v->table;
    return status == FIAT_OK ? fiat__view_create(v->db, &v->view, err) : status;
}

fiat_status fiat__table_view_create(fiat__duckdb *db, const char *dir,
                                    const fiat__hive_table *table, int64_t now_ms, uint64_t *bytes,
                                    fiat_error *err) {
    struct table_view v = {.db = db, .table = table};
    fiat_status status = check_format(table, err);
    if (status == FIAT_OK) status = fiat__projection_init(&v.projection, table, now_ms, err);
    if (status != FIAT_OK) return status;
    fiat__buf *bufs[] = {&v.glob, &v.regex, &v.text};
    for (size_t i = 0; i < 3; i++)
        fiat__buf_init(bufs[i], TEXT_MAX_BYTES);
    v.view = (fiat__view){
        .database = table->database,
        .name = table->name,
        .base = dir,
        .layout = &v.projection.layout,
        .condition = v.projection.condition.len ? fiat__buf_cstr(&v.projection.condition) : NULL,
        .skip_malformed = is_true(table, "ignore.malformed.json", false)};
    status = create(&v, bytes, err);
    fiat__projection_deinit(&v.projection);
    fiat__columns_free(v.columns);
    fiat__doc_free(v.schema);
    fiat__free(v.properties);
    for (size_t i = 0; i < 3; i++)
        fiat__buf_deinit(bufs[i]);
    return status;
}
