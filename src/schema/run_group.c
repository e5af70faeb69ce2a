/* Objects by a group of rules, in the one pass: the members are told to every rule that has not
 * failed yet, and the formula is asked at the end. A member's value is read once for each different
 * node that these rules have for it, nearly always one. */
#include "schema/run_text.h"

#include "schema/run_scalar.h"

/* One rule at work. */
typedef struct member_state {
    const fiat__object_rule *rule;
    uint64_t seen;
    uint64_t *wide; /* all bits, of a rule with more than 64 names */
    uint32_t others;
} member_state;

/* More members than that of an object with unevaluatedProperties are left to the tape. */
#define MEMBERS_MAX 64u

typedef struct group_state {
    fiat__run *run;
    const fiat__group *group;
    uint32_t alive; /* rules that have not failed */
    uint32_t members;
    uint32_t evaluated[MEMBERS_MAX]; /* closed: by member, the rules that speak of it */
    bool names;                      /* one of them has propertyNames */
    fiat__keyset keys;
    member_state at[FIAT__GROUP_MAX];
} group_state;

/* What the rules ask of one member: different nodes, and the rules that ask each. */
typedef struct asked {
    uint32_t node[FIAT__GROUP_MAX], rules[FIAT__GROUP_MAX];
    uint32_t count;
} asked;

static void ask(asked *a, uint32_t node, uint32_t rule) {
    if (node == FIAT__NODE_ANY) return;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->node[i] != node) continue;
        a->rules[i] |= 1u << rule;
        return;
    }
    a->node[a->count] = node;
    a->rules[a->count++] = 1u << rule;
}

/* What a rule asks of a name that it does not know; *matched: of its patterns; *many: the nodes of
 * several patterns differ. */
static uint32_t node_by_patterns(group_state *g, const fiat__object_rule *rule, fiat__str key,
                                 uint32_t *matched, bool *many) {
    const uint32_t *pattern = g->run->program->links + rule->patterns;
    uint32_t node = rule->additional;
    for (uint32_t i = 0; i < rule->pattern_count; i++, pattern += 2) {
        if (fiat__pattern_faults(g->run, pattern[0], key)) continue;
        *many |= *matched && pattern[1] != node;
        node = pattern[1];
        ++*matched;
    }
    return node;
}

/* Note a known name; false when the caller keeps it for himself. */
static bool see(member_state *state, uint32_t index) {
    uint64_t bit = UINT64_C(1) << index % 64;
    uint64_t *word = index < 64 ? &state->seen : &state->wide[index / 64];
    if (*word & bit) return false;
    *word |= bit;
    return true;
}

/* Tell a member's name to every rule, and note which of them evaluate it. *many: one of them has
 * more than one node for it. false: no event may bring it. */
static bool tell_name(group_state *g, fiat__str key, asked *a, bool *many) {
    uint32_t evaluated = 0;
    for (uint32_t left = g->alive; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        member_state *state = &g->at[i];
        const fiat__slot *slot =
            fiat__names_find(g->run->program, &state->rule->names, key.ptr, key.len);
        uint32_t speaks = state->rule->additional_given, node = state->rule->additional;
        if (slot) {
            if (!see(state, slot->index)) return false;
            speaks |= slot->flags & FIAT__SLOT_DECLARED;
            node = slot->child;
        } else {
            state->others++;
            if (state->rule->pattern_count)
                node = node_by_patterns(g, state->rule, key, &speaks, many);
        }
        if (speaks) evaluated |= 1u << i;
        ask(a, node, i);
    }
    if (!g->group->closed) return true;
    if (g->members == MEMBERS_MAX)
        *many = true;
    else
        g->evaluated[g->members++] = evaluated;
    return true;
}

/* Read the value by every node that is asked; rules whose node does not fit have failed. Each time
 * after the first is accounted for, for what it costs doubles with each level of nesting: with a
 * step at once, and with the whole value when it is known how long it is, however far a reading
 * went that failed. */
static const char *read_asked(group_state *g, const char *p, const asked *a) {
    const fiat__node *nodes = g->run->program->nodes;
    const char *end = NULL;
    for (uint32_t i = 0; i < a->count; i++) {
        const char *after = fiat__read_value(g->run, p, &nodes[a->node[i]]);
        if (g->run->status != FIAT_OK) return NULL;
        if (!after) g->alive &= ~a->rules[i];
        if (i) fiat__run_reread(g->run, 1);
        if (after) end = after;
        if (g->group->mandatory & ~g->alive) return NULL;
    }
    uint32_t reads = a->count + !end;
    if (!end) end = fiat__read_value(g->run, p, &nodes[FIAT__NODE_ANY]);
    if (end && reads > 1) fiat__run_reread(g->run, (size_t)(end - p) * (reads - 1));
    return end;
}

/* propertyNames; p at the key. */
static void judge_name(group_state *g, const char *p) {
    for (uint32_t left = g->alive; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left), node = g->at[i].rule->property_names;
        if (node != FIAT__NODE_NONE && !fiat__read_value(g->run, p, &g->run->program->nodes[node]))
            g->alive &= ~(1u << i);
    }
}

/* One member; p at its key. *many: a rule has several nodes for the value, which needs a tape. */
static const char *read_member(group_state *g, const char *p, bool *many) {
    asked a;
    bool escaped = false;
    if (*p != '"') return NULL;
    const char *raw = p + 1, *end = fiat__scan_string(raw, &escaped);
    if (!end) return NULL;
    if (g->names) judge_name(g, p);
    fiat__str key = fiat__read_string(g->run, raw, end, escaped);
    uint32_t at = (uint32_t)(raw - g->run->ctx->text.ptr);
    fiat__keyset_result result = fiat__keyset_add(&g->run->ctx->keys, &g->keys, key, at);
    if (result == FIAT__KEYSET_NOMEM) fiat__run_stop(g->run, FIAT_E_NOMEM);
    if (result != FIAT__KEYSET_NEW) return NULL;
    a.count = 0;
    if (!tell_name(g, key, &a, many) || *many || g->run->status != FIAT_OK) return NULL;
    p = fiat__scan_space(end + 1);
    return *p == ':' ? read_asked(g, fiat__scan_space(p + 1), &a) : NULL;
}

