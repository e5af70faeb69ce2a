#include "table/compare.h"

#include "base/error.h"
#include "table/ddl.h"

#include <stdio.h>
#include <strings.h>

#define ARENA_MAX_BYTES (16 * 1024 * 1024)
#define WHAT_BYTES      600
/* As many as fiat__partitions has, of names as long as they may be. */
#define PARTITIONS_BYTES 2048

/* --- types --- */

/* Digits that every value of an integer type fits; 0: it is none. */
static unsigned digits_of(fiat__type_kind kind) {
    switch (kind) {
    case FIAT__TYPE_TINYINT:
        return 3;
    case FIAT__TYPE_SMALLINT:
        return 5;
    case FIAT__TYPE_INT:
        return 10;
    case FIAT__TYPE_BIGINT:
        return 19;
    default:
        return 0;
    }
}

static bool is_text(fiat__type_kind kind) {
    return kind == FIAT__TYPE_STRING || kind == FIAT__TYPE_VARCHAR || kind == FIAT__TYPE_CHAR;
}

/* Between types without others inside; they differ. */
static bool is_wider(const fiat__type *from, const fiat__type *to) {
    unsigned digits = digits_of(from->kind);
    if (digits && digits_of(to->kind)) return digits_of(to->kind) > digits;
    if (digits && to->kind == FIAT__TYPE_DECIMAL) return to->precision - to->scale >= digits;
    if (digits && to->kind == FIAT__TYPE_DOUBLE) return digits <= 10; /* exact up to 2^53 */
    if (from->kind == FIAT__TYPE_FLOAT) return to->kind == FIAT__TYPE_DOUBLE;
    if (from->kind == FIAT__TYPE_DECIMAL && to->kind == FIAT__TYPE_DECIMAL)
        return to->scale >= from->scale &&
               to->precision - to->scale >= from->precision - from->scale;
    if (from->kind == FIAT__TYPE_VARCHAR && to->kind == FIAT__TYPE_VARCHAR)
        return to->precision > from->precision;
    return from->kind == FIAT__TYPE_VARCHAR && to->kind == FIAT__TYPE_STRING;
}

static fiat__type_change worse(fiat__type_change a, fiat__type_change b) {
    return a > b ? a : b;
}

static const fiat__type *find_member(const fiat__type *type, const char *name) {
    for (size_t i = 0; i < type->child_count; i++)
        if (strcasecmp(type->names[i], name) == 0) return &type->children[i];
    return NULL;
}

/* Members may be added; every one that is there must stay readable. */
static fiat__type_change compare_structs(const fiat__type *from, const fiat__type *to,
                                         bool parquet) {
    fiat__type_change change =
        to->child_count > from->child_count ? FIAT__TYPE_WIDER : FIAT__TYPE_SAME;
    for (size_t i = 0; i < from->child_count; i++) {
        const fiat__type *other = find_member(to, from->names[i]);
        if (!other) return FIAT__TYPE_OTHER;
        change = worse(change, fiat__type_compare(&from->children[i], other, parquet));
        /* A struct's value is compared and cast by place. */
        if (strcasecmp(from->names[i], to->names[i]) != 0) change = FIAT__TYPE_OTHER;
    }
    return change;
}

fiat__type_change fiat__type_compare(const fiat__type *from, const fiat__type *to, bool parquet) {
    fiat__type_change change = FIAT__TYPE_SAME;
    if (from->kind == FIAT__TYPE_STRUCT && to->kind == FIAT__TYPE_STRUCT)
        return compare_structs(from, to, parquet);
    if (from->kind == to->kind && from->child_count) {
        for (size_t i = 0; i < from->child_count; i++)
            change =
                worse(change, fiat__type_compare(&from->children[i], &to->children[i], parquet));
        return change;
    }
    if (from->kind == to->kind && from->precision == to->precision && from->scale == to->scale)
        return FIAT__TYPE_SAME;
    if (is_text(from->kind) && parquet && is_text(to->kind) && is_wider(from, to))
        return FIAT__TYPE_WIDER;
    return !parquet && is_wider(from, to) ? FIAT__TYPE_WIDER : FIAT__TYPE_OTHER;
}

/* --- changes --- */

struct comparing {
    fiat__changes *out;
    const fiat__table *live, *wanted;
    bool no_memory;
};

static const char *copy(struct comparing *comparing, const char *text) {
    const char *made = fiat__arena_str(&comparing->out->arena, fiat__str_c(text ? text : "")).ptr;
    if (!made) comparing->no_memory = true;
    return made;
}

