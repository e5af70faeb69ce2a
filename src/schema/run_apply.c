/* In-place applicators on a tape: allOf, $ref, anyOf, oneOf, not, if. Branches that may fail
 * without harm run quietly; what they marked counts only when they succeed. */
#include "schema/run.h"

/* One branch. With marks, on a set of its own that is merged when the branch succeeds. */
static bool branch(fiat__run *run, uint32_t node, uint32_t item, size_t marks) {
    if (!marks) return fiat__run_quietly(run, node, item, 0);
    uint32_t count = run->ctx->tape.items[item].len;
    size_t own = fiat__marks_push(run, count);
    if (!own) return false;
    bool ok = fiat__run_quietly(run, node, item, own);
    if (ok) fiat__marks_merge(run, marks, own, count);
    fiat__marks_pop(run, own);
    return ok;
}

static bool apply_all(fiat__run *run, const fiat__apply *apply, uint32_t item, size_t marks) {
    bool ok = true;
    for (uint32_t i = 0; i < apply->count; i++) {
        fiat__run_by(run, (fiat__keyword)apply->keyword, i);
        ok &= fiat__run_item(run, run->program->links[apply->a + i], item, marks);
        if (!ok && !fiat__run_goes_on(run)) return false;
    }
    return ok;
}

/* How many branches succeed; with marks all are tried, else no more than `enough`. */
static uint32_t count_branches(fiat__run *run, const fiat__apply *apply, uint32_t item,
                               size_t marks, uint32_t enough) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < apply->count && run->status == FIAT_OK; i++) {
        fiat__run_by(run, (fiat__keyword)apply->keyword, i);
        count += branch(run, run->program->links[apply->a + i], item, marks);
        if (count >= enough && !marks && !fiat__run_wants_all(run)) break;
    }
    return count;
}

static bool apply_if(fiat__run *run, const fiat__apply *apply, uint32_t item, size_t marks) {
    uint32_t faults = fiat__run_fault_count(run);
    fiat__run_by(run, FIAT__KW_IF, 0);
    bool holds = branch(run, apply->a, item, marks);
    uint32_t then = holds ? apply->then : apply->otherwise;
    fiat__run_forgive(run, faults);
    if (run->status != FIAT_OK) return false;
    fiat__run_by(run, holds ? FIAT__KW_THEN : FIAT__KW_ELSE, 0);
    return then == FIAT__NODE_NONE || fiat__run_item(run, then, item, marks);
}

/* Record that the applicator itself failed. `detail`: how many branches fit. */
static bool fail(fiat__run *run, const fiat__node *node, const fiat__apply *apply, uint32_t item,
                 uint32_t fits) {
    if (run->status == FIAT_OK)
        fiat__run_fault(run, node, (fiat__keyword)apply->keyword, item, fits,
                        (uint32_t)(apply - run->program->applies));
    return false;
}

/* What fails inside `not` is as it should be. */
static bool fits_not(fiat__run *run, const fiat__apply *apply, uint32_t item) {
    uint32_t faults = fiat__run_fault_count(run);
    fiat__run_by(run, FIAT__KW_NOT, 0);
    bool fits = fiat__run_quietly(run, apply->a, item, 0);
    fiat__run_forgive(run, faults);
    return fits;
}

static bool apply_one(fiat__run *run, const fiat__node *node, const fiat__apply *apply,
                      uint32_t item, size_t marks) {
    uint32_t fits, faults = fiat__run_fault_count(run);
    switch (apply->op) {
    case FIAT__APPLY_ALL:
        return apply_all(run, apply, item, marks);
    case FIAT__APPLY_ANY:
        fits = count_branches(run, apply, item, marks, 1);
        if (fits) fiat__run_forgive(run, faults);
        return fits || fail(run, node, apply, item, 0);
    case FIAT__APPLY_ONE:
        fits = count_branches(run, apply, item, marks, 2);
        if (fits) fiat__run_forgive(run, faults);
        return fits == 1 || fail(run, node, apply, item, fits);
    case FIAT__APPLY_NOT:
        return !fits_not(run, apply, item) || fail(run, node, apply, item, 0);
    default:
        return apply_if(run, apply, item, marks);
    }
}

bool fiat__run_apply(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    bool ok = true;
    const fiat__apply *apply = &run->program->applies[node->apply];
    for (; apply->op != FIAT__APPLY_END; apply++) {
        ok &= apply_one(run, node, apply, item, marks);
        if (run->status != FIAT_OK || (!ok && !fiat__run_goes_on(run))) return false;
    }
    return ok;
}
