/* Rows of a query as a table, CSV or JSON. */
#ifndef FIAT_TOOLS_OUTPUT_H
#define FIAT_TOOLS_OUTPUT_H

#include "base/str.h"

#include <fiat/error.h>
#include <stdint.h>
#include <stdio.h>

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON, OUTPUT_JSONL };

/* "table", "csv", "json" or "jsonl"; false for another word. */
bool output_format_of(const char *name, enum output_format *out);

/* Are values to be JSON values? Else they are text. */
bool output_is_json(enum output_format format);

/* Where rows come from. */
struct row_source {
    void *ctx;
    size_t columns;
    const char *(*name)(const void *ctx, size_t column);
    bool (*is_number)(const void *ctx, size_t column); /* a table has it at the right */
    /* Go to the next (at first: the first) row; *more false when there is none. */
    fiat_status (*next)(void *ctx, bool *more, fiat_error *err);
    /* A value of the current row, borrowed until the next call; ptr NULL for SQL NULL. */
    fiat__str (*value)(void *ctx, size_t column);
};

struct output {
    enum output_format format;
    FILE *file;
    uint64_t row_count; /* of the rows printed */
};

/* Print all rows. */
fiat_status output_rows(struct output *output, const struct row_source *rows, fiat_error *err);

#endif
