/* Athena's types, as CREATE TABLE takes them: parsing and writing.
 * https://docs.aws.amazon.com/athena/latest/ug/data-types.html */
#include "table/type.h"

#include "base/buf.h"
#include "base/error.h"

#include <ctype.h>
#include <strings.h>

enum {
    DECIMAL_MAX_PRECISION = 38,
    DECIMAL_DEFAULT_PRECISION = 10,
    CHAR_MAX_LENGTH = 255,
    VARCHAR_MAX_LENGTH = 65535
};

static const char *const s_names[] = {
    [FIAT__TYPE_BOOLEAN] = "boolean",   [FIAT__TYPE_TINYINT] = "tinyint",
    [FIAT__TYPE_SMALLINT] = "smallint", [FIAT__TYPE_INT] = "int",
    [FIAT__TYPE_BIGINT] = "bigint",     [FIAT__TYPE_FLOAT] = "float",
    [FIAT__TYPE_DOUBLE] = "double",     [FIAT__TYPE_DECIMAL] = "decimal",
    [FIAT__TYPE_STRING] = "string",     [FIAT__TYPE_CHAR] = "char",
    [FIAT__TYPE_VARCHAR] = "varchar",   [FIAT__TYPE_BINARY] = "binary",
    [FIAT__TYPE_DATE] = "date",         [FIAT__TYPE_TIMESTAMP] = "timestamp",
    [FIAT__TYPE_ARRAY] = "array",       [FIAT__TYPE_MAP] = "map",
    [FIAT__TYPE_STRUCT] = "struct",
};
#define KIND_COUNT (sizeof s_names / sizeof s_names[0])

/* Names from elsewhere, and what Athena's DDL calls the same. */
static const char *const s_foreign[][2] = {
    {"integer", "int"},
    {"long", "bigint"},
    {"short", "smallint"},
    {"byte", "tinyint"},
    {"real", "float"},
    {"number", "double"},
    {"numeric", "decimal"},
    {"bool", "boolean"},
    {"text", "string"},
    {"json", "string"},
    {"uuid", "string"},
    {"datetime", "timestamp"},
    {"timestamptz", "timestamp"},
    {"object", "struct"},
    {"row", "struct"},
    {"list", "array"},
    {"varbinary", "binary"},
    {"bytes", "binary"},
};

struct parser {
    fiat__str text;
    size_t at, depth;
    fiat__arena *arena;
    fiat_error *err;
};

const char *fiat__type_kind_name(fiat__type_kind kind) {
    return s_names[kind];
}

static bool is_name_char(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

bool fiat__column_name_is_valid(fiat__str name) {
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_char(name.ptr[i])) return false;
    return name.len > 0 && name.len <= FIAT__NAME_MAX_BYTES;
}

static void skip_space(struct parser *p) {
    while (p->at < p->text.len && isspace((unsigned char)p->text.ptr[p->at]))
        p->at++;
}

/* Take a character after white space; false, and nothing taken, when another one stands there. */
static bool take(struct parser *p, char c) {
    skip_space(p);
    if (p->at == p->text.len || p->text.ptr[p->at] != c) return false;
    p->at++;
    return true;
}

static fiat__str take_word(struct parser *p) {
    skip_space(p);
    size_t start = p->at;
    while (p->at < p->text.len && is_name_char(p->text.ptr[p->at]))
        p->at++;
    return fiat__str_of(p->text.ptr + start, p->at - start);
}

static fiat_status expected(struct parser *p, const char *what) {
    skip_space(p);
    if (p->at == p->text.len)
        return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                             "type \"%.*s\" ends too early: %s is missing", (int)p->text.len,
                             p->text.ptr, what);
    size_t left = p->text.len - p->at;
    return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                         "type \"%.*s\": expected %s instead of \"%.*s\" at character %zu",
                         (int)p->text.len, p->text.ptr, what, (int)(left < 20 ? left : 20),
                         p->text.ptr + p->at, p->at + 1);
}

static fiat_status expect(struct parser *p, char c) {
    const char what[] = {'\'', c, '\'', '\0'};
    return take(p, c) ? FIAT_OK : expected(p, what);
}

