/* The `format` keyword: names and checks, each to its RFC. Pure functions, any thread; they
 * allocate nothing, but see idn.h. docs/formats.md says what each one checks. */
#ifndef FIAT_SCHEMA_FORMAT_H
#define FIAT_SCHEMA_FORMAT_H

#include "base/str.h"
#include "schema/keyword.h"

typedef enum fiat__format {
    FIAT__FORMAT_NONE = 0, /* unknown name: an annotation only */
    FIAT__FORMAT_DATE_TIME,
    FIAT__FORMAT_DATE,
    FIAT__FORMAT_TIME,
    FIAT__FORMAT_EMAIL,
    FIAT__FORMAT_UUID,
    FIAT__FORMAT_URI,
    FIAT__FORMAT_IPV4,
    FIAT__FORMAT_IPV6,
    FIAT__FORMAT_DURATION,
    FIAT__FORMAT_HOSTNAME_4, /* as draft-04 and -06 have it: A-labels are labels like others */
    FIAT__FORMAT_HOSTNAME,
    FIAT__FORMAT_IDN_HOSTNAME,
    FIAT__FORMAT_IDN_EMAIL,
    FIAT__FORMAT_URI_REFERENCE,
    FIAT__FORMAT_IRI,
    FIAT__FORMAT_IRI_REFERENCE,
    FIAT__FORMAT_URI_TEMPLATE,
    FIAT__FORMAT_JSON_POINTER,
    FIAT__FORMAT_RELATIVE_JSON_POINTER,
    FIAT__FORMAT_REGEX
} fiat__format;

/* FIAT__FORMAT_NONE for a name that the draft does not define, a later one's included: a schema's
 * author could not expect it to be checked, and some names (`time`) had another meaning before. */
fiat__format fiat__format_find(fiat__str name, fiat__draft draft);

/* `text`: the string's value, escapes resolved, valid UTF-8. */
bool fiat__format_check(fiat__format format, fiat__str text);

/* For messages: "a date-time such as 2026-11-21T12:00:00Z (RFC 3339)". NULL past the last format.
 */
const char *fiat__format_wanted(fiat__format format);

#endif
