/* email (RFC 5321 section 4.1.2), idn-email (RFC 6531), hostname (RFC 1123 section 2.1), ipv4 (RFC
 * 2673 section 3.2) and ipv6 (RFC 4291 section 2.2). No state.
 *
 * Labels in idn-email may have any character beyond ASCII; they are not looked up in the tables of
 * IDNA. */
#include "schema/format_checks.h"

/* RFC 5321 section 4.5.3.1, RFC 1035 section 2.3.4 */
#define LOCAL_PART_MAX_BYTES 64
#define DOMAIN_MAX_BYTES     255
#define LABEL_MAX_BYTES      63

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

/* Internationalized: every byte of a character beyond ASCII counts as a letter. */
static bool is_wide(char c, bool international) {
    return international && (unsigned char)c >= 0x80;
}

/* Dot-string: atoms joined by single dots. Returns the '@' after it. */
static const char *skip_dot_string(const char *at, const char *end, bool international) {
    const char *atom = at;
    for (; at < end; at++) {
        if (fiat__char_is(*at, FIAT__CHAR_ATEXT) || is_wide(*at, international)) continue;
        if (at == atom) return NULL;
        if (*at == '@') return at;
        if (*at != '.') return NULL;
        atom = at + 1;
    }
    return NULL;
}

static const char *skip_quoted_string(const char *at, const char *end, bool international) {
    for (at++; at < end && *at != '"'; at++) {
        if (*at == '\\') {
            if (++at == end || *at < ' ' || *at > '~') return NULL;
        } else if (!fiat__char_is(*at, FIAT__CHAR_QTEXT) && !is_wide(*at, international)) {
            return NULL;
        }
    }
    return end - at >= 2 && at[1] == '@' ? at + 1 : NULL;
}

/* IPv6 is the only tag registered for General-address-literal. */
static bool check_address_literal(fiat__str text) {
    if (text.len < 2 || text.ptr[text.len - 1] != ']') return false;
    fiat__str inner = fiat__str_of(text.ptr + 1, text.len - 2);
    static const char tag[] = "ipv6:";
    for (size_t i = 0; i < 5; i++)
        if (i == inner.len || (i < 3 ? inner.ptr[i] | 0x20 : inner.ptr[i]) != tag[i])
            return fiat__format_ipv4(inner);
    return fiat__format_ipv6(fiat__str_of(inner.ptr + 5, inner.len - 5));
}

static bool check_domain(fiat__str text, bool international) {
    if (text.len == 0 || text.len > DOMAIN_MAX_BYTES) return false;
    const char *at = text.ptr, *end = text.ptr + text.len, *label = at;
    for (;; at++) {
        if (at < end && fiat__char_is(*at, FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT)) continue;
        if (at < end && is_wide(*at, international)) continue;
        if (at == label) return false;
        if (at < end && *at == '-') continue;
        if (at[-1] == '-' || at - label > LABEL_MAX_BYTES) return false;
        if (at == end) return true;
        if (*at != '.') return false;
        label = at + 1;
    }
}

static bool check_mailbox(fiat__str text, bool international) {
    const char *end = text.ptr + text.len;
    if (text.len == 0) return false;
    const char *at_sign = *text.ptr == '"' ? skip_quoted_string(text.ptr, end, international)
                                           : skip_dot_string(text.ptr, end, international);
    if (!at_sign || at_sign - text.ptr > LOCAL_PART_MAX_BYTES) return false;
    fiat__str domain = fiat__str_of(at_sign + 1, (size_t)(end - at_sign) - 1);
    if (domain.len > 0 && domain.ptr[0] == '[') return check_address_literal(domain);
    return check_domain(domain, international);
}

bool fiat__format_email(fiat__str text) {
    return check_mailbox(text, false);
}

bool fiat__format_idn_email(fiat__str text) {
    return check_mailbox(text, true);
}

bool fiat__format_hostname(fiat__str text) {
    return check_domain(text, false);
}
