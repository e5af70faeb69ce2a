/* From a caller's cJSON tree to JSON text. */
#ifndef FIAT_JSON_CJSON_BRIDGE_H
#define FIAT_JSON_CJSON_BRIDGE_H

#include "base/buf.h"
#include <fiat/error.h>

struct cJSON;

/* Append the tree as compact JSON text, depth at most `max_depth`.
 * FIAT_E_ARG for what JSON cannot hold (NaN, a member without a name, an invalid node). */
fiat_status fiat__cjson_write(fiat__buf *out, const struct cJSON *tree, unsigned max_depth,
                              fiat_error *err);

#endif
