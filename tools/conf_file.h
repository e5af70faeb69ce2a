/* Changing one setting in the text of a configuration file, and nothing else in it. */
#ifndef FIAT_TOOLS_CONF_FILE_H
#define FIAT_TOOLS_CONF_FILE_H

#include "base/buf.h"

/* Append to `out` the text with the setting set: in the line that counts, which is the last of that
 * name; else below the comment that shows it ("#name = ..."); else at the end. *line: its number.
 * FIAT_E_CONFIG for a value that no line can hold; FIAT_E_LIMIT, FIAT_E_NOMEM. */
fiat_status conf_file_set(fiat__buf *out, fiat__str text, const char *name, const char *value,
                          size_t *line, fiat_error *err);

/* The same without any line that sets it. *lines: how many there were. */
fiat_status conf_file_unset(fiat__buf *out, fiat__str text, const char *name, size_t *lines,
                            fiat_error *err);

#endif
