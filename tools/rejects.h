/* The file of what was refused or not delivered, a JSON object a line. Any thread. */
#ifndef FIAT_TOOLS_REJECTS_H
#define FIAT_TOOLS_REJECTS_H

#include "base/str.h"
#include <fiat/error.h>

typedef struct rejects rejects;

/* The file is opened for appending, and made, with the first line. */
fiat_status rejects_new(rejects **out, const char *path, fiat_error *err);
/* Was anything written? Errors of the file come from here, too, if not before. */
fiat_status rejects_close(rejects *file, bool *any, fiat_error *err);

/* One line: {"file","line","status","instance_path","keyword","schema_path","message","event"}. The
 * event is a JSON string of what was read; bytes that are not UTF-8 become U+FFFD. */
fiat_status rejects_add(rejects *file, const char *input, uint64_t line, const fiat_error *reason,
                        fiat__str event, fiat_error *err);

#endif
