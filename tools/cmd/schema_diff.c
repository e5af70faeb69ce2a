/* fiat schema diff: may a schema follow on others? */
#include "cmd.h"
#include "differences.h"
#include "schema_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_BREAKING = 1, EXIT_UNDECIDED = 3 };

static const char *s_mode;
static struct opt_list s_refs;
static bool s_ignore_formats, s_json, s_quiet;

static const struct opt s_options[] = {
    {"mode", 'm', OPT_STRING, &s_mode, "MODE",
     "NONE, BACKWARD, FORWARD, FULL, or with _ALL (_TRANSITIVE) of every OLD (default: BACKWARD, "
     "BACKWARD_ALL of several; all differences are printed)",
     0, 0},
    {"ref", 'r', OPT_LIST, &s_refs, "[URI=]PATH",
     "A document that $ref may lead to, as for `fiat schema validate`. May be given again", 0, 0},
    {"ignore-formats", 0, OPT_FLAG, &s_ignore_formats, NULL,
     "\"format\" refuses no string; without, it does, as in the logger", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print a JSON object a line for each difference", 0, 0},
    {"quiet", 'q', OPT_FLAG, &s_quiet, NULL, "Print nothing; the exit code is the answer", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static const struct cmd_exit s_exits[] = {
    {EXIT_DONE, "the new schema is compatible, as the mode has it"},
    {EXIT_BREAKING, "it is not: a value shows it"},
    {EXIT_USAGE, "there is no verdict: a bad schema, a file that cannot be read, wrong usage"},
    {EXIT_UNDECIDED, "undecided: neither a proof was found nor a value that shows the contrary"},
    {0, NULL},
};

static int load(fiat_schema **out, const char *operand) {
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    options.formats = s_ignore_formats ? FIAT_SCHEMA_FORMATS_ANNOTATE : FIAT_SCHEMA_FORMATS_ASSERT;
    return schema_file_load(out, operand, &s_refs, &options);
}

/* On stderr, so that silence never has to be understood. */
static void print_summary(const diff_mode *mode, fiat__compat_effect effect, const char *older,
                          const char *newer) {
    if (s_quiet || s_json) return;
    if (mode->ways)
        fprintf(stderr, "%s: %s -> %s: %s\n", mode->name, older, newer, mode_verdict(effect));
}

static bool print(const diff_mode *mode, const fiat__compat_report *report,
                  fiat__compat_effect effect, const char *older) {
    unsigned ways = s_mode && mode->ways ? mode->ways : MODE_BACKWARD | MODE_FORWARD;
    if (s_quiet) return true;
    if (s_json)
        return differences_print_json(report, ways, older) &&
               differences_print_verdict(mode, effect, older);
    differences_print(report, ways);
    return true;
}

static int compare(const diff_mode *mode, const char *older, const fiat_schema *newer,
                   const char *newer_name, fiat__compat_effect *worst) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__compat_report *report = NULL;
    fiat_schema *schema = NULL;
    int code = load(&schema, older);
    if (code == EXIT_DONE && fiat__compat_compare(&report, schema, newer, &err) != FIAT_OK) {
        cmd_fail_error(older, &err);
        code = EXIT_USAGE;
    }
    if (code == EXIT_DONE) {
        fiat__compat_effect effect = mode_judge(mode, report);
        if (effect > *worst) *worst = effect;
        if (!print(mode, report, effect, older)) code = cmd_fail(EXIT_USAGE, "out of memory");
        if (fflush(stdout) != 0 || ferror(stdout))
            code = cmd_fail(EXIT_USAGE, "cannot write to stdout: %s", strerror(errno));
        print_summary(mode, effect, older, newer_name);
    }
    fiat__compat_free(report);
    fiat_schema_free(schema);
    return code;
}

static const diff_mode *choose_mode(int count) {
    const diff_mode *chosen = mode_find(s_mode ? s_mode : count > 1 ? "BACKWARD_ALL" : "BACKWARD");
    if (!chosen) {
        cmd_fail(EXIT_USAGE,
                 "--mode: \"%s\" is none of NONE, BACKWARD, FORWARD, FULL, BACKWARD_ALL, "
                 "FORWARD_ALL, FULL_ALL",
                 s_mode);
    } else if (count > 1 && chosen->ways && !(chosen->ways & MODE_ALL)) {
        cmd_fail(EXIT_USAGE,
                 "--mode %s is about one earlier version, and there are %d: name one, or choose "
                 "%s_ALL",
                 chosen->name, count, chosen->name);
        chosen = NULL;
    }
    return chosen;
}

static int run(int argc, char **argv) {
    fiat__compat_effect worst = FIAT__COMPAT_HOLDS;
    const char *newer_name = argv[argc - 1];
    fiat_schema *newer = NULL;
    int dashes = 0;
    const diff_mode *chosen = choose_mode(argc - 1);
    if (!chosen) return EXIT_USAGE;
    for (int i = 0; i < argc; i++)
        dashes += strcmp(argv[i], "-") == 0;
    if (dashes > 1) return cmd_fail(EXIT_USAGE, "only one schema can come from stdin");
    int code = load(&newer, newer_name);
    for (int i = 0; i < argc - 1 && code == EXIT_DONE; i++)
        code = compare(chosen, argv[i], newer, newer_name, &worst);
    fiat_schema_free(newer);
    if (code != EXIT_DONE) return code;
    return worst == FIAT__COMPAT_HOLDS    ? EXIT_DONE
           : worst == FIAT__COMPAT_BREAKS ? EXIT_BREAKING
                                          : EXIT_UNDECIDED;
}

const struct cmd cmd_schema_diff = {
    .name = "schema diff",
    .synopsis = "[OPTION...] OLD... NEW",
    .summary = "Compare versions of a JSON Schema: is the new one compatible?",
    .details =
        "OLD and NEW are files; a stream's folder or name stands for its json_schema.json, - for "
        "stdin. Several OLDs are earlier versions, the newest last.\n\n"
        "BACKWARD: readers with the new schema take all that is valid under the old one. FORWARD: "
        "readers with the old schema take all that is valid under the new one. FULL: both. _ALL: "
        "with every OLD.\n\n"
        "Every difference gives a line on stdout:\n\n"
        " /path/to/values: what changed: whether it breaks BACKWARD or FORWARD\n\n"
        "and, where it breaks, a value that shows it: the engine found it valid under one schema "
        "and not under the other. What \"may break\" could not be decided. With --json a line is "
        "an object of old, path, keyword, message, old_schema_path, new_schema_path, backward, "
        "forward (compatible, breaking or undecided), and, where they are known, backward_sample "
        "and forward_sample; the last line of each OLD has old, mode and verdict.",
    .options = s_options,
    .exits = s_exits,
    .min_args = 2,
    .max_args = -1,
    .run = run,
};
