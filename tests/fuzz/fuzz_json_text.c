/* Any bytes as a JSON text: all ways through the parser give one answer at one place, and cJSON
 * takes what they take. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_cjson.h"
#include "schema/schema.h"

#include "json/tape.h"

/* They accept everything, in one pass, by known and unknown members, and on a tape. */
static const char *const s_ways[] = {
    "true",
    ("{\"properties\":{\"a\":{\"maxLength\":99999},\"b\":true},\"pattern\":\"\","
     "\"additionalProperties\":{\"pattern\":\"\"},\"items\":{\"minLength\":0}}"),
    "{\"patternProperties\":{\"a\":true,\"^.\":{\"minLength\":0}},\"prefixItems\":[true]}",
    "{\"not\":{\"const\":[\"never found\"]}}",
    "{\"items\":{\"anyOf\":[true]},\"additionalProperties\":{\"oneOf\":[false,true]}}",
};
#define WAY_COUNT (sizeof s_ways / sizeof s_ways[0])

static fiat_schema *s_schemas[WAY_COUNT];
static fiat_validator *s_ctx;

static void prepare(void) {
    fiat_error err;
    if (s_ctx) return;
    FUZZ_CHECK(fiat_validator_new(&s_ctx, &err) == FIAT_OK);
    for (size_t i = 0; i < WAY_COUNT; i++)
        FUZZ_CHECK(fiat_schema_compile(&s_schemas[i], s_ways[i], strlen(s_ways[i]), NULL, &err) ==
                   FIAT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str text = fiat__str_of((const char *)data, size);
    fiat_error err = FIAT_ERROR_INIT, other = FIAT_ERROR_INIT;
    prepare();
    fiat_status status = fiat__tape_check(text, FIAT__SCHEMA_MAX_DEPTH, &err);
    FUZZ_CHECK(status == FIAT_OK || (err.status == (int32_t)status && err.message[0] != '\0'));
    FUZZ_CHECK(err.offset <= size);
    for (size_t i = 0; i < WAY_COUNT; i++) {
        other = (fiat_error)FIAT_ERROR_INIT;
        FUZZ_CHECK(fiat_schema_validate(s_schemas[i], s_ctx, text.ptr, size, &other) == status);
        FUZZ_CHECK(other.offset == err.offset);
    }
    if (status != FIAT_OK) return 0;
    FUZZ_CHECK(fiat__utf8_check(text.ptr, size) == size);
    compare_with_cjson(text);
    return 0;
}
