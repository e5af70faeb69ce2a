/* Printing rows. A table is laid out by its first rows and then streamed, so that memory stays
 * bounded whatever a query gives. */
#include "output.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdio.h>

#define LAYOUT_ROWS     1000
#define VALUE_MAX_BYTES (256u * 1024 * 1024)

bool output_format_of(const char *name, enum output_format *out) {
    static const char *const names[] = {"table", "csv", "json", "jsonl"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *out = (enum output_format)i;
        return true;
    }
    return false;
}

bool output_is_json(enum output_format format) {
    return format == OUTPUT_JSON || format == OUTPUT_JSONL;
}

static const char *name_of(const struct row_source *rows, size_t column) {
    return rows->name(rows->ctx, column);
}

static fiat_status next(struct output *output, const struct row_source *rows, bool *more,
                        fiat_error *err) {
    fiat_status status = rows->next(rows->ctx, more, err);
    if (status == FIAT_OK && *more) output->row_count++;
    return status;
}

/* --- table --- */

struct table {
    struct output *output;
    const struct row_source *rows;
    size_t columns;
    size_t *widths;
    fiat__buf cells; /* of the rows kept: each cell ends in NUL */
};

/* A cell without anything that a terminal would obey: control characters are shown as escapes. */
static void append_cell(fiat__buf *out, fiat__str value) {
    if (!value.ptr) {
        fiat__buf_append_c(out, "NULL");
        return;
    }
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        unsigned char next = i + 1 < value.len ? (unsigned char)value.ptr[i + 1] : 0;
        if (c == '\n')
            fiat__buf_append_c(out, "\\n");
        else if (c == '\t')
            fiat__buf_append_c(out, "\\t");
        else if (c < 0x20 || c == 0x7F)
            fiat__buf_printf(out, "\\x%02x", c);
        else if (c == 0xC2 && next >= 0x80 && next < 0xA0) /* U+0080 to U+009F */
            fiat__buf_printf(out, "\\x%02x", (unsigned char)value.ptr[++i]);
        else
            fiat__buf_append_char(out, (char)c);
    }
}

static size_t width_of(const char *text) {
    size_t width = 0;
    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80) width++;
    return width;
}

static void print_cell(const struct table *table, size_t column, const char *text, bool right) {
    size_t width = width_of(text);
    int pad = width < table->widths[column] ? (int)(table->widths[column] - width) : 0;
    bool last = column + 1 == table->columns;
    fprintf(table->output->file, "%s%*s%s%*s", column ? "  " : "", right ? pad : 0, "", text,
            right || last ? 0 : pad, "");
}

static bool is_right(const struct table *table, size_t column) {
    return table->rows->is_number(table->rows->ctx, column);
}

static void print_head(const struct table *table) {
    for (size_t i = 0; i < table->columns; i++)
        print_cell(table, i, name_of(table->rows, i), is_right(table, i));
    fputc('\n', table->output->file);
    for (size_t i = 0; i < table->columns; i++) {
        if (i) fputs("  ", table->output->file);
        for (size_t j = 0; j < table->widths[i]; j++)
            fputc('-', table->output->file);
    }
    fputc('\n', table->output->file);
}

/* Print the rows in `cells` and forget them. */
static void print_kept(struct table *table) {
    const char *at = fiat__buf_cstr(&table->cells), *end = at + table->cells.len;
    while (at < end) {
        for (size_t i = 0; i < table->columns; i++) {
            print_cell(table, i, at, is_right(table, i));
            at += strlen(at) + 1;
        }
        fputc('\n', table->output->file);
    }
    fiat__buf_clear(&table->cells);
}

static void keep_row(struct table *table, bool widen) {
    for (size_t i = 0; i < table->columns; i++) {
        size_t start = table->cells.len;
        append_cell(&table->cells, table->rows->value(table->rows->ctx, i));
        fiat__buf_append(&table->cells, "", 1);
        if (table->cells.failed) return;
        size_t width = width_of(table->cells.ptr + start);
        if (widen && width > table->widths[i]) table->widths[i] = width;
    }
}

static fiat_status stream_table(struct table *table, fiat_error *err) {
    bool more = true, headed = false;
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < table->columns; i++)
        table->widths[i] = width_of(name_of(table->rows, i));
    while (status == FIAT_OK && more) {
        status = next(table->output, table->rows, &more, err);
        if (status == FIAT_OK && more) keep_row(table, !headed);
        if (status == FIAT_OK) status = fiat__buf_status(&table->cells, err);
        if (status != FIAT_OK || (more && table->output->row_count < LAYOUT_ROWS)) continue;
        if (!headed) print_head(table);
        headed = true;
        print_kept(table);
    }
    return status;
}

