/* A prefix of Firehose: an object that is stored under it is found again, and the partitions that
 * are read from its key are parts of it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "local/layout.h"
#include "producer/object.h"

#include <pcre2.h>

#define TEXT_MAX_BYTES (1 << 20)
#define TIME_MS        INT64_C(1795262400123) /* 2026-11-21T12:00:00.123Z */

/* false when Firehose would refuse the prefix, or a file system the key. */
static bool make_key(fiat__str prefix, fiat__buf *key) {
    const fiat__prefix_values values = {.stream = "s", .time_ms = TIME_MS};
    if (fiat__prefix_check(prefix, FIAT__PREFIX_DATA, NULL) != FIAT_OK) return false;
    fiat_status status = fiat__prefix_expand(key, prefix, FIAT__PREFIX_DATA, &values, NULL);
    if (status != FIAT_OK) return false;
    FUZZ_CHECK(fiat__object_name(key, "s", 1, TIME_MS, "01a1fe47-c21d-73d9-8276-04d7227089cd",
                                 ".gz", NULL) == FIAT_OK);
    return fiat__object_check_key(fiat__buf_str(key), NULL) == FIAT_OK;
}

static void check_found(const fiat__layout *layout, fiat__str key) {
    int code;
    PCRE2_SIZE where;
    fiat__buf whole;
    fiat__buf_init(&whole, TEXT_MAX_BYTES);
    fiat__buf_printf(&whole, "^%s$", fiat__buf_cstr(&layout->regex));
    pcre2_code *regex =
        pcre2_compile((PCRE2_SPTR)fiat__buf_cstr(&whole), whole.len, 0, &code, &where, NULL);
    FUZZ_CHECK(regex);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(regex, NULL);
    int groups = pcre2_match(regex, (PCRE2_SPTR)key.ptr, key.len, 0, 0, data, NULL);
    FUZZ_CHECK(groups == (int)layout->partition_count + 1 || groups == PCRE2_ERROR_MATCHLIMIT);
    pcre2_match_data_free(data);
    pcre2_code_free(regex);
    fiat__buf_deinit(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str prefix = fiat__str_of((const char *)data, size);
    fiat__layout layout;
    fiat__buf key;
    fiat__buf_init(&key, TEXT_MAX_BYTES);
    bool stored = make_key(prefix, &key);
    if (fiat__layout_init(&layout, prefix, NULL) == FIAT_OK) {
        if (stored) check_found(&layout, fiat__buf_str(&key));
        fiat__layout_deinit(&layout);
    } else {
        FUZZ_CHECK(!stored);
    }
    fiat__buf_deinit(&key);
    return 0;
}
