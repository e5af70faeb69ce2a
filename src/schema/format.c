/* Names of formats, and the table of character classes that their checks share. No state. */
#include "schema/format.h"
#include "schema/format_checks.h"

typedef struct format_row {
    const char *name;
    unsigned char first, last; /* drafts */
    bool (*check)(fiat__str text);
    const char *wanted;
} format_row;

#define SINCE(draft) FIAT__DRAFT_##draft, FIAT__DRAFT_2020

static const format_row s_rows[] = {
    [FIAT__FORMAT_NONE] = {"", SINCE(4), NULL, "anything"},
    [FIAT__FORMAT_DATE_TIME] = {"date-time", SINCE(4), fiat__format_date_time,
                                "a date-time such as 2026-11-21T12:00:00Z (RFC 3339)"},
    [FIAT__FORMAT_DATE] = {"date", SINCE(7), fiat__format_date,
                           "a date such as 2026-11-21 (RFC 3339)"},
    [FIAT__FORMAT_TIME] = {"time", SINCE(7), fiat__format_time,
                           "a time with an offset such as 12:00:00Z or 13:00:00+01:00 (RFC 3339)"},
    [FIAT__FORMAT_EMAIL] = {"email", SINCE(4), fiat__format_email,
                            "an e-mail address such as ann@example.com (RFC 5321)"},
    [FIAT__FORMAT_UUID] = {"uuid", SINCE(2019), fiat__format_uuid,
                           "a UUID such as 0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07 (RFC 9562)"},
    [FIAT__FORMAT_URI] = {"uri", SINCE(4), fiat__format_uri,
                          "a URI with a scheme such as https://example.com/a?b=c (RFC 3986)"},
    [FIAT__FORMAT_IPV4] = {"ipv4", SINCE(4), fiat__format_ipv4,
                           "an IPv4 address such as 192.0.2.1 (RFC 2673)"},
    [FIAT__FORMAT_IPV6] = {"ipv6", SINCE(4), fiat__format_ipv6,
                           "an IPv6 address such as 2001:db8::1 (RFC 4291)"},
    [FIAT__FORMAT_DURATION] = {"duration", SINCE(2019), fiat__format_duration,
                               "a duration such as P1DT12H (RFC 3339 appendix A)"},
    [FIAT__FORMAT_HOSTNAME_4] = {"hostname", FIAT__DRAFT_4, FIAT__DRAFT_6, fiat__format_hostname_4,
                                 "a host name such as www.example.com (RFC 1034)"},
    [FIAT__FORMAT_HOSTNAME] = {"hostname", SINCE(7), fiat__format_hostname,
                               "a host name such as www.example.com (RFC 1123)"},
    [FIAT__FORMAT_IDN_HOSTNAME] = {"idn-hostname", SINCE(7), fiat__format_idn_hostname,
                                   "a host name, perhaps with letters beyond ASCII (RFC 5890)"},
    [FIAT__FORMAT_IDN_EMAIL] = {"idn-email", SINCE(7), fiat__format_idn_email,
                                "an e-mail address, perhaps with letters beyond ASCII (RFC 6531)"},
    [FIAT__FORMAT_URI_REFERENCE] = {"uri-reference", SINCE(6), fiat__format_uri_reference,
                                    "a URI or a relative reference such as ../a#b (RFC 3986)"},
    [FIAT__FORMAT_IRI] = {"iri", SINCE(7), fiat__format_iri,
                          "an IRI with a scheme such as https://example.com/a (RFC 3987)"},
    [FIAT__FORMAT_IRI_REFERENCE] = {"iri-reference", SINCE(7), fiat__format_iri_reference,
                                    "an IRI or a relative reference such as ../a#b (RFC 3987)"},
    [FIAT__FORMAT_URI_TEMPLATE] = {"uri-template", SINCE(6), fiat__format_uri_template,
                                   "a URI template such as /users/{id}{?page} (RFC 6570)"},
    [FIAT__FORMAT_JSON_POINTER] = {"json-pointer", SINCE(6), fiat__format_json_pointer,
                                   "a JSON Pointer such as /a/0 (RFC 6901)"},
    [FIAT__FORMAT_RELATIVE_JSON_POINTER] = {"relative-json-pointer", SINCE(7),
                                            fiat__format_relative_json_pointer,
                                            "a relative JSON Pointer such as 1/a"},
    [FIAT__FORMAT_REGEX] = {"regex", SINCE(7), fiat__format_regex,
                            "a regular expression of ECMA-262"},
};
#define ROWS (sizeof s_rows / sizeof s_rows[0])

