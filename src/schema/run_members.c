/* Counts, required names and dependencies of an object whose members were all seen. */
#include "schema/run.h"

static bool has(const uint64_t *seen, uint32_t index) {
    return seen[index / 64] >> (index % 64) & 1;
}

uint32_t fiat__members_count(const fiat__object_rule *rule, const uint64_t *seen, uint32_t others) {
    uint32_t count = others;
    for (uint32_t i = 0; i < rule->words; i++)
        count += (uint32_t)__builtin_popcountll(seen[i]);
    return count;
}

static bool more_required_ok(const fiat__program *program, const fiat__object_rule *rule,
                             const uint64_t *seen) {
    const uint32_t *index = program->links + rule->more_required;
    for (uint32_t i = 0; i < rule->more_required_count; i++)
        if (!has(seen, index[i])) return false;
    return true;
}

static bool depends_ok(const fiat__program *program, const fiat__object_rule *rule,
                       const uint64_t *seen) {
    const uint32_t *at = program->links + rule->depends;
    for (uint32_t i = 0; i < rule->depends_count; i++) {
        bool applies = has(seen, *at++);
        for (uint32_t count = *at++; count; count--, at++)
            if (applies && !has(seen, *at)) return false;
    }
    return true;
}

bool fiat__members_check(const fiat__program *program, const fiat__object_rule *rule,
                         const uint64_t *seen, uint32_t others) {
    uint32_t count = fiat__members_count(rule, seen, others);
    return count >= rule->min && count <= rule->max && more_required_ok(program, rule, seen) &&
           depends_ok(program, rule, seen);
}
