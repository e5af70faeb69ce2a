/* Matching in bounded time. A compiled pattern never changes; a scratch object belongs to one
 * thread.
 *
 * PCRE2's own limit does not bound the time of a match: the JIT takes it anew at every place where
 * a match may start, and counts rounds of groups and the like, not the characters that are run over
 * between them. So the first try gives every start few steps: enough for nearly every pattern. When
 * that is not enough, or when the text is so long that running over it from every start would take
 * quadratic time, starts are tried one by one, or few at a time, and what they take is counted: in
 * steps, and for long texts by the clock of the thread. */
#include "base/error.h"
#include "base/mem.h"
#include "schema/regex_pcre2.h"

#include <time.h>

/* Depth and heap limits are those of the interpreter, where there is no JIT. A repeated group costs
 * the JIT some 30 bytes of stack a round: its stack is address space that is touched only as far as
 * needed. */
#define MATCH_DEPTH           250000
#define MATCH_HEAP_KIB        (64 * 1024)
#define JIT_STACK_START_BYTES (32 * 1024)
#define JIT_STACK_MAX_BYTES   (8 * 1024 * 1024)

/* What one match may take. A step is some 3 ns of the JIT. Longer texts get more steps, so that a
 * pattern of linear cost never meets the limit. */
#define MATCH_STEPS_BASE   1000000
#define MATCH_STEPS_A_BYTE 16

/* Steps of one start at the first try, and how many times more at the next ones. */
#define START_STEPS      64
#define START_STEPS_MORE 4

/* A try that runs over the rest of a long text from each of its starts looks at so many characters
 * at most, by so many a step; its time is counted as ten times what it would be in steps. */
#define LONG_BYTES       4096
#define LONG_TRY_BYTES   (4u << 20)
#define LONG_NS_PER_STEP 30
/* The cost of a try itself. */
#define TRY_STEPS 8

struct fiat__regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack; /* NULL where there is no JIT */
    uint64_t steps;         /* left for all matches to come */
};

static void *allocate(size_t bytes, void *unused) {
    (void)unused;
    return fiat__malloc(bytes);
}

static void release(void *block, void *unused) {
    (void)unused;
    fiat__free(block);
}

pcre2_general_context *fiat__regex_memory(void) {
    return pcre2_general_context_create(allocate, release, NULL);
}

fiat_status fiat__regex_scratch_new(fiat__regex_scratch **out, fiat_error *err) {
    *out = NULL;
    fiat__regex_scratch *scratch = fiat__calloc(1, sizeof *scratch);
    pcre2_general_context *general = fiat__regex_memory();
    if (scratch && general) {
        scratch->steps = UINT64_MAX;
        scratch->data = pcre2_match_data_create(1, general);
        scratch->context = pcre2_match_context_create(general);
        scratch->stack =
            pcre2_jit_stack_create(JIT_STACK_START_BYTES, JIT_STACK_MAX_BYTES, general);
    }
    pcre2_general_context_free(general);
    if (!scratch || !scratch->data || !scratch->context) {
        fiat__regex_scratch_free(scratch);
        return fiat__err_nomem(err);
    }
    pcre2_set_depth_limit(scratch->context, MATCH_DEPTH);
    pcre2_set_heap_limit(scratch->context, MATCH_HEAP_KIB);
    if (scratch->stack) pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
    *out = scratch;
    return FIAT_OK;
}

void fiat__regex_scratch_free(fiat__regex_scratch *scratch) {
    if (!scratch) return;
    pcre2_jit_stack_free(scratch->stack);
    pcre2_match_context_free(scratch->context);
    pcre2_match_data_free(scratch->data);
    fiat__free(scratch);
}

void fiat__regex_scratch_allow(fiat__regex_scratch *scratch, uint64_t steps) {
    scratch->steps = steps;
}

/* A match that is looked for start by start. */
typedef struct search {
    const fiat__regex *regex;
    fiat__regex_scratch *scratch;
    fiat__str text;
    uint64_t steps; /* left for this match */
    uint64_t ns;    /* long texts: the clock at the last look */
} search;

