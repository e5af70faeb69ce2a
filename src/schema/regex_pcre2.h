/* Private to regex.c and regex_match.c, which alone know PCRE2. */
#ifndef FIAT_SCHEMA_REGEX_PCRE2_H
#define FIAT_SCHEMA_REGEX_PCRE2_H

#include "schema/regex_parts.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct fiat__regex {
    fiat__simple *simple; /* or else: */
    pcre2_code *code;
    bool jit;
    bool anchored; /* can match at the start of a text alone */
};

/* Memory of PCRE2 by base/mem.h. NULL when there is none. */
pcre2_general_context *fiat__regex_memory(void);

#endif
