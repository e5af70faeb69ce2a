/* Nodes: their memory, their members, and putting two of them together. */
#include "table/infer_node.h"

#include "base/mem.h"

#define FEW_MEMBERS 8 /* found by looking at each */

/* Account for memory; past the limit nothing new is begun. */
static void took(fiat__infer *infer, size_t bytes) {
    infer->bytes += bytes;
    if (infer->bytes >= infer->opts.max_bytes) infer->full = true;
}

fiat__infer_node *fiat__infer_node_new(fiat__infer *infer) {
    fiat__infer_node *node = fiat__calloc(1, sizeof *node);
    if (!node) return NULL;
    took(infer, sizeof *node);
    node->formats = infer->opts.no_formats ? 0 : (1u << FIAT__INFER_FORMATS) - 1;
    node->many_values = infer->opts.enum_max == 0;
    return node;
}

static void drop_text(fiat__infer *infer, fiat__str text) {
    infer->bytes -= text.len + 1;
    fiat__free((char *)text.ptr);
}

static bool keep_text(fiat__infer *infer, fiat__str *out, fiat__str text) {
    *out = fiat__str_of(fiat__strndup(text.ptr, text.len), text.len);
    if (out->ptr) took(infer, text.len + 1);
    return out->ptr != NULL;
}

static void drop_values(fiat__infer *infer, fiat__infer_node *node) {
    for (uint32_t i = 0; i < node->value_count; i++)
        drop_text(infer, node->values[i]);
    if (node->values) infer->bytes -= infer->opts.enum_max * sizeof *node->values;
    fiat__free(node->values);
    node->values = NULL;
    node->value_count = 0;
}

static void drop_table(fiat__infer *infer, fiat__infer_node *node) {
    if (node->table) infer->bytes -= (node->table_mask + 1) * sizeof *node->table;
    fiat__free(node->table);
    node->table = NULL;
}

/* The array and the names; not what the members lead to. */
static void drop_members(fiat__infer *infer, fiat__infer_node *node) {
    for (uint32_t i = 0; i < node->member_count; i++)
        drop_text(infer, node->members[i].name);
    infer->bytes -= node->member_cap * sizeof *node->members;
    fiat__free(node->members);
    node->members = NULL;
    node->member_count = node->member_cap = 0;
    drop_table(infer, node);
}

void fiat__infer_node_free(fiat__infer *infer, fiat__infer_node *node) {
    if (!node) return;
    for (uint32_t i = 0; i < node->member_count; i++)
        fiat__infer_node_free(infer, node->members[i].node);
    drop_members(infer, node);
    drop_values(infer, node);
    fiat__infer_node_free(infer, node->items);
    fiat__infer_node_free(infer, node->others);
    infer->bytes -= sizeof *node;
    fiat__free(node);
}

/* --- members --- */

static uint32_t hash_of(fiat__str name) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619u;
    return hash;
}

static void put(fiat__infer_node *object, uint32_t index) {
    uint32_t at = hash_of(object->members[index].name) & object->table_mask;
    while (object->table[at])
        at = (at + 1) & object->table_mask;
    object->table[at] = index + 1;
}

/* At most half of the table is in use. */
static bool grow_table(fiat__infer *infer, fiat__infer_node *object) {
    uint32_t size = object->table ? 2 * (object->table_mask + 1) : 4 * FEW_MEMBERS;
    if (object->table && object->member_count < (object->table_mask + 1) / 2) return true;
    drop_table(infer, object);
    object->table = fiat__calloc(size, sizeof *object->table);
    if (!object->table) return false;
    took(infer, size * sizeof *object->table);
    object->table_mask = size - 1;
    for (uint32_t i = 0; i < object->member_count; i++)
        put(object, i);
    return true;
}

