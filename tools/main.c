/* fiat: finds the subcommand, reads its options and runs it. */
#include "main.h"

#include "commands.h"
#include "help.h"
#include "opt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct cmd *const main_cmds[] = {
#define XX(name) &cmd_##name,
    FIAT_COMMANDS(XX)
#undef XX
        NULL};

static const struct cmd *s_cmd; /* the one that runs */

const char *main_cmd_name(void) {
    return s_cmd ? s_cmd->name : NULL;
}

const struct cmd *main_find(int argc, char **argv, int *used, const char **group) {
    *group = NULL;
    for (const struct cmd *const *at = main_cmds; argc > 0 && *at; at++) {
        const char *name = (*at)->name, *space = strchr(name, ' ');
        size_t len = space ? (size_t)(space - name) : strlen(name);
        if (strlen(argv[0]) != len || strncmp(name, argv[0], len) != 0) continue;
        *used = space ? 2 : 1;
        if (!space || (argc > 1 && strcmp(space + 1, argv[1]) == 0)) return *at;
        *group = argv[0];
    }
    return NULL;
}

/* Names to propose: first words, or with a group the second words of that group. */
static const char *candidate(size_t index, const void *ctx) {
    static char word[32];
    const char *group = ctx;
    for (const struct cmd *const *at = main_cmds; *at; at++) {
        const char *name = (*at)->name;
        size_t len = strcspn(name, " ");
        if (group && (strlen(group) != len || strncmp(name, group, len) != 0)) continue;
        if (group) name += len + (name[len] == ' ');
        if (index-- > 0) continue;
        snprintf(word, sizeof word, "%.*s", (int)strcspn(name, " "), name);
        return word;
    }
    return NULL;
}

int main_unknown(int argc, char **argv, const char *group) {
    const char *space = group ? " " : "", *before = group ? group : "";
    if (group && argc < 2)
        return cmd_fail(EXIT_USAGE, "%s needs a command: see `fiat %s --help`", group, group);
    const char *word = group ? argv[1] : argv[0];
    int near = opt_nearest(word, candidate, group);
    if (near < 0)
        return cmd_fail(EXIT_USAGE, "unknown command \"%s%s%s\"; `fiat%s%s --help` lists them",
                        before, space, word, group ? " " : "", before);
    return cmd_fail(EXIT_USAGE, "unknown command \"%s%s%s\"; did you mean \"%s%s%s\"?", before,
                    space, word, before, space, candidate((size_t)near, group));
}

static int usage_error(const char *message) {
    return cmd_fail(EXIT_USAGE, "%s (see `fiat %s --help`)", message, s_cmd->name);
}

static int run_cmd(int argc, char **argv) {
    char message[200];
    bool help = false;
    int operands = opt_parse(s_cmd->options, argc, argv, &help, message, sizeof message);
    if (operands < 0) return usage_error(message);
    if (help) {
        help_cmd(stdout, s_cmd);
        return EXIT_DONE;
    }
    if (operands < s_cmd->min_args) return usage_error("an argument is missing");
    if (s_cmd->max_args >= 0 && operands > s_cmd->max_args) {
        snprintf(message, sizeof message, "unexpected argument \"%.100s\"", argv[s_cmd->max_args]);
        return usage_error(message);
    }
    return s_cmd->run(operands, argv);
}

static bool is_word(const char *word, const char *long_form, const char *short_form) {
    return strcmp(word, long_form) == 0 || strcmp(word, short_form) == 0;
}

static int dispatch(int argc, char **argv) {
    int used = 0;
    const char *group = NULL;
    if (argc == 0) {
        help_overview(stderr, main_cmds);
        return EXIT_USAGE;
    }
    if (is_word(argv[0], "--help", "-h")) {
        help_overview(stdout, main_cmds);
        return EXIT_DONE;
    }
    if (is_word(argv[0], "--version", "-V")) {
        printf("fiat %s\n", FIAT_VERSION);
        return EXIT_DONE;
    }
    s_cmd = main_find(argc, argv, &used, &group);
    if (s_cmd) return run_cmd(argc - used, argv + used);
    if (group && argc > 1 && is_word(argv[1], "--help", "-h")) {
        help_group(stdout, main_cmds, group);
        return EXIT_DONE;
    }
    return main_unknown(argc, argv, group);
}

/* A standard stream that is closed would be the next file that is opened, and get what is printed.
 * In its place comes one that fails as a closed one does. */
static bool hold_standard_streams(void) {
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

/* What was printed may still sit in the buffer: a full disk must not pass for success. */
static int close_stdout(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    return code == EXIT_DONE ? cmd_fail(EXIT_FAILED, "cannot write to stdout: %s", strerror(errno))
                             : code;
}

int main(int argc, char **argv) {
    if (!hold_standard_streams()) return EXIT_FAILED; /* and nowhere to say so */
    return close_stdout(dispatch(argc - 1, argv + 1));
}
