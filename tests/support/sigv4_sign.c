/* Reads requests as JSON, one a line, from standard input and writes the Authorization header of
 * each: what tests/integration/sigv4_botocore.py compares with botocore's. */
#include "base/error.h"
#include "support/sigv4_case.h"

#include <stdio.h>
#include <stdlib.h>

static char s_line[1024 * 1024];

int main(void) {
    while (fgets(s_line, sizeof s_line, stdin)) {
        sigv4_case c;
        fiat__buf out;
        fiat_error err;
        fiat__buf_init(&out, 64 * 1024);
        sigv4_case_init(&c, fiat__str_of(s_line, strcspn(s_line, "\n")));
        if (fiat__sigv4_authorization(&out, &c.request, &c.scope, &c.credentials, &err) !=
            FIAT_OK) {
            fprintf(stderr, "sigv4_sign: %s\n", err.message);
            return EXIT_FAILURE;
        }
        puts(fiat__buf_cstr(&out));
        sigv4_case_deinit(&c);
        fiat__buf_deinit(&out);
    }
    return EXIT_SUCCESS;
}
