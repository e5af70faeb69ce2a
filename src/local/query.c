/* Building a stream's view. */
#include "local/query.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/doc.h"
#include "local/layout.h"
#include "table/columns.h"
#include "table/shape.h"
#include "table/type.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>

#define SQL_MAX_BYTES   (4 * 1024 * 1024)
#define PATH_MAX_BYTES  (16 * 1024)
#define STATE_MAX_BYTES (1024 * 1024)
#define STREAM_WORD     "!{stream}"
#define STEPS_MAX       (FIAT__TYPE_MAX_DEPTH + 1)

/* One view while it is built. */
struct view {
    fiat__duckdb *db;
    const fiat__query_stream *stream;
    fiat__columns *columns;
    fiat__doc *schema; /* NULL when there is none */
    fiat__layout layout;
    fiat__buf base;  /* folder of the bucket, absolute */
    fiat__buf glob;  /* of files, absolute */
    fiat__buf regex; /* of their absolute names */
    fiat__buf sql;
    const char *file_column; /* what the name of a row's file is called while it is read */
    fiat__step steps[STEPS_MAX];
    size_t step_count;
};

/* --- where the objects are --- */

/* Append the pattern with the stream's name in place of !{stream}, as the sink `local:DIR` does. */
static void write_pattern(fiat__buf *out, const char *pattern, const char *stream) {
    for (const char *at; (at = strstr(pattern, STREAM_WORD)) != NULL;) {
        fiat__buf_append(out, pattern, (size_t)(at - pattern));
        fiat__buf_append_c(out, stream);
        pattern = at + strlen(STREAM_WORD);
    }
    fiat__buf_append_c(out, pattern);
}

/* What the local engine knows of the delivery stream: FIAT_E_NOT_FOUND when nothing. */
static fiat_status read_state(const char *dir, const char *name, fiat__buf *bucket,
                              fiat__buf *prefix, fiat_error *err) {
    fiat__buf path;
    fiat__doc *doc;
    const char *text = "";
    fiat__buf_init(&path, PATH_MAX_BYTES);
    fiat__buf_printf(&path, "%s/.fiat/streams/%s.json", dir, name);
    fiat_status status = fiat__buf_status(&path, err);
    if (status == FIAT_OK)
        status = fiat__doc_read(&doc, fiat__buf_cstr(&path), STATE_MAX_BYTES, err);
    if (status == FIAT_OK) {
        if (fiat__doc_string(fiat__doc_get(doc, "bucket"), &text))
            fiat__buf_append_c(bucket, text);
        else
            status =
                fiat__err_set(err, FIAT_E_CONFIG, "%s has no \"bucket\"", fiat__buf_cstr(&path));
        if (fiat__doc_string(fiat__doc_get(doc, "prefix"), &text)) fiat__buf_append_c(prefix, text);
        fiat__doc_free(doc);
    }
    fiat__buf_deinit(&path);
    return status;
}

/* The folder's absolute name, without symbolic links: the engine compares names. */
static fiat_status find_dir(const char *path, char out[PATH_MAX], fiat_error *err) {
    if (realpath(path, out)) return FIAT_OK;
    return fiat__err_sys(err, errno, "cannot open the data folder %s", path);
}

static fiat_status find_objects(struct view *view, const fiat__query_opts *opts, fiat_error *err) {
    fiat__buf bucket, prefix;
    fiat_error absent;
    const char *pattern = opts->local_prefix;
    char dir[PATH_MAX];
    fiat__buf_init(&bucket, PATH_MAX_BYTES);
    fiat__buf_init(&prefix, PATH_MAX_BYTES);
    fiat_status status = find_dir(opts->data_dir, dir, err);
    if (status != FIAT_OK) goto out;
    fiat__buf_append_c(&view->base, dir);
    status = read_state(dir, view->stream->delivery_name, &bucket, &prefix, &absent);
    if (status == FIAT_E_NOT_FOUND) {
        if (!pattern || !*pattern) pattern = STREAM_WORD "/";
        write_pattern(&prefix, pattern, view->stream->delivery_name);
        status = fiat__buf_status(&prefix, err);
    } else if (status == FIAT_OK) {
        fiat__buf_printf(&view->base, "/%s", fiat__buf_cstr(&bucket));
    } else {
        fiat__err_assign(err, &absent);
    }
    if (status == FIAT_OK) status = fiat__layout_init(&view->layout, fiat__buf_str(&prefix), err);
    if (status == FIAT_OK) status = fiat__buf_status(&view->base, err);
out:
    fiat__buf_deinit(&bucket);
    fiat__buf_deinit(&prefix);
    return status;
}

