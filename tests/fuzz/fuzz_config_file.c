/* A configuration file: changing one setting in it gives that value when it is read again, changes
 * no other line, and can be taken back. */
#include "conf_file.h"
#include "fuzz/fuzz.h"
#include "logger/config_line.h"

#include <string.h>

#define NAME      "app"
#define VALUE     "a b = c"
#define MAX_BYTES (1u << 20)

/* The value that counts: of the last line that sets it. false: none does. */
static bool last_value(fiat__str text, fiat__str *out) {
    bool found = false;
    while (text.len > 0) {
        const size_t before = text.len;
        fiat__str name, value;
        const fiat__str line = fiat__config_line_next(&text);
        FUZZ_CHECK(text.len < before && line.len <= before);
        FUZZ_CHECK(!memchr(line.ptr, '\n', line.len));
        if (fiat__config_line_read(line, &name, &value) != FIAT__CONFIG_LINE_SETTING) continue;
        FUZZ_CHECK(name.ptr >= line.ptr && value.ptr + value.len <= line.ptr + line.len);
        if (!fiat__str_eq_c(name, NAME)) continue;
        *out = value;
        found = true;
    }
    return found;
}

static size_t unset(fiat__buf *out, fiat__str text) {
    fiat_error err;
    size_t lines;
    fiat__str value;
    fiat__buf_clear(out);
    FUZZ_CHECK(conf_file_unset(out, text, NAME, &lines, &err) == FIAT_OK);
    FUZZ_CHECK(!last_value(fiat__buf_str(out), &value));
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__str text = fiat__str_of((const char *)data, size);
    fiat__buf set, without, restored;
    fiat_error err;
    fiat__str value;
    size_t line;
    if (size > MAX_BYTES / 2) return 0;
    fiat__buf_init(&set, MAX_BYTES);
    fiat__buf_init(&without, MAX_BYTES);
    fiat__buf_init(&restored, MAX_BYTES);
    FUZZ_CHECK(conf_file_set(&set, text, NAME, VALUE, &line, &err) == FIAT_OK);
    FUZZ_CHECK(line > 0);
    FUZZ_CHECK(last_value(fiat__buf_str(&set), &value) && fiat__str_eq_c(value, VALUE));
    /* Without its lines both are the same, but for a newline that the file had not at its end. */
    const size_t lines = unset(&without, text);
    FUZZ_CHECK(unset(&restored, fiat__buf_str(&set)) == (lines ? lines : 1));
    FUZZ_CHECK(fiat__str_starts(fiat__buf_str(&restored), fiat__buf_str(&without)));
    FUZZ_CHECK(restored.len <= without.len + 2);
    fiat__buf_deinit(&restored);
    fiat__buf_deinit(&without);
    fiat__buf_deinit(&set);
    return 0;
}
