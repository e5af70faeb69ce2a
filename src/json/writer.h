/* Writing JSON text into a buffer. */
#ifndef FIAT_JSON_WRITER_H
#define FIAT_JSON_WRITER_H

#include "base/buf.h"

/* Append a quoted, escaped string. The text must be valid UTF-8 (it is copied as it is); control
 * characters, '"' and '\' are escaped. */
bool fiat__json_write_string(fiat__buf *out, fiat__str text);
bool fiat__json_write_string_c(fiat__buf *out, const char *text);
bool fiat__json_write_int(fiat__buf *out, int64_t value);
bool fiat__json_write_uint(fiat__buf *out, uint64_t value);
/* Shortest text that reads back equal; the value must be finite. */
bool fiat__json_write_double(fiat__buf *out, double value);
/* `"name":` after a comma when *first is false; clears *first. */
bool fiat__json_write_key(fiat__buf *out, bool *first, const char *name);

#endif
