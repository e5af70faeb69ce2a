/* fiat help: the help of a command, for people or as a man page. */
#include "help.h"
#include "main.h"

#include <string.h>

static bool s_roff;

static const struct opt s_options[] = {
    {"roff", 0, OPT_FLAG, &s_roff, NULL, "Print the man page, in roff", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static int run(int argc, char **argv) {
    int used = 0;
    const char *group = NULL;
    if (argc == 0) {
        (s_roff ? help_roff_overview : help_overview)(stdout, main_cmds);
        return EXIT_DONE;
    }
    if (argc == 1 && strcmp(argv[0], "fiat.conf") == 0) {
        (s_roff ? help_roff_settings : help_settings)(stdout);
        return EXIT_DONE;
    }
    const struct cmd *cmd = main_find(argc, argv, &used, &group);
    if (cmd && used == argc) {
        (s_roff ? help_roff_cmd : help_cmd)(stdout, cmd);
        return EXIT_DONE;
    }
    if (!group || argc > 1) return main_unknown(argc, argv, group);
    help_group(stdout, main_cmds, group);
    return EXIT_DONE;
}

const struct cmd cmd_help = {
    .name = "help",
    .synopsis = "[--roff] [COMMAND|fiat.conf]",
    .summary = "Show the help of a command, or of the settings",
    .options = s_options,
    .max_args = 2,
    .run = run,
};