/* Characters that mean something in a glob are matched by '?': the regular expression is exact. */
static void write_glob_path(fiat__buf *out, fiat__str path) {
    for (size_t i = 0; i < path.len; i++)
        fiat__buf_append_char(out, strchr("*?[]\\", path.ptr[i]) ? '?' : path.ptr[i]);
}

static void write_places(struct view *view) {
    fiat__str base = fiat__buf_str(&view->base);
    write_glob_path(&view->glob, base);
    fiat__buf_printf(&view->glob, "/%s", fiat__buf_cstr(&view->layout.glob));
    fiat__buf_append_char(&view->regex, '^');
    fiat__layout_escape(&view->regex, base);
    fiat__buf_printf(&view->regex, "/%s$", fiat__buf_cstr(&view->layout.regex));
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
        if (view->schema && view->step_count <= STEPS_MAX)
            name =
                fiat__shape_property(view->schema, view->steps, view->step_count, type->names[i]);
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

static const char *property_of(const struct view *view, const fiat__column *column) {
    return view->schema ? fiat__columns_property(column, view->schema) : column->name;
}

/* The type of a column in the view. */
static void write_column_type(struct view *view, const fiat__column *column) {
    view->step_count = 1;
    view->steps[0] = (fiat__step){FIAT__STEP_MEMBER, property_of(view, column)};
    write_type(view, &column->type);
}

/* --- the view --- */

static bool is_column(const struct view *view, const char *name) {
    for (size_t i = 0; i < fiat__columns_count(view->columns); i++)
        if (strcasecmp(fiat__columns_at(view->columns, i)->name, name) == 0) return true;
    return false;
}

static void write_partitions(struct view *view, bool empty) {
    for (size_t i = 0; i < view->layout.partition_count; i++) {
        const fiat__layout_partition *partition = &view->layout.partitions[i];
        if (is_column(view, partition->name)) continue; /* the table's own column hides it */
        if (empty) {
            fiat__buf_append_c(&view->sql, ", CAST(NULL AS VARCHAR) AS ");
        } else {
            fiat__buf_printf(&view->sql, ", regexp_extract(\"%s\", ", view->file_column);
            fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->regex));
            fiat__buf_printf(&view->sql, ", %u) AS ", partition->group);
        }
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(partition->name));
    }
}

static void write_empty_view(struct view *view) {
    for (size_t i = 0; i < fiat__columns_count(view->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->columns, i);
        fiat__buf_append_c(&view->sql, i ? ", CAST(NULL AS " : "CAST(NULL AS ");
        write_column_type(view, column);
        fiat__buf_append_c(&view->sql, ") AS ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(column->name));
    }
    write_partitions(view, true);
    fiat__buf_append_c(&view->sql, " WHERE false");
}

/* A decimal is read as text and cast: read_json() would bring 0.285 as 0.28 at two digits. */
static void write_select(struct view *view) {
    for (size_t i = 0; i < fiat__columns_count(view->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->columns, i);
        const char *property = property_of(view, column);
        bool decimal = column->type.kind == FIAT__TYPE_DECIMAL;
        bool clash = strcasecmp(property, "filename") == 0;
        if (i) fiat__buf_append_c(&view->sql, ", ");
        if (decimal) fiat__buf_append_c(&view->sql, "CAST(");
        /* A condition on a column called "filename" alone would be taken for one on files. */
        if (clash)
            fiat__buf_printf(&view->sql, "CASE WHEN \"%s\" IS NOT NULL THEN ", view->file_column);
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(property));
        if (clash) fiat__buf_append_c(&view->sql, " END");
        if (decimal) {
            fiat__buf_append_c(&view->sql, " AS ");
            write_column_type(view, column);
            fiat__buf_append_char(&view->sql, ')');
        }
        fiat__buf_append_c(&view->sql, " AS ");
        fiat__duckdb_quote_name(&view->sql, fiat__str_c(column->name));
    }
    write_partitions(view, false);
}

