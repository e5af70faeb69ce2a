/* Two numbers, one a line: order, hash and divisibility fit together. */
#include "fuzz/fuzz.h"
#include "json/number.h"

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* RFC 8259 section 6: what the scanner lets through. */
static bool is_number(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (at < end && *at == '-') at++;
    const char *digits = at;
    at = skip_digits(at, end);
    if (at == digits || (*digits == '0' && at - digits > 1)) return false;
    if (at < end && *at == '.') {
        digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) return false;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        digits = at;
        at = skip_digits(at, end);
        if (at == digits) return false;
    }
    return at == end;
}

static void check_one(fiat__str text) {
    int64_t value = 0;
    FUZZ_CHECK(fiat__number_compare(text, text) == 0);
    bool fits = fiat__number_to_int64(text, &value);
    FUZZ_CHECK(!fits || fiat__number_is_integer(text));
    FUZZ_CHECK(fiat__number_multiple_of(text, fiat__str_c("1")) ==
               (fiat__number_is_integer(text) ? 1 : 0));
    if (!fits) return;
    char written[32];
    snprintf(written, sizeof written, "%lld", (long long)value);
    FUZZ_CHECK(fiat__number_compare(text, fiat__str_c(written)) == 0);
    FUZZ_CHECK(fiat__number_hash(text) == fiat__number_hash(fiat__str_c(written)));
}

static int sign(int value) {
    return (value > 0) - (value < 0);
}

static void check_pair(fiat__str a, fiat__str b) {
    int order = sign(fiat__number_compare(a, b));
    FUZZ_CHECK(order == -sign(fiat__number_compare(b, a)));
    FUZZ_CHECK(order != 0 || fiat__number_hash(a) == fiat__number_hash(b));
    int64_t x, y;
    bool small = fiat__number_to_int64(a, &x) && fiat__number_to_int64(b, &y);
    FUZZ_CHECK(!small || order == (x > y) - (x < y));
    if (fiat__number_compare(b, fiat__str_c("0")) <= 0) return;
    int multiple = fiat__number_multiple_of(a, b);
    FUZZ_CHECK(multiple == 0 || multiple == 1 || multiple == -1);
    FUZZ_CHECK(order != 0 || multiple != 0);
    FUZZ_CHECK(!small || multiple == (x % y == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str rest, a = fuzz_line(fiat__str_of((const char *)data, size), &rest);
    fiat__str b = fuzz_line(rest, &rest);
    if (!is_number(a)) return 0;
    check_one(a);
    if (is_number(b)) check_pair(a, b);
    return 0;
}
