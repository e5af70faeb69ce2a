/* Asking the engine about one value, and the patterns' texts. */
#include "schema/compat_parts.h"

int fiat__compat_judge(fiat__compat *c, fiat__compat_ref by, fiat__str text) {
    fiat__run run;
    fiat_validator *ctx = by.side->judge;
    if (c->status != FIAT_OK) return -1;
    fiat_status status = fiat__schema_load(by.side->schema, ctx, text, NULL);
    if (status == FIAT_OK) {
        fiat__run_begin(&run, by.side->schema, ctx);
        status = fiat__tape_parse(&ctx->tape, NULL);
    }
    if (status == FIAT_E_NOMEM) c->status = status;
    if (status != FIAT_OK) return -1;
    bool valid = fiat__run_item(&run, by.node, 0, 0);
    if (run.status == FIAT_E_NOMEM) c->status = run.status;
    return run.status == FIAT_OK ? valid : -1;
}

int fiat__compat_judge_set(fiat__compat *c, const fiat__compat_set *set, fiat__str text) {
    int answer = 1;
    for (uint32_t i = 0; i < set->node_count + set->not_count; i++) {
        bool wanted = i < set->node_count;
        uint32_t node = wanted ? set->nodes[i] : set->nots[i - set->node_count];
        int valid = fiat__compat_judge(c, fiat__compat_at(set->side, node), text);
        if (valid == !wanted) return 0;
        if (valid < 0) answer = -1;
    }
    return answer;
}

int fiat__compat_matches(fiat__compat *c, const fiat__compat_side *side, uint32_t regex,
                         fiat__str text) {
    fiat__regex_scratch *scratch = side->judge->regex;
    if (!fiat__compat_take(c, 1)) return -1;
    fiat__regex_scratch_allow(scratch, FIAT__REGEX_STEPS(text.len));
    return fiat__regex_match(fiat__compat_program(side)->regexes[regex], scratch, text);
}

static uint32_t keyword_item(fiat__compat_ref at, const char *keyword) {
    const fiat__tape *tape = &at.side->schema->tape;
    uint32_t where = fiat__compat_node(at)->where;
    if (tape->items[where].kind != FIAT__JSON_OBJECT) return 0;
    return fiat__tape_member(tape, where, fiat__str_c(keyword));
}

fiat__str fiat__compat_pattern(fiat__compat_ref at) {
    const fiat__tape *tape = &at.side->schema->tape;
    uint32_t item = keyword_item(at, "pattern");
    if (!item || tape->items[item].kind != FIAT__JSON_STRING) return fiat__str_of(NULL, 0);
    return fiat__tape_string(tape, item);
}

fiat__str fiat__compat_name_pattern(fiat__compat_ref at, uint32_t i) {
    const fiat__tape *tape = &at.side->schema->tape;
    uint32_t item = keyword_item(at, "patternProperties");
    if (!item || i >= tape->items[item].len) return fiat__str_of(NULL, 0);
    uint32_t key = item + 1;
    for (; i; i--)
        key = fiat__tape_next(tape, key + 1);
    return fiat__tape_string(tape, key);
}
