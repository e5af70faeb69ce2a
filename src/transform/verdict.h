/* What a transform says of one record. */
#ifndef FIAT_TRANSFORM_VERDICT_H
#define FIAT_TRANSFORM_VERDICT_H

#include <fiat/error.h>

typedef enum fiat__result {
    FIAT__RESULT_OK,      /* deliver what the transform made of it */
    FIAT__RESULT_DROPPED, /* there is nothing in it to deliver */
    FIAT__RESULT_FAILED   /* keep it aside as it came */
} fiat__result;

typedef struct fiat__verdict {
    fiat__result result;
    /* Of FIAT__RESULT_FAILED: which event of the record, from 1; 0: the record itself. */
    uint64_t event;
    fiat_error reason;
} fiat__verdict;

#endif
