#include "table/reserved.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* "Reserved keywords to escape in DDL statements" of the page that reserved.h names ("cashe" is its
 * spelling), and the words of Hive's grammar that the page leaves out, sorted. A word too many does
 * no harm: a name may always be quoted.
 * https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-Keywords,Non-reservedKeywordsandReservedKeywords
 */
static const char *const s_words[] = {
    "all",
    "alter",
    "and",
    "any",
    "array",
    "as",
    "authorization",
    "between",
    "bigint",
    "binary",
    "boolean",
    "both",
    "by",
    "cache",
    "case",
    "cashe",
    "cast",
    "char",
    "column",
    "commit",
    "conf",
    "constraint",
    "create",
    "cross",
    "cube",
    "current",
    "current_date",
    "current_timestamp",
    "cursor",
    "database",
    "date",
    "dayofweek",
    "decimal",
    "delete",
    "describe",
    "distinct",
    "div",
    "double",
    "drop",
    "else",
    "end",
    "except",
    "exchange",
    "exists",
    "extended",
    "external",
    "extract",
    "false",
    "fetch",
    "float",
    "floor",
    "following",
    "for",
    "foreign",
    "from",
    "full",
    "function",
    "grant",
    "group",
    "grouping",
    "having",
    "if",
    "import",
    "in",
    "inner",
    "insert",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "lateral",
    "left",
    "less",
    "like",
    "local",
    "macro",
    "map",
    "more",
    "none",
    "not",
    "null",
    "numeric",
    "of",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "over",
    "partialscan",
    "partition",
    "percent",
    "preceding",
    "precision",
    "preserve",
    "primary",
    "procedure",
    "range",
    "reads",
    "reduce",
    "references",
    "regexp",
    "revoke",
    "right",
    "rlike",
    "rollback",
    "rollup",
    "row",
    "rows",
    "select",
    "set",
    "smallint",
    "start",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "transform",
    "trigger",
    "true",
    "truncate",
    "unbounded",
    "union",
    "uniquejoin",
    "update",
    "user",
    "using",
    "utc_timestamp",
    "values",
    "varchar",
    "views",
    "when",
    "where",
    "window",
    "with",
};

static int compare(const void *name, const void *word) {
    return strcasecmp(name, *(const char *const *)word);
}

bool fiat__ddl_must_quote(const char *name) {
    return !isalpha((unsigned char)name[0]) ||
           bsearch(name, s_words, sizeof s_words / sizeof s_words[0], sizeof s_words[0], compare);
}

bool fiat__ddl_write_name(fiat__buf *out, const char *name) {
    return fiat__buf_printf(out, "`%s`", name);
}

bool fiat__ddl_write_text(fiat__buf *out, const char *text) {
    fiat__buf_append_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') fiat__buf_append_char(out, '\\');
        fiat__buf_append_char(out, *text);
    }
    return fiat__buf_append_char(out, '\'');
}
