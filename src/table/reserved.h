/* Names in DDL. */
#ifndef FIAT_TABLE_RESERVED_H
#define FIAT_TABLE_RESERVED_H

#include "base/buf.h"

/* Must the name stand in backticks in Athena's DDL: a reserved word, or one that does not begin
 * with a letter? https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html */
bool fiat__ddl_must_quote(const char *name);

/* Append `name`, in backticks. The name has none. */
bool fiat__ddl_write_name(fiat__buf *out, const char *name);

/* Append 'text', escaped as Hive reads it. */
bool fiat__ddl_write_text(fiat__buf *out, const char *text);

#endif
