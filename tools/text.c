#include "text.h"

#include "base/utf8.h"

void text_make_valid(fiat__buf *out, fiat__str text) {
    fiat__buf_clear(out);
    while (text.len) {
        size_t good = fiat__utf8_check(text.ptr, text.len);
        fiat__buf_append(out, text.ptr, good);
        if (good == text.len) return;
        fiat__buf_append_c(out, "\xEF\xBF\xBD");
        text = fiat__str_of(text.ptr + good + 1, text.len - good - 1);
    }
}

void text_print(FILE *out, const char *text) {
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
}
