/* Run the official JSON Schema test suite (scripts/fetch-test-suite) against the engine.
 *
 * usage: schema_suite [-v] [DRAFT...]     FIAT_SCHEMA_SUITE names the folder of the suite.
 *        schema_suite --markdown          prints docs/conformance.md
 *
 * Prints how many tests passed for each draft and lists every failure, with -v also its schema and
 * instance. A test that schema_suite.exclude names, with the reason, must fail, any other must
 * pass: the run fails when a test does otherwise, when a line of that file names no test, and, as
 * all drafts are run, when docs/conformance.md says anything else.
 *
 * Schemas and instances are handed on as the bytes that stand in the suite, so that numbers keep
 * their spelling: that is why the files are cut up here and not parsed into a tree. */
#include "base/error.h"
#include "base/file.h"
#include "schema/schema.h"
#include "schema_suite_page.h"
#include "support/json_cut.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_SKIPPED   77
#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define PATH_BYTES     512

/* Where the suite's schemas expect remotes/ to be served. */
#define REMOTE_BASE "http://localhost:1234"

static const fiat_schema_draft s_drafts[SUITE_DRAFTS] = {
    FIAT_SCHEMA_DRAFT_4, FIAT_SCHEMA_DRAFT_6, FIAT_SCHEMA_DRAFT_7, FIAT_SCHEMA_DRAFT_2019_09,
    FIAT_SCHEMA_DRAFT_2020_12};

typedef struct runner {
    bool verbose;
    FILE *log;
    char suite[PATH_BYTES];
    size_t draft; /* index of s_drafts */
    fiat_schema_registry *remotes;
    fiat_validator *ctx;
    suite_page page;
    unsigned unexpected;
} runner;

/* One test of the suite and what came of it. */
typedef struct outcome {
    enum suite_kind kind;
    const char *path;
    fiat__str group, test, schema, data;
    bool valid; /* what the suite says */
    const char *got;
} outcome;

static void require(fiat_status status, const fiat_error *err) {
    if (status == FIAT_OK) return;
    fprintf(stderr, "%s\n", err->message);
    exit(EXIT_FAILURE);
}

/* ---- one group of tests ---- */

static bool count_problem(const fiat_schema_failure *problem, void *user) {
    (void)problem;
    ++*(unsigned *)user;
    return true;
}

/* "valid", "invalid", or what went wrong. */
static const char *judge(runner *run, const fiat_schema *schema, fiat__str instance,
                         fiat_error *err) {
    unsigned problems = 0;
    fiat_status status = fiat__schema_validate(schema, run->ctx, instance, err);
    if (status != FIAT_OK && status != FIAT_E_SCHEMA_MISMATCH) return err->message;
    fiat_error report_err;
    fiat_status again =
        fiat__schema_report(schema, run->ctx, instance, 100, count_problem, &problems, &report_err);
    if (again != status) return "the report has another verdict than the validation";
    if ((status == FIAT_OK) != (problems == 0)) return "the report's list belies its verdict";
    return status == FIAT_OK ? "valid" : "invalid";
}

static void record(runner *run, const outcome *of) {
    const char *want = of->valid ? "valid" : "invalid";
    bool passed = strcmp(want, of->got) == 0;
    bool excluded = suite_known_has(&run->page.known, of->path, of->group, of->test, of->valid);
    suite_tally *counts = &run->page.tallies[run->draft][of->kind];
    counts->total++;
    counts->passed += passed;
    counts->excluded += excluded;
    if (passed != excluded) return;
    run->unexpected++;
    fprintf(run->log, "%s %s | %.*s | %.*s | want %s, got %s\n",
            passed ? "PASS though excluded" : "FAIL", of->path, (int)of->group.len, of->group.ptr,
            (int)of->test.len, of->test.ptr, want, of->got);
    if (run->verbose)
        fprintf(run->log, "  schema:   %.*s\n  instance: %.*s\n", (int)of->schema.len,
                of->schema.ptr, (int)of->data.len, of->data.ptr);
}

static void run_group(runner *run, enum suite_kind kind, const char *path, fiat__str group) {
    outcome of = {.kind = kind,
                  .path = path,
                  .group = json_cut_unquote(json_cut_member(group, "description")),
                  .schema = json_cut_member(group, "schema")};
    fiat__schema_opts opts = {.base.draft = s_drafts[run->draft], .base.registry = run->remotes};
    fiat_schema *schema = NULL;
    fiat_error err = {0}, compile_err = {0};
    if (kind == SUITE_FORMATS) opts.base.formats = FIAT_SCHEMA_FORMATS_ASSERT;
    /* Draft-07 leaves it open whether content is asserted; its tests want it. */
    if (strcmp(path, "draft7/optional/content.json") == 0)
        opts.base.flags = FIAT_SCHEMA_ASSERT_CONTENT;
    fiat_status status = fiat__schema_compile(&schema, of.schema, &opts, &compile_err);
    const char *at = json_cut_member(group, "tests").ptr + 1;
    fiat__str none, test;
    while (json_cut_next(&at, &none, &test)) {
        of.test = json_cut_unquote(json_cut_member(test, "description"));
        of.data = json_cut_member(test, "data");
        of.valid = json_cut_member(test, "valid").ptr[0] == 't';
        of.got = status == FIAT_OK ? judge(run, schema, of.data, &err) : compile_err.message;
        record(run, &of);
    }
    fiat_schema_free(schema);
}

/* ---- files and folders ---- */

