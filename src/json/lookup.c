#include "json/lookup.h"

#include "base/mem.h"
#include "base/random.h"
#include "json/keyset.h"
#include "json/pointer.h"

/* Containers with fewer children are looked through. */
#define SMALL 16

void fiat__lookup_init(fiat__lookup *lookup) {
    *lookup = (fiat__lookup){.seed = fiat__random_u64()};
}

void fiat__lookup_deinit(fiat__lookup *lookup) {
    fiat__free(lookup->slots);
    *lookup = (fiat__lookup){0};
}

static uint32_t spread(uint32_t container, uint32_t hash) {
    return (uint32_t)((((uint64_t)container << 32 | hash) * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

static void put(fiat__lookup_entry *slots, uint32_t size, fiat__lookup_entry entry) {
    uint32_t at = spread(entry.container, entry.hash) & (size - 1);
    while (slots[at].container)
        at = (at + 1) & (size - 1);
    slots[at] = entry;
}

/* Make room, so that half of the table stays empty. */
static bool reserve(fiat__lookup *lookup, uint32_t more) {
    uint64_t size = lookup->size ? lookup->size : 64;
    while (size < 2 * ((uint64_t)lookup->count + more))
        size *= 2;
    if (size == lookup->size) return true;
    fiat__lookup_entry *slots = size < UINT32_MAX ? fiat__calloc(size, sizeof *slots) : NULL;
    if (!slots) return false;
    for (uint32_t i = 0; i < lookup->size; i++)
        if (lookup->slots[i].container) put(slots, (uint32_t)size, lookup->slots[i]);
    fiat__free(lookup->slots);
    lookup->slots = slots;
    lookup->size = (uint32_t)size;
    return true;
}

static void add(fiat__lookup *lookup, uint32_t container, uint32_t hash, uint32_t child) {
    put(lookup->slots, lookup->size, (fiat__lookup_entry){container + 1, hash, child});
    lookup->count++;
}

/* Longer tokens with escapes are not looked up but looked for. */
#define TOKEN_MAX 256

static uint32_t hash_name(const fiat__lookup *lookup, fiat__str name) {
    const uint64_t spreads = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = lookup->seed ^ name.len, word;
    const char *at = name.ptr, *end = name.ptr + name.len;
    for (; end - at >= 8; at += 8) {
        memcpy(&word, at, sizeof word);
        hash = fiat__key_fold(hash ^ word, spreads);
    }
    word = 0;
    if (at < end) memcpy(&word, at, (size_t)(end - at));
    return (uint32_t)fiat__key_fold(hash ^ word, spreads);
}

/* What a token spells, in `room` when it has escapes; a wrong '~' is found by the comparison. */
static fiat__str unescape(fiat__str token, char room[TOKEN_MAX]) {
    if (token.len == 0 || !memchr(token.ptr, '~', token.len)) return token;
    size_t len = 0;
    for (size_t i = 0; i < token.len; i++) {
        bool escape = token.ptr[i] == '~' && i + 1 < token.len;
        if (escape) i++;
        room[len++] = !escape ? token.ptr[i] : token.ptr[i] == '1' ? '/' : '~';
    }
    return fiat__str_of(room, len);
}

static bool index_container(fiat__lookup *lookup, const fiat__tape *tape, uint32_t item) {
    const fiat__tape_item *at = &tape->items[item];
    bool object = at->kind == FIAT__JSON_OBJECT;
    if (!reserve(lookup, at->len + 1)) return false;
    uint32_t child = item + 1;
    for (uint32_t i = 0; i < at->len; i++) {
        uint32_t hash = object ? hash_name(lookup, fiat__tape_string(tape, child)) : i;
        child += object;
        add(lookup, item, hash, child);
        child = fiat__tape_next(tape, child);
    }
    add(lookup, item, 0, 0);
    return true;
}

/* Is the child of an entry what the token names? `token` NULL: any that has the hash. */
static bool is_it(const fiat__lookup_entry *entry, const fiat__tape *tape, const fiat__str *token) {
    if (!entry->child || !token) return !entry->child == !token;
    bool object = tape->items[entry->container - 1].kind == FIAT__JSON_OBJECT;
    return !object || fiat__pointer_token_is(*token, fiat__tape_string(tape, entry->child - 1));
}

static const fiat__lookup_entry *find(const fiat__lookup *lookup, const fiat__tape *tape,
                                      uint32_t container, uint32_t hash, const fiat__str *token) {
    if (!lookup->size) return NULL;
    uint32_t mask = lookup->size - 1, at = spread(container + 1, hash) & mask;
    for (; lookup->slots[at].container; at = (at + 1) & mask) {
        const fiat__lookup_entry *entry = &lookup->slots[at];
        if (entry->container == container + 1 && entry->hash == hash && is_it(entry, tape, token))
            return entry;
    }
    return NULL;
}

uint32_t fiat__lookup_step(fiat__lookup *lookup, const fiat__tape *tape, uint32_t item,
                           fiat__str token) {
    const fiat__tape_item *at = &tape->items[item];
    bool plain = token.len <= TOKEN_MAX || !memchr(token.ptr, '~', token.len);
    if (!(at->kind & FIAT__JSON_CONTAINERS) || at->len < SMALL || !plain)
        return fiat__pointer_step(tape, item, token);
    if (!find(lookup, tape, item, 0, NULL) && !index_container(lookup, tape, item))
        return fiat__pointer_step(tape, item, token);
    uint32_t hash;
    char room[TOKEN_MAX];
    if (at->kind == FIAT__JSON_OBJECT) {
        hash = hash_name(lookup, unescape(token, room));
    } else {
        int64_t index = fiat__pointer_token_index(token);
        if (index < 0) return 0;
        hash = (uint32_t)index;
    }
    const fiat__lookup_entry *entry = find(lookup, tape, item, hash, &token);
    return entry ? entry->child : 0;
}
