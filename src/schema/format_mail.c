/* email (RFC 5321 section 4.1.2) and idn-email (RFC 6531 section 3.3). No state. */
#include "schema/format_checks.h"
#include "schema/format_name.h"

/* RFC 5321 section 4.5.3.1.1 */
#define LOCAL_PART_MAX_BYTES 64

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

/* Bytes that a local part may have beside letters, digits, hyphens and dots. */
static bool are_atext(const char *text, uint64_t bits) {
    for (; bits != 0; bits &= bits - 1)
        if (!fiat__char_is(text[__builtin_ctzll(bits)], FIAT__CHAR_ATEXT)) return false;
    return true;
}

/* Addresses as most are, without quotes and short. What it does not take may be an address
 * nevertheless. */
static bool is_plain_address(fiat__str text) {
    if (text.len == 0 || text.len > FIAT__NAME_BITS_MAX_BYTES) return false;
    fiat__name_bits in = fiat__name_bits_of(text);
    uint64_t at_sign = in.ats, local = at_sign - 1, domain = in.all & ~(local | at_sign);
    if (at_sign < 2 || (at_sign & local) != 0) return false; /* one, and not the first byte */
    uint64_t others = in.all & ~(in.alnum | in.dots | in.hyphens | at_sign);
    if ((others & domain) != 0 || !are_atext(text.ptr, others)) return false;
    /* Neither do dots of the local part touch each other nor stand at an end; before and after each
     * dot of the domain, and at both its ends, is a letter or digit. */
    uint64_t beside = in.dots >> 1 | in.dots << 1;
    uint64_t not_dots = ((beside | 1) & local) | at_sign >> 1;
    uint64_t alnums = (beside & domain) | at_sign << 1 | (in.all ^ in.all >> 1);
    return (not_dots & in.dots) == 0 && (alnums & ~in.alnum) == 0;
}

/* A quoted string, or atoms joined by dots; an '@'; a domain or an address in brackets. */
static bool check_mailbox(fiat__str text, bool international) {
    const char *end = text.ptr + text.len;
    if (text.len == 0) return false;
    const char *at_sign = *text.ptr == '"' ? skip_quoted_string(text.ptr, end, international)
                                           : skip_dot_string(text.ptr, end, international);
    if (!at_sign || at_sign - text.ptr > LOCAL_PART_MAX_BYTES) return false;
    fiat__str domain = fiat__str_of(at_sign + 1, (size_t)(end - at_sign) - 1);
    if (domain.len > 0 && domain.ptr[0] == '[') return check_address_literal(domain);
    return international ? fiat__format_wide_domain(domain, FIAT__DOMAIN_MAIL)
                         : fiat__format_domain(domain, FIAT__DOMAIN_LDH);
}

bool fiat__format_email(fiat__str text) {
    return is_plain_address(text) || check_mailbox(text, false);
}

bool fiat__format_idn_email(fiat__str text) {
    return check_mailbox(text, true);
}
