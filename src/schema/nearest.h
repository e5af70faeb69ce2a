/* "Did you mean ...?" */
#ifndef FIAT_SCHEMA_NEAREST_H
#define FIAT_SCHEMA_NEAREST_H

#include "base/str.h"

/* The best candidate so far for a name that was probably mistyped. */
typedef struct fiat__nearest {
    fiat__str name; /* what was found */
    fiat__str best; /* ptr NULL: nothing is close */
    unsigned distance;
} fiat__nearest;

void fiat__nearest_init(fiat__nearest *nearest, fiat__str name);
void fiat__nearest_offer(fiat__nearest *nearest, fiat__str candidate);

#endif
