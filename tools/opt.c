/* Options of a subcommand, read from its table. Runs once, on the main thread. */
#include "opt.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WORD 32

/* What opt_parse() has at hand for one option. */
struct parse {
    const struct opt *options;
    char **argv;
    int argc, at; /* at: the next word that has not been used */
    bool *help;
    char *message;
    size_t message_size;
};

int opt_nearest(const char *word, const char *(*next)(size_t index, const void *ctx),
                const void *ctx) {
    int best = -1;
    const char *name;
    size_t len = strlen(word), least = len < 3 ? 2 : len < 8 ? 3 : 4;
    for (size_t i = 0; (name = next(i, ctx)) != NULL; i++) {
        bool starts = len >= 2 && strncmp(name, word, len) == 0;
        size_t d = starts ? 1 : fiat__str_distance(fiat__str_c(word), fiat__str_c(name));
        if (d >= least || d >= strlen(name)) continue;
        least = d;
        best = (int)i;
    }
    return best;
}

fiat__str opt_choice(const char *arg, size_t index) {
    for (; index > 0; index--) {
        arg += strcspn(arg, "|");
        arg += *arg == '|';
    }
    return fiat__str_of(arg, strcspn(arg, "|"));
}

static const char *option_name(size_t index, const void *ctx) {
    const struct opt *options = ctx;
    return options ? options[index].long_name : NULL;
}

static bool refuse_unknown(struct parse *p, const char *name, size_t len) {
    char word[MAX_WORD + 1];
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    int near = opt_nearest(word, option_name, p->options);
    if (near >= 0)
        snprintf(p->message, p->message_size, "unknown option --%.*s; did you mean --%s?", (int)len,
                 name, p->options[near].long_name);
    else
        snprintf(p->message, p->message_size, "unknown option --%.*s", (int)len, name);
    return false;
}

static bool store_uint(struct parse *p, const struct opt *opt, const char *value) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    bool digits = value[0] != '\0' && strspn(value, "0123456789") == strlen(value);
    if (!digits || errno || number < opt->min || number > opt->max) {
        snprintf(p->message, p->message_size,
                 "--%s: \"%s\" is not a whole number from %" PRIu64 " to %" PRIu64, opt->long_name,
                 value, opt->min, opt->max);
        return false;
    }
    *(uint64_t *)opt->dest = number;
    return true;
}

static bool store_item(struct parse *p, const struct opt *opt, const char *value) {
    struct opt_list *list = opt->dest;
    const char **items = fiat__realloc_array(list->items, list->count + 1, sizeof *items);
    if (!items) {
        snprintf(p->message, p->message_size, "--%s: out of memory", opt->long_name);
        return false;
    }
    items[list->count++] = value;
    list->items = items;
    return true;
}

static bool store_choice(struct parse *p, const struct opt *opt, const char *value) {
    for (size_t i = 0; opt_choice(opt->arg, i).len; i++)
        if (fiat__str_eq_c(opt_choice(opt->arg, i), value)) {
            *(const char **)opt->dest = value;
            return true;
        }
    fiat__buf names;
    fiat__buf_init(&names, p->message_size);
    for (size_t i = 0; opt_choice(opt->arg, i).len; i++) {
        const fiat__str name = opt_choice(opt->arg, i);
        fiat__buf_printf(&names, "%s%.*s", i ? ", " : "", (int)name.len, name.ptr);
    }
    snprintf(p->message, p->message_size, "--%s: \"%.60s\" is none of %s", opt->long_name, value,
             fiat__buf_cstr(&names));
    fiat__buf_deinit(&names);
    return false;
}

/* `value`: the text joined to the option, or NULL: then the next word is used. */
static bool store(struct parse *p, const struct opt *opt, const char *value) {
    if (opt->kind == OPT_FLAG) {
        if (value) {
            snprintf(p->message, p->message_size, "--%s takes no value", opt->long_name);
            return false;
        }
        *(bool *)opt->dest = true;
        return true;
    }
    if (!value) {
        if (p->at == p->argc) {
            snprintf(p->message, p->message_size, "--%s needs a value: --%s=%s", opt->long_name,
                     opt->long_name, opt->arg);
            return false;
        }
        value = p->argv[p->at++];
    }
    if (opt->kind == OPT_UINT) return store_uint(p, opt, value);
    if (opt->kind == OPT_LIST) return store_item(p, opt, value);
    if (opt->kind == OPT_CHOICE) return store_choice(p, opt, value);
    *(const char **)opt->dest = value;
    return true;
}

static bool parse_long(struct parse *p, const char *text) {
    size_t len = strcspn(text, "=");
    const char *value = text[len] == '=' ? text + len + 1 : NULL;
    if (!value && strcmp(text, "help") == 0) {
        *p->help = true;
        return true;
    }
    for (const struct opt *opt = p->options; opt && opt->long_name; opt++)
        if (strlen(opt->long_name) == len && strncmp(opt->long_name, text, len) == 0)
            return store(p, opt, value);
    return refuse_unknown(p, text, len);
}

/* A word of short options: flags may be joined ("-jq"), a value may follow at once ("-p80"). */
static bool parse_short(struct parse *p, const char *text) {
    for (; *text; text++) {
        const struct opt *opt = p->options;
        if (*text == 'h') {
            *p->help = true;
            continue;
        }
        while (opt && opt->long_name && opt->short_name != *text)
            opt++;
        if (!opt || !opt->long_name) {
            snprintf(p->message, p->message_size, "unknown option -%c", *text);
            return false;
        }
        if (opt->kind != OPT_FLAG) return store(p, opt, text[1] ? text + 1 : NULL);
        *(bool *)opt->dest = true;
    }
    return true;
}

int opt_parse(const struct opt *options, int argc, char **argv, bool *help, char *message,
              size_t message_size) {
    struct parse p = {options, argv, argc, 0, help, message, message_size};
    int operands = 0;
    while (p.at < argc) {
        char *word = argv[p.at++];
        if (strcmp(word, "--") == 0) break;
        if (word[0] != '-' || word[1] == '\0') {
            argv[operands++] = word;
            continue;
        }
        bool known = word[1] == '-' ? parse_long(&p, word + 2) : parse_short(&p, word + 1);
        if (!known) return -1;
    }
    while (p.at < argc)
        argv[operands++] = argv[p.at++];
    return operands;
}
