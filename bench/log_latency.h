/* How long a call of validated_log() takes at worst. Prints the members of a JSON array. Folders
 * for spools are made in the working folder, which is to be on a disk. */
#ifndef FIAT_BENCH_LOG_LATENCY_H
#define FIAT_BENCH_LOG_LATENCY_H

#include <stddef.h>

/* `only`: of the cases those whose names contain it; NULL: all. */
void bench_log_latency(const char *const *texts, const size_t *lengths, size_t count,
                       const char *only);

#endif
