/* Memory of the engine, over the schemas and instances of the official test suite
 * (scripts/fetch-test-suite): an instance that was met before is judged without an allocation; and
 * every allocation of a life fails once, which ends in FIAT_E_NOMEM or changes nothing, and leaves
 * nothing behind.
 *
 * usage: schema_memory     FIAT_SCHEMA_SUITE names the folder of the suite. */
#include "base/error.h"
#include "base/file.h"
#include "support/json_cut.h"
#include <fiat/allocator.h>
#include <fiat/schema.h>

#include <stdio.h>
#include <stdlib.h>

#define EXIT_SKIPPED   77
#define FILE_MAX_BYTES (4 * 1024 * 1024)
#define PATH_BYTES     1024
/* Allocations fail for one group of tests in so many: each takes as many lives as it allocates. */
#define FAIL_EVERY 8

static uint64_t s_allocations, s_blocks, s_fail_at; /* s_fail_at 0: none fails */
static unsigned s_groups, s_instances, s_lives, s_failures;
static fiat_validator *s_ctx;

static void *count_malloc(void *ctx, size_t bytes) {
    (void)ctx;
    if (++s_allocations == s_fail_at) return NULL;
    void *block = malloc(bytes);
    s_blocks += block != NULL;
    return block;
}

static void *count_realloc(void *ctx, void *old, size_t bytes) {
    if (!old) return count_malloc(ctx, bytes);
    return ++s_allocations == s_fail_at ? NULL : realloc(old, bytes);
}

static void count_free(void *ctx, void *old) {
    (void)ctx;
    s_blocks -= old != NULL;
    free(old);
}

static void fail(const char *what, fiat__str schema, fiat__str instance) {
    s_failures++;
    printf("FAIL %s\n  schema:   %.*s\n  instance: %.*s\n", what, (int)schema.len, schema.ptr,
           (int)instance.len, instance.ptr);
}

static bool ignore(const fiat_schema_failure *failure, void *user) {
    (void)failure;
    (void)user;
    return true;
}

/* Compile, validate and report; 0 when nothing was lacking. */
static fiat_status live(fiat__str schema_text, fiat__str instance, fiat_status verdict) {
    fiat_schema_options options = {.formats = FIAT_SCHEMA_FORMATS_ASSERT};
    fiat_schema *schema = NULL;
    fiat_validator *ctx = NULL;
    fiat_error err;
    s_lives++;
    fiat_status status =
        fiat_schema_compile(&schema, schema_text.ptr, schema_text.len, &options, &err);
    if (status == FIAT_OK) status = fiat_validator_new(&ctx, &err);
    if (status == FIAT_OK) {
        status = fiat_schema_validate(schema, ctx, instance.ptr, instance.len, &err);
        if (status != FIAT_E_NOMEM && status != verdict)
            fail("another verdict without memory", schema_text, instance);
        if (status == verdict)
            status = fiat_schema_report(schema, ctx, instance.ptr, instance.len, 100, ignore, NULL,
                                        &err);
        if (status == verdict) status = FIAT_OK;
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    return status;
}

static void fail_each(fiat__str schema, fiat__str instance, fiat_status verdict) {
    uint64_t before = s_blocks;
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        s_fail_at = s_allocations + nth;
        fiat_status status = live(schema, instance, verdict);
        failed = s_allocations >= s_fail_at;
        s_fail_at = 0;
        if (status != FIAT_OK && (status != FIAT_E_NOMEM || !failed))
            fail(fiat_status_name(status), schema, instance);
        if (s_blocks != before) fail("blocks were left", schema, instance);
    }
}

static fiat_status judge(const fiat_schema *schema, fiat__str instance) {
    fiat_error err;
    return fiat_schema_validate(schema, s_ctx, instance.ptr, instance.len, &err);
}

static void run_group(fiat__str group) {
    fiat__str text = json_cut_member(group, "schema"), none, test;
    fiat_schema_options options = {.formats = FIAT_SCHEMA_FORMATS_ASSERT};
    fiat_schema *schema;
    fiat_error err;
    if (fiat_schema_compile(&schema, text.ptr, text.len, &options, &err) != FIAT_OK) return;
    const char *at = json_cut_member(group, "tests").ptr + 1;
    bool failing = s_groups++ % FAIL_EVERY == 0;
    while (json_cut_next(&at, &none, &test)) {
        fiat__str data = json_cut_member(test, "data");
        fiat_status first = judge(schema, data);
        uint64_t before = s_allocations;
        s_instances++;
        if (judge(schema, data) != first) fail("another verdict", text, data);
        if (s_allocations != before) fail("the second validation allocates", text, data);
        if (failing) fail_each(text, data, first);
        failing = false;
    }
    fiat_schema_free(schema);
}

static void run_file(const char *path) {
    fiat__buf text;
    fiat_error err;
    fiat__str none, group;
    fiat__buf_init(&text, FILE_MAX_BYTES);
    if (fiat__file_read(path, &text, &err) != FIAT_OK) {
        printf("FAIL %s\n", err.message);
        s_failures++;
    } else {
        const char *at = json_cut_space(fiat__buf_cstr(&text)) + 1;
        while (json_cut_next(&at, &none, &group))
            run_group(group);
    }
    fiat__buf_deinit(&text);
}

/* All files below the folder; false when there is none. */
static bool run_folder(const char *folder) {
    char **names;
    size_t count;
    fiat_error err;
    if (fiat__dir_list(folder, &names, &count, &err) != FIAT_OK) return false;
    for (size_t i = 0; i < count; i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (fiat__path_is_dir(path))
            run_folder(path);
        else if (fiat__str_ends(fiat__str_c(path), fiat__str_c(".json")))
            run_file(path);
    }
    fiat__dir_free_list(names, count);
    return true;
}

int main(void) {
    static const fiat_allocator counting = {NULL, count_malloc, count_realloc, count_free};
    const char *suite = getenv("FIAT_SCHEMA_SUITE"), *top = getenv("top_srcdir");
    char folder[PATH_BYTES];
    fiat_error err;
    if (suite)
        snprintf(folder, sizeof folder, "%s/tests", suite);
    else
        snprintf(folder, sizeof folder, "%s/.deps-local/json-schema-suite/tests", top ? top : ".");
    if (fiat_set_allocator(&counting) != FIAT_OK) return EXIT_FAILURE;
    if (!fiat__path_is_dir(folder)) {
        printf("SKIP: no test suite in %s: scripts/fetch-test-suite\n", folder);
        return EXIT_SKIPPED;
    }
    if (fiat_validator_new(&s_ctx, &err) != FIAT_OK || !run_folder(folder)) return EXIT_FAILURE;
    fiat_validator_free(s_ctx);
    printf("%u schemas, %u instances judged again; %u lives in which an allocation failed\n",
           s_groups, s_instances, s_lives);
    return s_failures || s_groups == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
