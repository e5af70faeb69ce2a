/* How long things take: counts in buckets whose width grows with the value, so that any quantile is
 * known to 1.6 % in a fixed amount of memory.
 *
 * Values below 32 have a bucket each; above, every power of two is divided into 32. Adding takes no
 * lock and waits for nobody. */
#ifndef FIAT_BASE_HISTOGRAM_H
#define FIAT_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FIAT__HISTOGRAM_SUB_BITS 5
#define FIAT__HISTOGRAM_MAX_BITS                                                                   \
    40 /* larger values count as the largest: 12 days of microseconds */
#define FIAT__HISTOGRAM_BUCKETS                                                                    \
    ((FIAT__HISTOGRAM_MAX_BITS - FIAT__HISTOGRAM_SUB_BITS + 1) << FIAT__HISTOGRAM_SUB_BITS)

typedef struct fiat__histogram {
    _Atomic uint64_t max;
    _Atomic uint32_t counts[FIAT__HISTOGRAM_BUCKETS];
} fiat__histogram;

/* The last one to two periods, and sums since the beginning. */
typedef struct fiat__window {
    _Atomic uint64_t count, sum; /* since the beginning */
    _Atomic unsigned current;    /* which half is being filled */
    _Atomic int64_t turned_ms;   /* when it became that */
    fiat__histogram halves[2];
} fiat__window;

/* `weight` things took `value` each. Any thread. */
void fiat__window_add(fiat__window *window, uint64_t value, uint32_t weight);

/* Begin a new half when `period_ms` have passed since the last. One thread at a time; what others
 * add meanwhile may be missing from the quantiles, never from the sums. */
void fiat__window_turn(fiat__window *window, int64_t now_ms, int64_t period_ms);

/* Begin with nothing added. No other thread may be adding. */
void fiat__window_reset(fiat__window *window, int64_t now_ms);

typedef struct fiat__quantiles {
    uint64_t count, sum;          /* since the beginning */
    uint64_t recent;              /* how many the following are of */
    uint64_t p50, p90, p99, p999; /* within 1.6 %; 0 when there is none */
    uint64_t max;                 /* exact */
} fiat__quantiles;

/* Any thread. */
void fiat__window_read(const fiat__window *window, fiat__quantiles *out);

#endif
