/* Reading AWS's shared credentials and config files: one item at a time, no copies.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
#ifndef FIAT_AWS_INI_H
#define FIAT_AWS_INI_H

#include "base/str.h"

typedef struct fiat__ini {
    fiat__str rest;          /* not read yet */
    fiat__str section;       /* inside of the last [header], "" before the first */
    fiat__str key;           /* last key that stood on the outer level */
    size_t key_indent, line; /* line: of the item, from 1 */
    bool has_key;
} fiat__ini;

typedef struct fiat__ini_item {
    fiat__str section, parent; /* parent: key whose nested line this is; "" on the outer level */
    fiat__str key, value;      /* trimmed, without a comment */
} fiat__ini_item;

/* The text is borrowed until reading ends. */
void fiat__ini_init(fiat__ini *ini, fiat__str text);

/* false at the end. Lines that are neither header, comment nor "key = value" are passed over, as
 * AWS's own tools do; so are all lines under a header that is not closed. */
bool fiat__ini_next(fiat__ini *ini, fiat__ini_item *item);

/* Case of ASCII letters does not count. */
bool fiat__ini_key_is(fiat__str key, const char *name);

#endif
