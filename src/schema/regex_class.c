/* Characters of an ECMA-262 pattern: escapes and classes. No state.
 *
 * Escapes follow the u flag, with one leniency that is common in schemas: any ASCII punctuation
 * mark may be escaped. Letters and digits may not, so that \Z, \A, \a or \h, which mean something
 * in other dialects, are refused instead of misread. */
#include "base/utf8.h"
#include "schema/regex_parts.h"

#include <stdio.h>

#define SURROGATE_FIRST 0xD800u
#define SURROGATE_LAST  0xDFFFu
#define CODE_POINT_LAST 0x10FFFFu

static bool is_surrogate(uint32_t code_point) {
    return code_point >= SURROGATE_FIRST && code_point <= SURROGATE_LAST;
}

static bool is_alnum(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void fiat__regex_emit(fiat__regex_translation *run, const char *text) {
    if (run->out) fiat__buf_append_c(run->out, text);
}

void fiat__regex_emit_char(fiat__regex_translation *run, uint32_t code_point) {
    if (!run->out) return;
    if (code_point < 0x20 || code_point == 0x7F) {
        fiat__buf_printf(run->out, "\\x{%x}", (unsigned)code_point);
        return;
    }
    /* A backslash before punctuation is always literal to PCRE2. */
    if (code_point < 0x80 && !is_alnum(code_point)) fiat__buf_append_char(run->out, '\\');
    char bytes[4];
    fiat__buf_append(run->out, bytes, fiat__utf8_write(bytes, code_point));
}

void fiat__regex_emit_item(fiat__regex_translation *run, const fiat__regex_item *item) {
    if (item->is_set) {
        fiat__regex_emit(run, item->negated ? "[^" : "[");
        fiat__regex_emit(run, item->set);
        fiat__regex_emit(run, "]");
    } else if (is_surrogate(item->code_point)) {
        fiat__regex_emit(run, "[^\\x{0}-\\x{10ffff}]"); /* text never contains one by itself */
    } else {
        fiat__regex_emit_char(run, item->code_point);
    }
}

static void members_add(fiat__regex_members *members, uint32_t low, uint32_t high) {
    for (uint32_t c = low; c <= high && c < 0x80; c++)
        members->ascii[c / 64] |= UINT64_C(1) << c % 64;
    if (high < 0x80 || members->others == FIAT__OTHERS_ALL ||
        members->others == FIAT__OTHERS_UNKNOWN)
        return;
    members->others = low <= 0x80 && high == CODE_POINT_LAST ? FIAT__OTHERS_ALL : FIAT__OTHERS_SOME;
}

static void members_invert(fiat__regex_members *members) {
    members->ascii[0] = ~members->ascii[0];
    members->ascii[1] = ~members->ascii[1];
    if (members->others == FIAT__OTHERS_ALL)
        members->others = FIAT__OTHERS_NONE;
    else if (members->others == FIAT__OTHERS_NONE)
        members->others = FIAT__OTHERS_ALL;
}

static void members_join(fiat__regex_members *members, const fiat__regex_members *more) {
    members->ascii[0] |= more->ascii[0];
    members->ascii[1] |= more->ascii[1];
    if (members->others == FIAT__OTHERS_UNKNOWN) return;
    if (members->others == FIAT__OTHERS_NONE || more->others == FIAT__OTHERS_ALL ||
        more->others == FIAT__OTHERS_UNKNOWN)
        members->others = more->others;
}

/* Exactly `digits` hex digits. */
static bool read_hex(fiat__regex_translation *run, unsigned digits, uint32_t *value) {
    if (run->pattern.len - run->at < digits) return false;
    *value = 0;
    for (unsigned i = 0; i < digits; i++) {
        int digit = hex_value(run->pattern.ptr[run->at + i]);
        if (digit < 0) return false;
        *value = *value * 16 + (uint32_t)digit;
    }
    run->at += digits;
    return true;
}

static bool read_braced_hex(fiat__regex_translation *run, uint32_t *value) {
    size_t start = ++run->at;
    *value = 0;
    for (; run->at < run->pattern.len; run->at++) {
        int digit = hex_value(run->pattern.ptr[run->at]);
        if (digit < 0) break;
        *value = *value * 16 + (uint32_t)digit;
        if (*value > CODE_POINT_LAST) return false;
    }
    return run->at > start && fiat__regex_sees(run, 0, '}') && ++run->at;
}

/* \uXXXX, a pair of them that makes one character, or \u{X...}; after the 'u' */
static bool read_unicode(fiat__regex_translation *run, uint32_t *value) {
    if (fiat__regex_sees(run, 0, '{')) return read_braced_hex(run, value);
    if (!read_hex(run, 4, value)) return false;
    if (*value >= 0xDC00 || !is_surrogate(*value)) return true;
    size_t after = run->at;
    uint32_t low = 0;
    if (fiat__regex_sees(run, 0, '\\') && fiat__regex_sees(run, 1, 'u')) {
        run->at += 2;
        if (read_hex(run, 4, &low) && low >= 0xDC00 && low <= SURROGATE_LAST) {
            *value = 0x10000 + ((*value - SURROGATE_FIRST) << 10) + (low - 0xDC00);
            return true;
        }
    }
    run->at = after;
    return true;
}

/* \d \w \s in the members of a PCRE2 class, and what \D \W \S add to a class among others. White
 * space and line terminators: ECMA-262 section 12.2 and 12.3. */
static const struct set_row {
    char letter;
    fiat__regex_members members;
    const char *set, *others;
} s_sets[] = {
    {'d',
     {{UINT64_C(0x03FF000000000000), 0}, FIAT__OTHERS_NONE},
     "0-9",
     "\\x{0}-\\/\\:-\\x{10ffff}"},
    {'w',
     {{UINT64_C(0x03FF000000000000), UINT64_C(0x07FFFFFE87FFFFFE)}, FIAT__OTHERS_NONE},
     "0-9A-Z_a-z",
     "\\x{0}-\\/\\:-\\@\\[-\\^\\`\\{-\\x{10ffff}"},
    {'s',
     {{UINT64_C(0x0000000100003E00), 0}, FIAT__OTHERS_SOME},
     "\\x{9}-\\x{d}\\ \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}"
     "\\x{3000}\\x{feff}",
     "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
     "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
     "\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"},
};

static bool find_set(char letter, bool in_class, fiat__regex_item *item) {
    for (size_t i = 0; i < sizeof s_sets / sizeof s_sets[0]; i++) {
        const struct set_row *row = &s_sets[i];
        if ((letter | 0x20) != row->letter) continue;
        bool negated = letter != row->letter;
        item->is_set = true;
        item->negated = negated && !in_class;
        snprintf(item->set, sizeof item->set, "%s", negated && in_class ? row->others : row->set);
        item->members = row->members;
        if (negated) members_invert(&item->members);
        return true;
    }
    return false;
}

static bool control_escape(char letter, uint32_t *code_point) {
    static const char letters[] = "fnrtv", values[] = "\f\n\r\t\v";
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found) *code_point = (uint32_t)(unsigned char)values[found - letters];
    return found != NULL;
}

