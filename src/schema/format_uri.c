/* uri after RFC 3986 appendix A: the rule "URI", thus with a scheme. No state. */
#include "schema/format_checks.h"

#define PLAIN    (FIAT__CHAR_UNRESERVED | FIAT__CHAR_SUB_DELIM)
#define USERINFO (PLAIN | FIAT__CHAR_COLON)
#define PATH     (USERINFO | FIAT__CHAR_PATH)
#define QUERY    (PATH | FIAT__CHAR_QUESTION)

/* Past characters of `classes` and percent-encoded octets. A '%' that does not start an octet stops
 * it. */
static const char *skip(const char *at, const char *end, unsigned classes) {
    for (; at < end; at++) {
        if (fiat__char_is(*at, classes)) continue;
        if (*at != '%' || end - at < 3 || !fiat__char_is(at[1], FIAT__CHAR_HEX) ||
            !fiat__char_is(at[2], FIAT__CHAR_HEX))
            return at;
        at += 2;
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
static const char *skip_authority(const char *at, const char *end) {
    const char *userinfo_end = skip(at, end, USERINFO);
    if (userinfo_end < end && *userinfo_end == '@') at = userinfo_end + 1;
    if (at < end && *at == '[') {
        at = skip_ip_literal(at, end);
        if (!at) return NULL;
    } else {
        at = skip(at, end, PLAIN);
    }
    if (at < end && *at == ':') {
        at++;
        while (at < end && fiat__char_is(*at, FIAT__CHAR_DIGIT))
            at++;
    }
    return at == end || *at == '/' || *at == '?' || *at == '#' ? at : NULL;
}

bool fiat__format_uri(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (at == end || !fiat__char_is(*at, FIAT__CHAR_ALPHA)) return false;
    while (at < end && (fiat__char_is(*at, FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT) || *at == '+' ||
                        *at == '-' || *at == '.'))
        at++;
    if (at == end || *at++ != ':') return false;
    if (end - at >= 2 && at[0] == '/' && at[1] == '/') {
        at = skip_authority(at + 2, end);
        if (!at) return false;
    }
    at = skip(at, end, PATH);
    if (at < end && *at == '?') at = skip(at + 1, end, QUERY);
    if (at < end && *at == '#') at = skip(at + 1, end, QUERY);
    return at == end;
}
