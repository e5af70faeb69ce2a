/* A value that shows a finding: valid under the data's schema, and not under the reader's. */
#include "schema/compat_parts.h"

#include "base/mem.h"

#include <stdio.h>

#define VALUE_MOST (64 * 1024)
#define TRIES      400u /* values put in their place, for one finding */
#define VARIANTS   48u

typedef struct search {
    fiat__compat *c;
    const fiat__compat_set *set;
    fiat__compat_ref reader;
    fiat__buf value, whole, next;
    unsigned tries;
    const char *found;
} search;

/* The value in a value of the schema as a whole; by and by with other things around it. */
static bool embed(search *s, unsigned variant) {
    fiat__compat *c = s->c;
    fiat__buf_clear(&s->whole);
    fiat__buf_append(&s->whole, s->value.ptr, s->value.len);
    for (unsigned level = c->level; level-- > 0;) {
        const fiat__compat_frame *frame = &c->frames[level];
        fiat__buf_clear(&s->next);
        if (!fiat__compat_sample_with(c, frame->parent, variant, 10, frame,
                                      fiat__buf_str(&s->whole), &s->next))
            return false;
        fiat__buf kept = s->whole;
        s->whole = s->next;
        s->next = kept;
    }
    return !s->whole.failed;
}

static bool is_proof(search *s) {
    fiat__str text = fiat__buf_str(&s->whole);
    const fiat__compat_side *data = &s->c->data, *reader = &s->c->reader;
    return fiat__schema_validate(data->schema, data->judge, text, NULL) == FIAT_OK &&
           fiat__schema_validate(reader->schema, reader->judge, text, NULL) ==
               FIAT_E_SCHEMA_MISMATCH;
}

/* Is s->value one? true ends the search. */
static bool try_value(search *s) {
    fiat__compat *c = s->c;
    fiat__str text = fiat__buf_str(&s->value);
    if (text.len == 0 || s->value.failed) return false;
    if (c->samples == 0 || s->tries == 0) return true;
    c->samples--;
    if (fiat__compat_judge(c, s->reader, text) == 1 || fiat__compat_judge_set(c, s->set, text) == 0)
        return false;
    for (unsigned variant = 0; variant < 4 && s->tries; variant++) {
        s->tries--;
        if (!embed(s, variant) || !is_proof(s)) continue;
        s->found = fiat__arena_str(&c->arena, fiat__buf_str(&s->whole)).ptr;
        return true;
    }
    return false;
}

static bool try_text(search *s, const char *text, size_t len) {
    fiat__buf_clear(&s->value);
    fiat__buf_append(&s->value, text, len);
    return try_value(s);
}

/* ---- Where to look. ---- */

/* Values of the kinds that the reader has not. */
static bool try_kinds(search *s) {
    const fiat__node *node = fiat__compat_node(s->reader);
    for (unsigned kind = 1; kind <= FIAT__JSON_OBJECT; kind <<= 1) {
        fiat__compat_set only = *s->set;
        only.kinds &= (uint8_t)(kind & ~(unsigned)node->kinds);
        for (unsigned variant = 0; only.kinds && variant < 4; variant++) {
            fiat__buf_clear(&s->value);
            if (fiat__compat_sample(s->c, &only, variant, 10, &s->value) && try_value(s))
                return true;
        }
    }
    return false;
}

static bool try_samples(search *s) {
    for (unsigned variant = 0; variant < VARIANTS; variant++) {
        fiat__buf_clear(&s->value);
        if (fiat__compat_sample(s->c, s->set, variant, 10, &s->value) && try_value(s)) return true;
    }
    return false;
}

static bool try_numbers(search *s, fiat__compat_ref at) {
    for (unsigned i = 0; fiat__compat_number_near(at, i, &s->value); i++)
        if (try_value(s)) return true;
    return false;
}

static bool try_length(search *s, uint32_t count, bool items) {
    if (count > 5000) return false;
    fiat__buf_clear(&s->value);
    fiat__buf_append_char(&s->value, items ? '[' : '"');
    for (uint32_t i = 0; i < count; i++)
        fiat__buf_append_c(&s->value, items ? (i ? ",1" : "1") : "a");
    fiat__buf_append_char(&s->value, items ? ']' : '"');
    return try_value(s);
}

static bool try_lengths(search *s, fiat__compat_ref at) {
    const fiat__string_rule *rule =
        &fiat__compat_program(at.side)->strings[fiat__compat_node(at)->string];
    if (!fiat__compat_node(at)->string) return false;
    const uint32_t counts[] = {rule->min, rule->max, rule->min - 1, rule->max + 1};
    for (size_t i = 0; i < 4; i++)
        if (try_length(s, counts[i], false)) return true;
    return false;
}

/* An array or object whose size the reader does not take. */
static bool try_sizes(search *s, fiat__compat_ref at) {
    const fiat__program *p = fiat__compat_program(at.side);
    const fiat__array_rule *array = &p->arrays[fiat__compat_node(at)->array];
    const fiat__object_rule *object = &p->objects[fiat__compat_node(at)->object];
    fiat__compat_frame frame = {s->set, {NULL, 0}, 0};
    fiat__compat_set item;
    fiat__buf text;
    if (fiat__compat_node(at)->array && array->max < 1000) {
        frame.index = array->max;
        fiat__compat_item(s->set, frame.index, &item);
        fiat__buf_init(&text, VALUE_MOST);
        fiat__buf_clear(&s->value);
        bool ok =
            fiat__compat_sample(s->c, &item, 0, 8, &text) &&
            fiat__compat_sample_with(s->c, s->set, 0, 9, &frame, fiat__buf_str(&text), &s->value);
        fiat__buf_deinit(&text);
        if (ok && try_value(s)) return true;
    }
    if (!fiat__compat_node(at)->object || object->max > 100) return false;
    fiat__buf_clear(&s->value);
    fiat__buf_append_char(&s->value, '{');
    for (uint32_t i = 0; i <= object->max; i++)
        fiat__buf_printf(&s->value, "%s\"p%u\":1", i ? "," : "", i);
    fiat__buf_append_char(&s->value, '}');
    return try_value(s);
}

