/* Labels of internationalized domain names (IDNA2008, RFC 5890 to 5893), judged by libidn2. Any
 * thread.
 *
 * libidn2 has no function that works in the caller's memory: a label that is not plain ASCII, and
 * one that starts with "xn--", costs some calls of malloc() that do not go through base/mem.h.
 * Nothing else in the engine allocates for a document. When that memory runs out, the label counts
 * as wrong. */
#ifndef FIAT_SCHEMA_IDN_H
#define FIAT_SCHEMA_IDN_H

#include "base/str.h"

/* RFC 1035 section 2.3.4 */
#define FIAT__LABEL_MAX_BYTES 63

/* Does the label start with "xn--", in any case of the letters? */
bool fiat__idn_claims_a_label(fiat__str label);
/* Is it an A-label: Punycode, in the one way to write it, of something that is a U-label? */
bool fiat__idn_is_a_label(fiat__str label);
/* Length of the A-label of what may be a U-label (UTF-8, with a character beyond ASCII); 0 when it
 * is none: not in normalization form C, with a character that is not allowed or not where it
 * stands, against the bidi rule, or too long. */
size_t fiat__idn_u_label_length(fiat__str label);

#endif
