/* hostname (RFC 1123 section 2.1; A-labels from draft-07 on) and idn-hostname (RFC 5890 section
 * 2.3.2.3), and the domains of mail addresses. No state. */
#include "schema/format_checks.h"
#include "schema/format_name.h"
#include "schema/idn.h"

/* RFC 1034 section 3.1 allows 255 octets of length bytes, labels and the root's zero: two more than
 * there are characters. */
#define NAME_MAX_BYTES 253

/* Of a label of letters, digits and hyphens. */
static bool check_ascii_label(fiat__str label, fiat__domain_kind kind) {
    if (kind == FIAT__DOMAIN_LDH) return true;
    if (fiat__idn_claims_a_label(label)) return fiat__idn_is_a_label(label);
    /* Reserved: nothing but an A-label has hyphens in third and fourth place (RFC 5890 section
     * 2.3.1). Names in use have them nevertheless, and only IDNA forbids it. */
    return kind != FIAT__DOMAIN_IDN || label.len < 4 || label.ptr[2] != '-' || label.ptr[3] != '-';
}

static bool ends_label(fiat__str label) {
    return label.len > 0 && label.len <= FIAT__LABEL_MAX_BYTES && label.ptr[label.len - 1] != '-' &&
           label.ptr[0] != '-';
}

/* Names as most are: short, and without two hyphens in a row. What it does not take may be a name
 * nevertheless. */
static bool is_plain_name(fiat__str text) {
    if (text.len == 0 || text.len > FIAT__LABEL_MAX_BYTES) return false;
    fiat__name_bits in = fiat__name_bits_of(text);
    uint64_t ends = in.dots >> 1 | in.dots << 1 | 1 | (in.all ^ in.all >> 1);
    return (in.alnum | in.dots | in.hyphens) == in.all && (in.hyphens & in.hyphens >> 1) == 0 &&
           (ends & ~in.alnum) == 0;
}

bool fiat__format_domain(fiat__str text, fiat__domain_kind kind) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (is_plain_name(text)) return true;
    if (text.len == 0 || text.len > NAME_MAX_BYTES) return false;
    for (const char *label = at;; at++) {
        if (at < end && fiat__char_is(*at, FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT)) continue;
        if (at < end && *at == '-') continue;
        fiat__str got = fiat__str_of(label, (size_t)(at - label));
        if (!ends_label(got) || !check_ascii_label(got, kind)) return false;
        if (at == end) return true;
        if (*at != '.') return false;
        label = at + 1;
    }
}

/* Length of a full stop that separates labels: one of the four of RFC 3490 section 3.1, of which a
 * mail address knows only the first. 0 when there is none. */
static size_t dot_length(const char *at, const char *end, fiat__domain_kind kind) {
    static const char wide[3][4] = {"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};
    if (*at == '.') return 1;
    if (kind == FIAT__DOMAIN_MAIL || end - at < 3) return 0;
    for (int i = 0; i < 3; i++)
        if (memcmp(at, wide[i], 3) == 0) return 3;
    return 0;
}

/* Length of a label as an A-label, 0 when it is wrong. */
static size_t label_length(fiat__str label, fiat__domain_kind kind) {
    unsigned beyond = 0;
    for (size_t i = 0; i < label.len; i++) {
        beyond |= (unsigned char)label.ptr[i] & 0x80u;
        if (!beyond && label.ptr[i] != '-' &&
            !fiat__char_is(label.ptr[i], FIAT__CHAR_ALPHA | FIAT__CHAR_DIGIT))
            return 0;
    }
    if (beyond) return fiat__idn_u_label_length(label);
    return ends_label(label) && check_ascii_label(label, kind) ? label.len : 0;
}

bool fiat__format_wide_domain(fiat__str text, fiat__domain_kind kind) {
    const char *at = text.ptr, *end = text.ptr + text.len, *label = at;
    size_t total = 0;
    if (text.len > 4 * NAME_MAX_BYTES) return false;
    for (;; at++) {
        size_t dot = at < end ? dot_length(at, end, kind) : 0;
        if (at < end && dot == 0) continue;
        size_t len = label_length(fiat__str_of(label, (size_t)(at - label)), kind);
        total += len + (dot > 0);
        if (len == 0 || total > NAME_MAX_BYTES) return false;
        if (at == end) return true;
        label = at + dot;
        at = label - 1;
    }
}

bool fiat__format_hostname_4(fiat__str text) {
    return fiat__format_domain(text, FIAT__DOMAIN_LDH);
}

bool fiat__format_hostname(fiat__str text) {
    return fiat__format_domain(text, FIAT__DOMAIN_A_LABELS);
}

bool fiat__format_idn_hostname(fiat__str text) {
    return fiat__format_wide_domain(text, FIAT__DOMAIN_IDN);
}
