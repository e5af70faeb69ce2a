#include "terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80

static FILE *s_shown; /* where a line stands that changes; NULL: nowhere */

bool terminal_is(FILE *out) {
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && term && *term && strcmp(term, "dumb") != 0;
}

size_t terminal_columns(FILE *out) {
    struct winsize size;
    const bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : COLUMNS_DEFAULT;
}

void terminal_line(FILE *out, const char *format, ...) {
    char text[512];
    va_list args;
    if (!terminal_is(out)) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* A line that is longer than the terminal's would leave lines behind. */
    fprintf(out, "\r\x1b[K%.*s", (int)terminal_columns(out) - 1, text);
    fflush(out);
    s_shown = out;
}

void terminal_clear(FILE *out) {
    if (out != s_shown) return;
    fputs("\r\x1b[K", out);
    fflush(out);
    s_shown = NULL;
}

static bool has_colours(FILE *out) {
    const char *no_color = getenv("NO_COLOR");
    return (!no_color || !*no_color) && terminal_is(out);
}

const char *terminal_begin(FILE *out, terminal_style style) {
    static const char *const starts[] = {[TERMINAL_FAULT] = "\x1b[31m",
                                         [TERMINAL_NOTE] = "\x1b[33m",
                                         [TERMINAL_GOOD] = "\x1b[32m",
                                         [TERMINAL_DIM] = "\x1b[2m"};
    return has_colours(out) ? starts[style] : "";
}

const char *terminal_end(FILE *out) {
    return has_colours(out) ? "\x1b[0m" : "";
}
