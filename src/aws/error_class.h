/* What AWS's answers mean: from HTTP status and error code to what to do next. Pure; any thread. */
#ifndef FIAT_AWS_ERROR_CLASS_H
#define FIAT_AWS_ERROR_CLASS_H

#include "aws/client.h"

typedef struct fiat__aws_reply {
    int http_status;
    fiat__str error_type; /* x-amzn-ErrorType header; may be empty */
    fiat__str request_id; /* x-amzn-RequestId header; may be empty */
    fiat__str body;
    const char *host; /* for messages */
} fiat__aws_reply;

/* Class of a whole reply. Fills in *err unless the class is FIAT__AWS_OK. */
fiat__aws_class fiat__aws_classify(const fiat__aws_reply *reply, fiat_error *err);

/* Class of an error code by itself, as found in a reply's parts ("ServiceUnavailableException").
 * `code` may be in the forms that AWS sends: "namespace#Code", "Code:http://...". Codes that are
 * not known: FIAT__AWS_RETRY for a status of 500 or above, FIAT__AWS_TERMINAL otherwise. Fills in
 * status, flags, http_status, aws_code and the message of *err. */
fiat__aws_class fiat__aws_classify_code(fiat__str code, fiat__str message, int http_status,
                                        fiat_error *err);

/* Does the code say that the clock, or something else in the signature, is off? */
bool fiat__aws_is_skew_code(const char *code);

#endif
