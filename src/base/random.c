/* A pool of kernel bytes for each thread, thrown away by fork(). */
#include "base/random.h"
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define POOL_BYTES 512

/* Counts fork()s, so that a child never hands out the bytes its parent had buffered. */
static atomic_uint s_fork_count;
static pthread_once_t s_once = PTHREAD_ONCE_INIT;

static _Thread_local struct {
    unsigned fork_count;
    size_t left;
    unsigned char bytes[POOL_BYTES];
} tl_pool;

static _Thread_local struct {
    int64_t ms;
    unsigned count, fork_count;
    uint8_t tail[8]; /* variant and random bits */
} tl_uuid;

static void after_fork(void) {
    atomic_fetch_add_explicit(&s_fork_count, 1, memory_order_relaxed);
}

static void watch_forks(void) {
    if (pthread_atfork(NULL, NULL, after_fork) != 0) {
        fprintf(stderr, "fiat: pthread_atfork failed\n");
        abort();
    }
}

static unsigned count_forks(void) {
    pthread_once(&s_once, watch_forks);
    return atomic_load_explicit(&s_fork_count, memory_order_relaxed);
}

/* getrandom() gives up to 256 bytes whole once the kernel's pool is ready; loop for the rest. */
static void kernel_bytes(unsigned char *out, size_t len) {
    const int cancel = fiat__cancel_hold();
    while (len > 0) {
        ssize_t got = getrandom(out, len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            fprintf(stderr, "fiat: getrandom failed: %s\n", strerror(errno));
            abort();
        }
        out += got;
        len -= (size_t)got;
    }
    fiat__cancel_restore(cancel);
}

void fiat__random_bytes(void *out, size_t len) {
    if (len == 0) return; /* out may be NULL then */
    if (len > POOL_BYTES) {
        kernel_bytes(out, len);
        return;
    }
    unsigned forks = count_forks();
    if (tl_pool.left < len || tl_pool.fork_count != forks) {
        kernel_bytes(tl_pool.bytes, POOL_BYTES);
        tl_pool.left = POOL_BYTES;
        tl_pool.fork_count = forks;
    }
    tl_pool.left -= len;
    memcpy(out, tl_pool.bytes + tl_pool.left, len);
    memset(tl_pool.bytes + tl_pool.left, 0, len); /* what was given out cannot be read later */
}

uint64_t fiat__random_u64(void) {
    uint64_t value;
    fiat__random_bytes(&value, sizeof value);
    return value;
}

uint64_t fiat__random_below(uint64_t limit) {
    uint64_t fair = UINT64_MAX - UINT64_MAX % limit, value; /* values from here on would tilt it */
    do
        value = fiat__random_u64();
    while (value >= fair);
    return value % limit;
}

/* The random part is drawn once a millisecond, and anew in the child of a fork: within it the
 * counter tells the ids of a thread apart, and 62 bits tell one thread's from another's. A clock
 * that stands still or goes back keeps the last millisecond and counts on; a full counter moves on
 * to the next. */
static void next_tick(int64_t wall_ms) {
    unsigned forks = count_forks();
    if (wall_ms > tl_uuid.ms) {
        tl_uuid.ms = wall_ms;
        tl_uuid.count = (unsigned)(fiat__random_u64() & 0x7FF); /* top bit 0: room to count */
    } else if (++tl_uuid.count > 0xFFF) {
        tl_uuid.ms++;
        tl_uuid.count = 0;
    } else if (tl_uuid.fork_count == forks) {
        return;
    }
    fiat__random_bytes(tl_uuid.tail, sizeof tl_uuid.tail);
    tl_uuid.tail[0] = (uint8_t)(0x80 | (tl_uuid.tail[0] & 0x3F));
    tl_uuid.fork_count = forks;
}

fiat__uuid fiat__uuid7(int64_t wall_ms) {
    next_tick(wall_ms);
    fiat__uuid uuid;
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(tl_uuid.ms >> (40 - 8 * i));
    uuid.bytes[6] = (uint8_t)(0x70 | tl_uuid.count >> 8);
    uuid.bytes[7] = (uint8_t)tl_uuid.count;
    memcpy(uuid.bytes + 8, tl_uuid.tail, sizeof tl_uuid.tail);
    return uuid;
}

/* Eight hex digits of four bytes, all at once: the nibbles are spread over the bytes of a word,
 * most significant first, and each is moved up to its digit. */
static void write_hex8(char *out, const uint8_t bytes[4]) {
    uint64_t v = (uint64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    v = (v << 16 | v) & UINT64_C(0x0000FFFF0000FFFF);
    v = (v << 8 | v) & UINT64_C(0x00FF00FF00FF00FF);
    v = (v << 4 | v) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    uint64_t letters = (v + UINT64_C(0x0606060606060606)) >> 4 & UINT64_C(0x0101010101010101);
    v += UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
    for (int i = 0; i < 8; i++)
        out[i] = (char)(v >> (56 - 8 * i));
}

void fiat__uuid_write(char out[FIAT__UUID_LEN], const fiat__uuid *uuid) {
    char digits[32];
    for (int i = 0; i < 4; i++)
        write_hex8(digits + 8 * i, uuid->bytes + 4 * i);
    memcpy(out, digits, 8);
    memcpy(out + 9, digits + 8, 4);
    memcpy(out + 14, digits + 12, 4);
    memcpy(out + 19, digits + 16, 4);
    memcpy(out + 24, digits + 20, 12);
    out[8] = out[13] = out[18] = out[23] = '-';
}
