/* Where the schemas are: base URIs, $id, dialects, anchors, keywords. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/excerpt.h"

/* ---- Names of places. ---- */

static uint32_t *map_slot(const fiat__compiler *c, uint32_t *map, uint32_t size, uint32_t resource,
                          fiat__str name) {
    uint64_t hash = fiat__str_hash(c->schema->keys.seed ^ resource, name);
    for (uint32_t i = (uint32_t)hash & (size - 1);; i = (i + 1) & (size - 1)) {
        const fiat__anchor *at = map[i] ? &c->anchors[map[i] - 1] : NULL;
        if (!at || (at->resource == resource && fiat__str_eq(at->name, name))) return &map[i];
    }
}

static bool grow_map(fiat__compiler *c) {
    if (c->anchor_count * 2 < c->anchor_map_size) return true;
    uint32_t size = c->anchor_map_size ? c->anchor_map_size * 4 : 32;
    uint32_t *map = fiat__calloc(size, sizeof *map);
    if (!map) {
        c->status = fiat__err_nomem(c->err);
        return false;
    }
    for (uint32_t i = 0; i < c->anchor_count; i++)
        *map_slot(c, map, size, c->anchors[i].resource, c->anchors[i].name) = i + 1;
    fiat__free(c->anchor_map);
    c->anchor_map = map;
    c->anchor_map_size = size;
    return true;
}

uint32_t fiat__anchor_find(const fiat__compiler *c, uint32_t resource, fiat__str name) {
    if (c->anchor_map_size == 0) return UINT32_MAX;
    return *map_slot(c, c->anchor_map, c->anchor_map_size, resource, name) - 1;
}

static void set_dynamic(fiat__compiler *c, uint32_t anchor) {
    fiat__scheme *scheme = &c->schemes[c->anchors[anchor].resource];
    c->anchors[anchor].dynamic = true;
    c->anchors[anchor].next = scheme->dynamic;
    scheme->dynamic = anchor + 1;
}

void fiat__anchor_add(fiat__compiler *c, uint32_t resource, fiat__str name, uint32_t item,
                      bool dynamic) {
    if (c->status != FIAT_OK || !grow_map(c)) return;
    fiat__str own = fiat__arena_str(&c->arena, name);
    if (!own.ptr) fiat__compile_no_room(c, item, FIAT__KW_NONE);
    if (!fiat__grow(c, &c->anchors, c->anchor_count, &c->anchor_cap, 1, sizeof *c->anchors)) return;
    c->anchors[c->anchor_count] = (fiat__anchor){.resource = resource, .name = own, .item = item};
    *map_slot(c, c->anchor_map, c->anchor_map_size, resource, own) = ++c->anchor_count;
    if (dynamic) set_dynamic(c, c->anchor_count - 1);
}

uint32_t fiat__resource_find(const fiat__compiler *c, fiat__str uri) {
    uint32_t found = fiat__anchor_find(c, FIAT__NO_RESOURCE, uri);
    return found == UINT32_MAX ? FIAT__NO_RESOURCE : c->anchors[found].item;
}

void fiat__resource_name(fiat__compiler *c, fiat__str uri, uint32_t resource) {
    if (fiat__resource_find(c, uri) == FIAT__NO_RESOURCE)
        fiat__anchor_add(c, FIAT__NO_RESOURCE, uri, resource, false);
}

uint32_t fiat__resource_add(fiat__compiler *c, fiat__str uri, uint32_t item,
                            const fiat__dialect *dialect) {
    if (!fiat__grow(c, &c->schemes, c->scheme_count, &c->scheme_cap, 1, sizeof *c->schemes))
        return 0;
    c->schemes[c->scheme_count] = (fiat__scheme){.uri = uri, .dialect = *dialect, .item = item};
    return c->scheme_count++;
}

/* ---- One schema. ---- */

/* The value of a keyword that must be a string; 0 when it is absent or wrong. */
static uint32_t string_member(fiat__compiler *c, uint32_t item, fiat__keyword keyword) {
    uint32_t value = fiat__tape_member(c->tape, item, fiat__str_c(fiat__keyword_name(keyword)));
    if (value == 0 || c->tape->items[value].kind == FIAT__JSON_STRING) return value;
    fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword, "its value must be a string");
    return 0;
}

bool fiat__resolve_hides(const fiat__compiler *c, uint32_t item, fiat__draft draft) {
    if (draft > FIAT__DRAFT_7) return false;
    uint32_t ref = fiat__tape_member(c->tape, item, fiat__str_c("$ref"));
    return ref && c->tape->items[ref].kind == FIAT__JSON_STRING;
}

static void name_anchor(fiat__compiler *c, fiat__keyword keyword, uint32_t resource, fiat__str name,
                        uint32_t item) {
    bool dynamic = keyword == FIAT__KW_DYNAMIC_ANCHOR;
    uint32_t other = fiat__anchor_find(c, resource, name);
    if (other == UINT32_MAX) {
        fiat__anchor_add(c, resource, name, item, dynamic);
    } else if (c->anchors[other].item != item) {
        char shown[FIAT__EXCERPT_BYTES];
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword,
                           "the anchor %s is there twice; each needs a name of its own",
                           fiat__excerpt(shown, sizeof shown, name));
    } else if (dynamic && !c->anchors[other].dynamic) {
        set_dynamic(c, other); /* $anchor and $dynamicAnchor of the same name */
    }
}

