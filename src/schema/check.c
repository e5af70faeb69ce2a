/* What the meta-schemas ask of keywords' values and compiling does not see: annotations, names, and
 * lists without repetitions. It comes last, when what is compiled is known to be of the right type.
 * tests/integration/schema_meta.py compares with the published meta-schemas. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/equal.h"

/* Lists up to this long are compared item by item, longer ones by hashes. */
#define PAIRWISE_MAX 16

/* Comparisons of items of one list. What is equal is found at once, so that only hashes which
 * collide by chance count. */
#define STEPS_MAX (UINT64_C(1) << 24)

static void wanted(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value,
                   const char *what) {
    fiat__build b = {.c = c, .item = schema};
    fiat__compile_wanted(&b, keyword, value, what);
}

/* The first item that equals an earlier one; 0 when there is none. */
static uint32_t repeated_pairwise(const fiat__tape *tape, uint32_t list) {
    uint64_t steps = STEPS_MAX;
    uint32_t end = fiat__tape_next(tape, list);
    for (uint32_t item = list + 1; item < end; item = fiat__tape_next(tape, item))
        for (uint32_t other = list + 1; other < item; other = fiat__tape_next(tape, other))
            if (fiat__tape_equal(tape, other, tape, item, &steps) == 1) return item;
    return 0;
}

/* The same with an open hash table: hash in the upper half of a slot, item in the lower. */
static uint32_t repeated_by_hash(fiat__compiler *c, uint32_t list) {
    const fiat__tape *tape = c->tape;
    uint64_t steps = STEPS_MAX;
    uint32_t count = tape->items[list].len, slots = 64, item = list + 1, found = 0;
    while (slots < count * 2)
        slots *= 2;
    uint64_t *table = fiat__calloc(slots, sizeof *table);
    if (!table) {
        c->status = fiat__err_nomem(c->err);
        return 0;
    }
    for (uint32_t i = 0; i < count && !found; i++) {
        uint64_t hash = fiat__tape_hash(tape, item, c->schema->keys.seed);
        uint32_t at = (uint32_t)hash & (slots - 1);
        for (; table[at] && !found; at = (at + 1) & (slots - 1))
            if (table[at] >> 32 == hash >> 32 &&
                fiat__tape_equal(tape, (uint32_t)table[at], tape, item, &steps) == 1)
                found = item;
        table[at] = (hash >> 32 << 32) | item;
        item = fiat__tape_next(tape, item);
    }
    fiat__free(table);
    return found;
}

static void check_distinct(fiat__compiler *c, uint32_t schema, fiat__keyword keyword,
                           uint32_t list) {
    const fiat__tape_item *at = &c->tape->items[list];
    if (at->kind != FIAT__JSON_ARRAY || at->len < 2) return;
    uint32_t item =
        at->len <= PAIRWISE_MAX ? repeated_pairwise(c->tape, list) : repeated_by_hash(c, list);
    if (item) wanted(c, schema, keyword, item, "each item only once; it is there before");
}

static void check_lists(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value,
                        fiat__draft draft) {
    const fiat__tape *tape = c->tape;
    uint32_t end = fiat__tape_next(tape, value);
    for (uint32_t key = value + 1; key < end && c->status == FIAT_OK;
         key = fiat__tape_next(tape, key + 1)) {
        const fiat__tape_item *list = &tape->items[key + 1];
        if (draft == FIAT__DRAFT_4 && list->kind == FIAT__JSON_ARRAY && list->len == 0)
            wanted(c, schema, keyword, key + 1, "at least one name");
        check_distinct(c, schema, keyword, key + 1);
    }
}

static void check_bools(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value) {
    uint32_t end = fiat__tape_next(c->tape, value);
    bool right = c->tape->items[value].kind == FIAT__JSON_OBJECT;
    for (uint32_t key = value + 1; right && key < end; key = fiat__tape_next(c->tape, key + 1))
        right = c->tape->items[key + 1].kind == FIAT__JSON_BOOL;
    if (!right) wanted(c, schema, keyword, value, "an object of true and false");
}

static bool is_letter(char byte) {
    return (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* 2019-09 core, section 8.2.3, and 2020-12 core, section 8.2.2. */
static void check_anchor(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value,
                         fiat__draft draft) {
    bool colons = draft == FIAT__DRAFT_2019;
    fiat__str name = fiat__tape_string(c->tape, value);
    bool right = name.len > 0 && (is_letter(name.ptr[0]) || (!colons && name.ptr[0] == '_'));
    for (size_t i = 1; i < name.len && right; i++) {
        char byte = name.ptr[i];
        right = is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' ||
                byte == '.' || (colons && byte == ':');
    }
    if (!right)
        wanted(c, schema, keyword, value,
               colons ? "a letter and then letters, digits, \"-\", \"_\", \".\" and \":\""
                      : "a letter or \"_\" and then letters, digits, \"-\", \"_\" and \".\"");
}

static void check_kind(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value,
                       unsigned kind, const char *what) {
    if (c->tape->items[value].kind != kind) wanted(c, schema, keyword, value, what);
}

static void check_value(fiat__compiler *c, uint32_t schema, fiat__keyword keyword, uint32_t value,
                        fiat__draft draft) {
    switch (fiat__keyword_value_of(keyword)) {
    case FIAT__VALUE_OTHER:
        break;
    case FIAT__VALUE_STRING:
        check_kind(c, schema, keyword, value, FIAT__JSON_STRING, "a string");
        break;
    case FIAT__VALUE_BOOL:
        check_kind(c, schema, keyword, value, FIAT__JSON_BOOL, "true or false");
        break;
    case FIAT__VALUE_ARRAY:
        check_kind(c, schema, keyword, value, FIAT__JSON_ARRAY, "an array");
        break;
    case FIAT__VALUE_SCHEMAS:
        check_kind(c, schema, keyword, value, FIAT__JSON_OBJECT, "an object of schemas");
        break;
    case FIAT__VALUE_BOOLS:
        check_bools(c, schema, keyword, value);
        break;
    case FIAT__VALUE_ANCHOR:
        check_anchor(c, schema, keyword, value, draft);
        break;
    case FIAT__VALUE_DISTINCT_4:
        if (draft != FIAT__DRAFT_4) break;
        /* fall through */
    case FIAT__VALUE_DISTINCT:
        check_distinct(c, schema, keyword, value);
        break;
    case FIAT__VALUE_LISTS:
        check_lists(c, schema, keyword, value, draft);
        break;
    }
}

void fiat__check_schema(fiat__compiler *c, uint32_t item) {
    const fiat__tape *tape = c->tape;
    if (tape->items[item].kind != FIAT__JSON_OBJECT) return;
    fiat__draft draft = fiat__dialect_at(c, item)->draft;
    uint32_t key = item + 1;
    for (uint32_t i = 0; i < tape->items[item].len && c->status == FIAT_OK; i++) {
        fiat__keyword keyword = fiat__keyword_at(c, key);
        if (keyword != FIAT__KW_NONE) check_value(c, item, keyword, key + 1, draft);
        key = fiat__tape_next(tape, key + 1);
    }
}
