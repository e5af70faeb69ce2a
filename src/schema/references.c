/* What references lead to. Nothing is fetched: a document that is not there yet comes from the
 * caller's registry, or is one of the meta-schemas. Documents are taken in when a reference that is
 * reached leads to them, and in them only what is reached is looked at. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/excerpt.h"
#include "json/pointer.h"
#include "schema/metaschema.h"
#include "schema/registry.h"

/* A reference in a schema. */
typedef struct reference {
    fiat__compiler *c;
    fiat__keyword keyword;
    uint32_t item;    /* the schema */
    uint32_t value;   /* the reference */
    uint32_t dynamic; /* of the dynamic anchor that it leads to: index + 1 */
} reference;

static uint32_t unresolved(const reference *ref, const char *why) {
    char shown[FIAT__EXCERPT_BYTES * 2];
    fiat__str text = fiat__tape_string(ref->c->tape, ref->value);
    fiat__compile_fail(ref->c, FIAT_E_SCHEMA_REF, ref->item, ref->keyword, "%s: %s",
                       fiat__excerpt(shown, sizeof shown, text), why);
    return FIAT__NO_ITEM;
}

/* Follow a JSON Pointer from a resource's root, keeping track of the resources on the way. A target
 * inside a keyword that is not known becomes a schema by being pointed to. */
static uint32_t follow_pointer(fiat__compiler *c, uint32_t resource, fiat__str pointer) {
    uint32_t item = c->schemes[resource].item;
    fiat__str token;
    while (fiat__pointer_token(&pointer, &token)) {
        item = fiat__lookup_step(&c->lookup, c->tape, item, token);
        if (item == 0) return FIAT__NO_ITEM;
        if (c->info[item].resource) resource = fiat__resource_at(c, item);
    }
    if (pointer.len) return FIAT__NO_ITEM;
    fiat__resolve_visit(c, item, resource);
    return item;
}

/* Does a document have the last part of a URI in it? Then a schema inside it may have that URI, by
 * an $id that is relative or not. One that is spelt with \u escapes is not seen. */
static bool may_hold(fiat__str text, fiat__str uri) {
    while (uri.len > 0 && uri.ptr[uri.len - 1] == '/')
        uri.len--;
    size_t start = uri.len;
    while (start > 0 && uri.ptr[start - 1] != '/' && uri.ptr[start - 1] != ':')
        start--;
    fiat__str last = fiat__str_of(uri.ptr + start, uri.len - start);
    if (last.len == 0) return false;
    for (const char *at = text.ptr, *end = text.ptr + text.len;
         (at = memchr(at, last.ptr[0], (size_t)(end - at))) != NULL; at++)
        if (last.len <= (size_t)(end - at) && memcmp(at, last.ptr, last.len) == 0) return true;
    return false;
}

/* A schema inside a document of the registry whose own URI nothing has led to yet. What is wrong in
 * a document that was only looked into is not the caller's affair: then the reference is said to
 * lead nowhere, which ends the compilation as well. */
static uint32_t find_inside(const reference *ref, fiat__str uri) {
    fiat__compiler *c = ref->c;
    fiat__str name, text;
    for (uint32_t i = 0; fiat__schema_registry_at(c->registry, i, &name, &text); i++) {
        if (fiat__resource_find(c, name) != FIAT__NO_RESOURCE || !may_hold(text, uri)) continue;
        fiat__dialect dialect = *fiat__dialect_at(c, ref->item);
        bool taken = fiat__document_add(c, name, text, &dialect) != FIAT__NO_ITEM;
        uint32_t resource = taken ? fiat__resource_find(c, uri) : FIAT__NO_RESOURCE;
        if (resource != FIAT__NO_RESOURCE) return resource;
        if (!taken) break;
    }
    if (c->status != FIAT_E_NOMEM && c->status != FIAT_E_SCHEMA_LIMIT) c->status = FIAT_OK;
    return FIAT__NO_RESOURCE;
}

/* The resource of a URI, which may have to be taken in. */
static uint32_t find_resource(const reference *ref, fiat__str uri) {
    fiat__compiler *c = ref->c;
    uint32_t resource = fiat__resource_find(c, uri);
    if (resource != FIAT__NO_RESOURCE) return resource;
    const fiat__metaschema *meta = fiat__metaschema_find(uri);
    fiat__str text = meta ? meta->text : fiat__schema_registry_find(c->registry, uri);
    if (!text.ptr) {
        resource = find_inside(ref, uri);
        if (resource != FIAT__NO_RESOURCE || c->status != FIAT_OK) return resource;
        (void)unresolved(ref, "no schema has that URI: neither one in this text, nor a document of "
                              "the registry; nothing is fetched");
        return FIAT__NO_RESOURCE;
    }
    fiat__dialect dialect = *fiat__dialect_at(c, ref->item);
    if (fiat__document_add(c, uri, text, &dialect) == FIAT__NO_ITEM) return FIAT__NO_RESOURCE;
    return fiat__resource_find(c, uri);
}