static fiat_status unknown_type(struct parser *p, fiat__str word) {
    for (size_t i = 0; i < sizeof s_foreign / sizeof s_foreign[0]; i++)
        if (strlen(s_foreign[i][0]) == word.len &&
            strncasecmp(s_foreign[i][0], word.ptr, word.len) == 0)
            return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                                 "\"%.*s\" is not a type of Athena's CREATE TABLE: write \"%s\"",
                                 (int)word.len, word.ptr, s_foreign[i][1]);
    return fiat__err_set(
        p->err, FIAT_E_TABLE_COLUMN,
        "unknown type \"%.*s\"; there are boolean, tinyint, smallint, int, bigint, "
        "float, double, decimal(p,s), string, char(n), varchar(n), binary, date, "
        "timestamp, array<...>, map<...,...>, struct<name:...>",
        (int)word.len, word.ptr);
}

static fiat_status parse_number(struct parser *p, unsigned min, unsigned max, const char *what,
                                unsigned *out) {
    fiat__str word = take_word(p);
    unsigned value = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (!isdigit((unsigned char)word.ptr[i]) || value > max) {
            value = max + 1;
            break;
        }
        value = value * 10 + (unsigned)(word.ptr[i] - '0');
    }
    if (word.len == 0) return expected(p, what);
    if (value < min || value > max)
        return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                             "type \"%.*s\": %s must be a whole number from %u to %u",
                             (int)p->text.len, p->text.ptr, what, min, max);
    *out = value;
    return FIAT_OK;
}

static fiat_status parse_decimal(struct parser *p, fiat__type *out) {
    out->precision = DECIMAL_DEFAULT_PRECISION;
    if (!take(p, '(')) return FIAT_OK;
    fiat_status status =
        parse_number(p, 1, DECIMAL_MAX_PRECISION, "the precision", &out->precision);
    if (status == FIAT_OK && take(p, ','))
        status = parse_number(p, 0, out->precision, "the scale", &out->scale);
    return status == FIAT_OK ? expect(p, ')') : status;
}

static fiat_status parse_length(struct parser *p, fiat__type *out, unsigned max) {
    fiat_status status = expect(p, '(');
    if (status == FIAT_OK) status = parse_number(p, 1, max, "the length", &out->precision);
    return status == FIAT_OK ? expect(p, ')') : status;
}

static fiat_status parse_type(struct parser *p, fiat__type *out);

static fiat_status parse_array(struct parser *p, fiat__type *out) {
    out->children = fiat__arena_array(p->arena, 1, sizeof *out->children);
    if (!out->children) return fiat__err_nomem(p->err);
    out->child_count = 1;
    fiat_status status = expect(p, '<');
    if (status == FIAT_OK) status = parse_type(p, &out->children[0]);
    return status == FIAT_OK ? expect(p, '>') : status;
}

static fiat_status parse_map(struct parser *p, fiat__type *out) {
    out->children = fiat__arena_array(p->arena, 2, sizeof *out->children);
    if (!out->children) return fiat__err_nomem(p->err);
    out->child_count = 2;
    fiat_status status = expect(p, '<');
    if (status == FIAT_OK) status = parse_type(p, &out->children[0]);
    if (status == FIAT_OK && out->children[0].kind >= FIAT__TYPE_ARRAY)
        return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                             "type \"%.*s\": the key of a map must be a simple type, not %s",
                             (int)p->text.len, p->text.ptr, s_names[out->children[0].kind]);
    if (status == FIAT_OK) status = expect(p, ',');
    if (status == FIAT_OK) status = parse_type(p, &out->children[1]);
    return status == FIAT_OK ? expect(p, '>') : status;
}

/* One more member of a struct; the arrays double as they fill. */
static fiat_status add_member(struct parser *p, fiat__type *out, fiat__str name) {
    size_t count = out->child_count;
    for (size_t i = 0; i < count; i++)
        if (strlen(out->names[i]) == name.len &&
            strncasecmp(out->names[i], name.ptr, name.len) == 0)
            return fiat__err_set(p->err, FIAT_E_TABLE_COLUMN,
                                 "type \"%.*s\": the struct has two members \"%s\"",
                                 (int)p->text.len, p->text.ptr, out->names[i]);
    if ((count & (count - 1)) == 0) {
        size_t room = count ? 2 * count : 1;
        fiat__type *children = fiat__arena_array(p->arena, room, sizeof *children);
        const char **names = fiat__arena_array(p->arena, room, sizeof *names);
        if (!children || !names) return fiat__err_nomem(p->err);
        if (count) memcpy(children, out->children, count * sizeof *children);
        if (count) memcpy(names, out->names, count * sizeof *names);
        out->children = children;
        out->names = names;
    }
    out->names[count] = fiat__arena_str(p->arena, name).ptr;
    if (!out->names[count]) return fiat__err_nomem(p->err);
    out->child_count = count + 1;
    return FIAT_OK;
}

