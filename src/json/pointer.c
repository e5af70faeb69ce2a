#include "json/pointer.h"

bool fiat__pointer_token(fiat__str *pointer, fiat__str *token) {
    if (pointer->len == 0 || pointer->ptr[0] != '/') return false;
    const char *start = pointer->ptr + 1;
    size_t len = 0;
    while (len + 1 < pointer->len && start[len] != '/')
        len++;
    *token = fiat__str_of(start, len);
    *pointer = fiat__str_of(start + len, pointer->len - 1 - len);
    return true;
}

bool fiat__pointer_token_is(fiat__str token, fiat__str name) {
    size_t at = 0;
    for (size_t i = 0; i < token.len; i++, at++) {
        char c = token.ptr[i];
        if (c == '~') {
            if (++i == token.len || (token.ptr[i] != '0' && token.ptr[i] != '1')) return false;
            c = token.ptr[i] == '0' ? '~' : '/';
        }
        if (at >= name.len || name.ptr[at] != c) return false;
    }
    return at == name.len;
}

int64_t fiat__pointer_token_index(fiat__str token) {
    if (token.len == 0 || token.len > 9 || (token.ptr[0] == '0' && token.len > 1)) return -1;
    int64_t index = 0;
    for (size_t i = 0; i < token.len; i++) {
        if (!fiat__scan_is_digit(token.ptr[i])) return -1;
        index = index * 10 + (token.ptr[i] - '0');
    }
    return index;
}

static uint32_t step_object(const fiat__tape *tape, uint32_t item, fiat__str token) {
    uint32_t key = item + 1;
    for (uint32_t i = 0; i < tape->items[item].len; i++) {
        if (fiat__pointer_token_is(token, fiat__tape_string(tape, key))) return key + 1;
        key = fiat__tape_next(tape, key + 1);
    }
    return 0;
}

uint32_t fiat__pointer_step(const fiat__tape *tape, uint32_t item, fiat__str token) {
    const fiat__tape_item *at = &tape->items[item];
    if (at->kind == FIAT__JSON_OBJECT) return step_object(tape, item, token);
    if (at->kind != FIAT__JSON_ARRAY) return 0;
    int64_t index = fiat__pointer_token_index(token);
    if (index < 0 || index >= at->len) return 0;
    uint32_t child = item + 1;
    while (index-- > 0)
        child = fiat__tape_next(tape, child);
    return child;
}

bool fiat__pointer_append(fiat__buf *out, fiat__str name) {
    fiat__buf_append_char(out, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~')
            fiat__buf_append(out, "~0", 2);
        else if (name.ptr[i] == '/')
            fiat__buf_append(out, "~1", 2);
        else
            fiat__buf_append_char(out, name.ptr[i]);
    }
    return !out->failed;
}

/* The step from container `item` towards `target`, which lies inside it: appends the token and
 * returns the child. Containers that a failed parse left open reach to the end of the tape. */
static uint32_t write_step(fiat__buf *out, const fiat__tape *tape, uint32_t item, uint32_t target) {
    bool object = tape->items[item].kind == FIAT__JSON_OBJECT;
    uint32_t child = item + 1;
    for (uint32_t i = 0;; i++) {
        uint32_t key = child;
        if (object) child++;
        if (child >= tape->count || target < fiat__tape_next(tape, child)) {
            if (object)
                fiat__pointer_append(out, fiat__tape_string(tape, key));
            else
                fiat__buf_printf(out, "/%u", i);
            return target < child ? target : child;
        }
        child = fiat__tape_next(tape, child);
    }
}

bool fiat__pointer_write_from(fiat__buf *out, const fiat__tape *tape, uint32_t item,
                              uint32_t target) {
    while (item < target && tape->items[item].kind & FIAT__JSON_CONTAINERS)
        item = write_step(out, tape, item, target);
    return !out->failed;
}

bool fiat__pointer_write(fiat__buf *out, const fiat__tape *tape, uint32_t target) {
    return fiat__pointer_write_from(out, tape, 0, target);
}
