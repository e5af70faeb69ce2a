#include "schema_suite_page.h"

const char *const suite_draft_names[SUITE_DRAFTS] = {"draft4", "draft6", "draft7", "draft2019-09",
                                                     "draft2020-12"};
const char *const suite_kind_names[SUITE_KINDS] = {"required", "optional", "optional/format"};

static const char s_intro[] =
    "<!-- Made by tests/integration/schema_suite --markdown; `make check` compares. -->\n"
    "# Conformance of the JSON Schema engine\n\n"
    "How many tests of the official JSON Schema Test Suite pass, by draft. The suite is the one in "
    "the source distribution of the Python package jsonschema %.*s (`scripts/fetch-test-suite`). "
    "Its `remotes/` are in a registry; `format` is asserted in `optional/format` and, elsewhere, "
    "where a schema's dialect asks for it; the content of strings in draft-07's "
    "`optional/content.json`.\n\n";

static const char s_bowtie[] =
    "\nThe required tests are also run through the harness for "
    "[Bowtie](https://docs.bowtie.report/), by Bowtie (`tests/bowtie/suite.py`; `make bowtie` "
    "builds the harness).\n";

static fiat__str first_line(fiat__str text) {
    size_t len = 0;
    while (len < text.len && text.ptr[len] != '\n')
        len++;
    return fiat__str_of(text.ptr, len);
}

static void write_counts(const suite_page *page, fiat__buf *out) {
    fiat__buf_append_c(out, "| draft | required | optional | optional formats |\n"
                            "|---|---|---|---|\n");
    for (size_t draft = 0; draft < SUITE_DRAFTS; draft++) {
        fiat__buf_printf(out, "| %s", suite_draft_names[draft]);
        for (size_t kind = 0; kind < SUITE_KINDS; kind++)
            fiat__buf_printf(out, " | %u of %u", page->tallies[draft][kind].passed,
                             page->tallies[draft][kind].total);
        fiat__buf_append_c(out, " |\n");
    }
}

static void write_failures(const suite_known *known, fiat__buf *out) {
    fiat__buf_append_c(out, "\n## What does not pass, and why\n\n");
    if (known->count == 0) {
        fiat__buf_append_c(out, "Nothing.\n");
        return;
    }
    fiat__buf_append_c(out, "| file | group | test | tests | reason |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < known->count; i++) {
        const suite_known_row *row = &known->rows[i];
        bool all = fiat__str_eq_c(row->test, "*"), invalid = fiat__str_eq_c(row->test, "*invalid");
        fiat__str group = fiat__str_eq_c(row->group, "*") ? fiat__str_c("all") : row->group;
        fiat__str test = all       ? fiat__str_c("all")
                         : invalid ? fiat__str_c("all that are not valid")
                                   : row->test;
        fiat__buf_printf(out, "| `%.*s` | %.*s | %.*s | %u | %.*s |\n", (int)row->path.len,
                         row->path.ptr, (int)group.len, group.ptr, (int)test.len, test.ptr,
                         row->used, (int)row->reason.len, row->reason.ptr);
    }
}

void suite_page_write(const suite_page *page, fiat__buf *out) {
    fiat__str version = first_line(fiat__buf_str(&page->version));
    fiat__buf_printf(out, s_intro, (int)version.len, version.ptr);
    write_counts(page, out);
    fiat__buf_append_c(out, s_bowtie);
    write_failures(&page->known, out);
}

void suite_page_deinit(suite_page *page) {
    fiat__buf_deinit(&page->version);
    suite_known_deinit(&page->known);
}
