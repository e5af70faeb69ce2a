/* The words of SQL text as Hive's DDL has them. Pure functions, any thread. */
#ifndef FIAT_LOCAL_HIVE_LEX_H
#define FIAT_LOCAL_HIVE_LEX_H

#include "base/buf.h"

typedef enum fiat__hive_token_kind {
    FIAT__HIVE_END,
    FIAT__HIVE_WORD,   /* of letters, digits and _, or a number */
    FIAT__HIVE_QUOTED, /* `name`, with "``" for a backtick in it */
    FIAT__HIVE_STRING, /* 'text' or "text" */
    FIAT__HIVE_MARK,   /* any other character */
    FIAT__HIVE_BROKEN  /* a string, a name or a comment that does not end */
} fiat__hive_token_kind;

typedef struct fiat__hive_token {
    fiat__hive_token_kind kind;
    fiat__str text; /* as it stands, quotes included */
} fiat__hive_token;

/* The token at or after *at, behind white space and comments (-- to the line's end, and those
 * between slash and asterisk); *at becomes the place after it. */
fiat__hive_token fiat__hive_next(fiat__str sql, size_t *at);

/* Is it this word, in any case? */
bool fiat__hive_is_word(fiat__hive_token token, const char *word);

/* Append what a quoted name or a string means: without its quotes; a string's backslashes as Hive
 * reads them (\n, \t, \0, \u0041, else the next character). */
bool fiat__hive_unquote(fiat__buf *out, fiat__hive_token token);

/* Line and column (in characters, from 1) of an offset. */
void fiat__hive_place(fiat__str sql, size_t offset, size_t *line, size_t *column);

#endif
