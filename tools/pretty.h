/* JSON for people: two spaces a level. */
#ifndef FIAT_TOOLS_PRETTY_H
#define FIAT_TOOLS_PRETTY_H

#include "json/doc.h"

/* Append the value; every line after the first is indented by `level` levels more. */
bool pretty_append(fiat__buf *out, const fiat__doc *node, unsigned level);

/* The same of a text; one that is no JSON is appended as it is. */
bool pretty_append_text(fiat__buf *out, const char *json);

#endif
