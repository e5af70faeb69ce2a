/* What differs between the table that is there and the one that its stream should have, and how it
 * is brought up to date without breaking who reads it. */
#ifndef FIAT_TABLE_COMPARE_H
#define FIAT_TABLE_COMPARE_H

#include "base/buf.h"
#include "table/definition.h"

typedef enum fiat__change_kind {
    FIAT__CHANGE_ADD,      /* a column is not there yet */
    FIAT__CHANGE_WIDEN,    /* a column's type holds less; its data reads as the wider type */
    FIAT__CHANGE_SERDE,    /* a property of the SerDe */
    FIAT__CHANGE_PROPERTY, /* a property of the table */
    FIAT__CHANGE_BREAKS    /* what `fiat table update` refuses */
} fiat__change_kind;

typedef struct fiat__change {
    fiat__change_kind kind;
    const char *what;          /* "column \"a\"", "location" */
    const char *live, *wanted; /* "" when there is none */
    const char *remedy;        /* of what breaks; else what is done */
    const char *name;          /* of the column or property; "" otherwise */
} fiat__change;

typedef struct fiat__changes {
    fiat__arena arena;
    fiat__change *items;
    size_t count, cap;
    size_t breaking; /* of them */
} fiat__changes;

/* Where projection begins is taken over from the table that is there: for when it is not set. */
fiat_status fiat__table_keep_start(fiat__table *wanted, const fiat__table *live, fiat_error *err);

/* Every difference that matters, in a fixed order. Comments and the order of columns do not; nor do
 * properties of the live table that are none of Fiat's. Deinit in any case. */
fiat_status fiat__table_compare(fiat__changes *out, const fiat__table *live,
                                const fiat__table *wanted, fiat_error *err);
void fiat__changes_deinit(fiat__changes *changes);

/* Why Athena's DDL cannot make the changes, so that the Glue catalogue must; NULL: it can. Static.
 */
const char *fiat__changes_need_glue(const fiat__changes *changes, const fiat__table *wanted);

/* Append the statement number `index`, from 0, that makes the changes; false after the last. */
bool fiat__changes_write_ddl(fiat__buf *out, const fiat__changes *changes,
                             const fiat__table *wanted, size_t index);

/* Does text in JSON that was written for type `from` read the same as type `to`? */
typedef enum fiat__type_change {
    FIAT__TYPE_SAME,
    FIAT__TYPE_WIDER,
    FIAT__TYPE_OTHER
} fiat__type_change;
fiat__type_change fiat__type_compare(const fiat__type *from, const fiat__type *to, bool parquet);

#endif
