/* What AWS's answers mean: from HTTP status and error code to what to do next. Pure; any thread. */
#ifndef FIAT_AWS_ERROR_CLASS_H
#define FIAT_AWS_ERROR_CLASS_H

#include "aws/client.h"

/* One error code, as sent in x-amzn-ErrorType or __type. */
typedef struct fiat__aws_code {
    const char *code;
    fiat__aws_class class;
    fiat_status status;
} fiat__aws_code;

extern const fiat__aws_code fiat__aws_codes[]; /* ends with a code of NULL */

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
 * not known go by http_status. Fills in status, flags, http_status, aws_code and the message of
 * *err. */
fiat__aws_class fiat__aws_classify_code(fiat__str code, fiat__str message, int http_status,
                                        fiat_error *err);

/* Was a request refused because it is too large, so that a smaller one may be taken? */
bool fiat__aws_is_size_refusal(const fiat_error *err);

/* Does the code say that the clock, or something else in the signature, is off? */
bool fiat__aws_is_skew_code(const char *code);

#endif
