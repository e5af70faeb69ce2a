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
static bool all_in(const unsigned char *classes, unsigned class_bit, const char *at, size_t count) {
    unsigned seen = class_bit;
    for (size_t i = 0; i < count; i++)
        seen &= classes[(unsigned char)at[i]];
    return seen != 0;
}

static const char *run_ascii(const unsigned char *classes, const fiat__segment *segment,
                             const char *at, const char *end) {
    size_t limit = (size_t)(end - at), len = segment->min;
    unsigned class_bit = 1u << segment->class_index;
    if (limit < len || !all_in(classes, class_bit, at, len)) return NULL;
    if (segment->max != UINT32_MAX && segment->max < limit) limit = segment->max;
    while (len < limit && (classes[(unsigned char)at[len]] & class_bit) != 0)
        len++;
    return at + len;
}

/* Counts characters, not bytes. */
static const char *run_wide(const unsigned char *classes, const fiat__segment *segment,
                            const char *at, const char *end) {
    uint32_t count = 0;
    unsigned class_bit = 1u << segment->class_index;
    for (; at < end && (classes[(unsigned char)*at] & class_bit) != 0; at++) {
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

/* ---- Short texts: a bit for each byte. ---- */

static bool in_shape(const fiat__range *ranges, unsigned count, fiat__block block) {
    return fiat__block_bits(fiat__block_in_any(block, ranges, count)) == 0xFFFF;
}

bool fiat__simple_match_shape(const fiat__simple *simple, fiat__str text) {
    size_t len = simple->shape_len, at = 0;
    unsigned count = simple->shape_ranges;
    const fiat__range *ranges = simple->ranges;
    if (text.len != len) return false;
    if (len < 16) return in_shape(ranges, count, fiat__block_load_short(text.ptr, len));
    for (; at + 16 <= len; at += 16, ranges += count)
        if (!in_shape(ranges, count, fiat__block_load(text.ptr + at))) return false;
    return at == len || in_shape(ranges, count, fiat__block_load(text.ptr + len - 16));
}

#define NO_MATCH UINT32_MAX

/* As run_segments(), with offsets. */
static uint32_t run_short(const fiat__simple *simple, uint32_t from, uint32_t to,
                          const fiat__blocks *in, const char *text, uint32_t at, uint32_t end) {
    const fiat__segment *segment = simple->segments + from, *last = simple->segments + to;
    for (; segment < last; segment++) {
        uint32_t len = segment->literal_len, left = end - at;
        if (len > 0) {
            const char *literal = simple->literals + segment->literal;
            if (left < len || text[at] != literal[0]) return NO_MATCH;
            if (len > 1 && memcmp(text + at + 1, literal + 1, len - 1) != 0) return NO_MATCH;
            at += len;
            continue;
        }
        uint64_t strangers =
            ~(uint64_t)fiat__blocks_in(in, simple->ranges + segment->range, segment->range_count);
        uint32_t run = (uint32_t)__builtin_ctzll(strangers >> at); /* at is at most 32 */
        if (run > segment->max) run = segment->max;
        if (run > left) run = left;
        if (run < segment->min) return NO_MATCH;
        at += run;
    }
    return at;
}

/* A run that takes all up to a tail of fixed length. */
static bool match_split(const fiat__simple *simple, const fiat__blocks *in, fiat__str text,
                        uint32_t at) {
    uint32_t len = (uint32_t)text.len, split = simple->split;
    if (len - at < simple->tail_bytes) return false;
    uint32_t tail = len - (uint32_t)simple->tail_bytes;
    return run_short(simple, split + 1, simple->count, in, text.ptr, tail, len) != NO_MATCH &&
           run_short(simple, split, split + 1, in, text.ptr, at, tail) == tail;
}

bool fiat__simple_match_short(const fiat__simple *simple, fiat__str text) {
    static const fiat__range beyond_ascii = FIAT__RANGE(0x80, 0xFF);
    if (text.len > FIAT__BLOCKS_MAX_BYTES) return fiat__simple_match_any(simple, text);
    fiat__blocks in = fiat__blocks_load(text);
    /* Characters beyond ASCII would have to be counted. */
    if (simple->wide && fiat__blocks_in(&in, &beyond_ascii, 1) != 0)
        return fiat__simple_match_any(simple, text);
    uint32_t at = run_short(simple, 0, simple->split, &in, text.ptr, 0, (uint32_t)text.len);
    if (at == NO_MATCH) return false;
    if (simple->split < simple->count) return match_split(simple, &in, text, at);
    return !simple->to_end || at == text.len;
}

bool fiat__simple_match_any(const fiat__simple *simple, fiat__str text) {
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
