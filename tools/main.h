/* What main.c offers to the rest of the frame. */
#ifndef FIAT_TOOLS_MAIN_H
#define FIAT_TOOLS_MAIN_H

#include "cmd.h"

/* Every subcommand, ended by NULL. */
extern const struct cmd *const main_cmds[];

/* The subcommand that runs, for messages; NULL before one is known. */
const char *main_cmd_name(void);

/* The subcommand that the first words name, and how many words that takes; NULL when none. A word
 * that starts several of them ("schema") goes to *group, else NULL. */
const struct cmd *main_find(int argc, char **argv, int *used, const char **group);

/* Say on stderr that the words name no subcommand, and which was perhaps meant. EXIT_USAGE. */
int main_unknown(int argc, char **argv, const char *group);

#endif