/* Two schemas of one document must not have the same URI. Of two documents that bring the same one
 * along, the first has it. */
static bool is_taken(fiat__compiler *c, fiat__str uri, uint32_t item) {
    uint32_t other = fiat__resource_find(c, uri);
    char shown[FIAT__EXCERPT_BYTES];
    if (other == FIAT__NO_RESOURCE || c->schemes[other].item == item) return false;
    if (fiat__document_of(c->program, c->schemes[other].item) ==
        fiat__document_of(c->program, item))
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, FIAT__KW_ID,
                           "two schemas have the URI %s; each needs its own",
                           fiat__excerpt(shown, sizeof shown, uri));
    return true;
}

/* The resource that the $id `uri` makes of a schema; a document's root is one already. */
static uint32_t enter_resource(fiat__compiler *c, uint32_t item, uint32_t resource, fiat__str uri,
                               const fiat__dialect *dialect) {
    bool taken = is_taken(c, uri, item);
    if (c->schemes[resource].item == item)
        c->schemes[resource].uri = uri;
    else
        resource = fiat__resource_add(c, uri, item, dialect);
    if (!taken) fiat__resource_name(c, uri, resource);
    return resource;
}

/* Take in `$id`; returns the resource that the schema belongs to. */
static uint32_t enter_id(fiat__compiler *c, uint32_t item, uint32_t resource,
                         const fiat__dialect *dialect) {
    fiat__keyword keyword = dialect->draft == FIAT__DRAFT_4 ? FIAT__KW_ID_4 : FIAT__KW_ID;
    uint32_t value = string_member(c, item, keyword);
    if (!value) return resource;
    fiat__str id = fiat__tape_string(c->tape, value);
    fiat__str fragment = fiat__uri_split(&id);
    if (fragment.len && dialect->draft > FIAT__DRAFT_7) {
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, keyword,
                           "\"#\" with a name after it is not allowed here; use $anchor");
        return resource;
    }
    if (id.len) {
        fiat__str uri = fiat__uri_resolve(&c->arena, c->schemes[resource].uri, id);
        if (!uri.ptr)
            fiat__compile_no_room(c, item, keyword);
        else
            resource = enter_resource(c, item, resource, uri, dialect);
    }
    /* "#/..." is a JSON Pointer and no name; tools that make schemas of samples write it. */
    if (fragment.len && fragment.ptr[0] != '/') name_anchor(c, keyword, resource, fragment, item);
    return resource;
}

static void enter_anchors(fiat__compiler *c, uint32_t item, uint32_t resource) {
    static const fiat__keyword anchors[] = {FIAT__KW_ANCHOR, FIAT__KW_DYNAMIC_ANCHOR};
    for (size_t i = 0; i < sizeof anchors / sizeof anchors[0]; i++) {
        if (!fiat__keyword_in(anchors[i], &c->schemes[resource].dialect)) continue;
        uint32_t value = string_member(c, item, anchors[i]);
        if (value) name_anchor(c, anchors[i], resource, fiat__tape_string(c->tape, value), item);
    }
}

/* $recursiveAnchor, at the root of a resource: a dynamic anchor without a name. */
static void enter_recursive(fiat__compiler *c, uint32_t item, uint32_t resource) {
    if (c->schemes[resource].dialect.draft != FIAT__DRAFT_2019) return;
    uint32_t value = fiat__tape_member(c->tape, item, fiat__str_c("$recursiveAnchor"));
    if (!value) return;
    if (c->tape->items[value].kind != FIAT__JSON_BOOL)
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, FIAT__KW_RECURSIVE_ANCHOR,
                           "its value must be true or false");
    else if (fiat__tape_is_true(c->tape, value) && c->schemes[resource].item == item)
        fiat__anchor_add(c, resource, fiat__str_of("", 0), item, true);
}

/* What the schema object says of itself; returns the resource that it belongs to. */
static uint32_t enter_schema(fiat__compiler *c, uint32_t item, uint32_t resource) {
    fiat__dialect outer = c->schemes[resource].dialect, own;
    bool root = c->schemes[resource].item == item;
    if (!fiat__dialect_read(c, item, &outer, &own)) return resource;
    if (root) c->schemes[resource].dialect = own;
    if (fiat__resolve_hides(c, item, own.draft)) return resource;
    uint32_t entered = enter_id(c, item, resource, &own);
    if (!root && entered == resource && own.draft != outer.draft)
        fiat__compile_fail(c, FIAT_E_UNSUPPORTED, item, FIAT__KW_SCHEMA,
                           "a part of a schema must be of the same draft as its root, %s, unless "
                           "it has an $id",
                           fiat__draft_name(outer.draft));
    if (c->status != FIAT_OK) return resource;
    enter_anchors(c, item, entered);
    enter_recursive(c, item, entered);
    return entered;
}

