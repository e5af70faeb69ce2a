/* What the texts of a delivery stream's settings may be. Pure functions. */
#ifndef FIAT_PIPELINE_DELIVERY_TEXT_H
#define FIAT_PIPELINE_DELIVERY_TEXT_H

#include "base/str.h"

/* The parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. Borrowed. */
typedef struct fiat__arn {
    fiat__str partition, service, region, account, resource;
} fiat__arn;

/* false: it is none. */
bool fiat__arn_parse(fiat__arn *out, const char *text);

/* NULL when `text` is of that form (delivery_members.h: FORM), else what it must be. */
const char *fiat__delivery_text_fault(const char *form, const char *text);

/* Is `word` one of the words in `choices`, which are apart by a space? */
bool fiat__delivery_is_choice(const char *choices, const char *word);

#endif
