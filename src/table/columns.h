/* athena.json: the columns of a stream's table, and whether they agree with its JSON Schema.
 *
 * Two forms are read: {"column": "type", ...} and [{"name": "column", "type": "type"}, ...], either
 * alone or as the member "columns" of an object. Types are Athena's
 * (https://docs.aws.amazon.com/athena/latest/ug/data-types.html). */
#ifndef FIAT_TABLE_COLUMNS_H
#define FIAT_TABLE_COLUMNS_H

#include "base/str.h"
#include "json/doc.h"
#include <fiat/error.h>

typedef enum fiat__type_kind {
    FIAT__TYPE_BOOLEAN,
    FIAT__TYPE_TINYINT,
    FIAT__TYPE_SMALLINT,
    FIAT__TYPE_INT,
    FIAT__TYPE_BIGINT,
    FIAT__TYPE_FLOAT,
    FIAT__TYPE_DOUBLE,
    FIAT__TYPE_DECIMAL, /* precision, scale */
    FIAT__TYPE_STRING,
    FIAT__TYPE_CHAR,    /* precision: length */
    FIAT__TYPE_VARCHAR, /* precision: length */
    FIAT__TYPE_BINARY,
    FIAT__TYPE_DATE,
    FIAT__TYPE_TIMESTAMP,
    FIAT__TYPE_ARRAY, /* children[0] */
    FIAT__TYPE_MAP,   /* children[0] key, children[1] value */
    FIAT__TYPE_STRUCT /* children with names */
} fiat__type_kind;

typedef struct fiat__type {
    fiat__type_kind kind;
    unsigned precision, scale;
    struct fiat__type *children;
    const char **names; /* of a struct's children */
    size_t child_count;
} fiat__type;

typedef struct fiat__column {
    const char *name, *comment; /* comment: "" when none */
    fiat__type type;
} fiat__column;

typedef struct fiat__columns fiat__columns;

/* Parse athena.json. FIAT_E_TABLE_COLUMN names the column, what is wrong and what is allowed. */
fiat_status fiat__columns_parse(fiat__columns **out, fiat__str text, fiat_error *err);
void fiat__columns_free(fiat__columns *columns);
size_t fiat__columns_count(const fiat__columns *columns);
const fiat__column *fiat__columns_at(const fiat__columns *columns, size_t index);

/* Append a type in Athena's DDL spelling, "struct<a:int,b:array<string>>". */
struct fiat__buf;
bool fiat__type_write(struct fiat__buf *out, const fiat__type *type);

/* Compare with the JSON Schema of the stream: every column has a property, every type can hold what
 * the property allows. `each` gets every finding (fault: the table would lose or refuse data; else
 * a note, for example a property without a column), the strings borrowed for the call.
 * `provided`: names of root members that the logger adds, which the schema need not declare.
 * Returns FIAT_E_TABLE_COLUMN with the first fault; FIAT_E_JSON_*; FIAT_E_NOMEM. */
typedef void fiat__columns_finding(bool fault, const char *column, const char *message, void *user);
fiat_status fiat__columns_check(const fiat__columns *columns, fiat__str json_schema,
                                const char *const *provided, size_t provided_count,
                                fiat__columns_finding *each, void *user, fiat_error *err);

/* The name of the root member that fills the column: that of the property which differs from it at
 * most in case, or in characters that Athena does not take (fiat__shape_property()); the column's
 * own name when there is none.
 * Borrowed until the schema is freed. */
const char *fiat__columns_property(const fiat__column *column, const fiat__doc *schema);

#endif
