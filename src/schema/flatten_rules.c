/* One rule for what several schemas say of strings, numbers and arrays. */
#include "schema/flatten.h"

#include "json/number.h"

static const fiat__node *part(const fiat__flattener *f, const fiat__parts *parts, uint32_t i) {
    return &f->p->nodes[parts->node[i]];
}

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t greater(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* What only one rule may have, from two; *clash when both have it. */
static uint32_t take(uint32_t a, uint32_t b, bool *clash) {
    if (a && b && a != b) *clash = true;
    return a ? a : b;
}

uint32_t fiat__flatten_string(fiat__flattener *f, fiat__parts *parts) {
    fiat__string_rule rule = {.max = FIAT__UNLIMITED};
    uint32_t count = 0, only = 0, content = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t own = part(f, parts, i)->string;
        if (!own || own == only) continue;
        const fiat__string_rule *from = &f->p->strings[own];
        only = own;
        count++;
        rule.min = greater(rule.min, from->min);
        rule.max = smaller(rule.max, from->max);
        rule.regex = take(rule.regex, from->regex, &parts->whole);
        rule.format = (uint8_t)take(rule.format, from->format, &parts->whole);
        rule.encoding = (uint8_t)take(rule.encoding, from->encoding, &parts->whole);
        rule.media = (uint8_t)take(rule.media, from->media, &parts->whole);
        /* The media type is that of what the same schema's encoding decodes to. */
        if (from->encoding || from->media) content++;
    }
    if (content > 1) parts->whole = true;
    return count <= 1 ? only : fiat__add_string(f->c, &rule);
}

/* Keep the tighter of two bounds: `sign` 1 when the greater one is. */
static void tighten(const fiat__flattener *f, uint32_t *to, uint32_t from, int sign) {
    const fiat__tape *tape = &f->c->schema->tape;
    if (!from) return;
    if (!*to ||
        sign * fiat__number_compare(fiat__tape_text(tape, from), fiat__tape_text(tape, *to)) > 0)
        *to = from;
}

uint32_t fiat__flatten_number(fiat__flattener *f, fiat__parts *parts) {
    fiat__number_rule rule = {.low = INT64_MIN, .high = INT64_MAX};
    uint32_t count = 0, only = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t own = part(f, parts, i)->number;
        if (!own || own == only) continue;
        const fiat__number_rule *from = &f->p->numbers[own];
        only = own;
        count++;
        if (from->low > rule.low) rule.low = from->low;
        if (from->high < rule.high) rule.high = from->high;
        tighten(f, &rule.minimum, from->minimum, 1);
        tighten(f, &rule.above, from->above, 1);
        tighten(f, &rule.maximum, from->maximum, -1);
        tighten(f, &rule.below, from->below, -1);
        rule.multiple_of = take(rule.multiple_of, from->multiple_of, &parts->whole);
        if (from->multiple_of) rule.divisor = from->divisor;
    }
    return count <= 1 ? only : fiat__add_number(f->c, &rule);
}

/* What an array's rule says of the item at `index`. */
static uint32_t item_node(const fiat__flattener *f, const fiat__array_rule *rule, uint32_t index) {
    return index < rule->prefix_count ? f->p->links[rule->prefix + index] : rule->items;
}

/* The node for the items at `index` by all parts. */
static uint32_t join_items(fiat__flattener *f, const fiat__parts *parts, uint32_t index) {
    uint32_t nodes[FIAT__PARTS_MAX], count = 0;
    for (uint32_t i = 0; i < parts->count; i++)
        if (part(f, parts, i)->array)
            nodes[count++] = item_node(f, &f->p->arrays[part(f, parts, i)->array], index);
    return fiat__flatten_set(f, nodes, count);
}

/* Items of tuples that are joined one by one. */
#define PREFIX_MAX 16u

static uint32_t join_prefix(fiat__flattener *f, const fiat__parts *parts, uint32_t count) {
    uint32_t nodes[PREFIX_MAX], first = 0;
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = join_items(f, parts, i);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t link = fiat__add_link(f->c, nodes[i]);
        if (i == 0) first = link;
    }
    return first;
}

uint32_t fiat__flatten_array(fiat__flattener *f, fiat__parts *parts) {
    fiat__array_rule rule = {
        .max = FIAT__UNLIMITED, .contains = FIAT__NODE_NONE, .unevaluated = FIAT__NODE_NONE};
    uint32_t count = 0, only = 0;
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t own = part(f, parts, i)->array;
        const fiat__array_rule *from = &f->p->arrays[own];
        if (!own || own == only) continue;
        only = own;
        count++;
        rule.min = greater(rule.min, from->min);
        rule.max = smaller(rule.max, from->max);
        rule.prefix_count = greater(rule.prefix_count, from->prefix_count);
        rule.unique |= from->unique;
        if (from->contains != FIAT__NODE_NONE) parts->whole = true;
    }
    if (parts->whole) return 0;
    if (count <= 1) return only;
    if (rule.prefix_count > PREFIX_MAX || !fiat__flatten_afford(f, sizeof rule)) {
        parts->whole = true;
        return 0;
    }
    rule.prefix = join_prefix(f, parts, rule.prefix_count);
    rule.items = join_items(f, parts, rule.prefix_count);
    rule.items_given = 1;
    return fiat__add_array(f->c, &rule);
}
