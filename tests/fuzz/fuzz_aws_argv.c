/* A command line of credential_process: what it is split into, quoted again, is split the same. */
#include "aws/argv.h"
#include "base/buf.h"
#include "fuzz/fuzz.h"

/* In single quotes, where nothing means anything but the quote. */
static void quote(fiat__buf *out, const char *item) {
    fiat__buf_append_char(out, '\'');
    for (; *item; item++)
        if (*item == '\'')
            fiat__buf_append_c(out, "'\\''");
        else
            fiat__buf_append_char(out, *item);
    fiat__buf_append_c(out, "' ");
}

static void check_again(const fiat__argv *first) {
    fiat__argv second;
    fiat__buf line;
    fiat__buf_init(&line, 64 * 1024);
    for (size_t i = 0; i < first->count; i++)
        quote(&line, first->items[i]);
    FUZZ_CHECK(fiat__argv_split(&second, fiat__buf_cstr(&line), NULL) == FIAT_OK);
    FUZZ_CHECK(second.count == first->count && !second.items[second.count]);
    for (size_t i = 0; i < first->count; i++)
        FUZZ_CHECK(strcmp(first->items[i], second.items[i]) == 0);
    fiat__argv_deinit(&second);
    fiat__buf_deinit(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__argv argv;
    char line[4096];
    if (size >= sizeof line) return 0;
    if (size) memcpy(line, data, size);
    line[size] = '\0';
    if (fiat__argv_split(&argv, line, NULL) == FIAT_OK) {
        FUZZ_CHECK(argv.count > 0 && argv.count <= FIAT__ARGV_MAX);
        check_again(&argv);
    }
    fiat__argv_deinit(&argv);
    return 0;
}
