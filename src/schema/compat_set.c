/* Sets: what several schemas ask of a value together. */
#include "schema/compat_parts.h"

#include "json/number.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdio.h>

void fiat__compat_set_init(fiat__compat_set *set, const fiat__compat_side *side) {
    memset(set, 0, sizeof *set);
    set->side = side;
    set->kinds = FIAT__JSON_ANY;
}

static unsigned kinds_of_node(const fiat__compat_side *side, uint32_t node) {
    return fiat__compat_node(fiat__compat_at(side, node))->kinds;
}

static void add_choice(fiat__compat_set *set, uint32_t at) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__apply *apply = &p->applies[at];
    if (apply->op == FIAT__APPLY_IF) {
        if (apply->then == FIAT__NODE_NONE && apply->otherwise == FIAT__NODE_NONE) return;
    } else {
        unsigned kinds = 0;
        for (uint32_t i = 0; i < apply->count; i++)
            kinds |= kinds_of_node(set->side, p->links[apply->a + i]);
        set->kinds &= (uint8_t)kinds;
    }
    if (set->choice_count < FIAT__COMPAT_CHOICES) set->choices[set->choice_count++] = at;
}

static void add_apply(fiat__compat_set *set, uint32_t at) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__apply *apply = &p->applies[at];
    bool only = apply->op != FIAT__APPLY_IF && apply->op != FIAT__APPLY_NOT && apply->count == 1;
    if (apply->op == FIAT__APPLY_ALL || only) {
        for (uint32_t i = 0; i < apply->count; i++)
            fiat__compat_add(set, p->links[apply->a + i]);
    } else if (apply->op == FIAT__APPLY_NOT) {
        if (set->not_count < FIAT__COMPAT_NOTS) set->nots[set->not_count++] = apply->a;
    } else {
        add_choice(set, at);
    }
}

static void narrow_kinds(fiat__compat_set *set, const fiat__node *node) {
    const fiat__program *p = fiat__compat_program(set->side);
    set->kinds &= node->kinds;
    if (node->values) set->kinds &= p->values[node->values].kinds;
    uint32_t multiple = p->numbers[node->number].multiple_of;
    if (node->number && multiple &&
        fiat__number_is_integer(fiat__tape_text(&set->side->schema->tape, multiple)))
        set->kinds &= (uint8_t)~FIAT__JSON_NUMBER;
}

void fiat__compat_add(fiat__compat_set *set, uint32_t index) {
    fiat__compat_ref at = fiat__compat_at(set->side, index);
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__node *node = fiat__compat_node(at);
    if (at.node == FIAT__NODE_ANY) return;
    for (uint32_t i = 0; i < set->node_count; i++)
        if (set->nodes[i] == at.node) return;
    if (set->node_count == FIAT__COMPAT_NODES) return;
    set->nodes[set->node_count++] = at.node;
    narrow_kinds(set, node);
    for (uint32_t i = node->apply; i && p->applies[i].op != FIAT__APPLY_END; i++)
        add_apply(set, i);
}

bool fiat__compat_branch(const fiat__compat_set *set, uint32_t i, fiat__compat_set *out) {
    const fiat__program *p = fiat__compat_program(set->side);
    if (set->choice_count == 0) return false;
    const fiat__apply *apply = &p->applies[set->choices[set->choice_count - 1]];
    if (i >= (apply->op == FIAT__APPLY_IF ? 2 : apply->count)) return false;
    *out = *set;
    out->choice_count--;
    if (apply->op != FIAT__APPLY_IF) {
        fiat__compat_add(out, p->links[apply->a + i]);
        return true;
    }
    uint32_t also = i == 0 ? apply->then : apply->otherwise;
    if (i == 0)
        fiat__compat_add(out, apply->a);
    else if (out->not_count < FIAT__COMPAT_NOTS)
        out->nots[out->not_count++] = apply->a;
    if (also != FIAT__NODE_NONE) fiat__compat_add(out, also);
    return true;
}

/* ---- Values of enum and const. ---- */

