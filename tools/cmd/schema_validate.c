/* fiat schema validate: do documents match a schema? */
#include "cmd.h"
#include "schema_file.h"
#include "verdicts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const char *s_schema, *s_draft, *s_output;
static uint64_t s_max_errors = UINT64_MAX;
static struct opt_list s_refs;
static bool s_all, s_assert, s_json, s_lines, s_fail_fast, s_quiet;

static const struct opt s_options[] = {
    {"schema", 's', OPT_STRING, &s_schema, "FILE",
     "The schema; a stream's folder or name stands for its json_schema.json; - is stdin", 0, 0},
    {"draft", 0, OPT_CHOICE, &s_draft, "4|6|7|2019-09|2020-12",
     "For a schema without \"$schema\" (default 2020-12)", 0, 0},
    {"ref", 'r', OPT_LIST, &s_refs, "[URI=]PATH",
     "A document that $ref may lead to: a file, or a folder of them; found by its $id, by URI, or "
     "by its path beside the schema. May be given again",
     0, 0},
    {"assert-formats", 0, OPT_FLAG, &s_assert, NULL,
     "Refuse strings that do not fit their \"format\", as the logger does", 0, 0},
    {"lines", 0, OPT_FLAG, &s_lines, NULL, "Every line is a document, whatever the file is called",
     0, 0},
    {"all-errors", 'a', OPT_FLAG, &s_all, NULL,
     "Print every failure of a document, not the first alone", 0, 0},
    {"max-errors", 0, OPT_UINT, &s_max_errors, "N", "Stop after N failures", 1, 1000000000},
    {"fail-fast", 0, OPT_FLAG, &s_fail_fast, NULL, "Stop at the first document that is not valid",
     0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print a JSON object a line for each failure", 0, 0},
    {"output", 'o', OPT_CHOICE, &s_output, "flag|basic|detailed|list|hierarchical",
     "Print a standard JSON Schema output a line for each document", 0, 0},
    {"quiet", 'q', OPT_FLAG, &s_quiet, NULL, "Print nothing; the exit code is the answer", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static const struct cmd_exit s_exits[] = {
    {EXIT_DONE, "all documents are valid"},
    {EXIT_FAILED, "a document is not valid, or is not JSON"},
    {EXIT_USAGE,
     "there is no verdict: a bad schema, a file that cannot be read, wrong usage; stderr says why"},
    {0, NULL},
};

static bool find_draft(const char *name, int32_t *out) {
    static const struct {
        const char *name;
        fiat_schema_draft draft;
    } rows[] = {{"4", FIAT_SCHEMA_DRAFT_4},
                {"6", FIAT_SCHEMA_DRAFT_6},
                {"7", FIAT_SCHEMA_DRAFT_7},
                {"2019-09", FIAT_SCHEMA_DRAFT_2019_09},
                {"2020-12", FIAT_SCHEMA_DRAFT_2020_12}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        *out = rows[i].draft;
        return true;
    }
    return false;
}

static bool find_output(const char *name, int *out) {
    static const char *const names[] = {[FIAT_SCHEMA_OUTPUT_FLAG] = "flag",
                                        [FIAT_SCHEMA_OUTPUT_BASIC] = "basic",
                                        [FIAT_SCHEMA_OUTPUT_DETAILED] = "detailed",
                                        [FIAT_SCHEMA_OUTPUT_LIST] = "list",
                                        [FIAT_SCHEMA_OUTPUT_HIERARCHICAL] = "hierarchical"};
    for (int i = FIAT_SCHEMA_OUTPUT_FLAG; i <= FIAT_SCHEMA_OUTPUT_HIERARCHICAL; i++)
        if (strcmp(names[i], name) == 0) *out = i;
    return *out != 0;
}

/* One line on stderr, so that silence never has to be understood. */
static void print_summary(const verdicts *v, const char *only_file) {
    uint64_t valid = v->documents - v->invalid;
    if (s_quiet) return;
    if (v->documents == 0)
        cmd_fail(EXIT_DONE, "there was no document to judge");
    else if (v->documents == 1 && valid && only_file)
        fprintf(stderr, "%s: valid\n", strcmp(only_file, "-") == 0 ? "stdin" : only_file);
    if (v->looks_like_lines)
        fputs("hint: with --lines every line is a document of its own\n", stderr);
    if (v->documents > 1)
        fprintf(stderr, "%" PRIu64 " documents: %" PRIu64 " valid, %" PRIu64 " not valid%s\n",
                v->documents, valid, v->invalid, v->stopped ? "; stopped there" : "");
}

static int judge_files(verdicts *v, int argc, char **argv) {
    static char from_stdin[] = "-", *only_stdin[] = {from_stdin};
    fiat_error err = FIAT_ERROR_INIT;
    int code = EXIT_DONE;
    if (argc == 0) {
        argc = 1;
        argv = only_stdin;
    }
    for (int i = 0; i < argc && !v->stopped && v->status == FIAT_OK; i++) {
        bool lines = s_lines || documents_are_lines(argv[i]);
        if (documents_read(argv[i], lines, verdicts_judge, v, &err) == FIAT_OK) continue;
        cmd_fail_error(NULL, &err);
        code = EXIT_USAGE;
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        return cmd_fail(EXIT_USAGE, "cannot write to stdout: %s", strerror(errno));
    if (v->status != FIAT_OK) {
        cmd_fail_error(NULL, &v->error);
        return EXIT_USAGE;
    }
    if (code == EXIT_DONE) print_summary(v, argc == 1 ? argv[0] : NULL);
    if (code == EXIT_DONE && v->invalid) code = EXIT_FAILED;
    return code;
}

static int run(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    verdicts v = {.json = s_json,
                  .all = s_all,
                  .quiet = s_quiet,
                  .fail_fast = s_fail_fast,
                  .max_errors = s_max_errors};
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    fiat_schema *schema = NULL;
    if (!s_schema) return cmd_fail(EXIT_USAGE, "name the schema with --schema FILE");
    if (s_json && s_output)
        return cmd_fail(EXIT_USAGE, "--json and --output are two forms: choose one");
    if (s_output) (void)find_output(s_output, &v.output); /* each one of its option's words */
    if (s_draft) (void)find_draft(s_draft, &options.draft);
    options.formats = s_assert ? FIAT_SCHEMA_FORMATS_ASSERT : FIAT_SCHEMA_FORMATS_DEFAULT;
    int code = schema_file_load(&schema, s_schema, &s_refs, &options);
    if (code == EXIT_DONE && fiat_validator_new(&v.validator, &err) != FIAT_OK) {
        cmd_fail_error(NULL, &err);
        code = EXIT_USAGE;
    }
    v.schema = schema;
    if (code == EXIT_DONE) code = judge_files(&v, argc, argv);
    fiat_validator_free(v.validator);
    fiat_schema_free(schema);
    return code;
}

const struct cmd cmd_schema_validate = {
    .name = "schema validate",
    .synopsis = "--schema FILE [OPTION...] [INSTANCE...]",
    .summary = "Validate JSON documents against a JSON Schema",
    .details =
        "An INSTANCE is a file with one JSON document, or one on each line when it is called "
        ".ndjson or .jsonl; .gz may follow. Without any, or for -, stdin is read.\n\n"
        "Every document that is not valid gives a line on stdout:\n\n"
        " FILE:LINE:COLUMN: /path/to/value: what is wrong (keyword ..., schema ...)\n\n"
        "With --json it is an object of file, line, column, offset (of the value's first byte in "
        "its document), status, instance_path, keyword, schema_path, message, and, where they are "
        "known, keyword_location and absolute_keyword_location. With --output every document, "
        "valid or not, gives a line in one of the standard formats; what is not JSON gives "
        "{\"valid\":false}, and the reason on stderr.",
    .options = s_options,
    .exits = s_exits,
    .max_args = -1,
    .run = run,
};
