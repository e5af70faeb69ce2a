#include "support/chaos.h"
#include "support/test.h"

#include <inttypes.h>
#include <stdatomic.h>

#define ENDLESS 100000 /* more failed runs than any sane test needs */

/* Before each block; keeps the block aligned for any type. */
typedef union header {
    size_t bytes;
    max_align_t align;
} header;

static _Atomic uint64_t s_allocations, s_live_blocks, s_live_bytes, s_peak_bytes;
static _Atomic uint64_t s_countdown; /* allocations until the one that fails; 0: none fails */
static _Atomic bool s_persistent, s_failed;

static bool must_fail(void) {
    atomic_fetch_add(&s_allocations, 1);
    if (s_failed && s_persistent) return true;
    uint64_t left = atomic_load(&s_countdown);
    while (left > 0 && !atomic_compare_exchange_weak(&s_countdown, &left, left - 1))
        continue;
    if (left != 1) return false;
    s_failed = true;
    return true;
}

static void count_in(size_t bytes) {
    uint64_t live = atomic_fetch_add(&s_live_bytes, bytes) + bytes;
    uint64_t peak = atomic_load(&s_peak_bytes);
    while (live > peak && !atomic_compare_exchange_weak(&s_peak_bytes, &peak, live))
        continue;
}

static void *chaos_malloc(void *ctx, size_t bytes) {
    (void)ctx;
    if (must_fail() || bytes > SIZE_MAX - sizeof(header)) return NULL;
    header *block = malloc(sizeof *block + bytes);
    if (!block) return NULL;
    block->bytes = bytes;
    atomic_fetch_add(&s_live_blocks, 1);
    count_in(bytes);
    return block + 1;
}

static void *chaos_realloc(void *ctx, void *old, size_t bytes) {
    if (!old) return chaos_malloc(ctx, bytes);
    if (must_fail() || bytes > SIZE_MAX - sizeof(header)) return NULL;
    header *block = (header *)old - 1;
    size_t old_bytes = block->bytes;
    block = realloc(block, sizeof *block + bytes);
    if (!block) return NULL;
    block->bytes = bytes;
    atomic_fetch_sub(&s_live_bytes, old_bytes);
    count_in(bytes);
    return block + 1;
}

static void chaos_free(void *ctx, void *old) {
    (void)ctx;
    if (!old) return;
    header *block = (header *)old - 1;
    atomic_fetch_sub(&s_live_blocks, 1);
    atomic_fetch_sub(&s_live_bytes, block->bytes);
    free(block);
}

void chaos_install(void) {
    static const fiat_allocator chaos = {NULL, chaos_malloc, chaos_realloc, chaos_free};
    s_allocations = s_live_blocks = s_live_bytes = s_peak_bytes = 0;
    chaos_fail_at(0, CHAOS_TRANSIENT);
    ck_assert_int_eq(fiat_set_allocator(&chaos), FIAT_OK);
}

void chaos_remove(void) {
    ck_assert_int_eq(fiat_set_allocator(NULL), FIAT_OK);
}

void chaos_fail_at(uint64_t nth, chaos_mode mode) {
    s_failed = false;
    s_persistent = mode == CHAOS_PERSISTENT;
    s_countdown = nth;
}

bool chaos_has_failed(void) {
    return s_failed;
}

uint64_t chaos_allocations(void) {
    return s_allocations;
}

uint64_t chaos_live_blocks(void) {
    return s_live_blocks;
}

uint64_t chaos_live_bytes(void) {
    return s_live_bytes;
}

uint64_t chaos_peak_bytes(void) {
    return s_peak_bytes;
}

/* One run with allocation `nth` failing. false when the run made fewer than that. */
static bool fail_once(fiat_status (*run)(void *), void *ctx, uint64_t nth, chaos_mode mode) {
    chaos_fail_at(nth, mode);
    fiat_status status = run(ctx);
    bool failed = chaos_has_failed();
    chaos_fail_at(0, mode);
    ck_assert_msg(status == FIAT_OK || (failed && status == FIAT_E_NOMEM),
                  "allocation %" PRIu64 " %s: got %s", nth, failed ? "failed" : "did not fail",
                  fiat_status_name(status));
    ck_assert_msg(chaos_live_blocks() == 0,
                  "allocation %" PRIu64 " failed: %" PRIu64 " blocks left", nth,
                  chaos_live_blocks());
    return failed;
}

void chaos_loop(fiat_status (*run)(void *ctx), void *ctx) {
    chaos_install();
    for (chaos_mode mode = CHAOS_TRANSIENT; mode <= CHAOS_PERSISTENT; mode++) {
        uint64_t nth = 1;
        while (fail_once(run, ctx, nth, mode))
            ck_assert_uint_lt(nth++, ENDLESS);
    }
    chaos_remove();
}
