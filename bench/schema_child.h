/* Validators that are programs of their own, run turn by turn with the ones in this process.
 *
 * The protocol. A child gets as arguments: the file of the schema, the file of JSON lines, whether
 * formats are asserted ("assert", "annotate"), how often one turn goes over all lines, and what is
 * particular to it. It prints one line when it has begun:
 *     ready COMPILE_NS VERDICTS     one 0 or 1 for each line; COMPILE_NS 0 when it cannot tell
 *     cannot REASON
 * and then, for each line that it reads from stdin, does one turn and prints
 *     TOTAL_NS VALIDATE_NS          parsing and validating; validating alone
 * until its stdin ends. */
#ifndef FIAT_BENCH_SCHEMA_CHILD_H
#define FIAT_BENCH_SCHEMA_CHILD_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct bench_child {
    pid_t pid;
    FILE *to, *from;
    double compile_ns;
    char *verdicts;   /* of `count` lines */
    char reason[256]; /* why there is no child */
};

/* argv: NULL at its end. false: reason says why. */
bool bench_child_start(struct bench_child *child, const char *const argv[], size_t count);
/* One turn; false when the child is gone. */
bool bench_child_turn(struct bench_child *child, double *total_ns, double *validate_ns);
void bench_child_end(struct bench_child *child);

#endif
