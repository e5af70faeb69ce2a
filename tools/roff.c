/* Man pages in roff (man(7)), made from the tables that --help is made from. They carry no date, so
 * that the same source gives the same page. */
#include "help.h"

#include <ctype.h>
#include <string.h>

/* Characters that roff would print as others: quotes that bend, a minus that is a hyphen. */
static const char *escape_of(char c) {
    switch (c) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

/* Text as roff: no line starts with a control character, and `what stands so` is bold. `as_it_is`:
 * a line for a shell, in which that is something else. */
static void put_text(FILE *out, const char *text, size_t len, bool as_it_is) {
    bool line_start = true, bold = false;
    for (size_t i = 0; i < len; i++) {
        const char c = text[i], *escape = escape_of(c);
        if (line_start && c == '.') fputs("\\&", out);
        if (c == '`' && as_it_is)
            fputs("\\(ga", out);
        else if (c == '`')
            fputs((bold = !bold) ? "\\fB" : "\\fR", out);
        else if (escape)
            fputs(escape, out);
        else
            fputc(c, out);
        line_start = c == '\n';
    }
    if (bold) fputs("\\fR", out);
}

static void put(FILE *out, const char *text) {
    put_text(out, text, strlen(text), false);
}

/* "fiat-schema-check" of "schema check". */
static void put_page_name(FILE *out, const char *cmd, bool upper) {
    const char *parts[] = {"fiat", cmd ? "-" : "", cmd ? cmd : ""};
    for (size_t i = 0; i < 3; i++)
        for (const char *c = parts[i]; *c; c++)
            if (*c == ' ' || *c == '-')
                fputs("\\-", out);
            else
                fputc(upper ? toupper((unsigned char)*c) : *c, out);
}

static void put_head(FILE *out, const char *cmd, const char *summary) {
    fputs(".\\\" Made by `fiat help --roff`; do not edit.\n.TH \"", out);
    put_page_name(out, cmd, true);
    fprintf(out, "\" 1 \"\" \"fiat %s\" \"Fiat\"\n.SH NAME\n", FIAT_VERSION);
    put_page_name(out, cmd, false);
    fputs(" \\- ", out);
    put(out, summary);
    fputs("\n.SH SYNOPSIS\n.B fiat", out);
}

static void put_paragraphs(FILE *out, const char *text) {
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        fputs(*text == ' ' ? ".PP\n.nf\n" : ".PP\n", out);
        put_text(out, text, len, *text == ' ');
        fputs(*text == ' ' ? "\n.fi\n" : "\n", out);
        text += len;
        text += strspn(text, "\n");
    }
}

