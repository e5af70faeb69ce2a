/* From the three forms of an event to JSON text. Not validated yet: the text is as hostile as what
 * it came from, except that no value can break out of its place in the tree. */
#ifndef FIAT_LOGGER_EVENT_H
#define FIAT_LOGGER_EVENT_H

#include "base/buf.h"
#include <fiat/event.h>

/* The event's text: the caller's own for JSON, otherwise written to `scratch`, which is cleared.
 * FIAT_E_ARG for what JSON cannot hold, FIAT_E_JSON_DEPTH, FIAT_E_EVENT_TOO_LARGE. */
fiat_status fiat__event_text(fiat_event event, unsigned max_depth, fiat__buf *scratch,
                             fiat__str *text, fiat_error *err);

#endif
