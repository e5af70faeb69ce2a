/* The columns of a table from a schema: which members become columns, and the file's text. */
#include "table/derive_parts.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#define ARENA_MAX_BYTES  (64 * 1024 * 1024)
#define MEMBERS_MAX      5000
#define PLACE_BYTES      512
#define MESSAGE_BYTES    512
#define TYPE_MAX_BYTES   131072 /* AWS Glue, API_Column, Type */
#define COLUMN_MAX_BYTES (2 * TYPE_MAX_BYTES)

void fiat__derive_say(fiat__derive *derive, const char *format, ...) {
    char message[MESSAGE_BYTES];
    fiat__buf place;
    va_list args;
    if (!derive->note) return;
    fiat__buf_init(&place, PLACE_BYTES);
    for (size_t i = 1; i < derive->step_count; i++) {
        const fiat__step *step = &derive->steps[i];
        if (step->kind == FIAT__STEP_MEMBER)
            fiat__buf_printf(&place, ".%s", step->name);
        else
            fiat__buf_append_c(&place, step->kind == FIAT__STEP_ITEM ? "[]" : "{}");
    }
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    derive->note(derive->column, fiat__buf_cstr(&place), message, derive->user);
    fiat__buf_deinit(&place);
}

static bool add_name(const char *name, void *user) {
    fiat__derive_names *names = user;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0) return true;
    if (names->count == MEMBERS_MAX) {
        names->too_many = true;
        return false;
    }
    if (names->count == names->cap) {
        size_t cap = names->cap ? 2 * names->cap : 16;
        const char **items = fiat__realloc_array(names->items, cap, sizeof *items);
        if (!items) {
            names->no_memory = true;
            return false;
        }
        names->items = items;
        names->cap = cap;
    }
    names->items[names->count++] = name;
    return true;
}

void fiat__derive_names_of(fiat__derive *derive, fiat__derive_names *names) {
    *names = (fiat__derive_names){0};
    fiat__shape_members(derive->schema, derive->steps, derive->step_count, add_name, names);
    if (names->no_memory) derive->no_memory = true;
}

const char *fiat__derive_column_name(fiat__derive *derive, const char *name) {
    fiat__str text = fiat__str_c(name);
    if (!fiat__column_name_is_valid(text)) return NULL;
    char *copy = fiat__arena_alloc(&derive->arena, text.len + 1);
    if (!copy) derive->no_memory = true;
    for (size_t i = 0; copy && i < text.len; i++)
        copy[i] = (char)tolower((unsigned char)text.ptr[i]);
    return copy;
}

/* --- the file --- */

/* The columns written so far. */
struct file {
    fiat__derive *derive;
    fiat__buf *out;
    fiat__derive_names written; /* in lower case */
};

static void write_column(struct file *file, const char *name, fiat__str type, bool json_text) {
    fiat__buf *out = file->out;
    fiat__buf_append_c(out, file->written.count ? ",\n    {\"name\": " : "\n    {\"name\": ");
    fiat__json_write_string_c(out, name);
    fiat__buf_append_c(out, ", \"type\": ");
    fiat__json_write_string(out, type);
    if (json_text) fiat__buf_append_c(out, ", \"comment\": \"JSON text\"");
    fiat__buf_append_char(out, '}');
    (void)add_name(name, &file->written);
    if (file->written.no_memory) file->derive->no_memory = true;
}

static bool is_written(const struct file *file, const char *name) {
    for (size_t i = 0; i < file->written.count; i++)
        if (strcmp(file->written.items[i], name) == 0) return true;
    return false;
}

static void add_property(struct file *file, const char *property) {
    fiat__derive *derive = file->derive;
    fiat__buf type;
    derive->column = property;
    derive->json_text = false;
    derive->step_count = 1;
    derive->steps[0] = (fiat__step){FIAT__STEP_MEMBER, property};
    const char *name = fiat__derive_column_name(derive, property);
    if (derive->no_memory) return;
    if (!name) {
        fiat__derive_say(derive, "gets no column: Athena takes letters, digits and _ for a name");
        return;
    }
    if (is_written(file, name)) {
        fiat__derive_say(derive,
                         "gets no column: there is a \"%s\" already, and Athena does not "
                         "tell upper from lower case",
                         name);
        return;
    }
    if (!fiat__shape_at(derive->schema, derive->steps, 1).types) return; /* never there */
    fiat__buf_init(&type, COLUMN_MAX_BYTES);
    fiat__type derived = fiat__derive_type(derive);
    bool whole = fiat__type_write(&type, &derived) && type.len <= TYPE_MAX_BYTES;
    if (!whole) {
        fiat__derive_say(derive,
                         "its type is longer than the %d bytes that AWS Glue takes: kept "
                         "as JSON text",
                         TYPE_MAX_BYTES);
        derive->json_text = true;
    }
    write_column(file, name, whole ? fiat__buf_str(&type) : fiat__str_c("string"),
                 derive->json_text);
    fiat__buf_deinit(&type);
}

/* What the logger adds, and the schema does not mention. */
static void add_provided(struct file *file) {
    const fiat__derive_opts *opts = file->derive->opts;
    for (size_t i = 0; i < opts->provided_count; i++) {
        const char *name = opts->provided[i];
        if (fiat__shape_spelling(file->derive->schema, NULL, 0, name)) continue;
        write_column(file, name,
                     fiat__str_c(strcmp(name, "tags") == 0 ? "map<string,string>" : "string"),
                     false);
    }
}

static fiat_status write_file(fiat__derive *derive, fiat__buf *out, fiat_error *err) {
    struct file file = {.derive = derive, .out = out};
    fiat__derive_names names;
    fiat_status status = FIAT_OK;
    if (!(fiat__shape_at(derive->schema, NULL, 0).types & FIAT__SHAPE_OBJECT))
        return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                             "the schema lets in no object, and every event is one");
    fiat__derive_names_of(derive, &names);
    fiat__buf_append_c(out, "{\n  \"columns\": [");
    add_provided(&file);
    for (size_t i = 0; i < names.count && !derive->no_memory; i++)
        add_property(&file, names.items[i]);
    fiat__buf_append_c(out, "\n  ]\n}\n");
    if (names.too_many || file.written.too_many)
        status = fiat__err_set(err, FIAT_E_LIMIT, "the schema declares more than %d members",
                               MEMBERS_MAX);
    else if (derive->no_memory)
        status = fiat__err_nomem(err);
    else if (names.count == 0 || file.written.count == 0)
        status = fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                               "the schema declares no member that could be a column: add "
                               "\"properties\"");
    fiat__free(names.items);
    fiat__free(file.written.items);
    return status == FIAT_OK ? fiat__buf_status(out, err) : status;
}

fiat_status fiat__columns_derive(fiat__buf *out, fiat__str json_schema,
                                 const fiat__derive_opts *opts, fiat__derive_note *note, void *user,
                                 fiat_error *err) {
    static const fiat__derive_opts defaults = {0};
    fiat__doc *schema;
    fiat_status status = fiat__doc_parse(&schema, json_schema, err);
    if (status != FIAT_OK) return status;
    fiat__derive *derive = fiat__calloc(1, sizeof *derive);
    if (derive) {
        derive->schema = schema;
        derive->opts = opts ? opts : &defaults;
        derive->note = note;
        derive->user = user;
        fiat__arena_init(&derive->arena, ARENA_MAX_BYTES);
        status = write_file(derive, out, err);
        fiat__arena_deinit(&derive->arena);
    } else {
        status = fiat__err_nomem(err);
    }
    fiat__free(derive);
    fiat__doc_free(schema);
    return status;
}
