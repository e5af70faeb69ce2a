#include "schema/trace.h"

#include "base/mem.h"
#include "schema/run.h"

/* No report of use to anyone is larger; 72 MB. */
#define PLACES_MAX (1u << 21)

void fiat__trace_begin(fiat__trace *trace, bool all) {
    trace->count = 0;
    trace->current = FIAT__PLACE_NONE;
    trace->all = all;
    fiat__trace_by(trace, FIAT__KW_NONE, 0);
}

void fiat__trace_deinit(fiat__trace *trace) {
    fiat__free(trace->list);
}

/* ---- The way in: from the engine's words to the schema in the text. ---- */

typedef struct way {
    uint32_t schema;
    fiat__keyword keyword;
    bool by_reference;
} way;

static uint32_t member_of(const fiat__tape *tape, uint32_t object, fiat__keyword keyword) {
    if (tape->items[object].kind != FIAT__JSON_OBJECT) return 0;
    return fiat__tape_member(tape, object, fiat__str_c(fiat__keyword_name(keyword)));
}

/* The item or member value that is number `index` of a container. */
static uint32_t nth(const fiat__tape *tape, uint32_t container, uint32_t index) {
    bool object = tape->items[container].kind == FIAT__JSON_OBJECT;
    uint32_t child = container + 1 + object;
    while (index--)
        child = fiat__tape_next(tape, child) + object;
    return child;
}

/* Of what speaks of a member by name, properties first, the schema that is number `index`. */
static way member_way(const fiat__run *run, const fiat__place *parent, uint32_t item,
                      uint32_t index) {
    const fiat__tape *text = &run->schema->tape;
    const fiat__node *node = &run->program->nodes[parent->node];
    const fiat__object_rule *rule = &run->program->objects[node->object];
    const uint32_t *pattern = run->program->links + rule->patterns;
    fiat__str name = fiat__tape_string(&run->ctx->tape, item - 1);
    uint32_t map = member_of(text, parent->schema, FIAT__KW_PROPERTIES);
    uint32_t value = map ? fiat__tape_member(text, map, name) : 0;
    if (value && index-- == 0) return (way){value, FIAT__KW_PROPERTIES, false};
    map = member_of(text, parent->schema, FIAT__KW_PATTERN_PROPERTIES);
    for (uint32_t i = 0; i < rule->pattern_count; i++, pattern += 2) {
        fiat__match match =
            fiat__regex_match(run->program->regexes[pattern[0]], run->ctx->regex, name);
        if (match == FIAT__MATCH_YES && index-- == 0)
            return (way){nth(text, map, i), FIAT__KW_PATTERN_PROPERTIES, false};
    }
    return (way){parent->schema, FIAT__KW_NONE, false};
}

/* Dependent schemas are numbered through: those of dependentSchemas, then those of dependencies,
 * where lists of names stand among them. */
static way dependent_way(const fiat__run *run, const fiat__place *parent, uint32_t index) {
    const fiat__tape *text = &run->schema->tape;
    uint32_t newer = 0, count = 0;
    if (fiat__resource_of(run->schema, parent->schema)->dialect.draft >= FIAT__DRAFT_2019)
        newer = member_of(text, parent->schema, FIAT__KW_DEPENDENT_SCHEMAS);
    if (newer) count = text->items[newer].len;
    if (index < count) return (way){nth(text, newer, index), FIAT__KW_DEPENDENT_SCHEMAS, false};
    index -= count;
    uint32_t older = member_of(text, parent->schema, FIAT__KW_DEPENDENCIES), child = older + 2;
    while (text->items[child].kind == FIAT__JSON_ARRAY || index-- > 0)
        child = fiat__tape_next(text, child) + 1;
    return (way){child, FIAT__KW_DEPENDENCIES, false};
}

