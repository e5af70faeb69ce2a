/* Prints docs/configuration.md from the settings table; tests/lint/configuration compares them. */
#include <fiat/fiat.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char s_head[] =
    "# Configuration\n\n"
    "Made from the settings table in `src/logger/settings.c`: change that, then run `make docs`.\n\n"
    "A value that the program sets (`fiat_configure()`, `fiat_config_set()`) wins over the\n"
    "configuration file (`fiat_config_load()`, or named by the environment variable `FIAT_CONFIG`),\n"
    "the file over the environment, the environment over the default. A configuration file has lines\n"
    "`name = value`; `#` starts a comment line.\n\n"
    "The `fiat` command reads the file that `FIAT_CONFIG` names, else `fiat.conf` in the working\n"
    "folder:\n\n"
    "```sh\n"
    "fiat config path                   # which files are read\n"
    "fiat config list                   # what is set, and where; --all: every setting; --json\n"
    "fiat config get linger.ms          # the value alone\n"
    "fiat config set linger.ms 50       # checked, then written: that line alone changes\n"
    "fiat config set --unset linger.ms\n"
    "```\n\n"
    "A program asks for the same with `fiat_config_get()`, `fiat_config_origin()` and\n"
    "`fiat_config_check()`. Passwords, as in the URL of a proxy, are not shown by the command.\n\n"
    "| setting | environment | type, range | default | meaning |\n"
    "|---|---|---|---|---|\n";

int main(void) {
    fiat_setting row;
    fputs(s_head, stdout);
    for (size_t i = 0; fiat_config_describe(i, &row); i++) {
        printf("| `%s` | `%s` | %s", row.name, row.env, row.type);
        if (strcmp(row.type, "integer") == 0)
            printf(", %" PRId64 "..%" PRId64 " %s", row.min, row.max, row.unit);
        if (strcmp(row.type, "choice") == 0) printf(": %s", row.unit);
        printf(" | %s%s%s | %s |\n", *row.default_value ? "`" : "", row.default_value,
               *row.default_value ? "`" : "", row.doc);
    }
    return 0;
}
