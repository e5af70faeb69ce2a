/* The keywords of arrays. */
#include "schema/compile.h"

/* A list of schemas: their nodes as links. Returns how many. */
static uint32_t compile_list(fiat__build *b, uint32_t list, uint32_t *first) {
    const fiat__tape *tape = b->c->tape;
    uint32_t count = tape->items[list].len, item = list + 1;
    for (uint32_t i = 0; i < count && b->c->status == FIAT_OK; i++) {
        uint32_t link = fiat__add_link(b->c, fiat__compile_child(b->c, item));
        if (i == 0) *first = link;
        item = fiat__tape_next(tape, item);
    }
    return count;
}

static void compile_prefix(fiat__build *b, fiat__array_rule *rule, fiat__keyword keyword) {
    uint32_t list = b->at[keyword];
    const fiat__tape_item *at = &b->c->tape->items[list];
    bool array = at->kind == FIAT__JSON_ARRAY;
    if (!array || at->len == 0) {
        fiat__compile_wanted(b, keyword, list,
                             array ? "at least one schema" : "an array of schemas");
        return;
    }
    rule->prefix_count = compile_list(b, list, &rule->prefix);
    rule->prefix_keyword = keyword;
}

static void compile_rest(fiat__build *b, fiat__array_rule *rule, fiat__keyword keyword) {
    if (!b->at[keyword]) return;
    rule->items = keyword == FIAT__KW_ADDITIONAL_ITEMS ? fiat__compile_additional(b, b->at[keyword])
                                                       : fiat__compile_child(b->c, b->at[keyword]);
    rule->items_given = 1;
    rule->items_keyword = keyword;
}

/* Until 2019-09 `items` may be an array, which additionalItems continues; 2020-12 calls these two
 * prefixItems and items. */
static void compile_items(fiat__build *b, fiat__array_rule *rule) {
    uint32_t items = b->at[FIAT__KW_ITEMS];
    bool array = items && b->c->tape->items[items].kind == FIAT__JSON_ARRAY;
    if (b->at[FIAT__KW_PREFIX_ITEMS]) compile_prefix(b, rule, FIAT__KW_PREFIX_ITEMS);
    if (array && b->draft >= FIAT__DRAFT_2020) {
        fiat__compile_wanted(b, FIAT__KW_ITEMS, items, "a schema (2020-12: use prefixItems)");
    } else if (array) {
        compile_prefix(b, rule, FIAT__KW_ITEMS);
        compile_rest(b, rule, FIAT__KW_ADDITIONAL_ITEMS);
    } else {
        compile_rest(b, rule, FIAT__KW_ITEMS);
        /* additionalItems does nothing here, but draft-04 lets it be a boolean all the same. */
        uint32_t additional = b->at[FIAT__KW_ADDITIONAL_ITEMS];
        if (additional) (void)fiat__compile_additional(b, additional);
    }
}

static void compile_contains(fiat__build *b, fiat__array_rule *rule) {
    uint32_t min = fiat__compile_count(b, FIAT__KW_MIN_CONTAINS, 1);
    uint32_t max = fiat__compile_count(b, FIAT__KW_MAX_CONTAINS, FIAT__UNLIMITED);
    if (!b->at[FIAT__KW_CONTAINS]) return;
    rule->contains = fiat__compile_child(b->c, b->at[FIAT__KW_CONTAINS]);
    rule->min_contains = min;
    rule->max_contains = max;
    rule->contains_evaluates = b->draft >= FIAT__DRAFT_2020;
}

static void compile_unique(fiat__build *b, fiat__array_rule *rule) {
    uint32_t value = b->at[FIAT__KW_UNIQUE_ITEMS];
    if (!value) return;
    if (b->c->tape->items[value].kind != FIAT__JSON_BOOL)
        fiat__compile_wanted(b, FIAT__KW_UNIQUE_ITEMS, value, "true or false");
    else
        rule->unique = fiat__tape_is_true(b->c->tape, value);
}

/* unevaluatedItems beside nothing that looks at the array in place is `items` by another name, and
 * with `items` it never sees an item. Both stay off the tape. */
static void compile_unevaluated(fiat__build *b, fiat__array_rule *rule) {
    uint32_t value = b->at[FIAT__KW_UNEVALUATED_ITEMS];
    if (!value || rule->items_given) return;
    if (!b->node.apply && !(rule->contains != FIAT__NODE_NONE && rule->contains_evaluates))
        compile_rest(b, rule, FIAT__KW_UNEVALUATED_ITEMS);
    else
        rule->unevaluated = fiat__compile_child(b->c, value);
}

void fiat__compile_array(fiat__build *b) {
    fiat__array_rule rule = {.contains = FIAT__NODE_NONE,
                             .unevaluated = FIAT__NODE_NONE,
                             .min = fiat__compile_count(b, FIAT__KW_MIN_ITEMS, 0),
                             .max = fiat__compile_count(b, FIAT__KW_MAX_ITEMS, FIAT__UNLIMITED)};
    compile_items(b, &rule);
    compile_contains(b, &rule);
    compile_unique(b, &rule);
    compile_unevaluated(b, &rule);
    bool any = rule.min || rule.max != FIAT__UNLIMITED || rule.prefix_count || rule.items_given ||
               rule.contains != FIAT__NODE_NONE || rule.unique ||
               rule.unevaluated != FIAT__NODE_NONE;
    if (any) b->node.array = fiat__add_array(b->c, &rule);
}
