/* A command line as a shell would split it, without a shell: POSIX quoting alone, nothing is
 * expanded. The rules are those of Python's shlex.split(), by which AWS's command line splits
 * credential_process. */
#ifndef FIAT_AWS_ARGV_H
#define FIAT_AWS_ARGV_H

#include <fiat/error.h>

#define FIAT__ARGV_MAX 256 /* arguments */

typedef struct fiat__argv {
    char *text;                      /* the arguments, one behind the other */
    char *items[FIAT__ARGV_MAX + 1]; /* NULL behind the last */
    size_t count;
} fiat__argv;

/* FIAT_E_CONFIG: a quote is not closed, or there is no argument; FIAT_E_LIMIT, FIAT_E_NOMEM. deinit
 * in any case. */
fiat_status fiat__argv_split(fiat__argv *out, const char *line, fiat_error *err);
void fiat__argv_deinit(fiat__argv *argv);

#endif
