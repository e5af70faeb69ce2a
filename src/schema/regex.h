/* Regular expressions in ECMA-262 meaning (with the u flag), as JSON Schema wants them: patterns
 * are not anchored. Simple ones run on a matcher of our own, the others on PCRE2 with JIT. */
#ifndef FIAT_SCHEMA_REGEX_H
#define FIAT_SCHEMA_REGEX_H

#include "base/str.h"
#include <fiat/error.h>
#include <stdint.h>

typedef struct fiat__regex fiat__regex;                 /* never changes; any thread */
typedef struct fiat__regex_scratch fiat__regex_scratch; /* match data and JIT stack of one thread */

/* FIAT_E_SCHEMA_INVALID: the message has the pattern, the offset and the reason. */
fiat_status fiat__regex_compile(fiat__regex **out, fiat__str pattern, fiat_error *err);
void fiat__regex_free(fiat__regex *regex);
/* Bytes of memory that it holds, without machine code. */
size_t fiat__regex_size(const fiat__regex *regex);

fiat_status fiat__regex_scratch_new(fiat__regex_scratch **out, fiat_error *err);
void fiat__regex_scratch_free(fiat__regex_scratch *scratch);

/* How many steps all matches from here on may take together; each takes one a byte and some, those
 * that backtrack take more. No limit before the first call. What a text as a whole is given: */
#define FIAT__REGEX_STEPS(text_bytes) (4000000 + 128 * (uint64_t)(text_bytes))
void fiat__regex_scratch_allow(fiat__regex_scratch *scratch, uint64_t steps);

typedef enum fiat__match {
    FIAT__MATCH_NO = 0,
    FIAT__MATCH_YES = 1,
    FIAT__MATCH_LIMIT = -1
} fiat__match;

/* LIMIT: the pattern needed more steps or memory on this text than is allowed to it, or than are
 * left to all matches.
 * `text`: escapes resolved, valid UTF-8. Allocates nothing. */
fiat__match fiat__regex_match(const fiat__regex *regex, fiat__regex_scratch *scratch,
                              fiat__str text);

#endif
