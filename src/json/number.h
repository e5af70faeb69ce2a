/* Exact arithmetic on the decimal text of JSON numbers (RFC 8259 section 6): no rounding, whatever
 * their size. `text` is always a number that the scanner has accepted. Work is bounded: exponents
 * of any size are compared without writing out their zeros. */
#ifndef FIAT_JSON_NUMBER_H
#define FIAT_JSON_NUMBER_H

#include "base/str.h"
#include <stdint.h>

/* 1, 1.0 and 10e-1 are integers. */
bool fiat__number_is_integer(fiat__str text);

/* <0, 0, >0. -0 equals 0, 1.0 equals 1. */
int fiat__number_compare(fiat__str a, fiat__str b);

/* Equal numbers have equal hashes, whatever their spelling. */
uint64_t fiat__number_hash(fiat__str text);

/* Is value a whole multiple of divisor (> 0)? 1 yes, 0 no, -1 too long to tell within bounds. A
 * divisor of at most 17 significant digits always gives an answer, in one pass over the value; a
 * longer one with values of up to FIAT__NUMBER_MAX_DIGITS digits, at the divisor's scale. */
#define FIAT__NUMBER_MAX_DIGITS 4096
int fiat__number_multiple_of(fiat__str value, fiat__str divisor);

/* The value when it is a whole number that fits, however it is spelt. */
bool fiat__number_to_int64(fiat__str text, int64_t *out);

#endif
