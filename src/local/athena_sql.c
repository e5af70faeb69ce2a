/* See athena_sql.h. */
#include "local/athena_sql.h"

#include "base/error.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t past(fiat__str sql, size_t at, const char *end) {
    const size_t len = strlen(end);
    for (; at + len <= sql.len; at++)
        if (memcmp(sql.ptr + at, end, len) == 0) return at + len;
    return sql.len;
}

/* The piece that starts at `at`: a word, a text, a quoted name, a comment, or one character. A
 * doubled quote looks like the end of one and the start of another: as well. */
static fiat__str piece(fiat__str sql, size_t at) {
    const char c = sql.ptr[at], next = at + 1 < sql.len ? sql.ptr[at + 1] : '\0';
    size_t end = at + 1;
    if (c == '\'' || c == '"')
        end = past(sql, at + 1, (char[]){c, '\0'});
    else if (c == '-' && next == '-')
        end = past(sql, at, "\n");
    else if (c == '/' && next == '*')
        end = past(sql, at + 2, "*/");
    else if (is_word(c))
        while (end < sql.len && is_word(sql.ptr[end]))
            end++;
    return fiat__str_of(sql.ptr + at, end - at);
}

static bool is_text(fiat__str part, const char *text) {
    return part.len == strlen(text) && strncasecmp(part.ptr, text, part.len) == 0;
}

/* Which parentheses are open, and which of them are date_parse()'s. */
struct calls {
    size_t depth, count;
    size_t dates[32]; /* depths within such a call */
};

static void follow(struct calls *calls, fiat__str part) {
    if (is_text(part, "(")) calls->depth++;
    if (!is_text(part, ")")) return;
    if (calls->count && calls->dates[calls->count - 1] == calls->depth) calls->count--;
    if (calls->depth) calls->depth--;
}

/* Is the text at hand the last argument of a date_parse()? `rest`: what follows it. */
static bool is_pattern(const struct calls *calls, fiat__str part, fiat__str rest) {
    size_t at = 0;
    while (at < rest.len && isspace((unsigned char)rest.ptr[at]))
        at++;
    return calls->count && calls->dates[calls->count - 1] == calls->depth && part.ptr[0] == '\'' &&
           at < rest.len && rest.ptr[at] == ')';
}

/* MySQL's letters of a time as strptime() has them.
 * https://trino.io/docs/current/functions/datetime.html */
static void write_pattern(fiat__buf *out, fiat__str text) {
    static const char *const letters[] = {"iM",  "sS",  "MB",  "WA",       "hI",         "c-m",
                                          "e-d", "k-H", "l-I", "TH:%M:%S", "rI:%M:%S %p"};
    for (size_t i = 0; i < text.len; i++) {
        const char *to = NULL;
        fiat__buf_append_char(out, text.ptr[i]);
        if (text.ptr[i] != '%' || ++i == text.len) continue;
        for (size_t k = 0; k < sizeof letters / sizeof *letters; k++)
            if (letters[k][0] == text.ptr[i]) to = letters[k] + 1;
        fiat__buf_append_c(out, to ? to : (char[]){text.ptr[i], '\0'});
    }
}

/* What DuckDB calls a word that stands before `next`; NULL: the same. */
static const char *renamed(struct calls *calls, fiat__str word, char next) {
    if (next == '.' && is_text(word, "default")) return "\"default\"";
    if (next == '(' && is_text(word, "transform")) return "list_transform";
    if (next != '(' || !is_text(word, "date_parse")) return NULL;
    if (calls->count < sizeof calls->dates / sizeof *calls->dates)
        calls->dates[calls->count++] = calls->depth + 1;
    return "strptime";
}

fiat_status fiat__athena_rewrite(fiat__buf *out, fiat__str sql, const char *const *parameters,
                                 size_t parameter_count, fiat_error *err) {
    struct calls calls = {.depth = 0};
    size_t used = 0;
    for (size_t at = 0; at < sql.len;) {
        const fiat__str part = piece(sql, at);
        at += part.len;
        const fiat__str rest = fiat__str_of(sql.ptr + at, sql.len - at);
        const char *name = renamed(&calls, part, rest.len ? *rest.ptr : '\0');
        follow(&calls, part);
        if (is_text(part, "?")) {
            if (used < parameter_count) fiat__buf_append_c(out, parameters[used]);
            used++;
        } else if (name) {
            fiat__buf_append_c(out, name);
        } else if (is_pattern(&calls, part, rest)) {
            write_pattern(out, part);
        } else {
            fiat__buf_append(out, part.ptr, part.len);
        }
    }
    if (used != parameter_count)
        return fiat__err_set(err, FIAT_E_SQL,
                             "Incorrect number of parameters: expected %zu but found %zu", used,
                             parameter_count);
    return fiat__buf_status(out, err);
}

bool fiat__athena_names(fiat__str sql, const char *name) {
    for (size_t at = 0; at < sql.len;) {
        fiat__str part = piece(sql, at);
        at += part.len;
        if (part.len > 2 && part.ptr[0] == '"') part = fiat__str_of(part.ptr + 1, part.len - 2);
        if (is_text(part, name)) return true;
    }
    return false;
}

/* --- errors --- */

/* What DuckDB's message holds, and what Athena calls that. The first that fits counts.
 * https://docs.aws.amazon.com/athena/latest/ug/error-reference.html */
static const struct {
    const char *part, *name;
    int category, type;
} s_errors[] = {
    {"Catalog error: Table with name", "TABLE_NOT_FOUND", 2, 1000},
    {"Referenced column", "COLUMN_NOT_FOUND", 2, 1000},
    {"Function with name", "FUNCTION_NOT_FOUND", 2, 1000},
    {"Parser error", "SYNTAX_ERROR", 2, 1000},
    {"Binder error", "SYNTAX_ERROR", 2, 1000},
    {"Catalog error", "SYNTAX_ERROR", 2, 1000},
    {"JSON transform error", "HIVE_BAD_DATA", 2, 1001},
    {"Malformed JSON", "HIVE_BAD_DATA", 2, 1001},
    {"Conversion error", "INVALID_CAST_ARGUMENT", 2, 1001},
    {"Out of Range error", "NUMERIC_VALUE_OUT_OF_RANGE", 2, 1001},
    {"Out of Memory error", "EXCEEDED_LOCAL_MEMORY_LIMIT", 2, 0},
    {"Permission error", "PERMISSION_DENIED", 2, 1000},
    {"only statements that read", "NOT_SUPPORTED", 2, 1000},
};

void fiat__athena_explain(fiat_error *err, int *category, int *type) {
    const char *name = "GENERIC_USER_ERROR", *text = err->message;
    char place[48] = "", message[sizeof err->message], *end;
    *category = 2;
    *type = 1000;
    if (strncmp(text, "line ", 5) == 0) {
        const unsigned long line = strtoul(text + 5, &end, 10);
        if (strncmp(end, ", column ", 9) == 0) {
            const unsigned long column = strtoul(end + 9, &end, 10);
            snprintf(place, sizeof place, "line %lu:%lu: ", line, column);
            text = end + strspn(end, ": ");
        }
    }
    for (size_t i = 0; i < sizeof s_errors / sizeof *s_errors; i++) {
        if (!strstr(text, s_errors[i].part)) continue;
        name = s_errors[i].name;
        *category = s_errors[i].category;
        *type = s_errors[i].type;
        break;
    }
    const char *said = strstr(text, " error: ");
    if (said && said - text < 24) text = said + strlen(" error: ");
    fiat__err_copy(message, sizeof message, text, strlen(text));
    fiat__err_set(err, err->status, "%s: %s%s", name, place, message);
}
