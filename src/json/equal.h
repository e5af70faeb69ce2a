/* Equality of values as JSON Schema means it: numbers by value, objects whatever their order. */
#ifndef FIAT_JSON_EQUAL_H
#define FIAT_JSON_EQUAL_H

#include "json/tape.h"

/* 1 equal, 0 not, -1 when *steps ran out first; each comparison of two values takes one. */
int fiat__tape_equal(const fiat__tape *a, uint32_t i, const fiat__tape *b, uint32_t j,
                     uint64_t *steps);

/* Equal values have equal hashes. */
uint64_t fiat__tape_hash(const fiat__tape *tape, uint32_t item, uint64_t seed);

#endif
