/* A request to sign, read from JSON: tests/data/sigv4/CASE/request.json, and the lines that
 * tests/integration/sigv4_botocore.py sends.
 *
 *   {"method": "GET", "path": "/", "query": "a=b", "headers": [["Host", "x"], ...], "body": "",
 *    "region": "us-east-1", "service": "iam", "time": "20150830T123600Z", "normalize_path": true,
 *    "access_key_id": "AKIDEXAMPLE", "secret_access_key": "..."} */
#ifndef FIAT_TESTS_SIGV4_CASE_H
#define FIAT_TESTS_SIGV4_CASE_H

#include "aws/sigv4.h"
#include "json/doc.h"

typedef struct sigv4_case {
    fiat__doc *doc; /* everything below borrows from it */
    fiat__aws_header headers[FIAT__SIGV4_MAX_HEADERS];
    fiat__sigv4_request request;
    fiat__sigv4_scope scope;
    fiat__aws_credentials credentials;
} sigv4_case;

/* Aborts with a message when the text is not such a case. */
void sigv4_case_init(sigv4_case *out, fiat__str json);
void sigv4_case_deinit(sigv4_case *c);

#endif
