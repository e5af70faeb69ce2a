/* One stream: its compiled schema, its stamps and its place in the producer. Never changes once
 * loaded, but for atomic counters, so any thread may read it without a lock. */
#ifndef FIAT_LOGGER_STREAM_H
#define FIAT_LOGGER_STREAM_H

#include "logger/refusals.h"
#include "logger/stamp.h"
#include "producer/producer.h"
#include "schema/schema.h"

typedef struct fiat__stream {
    char *name;
    char *delivery_name; /* prefix setting and stream.json's "delivery_stream" applied */
    fiat_schema *schema;
    /* The schema takes the stamps into account without seeing them; otherwise the stamped text is
     * what is validated. */
    bool stamps_apart;
    size_t max_depth;
    fiat__stamp stamp;
    fiat__producer_stream *_Atomic queue; /* made at the first event */
    fiat__refusals *refusals;             /* its own, or those of the stream that it is a part of */
    fiat__refusals own_refusals;
} fiat__stream;

/* The three texts of a stream; athena.json is the tools' business. `stream` may be empty. */
typedef struct fiat__stream_texts {
    const char *name;
    fiat__str json_schema, stream;
    /* A member that each event must bring, beside those that the schema requires; NULL: none. */
    const char *also_required;
    /* For whoever reads what was delivered: the stamps are in the events, and are like any other
     * member. No setting that is stamped is wanted. */
    bool delivered;
} fiat__stream_texts;

/* FIAT_E_STREAM_INVALID, FIAT_E_SCHEMA_INVALID, FIAT_E_CONFIG: the message names the stream. */
fiat_status fiat__stream_load(fiat__stream **out, const fiat__stream_texts *texts,
                              const fiat_config *config, fiat_error *err);
void fiat__stream_free(fiat__stream *stream);

/* Is it a name that Firehose and every file system take: 1 to 64 of [a-zA-Z0-9_.-], no dot first?
 */
bool fiat__stream_name_is_valid(const char *name);

#endif
