/* The same work by other parsers, behind one shape, so that every figure of a run has a yardstick.
 */
#ifndef FIAT_BENCH_PEERS_H
#define FIAT_BENCH_PEERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parse `count` texts to a DOM with simdjson; returns how many it accepted. The texts need
 * SIMDJSON_PADDING readable bytes behind them (64 is enough). */
size_t bench_simdjson_parse(const char *const *texts, const size_t *lengths, size_t count);

#ifdef __cplusplus
}
#endif
#endif
