/* Compiling simple patterns for the matcher in regex_simple.c: sequences of characters and classes
 * with quantifiers and perhaps ^ and $, without groups or alternatives. No state.
 *
 * A pattern is taken only when one look at each byte decides: a run of a class always takes all it
 * can get, so what may follow it must not be of its class. One run that fails this may be the last
 * before a tail of fixed length that ends with the text, as in ^a.*b$. Everything else is left to
 * PCRE2. */
#include "base/mem.h"
#include "schema/regex_parts.h"

#define NO_END UINT32_MAX
/* Most characters of a pattern that is tried at every place of a text. */
#define SEARCH_MAX_CHARS 16

typedef struct builder {
    fiat__regex_translation run; /* the reader of characters and classes */
    fiat__simple_plan plan;
} builder;

static uint32_t read_number(fiat__regex_translation *run) {
    uint32_t value = 0; /* the translator has seen that it is small */
    while (run->pattern.ptr[run->at] >= '0' && run->pattern.ptr[run->at] <= '9')
        value = value * 10 + (uint32_t)(run->pattern.ptr[run->at++] - '0');
    return value;
}

/* The quantifier at run->at, if any, which is known to be well formed. */
static void read_quantifier(fiat__regex_translation *run, uint32_t *min, uint32_t *max) {
    *min = *max = 1;
    char c = run->at < run->pattern.len ? run->pattern.ptr[run->at] : '\0';
    char after = run->pattern.len - run->at > 1 ? run->pattern.ptr[run->at + 1] : '\0';
    if (c == '*' || c == '+' || c == '?') {
        run->at++;
        *min = c == '+' ? 1 : 0;
        *max = c == '?' ? 1 : NO_END;
    } else if (c == '{' && after >= '0' && after <= '9') {
        run->at++;
        *min = *max = read_number(run);
        if (fiat__regex_sees(run, 0, ',')) {
            run->at++;
            *max = fiat__regex_sees(run, 0, '}') ? NO_END : read_number(run);
        }
        run->at++;
    } else {
        return;
    }
    /* Lazy or greedy: the same texts match. */
    if (fiat__regex_sees(run, 0, '?')) run->at++;
}

static fiat__segment *add_segment(builder *build) {
    if (build->plan.count == FIAT__SIMPLE_SEGMENTS) return NULL;
    fiat__segment *segment = &build->plan.segments[build->plan.count++];
    *segment = (fiat__segment){.min = 1, .max = 1};
    return segment;
}

static bool set_has(const fiat__byte_set *set, unsigned byte) {
    return (set->bits[byte / 64] >> byte % 64 & 1) != 0;
}

/* Index of a class; FIAT__SIMPLE_CLASSES when there are too many. */
static uint32_t class_index(fiat__simple_plan *plan, const fiat__byte_set *set) {
    uint32_t i = 0;
    while (i < plan->set_count && memcmp(&plan->sets[i], set, sizeof *set) != 0)
        i++;
    if (i < FIAT__SIMPLE_CLASSES && i == plan->set_count) plan->sets[plan->set_count++] = *set;
    return i;
}

static const fiat__byte_set *set_of(const builder *build, const fiat__segment *segment) {
    return &build->plan.sets[segment->class_index];
}

static bool add_class(builder *build, const fiat__regex_members *members, bool dot) {
    uint32_t min, max;
    read_quantifier(&build->run, &min, &max);
    if (members->others == FIAT__OTHERS_SOME || members->others == FIAT__OTHERS_UNKNOWN)
        return false;
    if (max == 0) return true;
    fiat__segment *segment = add_segment(build);
    if (!segment) return false;
    segment->wide = members->others == FIAT__OTHERS_ALL;
    segment->dot = dot;
    segment->min = min;
    segment->max = max;
    uint64_t others = segment->wide ? UINT64_MAX : 0;
    fiat__byte_set set = {{members->ascii[0], members->ascii[1], others, others}};
    uint32_t index = class_index(&build->plan, &set);
    segment->class_index = (unsigned char)index;
    return index < FIAT__SIMPLE_CLASSES;
}

/* A character by itself, written as text[0..len) in UTF-8. */
static bool add_char(builder *build, const char *text, size_t len) {
    size_t start = build->run.at;
    uint32_t min, max;
    read_quantifier(&build->run, &min, &max);
    if (min != 1 || max != 1) {
        unsigned char c = (unsigned char)text[0];
        if (c >= 0x80) return false;
        fiat__regex_members members = {{0, 0}, FIAT__OTHERS_NONE};
        members.ascii[c / 64] = UINT64_C(1) << c % 64;
        build->run.at = start;
        return add_class(build, &members, false);
    }
    if (build->plan.literals_len + len > FIAT__SIMPLE_LITERAL_BYTES) return false;
    fiat__segment *last =
        build->plan.count > 0 ? &build->plan.segments[build->plan.count - 1] : NULL;
    if (!last || last->literal_len == 0) {
        last = add_segment(build);
        if (!last) return false;
        last->literal = build->plan.literals_len;
    }
    memcpy(build->plan.literals + build->plan.literals_len, text, len);
    build->plan.literals_len += (uint32_t)len;
    last->literal_len += (uint32_t)len;
    return true;
}

