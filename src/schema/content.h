/* The keywords contentEncoding and contentMediaType (draft-07 validation, section 8): what a string
 * encodes. Pure functions, any thread; they allocate nothing. */
#ifndef FIAT_SCHEMA_CONTENT_H
#define FIAT_SCHEMA_CONTENT_H

#include "base/str.h"

/* Encodings of RFC 4648, padded and without line breaks, and of RFC 2045 section 6. */
typedef enum fiat__encoding {
    FIAT__ENCODING_NONE = 0, /* the string is the content */
    FIAT__ENCODING_7BIT,
    FIAT__ENCODING_8BIT,
    FIAT__ENCODING_BINARY,
    FIAT__ENCODING_QUOTED_PRINTABLE,
    FIAT__ENCODING_BASE16,
    FIAT__ENCODING_BASE32,
    FIAT__ENCODING_BASE32HEX,
    FIAT__ENCODING_BASE64,
    FIAT__ENCODING_BASE64URL,
    FIAT__ENCODING_UNKNOWN /* nothing can be said of the string, nor of what it encodes */
} fiat__encoding;

typedef enum fiat__media {
    FIAT__MEDIA_NONE = 0, /* none, or one that is not known */
    FIAT__MEDIA_JSON      /* application/json, and what ends in +json (RFC 6839 section 3.1) */
} fiat__media;

/* Names are those of RFC 2045 and 2046, in any case; a media type may have parameters. */
fiat__encoding fiat__encoding_find(fiat__str name);
fiat__media fiat__media_find(fiat__str name);

typedef enum fiat__content_fault {
    FIAT__CONTENT_OK = 0,
    FIAT__CONTENT_ENCODING, /* the string is not so encoded */
    FIAT__CONTENT_MEDIA     /* what it encodes is not of that type */
} fiat__content_fault;

/* `text`: the string's value, escapes resolved, valid UTF-8. */
fiat__content_fault fiat__content_check(fiat__encoding encoding, fiat__media media, fiat__str text);

/* For messages: "base64 (RFC 4648)". Not for NONE and UNKNOWN. */
const char *fiat__encoding_wanted(fiat__encoding encoding);
const char *fiat__media_wanted(fiat__media media);

#endif
