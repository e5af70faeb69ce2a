/* The keywords of numbers: bounds and multipleOf. */
#include "schema/compile.h"

#include "json/number.h"

#include <stdio.h>

/* The item of a bound, 0 when it is absent. */
static uint32_t bound(fiat__build *b, fiat__keyword keyword) {
    uint32_t value = b->at[keyword];
    if (value && !(b->c->tape->items[value].kind & FIAT__JSON_NUMERIC)) {
        fiat__compile_wanted(b, keyword, value, "a number");
        return 0;
    }
    return value;
}

/* In draft-04 exclusiveMinimum is a boolean that turns `minimum` into an exclusive bound. */
static void move_exclusive(fiat__build *b, fiat__keyword keyword, uint32_t *inclusive,
                           uint32_t *exclusive) {
    uint32_t value = b->at[keyword];
    if (b->draft > FIAT__DRAFT_4) {
        *exclusive = bound(b, keyword);
        return;
    }
    if (!value) return;
    if (b->c->tape->items[value].kind != FIAT__JSON_BOOL) {
        fiat__compile_wanted(b, keyword, value, "true or false (a number from draft-06 on)");
    } else if (!*inclusive) {
        fiat__compile_fail(b->c, FIAT_E_SCHEMA_INVALID, b->item, keyword,
                           "it must stand beside the bound that it is about");
    } else if (fiat__tape_is_true(b->c->tape, value)) {
        *exclusive = *inclusive;
        *inclusive = 0;
    }
}

static int compare_int(int64_t value, fiat__str bound_text) {
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)value);
    return fiat__number_compare(fiat__str_of(text, (size_t)len), bound_text);
}

/* The least int64 that compares with the bound as >= (or, with `above`, as >), found by halving, so
 * that no bound, however written, is ever rounded. false: there is none. */
static bool least(fiat__str text, bool above, int64_t *out) {
    int64_t low = INT64_MIN, high = INT64_MAX;
    int order = compare_int(high, text);
    if (order < 0 || (above && order == 0)) return false;
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        order = compare_int(middle, text);
        if (order > 0 || (!above && order == 0))
            high = middle;
        else
            low = middle + 1;
    }
    *out = low;
    return true;
}

static void raise_low(fiat__build *b, fiat__number_rule *rule, uint32_t item, bool above) {
    int64_t value;
    if (!item) return;
    if (!least(fiat__tape_text(b->c->tape, item), above, &value)) {
        rule->low = INT64_MAX;
        rule->high = INT64_MIN;
    } else if (value > rule->low) {
        rule->low = value;
    }
}

/* The greatest that is <= (or, with `below`, <) is one less than the least that is > (or >=). */
static void lower_high(fiat__build *b, fiat__number_rule *rule, uint32_t item, bool below) {
    int64_t value;
    if (!item || !least(fiat__tape_text(b->c->tape, item), !below, &value)) return;
    if (value == INT64_MIN) {
        rule->low = INT64_MAX;
        rule->high = INT64_MIN;
    } else if (value - 1 < rule->high) {
        rule->high = value - 1;
    }
}

static void compile_divisor(fiat__build *b, fiat__number_rule *rule) {
    uint32_t value = bound(b, FIAT__KW_MULTIPLE_OF);
    if (!value) return;
    fiat__str text = fiat__tape_text(b->c->tape, value);
    if (fiat__number_compare(text, fiat__str_c("0")) <= 0) {
        fiat__compile_wanted(b, FIAT__KW_MULTIPLE_OF, value, "a number greater than 0");
        return;
    }
    rule->multiple_of = value;
    if (!fiat__number_to_int64(text, &rule->divisor)) rule->divisor = 0;
}

void fiat__compile_number(fiat__build *b) {
    fiat__number_rule rule = {.low = INT64_MIN, .high = INT64_MAX};
    rule.minimum = bound(b, FIAT__KW_MINIMUM);
    rule.maximum = bound(b, FIAT__KW_MAXIMUM);
    move_exclusive(b, FIAT__KW_EXCLUSIVE_MINIMUM, &rule.minimum, &rule.above);
    move_exclusive(b, FIAT__KW_EXCLUSIVE_MAXIMUM, &rule.maximum, &rule.below);
    compile_divisor(b, &rule);
    if (b->c->status != FIAT_OK) return;
    raise_low(b, &rule, rule.minimum, false);
    raise_low(b, &rule, rule.above, true);
    lower_high(b, &rule, rule.maximum, false);
    lower_high(b, &rule, rule.below, true);
    bool any = rule.minimum || rule.maximum || rule.above || rule.below || rule.multiple_of;
    if (any) b->node.number = fiat__add_number(b->c, &rule);
}