static void add(struct comparing *comparing, fiat__change_kind kind, const char *what,
                const char *name, const char *live, const char *wanted, const char *remedy) {
    fiat__changes *out = comparing->out;
    if (out->count == out->cap) {
        size_t cap = out->cap ? 2 * out->cap : 16;
        fiat__change *items = fiat__arena_array(&out->arena, cap, sizeof *items);
        if (!items) {
            comparing->no_memory = true;
            return;
        }
        if (out->count) memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
        out->cap = cap;
    }
    out->items[out->count++] = (fiat__change){.kind = kind,
                                              .what = copy(comparing, what),
                                              .live = copy(comparing, live),
                                              .wanted = copy(comparing, wanted),
                                              .remedy = copy(comparing, remedy),
                                              .name = copy(comparing, name)};
    out->breaking += kind == FIAT__CHANGE_BREAKS;
}

static void add_column(struct comparing *comparing, fiat__change_kind kind, const char *name,
                       const char *live, const char *wanted, const char *remedy) {
    char what[WHAT_BYTES];
    snprintf(what, sizeof what, "column \"%s\"", name);
    add(comparing, kind, what, name, live, wanted, remedy);
}

static void compare_column(struct comparing *comparing, const fiat__table_column *live,
                           const fiat__table_column *wanted, bool parquet) {
    fiat__type_change change = FIAT__TYPE_OTHER;
    if (live->known && wanted->known)
        change = fiat__type_compare(&live->parsed, &wanted->parsed, parquet);
    else if (strcmp(live->type, wanted->type) == 0)
        change = FIAT__TYPE_SAME;
    if (change == FIAT__TYPE_WIDER)
        add_column(comparing, FIAT__CHANGE_WIDEN, wanted->name, live->type, wanted->type,
                   "what is stored reads as the wider type");
    if (change == FIAT__TYPE_OTHER)
        add_column(comparing, FIAT__CHANGE_BREAKS, wanted->name, live->type, wanted->type,
                   "queries of the column, or its stored values, could fail: keep the type, and "
                   "add a column of another name for the new one; or drop and create the table "
                   "once nobody reads the old type");
}

static void compare_columns(struct comparing *comparing) {
    const fiat__table *live = comparing->live, *wanted = comparing->wanted;
    bool parquet = strcmp(wanted->serde, FIAT__SERDE_PARQUET) == 0;
    for (size_t i = 0; i < wanted->column_count; i++) {
        const fiat__table_column *column = &wanted->columns[i];
        const fiat__table_column *there = fiat__table_find(live, column->name);
        if (there)
            compare_column(comparing, there, column, parquet);
        else
            add_column(comparing, FIAT__CHANGE_ADD, column->name, "", column->type,
                       "is added after the last column; NULL in events that lack it");
    }
    for (size_t i = 0; i < live->column_count; i++)
        if (!fiat__table_find(wanted, live->columns[i].name))
            add_column(comparing, FIAT__CHANGE_BREAKS, live->columns[i].name, live->columns[i].type,
                       "",
                       "queries that name it would fail: put it back into athena.json; or drop and "
                       "create the table once nobody reads it");
}

static void compare_text(struct comparing *comparing, const char *what, const char *live,
                         const char *wanted, const char *remedy) {
    if (strcmp(live, wanted) != 0)
        add(comparing, FIAT__CHANGE_BREAKS, what, "", live, wanted, remedy);
}

static void write_partitions(char *out, size_t size, const fiat__table *table) {
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < table->partition_count && len < size; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s %s", i ? ", " : "",
                                table->partitions[i].name, table->partitions[i].type);
}

static void compare_partitions(struct comparing *comparing) {
    char live[PARTITIONS_BYTES], wanted[PARTITIONS_BYTES];
    write_partitions(live, sizeof live, comparing->live);
    write_partitions(wanted, sizeof wanted, comparing->wanted);
    compare_text(
        comparing, "partitions", live, wanted,
        "a table's partitions cannot be changed: set \"delivery\": {\"prefix\": ...} back, "
        "or drop and create the table (the data stays)");
}

/* With or without the last '/', a place is the same. */
static void compare_location(struct comparing *comparing) {
    fiat__str live = fiat__str_c(comparing->live->location);
    fiat__str wanted = fiat__str_c(comparing->wanted->location);
    if (fiat__str_ends(live, fiat__str_c("/"))) live.len--;
    if (fiat__str_ends(wanted, fiat__str_c("/"))) wanted.len--;
    if (!fiat__str_eq(live, wanted))
        add(comparing, FIAT__CHANGE_BREAKS, "location", "", comparing->live->location,
            comparing->wanted->location,
            "what is stored at the old place would not be read any more: set \"delivery\": "
            "{\"bucket\": ..., \"prefix\": ...} back, or drop and create the table (the data "
            "stays)");
}

