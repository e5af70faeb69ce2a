/* Collecting the names of an object or an enum, and hashing them perfectly. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

void fiat__known_deinit(fiat__known_list *list) {
    fiat__free(list->at);
    fiat__free(list->map);
    *list = (fiat__known_list){0};
}

static uint32_t *map_slot(const fiat__known_list *list, uint32_t *map, uint32_t size,
                          fiat__str name) {
    uint32_t i = (uint32_t)fiat__key_hash(list->seed, name) & (size - 1);
    while (map[i] && !fiat__str_eq(list->at[map[i] - 1].name, name))
        i = (i + 1) & (size - 1);
    return &map[i];
}

static bool grow_map(fiat__compiler *c, fiat__known_list *list) {
    uint32_t size = list->map_size ? list->map_size * 4 : 32;
    uint32_t *map = fiat__calloc(size, sizeof *map);
    if (!map) {
        if (c->status == FIAT_OK) c->status = fiat__err_nomem(c->err);
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++)
        *map_slot(list, map, size, list->at[i].name) = i + 1;
    fiat__free(list->map);
    list->map = map;
    list->map_size = size;
    return true;
}

/* So few names are looked through. */
#define FEW 8

/* Index of a name; list->count when it is not there. */
static uint32_t find_known(const fiat__known_list *list, fiat__str name) {
    if (list->map_size) {
        uint32_t found = *map_slot(list, list->map, list->map_size, name);
        return found ? found - 1 : list->count;
    }
    uint32_t i = 0;
    while (i < list->count && !fiat__str_eq(list->at[i].name, name))
        i++;
    return i;
}

uint32_t fiat__known_add(fiat__compiler *c, fiat__known_list *list, fiat__str name) {
    uint32_t found = find_known(list, name);
    if (found < list->count) return found;
    list->seed = c->schema->keys.seed;
    if (list->count >= FEW && list->count * 2 >= list->map_size && !grow_map(c, list)) return 0;
    if (list->count == FIAT__NAMES_MAX)
        fiat__compile_fail(c, FIAT_E_SCHEMA_LIMIT, 0, FIAT__KW_NONE,
                           "more than %u names in one object or enum", FIAT__NAMES_MAX);
    if (!fiat__grow(c, &list->at, list->count, &list->cap, 1, sizeof *list->at)) return 0;
    list->at[list->count] = (fiat__known){.name = name};
    if (list->map_size) *map_slot(list, list->map, list->map_size, name) = list->count + 1;
    return list->count++;
}

/* splitmix64: a sequence of odd multipliers to try, the same in every run. */
static uint64_t next_multiplier(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (z ^ z >> 31) | 1;
}

uint64_t fiat__names_hash_whole(const fiat__names *names, const char *key, size_t len) {
    return fiat__key_hash(names->multiplier, fiat__str_of(key, len));
}

/* A table that is filled. */
typedef struct filling {
    fiat__names *names;
    const fiat__slot *slots;
    uint16_t *places;
    const char *pool;
} filling;

/* Places that a lookup may have to see, in a table a third full at most. */
#define STEPS_MAX 48u

/* Put all names in their places; returns how many did not get the one that they hash to, and stops
 * at `enough`: with that many, or when one would be more than STEPS_MAX away from its place. */
static uint32_t place(const filling *f, uint32_t enough) {
    const fiat__names names = *f->names;
    uint16_t *places = f->places;
    uint32_t displaced = 0;
    memset(places, 0, ((size_t)names.mask + 1) * sizeof *places);
    for (uint32_t i = 0; i < names.count; i++) {
        const fiat__slot *slot = &f->slots[i];
        uint32_t steps = 0, at = fiat__names_hash(&names, f->pool + slot->name, slot->len,
                                                  slot->head, slot->tail);
        if (places[at] && ++displaced == enough) return enough;
        for (; places[at]; at = (at + 1) & names.mask)
            if (++steps > STEPS_MAX) return enough;
        places[at] = (uint16_t)(i + 1);
    }
    return displaced;
}

/* Try multipliers until one is perfect, or keep the best. The more names, the less can be hoped for
 * and the dearer is a try. false: with none a lookup is short. */
static bool search(const filling *f) {
    fiat__names *names = f->names;
    uint32_t tries = names->count < 64 ? 512 : names->count < 512 ? 32 : 4;
    uint32_t fewest = UINT32_MAX;
    uint64_t state = 1, best = 1;
    for (uint32_t i = 0; i < tries && fewest; i++) {
        names->multiplier = next_multiplier(&state);
        uint32_t displaced = place(f, fewest);
        if (displaced >= fewest) continue;
        fewest = displaced;
        best = names->multiplier;
    }
    names->multiplier = best;
    return fewest != UINT32_MAX && (!fewest || place(f, UINT32_MAX) == fewest);
}

/* Hash the names as a whole. The seed is not known before, so that no schema can make them collide;
 * with the first one, or nearly so, every place is near. */
static void search_whole(const filling *f, uint64_t seed) {
    f->names->whole = true;
    do
        f->names->multiplier = next_multiplier(&seed);
    while (place(f, UINT32_MAX) == UINT32_MAX);
}

/* Can the name stand in a text as it is, and is it no longer than fiat__slot_ahead() allows? */
static bool is_plain(fiat__str name) {
    if (name.len > FIAT__SLOT_PLAIN_MAX) return false;
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == '"' || name.ptr[i] == '\\')
            return false;
    return true;
}

static fiat__slot make_slot(fiat__compiler *c, const fiat__known *known, uint32_t index) {
    fiat__str name = known->name;
    uint16_t plain = is_plain(name) ? FIAT__SLOT_PLAIN : 0;
    return (fiat__slot){.head = fiat__key_head(name.ptr, name.len),
                        .tail = fiat__key_tail(name.ptr, name.len),
                        .len = (uint32_t)name.len,
                        .name = known->pooled ? known->pooled - 1 : fiat__add_name(c, name),
                        .child = known->child,
                        .index = (uint16_t)index,
                        .flags = (uint16_t)(known->flags | plain)};
}

void fiat__names_build(fiat__compiler *c, fiat__names *out, const fiat__known_list *list) {
    *out = (fiat__names){0};
    if (list->count == 0 || c->status != FIAT_OK) return;
    uint32_t bits = 2;
    while ((1u << bits) < list->count * 3)
        bits++;
    fiat__names names = {.mask = (1u << bits) - 1, .shift = 64 - bits, .count = list->count};
    names.slots = fiat__add_slots(c, list->count);
    names.places = fiat__add_places(c, 1u << bits);
    for (uint32_t i = 0; i < list->count && c->status == FIAT_OK; i++) {
        fiat__slot slot = make_slot(c, &list->at[i], i);
        c->program->slots[names.slots + i] = slot;
    }
    if (c->status != FIAT_OK) return;
    filling f = {&names, c->program->slots + names.slots, c->program->places + names.places,
                 c->program->names};
    if (!search(&f)) search_whole(&f, c->schema->keys.seed);
    *out = names;
}
