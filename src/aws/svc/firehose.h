/* Amazon Data Firehose: PutRecordBatch, its request body and its reply, without any I/O.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
#ifndef FIAT_AWS_SVC_FIREHOSE_H
#define FIAT_AWS_SVC_FIREHOSE_H

#include "aws/client.h"
#include "json/doc.h"

#define FIAT__FIREHOSE_SERVICE         "firehose"
#define FIAT__FIREHOSE_CONTENT_TYPE    "application/x-amz-json-1.1"
#define FIAT__FIREHOSE_PUT_TARGET      "Firehose_20150804.PutRecordBatch"
#define FIAT__FIREHOSE_REPLY_MAX_BYTES (1024 * 1024)

/* A request's body, made while it is sent, so that nothing of the records is kept in base64. */
typedef struct fiat__firehose_put {
    fiat__source source; /* the body */
    const void *records; /* borrowed from begin on, until the source is not read any more */
    size_t count;
    fiat__str (*record)(const void *records, size_t i);
    fiat__buf head;
    /* Where the reader is. */
    size_t index;   /* of the record */
    bool in_data;   /* its data has been begun */
    fiat__str text; /* to be read first, as it is */
    fiat__str data; /* then this, in base64 */
    char group[4];
} fiat__firehose_put;

/* It stays where it is until deinit: its source points to it. */
void fiat__firehose_put_init(fiat__firehose_put *put);
void fiat__firehose_put_deinit(fiat__firehose_put *put);
/* The body of a request with these records, at least one. `record` gives the i-th, each time the
 * same. FIAT_E_NOMEM; FIAT_E_LIMIT for a name that no stream can have. */
fiat_status fiat__firehose_put_begin(fiat__firehose_put *put, const char *stream,
                                     const void *records, size_t count,
                                     fiat__str (*record)(const void *records, size_t i),
                                     fiat_error *err);

/* What the reply says of one record. */
typedef struct fiat__firehose_result {
    const char *record_id; /* NULL: the record was not taken */
    fiat__aws_class class;
    bool maybe_received; /* an internal failure: it may be there all the same */
    fiat_error err;      /* set unless it was taken */
} fiat__firehose_result;

typedef struct fiat__firehose_reply {
    fiat__doc *doc;
    const fiat__doc *next;
} fiat__firehose_reply;

/* Read the reply to a request of `record_count` records, wholly checked: FIAT_E_AWS_REPLY unless it
 * accounts for each record. On FIAT_OK free it with fiat__firehose_reply_free(). */
fiat_status fiat__firehose_reply_parse(fiat__firehose_reply *reply, fiat__str text,
                                       size_t record_count, fiat_error *err);
/* The next record's result, in the order of the request; false at the end. Strings are borrowed
 * until free. */
bool fiat__firehose_reply_next(fiat__firehose_reply *reply, fiat__firehose_result *out);
void fiat__firehose_reply_free(fiat__firehose_reply *reply);

#endif
