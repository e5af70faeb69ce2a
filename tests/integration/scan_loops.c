/* The scanner's inner loops for the machine that this is compiled for, against the portable ones,
 * over texts made at random with a fixed seed. Needs no library, so that it can be compiled for
 * another machine: see neon.sh. */
#define fiat__scan_plain      portable_plain
#define fiat__scan_closing    portable_closing
#define fiat__scan_copy       portable_copy
#define fiat__scan_copy_plain portable_copy_plain
#define fiat__scan_ascii      portable_ascii
#define fiat__scan_same       portable_same
#define fiat__scan_blank      portable_blank
#define fiat__scan_digits     portable_digits
#define fiat__scan_has_zero   portable_has_zero
#include "json/scan_portable.h"
#undef fiat__scan_plain
#undef fiat__scan_closing
#undef fiat__scan_copy
#undef fiat__scan_copy_plain
#undef fiat__scan_ascii
#undef fiat__scan_same
#undef fiat__scan_blank
#undef fiat__scan_digits
#undef fiat__scan_has_zero

#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef FIAT_JSON_SCAN_NEON_H
#error "not compiled for NEON: the portable loops would be compared with themselves"
#endif

#define TEXTS 200000
#define MOST  80

static uint64_t s_state = UINT64_C(0x9E3779B97F4A7C15);

static unsigned below(unsigned limit) {
    s_state ^= s_state << 13;
    s_state ^= s_state >> 7;
    s_state ^= s_state << 17;
    return (unsigned)((s_state >> 20) % limit);
}

static void check(bool ok, const char *what, unsigned text) {
    if (ok) return;
    printf("%s differs on text %u\n", what, text);
    exit(1);
}

/* Long runs of one class, ended by any byte. */
static void make_text(char *text) {
    static const char *const classes[] = {" \n\r\t", "0123456789", "abcXYZ~", "a\xc3\xbc\x80\xff"};
    const char *class = classes[below(4)];
    unsigned len = below(MOST);
    memset(text, 0, MOST + FIAT__SCAN_PAD);
    for (unsigned i = 0; i < len; i++)
        text[i] = class[below((unsigned)strlen(class))];
    text[len] = (char)below(256);
    text[len + 1] = "\"\\\n0 "[below(5)];
}

static void compare(const char *text, unsigned number) {
    char fast[256] = {0}, plain[256] = {0};
    check(fiat__scan_plain(text) == portable_plain(text), "scan_plain", number);
    check(fiat__scan_closing(text) == portable_closing(text), "scan_closing", number);
    const char *stop = text + below(MOST), *ascii = fiat__scan_ascii(text, stop);
    check((ascii < stop ? ascii : stop) == portable_ascii(text, stop), "scan_ascii", number);
    check(fiat__scan_blank(text) == portable_blank(text), "scan_blank", number);
    check(fiat__scan_digits(text) == portable_digits(text), "scan_digits", number);
    const char *end = portable_copy_plain(plain, text);
    check(fiat__scan_copy_plain(fast, text) == end, "the end of scan_copy_plain", number);
    check(memcmp(fast, plain, (size_t)(end - text)) == 0, "scan_copy_plain", number);
    size_t len = below(MOST);
    check(fiat__scan_copy(fast, text, len) == portable_copy(plain, text, len),
          "the result of scan_copy", number);
    check(memcmp(fast, plain, len) == 0, "scan_copy", number);
}

int main(void) {
    static char text[MOST + FIAT__SCAN_PAD], other[MOST + FIAT__SCAN_PAD];
    for (unsigned i = 0; i < TEXTS; i++) {
        make_text(text);
        compare(text, i);
        memcpy(other, text, 16);
        other[below(20)] ^= (char)below(2);
        size_t len = below(17);
        check(fiat__scan_same(text, other, len) == portable_same(text, other, len), "scan_same", i);
    }
    printf("%d texts: all loops agree\n", TEXTS);
    return 0;
}
