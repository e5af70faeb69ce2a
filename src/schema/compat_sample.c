/* Values that a set may take. They are guesses: whoever uses one has it judged. */
#include "schema/compat_parts.h"

#include "json/writer.h"

#define MEMBERS_MOST 40u
#define ITEMS_MOST   40u

/* ---- Arrays. ---- */

static bool write_item(fiat__compat *c, const fiat__compat_set *set, uint32_t index,
                       unsigned variant, unsigned depth, fiat__buf *out) {
    const fiat__program *p = fiat__compat_program(set->side);
    fiat__compat_set item, wanted;
    size_t from = out->len;
    fiat__compat_item(set, index, &item);
    wanted = item;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__array_rule *rule = &p->arrays[p->nodes[set->nodes[i]].array];
        if (p->nodes[set->nodes[i]].array && rule->contains != FIAT__NODE_NONE &&
            (index < rule->min_contains || variant % 2))
            fiat__compat_add(&wanted, rule->contains);
    }
    if (fiat__compat_sample(c, &wanted, variant, depth, out)) return true;
    fiat__buf_truncate(out, from);
    return fiat__compat_sample(c, &item, variant, depth, out);
}

static bool write_array(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                        unsigned depth, const fiat__compat_frame *with, fiat__str value,
                        fiat__buf *out) {
    uint32_t min = fiat__compat_min_items(set), max = fiat__compat_max_items(set);
    uint32_t count = min + variant % 4;
    if (with && count <= with->index) count = with->index + 1;
    if (count > max) count = max;
    if (min > ITEMS_MOST || count > ITEMS_MOST) return false;
    fiat__buf_append_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i) fiat__buf_append_char(out, ',');
        if (with && i == with->index)
            fiat__buf_append(out, value.ptr, value.len);
        else if (!write_item(c, set, i, variant + i * (variant % 8 < 4), depth, out))
            return false;
    }
    return fiat__buf_append_char(out, ']');
}

/* ---- Objects. ---- */

typedef struct names {
    fiat__str at[MEMBERS_MOST];
    uint32_t count;
} names;

static void add_name(names *list, fiat__str name) {
    for (uint32_t i = 0; i < list->count; i++)
        if (fiat__str_eq(list->at[i], name)) return;
    if (list->count < MEMBERS_MOST) list->at[list->count++] = name;
}

static void add_names(const fiat__compat_set *set, bool optional, names *list) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        for (uint32_t k = 0; p->nodes[set->nodes[i]].object && k < rule->names.count; k++) {
            fiat__str name = fiat__slot_name(p, rule->names.slots + k);
            if (fiat__compat_requires(set, name) ||
                (optional && p->slots[rule->names.slots + k].flags & FIAT__SLOT_DECLARED))
                add_name(list, name);
        }
    }
}

static void fill_names(fiat__compat *c, const fiat__compat_set *set, names *list) {
    static const char *const others[] = {"other       ", "more        ", "x-1         ",
                                         "a           ", "b           ", "c           "};
    static const uint8_t lengths_of[] = {5, 4, 3, 1, 1, 1};
    uint32_t min = fiat__compat_min_members(set);
    if (list->count < min) add_names(set, true, list);
    for (size_t i = 0; i < sizeof lengths_of && list->count < min; i++) {
        fiat__compat_set member;
        fiat__str name = fiat__str_of(others[i], lengths_of[i]);
        fiat__compat_member(c, set, name, &member);
        if (member.kinds) add_name(list, name);
    }
}

static bool has_name(const names *list, fiat__str name) {
    for (uint32_t i = 0; i < list->count; i++)
        if (fiat__str_eq(list->at[i], name)) return true;
    return false;
}

/* What the members that are there bring with them: other names, and schemas. */
static void add_dependents(fiat__compat_set *set, names *list) {
    const fiat__program *p = fiat__compat_program(set->side);
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__object_rule *rule = &p->objects[p->nodes[set->nodes[i]].object];
        const uint32_t *at = p->links + rule->depends;
        if (!p->nodes[set->nodes[i]].object) continue;
        for (uint32_t k = 0; k < rule->depends_count; k++) {
            bool applies = has_name(list, fiat__slot_name(p, rule->names.slots + *at++));
            for (uint32_t count = *at++; count; count--, at++)
                if (applies) add_name(list, fiat__slot_name(p, rule->names.slots + *at));
        }
        at = p->links + rule->depend_schemas;
        for (uint32_t k = 0; k < rule->depend_schemas_count; k++, at += 2)
            if (has_name(list, fiat__slot_name(p, rule->names.slots + at[0])))
                fiat__compat_add(set, at[1]);
    }
    add_names(set, false, list);
}

static bool write_member(fiat__compat *c, const fiat__compat_set *set, fiat__str name,
                         unsigned variant, unsigned depth, bool *first, fiat__buf *out) {
    fiat__compat_set member;
    size_t from = out->len;
    bool was_first = *first;
    fiat__compat_member(c, set, name, &member);
    if (!*first) fiat__buf_append_char(out, ',');
    *first = false;
    fiat__json_write_string(out, name);
    fiat__buf_append_char(out, ':');
    if (fiat__compat_sample(c, &member, variant, depth, out)) return true;
    fiat__buf_truncate(out, from);
    *first = was_first;
    return !fiat__compat_requires(set, name);
}

