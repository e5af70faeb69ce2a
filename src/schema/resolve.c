/* Where the schemas are: base URIs, $id, anchors, and what a $ref points to. Nothing is fetched; a
 * reference must lead to a place in the same text. */
#include "schema/compile.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "json/pointer.h"

static void visit(fiat__compiler *c, uint32_t item, uint32_t resource);

static uint32_t add_resource(fiat__compiler *c, fiat__str uri, uint32_t item) {
    for (uint32_t i = 0; i < c->resource_count; i++) {
        if (!fiat__str_eq(c->resources[i].uri, uri)) continue;
        char shown[FIAT__EXCERPT_BYTES];
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, FIAT__KW_ID,
                           "two schemas have the URI %s; each needs its own",
                           fiat__excerpt(shown, sizeof shown, uri));
        return 0;
    }
    if (!fiat__grow(c, &c->resources, c->resource_count, &c->resource_cap, 1, sizeof *c->resources))
        return 0;
    c->resources[c->resource_count] = (fiat__resource){uri, item};
    return c->resource_count++;
}

static uint32_t find_anchor(const fiat__compiler *c, uint32_t resource, fiat__str name) {
    for (uint32_t i = 0; i < c->anchor_count; i++)
        if (c->anchors[i].resource == resource && fiat__str_eq(c->anchors[i].name, name))
            return c->anchors[i].item;
    return UINT32_MAX;
}

static void add_anchor(fiat__compiler *c, fiat__keyword keyword, uint32_t resource, fiat__str name,
                       uint32_t item) {
    uint32_t other = find_anchor(c, resource, name);
    if (other == item) return; /* $anchor and $dynamicAnchor of the same name */
    if (other != UINT32_MAX) {
        char shown[FIAT__EXCERPT_BYTES];
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword,
                           "the anchor %s is there twice; each needs a name of its own",
                           fiat__excerpt(shown, sizeof shown, name));
        return;
    }
    if (!fiat__grow(c, &c->anchors, c->anchor_count, &c->anchor_cap, 1, sizeof *c->anchors)) return;
    c->anchors[c->anchor_count++] = (fiat__anchor){resource, name, item};
}

/* The value of a keyword that must be a string; 0 when it is absent or wrong. */
static uint32_t string_member(fiat__compiler *c, uint32_t item, fiat__keyword keyword) {
    uint32_t value = fiat__tape_member(c->tape, item, fiat__str_c(fiat__keyword_name(keyword)));
    if (value == 0 || c->tape->items[value].kind == FIAT__JSON_STRING) return value;
    fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword, "its value must be a string");
    return 0;
}

/* Up to draft-07 a $ref hides everything beside it, an $id too. */
static bool ref_hides_all(const fiat__compiler *c, uint32_t item) {
    if (c->draft > FIAT__DRAFT_7) return false;
    uint32_t ref = fiat__tape_member(c->tape, item, fiat__str_c("$ref"));
    return ref && c->tape->items[ref].kind == FIAT__JSON_STRING;
}

/* Take in `$id`; returns the resource that the schema belongs to. */
static uint32_t enter_id(fiat__compiler *c, uint32_t item, uint32_t resource) {
    fiat__keyword keyword = c->draft == FIAT__DRAFT_4 ? FIAT__KW_ID_4 : FIAT__KW_ID;
    uint32_t value = string_member(c, item, keyword);
    if (!value) return resource;
    fiat__str id = fiat__tape_string(c->tape, value);
    fiat__str fragment = fiat__uri_split(&id);
    if (fragment.len && c->draft > FIAT__DRAFT_7) {
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword,
                           "\"#\" with a name after it is not allowed here; use $anchor");
        return resource;
    }
    if (id.len) {
        fiat__str uri = fiat__uri_resolve(&c->arena, c->resources[resource].uri, id);
        if (!uri.ptr) c->status = fiat__err_nomem(c->err);
        if (item == 0)
            c->resources[0].uri = uri;
        else
            resource = add_resource(c, uri, item);
    }
    if (fragment.len) add_anchor(c, keyword, resource, fragment, item);
    return resource;
}

static void enter_anchors(fiat__compiler *c, uint32_t item, uint32_t resource) {
    static const fiat__keyword anchors[] = {FIAT__KW_ANCHOR, FIAT__KW_DYNAMIC_ANCHOR};
    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++) {
        fiat__str name = fiat__str_c(fiat__keyword_name(anchors[i]));
        if (fiat__keyword_find(name, c->draft) == FIAT__KW_NONE) continue;
        uint32_t value = string_member(c, item, anchors[i]);
        if (value) add_anchor(c, anchors[i], resource, fiat__tape_string(c->tape, value), item);
    }
}

