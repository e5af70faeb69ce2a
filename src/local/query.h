/* SQL on a data folder: one view a stream, named as the stream, with the columns of its athena.json
 * and its partition columns, over the gzip JSON lines that Firehose, the local engine or the sink
 * `local:DIR` left there. */
#ifndef FIAT_LOCAL_QUERY_H
#define FIAT_LOCAL_QUERY_H

#include "duckdb/duckdb.h"

typedef struct fiat__query_stream {
    const char *name;          /* of the view */
    const char *delivery_name; /* under which objects are stored */
    fiat__str athena, json_schema;
} fiat__query_stream;

typedef struct fiat__query_opts {
    const char *data_dir;
    const char *local_prefix; /* the setting local.prefix; NULL or "": "!{stream}/" */
} fiat__query_opts;

/* Add the view of a stream. Where the local engine knows the delivery stream (DIR/.fiat/streams),
 * its bucket and prefix count; otherwise the layout of the sink `local:DIR`. A stream without
 * objects gives an empty view. A value of a string column that is no JSON string is its JSON text.
 *
 * Only the files that a query needs are read: conditions on partition columns that are constants,
 * or made of constants, choose among them by name. (Not for a stream that has a column "filename",
 * which is what the engine calls the name it chooses by.)
 *
 * FIAT_E_TABLE_COLUMN, FIAT_E_JSON_*,
 * FIAT_E_CONFIG, FIAT_E_SQL (also when the name differs only in case from another view's),
 * FIAT_E_IO. */
fiat_status fiat__query_add_view(fiat__duckdb *db, const fiat__query_opts *opts,
                                 const fiat__query_stream *stream, fiat_error *err);

/* After the last view, before SQL of another's making: nothing but the folder can be read. */
fiat_status fiat__query_lock(fiat__duckdb *db, const char *data_dir, fiat_error *err);

#endif