/* Try the starts from `first` on, up to the limit that is set. */
static int try_from(const search *s, size_t first, uint32_t steps) {
    PCRE2_SPTR subject = (PCRE2_SPTR)(s->text.len > 0 ? s->text.ptr : "");
    pcre2_set_match_limit(s->scratch->context, steps);
    if (s->regex->jit)
        return pcre2_jit_match(s->regex->code, subject, s->text.len, first, 0, s->scratch->data,
                               s->scratch->context);
    return pcre2_match(s->regex->code, subject, s->text.len, first,
                       PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, s->scratch->data, s->scratch->context);
}

static uint64_t thread_ns(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Take steps off both accounts; false when one of them is empty. */
static bool pay(search *s, uint64_t steps) {
    if (s->ns) {
        uint64_t now = thread_ns();
        steps += (now - s->ns) / LONG_NS_PER_STEP;
        s->ns = now;
    }
    bool enough = steps <= s->steps && steps <= s->scratch->steps;
    s->steps -= steps < s->steps ? steps : s->steps;
    s->scratch->steps -= steps < s->scratch->steps ? steps : s->scratch->steps;
    return enough;
}

static size_t next_start(fiat__str text, size_t at) {
    do
        at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80);
    return at;
}

/* How many starts one try may have. */
static size_t starts_of(fiat__str text) {
    return text.len > LONG_BYTES ? LONG_TRY_BYTES / text.len + 1 : 1;
}

/* Try all starts, each with the steps that it needs. */
static fiat__match search_slowly(search *s) {
    uint32_t steps = START_STEPS;
    size_t starts = starts_of(s->text);
    for (size_t at = 0; at <= s->text.len;) {
        pcre2_set_offset_limit(s->scratch->context, at + starts - 1);
        int result = try_from(s, at, steps);
        if (result >= 0) return FIAT__MATCH_YES;
        bool more = result == PCRE2_ERROR_MATCHLIMIT;
        if (!more && result != PCRE2_ERROR_NOMATCH) return FIAT__MATCH_LIMIT;
        if (!pay(s, TRY_STEPS + (more ? steps : steps / START_STEPS_MORE)))
            return FIAT__MATCH_LIMIT;
        if (more && starts == 1) {
            steps *= START_STEPS_MORE; /* below four times what may be paid: no overflow */
        } else if (more) {
            starts = 1;
        } else {
            if (s->regex->anchored) return FIAT__MATCH_NO;
            at = next_start(s->text, at + starts - 1);
            steps = START_STEPS;
            starts = starts_of(s->text);
        }
    }
    return FIAT__MATCH_NO;
}

static fiat__match match_pcre2(const fiat__regex *regex, fiat__regex_scratch *scratch,
                               fiat__str text) {
    search s = {.regex = regex, .scratch = scratch, .text = text};
    s.steps = MATCH_STEPS_BASE + MATCH_STEPS_A_BYTE * (uint64_t)text.len;
    if (!pay(&s, TRY_STEPS + text.len)) return FIAT__MATCH_LIMIT;
    if (text.len <= LONG_BYTES || regex->anchored) {
        int result = try_from(&s, 0, START_STEPS);
        if (result >= 0) return FIAT__MATCH_YES;
        if (result == PCRE2_ERROR_NOMATCH) return FIAT__MATCH_NO;
        if (result != PCRE2_ERROR_MATCHLIMIT) return FIAT__MATCH_LIMIT;
    }
    s.ns = text.len > LONG_BYTES ? thread_ns() : 0;
    fiat__match match = search_slowly(&s);
    pcre2_set_offset_limit(scratch->context, PCRE2_UNSET);
    return match;
}

fiat__match fiat__regex_match(const fiat__regex *regex, fiat__regex_scratch *scratch,
                              fiat__str text) {
    if (!regex->simple) return match_pcre2(regex, scratch, text);
    uint64_t steps = TRY_STEPS + text.len;
    bool enough = steps <= scratch->steps;
    scratch->steps -= enough ? steps : scratch->steps;
    if (!enough) return FIAT__MATCH_LIMIT;
    return regex->simple->match(regex->simple, text) ? FIAT__MATCH_YES : FIAT__MATCH_NO;
}
