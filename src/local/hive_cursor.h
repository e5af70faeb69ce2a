/* What the files that parse DDL share: a place in the text, and taking what is expected there.
 * After the first error every call does nothing; the error is in `err`. */
#ifndef FIAT_LOCAL_HIVE_CURSOR_H
#define FIAT_LOCAL_HIVE_CURSOR_H

#include "local/hive_lex.h"
#include "local/hive_parse.h"

typedef struct fiat__hive_cursor {
    fiat__str sql;
    size_t at, token_at; /* behind and before the current token */
    fiat__hive_token token;
    fiat__arena *arena;
    fiat_status status;
    fiat_error *err;
} fiat__hive_cursor;

/* Go to the next token. */
void fiat__hive_advance(fiat__hive_cursor *c);
/* "line 1:8: expected WHAT instead of ..." */
void fiat__hive_expected(fiat__hive_cursor *c, const char *what);
/* "line 1:8: ..." of a fault that is not one of syntax. */
void fiat__hive_fault(fiat__hive_cursor *c, const char *format, ...) FIAT_PRINTF(2, 3);

/* Does the word stand here? */
bool fiat__hive_at(const fiat__hive_cursor *c, const char *word);
/* Take it if it does. `words`: one or several, "IF NOT EXISTS"; after the first the others must. */
bool fiat__hive_take(fiat__hive_cursor *c, const char *words);
void fiat__hive_expect(fiat__hive_cursor *c, const char *words);
bool fiat__hive_take_mark(fiat__hive_cursor *c, char mark);
void fiat__hive_expect_mark(fiat__hive_cursor *c, char mark);

/* Copies in the arena; "" after an error. */
const char *fiat__hive_name(fiat__hive_cursor *c, const char *what); /* in lower case */
const char *fiat__hive_string(fiat__hive_cursor *c);
/* [DATABASE.]TABLE */
void fiat__hive_table_name(fiat__hive_cursor *c, fiat__hive_table *table);
/* ('key'='value', ...), appended to the list. */
void fiat__hive_pairs(fiat__hive_cursor *c, fiat__hive_pair **list);
/* (name type [COMMENT 'text'], ...), appended to the table's columns or partitions. */
void fiat__hive_columns(fiat__hive_cursor *c, fiat__hive_table *table, bool partitions);
void *fiat__hive_alloc(fiat__hive_cursor *c, size_t bytes);

/* hive_create.c: what follows CREATE EXTERNAL TABLE. */
void fiat__hive_create_table(fiat__hive_cursor *c, fiat__hive_statement *out);

#endif