static bool is_mapping(const char *name) {
    return strncmp(name, "mapping.", strlen("mapping.")) == 0;
}

/* A mapping that no column needs makes the SerDe look for another key. */
static void compare_lost_mappings(struct comparing *comparing) {
    const fiat__properties *live = &comparing->live->serde_properties;
    char what[WHAT_BYTES];
    for (size_t i = 0; i < live->count; i++) {
        const char *name = live->items[i].name;
        if (!is_mapping(name) || fiat__property_get(&comparing->wanted->serde_properties, name))
            continue;
        snprintf(what, sizeof what, "SerDe property \"%s\"", name);
        add(comparing, FIAT__CHANGE_BREAKS, what, name, live->items[i].value, "",
            "json_schema.json spells the property otherwise: what is stored under the old key "
            "would "
            "be NULL; keep the property and add a column for the new one");
    }
}

/* A key that was found, and would not be any more, is lost for what is stored. */
static bool loses_keys(const struct comparing *comparing, const char *name, const char *live) {
    if (is_mapping(name)) {
        const fiat__table_column *column =
            fiat__table_find(comparing->live, name + strlen("mapping."));
        const char *any_case =
            fiat__property_get(&comparing->live->serde_properties, "case.insensitive");
        if (live) return true;
        /* The default is to take a key in any case: told, it is found all the same. */
        bool exact = any_case && strcasecmp(any_case, "false") == 0;
        return column && exact;
    }
    return false;
}

static void compare_serde_properties(struct comparing *comparing) {
    const fiat__properties *wanted = &comparing->wanted->serde_properties;
    char what[WHAT_BYTES];
    for (size_t i = 0; i < wanted->count; i++) {
        const char *name = wanted->items[i].name;
        const char *live = fiat__property_get(&comparing->live->serde_properties, name);
        bool same = live && (is_mapping(name) ? strcmp(live, wanted->items[i].value) == 0
                                              : strcasecmp(live, wanted->items[i].value) == 0);
        if (same) continue;
        snprintf(what, sizeof what, "SerDe property \"%s\"", name);
        if (loses_keys(comparing, name, live))
            add(comparing, FIAT__CHANGE_BREAKS, what, name, live, wanted->items[i].value,
                "json_schema.json spells the property otherwise: what is stored under the old key "
                "would be NULL; keep the property and add a column for the new one");
        else
            add(comparing, FIAT__CHANGE_SERDE, what, name, live, wanted->items[i].value, "is set");
    }
    compare_lost_mappings(comparing);
}

/* Does the property say under which folders objects are looked for? */
static bool finds_objects(const char *name) {
    const fiat__str text = fiat__str_c(name);
    if (strcmp(name, "storage.location.template") == 0) return true;
    return fiat__str_starts(text, fiat__str_c("projection.")) &&
           (fiat__str_ends(text, fiat__str_c(".type")) ||
            fiat__str_ends(text, fiat__str_c(".format")));
}

static void compare_properties(struct comparing *comparing) {
    const fiat__properties *wanted = &comparing->wanted->properties;
    char what[WHAT_BYTES];
    for (size_t i = 0; i < wanted->count; i++) {
        const char *name = wanted->items[i].name;
        const char *live = fiat__property_get(&comparing->live->properties, name);
        if (live && strcmp(live, wanted->items[i].value) == 0) continue;
        snprintf(what, sizeof what, "property \"%s\"", name);
        if (live && finds_objects(name))
            add(comparing, FIAT__CHANGE_BREAKS, what, name, live, wanted->items[i].value,
                "what is stored under the old folders would not be found any more: keep the "
                "prefix, "
                "or give the table another name");
        else
            add(comparing, FIAT__CHANGE_PROPERTY, what, name, live, wanted->items[i].value,
                "is set");
    }
}

fiat_status fiat__table_compare(fiat__changes *out, const fiat__table *live,
                                const fiat__table *wanted, fiat_error *err) {
    struct comparing comparing = {out, live, wanted, false};
    *out = (fiat__changes){0};
    fiat__arena_init(&out->arena, ARENA_MAX_BYTES);
    compare_columns(&comparing);
    compare_partitions(&comparing);
    compare_text(&comparing, "SerDe", live->serde, wanted->serde,
                 "a table's format cannot be changed: set \"table\": {\"format\": ...} back, or "
                 "drop and create the table (the data stays)");
    if (strcmp(live->serde, wanted->serde) == 0) {
        compare_text(&comparing, "input format", live->input_format, wanted->input_format,
                     "the table was not made for this format: drop and create it (the data stays)");
        compare_serde_properties(&comparing);
    }
    compare_location(&comparing);
    compare_properties(&comparing);
    return comparing.no_memory ? fiat__err_nomem(err) : FIAT_OK;
}

