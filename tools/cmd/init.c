/* fiat init: the folders and files that a project starts with. */
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES (1024 * 1024)

static const char s_json_schema[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"Example\",\n"
    "  \"description\": \"What customers do in the shop.\",\n"
    "  \"type\": \"object\",\n"
    "  \"properties\": {\n"
    "    \"id\": {\"type\": \"string\", \"format\": \"uuid\"},\n"
    "    \"time\": {\"type\": \"string\", \"format\": \"date-time\"},\n"
    "    \"host\": {\"type\": \"string\"},\n"
    "    \"customer\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 64},\n"
    "    \"action\": {\"enum\": [\"search\", \"order\", \"return\"]},\n"
    "    \"amount\": {\"type\": \"number\", \"minimum\": 0, \"maximum\": 99999999.99},\n"
    "    \"items\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}},\n"
    "    \"details\": {\"type\": \"object\"}\n"
    "  },\n"
    "  \"required\": [\"id\", \"time\", \"customer\", \"action\"],\n"
    "  \"additionalProperties\": false\n"
    "}\n";

static const char s_athena[] =
    "{\n"
    "  \"columns\": [\n"
    "    {\"name\": \"id\", \"type\": \"string\"},\n"
    "    {\"name\": \"time\", \"type\": \"string\"},\n"
    "    {\"name\": \"host\", \"type\": \"string\"},\n"
    "    {\"name\": \"customer\", \"type\": \"string\"},\n"
    "    {\"name\": \"action\", \"type\": \"string\"},\n"
    "    {\"name\": \"amount\", \"type\": \"decimal(10,2)\"},\n"
    "    {\"name\": \"items\", \"type\": \"array<string>\"},\n"
    "    {\"name\": \"details\", \"type\": \"string\", \"comment\": \"JSON text\"}\n"
    "  ]\n"
    "}\n";

static const char s_stream[] = "{\n"
                               "  \"stamp\": [\"id\", \"time\", \"host\"]\n"
                               "}\n";

struct file {
    const char *path, *text;
};

/* One setting as a comment that needs only its '#' taken away. */
static void write_setting(fiat__buf *out, const fiat_setting *setting) {
    fiat__buf_printf(out, "\n# %s\n", setting->doc);
    if (strcmp(setting->type, "integer") == 0)
        fiat__buf_printf(out, "# %" PRId64 " to %" PRId64 "%s%s", setting->min, setting->max,
                         *setting->unit ? " " : "", setting->unit);
    else
        fiat__buf_printf(out, "# %s", setting->type);
    if (setting->env) fiat__buf_printf(out, "; environment variable %s", setting->env);
    fiat__buf_printf(out, "\n#%s =%s%s\n", setting->name, *setting->default_value ? " " : "",
                     setting->default_value);
}

static void write_config(fiat__buf *out) {
    fiat_setting setting;
    fiat__buf_append_c(out,
                       "# Settings of Fiat, each with its default. Take the '#' away to set one.\n"
                       "# Read by the fiat command here, and by programs that are started with\n"
                       "# FIAT_CONFIG naming this file or that call fiat_config_load().\n");
    for (size_t i = 0; fiat_config_describe(i, &setting); i++)
        write_setting(out, &setting);
}

static char *in_dir(const char *dir, const char *path) {
    return strcmp(dir, ".") == 0 ? fiat__strdup(path) : fiat__path_join(dir, path);
}

/* Nothing is written when anything would be overwritten. */
static int write_files(const char *dir, const struct file *files, size_t count) {
    fiat_error err = FIAT_ERROR_INIT;
    for (size_t i = 0; i < count; i++) {
        char *path = in_dir(dir, files[i].path);
        if (!path) return cmd_fail(EXIT_FAILED, "out of memory");
        bool there = fiat__path_exists(path);
        if (there) cmd_fail(EXIT_FAILED, "%s is already there; nothing was written", path);
        fiat__free(path);
        if (there) return EXIT_FAILED;
    }
    for (size_t i = 0; i < count; i++) {
        char *path = in_dir(dir, files[i].path);
        if (!path) return cmd_fail(EXIT_FAILED, "out of memory");
        char *slash = strrchr(path, '/');
        fiat_status status = FIAT_OK;
        if (slash) {
            *slash = '\0';
            status = fiat__dir_make(path, &err);
            *slash = '/';
        }
        if (status == FIAT_OK)
            status = fiat__file_replace(path, fiat__str_c(files[i].text), false, &err);
        if (status == FIAT_OK) printf("%s\n", path);
        fiat__free(path);
        if (status != FIAT_OK) return cmd_fail_error(NULL, &err);
    }
    return EXIT_DONE;
}

static void print_next_steps(const char *dir) {
    bool here = strcmp(dir, ".") == 0;
    fprintf(stderr,
            "\nTry it on this machine, without AWS:\n"
            "%s%s%s"
            "  echo '{\"customer\": \"c-1\", \"action\": \"order\", \"amount\": 9.99}' |\n"
            "    fiat log Example --to local:data\n"
            "  fiat query --local data 'SELECT customer, action, amount FROM Example'\n"
            "\n"
            "Then copy schemas/Example for a stream of your own, and check it:\n"
            "  fiat schema check\n",
            here ? "" : "  cd ", here ? "" : dir, here ? "" : "\n");
}

static int run(int argc, char **argv) {
    const char *dir = argc ? argv[0] : ".";
    fiat__buf config;
    fiat__buf_init(&config, TEXT_MAX_BYTES);
    write_config(&config);
    const struct file files[] = {{"fiat.conf", fiat__buf_cstr(&config)},
                                 {"schemas/Example/json_schema.json", s_json_schema},
                                 {"schemas/Example/athena.json", s_athena},
                                 {"schemas/Example/stream.json", s_stream}};
    int code = config.failed ? cmd_fail(EXIT_FAILED, "out of memory")
                             : write_files(dir, files, sizeof files / sizeof files[0]);
    if (code == EXIT_DONE) print_next_steps(dir);
    fiat__buf_deinit(&config);
    return code;
}

const struct cmd cmd_init = {
    .name = "init",
    .synopsis = "[DIR]",
    .summary = "Start a project: an example stream and a file of settings",
    .details = "Makes DIR (default: the working folder) with schemas/Example, the definition of a "
               "stream to try and to copy, and fiat.conf, all settings with their defaults. Prints "
               "the files it made. Nothing is ever overwritten.",
    .max_args = 1,
    .run = run,
};