bool fiat__regex_read_escape(fiat__regex_translation *run, bool in_class, fiat__regex_item *item) {
    size_t start = run->at - 1; /* the backslash */
    *item = (fiat__regex_item){0};
    if (run->at == run->pattern.len)
        return fiat__regex_refuse(run, start, "nothing follows the backslash");
    char c = run->pattern.ptr[run->at++];
    if (find_set(c, in_class, item) || control_escape(c, &item->code_point)) return true;
    if (c == 'p' || c == 'P') return fiat__regex_read_property(run, c == 'P', item);
    if (c == 'b' && in_class) {
        item->code_point = '\b';
        return true;
    }
    if (c == 'c') {
        char letter = run->at < run->pattern.len ? run->pattern.ptr[run->at] : '\0';
        item->code_point = (uint32_t)(unsigned char)letter % 32;
        if (!is_alnum((unsigned char)letter) || (letter >= '0' && letter <= '9'))
            return fiat__regex_refuse(run, start, "\\c needs a letter A to Z after it");
        run->at++;
        return true;
    }
    if (c == 'x')
        return read_hex(run, 2, &item->code_point) ||
               fiat__regex_refuse(run, start, "\\x needs two hexadecimal digits");
    if (c == 'u')
        return read_unicode(run, &item->code_point) ||
               fiat__regex_refuse(run, start, "\\u needs four hexadecimal digits or {1 to 10FFFF}");
    if (c == '0' && !(run->at < run->pattern.len && run->pattern.ptr[run->at] >= '0' &&
                      run->pattern.ptr[run->at] <= '9'))
        return true;
    if (is_alnum((unsigned char)c) || (unsigned char)c >= 0x7F || (unsigned char)c < 0x20)
        return fiat__regex_refuse(run, start, "ECMA-262 has no such escape");
    item->code_point = (uint32_t)c;
    return true;
}

