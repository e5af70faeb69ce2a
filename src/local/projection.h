/* Which files are a table's, and what they say of its partition columns: LOCATION, and partition
 * projection where the table has it.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html */
#ifndef FIAT_LOCAL_PROJECTION_H
#define FIAT_LOCAL_PROJECTION_H

#include "local/hive_table.h"
#include "local/layout.h"
#include "local/s3_place.h"

typedef struct fiat__projection {
    fiat__layout layout; /* relative to the data folder; partitions in the order of the path */
    fiat__buf condition; /* SQL: within the ranges; empty: none */
    /* By partition of the layout. */
    const fiat__hive_column *columns[FIAT__LAYOUT_PARTITIONS_MAX];
} fiat__projection;

/* `now_ms`: what NOW stands for in ranges. FIAT_E_SQL: Athena would refuse the table, or read no
 * row of it; the message names the property. Without projection, partitions are the folders
 * "column=value", as if MSCK REPAIR TABLE had just run. */
fiat_status fiat__projection_init(fiat__projection *out, const fiat__hive_table *table,
                                  int64_t now_ms, fiat_error *err);
void fiat__projection_deinit(fiat__projection *projection);

/* Is projection on? */
bool fiat__projection_enabled(const fiat__hive_table *table);

#endif
