/* What PutRecord and PutRecordBatch are asked, with AWS's limits and its words for what breaks
 * them: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
 * One thread, the one that serves the request. */
#ifndef FIAT_LOCAL_PUT_INPUT_H
#define FIAT_LOCAL_PUT_INPUT_H

#include "local/reply.h"

#define FIAT__PUT_RECORD_MAX_BYTES  1024000
#define FIAT__PUT_BATCH_MAX_BYTES   (4u * 1024 * 1024)
#define FIAT__PUT_BATCH_MAX_RECORDS 500

/* Longest name of a stream. */
#define FIAT__STREAM_NAME_BYTES 64

/* The rule that every DeliveryStreamName follows. */
extern const fiat__string_rule fiat__put_name_rule;

/* The records of one request: base64 text first, then their bytes, one after another in `data`. */
typedef struct fiat__put_input {
    fiat__str encoded[FIAT__PUT_BATCH_MAX_RECORDS];
    fiat__str decoded[FIAT__PUT_BATCH_MAX_RECORDS];
    size_t count;
    size_t total_bytes;
    fiat__buf data;
} fiat__put_input;

/* NULL: answered (no memory). */
fiat__put_input *fiat__put_input_new(fiat__reply *reply);
void fiat__put_input_free(fiat__put_input *input); /* NULL is allowed */

/* The JSON object that a request's body must be; the caller frees it. NULL: answered. */
fiat__doc *fiat__put_body_parse(fiat__str body, fiat__reply *reply);

/* Check the body of PutRecord, or of PutRecordBatch; the texts stay those of `body`. The stream's
 * name (borrowed from `body`), or NULL: answered. */
const char *fiat__put_input_read(fiat__put_input *input, const fiat__doc *body, bool batch,
                                 fiat__reply *reply);

/* From base64 to bytes. false: answered. */
bool fiat__put_input_decode(fiat__put_input *input, fiat__reply *reply);

/* Append `{"RecordId":` and an id of its own. The id is copied to `id` unless that is NULL. */
#define FIAT__PUT_ID_LEN 36
void fiat__put_write_id(fiat__buf *out, int64_t wall_ms, char id[FIAT__PUT_ID_LEN + 1]);

#endif
