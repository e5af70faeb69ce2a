/* A pattern in the first line, a text in the rest. Whatever compiles gives an answer, and our own
 * matcher gives that of PCRE2. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "schema/regex_parts.h"

static fiat__regex_scratch *s_scratch;

static void compare(const fiat__regex *regex, fiat__str pattern, fiat__str text) {
    fiat__match ours = fiat__regex_match(regex, s_scratch, text);
    FUZZ_CHECK(ours == FIAT__MATCH_NO || ours == FIAT__MATCH_YES || ours == FIAT__MATCH_LIMIT);
    if (!fiat__regex_is_simple(regex)) return;
    fiat__regex *pcre2;
    /* PCRE2 may find a pattern too large that is small for us, as in a{65535}b{65535}. */
    if (fiat__regex_compile_pcre2(&pcre2, pattern, NULL) != FIAT_OK) return;
    fiat__match theirs = fiat__regex_match(pcre2, s_scratch, text);
    FUZZ_CHECK(theirs == FIAT__MATCH_LIMIT || ours == theirs);
    fiat__regex_free(pcre2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str text, input = fiat__str_of((const char *)data, size);
    fiat__str pattern = fuzz_line(input, &text);
    fiat__regex *regex;
    fiat_error err;
    if (!s_scratch) FUZZ_CHECK(fiat__regex_scratch_new(&s_scratch, &err) == FIAT_OK);
    if (fiat__regex_compile(&regex, pattern, &err) != FIAT_OK) {
        FUZZ_CHECK(regex == NULL && err.status == FIAT_E_SCHEMA_INVALID);
        FUZZ_CHECK(err.offset <= pattern.len && err.message[0] != '\0');
        return 0;
    }
    fiat__regex_translation run;
    FUZZ_CHECK(fiat__regex_translate(&run, pattern, NULL)); /* the check alone agrees */
    if (fiat__utf8_check(text.ptr, text.len) == text.len) compare(regex, pattern, text);
    fiat__regex_free(regex);
    return 0;
}