fiat__format fiat__format_find(fiat__str name, fiat__draft draft) {
    for (size_t i = FIAT__FORMAT_NONE + 1; i < ROWS; i++)
        if (fiat__str_eq_c(name, s_rows[i].name) && draft >= (fiat__draft)s_rows[i].first &&
            draft <= (fiat__draft)s_rows[i].last)
            return (fiat__format)i;
    return FIAT__FORMAT_NONE;
}

bool fiat__format_check(fiat__format format, fiat__str text) {
    return format == FIAT__FORMAT_NONE || s_rows[format].check(text);
}

const char *fiat__format_wanted(fiat__format format) {
    return (size_t)format < ROWS ? s_rows[format].wanted : NULL;
}

/* clang-format off */
#define AL FIAT__CHAR_ALPHA | FIAT__CHAR_ATEXT | FIAT__CHAR_UNRESERVED | FIAT__CHAR_QTEXT
#define AH AL | FIAT__CHAR_HEX
#define DG FIAT__CHAR_DIGIT | FIAT__CHAR_HEX | FIAT__CHAR_ATEXT | FIAT__CHAR_UNRESERVED | FIAT__CHAR_QTEXT
#define QT FIAT__CHAR_QTEXT
#define AT FIAT__CHAR_ATEXT | FIAT__CHAR_QTEXT
#define SD FIAT__CHAR_SUB_DELIM | FIAT__CHAR_QTEXT
#define AS FIAT__CHAR_ATEXT | FIAT__CHAR_SUB_DELIM | FIAT__CHAR_QTEXT
#define AU FIAT__CHAR_ATEXT | FIAT__CHAR_UNRESERVED | FIAT__CHAR_QTEXT
#define SL FIAT__CHAR_ATEXT | FIAT__CHAR_PATH | FIAT__CHAR_QTEXT
#define CO FIAT__CHAR_COLON | FIAT__CHAR_QTEXT
#define QM FIAT__CHAR_ATEXT | FIAT__CHAR_QUESTION | FIAT__CHAR_QTEXT
#define CA FIAT__CHAR_PATH | FIAT__CHAR_QTEXT
#define UN FIAT__CHAR_UNRESERVED | FIAT__CHAR_QTEXT
const uint16_t fiat__char_classes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /*  !   "   #   $   %   &   '   (   )   *   +   ,   -   .   / */
    QT, AS, 0, AT, AS, AT, AS, AS, SD, SD, AS, AS, SD, AU, UN, SL,
    /*0 1   2   3   4   5   6   7   8   9   :   ;   <   =   >   ? */
    DG, DG, DG, DG, DG, DG, DG, DG, DG, DG, CO, SD, QT, AS, QT, QM,
    /*@ A   B   C   D   E   F   G   H   I   J   K   L   M   N   O */
    CA, AH, AH, AH, AH, AH, AH, AL, AL, AL, AL, AL, AL, AL, AL, AL,
    /*P Q   R   S   T   U   V   W   X   Y   Z   [   \   ]   ^   _ */
    AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, QT, 0, QT, AT, AU,
    /*` a   b   c   d   e   f   g   h   i   j   k   l   m   n   o */
    AT, AH, AH, AH, AH, AH, AH, AL, AL, AL, AL, AL, AL, AL, AL, AL,
    /*p q   r   s   t   u   v   w   x   y   z   {   |   }   ~     */
    AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, AL, AT, AT, AT, AU, 0,
};
/* clang-format on */
