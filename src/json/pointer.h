/* JSON Pointers (RFC 6901) into tapes. */
#ifndef FIAT_JSON_POINTER_H
#define FIAT_JSON_POINTER_H

#include "json/tape.h"

/* One step: the value that a reference token ("~0" and "~1" still in it) names inside `item`; 0
 * when there is none. */
uint32_t fiat__pointer_step(const fiat__tape *tape, uint32_t item, fiat__str token);

/* Take the next token off a pointer; false at its end, or when it does not start with '/'. */
bool fiat__pointer_token(fiat__str *pointer, fiat__str *token);

/* Does a token spell this name? "~0" is '~', "~1" is '/', and '~' before anything else is an error.
 */
bool fiat__pointer_token_is(fiat__str token, fiat__str name);

/* An array index: digits without a leading zero; -1 when it is none or past any array. */
int64_t fiat__pointer_token_index(fiat__str token);

/* Append "/name", with '~' and '/' escaped. */
bool fiat__pointer_append(fiat__buf *out, fiat__str name);

/* Append the pointer to an item: "" for the first of the tape. A key's is that of its value. */
bool fiat__pointer_write(fiat__buf *out, const fiat__tape *tape, uint32_t item);

/* The same from a container that the item lies in; "" when they are the same. */
bool fiat__pointer_write_from(fiat__buf *out, const fiat__tape *tape, uint32_t from, uint32_t item);

#endif
