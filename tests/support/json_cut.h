/* Cutting up JSON text that is known to be well formed, so that what is inside keeps its spelling.
 * The text ends in NUL. */
#ifndef FIAT_TESTS_SUPPORT_JSON_CUT_H
#define FIAT_TESTS_SUPPORT_JSON_CUT_H

#include "base/str.h"

const char *json_cut_space(const char *at);

/* The next item or member of the container that *at is in; false at its end. Start with *at after
 * the bracket. name, without its quotes and with its escapes, is empty for an item. */
bool json_cut_next(const char **at, fiat__str *name, fiat__str *value);

/* Value of a member, with the quotes of a string; empty when there is none. */
fiat__str json_cut_member(fiat__str object, const char *wanted);

/* A string without its quotes, with its escapes. */
fiat__str json_cut_unquote(fiat__str text);

#endif
