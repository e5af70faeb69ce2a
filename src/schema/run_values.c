/* Is a number, an array or an object among the values of enum or const? Strings have a table of
 * names. compile_values.c puts numbers in their order, and containers in that of their hashes. */
#include "schema/run.h"
#include "schema/run_scalar.h"

#include "json/equal.h"

bool fiat__values_have_number(const fiat_schema *schema, const fiat__node *node, fiat__str text) {
    const fiat__values_rule *rule = &schema->program.values[node->values];
    if (rule->free_kinds & FIAT__JSON_NUMERIC) return true;
    const uint32_t *items = schema->program.links + rule->numbers;
    uint32_t low = 0, high = rule->numbers_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = fiat__number_compare(fiat__tape_text(&schema->tape, items[middle]), text);
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* 1 equal, 0 not, -1 the run was stopped. */
static int is_value(fiat__run *run, const fiat__values_rule *rule, uint32_t value, uint32_t item) {
    int equal = fiat__tape_equal(&run->ctx->tape, item, &run->schema->tape, value, &run->steps);
    if (equal < 0) fiat__run_limit(run, (fiat__keyword)rule->keyword);
    return equal;
}

/* The first of the values, in the order of their hashes, whose hash is not below this one. */
static uint32_t first_of_hash(const uint32_t *values, uint32_t count, uint32_t hash) {
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (values[2 * middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool fiat__values_have_container(fiat__run *run, const fiat__node *node, uint32_t item) {
    const fiat__values_rule *rule = &run->program->values[node->values];
    const uint32_t *values = run->program->links + rule->containers;
    const fiat__tape *tape = &run->ctx->tape;
    bool hashed = rule->containers_count > FIAT__VALUES_FEW;
    uint32_t hash = 0, i = 0;
    if (hashed) {
        uint32_t work = tape->items[item].next - item;
        if (run->steps < work) return fiat__run_limit(run, (fiat__keyword)rule->keyword);
        run->steps -= work;
        hash = (uint32_t)fiat__tape_hash(tape, item, 0);
        i = first_of_hash(values, rule->containers_count, hash);
    }
    for (; i < rule->containers_count && (!hashed || values[2 * i] == hash); i++) {
        int equal = is_value(run, rule, values[2 * i + 1], item);
        if (equal) return equal > 0;
    }
    return false;
}
