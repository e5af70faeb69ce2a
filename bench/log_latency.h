/* How long a call of validated_log() takes at worst. Prints the members of a JSON array. */
#ifndef FIAT_BENCH_LOG_LATENCY_H
#define FIAT_BENCH_LOG_LATENCY_H

#include <stddef.h>

void bench_log_latency(const char *const *texts, const size_t *lengths, size_t count);

#endif
