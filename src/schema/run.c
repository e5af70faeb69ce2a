/* The first engine: read the bytes once, parsing and judging in the same step.
 *
 * Every function takes the place in the text and returns the place after what it read, or NULL when
 * the text or its value is not as it must be; what exactly is wrong is found out by the report,
 * which looks again. The text is padded with zero bytes, so none of them checks for its end. */
#include "schema/run_text.h"

#include "schema/run_scalar.h"

static const char *read_any(fiat__run *run, const char *p, const fiat__node *node);

static inline const fiat__node *node_at(const fiat__run *run, uint32_t node) {
    return &run->program->nodes[node];
}

/* ---- Values that the other engine judges. ---- */

/* Put the value on a tape and judge it there by `count` nodes. */
const char *fiat__read_on_tape(fiat__run *run, const char *p, const uint32_t *nodes,
                               uint32_t count) {
    fiat__tape *tape = &run->ctx->tape;
    tape->count = 0;
    tape->strings_len = 0;
    const char *end = fiat__tape_add(tape, p, run->depth);
    if (!end) {
        if (tape->status == FIAT_E_NOMEM) fiat__run_stop(run, FIAT_E_NOMEM);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!fiat__run_item(run, nodes[i], 0, 0)) return NULL;
    return end;
}

static const char *read_node_on_tape(fiat__run *run, const char *p, const fiat__node *node) {
    uint32_t index = (uint32_t)(node - run->program->nodes);
    return fiat__read_on_tape(run, p, &index, 1);
}

/* ---- Scalars. ---- */

/* What more than a length is asked of a string; p at its quote, end at the other one. */
__attribute__((noinline)) static const char *look_at_string(fiat__run *run, const char *p,
                                                            const char *end, bool escaped,
                                                            const fiat__node *node) {
    if (node->plain_kinds & FIAT__JSON_STRING) return end + 1;
    fiat__str value = fiat__read_string(run, p + 1, end, escaped);
    return fiat__string_faults(run, node, value, false) ? NULL : end + 1;
}

/* Nearly all strings are asked for their length at most, which takes no branch that depends on the
 * node: where members come in any order, each such branch is a wrong guess of the processor. A
 * string of n bytes has n/4 to n code points. */
static inline const char *read_string(fiat__run *run, const char *p, const fiat__node *node) {
    bool escaped = false;
    const char *end = fiat__scan_string(p + 1, &escaped);
    if (!end || !(node->kinds & FIAT__JSON_STRING)) return NULL;
    const fiat__string_rule *rule = &run->program->strings[node->string];
    size_t len = (size_t)(end - p) - 1;
    bool fits = len <= rule->max && len / 4 >= rule->min;
    if (node->values | rule->looks | escaped | !fits)
        return look_at_string(run, p, end, escaped, node);
    return end + 1;
}

/* Most values are strings: they are read in place, everything else by a call. */
static inline const char *read_value(fiat__run *run, const char *p, const fiat__node *node) {
    if (*p == '"' && !(node->tape_kinds & FIAT__JSON_STRING)) return read_string(run, p, node);
    return read_any(run, p, node);
}

static inline const char *read_number(fiat__run *run, const char *p, const fiat__node *node) {
    fiat__scan_number number = fiat__scan_number_at(p);
    if (!number.end) return NULL;
    fiat__str text = fiat__str_of(p, (size_t)(number.end - p));
    unsigned kind = number.whole ? FIAT__JSON_INTEGER : FIAT__JSON_NUMBER;
    if (!fiat__number_kind_ok(node, kind, text)) return NULL;
    if (fiat__number_faults(run, node, text, &number, false)) return NULL;
    return number.end;
}

static const char *read_word(const fiat__run *run, const char *p, const fiat__node *node) {
    const char *end = fiat__scan_literal(p);
    unsigned kind = *p == 'n' ? FIAT__JSON_NULL : FIAT__JSON_BOOL;
    if (!end || !(node->kinds & kind)) return NULL;
    if (!node->values) return end;
    const fiat__values_rule *values = &run->program->values[node->values];
    if (kind == FIAT__JSON_NULL) return (values->kinds | values->free_kinds) & kind ? end : NULL;
    return values->booleans & (*p == 't' ? 2 : 1) ? end : NULL;
}

/* enum and const of containers are judged on the tape; without any among them, none fits. */
static inline bool fits_no_value(const fiat__run *run, const fiat__node *node, unsigned kind) {
    return node->values && !(run->program->values[node->values].free_kinds & kind);
}

/* ---- Arrays. ---- */

static inline uint32_t item_node(const fiat__run *run, const fiat__array_rule *rule,
                                 uint32_t index) {
    return index < rule->prefix_count ? run->program->links[rule->prefix + index] : rule->items;
}

