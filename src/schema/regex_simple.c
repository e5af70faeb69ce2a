/* Matching simple patterns (see regex_simple_compile.c): one pass over the bytes, never a step
 * back. No state, any thread. */
#include "schema/regex_parts.h"

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* U+2028 and U+2029 are E2 80 A8 and E2 80 A9. */
static bool is_line_separator(const char *at, const char *end) {
    return end - at >= 3 && (unsigned char)at[0] == 0xE2 && (unsigned char)at[1] == 0x80 &&
           ((unsigned char)at[2] | 1) == 0xA9;
}

/* Every one of `count` bytes, without a branch on each. */
static bool all_in(const unsigned char *classes, unsigned char class_bit, const char *at,
                   size_t count) {
    unsigned char seen = class_bit;
    for (size_t i = 0; i < count; i++)
        seen &= classes[(unsigned char)at[i]];
    return seen != 0;
}

static const char *run_ascii(const unsigned char *classes, const fiat__segment *segment,
                             const char *at, const char *end) {
    size_t limit = (size_t)(end - at), len = segment->min;
    if (limit < len || !all_in(classes, segment->class_bit, at, len)) return NULL;
    if (segment->max != UINT32_MAX && segment->max < limit) limit = segment->max;
    while (len < limit && (classes[(unsigned char)at[len]] & segment->class_bit) != 0)
        len++;
    return at + len;
}

/* Counts characters, not bytes. */
static const char *run_wide(const unsigned char *classes, const fiat__segment *segment,
                            const char *at, const char *end) {
    uint32_t count = 0;
    for (; at < end && (classes[(unsigned char)*at] & segment->class_bit) != 0; at++) {
        if (is_continuation(*at)) continue;
        if (segment->max != UINT32_MAX && count == segment->max) break;
        if (segment->dot && is_line_separator(at, end)) break;
        if (count < UINT32_MAX) count++;
    }
    return count >= segment->min ? at : NULL;
}

/* Where the segment's text ends that starts at `at`, NULL when there is none. */
static const char *run_segment(const fiat__simple *simple, const fiat__segment *segment,
                               const char *at, const char *end) {
    if (segment->literal_len > 0) {
        bool same = (size_t)(end - at) >= segment->literal_len &&
                    memcmp(at, simple->literals + segment->literal, segment->literal_len) == 0;
        return same ? at + segment->literal_len : NULL;
    }
    return segment->wide ? run_wide(simple->classes, segment, at, end)
                         : run_ascii(simple->classes, segment, at, end);
}

static const char *run_segments(const fiat__simple *simple, uint32_t from, uint32_t to,
                                const char *at, const char *end) {
    for (uint32_t i = from; i < to && at; i++)
        at = run_segment(simple, &simple->segments[i], at, end);
    return at;
}

static bool match_at(const fiat__simple *simple, const char *at, const char *end) {
    at = run_segments(simple, 0, simple->split, at, end);
    if (!at) return false;
    if (simple->split == simple->count) return !simple->to_end || at == end;
    if ((size_t)(end - at) < simple->tail_bytes) return false;
    /* The tail first: when it matches, it starts with a character. */
    const char *tail = end - simple->tail_bytes;
    return run_segments(simple, simple->split + 1, simple->count, tail, end) &&
           run_segment(simple, &simple->segments[simple->split], at, tail) == tail;
}

static bool contains(fiat__str text, const char *literal, size_t len) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    while ((size_t)(end - at) >= len) {
        at = memchr(at, literal[0], (size_t)(end - at) - len + 1);
        if (!at) return false;
        if (memcmp(at, literal, len) == 0) return true;
        at++;
    }
    return false;
}

static bool match_shape(const fiat__simple *simple, fiat__str text) {
    if (text.len != simple->shape_len) return false;
    unsigned wrong = 0;
    for (uint32_t i = 0; i < simple->shape_len; i++)
        wrong |= simple->shape[i] & ~(unsigned)simple->classes[(unsigned char)text.ptr[i]];
    return wrong == 0;
}

bool fiat__simple_match(const fiat__simple *simple, fiat__str text) {
    if (simple->shape_len > 0) return match_shape(simple, text);
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (simple->from_start) return match_at(simple, at, end);
    if (simple->to_end)
        return text.len >= simple->tail_bytes && match_at(simple, end - simple->tail_bytes, end);
    if (simple->count == 1 && simple->segments[0].literal_len > 0)
        return contains(text, simple->literals + simple->segments[0].literal,
                        simple->segments[0].literal_len);
    for (;; at++) {
        if ((at == end || !is_continuation(*at)) && match_at(simple, at, end)) return true;
        if (at == end) return false;
    }
}