/* ---- All of them. ---- */

void fiat__resolve_children(fiat__compiler *c, fiat__keyword keyword, uint32_t value,
                            void (*each)(fiat__compiler *c, uint32_t child, uint32_t with),
                            uint32_t with) {
    fiat__keyword_shape shape = fiat__keyword_shape_of(keyword);
    fiat__tape_item at = c->tape->items[value];
    bool object = at.kind == FIAT__JSON_OBJECT, array = at.kind == FIAT__JSON_ARRAY;
    if (shape == FIAT__SHAPE_PLAIN) return;
    if (shape == FIAT__SHAPE_SCHEMA || (shape == FIAT__SHAPE_ITEMS && !array)) {
        each(c, value, with);
        return;
    }
    bool map = shape == FIAT__SHAPE_MAP || shape == FIAT__SHAPE_DEPENDS;
    if (map ? !object : !array) return; /* the compiler reports it */
    uint32_t child = value + 1;
    for (uint32_t i = 0; i < at.len; i++) {
        if (map) child++;
        if (shape != FIAT__SHAPE_DEPENDS || c->tape->items[child].kind != FIAT__JSON_ARRAY)
            each(c, child, with);
        child = fiat__tape_next(c->tape, child);
    }
}

/* Every keyword that gives a schema a name, a dialect or a reference starts with '$', but for the
 * "id" of draft-04. Most schemas have none. */
static bool is_named(const fiat__compiler *c, uint32_t item) {
    uint32_t key = item + 1;
    for (uint32_t i = 0; i < c->tape->items[item].len; i++) {
        fiat__str name = fiat__tape_string(c->tape, key);
        if (name.len > 1 && (name.ptr[0] == '$' || name.ptr[0] == 'i')) return true;
        key = fiat__tape_next(c->tape, key + 1);
    }
    return false;
}

static fiat__keyword keyword_of(fiat__compiler *c, fiat__str word, const fiat__dialect *dialect) {
    if (word.len == 0) return FIAT__KW_NONE;
    unsigned first = (unsigned char)word.ptr[0], last = (unsigned char)word.ptr[word.len - 1];
    uint8_t *found =
        &c->keywords_found[((unsigned)word.len + 46 * first + last) % FIAT__KEYWORDS_FOUND];
    fiat__keyword keyword = (fiat__keyword)*found;
    if (fiat__keyword_is(keyword, word))
        return fiat__keyword_in(keyword, dialect) ? keyword : FIAT__KW_NONE;
    keyword = fiat__keyword_find(word, dialect);
    if (keyword != FIAT__KW_NONE) *found = (uint8_t)keyword;
    return keyword;
}

/* For fiat__compile_all(), which makes room for them. */
static void count_properties(fiat__compiler *c, uint32_t value) {
    if (c->tape->items[value].kind != FIAT__JSON_OBJECT) return;
    c->objects_seen++;
    c->properties_seen += c->tape->items[value].len;
}

static void visit_members(fiat__compiler *c, uint32_t item, uint32_t resource, bool named) {
    bool hidden = named && fiat__resolve_hides(c, item, c->schemes[resource].dialect.draft);
    bool step = false, refers = false;
    unsigned asserting = 0;
    uint32_t key = item + 1;
    for (uint32_t i = 0; i < c->tape->items[item].len && c->status == FIAT_OK; i++) {
        fiat__keyword keyword =
            keyword_of(c, fiat__tape_string(c->tape, key), &c->schemes[resource].dialect);
        if (hidden && keyword != FIAT__KW_REF && fiat__keyword_asserts(keyword))
            keyword = FIAT__KW_NONE;
        c->info[key].keyword = (uint8_t)keyword;
        if (keyword == FIAT__KW_UNEVALUATED_ITEMS || keyword == FIAT__KW_UNEVALUATED_PROPERTIES)
            c->unevaluated = true;
        if (keyword == FIAT__KW_PROPERTIES) count_properties(c, key + 1);
        asserting += fiat__keyword_asserts(keyword);
        refers |= fiat__keyword_refers(keyword);
        step |= keyword == FIAT__KW_ALL_OF;
        fiat__resolve_children(c, keyword, key + 1, fiat__resolve_visit, resource);
        key = fiat__tape_next(c->tape, key + 1);
    }
    c->info[item].refers = refers;
    c->info[item].step = asserting == 1 && (refers || step);
}

/* Recursion is as deep as the schema text is nested, which document.c limits. */
void fiat__resolve_visit(fiat__compiler *c, uint32_t item, uint32_t resource) {
    if (c->status != FIAT_OK || c->info[item].resource) return;
    bool object = c->tape->items[item].kind == FIAT__JSON_OBJECT;
    bool root = c->schemes[resource].item == item, named = object && is_named(c, item);
    if (object && (root || named)) resource = enter_schema(c, item, resource);
    c->info[item].resource = resource + 1;
    if (!fiat__grow(c, &c->schemas, c->schema_count, &c->schema_cap, 1, sizeof *c->schemas)) return;
    c->schemas[c->schema_count++] = item;
    if (object) visit_members(c, item, resource, named);
}