static fiat_status print_table(struct output *output, const struct row_source *rows,
                               fiat_error *err) {
    struct table table = {.output = output, .rows = rows, .columns = rows->columns};
    fiat__buf_init(&table.cells, VALUE_MAX_BYTES);
    table.widths = fiat__calloc(table.columns, sizeof *table.widths);
    if (!table.widths) return fiat__err_nomem(err);
    fiat_status status = stream_table(&table, err);
    if (status == FIAT_OK)
        fprintf(output->file, "(%" PRIu64 " %s)\n", output->row_count,
                output->row_count == 1 ? "row" : "rows");
    fiat__buf_deinit(&table.cells);
    fiat__free(table.widths);
    return status;
}

/* --- CSV --- */

/* RFC 4180. NULL is an empty field, an empty string a quoted one. */
static void print_field(FILE *out, fiat__str value) {
    bool plain = value.len > 0;
    for (size_t i = 0; i < value.len && plain; i++)
        plain = !strchr("\",\r\n", value.ptr[i]) || !value.ptr[i];
    if (!value.ptr) return;
    if (plain) {
        fwrite(value.ptr, 1, value.len, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"') fputc('"', out);
        fputc(value.ptr[i], out);
    }
    fputc('"', out);
}

static fiat_status print_csv(struct output *output, const struct row_source *rows,
                             fiat_error *err) {
    FILE *out = output->file;
    size_t columns = rows->columns;
    bool more = true;
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < columns; i++) {
        if (i) fputc(',', out);
        print_field(out, fiat__str_c(name_of(rows, i)));
    }
    fputs("\r\n", out);
    while ((status = next(output, rows, &more, err)) == FIAT_OK && more) {
        for (size_t i = 0; i < columns; i++) {
            if (i) fputc(',', out);
            print_field(out, rows->value(rows->ctx, i));
        }
        fputs("\r\n", out);
    }
    return status;
}

/* --- JSON --- */

/* `"name":` of each column, made once. Of columns of one name all but the first get a number, so
 * that no object has a name twice. */
static bool write_key(fiat__buf *out, const struct row_source *rows, size_t column) {
    const char *name = name_of(rows, column);
    size_t same = 0;
    fiat__buf text;
    fiat__buf_init(&text, VALUE_MAX_BYTES);
    for (size_t i = 0; i < column; i++)
        if (strcmp(name_of(rows, i), name) == 0) same++;
    fiat__buf_append_c(&text, name);
    if (same) fiat__buf_printf(&text, "_%zu", same);
    fiat__json_write_string(out, fiat__buf_str(&text));
    bool failed = text.failed;
    fiat__buf_deinit(&text);
    return fiat__buf_append(out, ":", 2) && !failed; /* with the NUL */
}

static void print_object(FILE *out, const struct row_source *rows, const char *key) {
    for (size_t i = 0; i < rows->columns; i++) {
        fiat__str value = rows->value(rows->ctx, i);
        fputs(i ? "," : "{", out);
        fputs(key, out);
        key += strlen(key) + 1;
        if (value.ptr)
            fwrite(value.ptr, 1, value.len, out);
        else
            fputs("null", out);
    }
    fputc('}', out);
}

static fiat_status print_json(struct output *output, const struct row_source *rows,
                              fiat_error *err) {
    bool lines = output->format == OUTPUT_JSONL;
    FILE *out = output->file;
    fiat__buf keys;
    bool more = true, first = true;
    fiat__buf_init(&keys, VALUE_MAX_BYTES);
    for (size_t i = 0; i < rows->columns; i++)
        (void)write_key(&keys, rows, i);
    fiat_status status = fiat__buf_status(&keys, err);
    if (status == FIAT_OK && !lines) fputc('[', out);
    while (status == FIAT_OK) {
        status = next(output, rows, &more, err);
        if (status != FIAT_OK || !more) break;
        if (!lines) fputs(first ? "\n" : ",\n", out);
        print_object(out, rows, fiat__buf_cstr(&keys));
        if (lines) fputc('\n', out);
        first = false;
    }
    if (status == FIAT_OK && !lines) fputs(first ? "]\n" : "\n]\n", out);
    fiat__buf_deinit(&keys);
    return status;
}

fiat_status output_rows(struct output *output, const struct row_source *rows, fiat_error *err) {
    output->row_count = 0;
    switch (output->format) {
    case OUTPUT_CSV:
        return print_csv(output, rows, err);
    case OUTPUT_JSON:
    case OUTPUT_JSONL:
        return print_json(output, rows, err);
    default:
        return print_table(output, rows, err);
    }
}
