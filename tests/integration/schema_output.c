/* Run the official tests of output and annotations (scripts/fetch-test-suite).
 *
 * output-tests/DRAFT/content: each test gives a schema, an instance, and for an output format a
 * schema that its output must fit, which refers to output-schema.json. The engine judges its own
 * output. Beyond what the tests ask for, the output of every format must fit that format's part of
 * output-schema.json, and the verdict must be that of the validation.
 *
 * annotations/tests: which annotations an instance gets from where, in every draft that a test is
 * compatible with. They are read off the "basic" output.
 *
 * tests/DRAFT, required: the output of every format has the verdict of the validation, and is JSON.
 *
 * usage: schema_output     FIAT_SCHEMA_SUITE names the folder of the suite. */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "json/equal.h"
#include "json/tape.h"
#include "schema/schema.h"

#include <stdio.h>
#include <stdlib.h>

#define EXIT_SKIPPED 77
#define FILE_MAX     (4u << 20)
#define DEPTH        100

/* A parsed text. */
typedef struct doc {
    fiat__padded text;
    fiat__keyspace keys;
    fiat__tape tape;
} doc;

typedef struct runner {
    const char *suite;
    fiat_validator *validator;
    unsigned passed, failed;
} runner;

static void give_up(const char *what, const fiat_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->message);
    exit(EXIT_FAILURE);
}

static void doc_init(doc *d, fiat__str text, const char *what) {
    fiat_error err;
    *d = (doc){.text = {0}};
    fiat__keyspace_init(&d->keys);
    fiat__tape_init(&d->tape, &d->keys);
    fiat_status status = fiat__scan_load(&d->text, text, &err);
    if (status == FIAT_OK) {
        fiat__tape_reset(&d->tape, fiat__str_of(d->text.ptr, d->text.len), DEPTH);
        status = fiat__tape_parse(&d->tape, &err);
    }
    if (status != FIAT_OK) give_up(what, &err);
}

static void doc_deinit(doc *d) {
    fiat__padded_deinit(&d->text);
    fiat__tape_deinit(&d->tape);
    fiat__keyspace_deinit(&d->keys);
}

static uint32_t member(const doc *d, uint32_t object, const char *name) {
    return fiat__tape_member(&d->tape, object, fiat__str_c(name));
}

static fiat__str string(const doc *d, uint32_t item) {
    return item ? fiat__tape_string(&d->tape, item) : fiat__str_of("", 0);
}

static fiat__str source(const doc *d, uint32_t item) {
    return fiat__tape_source(&d->tape, item);
}

static void read_file(const runner *run, const char *path, fiat__buf *text) {
    char full[600];
    fiat_error err;
    snprintf(full, sizeof full, "%s/%s", run->suite, path);
    fiat__buf_init(text, FILE_MAX);
    if (fiat__file_read(full, text, &err) != FIAT_OK) give_up(full, &err);
}

static bool gather(const char *bytes, size_t len, void *user) {
    return fiat__buf_append(user, bytes, len);
}

static void tally(runner *run, bool passed, const char *path, fiat__str group, fiat__str what,
                  const char *why) {
    run->passed += passed;
    run->failed += !passed;
    if (!passed)
        printf("FAIL %s | %.*s | %.*s | %s\n", path, (int)group.len, group.ptr, (int)what.len,
               what.ptr, why);
}

/* ---- output-tests ---- */

static const char *const s_formats[] = {[FIAT_SCHEMA_OUTPUT_FLAG] = "flag",
                                        [FIAT_SCHEMA_OUTPUT_BASIC] = "basic",
                                        [FIAT_SCHEMA_OUTPUT_DETAILED] = "detailed",
                                        [FIAT_SCHEMA_OUTPUT_LIST] = "list",
                                        [FIAT_SCHEMA_OUTPUT_HIERARCHICAL] = "hierarchical"};

/* "next" is not a dialect of ours: its tests are of the output alone, and run as 2020-12. */
static void append_of_2020(fiat__buf *out, fiat__str text) {
    static const char next[] = "https://json-schema.org/draft/next/schema";
    for (size_t i = 0; i < text.len;) {
        fiat__str rest = fiat__str_of(text.ptr + i, text.len - i);
        bool found = fiat__str_starts(rest, fiat__str_c(next));
        if (found)
            fiat__buf_append_c(out, "https://json-schema.org/draft/2020-12/schema");
        else
            fiat__buf_append_char(out, text.ptr[i]);
        i += found ? sizeof next - 1 : 1;
    }
}

