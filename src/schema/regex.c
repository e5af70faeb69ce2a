/* Compiling regular expressions: for our own matcher where they are simple, for PCRE2 with JIT
 * where they are not. PCRE2 takes its memory from base/mem.h, but for machine code and JIT stacks,
 * which it maps itself. */
#include "schema/regex.h"

#include "base/error.h"
#include "base/mem.h"
#include "schema/regex_parts.h"
#include "schema/regex_pcre2.h"

#define TRANSLATION_MAX_BYTES    (16 * FIAT__REGEX_PATTERN_MAX_BYTES)
#define PATTERN_IN_MESSAGE_BYTES 120

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

/* Not PCRE2_UCP: \b is about ASCII words in ECMA-262, and so it is in PCRE2 without it.
 *
 * What PCRE2 10.42 does to find a start sooner is wrong for two kinds of patterns: after a
 * lookahead for the character that the match ends with, as in (?=-)a?-, and in the JIT for
 * repetitions without end, as in (?:b|)\ba*\D on " b". They go without. */
static uint32_t options_of(bool wary) {
    return PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C |
           PCRE2_USE_OFFSET_LIMIT | (wary ? PCRE2_NO_START_OPTIMIZE : 0);
}

static fiat_status compile_code(fiat__regex *regex, fiat__str pattern, fiat__buf *translated,
                                bool wary, fiat_error *err) {
    pcre2_general_context *general = fiat__regex_memory();
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    int code = PCRE2_ERROR_HEAP_FAILED;
    PCRE2_SIZE offset = 0;
    if (context)
        regex->code = pcre2_compile((PCRE2_SPTR)fiat__buf_cstr(translated), translated->len,
                                    options_of(wary), &code, &offset, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(general);
    if (!regex->code) return refuse_pcre2(err, pattern, translated, code, offset);
    /* Without JIT, or when a pattern is beyond it, the interpreter does the same work. */
    regex->jit = pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
    uint32_t options = 0;
    (void)pcre2_pattern_info(regex->code, PCRE2_INFO_ALLOPTIONS, &options);
    regex->anchored = options & PCRE2_ANCHORED;
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
        status = compile_code(regex, pattern, &translated, run.wary, err);
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
    if (regex->simple) bytes += regex->simple->bytes;
    if (regex->code && pcre2_pattern_info(regex->code, PCRE2_INFO_SIZE, &code) == 0) bytes += code;
    return bytes;
}
