/* Lines of a file or of stdin, plain or gzip. One thread. */
#ifndef FIAT_TOOLS_LINES_H
#define FIAT_TOOLS_LINES_H

#include "base/buf.h"

typedef struct lines lines;

/* `path` "-": stdin, which is read as it comes and is never taken for gzip. FIAT_E_NOT_FOUND,
 * FIAT_E_IO, FIAT_E_NOMEM. */
fiat_status lines_open(lines **out, const char *path, size_t max_bytes, fiat_error *err);
void lines_close(lines *in);

/* The next line, without its end; *more false at the end of the file. A line of more than max_bytes
 * is cut there, and *whole false. `out` is borrowed until the next call. FIAT_E_IO, also when a
 * gzip file is damaged; *more false and FIAT_OK when a signal came. */
fiat_status lines_next(lines *in, fiat__str *out, bool *more, bool *whole, fiat_error *err);

/* All that has not been read, its line ends with it, appended to `out`. FIAT_E_LIMIT when that is
 * more than out->max; else as lines_next(). */
fiat_status lines_rest(lines *in, fiat__buf *out, fiat_error *err);

/* Where the reader is: the number of the last line, from 1, and the bytes read of the file. */
uint64_t lines_number(const lines *in);
uint64_t lines_offset(const lines *in);

/* Size of the file in bytes; 0 when it is none, or not known. */
uint64_t lines_file_bytes(const char *path);

#endif
