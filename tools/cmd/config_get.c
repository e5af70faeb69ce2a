/* fiat config get: the value of one setting. */
#include "cmd.h"
#include "project.h"
#include "settings.h"

#include <stdio.h>

static int print_value(const fiat_config *config, const fiat_setting *setting) {
    fiat__buf shown;
    fiat__buf_init(&shown, PROJECT_FILE_MAX_BYTES);
    settings_show(&shown, setting, fiat_config_get(config, setting->name));
    bool failed = shown.failed;
    if (!failed) puts(fiat__buf_cstr(&shown));
    fiat__buf_deinit(&shown);
    return failed ? cmd_fail(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static int run(int argc, char **argv) {
    fiat_config *config;
    fiat_setting setting;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    if (!settings_find(argv[0], &setting)) return settings_unknown(argv[0]);
    if (project_config(&config, NULL, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = print_value(config, &setting);
    fiat_config_free(config);
    return code;
}

const struct cmd cmd_config_get = {
    .name = "config get",
    .synopsis = "SETTING",
    .summary = "Print the value of a setting",
    .details = "Prints the value in force and nothing else; an empty line for one that is empty. A "
               "password in a URL is shown as ***.",
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
