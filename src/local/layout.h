/* Where the objects of a stream are: a prefix pattern of Firehose turned into what finds them
 * again. Pure functions, any thread. */
#ifndef FIAT_LOCAL_LAYOUT_H
#define FIAT_LOCAL_LAYOUT_H

#include "base/buf.h"

#define FIAT__LAYOUT_PARTITIONS_MAX 16

/* A partition column: group number `group` (from 1) of the regular expression. */
typedef struct fiat__layout_partition {
    char name[64];
    unsigned group;
} fiat__layout_partition;

typedef struct fiat__layout {
    fiat__buf glob;  /* relative to the bucket: more than the objects, but not much */
    fiat__buf regex; /* of a whole key (RE2 and PCRE read it alike): exactly the objects */
    fiat__layout_partition partitions[FIAT__LAYOUT_PARTITIONS_MAX];
    size_t partition_count;
} fiat__layout;

/* `prefix`: as Firehose has it. A folder "name=value" gives a partition column of that name; the
 * other parts of the time, together, one of the name "datehour" (as AWS's example of partition
 * projection calls it), or "day", "month", "year" when they go no further:
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-kinesis-firehose-example.html
 * FIAT_E_CONFIG when an expression is not closed; FIAT_E_LIMIT; FIAT_E_NOMEM. */
fiat_status fiat__layout_init(fiat__layout *layout, fiat__str prefix, fiat_error *err);
void fiat__layout_deinit(fiat__layout *layout);

/* Append text so that a regular expression takes it literally. */
bool fiat__layout_escape(fiat__buf *out, fiat__str text);

#endif