static void put_option(FILE *out, char short_name, const char *long_name, const char *arg,
                       const char *help) {
    fputs(".TP\n", out);
    if (short_name) fprintf(out, "\\fB\\-%c\\fR, ", short_name);
    fputs("\\fB\\-\\-", out);
    put(out, long_name);
    fputs("\\fR", out);
    if (arg) {
        fputs("=\\fI", out);
        put(out, arg);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put(out, help);
    fputs(".\n", out);
}

/* Rows of name and meaning, ended by NULL. */
static const char *const s_environment[][2] = {
    {"FIAT_CONFIG", "The file of settings, in place of fiat.conf"},
    {"FIAT_*", "Settings: fiat.conf(5) lists them all with their variables"},
    {"FIAT_DUCKDB", "The libduckdb.so that runs SQL"},
    {"AWS_*", "Credentials, region and endpoint, as the AWS command line has them"},
    {"NO_COLOR", "Set to anything: no colours, which terminals alone get"},
    {"TERM", "\"dumb\": neither colours nor a line of progress"},
    {"TMPDIR", "Where large sorts of a query spill to"},
    {NULL, NULL},
};
static const char *const s_files[][2] = {
    {"fiat.conf", "Settings, read from the working folder: see fiat.conf(5)"},
    {"schemas/STREAM/json_schema.json", "What an event of the stream must be"},
    {"schemas/STREAM/athena.json", "Columns and types of its table"},
    {"schemas/STREAM/stream.json", "What the logger stamps on its events, and where they go"},
    {"STREAM.rejected.jsonl", "What `fiat log` refused or could not deliver"},
    {NULL, NULL},
};

static void put_rows(FILE *out, const char *title, const char *const (*rows)[2]) {
    fprintf(out, ".SH %s\n", title);
    for (; (*rows)[0]; rows++) {
        fputs(".TP\n\\fB", out);
        put(out, (*rows)[0]);
        fputs("\\fR\n", out);
        put(out, (*rows)[1]);
        fputs(".\n", out);
    }
}

static void put_exits(FILE *out, const struct cmd_exit *row) {
    fputs(".SH EXIT STATUS\n", out);
    for (; row->meaning; row++) {
        fprintf(out, ".TP\n.B %d\n", row->code);
        put(out, row->meaning);
        fputs(".\n", out);
    }
}

void help_roff_cmd(FILE *out, const struct cmd *cmd) {
    put_head(out, cmd->name, cmd->summary);
    fputc(' ', out);
    put(out, cmd->name);
    fputc('\n', out);
    put(out, cmd->synopsis);
    fputs("\n.SH DESCRIPTION\n", out);
    put(out, cmd->summary);
    fputs(".\n", out);
    if (cmd->details) put_paragraphs(out, cmd->details);
    fputs(".SH OPTIONS\n", out);
    for (const struct opt *opt = cmd->options; opt && opt->long_name; opt++)
        put_option(out, opt->short_name, opt->long_name, opt->arg, opt->help);
    put_option(out, 'h', "help", NULL, "Show this help");
    put_exits(out, cmd->exits ? cmd->exits : help_exits);
    fputs(".SH SEE ALSO\n.BR fiat (1),\n.BR fiat.conf (5)\n", out);
}

void help_roff_settings(FILE *out) {
    fiat_setting row;
    char range[200];
    fprintf(out,
            ".\\\" Made by `fiat help --roff`; do not edit.\n"
            ".TH \"FIAT.CONF\" 5 \"\" \"fiat %s\" \"Fiat\"\n"
            ".SH NAME\nfiat.conf \\- settings of Fiat\n.SH DESCRIPTION\n"
            "Settings of the fiat command, and of programs that log with libfiat.\n",
            FIAT_VERSION);
    put_paragraphs(out, help_settings_about);
    fputs(".SH SETTINGS\n", out);
    for (size_t i = 0; fiat_config_describe(i, &row); i++) {
        help_setting_range(&row, range, sizeof range);
        fprintf(out, ".TP\n\\fB%s\\fR", row.name);
        if (*row.default_value) fprintf(out, " (default: %s)", row.default_value);
        fputc('\n', out);
        put(out, row.doc);
        fputs("\n.br\n", out);
        put(out, range);
        fprintf(out, "; environment variable %s\n", row.env);
    }
    fputs(".SH SEE ALSO\n.BR fiat (1),\n.BR fiat\\-config\\-list (1),\n"
          ".BR fiat\\-config\\-set (1)\n",
          out);
}

void help_roff_overview(FILE *out, const struct cmd *const *cmds) {
    put_head(out, NULL, "validated logging through Amazon Data Firehose to Athena");
    fputs("\n.I command\n[\\fIoption\\fR...] [\\fIargument\\fR...]\n.SH DESCRIPTION\n", out);
    put(out, help_about);
    fputs("\n.SH COMMANDS\n", out);
    for (const struct cmd *const *cmd = cmds; *cmd; cmd++) {
        fputs(".TP\n\\fB", out);
        put_page_name(out, (*cmd)->name, false);
        fputs("\\fR(1)\n", out);
        put(out, (*cmd)->summary);
        fputs(".\n", out);
    }
    put_exits(out, help_exits);
    put_rows(out, "ENVIRONMENT", s_environment);
    put_rows(out, "FILES", s_files);
    fputs(".SH SEE ALSO\n", out);
    for (const struct cmd *const *cmd = cmds; *cmd; cmd++) {
        fputs(".BR ", out);
        put_page_name(out, (*cmd)->name, false);
        fputs(" (1),\n", out);
    }
    fputs(".BR fiat\\-lambda (1),\n.BR fiat.conf (5)\n", out);
}
