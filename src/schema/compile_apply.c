/* Keywords that apply schemas to the value itself: allOf, anyOf, oneOf, not, if, and references
 * with siblings. Dependent schemas are with the objects. */
#include "schema/compile.h"

/* Append an operation to the node's run. */
static void add(fiat__build *b, const fiat__apply *apply) {
    uint32_t at = fiat__add_apply(b->c, apply);
    if (!b->node.apply) b->node.apply = at;
}

static void compile_branches(fiat__build *b, fiat__keyword keyword, fiat__apply_op op) {
    uint32_t list = b->at[keyword];
    if (!list) return;
    const fiat__tape *tape = b->c->tape;
    if (tape->items[list].kind != FIAT__JSON_ARRAY || tape->items[list].len == 0) {
        fiat__compile_wanted(b, keyword, list, "an array of at least one schema");
        return;
    }
    fiat__apply apply = {
        .op = (uint16_t)op, .keyword = (uint16_t)keyword, .count = tape->items[list].len};
    uint32_t item = list + 1;
    for (uint32_t i = 0; i < apply.count && b->c->status == FIAT_OK; i++) {
        uint32_t link = fiat__add_link(b->c, fiat__compile_child(b->c, item));
        if (i == 0) apply.a = link;
        item = fiat__tape_next(tape, item);
    }
    add(b, &apply);
}

static void compile_ref(fiat__build *b, fiat__keyword keyword) {
    uint32_t ref = b->at[keyword];
    if (!ref || b->c->status != FIAT_OK) return;
    fiat__apply apply = {.op = FIAT__APPLY_ALL, .keyword = (uint16_t)keyword, .count = 1};
    apply.a = fiat__add_link(b->c, fiat__compile_target(b->c, ref));
    add(b, &apply);
}

static uint32_t optional_child(fiat__build *b, fiat__keyword keyword) {
    return b->at[keyword] ? fiat__compile_child(b->c, b->at[keyword]) : FIAT__NODE_NONE;
}

/* `if` alone says nothing, but what it evaluates counts for unevaluated*. */
static void compile_if(fiat__build *b) {
    fiat__apply apply = {.op = FIAT__APPLY_IF, .keyword = FIAT__KW_IF};
    if (!b->at[FIAT__KW_IF]) return;
    apply.a = fiat__compile_child(b->c, b->at[FIAT__KW_IF]);
    apply.then = optional_child(b, FIAT__KW_THEN);
    apply.otherwise = optional_child(b, FIAT__KW_ELSE);
    bool silent = apply.then == FIAT__NODE_NONE && apply.otherwise == FIAT__NODE_NONE;
    if (!silent || b->c->unevaluated) add(b, &apply);
}

static void compile_not(fiat__build *b) {
    fiat__apply apply = {.op = FIAT__APPLY_NOT, .keyword = FIAT__KW_NOT};
    if (!b->at[FIAT__KW_NOT]) return;
    apply.a = fiat__compile_child(b->c, b->at[FIAT__KW_NOT]);
    add(b, &apply);
}

void fiat__compile_apply(fiat__build *b) {
    compile_ref(b, FIAT__KW_REF);
    compile_ref(b, FIAT__KW_DYNAMIC_REF);
    compile_ref(b, FIAT__KW_RECURSIVE_REF);
    compile_branches(b, FIAT__KW_ALL_OF, FIAT__APPLY_ALL);
    compile_branches(b, FIAT__KW_ANY_OF, FIAT__APPLY_ANY);
    compile_branches(b, FIAT__KW_ONE_OF, FIAT__APPLY_ONE);
    compile_not(b);
    compile_if(b);
    if (b->node.apply) add(b, &(fiat__apply){.op = FIAT__APPLY_END});
}
