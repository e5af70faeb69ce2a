/* The keywords of objects. All names that they mention become the known names of one rule. */
#include "schema/compile_object.h"

/* Calls `each` with the key of every member of a keyword's value, which must be an object. */
static void each_member(fiat__object_build *o, fiat__keyword keyword, const char *wanted,
                        void (*each)(fiat__object_build *, uint32_t key)) {
    uint32_t value = o->b->at[keyword];
    const fiat__tape *tape = o->b->c->tape;
    if (!value) return;
    if (tape->items[value].kind != FIAT__JSON_OBJECT) {
        fiat__compile_wanted(o->b, keyword, value, wanted);
        return;
    }
    o->keyword = keyword;
    uint32_t key = value + 1;
    for (uint32_t i = 0; i < tape->items[value].len && o->b->c->status == FIAT_OK; i++) {
        each(o, key);
        key = fiat__tape_next(tape, key + 1);
    }
}

static uint32_t know(fiat__object_build *o, uint32_t name_item) {
    return fiat__known_add(o->b->c, &o->known, fiat__tape_string(o->b->c->tape, name_item));
}

static void add_property(fiat__object_build *o, uint32_t key) {
    uint32_t index = know(o, key);
    if (o->b->c->status == FIAT_OK) o->known.at[index].schema = key + 1;
}

/* Is the value an array of names? Else the error is set. */
static bool is_name_list(fiat__object_build *o, fiat__keyword keyword, uint32_t list) {
    const fiat__tape *tape = o->b->c->tape;
    if (tape->items[list].kind != FIAT__JSON_ARRAY) {
        fiat__compile_wanted(o->b, keyword, list, "an array of names");
        return false;
    }
    for (uint32_t item = list + 1; item < tape->items[list].next;
         item = fiat__tape_next(tape, item)) {
        if (tape->items[item].kind == FIAT__JSON_STRING) continue;
        fiat__compile_wanted(o->b, keyword, item, "a name in a string");
        return false;
    }
    return true;
}

static void require(fiat__object_build *o, uint32_t index) {
    if (o->known.at[index].required) return;
    o->known.at[index].required = true;
    if (index < 64) {
        o->rule.required |= UINT64_C(1) << index;
        return;
    }
    uint32_t link = fiat__add_link(o->b->c, index);
    if (o->rule.more_required_count++ == 0) o->rule.more_required = link;
}

static void compile_required(fiat__object_build *o) {
    uint32_t list = o->b->at[FIAT__KW_REQUIRED];
    const fiat__tape *tape = o->b->c->tape;
    if (!list || !is_name_list(o, FIAT__KW_REQUIRED, list)) return;
    if (o->b->draft == FIAT__DRAFT_4 && tape->items[list].len == 0)
        fiat__compile_wanted(o->b, FIAT__KW_REQUIRED, list, "at least one name");
    for (uint32_t i = 0; i < tape->items[list].len; i++) {
        uint32_t index = know(o, list + 1 + i);
        if (o->b->c->status != FIAT_OK) return;
        require(o, index);
    }
}

static void compile_also_required(fiat__object_build *o) {
    fiat__compiler *c = o->b->c;
    if (!o->b->entry || c->also_required.len == 0 || c->status != FIAT_OK) return;
    uint32_t index = fiat__known_add(c, &o->known, c->also_required);
    if (c->status == FIAT_OK) require(o, index);
}

/* A dependency on names becomes a run of links: {if, count, then, then ...}. */
static void add_depends(fiat__object_build *o, uint32_t key) {
    fiat__compiler *c = o->b->c;
    uint32_t list = key + 1, count = c->tape->items[list].len;
    if (o->keyword == FIAT__KW_DEPENDENCIES && c->tape->items[list].kind != FIAT__JSON_ARRAY)
        return;
    if (!is_name_list(o, o->keyword, list)) return;
    uint32_t first = fiat__add_link(c, know(o, key));
    fiat__add_link(c, count);
    for (uint32_t i = 0; i < count; i++)
        fiat__add_link(c, know(o, list + 1 + i));
    if (o->rule.depends_count++ == 0) o->rule.depends = first;
}

static void add_depend_schema(fiat__object_build *o, uint32_t key) {
    fiat__compiler *c = o->b->c;
    bool names = c->tape->items[key + 1].kind == FIAT__JSON_ARRAY;
    if (o->keyword == FIAT__KW_DEPENDENCIES && names) return;
    uint32_t node = fiat__compile_child(c, key + 1);
    uint32_t link = fiat__add_link(c, know(o, key));
    fiat__add_link(c, node);
    if (o->rule.depend_schemas_count++ == 0) o->rule.depend_schemas = link;
}

