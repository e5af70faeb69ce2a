/* Taking what is expected; see hive_cursor.h. */
#include "local/hive_cursor.h"

#include "base/error.h"
#include "table/type.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX_BYTES (512 * 1024) /* more than any statement: 262,144 bytes */
#define NAME_MAX_BYTES 255          /* AWS Glue, API_CreateTable */

void fiat__hive_advance(fiat__hive_cursor *c) {
    if (c->status != FIAT_OK) return;
    c->token = fiat__hive_next(c->sql, &c->at);
    c->token_at = (size_t)(c->token.text.ptr - c->sql.ptr);
    if (c->token.kind == FIAT__HIVE_BROKEN)
        fiat__hive_fault(c, "a string, a quoted name or a comment does not end");
}

void fiat__hive_fault(fiat__hive_cursor *c, const char *format, ...) {
    char message[256];
    size_t line, column;
    va_list args;
    if (c->status != FIAT_OK) return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fiat__hive_place(c->sql, c->token_at, &line, &column);
    c->status = fiat__err_set(c->err, FIAT_E_SQL, "line %zu:%zu: %s", line, column, message);
}

void fiat__hive_expected(fiat__hive_cursor *c, const char *what) {
    const fiat__str found = c->token.text;
    const int shown = (int)(found.len < 40 ? found.len : 40);
    if (c->token.kind == FIAT__HIVE_END)
        fiat__hive_fault(c, "the statement ends too early: expected %s", what);
    else
        fiat__hive_fault(c, "mismatched input '%.*s': expected %s", shown, found.ptr, what);
}

bool fiat__hive_at(const fiat__hive_cursor *c, const char *word) {
    return c->status == FIAT_OK && fiat__hive_is_word(c->token, word);
}

/* The next of several words, copied to `word`; false at the end. */
static bool next_word(const char **words, char word[32]) {
    const size_t len = strcspn(*words, " ");
    snprintf(word, 32, "%.*s", (int)len, *words);
    *words += len + ((*words)[len] == ' ');
    return len > 0;
}

bool fiat__hive_take(fiat__hive_cursor *c, const char *words) {
    char word[32];
    if (!next_word(&words, word) || !fiat__hive_at(c, word)) return false;
    fiat__hive_advance(c);
    while (next_word(&words, word)) {
        if (!fiat__hive_at(c, word)) fiat__hive_expected(c, word);
        fiat__hive_advance(c);
    }
    return c->status == FIAT_OK;
}

void fiat__hive_expect(fiat__hive_cursor *c, const char *words) {
    if (!fiat__hive_take(c, words)) fiat__hive_expected(c, words);
}

bool fiat__hive_take_mark(fiat__hive_cursor *c, char mark) {
    if (c->status != FIAT_OK || c->token.kind != FIAT__HIVE_MARK || c->token.text.ptr[0] != mark)
        return false;
    fiat__hive_advance(c);
    return c->status == FIAT_OK;
}

void fiat__hive_expect_mark(fiat__hive_cursor *c, char mark) {
    const char what[] = {'\'', mark, '\'', '\0'};
    if (!fiat__hive_take_mark(c, mark)) fiat__hive_expected(c, what);
}

void *fiat__hive_alloc(fiat__hive_cursor *c, size_t bytes) {
    void *block = c->status == FIAT_OK ? fiat__arena_alloc(c->arena, bytes) : NULL;
    if (!block && c->status == FIAT_OK) c->status = fiat__err_nomem(c->err);
    return block;
}

/* The current token's meaning, which is passed. */
static const char *take_text(fiat__hive_cursor *c, bool lower) {
    fiat__buf text;
    if (c->status != FIAT_OK) return "";
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    (void)fiat__hive_unquote(&text, c->token);
    for (size_t i = 0; lower && i < text.len; i++)
        text.ptr[i] = (char)tolower((unsigned char)text.ptr[i]);
    c->status = fiat__buf_status(&text, c->err);
    char *copy = fiat__hive_alloc(c, text.len + 1);
    if (copy && text.len) memcpy(copy, text.ptr, text.len);
    if (copy && memchr(copy, '\0', text.len)) fiat__hive_fault(c, "there is a NUL byte in a text");
    fiat__buf_deinit(&text);
    fiat__hive_advance(c);
    return c->status == FIAT_OK ? copy : "";
}

const char *fiat__hive_name(fiat__hive_cursor *c, const char *what) {
    if (c->status != FIAT_OK) return "";
    if (c->token.kind != FIAT__HIVE_WORD && c->token.kind != FIAT__HIVE_QUOTED) {
        fiat__hive_expected(c, what);
        return "";
    }
    const fiat__hive_cursor before = *c;
    const char *name = take_text(c, true);
    if (c->status != FIAT_OK || fiat__column_name_is_valid(fiat__str_c(name))) return name;
    *c = before;
    fiat__hive_fault(c, "%s '%.80s': allowed are 1 to %d letters, digits and _", what, name,
                     NAME_MAX_BYTES);
    return "";
}

