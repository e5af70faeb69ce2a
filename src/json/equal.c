#include "json/equal.h"

#include "json/number.h"

static int equal_arrays(const fiat__tape *a, uint32_t i, const fiat__tape *b, uint32_t j,
                        uint64_t *steps) {
    uint32_t count = a->items[i].len;
    uint32_t left = i + 1, right = j + 1;
    for (uint32_t n = 0; n < count; n++) {
        int equal = fiat__tape_equal(a, left, b, right, steps);
        if (equal != 1) return equal;
        left = fiat__tape_next(a, left);
        right = fiat__tape_next(b, right);
    }
    return 1;
}

/* The value of the member `name`, sought from key *at on and then from the first. Members mostly
 * come in the same order, so that this is one step each. 0 none, UINT32_MAX out of steps. */
static uint32_t seek(const fiat__tape *b, uint32_t object, uint32_t *at, fiat__str name,
                     uint64_t *steps) {
    uint32_t end = b->items[object].next;
    for (uint32_t n = 0; n < b->items[object].len; n++) {
        if (*at >= end) *at = object + 1;
        if ((*steps)-- == 0) {
            *steps = 0;
            return UINT32_MAX;
        }
        uint32_t key = *at;
        *at = fiat__tape_next(b, key + 1);
        if (fiat__str_eq(fiat__tape_string(b, key), name)) return key + 1;
    }
    return 0;
}

static int equal_objects(const fiat__tape *a, uint32_t i, const fiat__tape *b, uint32_t j,
                         uint64_t *steps) {
    uint32_t key = i + 1, at = j + 1;
    for (uint32_t n = 0; n < a->items[i].len; n++) {
        uint32_t other = seek(b, j, &at, fiat__tape_string(a, key), steps);
        if (other == 0) return 0;
        if (other == UINT32_MAX) return -1;
        int equal = fiat__tape_equal(a, key + 1, b, other, steps);
        if (equal != 1) return equal;
        key = fiat__tape_next(a, key + 1);
    }
    return 1;
}

int fiat__tape_equal(const fiat__tape *a, uint32_t i, const fiat__tape *b, uint32_t j,
                     uint64_t *steps) {
    const fiat__tape_item *left = &a->items[i], *right = &b->items[j];
    if (*steps == 0) return -1;
    --*steps;
    if (left->kind & FIAT__JSON_NUMERIC && right->kind & FIAT__JSON_NUMERIC)
        return fiat__number_compare(fiat__tape_text(a, i), fiat__tape_text(b, j)) == 0;
    if (left->kind != right->kind) return 0;
    if (left->kind & FIAT__JSON_CONTAINERS && left->len != right->len) return 0;
    switch (left->kind) {
    case FIAT__JSON_BOOL:
        return fiat__tape_is_true(a, i) == fiat__tape_is_true(b, j);
    case FIAT__JSON_STRING:
        return fiat__str_eq(fiat__tape_string(a, i), fiat__tape_string(b, j));
    case FIAT__JSON_ARRAY:
        return equal_arrays(a, i, b, j, steps);
    case FIAT__JSON_OBJECT:
        return equal_objects(a, i, b, j, steps);
    default:
        return 1; /* null */
    }
}

static uint64_t hash_container(const fiat__tape *tape, uint32_t item, uint64_t seed) {
    bool object = tape->items[item].kind == FIAT__JSON_OBJECT;
    uint32_t child = item + 1;
    uint64_t hash = object ? 1 : 2;
    for (uint32_t n = 0; n < tape->items[item].len; n++) {
        if (object) {
            uint64_t name = fiat__key_hash(seed, fiat__tape_string(tape, child));
            hash += fiat__tape_hash(tape, ++child, name);
        } else {
            hash = (hash ^ fiat__tape_hash(tape, child, seed)) * UINT64_C(0x9E3779B97F4A7C15);
            hash ^= hash >> 29;
        }
        child = fiat__tape_next(tape, child);
    }
    return hash;
}

uint64_t fiat__tape_hash(const fiat__tape *tape, uint32_t item, uint64_t seed) {
    unsigned kind = tape->items[item].kind;
    if (kind == FIAT__JSON_STRING) return fiat__key_hash(seed, fiat__tape_string(tape, item));
    if (kind & FIAT__JSON_CONTAINERS) return hash_container(tape, item, seed);
    uint64_t value = kind == FIAT__JSON_NULL ? 3 : 4;
    if (kind == FIAT__JSON_BOOL) value += fiat__tape_is_true(tape, item);
    if (kind & FIAT__JSON_NUMERIC) value = fiat__number_hash(fiat__tape_text(tape, item));
    return fiat__key_hash(seed, fiat__str_of((const char *)&value, sizeof value));
}