static uint32_t value_count(const fiat__values_rule *rule) {
    return rule->strings.count + rule->numbers_count + rule->containers_count;
}

/* In draft-04 1.0 is no integer though it equals 1: a number has two spellings there, and an array
 * of numbers so many that it does not count as one value. */
bool fiat__compat_values(fiat__compat *c, const fiat__compat_set *set,
                         const fiat__values_rule **out) {
    const fiat__program *p = fiat__compat_program(set->side);
    *out = NULL;
    for (uint32_t i = 0; i < set->node_count; i++) {
        uint32_t values = p->nodes[set->nodes[i]].values;
        if (!values || (c->strict && p->values[values].containers_count)) continue;
        if (!*out || value_count(&p->values[values]) < value_count(*out)) *out = &p->values[values];
    }
    return *out != NULL;
}

static bool write_word(const fiat__values_rule *rule, uint32_t i, fiat__buf *out) {
    static const char *const words[] = {"null", "false", "true"};
    bool has = i == 0 ? (rule->kinds & FIAT__JSON_NULL) != 0 : (rule->booleans & i) != 0;
    return !has || fiat__buf_append_c(out, words[i]);
}

/* The other spelling of a whole number. */
static void respell(fiat__buf *out, fiat__str text) {
    int64_t value;
    if (!fiat__number_to_int64(text, &value)) return;
    bool plain = !memchr(text.ptr, '.', text.len) && !memchr(text.ptr, 'e', text.len) &&
                 !memchr(text.ptr, 'E', text.len);
    fiat__buf_printf(out, plain ? "%" PRId64 ".0" : "%" PRId64, value);
}

bool fiat__compat_value(const fiat__compat_side *side, const fiat__values_rule *rule, uint32_t i,
                        fiat__buf *out) {
    const fiat__program *p = fiat__compat_program(side);
    const fiat__tape *tape = &side->schema->tape;
    fiat__buf_clear(out);
    if (i < 3) return write_word(rule, i, out);
    i -= 3;
    if (i < rule->strings.count) {
        fiat__json_write_string(out, fiat__slot_name(p, rule->strings.slots + i));
        return true;
    }
    i -= rule->strings.count;
    uint32_t item, numbers = 2 * rule->numbers_count;
    if (i < numbers)
        item = p->links[rule->numbers + i / 2];
    else if (i - numbers < rule->containers_count)
        item = p->links[rule->containers + 2 * (i - numbers) + 1];
    else
        return false;
    if (i < numbers && i % 2) {
        respell(out, fiat__tape_text(tape, item));
        return true;
    }
    fiat__str text = fiat__tape_source(tape, item);
    fiat__buf_append(out, text.ptr, text.len);
    return true;
}

/* ---- Bounds. ---- */

static fiat__str int_text(char text[24], int64_t value) {
    int len = snprintf(text, 24, "%" PRId64, value);
    return fiat__str_of(text, (size_t)len);
}

/* Is `text`, a bound of one part, as tight as the wanted one? sign 1: a lower bound. */
static bool is_tight(fiat__str text, fiat__str bound, int sign, bool part_open, bool open) {
    int order = sign * fiat__number_compare(text, bound);
    return order > 0 || (order == 0 && (part_open || !open));
}

static bool part_bounds(const fiat__compat_set *set, const fiat__number_rule *rule, fiat__str bound,
                        int sign, bool open) {
    const fiat__tape *tape = &set->side->schema->tape;
    uint32_t closed_item = sign > 0 ? rule->minimum : rule->maximum;
    uint32_t open_item = sign > 0 ? rule->above : rule->below;
    char text[24];
    if (closed_item && is_tight(fiat__tape_text(tape, closed_item), bound, sign, false, open))
        return true;
    if (open_item && is_tight(fiat__tape_text(tape, open_item), bound, sign, true, open))
        return true;
    int64_t whole = sign > 0 ? rule->low : rule->high;
    if (set->kinds & FIAT__JSON_NUMBER || rule->low > rule->high) return false;
    if (whole == (sign > 0 ? INT64_MIN : INT64_MAX)) return false;
    return is_tight(int_text(text, whole), bound, sign, false, open);
}

