/* --help, printed for a terminal of 80 columns. Runs on the main thread. */
#include "help.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH        79
#define COLUMN       28 /* where the meaning of an option starts */
#define COMMAND_WIDE 16

const char help_about[] =
    "Fiat checks events against their stream's JSON Schema, delivers them through Amazon Data "
    "Firehose and leaves them as rows that SQL can query in Athena.";

const char help_settings_about[] =
    "Lines of the form `name = value`. Blanks around both do not count; a line that starts with "
    "'#' is a comment; of several lines with one name the last counts.\n\n"
    "The fiat command reads the file that the environment variable FIAT_CONFIG names, else "
    "fiat.conf in the working folder; a program that uses libfiat reads the first of them alone, "
    "or what it gives to fiat_config_load(). What the program sets wins over the file, the file "
    "over the environment, the environment over the default.\n\n"
    "`fiat init` writes a fiat.conf with every setting as a comment, `fiat config set` changes a "
    "line of it, `fiat config list` shows what is in force and where it comes from.";

const struct cmd_exit help_exits[] = {
    {EXIT_DONE, "done"},
    {EXIT_FAILED, "failed; stderr says why"},
    {EXIT_USAGE, "the command was not given as its synopsis says"},
    {EXIT_PARTIAL, "done in part: some of the input was refused"},
    {0, NULL},
};

/* Print words from `text` up to `end`, which start at `column`, and indent the lines that follow.
 */
static void print_wrapped(FILE *out, const char *text, const char *end, int column, int indent) {
    bool first = true;
    while (text < end) {
        size_t len = strcspn(text, " \n");
        if (len > (size_t)(end - text)) len = (size_t)(end - text);
        if (len) {
            if (!first && column + 1 + (int)len > WIDTH) {
                fprintf(out, "\n%*s", indent, "");
                column = indent;
                first = true;
            }
            column += fprintf(out, "%s%.*s", first ? "" : " ", (int)len, text);
            first = false;
        }
        text += len + 1;
    }
    fputc('\n', out);
}

/* Paragraphs are parted by an empty line; one that starts with a space is printed as it stands. */
static void print_paragraphs(FILE *out, const char *text) {
    while (*text) {
        const char *end = strstr(text, "\n\n");
        if (!end) end = text + strlen(text);
        if (*text == ' ')
            fprintf(out, "%.*s\n", (int)(end - text), text);
        else
            print_wrapped(out, text, end, 0, 0);
        text = end + strspn(end, "\n");
        if (*text) fputc('\n', out);
    }
}

static void print_option(FILE *out, char short_name, const char *long_name, const char *arg,
                         const char *help) {
    int column = short_name ? fprintf(out, "  -%c, ", short_name) : fprintf(out, "      ");
    column += fprintf(out, "--%s", long_name);
    if (arg) column += fprintf(out, "=%s", arg);
    if (column > COLUMN - 2) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", COLUMN - column, "");
    print_wrapped(out, help, help + strlen(help), COLUMN, COLUMN);
}

static void print_exits(FILE *out, const struct cmd_exit *row) {
    fputs("\nExit codes:\n", out);
    for (; row->meaning; row++) {
        int column = fprintf(out, "  %d  ", row->code);
        print_wrapped(out, row->meaning, row->meaning + strlen(row->meaning), column, column);
    }
}

void help_cmd(FILE *out, const struct cmd *cmd) {
    fprintf(out, "Usage: fiat %s %s\n\n", cmd->name, cmd->synopsis);
    print_wrapped(out, cmd->summary, cmd->summary + strlen(cmd->summary), 0, 0);
    if (cmd->details) {
        fputc('\n', out);
        print_paragraphs(out, cmd->details);
    }
    fputs("\nOptions:\n", out);
    for (const struct opt *opt = cmd->options; opt && opt->long_name; opt++)
        print_option(out, opt->short_name, opt->long_name, opt->arg, opt->help);
    print_option(out, 'h', "help", NULL, "Show this help");
    if (cmd->exits) print_exits(out, cmd->exits);
}

static void print_row(FILE *out, const struct cmd *cmd) {
    int column = fprintf(out, "  %-*s ", COMMAND_WIDE, cmd->name);
    print_wrapped(out, cmd->summary, cmd->summary + strlen(cmd->summary), column, column);
}

void help_overview(FILE *out, const struct cmd *const *cmds) {
    fputs("Usage: fiat COMMAND [OPTION...] [ARGUMENT...]\n\n", out);
    print_paragraphs(out, help_about);
    fputs("\nCommands:\n", out);
    for (; *cmds; cmds++)
        print_row(out, *cmds);
    print_exits(out, help_exits);
    fputs("\n`fiat COMMAND --help` tells more about a command, `fiat --version` the version.\n",
          out);
}

void help_group(FILE *out, const struct cmd *const *cmds, const char *group) {
    size_t len = strlen(group);
    fprintf(out, "Usage: fiat %s COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", group);
    for (; *cmds; cmds++)
        if (strncmp((*cmds)->name, group, len) == 0 && (*cmds)->name[len] == ' ')
            print_row(out, *cmds);
}

void help_setting_range(const fiat_setting *setting, char *out, size_t out_size) {
    if (strcmp(setting->type, "integer") == 0)
        snprintf(out, out_size, "integer from %" PRId64 " to %" PRId64 "%s%s", setting->min,
                 setting->max, *setting->unit ? " " : "", setting->unit);
    else if (strcmp(setting->type, "choice") == 0)
        snprintf(out, out_size, "one of %s", setting->unit);
    else if (strcmp(setting->type, "boolean") == 0)
        snprintf(out, out_size, "true or false");
    else
        snprintf(out, out_size, "text");
}

void help_settings(FILE *out) {
    fiat_setting row;
    char range[200];
    fputs("fiat.conf: settings of Fiat\n\n", out);
    print_paragraphs(out, help_settings_about);
    fputs("\nSettings, with their defaults:\n", out);
    for (size_t i = 0; fiat_config_describe(i, &row); i++) {
        help_setting_range(&row, range, sizeof range);
        fprintf(out, "\n  %s =%s%s\n      ", row.name, *row.default_value ? " " : "",
                row.default_value);
        print_wrapped(out, row.doc, row.doc + strlen(row.doc), 6, 6);
        fprintf(out, "      %s; %s\n", range, row.env);
    }
}