/* $recursiveRef is "#" and nothing else: the root of its resource. */
static uint32_t follow_recursive(reference *ref) {
    fiat__compiler *c = ref->c;
    uint32_t resource = fiat__resource_at(c, ref->item);
    if (!fiat__str_eq_c(fiat__tape_string(c->tape, ref->value), "#"))
        return unresolved(ref, "wanted \"#\", which is all that $recursiveRef may be");
    uint32_t anchor = fiat__anchor_find(c, resource, fiat__str_of("", 0));
    if (anchor != UINT32_MAX) ref->dynamic = anchor + 1;
    return c->schemes[resource].item;
}

static uint32_t follow_anchor(reference *ref, uint32_t resource, fiat__str name) {
    fiat__compiler *c = ref->c;
    uint32_t anchor = fiat__anchor_find(c, resource, name);
    if (anchor == UINT32_MAX) return unresolved(ref, "no schema has that anchor; check the name");
    if (ref->keyword == FIAT__KW_DYNAMIC_REF && c->anchors[anchor].dynamic)
        ref->dynamic = anchor + 1;
    return c->anchors[anchor].item;
}

static uint32_t follow(reference *ref) {
    fiat__compiler *c = ref->c;
    if (ref->keyword == FIAT__KW_RECURSIVE_REF) return follow_recursive(ref);
    uint32_t resource = fiat__resource_at(c, ref->item);
    fiat__str uri = fiat__tape_string(c->tape, ref->value), fragment;
    bool inside = uri.len && uri.ptr[0] == '#'; /* most are, and resolve to their own resource */
    if (!inside) uri = fiat__uri_resolve(&c->arena, c->schemes[resource].uri, uri);
    fragment = uri.ptr ? fiat__uri_split(&uri) : uri;
    bool plain = !fragment.len || !memchr(fragment.ptr, '%', fragment.len);
    fiat__str name = plain ? fragment : fiat__uri_decode(&c->arena, fragment);
    if (!uri.ptr || !name.ptr) {
        fiat__compile_no_room(c, ref->item, ref->keyword);
        return FIAT__NO_ITEM;
    }
    if (!inside) resource = find_resource(ref, uri);
    if (resource == FIAT__NO_RESOURCE) return FIAT__NO_ITEM;
    if (name.len == 0) return c->schemes[resource].item;
    if (name.ptr[0] != '/') return follow_anchor(ref, resource, name);
    uint32_t target = follow_pointer(c, resource, name);
    if (target == FIAT__NO_ITEM && c->status == FIAT_OK)
        return unresolved(ref, "nothing is at that place in the schema; check the path");
    return target;
}

static void add_target(const reference *ref, uint32_t item) {
    fiat__compiler *c = ref->c;
    if (!fiat__grow(c, &c->targets, c->target_count, &c->target_cap, 1, sizeof *c->targets)) return;
    c->targets[c->target_count++] = (fiat__target){item, ref->dynamic};
    c->info[ref->value].target = c->target_count;
}

/* ---- What is reached. ---- */

/* The queue of the compiler serves here as a stack of schemas. */
static void reach(fiat__compiler *c, uint32_t item, uint32_t unused) {
    (void)unused;
    if (c->status != FIAT_OK || c->info[item].reached) return;
    if (!fiat__grow(c, &c->queue, c->queue_count, &c->queue_cap, 1, sizeof *c->queue)) return;
    c->info[item].reached = true;
    c->queue[c->queue_count++] = item;
}

/* References may lead to any dynamic anchor of a resource that is entered. */
static void reach_resource(fiat__compiler *c, uint32_t resource) {
    if (c->schemes[resource].reached) return;
    c->schemes[resource].reached = true;
    for (uint32_t i = c->schemes[resource].dynamic; i; i = c->anchors[i - 1].next)
        reach(c, c->anchors[i - 1].item, 0);
}

static void look_at(fiat__compiler *c, uint32_t item) {
    reach_resource(c, fiat__resource_at(c, item));
    if (c->tape->items[item].kind != FIAT__JSON_OBJECT) return;
    uint32_t key = item + 1, count = c->tape->items[item].len;
    for (uint32_t i = 0; i < count && c->status == FIAT_OK; i++) {
        reference ref = {c, fiat__keyword_at(c, key), item, key + 1, 0};
        if (fiat__keyword_refers(ref.keyword) &&
            c->tape->items[key + 1].kind == FIAT__JSON_STRING) {
            uint32_t target = follow(&ref); /* may move the tape */
            if (target != FIAT__NO_ITEM) {
                add_target(&ref, target);
                reach(c, target, 0);
            }
        } else if (fiat__keyword_asserts(ref.keyword)) {
            fiat__resolve_children(c, ref.keyword, key + 1, reach, 0);
        }
        key = fiat__tape_next(c->tape, key + 1);
    }
}

/* All schemas of the first document are reached, and those below them are among them: only their
 * references are of interest. */
static void reach_own(fiat__compiler *c) {
    for (uint32_t i = 0; i < c->own_schemas; i++) {
        uint32_t item = c->schemas[i];
        reach_resource(c, fiat__resource_at(c, item));
        if (c->info[item].refers)
            reach(c, item, 0);
        else
            c->info[item].reached = true;
    }
}

void fiat__references_follow(fiat__compiler *c) {
    reach_own(c);
    while (c->queue_count && c->status == FIAT_OK)
        look_at(c, c->queue[--c->queue_count]);
}