/* The items up to the closing bracket, which is returned. */
static const char *read_items(fiat__run *run, const char *p, const fiat__array_rule *rule,
                              uint32_t *count) {
    for (;;) {
        p = read_value(run, p, node_at(run, item_node(run, rule, *count)));
        if (!p) return NULL;
        ++*count;
        p = fiat__scan_space(p);
        if (*p == ']') return *count >= rule->min && *count <= rule->max ? p : NULL;
        if (*p != ',') return NULL;
        p = fiat__scan_space(p + 1);
    }
}

static const char *read_array(fiat__run *run, const char *p, const fiat__node *node) {
    if (fits_no_value(run, node, FIAT__JSON_ARRAY) || run->depth >= run->schema->max_depth)
        return NULL;
    const fiat__array_rule *rule = &run->program->arrays[node->array];
    const char *start = p;
    uint32_t count = 0;
    p = fiat__scan_space(p + 1);
    if (*p == ']') return rule->min ? NULL : p + 1;
    run->depth++;
    p = read_items(run, p, rule, &count);
    run->depth--;
    if (!p || (rule->unique && count > 1 && !fiat__read_unique(run, start, p, node))) return NULL;
    return p + 1;
}

/* ---- Objects. ---- */

/* One open object. Bits of the first 64 known names are in `seen`, all bits of an object with more
 * are in `wide`, where only the first word is left to the end. */
typedef struct object_state {
    const fiat__object_rule *rule;
    const fiat__slot *next, *end; /* the name that is expected, and the last one's end */
    uint64_t seen;
    uint64_t *wide;
    uint32_t others; /* members with names that are not known */
    fiat__keyset keys;
} object_state;

/* Judge the value of an unknown name: by every pattern that matches it, else by
 * additionalProperties. Where several do, the value is looked at more than once: on the tape. */
static const char *read_by_patterns(fiat__run *run, const object_state *object, fiat__str key,
                                    const char *p) {
    const fiat__object_rule *rule = object->rule;
    const uint32_t *pattern = run->program->links + rule->patterns;
    uint32_t matched = 0, node = rule->additional;
    for (uint32_t i = 0; i < rule->pattern_count; i++) {
        if (fiat__pattern_faults(run, pattern[2 * i], key)) continue;
        node = pattern[2 * i + 1];
        matched++;
    }
    if (run->status != FIAT_OK) return NULL;
    if (matched <= 1) return read_value(run, p, node_at(run, node));
    const char *end = fiat__read_on_tape(run, p, NULL, 0);
    for (uint32_t i = 0; end && i < rule->pattern_count; i++) {
        if (fiat__pattern_faults(run, pattern[2 * i], key)) continue;
        if (!fiat__run_item(run, pattern[2 * i + 1], 0, 0)) return NULL;
    }
    return end;
}

/* A member whose name is not known; p at its value. */
static const char *read_unknown(fiat__run *run, object_state *object, fiat__str key, uint32_t at,
                                const char *p) {
    const fiat__object_rule *rule = object->rule;
    if (rule->closed && !rule->pattern_count) return NULL;
    fiat__keyset_result result = fiat__keyset_add(&run->ctx->keys, &object->keys, key, at);
    if (result == FIAT__KEYSET_NOMEM) fiat__run_stop(run, FIAT_E_NOMEM);
    if (result != FIAT__KEYSET_NEW) return NULL;
    object->others++;
    if (rule->pattern_count) return read_by_patterns(run, object, key, p);
    return read_value(run, p, node_at(run, rule->additional));
}

/* Note a name past the 64th; false when it was there before. */
static bool see_wide(object_state *object, uint32_t index) {
    uint64_t bit = UINT64_C(1) << index % 64, *word = &object->wide[index / 64];
    if (*word & bit) return false;
    *word |= bit;
    return true;
}

/* A key of any kind; p at its quote. Returns the place after it, with its value in *key. */
static inline const char *read_key(fiat__run *run, const char *p, const object_state *object,
                                   fiat__str *key) {
    uint32_t names = object->rule->property_names;
    bool escaped = false;
    const char *end = fiat__scan_string(p + 1, &escaped);
    if (!end) return NULL;
    if (names != FIAT__NODE_NONE && !read_any(run, p, node_at(run, names))) return NULL;
    *key = fiat__read_string(run, p + 1, end, escaped);
    return end + 1;
}

/* The colon between a key and its value; returns the place of the value. */
static inline const char *read_colon(const char *p) {
    p = fiat__scan_space(p);
    return *p == ':' ? fiat__scan_space(p + 1) : NULL;
}

/* One member; p at its key. Members mostly come in the order in which the schema has them: whether
 * it is the next one is asked before it is known where the key ends. */
