/* The schema that a command is given: a file, a stream's folder or its name. */
#ifndef FIAT_TOOLS_SCHEMA_FILE_H
#define FIAT_TOOLS_SCHEMA_FILE_H

#include "cmd.h"

/* Compile it. `operand`: a path; a folder stands for the json_schema.json in it, the name of a
 * stream for its folder, - for stdin. `refs`: see references.h. `options` is completed. What is
 * wrong is printed: EXIT_DONE, or EXIT_USAGE. */
int schema_file_load(fiat_schema **out, const char *operand, const struct opt_list *refs,
                     fiat_schema_options *options);

#endif
