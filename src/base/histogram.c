#include "base/histogram.h"

#include <string.h>

#define SUB_COUNT   (1u << FIAT__HISTOGRAM_SUB_BITS)
#define LARGEST     ((UINT64_C(1) << FIAT__HISTOGRAM_MAX_BITS) - 1)
#define RELAXED     memory_order_relaxed
#define BUCKETS     FIAT__HISTOGRAM_BUCKETS
#define PER_MILLION UINT64_C(1000000)

static unsigned bucket_of(uint64_t value) {
    if (value < SUB_COUNT) return (unsigned)value;
    if (value > LARGEST) value = LARGEST;
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - FIAT__HISTOGRAM_SUB_BITS;
    return (shift << FIAT__HISTOGRAM_SUB_BITS) + (unsigned)(value >> shift);
}

/* The middle of a bucket: no value in it is further away than half its width. */
static uint64_t value_of(unsigned bucket) {
    if (bucket < 2 * SUB_COUNT) return bucket;
    unsigned shift = (bucket >> FIAT__HISTOGRAM_SUB_BITS) - 1;
    uint64_t first = (uint64_t)(SUB_COUNT + (bucket & (SUB_COUNT - 1))) << shift;
    return first + (UINT64_C(1) << shift) / 2;
}

static void raise_max(_Atomic uint64_t *max, uint64_t value) {
    uint64_t seen = atomic_load_explicit(max, RELAXED);
    while (seen < value &&
           !atomic_compare_exchange_weak_explicit(max, &seen, value, RELAXED, RELAXED))
        continue;
}

void fiat__window_add(fiat__window *window, uint64_t value, uint32_t weight) {
    fiat__histogram *half = &window->halves[atomic_load_explicit(&window->current, RELAXED)];
    atomic_fetch_add_explicit(&half->counts[bucket_of(value)], weight, RELAXED);
    raise_max(&half->max, value);
    atomic_fetch_add_explicit(&window->count, weight, RELAXED);
    atomic_fetch_add_explicit(&window->sum, value * weight, RELAXED);
}

static void clear(fiat__histogram *half) {
    for (unsigned i = 0; i < BUCKETS; i++)
        atomic_store_explicit(&half->counts[i], 0, RELAXED);
    atomic_store_explicit(&half->max, 0, RELAXED);
}

void fiat__window_turn(fiat__window *window, int64_t now_ms, int64_t period_ms) {
    int64_t since_ms = now_ms - atomic_load_explicit(&window->turned_ms, RELAXED);
    if (since_ms < period_ms) return;
    unsigned old = atomic_load_explicit(&window->current, RELAXED);
    clear(&window->halves[!old]);
    atomic_store_explicit(&window->current, !old, RELAXED);
    if (since_ms >= 2 * period_ms) clear(&window->halves[old]);
    atomic_store_explicit(&window->turned_ms, now_ms, RELAXED);
}

void fiat__window_reset(fiat__window *window, int64_t now_ms) {
    clear(&window->halves[0]);
    clear(&window->halves[1]);
    atomic_store(&window->count, 0);
    atomic_store(&window->sum, 0);
    atomic_store(&window->turned_ms, now_ms);
}

/* The value that `part` of a million of `total` do not exceed. */
static uint64_t quantile(const uint64_t *counts, uint64_t total, uint64_t part) {
    /* Rounded up, in two steps so that no product overflows. */
    uint64_t rank =
        total / PER_MILLION * part + (total % PER_MILLION * part + PER_MILLION - 1) / PER_MILLION;
    uint64_t seen = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += counts[i];
        if (seen >= rank) return value_of(i);
    }
    return value_of(BUCKETS - 1);
}

static uint64_t lower(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

void fiat__window_read(const fiat__window *window, fiat__quantiles *out) {
    uint64_t counts[BUCKETS];
    memset(out, 0, sizeof *out);
    for (int half = 0; half < 2; half++) {
        uint64_t max = atomic_load_explicit(&window->halves[half].max, RELAXED);
        if (max > out->max) out->max = max;
    }
    for (unsigned i = 0; i < BUCKETS; i++) {
        counts[i] = (uint64_t)atomic_load_explicit(&window->halves[0].counts[i], RELAXED) +
                    atomic_load_explicit(&window->halves[1].counts[i], RELAXED);
        out->recent += counts[i];
    }
    out->count = atomic_load_explicit(&window->count, RELAXED);
    out->sum = atomic_load_explicit(&window->sum, RELAXED);
    if (out->recent == 0) return;
    out->p50 = lower(quantile(counts, out->recent, 500000), out->max);
    out->p90 = lower(quantile(counts, out->recent, 900000), out->max);
    out->p99 = lower(quantile(counts, out->recent, 990000), out->max);
    out->p999 = lower(quantile(counts, out->recent, 999000), out->max);
}
