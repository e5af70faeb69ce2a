/* Where a command's result goes: stdout, or a file that is there only when it is whole. */
#ifndef FIAT_TOOLS_OUTPUT_FILE_H
#define FIAT_TOOLS_OUTPUT_FILE_H

#include <fiat/error.h>
#include <stdbool.h>
#include <stdio.h>

struct output_file {
    FILE *file;
    char *path, *temporary; /* NULL: stdout; `temporary` NULL: written in place */
};

/* `path` NULL or "-": stdout. What is there and no plain file, as a pipe, is written to as it is.
 */
fiat_status output_file_open(struct output_file *out, const char *path, fiat_error *err);
/* Put the file in its place, or with `keep` false take away what was written. Frees what open made,
 * in any case; once. */
fiat_status output_file_close(struct output_file *out, bool keep, fiat_error *err);

#endif
