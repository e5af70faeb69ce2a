/* Arrays on a tape. */
#include "schema/run.h"

#include "base/mem.h"
#include "json/equal.h"

/* Up to so many items are compared pairwise, more by a table of hashes. */
#define PAIRWISE_MAX 8

static bool judge_items(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    const fiat__array_rule *rule = &run->program->arrays[node->array];
    const fiat__tape *tape = &run->ctx->tape;
    uint32_t count = tape->items[item].len, child = item + 1;
    bool ok = true;
    for (uint32_t i = 0; i < count; i++) {
        if (i < rule->prefix_count) {
            fiat__run_by(run, (fiat__keyword)rule->prefix_keyword, i);
            ok &= fiat__run_item(run, run->program->links[rule->prefix + i], child, 0);
        } else if (rule->items_given) {
            ok &= fiat__run_child(run, node, (fiat__keyword)rule->items_keyword, rule->items, child,
                                  i);
        } else {
            break;
        }
        if (!ok && !fiat__run_goes_on(run)) return false;
        fiat__marks_set(run, marks, i);
        child = fiat__tape_next(tape, child);
    }
    return ok;
}

static bool judge_contains(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    const fiat__array_rule *rule = &run->program->arrays[node->array];
    const fiat__tape *tape = &run->ctx->tape;
    uint32_t count = tape->items[item].len, child = item + 1, found = 0;
    uint32_t faults = fiat__run_fault_count(run);
    bool marking = marks && rule->contains_evaluates, all = marking || fiat__run_wants_all(run);
    for (uint32_t i = 0; i < count && run->status == FIAT_OK; i++) {
        fiat__run_by(run, FIAT__KW_CONTAINS, i);
        bool match = fiat__run_quietly(run, rule->contains, child, 0);
        found += match;
        if (match && marking) fiat__marks_set(run, marks, i);
        if (!all && found >= rule->min_contains && rule->max_contains == FIAT__UNLIMITED) break;
        child = fiat__tape_next(tape, child);
    }
    if (run->status != FIAT_OK) return false;
    if (found >= rule->min_contains) fiat__run_forgive(run, faults);
    if (found >= rule->min_contains && found <= rule->max_contains) return true;
    fiat__keyword keyword = found > rule->max_contains ? FIAT__KW_MAX_CONTAINS
                            : rule->min_contains != 1  ? FIAT__KW_MIN_CONTAINS
                                                       : FIAT__KW_CONTAINS;
    fiat__run_fault(run, node, keyword, item, found, 0);
    return false;
}

/* 1 a pair of equal items, in *first and *second; 0 none; -1 the run was stopped. */
static int find_pairwise(fiat__run *run, uint32_t item, uint32_t *first, uint32_t *second) {
    const fiat__tape *tape = &run->ctx->tape;
    uint32_t end = tape->items[item].next;
    for (*second = item + 1; *second < end; *second = fiat__tape_next(tape, *second)) {
        for (*first = item + 1; *first < *second; *first = fiat__tape_next(tape, *first)) {
            int equal = fiat__tape_equal(tape, *first, tape, *second, &run->steps);
            if (equal < 0) fiat__run_limit(run, FIAT__KW_UNIQUE_ITEMS);
            if (equal) return equal;
        }
    }
    return 0;
}

/* The same with an open hash table: hash in the upper half of a slot, item in the lower. It lives
 * on the stack of marks. */
static int find_by_hash(fiat__run *run, uint32_t item, uint32_t *first, uint32_t *second) {
    const fiat__tape *tape = &run->ctx->tape;
    uint32_t count = tape->items[item].len, slots = 16;
    while (slots < count * 2)
        slots *= 2;
    size_t marks = fiat__marks_push(run, ((size_t)slots - 1) * 64);
    if (!marks) return -1;
    uint64_t *table = run->ctx->marks + marks - 1;
    int found = 0;
    *second = item + 1;
    for (uint32_t i = 0; i < count && !found; i++) {
        uint64_t hash = fiat__tape_hash(tape, *second, run->ctx->keys.seed);
        uint32_t at = (uint32_t)hash & (slots - 1);
        for (; table[at] && !found; at = (at + 1) & (slots - 1)) {
            *first = (uint32_t)table[at];
            if (table[at] >> 32 != hash >> 32) continue;
            found = fiat__tape_equal(tape, *first, tape, *second, &run->steps);
        }
        if (found) break;
        table[at] = (hash >> 32 << 32) | *second;
        *second = fiat__tape_next(tape, *second);
    }
    if (found < 0) fiat__run_limit(run, FIAT__KW_UNIQUE_ITEMS);
    fiat__marks_pop(run, marks);
    return found;
}

bool fiat__run_unique(fiat__run *run, const fiat__node *node, uint32_t item) {
    uint32_t count = run->ctx->tape.items[item].len, first = 0, second = 0;
    fiat__run_at(run, node, item);
    int found = count <= PAIRWISE_MAX ? find_pairwise(run, item, &first, &second)
                                      : find_by_hash(run, item, &first, &second);
    if (found > 0) fiat__run_fault(run, node, FIAT__KW_UNIQUE_ITEMS, second, first, 0);
    return !found;
}

bool fiat__run_array(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    const fiat__array_rule *rule = &run->program->arrays[node->array];
    uint32_t count = run->ctx->tape.items[item].len;
    if (!node->array) return true;
    bool ok = count >= rule->min && count <= rule->max;
    if (count < rule->min) fiat__run_fault(run, node, FIAT__KW_MIN_ITEMS, item, 0, 0);
    if (count > rule->max) fiat__run_fault(run, node, FIAT__KW_MAX_ITEMS, item, 0, 0);
    if (ok || fiat__run_goes_on(run)) ok = judge_items(run, node, item, marks) && ok;
    if (rule->contains != FIAT__NODE_NONE && (ok || fiat__run_goes_on(run)))
        ok = judge_contains(run, node, item, marks) && ok;
    if (rule->unique && (ok || fiat__run_goes_on(run)))
        ok = fiat__run_unique(run, node, item) && ok;
    return ok;
}

bool fiat__run_unevaluated(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    const fiat__tape *tape = &run->ctx->tape;
    bool object = tape->items[item].kind == FIAT__JSON_OBJECT;
    uint32_t index = object ? run->program->objects[node->object].unevaluated
                            : run->program->arrays[node->array].unevaluated;
    fiat__keyword keyword = object ? FIAT__KW_UNEVALUATED_PROPERTIES : FIAT__KW_UNEVALUATED_ITEMS;
    uint32_t count = tape->items[item].len, child = item + 1;
    bool ok = true;
    for (uint32_t i = 0; i < count; i++) {
        child += object;
        if (!fiat__marks_get(run, marks, i))
            ok &= fiat__run_child(run, node, keyword, index, child, i);
        if (!ok && !fiat__run_goes_on(run)) return false;
        child = fiat__tape_next(tape, child);
    }
    return ok;
}
