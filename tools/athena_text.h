/* What is said of Athena's queries: sizes, costs, and what to do about a failure. */
#ifndef FIAT_TOOLS_ATHENA_TEXT_H
#define FIAT_TOOLS_ATHENA_TEXT_H

#include "base/buf.h"

/* What AWS asks for a terabyte scanned in most regions, in US dollars:
 * https://aws.amazon.com/athena/pricing/ */
#define ATHENA_USD_PER_TB 5.0

#define ATHENA_TEXT_BYTES 48

/* "0 bytes", "999 bytes", "1.5 KB", "12 GB"; a KB has 1024 bytes. */
void athena_size_text(char out[ATHENA_TEXT_BYTES], uint64_t bytes);

/* What a query costs that has scanned so much: whole megabytes, at least 10 of them. */
double athena_cost(uint64_t scanned_bytes, double usd_per_tb);
/* "about 12.35 USD", "about 0.000048 USD": two digits at least. */
void athena_cost_text(char out[ATHENA_TEXT_BYTES], double usd);

/* What to do about a failure of which Athena says this; NULL when nothing is known. */
const char *athena_remedy(const char *reason);

/* Append a text of another's making as one line without control characters. */
bool athena_write_line(fiat__buf *out, const char *text);

#endif
