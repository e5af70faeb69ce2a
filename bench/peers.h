/* The same work by other parsers and validators, behind one shape, so that every figure of a run
 * has a yardstick. */
#ifndef FIAT_BENCH_PEERS_H
#define FIAT_BENCH_PEERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parse `count` texts to a DOM with simdjson; returns how many it accepted, 0 where it is not
 * there. The texts need SIMDJSON_PADDING readable bytes behind them (64 is enough). */
size_t bench_simdjson_parse(const char *const *texts, const size_t *lengths, size_t count);

/* RapidJSON's SAX parser with its schema validator (draft-04). NULL: it is not there, or does not
 * take the schema. */
void *bench_rapidjson_compile(const char *schema, size_t len);
void bench_rapidjson_free(void *compiled);
/* verdicts[i] = 1 for valid texts; may be NULL. Returns how many are valid. */
size_t bench_rapidjson_validate(void *compiled, const char *const *texts, const size_t *lengths,
                                size_t count, unsigned char *verdicts);

#ifdef __cplusplus
}
#endif
#endif
