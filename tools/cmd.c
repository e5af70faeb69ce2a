/* How a subcommand reports a failure. */
#include "main.h"
#include "terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print_prefix(void) {
    const char *name = main_cmd_name();
    terminal_clear(stderr);
    fprintf(stderr, "%sfiat%s%s:%s ", terminal_begin(stderr, TERMINAL_FAULT), name ? " " : "",
            name ? name : "", terminal_end(stderr));
}

int cmd_fail(int code, const char *format, ...) {
    va_list args;
    print_prefix();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return code;
}

int cmd_fail_error(const char *what, const fiat_error *err) {
    print_prefix();
    if (what && *what) fprintf(stderr, "%s: ", what);
    fputs(err->message[0] ? err->message : fiat_status_text((fiat_status)err->status), stderr);
    const struct {
        const char *name, *value;
    } rows[] = {{"at", err->instance_path},
                {"keyword", err->keyword},
                {"schema", err->schema_path},
                {"AWS error", err->aws_code},
                {"request", err->request_id}};
    const char *open = " (", *close = "";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].value[0] || strstr(err->message, rows[i].value)) continue;
        fprintf(stderr, "%s%s %s", open, rows[i].name, rows[i].value);
        open = ", ";
        close = ")";
    }
    fprintf(stderr, "%s\n", close);
    return EXIT_FAILED;
}
