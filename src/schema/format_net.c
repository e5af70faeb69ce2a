/* ipv4 (RFC 2673 section 3.2) and ipv6 (RFC 4291 section 2.2). No state. */
#include "schema/format_checks.h"

/* A number of 0 to 255 without zeros in front; its length, 0 when there is none. */
static size_t octet_length(const char *at, const char *end) {
    unsigned value = 0;
    size_t len = 0;
    while (at + len < end && fiat__char_is(at[len], FIAT__CHAR_DIGIT) && len < 3)
        value = value * 10 + (unsigned)(at[len++] - '0');
    return value > 255 || (len > 1 && at[0] == '0') ? 0 : len;
}

bool fiat__format_ipv4(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    for (int i = 0; i < 4; i++) {
        if (i > 0 && (at == end || *at++ != '.')) return false;
        size_t len = octet_length(at, end);
        if (len == 0) return false;
        at += len;
    }
    return at == end;
}

/* Groups of up to four hex digits, eight of them or fewer with one "::"; the last two may be
 * written as an IPv4 address. */
bool fiat__format_ipv6(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    int groups = 0;
    bool gap = false;
    if (text.len >= 2 && at[0] == ':' && at[1] == ':') {
        gap = true;
        at += 2;
    }
    while (at < end) {
        size_t len = 0;
        while (at + len < end && len < 5 && fiat__char_is(at[len], FIAT__CHAR_HEX))
            len++;
        if (at + len < end && at[len] == '.') {
            groups += 2;
            return fiat__format_ipv4(fiat__str_of(at, (size_t)(end - at))) &&
                   (gap ? groups < 8 : groups == 8);
        }
        if (len == 0 || len > 4 || ++groups > 8) return false;
        at += len;
        if (at == end) break;
        if (*at++ != ':' || at == end) return false; /* a lone ':' at the end */
        if (*at == ':') {
            if (gap) return false;
            gap = true;
            at++;
        }
    }
    return gap ? groups < 8 : groups == 8;
}
