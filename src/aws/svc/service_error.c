/* What AWS's refusals mean to whoever runs a command: the call, the place, the remedy. */
#include "aws/svc/service_private.h"
#include "base/error.h"

#include <stdio.h>

/* Codes of other services than Firehose, and such as mean something else to a command than to a
 * producer that waits for an operator. */
static const struct row {
    const char *code;
    fiat__aws_class class;
    fiat_status status;
} s_codes[] = {
    /* How many there may be of a thing, which no waiting changes. */
    {"LimitExceededException", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {"LimitExceeded", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    /* It is being created, deleted or changed: FIAT_E_AWS_NOT_FOUND of a producer's stream. */
    {"ResourceInUseException", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {"ResourceAlreadyExistsException", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {"EntityNotFoundException", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {"NoSuchEntity", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {"NoSuchBucket", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {"NoSuchKey", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    /* Somebody else changes the same. */
    {"OperationAbortedException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"OperationAborted", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"EntityTemporarilyUnmodifiable", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"ServiceNotAvailable", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
};

static const struct row *row_of(const fiat_error *err) {
    for (size_t i = 0; i < sizeof s_codes / sizeof s_codes[0]; i++)
        if (strcmp(err->aws_code, s_codes[i].code) == 0) return &s_codes[i];
    return NULL;
}

fiat__aws_class fiat__service_class(fiat__aws_class class, const fiat_error *err) {
    const struct row *row = row_of(err);
    return row ? row->class : class;
}

/* The word after `mark`, up to a space; empty when it is not there. */
static fiat__str word_after(const char *text, const char *mark) {
    const char *at = strstr(text, mark);
    if (!at) return fiat__str_of("", 0);
    at += strlen(mark);
    return fiat__str_of(at, strcspn(at, " "));
}

/* "User: ARN is not authorized to perform: ACTION on resource: ARN because no identity-based policy
 * allows the ACTION action", or "... with an explicit deny in a service control policy". */
static void explain_denial(const fiat__service *service, const fiat__service_request *request,
                           fiat_error *err) {
    fiat_error said = *err;
    fiat__str who = word_after(said.message, "User: ");
    fiat__str what = word_after(said.message, "perform: ");
    fiat__str on = word_after(said.message, "resource: ");
    const char *deny = strstr(said.message, "explicit deny");
    char action[96];
    if (what.len)
        fiat__err_copy(action, sizeof action, what.ptr, what.len);
    else
        snprintf(action, sizeof action, "%s:%s", service->name,
                 request->action ? request->action : request->operation);
    if (who.len)
        fiat__err_set(err, FIAT_E_AWS_DENIED, "%s%s%.*s is denied to %.*s%s", action,
                      on.len ? " on " : "", (int)on.len, on.ptr, (int)who.len, who.ptr,
                      deny ? ", by an explicit deny of a policy" : ": allow it in its policies");
    else
        fiat__err_set(err, FIAT_E_AWS_DENIED,
                      "%s is denied to these credentials: allow it in their policies (%s)", action,
                      said.message);
    char text[sizeof err->message];
    memcpy(text, err->message, sizeof text);
    *err = said;
    memcpy(err->message, text, sizeof text);
}

/* The answer to HEAD has no body to say it in. */
static void explain_head(const fiat__service_request *request, fiat_error *err) {
    if (!request->method || strcmp(request->method, "HEAD") != 0 || *err->aws_code) return;
    const fiat_error said = *err;
    const char *bucket = request->bucket ? request->bucket : "";
    if (said.http_status == 404)
        fiat__err_set(err, FIAT_E_AWS_NOT_FOUND, "no such thing: %s%s", bucket,
                      request->path ? request->path : "");
    else if (said.http_status == 403)
        fiat__err_set(err, FIAT_E_AWS_DENIED, "bucket %s", bucket);
    err->flags = said.flags;
    err->http_status = said.http_status;
    memcpy(err->request_id, said.request_id, sizeof err->request_id);
}

void fiat__service_explain(const fiat__service *service, const fiat__service_request *request,
                           const fiat__service_reply *reply, fiat_error *err) {
    const struct row *row = row_of(err);
    if (row) {
        err->status = row->status;
        if (row->class != FIAT__AWS_THROTTLE) err->flags &= ~(uint32_t)FIAT_ERRF_THROTTLED;
        if (row->class == FIAT__AWS_PAUSE) err->flags = FIAT_ERRF_OPERATOR;
    }
    explain_head(request, err);
    if (err->status == FIAT_E_AWS_DENIED) explain_denial(service, request, err);
    fiat__err_wrap(err, (fiat_status)err->status, "%s %s", service->name, request->operation);
    if (!reply->maybe_done || request->repeatable) return;
    size_t len = strlen(err->message);
    snprintf(err->message + len, sizeof err->message - len,
             "; it may have been done all the same: look before you repeat it");
}
