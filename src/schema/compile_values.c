/* type, enum and const. */
#include "schema/compile.h"

#include "json/equal.h"
#include "json/number.h"

/* What comparing const with the values of enum may take. */
#define COMPARE_STEPS          1000000u
#define COMPARE_STEPS_PER_BYTE 16u

/* Kinds of a type's name; 0 when it is none. */
static unsigned kinds_of(fiat__str name) {
    /* the most frequent first */
    static const struct {
        fiat__str name;
        unsigned kinds;
    } types[] = {
        {{"string", 6}, FIAT__JSON_STRING},   {{"object", 6}, FIAT__JSON_OBJECT},
        {{"array", 5}, FIAT__JSON_ARRAY},     {{"boolean", 7}, FIAT__JSON_BOOL},
        {{"integer", 7}, FIAT__JSON_INTEGER}, {{"number", 6}, FIAT__JSON_NUMERIC},
        {{"null", 4}, FIAT__JSON_NULL},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (fiat__str_eq(name, types[i].name)) return types[i].kinds;
    return 0;
}

static unsigned type_at(fiat__build *b, uint32_t item) {
    const fiat__tape *tape = b->c->tape;
    bool string = tape->items[item].kind == FIAT__JSON_STRING;
    unsigned kinds = string ? kinds_of(fiat__tape_string(tape, item)) : 0;
    if (!kinds)
        fiat__compile_wanted(b, FIAT__KW_TYPE, item,
                             "one of array, boolean, integer, null, number, object, string, or an "
                             "array of them");
    return kinds;
}

void fiat__compile_type(fiat__build *b) {
    uint32_t value = b->at[FIAT__KW_TYPE];
    if (!value) return;
    const fiat__tape_item *at = &b->c->tape->items[value];
    if (at->kind != FIAT__JSON_ARRAY) {
        b->node.kinds = (uint8_t)type_at(b, value);
        return;
    }
    if (at->len == 0) fiat__compile_wanted(b, FIAT__KW_TYPE, value, "at least one type");
    unsigned kinds = 0;
    for (uint32_t i = 0; i < at->len; i++)
        kinds |= type_at(b, value + 1 + i);
    b->node.kinds = (uint8_t)kinds;
}

/* Take one allowed value in. */
static void add_value(fiat__build *b, fiat__values_rule *rule, fiat__known_list *strings,
                      uint32_t item, unsigned pass) {
    const fiat__tape *tape = b->c->tape;
    unsigned kind = tape->items[item].kind;
    if (pass == 0) {
        rule->kinds |= (uint8_t)(kind & FIAT__JSON_NUMERIC ? FIAT__JSON_NUMERIC : kind);
        if (kind == FIAT__JSON_BOOL) rule->booleans |= fiat__tape_is_true(tape, item) ? 2 : 1;
        if (kind == FIAT__JSON_STRING)
            fiat__known_add(b->c, strings, fiat__tape_string(tape, item));
    } else if (pass == 1 && kind & FIAT__JSON_NUMERIC) {
        uint32_t link = fiat__add_link(b->c, item);
        if (rule->numbers_count++ == 0) rule->numbers = link;
    } else if (pass == 2 && kind & FIAT__JSON_CONTAINERS) {
        uint32_t link = fiat__add_link(b->c, (uint32_t)fiat__tape_hash(tape, item, 0));
        fiat__add_link(b->c, item);
        if (rule->containers_count++ == 0) rule->containers = link;
    }
}

/* Elements of one link, a number each, or of two that begin with what they are sorted by. */
typedef struct sorting {
    const fiat__tape *tape;
    uint32_t *at;
    uint32_t width;
} sorting;

static bool is_less(const sorting *s, uint32_t i, uint32_t j) {
    uint32_t left = s->at[i * s->width], right = s->at[j * s->width];
    if (s->width == 2) return left < right;
    return fiat__number_compare(fiat__tape_text(s->tape, left), fiat__tape_text(s->tape, right)) <
           0;
}

static void swap(const sorting *s, uint32_t i, uint32_t j) {
    for (uint32_t k = 0; k < s->width; k++) {
        uint32_t kept = s->at[i * s->width + k];
        s->at[i * s->width + k] = s->at[j * s->width + k];
        s->at[j * s->width + k] = kept;
    }
}

static void sift(const sorting *s, uint32_t root, uint32_t count) {
    for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && is_less(s, child, child + 1)) child++;
        if (!is_less(s, root, child)) return;
        swap(s, root, child);
    }
}

/* Heapsort: no memory, and no order of the values makes it slow. */
static void sort(const sorting *s, uint32_t count) {
    for (uint32_t i = count / 2; i-- > 0;)
        sift(s, i, count);
    for (uint32_t end = count; end-- > 1;) {
        swap(s, 0, end);
        sift(s, 0, end);
    }
}

static void sort_values(fiat__build *b, const fiat__values_rule *rule) {
    uint32_t *links = b->c->program->links;
    if (b->c->status != FIAT_OK) return;
    sort(&(sorting){b->c->tape, links + rule->numbers, 1}, rule->numbers_count);
    sort(&(sorting){b->c->tape, links + rule->containers, 2}, rule->containers_count);
}

/* The values of enum that equal const, when both are given; every value of the one that is. */
static bool value_counts(fiat__build *b, uint32_t item, uint64_t *steps) {
    uint32_t only = b->at[FIAT__KW_CONST];
    if (!only || only == item) return true;
    int equal = fiat__tape_equal(b->c->tape, only, b->c->tape, item, steps);
    if (equal < 0)
        fiat__compile_fail(b->c, FIAT_E_SCHEMA_LIMIT, b->item, FIAT__KW_CONST,
                           "comparing it with the values of enum takes too many steps; leave one "
                           "of the two away");
    return equal == 1;
}

void fiat__compile_values(fiat__build *b) {
    uint32_t list = b->at[FIAT__KW_ENUM], only = b->at[FIAT__KW_CONST];
    if (!list && !only) return;
    const fiat__tape *tape = b->c->tape;
    if (list && (tape->items[list].kind != FIAT__JSON_ARRAY ||
                 (tape->items[list].len == 0 && b->draft == FIAT__DRAFT_4))) {
        fiat__compile_wanted(b, FIAT__KW_ENUM, list, "an array of the values that are allowed");
        return;
    }
    fiat__values_rule rule = {.keyword = only ? FIAT__KW_CONST : FIAT__KW_ENUM};
    fiat__known_list strings = {0};
    uint64_t steps = COMPARE_STEPS + COMPARE_STEPS_PER_BYTE * (uint64_t)tape->text.len;
    for (unsigned pass = 0; pass < 3; pass++) {
        uint32_t item = list ? list + 1 : only, count = list ? tape->items[list].len : 1;
        for (uint32_t i = 0; i < count && b->c->status == FIAT_OK; i++) {
            if (value_counts(b, item, &steps)) add_value(b, &rule, &strings, item, pass);
            item = fiat__tape_next(tape, item);
        }
    }
    sort_values(b, &rule);
    fiat__names_build(b->c, &rule.strings, &strings);
    fiat__known_deinit(&strings);
    b->node.values = fiat__add_values(b->c, &rule);
}