static fiat_status parse_struct(struct parser *p, fiat__type *out) {
    fiat_status status = expect(p, '<');
    do {
        if (status != FIAT_OK) return status;
        fiat__str name = take_word(p);
        if (name.len == 0) return expected(p, "a member's name");
        if (!fiat__column_name_is_valid(name)) return expected(p, "a name of at most 255 bytes");
        status = expect(p, ':');
        if (status == FIAT_OK) status = add_member(p, out, name);
        if (status == FIAT_OK) status = parse_type(p, &out->children[out->child_count - 1]);
    } while (status == FIAT_OK && take(p, ','));
    return status == FIAT_OK ? expect(p, '>') : status;
}

static fiat_status parse_kind(struct parser *p, fiat__type *out) {
    fiat__str word = take_word(p);
    size_t kind = 0;
    if (word.len == 0) return expected(p, "a type");
    while (kind < KIND_COUNT && (strlen(s_names[kind]) != word.len ||
                                 strncasecmp(s_names[kind], word.ptr, word.len) != 0))
        kind++;
    if (kind == KIND_COUNT) return unknown_type(p, word);
    out->kind = (fiat__type_kind)kind;
    switch (out->kind) {
    case FIAT__TYPE_DECIMAL:
        return parse_decimal(p, out);
    case FIAT__TYPE_CHAR:
        return parse_length(p, out, CHAR_MAX_LENGTH);
    case FIAT__TYPE_VARCHAR:
        return parse_length(p, out, VARCHAR_MAX_LENGTH);
    case FIAT__TYPE_ARRAY:
        return parse_array(p, out);
    case FIAT__TYPE_MAP:
        return parse_map(p, out);
    case FIAT__TYPE_STRUCT:
        return parse_struct(p, out);
    default:
        return FIAT_OK;
    }
}

static fiat_status parse_type(struct parser *p, fiat__type *out) {
    if (p->depth == FIAT__TYPE_MAX_DEPTH)
        return fiat__err_set(
            p->err, FIAT_E_TABLE_COLUMN,
            "the type is nested more than %d deep: hold the inner part as JSON text "
            "in a string",
            FIAT__TYPE_MAX_DEPTH);
    p->depth++;
    fiat_status status = parse_kind(p, out);
    p->depth--;
    return status;
}

fiat_status fiat__type_parse(fiat__type *out, fiat__str text, fiat__arena *arena, fiat_error *err) {
    if (!text.ptr) text = fiat__str_c("");
    struct parser p = {text, 0, 0, arena, err};
    *out = (fiat__type){0};
    fiat_status status = parse_type(&p, out);
    if (status != FIAT_OK) return status;
    skip_space(&p);
    return p.at == text.len ? FIAT_OK : expected(&p, "the end of the type");
}

bool fiat__type_write(fiat__buf *out, const fiat__type *type) {
    fiat__buf_append_c(out, s_names[type->kind]);
    if (type->kind == FIAT__TYPE_DECIMAL)
        fiat__buf_printf(out, "(%u,%u)", type->precision, type->scale);
    else if (type->kind == FIAT__TYPE_CHAR || type->kind == FIAT__TYPE_VARCHAR)
        fiat__buf_printf(out, "(%u)", type->precision);
    for (size_t i = 0; i < type->child_count; i++) {
        fiat__buf_append_char(out, i ? ',' : '<');
        if (type->names) fiat__buf_printf(out, "%s:", type->names[i]);
        fiat__type_write(out, &type->children[i]);
    }
    if (type->child_count) fiat__buf_append_char(out, '>');
    return !out->failed;
}
