/* The reader's keywords of numbers and strings. */
#include "schema/compat_parts.h"

#include "json/number.h"

static bool fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                 fiat__keyword keyword) {
    return fiat__compat_fail(c, set, reader, keyword, FIAT__COMPAT_ASKS, fiat__str_of(NULL, 0));
}

/* Are the set's numbers multiples of a number of which all multiples are the reader's? */
static bool is_multiple(const fiat__compat_set *set, fiat__str divisor) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__tape *tape = &set->side->schema->tape;
    if (set->kinds == FIAT__JSON_INTEGER &&
        fiat__number_multiple_of(fiat__str_c("1"), divisor) == 1)
        return true;
    for (uint32_t i = 0; i < set->node_count; i++) {
        uint32_t rule = p->nodes[set->nodes[i]].number;
        uint32_t own = rule ? p->numbers[rule].multiple_of : 0;
        if (own && fiat__number_multiple_of(fiat__tape_text(tape, own), divisor) == 1) return true;
    }
    return false;
}

bool fiat__compat_number(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__number_rule *rule =
        &fiat__compat_program(reader.side)->numbers[fiat__compat_node(reader)->number];
    const fiat__tape *tape = &reader.side->schema->tape;
    bool ok = true;
    if (rule->minimum && !fiat__compat_at_least(set, fiat__tape_text(tape, rule->minimum), false))
        ok = fail(c, set, reader, FIAT__KW_MINIMUM);
    if (rule->maximum && !fiat__compat_at_most(set, fiat__tape_text(tape, rule->maximum), false))
        ok = fail(c, set, reader, FIAT__KW_MAXIMUM);
    if (rule->above && !fiat__compat_at_least(set, fiat__tape_text(tape, rule->above), true))
        ok = fail(c, set, reader, FIAT__KW_EXCLUSIVE_MINIMUM);
    if (rule->below && !fiat__compat_at_most(set, fiat__tape_text(tape, rule->below), true))
        ok = fail(c, set, reader, FIAT__KW_EXCLUSIVE_MAXIMUM);
    if (rule->multiple_of && !is_multiple(set, fiat__tape_text(tape, rule->multiple_of)))
        ok = fail(c, set, reader, FIAT__KW_MULTIPLE_OF);
    return ok;
}

/* What the parts of the set say of strings, each keyword by itself. */
typedef struct strings {
    uint32_t min, max;
    bool pattern, format, encoding, media;
} strings;

static void gather(const fiat__compat_set *set, fiat__compat_ref reader, strings *s) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__string_rule *wanted =
        &fiat__compat_program(reader.side)->strings[fiat__compat_node(reader)->string];
    *s = (strings){.max = FIAT__UNLIMITED};
    for (uint32_t i = 0; i < set->node_count; i++) {
        fiat__compat_ref at = fiat__compat_at(set->side, set->nodes[i]);
        const fiat__string_rule *rule = &p->strings[fiat__compat_node(at)->string];
        if (!fiat__compat_node(at)->string) continue;
        if (rule->min > s->min) s->min = rule->min;
        if (rule->max < s->max) s->max = rule->max;
        s->pattern |= rule->regex && wanted->regex &&
                      fiat__str_eq(fiat__compat_pattern(at), fiat__compat_pattern(reader));
        s->format |= rule->format == wanted->format;
        s->encoding |= rule->encoding == wanted->encoding;
        /* A media type is that of what the encoding hides. */
        s->media |= rule->media == wanted->media && rule->encoding == wanted->encoding;
    }
}

bool fiat__compat_string(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__string_rule *rule =
        &fiat__compat_program(reader.side)->strings[fiat__compat_node(reader)->string];
    bool ok = true;
    strings s;
    gather(set, reader, &s);
    if (s.min < rule->min) ok = fail(c, set, reader, FIAT__KW_MIN_LENGTH);
    if (s.max > rule->max) ok = fail(c, set, reader, FIAT__KW_MAX_LENGTH);
    if (rule->regex && !s.pattern) ok = fail(c, set, reader, FIAT__KW_PATTERN);
    if (rule->format && !s.format) ok = fail(c, set, reader, FIAT__KW_FORMAT);
    if (rule->encoding && !s.encoding) ok = fail(c, set, reader, FIAT__KW_CONTENT_ENCODING);
    if (rule->media && !s.media) ok = fail(c, set, reader, FIAT__KW_CONTENT_MEDIA_TYPE);
    return ok;
}