static fiat_schema *compile(fiat__str text) {
    fiat__buf own;
    fiat_schema *schema;
    fiat_error err;
    fiat__buf_init(&own, FILE_MAX);
    append_of_2020(&own, text);
    if (fiat_schema_compile(&schema, own.ptr, own.len, NULL, &err) != FIAT_OK)
        give_up(fiat__buf_cstr(&own), &err);
    fiat__buf_deinit(&own);
    return schema;
}

/* Which part of output-schema.json is that of a format; NULL when it has none. That of "list" is
 * called "basic" there, and fits "hierarchical" too. */
static const char *own_part(const char *draft, int format) {
    bool next = strcmp(draft, "draft-next") == 0, newer = format >= FIAT_SCHEMA_OUTPUT_LIST;
    if (format == FIAT_SCHEMA_OUTPUT_FLAG) return "flag";
    return next != newer ? NULL : next ? "basic" : s_formats[format];
}

/* What the output of a format must fit: `schema`, if that is there, and its part of
 * output-schema.json. */
static fiat_schema *compile_expected(const char *draft, int format, fiat__str schema,
                                     fiat__str output_schema) {
    fiat__buf text;
    const char *part = own_part(draft, format);
    const char *number = draft + strlen(draft[5] == '-' ? "draft-" : "draft");
    fiat__buf_init(&text, FILE_MAX);
    fiat__buf_printf(&text,
                     "{\"$schema\":\"https://json-schema.org/draft/%s/schema\","
                     "\"$id\":\"https://json-schema.org/\",\"$defs\":{\"output\":",
                     number);
    fiat__buf_append(&text, output_schema.ptr, output_schema.len);
    fiat__buf_append_c(&text, "},\"allOf\":[true");
    if (schema.len) {
        fiat__buf_append_char(&text, ',');
        fiat__buf_append(&text, schema.ptr, schema.len);
    }
    if (part)
        fiat__buf_printf(&text, ",{\"$ref\":\"/draft/%s/output/schema#/$defs/%s\"}", number, part);
    fiat__buf_append_c(&text, "]}");
    fiat_schema *expected = compile(fiat__buf_str(&text));
    fiat__buf_deinit(&text);
    return expected;
}

/* What is wrong with the output of a format; NULL when nothing is. */
static const char *judge_output(runner *run, const fiat_schema *schema, fiat__str data,
                                fiat_schema_output_format format, const fiat_schema *expected) {
    static fiat_error err;
    fiat__buf text;
    fiat__buf_init(&text, FILE_MAX);
    fiat_status verdict = fiat_schema_validate(schema, run->validator, data.ptr, data.len, &err);
    fiat_status status =
        fiat_schema_output(schema, run->validator, data.ptr, data.len, format, gather, &text, &err);
    const char *wrong = NULL;
    if (status != verdict)
        wrong = "the output has another verdict than the validation";
    else if (fiat_schema_validate(expected, run->validator, text.ptr, text.len, &err) != FIAT_OK)
        wrong = err.message;
    if (wrong) printf("  %s\n", fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
    return wrong;
}

static void run_output_test(runner *run, const char *draft, const doc *d, uint32_t group,
                            uint32_t test, fiat__str output_schema) {
    fiat_schema *schema = compile(source(d, member(d, group, "schema")));
    uint32_t wanted = member(d, test, "output");
    fiat__str data = source(d, member(d, test, "data"));
    for (int format = FIAT_SCHEMA_OUTPUT_FLAG; format <= FIAT_SCHEMA_OUTPUT_HIERARCHICAL;
         format++) {
        uint32_t own = member(d, wanted, s_formats[format]);
        fiat__str own_text = own ? source(d, own) : fiat__str_of("", 0);
        fiat_schema *expected = compile_expected(draft, format, own_text, output_schema);
        const char *wrong =
            judge_output(run, schema, data, (fiat_schema_output_format)format, expected);
        tally(run, !wrong, draft, string(d, member(d, test, "description")),
              fiat__str_c(s_formats[format]), wrong);
        fiat_schema_free(expected);
    }
    fiat_schema_free(schema);
}

static void run_output_file(runner *run, const char *draft, const char *name) {
    char path[300];
    fiat__buf text, output_schema;
    doc d;
    snprintf(path, sizeof path, "output-tests/%s/output-schema.json", draft);
    read_file(run, path, &output_schema);
    snprintf(path, sizeof path, "output-tests/%s/content/%s", draft, name);
    read_file(run, path, &text);
    doc_init(&d, fiat__buf_str(&text), path);
    for (uint32_t group = 1; group < d.tape.count; group = fiat__tape_next(&d.tape, group)) {
        uint32_t tests = member(&d, group, "tests"), test = tests + 1;
        for (uint32_t i = 0; i < d.tape.items[tests].len; i++) {
            run_output_test(run, draft, &d, group, test, fiat__buf_str(&output_schema));
            test = fiat__tape_next(&d.tape, test);
        }
    }
    doc_deinit(&d);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&output_schema);
}

