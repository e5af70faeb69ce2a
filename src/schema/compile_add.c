/* Growing a program under construction. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

bool fiat__grow_to(fiat__compiler *c, void *array, uint32_t *cap, uint32_t wanted,
                   size_t elem_bytes) {
    if (c->status != FIAT_OK) return false;
    c->memory += (uint64_t)(wanted - *cap) * elem_bytes;
    if (c->memory > c->max_memory) {
        c->status = fiat__err_set(c->err, FIAT_E_SCHEMA_LIMIT,
                                  "schema: compiling it takes more than the %llu bytes that "
                                  "are allowed (max_compiled_bytes); make it simpler or raise "
                                  "the limit",
                                  (unsigned long long)c->max_memory);
        return false;
    }
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = fiat__realloc_array(old, wanted, elem_bytes);
    if (!grown) {
        c->status = fiat__err_nomem(c->err);
        return false;
    }
    memcpy(array, &grown, sizeof grown);
    *cap = wanted;
    return true;
}

bool fiat__grow(fiat__compiler *c, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                size_t elem_bytes) {
    if (c->status != FIAT_OK) return false;
    if (more <= *cap - count) return true;
    if (count > FIAT__SCAN_MAX_BYTES - more) {
        fiat__compile_fail(c, FIAT_E_SCHEMA_LIMIT, 0, FIAT__KW_NONE,
                           "the compiled schema would be too large; split it");
        return false;
    }
    return fiat__grow_to(c, array, cap, (count + more) * 2, elem_bytes);
}

void fiat__reserve(fiat__compiler *c, void *array, uint32_t count, uint32_t *cap, uint32_t more,
                   size_t elem_bytes) {
    if (c->status == FIAT_OK && more > *cap - count && more <= FIAT__SCAN_MAX_BYTES - count)
        fiat__grow_to(c, array, cap, count + more, elem_bytes);
}

/* Each array starts with an element 0, "none", which load.c puts there first. */
#define ADD(name, type, array, count, cap)                                                         \
    uint32_t fiat__add_##name(fiat__compiler *c, const type *element) {                            \
        fiat__program *p = c->program;                                                             \
        if (!fiat__grow(c, &p->array, p->count, &c->cap, 1, sizeof *element)) return 0;            \
        p->array[p->count] = *element;                                                             \
        return p->count++;                                                                         \
    }

ADD(number, fiat__number_rule, numbers, number_count, number_cap)
ADD(array, fiat__array_rule, arrays, array_count, array_cap)
ADD(object, fiat__object_rule, objects, object_count, object_cap)
ADD(values, fiat__values_rule, values, values_count, values_cap)
ADD(apply, fiat__apply, applies, apply_count, apply_cap)
ADD(group, fiat__group, groups, group_count, group_cap)

uint32_t fiat__add_string(fiat__compiler *c, const fiat__string_rule *rule) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->strings, p->string_count, &c->string_cap, 1, sizeof *rule)) return 0;
    p->strings[p->string_count] = *rule;
    p->strings[p->string_count].looks =
        rule->regex || rule->format || rule->encoding || rule->media;
    return p->string_count++;
}

uint32_t fiat__add_node(fiat__compiler *c, uint32_t where) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->nodes, p->node_count, &c->node_cap, 1, sizeof *p->nodes)) return 0;
    p->nodes[p->node_count] = (fiat__node){.kinds = FIAT__JSON_ANY, .where = where};
    return p->node_count++;
}

uint32_t fiat__add_slots(fiat__compiler *c, uint32_t count) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->slots, p->slot_count, &c->slot_cap, count, sizeof *p->slots)) return 0;
    uint32_t first = p->slot_count;
    memset(p->slots + first, 0, count * sizeof *p->slots);
    p->slot_count += count;
    return first;
}

uint32_t fiat__add_places(fiat__compiler *c, uint32_t count) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->places, p->place_count, &c->place_cap, count, sizeof *p->places))
        return 0;
    uint32_t first = p->place_count;
    p->place_count += count;
    return first;
}