/* All runs of names before all runs of schemas: a run of links must not be broken up. */
static void compile_depends(fiat__object_build *o) {
    static const char *const wanted = "an object of schemas or arrays of names";
    each_member(o, FIAT__KW_DEPENDENT_REQUIRED, "an object of arrays of names", add_depends);
    each_member(o, FIAT__KW_DEPENDENCIES, wanted, add_depends);
    each_member(o, FIAT__KW_DEPENDENT_SCHEMAS, "an object of schemas", add_depend_schema);
    each_member(o, FIAT__KW_DEPENDENCIES, wanted, add_depend_schema);
}

static void add_pattern(fiat__object_build *o, uint32_t key) {
    fiat__compiler *c = o->b->c;
    uint32_t regex = fiat__add_regex(o->b, FIAT__KW_PATTERN_PROPERTIES, o->b->item,
                                     fiat__tape_string(c->tape, key));
    uint32_t node = fiat__compile_child(c, key + 1);
    uint32_t link = fiat__add_link(c, regex - 1);
    fiat__add_link(c, node);
    if (o->rule.pattern_count++ == 0) o->rule.patterns = link;
}

/* unevaluatedProperties beside nothing that looks at the object in place is additionalProperties by
 * another name, and with additionalProperties it never sees a member. Both stay off the tape. */
static void compile_additional(fiat__object_build *o) {
    fiat__build *b = o->b;
    uint32_t value = b->at[FIAT__KW_ADDITIONAL_PROPERTIES];
    uint32_t unevaluated = b->at[FIAT__KW_UNEVALUATED_PROPERTIES];
    o->rule.additional_keyword = FIAT__KW_ADDITIONAL_PROPERTIES;
    if (!value && unevaluated && !b->node.apply && !o->rule.depend_schemas_count) {
        value = unevaluated;
        o->rule.additional_keyword = FIAT__KW_UNEVALUATED_PROPERTIES;
    }
    o->rule.unevaluated = FIAT__NODE_NONE;
    if (value) {
        o->rule.additional = fiat__compile_additional(b, value);
        o->rule.additional_given = 1;
        const fiat__tape_item *at = &b->c->tape->items[value];
        o->rule.closed = at->kind == FIAT__JSON_BOOL && !fiat__tape_is_true(b->c->tape, value);
    } else if (unevaluated) {
        o->rule.unevaluated = fiat__compile_child(b->c, unevaluated);
    }
}

/* Members that the caller adds, or keeps for itself: bits of the first word. */
static uint64_t compile_callers(fiat__object_build *o, const fiat__str *names, uint32_t count) {
    fiat__compiler *c = o->b->c;
    uint64_t bits = 0;
    for (uint32_t i = 0; o->b->entry && i < count; i++) {
        uint32_t index = fiat__known_add(c, &o->known, names[i]);
        if (c->status != FIAT_OK) break;
        o->known.at[index].flags |= FIAT__SLOT_PROVIDED;
        if (index < 64) {
            bits |= UINT64_C(1) << index;
            continue;
        }
        fiat__compile_fail(c, FIAT_E_UNSUPPORTED, o->b->item, FIAT__KW_NONE,
                           "the caller adds or reserves %u members; at most 64 are possible",
                           c->provided_count + c->reserved_count);
    }
    return bits;
}

void fiat__compile_object(fiat__build *b) {
    fiat__object_build o = {.b = b};
    o.rule.min = fiat__compile_count(b, FIAT__KW_MIN_PROPERTIES, 0);
    o.rule.max = fiat__compile_count(b, FIAT__KW_MAX_PROPERTIES, FIAT__UNLIMITED);
    o.rule.property_names = b->at[FIAT__KW_PROPERTY_NAMES]
                                ? fiat__compile_child(b->c, b->at[FIAT__KW_PROPERTY_NAMES])
                                : FIAT__NODE_NONE;
    /* First, so that they are among the first 64 names. */
    o.rule.provided = compile_callers(&o, b->c->provided, b->c->provided_count);
    o.rule.reserved = compile_callers(&o, b->c->reserved, b->c->reserved_count);
    each_member(&o, FIAT__KW_PROPERTIES, "an object of schemas", add_property);
    compile_required(&o);
    compile_also_required(&o);
    compile_depends(&o);
    each_member(&o, FIAT__KW_PATTERN_PROPERTIES, "an object of schemas", add_pattern);
    compile_additional(&o);
    bool any = o.known.count || o.rule.min || o.rule.max != FIAT__UNLIMITED ||
               o.rule.property_names != FIAT__NODE_NONE || o.rule.pattern_count ||
               o.rule.additional_given || o.rule.unevaluated != FIAT__NODE_NONE;
    if (any && b->c->status == FIAT_OK) {
        fiat__compile_members(&o);
        o.rule.only_required = !o.rule.min && o.rule.max == FIAT__UNLIMITED &&
                               !o.rule.depends_count && !o.rule.more_required_count;
        o.rule.words = (o.known.count + 63) / 64;
        fiat__names_build(b->c, &o.rule.names, &o.known);
        b->node.object = fiat__add_object(b->c, &o.rule);
    }
    fiat__known_deinit(&o.known);
}
