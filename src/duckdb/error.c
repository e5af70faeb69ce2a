/* The engine's errors as ours. With errors_as_json on, DuckDB says
 * `Parser Error: {"exception_type":"Parser","exception_message":"...","position":"7",...}`. */
#include "duckdb/internal.h"

#include "base/error.h"
#include "json/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line: line ends and runs of white space become one space. */
static void flatten(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool space = *from == '\n' || *from == '\r' || *from == '\t' || *from == ' ';
        if (!space)
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

/* "line 2, column 8: " of an offset in bytes; columns count characters. */
static void describe_place(char *out, size_t size, fiat__str sql, size_t offset) {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (sql.ptr[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)sql.ptr[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    snprintf(out, size, "line %zu, column %zu: ", line, column);
}

/* What read_json() says, put right: DuckDB 1.4.4 and 1.5.6 count the lines of malformed JSON one
 * too high, give a line that is only near the place for what a cast refuses (and say so), and
 * propose options that our users do not have. */
static void mend_json_message(char *text, size_t size) {
    static const char near_note[] = " If this error occurred during read_json";
    char line[24], *advice = strstr(text, " Try setting 'auto_detect'");
    if (!advice) advice = strstr(text, " Try auto-detecting the JSON format");
    if (advice) *advice = '\0';
    char *near = strstr(text, near_note), *at = strstr(text, " in line ");
    bool malformed = strncmp(text, "Malformed JSON in file ", 23) == 0;
    if (near) *near = '\0';
    if (!at || (!near && !malformed)) return;
    unsigned long number = strtoul(at + 9, NULL, 10);
    char *rest = at + 9 + strspn(at + 9, "0123456789");
    snprintf(line, sizeof line, "%lu%s", malformed && number ? number - 1 : number,
             near ? " or later" : "");
    size_t line_len = strlen(line), rest_len = strlen(rest);
    if ((size_t)(at + 9 - text) + line_len + rest_len >= size) return;
    memmove(at + 9 + line_len, rest, rest_len + 1);
    memcpy(at + 9, line, line_len);
}

fiat_status fiat__duckdb_error(const char *text, fiat__str sql, size_t shift, fiat_error *err) {
    const char *json = text ? strchr(text, '{') : NULL, *type = "SQL", *said = text, *position;
    char message[1024], place[64] = "";
    fiat__doc *doc = NULL;
    size_t offset = 0;
    if (!err) return FIAT_E_SQL;
    if (json && fiat__doc_parse(&doc, fiat__str_c(json), NULL) == FIAT_OK) {
        (void)fiat__doc_string(fiat__doc_get(doc, "exception_type"), &type);
        (void)fiat__doc_string(fiat__doc_get(doc, "exception_message"), &said);
        if (sql.len && fiat__doc_string(fiat__doc_get(doc, "position"), &position)) {
            offset = (size_t)strtoull(position, NULL, 10) - shift;
            if (offset <= sql.len) describe_place(place, sizeof place, sql, offset);
        }
    }
    fiat__err_copy(message, sizeof message, said ? said : "unknown error",
                   strlen(said ? said : "unknown error"));
    flatten(message);
    mend_json_message(message, sizeof message);
    fiat__err_set(err, FIAT_E_SQL, "%s%s error: %s", place, type, message);
    if (place[0]) err->offset = offset;
    fiat__doc_free(doc);
    return FIAT_E_SQL;
}
