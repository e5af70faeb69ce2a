/* A prefix pattern that is taken at creation also expands at delivery, whenever that is, within its
 * bounds; whatever key comes out, one that passes the check stays inside its folder.
 * Input: one byte for kind and moment, then the pattern. */
#include "base/clock.h"
#include "fuzz/fuzz.h"
#include "producer/object.h"

/* No "..", not absolute: what a file system makes of the key is below the folder. */
static void check_key(fiat__str key) {
    if (fiat__object_check_key(key, NULL) != FIAT_OK) return;
    FUZZ_CHECK(key.len > 0 && key.ptr[0] != '/');
    for (size_t at = 0; at + 1 < key.len; at++) {
        const bool starts = at == 0 || key.ptr[at - 1] == '/';
        const bool ends = at + 2 == key.len || key.ptr[at + 2] == '/';
        FUZZ_CHECK(!(starts && ends && key.ptr[at] == '.' && key.ptr[at + 1] == '.'));
    }
    FUZZ_CHECK(memchr(key.ptr, '\0', key.len) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int64_t moments_ms[] = {0,
                                         -1,
                                         -62135596800000, /* year 1 */
                                         253402300799999, /* the last of 9999 */
                                         1795262400000,
                                         1709164799999, /* a leap day's eve */
                                         1790812799999, /* 30 September */
                                         951782400000};
    if (size == 0) return 0;
    const fiat__prefix_kind kind = data[0] & 1 ? FIAT__PREFIX_ERROR : FIAT__PREFIX_DATA;
    const fiat__str pattern = {(const char *)data + 1, size - 1};
    const fiat__prefix_values values = {.stream = "s", .time_ms = moments_ms[data[0] >> 1 & 7]};
    const bool good = fiat__prefix_check(pattern, kind, NULL) == FIAT_OK;
    fiat__buf out;
    fiat__buf_init(&out, 1 << 20);
    const fiat_status status = fiat__prefix_expand(&out, pattern, kind, &values, NULL);
    FUZZ_CHECK(!good || status == FIAT_OK);
    FUZZ_CHECK(!good || out.len <= FIAT__PREFIX_VALUE_BYTES);
    if (status == FIAT_OK) check_key(fiat__buf_str(&out));
    check_key(pattern);
    fiat__buf_deinit(&out);
    return 0;
}