bool fiat__regex_read_char(fiat__regex_translation *run, fiat__regex_item *item) {
    *item = (fiat__regex_item){0};
    const unsigned char *bytes = (const unsigned char *)run->pattern.ptr + run->at;
    size_t len = fiat__utf8_sequence(bytes, run->pattern.len - run->at);
    if (len == 0) return fiat__regex_refuse(run, run->at, "not valid UTF-8");
    static const unsigned char lead_mask[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    item->code_point = bytes[0] & lead_mask[len];
    for (size_t i = 1; i < len; i++)
        item->code_point = item->code_point << 6 | (bytes[i] & 0x3F);
    run->at += len;
    return true;
}

static bool read_member(fiat__regex_translation *run, fiat__regex_item *item) {
    if (!fiat__regex_sees(run, 0, '\\')) return fiat__regex_read_char(run, item);
    run->at++;
    return fiat__regex_read_escape(run, true, item);
}

/* A class under way. */
typedef struct class_state {
    fiat__regex_members members;
    bool empty; /* it cannot match anything yet */
} class_state;

/* Adds nothing for surrogates alone. */
static void add_range(fiat__regex_translation *run, class_state *state, uint32_t low,
                      uint32_t high) {
    if (is_surrogate(low)) low = SURROGATE_LAST + 1;
    if (is_surrogate(high)) high = SURROGATE_FIRST - 1;
    if (low > high) return;
    fiat__regex_emit_char(run, low);
    if (high > low) {
        fiat__regex_emit(run, "-");
        fiat__regex_emit_char(run, high);
    }
    members_add(&state->members, low, high);
    state->empty = false;
}

static void add_set(fiat__regex_translation *run, class_state *state,
                    const fiat__regex_item *item) {
    fiat__regex_emit(run, item->set);
    members_join(&state->members, &item->members);
    state->empty = false;
}

/* One member or range. A hyphen next to a set, as in [\w-.], is literal, as in ECMA-262 without the
 * u flag (annex B.1.2.6). */
static bool read_range(fiat__regex_translation *run, class_state *state) {
    fiat__regex_item low, high;
    size_t start = run->at;
    if (!read_member(run, &low)) return false;
    if (low.is_set) {
        add_set(run, state, &low);
        return true;
    }
    bool range = fiat__regex_sees(run, 0, '-') && run->pattern.len - run->at > 1 &&
                 !fiat__regex_sees(run, 1, ']');
    if (!range) {
        add_range(run, state, low.code_point, low.code_point);
        return true;
    }
    run->at++;
    if (!read_member(run, &high)) return false;
    if (high.is_set) {
        add_range(run, state, low.code_point, low.code_point);
        add_range(run, state, '-', '-');
        add_set(run, state, &high);
        return true;
    }
    if (low.code_point > high.code_point)
        return fiat__regex_refuse(run, start, "range out of order in a class");
    add_range(run, state, low.code_point, high.code_point);
    return true;
}

bool fiat__regex_read_class(fiat__regex_translation *run, fiat__regex_members *members) {
    size_t start = run->at - 1, out_start = run->out ? run->out->len : 0;
    class_state state = {.empty = true};
    bool negated = fiat__regex_sees(run, 0, '^');
    if (negated) run->at++;
    fiat__regex_emit(run, negated ? "[^" : "[");
    while (!fiat__regex_sees(run, 0, ']')) {
        if (run->at == run->pattern.len)
            return fiat__regex_refuse(run, start, "class without its ']'");
        if (!read_range(run, &state)) return false;
    }
    run->at++;
    /* [] matches nothing and [^] everything; to PCRE2 a ']' in first place is a member. */
    if (state.empty && run->out) {
        run->out->len = out_start;
        fiat__regex_emit(run, negated ? "[\\x{0}-\\x{10ffff}" : "[^\\x{0}-\\x{10ffff}");
    }
    fiat__regex_emit(run, "]");
    if (negated) members_invert(&state.members);
    if (members) *members = state.members;
    return true;
}
