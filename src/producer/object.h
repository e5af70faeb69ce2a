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

/* AWS's bounds of a pattern and of what it evaluates to. */
#define FIAT__PREFIX_MAX_BYTES   1024
#define FIAT__PREFIX_VALUE_BYTES 512
#define FIAT__KEY_MAX_BYTES      1024

/* Moments at one of which any pattern evaluates to its longest value. */
#define FIAT__PREFIX_LONGEST_COUNT 2
extern const int64_t fiat__prefix_longest_ms[FIAT__PREFIX_LONGEST_COUNT];

/* Is the pattern one that Firehose takes? FIAT_E_CONFIG names the expression and the rule. What
 * passes here also expands, at any time of any year from 0 to 9999. */
fiat_status fiat__prefix_check(fiat__str pattern, fiat__prefix_kind kind, fiat_error *err);

/* Both prefixes of a stream together: a data prefix with expressions needs an error prefix. */
fiat_status fiat__prefix_check_pair(fiat__str data, fiat__str error, fiat_error *err);

/* Append the expanded prefix. A data prefix without a timestamp expression gets "yyyy/MM/dd/HH/"
 * appended, as Firehose does. */
fiat_status fiat__prefix_expand(fiat__buf *out, fiat__str pattern, fiat__prefix_kind kind,
                                const fiat__prefix_values *values, fiat_error *err);

/* Append "<stream>-<version>-yyyy-MM-dd-HH-mm-ss-<uuid><extension>". */
fiat_status fiat__object_name(fiat__buf *out, const char *stream, unsigned version, int64_t time_ms,
                              const char *uuid, const char *extension, fiat_error *err);

/* Can the key be a file below a folder? No empty, "." or ".." part, no NUL, no leading '/', no part
 * longer than a file system takes. FIAT_E_ARG names the key and what is wrong with it. */
fiat_status fiat__object_check_key(fiat__str key, fiat_error *err);

/* An object while it is written. No reader sees any of it before fiat__object_commit(). */
typedef struct fiat__object_writer fiat__object_writer;

fiat_status fiat__object_open(fiat__object_writer **out, const char *dir, const char *key,
                              bool gzip, fiat_error *err);
fiat_status fiat__object_append(fiat__object_writer *writer, fiat__str data, fiat_error *err);
/* Give it its name. The writer is freed, also on failure; then nothing of the object is left. */
fiat_status fiat__object_commit(fiat__object_writer *writer, bool sync, fiat_error *err);
/* Leave nothing of it. NULL is allowed. */
void fiat__object_abort(fiat__object_writer *writer);

/* Write DIR/KEY whole or not at all (folders made as needed), gzipped if asked. `sync`: durable
 * when the call returns. `parts` are written one after the other. */
fiat_status fiat__object_write(const char *dir, const char *key, const fiat__str *parts,
                               size_t part_count, bool gzip, bool sync, fiat_error *err);

#endif
