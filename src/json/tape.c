#include "json/tape.h"

#include "base/mem.h"

/* `next` of a container that is still open. */
#define OPEN UINT32_MAX

void fiat__tape_init(fiat__tape *tape, fiat__keyspace *keys) {
    *tape = (fiat__tape){.keys = keys};
}

void fiat__tape_deinit(fiat__tape *tape) {
    fiat__free(tape->items);
    fiat__free(tape->strings);
    *tape = (fiat__tape){0};
}

void fiat__tape_reset(fiat__tape *tape, fiat__str padded_text, unsigned max_depth) {
    tape->text = padded_text;
    tape->max_depth = max_depth;
    tape->count = 0;
    tape->strings_len = 0;
    tape->status = FIAT_OK;
    tape->keys->text = padded_text.ptr;
    tape->keys->used = 0;
}

void fiat__tape_rebase(fiat__tape *tape, fiat__str padded_text) {
    tape->text = padded_text;
    tape->keys->text = padded_text.ptr;
}

static const char *fail(fiat__tape *tape, fiat_status status, const char *at, const char *wanted) {
    tape->status = status;
    tape->fail_at = at;
    tape->wanted = wanted;
    return NULL;
}

bool fiat__tape_reserve(fiat__tape *tape, uint32_t cap) {
    if (cap <= tape->cap) return true;
    fiat__tape_item *grown = fiat__realloc_array(tape->items, cap, sizeof *grown);
    if (!grown) return false;
    tape->items = grown;
    tape->cap = cap;
    return true;
}

/* NULL when out of memory. The pointer is good until the next push. */
static fiat__tape_item *push(fiat__tape *tape, const char *p, unsigned kind) {
    if (tape->count == tape->cap && !fiat__tape_reserve(tape, tape->cap ? tape->cap * 2 : 256)) {
        fail(tape, FIAT_E_NOMEM, p, NULL);
        return NULL;
    }
    fiat__tape_item *item = &tape->items[tape->count++];
    *item = (fiat__tape_item){.at = (uint32_t)(p - tape->text.ptr), .kind = (uint8_t)kind};
    return item;
}

/* Room for a value of `len` bytes and the slack of fiat__scan_unescape(), which is also more than
 * the eight bytes that fiat__key_head() may read. */
static bool reserve_string(fiat__tape *tape, size_t len) {
    size_t need = tape->strings_len + len + FIAT__SCAN_SLACK;
    if (need <= tape->strings_cap) return true;
    size_t cap = need * 2;
    char *grown = fiat__realloc(tape->strings, cap);
    if (!grown) return false;
    memset(grown + tape->strings_cap, 0, cap - tape->strings_cap);
    tape->strings = grown;
    tape->strings_cap = cap;
    return true;
}

static const char *add_string(fiat__tape *tape, const char *p) {
    bool escaped = false;
    const char *raw = p + 1, *end = fiat__scan_string(raw, &escaped);
    if (!end) return fail(tape, FIAT_E_JSON_SYNTAX, p, "a string");
    size_t len = (size_t)(end - raw);
    fiat__tape_item *item = push(tape, p, FIAT__JSON_STRING);
    if (!item) return NULL;
    item->len = (uint32_t)len;
    if (!escaped) return end + 1;
    if (!reserve_string(tape, len)) return fail(tape, FIAT_E_NOMEM, p, NULL);
    char *to = tape->strings + tape->strings_len;
    item->escaped = 1;
    item->next = (uint32_t)tape->strings_len;
    item->len = (uint32_t)fiat__scan_unescape(to, fiat__str_of(raw, len));
    tape->strings_len += item->len;
    return end + 1;
}

static const char *add_number(fiat__tape *tape, const char *p) {
    fiat__scan_number number = fiat__scan_number_at(p);
    if (!number.end) return fail(tape, FIAT_E_JSON_SYNTAX, p, "a number");
    fiat__tape_item *item = push(tape, p, number.whole ? FIAT__JSON_INTEGER : FIAT__JSON_NUMBER);
    if (!item) return NULL;
    item->len = (uint32_t)(number.end - p);
    return number.end;
}

static const char *add_word(fiat__tape *tape, const char *p) {
    const char *end = fiat__scan_literal(p);
    if (!end) return fail(tape, FIAT_E_JSON_SYNTAX, p, "a value");
    fiat__tape_item *item = push(tape, p, *p == 'n' ? FIAT__JSON_NULL : FIAT__JSON_BOOL);
    if (!item) return NULL;
    item->len = (uint32_t)(end - p);
    return end;
}

static const char *add_array(fiat__tape *tape, const char *p, unsigned depth) {
    if (depth >= tape->max_depth) return fail(tape, FIAT_E_JSON_DEPTH, p, NULL);
    uint32_t self = tape->count, count = 0;
    fiat__tape_item *item = push(tape, p, FIAT__JSON_ARRAY);
    if (!item) return NULL;
    item->next = OPEN;
    p = fiat__scan_space(p + 1);
    while (*p != ']' || count) {
        p = fiat__tape_add(tape, p, depth + 1);
        if (!p) return NULL;
        count++;
        p = fiat__scan_space(p);
        if (*p == ']') break;
        if (*p != ',') return fail(tape, FIAT_E_JSON_SYNTAX, p, "',' or ']'");
        p = fiat__scan_space(p + 1);
    }
    tape->items[self].len = count;
    tape->items[self].next = tape->count;
    return p + 1;
}