/* ---- annotations ---- */

static const struct {
    int number; /* as `compatibility` has it */
    const char *uri;
} s_drafts[] = {{4, "http://json-schema.org/draft-04/schema#"},
                {6, "http://json-schema.org/draft-06/schema#"},
                {7, "http://json-schema.org/draft-07/schema#"},
                {2019, "https://json-schema.org/draft/2019-09/schema"},
                {2020, "https://json-schema.org/draft/2020-12/schema"}};

/* The schema of a test with a draft's $schema, unless it says itself which it is of. */
static fiat_schema *compile_of_draft(const doc *d, uint32_t item, const char *uri) {
    fiat__buf text;
    fiat__str schema = source(d, item);
    if (member(d, item, "$schema")) return compile(schema);
    fiat__buf_init(&text, FILE_MAX);
    fiat__buf_printf(&text, "{\"$schema\":\"%s\"%s", uri, d->tape.items[item].len ? "," : "");
    fiat__buf_append(&text, schema.ptr + 1, schema.len - 1);
    fiat_schema *compiled = compile(fiat__buf_str(&text));
    fiat__buf_deinit(&text);
    return compiled;
}

/* "7": from draft 7 on; "<=2019"; "=2020"; several with commas. */
static bool is_compatible(fiat__str compatibility, int draft) {
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)compatibility.len, compatibility.ptr);
    for (char *part = strtok(text, ","); part; part = strtok(NULL, ",")) {
        int number = atoi(part + strspn(part, "<="));
        bool fits = fiat__str_starts(fiat__str_c(part), fiat__str_c("<=")) ? draft <= number
                    : *part == '='                                         ? draft == number
                                                                           : draft >= number;
        if (!fits) return false;
    }
    return true;
}

/* The last token of the unit's keywordLocation is the keyword; what stands before it in the
 * absolute location, from '#' on, is the schema. */
static bool is_of_keyword(const doc *output, uint32_t unit, fiat__str keyword, fiat__str *schema) {
    fiat__str at = string(output, member(output, unit, "absoluteKeywordLocation"));
    const char *hash = memchr(at.ptr, '#', at.len);
    size_t fragment = hash ? at.len - (size_t)(hash - at.ptr) : 0;
    if (fragment < keyword.len + 2 || !fiat__str_ends(at, keyword) ||
        at.ptr[at.len - keyword.len - 1] != '/')
        return false;
    *schema = fiat__str_of(hash, fragment - keyword.len - 1);
    return true;
}

/* Does the output have, for the assertion's place and keyword, what it expects and nothing else? */
static bool holds(const doc *d, uint32_t assertion, const doc *output) {
    fiat__str location = string(d, member(d, assertion, "location"));
    fiat__str keyword = string(d, member(d, assertion, "keyword")), schema;
    uint32_t expected = member(d, assertion, "expected"), found = 0;
    uint32_t list = member(output, 0, "annotations"), unit = list + 1;
    uint64_t steps = 1000000;
    for (uint32_t i = 0; list && i < output->tape.items[list].len; i++) {
        uint32_t value = member(output, unit, "annotation");
        bool here =
            fiat__str_eq(string(output, member(output, unit, "instanceLocation")), location);
        if (here && is_of_keyword(output, unit, keyword, &schema)) {
            uint32_t wanted = fiat__tape_member(&d->tape, expected, schema);
            if (!wanted || fiat__tape_equal(&d->tape, wanted, &output->tape, value, &steps) != 1)
                return false;
            found++;
        }
        unit = fiat__tape_next(&output->tape, unit);
    }
    return found == d->tape.items[expected].len;
}