static bool bounds(const fiat__compat_set *set, fiat__str bound, int sign, bool open) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        uint32_t rule = p->nodes[set->nodes[i]].number;
        if (rule && part_bounds(set, &p->numbers[rule], bound, sign, open)) return true;
    }
    return false;
}

bool fiat__compat_at_least(const fiat__compat_set *set, fiat__str bound, bool above) {
    return bounds(set, bound, 1, above);
}

bool fiat__compat_at_most(const fiat__compat_set *set, fiat__str bound, bool below) {
    return bounds(set, bound, -1, below);
}

/* ---- Emptiness. ---- */

static bool no_value(fiat__compat *c, const fiat__compat_set *set, const fiat__values_rule *rule) {
    for (uint32_t i = 0; fiat__compat_value(set->side, rule, i, &c->text); i++) {
        if (c->text.len == 0 && !c->text.failed) continue;
        if (!fiat__compat_take(c, 1) || c->text.failed) return false;
        if (fiat__compat_judge_set(c, set, fiat__buf_str(&c->text)) != 0) return false;
    }
    return true;
}

/* A required member that can have no value. */
static bool no_member(fiat__compat *c, const fiat__compat_set *set, unsigned depth) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        if (!p->nodes[set->nodes[i]].object) continue;
        for (uint32_t k = 0; k < rule->names.count; k++) {
            fiat__compat_set member;
            fiat__str name = fiat__slot_name(p, rule->names.slots + k);
            if (!fiat__compat_rule_requires(p, rule, name) || !fiat__compat_take(c, 1)) continue;
            fiat__compat_member(c, set, name, &member);
            if (fiat__compat_empty(c, &member, depth - 1)) return true;
        }
    }
    return fiat__compat_min_members(set) > fiat__compat_max_members(set);
}

static bool no_number(const fiat__compat_set *set) {
    const fiat__program *p = fiat__compat_program(set->side);
    const fiat__tape *tape = &set->side->schema->tape;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__number_rule *rule = &p->numbers[p->nodes[set->nodes[i]].number];
        if (!p->nodes[set->nodes[i]].number) continue;
        if (rule->minimum && fiat__compat_at_most(set, fiat__tape_text(tape, rule->minimum), true))
            return true;
        if (rule->above && fiat__compat_at_most(set, fiat__tape_text(tape, rule->above), false))
            return true;
    }
    return false;
}

static bool no_string(const fiat__compat_set *set) {
    const fiat__program *p = fiat__compat_program(set->side);
    uint32_t min = 0, max = FIAT__UNLIMITED;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__string_rule *rule = &p->strings[p->nodes[set->nodes[i]].string];
        if (!p->nodes[set->nodes[i]].string) continue;
        if (rule->min > min) min = rule->min;
        if (rule->max < max) max = rule->max;
    }
    return min > max;
}

static bool no_item(fiat__compat *c, const fiat__compat_set *set, unsigned depth) {
    uint32_t min = fiat__compat_min_items(set);
    for (uint32_t i = 0; i < min && i < 8; i++) {
        fiat__compat_set item;
        fiat__compat_item(set, i, &item);
        if (fiat__compat_empty(c, &item, depth - 1)) return true;
    }
    return min > fiat__compat_max_items(set);
}

bool fiat__compat_empty(fiat__compat *c, const fiat__compat_set *set, unsigned depth) {
    const fiat__values_rule *rule;
    if (set->kinds == 0) return true;
    if (depth == 0 || !fiat__compat_take(c, 1)) return false;
    if (fiat__compat_values(c, set, &rule)) return no_value(c, set, rule);
    switch (set->kinds) {
    case FIAT__JSON_INTEGER:
    case FIAT__JSON_NUMBER:
    case FIAT__JSON_NUMERIC:
        return no_number(set);
    case FIAT__JSON_STRING:
        return no_string(set);
    case FIAT__JSON_ARRAY:
        return no_item(c, set, depth);
    case FIAT__JSON_OBJECT:
        return no_member(c, set, depth);
    default:
        return false;
    }
}
