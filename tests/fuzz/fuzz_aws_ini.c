/* A shared credentials file: items are views into it, of one line each. */
#include "aws/ini.h"
#include "fuzz/fuzz.h"

static void check_view(fiat__str view, fiat__str text) {
    if (view.len == 0) return;
    FUZZ_CHECK(view.ptr >= text.ptr && view.ptr + view.len <= text.ptr + text.len);
    FUZZ_CHECK(!memchr(view.ptr, '\n', view.len));
    FUZZ_CHECK(view.ptr[0] != ' ' && view.ptr[view.len - 1] != ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__str text = fiat__str_of((const char *)data, size);
    fiat__ini ini;
    fiat__ini_item item;
    size_t line = 0;
    fiat__ini_init(&ini, text);
    while (fiat__ini_next(&ini, &item)) {
        FUZZ_CHECK(ini.line > line && item.key.len > 0);
        line = ini.line;
        check_view(item.section, text);
        check_view(item.parent, text);
        check_view(item.key, text);
        check_view(item.value, text);
    }
    FUZZ_CHECK(ini.rest.len == 0);
    return 0;
}