static void run_annotation_test(runner *run, const char *path, const doc *d, uint32_t group,
                                uint32_t test, const fiat_schema *schema) {
    fiat__buf text;
    fiat_error err;
    doc output;
    fiat__str data = source(d, member(d, test, "instance"));
    uint32_t assertions = member(d, test, "assertions"), assertion = assertions + 1;
    fiat__buf_init(&text, FILE_MAX);
    if (fiat_schema_output(schema, run->validator, data.ptr, data.len, FIAT_SCHEMA_OUTPUT_BASIC,
                           gather, &text, &err) != FIAT_OK)
        give_up(path, &err);
    doc_init(&output, fiat__buf_str(&text), path);
    for (uint32_t i = 0; i < d->tape.items[assertions].len; i++) {
        bool ok = holds(d, assertion, &output);
        tally(run, ok, path, string(d, member(d, group, "description")), source(d, assertion),
              fiat__buf_cstr(&text));
        assertion = fiat__tape_next(&d->tape, assertion);
    }
    doc_deinit(&output);
    fiat__buf_deinit(&text);
}

static void run_annotation_group(runner *run, const char *path, const doc *d, uint32_t group) {
    fiat__str compatibility = string(d, member(d, group, "compatibility"));
    uint32_t tests = member(d, group, "tests");
    for (size_t i = 0; i < sizeof s_drafts / sizeof s_drafts[0]; i++) {
        if (!is_compatible(compatibility, s_drafts[i].number)) continue;
        fiat_schema *schema = compile_of_draft(d, member(d, group, "schema"), s_drafts[i].uri);
        uint32_t test = tests + 1;
        for (uint32_t j = 0; j < d->tape.items[tests].len; j++) {
            run_annotation_test(run, path, d, group, test, schema);
            test = fiat__tape_next(&d->tape, test);
        }
        fiat_schema_free(schema);
    }
}

static void run_annotation_file(runner *run, const char *folder, const char *name) {
    char path[300];
    fiat__buf text;
    doc d;
    (void)folder;
    snprintf(path, sizeof path, "annotations/tests/%s", name);
    read_file(run, path, &text);
    doc_init(&d, fiat__buf_str(&text), path);
    uint32_t suite = member(&d, 0, "suite"), group = suite + 1;
    for (uint32_t i = 0; i < d.tape.items[suite].len; i++) {
        run_annotation_group(run, path, &d, group);
        group = fiat__tape_next(&d.tape, group);
    }
    doc_deinit(&d);
    fiat__buf_deinit(&text);
}

/* ---- the tests of validation ---- */

/* Every format has the verdict of the validation, and is JSON. */
static const char *judge_formats(runner *run, const fiat_schema *schema, fiat__str data) {
    static fiat_error err;
    const char *wrong = NULL;
    fiat_status verdict = fiat_schema_validate(schema, run->validator, data.ptr, data.len, &err);
    for (int format = FIAT_SCHEMA_OUTPUT_FLAG; format <= FIAT_SCHEMA_OUTPUT_HIERARCHICAL;
         format++) {
        fiat__buf text;
        fiat__buf_init(&text, FILE_MAX);
        fiat_status status =
            fiat_schema_output(schema, run->validator, data.ptr, data.len,
                               (fiat_schema_output_format)format, gather, &text, &err);
        if (status != verdict)
            wrong = "the output has another verdict than the validation";
        else if (fiat__tape_check(fiat__buf_str(&text), 1000, &err) != FIAT_OK)
            wrong = err.message;
        if (wrong) printf("  %s: %s\n", s_formats[format], fiat__buf_cstr(&text));
        fiat__buf_deinit(&text);
    }
    return wrong;
}

