/* SHA-256 of two texts at once, where the processor gains by that. */
#ifndef FIAT_BASE_SHA256_PAIR_H
#define FIAT_BASE_SHA256_PAIR_H

#include "base/hash.h"

/* false: fiat__sha256_pair() must not be called. */
bool fiat__sha256_runs_in_pairs(void);

/* Of all that two sources give, which are not the same; they are rewound before. It gains most when
 * they are about as long. */
void fiat__sha256_pair(unsigned char a[FIAT__SHA256_BYTES], const fiat__source *of_a,
                       unsigned char b[FIAT__SHA256_BYTES], const fiat__source *of_b);

#endif
