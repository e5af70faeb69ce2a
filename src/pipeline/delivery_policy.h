/* What a delivery stream may do: the two documents of its IAM role, for its settings and no more.
 * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
#ifndef FIAT_PIPELINE_DELIVERY_POLICY_H
#define FIAT_PIPELINE_DELIVERY_POLICY_H

#include "pipeline/delivery_request.h"

/* Who may take the role: Firehose, for streams of this account. */
bool fiat__delivery_write_trust(fiat__buf *out, const fiat__delivery_place *place);

/* What the role may do: write objects below both prefixes, log, and where the settings need it use
 * a key, call a function, read the table, read the source unless that has a role of its own. */
bool fiat__delivery_write_policy(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place);

#endif
