/* A stream's table out of a few texts, for tests. */
#ifndef FIAT_TESTS_UNIT_TABLE_FAKE_H
#define FIAT_TESTS_UNIT_TABLE_FAKE_H

#include "table/definition.h"

typedef struct table_fake {
    const char *athena, *schema; /* schema NULL: none */
    const char *table;           /* the member "table", "{}" */
    const char *prefix;          /* NULL: "Orders/" */
    bool other_time_zone;
} table_fake;

/* The stream is "Orders", its bucket "bkt", the year 2026. fiat__table_deinit() in any case. */
fiat_status table_fake_make(fiat__table *out, const table_fake *fake, fiat_error *err);

#endif
