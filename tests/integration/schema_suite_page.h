/* docs/conformance.md: what the official suite says of the engine. */
#ifndef FIAT_TESTS_INTEGRATION_SCHEMA_SUITE_PAGE_H
#define FIAT_TESTS_INTEGRATION_SCHEMA_SUITE_PAGE_H

#include "support/suite_known.h"

#define SUITE_DRAFTS 5

enum suite_kind { SUITE_REQUIRED, SUITE_OPTIONAL, SUITE_FORMATS, SUITE_KINDS };

typedef struct suite_tally {
    unsigned passed, total, excluded;
} suite_tally;

typedef struct suite_page {
    fiat__buf version; /* of the suite */
    suite_known known;
    suite_tally tallies[SUITE_DRAFTS][SUITE_KINDS];
} suite_page;

/* As the suite's folders are called. */
extern const char *const suite_draft_names[SUITE_DRAFTS];
extern const char *const suite_kind_names[SUITE_KINDS];

void suite_page_write(const suite_page *page, fiat__buf *out);
void suite_page_deinit(suite_page *page);

#endif
