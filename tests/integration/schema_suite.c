/* Run the official JSON Schema test suite (scripts/fetch-test-suite) against the engine.
 *
 * usage: schema_suite [-v] [DRAFT...]     FIAT_SCHEMA_SUITE names the folder of the suite.
 *
 * Prints how many tests passed for each draft and lists every failure, with -v also its schema and
 * instance. A test that schema_suite.exclude names, with the reason, must fail, any other must
 * pass: the run fails when a test does otherwise, and when a line of that file names no test.
 *
 * Schemas and instances are handed on as the bytes that stand in the suite, so that numbers keep
 * their spelling: that is why the files are cut up here and not parsed into a tree. */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "schema/schema.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_SKIPPED   77
#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define EXCLUDE_LINES  200

typedef struct exclusion {
    /* path: a pattern of fnmatch(); group: exact or "*"; test: exact, "*", or "*invalid" for those
     * whose instance is not valid */
    fiat__str path, group, test;
    unsigned used;
} exclusion;

typedef struct tally {
    unsigned passed, total, excluded;
} tally;

enum kind { REQUIRED, OPTIONAL, FORMAT, KINDS };
static const char *const s_kind_names[KINDS] = {"required", "optional", "optional/format"};

typedef struct runner {
    bool verbose;
    const char *suite, *draft;
    fiat__buf excludes_text;
    exclusion excludes[EXCLUDE_LINES];
    size_t exclude_count;
    fiat_validator *ctx;
    fiat_schema_registry *remotes; /* the documents that the suite refers to */
    tally tallies[KINDS];
    unsigned unexpected;
} runner;

/* ---- cutting up well-formed JSON text ---- */

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at) {
    for (at++; *at != '"'; at++)
        if (*at == '\\') at++;
    return at + 1;
}

static const char *skip_value(const char *at) {
    if (*at == '"') return skip_string(at);
    if (*at != '[' && *at != '{') return at + strcspn(at, ",]} \t\r\n");
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (*at == '[' || *at == '{') depth++;
        if (*at == ']' || *at == '}') depth--;
        at++;
    } while (depth > 0);
    return at;
}

/* The next item or member of the container that *at is in; false at its end. Start with *at after
 * the bracket. name is empty for an item. */
static bool next_item(const char **at, fiat__str *name, fiat__str *value) {
    const char *from = skip_space(*at);
    if (*from == ',') from = skip_space(from + 1);
    if (*from == ']' || *from == '}') return false;
    *name = fiat__str_of(from, 0);
    const char *to = skip_value(from), *after = skip_space(to);
    if (*after == ':') {
        *name = fiat__str_of(from + 1, (size_t)(to - from) - 2);
        from = skip_space(after + 1);
        to = skip_value(from);
    }
    *value = fiat__str_of(from, (size_t)(to - from));
    *at = to;
    return true;
}

/* Value of a member, with the quotes of a string; empty when there is none. */
static fiat__str member(fiat__str object, const char *wanted) {
    const char *at = object.ptr + 1;
    fiat__str name, value;
    while (next_item(&at, &name, &value))
        if (fiat__str_eq_c(name, wanted)) return value;
    return fiat__str_of(object.ptr, 0);
}

static fiat__str unquote(fiat__str text) {
    return text.len < 2 ? text : fiat__str_of(text.ptr + 1, text.len - 2);
}

/* ---- exclusions ---- */