/* Calls each() with the path of every file below the folder, and with its path from there. */
static void walk(runner *run, const char *folder, const char *within,
                 void (*each)(runner *, const char *path, const char *within)) {
    char **names;
    size_t count;
    fiat_error err;
    require(fiat__dir_list(folder, &names, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        char path[PATH_BYTES], below[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        snprintf(below, sizeof below, "%s/%s", within, names[i]);
        if (fiat__path_is_dir(path))
            walk(run, path, below, each);
        else if (fiat__str_ends(fiat__str_c(path), fiat__str_c(".json")))
            each(run, path, below);
    }
    fiat__dir_free_list(names, count);
}

static void read_file(const char *path, fiat__buf *text) {
    fiat_error err;
    fiat__buf_init(text, FILE_MAX_BYTES);
    require(fiat__file_read(path, text, &err), &err);
}

static void run_file(runner *run, const char *path, const char *within) {
    enum suite_kind kind = strstr(within, "/optional/format/") ? SUITE_FORMATS
                           : strstr(within, "/optional/")      ? SUITE_OPTIONAL
                                                               : SUITE_REQUIRED;
    fiat__buf text;
    read_file(path, &text);
    const char *at = json_cut_space(fiat__buf_cstr(&text)) + 1;
    fiat__str none, group;
    while (json_cut_next(&at, &none, &group))
        run_group(run, kind, within, group);
    fiat__buf_deinit(&text);
}

static void run_draft(runner *run, size_t draft) {
    char path[PATH_BYTES + 32];
    run->draft = draft;
    snprintf(path, sizeof path, "%s/tests/%s", run->suite, suite_draft_names[draft]);
    walk(run, path, suite_draft_names[draft], run_file);
    for (int kind = 0; kind < SUITE_KINDS; kind++) {
        const suite_tally *counts = &run->page.tallies[draft][kind];
        fprintf(run->log, "%s %s: %u of %u passed, %u excluded\n", suite_draft_names[draft],
                suite_kind_names[kind], counts->passed, counts->total, counts->excluded);
    }
}

static void add_remote(runner *run, const char *path, const char *within) {
    fiat__buf text;
    fiat_error err;
    read_file(path, &text);
    require(fiat_schema_registry_add(run->remotes, within, text.ptr, text.len, &err), &err);
    fiat__buf_deinit(&text);
}

/* ---- the whole ---- */

static const char *environment(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static void start(runner *run, const char *top) {
    char path[PATH_BYTES + 32];
    fiat_error err;
    snprintf(path, sizeof path, "%s/tests/integration/schema_suite.exclude", top);
    suite_known_read(&run->page.known, path);
    require(fiat_validator_new(&run->ctx, &err), &err);
    require(fiat_schema_registry_new(&run->remotes, &err), &err);
    snprintf(path, sizeof path, "%s/remotes", run->suite);
    walk(run, path, REMOTE_BASE, add_remote);
    snprintf(path, sizeof path, "%s/.version", run->suite);
    read_file(path, &run->page.version);
}

static void run_named(runner *run, char **names, int count) {
    for (int i = 0; i < count; i++) {
        size_t draft = 0;
        while (draft < SUITE_DRAFTS && strcmp(names[i], suite_draft_names[draft]) != 0)
            draft++;
        if (draft == SUITE_DRAFTS) {
            fprintf(stderr, "unknown draft %s: known is draft2020-12 and the like\n", names[i]);
            exit(EXIT_FAILURE);
        }
        run_draft(run, draft);
    }
}

/* Is docs/conformance.md as the run has shown? */
static bool page_is_true(const runner *run, const char *top) {
    char path[PATH_BYTES];
    fiat__buf made, found;
    snprintf(path, sizeof path, "%s/docs/conformance.md", top);
    fiat__buf_init(&made, FILE_MAX_BYTES);
    suite_page_write(&run->page, &made);
    read_file(path, &found);
    bool is_true = fiat__str_eq(fiat__buf_str(&made), fiat__buf_str(&found));
    if (!is_true)
        printf("docs/conformance.md is not current: "
               "run tests/integration/schema_suite --markdown >docs/conformance.md\n");
    fiat__buf_deinit(&made);
    fiat__buf_deinit(&found);
    return is_true;
}

static bool run_all(runner *run, const char *top, bool markdown) {
    for (size_t i = 0; i < SUITE_DRAFTS; i++)
        run_draft(run, i);
    unsigned stale = suite_known_stale(&run->page.known);
    fprintf(run->log, "%u unexpected results, %u stale exclusions\n", run->unexpected, stale);
    if (!markdown) return run->unexpected == 0 && stale == 0 && page_is_true(run, top);
    fiat__buf page;
    fiat__buf_init(&page, FILE_MAX_BYTES);
    suite_page_write(&run->page, &page);
    fputs(fiat__buf_cstr(&page), stdout);
    fiat__buf_deinit(&page);
    return run->unexpected == 0 && stale == 0;
}

int main(int argc, char **argv) {
    static runner run;
    const char *top = environment("top_srcdir", "."), *suite = getenv("FIAT_SCHEMA_SUITE");
    if (suite && *suite)
        snprintf(run.suite, sizeof run.suite, "%s", suite);
    else
        snprintf(run.suite, sizeof run.suite, "%s/.deps-local/json-schema-suite", top);
    if (!fiat__path_is_dir(run.suite)) {
        printf("SKIP: %s is not there; scripts/fetch-test-suite gets it\n", run.suite);
        return EXIT_SKIPPED;
    }
    bool markdown = argc > 1 && strcmp(argv[1], "--markdown") == 0;
    run.verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    run.log = markdown ? stderr : stdout;
    int first = run.verbose || markdown ? 2 : 1;
    bool well;
    start(&run, top);
    if (argc > first) {
        run_named(&run, argv + first, argc - first);
        well = run.unexpected == 0;
    } else {
        well = run_all(&run, top, markdown);
    }
    fiat_schema_registry_free(run.remotes);
    fiat_validator_free(run.ctx);
    suite_page_deinit(&run.page);
    return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
