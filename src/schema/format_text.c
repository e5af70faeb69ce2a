/* json-pointer (RFC 6901 section 3), relative-json-pointer
 * (draft-bhutton-relative-json-pointer-00 section 3) and regex. No state. */
#include "schema/format_checks.h"
#include "schema/regex_parts.h"

bool fiat__format_json_pointer(fiat__str text) {
    if (text.len > 0 && text.ptr[0] != '/') return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '~' &&
            (i + 1 == text.len || (text.ptr[i + 1] != '0' && text.ptr[i + 1] != '1')))
            return false;
    return true;
}

bool fiat__format_relative_json_pointer(fiat__str text) {
    size_t digits = 0;
    while (digits < text.len && fiat__char_is(text.ptr[digits], FIAT__CHAR_DIGIT))
        digits++;
    if (digits == 0 || (digits > 1 && text.ptr[0] == '0')) return false;
    fiat__str rest = fiat__str_of(text.ptr + digits, text.len - digits);
    return fiat__str_eq_c(rest, "#") || fiat__format_json_pointer(rest);
}

/* The syntax alone: what only PCRE2 refuses, such as a lookbehind of varying length, is good
 * ECMA-262. */
bool fiat__format_regex(fiat__str text) {
    fiat__regex_translation run;
    return fiat__regex_translate(&run, text, NULL);
}
