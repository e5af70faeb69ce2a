/* stream.json: what a stream asks of the logger. Read here alone, for the logger and for
 * `fiat schema check`.
 *
 *   { "stamp": ["id", "time", ...],       members that the logger adds; see stamp.h
 *     "delivery_stream": "name",          if it is not the name of the stream's folder
 *     "delivery": {...},                  settings of the delivery stream, for the tools
 *     "table": {...},                     settings of the table, for the tools
 *     "description": "..." } */
#ifndef FIAT_LOGGER_STREAM_JSON_H
#define FIAT_LOGGER_STREAM_JSON_H

#include "json/doc.h"

#define FIAT__STAMP_NAMES 7

typedef struct fiat__stream_json {
    fiat__doc *doc;                        /* NULL: there is no file */
    const char *stamps[FIAT__STAMP_NAMES]; /* asked for, each once; static strings */
    size_t stamp_count;
    const char *delivery_stream; /* NULL: not given; borrowed from doc */
} fiat__stream_json;

/* Read the text; ptr NULL is a stream without the file. Every fault goes to `each` (may be NULL),
 * and what is right is kept all the same. Returns FIAT_E_STREAM_INVALID, or the parser's status,
 * with the first fault in err. Deinit in any case. */
fiat_status fiat__stream_json_read(fiat__stream_json *out, fiat__str text,
                                   void (*each)(const char *message, void *user), void *user,
                                   fiat_error *err);
void fiat__stream_json_deinit(fiat__stream_json *stream);

/* Is the member among the stamps that are asked for? */
bool fiat__stream_json_stamps(const fiat__stream_json *stream, const char *name);

#endif
