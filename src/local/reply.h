/* What a call answers, and checking what it was asked: the JSON 1.1 protocol of AWS.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
#ifndef FIAT_LOCAL_REPLY_H
#define FIAT_LOCAL_REPLY_H

#include "base/buf.h"
#include "json/doc.h"

typedef struct fiat__reply {
    int http_status; /* 0 until there is an answer */
    fiat__buf body;
} fiat__reply;

void fiat__reply_init(fiat__reply *reply);
void fiat__reply_deinit(fiat__reply *reply);

/* Answer with an error: {"__type": CODE, "message": ...}. Control bytes and all in the message are
 * quoted as JSON wants; it must be UTF-8. */
void fiat__reply_error(fiat__reply *reply, int http_status, const char *code, const char *format,
                       ...) FIAT_PRINTF(4, 5);

/* Something of ours failed: 503 ServiceUnavailableException when trying again may help. */
void fiat__reply_failure(fiat__reply *reply, const fiat_error *err);

/* Checks of one request's members, collected and answered together as AWS does: "2 validation
 * errors detected: Value ... at ... failed to satisfy constraint: ...". */
typedef struct fiat__check {
    fiat__buf text;
    unsigned count;
    const char *wrong_type; /* path of a member whose JSON type is wrong; NULL: none */
} fiat__check;

/* What a string member may be. */
typedef struct fiat__string_rule {
    const char *member, *path; /* "Prefix"; "s3DestinationConfiguration.prefix" */
    bool required;
    size_t min, max;               /* characters */
    bool (*valid)(fiat__str text); /* NULL: anything */
    const char *pattern;           /* as the message names it */
} fiat__string_rule;

void fiat__check_init(fiat__check *check);
/* true: all is well. Otherwise the reply is made. Ends the check. */
bool fiat__check_done(fiat__check *check, fiat__reply *reply);

/* Add a violation. `value` NULL: null. */
void fiat__check_add(fiat__check *check, const char *value, const char *path, const char *format,
                     ...) FIAT_PRINTF(4, 5);
/* Member `name` of `object` if it is there and not null, else NULL. */
const fiat__doc *fiat__check_member(fiat__check *check, const fiat__doc *object, const char *name,
                                    fiat__doc_kind kind, const char *path);
/* The text (borrowed from `object`), or NULL when absent or wrong. */
const char *fiat__check_string(fiat__check *check, const fiat__doc *object,
                               const fiat__string_rule *rule);
/* The same for a text that is at hand. */
void fiat__check_text(fiat__check *check, const char *text, const fiat__string_rule *rule);
/* false when absent or wrong. */
bool fiat__check_integer(fiat__check *check, const fiat__doc *object, const char *name,
                         const char *path, int64_t min, int64_t max, int64_t *out);
bool fiat__check_bool(fiat__check *check, const fiat__doc *object, const char *name,
                      const char *path, bool *out);

/* Text of nothing but ASCII letters, digits and the characters of `more`. */
bool fiat__text_only(fiat__str text, const char *more);

#endif
