/* The keywords of strings: minLength, maxLength, pattern, format, contentEncoding,
 * contentMediaType. */
#include "schema/compile.h"
#include "schema/content.h"

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

/* A keyword whose value is a name; false when nothing is to be asserted. */
static bool read_content(fiat__build *b, fiat__keyword keyword, const char *wanted,
                         fiat__str *name) {
    uint32_t value = b->at[keyword];
    if (!value) return false;
    if (b->c->tape->items[value].kind != FIAT__JSON_STRING) {
        fiat__compile_wanted(b, keyword, value, wanted);
        return false;
    }
    *name = fiat__tape_string(b->c->tape, value);
    return b->c->assert_content;
}

static void compile_content(fiat__build *b, fiat__string_rule *rule) {
    fiat__str name;
    if (read_content(b, FIAT__KW_CONTENT_ENCODING, "the name of an encoding", &name))
        rule->encoding = (uint8_t)fiat__encoding_find(name);
    if (read_content(b, FIAT__KW_CONTENT_MEDIA_TYPE, "a media type", &name))
        rule->media = (uint8_t)fiat__media_find(name);
}

void fiat__compile_string(fiat__build *b) {
    fiat__string_rule rule = {.min = fiat__compile_count(b, FIAT__KW_MIN_LENGTH, 0),
                              .max = fiat__compile_count(b, FIAT__KW_MAX_LENGTH, FIAT__UNLIMITED),
                              .regex = compile_pattern(b),
                              .format = (uint8_t)compile_format(b)};
    compile_content(b, &rule);
    bool any = rule.min || rule.max != FIAT__UNLIMITED || rule.regex || rule.format ||
               rule.encoding || rule.media;
    if (any) b->node.string = fiat__add_string(b->c, &rule);
}
