/* Random bytes and time-ordered ids. Thread-safe; safe after fork(). */
#ifndef FIAT_BASE_RANDOM_H
#define FIAT_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Unpredictable bytes from the kernel (getrandom(2)), buffered per thread. */
void fiat__random_bytes(void *out, size_t len);
uint64_t fiat__random_u64(void);

/* Uniform in 0..limit-1; limit > 0. */
uint64_t fiat__random_below(uint64_t limit);

/* UUID version 7 (RFC 9562 section 5.7): 48 bits of wall_ms, 12 bits that count up within the
 * millisecond on this thread, 62 bits that are random for each thread and millisecond. Unique, not
 * unguessable. Ids of one thread sort in the order of the calls. */
#define FIAT__UUID_LEN 36
typedef struct fiat__uuid {
    uint8_t bytes[16];
} fiat__uuid;

fiat__uuid fiat__uuid7(int64_t wall_ms);

/* Lower-case text, 36 bytes, no NUL. */
void fiat__uuid_write(char out[FIAT__UUID_LEN], const fiat__uuid *uuid);

#endif
