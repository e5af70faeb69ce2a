/* A stream.json: no stamp twice, none without its being told so, and an error tells the first
 * fault. */
#include "fuzz/fuzz.h"
#include "logger/stream_json.h"

static void count(const char *message, void *user) {
    FUZZ_CHECK(message && *message);
    ++*(size_t *)user;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__stream_json stream;
    fiat_error err = FIAT_ERROR_INIT;
    size_t faults = 0;
    const fiat__str text = fiat__str_of((const char *)data, size);
    const fiat_status status = fiat__stream_json_read(&stream, text, count, &faults, &err);
    FUZZ_CHECK((status == FIAT_OK) == (faults == 0) || status != FIAT_E_STREAM_INVALID);
    FUZZ_CHECK(status == FIAT_OK || *err.message);
    FUZZ_CHECK(stream.stamp_count <= FIAT__STAMP_NAMES);
    for (size_t i = 0; i < stream.stamp_count; i++) {
        FUZZ_CHECK(fiat__stream_json_stamps(&stream, stream.stamps[i]));
        for (size_t j = 0; j < i; j++)
            FUZZ_CHECK(strcmp(stream.stamps[i], stream.stamps[j]) != 0);
    }
    fiat__stream_json_deinit(&stream);
    return 0;
}
