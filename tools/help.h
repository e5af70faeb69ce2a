/* What the command says about itself: --help and the man pages, both from the tables. */
#ifndef FIAT_TOOLS_HELP_H
#define FIAT_TOOLS_HELP_H

#include "cmd.h"

#include <stdio.h>

/* `cmds` ends with NULL. */
void help_overview(FILE *out, const struct cmd *const *cmds);
void help_group(FILE *out, const struct cmd *const *cmds, const char *group);
void help_cmd(FILE *out, const struct cmd *cmd);

/* fiat.conf: what it is, and every setting. */
void help_settings(FILE *out);

/* The same as a page for man(1), in roff (man(7)). */
void help_roff_overview(FILE *out, const struct cmd *const *cmds);
void help_roff_cmd(FILE *out, const struct cmd *cmd);
void help_roff_settings(FILE *out);

/* Part of what fiat(1) and `fiat --help` have in common. */
extern const char help_about[];

/* The same of fiat.conf(5) and `fiat help fiat.conf`. */
extern const char help_settings_about[];

/* What a setting may be, "integer from 0 to 900000 ms", into `out`. */
void help_setting_range(const fiat_setting *setting, char *out, size_t out_size);

/* EXIT_*. */
extern const struct cmd_exit help_exits[];

#endif
