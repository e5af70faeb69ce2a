/* The Firehose API: from an operation's name and JSON to a reply.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_Operations.html */
#ifndef FIAT_LOCAL_FIREHOSE_H
#define FIAT_LOCAL_FIREHOSE_H

#include "local/put_input.h"
#include "local/stream.h"

#define FIAT__FIREHOSE_TARGET "Firehose_20150804."
#define FIAT__DESTINATION_ID  "destinationId-000000000001" /* each stream has one */

typedef struct fiat__firehose_request {
    fiat__registry *registry;
    const fiat__doc *input; /* an object */
    const char *region;     /* of the signature; "" or NULL: not signed */
    fiat__reply *reply;
} fiat__firehose_request;

/* Answer one call. Any thread. */
void fiat__firehose_call(fiat__registry *registry, fiat__str operation, fiat__str body,
                         const char *region, fiat__reply *reply);

/* The operations, by file. */
void fiat__firehose_create(fiat__firehose_request *request); /* firehose_create.c */
fiat_status fiat__firehose_auto_create(fiat__firehose_request *request, const char *name,
                                       fiat_error *err);
void fiat__local_put_record(fiat__firehose_request *request); /* firehose_put.c */
void fiat__firehose_put_record_batch(fiat__firehose_request *request);
void fiat__firehose_tag(fiat__firehose_request *request); /* firehose_tags.c */
void fiat__firehose_untag(fiat__firehose_request *request);
void fiat__firehose_list_tags(fiat__firehose_request *request);
void fiat__firehose_update(fiat__firehose_request *request); /* firehose_update.c */
/* Check a list of tags and set them on a stream that nobody else changes. false: answered. */
bool fiat__firehose_read_tags(fiat__firehose_request *request, fiat__stream *stream);

/* The stream named in a request that has passed its checks; NULL: answered. To be released. */
fiat__stream *fiat__firehose_find(fiat__firehose_request *request, const char *name);
void fiat__firehose_not_found(fiat__firehose_request *request, const char *name);
/* Answer 200 with what is in the reply's body. */
void fiat__firehose_done(fiat__firehose_request *request);

#endif
