#include "table/serde.h"

#include "base/error.h"
#include "base/mem.h"
#include "table/shape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define STEPS_MAX      (FIAT__TYPE_MAX_DEPTH + 1)
#define NAME_MAX_BYTES 1024

/* A name of a column or of a struct's member, and the key that it stands for. */
struct key {
    const char *name, *key;
    size_t order; /* as found */
};

struct keys {
    fiat__arena *arena;
    const fiat__doc *schema;
    struct key *items;
    size_t count, cap;
    fiat__step steps[STEPS_MAX];
    size_t step_count;
    bool no_memory;
};

static void add_key(struct keys *keys, const char *name, const char *key) {
    if (keys->count == keys->cap) {
        size_t cap = keys->cap ? 2 * keys->cap : 32;
        struct key *items = fiat__realloc_array(keys->items, cap, sizeof *items);
        if (!items) {
            keys->no_memory = true;
            return;
        }
        keys->items = items;
        keys->cap = cap;
    }
    fiat__str lower = fiat__arena_str(keys->arena, fiat__str_c(name));
    for (size_t i = 0; lower.ptr && i < lower.len; i++)
        ((char *)lower.ptr)[i] = (char)tolower((unsigned char)lower.ptr[i]);
    keys->items[keys->count] = (struct key){lower.ptr, key, keys->count};
    if (lower.ptr)
        keys->count++;
    else
        keys->no_memory = true;
}

static void add_type(struct keys *keys, const fiat__type *type);

static void add_child(struct keys *keys, const fiat__type *type, fiat__step step) {
    if (keys->step_count == STEPS_MAX) return;
    keys->steps[keys->step_count++] = step;
    add_type(keys, type);
    keys->step_count--;
}

static void add_member(struct keys *keys, const fiat__type *type, const char *name) {
    const char *key = NULL;
    if (keys->schema) key = fiat__shape_property(keys->schema, keys->steps, keys->step_count, name);
    if (!key) key = name;
    add_key(keys, name, key);
    add_child(keys, type, (fiat__step){FIAT__STEP_MEMBER, key});
}

static void add_type(struct keys *keys, const fiat__type *type) {
    if (type->kind == FIAT__TYPE_STRUCT)
        for (size_t i = 0; i < type->child_count; i++)
            add_member(keys, &type->children[i], type->names[i]);
    if (type->kind == FIAT__TYPE_ARRAY)
        add_child(keys, &type->children[0], (fiat__step){FIAT__STEP_ITEM, NULL});
    if (type->kind == FIAT__TYPE_MAP)
        add_child(keys, &type->children[1], (fiat__step){FIAT__STEP_VALUE, NULL});
}

/* By name; of one name, as found. */
static int compare(const void *a, const void *b) {
    const struct key *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : left->order < right->order ? -1 : 1;
}

/* How two keys are compared, and a key is with its name. */
typedef bool same_key(const char *a, const char *b);

static bool same_exactly(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static bool same_in_any_case(const char *a, const char *b) {
    return strcasecmp(a, b) == 0;
}

static bool same_but_for_dots(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        int x = *a == '.' ? '_' : tolower((unsigned char)*a);
        int y = *b == '.' ? '_' : tolower((unsigned char)*b);
        if (x != y) return false;
    }
    return *a == *b;
}

/* The first name whose keys differ; NULL: each name has one key. */
static const struct key *find_conflict(const struct keys *keys, same_key *same) {
    for (size_t i = 1; i < keys->count; i++) {
        const struct key *item = &keys->items[i];
        if (strcmp(item->name, item[-1].name) == 0 && !same(item->key, item[-1].key)) return item;
    }
    return NULL;
}

static bool write_mapping(fiat__table *table, const struct key *item, bool lower) {
    char name[NAME_MAX_BYTES], key[NAME_MAX_BYTES];
    snprintf(name, sizeof name, "mapping.%s", item->name);
    snprintf(key, sizeof key, "%s", item->key);
    for (char *c = key; lower && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return fiat__property_add(table, &table->serde_properties, name, key);
}

static fiat_status refuse(const struct key *item, fiat_error *err) {
    return fiat__err_set(
        err, FIAT_E_TABLE_COLUMN,
        "the name \"%.80s\" stands for the properties \"%.80s\" and \"%.80s\", and "
        "Athena's JSON SerDe maps a name alike in all places: keep the object of "
        "one of them as JSON text, in a string",
        item->name, item[-1].key, item->key);
}

static fiat_status check_keys(const struct keys *keys, fiat_error *err) {
    for (size_t i = 0; i < keys->count; i++)
        if (strchr(keys->items[i].key, '|') || strlen(keys->items[i].key) >= NAME_MAX_BYTES)
            return fiat__err_set(err, FIAT_E_TABLE_COLUMN,
                                 "the property \"%.80s\" of \"%.80s\": Athena's JSON SerDe cannot "
                                 "be told such a name; leave the column out",
                                 keys->items[i].key, keys->items[i].name);
    return FIAT_OK;
}

static fiat_status write_properties(fiat__table *table, const struct keys *keys, fiat_error *err) {
    static const struct {
        same_key *same;
        bool any_case, dots;
    } ways[] = {{same_exactly, false, false},
                {same_in_any_case, true, false},
                {same_but_for_dots, true, true}};
    const struct key *conflict = NULL;
    size_t way = 0;
    while (way < 3 && (conflict = find_conflict(keys, ways[way].same)) != NULL)
        way++;
    if (conflict) return refuse(conflict, err);
    fiat__properties *out = &table->serde_properties;
    bool whole =
        fiat__property_add(table, out, "case.insensitive", ways[way].any_case ? "TRUE" : "FALSE");
    if (ways[way].dots) whole &= fiat__property_add(table, out, "dots.in.keys", "TRUE");
    /* Every event was validated: a line that is no JSON came past the logger, and a query that
     * fails, and names the object, is better than rows of NULLs in every count. */
    whole &= fiat__property_add(table, out, "ignore.malformed.json", "FALSE");
    for (size_t i = 0; i < keys->count; i++) {
        const struct key *item = &keys->items[i];
        bool first = i == 0 || strcmp(item->name, item[-1].name) != 0;
        if (first && !ways[way].same(item->key, item->name))
            whole &= write_mapping(table, item, ways[way].any_case);
    }
    return whole ? FIAT_OK : fiat__err_nomem(err);
}

fiat_status fiat__serde_json(fiat__table *table, const fiat__columns *columns,
                             const fiat__doc *schema, fiat_error *err) {
    struct keys keys = {.arena = &table->arena, .schema = schema};
    for (size_t i = 0; i < fiat__columns_count(columns); i++) {
        const fiat__column *column = fiat__columns_at(columns, i);
        keys.step_count = 0;
        add_member(&keys, &column->type, column->name);
    }
    if (keys.count) qsort(keys.items, keys.count, sizeof *keys.items, compare);
    fiat_status status = keys.no_memory ? fiat__err_nomem(err) : check_keys(&keys, err);
    if (status == FIAT_OK) status = write_properties(table, &keys, err);
    fiat__free(keys.items);
    return status;
}
