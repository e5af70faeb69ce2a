/* One table as a file:
 * {"comment": "", "location": "s3://...", "serde": ..., "input_format": ..., "output_format": ...,
 *  "created_ms": 1795262400000, "columns": [["name", "type", "comment"]], "partitions": [...],
 *  "serde_properties": [["key", "value"]], "properties": [["key", "value"]]} */
#include "local/catalog.h"

#include "base/error.h"
#include "base/file.h"
#include "json/doc.h"
#include "json/writer.h"
#include "table/type.h"

#define FILE_MAX_BYTES (8 * 1024 * 1024)

static void write_item(fiat__buf *out, bool first, const char *const *texts, size_t count) {
    fiat__buf_append_c(out, first ? "[" : ",[");
    for (size_t i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        fiat__json_write_string_c(out, texts[i]);
    }
    fiat__buf_append_char(out, ']');
}

static void write_columns(fiat__buf *out, bool *first, const char *key,
                          const fiat__hive_column *list) {
    fiat__json_write_key(out, first, key);
    fiat__buf_append_char(out, '[');
    for (const fiat__hive_column *each = list; each; each = each->next)
        write_item(out, each == list, (const char *const[]){each->name, each->type, each->comment},
                   3);
    fiat__buf_append_char(out, ']');
}

static void write_pairs(fiat__buf *out, bool *first, const char *key, const fiat__hive_pair *list) {
    fiat__json_write_key(out, first, key);
    fiat__buf_append_char(out, '[');
    for (const fiat__hive_pair *each = list; each; each = each->next)
        write_item(out, each == list, (const char *const[]){each->key, each->value}, 2);
    fiat__buf_append_char(out, ']');
}

fiat_status fiat__catalog_write(const char *path, const fiat__hive_table *table, fiat_error *err) {
    fiat__buf out;
    bool first = true;
    const char *const texts[][2] = {{"comment", table->comment},
                                    {"location", table->location},
                                    {"serde", table->serde},
                                    {"input_format", table->input_format},
                                    {"output_format", table->output_format}};
    fiat__buf_init(&out, FILE_MAX_BYTES);
    fiat__buf_append_char(&out, '{');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fiat__json_write_key(&out, &first, texts[i][0]);
        fiat__json_write_string_c(&out, texts[i][1]);
    }
    fiat__json_write_key(&out, &first, "created_ms");
    fiat__json_write_int(&out, table->created_ms);
    write_columns(&out, &first, "columns", table->columns);
    write_columns(&out, &first, "partitions", table->partitions);
    write_pairs(&out, &first, "serde_properties", table->serde_properties);
    write_pairs(&out, &first, "properties", table->properties);
    fiat__buf_append_c(&out, "}\n");
    fiat_status status = fiat__buf_status(&out, err);
    if (status == FIAT_OK) status = fiat__file_replace(path, fiat__buf_str(&out), false, err);
    fiat__buf_deinit(&out);
    return status;
}

/* --- reading --- */

struct reader {
    const char *path;
    fiat__arena *arena;
    fiat_status status;
    fiat_error *err;
};

static const char *copy(struct reader *r, const fiat__doc *node) {
    const char *text;
    if (!fiat__doc_string(node, &text)) {
        if (r->status == FIAT_OK)
            r->status =
                fiat__err_set(r->err, FIAT_E_CONFIG,
                              "%s is damaged: remove it and create the table again", r->path);
        return "";
    }
    const char *mine = fiat__arena_str(r->arena, fiat__str_c(text)).ptr;
    if (!mine && r->status == FIAT_OK) r->status = fiat__err_nomem(r->err);
    return mine ? mine : "";
}

static void read_columns(struct reader *r, const fiat__doc *list, fiat__hive_column **out) {
    for (const fiat__doc *item = fiat__doc_first(list); item && r->status == FIAT_OK;
         item = fiat__doc_next(item)) {
        fiat__hive_column *column = fiat__arena_alloc(r->arena, sizeof *column);
        const fiat__doc *name = fiat__doc_first(item);
        const fiat__doc *type = name ? fiat__doc_next(name) : NULL;
        if (!column) {
            r->status = fiat__err_nomem(r->err);
            return;
        }
        column->name = copy(r, name);
        column->type = copy(r, type);
        column->comment = copy(r, type ? fiat__doc_next(type) : NULL);
        if (r->status == FIAT_OK)
            r->status =
                fiat__type_parse(&column->parsed, fiat__str_c(column->type), r->arena, r->err);
        *out = column;
        out = &column->next;
    }
}

static void read_pairs(struct reader *r, const fiat__doc *list, fiat__hive_pair **out) {
    for (const fiat__doc *item = fiat__doc_first(list); item && r->status == FIAT_OK;
         item = fiat__doc_next(item)) {
        fiat__hive_pair *pair = fiat__arena_alloc(r->arena, sizeof *pair);
        const fiat__doc *key = fiat__doc_first(item);
        if (!pair) {
            r->status = fiat__err_nomem(r->err);
            return;
        }
        pair->key = copy(r, key);
        pair->value = copy(r, key ? fiat__doc_next(key) : NULL);
        *out = pair;
        out = &pair->next;
    }
}

fiat_status fiat__catalog_read(const char *path, fiat__arena *arena, fiat__hive_table *out,
                               fiat_error *err) {
    fiat__doc *doc;
    struct reader r = {path, arena, FIAT_OK, err};
    *out = (fiat__hive_table){.database = "", .name = ""};
    fiat_status status = fiat__doc_read(&doc, path, FILE_MAX_BYTES, err);
    if (status != FIAT_OK) return status;
    out->comment = copy(&r, fiat__doc_get(doc, "comment"));
    out->location = copy(&r, fiat__doc_get(doc, "location"));
    out->serde = copy(&r, fiat__doc_get(doc, "serde"));
    out->input_format = copy(&r, fiat__doc_get(doc, "input_format"));
    out->output_format = copy(&r, fiat__doc_get(doc, "output_format"));
    (void)fiat__doc_integer(fiat__doc_get(doc, "created_ms"), &out->created_ms);
    read_columns(&r, fiat__doc_get(doc, "columns"), &out->columns);
    read_columns(&r, fiat__doc_get(doc, "partitions"), &out->partitions);
    read_pairs(&r, fiat__doc_get(doc, "serde_properties"), &out->serde_properties);
    read_pairs(&r, fiat__doc_get(doc, "properties"), &out->properties);
    fiat__doc_free(doc);
    return r.status;
}
