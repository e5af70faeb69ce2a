/* Of the branches of anyOf or oneOf that all failed, the one that the event was probably meant for.
 */
#include "schema/run.h"

/* Faults of one branch that are looked at. */
#define FAULTS_OF_BRANCH 64u

/* The higher, the farther off. A value of the wrong type was hardly meant for this branch; nor was
 * an object whose member differs from a const or enum, as `kind: "a" | "b"` tells variants apart.
 */
static uint32_t score(const fiat__run *run, const fiat__fault_list *faults, uint32_t item) {
    uint32_t points = faults->count;
    for (uint32_t i = 0; i < faults->count; i++) {
        const fiat__fault *fault = &faults->at[i];
        bool here = fault->item == item;
        bool value = fault->keyword == FIAT__KW_CONST || fault->keyword == FIAT__KW_ENUM;
        if (here && (fault->keyword == FIAT__KW_TYPE || fault->keyword == FIAT__KW_NONE))
            points += 10000;
        else if (value && run->ctx->tape.items[item].kind & FIAT__JSON_CONTAINERS)
            points += 100;
        else if (value)
            points += 1;
    }
    return points;
}

uint32_t fiat__run_closest(fiat__run *run, const fiat__apply *apply, uint32_t item,
                           fiat__fault *fault) {
    fiat__fault faults[FAULTS_OF_BRANCH];
    fiat__fault_list list = {.at = faults, .cap = FAULTS_OF_BRANCH, .max = FAULTS_OF_BRANCH};
    fiat__fault_list *outer = run->faults;
    fiat__trace *trace = run->trace;
    uint32_t best = UINT32_MAX, least = UINT32_MAX;
    run->faults = &list;
    run->trace = NULL;
    for (uint32_t i = 0; i < apply->count && run->status == FIAT_OK; i++) {
        list.count = 0;
        if (fiat__run_item(run, run->program->links[apply->a + i], item, 0) || !list.count)
            continue;
        uint32_t points = score(run, &list, item);
        if (points >= least) continue;
        least = points;
        best = i;
        *fault = list.at[0];
    }
    run->faults = outer;
    run->trace = trace;
    if (run->status != FIAT_OK) {
        run->status = FIAT_OK; /* the fault itself is certain */
        return UINT32_MAX;
    }
    return best;
}
