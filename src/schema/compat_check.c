/* Is every value of a set valid under a schema? One kind of value at a time. */
#include "schema/compat_parts.h"

#include "base/mem.h"
#include "schema/run_scalar.h"

#include <stdio.h>

#define SMALL_RANGE 64

static bool fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                 fiat__keyword keyword) {
    return fiat__compat_fail(c, set, reader, keyword, FIAT__COMPAT_ASKS, fiat__str_of(NULL, 0));
}

/* ---- Pairs that were met. ---- */

static uint64_t hash_pair(const fiat__compat_set *set, fiat__compat_ref reader) {
    uint64_t hash = fiat__str_hash(
        reader.node, fiat__str_of((const char *)set->nodes, sizeof *set->nodes * set->node_count));
    return hash ^ set->kinds;
}

static bool same_list(const uint32_t *a, const uint32_t *b, unsigned count) {
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

static bool same_set(const fiat__compat_set *a, const fiat__compat_set *b) {
    return a->side == b->side && a->kinds == b->kinds && a->node_count == b->node_count &&
           a->choice_count == b->choice_count && a->not_count == b->not_count &&
           same_list(a->nodes, b->nodes, a->node_count) &&
           same_list(a->choices, b->choices, a->choice_count) &&
           same_list(a->nots, b->nots, a->not_count);
}

static fiat__compat_seen *find_seen(fiat__compat *c, const fiat__compat_set *set,
                                    fiat__compat_ref reader, uint64_t hash) {
    fiat__compat_seen *at = c->buckets[hash % FIAT__COMPAT_BUCKETS];
    while (at && !(at->hash == hash && at->reader.side == reader.side &&
                   at->reader.node == reader.node && same_set(&at->set, set)))
        at = at->next;
    return at;
}

static fiat__compat_seen *add_seen(fiat__compat *c, const fiat__compat_set *set,
                                   fiat__compat_ref reader, uint64_t hash) {
    if (c->trail_count == c->trail_cap) {
        uint32_t cap = c->trail_cap ? 2 * c->trail_cap : 256;
        fiat__compat_seen **grown = fiat__realloc_array(c->trail, cap, sizeof *grown);
        if (!grown) return NULL;
        c->trail = grown;
        c->trail_cap = cap;
    }
    fiat__compat_seen *seen = fiat__arena_alloc(&c->arena, sizeof *seen);
    if (!seen) return NULL;
    fiat__compat_seen **bucket = &c->buckets[hash % FIAT__COMPAT_BUCKETS];
    *seen = (fiat__compat_seen){*bucket, hash, *set, reader, c->level, true};
    *bucket = seen;
    c->trail[c->trail_count++] = seen;
    return seen;
}

/* What was taken to hold since then does not count. They are the heads of their buckets. */
static void forget(fiat__compat *c, uint32_t count) {
    while (c->trail_count > count) {
        fiat__compat_seen *seen = c->trail[--c->trail_count];
        c->buckets[seen->hash % FIAT__COMPAT_BUCKETS] = seen->next;
    }
}

uint32_t fiat__compat_begin(fiat__compat *c) {
    c->quiet++;
    return c->trail_count;
}

bool fiat__compat_end(fiat__compat *c, uint32_t begun, bool ok) {
    c->quiet--;
    if (!ok) forget(c, begun);
    return ok;
}

bool fiat__compat_try(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    uint32_t begun = fiat__compat_begin(c);
    return fiat__compat_end(c, begun, fiat__compat_check(c, set, reader));
}

/* ---- Finite sets. ---- */

static bool takes_value(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                        fiat__str text) {
    if (text.len == 0) return true;
    if (!fiat__compat_take(c, 1 + text.len / 64)) return false;
    return fiat__compat_judge_set(c, set, text) == 0 || fiat__compat_judge(c, reader, text) == 1;
}

static bool takes_values(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                         const fiat__values_rule *rule) {
    bool ok = true;
    for (uint32_t i = 0; fiat__compat_value(set->side, rule, i, &c->text); i++) {
        fiat__str text = fiat__buf_str(&c->text);
        if (!c->text.failed && takes_value(c, set, reader, text)) continue;
        ok = false;
        if (c->quiet) return false;
        text = fiat__arena_str(&c->arena, text);
        fiat__compat_fail(c, set, reader,
                          fiat__compat_node(reader)->values ? FIAT__KW_ENUM : FIAT__KW_NONE,
                          FIAT__COMPAT_VALUE, text);
    }
    return ok;
}

/* Whole numbers between bounds that are close to each other. */
static bool is_small_range(const fiat__compat_set *set, int64_t *low, int64_t *high) {
    const fiat__program *p = fiat__compat_program(set->side);
    bool below = false, above = false;
    *low = INT64_MIN;
    *high = INT64_MAX;
    if (set->kinds != FIAT__JSON_INTEGER) return false;
    for (uint32_t i = 0; i < set->node_count; i++) {
        const fiat__number_rule *rule = &p->numbers[p->nodes[set->nodes[i]].number];
        if (!p->nodes[set->nodes[i]].number || rule->low > rule->high) continue;
        if (rule->low > *low) *low = rule->low;
        if (rule->high < *high) *high = rule->high;
    }
    below = *low > INT64_MIN;
    above = *high < INT64_MAX;
    return below && above && *low <= *high && (uint64_t)*high - (uint64_t)*low < SMALL_RANGE;
}

static bool takes_range(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    int64_t low, high;
    char text[32];
    if (!is_small_range(set, &low, &high) || c->strict) return false;
    for (int64_t i = low; i <= high; i++) {
        int len = snprintf(text, sizeof text, "%lld", (long long)i);
        if (!takes_value(c, set, reader, fiat__str_of(text, (size_t)len))) return false;
    }
    return true;
}

static bool takes_words(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    static const char *const words[] = {"null", "false", "true"};
    bool ok = true;
    for (size_t i = 0; i < 3; i++) {
        if ((i == 0) != (set->kinds == FIAT__JSON_NULL)) continue;
        fiat__str word = fiat__str_c(words[i]);
        if (takes_value(c, set, reader, word)) continue;
        ok = fiat__compat_fail(c, set, reader, FIAT__KW_NONE, FIAT__COMPAT_VALUE, word);
    }
    return ok;
}

/* ---- One kind. ---- */

static bool takes_rules(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__node *node = fiat__compat_node(reader);
    bool ok = true;
    if (takes_range(c, set, reader)) return true;
    switch (set->kinds) {
    case FIAT__JSON_INTEGER:
    case FIAT__JSON_NUMBER:
        ok = !node->number || fiat__compat_number(c, set, reader);
        break;
    case FIAT__JSON_STRING:
        ok = !node->string || fiat__compat_string(c, set, reader);
        break;
    case FIAT__JSON_ARRAY:
        ok = !node->array || fiat__compat_array(c, set, reader);
        break;
    default:
        ok = !node->object || fiat__compat_object(c, set, reader);
        break;
    }
    if (!ok && c->quiet) return false;
    /* The set has no values of its own: it is too large to be among the reader's. */
    if (node->values) ok = fail(c, set, reader, FIAT__KW_ENUM);
    if (!node->apply || (!ok && c->quiet)) return ok;
    return fiat__compat_apply(c, set, reader) && ok;
}

/* Without its alternatives first: they need not matter. Then each of them. */
static bool takes_kind(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__node *node = fiat__compat_node(reader);
    bool ok = true;
    fiat__compat_set branch;
    if (set->kinds == 0) return true;
    if (!node->apply && !node->values && !node->string && !node->number && !node->array &&
        !node->object)
        return true;
    if (!fiat__compat_take(c, 1)) return false;
    if (set->kinds & (FIAT__JSON_NULL | FIAT__JSON_BOOL)) return takes_words(c, set, reader);
    if (set->choice_count == 0 && !c->quiet && fiat__compat_empty(c, set, 3)) return true;
    if (set->choice_count == 0) return takes_rules(c, set, reader);
    uint32_t begun = fiat__compat_begin(c);
    if (fiat__compat_end(c, begun, takes_rules(c, set, reader))) return true;
    if (fiat__compat_empty(c, set, 3)) return true;
    for (uint32_t i = 0; fiat__compat_branch(set, i, &branch); i++) {
        const fiat__values_rule *rule;
        if (fiat__compat_empty(c, &branch, 3)) continue;
        ok &= fiat__compat_values(c, &branch, &rule) ? takes_values(c, &branch, reader, rule)
                                                     : takes_kind(c, &branch, reader);
        if (!ok && c->quiet) return false;
    }
    return ok;
}

static bool is_narrow(fiat__compat_ref at) {
    const fiat__node *node = fiat__compat_node(at);
    return node->flags & FIAT__NODE_STRICT_INTEGER &&
           (node->kinds & FIAT__JSON_NUMERIC) == FIAT__JSON_INTEGER;
}

/* draft-04: does the reader refuse 1.0, which the set takes? */
static bool refuses_point(const fiat__compat_set *set, fiat__compat_ref reader) {
    if (!is_narrow(reader) || !(set->kinds & FIAT__JSON_INTEGER)) return false;
    for (uint32_t i = 0; i < set->node_count; i++)
        if (is_narrow(fiat__compat_at(set->side, set->nodes[i]))) return false;
    return true;
}

static bool compare(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    const fiat__values_rule *rule;
    const fiat__node *node = fiat__compat_node(reader);
    bool ok = true;
    if (fiat__compat_values(c, set, &rule)) return takes_values(c, set, reader, rule);
    for (unsigned kind = 1; kind <= FIAT__JSON_OBJECT; kind <<= 1) {
        fiat__compat_set only = *set;
        only.kinds &= (uint8_t)kind;
        if (only.kinds == 0 || node->kinds & kind) continue;
        if (fiat__compat_empty(c, &only, 3)) continue;
        ok = fail(c, set, reader, FIAT__KW_TYPE);
        break;
    }
    if (ok && refuses_point(set, reader)) ok = fail(c, set, reader, FIAT__KW_TYPE);
    for (unsigned kind = 1; kind <= FIAT__JSON_OBJECT && (ok || !c->quiet); kind <<= 1) {
        fiat__compat_set only = *set;
        only.kinds &= (uint8_t)(kind & node->kinds);
        ok &= takes_kind(c, &only, reader);
    }
    return ok;
}

bool fiat__compat_check(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader) {
    reader = fiat__compat_at(reader.side, reader.node);
    if (!c->whole[c->level].side) c->whole[c->level] = reader;
    if (reader.node == FIAT__NODE_ANY || set->kinds == 0) return true;
    if (c->calls == FIAT__COMPAT_CALLS || !fiat__compat_take(c, 1) || c->status != FIAT_OK)
        return fiat__compat_fail(c, set, reader, FIAT__KW_NONE, FIAT__COMPAT_LIMIT,
                                 fiat__str_of(NULL, 0));
    for (uint32_t i = 0; i < set->node_count; i++)
        if (fiat__compat_same(c, fiat__compat_at(set->side, set->nodes[i]), reader)) return true;
    uint64_t hash = hash_pair(set, reader);
    fiat__compat_seen *seen = find_seen(c, set, reader, hash);
    if (seen && (!seen->open || seen->level < c->level)) return true;
    seen = seen ? NULL : add_seen(c, set, reader, hash);
    if (!seen)
        return fiat__compat_fail(c, set, reader, FIAT__KW_NONE, FIAT__COMPAT_LIMIT,
                                 fiat__str_of(NULL, 0));
    c->calls++;
    bool ok = compare(c, set, reader);
    c->calls--;
    seen->open = false;
    return ok;
}