static bool add_escape(builder *build) {
    fiat__regex_translation *run = &build->run;
    fiat__regex_item item;
    char c = run->pattern.ptr[++run->at];
    if (c == 'b' || c == 'B' || c == 'k' || (c >= '1' && c <= '9')) return false;
    if (!fiat__regex_read_escape(run, false, &item)) return false;
    if (item.is_set) return add_class(build, &item.members, false);
    char ascii = (char)item.code_point;
    return item.code_point < 0x80 && add_char(build, &ascii, 1);
}

static bool add_atom(builder *build) {
    static const fiat__regex_members dot = {{~UINT64_C(0x2400), UINT64_MAX}, FIAT__OTHERS_ALL};
    fiat__regex_translation *run = &build->run;
    size_t start = run->at;
    switch (run->pattern.ptr[start]) {
    case '(':
    case ')':
    case '|':
    case '^':
        return false;
    case '$':
        build->plan.to_end = true;
        return ++run->at == run->pattern.len;
    case '\\':
        return add_escape(build);
    case '.':
        run->at++;
        return add_class(build, &dot, true);
    case '[': {
        fiat__regex_members members;
        run->at++;
        return fiat__regex_read_class(run, &members) && add_class(build, &members, false);
    }
    }
    fiat__regex_item item;
    return fiat__regex_read_char(run, &item) &&
           add_char(build, run->pattern.ptr + start, run->at - start);
}

static bool is_class(const fiat__segment *segment) {
    return segment->literal_len == 0;
}

/* Without ^ a match may as well begin later in a leading run, without $ end earlier in a last one:
 * only its least number of characters matters. */
static void trim(builder *build) {
    fiat__segment *segments = build->plan.segments;
    if (!build->plan.from_start) {
        uint32_t drop = 0;
        while (drop < build->plan.count && is_class(&segments[drop]) && segments[drop].min == 0)
            drop++;
        build->plan.count -= drop;
        memmove(segments, segments + drop, build->plan.count * sizeof *segments);
        if (build->plan.count > 0) segments[0].max = segments[0].min;
    }
    if (!build->plan.to_end) {
        while (build->plan.count > 0 && segments[build->plan.count - 1].min == 0)
            build->plan.count--;
        if (build->plan.count > 0)
            segments[build->plan.count - 1].max = segments[build->plan.count - 1].min;
    }
}

/* Length in bytes that every match has; false when it varies. */
static bool fixed_bytes(const builder *build, uint32_t from, size_t *bytes) {
    *bytes = 0;
    for (uint32_t i = from; i < build->plan.count; i++) {
        const fiat__segment *segment = &build->plan.segments[i];
        if (segment->wide || segment->min != segment->max) return false;
        *bytes += is_class(segment) ? segment->min : segment->literal_len;
    }
    return true;
}

/* May text of a segment start with a byte of the set? */
static bool may_start(const builder *build, const fiat__segment *segment,
                      const fiat__byte_set *set) {
    if (!is_class(segment))
        return set_has(set, (unsigned char)build->plan.literals[segment->literal]);
    const fiat__byte_set *own = set_of(build, segment);
    for (int i = 0; i < 4; i++)
        if ((own->bits[i] & set->bits[i]) != 0) return true;
    return false;
}

/* Can a run end only where its class ends? */
static bool is_decided(const builder *build, uint32_t which) {
    const fiat__segment *segment = &build->plan.segments[which];
    if (segment->min == segment->max) return true;
    for (uint32_t next = which + 1; next < build->plan.count; next++) {
        if (may_start(build, &build->plan.segments[next], set_of(build, segment))) return false;
        if (build->plan.segments[next].min > 0) break;
    }
    return true;
}

/* With ^: every run decided, but perhaps one before a fixed tail. */
static bool plan_from_start(const builder *build, uint32_t *split, size_t *tail_bytes) {
    *split = build->plan.count;
    for (uint32_t i = 0; i < build->plan.count; i++) {
        if (is_decided(build, i)) continue;
        *split = i;
        return build->plan.to_end && fixed_bytes(build, i + 1, tail_bytes);
    }
    return true;
}

static bool plan(const builder *build, uint32_t *split, size_t *tail_bytes) {
    *tail_bytes = 0;
    if (build->plan.from_start) return plan_from_start(build, split, tail_bytes);
    *split = build->plan.count;
    if (build->plan.to_end) return fixed_bytes(build, 0, tail_bytes);
    if (build->plan.count == 1 && !is_class(&build->plan.segments[0])) return true;
    size_t chars = 0;
    for (uint32_t i = 0; i < build->plan.count; i++) {
        const fiat__segment *segment = &build->plan.segments[i];
        if (segment->min != segment->max) return false;
        chars += is_class(segment) ? segment->min : segment->literal_len;
    }
    return chars <= SEARCH_MAX_CHARS;
}

static bool read_pattern(builder *build, fiat__str pattern) {
    build->run.pattern = pattern;
    build->plan.from_start = pattern.len > 0 && pattern.ptr[0] == '^';
    build->run.at = build->plan.from_start ? 1 : 0;
    while (build->run.at < pattern.len)
        if (!add_atom(build)) return false;
    return true;
}

fiat_status fiat__simple_compile(fiat__simple **out, fiat__str pattern, fiat_error *err) {
    *out = NULL;
    builder build = {.plan = {.count = 0}};
    if (!read_pattern(&build, pattern)) return FIAT_OK;
    trim(&build);
    if (!plan(&build, &build.plan.split, &build.plan.tail_bytes)) return FIAT_OK;
    return fiat__simple_assemble(out, &build.plan, err);
}

void fiat__simple_free(fiat__simple *simple) {
    fiat__free(simple);
}