/* Give back what `array`, a pointer to a pointer, has beyond `bytes`. */
static void shrink(void *array, size_t bytes) {
    void *old;
    memcpy(&old, array, sizeof old);
    if (!old) return;
    void *shrunk = fiat__realloc(old, bytes);
    if (shrunk) memcpy(array, &shrunk, sizeof shrunk);
}

#define SHRINK(array, count) shrink(&(array), (size_t)(count) * sizeof *(array))

void fiat__shrink(fiat_schema *schema) {
    fiat__program *p = &schema->program;
    fiat__tape *tape = &schema->tape;
    SHRINK(p->nodes, p->node_count);
    SHRINK(p->strings, p->string_count);
    SHRINK(p->numbers, p->number_count);
    SHRINK(p->arrays, p->array_count);
    SHRINK(p->objects, p->object_count);
    SHRINK(p->values, p->values_count);
    SHRINK(p->applies, p->apply_count);
    SHRINK(p->groups, p->group_count);
    SHRINK(p->slots, p->slot_count);
    SHRINK(p->places, p->place_count);
    SHRINK(p->links, p->link_count);
    SHRINK(p->regexes, p->regex_count);
    SHRINK(p->documents, p->document_count);
    SHRINK(p->resources, p->resource_count);
    SHRINK(p->aliases, p->alias_count);
    SHRINK(p->names, p->names_len + FIAT__SCAN_PAD);
    SHRINK(tape->items, tape->count);
    tape->cap = tape->count;
    SHRINK(tape->strings, tape->strings_len + FIAT__SCAN_SLACK);
    if (tape->strings) tape->strings_cap = tape->strings_len + FIAT__SCAN_SLACK;
    SHRINK(schema->text.ptr, schema->text.len + FIAT__SCAN_PAD);
    schema->text.cap = schema->text.len + FIAT__SCAN_PAD;
    tape->text.ptr = schema->text.ptr;
    fiat__keyspace_deinit(&schema->keys); /* of use to those who add to the tape */
}

uint32_t fiat__add_link(fiat__compiler *c, uint32_t value) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->links, p->link_count, &c->link_cap, 1, sizeof *p->links)) return 0;
    p->links[p->link_count] = value;
    return p->link_count++;
}

uint32_t fiat__add_name(fiat__compiler *c, fiat__str name) {
    fiat__program *p = c->program;
    uint32_t need = (uint32_t)name.len + FIAT__SCAN_PAD;
    if (!fiat__grow(c, &p->names, p->names_len, &c->names_cap, need, 1)) return 0;
    uint32_t at = p->names_len;
    if (name.len) memcpy(p->names + at, name.ptr, name.len);
    memset(p->names + at + name.len, 0, FIAT__SCAN_PAD);
    p->names_len += (uint32_t)name.len + 1;
    return at;
}

static fiat__known_regex *known_regex(fiat__compiler *c, fiat__str pattern) {
    uint32_t hash = (uint32_t)pattern.len;
    for (size_t i = 0; i < pattern.len; i++)
        hash = hash * 31 + (unsigned char)pattern.ptr[i];
    return &c->known_regexes[(hash ^ hash >> 16) % FIAT__REGEX_KNOWN];
}

uint32_t fiat__add_regex(fiat__build *b, fiat__keyword keyword, uint32_t item, fiat__str pattern) {
    fiat__compiler *c = b->c;
    fiat__program *p = c->program;
    fiat__known_regex *known = known_regex(c, pattern);
    if (known->regex && fiat__str_eq(known->pattern, pattern)) return known->regex;
    if (!fiat__grow(c, &p->regexes, p->regex_count, &c->regex_cap, 1, sizeof *p->regexes)) return 0;
    fiat_error why;
    fiat_status status = fiat__regex_compile(&p->regexes[p->regex_count], pattern, &why);
    if (status == FIAT_OK) {
        *known = (fiat__known_regex){pattern, ++p->regex_count};
        return p->regex_count;
    }
    if (status == FIAT_E_NOMEM)
        c->status = fiat__err_nomem(c->err);
    else
        fiat__compile_fail(c, status, item, keyword, "%s", why.message);
    return 0;
}
