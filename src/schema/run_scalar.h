/* Judging one string or number: inline, for both engines. The result is a set of FIAT__FAULT_*
 * bits, the first alone unless `all` is set. */
#ifndef FIAT_SCHEMA_RUN_SCALAR_H
#define FIAT_SCHEMA_RUN_SCALAR_H

#include "json/number.h"
#include "schema/run.h"

#define FIAT__FAULT_VALUES   0x001u
#define FIAT__FAULT_SHORT    0x002u
#define FIAT__FAULT_LONG     0x004u
#define FIAT__FAULT_PATTERN  0x008u
#define FIAT__FAULT_FORMAT   0x010u
#define FIAT__FAULT_MINIMUM  0x020u
#define FIAT__FAULT_ABOVE    0x040u
#define FIAT__FAULT_MAXIMUM  0x080u
#define FIAT__FAULT_BELOW    0x100u
#define FIAT__FAULT_MULTIPLE 0x200u
#define FIAT__FAULT_ENCODING 0x400u
#define FIAT__FAULT_MEDIA    0x800u

/* Is an existing string among the values of enum or const? */
static inline bool fiat__values_have_string(const fiat__program *p, const fiat__node *node,
                                            fiat__str value) {
    return fiat__names_find(p, &p->values[node->values].strings, value.ptr, value.len) != NULL;
}

/* run_values.c */
bool fiat__values_have_number(const fiat_schema *schema, const fiat__node *node, fiat__str text);
/* run_tape.c */
unsigned fiat__content_faults(const fiat__string_rule *rule, fiat__str value);
unsigned fiat__length_faults(const fiat__string_rule *rule, fiat__str value);
unsigned fiat__exact_faults(fiat__run *run, const fiat__number_rule *rule, fiat__str text,
                            bool all);

static inline unsigned fiat__pattern_faults(fiat__run *run, uint32_t regex, fiat__str value) {
    fiat__match match = fiat__regex_match(run->program->regexes[regex], run->ctx->regex, value);
    if (match == FIAT__MATCH_LIMIT) fiat__run_limit(run, FIAT__KW_PATTERN);
    return match == FIAT__MATCH_YES ? 0 : FIAT__FAULT_PATTERN;
}

/* `value`: escapes resolved, eight readable bytes from its start. */
static inline unsigned fiat__string_faults(fiat__run *run, const fiat__node *node, fiat__str value,
                                           bool all) {
    unsigned faults = 0;
    if (node->values && !fiat__values_have_string(run->program, node, value) &&
        !(run->program->values[node->values].free_kinds & FIAT__JSON_STRING))
        faults |= FIAT__FAULT_VALUES;
    if (!node->string || (faults && !all)) return faults;
    const fiat__string_rule *rule = &run->program->strings[node->string];
    /* A string of n bytes has n/4 to n code points: count only when that does not decide. */
    if (value.len > rule->max || value.len / 4 < rule->min)
        faults |= fiat__length_faults(rule, value);
    if (rule->format && !(faults && !all) && !fiat__format_check((fiat__format)rule->format, value))
        faults |= FIAT__FAULT_FORMAT;
    if (rule->regex && !(faults && !all))
        faults |= fiat__pattern_faults(run, rule->regex - 1, value);
    if ((rule->encoding || rule->media) && !(faults && !all))
        faults |= fiat__content_faults(rule, value);
    return faults;
}

/* Is the number surely within the bounds? A fraction lies between its whole part and the next whole
 * number away from zero; where that does not decide, the exact comparison does. */
static inline bool fiat__number_within(const fiat__number_rule *rule,
                                       const fiat__scan_number *number, bool negative) {
    if (number->plain)
        return number->value >= rule->low && number->value <= rule->high &&
               (!rule->multiple_of || (rule->divisor && number->value % rule->divisor == 0));
    if (!number->decimal || rule->multiple_of) return false;
    return negative ? number->value > rule->low && number->value <= rule->high
                    : number->value >= rule->low && number->value < rule->high;
}

static inline unsigned fiat__number_faults(fiat__run *run, const fiat__node *node, fiat__str text,
                                           const fiat__scan_number *number, bool all) {
    unsigned faults = 0;
    if (node->values && !fiat__values_have_number(run->schema, node, text))
        faults |= FIAT__FAULT_VALUES;
    if (!node->number || (faults && !all)) return faults;
    const fiat__number_rule *rule = &run->program->numbers[node->number];
    if (fiat__number_within(rule, number, text.ptr[0] == '-')) return faults;
    return faults | fiat__exact_faults(run, rule, text, all);
}

/* Does `type` let a number of this text in? */
static inline bool fiat__number_kind_ok(const fiat__node *node, unsigned kind, fiat__str text) {
    if (node->kinds & kind) return true;
    return kind == FIAT__JSON_NUMBER && node->kinds & FIAT__JSON_INTEGER &&
           !(node->flags & FIAT__NODE_STRICT_INTEGER) && fiat__number_is_integer(text);
}

#endif