static inline const char *read_member(fiat__run *run, const char *p, object_state *object) {
    const fiat__object_rule *rule = object->rule;
    const fiat__slot *slot = object->next;
    if (*p != '"') return NULL;
    if (slot < object->end && fiat__slot_ahead(run->program, slot, p)) {
        p = read_colon(p + slot->len + 2);
        if (!p) return NULL;
    } else {
        uint32_t at = (uint32_t)(p + 1 - run->ctx->text.ptr);
        fiat__str key;
        p = read_key(run, p, object, &key);
        p = p ? read_colon(p) : NULL;
        if (!p) return NULL;
        slot = fiat__names_find(run->program, &rule->names, key.ptr, key.len);
        if (!slot) return read_unknown(run, object, key, at, p);
    }
    object->next = slot + 1;
    if (slot->index < 64) {
        uint64_t bit = UINT64_C(1) << slot->index;
        if (object->seen & bit) return NULL; /* twice, or one that the caller adds */
        object->seen |= bit;
    } else if (!see_wide(object, slot->index)) {
        return NULL;
    }
    return read_value(run, p, node_at(run, slot->child));
}

/* The members up to the closing brace, which is returned. */
static inline const char *read_members(fiat__run *run, const char *p, object_state *object) {
    for (;;) {
        p = read_member(run, p, object);
        if (!p) return NULL;
        if (*p != ',') { /* nothing is between a value and its comma, nearly everywhere */
            p = fiat__scan_space(p);
            if (*p == '}') return p;
            if (*p != ',') return NULL;
        }
        p = fiat__scan_space(p + 1);
    }
}

static bool members_ok(const fiat__run *run, object_state *object) {
    const fiat__object_rule *rule = object->rule;
    object->seen &= ~rule->reserved;
    if ((object->seen & rule->required) != rule->required) return false;
    if (rule->only_required) return true;
    uint64_t *seen = rule->words > 1 ? object->wide : &object->seen;
    seen[0] = object->seen;
    return fiat__members_check(run->program, rule, seen, object->others);
}

static const char *read_object(fiat__run *run, const char *p, const fiat__node *node) {
    if (fits_no_value(run, node, FIAT__JSON_OBJECT) || run->depth >= run->schema->max_depth)
        return NULL;
    if (node->flags & FIAT__NODE_GROUP) return fiat__read_group(run, p, node);
    object_state object; /* the arrays of its key set need no values yet */
    object.rule = &run->program->objects[node->object];
    object.next = run->program->slots + object.rule->names.slots;
    object.end = object.next;
    /* With propertyNames, every key is looked at. */
    if (object.rule->property_names == FIAT__NODE_NONE) object.end += object.rule->names.count;
    object.seen = object.rule->provided | object.rule->reserved;
    object.others = 0;
    fiat__keyset_open(&object.keys);
    run->depth++;
    object.wide = object.rule->words > 1 ? fiat__read_wide(run, object.rule->words) : NULL;
    p = fiat__scan_space(p + 1);
    if (*p != '}') p = read_members(run, p, &object);
    run->depth--;
    fiat__keyset_close(&run->ctx->keys, &object.keys);
    return p && members_ok(run, &object) ? p + 1 : NULL;
}

/* ---- Any value. ---- */

static const char *read_any(fiat__run *run, const char *p, const fiat__node *node) {
    unsigned kinds = node->kinds, tape_kinds = node->tape_kinds;
    switch (*p) {
    case '"':
        if (tape_kinds & FIAT__JSON_STRING) return read_node_on_tape(run, p, node);
        return read_string(run, p, node);
    case '{':
        if (tape_kinds & FIAT__JSON_OBJECT) return read_node_on_tape(run, p, node);
        return kinds & FIAT__JSON_OBJECT ? read_object(run, p, node) : NULL;
    case '[':
        if (tape_kinds & FIAT__JSON_ARRAY) return read_node_on_tape(run, p, node);
        return kinds & FIAT__JSON_ARRAY ? read_array(run, p, node) : NULL;
    case 't':
    case 'f':
    case 'n':
        if (tape_kinds & (FIAT__JSON_BOOL | FIAT__JSON_NULL))
            return read_node_on_tape(run, p, node);
        return read_word(run, p, node);
    default:
        if (tape_kinds & FIAT__JSON_NUMERIC) return read_node_on_tape(run, p, node);
        return read_number(run, p, node);
    }
}

const char *fiat__read_value(fiat__run *run, const char *p, const fiat__node *node) {
    return read_value(run, p, node);
}

bool fiat__run_text(fiat__run *run, uint32_t node) {
    const fiat__padded *text = &run->ctx->text;
    const char *p = fiat__scan_space(text->ptr);
    p = read_any(run, p, node_at(run, node));
    return p && fiat__scan_space(p) == text->ptr + text->len;
}