/* The key at p, as one more item; NULL when it is none or was there before. */
static const char *add_key(fiat__tape *tape, const char *p, fiat__keyset *seen) {
    if (*p != '"') return fail(tape, FIAT_E_JSON_SYNTAX, p, "a key in quotes");
    uint32_t self = tape->count;
    const char *end = add_string(tape, p);
    if (!end) return NULL;
    switch (fiat__keyset_add(tape->keys, seen, fiat__tape_string(tape, self),
                             tape->items[self].at + 1)) {
    case FIAT__KEYSET_NEW:
        break;
    case FIAT__KEYSET_DUPLICATE:
        return fail(tape, FIAT_E_JSON_DUPLICATE_KEY, p, NULL);
    case FIAT__KEYSET_NOMEM:
        return fail(tape, FIAT_E_NOMEM, p, NULL);
    }
    p = fiat__scan_space(end);
    if (*p != ':') return fail(tape, FIAT_E_JSON_SYNTAX, p, "':' after a key");
    return fiat__scan_space(p + 1);
}

static const char *add_object(fiat__tape *tape, const char *p, unsigned depth) {
    if (depth >= tape->max_depth) return fail(tape, FIAT_E_JSON_DEPTH, p, NULL);
    fiat__keyset seen;
    fiat__keyset_open(&seen);
    uint32_t self = tape->count, count = 0;
    fiat__tape_item *item = push(tape, p, FIAT__JSON_OBJECT);
    if (!item) return NULL;
    item->next = OPEN;
    p = fiat__scan_space(p + 1);
    while (*p != '}' || count) {
        p = add_key(tape, p, &seen);
        if (p) p = fiat__tape_add(tape, p, depth + 1);
        if (!p) return NULL;
        count++;
        p = fiat__scan_space(p);
        if (*p == '}') break;
        if (*p != ',') return fail(tape, FIAT_E_JSON_SYNTAX, p, "',' or '}'");
        p = fiat__scan_space(p + 1);
    }
    fiat__keyset_close(tape->keys, &seen);
    tape->items[self].len = count;
    tape->items[self].next = tape->count;
    return p + 1;
}

const char *fiat__tape_add(fiat__tape *tape, const char *p, unsigned depth) {
    switch (*p) {
    case '"':
        return add_string(tape, p);
    case '{':
        return add_object(tape, p, depth);
    case '[':
        return add_array(tape, p, depth);
    case 't':
    case 'f':
    case 'n':
        return add_word(tape, p);
    case '-':
        return add_number(tape, p);
    default:
        if (fiat__scan_is_digit(*p)) return add_number(tape, p);
        return fail(tape, FIAT_E_JSON_SYNTAX, p, "a value");
    }
}

fiat_status fiat__tape_parse(fiat__tape *tape, fiat_error *err) {
    const char *end = fiat__tape_add(tape, fiat__scan_space(tape->text.ptr), 0);
    if (end) {
        end = fiat__scan_space(end);
        if (end == tape->text.ptr + tape->text.len) return FIAT_OK;
        fail(tape, FIAT_E_JSON_SYNTAX, end, "the end of the text");
    }
    return fiat__tape_explain(tape, err);
}

fiat_status fiat__parsed_init(fiat__parsed *parsed, fiat__str text, unsigned max_depth,
                              fiat_error *err) {
    *parsed = (fiat__parsed){0};
    fiat__keyspace_init(&parsed->keys);
    fiat__tape_init(&parsed->tape, &parsed->keys);
    fiat_status status = fiat__scan_load(&parsed->text, text, err);
    if (status != FIAT_OK) return status;
    fiat__tape_reset(&parsed->tape, fiat__str_of(parsed->text.ptr, parsed->text.len), max_depth);
    return fiat__tape_parse(&parsed->tape, err);
}

void fiat__parsed_deinit(fiat__parsed *parsed) {
    fiat__tape_deinit(&parsed->tape);
    fiat__keyspace_deinit(&parsed->keys);
    fiat__padded_deinit(&parsed->text);
}

fiat_status fiat__tape_check(fiat__str text, unsigned max_depth, fiat_error *err) {
    fiat__parsed parsed;
    fiat_status status = fiat__parsed_init(&parsed, text, max_depth, err);
    fiat__parsed_deinit(&parsed);
    return status;
}

uint32_t fiat__tape_member(const fiat__tape *tape, uint32_t object, fiat__str name) {
    uint32_t key = object + 1;
    for (uint32_t i = 0; i < tape->items[object].len; i++) {
        if (fiat__str_eq(fiat__tape_string(tape, key), name)) return key + 1;
        key = fiat__tape_next(tape, key + 1);
    }
    return 0;
}

fiat__str fiat__tape_source(const fiat__tape *tape, uint32_t item) {
    const fiat__tape_item *at = &tape->items[item];
    const char *start = tape->text.ptr + at->at, *p = start;
    unsigned open = 0;
    bool escaped;
    if (!(at->kind & (FIAT__JSON_CONTAINERS | FIAT__JSON_STRING)))
        return fiat__tape_text(tape, item);
    do {
        if (*p == '"') p = fiat__scan_string(p + 1, &escaped);
        open += *p == '{' || *p == '[';
        open -= *p == '}' || *p == ']';
        p++;
    } while (open);
    return fiat__str_of(start, (size_t)(p - start));
}
