/* What fiat takes for JSON cJSON takes as well. */
#ifndef FIAT_TESTS_FUZZ_CJSON_H
#define FIAT_TESTS_FUZZ_CJSON_H

#include "base/str.h"
#include "fuzz/fuzz.h"

#include <cjson/cJSON.h>

/* cJSON cuts longer numbers. */
#define CJSON_NUMBER_BYTES 63

static inline bool has_long_number(fiat__str text) {
    size_t run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.ptr[i] != '\0' && strchr("0123456789+-.eE", text.ptr[i]) ? run + 1 : 0;
        if (run >= CJSON_NUMBER_BYTES) return true;
    }
    return false;
}

/* cJSON is the laxer one, so only one direction holds. */
static inline void compare_with_cjson(fiat__str text) {
    if (has_long_number(text)) return;
    cJSON *tree = cJSON_ParseWithLength(text.ptr, text.len);
    FUZZ_CHECK(tree);
    cJSON_Delete(tree);
}

#endif
