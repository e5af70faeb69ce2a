/* The list of tests of the official suite that the engine is known to fail, each with its reason:
 *
 *     pattern of the file | group, or * | test, or *, or *invalid | reason
 *
 * The pattern is one of fnmatch(); *invalid names the tests whose instance is not valid. */
#ifndef FIAT_TESTS_SUPPORT_SUITE_KNOWN_H
#define FIAT_TESTS_SUPPORT_SUITE_KNOWN_H

#include "base/buf.h"

#define SUITE_KNOWN_MAX 200

typedef struct suite_known_row {
    fiat__str path, group, test, reason;
    unsigned used; /* tests that it has named */
} suite_known_row;

typedef struct suite_known {
    fiat__buf text;
    suite_known_row rows[SUITE_KNOWN_MAX];
    size_t count;
} suite_known;

/* Ends the program when the file cannot be read. */
void suite_known_read(suite_known *known, const char *path);
void suite_known_deinit(suite_known *known);

/* Is the test in the list? Marks the row. `valid`: what the suite says of its instance. */
bool suite_known_has(suite_known *known, const char *path, fiat__str group, fiat__str test,
                     bool valid);

/* Prints the rows that have named no test, and returns how many there are. */
unsigned suite_known_stale(const suite_known *known);

#endif
