/* Objects as Firehose writes them to S3, under a folder: prefixes, names, gzip JSON lines.
 * Used by the `local:` sink and by the local engine.
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 * https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html */
#ifndef FIAT_PRODUCER_OBJECT_H
#define FIAT_PRODUCER_OBJECT_H

#include "base/buf.h"

typedef struct fiat__prefix_values {
    const char *stream;     /* !{firehose:delivery-stream-name} where AWS has it */
    int64_t time_ms;        /* !{timestamp:...}: arrival time of the oldest record, UTC */
    const char *error_type; /* !{firehose:error-output-type}; NULL in a data prefix */
    const char *random;     /* !{firehose:random-string}: 11 characters; NULL: made afresh */
} fiat__prefix_values;

typedef enum fiat__prefix_kind { FIAT__PREFIX_DATA, FIAT__PREFIX_ERROR } fiat__prefix_kind;

/* Is the pattern one that Firehose takes? FIAT_E_CONFIG names the expression and the rule. */
fiat_status fiat__prefix_check(fiat__str pattern, fiat__prefix_kind kind, fiat_error *err);

/* Append the expanded prefix. A data prefix without a timestamp expression gets "yyyy/MM/dd/HH/"
 * appended, as Firehose does. */
fiat_status fiat__prefix_expand(fiat__buf *out, fiat__str pattern, fiat__prefix_kind kind,
                                const fiat__prefix_values *values, fiat_error *err);

/* Append "<stream>-<version>-yyyy-MM-dd-HH-mm-ss-<uuid><extension>". */
fiat_status fiat__object_name(fiat__buf *out, const char *stream, unsigned version, int64_t time_ms,
                              const char *uuid, const char *extension, fiat_error *err);

/* Write DIR/KEY whole or not at all (folders made as needed), gzipped if asked. `sync`: durable
 * when the call returns. `parts` are written one after the other. */
fiat_status fiat__object_write(const char *dir, const char *key, const fiat__str *parts,
                               size_t part_count, bool gzip, bool sync, fiat_error *err);

#endif
