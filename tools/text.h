/* Text from outside on its way to a terminal or into JSON. */
#ifndef FIAT_TOOLS_TEXT_H
#define FIAT_TOOLS_TEXT_H

#include "base/buf.h"

#include <stdio.h>

/* Set `out` to the text with U+FFFD in place of bytes that are not UTF-8. */
void text_make_valid(fiat__buf *out, fiat__str text);

/* Print with control characters as \u00XX: names inside a document may hold anything, also what
 * would move a terminal's cursor. */
void text_print(FILE *out, const char *text);

#endif