/* Schemas inside the value of a keyword. */
static void visit_value(fiat__compiler *c, fiat__keyword_shape shape, uint32_t value,
                        uint32_t resource) {
    const fiat__tape_item *at = &c->tape->items[value];
    bool object = at->kind == FIAT__JSON_OBJECT, array = at->kind == FIAT__JSON_ARRAY;
    if (shape == FIAT__SHAPE_SCHEMA || (shape == FIAT__SHAPE_ITEMS && !array)) {
        visit(c, value, resource);
        return;
    }
    bool map = shape == FIAT__SHAPE_MAP || shape == FIAT__SHAPE_DEPENDS;
    if (map ? !object : !array) return; /* the compiler reports it */
    uint32_t child = value + 1;
    for (uint32_t i = 0; i < at->len; i++) {
        if (map) child++;
        if (shape != FIAT__SHAPE_DEPENDS || c->tape->items[child].kind != FIAT__JSON_ARRAY)
            visit(c, child, resource);
        child = fiat__tape_next(c->tape, child);
    }
}

static void visit_members(fiat__compiler *c, uint32_t item, uint32_t resource, bool hidden) {
    uint32_t key = item + 1;
    for (uint32_t i = 0; i < c->tape->items[item].len && c->status == FIAT_OK; i++) {
        fiat__keyword keyword = fiat__keyword_find(fiat__tape_string(c->tape, key), c->draft);
        fiat__keyword_shape shape = fiat__keyword_shape_of(keyword);
        if (keyword == FIAT__KW_UNEVALUATED_ITEMS || keyword == FIAT__KW_UNEVALUATED_PROPERTIES)
            c->unevaluated = true;
        if (shape != FIAT__SHAPE_PLAIN && (!hidden || !fiat__keyword_asserts(keyword)))
            visit_value(c, shape, key + 1, resource);
        key = fiat__tape_next(c->tape, key + 1);
    }
}

/* Recursion is as deep as the schema text is nested, which load.c limits. */
static void visit(fiat__compiler *c, uint32_t item, uint32_t resource) {
    if (c->resource_of[item] || c->status != FIAT_OK) return;
    bool object = c->tape->items[item].kind == FIAT__JSON_OBJECT;
    bool hidden = object && ref_hides_all(c, item);
    if (object && !hidden) {
        resource = enter_id(c, item, resource);
        enter_anchors(c, item, resource);
    }
    c->resource_of[item] = resource + 1;
    if (!fiat__grow(c, &c->schemas, c->schema_count, &c->schema_cap, 1, sizeof *c->schemas)) return;
    c->schemas[c->schema_count++] = item;
    if (object) visit_members(c, item, resource, hidden);
}

void fiat__resolve_index(fiat__compiler *c) {
    add_resource(c, fiat__str_of("", 0), 0);
    visit(c, 0, 0);
}

static uint32_t unresolved(fiat__compiler *c, uint32_t item, fiat__str ref, const char *why) {
    char shown[FIAT__EXCERPT_BYTES * 2];
    fiat__compile_fail(c, FIAT_E_SCHEMA_REF, item, FIAT__KW_REF, "%s: %s",
                       fiat__excerpt(shown, sizeof shown, ref), why);
    return UINT32_MAX;
}

/* Follow a JSON Pointer from a resource's root, keeping track of the $id's on the way. A target
 * inside a keyword that is not known becomes a schema by being pointed to. */
static uint32_t follow(fiat__compiler *c, uint32_t resource, fiat__str pointer) {
    uint32_t item = c->resources[resource].item;
    fiat__str token;
    while (fiat__pointer_token(&pointer, &token)) {
        item = fiat__pointer_step(c->tape, item, token);
        if (item == 0) return UINT32_MAX;
        if (c->resource_of[item]) resource = c->resource_of[item] - 1;
    }
    if (pointer.len) return UINT32_MAX;
    visit(c, item, resource);
    return item;
}

static uint32_t find_resource(const fiat__compiler *c, fiat__str uri) {
    for (uint32_t i = 0; i < c->resource_count; i++)
        if (fiat__str_eq(c->resources[i].uri, uri)) return i;
    return UINT32_MAX;
}

uint32_t fiat__resolve_ref(fiat__compiler *c, uint32_t item, uint32_t value) {
    fiat__str ref = fiat__tape_string(c->tape, value);
    fiat__str base = c->resources[c->resource_of[item] - 1].uri;
    fiat__str uri = fiat__uri_resolve(&c->arena, base, ref);
    fiat__str fragment = uri.ptr ? fiat__uri_split(&uri) : uri;
    fiat__str name = fiat__uri_decode(&c->arena, fragment);
    if (!uri.ptr || !name.ptr) {
        c->status = fiat__err_nomem(c->err);
        return UINT32_MAX;
    }
    uint32_t resource = find_resource(c, uri);
    if (resource == UINT32_MAX)
        return unresolved(
            c, item, ref,
            "no schema in this text has that URI, and none is fetched; put the schema "
            "into $defs (or definitions) and give it that $id");
    if (name.len == 0) return c->resources[resource].item;
    bool pointer = name.ptr[0] == '/';
    uint32_t target = pointer ? follow(c, resource, name) : find_anchor(c, resource, name);
    if (target == UINT32_MAX)
        return unresolved(c, item, ref,
                          pointer ? "nothing is at that place in the schema; check the path"
                                  : "no schema has that anchor; check the name");
    return target;
}