/* An object with a member that somebody asks for. */
static bool try_with(search *s, fiat__str name) {
    static const char *const values[] = {"null", "1", "\"x\"", "{}", "[]", "true"};
    fiat__compat_frame frame = {s->set, name, 0};
    for (size_t i = 0; i < 12 && name.ptr; i++) {
        fiat__buf_clear(&s->value);
        if (fiat__compat_sample_with(s->c, s->set, i >= 6, 8, &frame, fiat__str_c(values[i % 6]),
                                     &s->value) &&
            try_value(s))
            return true;
    }
    return false;
}

/* Members of all sorts of names. */
static bool try_names(search *s) {
    static const char *const names[] = {
        "a           ", "ab          ", "abc         ", "abcd        ",
        "A           ", "1           ", "x-1         ", "abcdefghijklmnopqrstuvwxyz",
        "            "};
    static const uint8_t lengths[] = {1, 2, 3, 4, 1, 1, 3, 26, 0};
    for (size_t i = 0; i < sizeof lengths; i++)
        if (try_with(s, fiat__str_of(names[i], lengths[i]))) return true;
    return false;
}

static bool try_common(search *s) {
    static const char *const values[] = {"null",
                                         "true",
                                         "false",
                                         "0",
                                         "1",
                                         "-1",
                                         "1.5",
                                         "1.0",
                                         "12345678901234567890",
                                         "\"\"",
                                         "\"a\"",
                                         "\"abc\"",
                                         "\"2\"",
                                         "[]",
                                         "[1]",
                                         "[1,1]",
                                         "[\"a\",\"a\"]",
                                         "[null,\"a\",1]",
                                         "{}",
                                         "{\"a\":1}",
                                         "{\"other\":1}",
                                         "{\"other\":\"x\"}",
                                         "{\"other\":null}",
                                         "{\"\":1}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (try_text(s, values[i], strlen(values[i]))) return true;
    return false;
}

/* Values of enum and const on the reader's side, and what is close to its bounds: the set may take
 * what lies between them. */
static bool try_near(search *s, fiat__compat_ref at, unsigned depth) {
    const fiat__program *p = fiat__compat_program(at.side);
    const fiat__node *node = fiat__compat_node(at);
    if (depth == 0) return false;
    if (try_numbers(s, at) || try_lengths(s, at) || try_sizes(s, at)) return true;
    for (uint32_t i = 0; node->values && i < 100 &&
                         fiat__compat_value(at.side, &p->values[node->values], i, &s->value);
         i++)
        if (try_value(s)) return true;
    for (uint32_t i = node->apply; i && p->applies[i].op != FIAT__APPLY_END; i++) {
        const fiat__apply *apply = &p->applies[i];
        bool one = apply->op == FIAT__APPLY_NOT || apply->op == FIAT__APPLY_IF;
        const uint32_t single[] = {apply->a, apply->then, apply->otherwise};
        uint32_t count = apply->op == FIAT__APPLY_NOT ? 1 : one ? 3 : apply->count;
        for (uint32_t k = 0; k < count && k < 16; k++) {
            uint32_t inner = one ? single[k] : p->links[apply->a + k];
            if (inner != FIAT__NODE_NONE && try_near(s, fiat__compat_at(at.side, inner), depth - 1))
                return true;
        }
    }
    return false;
}

static bool try_all(search *s, fiat__keyword keyword, fiat__str detail) {
    if (keyword == FIAT__KW_TYPE && try_kinds(s)) return true;
    if (keyword == FIAT__KW_PROPERTY_NAMES && try_names(s)) return true;
    if (try_samples(s) || try_near(s, s->reader, 4)) return true;
    for (uint32_t i = 0; i < s->set->node_count; i++)
        if (try_near(s, fiat__compat_at(s->set->side, s->set->nodes[i]), 1)) return true;
    return try_common(s) || try_with(s, detail) || try_with(s, fiat__str_of("other       ", 5));
}

const char *fiat__compat_witness(fiat__compat *c, const fiat__compat_set *set,
                                 fiat__compat_ref reader, fiat__compat_change change,
                                 fiat__keyword keyword, fiat__str detail) {
    search s = {.c = c, .set = set, .reader = reader, .tries = TRIES};
    if (set->side != &c->data) return NULL;
    fiat__buf_init(&s.value, VALUE_MOST);
    fiat__buf_init(&s.whole, VALUE_MOST);
    fiat__buf_init(&s.next, VALUE_MOST);
    if (change == FIAT__COMPAT_VALUE)
        (void)try_text(&s, detail.ptr, detail.len);
    else
        (void)try_all(&s, keyword, keyword == FIAT__KW_PROPERTIES ? fiat__str_of(NULL, 0) : detail);
    fiat__buf_deinit(&s.value);
    fiat__buf_deinit(&s.whole);
    fiat__buf_deinit(&s.next);
    return s.found;
}