static fiat__infer_member *find(fiat__infer_node *object, fiat__str name) {
    /* Samples tend to have their members in one order. */
    if (object->next >= object->member_count) object->next = 0;
    if (object->member_count && fiat__str_eq(object->members[object->next].name, name))
        return &object->members[object->next++];
    if (!object->table) {
        for (uint32_t i = 0; i < object->member_count; i++) {
            if (!fiat__str_eq(object->members[i].name, name)) continue;
            object->next = i + 1;
            return &object->members[i];
        }
        return NULL;
    }
    for (uint32_t at = hash_of(name) & object->table_mask; object->table[at];
         at = (at + 1) & object->table_mask) {
        uint32_t index = object->table[at] - 1;
        if (!fiat__str_eq(object->members[index].name, name)) continue;
        object->next = index + 1;
        return &object->members[index];
    }
    return NULL;
}

/* `name` and `node` are taken, also when it fails. */
static bool add_member(fiat__infer *infer, fiat__infer_node *object, fiat__str name,
                       fiat__infer_node *node) {
    bool room = object->member_count < object->member_cap;
    if (!room) {
        uint32_t cap = object->member_cap ? 2 * object->member_cap : 4;
        fiat__infer_member *members =
            fiat__realloc_array(object->members, cap, sizeof *object->members);
        room = members != NULL;
        if (room) {
            took(infer, (cap - object->member_cap) * sizeof *members);
            object->members = members;
            object->member_cap = cap;
        }
    }
    if (!room) {
        drop_text(infer, name);
        fiat__infer_node_free(infer, node);
        return false;
    }
    object->members[object->member_count++] = (fiat__infer_member){name, node};
    if (object->member_count <= FEW_MEMBERS) return true;
    bool had_table = object->table != NULL;
    uint32_t mask = object->table_mask;
    if (!grow_table(infer, object)) return false;
    if (had_table && object->table_mask == mask) put(object, object->member_count - 1);
    return true;
}

/* A name that is not known yet. */
static bool begin_member(fiat__infer *infer, fiat__infer_node *object, fiat__str name,
                         fiat__infer_node **node) {
    fiat__str own;
    *node = NULL;
    /* A schema with \u0000 in it is one that other parts cannot read. */
    if (infer->full || (name.len && memchr(name.ptr, '\0', name.len)) ||
        (object == infer->root && object->member_count == FIAT__INFER_NAMES_MAX)) {
        object->untracked = true;
        return true;
    }
    fiat__infer_node *fresh = fiat__infer_node_new(infer);
    if (!fresh) return false;
    if (!keep_text(infer, &own, name)) {
        fiat__infer_node_free(infer, fresh);
        return false;
    }
    if (!add_member(infer, object, own, fresh)) return false;
    *node = fresh;
    return true;
}

bool fiat__infer_member_at(fiat__infer *infer, fiat__infer_node *object, fiat__str name,
                           fiat__infer_node **node) {
    object->names++;
    if (!object->map && object != infer->root && object->member_count == FIAT__INFER_NAMES_MAX &&
        !find(object, name) && !fiat__infer_make_map(infer, object))
        return false;
    if (object->map) {
        if (!object->others && !infer->full && !object->untracked) {
            object->others = fiat__infer_node_new(infer);
            if (!object->others) return false;
        }
        *node = object->others;
        if (!*node) object->untracked = true;
        return true;
    }
    fiat__infer_member *member = find(object, name);
    if (!member) return begin_member(infer, object, name, node);
    *node = member->node;
    return true;
}

/* --- strings --- */

bool fiat__infer_keep_value(fiat__infer *infer, fiat__infer_node *node, fiat__str value) {
    if (node->many_values) return true;
    for (uint32_t i = 0; i < node->value_count; i++)
        if (fiat__str_eq(node->values[i], value)) return true;
    if (node->value_count == infer->opts.enum_max || infer->full ||
        value.len > FIAT__INFER_VALUE_MAX_BYTES ||
        (value.len && memchr(value.ptr, '\0', value.len))) {
        node->many_values = true;
        drop_values(infer, node);
        return true;
    }
    if (!node->values) {
        node->values = fiat__calloc(infer->opts.enum_max, sizeof *node->values);
        if (!node->values) return false;
        took(infer, infer->opts.enum_max * sizeof *node->values);
    }
    if (!keep_text(infer, &node->values[node->value_count], value)) return false;
    node->value_count++;
    return true;
}