static void write_full_view(struct view *view) {
    write_select(view);
    fiat__buf_append_c(&view->sql, " FROM read_json(");
    fiat__duckdb_quote_text(&view->sql, fiat__buf_str(&view->glob));
    fiat__buf_append_c(&view->sql, ", format='newline_delimited', records=true, auto_detect=false, "
                                   "columns={");
    for (size_t i = 0; i < fiat__columns_count(view->columns); i++) {
        const fiat__column *column = fiat__columns_at(view->columns, i);
        if (i) fiat__buf_append_c(&view->sql, ", ");
        fiat__duckdb_quote_text(&view->sql, fiat__str_c(property_of(view, column)));
        fiat__buf_append_c(&view->sql, ": $fiat$");
        if (column->type.kind == FIAT__TYPE_DECIMAL)
            fiat__buf_append_c(&view->sql, "VARCHAR");
        else
            write_column_type(view, column);
        fiat__buf_append_c(&view->sql, "$fiat$");
    }
    /* Files are chosen by name only while the name's column is called "filename". */
    bool plain = strcmp(view->file_column, "filename") == 0;
    fiat__buf_printf(&view->sql, "}, filename=%s%s%s) WHERE regexp_matches(\"%s\", ",
                     plain ? "true" : "'", plain ? "" : view->file_column, plain ? "" : "'",
                     view->file_column);
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
    for (size_t i = 0; i < fiat__columns_count(view->columns); i++)
        if (strcasecmp(property_of(view, fiat__columns_at(view->columns, i)), "filename") == 0)
            view->file_column = "fiat:file"; /* no column can have that name */
    fiat__buf_clear(&view->sql);
    fiat__buf_append_c(&view->sql, "CREATE VIEW ");
    fiat__duckdb_quote_name(&view->sql, fiat__str_c(view->stream->name));
    fiat__buf_append_c(&view->sql, " AS SELECT ");
    (found ? write_full_view : write_empty_view)(view);
    status = fiat__buf_status(&view->sql, err);
    return status == FIAT_OK ? fiat__duckdb_exec(view->db, fiat__buf_cstr(&view->sql), err)
                             : status;
}

fiat_status fiat__query_add_view(fiat__duckdb *db, const fiat__query_opts *opts,
                                 const fiat__query_stream *stream, fiat_error *err) {
    struct view view = {.db = db, .stream = stream};
    fiat__buf *bufs[] = {&view.base, &view.glob, &view.regex, &view.sql};
    for (size_t i = 0; i < 4; i++)
        fiat__buf_init(bufs[i], SQL_MAX_BYTES);
    fiat_status status = fiat__columns_parse(&view.columns, stream->athena, err);
    if (status != FIAT_OK) fiat__err_wrap(err, status, "athena.json");
    if (status == FIAT_OK && stream->json_schema.len) {
        status = fiat__doc_parse(&view.schema, stream->json_schema, err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "json_schema.json");
    }
    if (status == FIAT_OK) status = find_objects(&view, opts, err);
    if (status == FIAT_OK) {
        write_places(&view);
        status = create_view(&view, err);
    }
    fiat__layout_deinit(&view.layout);
    fiat__columns_free(view.columns);
    fiat__doc_free(view.schema);
    for (size_t i = 0; i < 4; i++)
        fiat__buf_deinit(bufs[i]);
    return status;
}

fiat_status fiat__query_lock(fiat__duckdb *db, const char *data_dir, fiat_error *err) {
    char dir[PATH_MAX];
    fiat_status status = find_dir(data_dir, dir, err);
    if (status != FIAT_OK) return status;
    fiat__buf glob;
    fiat__buf_init(&glob, PATH_MAX_BYTES);
    write_glob_path(&glob, fiat__str_c(dir));
    status = fiat__buf_status(&glob, err);
    /* The engine compares the pattern, too, with the folders that it may see. */
    const char *dirs[] = {dir, fiat__buf_cstr(&glob)};
    if (status == FIAT_OK) status = fiat__duckdb_lock(db, dirs, 2, err);
    fiat__buf_deinit(&glob);
    return status;
}
