/* Writing a view's SQL; see view.h. */
#include "local/view.h"

#include "base/error.h"
#include "table/shape.h"
#include "table/type.h"

#include <strings.h>

#define SQL_MAX_BYTES (4 * 1024 * 1024)
#define STEPS_MAX     (FIAT__TYPE_MAX_DEPTH + 1)

/* One view while it is built. */
struct view {
    fiat__duckdb *db;
    const fiat__view *of;
    fiat__buf glob;  /* of files, absolute */
    fiat__buf regex; /* of their absolute names */
    fiat__buf sql;
    const char *file_column; /* what the name of a row's file is called while it is read */
    fiat__step steps[STEPS_MAX];
    size_t step_count;
    bool own_names; /* of structs: as the columns spell them, not as the events do */
};

/* Characters that mean something in a glob are matched by '?': the regular expression is exact. */
void fiat__view_write_glob(fiat__buf *out, fiat__str path) {
    for (size_t i = 0; i < path.len; i++)
        fiat__buf_append_char(out, strchr("*?[]\\", path.ptr[i]) ? '?' : path.ptr[i]);
}

void fiat__view_places(const fiat__view *view, fiat__buf *glob, fiat__buf *regex) {
    fiat__str base = fiat__str_c(view->base);
    fiat__view_write_glob(glob, base);
    fiat__buf_printf(glob, "/%s", fiat__buf_cstr(&view->layout->glob));
    fiat__buf_append_char(regex, '^');
    fiat__layout_escape(regex, base);
    fiat__buf_printf(regex, "/%s$", fiat__buf_cstr(&view->layout->regex));
}

/* --- types --- */

static void write_type(struct view *view, const fiat__type *type);

static void write_child(struct view *view, const fiat__type *type, fiat__step step) {
    if (view->step_count < STEPS_MAX) view->steps[view->step_count] = step;
    view->step_count++;
    write_type(view, type);
    view->step_count--;
}

static void write_struct(struct view *view, const fiat__type *type) {
    fiat__buf_append_c(&view->sql, "STRUCT(");
    for (size_t i = 0; i < type->child_count; i++) {
        const char *name = NULL;
        if (view->of->schema && !view->own_names && view->step_count <= STEPS_MAX)
            name = fiat__shape_property(view->of->schema, view->steps, view->step_count,
                                        type->names[i]);
        if (!name && view->of->member && !view->own_names)
            name = view->of->member(view->of->mappings, type->names[i]);
        if (!name) name = type->names[i];
        if (i) fiat__buf_append_c(&view->sql, ", ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(name));
        fiat__buf_append_char(&view->sql, ' ');
        write_child(view, &type->children[i], (fiat__step){FIAT__STEP_MEMBER, name});
    }
    fiat__buf_append_char(&view->sql, ')');
}

/* The type as which JSON is read. Text is text: JSON of any other kind is kept as it is written. */
static void write_type(struct view *view, const fiat__type *type) {
    static const char *const names[] = {
        [FIAT__TYPE_BOOLEAN] = "BOOLEAN",    [FIAT__TYPE_TINYINT] = "TINYINT",
        [FIAT__TYPE_SMALLINT] = "SMALLINT",  [FIAT__TYPE_INT] = "INTEGER",
        [FIAT__TYPE_BIGINT] = "BIGINT",      [FIAT__TYPE_FLOAT] = "FLOAT",
        [FIAT__TYPE_DOUBLE] = "DOUBLE",      [FIAT__TYPE_STRING] = "VARCHAR",
        [FIAT__TYPE_CHAR] = "VARCHAR",       [FIAT__TYPE_VARCHAR] = "VARCHAR",
        [FIAT__TYPE_BINARY] = "VARCHAR",     [FIAT__TYPE_DATE] = "DATE",
        [FIAT__TYPE_TIMESTAMP] = "TIMESTAMP"};
    switch (type->kind) {
    case FIAT__TYPE_DECIMAL:
        fiat__buf_printf(&view->sql, "DECIMAL(%u, %u)", type->precision, type->scale);
        break;
    case FIAT__TYPE_ARRAY:
        write_child(view, &type->children[0], (fiat__step){FIAT__STEP_ITEM, NULL});
        fiat__buf_append_c(&view->sql, "[]");
        break;
    case FIAT__TYPE_MAP:
        fiat__buf_append_c(&view->sql, "MAP(");
        write_type(view, &type->children[0]);
        fiat__buf_append_c(&view->sql, ", ");
        write_child(view, &type->children[1], (fiat__step){FIAT__STEP_VALUE, NULL});
        fiat__buf_append_char(&view->sql, ')');
        break;
    case FIAT__TYPE_STRUCT:
        write_struct(view, type);
        break;
    default:
        fiat__buf_append_c(&view->sql, names[type->kind]);
    }
}

/* The root member that fills a column, as the events spell it. */
static const char *property_of(const struct view *view, size_t index) {
    const fiat__column *column = fiat__columns_at(view->of->columns, index);
    const fiat__doc *schema = view->of->schema;
    if (!view->of->properties)
        return schema ? fiat__columns_property(column, schema) : column->name;
    const char *name = view->of->properties[index], *spelt = NULL;
    if (!name) name = column->name;
    if (schema) spelt = fiat__shape_spelling(schema, NULL, 0, name);
    return spelt ? spelt : name;
}

/* The type of a column in the view. */
static void write_column_type(struct view *view, size_t index) {
    view->step_count = 1;
    view->steps[0] = (fiat__step){FIAT__STEP_MEMBER, property_of(view, index)};
    write_type(view, &fiat__columns_at(view->of->columns, index)->type);
}

/* --- the view --- */

static bool is_column(const struct view *view, const char *name) {
    for (size_t i = 0; i < fiat__columns_count(view->of->columns); i++)
        if (strcasecmp(fiat__columns_at(view->of->columns, i)->name, name) == 0) return true;
    return false;
}

static void write_partition_type(struct view *view, size_t index) {
    view->step_count = 0;
    if (view->of->partition_types)
        write_type(view, &view->of->partition_types[index]);
    else
        fiat__buf_append_c(&view->sql, "VARCHAR");
}

static void write_partitions(struct view *view, bool empty) {
    for (size_t i = 0; i < view->of->layout->partition_count; i++) {
        const fiat__layout_partition *partition = &view->of->layout->partitions[i];
        if (is_column(view, partition->name)) continue; /* the table's own column hides it */
        fiat__buf_append_c(&view->sql, ", TRY_CAST(");
        if (empty) {
            fiat__buf_append_c(&view->sql, "NULL");
        } else {
            fiat__buf_printf(&view->sql, "system.main.regexp_extract(\"%s\", ", view->file_column);
            fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->regex));
            fiat__buf_printf(&view->sql, ", %u)", partition->group);
        }
        fiat__buf_append_c(&view->sql, " AS ");
        write_partition_type(view, i);
        fiat__buf_append_c(&view->sql, ") AS ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(partition->name));
    }
}

