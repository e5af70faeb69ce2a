/* Objects on a tape. */
#include "schema/run.h"
#include "schema/run_scalar.h"

/* One object under judgement. */
typedef struct object_run {
    fiat__run *run;
    const fiat__node *node;
    const fiat__object_rule *rule;
    uint32_t item;
    size_t marks; /* of evaluated members; 0: nobody asks */
    size_t seen;  /* set of known names, on the stack of marks */
    uint32_t others;
} object_run;

/* Which slot a known name has. */
static uint32_t slot_of_index(const object_run *o, uint32_t index) {
    return o->rule->names.slots + index;
}

/* Does a pattern apply to this name that is not known? Each that does judges the value. */
static bool judge_patterns(object_run *o, uint32_t key, bool *applied) {
    fiat__run *run = o->run;
    const uint32_t *pattern = run->program->links + o->rule->patterns;
    bool ok = true;
    for (uint32_t i = 0; i < o->rule->pattern_count; i++, pattern += 2) {
        fiat__run_at(run, o->node, key);
        if (fiat__pattern_faults(run, pattern[0], fiat__tape_string(&run->ctx->tape, key))) {
            if (run->status == FIAT_OK) continue;
            run->stop_keyword = FIAT__KW_PATTERN_PROPERTIES;
            return false;
        }
        *applied = true;
        fiat__run_by(run, FIAT__KW_PATTERN_PROPERTIES, i);
        ok &= fiat__run_item(run, pattern[1], key + 1, 0);
        if (!ok && !fiat__run_goes_on(run)) return false;
    }
    return ok;
}

/* The value of a member; *applied: properties, patterns or additionalProperties speak of it. */
static bool judge_value(object_run *o, const fiat__slot *slot, uint32_t key, bool *applied) {
    *applied = slot && slot->flags & FIAT__SLOT_DECLARED;
    if (*applied) {
        fiat__run_by(o->run, FIAT__KW_PROPERTIES, 0);
        return fiat__run_item(o->run, slot->child, key + 1, 0);
    }
    bool ok = slot || judge_patterns(o, key, applied);
    if (*applied || !ok || !o->rule->additional_given) return ok;
    *applied = true;
    return fiat__run_child(o->run, o->node, (fiat__keyword)o->rule->additional_keyword,
                           o->rule->additional, key + 1, 0);
}

static bool judge_member(object_run *o, uint32_t index, uint32_t key) {
    fiat__run *run = o->run;
    fiat__str name = fiat__tape_string(&run->ctx->tape, key);
    const fiat__slot *slot = fiat__names_find(run->program, &o->rule->names, name.ptr, name.len);
    bool ok =
        o->rule->property_names == FIAT__NODE_NONE ||
        fiat__run_child(run, o->node, FIAT__KW_PROPERTY_NAMES, o->rule->property_names, key, 0);
    if (!ok && !fiat__run_goes_on(run)) return false;
    if (slot)
        fiat__marks_set(run, o->seen, slot->index);
    else
        o->others++;
    bool applied;
    ok &= judge_value(o, slot, key, &applied);
    if (applied) fiat__marks_set(run, o->marks, index);
    return ok;
}

static bool judge_members(object_run *o) {
    const fiat__tape *tape = &o->run->ctx->tape;
    uint32_t count = tape->items[o->item].len, key = o->item + 1;
    bool ok = true;
    for (uint32_t i = 0; i < count; i++) {
        ok &= judge_member(o, i, key);
        if (o->run->status != FIAT_OK || (!ok && !fiat__run_goes_on(o->run))) return false;
        key = fiat__tape_next(tape, key + 1);
    }
    return ok;
}

/* Members that the caller adds must not be there already. */
static bool find_stamped(object_run *o) {
    const fiat__tape *tape = &o->run->ctx->tape;
    uint32_t key = o->item + 1;
    for (uint32_t i = 0; i < tape->items[o->item].len; i++) {
        fiat__str name = fiat__tape_string(tape, key);
        const fiat__slot *slot =
            fiat__names_find(o->run->program, &o->rule->names, name.ptr, name.len);
        if (slot && slot->flags & FIAT__SLOT_PROVIDED) {
            o->run->stamped = key;
            return !fiat__run_stop(o->run, FIAT_E_EVENT_STAMPED);
        }
        key = fiat__tape_next(tape, key + 1);
    }
    return false;
}

