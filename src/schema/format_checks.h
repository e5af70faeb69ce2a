/* The checks behind format.c, one function a format or a part of one. Pure, any thread. */
#ifndef FIAT_SCHEMA_FORMAT_CHECKS_H
#define FIAT_SCHEMA_FORMAT_CHECKS_H

#include "base/str.h"
#include <stdint.h>

/* Classes of ASCII characters; every other byte has none. */
enum {
    FIAT__CHAR_ALPHA = 1 << 0,
    FIAT__CHAR_DIGIT = 1 << 1,
    FIAT__CHAR_HEX = 1 << 2,
    FIAT__CHAR_ATEXT = 1 << 3,      /* RFC 5322 section 3.2.3 */
    FIAT__CHAR_UNRESERVED = 1 << 4, /* RFC 3986 section 2.3 */
    FIAT__CHAR_SUB_DELIM = 1 << 5,  /* RFC 3986 section 2.2 */
    FIAT__CHAR_QTEXT = 1 << 6,      /* RFC 5321 section 4.1.2, qtextSMTP */
    FIAT__CHAR_COLON = 1 << 7,
    FIAT__CHAR_PATH = 1 << 8, /* '@' and '/', which a path may have besides the three above */
    FIAT__CHAR_QUESTION = 1 << 9
};
extern const uint16_t fiat__char_classes[256];

static inline bool fiat__char_is(char c, unsigned classes) {
    return (fiat__char_classes[(unsigned char)c] & classes) != 0;
}

/* What names of hosts may be made of. */
typedef enum fiat__domain_kind {
    FIAT__DOMAIN_LDH,      /* labels of letters, digits and hyphens */
    FIAT__DOMAIN_A_LABELS, /* and those that start with "xn--" are A-labels */
    FIAT__DOMAIN_MAIL,     /* and there may be U-labels */
    FIAT__DOMAIN_IDN       /* and full stops in other widths, but no other "--" in third place */
} fiat__domain_kind;

/* format_host.c: a name of the first two kinds, and of the others. */
bool fiat__format_domain(fiat__str text, fiat__domain_kind kind);
bool fiat__format_wide_domain(fiat__str text, fiat__domain_kind kind);

bool fiat__format_date_time(fiat__str text);
bool fiat__format_date(fiat__str text);
bool fiat__format_time(fiat__str text);
bool fiat__format_email(fiat__str text);
bool fiat__format_uuid(fiat__str text);
bool fiat__format_uri(fiat__str text);
bool fiat__format_ipv4(fiat__str text);
bool fiat__format_ipv6(fiat__str text);
bool fiat__format_duration(fiat__str text);
bool fiat__format_hostname_4(fiat__str text);
bool fiat__format_hostname(fiat__str text);
bool fiat__format_idn_hostname(fiat__str text);
bool fiat__format_idn_email(fiat__str text);
bool fiat__format_uri_reference(fiat__str text);
bool fiat__format_iri(fiat__str text);
bool fiat__format_iri_reference(fiat__str text);
bool fiat__format_uri_template(fiat__str text);
bool fiat__format_json_pointer(fiat__str text);
bool fiat__format_relative_json_pointer(fiat__str text);
bool fiat__format_regex(fiat__str text);

#endif
