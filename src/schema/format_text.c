/* uuid (RFC 9562 section 4), json-pointer (RFC 6901 section 3), relative-json-pointer
 * (draft-bhutton-relative-json-pointer-00 section 3) and regex. No state. */
#include "schema/block.h"
#include "schema/format_checks.h"
#include "schema/regex_parts.h"

/* clang-format off */
/* Bytes 0 to 15, 16 to 31 and 20 to 35, each a hex digit or a hyphen. */
#define FIRST(x, h)  {x, x, x, x, x, x, x, x, h, x, x, x, x, h, x, x}
#define SECOND(x, h) {x, x, h, x, x, x, x, h, x, x, x, x, x, x, x, x}
#define THIRD(x, h)  {x, x, x, h, x, x, x, x, x, x, x, x, x, x, x, x}
#define DIGITS(part) {{part('0', '-'), part(9, 0)}, {part('a', '-'), part(5, 0)}, \
                      {part('A', '-'), part(5, 0)}}
/* clang-format on */

bool fiat__format_uuid(fiat__str text) {
    static const fiat__range digits[3][3] = {DIGITS(FIRST), DIGITS(SECOND), DIGITS(THIRD)};
    if (text.len != 36) return false;
    unsigned in = 0xFFFF;
    in &= fiat__block_bits(fiat__block_in_any(fiat__block_load(text.ptr), digits[0], 3));
    in &= fiat__block_bits(fiat__block_in_any(fiat__block_load(text.ptr + 16), digits[1], 3));
    in &= fiat__block_bits(fiat__block_in_any(fiat__block_load(text.ptr + 20), digits[2], 3));
    return in == 0xFFFF;
}

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