static fiat__str trim(fiat__str text) {
    while (text.len > 0 && text.ptr[0] == ' ')
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

/* One "path | group | test | reason". */
static bool read_exclusion(fiat__str line, exclusion *out) {
    fiat__str fields[4];
    for (int i = 0; i < 3; i++) {
        const char *bar = memchr(line.ptr, '|', line.len);
        if (!bar) return false;
        size_t len = (size_t)(bar - line.ptr);
        fields[i] = trim(fiat__str_of(line.ptr, len));
        line = fiat__str_of(bar + 1, line.len - len - 1);
    }
    fields[3] = trim(line);
    *out = (exclusion){fields[0], fields[1], fields[2], 0};
    return fields[0].len > 0 && fields[1].len > 0 && fields[2].len > 0 && fields[3].len > 0;
}

static void read_exclusions(runner *run, const char *path) {
    fiat_error err;
    fiat__buf_init(&run->excludes_text, FILE_MAX_BYTES);
    if (fiat__file_read(path, &run->excludes_text, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    const char *at = fiat__buf_cstr(&run->excludes_text);
    while (*at != '\0') {
        fiat__str line = fiat__str_of(at, strcspn(at, "\n"));
        at += line.len + (at[line.len] == '\n');
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (run->exclude_count == EXCLUDE_LINES ||
            !read_exclusion(line, &run->excludes[run->exclude_count++])) {
            fprintf(stderr, "%s: malformed: %.*s\n", path, (int)line.len, line.ptr);
            exit(EXIT_FAILURE);
        }
    }
}

/* One test of the suite and what came of it. */
typedef struct outcome {
    enum kind kind;
    const char *path;
    fiat__str group, test, schema, data;
    bool valid; /* what the suite says */
    const char *got;
} outcome;

static bool exclusion_names(const exclusion *row, const outcome *of) {
    char pattern[256];
    fiat__err_copy(pattern, sizeof pattern, row->path.ptr, row->path.len);
    if (fnmatch(pattern, of->path, FNM_PATHNAME) != 0) return false;
    if (!fiat__str_eq_c(row->group, "*") && !fiat__str_eq(row->group, of->group)) return false;
    if (fiat__str_eq_c(row->test, "*invalid")) return !of->valid;
    return fiat__str_eq_c(row->test, "*") || fiat__str_eq(row->test, of->test);
}

static bool is_excluded(runner *run, const outcome *of) {
    for (size_t i = 0; i < run->exclude_count; i++) {
        if (!exclusion_names(&run->excludes[i], of)) continue;
        run->excludes[i].used++;
        return true;
    }
    return false;
}

/* ---- documents that schemas of the suite refer to ---- */

/* Where the suite's tests expect its folder `remotes`. */
#define REMOTES_URI "http://localhost:1234/"

static void add_remote(runner *run, const char *path, const char *name) {
    char uri[512];
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, FILE_MAX_BYTES);
    snprintf(uri, sizeof uri, REMOTES_URI "%s", name);
    fiat_status status = fiat__file_read(path, &text, &err);
    if (status == FIAT_OK)
        status = fiat_schema_registry_add(run->remotes, uri, text.ptr, text.len, &err);
    if (status != FIAT_OK) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        exit(EXIT_FAILURE);
    }
    fiat__buf_deinit(&text);
}

/* Every file below remotes/FOLDER, which is "" or ends in a slash. */
static void add_remotes(runner *run, const char *folder) {
    char dir[512], path[800], name[400];
    char **names;
    size_t count;
    fiat_error err;
    snprintf(dir, sizeof dir, "%s/remotes/%s", run->suite, folder);
    if (fiat__dir_list(dir, &names, &count, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s%s", dir, names[i]);
        bool inner = fiat__path_is_dir(path);
        snprintf(name, sizeof name, "%s%s%s", folder, names[i], inner ? "/" : "");
        if (inner)
            add_remotes(run, name);
        else
            add_remote(run, path, name);
    }
    fiat__dir_free_list(names, count);
}

/* ---- running ---- */

/* The suite does not say in each schema of the older drafts which one it is of. */
static const char *draft_uri(const char *draft) {
    if (strcmp(draft, "draft4") == 0) return "http://json-schema.org/draft-04/schema#";
    if (strcmp(draft, "draft6") == 0) return "http://json-schema.org/draft-06/schema#";
    if (strcmp(draft, "draft7") == 0) return "http://json-schema.org/draft-07/schema#";
    if (strcmp(draft, "draft2019-09") == 0) return "https://json-schema.org/draft/2019-09/schema";
    return "https://json-schema.org/draft/2020-12/schema";
}

static bool write_schema(fiat__buf *out, const char *draft, fiat__str schema) {
    if (schema.ptr[0] != '{' || member(schema, "$schema").len > 0)
        return fiat__buf_append(out, schema.ptr, schema.len);
    const char *rest = skip_space(schema.ptr + 1);
    return fiat__buf_printf(out, "{\"$schema\":\"%s\"%s", draft_uri(draft),
                            *rest == '}' ? "" : ",") &&
           fiat__buf_append(out, rest, (size_t)(schema.ptr + schema.len - rest));
}

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
    bool passed = strcmp(want, of->got) == 0, excluded = is_excluded(run, of);
    tally *counts = &run->tallies[of->kind];
    counts->total++;
    counts->passed += passed;
    counts->excluded += excluded;
    if (passed != excluded) return;
    run->unexpected++;
    printf("%s %s | %.*s | %.*s | want %s, got %s\n", passed ? "PASS though excluded" : "FAIL",
           of->path, (int)of->group.len, of->group.ptr, (int)of->test.len, of->test.ptr, want,
           of->got);
    if (run->verbose)
        printf("  schema:   %.*s\n  instance: %.*s\n", (int)of->schema.len, of->schema.ptr,
               (int)of->data.len, of->data.ptr);
}

static void run_group(runner *run, enum kind kind, const char *path, fiat__str group) {
    outcome of = {.kind = kind, .path = path, .group = unquote(member(group, "description"))};
    fiat__str schema_text = member(group, "schema"), tests = member(group, "tests");
    fiat__schema_opts opts = {.base.registry = run->remotes};
    if (kind == FORMAT) opts.base.formats = FIAT_SCHEMA_FORMATS_ASSERT;
    fiat__buf text;
    fiat__buf_init(&text, FILE_MAX_BYTES);
    fiat_schema *schema = NULL;
    fiat_error err = {0}, compile_err = {0};
    if (!write_schema(&text, run->draft, schema_text)) exit(EXIT_FAILURE);
    fiat_status status = fiat__schema_compile(&schema, fiat__buf_str(&text), &opts, &compile_err);
    const char *at = tests.ptr + 1;
    fiat__str none, test;
    while (next_item(&at, &none, &test)) {
        of.test = unquote(member(test, "description"));
        of.schema = schema_text;
        of.data = member(test, "data");
        of.valid = member(test, "valid").ptr[0] == 't';
        of.got = status == FIAT_OK ? judge(run, schema, of.data, &err) : compile_err.message;
        record(run, &of);
    }
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}

static void run_file(runner *run, enum kind kind, const char *dir, const char *name) {
    char path[512], shown[512];
    size_t len = strlen(name);
    if (len < 5 || strcmp(name + len - 5, ".json") != 0) return;
    snprintf(path, sizeof path, "%s/tests/%s/%s/%s", run->suite, run->draft, dir, name);
    snprintf(shown, sizeof shown, "%s/%s%s%s", run->draft, dir, *dir ? "/" : "", name);
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, FILE_MAX_BYTES);
    if (fiat__file_read(path, &text, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    const char *at = skip_space(fiat__buf_cstr(&text)) + 1;
    fiat__str none, group;
    while (next_item(&at, &none, &group))
        run_group(run, kind, shown, group);
    fiat__buf_deinit(&text);
}

static void run_folder(runner *run, enum kind kind, const char *dir) {
    char path[512];
    char **names;
    size_t count;
    fiat_error err;
    snprintf(path, sizeof path, "%s/tests/%s/%s", run->suite, run->draft, dir);
    if (fiat__dir_list(path, &names, &count, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < count; i++)
        run_file(run, kind, dir, names[i]);
    fiat__dir_free_list(names, count);
}

static void run_draft(runner *run, const char *draft) {
    static const char *const dirs[KINDS] = {"", "optional", "optional/format"};
    run->draft = draft;
    memset(run->tallies, 0, sizeof run->tallies);
    for (int kind = 0; kind < KINDS; kind++)
        run_folder(run, (enum kind)kind, dirs[kind]);
    for (int kind = 0; kind < KINDS; kind++)
        printf("%s %s: %u of %u passed, %u excluded\n", draft, s_kind_names[kind],
               run->tallies[kind].passed, run->tallies[kind].total, run->tallies[kind].excluded);
}

static unsigned count_stale(const runner *run) {
    unsigned stale = 0;
    for (size_t i = 0; i < run->exclude_count; i++) {
        const exclusion *row = &run->excludes[i];
        if (row->used > 0) continue;
        printf("STALE exclusion, names no test: %.*s | %.*s | %.*s\n", (int)row->path.len,
               row->path.ptr, (int)row->group.len, row->group.ptr, (int)row->test.len,
               row->test.ptr);
        stale++;
    }
    return stale;
}

static const char *environment(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

int main(int argc, char **argv) {
    static const char *const all[] = {"draft4", "draft6", "draft7", "draft2019-09", "draft2020-12"};
    static runner run;
    char suite[400], excludes[400];
    const char *top = environment("top_srcdir", ".");
    snprintf(suite, sizeof suite, "%s/.deps-local/json-schema-suite", top);
    snprintf(excludes, sizeof excludes, "%s/tests/integration/schema_suite.exclude", top);
    run.suite = environment("FIAT_SCHEMA_SUITE", suite);
    run.verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    int first = run.verbose ? 2 : 1;
    if (!fiat__path_is_dir(run.suite)) {
        printf("SKIP: %s is not there; scripts/fetch-test-suite gets it\n", run.suite);
        return EXIT_SKIPPED;
    }
    fiat_error err;
    read_exclusions(&run, excludes);
    if (fiat_validator_new(&run.ctx, &err) != FIAT_OK ||
        fiat_schema_registry_new(&run.remotes, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    add_remotes(&run, "");
    for (int i = first; i < argc; i++)
        run_draft(&run, argv[i]);
    for (size_t i = 0; argc == first && i < sizeof all / sizeof all[0]; i++)
        run_draft(&run, all[i]);
    unsigned stale = argc == first ? count_stale(&run) : 0;
    printf("%u unexpected failures, %u stale exclusions\n", run.unexpected, stale);
    fiat_validator_free(run.ctx);
    fiat_schema_registry_free(run.remotes);
    fiat__buf_deinit(&run.excludes_text);
    return run.unexpected == 0 && stale == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
