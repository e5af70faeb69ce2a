/* Judging documents against a schema, and saying what is wrong with them. One thread. */
#ifndef FIAT_TOOLS_VERDICTS_H
#define FIAT_TOOLS_VERDICTS_H

#include "documents.h"

#include <fiat/schema.h>

typedef struct verdicts {
    /* Set by the caller. */
    const fiat_schema *schema;
    fiat_validator *validator;
    bool json;           /* failures as JSON objects, one a line */
    int output;          /* a fiat_schema_output_format: each document's result, a line; or 0 */
    bool all;            /* every failure of a document, not the first alone */
    bool quiet;          /* nothing is printed */
    bool fail_fast;      /* stop at the first document that is not valid */
    uint64_t max_errors; /* stop after so many failures */

    /* What came of it; zero to begin with. */
    uint64_t documents, invalid, failures;
    bool looks_like_lines; /* a file that was taken for one document starts with one on a line */
    bool stopped;          /* by fail_fast or max_errors, or because nobody reads the output */
    fiat_status status;    /* why a document could not be judged, which ended it */
    fiat_error error;
} verdicts;

/* Judge one document and print its failures to stdout; false when that was the last one to judge.
 * `user`: the verdicts. To be called by documents_read(). */
bool verdicts_judge(const document *doc, void *user);

#endif
