/* Completion from the tables of --help: which word is expected is told by the name that an option
 * or the synopsis gives to it. Nothing is said of what is wrong on the line, or in the project. */
#include "complete.h"

#include "base/file.h"
#include "differences.h"
#include "main.h"
#include "opt.h"
#include "pipeline/delivery_members.h"
#include "project.h"
#include "settings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX_BYTES (4u << 20)
#define OPERANDS_MAX    16 /* those that a synopsis names */

/* The line being typed. */
struct line {
    complete_answer *out;
    int count;
    char **words;
    const char *typed;  /* the last word */
    const char *before; /* a part of it that stays, as "--to="; not NUL-terminated */
    size_t before_len;
    const struct cmd *cmd;     /* NULL while the command is being typed */
    const char *first_operand; /* NULL: none yet */
    const char *schemas_dir;   /* --schemas; NULL: not given */
};

/* `len` bytes of a word, if it begins as what was typed does. */
static void offer(struct line *line, const char *word, size_t len, const char *meaning) {
    fiat__buf *out = &line->out->words;
    const size_t typed_len = strlen(line->typed);
    if (len < typed_len || memcmp(word, line->typed, typed_len) != 0) return;
    fiat__buf_append(out, line->before, line->before_len);
    fiat__buf_append(out, word, len);
    fiat__buf_append_char(out, '\t');
    fiat__buf_append_c(out, meaning);
    fiat__buf_append_char(out, '\n');
}

static void offer_c(struct line *line, const char *word, const char *meaning) {
    offer(line, word, strlen(word), meaning);
}

/* --- commands --- */

/* Of "schema check" the first word; or, behind the words that are there, the second. Words that
 * start several commands are offered once: those of a group stand together in the table. */
static void offer_commands(struct line *line, int count, char **words) {
    const char *last = "";
    size_t last_len = 0;
    for (const struct cmd *const *at = main_cmds; *at; at++) {
        const char *name = (*at)->name;
        const size_t len = strcspn(name, " ");
        if (count == 0) {
            const bool again = len == last_len && memcmp(name, last, len) == 0;
            if (!again) offer(line, name, len, name[len] ? "" : (*at)->summary);
            last = name;
            last_len = len;
        } else if (count == 1 && name[len] && strlen(words[0]) == len &&
                   memcmp(name, words[0], len) == 0) {
            offer_c(line, name + len + 1, (*at)->summary);
        }
    }
}

/* --- values --- */

static void offer_streams(struct line *line) {
    fiat_config *config;
    char **names = NULL;
    size_t count = 0;
    fiat_error err = FIAT_ERROR_INIT;
    if (project_config(&config, line->schemas_dir, &err) != FIAT_OK) return;
    if (project_streams(project_schemas_dir(config), true, &names, &count, &err) == FIAT_OK)
        for (size_t i = 0; i < count; i++)
            if (!strpbrk(names[i], "\t\n")) offer_c(line, names[i], "");
    fiat__dir_free_list(names, count);
    fiat_config_free(config);
}

static void offer_settings(struct line *line) {
    fiat_setting row;
    for (size_t i = 0; fiat_config_describe(i, &row); i++)
        offer_c(line, row.name, row.doc);
}

/* What the setting that stands before may be. */
static void offer_setting_values(struct line *line) {
    fiat_setting row;
    if (!line->first_operand || !settings_find(line->first_operand, &row)) return;
    if (strcmp(row.type, "boolean") == 0) {
        offer_c(line, "true", "");
        offer_c(line, "false", "");
    }
    if (strcmp(row.type, "choice") != 0) return;
    for (const char *at = row.unit; *at;) {
        const size_t len = strcspn(at, ",");
        offer(line, at, len, "");
        at += len;
        at += strspn(at, ", ");
    }
}

static void offer_files(struct line *line) {
    line->out->paths = COMPLETE_FILES;
}

static void offer_dirs(struct line *line) {
    if (line->out->paths == COMPLETE_NO_PATHS) line->out->paths = COMPLETE_DIRS;
}

static void offer_sinks(struct line *line) {
    if (strncmp(line->typed, "local:", strlen("local:")) == 0) {
        offer_dirs(line);
        return;
    }
    offer_c(line, "firehose", "deliver to Amazon Data Firehose");
    offer_c(line, "local:", "the same objects in a folder");
    offer_c(line, "stdout", "print the events");
}

static void offer_modes(struct line *line) {
    for (size_t i = 0; mode_at(i); i++)
        offer_c(line, mode_at(i)->name, "");
}

