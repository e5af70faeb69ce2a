/* The frame of the `fiat` command.
 *
 * To add a subcommand:
 *  1. tools/cmd/NAME.c: one `const struct cmd cmd_NAME` with its options and its function, which
 *     parses nothing itself, calls the library and prints; past about 150 lines, move logic down.
 *  2. A word in tools/commands.h, the file in tools/local.mk, its man page in docs/local.mk.
 *  3. tests/cli/NAME/ with at least: what it prints, one wrong use, `--help`.
 * Data goes to stdout, diagnostics to stderr; colours and progress by terminal.h. */
#ifndef FIAT_TOOLS_CMD_H
#define FIAT_TOOLS_CMD_H

#include <fiat/fiat.h>

/* Exit codes of every subcommand that has none of its own, listed in fiat(1). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PARTIAL = 3 };

/* OPT_LIST: an option that may be given again and again. OPT_CHOICE: one of the words of its arg,
 * "table|csv|json". */
enum opt_kind { OPT_FLAG, OPT_STRING, OPT_UINT, OPT_LIST, OPT_CHOICE };

/* The values of an OPT_LIST, in their order; they live as long as argv. */
struct opt_list {
    const char **items;
    size_t count;
};

/* One option. Rows end with a NULL long_name. --help, completion and man page come from them: what
 * a shell completes a value to is told by its arg ("FILE", "STREAM", ...), and an operand by its
 * word in the synopsis; tools/complete.c has the table. */
struct opt {
    const char *long_name; /* "port" */
    char short_name;       /* 'p', or 0 */
    enum opt_kind kind;
    void *dest;      /* bool *, const char ** (also OPT_CHOICE), uint64_t *, or struct opt_list * */
    const char *arg; /* "N": how the help names the value; NULL for a flag */
    const char *help;  /* one sentence, no full stop needed */
    uint64_t min, max; /* OPT_UINT: inclusive */
};

/* What an exit code means; rows end with a NULL meaning. */
struct cmd_exit {
    int code;
    const char *meaning; /* no full stop */
};

struct cmd {
    const char *name;     /* "log", or "schema check" */
    const char *synopsis; /* "[OPTION...] STREAM [FILE...]" */
    const char *summary;  /* one line for `fiat --help` */
    const char *details;  /* paragraphs for `--help`; may be NULL */
    const struct opt *options;
    const struct cmd_exit *exits; /* NULL: those of EXIT_* */
    int min_args, max_args;       /* operands; max -1: any number */
    /* argv: the operands alone. Returns an exit code. */
    int (*run)(int argc, char **argv);
};

/* Print "fiat NAME: message" to stderr and return `code`: `return cmd_fail(EXIT_FAILED, ...)`. */
int cmd_fail(int code, const char *format, ...) FIAT_PRINTF(2, 3);
/* The same for an error object, with its paths and codes where it has them. */
int cmd_fail_error(const char *what, const fiat_error *err);

#endif
