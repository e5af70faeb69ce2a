/* What the function says of itself: a JSON object a line on stderr, which Lambda keeps in
 * CloudWatch Logs. */
#ifndef FIAT_LAMBDA_SAY_H
#define FIAT_LAMBDA_SAY_H

#include "base/buf.h"
#include <fiat/error.h>

typedef struct fiat__say_member {
    const char *name;
    const char *text; /* valid UTF-8; NULL: the number */
    uint64_t number;
} fiat__say_member;

/* {"level":LEVEL,"message":MESSAGE, and the members, without those that are empty or 0}. */
void fiat__say(const char *level, const char *message, const fiat__say_member *members,
               size_t count);

/* An error's status and message, with the id of the invocation; NULL: there is none. */
void fiat__say_error(const char *message, const char *request_id, const fiat_error *err);

#endif
