/* A place in S3 as a folder below the data folder: s3://BUCKET/KEY is DIR/BUCKET/KEY. */
#ifndef FIAT_LOCAL_S3_PLACE_H
#define FIAT_LOCAL_S3_PLACE_H

#include "base/buf.h"

typedef struct fiat__s3_place {
    fiat__str bucket;
    fiat__str key; /* without a '/' at its ends; may be empty */
} fiat__s3_place;

/* Read a URI; the parts point into it. false: none, or one that could lead out of the data folder
 * or into what the engine keeps there (parts "..", names of buckets that begin with '.'). */
bool fiat__s3_place_read(fiat__str uri, fiat__s3_place *out);

#endif