/* --- putting nodes together --- */

static bool merge(fiat__infer *infer, fiat__infer_node *to, fiat__infer_node *from);

/* One node out of two, either of which may be NULL. Both are taken. `to` knows of all that came
 * under it; from NULL means that there was nothing. */
static bool merge_child(fiat__infer *infer, fiat__infer_node **to, fiat__infer_node *from) {
    if (!from) return true;
    if (!*to) {
        *to = from;
        return true;
    }
    return merge(infer, *to, from);
}

/* The members of `from` go into `to`. */
static bool merge_members(fiat__infer *infer, fiat__infer_node *to, fiat__infer_node *from) {
    bool good = true;
    for (uint32_t i = 0; i < from->member_count; i++) {
        fiat__infer_member *other = &from->members[i],
                           *mine = to->map ? NULL : find(to, other->name);
        fiat__infer_node *node = other->node;
        other->node = NULL;
        if (!good) {
            fiat__infer_node_free(infer, node);
        } else if (to->map) {
            good = merge_child(infer, &to->others, node);
        } else if (mine) {
            good = merge(infer, mine->node, node);
        } else {
            fiat__str name;
            good = keep_text(infer, &name, other->name);
            if (good)
                good = add_member(infer, to, name, node);
            else
                fiat__infer_node_free(infer, node);
            if (good && to->member_count > FIAT__INFER_NAMES_MAX)
                good = fiat__infer_make_map(infer, to);
        }
    }
    return good;
}

static bool merge_values(fiat__infer *infer, fiat__infer_node *to, const fiat__infer_node *from) {
    if (from->many_values) {
        to->many_values = true;
        drop_values(infer, to);
    }
    for (uint32_t i = 0; i < from->value_count; i++)
        if (!fiat__infer_keep_value(infer, to, from->values[i])) return false;
    return true;
}

/* All that `from` knows goes into `to`; `from` is freed. False when out of memory. */
static bool merge(fiat__infer *infer, fiat__infer_node *to, fiat__infer_node *from) {
    bool good = merge_values(infer, to, from);
    to->nulls += from->nulls;
    to->booleans += from->booleans;
    to->integers += from->integers;
    to->fractions += from->fractions;
    to->strings += from->strings;
    to->arrays += from->arrays;
    to->objects += from->objects;
    to->names += from->names;
    if (from->digits > to->digits) to->digits = from->digits;
    to->formats &= from->formats;
    to->items_lost |= from->items_lost;
    /* What was not followed on one side must not be asked for because of the other. */
    to->untracked |= from->untracked;
    if ((from->map || to->untracked) && !to->map) good = good && fiat__infer_make_map(infer, to);
    fiat__infer_node *items = from->items, *others = from->others;
    from->items = from->others = NULL;
    good = good && merge_members(infer, to, from);
    if (good)
        good = merge_child(infer, &to->items, items);
    else
        fiat__infer_node_free(infer, items);
    if (good)
        good = merge_child(infer, &to->others, others);
    else
        fiat__infer_node_free(infer, others);
    fiat__infer_node_free(infer, from);
    return good;
}

bool fiat__infer_make_map(fiat__infer *infer, fiat__infer_node *node) {
    bool good = true;
    node->map = true;
    for (uint32_t i = 0; i < node->member_count; i++) {
        fiat__infer_node *child = node->members[i].node;
        node->members[i].node = NULL;
        if (good)
            good = merge_child(infer, &node->others, child);
        else
            fiat__infer_node_free(infer, child);
    }
    drop_members(infer, node);
    return good;
}
