/* What is for people at a terminal alone: a line that changes in its place, and colours. On what is
 * no terminal, or with TERM unset or "dumb", neither is written; with NO_COLOR set to anything, as
 * https://no-color.org has it, no colours. Main thread. */
#ifndef FIAT_TOOLS_TERMINAL_H
#define FIAT_TOOLS_TERMINAL_H

#include <fiat/types.h>
#include <stdio.h>

/* Is it a terminal whose cursor can be moved? */
bool terminal_is(FILE *out);

/* Characters in a line of it; 80 when that cannot be known. */
size_t terminal_columns(FILE *out);

/* Show a line in the place of the one before, cut where the terminal's line ends. */
void terminal_line(FILE *out, const char *format, ...) FIAT_PRINTF(2, 3);
/* Take it away, before something else is printed; cmd_fail() does so itself. */
void terminal_clear(FILE *out);

typedef enum terminal_style {
    TERMINAL_FAULT, /* what failed */
    TERMINAL_NOTE,  /* what is worth a look */
    TERMINAL_GOOD,  /* what is as it should be */
    TERMINAL_DIM    /* what may be passed over */
} terminal_style;

/* What begins a text in that style, and what ends it; "" where there are no colours:
 * printf("%s%s%s", terminal_begin(stdout, style), text, terminal_end(stdout)). */
const char *terminal_begin(FILE *out, terminal_style style);
const char *terminal_end(FILE *out);

#endif
