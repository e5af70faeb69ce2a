/* Regular expressions: our own matcher for simple patterns, PCRE2 with JIT for the others.
 *
 * A compiled pattern belongs to whoever compiled it and never changes; a scratch object belongs to
 * one thread. PCRE2 takes its memory from base/mem.h, but for machine code and JIT stacks, which it
 * maps itself. */
#include "schema/regex.h"

#include "base/error.h"
#include "base/mem.h"
#include "schema/regex_parts.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* What one match may cost. A step takes the JIT about 3 ns, so no text of ordinary length holds a
 * thread up for longer than some milliseconds; longer texts get more steps, so that a pattern of
 * linear cost never meets the limit. A repeated group costs the JIT some 30 bytes of stack a round:
 * its stack is address space that is touched only as far as needed. Depth and heap limits are those
 * of the interpreter, where there is no JIT. */
#define MATCH_STEPS_BASE         1000000
#define MATCH_STEPS_A_BYTE       16
#define MATCH_STEPS_MAX          20000000
#define MATCH_DEPTH              250000
#define MATCH_HEAP_KIB           (64 * 1024)
#define JIT_STACK_START_BYTES    (32 * 1024)
#define JIT_STACK_MAX_BYTES      (8 * 1024 * 1024)
#define TRANSLATION_MAX_BYTES    (16 * FIAT__REGEX_PATTERN_MAX_BYTES)
#define PATTERN_IN_MESSAGE_BYTES 120

struct fiat__regex {
    fiat__simple *simple; /* or else: */
    pcre2_code *code;
    bool jit;
};

struct fiat__regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack; /* NULL where there is no JIT */
};

static void *allocate(size_t bytes, void *unused) {
    (void)unused;
    return fiat__malloc(bytes);
}

static void release(void *block, void *unused) {
    (void)unused;
    fiat__free(block);
}

static fiat_status refuse(fiat_error *err, fiat__str pattern, size_t offset, const char *reason) {
    char shown[PATTERN_IN_MESSAGE_BYTES + 1];
    fiat__err_copy(shown, sizeof shown, pattern.ptr, pattern.len);
    fiat_status status =
        fiat__err_set(err, FIAT_E_SCHEMA_INVALID, "regular expression \"%s\": at offset %zu: %s",
                      shown, offset, reason);
    if (err) err->offset = offset;
    return status;
}

/* A pattern that the translator takes and PCRE2 does not: a limitation of PCRE2, or a script name
 * that does not exist. */
static fiat_status refuse_pcre2(fiat_error *err, fiat__str pattern, fiat__buf *translated, int code,
                                size_t offset) {
    if (code == PCRE2_ERROR_HEAP_FAILED) return fiat__err_nomem(err);
    size_t at = fiat__regex_locate(pattern, translated, offset);
    if (code == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH)
        return refuse(
            err, pattern, at,
            "a lookbehind must have a fixed length in each of its alternatives, but for a "
            "repetition at its start");
    PCRE2_UCHAR reason[128];
    if (pcre2_get_error_message(code, reason, sizeof reason) < 0) reason[0] = '\0';
    return refuse(err, pattern, at, (const char *)reason);
}

static fiat_status compile_code(fiat__regex *regex, fiat__str pattern, fiat__buf *translated,
                                fiat_error *err) {
    pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    int code = PCRE2_ERROR_HEAP_FAILED;
    PCRE2_SIZE offset = 0;
    /* Not PCRE2_UCP: \b is about ASCII words in ECMA-262, and so it is in PCRE2 without it. */
    if (context)
        regex->code = pcre2_compile((PCRE2_SPTR)fiat__buf_cstr(translated), translated->len,
                                    PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF |
                                        PCRE2_NEVER_BACKSLASH_C,
                                    &code, &offset, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    if (!regex->code) return refuse_pcre2(err, pattern, translated, code, offset);
    /* Without JIT, or when a pattern is beyond it, the interpreter does the same work. */
    regex->jit = pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
    return FIAT_OK;
}

static fiat_status compile(fiat__regex **out, fiat__str pattern, bool try_simple, fiat_error *err) {
    *out = NULL;
    fiat__regex *regex = fiat__calloc(1, sizeof *regex);
    if (!regex) return fiat__err_nomem(err);
    fiat__buf translated;
    fiat__buf_init(&translated, TRANSLATION_MAX_BYTES);
    fiat__regex_translation run;
    fiat_status status = FIAT_OK;
    if (!fiat__regex_translate(&run, pattern, &translated)) {
        status = run.reason ? refuse(err, pattern, run.reason_at, run.reason)
                            : fiat__buf_status(&translated, err);
        goto out;
    }
    if (try_simple) status = fiat__simple_compile(&regex->simple, pattern, err);
    if (status == FIAT_OK && !regex->simple)
        status = compile_code(regex, pattern, &translated, err);
out:
    fiat__buf_deinit(&translated);
    if (status == FIAT_OK)
        *out = regex;
    else
        fiat__regex_free(regex);
    return status;
}

fiat_status fiat__regex_compile(fiat__regex **out, fiat__str pattern, fiat_error *err) {
    return compile(out, pattern, true, err);
}

fiat_status fiat__regex_compile_pcre2(fiat__regex **out, fiat__str pattern, fiat_error *err) {
    return compile(out, pattern, false, err);
}

bool fiat__regex_is_simple(const fiat__regex *regex) {
    return regex->simple != NULL;
}

void fiat__regex_drop_jit(fiat__regex *regex) {
    regex->jit = false;
}

void fiat__regex_free(fiat__regex *regex) {
    if (!regex) return;
    fiat__simple_free(regex->simple);
    pcre2_code_free(regex->code);
    fiat__free(regex);
}

size_t fiat__regex_size(const fiat__regex *regex) {
    size_t bytes = sizeof *regex, code = 0;
    if (regex->simple)
        bytes += sizeof *regex->simple + regex->simple->count * sizeof *regex->simple->segments;
    if (regex->code && pcre2_pattern_info(regex->code, PCRE2_INFO_SIZE, &code) == 0) bytes += code;
    return bytes;
}

fiat_status fiat__regex_scratch_new(fiat__regex_scratch **out, fiat_error *err) {
    *out = NULL;
    fiat__regex_scratch *scratch = fiat__calloc(1, sizeof *scratch);
    pcre2_general_context *general = pcre2_general_context_create(allocate, release, NULL);
    if (scratch && general) {
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

static uint32_t match_steps(size_t text_len) {
    if (text_len > (MATCH_STEPS_MAX - MATCH_STEPS_BASE) / MATCH_STEPS_A_BYTE)
        return MATCH_STEPS_MAX;
    return (uint32_t)(MATCH_STEPS_BASE + text_len * MATCH_STEPS_A_BYTE);
}

fiat__match fiat__regex_match(const fiat__regex *regex, fiat__regex_scratch *scratch,
                              fiat__str text) {
    if (regex->simple)
        return fiat__simple_match(regex->simple, text) ? FIAT__MATCH_YES : FIAT__MATCH_NO;
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.len > 0 ? text.ptr : "");
    pcre2_set_match_limit(scratch->context, match_steps(text.len));
    int result =
        regex->jit
            ? pcre2_jit_match(regex->code, subject, text.len, 0, 0, scratch->data, scratch->context)
            : pcre2_match(regex->code, subject, text.len, 0, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT,
                          scratch->data, scratch->context);
    if (result >= 0) return FIAT__MATCH_YES;
    return result == PCRE2_ERROR_NOMATCH ? FIAT__MATCH_NO : FIAT__MATCH_LIMIT;
}