/* What a name in an option's arg or in a synopsis stands for. Other names stand for nothing that
 * could be guessed, as "N". */
static const struct {
    const char *name;
    void (*offer)(struct line *line);
} s_values[] = {
    {"FILE", offer_files},       {"INSTANCE", offer_files},   {"PATH", offer_files},
    {"[URI=]PATH", offer_files}, {"OLD", offer_files},        {"NEW", offer_files},
    {"DIR", offer_dirs},         {"STREAM", offer_streams},   {"SINK", offer_sinks},
    {"MODE", offer_modes},       {"SETTING", offer_settings}, {"VALUE", offer_setting_values},
};

/* One name, or several with "|" between. Words that are not in capitals stand for themselves. */
static void offer_values(struct line *line, const char *names) {
    for (size_t i = 0; opt_choice(names, i).len; i++) {
        const fiat__str name = opt_choice(names, i);
        if (islower((unsigned char)name.ptr[0]) || isdigit((unsigned char)name.ptr[0]))
            offer(line, name.ptr, name.len, "");
        for (size_t j = 0; j < sizeof s_values / sizeof s_values[0]; j++)
            if (fiat__str_eq_c(name, s_values[j].name)) s_values[j].offer(line);
    }
}

/* The flags of `fiat stream` come from a table that knows the words of each. */
#define WORDS_OF_TEXT(form)    NULL
#define WORDS_OF_INTEGER(form) NULL
#define WORDS_OF_DECIMAL(form) NULL
#define WORDS_OF_FLAG(form)    "true false"
#define WORDS_OF_CHOICE(form)  form
static const struct {
    const char *flag, *words;
} s_delivery[] = {
#define XX(id, member, flag, kind, fallback, min, max, form, arg, help)                            \
    {flag, WORDS_OF_##kind(form)},
    FIAT__DELIVERY_MAP(XX)
#undef XX
};

static void offer_option_values(struct line *line, const struct opt *opt) {
    if (opt->kind == OPT_CHOICE)
        for (size_t i = 0; opt_choice(opt->arg, i).len; i++)
            offer(line, opt_choice(opt->arg, i).ptr, opt_choice(opt->arg, i).len, "");
    else
        offer_values(line, opt->arg);
    if (strncmp(line->cmd->name, "stream ", strlen("stream ")) != 0) return;
    for (size_t i = 0; i < sizeof s_delivery / sizeof s_delivery[0]; i++) {
        if (strcmp(s_delivery[i].flag, opt->long_name) != 0 || !s_delivery[i].words) continue;
        for (const char *at = s_delivery[i].words; *at; at += strspn(at, " ")) {
            const size_t len = strcspn(at, " ");
            offer(line, at, len, "");
            at += len;
        }
    }
}

/* --- options --- */

static const struct opt *long_option(const struct cmd *cmd, const char *name, size_t len) {
    for (const struct opt *opt = cmd->options; opt && opt->long_name; opt++)
        if (strlen(opt->long_name) == len && memcmp(opt->long_name, name, len) == 0) return opt;
    return NULL;
}

/* The option with a value in a word "--name", "--name=value", "-n", "-nvalue", or "-qn" behind a
 * flag; NULL: none. *value: what is joined to it, or NULL. */
static const struct opt *option_of(const struct cmd *cmd, const char *word, const char **value) {
    *value = NULL;
    if (word[1] == '-') {
        const size_t len = strcspn(word + 2, "=");
        if (word[2 + len]) *value = word + 2 + len + 1;
        const struct opt *opt = long_option(cmd, word + 2, len);
        return opt && opt->kind != OPT_FLAG ? opt : NULL;
    }
    for (const char *at = word + 1; *at; at++)
        for (const struct opt *opt = cmd->options; opt && opt->long_name; opt++) {
            if (opt->short_name != *at || opt->kind == OPT_FLAG) continue;
            if (at[1]) *value = at + 1;
            return opt;
        }
    return NULL;
}

static void offer_options(struct line *line) {
    fiat__buf word;
    fiat__buf_init(&word, 256);
    for (const struct opt *opt = line->cmd->options; opt && opt->long_name; opt++) {
        fiat__buf_clear(&word);
        fiat__buf_printf(&word, "--%s%s", opt->long_name, opt->kind == OPT_FLAG ? "" : "=");
        offer_c(line, fiat__buf_cstr(&word), opt->help);
    }
    offer_c(line, "--help", "Show this help");
    fiat__buf_deinit(&word);
}

/* --- operands --- */

/* The name that the synopsis gives to operand number `index`, without brackets: "STREAM" of
 * "[OPTION...] STREAM [FILE...]"; the last name where one of them may come again and again. false
 * when it names no such. */
static bool operand_name(const struct cmd *cmd, int index, char *out, size_t out_size) {
    const char *at = cmd->synopsis;
    bool is_value = false, repeats = false;
    out[0] = '\0';
    for (int found = 0; *at;) {
        const size_t len = strcspn(at, " ");
        fiat__str word = fiat__str_of(at, len);
        at += len + (at[len] == ' ');
        while (word.len && word.ptr[0] == '[' && !fiat__str_starts(word, fiat__str_c("[URI=]")))
            word = fiat__str_of(word.ptr + 1, word.len - 1);
        const bool option = word.len && word.ptr[0] == '-';
        const bool skip = option || is_value || fiat__str_starts(word, fiat__str_c("OPTION"));
        while (word.len && word.ptr[word.len - 1] == ']')
            word.len--;
        is_value = false;
        if (option && word.len > 2) {
            const struct opt *opt = long_option(cmd, word.ptr + 2, word.len - 2);
            is_value = opt && opt->kind != OPT_FLAG;
        }
        if (skip) continue;
        if (fiat__str_ends(word, fiat__str_c("..."))) {
            repeats = true;
            word.len -= 3;
        }
        snprintf(out, out_size, "%.*s", (int)word.len, word.ptr);
        if (found++ == index) return true;
    }
    return repeats;
}

/* --- the line --- */

/* The words behind the command's name. Returns the option whose value is being typed, or NULL, and
 * counts the operands before; *options_over: "--" stood there. */
static const struct opt *walk(struct line *line, int used, int *operands, bool *options_over) {
    const struct opt *waits = NULL; /* an option whose value is the next word */
    for (int i = used; i < line->count - 1; i++) {
        const char *word = line->words[i];
        if (waits) {
            if (strcmp(waits->long_name, "schemas") == 0) line->schemas_dir = word;
            waits = NULL;
        } else if (*options_over || word[0] != '-' || !word[1]) {
            if ((*operands)++ == 0) line->first_operand = word;
        } else if (strcmp(word, "--") == 0) {
            *options_over = true;
        } else {
            const char *value;
            const struct opt *opt = option_of(line->cmd, word, &value);
            if (!value) waits = opt;
            if (opt && value && strcmp(opt->long_name, "schemas") == 0) line->schemas_dir = value;
        }
    }
    return waits;
}

/* "--name=" of what is being typed stays as it is. */
static void offer_joined_value(struct line *line) {
    const char *value;
    const struct opt *opt = option_of(line->cmd, line->typed, &value);
    if (!opt) return;
    line->before = line->typed;
    line->before_len = (size_t)(value - line->typed);
    line->typed = value;
    offer_option_values(line, opt);
}

static void offer_operand(struct line *line, int index) {
    char name[64];
    const bool named = operand_name(line->cmd, index, name, sizeof name);
    if (fiat__str_eq_c(opt_choice(name, 0), "COMMAND")) /* of one word or two */
        offer_commands(line, index, line->words + line->count - 1 - index);
    if (named) offer_values(line, name);
}

static void offer_argument(struct line *line, int used) {
    int operands = 0;
    bool options_over = false;
    const struct opt *waits = walk(line, used, &operands, &options_over);
    if (waits)
        offer_option_values(line, waits);
    else if (!options_over && strncmp(line->typed, "--", 2) == 0 && strchr(line->typed, '='))
        offer_joined_value(line);
    else if (!options_over && line->typed[0] == '-')
        offer_options(line);
    else
        offer_operand(line, operands);
}

void complete_find(complete_answer *out, int count, char **words) {
    int used = 0;
    const char *group = NULL;
    static char nothing[] = "";
    struct line line = {.out = out, .count = count, .words = words, .typed = nothing};
    out->paths = COMPLETE_NO_PATHS;
    fiat__buf_init(&out->words, WORDS_MAX_BYTES);
    if (count > 0) line.typed = words[count - 1];
    const int before = count > 0 ? count - 1 : 0;
    line.cmd = main_find(before, words, &used, &group);
    if (line.cmd) {
        offer_argument(&line, used);
        return;
    }
    offer_commands(&line, before, words);
    if (before <= 1 && line.typed[0] == '-') {
        offer_c(&line, "--help", "Show this help");
        if (before == 0) offer_c(&line, "--version", "Show the version");
    }
}
