/* A live delivery stream held against the settings that it should have. */
#ifndef FIAT_PIPELINE_DELIVERY_COMPARE_H
#define FIAT_PIPELINE_DELIVERY_COMPARE_H

#include "pipeline/delivery_request.h"

typedef struct fiat__delivery_difference {
    const char *path;          /* "BufferingHints.SizeInMBs" */
    const char *live, *wanted; /* JSON text; "" when there is none */
    const char *remedy;        /* NULL: UpdateDestination mends it; else what does */
    bool encryption; /* of what Firehose holds: fiat__delivery_write_encryption() mends it */
} fiat__delivery_difference;

typedef void fiat__delivery_differs(const fiat__delivery_difference *difference, void *user);

/* Tell `each` difference between a DeliveryStreamDescription and the settings, which are finished.
 * What the settings do not speak of counts as equal when it is off in the stream. Texts are
 * borrowed for the call. *count: how many. FIAT_E_NOMEM, or FIAT_E_AWS_REPLY: the description is
 * none of a stream to S3. */
fiat_status fiat__delivery_compare(const fiat__delivery *settings,
                                   const fiat__delivery_place *place, const fiat__doc *description,
                                   fiat__delivery_differs *each, void *user, size_t *count,
                                   fiat_error *err);

/* The same for the "Tags" that ListTagsForDeliveryStream answers; tags that the settings do not
 * name are nobody's business. Returns how many differ. */
size_t fiat__delivery_compare_tags(const fiat__delivery *settings, const fiat__doc *tags,
                                   fiat__delivery_differs *each, void *user);

#endif
