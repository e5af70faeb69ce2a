/* The keywords of strings: minLength, maxLength, pattern, format. */
#include "schema/compile.h"

static uint32_t compile_pattern(fiat__build *b) {
    uint32_t value = b->at[FIAT__KW_PATTERN];
    if (!value) return 0;
    if (b->c->tape->items[value].kind != FIAT__JSON_STRING) {
        fiat__compile_wanted(b, FIAT__KW_PATTERN, value, "a regular expression in a string");
        return 0;
    }
    return fiat__add_regex(b, FIAT__KW_PATTERN, b->item, fiat__tape_string(b->c->tape, value));
}

static fiat__format compile_format(fiat__build *b) {
    uint32_t value = b->at[FIAT__KW_FORMAT];
    if (!value) return FIAT__FORMAT_NONE;
    if (b->c->tape->items[value].kind != FIAT__JSON_STRING) {
        fiat__compile_wanted(b, FIAT__KW_FORMAT, value, "the name of a format");
        return FIAT__FORMAT_NONE;
    }
    if (!b->assert_formats) return FIAT__FORMAT_NONE;
    return fiat__format_find(fiat__tape_string(b->c->tape, value), b->draft);
}

void fiat__compile_string(fiat__build *b) {
    fiat__string_rule rule = {.min = fiat__compile_count(b, FIAT__KW_MIN_LENGTH, 0),
                              .max = fiat__compile_count(b, FIAT__KW_MAX_LENGTH, FIAT__UNLIMITED),
                              .regex = compile_pattern(b),
                              .format = compile_format(b)};
    bool any = rule.min || rule.max != FIAT__UNLIMITED || rule.regex || rule.format;
    if (any) b->node.string = fiat__add_string(b->c, &rule);
}