static void write_empty_view(struct view *view) {
    for (size_t i = 0; i < fiat__columns_count(view->of->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->of->columns, i);
        fiat__buf_append_c(&view->sql, i ? ", CAST(NULL AS " : "CAST(NULL AS ");
        write_column_type(view, i);
        fiat__buf_append_c(&view->sql, ") AS ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(column->name));
    }
    write_partitions(view, true);
    fiat__buf_append_c(&view->sql, " WHERE false");
}

/* A decimal is read as text and cast: read_json() would bring 0.285 as 0.28 at two digits. */
static void write_select(struct view *view) {
    for (size_t i = 0; i < fiat__columns_count(view->of->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->of->columns, i);
        const char *property = property_of(view, i);
        /* A table's structs have the names of its DDL. */
        bool nested = view->of->properties && column->type.child_count > 0;
        bool cast = nested || column->type.kind == FIAT__TYPE_DECIMAL;
        bool clash = strcasecmp(property, "filename") == 0;
        if (i) fiat__buf_append_c(&view->sql, ", ");
        if (cast) fiat__buf_append_c(&view->sql, "CAST(");
        /* A condition on a column called "filename" alone would be taken for one on files. */
        if (clash)
            fiat__buf_printf(&view->sql, "CASE WHEN \"%s\" IS NOT NULL THEN ", view->file_column);
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(property));
        if (clash) fiat__buf_append_c(&view->sql, " END");
        if (cast) {
            view->own_names = nested;
            fiat__buf_append_c(&view->sql, " AS ");
            write_column_type(view, i);
            fiat__buf_append_char(&view->sql, ')');
            view->own_names = false;
        }
        fiat__buf_append_c(&view->sql, " AS ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(column->name));
    }
    write_partitions(view, false);
}

/* The type as a text of SQL's: names in it are whatever a mapping or an event says. */
static void write_quoted_type(struct view *view, size_t index) {
    const size_t before = view->sql.len;
    fiat__buf type;
    fiat__buf_init(&type, SQL_MAX_BYTES);
    write_column_type(view, index);
    if (!view->sql.failed) {
        fiat__buf_append(&type, view->sql.ptr + before, view->sql.len - before);
        fiat__buf_truncate(&view->sql, before);
        fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&type));
    }
    view->sql.failed |= type.failed;
    fiat__buf_deinit(&type);
}

