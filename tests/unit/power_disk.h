/* A disk that remembers what a power cut may leave of it. Calls are passed on to the system, but
 * nothing is synced there; what has been synced, and in which order the rest was done, is written
 * down. One test at a time, one thread. */
#ifndef FIAT_TESTS_POWER_DISK_H
#define FIAT_TESTS_POWER_DISK_H

#include "producer/spool_io.h"

#include <stdint.h>

extern const fiat__spool_io power_disk_io;

/* Forget all files. `seed` decides what a power cut leaves. */
void power_disk_reset(uint64_t seed);
/* A number of the seed's sequence, below `limit`. */
uint64_t power_disk_random(uint64_t limit);

/* Write to folder `to` what a power cut now leaves of folder `from`: of each file all that was
 * synced, and of what was written or cut off since then any part, in sectors; of names all changes
 * before the folder's last sync, and some that came next. */
void power_disk_cut(const char *from, const char *to);

#endif
