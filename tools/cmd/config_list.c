/* fiat config list: the settings, and where each value comes from. */
#include "cmd.h"
#include "json/writer.h"
#include "project.h"
#include "settings.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool s_all, s_json;

static const struct opt s_options[] = {
    {"all", 'a', OPT_FLAG, &s_all, NULL, "Also those that are not set, with their default", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print one JSON object", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

#define VALUE_WIDE 40 /* a value that is longer does not widen the column */

/* A setting with its value in force. */
struct item {
    fiat_setting setting;
    fiat_config_source source;
    const char *place;
    size_t line;
    fiat__buf value; /* as it may be shown */
};

/* For each setting that is to be listed. */
typedef void (*visitor)(const struct item *item, void *ctx);

static bool visit_all(const fiat_config *config, visitor visit, void *ctx) {
    struct item item;
    bool whole = true;
    fiat__buf shown;
    fiat__buf_init(&shown, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&item.value, 2 * PROJECT_FILE_MAX_BYTES);
    for (size_t i = 0; fiat_config_describe(i, &item.setting); i++) {
        const char *name = item.setting.name;
        item.source = fiat_config_origin(config, name, &item.place, &item.line);
        if (item.source == FIAT_CONFIG_SOURCE_DEFAULT && !s_all) continue;
        fiat__buf_clear(&shown);
        settings_show(&shown, &item.setting, fiat_config_get(config, name));
        text_make_valid(&item.value, fiat__buf_str(&shown));
        whole = whole && !shown.failed && !item.value.failed;
        visit(&item, ctx);
    }
    fiat__buf_deinit(&item.value);
    fiat__buf_deinit(&shown);
    return whole;
}

/* --- for people --- */

struct layout {
    int name, value; /* columns' widths */
    size_t count;
};

static void measure(const struct item *item, void *ctx) {
    struct layout *layout = ctx;
    const int name = (int)strlen(item->setting.name);
    if (name > layout->name) layout->name = name;
    if (item->value.len <= VALUE_WIDE && (int)item->value.len > layout->value)
        layout->value = (int)item->value.len;
    layout->count++;
}

static void print_item(const struct item *item, void *ctx) {
    const struct layout *layout = ctx;
    const int pad = layout->value - (int)item->value.len;
    printf("%-*s  ", layout->name, item->setting.name);
    text_print(stdout, fiat__buf_cstr(&item->value));
    printf("%*s  %s", pad > 0 ? pad : 0, "", terminal_begin(stdout, TERMINAL_DIM));
    text_print(stdout, item->place ? item->place : "default");
    if (item->line) printf(" line %zu", item->line);
    printf("%s\n", terminal_end(stdout));
}

static int print_table(const fiat_config *config) {
    struct layout layout = {0, 0, 0};
    if (!visit_all(config, measure, &layout)) return cmd_fail(EXIT_FAILED, "out of memory");
    if (layout.count == 0)
        fputs("every setting has its default; `fiat config list --all` shows them\n", stderr);
    return visit_all(config, print_item, &layout) ? EXIT_DONE
                                                  : cmd_fail(EXIT_FAILED, "out of memory");
}

/* --- JSON --- */

struct answer {
    fiat__buf text;
    bool first;
};

static void write_text(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_string_c(out, value);
}

/* A value that was checked, as its type: "+5" and " 5" are the number 5. */
static void write_value(fiat__buf *out, bool *first, const char *name, const char *type,
                        const char *value) {
    fiat__json_write_key(out, first, name);
    if (strcmp(type, "integer") == 0)
        fiat__json_write_int(out, strtoll(value, NULL, 10));
    else if (strcmp(type, "boolean") == 0)
        fiat__buf_append_c(out, value);
    else
        fiat__json_write_string_c(out, value);
}

static void write_item(const struct item *item, void *ctx) {
    static const char *const sources[] = {"default", "environment", "file", "program"};
    struct answer *answer = ctx;
    const fiat_setting *setting = &item->setting;
    fiat__buf *out = &answer->text, place;
    bool first = true;
    fiat__buf_append_c(out, answer->first ? "\n{" : ",\n{");
    answer->first = false;
    write_text(out, &first, "name", setting->name);
    write_value(out, &first, "value", setting->type, fiat__buf_cstr(&item->value));
    write_value(out, &first, "default", setting->type, setting->default_value);
    write_text(out, &first, "source", sources[item->source]);
    if (item->line) {
        fiat__buf_init(&place, PROJECT_FILE_MAX_BYTES);
        text_make_valid(&place, fiat__str_c(item->place));
        write_text(out, &first, "file", fiat__buf_cstr(&place));
        fiat__buf_deinit(&place);
        fiat__json_write_key(out, &first, "line");
        fiat__json_write_uint(out, item->line);
    }
    write_text(out, &first, "environment", setting->env);
    write_text(out, &first, "type", setting->type);
    fiat__buf_append_char(out, '}');
}

static int print_json(const fiat_config *config) {
    struct answer answer = {.first = true};
    fiat__buf_init(&answer.text, 4 * PROJECT_FILE_MAX_BYTES);
    fiat__buf_append_c(&answer.text, "{\"settings\":[");
    bool whole = visit_all(config, write_item, &answer);
    fiat__buf_append_c(&answer.text, answer.first ? "]}" : "\n]}");
    whole = whole && !answer.text.failed;
    if (whole) puts(fiat__buf_cstr(&answer.text));
    fiat__buf_deinit(&answer.text);
    return whole ? EXIT_DONE : cmd_fail(EXIT_FAILED, "out of memory");
}

static int run(int argc, char **argv) {
    fiat_config *config;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    (void)argv;
    if (project_config(&config, NULL, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = s_json ? print_json(config) : print_table(config);
    fiat_config_free(config);
    return code;
}

const struct cmd cmd_config_list = {
    .name = "config list",
    .synopsis = "[OPTION...]",
    .summary = "Show the settings in force and where each comes from",
    .details = "One line a setting: its name, its value, and the line of the file or the "
               "environment variable that the value is from. The file wins over the environment, "
               "the environment over the default. A password in a URL is shown as ***.\n\n"
               "What each setting means: `fiat help fiat.conf`.",
    .options = s_options,
    .run = run,
};
