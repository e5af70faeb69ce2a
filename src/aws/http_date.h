/* The Date header of HTTP. */
#ifndef FIAT_AWS_HTTP_DATE_H
#define FIAT_AWS_HTTP_DATE_H

#include "base/str.h"
#include <stdint.h>

/* Reads an IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), the one form that
 * senders may still make. false for anything else. */
bool fiat__http_date_read(fiat__str text, int64_t *epoch_ms);

#endif
