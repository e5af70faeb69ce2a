/* Which keys an object has had so far, to find duplicates while its text is read. Sixteen keys live
 * in the caller's frame behind a 64-bit filter; more go to a hash table in memory that all open
 * objects share. Hashes are seeded, so that no text can be made to collide. */
#ifndef FIAT_JSON_KEYSET_H
#define FIAT_JSON_KEYSET_H

#include "json/scan.h"

#define FIAT__KEYSET_INLINE 16

typedef struct fiat__keyset {
    uint64_t filter;
    uint32_t count;
    uint32_t mask; /* 0: inline; else slots of the table - 1 */
    size_t base;   /* first slot of the table in fiat__keyspace.slots */
    uint32_t tags[FIAT__KEYSET_INLINE], at[FIAT__KEYSET_INLINE];
} fiat__keyset;

/* One thread's shared part. Objects are opened and closed like a stack. */
typedef struct fiat__keyspace {
    uint64_t seed;
    const char *text; /* padded; offsets below count from here */
    uint64_t *slots;  /* tag << 32 | offset + 1; 0 is empty */
    size_t used, cap;
} fiat__keyspace;

void fiat__keyspace_init(fiat__keyspace *space);
void fiat__keyspace_deinit(fiat__keyspace *space);

static inline void fiat__keyset_open(fiat__keyset *set) {
    set->filter = 0;
    set->count = 0;
    set->mask = 0;
}

static inline void fiat__keyset_close(fiat__keyspace *space, const fiat__keyset *set) {
    if (set->mask) space->used = set->base;
}

typedef enum fiat__keyset_result {
    FIAT__KEYSET_NEW,
    FIAT__KEYSET_DUPLICATE,
    FIAT__KEYSET_NOMEM
} fiat__keyset_result;

/* Seeded hash of a key: escapes resolved, eight readable bytes from its start. */
uint64_t fiat__key_hash_long(uint64_t hash, uint64_t seed, fiat__str key);

/* The 128-bit product folded to 64 bits (the mixing step of wyhash and its kin). */
static inline uint64_t fiat__key_fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t fiat__key_hash(uint64_t seed, fiat__str key) {
    uint64_t hash =
        fiat__key_fold(fiat__key_head(key.ptr, key.len) ^ seed,
                       fiat__key_tail(key.ptr, key.len) ^ (UINT64_C(0x9E3779B97F4A7C15) + key.len));
    return key.len <= 16 ? hash : fiat__key_hash_long(hash, seed, key);
}

/* When the set has left its frame, is full, or may have the key already. */
fiat__keyset_result fiat__keyset_add_slowly(fiat__keyspace *space, fiat__keyset *set, fiat__str key,
                                            uint32_t at, uint64_t hash);

/* `at`: offset of the byte after the key's opening quote in the text. */
static inline fiat__keyset_result fiat__keyset_add(fiat__keyspace *space, fiat__keyset *set,
                                                   fiat__str key, uint32_t at) {
    uint64_t hash = fiat__key_hash(space->seed, key), bit = UINT64_C(1) << (hash >> 58);
    if (set->filter & bit || set->count >= FIAT__KEYSET_INLINE)
        return fiat__keyset_add_slowly(space, set, key, at, hash);
    set->filter |= bit;
    set->tags[set->count] = (uint32_t)hash;
    set->at[set->count++] = at;
    return FIAT__KEYSET_NEW;
}

#endif
