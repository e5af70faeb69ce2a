/* The transform `log`: a record of JSON lines, as the producer joins them, is judged by its
 * stream's schema. It goes on as it is when all events are valid. Pure; one thread. */
#ifndef FIAT_TRANSFORM_LOG_H
#define FIAT_TRANSFORM_LOG_H

#include "base/buf.h"
#include "transform/verdict.h"
#include <fiat/schema.h>

/* Most text of one record. A record of Firehose's has 1,024,000 bytes at most
 * (https://docs.aws.amazon.com/firehose/latest/dev/limits.html), but gzip unfolds a thousandfold.
 */
#define FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES ((size_t)16 * 1024 * 1024)

typedef struct fiat__transform_log {
    bool newline; /* end each record with one; else end none with it */
    fiat_validator *validator;
    fiat__buf text; /* of a record that came as gzip */
} fiat__transform_log;

fiat_status fiat__transform_log_init(fiat__transform_log *log, bool newline, fiat_error *err);
void fiat__transform_log_deinit(fiat__transform_log *log);

/* Append to `out` what is to be delivered. `schema` judges events as they are delivered, stamps and
 * all. A record without events is dropped; of a record with one that is not valid, nothing is
 * appended, and the reason is that of the first, in the words of the producer's refusal. Gzip stays
 * gzip. FIAT_E_NOMEM, FIAT_E_LIMIT (of `out`): there is no verdict. */
fiat_status fiat__transform_log_record(fiat__transform_log *log, const fiat_schema *schema,
                                       fiat__str record, fiat__buf *out, fiat__verdict *verdict,
                                       fiat_error *err);

#endif
