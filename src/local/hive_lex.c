/* Words of Hive's DDL; see hive_lex.h.
 * https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types (strings) */
#include "local/hive_lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static bool starts_with(fiat__str sql, size_t at, const char *text) {
    size_t len = strlen(text);
    return sql.len - at >= len && memcmp(sql.ptr + at, text, len) == 0;
}

/* Past white space and comments; false: a comment does not end. */
static bool skip_blank(fiat__str sql, size_t *at) {
    while (*at < sql.len) {
        if (isspace((unsigned char)sql.ptr[*at])) {
            ++*at;
        } else if (starts_with(sql, *at, "--")) {
            while (*at < sql.len && sql.ptr[*at] != '\n')
                ++*at;
        } else if (starts_with(sql, *at, "/*")) {
            size_t end = *at + 2;
            while (end < sql.len && !starts_with(sql, end, "*/"))
                end++;
            if (end == sql.len) return false;
            *at = end + 2;
        } else {
            break;
        }
    }
    return true;
}

/* The end of what a quote at `at` opens; 0: there is none. A doubled mark does not end it. */
static size_t quote_end(fiat__str sql, size_t at) {
    const char mark = sql.ptr[at];
    for (size_t i = at + 1; i < sql.len; i++) {
        if (sql.ptr[i] == '\\' && mark != '`') {
            i++;
        } else if (sql.ptr[i] == mark) {
            if (i + 1 == sql.len || sql.ptr[i + 1] != mark) return i + 1;
            i++;
        }
    }
    return 0;
}

fiat__hive_token fiat__hive_next(fiat__str sql, size_t *at) {
    fiat__hive_token token = {FIAT__HIVE_BROKEN, {sql.ptr, 0}};
    const bool whole = skip_blank(sql, at);
    const size_t start = *at;
    size_t end = sql.len;
    if (start == sql.len) {
        token.kind = FIAT__HIVE_END;
    } else if (!whole) {
        ; /* broken up to the end */
    } else if (is_word(sql.ptr[start])) {
        token.kind = FIAT__HIVE_WORD;
        for (end = start; end < sql.len && is_word(sql.ptr[end]);)
            end++;
    } else if (strchr("`'\"", sql.ptr[start]) && sql.ptr[start]) {
        size_t closed = quote_end(sql, start);
        if (closed) token.kind = sql.ptr[start] == '`' ? FIAT__HIVE_QUOTED : FIAT__HIVE_STRING;
        if (closed) end = closed;
    } else {
        token.kind = FIAT__HIVE_MARK;
        end = start + 1;
    }
    token.text = fiat__str_of(sql.ptr + start, end - start);
    *at = end;
    return token;
}

bool fiat__hive_is_word(fiat__hive_token token, const char *word) {
    return token.kind == FIAT__HIVE_WORD && token.text.len == strlen(word) &&
           strncasecmp(token.text.ptr, word, token.text.len) == 0;
}

/* A \uXXXX at `at`; its length, 0 when it is none. */
static size_t append_unicode(fiat__buf *out, fiat__str text, size_t at) {
    char hex[5] = "";
    if (text.len - at < 6 || text.ptr[at + 1] != 'u') return 0;
    for (size_t i = 0; i < 4; i++) {
        hex[i] = text.ptr[at + 2 + i];
        if (!isxdigit((unsigned char)hex[i])) return 0;
    }
    const unsigned long code = strtoul(hex, NULL, 16);
    if (code == 0 || (code >= 0xD800 && code < 0xE000)) return 0;
    char bytes[4];
    size_t len = 0;
    if (code < 0x80) {
        bytes[len++] = (char)code;
    } else if (code < 0x800) {
        bytes[len++] = (char)(0xC0 | code >> 6);
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    } else {
        bytes[len++] = (char)(0xE0 | code >> 12);
        bytes[len++] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[len++] = (char)(0x80 | (code & 0x3F));
    }
    fiat__buf_append(out, bytes, len);
    return 6;
}

/* What a backslash and the character after it stand for. */
static char escaped(char c) {
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'b':
        return '\b';
    default:
        return c;
    }
}

bool fiat__hive_unquote(fiat__buf *out, fiat__hive_token token) {
    if (token.kind != FIAT__HIVE_QUOTED && token.kind != FIAT__HIVE_STRING)
        return fiat__buf_append(out, token.text.ptr, token.text.len);
    const fiat__str text = fiat__str_of(token.text.ptr, token.text.len - 1);
    const char mark = text.ptr[0];
    for (size_t i = 1; i < text.len;) {
        const bool backslash = text.ptr[i] == '\\' && mark != '`' && i + 1 < text.len;
        size_t len = backslash ? append_unicode(out, text, i) : 0;
        if (len == 0 && backslash) {
            fiat__buf_append_char(out, escaped(text.ptr[i + 1]));
            len = 2;
        } else if (len == 0) {
            fiat__buf_append_char(out, text.ptr[i]);
            len = text.ptr[i] == mark ? 2 : 1;
        }
        i += len;
    }
    return !out->failed;
}

void fiat__hive_place(fiat__str sql, size_t offset, size_t *line, size_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < sql.len; i++) {
        if (sql.ptr[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)sql.ptr[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}
