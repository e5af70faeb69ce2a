/* fiat config set: write one setting into the file of settings. */
#include "base/error.h"
#include "base/file.h"
#include "cmd.h"
#include "conf_file.h"
#include "project.h"
#include "settings.h"

#include <stdio.h>
#include <string.h>

static const char *s_file;
static bool s_unset;

static const struct opt s_options[] = {
    {"file", 'f', OPT_STRING, &s_file, "FILE", "The file to change", 0, 0},
    {"unset", 0, OPT_FLAG, &s_unset, NULL, "Take the lines that set it out of the file", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* "" for a file that is not there. */
static fiat_status read_file(const char *path, fiat__buf *out, bool *there, fiat_error *err) {
    fiat_error own = FIAT_ERROR_INIT;
    fiat_status status = fiat__file_read(path, out, &own);
    *there = status == FIAT_OK;
    if (status == FIAT_E_NOT_FOUND) return FIAT_OK;
    if (status != FIAT_OK) fiat__err_assign(err, &own);
    return status;
}

/* A new file with a password in it is its owner's alone. */
static fiat_status write_file(const char *path, fiat__str text, bool private, fiat_error *err) {
    return private ? fiat__file_replace_private(path, text, err)
                   : fiat__file_rewrite(path, text, err);
}

static void print_done(const char *path, const fiat_setting *setting, const char *value,
                       size_t line) {
    fiat__buf shown;
    fiat__buf_init(&shown, PROJECT_FILE_MAX_BYTES);
    settings_show(&shown, setting, value);
    fprintf(stderr, "%s line %zu: %s = %s\n", path, line, setting->name, fiat__buf_cstr(&shown));
    fiat__buf_deinit(&shown);
}

static fiat_status set(const char *path, const fiat_setting *setting, const char *value,
                       fiat__buf *old, fiat__buf *new, fiat_error *err) {
    size_t line;
    bool there;
    fiat_status status = read_file(path, old, &there, err);
    if (status == FIAT_OK)
        status = conf_file_set(new, fiat__buf_str(old), setting->name, value, &line, err);
    if (status == FIAT_OK)
        status = write_file(path, fiat__buf_str(new), setting->secret && !there, err);
    if (status == FIAT_OK) print_done(path, setting, value, line);
    return status;
}

static fiat_status unset(const char *path, const fiat_setting *setting, fiat__buf *old,
                         fiat__buf *new, fiat_error *err) {
    size_t lines;
    bool there;
    fiat_status status = read_file(path, old, &there, err);
    if (status == FIAT_OK)
        status = conf_file_unset(new, fiat__buf_str(old), setting->name, &lines, err);
    if (status == FIAT_OK && lines) status = fiat__file_rewrite(path, fiat__buf_str(new), err);
    if (status == FIAT_OK && lines)
        fprintf(stderr, "%s: %s is no longer set\n", path, setting->name);
    else if (status == FIAT_OK)
        fprintf(stderr, "%s does not set %s: nothing to do\n", path, setting->name);
    return status;
}

static int change(const fiat_setting *setting, const char *value) {
    bool named;
    const char *path = s_file ? s_file : project_config_path(&named);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf old, new;
    fiat__buf_init(&old, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&new, PROJECT_FILE_MAX_BYTES);
    fiat_status status = value ? set(path, setting, value, &old, &new, &err)
                               : unset(path, setting, &old, &new, &err);
    fiat__buf_deinit(&new);
    fiat__buf_deinit(&old);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

static int run(int argc, char **argv) {
    fiat_setting setting;
    fiat_error err = FIAT_ERROR_INIT;
    if (!settings_find(argv[0], &setting)) return settings_unknown(argv[0]);
    if (s_unset && argc > 1) return cmd_fail(EXIT_USAGE, "--unset takes a SETTING and no VALUE");
    if (s_unset) return change(&setting, NULL);
    if (argc < 2)
        return cmd_fail(EXIT_USAGE, "%s needs a VALUE, or --unset to take it back", setting.name);
    if (fiat_config_check(setting.name, argv[1], &err) != FIAT_OK) {
        (void)cmd_fail_error(NULL, &err);
        return EXIT_USAGE;
    }
    return change(&setting, argv[1]);
}

const struct cmd cmd_config_set = {
    .name = "config set",
    .synopsis = "[OPTION...] SETTING [VALUE]",
    .summary = "Change a setting in the project's fiat.conf",
    .details =
        "The file is the one that is in force, as `fiat config path` shows it; it is made when "
        "there is none. Only the line of the setting changes, or one is added: below the comment "
        "that shows the setting, else at the end. The value is checked first. The file is replaced "
        "in one step, so that a reader sees the old or the new one; a symbolic link is followed, "
        "and the mode kept.",
    .options = s_options,
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
