/* What a delivery stream needs to stand on: its bucket, role and log group. */
#ifndef FIAT_TOOLS_STREAM_MAKE_H
#define FIAT_TOOLS_STREAM_MAKE_H

#include "stream.h"

/* The requests that would be made, one after the other, on stdout: as text, or as a JSON array.
 * `changes`: UpdateDestination rather than CreateDeliveryStream, of this description. */
typedef struct stream_plan {
    bool json, bucket, role;
    const fiat__doc *update; /* NULL: create */
} stream_plan;
int stream_print_plan(const stream_context *c, const stream_plan *plan);

/* Make the bucket unless it is there: private, encrypted. Returns an exit code, with messages. */
int stream_make_bucket(const stream_context *c);

/* Show the role's policy, ask, and make the role unless it is there; give it the policy under the
 * name fiat-STREAM. *made: it was not there. */
int stream_make_role(const stream_context *c, bool yes, bool *made);

/* The log group and stream. That they cannot be made is a warning: delivery does without. */
void stream_make_logs(const stream_context *c);

#endif
