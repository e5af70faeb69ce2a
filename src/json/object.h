/* The text of an event, before it is parsed: what stands around it, and whether it is an object. */
#ifndef FIAT_JSON_OBJECT_H
#define FIAT_JSON_OBJECT_H

#include "base/str.h"
#include <fiat/error.h>

/* Without JSON's white space at both ends. */
fiat__str fiat__json_trim(fiat__str text);

/* A value that is JSON but no object: FIAT_E_JSON_NOT_OBJECT; nothing: FIAT_E_JSON_SYNTAX. Anything
 * else is left to the parser. `text` is trimmed. */
fiat_status fiat__json_check_object(fiat__str text, fiat_error *err);

#endif
