/* From what is known of the samples to the text of a schema, and notes on what was guessed. */
#include "table/infer_node.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PLACE_MAX_BYTES 4096
#define MESSAGE_BYTES   300
#define INDENT          2

struct writer {
    fiat__infer *infer;
    fiat__buf *out;
    fiat__buf place; /* "items[].price" */
    fiat__infer_note *note;
    void *user;
    bool no_memory;
};

/* A schema being written: its keywords follow one another on a line, or stand on lines of their
 * own. */
struct schema {
    struct writer *writer;
    unsigned indent;
    bool block, first;
};

static void say(struct writer *w, const char *format, ...) FIAT_PRINTF(2, 3);

static void say(struct writer *w, const char *format, ...) {
    char message[MESSAGE_BYTES];
    va_list args;
    if (!w->note) return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    w->note(fiat__buf_cstr(&w->place), message, w->user);
}

/* Places that are too long to show are shown cut. Returns what leave() goes back to. */
static size_t enter(struct writer *w, const char *step, fiat__str name) {
    size_t len = w->place.len;
    if (*step == '.' && len == 0) step++;
    fiat__buf_append_c(&w->place, step);
    for (size_t i = 0; i < name.len; i++)
        fiat__buf_append_char(&w->place, (unsigned char)name.ptr[i] < ' ' ? '?' : name.ptr[i]);
    return len;
}

static void leave(struct writer *w, size_t len) {
    fiat__buf_truncate(&w->place, len);
}

/* --- what to propose --- */

static uint64_t average_names(const fiat__infer_node *node) {
    return node->objects ? (node->names + node->objects - 1) / node->objects : 0;
}

/* Many names, of which a sample has few. */
static bool is_map(const struct writer *w, const fiat__infer_node *node) {
    return node->map || (node != w->infer->root && node->member_count > w->infer->opts.map_names &&
                         node->names < node->objects * (node->member_count / 2));
}

/* Objects that are maps become such; the values of a map are known only then. */
static bool settle(struct writer *w, fiat__infer_node *node) {
    if (!node) return true;
    if (!node->map && is_map(w, node) && !fiat__infer_make_map(w->infer, node)) return false;
    for (uint32_t i = 0; i < node->member_count; i++)
        if (!settle(w, node->members[i].node)) return false;
    return settle(w, node->items) && settle(w, node->others);
}

static bool has_enum(const struct writer *w, const fiat__infer_node *node) {
    const fiat__infer_opts *opts = &w->infer->opts;
    return !node->many_values && node->value_count > 1 && node->strings >= opts->enum_samples &&
           node->strings >= 10 * (uint64_t)node->value_count &&
           node->strings + node->nulls == fiat__infer_seen(node);
}

static const char *format_of(const fiat__infer_node *node) {
    for (unsigned i = 0; i < FIAT__INFER_FORMATS && node->strings; i++)
        if (node->formats & (1u << i)) return fiat__infer_formats[i].name;
    return NULL;
}

static bool says_nothing(const fiat__infer_node *node) {
    return fiat__infer_seen(node) == node->nulls;
}

static const fiat__infer_node *items_of(const fiat__infer_node *node) {
    return node->items_lost ? NULL : node->items;
}

static const fiat__infer_node *others_of(const fiat__infer_node *node) {
    return node->untracked ? NULL : node->others;
}

static bool fits_a_line(const fiat__infer_node *node) {
    return !node ||
           (node->member_count == 0 && fits_a_line(items_of(node)) && fits_a_line(others_of(node)));
}

/* --- text --- */

static void new_line(struct writer *w, unsigned indent) {
    fiat__buf_append_char(w->out, '\n');
    for (unsigned i = 0; i < indent; i++)
        fiat__buf_append_char(w->out, ' ');
}

static void write_keyword(struct schema *s, const char *name) {
    fiat__buf *out = s->writer->out;
    if (!s->first) fiat__buf_append_c(out, s->block ? "," : ", ");
    s->first = false;
    if (s->block) new_line(s->writer, s->indent + INDENT);
    fiat__json_write_string_c(out, name);
    fiat__buf_append_c(out, ": ");
}

/* "integer", or a list of types. */
static void write_types(struct schema *s, const fiat__infer_node *node) {
    const struct {
        const char *name;
        uint64_t seen;
    } rows[] = {{"boolean", node->booleans}, {"integer", node->fractions ? 0 : node->integers},
                {"number", node->fractions}, {"string", node->strings},
                {"array", node->arrays},     {"object", node->objects},
                {"null", node->nulls}};
    unsigned count = 0, written = 0;
    fiat__buf *out = s->writer->out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        count += rows[i].seen > 0;
    write_keyword(s, "type");
    if (count > 1) fiat__buf_append_char(out, '[');
    size_t start = out->len;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].seen) continue;
        if (written++) fiat__buf_append_c(out, ", ");
        fiat__json_write_string_c(out, rows[i].name);
    }
    if (count - (node->nulls > 0) > 1 && !out->failed)
        say(s->writer, "values of several types: %.*s", (int)(out->len - start), out->ptr + start);
    if (count > 1) fiat__buf_append_char(out, ']');
}

/* 10^digits - 1: what decimals of so many digits hold. */
static void write_bounds(struct schema *s, const fiat__infer_node *node) {
    if (!node->digits || node->fractions) return;
    for (int sign = 0; sign < 2; sign++) {
        write_keyword(s, sign ? "maximum" : "minimum");
        if (!sign) fiat__buf_append_char(s->writer->out, '-');
        for (unsigned i = 0; i < node->digits; i++)
            fiat__buf_append_char(s->writer->out, '9');
    }
    say(s->writer, "integers of up to %u digits, more than 64 bits hold", node->digits);
}