static void fault_required(object_run *o, uint32_t index) {
    if (!fiat__marks_get(o->run, o->seen, index))
        fiat__run_fault(o->run, o->node, FIAT__KW_REQUIRED, o->item, slot_of_index(o, index), 0);
}

/* dependencies, which every draft has, or the newer name. */
static fiat__keyword depends_keyword(const object_run *o, uint32_t trigger) {
    const fiat__tape *schema = &o->run->schema->tape;
    uint32_t value = fiat__tape_member(schema, o->node->where, fiat__str_c("dependencies"));
    fiat__str name = fiat__slot_name(o->run->program, trigger);
    if (value) value = fiat__tape_member(schema, value, name);
    bool older = value && schema->items[value].kind == FIAT__JSON_ARRAY;
    return older ? FIAT__KW_DEPENDENCIES : FIAT__KW_DEPENDENT_REQUIRED;
}

static void fault_depends(object_run *o) {
    const uint32_t *at = o->run->program->links + o->rule->depends;
    for (uint32_t i = 0; i < o->rule->depends_count; i++) {
        uint32_t trigger = slot_of_index(o, *at);
        bool applies = fiat__marks_get(o->run, o->seen, *at++);
        for (uint32_t count = *at++; count; count--, at++)
            if (applies && !fiat__marks_get(o->run, o->seen, *at))
                fiat__run_fault(o->run, o->node, depends_keyword(o, trigger), o->item,
                                slot_of_index(o, *at), trigger);
    }
}

/* Only once something is known to be missing: say what. */
static void fault_members(object_run *o) {
    const fiat__object_rule *rule = o->rule;
    const uint32_t *more = o->run->program->links + rule->more_required;
    const uint64_t *seen = o->run->ctx->marks + o->seen - 1;
    uint32_t count = fiat__members_count(rule, seen, o->others);
    for (uint32_t i = 0; i < 64; i++)
        if (rule->required >> i & 1) fault_required(o, i);
    for (uint32_t i = 0; i < rule->more_required_count; i++)
        fault_required(o, more[i]);
    if (count < rule->min)
        fiat__run_fault(o->run, o->node, FIAT__KW_MIN_PROPERTIES, o->item, count, 0);
    if (count > rule->max)
        fiat__run_fault(o->run, o->node, FIAT__KW_MAX_PROPERTIES, o->item, count, 0);
    fault_depends(o);
}

static bool judge_dependents(object_run *o) {
    const uint32_t *at = o->run->program->links + o->rule->depend_schemas;
    bool ok = true;
    for (uint32_t i = 0; i < o->rule->depend_schemas_count; i++, at += 2) {
        if (!fiat__marks_get(o->run, o->seen, at[0])) continue;
        fiat__run_by(o->run, FIAT__KW_DEPENDENT_SCHEMAS, i);
        ok &= fiat__run_item(o->run, at[1], o->item, o->marks);
        if (!ok && !fiat__run_goes_on(o->run)) return false;
    }
    return ok;
}

static bool judge_object(object_run *o) {
    fiat_validator *ctx = o->run->ctx;
    if ((o->rule->provided | o->rule->reserved) && find_stamped(o)) return false;
    ctx->marks[o->seen - 1] = o->rule->provided;
    bool ok = judge_members(o);
    if (!ok && !fiat__run_goes_on(o->run)) return false;
    if (!fiat__members_ok(o->run->program, o->rule, ctx->marks + o->seen - 1, o->others)) {
        if (o->run->faults) fault_members(o);
        ok = false;
    }
    if (!ok && !fiat__run_goes_on(o->run)) return false;
    return judge_dependents(o) && ok;
}

bool fiat__run_object(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    object_run o = {.run = run, .node = node, .item = item, .marks = marks};
    if (!node->object) return true;
    o.rule = &run->program->objects[node->object];
    o.seen = fiat__marks_push(run, o.rule->words * 64);
    if (!o.seen) return false;
    bool ok = judge_object(&o);
    fiat__marks_pop(run, o.seen);
    return ok;
}
