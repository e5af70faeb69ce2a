/* The Athena API of the local engine: SQL over the data folder, DDL for its catalogue.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_Operations.html
 *
 *   DIR/.fiat/athena/ID.json   one query, see athena_store.c
 *   DIR/.fiat/athena/ID.csv    its result: as Athena writes one to S3, see athena_result.h
 *   DIR/BUCKET/KEY/ID.csv      the same, for a query with ResultConfiguration.OutputLocation
 *
 * Kept are the last FIAT__ATHENA_KEPT_MAX queries of FIAT__ATHENA_KEPT_DAYS days; objects at output
 * locations are never removed. Queries run on threads of their own, a few at a time. */
#ifndef FIAT_LOCAL_ATHENA_H
#define FIAT_LOCAL_ATHENA_H

#include "local/local.h"
#include "local/reply.h"

#define FIAT__ATHENA_TARGET "AmazonAthena."

#define FIAT__ATHENA_KEPT_MAX   1000
#define FIAT__ATHENA_KEPT_DAYS  45 /* as Athena keeps its history */
#define FIAT__ATHENA_RUNNING    2  /* at the same time */
#define FIAT__ATHENA_QUEUED_MAX 100

typedef struct fiat__athena fiat__athena;

/* Load what a former process left: what ran when it ended has failed. `opts` is kept. */
fiat_status fiat__athena_open(fiat__athena **out, const fiat__local_opts *opts, fiat_error *err);
/* Interrupt what runs and free everything. NULL is allowed. */
void fiat__athena_close(fiat__athena *athena);

/* Answer one call. Any thread. */
void fiat__athena_call(fiat__athena *athena, fiat__str operation, fiat__str body,
                       fiat__reply *reply);

#endif