static const char *read_members(group_state *g, const char *p, bool *many) {
    for (;;) {
        p = read_member(g, p, many);
        if (!p) return NULL;
        p = fiat__scan_space(p);
        if (*p == '}') return p;
        if (*p != ',') return NULL;
        p = fiat__scan_space(p + 1);
    }
}

/* ---- The verdict. ---- */

static bool rule_holds(const group_state *g, uint32_t i) {
    const member_state *state = &g->at[i];
    if (!(g->alive >> i & 1)) return false;
    uint64_t seen = state->seen, *words = state->wide ? state->wide : &seen;
    words[0] = seen;
    return fiat__members_ok(g->run->program, state->rule, words, state->others);
}

/* A formula while it is asked. */
typedef struct question {
    const group_state *group;
    const uint32_t *at;
    uint32_t verdicts; /* rules that hold */
} question;

static bool holds(question *q, uint32_t *evaluating);

static uint32_t count_holding(question *q, uint32_t operands, uint32_t *evaluating) {
    uint32_t count = 0;
    while (operands--)
        count += holds(q, evaluating);
    return count;
}

static bool holds_if(question *q, uint32_t *evaluating) {
    uint32_t by_condition = 0, by_then = 0, by_else = 0;
    bool condition = holds(q, &by_condition), then = holds(q, &by_then);
    bool otherwise = holds(q, &by_else);
    *evaluating |= condition ? by_condition | by_then : by_else;
    return condition ? then : otherwise;
}

/* unevaluatedProperties: false. All is evaluated then. */
static bool holds_closed(question *q, uint32_t *evaluating) {
    uint32_t own = 0;
    bool yes = holds(q, &own);
    for (uint32_t i = 0; yes && i < q->group->members; i++)
        yes = q->group->evaluated[i] & own;
    *evaluating = UINT32_MAX;
    return yes;
}

static bool has_name(const member_state *state, uint32_t index) {
    const uint64_t *word = index < 64 ? &state->seen : &state->wide[index / 64];
    return *word >> index % 64 & 1;
}

/* Recursion is as deep as the formula, which has no more than a hundred parts. What a part that
 * does not hold evaluates does not count. */
static bool holds(question *q, uint32_t *evaluating) {
    uint32_t number = *q->at >> 8, own = 0;
    bool yes = false;
    switch ((fiat__formula_op)(*q->at++ & 0xff)) {
    case FIAT__FORMULA_RULE:
        own = 1u << number;
        yes = q->verdicts & own;
        break;
    case FIAT__FORMULA_HAS:
        yes = has_name(&q->group->at[0], number);
        break;
    case FIAT__FORMULA_ALL:
        yes = count_holding(q, number, &own) == number;
        break;
    case FIAT__FORMULA_ANY:
        yes = count_holding(q, number, &own) > 0;
        break;
    case FIAT__FORMULA_ONE:
        yes = count_holding(q, number, &own) == 1;
        break;
    case FIAT__FORMULA_NOT:
        yes = !holds(q, &own);
        own = 0;
        break;
    case FIAT__FORMULA_IF:
        yes = holds_if(q, &own);
        break;
    case FIAT__FORMULA_CLOSED:
        yes = holds_closed(q, &own);
        break;
    case FIAT__FORMULA_TRUE:
        yes = true;
        break;
    default:
        break;
    }
    if (yes) *evaluating |= own;
    return yes;
}

static bool formula_holds(group_state *g) {
    question q = {.group = g, .at = g->run->program->links + g->group->formula};
    uint32_t evaluating = 0;
    for (uint32_t i = 0; i < g->group->count; i++) {
        g->at[i].seen &= ~g->at[i].rule->reserved;
        q.verdicts |= (uint32_t)rule_holds(g, i) << i;
    }
    return holds(&q, &evaluating);
}

static void open_group(group_state *g, fiat__run *run, const fiat__node *node) {
    const fiat__program *p = run->program;
    g->run = run;
    g->group = &p->groups[node->object];
    g->alive = 0;
    g->members = 0;
    g->names = false;
    fiat__keyset_open(&g->keys);
    for (uint32_t i = 0; i < g->group->count; i++) {
        const fiat__object_rule *rule = &p->objects[p->links[g->group->rules + i]];
        g->at[i] = (member_state){.rule = rule, .seen = rule->provided | rule->reserved};
        if (rule->words > 1) g->at[i].wide = fiat__read_wide(run, rule->words);
        g->alive |= 1u << i;
        g->names |= rule->property_names != FIAT__NODE_NONE;
    }
}

const char *fiat__read_group(fiat__run *run, const char *p, const fiat__node *node) {
    uint32_t index = (uint32_t)(node - run->program->nodes);
    if (run->depth >= run->schema->max_depth) return NULL;
    if (run->reread == 0) return fiat__read_on_tape(run, p, &index, 1);
    group_state g;
    bool many = false;
    const char *start = p;
    run->depth++;
    open_group(&g, run, node);
    p = fiat__scan_space(p + 1);
    if (*p != '}') p = read_members(&g, p, &many);
    run->depth--;
    fiat__keyset_close(&run->ctx->keys, &g.keys);
    if (many && run->status == FIAT_OK) return fiat__read_on_tape(run, start, &index, 1);
    return p && formula_holds(&g) ? p + 1 : NULL;
}
