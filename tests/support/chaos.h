/* Failing allocations on purpose, and counting them. The counters are for all threads.
 *
 *     static fiat_status parse_once(void *ctx) { ... return fiat__thing_parse(...); }
 *     chaos_loop(parse_once, &input);
 *
 * Memory of libcurl, OpenSSL and cJSON does not pass through the library's allocator and is not
 * seen here. */
#ifndef FIAT_TESTS_SUPPORT_CHAOS_H
#define FIAT_TESTS_SUPPORT_CHAOS_H

#include <fiat/allocator.h>

typedef enum chaos_mode {
    CHAOS_TRANSIENT, /* allocation N alone fails */
    CHAOS_PERSISTENT /* allocation N and every later one fail */
} chaos_mode;

/* Put the counting allocator in the place of malloc; it works until chaos_remove(). Call both with
 * no block of the library in use: a block must be freed by the allocator that made it. */
void chaos_install(void);
void chaos_remove(void);

/* Fail allocation number `nth` from here (1: the next one); 0: none any more. */
void chaos_fail_at(uint64_t nth, chaos_mode mode);

/* Did an allocation fail since chaos_fail_at()? */
bool chaos_has_failed(void);

uint64_t chaos_allocations(void); /* calls of malloc and realloc since chaos_install() */
uint64_t chaos_live_blocks(void); /* not freed yet */
uint64_t chaos_live_bytes(void);
uint64_t chaos_peak_bytes(void); /* most bytes live at once since chaos_install() */

/* Call run(ctx) with the first allocation failing, then with the second, and so on until a run
 * makes fewer allocations than that; in both modes. Asserts (Check) that a run during which an
 * allocation failed ends with FIAT_E_NOMEM, or with FIAT_OK where the loss could be borne; that the
 * last run is FIAT_OK; and that each leaves no block behind. Installs and removes the allocator
 * itself. Memory kept on purpose (a thread's scratch) must be made before, outside. */
void chaos_loop(fiat_status (*run)(void *ctx), void *ctx);

#endif
