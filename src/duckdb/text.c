/* Reading and writing SQL text: quoting, and finding where a statement ends. */
#include "duckdb/internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool quote(fiat__buf *out, fiat__str text, char mark) {
    fiat__buf_append_char(out, mark);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == mark) fiat__buf_append_char(out, mark);
        fiat__buf_append_char(out, text.ptr[i]);
    }
    return fiat__buf_append_char(out, mark) && !out->failed;
}

bool fiat__duckdb_quote_name(fiat__buf *out, fiat__str name) {
    return quote(out, name, '"');
}

bool fiat__duckdb_quote_text(fiat__buf *out, fiat__str text) {
    return quote(out, text, '\'');
}

/* Past a string or a quoted name that starts at `at`; `escapes`: backslash takes the next byte. */
static size_t skip_quoted(fiat__str sql, size_t at, bool escapes) {
    char mark = sql.ptr[at++];
    while (at < sql.len) {
        char c = sql.ptr[at++];
        if (c == mark) break; /* a doubled mark looks like the start of another string: as well */
        if (c == '\\' && escapes && at < sql.len) at++;
    }
    return at;
}

static size_t skip_line(fiat__str sql, size_t at) {
    while (at < sql.len && sql.ptr[at] != '\n')
        at++;
    return at;
}

/* Past a comment; they nest in PostgreSQL's grammar, which is DuckDB's. */
static size_t skip_comment(fiat__str sql, size_t at) {
    size_t depth = 0;
    while (at + 1 < sql.len) {
        if (sql.ptr[at] == '/' && sql.ptr[at + 1] == '*') {
            depth++;
            at += 2;
        } else if (sql.ptr[at] == '*' && sql.ptr[at + 1] == '/') {
            at += 2;
            if (--depth == 0) return at;
        } else {
            at++;
        }
    }
    return sql.len;
}

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Past a $tag$text$tag$ that starts at `at`, or past the '$' when none does. */
static size_t skip_dollar(fiat__str sql, size_t at) {
    size_t end = at + 1;
    while (end < sql.len && is_word(sql.ptr[end]))
        end++;
    if (end == sql.len || sql.ptr[end] != '$') return at + 1;
    fiat__str tag = fiat__str_of(sql.ptr + at, end + 1 - at);
    for (size_t i = end + 1; i + tag.len <= sql.len; i++)
        if (fiat__str_starts(fiat__str_of(sql.ptr + i, sql.len - i), tag)) return i + tag.len;
    return sql.len;
}

/* Past what begins at `at`: white space or a comment (*blank), a string, a name, a word, or one
 * other byte. */
static size_t skip_token(fiat__str sql, size_t at, bool *blank) {
    const char c = sql.ptr[at], next = at + 1 < sql.len ? sql.ptr[at + 1] : '\0';
    const char before = at > 0 ? sql.ptr[at - 1] : '\0';
    *blank = true;
    if (isspace((unsigned char)c) || c == ';') return at + 1;
    if (c == '-' && next == '-') return skip_line(sql, at);
    if (c == '/' && next == '*') return skip_comment(sql, at);
    *blank = false;
    if (c == '\'' || c == '"')
        return skip_quoted(sql, at, c == '\'' && (before == 'e' || before == 'E'));
    if (c == '$' && !is_word(before)) return skip_dollar(sql, at);
    do
        at++;
    while (is_word(c) && at < sql.len && is_word(sql.ptr[at]));
    return at;
}

fiat__str fiat__duckdb_trim(fiat__str sql) {
    size_t end = 0; /* after the last byte that is part of the statement */
    bool blank;
    for (size_t at = 0; at < sql.len;) {
        at = skip_token(sql, at, &blank);
        if (!blank) end = at;
    }
    return fiat__str_of(sql.ptr, end);
}

static bool is_named(fiat__str token, const char *name) {
    return token.len == strlen(name) && strncasecmp(token.ptr, name, token.len) == 0;
}

bool fiat__duckdb_has_word(fiat__str sql, const char *word) {
    bool blank;
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = skip_token(sql, at, &blank);
        if (is_named(fiat__str_of(sql.ptr + at, end - at), word)) return true;
    }
    return false;
}

bool fiat__duckdb_calls(fiat__str sql, const char *function) {
    bool named = false, blank;
    for (size_t at = 0, end; at < sql.len; at = end) {
        end = skip_token(sql, at, &blank);
        if (blank) continue;
        if (named && sql.ptr[at] == '(') return true;
        fiat__str token = fiat__str_of(sql.ptr + at, end - at);
        if (token.ptr[0] == '"' && token.len > 1)
            token = fiat__str_of(token.ptr + 1, token.len - 2);
        named = is_named(token, function);
    }
    return false;
}

bool fiat__duckdb_append_json(fiat__buf *out, fiat__str json) {
    bool in_string = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (c == '"') in_string = !in_string;
        if (in_string && c == '\\' && i + 1 < json.len) {
            fiat__buf_append(out, json.ptr + i++, 2);
            continue;
        }
        size_t len = 0; /* of a bare word: the only ones with these letters are the three */
        if (!in_string &&
            (c == 'I' || c == 'N' || (c == '-' && i + 1 < json.len && json.ptr[i + 1] == 'I')))
            len = c == 'I' ? 8 : c == 'N' ? 3 : 9;
        if (len == 0 || len > json.len - i) {
            fiat__buf_append_char(out, c);
            continue;
        }
        fiat__buf_append_char(out, '"');
        fiat__buf_append(out, json.ptr + i, len);
        fiat__buf_append_char(out, '"');
        i += len - 1;
    }
    return !out->failed;
}
