/* From ECMA-262 patterns (section 22.2.1, u flag) to PCRE2's. No state.
 *
 * Every construct is parsed and written anew, so nothing that PCRE2 alone understands - inline
 * flags, possessive quantifiers, verbs, recursion, conditions, \Q..\E - can pass through.
 * Leniencies towards patterns written without the u flag: ']' and '}' by themselves, '{' where it
 * cannot be taken for a quantifier, and those of regex_class.c.
 *
 * Known differences of PCRE2: a lookbehind must have a fixed length in each of its alternatives,
 * which is refused at compile time; a group inside a repetition keeps its last text when a later
 * round does not set it, where ECMA-262 forgets it, which only a reference back to it can see. */
#include "schema/regex_parts.h"

/* pcre2pattern(3), "Repetition" */
#define REPEAT_MAX 65535u

bool fiat__regex_refuse(fiat__regex_translation *run, size_t at, const char *reason) {
    run->reason = reason;
    run->reason_at = at;
    return false;
}

static bool is_digit_at(const fiat__regex_translation *run, size_t at) {
    return at < run->pattern.len && run->pattern.ptr[at] >= '0' && run->pattern.ptr[at] <= '9';
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* "<name>"; run->at stands at the '<' and then after the '>' */
static bool read_group_name(fiat__regex_translation *run, fiat__str *name) {
    size_t start = ++run->at;
    while (run->at < run->pattern.len && is_name_byte(run->pattern.ptr[run->at]))
        run->at++;
    *name = fiat__str_of(run->pattern.ptr + start, run->at - start);
    if (name->len == 0 || is_digit_at(run, start) || !fiat__regex_sees(run, 0, '>'))
        return fiat__regex_refuse(run, start, "malformed group name");
    run->at++;
    return true;
}

static unsigned find_group(const fiat__regex_translation *run, fiat__str name) {
    for (unsigned i = 0; i < run->names; i++)
        if (fiat__str_eq(run->named[i].name, name)) return run->named[i].group;
    return 0;
}

static bool add_name(fiat__regex_translation *run) {
    fiat__str name;
    size_t start = run->at;
    if (!read_group_name(run, &name)) return false;
    if (find_group(run, name) != 0)
        return fiat__regex_refuse(run, start, "two groups have the same name");
    if (run->names == FIAT__REGEX_NAMES)
        return fiat__regex_refuse(run, start, "too many named groups");
    run->named[run->names].name = name;
    run->named[run->names++].group = run->groups;
    return true;
}

/* References may come before their groups, so groups are counted and named first. */
static bool scan_groups(fiat__regex_translation *run) {
    bool in_class = false;
    for (run->at = 0; run->at < run->pattern.len;) {
        char c = run->pattern.ptr[run->at++];
        if (c == '\\') {
            if (is_digit_at(run, run->at) || fiat__regex_sees(run, 0, 'k')) run->captures = true;
            run->at++;
        } else if (in_class) {
            in_class = c != ']';
        } else if (c == '[') {
            in_class = true;
        } else if (c == '(' && !fiat__regex_sees(run, 0, '?')) {
            run->groups++;
        } else if (c == '(' && fiat__regex_sees(run, 1, '<') && !fiat__regex_sees(run, 2, '=') &&
                   !fiat__regex_sees(run, 2, '!')) {
            run->groups++;
            run->at++;
            if (!add_name(run)) return false;
        }
    }
    run->at = 0;
    return true;
}

/* Decimal digits, at most REPEAT_MAX + 1 however many there are. */
static unsigned read_number(fiat__regex_translation *run) {
    unsigned value = 0;
    for (; is_digit_at(run, run->at); run->at++) {
        value = value * 10 + (unsigned)(run->pattern.ptr[run->at] - '0');
        if (value > REPEAT_MAX) value = REPEAT_MAX + 1;
    }
    return value;
}

typedef struct quantifier {
    unsigned low, high;
    bool open; /* without an upper bound */
} quantifier;

/* {n}, {n,} or {n,m}; run->at stands at the '{'. */
static bool read_braces(fiat__regex_translation *run, quantifier *q) {
    size_t start = run->at++;
    q->low = q->high = read_number(run);
    if (fiat__regex_sees(run, 0, ',')) {
        run->at++;
        q->open = !is_digit_at(run, run->at);
        if (!q->open) q->high = read_number(run);
    }
    if (!fiat__regex_sees(run, 0, '}'))
        return fiat__regex_refuse(run, start, "malformed quantifier; a literal '{' is written \\{");
    run->at++;
    if (q->low > REPEAT_MAX || q->high > REPEAT_MAX)
        return fiat__regex_refuse(run, start, "a quantifier may be at most 65535");
    if (q->high < q->low)
        return fiat__regex_refuse(run, start, "numbers out of order in a quantifier");
    return true;
}

static bool looks_like_braces(const fiat__regex_translation *run) {
    return fiat__regex_sees(run, 0, '{') &&
           (is_digit_at(run, run->at + 1) || fiat__regex_sees(run, 1, ','));
}

static bool sees_quantifier(const fiat__regex_translation *run) {
    return fiat__regex_sees(run, 0, '*') || fiat__regex_sees(run, 0, '+') ||
           fiat__regex_sees(run, 0, '?') || looks_like_braces(run);
}

static bool read_bounds(fiat__regex_translation *run, quantifier *q) {
    char c = run->pattern.ptr[run->at];
    *q = (quantifier){c == '+', c == '?', c == '*' || c == '+'};
    if (c != '{') {
        run->at++;
        return true;
    }
    if (is_digit_at(run, run->at + 1)) return read_braces(run, q);
    return fiat__regex_refuse(run, run->at, "a quantifier needs its lower bound, as in {0,5}");
}

/* *edge: the quantified term stands leftmost in a lookbehind that nothing refers into. Whether text
 * matches that ends here does not depend on how far to the left it could go on, and PCRE2 wants
 * lookbehinds of fixed length: the least number will do. Stays set when that is none. */
static bool read_quantifier(fiat__regex_translation *run, bool *edge) {
    quantifier q;
    if (!read_bounds(run, &q)) return false;
    if (*edge) {
        q.high = q.low;
        q.open = false;
    }
    *edge = *edge && q.low == 0;
    if (q.open) run->wary = true;
    if (run->out && q.open) fiat__buf_printf(run->out, "{%u,}", q.low);
    if (run->out && !q.open) fiat__buf_printf(run->out, "{%u,%u}", q.low, q.high);
    if (fiat__regex_sees(run, 0, '?')) {
        fiat__regex_emit(run, "?");
        run->at++;
    }
    if (sees_quantifier(run))
        return fiat__regex_refuse(run, run->at, "nothing to repeat before this quantifier");
    return true;
}

/* What stands open at a point of the pattern. */
typedef struct group_stack {
    struct {
        bool lookaround, lookbehind;
        bool edge;       /* nothing of this alternative of a lookbehind has been read */
        unsigned number; /* 0: it captures nothing */
    } open[FIAT__REGEX_GROUP_DEPTH];
    unsigned depth, numbered;
} group_stack;

static bool is_open(const group_stack *stack, unsigned group) {
    for (unsigned i = 0; i < stack->depth; i++)
        if (stack->open[i].number == group) return true;
    return false;
}

/* Inside of its own group a reference matches the empty text, as the group has none yet in this
 * round; to PCRE2 it matches nothing at all. And one that is repeated has a group around it because
 * the JIT (of 10.42) fails where what it repeats is not set. */
static bool emit_reference(fiat__regex_translation *run, const group_stack *stack, size_t start,
                           unsigned group) {
    if (group == 0 || group > run->groups)
        return fiat__regex_refuse(run, start, "reference to a group that does not exist");
    if (is_open(stack, group))
        fiat__regex_emit(run, "(?:)");
    else if (run->out)
        fiat__buf_printf(run->out, "(?:\\g{%u})", group);
    return true;
}

static bool translate_escape(fiat__regex_translation *run, const group_stack *stack,
                             bool *repeatable) {
    size_t start = run->at++;
    *repeatable = true;
    if (fiat__regex_sees(run, 0, 'b') || fiat__regex_sees(run, 0, 'B')) {
        fiat__regex_emit(run, run->pattern.ptr[run->at++] == 'b' ? "\\b" : "\\B");
        *repeatable = false;
        return true;
    }
    if (is_digit_at(run, run->at) && !fiat__regex_sees(run, 0, '0'))
        return emit_reference(run, stack, start, read_number(run));
    if (fiat__regex_sees(run, 0, 'k')) {
        fiat__str name;
        run->at++;
        if (!fiat__regex_sees(run, 0, '<'))
            return fiat__regex_refuse(run, start, "\\k needs a group name in <>");
        return read_group_name(run, &name) &&
               emit_reference(run, stack, start, find_group(run, name));
    }
    fiat__regex_item item;
    if (!fiat__regex_read_escape(run, false, &item)) return false;
    fiat__regex_emit_item(run, &item);
    return true;
}

static void start_alternative(const fiat__regex_translation *run, group_stack *stack) {
    if (stack->depth == 0) return;
    stack->open[stack->depth - 1].edge = stack->open[stack->depth - 1].lookbehind && !run->captures;
}

static bool open_group(fiat__regex_translation *run, group_stack *stack) {
    static const char *const plain[] = {"?:", "?=", "?!", "?<=", "?<!"};
    size_t start = run->at++;
    if (stack->depth == FIAT__REGEX_GROUP_DEPTH)
        return fiat__regex_refuse(run, start, "groups are nested too deeply");
    memset(&stack->open[stack->depth++], 0, sizeof stack->open[0]);
    if (!fiat__regex_sees(run, 0, '?')) {
        stack->open[stack->depth - 1].number = ++stack->numbered;
        fiat__regex_emit(run, run->captures ? "(" : "(?:");
        return true;
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        fiat__str rest = fiat__str_of(run->pattern.ptr + run->at, run->pattern.len - run->at);
        if (!fiat__str_starts(rest, fiat__str_c(plain[i]))) continue;
        fiat__regex_emit(run, "(");
        fiat__regex_emit(run, plain[i]);
        run->wary = true;
        run->at += strlen(plain[i]);
        stack->open[stack->depth - 1].lookaround = i > 0;
        stack->open[stack->depth - 1].lookbehind = i > 2;
        start_alternative(run, stack);
        return true;
    }
    if (!fiat__regex_sees(run, 1, '<'))
        return fiat__regex_refuse(run, start, "ECMA-262 has no such group");
    fiat__str name;
    run->at++;
    stack->open[stack->depth - 1].number = ++stack->numbered;
    fiat__regex_emit(run, run->captures ? "(" : "(?:");
    return read_group_name(run, &name);
}

static bool close_group(fiat__regex_translation *run, group_stack *stack, bool *repeatable) {
    if (stack->depth == 0) return fiat__regex_refuse(run, run->at, "')' without its '('");
    run->at++;
    fiat__regex_emit(run, ")");
    *repeatable = !stack->open[--stack->depth].lookaround;
    return true;
}

/* One term without its quantifier; *repeatable says whether it may have one. */
static bool translate_term(fiat__regex_translation *run, group_stack *stack, bool *repeatable) {
    char c = run->pattern.ptr[run->at];
    *repeatable = false;
    switch (c) {
    case '|':
    case '^':
    case '$':
        run->at++;
        fiat__regex_emit(run, (char[]){c, '\0'});
        return true;
    case '(':
        return open_group(run, stack);
    case ')':
        return close_group(run, stack, repeatable);
    case '\\':
        return translate_escape(run, stack, repeatable);
    }
    *repeatable = true;
    if (c == '[') {
        run->at++;
        return fiat__regex_read_class(run, NULL);
    }
    if (c == '.') {
        run->at++;
        fiat__regex_emit(run, "[^\\x{a}\\x{d}\\x{2028}\\x{2029}]"); /* section 12.3 */
        return true;
    }
    fiat__regex_item item;
    if (!fiat__regex_read_char(run, &item)) return false;
    fiat__regex_emit_item(run, &item);
    return true;
}

static bool translate_quantified(fiat__regex_translation *run, group_stack *stack) {
    char c = run->pattern.ptr[run->at];
    bool repeatable;
    if (!translate_term(run, stack, &repeatable)) return false;
    bool none = false, *edge = stack->depth > 0 ? &stack->open[stack->depth - 1].edge : &none;
    if (c == '|')
        start_alternative(run, stack);
    else if (repeatable && sees_quantifier(run))
        return read_quantifier(run, edge);
    else if (c != '(')
        *edge = false;
    return true;
}

static bool translate_all(fiat__regex_translation *run) {
    group_stack stack = {.depth = 0};
    while (run->at < run->pattern.len) {
        if (run->out && run->out->len <= run->locate) run->located = run->at;
        if (sees_quantifier(run))
            return fiat__regex_refuse(run, run->at, "nothing to repeat before this quantifier");
        if (!translate_quantified(run, &stack)) return false;
    }
    if (stack.depth > 0) return fiat__regex_refuse(run, run->at, "'(' without its ')'");
    return true;
}

static bool translate(fiat__regex_translation *run, fiat__str pattern, fiat__buf *out,
                      size_t locate) {
    *run = (fiat__regex_translation){.pattern = pattern, .out = out, .locate = locate};
    if (pattern.len > FIAT__REGEX_PATTERN_MAX_BYTES)
        return fiat__regex_refuse(run, FIAT__REGEX_PATTERN_MAX_BYTES,
                                  "a pattern may have at most 65536 bytes");
    return scan_groups(run) && translate_all(run) && !(out && out->failed);
}

bool fiat__regex_translate(fiat__regex_translation *run, fiat__str pattern, fiat__buf *out) {
    return translate(run, pattern, out, 0);
}

size_t fiat__regex_locate(fiat__str pattern, fiat__buf *scratch, size_t translated_offset) {
    fiat__regex_translation run;
    fiat__buf_clear(scratch);
    (void)translate(&run, pattern, scratch, translated_offset);
    return run.located;
}
