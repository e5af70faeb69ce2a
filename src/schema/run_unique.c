/* uniqueItems in the one pass. The items have been read and found well formed; they are read once
 * more, into a hash each that does not depend on the order of members. Where all hashes differ, all
 * items do. Only where two are the same, or something has more than one spelling (an escape, a
 * fraction), they are compared on a tape. */
#include "schema/run_text.h"

/* More items than that are left to the tape, which has a hash table for them. */
#define ITEMS_MAX 64u

/* Marks of the kinds, and of what follows what. */
#define OF_WORD   UINT64_C(0x2545F4914F6CDD1D)
#define OF_NUMBER UINT64_C(0x9E3779B97F4A7C15)
#define OF_ARRAY  UINT64_C(0xBF58476D1CE4E5B9)
#define OF_OBJECT UINT64_C(0x94D049BB133111EB)

static const char *hash_value(uint64_t seed, const char *p, uint64_t *hash);

static const char *hash_string(uint64_t seed, const char *p, uint64_t *hash) {
    bool escaped = false;
    const char *end = fiat__scan_string(p + 1, &escaped);
    if (escaped) return NULL;
    *hash = fiat__key_hash(seed, fiat__str_of(p + 1, (size_t)(end - p - 1)));
    return end + 1;
}

static const char *hash_number(uint64_t seed, const char *p, uint64_t *hash) {
    fiat__scan_number number = fiat__scan_number_at(p);
    *hash = fiat__key_fold((uint64_t)number.value ^ seed, OF_NUMBER);
    return number.plain ? number.end : NULL;
}

static const char *hash_array(uint64_t seed, const char *p, uint64_t *hash) {
    *hash = OF_ARRAY;
    for (p = fiat__scan_space(p + 1); *p != ']';) {
        uint64_t item;
        p = hash_value(seed, p, &item);
        if (!p) return NULL;
        *hash = fiat__key_fold(*hash ^ item, seed | 1);
        p = fiat__scan_space(p);
        if (*p == ',') p = fiat__scan_space(p + 1);
    }
    return p + 1;
}

static const char *hash_object(uint64_t seed, const char *p, uint64_t *hash) {
    *hash = OF_OBJECT;
    for (p = fiat__scan_space(p + 1); *p != '}';) {
        uint64_t key, value;
        p = hash_string(seed, p, &key);
        if (!p) return NULL;
        p = hash_value(seed, fiat__scan_space(fiat__scan_space(p) + 1), &value);
        if (!p) return NULL;
        *hash += fiat__key_fold(key ^ OF_OBJECT, value | 1);
        p = fiat__scan_space(p);
        if (*p == ',') p = fiat__scan_space(p + 1);
    }
    return p + 1;
}

/* A value that is well formed. NULL: it has more than one spelling. Recursion is as deep as the
 * text is nested, which the pass before has limited. */
static const char *hash_value(uint64_t seed, const char *p, uint64_t *hash) {
    switch (*p) {
    case '"':
        return hash_string(seed, p, hash);
    case '{':
        return hash_object(seed, p, hash);
    case '[':
        return hash_array(seed, p, hash);
    case 't':
    case 'f':
    case 'n':
        *hash = fiat__key_fold((uint64_t)*p, OF_WORD);
        return fiat__scan_literal(p);
    default:
        return hash_number(seed, p, hash);
    }
}

static bool is_among(const uint64_t *hashes, uint32_t count, uint64_t hash) {
    for (uint32_t i = 0; i < count; i++)
        if (hashes[i] == hash) return true;
    return false;
}

/* true: no two items are equal. false: it cannot be told like this. */
static bool all_differ(const fiat__run *run, const char *p) {
    uint64_t hashes[ITEMS_MAX], seed = run->ctx->keys.seed;
    for (uint32_t count = 0;; count++) {
        p = fiat__scan_space(p);
        if (*p == ']') return true;
        if (*p == ',') p = fiat__scan_space(p + 1);
        if (count == ITEMS_MAX) return false;
        p = hash_value(seed, p, &hashes[count]);
        if (!p || is_among(hashes, count, hashes[count])) return false;
    }
}

bool fiat__read_unique(fiat__run *run, const char *p, const char *end, const fiat__node *node) {
    if (run->reread && all_differ(run, p + 1)) {
        fiat__run_reread(run, (size_t)(end - p));
        return true;
    }
    return fiat__read_on_tape(run, p, NULL, 0) && fiat__run_unique(run, node, 0);
}
