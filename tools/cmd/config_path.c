/* fiat config path: which files settings are read from. */
#include "aws/profile.h"
#include "base/file.h"
#include "cmd.h"
#include "json/writer.h"
#include "project.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static bool s_json;

static const struct opt s_options[] = {
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print one JSON object", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

#define OUTPUT_MAX_BYTES (1024 * 1024)

static const char s_aws[] = "AWS's own, for what is not set above";

struct file {
    const char *path, *holds;
    bool there, read;
    const char *why; /* it is read or not; may be NULL */
};

static void print_file(const struct file *file) {
    printf("%-9s  ", !file->there ? "not there" : file->read ? "read" : "not read");
    text_print(stdout, file->path);
    if (file->why) printf("  (%s)", file->why);
    putchar('\n');
}

static void write_file(fiat__buf *out, const struct file *file) {
    bool first = true;
    fiat__buf path;
    fiat__buf_init(&path, OUTPUT_MAX_BYTES);
    text_make_valid(&path, fiat__str_c(file->path));
    fiat__buf_append_char(out, '{');
    fiat__json_write_key(out, &first, "path");
    fiat__json_write_string(out, fiat__buf_str(&path));
    fiat__json_write_key(out, &first, "holds");
    fiat__json_write_string_c(out, file->holds);
    fiat__json_write_key(out, &first, "exists");
    fiat__buf_append_c(out, file->there ? "true" : "false");
    fiat__json_write_key(out, &first, "read");
    fiat__buf_append_c(out, file->read ? "true" : "false");
    fiat__buf_append_char(out, '}');
    fiat__buf_deinit(&path);
}

static int print_json(const struct file *files, size_t count) {
    fiat__buf out;
    fiat__buf_init(&out, OUTPUT_MAX_BYTES);
    fiat__buf_append_c(&out, "{\"files\":[");
    for (size_t i = 0; i < count; i++) {
        fiat__buf_append_c(&out, i ? ",\n" : "\n");
        write_file(&out, &files[i]);
    }
    fiat__buf_append_c(&out, "\n]}");
    bool failed = out.failed;
    if (!failed) puts(fiat__buf_cstr(&out));
    fiat__buf_deinit(&out);
    return failed ? cmd_fail(EXIT_FAILED, "out of memory") : EXIT_DONE;
}

static void add(struct file *files, size_t *count, const char *path, const char *holds,
                const char *why) {
    if (!path) return;
    const bool there = fiat__path_exists(path);
    files[(*count)++] =
        (struct file){.path = path, .holds = holds, .there = there, .read = there, .why = why};
}

static int run(int argc, char **argv) {
    struct file files[4];
    size_t count = 0;
    bool named;
    fiat__aws_profile profile;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    (void)argv;
    const char *path = project_config_path(&named);
    add(files, &count, path, "settings", named ? "FIAT_CONFIG names it" : NULL);
    if (named) {
        add(files, &count, PROJECT_CONFIG, "settings", "FIAT_CONFIG names another file");
        files[1].read = false;
    }
    /* A fault in them is for the command that needs them to tell. */
    (void)fiat__aws_profile_load(&profile, &err);
    add(files, &count, profile.credentials_path, "aws", s_aws);
    add(files, &count, profile.config_path, "aws", s_aws);
    int code = EXIT_DONE;
    if (s_json) code = print_json(files, count);
    for (size_t i = 0; i < count && !s_json; i++)
        print_file(&files[i]);
    fiat__aws_profile_deinit(&profile);
    return code;
}

const struct cmd cmd_config_path = {
    .name = "config path",
    .synopsis = "[OPTION...]",
    .summary = "Show which files settings are read from",
    .details =
        "The first is the file of settings, of which there is one: what FIAT_CONFIG names, else "
        "fiat.conf in the working folder. Below are AWS's shared files, for the region, endpoint "
        "and credentials that neither it nor the environment gives. Each is shown with whether it "
        "is there.",
    .options = s_options,
    .run = run,
};