static int compare_values(const void *a, const void *b) {
    const fiat__str *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = len ? memcmp(left->ptr, right->ptr, len) : 0;
    return order ? order : (left->len > right->len) - (left->len < right->len);
}

static void write_enum(struct schema *s, const fiat__infer_node *node) {
    fiat__buf *out = s->writer->out;
    qsort(node->values, node->value_count, sizeof *node->values, compare_values);
    write_keyword(s, "enum");
    for (uint32_t i = 0; i < node->value_count; i++) {
        fiat__buf_append_c(out, i ? ", " : "[");
        fiat__json_write_string(out, node->values[i]);
    }
    fiat__buf_append_c(out, node->nulls ? ", null]" : "]");
    say(s->writer, "an enum: %" PRIu32 " different values in %" PRIu64 " strings",
        node->value_count, node->strings);
}

static void write_strings(struct schema *s, const fiat__infer_node *node) {
    const char *format = format_of(node);
    if (format) {
        write_keyword(s, "format");
        fiat__json_write_string_c(s->writer->out, format);
        say(s->writer, "format %s fits all of %" PRIu64 " strings", format, node->strings);
    } else if (has_enum(s->writer, node)) {
        write_enum(s, node);
    }
}

static void write_node(struct writer *w, const fiat__infer_node *node, unsigned indent);

static void write_inside(struct schema *s, const char *keyword, const char *step,
                         const fiat__infer_node *node) {
    write_keyword(s, keyword);
    size_t len = enter(s->writer, step, fiat__str_of(NULL, 0));
    write_node(s->writer, node, s->indent + (s->block ? INDENT : 0));
    leave(s->writer, len);
}

static void write_required(struct schema *s, const fiat__infer_node *node) {
    fiat__buf *out = s->writer->out;
    bool any = false;
    for (uint32_t i = 0; i < node->member_count; i++) {
        if (fiat__infer_seen(node->members[i].node) < node->objects) continue;
        if (!any) write_keyword(s, "required");
        fiat__buf_append_c(out, any ? ", " : "[");
        fiat__json_write_string(out, node->members[i].name);
        any = true;
    }
    if (any) fiat__buf_append_char(out, ']');
}

static void write_members(struct schema *s, const fiat__infer_node *node) {
    struct writer *w = s->writer;
    write_keyword(s, "properties");
    fiat__buf_append_char(w->out, '{');
    for (uint32_t i = 0; i < node->member_count; i++) {
        if (i) fiat__buf_append_char(w->out, ',');
        new_line(w, s->indent + 2 * INDENT);
        fiat__json_write_string(w->out, node->members[i].name);
        fiat__buf_append_c(w->out, ": ");
        size_t len = enter(w, ".", node->members[i].name);
        write_node(w, node->members[i].node, s->indent + 2 * INDENT);
        leave(w, len);
    }
    new_line(w, s->indent + INDENT);
    fiat__buf_append_char(w->out, '}');
    write_required(s, node);
}

static void write_object(struct schema *s, const fiat__infer_node *node) {
    struct writer *w = s->writer;
    bool closed = w->infer->opts.closed && node == w->infer->root;
    if (node->member_count) write_members(s, node);
    if (node->map) {
        say(w, "a map: about %" PRIu64 " of many names in each of %" PRIu64 " objects",
            average_names(node), node->objects);
        if (others_of(node)) write_inside(s, "additionalProperties", "{}", node->others);
    }
    if (node->untracked)
        say(w, "not all of its members are followed: nothing is asked of the rest");
    if (!closed) return;
    if (node->untracked) {
        say(w, "so it is not closed");
    } else {
        write_keyword(s, "additionalProperties");
        fiat__buf_append_c(w->out, "false");
    }
}

/* The keywords. Each speaks of one kind of value, so that all can stand side by side. */
static void write_keywords(struct schema *s, const fiat__infer_node *node) {
    struct writer *w = s->writer;
    if (says_nothing(node)) {
        if (node->nulls) say(w, "only null was seen: any value is let in");
        return;
    }
    write_types(s, node);
    if (node->integers) write_bounds(s, node);
    if (node->strings) write_strings(s, node);
    if (items_of(node)) write_inside(s, "items", "[]", node->items);
    if (node->objects) write_object(s, node);
}

static void write_node(struct writer *w, const fiat__infer_node *node, unsigned indent) {
    struct schema s = {w, indent, !fits_a_line(node), true};
    fiat__buf_append_char(w->out, '{');
    write_keywords(&s, node);
    if (s.block) new_line(w, indent);
    fiat__buf_append_char(w->out, '}');
}

static void write_root(struct writer *w) {
    struct schema s = {w, 0, true, true};
    fiat__buf_append_char(w->out, '{');
    write_keyword(&s, "$schema");
    fiat__json_write_string_c(w->out, "https://json-schema.org/draft/2020-12/schema");
    write_keywords(&s, w->infer->root);
    new_line(w, 0);
    fiat__buf_append_c(w->out, "}\n");
}

fiat_status fiat__infer_write(fiat__infer *infer, fiat__buf *out, fiat__infer_note *note,
                              void *user, fiat_error *err) {
    struct writer w = {.infer = infer, .out = out, .note = note, .user = user};
    fiat__buf_init(&w.place, PLACE_MAX_BYTES);
    bool settled = settle(&w, infer->root);
    if (settled) write_root(&w);
    fiat__buf_deinit(&w.place);
    return settled ? fiat__buf_status(out, err) : fiat__err_nomem(err);
}