static void run_suite_group(runner *run, const char *path, const char *uri, const doc *d,
                            uint32_t group) {
    fiat_schema *schema = NULL;
    fiat_error err;
    fiat__buf text;
    uint32_t item = member(d, group, "schema"), tests = member(d, group, "tests");
    fiat__str own = source(d, item);
    fiat__buf_init(&text, FILE_MAX);
    bool object = own.ptr[0] == '{' && !member(d, item, "$schema");
    if (object)
        fiat__buf_printf(&text, "{\"$schema\":\"%s\"%s", uri, d->tape.items[item].len ? "," : "");
    fiat__buf_append(&text, own.ptr + object, own.len - object);
    /* Schemas that need other documents are for schema_suite. */
    fiat_status status = fiat_schema_compile(&schema, text.ptr, text.len, NULL, &err);
    uint32_t test = tests + 1;
    for (uint32_t i = 0; status == FIAT_OK && i < d->tape.items[tests].len; i++) {
        const char *wrong = judge_formats(run, schema, source(d, member(d, test, "data")));
        tally(run, !wrong, path, string(d, member(d, group, "description")),
              string(d, member(d, test, "description")), wrong);
        test = fiat__tape_next(&d->tape, test);
    }
    fiat_schema_free(schema);
    fiat__buf_deinit(&text);
}

static void run_suite_file(runner *run, const char *draft, const char *name) {
    char path[300];
    fiat__buf text;
    doc d;
    const char *uri = s_drafts[4].uri;
    for (size_t i = 0; i < sizeof s_drafts / sizeof s_drafts[0]; i++)
        if (atoi(draft + strlen("draft")) == s_drafts[i].number) uri = s_drafts[i].uri;
    snprintf(path, sizeof path, "tests/%s/%s", draft, name);
    read_file(run, path, &text);
    doc_init(&d, fiat__buf_str(&text), path);
    for (uint32_t group = 1; group < d.tape.count; group = fiat__tape_next(&d.tape, group))
        run_suite_group(run, path, uri, &d, group);
    doc_deinit(&d);
    fiat__buf_deinit(&text);
}

/* ---- all of them ---- */

static void run_folder(runner *run, const char *folder, const char *draft,
                       void (*run_file)(runner *run, const char *draft, const char *name)) {
    char path[600];
    char **names;
    size_t count;
    fiat_error err;
    run->passed = 0;
    unsigned failed = run->failed;
    snprintf(path, sizeof path, "%s/%s", run->suite, folder);
    if (fiat__dir_list(path, &names, &count, &err) != FIAT_OK) give_up(path, &err);
    for (size_t i = 0; i < count; i++)
        if (fiat__str_ends(fiat__str_c(names[i]), fiat__str_c(".json")))
            run_file(run, draft, names[i]);
    fiat__dir_free_list(names, count);
    printf("%s: %u passed, %u failed\n", folder, run->passed, run->failed - failed);
    if (run->passed == 0) run->failed++; /* a folder without tests is none */
}

int main(void) {
    static const char *const drafts[] = {"draft4", "draft6", "draft7", "draft2019-09",
                                         "draft2020-12"};
    static runner run;
    char suite[400];
    fiat_error err;
    const char *top = getenv("top_srcdir"), *given = getenv("FIAT_SCHEMA_SUITE");
    snprintf(suite, sizeof suite, "%s/.deps-local/json-schema-suite", top && *top ? top : ".");
    run.suite = given && *given ? given : suite;
    if (!fiat__path_is_dir(run.suite)) {
        printf("SKIP: %s is not there; scripts/fetch-test-suite gets it\n", run.suite);
        return EXIT_SKIPPED;
    }
    if (fiat_validator_new(&run.validator, &err) != FIAT_OK) give_up("validator", &err);
    run_folder(&run, "output-tests/draft2019-09/content", "draft2019-09", run_output_file);
    run_folder(&run, "output-tests/draft2020-12/content", "draft2020-12", run_output_file);
    run_folder(&run, "output-tests/draft-next/content", "draft-next", run_output_file);
    run_folder(&run, "annotations/tests", "", run_annotation_file);
    for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
        char folder[64];
        snprintf(folder, sizeof folder, "tests/%s", drafts[i]);
        run_folder(&run, folder, drafts[i], run_suite_file);
    }
    fiat_validator_free(run.validator);
    return run.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