const char *fiat__hive_string(fiat__hive_cursor *c) {
    if (c->status == FIAT_OK && c->token.kind != FIAT__HIVE_STRING)
        fiat__hive_expected(c, "a text in quotes");
    return take_text(c, false);
}

void fiat__hive_table_name(fiat__hive_cursor *c, fiat__hive_table *table) {
    table->database = "";
    table->name = fiat__hive_name(c, "a table's name");
    if (!fiat__hive_take_mark(c, '.')) return;
    table->database = table->name;
    table->name = fiat__hive_name(c, "a table's name");
}

void fiat__hive_pairs(fiat__hive_cursor *c, fiat__hive_pair **list) {
    while (*list)
        list = &(*list)->next;
    fiat__hive_expect_mark(c, '(');
    do {
        fiat__hive_pair *pair = fiat__hive_alloc(c, sizeof *pair);
        const char *key = fiat__hive_string(c);
        fiat__hive_expect_mark(c, '=');
        const char *value = fiat__hive_string(c);
        if (c->status != FIAT_OK) return;
        *pair = (fiat__hive_pair){key, value, NULL};
        *list = pair;
        list = &pair->next;
    } while (fiat__hive_take_mark(c, ','));
    fiat__hive_expect_mark(c, ')');
}

/* --- columns --- */

/* A type's text ends at a comma, a parenthesis or COMMENT that stands in no bracket of its own. */
static void collect_type(fiat__hive_cursor *c, fiat__buf *text) {
    size_t depth = 0;
    bool after_word = false;
    while (c->status == FIAT_OK && c->token.kind != FIAT__HIVE_END) {
        const char mark = c->token.kind == FIAT__HIVE_MARK ? c->token.text.ptr[0] : '\0';
        if (depth == 0 && (mark == ',' || mark == ')' || fiat__hive_at(c, "COMMENT"))) break;
        if (mark == '<' || mark == '(') depth++;
        if ((mark == '>' || mark == ')') && depth) depth--;
        const bool word = mark == '\0';
        if (word && after_word && fiat__hive_at(c, "COMMENT")) { /* of a struct's member */
            fiat__hive_advance(c);
            (void)fiat__hive_string(c);
            continue;
        }
        if (word && after_word) fiat__buf_append_char(text, ' ');
        (void)fiat__hive_unquote(text, c->token);
        after_word = word;
        fiat__hive_advance(c);
    }
}

static void parse_type(fiat__hive_cursor *c, fiat__hive_column *column) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__hive_cursor before = *c;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    collect_type(c, &text);
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = (char)tolower((unsigned char)text.ptr[i]);
    if (c->status == FIAT_OK) c->status = fiat__buf_status(&text, c->err);
    if (c->status == FIAT_OK && fiat__str_eq_c(fiat__buf_str(&text), "integer"))
        fiat__buf_truncate(&text, 3); /* the one other name that Athena's DDL takes: "int" */
    fiat_status status = c->status;
    if (status == FIAT_OK)
        status = fiat__type_parse(&column->parsed, fiat__buf_str(&text), c->arena, &err);
    if (c->status == FIAT_OK && status == FIAT_E_NOMEM) {
        c->status = fiat__err_nomem(c->err);
    } else if (c->status == FIAT_OK && status != FIAT_OK) {
        *c = before;
        fiat__hive_fault(c, "column '%.80s': %.160s", column->name, err.message);
    }
    fiat__buf_clear(&text);
    if (c->status == FIAT_OK) {
        (void)fiat__type_write(&text, &column->parsed);
        column->type = fiat__arena_str(c->arena, fiat__buf_str(&text)).ptr;
        if (!column->type) c->status = fiat__err_nomem(c->err);
    }
    fiat__buf_deinit(&text);
}

static bool is_named(const fiat__hive_column *list, const char *name) {
    for (; list; list = list->next)
        if (strcmp(list->name, name) == 0) return true;
    return false;
}

void fiat__hive_columns(fiat__hive_cursor *c, fiat__hive_table *table, bool partitions) {
    fiat__hive_column **list = partitions ? &table->partitions : &table->columns;
    while (*list)
        list = &(*list)->next;
    fiat__hive_expect_mark(c, '(');
    do {
        fiat__hive_column *column = fiat__hive_alloc(c, sizeof *column);
        const char *name = fiat__hive_name(c, "a column's name");
        if (c->status != FIAT_OK) return;
        column->name = name;
        column->comment = "";
        if (is_named(table->columns, name) || is_named(table->partitions, name))
            fiat__hive_fault(c, "the column '%.80s' is there twice", name);
        parse_type(c, column);
        if (fiat__hive_take(c, "COMMENT")) column->comment = fiat__hive_string(c);
        if (c->status != FIAT_OK) return;
        *list = column;
        list = &column->next;
    } while (fiat__hive_take_mark(c, ','));
    fiat__hive_expect_mark(c, ')');
}