static way way_in(const fiat__run *run, uint32_t node, uint32_t item) {
    const fiat__trace *trace = run->trace;
    const fiat__tape *text = &run->schema->tape;
    if (trace->current == FIAT__PLACE_NONE) return (way){0, FIAT__KW_NONE, false};
    const fiat__place *parent = &trace->list[trace->current];
    fiat__keyword keyword = trace->keyword;
    if (fiat__keyword_refers(keyword)) {
        uint32_t reference = member_of(text, parent->schema, keyword);
        return (way){fiat__alias_of(run->program, reference, node), keyword, true};
    }
    if (keyword == FIAT__KW_PROPERTIES || keyword == FIAT__KW_NONE)
        return member_way(run, parent, item, trace->index);
    if (keyword == FIAT__KW_DEPENDENT_SCHEMAS) return dependent_way(run, parent, trace->index);
    uint32_t value = member_of(text, parent->schema, keyword);
    fiat__keyword_shape shape = fiat__keyword_shape_of(keyword);
    bool list = text->items[value].kind == FIAT__JSON_ARRAY || shape == FIAT__SHAPE_MAP;
    return (way){list ? nth(text, value, trace->index) : value, keyword, false};
}

/* From a schema that says nothing of its own to the next on the way to `node`. */
static bool step(const fiat__run *run, uint32_t node, way *at) {
    static const fiat__keyword references[] = {FIAT__KW_REF, FIAT__KW_DYNAMIC_REF,
                                               FIAT__KW_RECURSIVE_REF};
    const fiat__tape *text = &run->schema->tape;
    uint32_t next = fiat__alias_of(run->program, at->schema, node);
    if (next == FIAT__NO_ALIAS) return false;
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        if (!member_of(text, at->schema, references[i])) continue;
        *at = (way){next, references[i], true};
        return true;
    }
    *at = (way){next, FIAT__KW_ALL_OF, false};
    return true;
}

/* ---- The list. ---- */

static bool push(fiat__run *run, const way *at, uint32_t node, uint32_t item, uint32_t index) {
    fiat__trace *trace = run->trace;
    if (trace->count == trace->cap) {
        uint32_t cap = trace->cap ? trace->cap * 2 : 64;
        if (trace->cap == PLACES_MAX) return fiat__run_limit(run, FIAT__KW_NONE);
        fiat__place *grown = fiat__realloc_array(trace->list, cap, sizeof *grown);
        if (!grown) return fiat__run_stop(run, FIAT_E_NOMEM);
        trace->list = grown;
        trace->cap = cap;
    }
    bool of_name = at->keyword == FIAT__KW_PROPERTY_NAMES;
    if (trace->current != FIAT__PLACE_NONE) of_name |= trace->list[trace->current].of_name;
    trace->list[trace->count] = (fiat__place){.parent = trace->current,
                                              .schema = at->schema,
                                              .item = item,
                                              .at = index,
                                              .node = node,
                                              .keyword = (uint16_t)at->keyword,
                                              .by_reference = at->by_reference,
                                              .of_name = of_name};
    trace->current = trace->count++;
    return true;
}

/* Enter the schema of `node`, and those that lead to it by nothing but a reference. Returns the
 * first place entered; FIAT__PLACE_NONE when the run had to be stopped. */
static uint32_t enter(fiat__run *run, uint32_t node, uint32_t item) {
    uint32_t first = run->trace->count, index = run->trace->index;
    way at = way_in(run, node, item);
    do {
        if (!push(run, &at, node, item, index)) return FIAT__PLACE_NONE;
    } while (step(run, node, &at));
    return first;
}

static void leave(fiat__run *run, uint32_t first, uint32_t faults, bool ok) {
    fiat__trace *trace = run->trace;
    uint32_t last = trace->current;
    trace->current = trace->list[first].parent;
    if (!trace->all && (ok || faults == run->faults->count)) {
        trace->count = first;
        return;
    }
    for (uint32_t i = first; i <= last; i++) {
        trace->list[i].ok = ok;
        trace->list[i].end = trace->count;
    }
}

/* The children of a conjunction (compile_members.c) are entered from the schema around it. */
static bool is_conjunction(const fiat__run *run, uint32_t node) {
    const fiat__apply *apply = &run->program->applies[run->program->nodes[node].apply];
    return apply->op == FIAT__APPLY_ALL && apply->keyword == FIAT__KW_NONE;
}

bool fiat__trace_item(fiat__run *run, uint32_t node, uint32_t item, size_t marks) {
    if (is_conjunction(run, node)) return fiat__run_node(run, node, item, marks);
    uint32_t faults = fiat__run_fault_count(run), place = enter(run, node, item);
    if (place == FIAT__PLACE_NONE) return false;
    bool ok = fiat__run_node(run, node, item, marks);
    leave(run, place, faults, ok);
    return ok;
}
