/* type, enum and const. */
#include "schema/compile.h"

#include "json/equal.h"

/* Kinds of a type's name; 0 when it is none. */
static unsigned kinds_of(fiat__str name) {
    static const struct {
        const char *name;
        unsigned kinds;
    } types[] = {
        {"array", FIAT__JSON_ARRAY},     {"boolean", FIAT__JSON_BOOL},
        {"integer", FIAT__JSON_INTEGER}, {"null", FIAT__JSON_NULL},
        {"number", FIAT__JSON_NUMERIC},  {"object", FIAT__JSON_OBJECT},
        {"string", FIAT__JSON_STRING},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (fiat__str_eq_c(name, types[i].name)) return types[i].kinds;
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
        uint32_t link = fiat__add_link(b->c, item);
        if (rule->containers_count++ == 0) rule->containers = link;
    }
}

/* The values of enum that equal const, when both are given; every value of the one that is. */
static bool value_counts(fiat__build *b, uint32_t item) {
    uint32_t only = b->at[FIAT__KW_CONST];
    return !only || only == item ||
           fiat__tape_equal(b->c->tape, only, b->c->tape, item, &(uint64_t){UINT64_MAX}) == 1;
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
    for (unsigned pass = 0; pass < 3; pass++) {
        uint32_t item = list ? list + 1 : only, count = list ? tape->items[list].len : 1;
        for (uint32_t i = 0; i < count && b->c->status == FIAT_OK; i++) {
            if (value_counts(b, item)) add_value(b, &rule, &strings, item, pass);
            item = fiat__tape_next(tape, item);
        }
    }
    fiat__names_build(b->c, &rule.strings, &strings);
    fiat__known_deinit(&strings);
    b->node.values = fiat__add_values(b->c, &rule);
}
