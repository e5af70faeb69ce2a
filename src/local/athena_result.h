/* A result while it is written: CSV in which every value is quoted and NULL is nothing, as Athena's
 * objects have it, so that NULL and "" are told apart.
 * https://docs.aws.amazon.com/athena/latest/ug/querying.html */
#ifndef FIAT_LOCAL_ATHENA_RESULT_H
#define FIAT_LOCAL_ATHENA_RESULT_H

#include "base/buf.h"

#define FIAT__RESULT_MAX_BYTES (UINT64_C(1) << 30)

typedef struct fiat__result fiat__result;

/* `path`: of the file to be. `object`: where a copy goes, DIR and "BUCKET/KEY"; NULL: nowhere.
 * `text`: the object's lines are the values as they are, with tabs between them. */
fiat_status fiat__result_open(fiat__result **out, const char *path, const char *dir,
                              const char *object, bool text, fiat_error *err);
/* One value of the row; ptr NULL: NULL. */
void fiat__result_value(fiat__result *result, fiat__str value);
/* One column's description for ColumnInfo. `type` as Athena names it. */
void fiat__result_column(fiat__result *result, const char *name, const char *type,
                         unsigned precision, unsigned scale);
/* FIAT_E_LIMIT: more than FIAT__RESULT_MAX_BYTES. */
fiat_status fiat__result_end_row(fiat__result *result, fiat_error *err);
uint64_t fiat__result_rows(const fiat__result *result);
/* The description so far: a JSON array. Borrowed. */
const char *fiat__result_columns(const fiat__result *result);
/* Give the files their names; frees the result, also on failure. */
fiat_status fiat__result_commit(fiat__result *result, fiat_error *err);
/* Leave nothing. NULL is allowed. */
void fiat__result_abort(fiat__result *result);

#endif
