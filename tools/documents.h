/* The JSON documents in the operands of a command: a file is one document, or has one on each line.
 * One thread. */
#ifndef FIAT_TOOLS_DOCUMENTS_H
#define FIAT_TOOLS_DOCUMENTS_H

#include "base/str.h"
#include <fiat/error.h>

#include <stdint.h>

/* A line beyond this is cut: lines are read with bounded memory. */
#define DOCUMENTS_LINE_MAX_BYTES (64 * 1024 * 1024)

typedef struct document {
    const char *file; /* for messages: "stdin" for "-" */
    uint64_t line;    /* on which it starts, from 1 */
    fiat__str text;   /* without a byte order mark */
    bool cut;         /* the line was longer than DOCUMENTS_LINE_MAX_BYTES */
} document;

/* Does the name say that each line is a document: .jsonl or .ndjson, perhaps with .gz? */
bool documents_are_lines(const char *path);

/* Call `each` with every document of a file, plain or gzip, "-" for stdin, until it returns false.
 * With `lines`, blank lines are none. FIAT_E_NOT_FOUND, FIAT_E_IO, FIAT_E_NOMEM; FIAT_E_LIMIT for a
 * file of more than 1 GiB that is one document. */
fiat_status documents_read(const char *path, bool lines,
                           bool (*each)(const document *doc, void *user), void *user,
                           fiat_error *err);

/* Where a byte of the document is: the line in its file, and the column in characters, from 1. */
typedef struct document_place {
    uint64_t line, column;
} document_place;

document_place document_at(const document *doc, uint64_t offset);

#endif