static bool write_object(fiat__compat *c, const fiat__compat_set *whole, unsigned variant,
                         unsigned depth, const fiat__compat_frame *with, fiat__str value,
                         fiat__buf *out) {
    names list = {.count = 0};
    fiat__compat_set own = *whole, *set = &own;
    bool first = true;
    if (with) add_name(&list, with->name);
    add_names(set, variant % 2 != 0, &list);
    for (unsigned i = 0; i < 3; i++)
        add_dependents(set, &list);
    fill_names(c, set, &list);
    fiat__buf_append_char(out, '{');
    for (uint32_t i = 0; i < list.count; i++) {
        if (with && i == 0) {
            fiat__json_write_string(out, with->name);
            fiat__buf_append_char(out, ':');
            fiat__buf_append(out, value.ptr, value.len);
            first = false;
        } else if (!write_member(c, set, list.at[i], variant / 2, depth, &first, out)) {
            return false;
        }
    }
    return fiat__buf_append_char(out, '}');
}

/* ---- Any. ---- */

/* Decide for one alternative each. */
static void choose(const fiat__compat_set *set, unsigned variant, fiat__compat_set *out) {
    fiat__compat_set branch;
    *out = *set;
    while (out->choice_count) {
        unsigned count = 0, tried = 0;
        while (fiat__compat_branch(out, count, &branch))
            count++;
        for (; tried < count; tried++) {
            (void)fiat__compat_branch(out, (variant + tried) % count, &branch);
            if (branch.kinds) break;
        }
        if (tried == count) {
            out->kinds = 0;
            return;
        }
        *out = branch;
        variant = variant / (count ? count : 1) + variant % 3;
    }
}

static bool write_value(fiat__compat *c, const fiat__compat_set *set, const fiat__values_rule *rule,
                        unsigned variant, fiat__buf *out) {
    size_t from = out->len;
    fiat__buf text;
    bool ok = false;
    fiat__buf_init(&text, 1 << 20);
    for (unsigned pass = 0; pass < 2 && !ok; pass++)
        for (uint32_t i = pass == 0 ? variant : 0;
             !ok && fiat__compat_value(set->side, rule, i, &text); i++) {
            if (text.len == 0) continue;
            fiat__buf_truncate(out, from);
            fiat__buf_append(out, text.ptr, text.len);
            ok = fiat__compat_fits(c, set, out, from);
        }
    fiat__buf_deinit(&text);
    return ok;
}

static unsigned pick_kind(unsigned kinds, unsigned variant) {
    static const uint8_t order[] = {FIAT__JSON_OBJECT, FIAT__JSON_STRING, FIAT__JSON_INTEGER,
                                    FIAT__JSON_NUMBER, FIAT__JSON_BOOL,   FIAT__JSON_ARRAY,
                                    FIAT__JSON_NULL};
    unsigned wanted = variant % (unsigned)__builtin_popcount(kinds);
    for (size_t i = 0; i < sizeof order; i++)
        if (kinds & order[i] && wanted-- == 0) return order[i];
    return 0;
}

static bool write_kind(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                       unsigned depth, fiat__buf *out) {
    const fiat__str none = {NULL, 0};
    switch (set->kinds) {
    case FIAT__JSON_NULL:
        return fiat__buf_append_c(out, "null");
    case FIAT__JSON_BOOL:
        return fiat__buf_append_c(out, variant % 2 ? "true" : "false");
    case FIAT__JSON_STRING:
        return fiat__compat_sample_string(c, set, variant, out);
    case FIAT__JSON_ARRAY:
        return write_array(c, set, variant, depth - 1, NULL, none, out);
    case FIAT__JSON_OBJECT:
        return write_object(c, set, variant, depth - 1, NULL, none, out);
    default:
        return fiat__compat_sample_number(c, set, variant, out);
    }
}

bool fiat__compat_sample(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                         unsigned depth, fiat__buf *out) {
    fiat__compat_set one;
    const fiat__values_rule *rule;
    if (depth == 0 || c->samples == 0 || !c->path.max) return false;
    c->samples--;
    choose(set, variant, &one);
    if (one.kinds == 0) return false;
    if (fiat__compat_values(c, &one, &rule)) return write_value(c, &one, rule, variant, out);
    unsigned kinds = one.kinds;
    one.kinds = (uint8_t)pick_kind(kinds, variant / 2);
    return write_kind(c, &one, variant, depth, out);
}

bool fiat__compat_sample_with(fiat__compat *c, const fiat__compat_set *set, unsigned variant,
                              unsigned depth, const fiat__compat_frame *with, fiat__str value,
                              fiat__buf *out) {
    fiat__compat_set one;
    choose(set, variant, &one);
    if (with->name.ptr) {
        one.kinds &= FIAT__JSON_OBJECT;
        return one.kinds && write_object(c, &one, variant, depth, with, value, out);
    }
    one.kinds &= FIAT__JSON_ARRAY;
    return one.kinds && write_array(c, &one, variant, depth, with, value, out);
}
