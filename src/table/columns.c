/* athena.json: the columns of a table, in any of its forms. */
#include "table/columns.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/doc.h"
#include "table/type.h"

#include <strings.h>

/* AWS documents no limit for columns as such; Glue refuses a table definition above this size. */
#define ARENA_MAX_BYTES (64 * 1024 * 1024)
#define COLUMNS_MAX     10000

struct fiat__columns {
    fiat__arena arena;
    fiat__column *items;
    size_t count;
};

static const char *copy(fiat__columns *columns, const char *text) {
    return fiat__arena_str(&columns->arena, fiat__str_c(text)).ptr;
}

static fiat_status check_name(const fiat__columns *columns, const char *name, fiat_error *err) {
    if (!fiat__column_name_is_valid(fiat__str_c(name)))
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                             "column name \"%.80s\": Athena takes 1 to %d letters, digits and _",
                             name, FIAT__NAME_MAX_BYTES);
    for (size_t i = 0; i < columns->count; i++)
        if (strcasecmp(columns->items[i].name, name) == 0)
            return fiat__err_set(
                err, FIAT_E_TABLE_COLUMN,
                "column \"%s\" is there twice (Athena does not tell upper from lower "
                "case): remove one",
                name);
    return FIAT_OK;
}

static fiat_status add_column(fiat__columns *columns, const char *name, const char *type,
                              const char *comment, fiat_error *err) {
    fiat_status status = check_name(columns, name, err);
    if (status != FIAT_OK) return status;
    fiat__column *column = &columns->items[columns->count];
    column->name = copy(columns, name);
    column->comment = copy(columns, comment);
    if (!column->name || !column->comment) return fiat__err_nomem(err);
    status = fiat__type_parse(&column->type, fiat__str_c(type), &columns->arena, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "column \"%s\"", name);
    columns->count++;
    return FIAT_OK;
}

/* {"column": "type", ...} */
static fiat_status read_object(fiat__columns *columns, const fiat__doc *object, fiat_error *err) {
    fiat_status status = FIAT_OK;
    const fiat__doc *member = fiat__doc_first(object);
    for (; member && status == FIAT_OK; member = fiat__doc_next(member)) {
        const char *type;
        if (!fiat__doc_string(member, &type))
            return fiat__err_set(
                err, FIAT_E_TABLE_COLUMN,
                "column \"%s\": its type must be a string, not %s: \"%s\": \"string\"",
                fiat__doc_name(member), fiat__doc_kind_name(member), fiat__doc_name(member));
        status = add_column(columns, fiat__doc_name(member), type, "", err);
    }
    return status;
}

/* One of {"name": ..., "type": ..., "comment": ...}; AWS Glue's own "Name", "Type", "Comment" are
 * taken as well. Anything else in it is likely a typing error. */
static fiat_status read_item(fiat__columns *columns, const fiat__doc *item, fiat_error *err) {
    const char *name = NULL, *type = NULL, *comment = "";
    if (fiat__doc_kind_of(item) != FIAT__DOC_OBJECT)
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                             "column %zu must be an object {\"name\": ..., \"type\": ...}, not %s",
                             columns->count + 1, fiat__doc_kind_name(item));
    const fiat__doc *member = fiat__doc_first(item);
    for (; member; member = fiat__doc_next(member)) {
        const char *key = fiat__doc_name(member), **to = NULL;
        if (strcasecmp(key, "name") == 0) to = &name;
        if (strcasecmp(key, "type") == 0) to = &type;
        if (strcasecmp(key, "comment") == 0) to = &comment;
        if (!to)
            return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                                 "column %zu: unknown member \"%s\"; there are name, type, comment",
                                 columns->count + 1, key);
        if (!fiat__doc_string(member, to))
            return fiat__err_set(err, FIAT_E_TABLE_COLUMN, "column %zu: \"%s\" must be a string",
                                 columns->count + 1, key);
    }
    if (!name || !type)
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN, "column %zu has no \"%s\"",
                             columns->count + 1, name ? "type" : "name");
    return add_column(columns, name, type, comment, err);
}

static fiat_status read_array(fiat__columns *columns, const fiat__doc *array, fiat_error *err) {
    fiat_status status = FIAT_OK;
    const fiat__doc *item = fiat__doc_first(array);
    for (; item && status == FIAT_OK; item = fiat__doc_next(item))
        status = read_item(columns, item, err);
    return status;
}

/* The list itself: the document, or its member "columns" when that cannot be a column's type. */
static fiat_status find_list(const fiat__doc *doc, const fiat__doc **list, fiat_error *err) {
    const fiat__doc *inner = fiat__doc_get(doc, "columns");
    const char *type;
    *list = doc;
    if (!inner || fiat__doc_string(inner, &type)) return FIAT_OK;
    const fiat__doc *member = fiat__doc_first(doc);
    for (; member; member = fiat__doc_next(member))
        if (strcmp(fiat__doc_name(member), "columns") != 0)
            return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                                 "unknown member \"%s\" beside \"columns\": remove it",
                                 fiat__doc_name(member));
    *list = inner;
    return FIAT_OK;
}

static fiat_status read_columns(fiat__columns *columns, const fiat__doc *doc, fiat_error *err) {
    const fiat__doc *list;
    fiat_status status = find_list(doc, &list, err);
    if (status != FIAT_OK) return status;
    fiat__doc_kind kind = fiat__doc_kind_of(list);
    if (kind != FIAT__DOC_OBJECT && kind != FIAT__DOC_ARRAY)
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                             "the columns must be an object {\"column\": \"type\"} or an array of "
                             "{\"name\", \"type\"}, not %s",
                             fiat__doc_kind_name(list));
    size_t count = fiat__doc_count(list);
    if (count == 0 || count > COLUMNS_MAX)
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN, "there are %zu columns; allowed are 1 to %d",
                             count, COLUMNS_MAX);
    columns->items = fiat__arena_array(&columns->arena, count, sizeof *columns->items);
    if (!columns->items) return fiat__err_nomem(err);
    return (kind == FIAT__DOC_OBJECT ? read_object : read_array)(columns, list, err);
}

fiat_status fiat__columns_parse(fiat__columns **out, fiat__str text, fiat_error *err) {
    fiat__doc *doc;
    *out = NULL;
    fiat_status status = fiat__doc_parse(&doc, text, err);
    if (status != FIAT_OK) return status;
    fiat__columns *columns = fiat__calloc(1, sizeof *columns);
    if (!columns) {
        fiat__doc_free(doc);
        return fiat__err_nomem(err);
    }
    fiat__arena_init(&columns->arena, ARENA_MAX_BYTES);
    status = read_columns(columns, doc, err);
    fiat__doc_free(doc);
    if (status != FIAT_OK)
        fiat__columns_free(columns);
    else
        *out = columns;
    return status;
}

void fiat__columns_free(fiat__columns *columns) {
    if (!columns) return;
    fiat__arena_deinit(&columns->arena);
    fiat__free(columns);
}

size_t fiat__columns_count(const fiat__columns *columns) {
    return columns->count;
}

const fiat__column *fiat__columns_at(const fiat__columns *columns, size_t index) {
    return &columns->items[index];
}