void fiat__changes_deinit(fiat__changes *changes) {
    fiat__arena_deinit(&changes->arena);
}

/* --- projection --- */

/* Are dates of the range written in the same way? */
static bool has_same_format(const fiat__table *wanted, const fiat__table *live, fiat__str range) {
    char name[WHAT_BYTES];
    snprintf(name, sizeof name, "%.*sformat", (int)(range.len - strlen("range")), range.ptr);
    const char *old = fiat__property_get(&live->properties, name);
    const char *new = fiat__property_get(&wanted->properties, name);
    return old && new ? strcmp(old, new) == 0 : old == new;
}

fiat_status fiat__table_keep_start(fiat__table *wanted, const fiat__table *live, fiat_error *err) {
    for (size_t i = 0; i < wanted->properties.count; i++) {
        fiat__property *item = &wanted->properties.items[i];
        fiat__str name = fiat__str_c(item->name);
        const char *there = fiat__property_get(&live->properties, item->name);
        const char *comma = there ? strchr(there, ',') : NULL, *end = strchr(item->value, ',');
        if (!comma || !end || !fiat__str_starts(name, fiat__str_c("projection.")) ||
            !fiat__str_ends(name, fiat__str_c(".range")) || !strstr(end, "NOW") ||
            !has_same_format(wanted, live, name))
            continue;
        char text[WHAT_BYTES];
        snprintf(text, sizeof text, "%.*s%s", (int)(comma - there), there, end);
        item->value = fiat__arena_str(&wanted->arena, fiat__str_c(text)).ptr;
        if (!item->value) return fiat__err_nomem(err);
    }
    return FIAT_OK;
}

/* --- DDL --- */

static size_t count_kind(const fiat__changes *changes, fiat__change_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < changes->count; i++)
        count += changes->items[i].kind == kind;
    return count;
}

const char *fiat__changes_need_glue(const fiat__changes *changes, const fiat__table *wanted) {
    if (count_kind(changes, FIAT__CHANGE_WIDEN))
        return "Athena's DDL cannot change the type of a column";
    if (count_kind(changes, FIAT__CHANGE_SERDE))
        return "Athena's DDL cannot change the properties of a SerDe";
    for (size_t i = 0; i < changes->count; i++) {
        const fiat__change *change = &changes->items[i];
        if (change->kind != FIAT__CHANGE_ADD) continue;
        const fiat__table_column *column = fiat__table_find(wanted, change->name);
        /* https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html */
        if (column->known && column->parsed.kind == FIAT__TYPE_DATE)
            return "Athena's ADD COLUMNS does not take the type date";
    }
    return NULL;
}

static bool write_add(fiat__buf *out, const fiat__changes *changes, const fiat__table *wanted) {
    bool first = true;
    fiat__buf_append_c(out, "ALTER TABLE ");
    fiat__ddl_write_table(out, wanted);
    fiat__buf_append_c(out, " ADD COLUMNS (");
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->items[i].kind != FIAT__CHANGE_ADD) continue;
        fiat__buf_append_c(out, first ? "\n  " : ",\n  ");
        fiat__ddl_write_column(out, fiat__table_find(wanted, changes->items[i].name));
        first = false;
    }
    return fiat__buf_append_c(out, "\n)");
}

static bool write_set(fiat__buf *out, const fiat__changes *changes, const fiat__table *wanted) {
    bool first = true;
    fiat__buf_append_c(out, "ALTER TABLE ");
    fiat__ddl_write_table(out, wanted);
    fiat__buf_append_c(out, " SET TBLPROPERTIES (");
    for (size_t i = 0; i < changes->count; i++) {
        if (changes->items[i].kind != FIAT__CHANGE_PROPERTY) continue;
        fiat__buf_append_c(out, first ? "\n  " : ",\n  ");
        fiat__ddl_write_property(out, changes->items[i].name, changes->items[i].wanted);
        first = false;
    }
    return fiat__buf_append_c(out, "\n)");
}

bool fiat__changes_write_ddl(fiat__buf *out, const fiat__changes *changes,
                             const fiat__table *wanted, size_t index) {
    bool adds = count_kind(changes, FIAT__CHANGE_ADD) > 0;
    bool sets = count_kind(changes, FIAT__CHANGE_PROPERTY) > 0;
    if (adds && index == 0) return write_add(out, changes, wanted);
    if (sets && index == (adds ? 1 : 0)) return write_set(out, changes, wanted);
    return false;
}
