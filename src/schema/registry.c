/* A list of documents, found by a hash of their URIs. */
#include "schema/registry.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"
#include "json/excerpt.h"
#include "json/tape.h"
#include "schema/compile.h"

/* One name of a document; a document with a URI and an `$id` has two. */
typedef struct entry {
    fiat__str uri, text;
} entry;

struct fiat_schema_registry {
    fiat__arena arena; /* URIs and texts */
    entry *entries;
    uint32_t count, cap;
    uint32_t *map; /* open hash table of index + 1 */
    uint32_t map_size;
    uint64_t seed;
};

fiat_status fiat_schema_registry_new(fiat_schema_registry **out, fiat_error *err) {
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "out is NULL");
    *out = fiat__calloc(1, sizeof **out);
    if (!*out) return fiat__err_nomem(err);
    fiat__arena_init(&(*out)->arena, SIZE_MAX);
    (*out)->seed = fiat__random_u64();
    return FIAT_OK;
}

void fiat_schema_registry_free(fiat_schema_registry *registry) {
    if (!registry) return;
    fiat__arena_deinit(&registry->arena);
    fiat__free(registry->entries);
    fiat__free(registry->map);
    fiat__free(registry);
}

static uint32_t *slot_of(const fiat_schema_registry *registry, uint32_t *map, uint32_t size,
                         fiat__str uri) {
    uint32_t i = (uint32_t)fiat__str_hash(registry->seed, uri) & (size - 1);
    while (map[i] && !fiat__str_eq(registry->entries[map[i] - 1].uri, uri))
        i = (i + 1) & (size - 1);
    return &map[i];
}

static bool make_room(fiat_schema_registry *registry) {
    if (registry->count + 2 > registry->cap) {
        uint32_t cap = registry->cap ? registry->cap * 2 : 16;
        entry *grown = fiat__realloc_array(registry->entries, cap, sizeof *grown);
        if (!grown) return false;
        registry->entries = grown;
        registry->cap = cap;
    }
    if ((registry->count + 2) * 2 <= registry->map_size) return true;
    uint32_t size = registry->map_size ? registry->map_size * 2 : 32;
    uint32_t *map = fiat__calloc(size, sizeof *map);
    if (!map) return false;
    for (uint32_t i = 0; i < registry->count; i++)
        *slot_of(registry, map, size, registry->entries[i].uri) = i + 1;
    fiat__free(registry->map);
    registry->map = map;
    registry->map_size = size;
    return true;
}

static void add_entry(fiat_schema_registry *registry, fiat__str uri, fiat__str text) {
    registry->entries[registry->count] = (entry){uri, text};
    *slot_of(registry, registry->map, registry->map_size, uri) = ++registry->count;
}

fiat__str fiat__schema_registry_find(const fiat_schema_registry *registry, fiat__str uri) {
    if (!registry || registry->map_size == 0) return (fiat__str){0};
    uint32_t found = *slot_of(registry, registry->map, registry->map_size, uri);
    return found ? registry->entries[found - 1].text : (fiat__str){0};
}

bool fiat__schema_registry_at(const fiat_schema_registry *registry, uint32_t index, fiat__str *uri,
                              fiat__str *text) {
    if (!registry || index >= registry->count) return false;
    *uri = registry->entries[index].uri;
    *text = registry->entries[index].text;
    return true;
}

/* The absolute URI in the root's `$id` or `id`, copied; empty when it has none. */
static fiat__str own_uri(fiat_schema_registry *registry, const fiat__tape *tape, fiat__str base) {
    static const char *const names[] = {"$id", "id"};
    fiat__str none = fiat__str_of("", 0);
    if (tape->items[0].kind != FIAT__JSON_OBJECT) return none;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t value = fiat__tape_member(tape, 0, fiat__str_c(names[i]));
        if (!value || tape->items[value].kind != FIAT__JSON_STRING) continue;
        fiat__str id = fiat__tape_string(tape, value);
        (void)fiat__uri_split(&id);
        if (id.len) return fiat__uri_resolve(&registry->arena, base, id);
    }
    return none;
}

static fiat_status add_checked(fiat_schema_registry *registry, fiat__str uri,
                               const fiat__tape *tape, fiat__str text, fiat_error *err) {
    fiat__str id = own_uri(registry, tape, uri);
    if (!id.ptr) return fiat__err_nomem(err);
    if (uri.len == 0 && id.len == 0)
        return fiat__err_set(err, FIAT_E_ARG,
                             "the document has no $id; say under which URI it is to be found");
    bool first = uri.len > 0 && !fiat__schema_registry_find(registry, uri).ptr;
    bool second =
        id.len > 0 && !fiat__str_eq(uri, id) && !fiat__schema_registry_find(registry, id).ptr;
    char shown[FIAT__EXCERPT_BYTES];
    if (uri.len ? !first : !second)
        return fiat__err_set(err, FIAT_E_ARG, "a document of the URI %s is there already",
                             fiat__excerpt(shown, sizeof shown, uri.len ? uri : id));
    fiat__str own_text = fiat__arena_str(&registry->arena, text);
    fiat__str own_name = fiat__arena_str(&registry->arena, uri);
    if (!own_text.ptr || !own_name.ptr || !make_room(registry)) return fiat__err_nomem(err);
    if (first) add_entry(registry, own_name, own_text);
    if (second) add_entry(registry, id, own_text);
    return FIAT_OK;
}

fiat_status fiat_schema_registry_add(fiat_schema_registry *registry, const char *uri,
                                     const char *text, size_t len, fiat_error *err) {
    if (!registry) return fiat__err_set(err, FIAT_E_ARG, "registry is NULL");
    if (!text) return fiat__err_set(err, FIAT_E_ARG, "text is NULL");
    fiat__parsed parsed;
    fiat_status status =
        fiat__parsed_init(&parsed, fiat__str_of(text, len), FIAT__SCHEMA_TEXT_DEPTH, err);
    fiat__str name = uri ? fiat__str_c(uri) : fiat__str_of("", 0);
    (void)fiat__uri_split(&name);
    if (status == FIAT_OK)
        status = add_checked(registry, name, &parsed.tape, fiat__str_of(text, len), err);
    else
        status = fiat__err_wrap(err, status, "%s", uri ? uri : "document");
    fiat__parsed_deinit(&parsed);
    return status;
}
