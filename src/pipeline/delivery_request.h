/* Requests to Firehose, made of a stream's settings. The settings are finished (delivery.h). */
#ifndef FIAT_PIPELINE_DELIVERY_REQUEST_H
#define FIAT_PIPELINE_DELIVERY_REQUEST_H

#include "pipeline/delivery.h"

/* What the settings do not say: where the stream lives. */
typedef struct fiat__delivery_place {
    const char *region;
    const char *account;   /* of the stream and its role, 12 digits */
    const char *partition; /* "aws" */
} fiat__delivery_place;

/* The ARN of a setting that is a role: as it is, or of the name in the account. */
bool fiat__delivery_write_role(fiat__buf *out, const char *role, const fiat__delivery_place *place);

/* The body of CreateDeliveryStream.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
bool fiat__delivery_write_create(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place);

/* The ExtendedS3DestinationConfiguration in it; an ExtendedS3DestinationUpdate has the same
 * members. `live`: the destination's description, or NULL: what it has and the settings have not
 * is then set back by name, since an update leaves alone what it does not name. */
bool fiat__delivery_write_destination(fiat__buf *out, const fiat__delivery *settings,
                                      const fiat__delivery_place *place, const fiat__doc *live);

/* The body of UpdateDestination; `description`: the DeliveryStreamDescription that it answers.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html */
bool fiat__delivery_write_update(fiat__buf *out, const fiat__delivery *settings,
                                 const fiat__delivery_place *place, const fiat__doc *description);

/* The body of StartDeliveryStreamEncryption or, when the settings have none, of
 * StopDeliveryStreamEncryption: *start says of which.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
 */
bool fiat__delivery_write_encryption(fiat__buf *out, const fiat__delivery *settings, bool *start);

/* [{"Key":...,"Value":...},...] */
bool fiat__delivery_write_tags(fiat__buf *out, const fiat__delivery *settings);

#endif
