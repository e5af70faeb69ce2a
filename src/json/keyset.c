#include "json/keyset.h"

#include "base/mem.h"
#include "base/random.h"

void fiat__keyspace_init(fiat__keyspace *space) {
    *space = (fiat__keyspace){.seed = fiat__random_u64()};
}

void fiat__keyspace_deinit(fiat__keyspace *space) {
    fiat__free(space->slots);
    *space = (fiat__keyspace){0};
}

/* The middle of a key longer than its head and tail. */
uint64_t fiat__key_hash_long(uint64_t hash, uint64_t seed, fiat__str key) {
    for (size_t i = 8; i + 8 < key.len; i += 8) {
        uint64_t word;
        memcpy(&word, key.ptr + i, sizeof word);
        hash = fiat__key_fold(hash ^ word, seed | 1);
    }
    return fiat__key_fold(hash, seed ^ UINT64_C(0x9E3779B97F4A7C15));
}

static bool reserve(fiat__keyspace *space, size_t more) {
    if (space->cap - space->used >= more) return true;
    size_t cap = (space->used + more) * 2;
    uint64_t *grown = fiat__realloc_array(space->slots, cap, sizeof *grown);
    if (!grown) return false;
    space->slots = grown;
    space->cap = cap;
    return true;
}

static void put(uint64_t *table, uint32_t mask, uint64_t slot) {
    uint32_t i = (uint32_t)(slot >> 32) & mask;
    while (table[i])
        i = (i + 1) & mask;
    table[i] = slot;
}

static uint64_t slot_of(uint32_t tag, uint32_t at) {
    return (uint64_t)tag << 32 | (at + 1);
}

/* Move from the frame to a table of 64 slots, or to one four times the size. The new table is built
 * above the old one, which is the topmost, and then moved down over it. */
static bool grow(fiat__keyspace *space, fiat__keyset *set) {
    uint32_t slots = set->mask ? (set->mask + 1) * 4 : 64;
    size_t base = set->mask ? set->base : space->used;
    if (!reserve(space, slots)) return false;
    uint64_t *table = space->slots + space->used;
    memset(table, 0, slots * sizeof *table);
    if (set->mask) {
        for (uint32_t i = 0; i <= set->mask; i++)
            if (space->slots[base + i]) put(table, slots - 1, space->slots[base + i]);
        memmove(space->slots + base, table, slots * sizeof *table);
    } else {
        for (uint32_t i = 0; i < set->count; i++)
            put(table, slots - 1, slot_of(set->tags[i], set->at[i]));
    }
    set->base = base;
    set->mask = slots - 1;
    space->used = base + slots;
    return true;
}

static fiat__keyset_result add_to_table(fiat__keyspace *space, fiat__keyset *set, fiat__str key,
                                        uint32_t tag, uint32_t at) {
    const uint64_t *table = space->slots + set->base;
    for (uint32_t i = tag & set->mask; table[i]; i = (i + 1) & set->mask)
        if (table[i] >> 32 == tag && fiat__scan_equals(space->text + (uint32_t)table[i] - 1, key))
            return FIAT__KEYSET_DUPLICATE;
    if (set->count >= set->mask / 2 && !grow(space, set)) return FIAT__KEYSET_NOMEM;
    put(space->slots + set->base, set->mask, slot_of(tag, at));
    set->count++;
    return FIAT__KEYSET_NEW;
}

fiat__keyset_result fiat__keyset_add_slowly(fiat__keyspace *space, fiat__keyset *set, fiat__str key,
                                            uint32_t at, uint64_t hash) {
    uint32_t tag = (uint32_t)hash;
    if (set->mask) return add_to_table(space, set, key, tag, at);
    for (uint32_t i = 0; i < set->count; i++)
        if (set->tags[i] == tag && fiat__scan_equals(space->text + set->at[i], key))
            return FIAT__KEYSET_DUPLICATE;
    if (set->count == FIAT__KEYSET_INLINE) {
        if (!grow(space, set)) return FIAT__KEYSET_NOMEM;
        return add_to_table(space, set, key, tag, at);
    }
    set->filter |= UINT64_C(1) << (hash >> 58);
    set->tags[set->count] = tag;
    set->at[set->count++] = at;
    return FIAT__KEYSET_NEW;
}