static void write_full_view(struct view *view) {
    write_select(view);
    fiat__buf_append_c(&view->sql, " FROM read_json(");
    fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->glob));
    fiat__buf_append_c(&view->sql, ", format='newline_delimited', records=true, auto_detect=false, "
                                   "columns={");
    for (size_t i = 0; i < fiat__columns_count(view->of->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->of->columns, i);
        if (i) fiat__buf_append_c(&view->sql, ", ");
        fiat__duckdb_quote_text(&view->sql, fiat__str_c(property_of(view, i)));
        fiat__buf_append_c(&view->sql, ": ");
        if (column->type.kind == FIAT__TYPE_DECIMAL)
            fiat__buf_append_c(&view->sql, "'VARCHAR'");
        else
            write_quoted_type(view, i);
    }
    /* Files are chosen by name only while the name's column is called "filename". */
    bool plain = strcmp(view->file_column, "filename") == 0;
    fiat__buf_printf(&view->sql,
                     "}, ignore_errors=%s, filename=%s%s%s) WHERE regexp_matches(\"%s\", ",
                     view->of->skip_malformed ? "true" : "false", plain ? "true" : "'",
                     plain ? "" : view->file_column, plain ? "" : "'", view->file_column);
    fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->regex));
    fiat__buf_append_char(&view->sql, ')');
}

/* read_json() takes a pattern that matches no file for an error. */
static fiat_status has_objects(struct view *view, bool *found, fiat_error *err) {
    fiat__duckdb_rows *rows;
    fiat__buf_clear(&view->sql);
    fiat__buf_append_c(&view->sql, "SELECT 1 FROM glob(");
    fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->glob));
    fiat__buf_append_c(&view->sql, ") WHERE regexp_matches(file, ");
    fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->regex));
    fiat__buf_append_c(&view->sql, ") LIMIT 1");
    fiat_status status = fiat__buf_status(&view->sql, err);
    if (status != FIAT_OK) return status;
    status = fiat__duckdb_query(view->db, fiat__buf_str(&view->sql), FIAT__DUCKDB_TEXT, &rows, err);
    if (status != FIAT_OK) return status;
    status = fiat__duckdb_next(rows, found, err);
    fiat__duckdb_rows_free(rows);
    return status;
}

static fiat_status create_view(struct view *view, fiat_error *err) {
    bool found = false;
    fiat_status status = has_objects(view, &found, err);
    if (status != FIAT_OK) return status;
    view->file_column = "filename";
    for (size_t i = 0; i < fiat__columns_count(view->of->columns); i++)
        if (strcasecmp(property_of(view, i), "filename") == 0)
            view->file_column = "fiat:file"; /* no column can have that name */
    fiat__buf_clear(&view->sql);
    fiat__buf_append_c(&view->sql, "CREATE VIEW ");
    if (view->of->database) {
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(view->of->database));
        fiat__buf_append_char(&view->sql, '.');
    }
    fiat__duckdb_quote_name(&view->sql, fiat__str_c(view->of->name));
    fiat__buf_append_c(&view->sql, " AS SELECT * FROM (SELECT ");
    (found ? write_full_view : write_empty_view)(view);
    fiat__buf_append_char(&view->sql, ')');
    if (view->of->condition) fiat__buf_printf(&view->sql, " WHERE %s", view->of->condition);
    status = fiat__buf_status(&view->sql, err);
    return status == FIAT_OK ? fiat__duckdb_exec(view->db, fiat__buf_cstr(&view->sql), err)
                             : status;
}

fiat_status fiat__view_create(fiat__duckdb *db, const fiat__view *of, fiat_error *err) {
    struct view view = {.db = db, .of = of};
    fiat__buf *bufs[] = {&view.glob, &view.regex, &view.sql};
    for (size_t i = 0; i < 3; i++)
        fiat__buf_init(bufs[i], SQL_MAX_BYTES);
    fiat__view_places(of, &view.glob, &view.regex);
    fiat_status status = create_view(&view, err);
    for (size_t i = 0; i < 3; i++)
        fiat__buf_deinit(bufs[i]);
    return status;
}
