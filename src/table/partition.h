/* The partitions of a stream's objects: a prefix of Firehose turned into partition projection, so
 * that Athena finds what Firehose writes without a partition ever being added.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 *
 * The columns have the names that local/layout.h gives them: that of a folder "name=value", and
 * "datehour", "day", "month" or "year" for the other parts of the time. */
#ifndef FIAT_TABLE_PARTITION_H
#define FIAT_TABLE_PARTITION_H

#include "base/buf.h"
#include "table/settings.h"

#define FIAT__PARTITIONS_MAX 16

typedef enum fiat__partition_kind {
    FIAT__PARTITION_DATE,    /* format, unit */
    FIAT__PARTITION_INTEGER, /* min, max, digits */
    FIAT__PARTITION_ENUM,    /* format: the one value */
    FIAT__PARTITION_INJECTED /* queries must name the value */
} fiat__partition_kind;

typedef struct fiat__partition {
    char name[64];
    fiat__partition_kind kind;
    char format[128]; /* of a date: Java's DateTimeFormatter */
    const char *unit; /* "HOURS": how far apart dates are; static */
    unsigned min, max, digits;
} fiat__partition;

typedef struct fiat__partitions {
    fiat__partition items[FIAT__PARTITIONS_MAX];
    size_t count;
    fiat__buf folder;   /* of the bucket, which holds all: "Audit/", or "" */
    fiat__buf template; /* within the bucket: "Audit/${datehour}/" */
} fiat__partitions;

/* FIAT_E_CONFIG says which part of the prefix cannot be projected, and what to write instead;
 * FIAT_E_LIMIT; FIAT_E_NOMEM. Deinit in any case. */
fiat_status fiat__partitions_init(fiat__partitions *out, fiat__str prefix, fiat_error *err);
void fiat__partitions_deinit(fiat__partitions *partitions);

/* Append the moment in the partition's format: what its range begins with. */
bool fiat__partition_write_moment(fiat__buf *out, const fiat__partition *partition,
                                  const fiat__table_moment *moment);

#endif
