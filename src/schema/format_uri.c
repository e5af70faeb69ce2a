/* uri and uri-reference (RFC 3986 appendix A), iri and iri-reference (RFC 3987 section 2.2) and
 * uri-template (RFC 6570 section 2). No state. */
#include "base/utf8.h"
#include "schema/format_checks.h"

#define PLAIN    (FIAT__CHAR_UNRESERVED | FIAT__CHAR_SUB_DELIM)
#define USERINFO (PLAIN | FIAT__CHAR_COLON)
#define PATH     (USERINFO | FIAT__CHAR_PATH)
#define QUERY    (PATH | FIAT__CHAR_QUESTION)

/* Which characters beyond ASCII are let in. */
typedef enum alphabet { ALPHABET_ASCII, ALPHABET_IRI, ALPHABET_IRI_QUERY } alphabet;

/* ucschar, and iprivate in a query: everything from U+A0 on but private use, non-characters and the
 * specials. Length in bytes, 0 when it is none. */
static size_t wide_length(const char *at, const char *end, alphabet allowed) {
    if (allowed == ALPHABET_ASCII || (unsigned char)*at < 0x80) return 0;
    const unsigned char *bytes = (const unsigned char *)at;
    size_t len = fiat__utf8_sequence(bytes, (size_t)(end - at));
    if (len < 2) return 0;
    uint32_t c = bytes[0] & (0xFFu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (bytes[i] & 0x3F);
    bool private_use = (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
    if (private_use) return allowed == ALPHABET_IRI_QUERY && (c & 0xFFFE) != 0xFFFE ? len : 0;
    bool special = c < 0xA0 || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFFF0 && c <= 0xFFFF) ||
                   (c >= 0xE0000 && c <= 0xE0FFF) || (c & 0xFFFE) == 0xFFFE;
    return special ? 0 : len;
}

/* "%41": three bytes, else 0 */
static size_t octet_length(const char *at, const char *end) {
    return end - at >= 3 && *at == '%' && fiat__char_is(at[1], FIAT__CHAR_HEX) &&
                   fiat__char_is(at[2], FIAT__CHAR_HEX)
               ? 3
               : 0;
}

/* Past characters of `classes`, percent-encoded octets and what the alphabet has beyond ASCII. */
static const char *skip(const char *at, const char *end, unsigned classes, alphabet allowed) {
    while (at < end) {
        if (fiat__char_is(*at, classes)) {
            at++;
            continue;
        }
        size_t len = octet_length(at, end);
        if (len == 0) len = wide_length(at, end, allowed);
        if (len == 0) break;
        at += len;
    }
    return at;
}

/* IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
static bool check_ip_future(const char *at, const char *end) {
    const char *version = ++at;
    while (at < end && fiat__char_is(*at, FIAT__CHAR_HEX))
        at++;
    if (at == version || at == end || *at++ != '.' || at == end) return false;
    while (at < end && (fiat__char_is(*at, USERINFO)))
        at++;
    return at == end;
}

static const char *skip_ip_literal(const char *at, const char *end) {
    const char *close = memchr(at, ']', (size_t)(end - at));
    if (!close || close - at < 2) return NULL;
    bool good = (at[1] | 0x20) == 'v'
                    ? check_ip_future(at + 1, close)
                    : fiat__format_ipv6(fiat__str_of(at + 1, (size_t)(close - at) - 1));
    return good ? close + 1 : NULL;
}

/* authority = [ userinfo "@" ] host [ ":" port ]; NULL when it is wrong */
static const char *skip_authority(const char *at, const char *end, alphabet allowed) {
    const char *userinfo_end = skip(at, end, USERINFO, allowed);
    if (userinfo_end < end && *userinfo_end == '@') at = userinfo_end + 1;
    if (at < end && *at == '[') {
        at = skip_ip_literal(at, end);
        if (!at) return NULL;
    } else {
        at = skip(at, end, PLAIN, allowed);
    }
    if (at < end && *at == ':') {
        at++;
        while (at < end && fiat__char_is(*at, FIAT__CHAR_DIGIT))
            at++;
    }
    return at == end || *at == '/' || *at == '?' || *at == '#' ? at : NULL;
}

/* After the scheme: hier-part or relative-part, query, fragment. */
static bool check_rest(const char *at, const char *end, alphabet allowed) {
    if (end - at >= 2 && at[0] == '/' && at[1] == '/') {
        at = skip_authority(at + 2, end, allowed);
        if (!at) return false;
    }
    at = skip(at, end, PATH, allowed);
    alphabet in_query = allowed == ALPHABET_ASCII ? ALPHABET_ASCII : ALPHABET_IRI_QUERY;
    if (at < end && *at == '?') at = skip(at + 1, end, QUERY, in_query);
    if (at < end && *at == '#') at = skip(at + 1, end, QUERY, allowed);
    return at == end;
}

/* The byte after "scheme:", NULL when the text does not start with one. */
static const char *skip_scheme(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (at == end || !fiat__char_is(*at, FIAT__CHAR_ALPHA)) return NULL;
    while (at < end && (fiat__char_is(*at, FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT) || *at == '+' ||
                        *at == '-' || *at == '.'))
        at++;
    return at < end && *at == ':' ? at + 1 : NULL;
}

static bool check_absolute(fiat__str text, alphabet allowed) {
    const char *at = skip_scheme(text);
    return at && check_rest(at, text.ptr + text.len, allowed);
}

/* Without a scheme the first segment of the path may have no colon (path-noscheme). */
static bool check_reference(fiat__str text, alphabet allowed) {
    if (skip_scheme(text)) return check_absolute(text, allowed);
    const char *end = text.ptr + text.len;
    const char *at = skip(text.ptr, end, PLAIN | FIAT__CHAR_PATH, allowed);
    const char *slash = at > text.ptr ? memchr(text.ptr, '/', (size_t)(at - text.ptr)) : NULL;
    if (at < end && *at == ':' && !slash) return false;
    return check_rest(text.ptr, end, allowed);
}

bool fiat__format_uri(fiat__str text) {
    return check_absolute(text, ALPHABET_ASCII);
}

bool fiat__format_uri_reference(fiat__str text) {
    return check_reference(text, ALPHABET_ASCII);
}

bool fiat__format_iri(fiat__str text) {
    return check_absolute(text, ALPHABET_IRI);
}

bool fiat__format_iri_reference(fiat__str text) {
    return check_reference(text, ALPHABET_IRI);
}

/* varname = varchar *( ["."] varchar ) */
static const char *skip_variable(const char *at, const char *end) {
    for (const char *start = at;; at++) {
        size_t octet = at < end ? octet_length(at, end) : 0;
        if (octet > 0) {
            at += octet - 1;
        } else if (at == end || (!fiat__char_is(*at, FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT) &&
                                 *at != '_' && *at != '.')) {
            return at > start && at[-1] != '.' ? at : NULL;
        } else if (*at == '.' && (at == start || at[-1] == '.')) {
            return NULL;
        }
    }
}

/* "*", or ":" and a length of 1 to 9999 */
static const char *skip_modifier(const char *at, const char *end) {
    if (at < end && *at == '*') return at + 1;
    if (at == end || *at != ':') return at;
    const char *digits = ++at;
    while (at < end && at - digits < 4 && fiat__char_is(*at, FIAT__CHAR_DIGIT))
        at++;
    return at > digits && *digits != '0' ? at : NULL;
}

/* expression = "{" [ operator ] variable-list "}"; at the '{' and then after the '}' */
static const char *skip_expression(const char *at, const char *end) {
    at++;
    if (at < end && *at != '\0' && strchr("+#./;?&=,!@|", *at)) at++;
    for (;;) {
        at = skip_variable(at, end);
        if (at) at = skip_modifier(at, end);
        if (!at || at == end) return NULL;
        if (*at == '}') return at + 1;
        if (*at++ != ',') return NULL;
    }
}

bool fiat__format_uri_template(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    while (at && at < end) {
        if (*at == '{') {
            at = skip_expression(at, end);
            continue;
        }
        size_t len = octet_length(at, end);
        if (len == 0) len = wide_length(at, end, ALPHABET_IRI_QUERY);
        if (len == 0 && (unsigned char)*at > ' ' && (unsigned char)*at < 0x7F &&
            !strchr("\"'%<>\\^`{|}", *at))
            len = 1;
        if (len == 0) return false;
        at += len;
    }
    return at != NULL;
}
