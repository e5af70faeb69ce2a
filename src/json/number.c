/* Exact decimal arithmetic on the text of JSON numbers. Pure functions, any thread, no allocation.
 *
 * A number is taken apart into D * 10^(E + scale): D is the run of its significant digits, without
 * zeros at either end and read in place; E is the exponent as it is written, which may have any
 * number of digits; scale follows from where the point stands and is below the length of the text.
 * All work is linear in the length of the text, whatever the exponent says, except
 * fiat__number_multiple_of() with a long divisor, which is bounded by FIAT__NUMBER_MAX_DIGITS. */
#include "json/number.h"

/* Digits that always fit an int64_t, with room for one more multiplication by ten or a sum. */
#define SHORT_DIGITS 17

typedef struct decimal {
    const char *first,
        *last;    /* first and last significant digit, a point may be between; NULL: 0 */
    size_t count; /* significant digits */
    int64_t scale;
    fiat__str exponent; /* digits of E, without zeros in front */
    bool negative, exponent_negative;
} decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static void read_exponent(decimal *out, const char *at, const char *end) {
    if (at < end && (*at == '+' || *at == '-')) out->exponent_negative = *at++ == '-';
    while (at < end && *at == '0')
        at++;
    out->exponent = fiat__str_of(at, (size_t)(end - at));
}

static decimal take_apart(fiat__str text) {
    decimal out = {0};
    const char *at = text.ptr, *end = text.ptr + text.len, *point = NULL;
    if (at < end && *at == '-') {
        out.negative = true;
        at++;
    }
    const char *digits = at;
    for (; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            point = at;
        } else if (*at != '0') {
            if (!out.first) out.first = at;
            out.last = at;
        }
    }
    const char *digits_end = at;
    if (at < end) read_exponent(&out, at + 1, end);
    if (!out.first) {
        out.exponent = fiat__str_of(digits, 0);
        return out;
    }
    const char *unit = point ? point : digits_end; /* one past the digit that counts ones */
    out.scale = out.last < unit ? (int64_t)(unit - out.last) - 1 : (int64_t)(unit - out.last);
    bool point_within = point && point > out.first && point < out.last;
    out.count = (size_t)(out.last - out.first) + (point_within ? 0 : 1);
    return out;
}

static int exponent_digit(const decimal *number, size_t place) {
    if (place >= number->exponent.len) return 0;
    int digit = number->exponent.ptr[number->exponent.len - 1 - place] - '0';
    return number->exponent_negative ? -digit : digit;
}

/* E of a - E of b, cut off at about +-10^18: beyond that no scale (below the length of a text) can
 * make up for it. Each further digit adds less than 2 units of the place before it to the sum, so a
 * sum as large as the bound keeps its sign and never comes back below it. */
static int64_t exponent_distance(const decimal *a, const decimal *b) {
    const int64_t bound = INT64_C(100000000000000000);
    size_t places = a->exponent.len > b->exponent.len ? a->exponent.len : b->exponent.len;
    int64_t sum = 0;
    for (size_t place = places; place > 0; place--) {
        sum = sum * 10 + exponent_digit(a, place - 1) - exponent_digit(b, place - 1);
        if (sum > bound || sum < -bound) return sum > 0 ? 10 * bound : -10 * bound;
    }
    return sum;
}

/* An integer in plain digits, short enough that nothing can overflow: nearly all real numbers. */
static bool read_short(fiat__str text, int64_t *out) {
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = negative ? 1 : 0;
    if (text.len - at > SHORT_DIGITS || text.len == at) return false;
    int64_t value = 0;
    for (; at < text.len; at++) {
        if (!is_digit(text.ptr[at])) return false;
        value = value * 10 + (text.ptr[at] - '0');
    }
    *out = negative ? -value : value;
    return true;
}

bool fiat__number_is_integer(fiat__str text) {
    int64_t value;
    if (read_short(text, &value)) return true;
    const decimal number = take_apart(text), zero = {0};
    return !number.first || exponent_distance(&number, &zero) + number.scale >= 0;
}

/* The next significant digit from *at on, 0 past the last one. */
static int next_digit(const decimal *number, const char **at) {
    if (*at > number->last) return 0;
    if (**at == '.') ++*at;
    return *(*at)++ - '0';
}

static int compare_sizes(const decimal *a, const decimal *b) {
    int64_t distance = exponent_distance(a, b) + a->scale - b->scale + (int64_t)a->count -
                       (int64_t)b->count; /* of the leading digits */
    if (distance != 0) return distance < 0 ? -1 : 1;
    const char *at_a = a->first, *at_b = b->first;
    size_t count = a->count > b->count ? a->count : b->count;
    for (size_t i = 0; i < count; i++) {
        int difference = next_digit(a, &at_a) - next_digit(b, &at_b);
        if (difference != 0) return difference;
    }
    return 0;
}

int fiat__number_compare(fiat__str a, fiat__str b) {
    int64_t short_a, short_b;
    if (read_short(a, &short_a) && read_short(b, &short_b))
        return (short_a > short_b) - (short_a < short_b);
    decimal one = take_apart(a), other = take_apart(b);
    int sign_one = !one.first ? 0 : one.negative ? -1 : 1;
    int sign_other = !other.first ? 0 : other.negative ? -1 : 1;
    if (sign_one != sign_other) return sign_one - sign_other;
    if (sign_one == 0) return 0;
    return sign_one < 0 ? compare_sizes(&other, &one) : compare_sizes(&one, &other);
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

uint64_t fiat__number_hash(fiat__str text) {
    decimal number = take_apart(text);
    if (!number.first) return mix(0, 0);
    /* Modulo 2^64: equal exponents stay equal however long they are. */
    uint64_t exponent = 0;
    for (size_t i = 0; i < number.exponent.len; i++)
        exponent = exponent * 10 + (uint64_t)(number.exponent.ptr[i] - '0');
    if (number.exponent_negative) exponent = 0 - exponent;
    uint64_t hash = mix(mix(0, number.negative ? 1 : 2), exponent + (uint64_t)number.scale);
    const char *at = number.first;
    for (size_t i = 0; i < number.count; i++)
        hash = mix(hash, (uint64_t)next_digit(&number, &at));
    return hash;
}

/* Remainder of D_value * 10^zeros by a divisor that fits 64 bits with room for one digit more. */
static bool short_divides(const decimal *value, size_t zeros, uint64_t divisor) {
    const char *at = value->first;
    uint64_t rest = 0;
    for (size_t i = 0; i < value->count; i++)
        rest = (rest * 10 + (uint64_t)next_digit(value, &at)) % divisor;
    for (size_t i = 0; i < zeros && rest != 0; i++)
        rest = rest * 10 % divisor;
    return rest == 0;
}

/* Long numbers: little-endian limbs of nine digits. */
#define LIMB_DIGITS 9
#define LIMB_BASE   UINT32_C(1000000000)
#define LIMBS_MAX   (FIAT__NUMBER_MAX_DIGITS / LIMB_DIGITS + 2)

static void limbs_push_digit(uint32_t *limbs, size_t count, uint32_t digit) {
    for (size_t i = 0; i < count; i++) {
        uint64_t wide = (uint64_t)limbs[i] * 10 + digit;
        limbs[i] = (uint32_t)(wide % LIMB_BASE);
        digit = (uint32_t)(wide / LIMB_BASE);
    }
}

static bool limbs_less(const uint32_t *a, const uint32_t *b, size_t count) {
    for (size_t i = count; i > 0; i--)
        if (a[i - 1] != b[i - 1]) return a[i - 1] < b[i - 1];
    return false;
}

static void limbs_subtract(uint32_t *from, const uint32_t *what, size_t count) {
    uint32_t borrow = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t take = what[i] + borrow;
        borrow = from[i] < take;
        from[i] = from[i] + (borrow ? LIMB_BASE : 0) - take;
    }
}

/* Schoolbook division a digit at a time; the divisor is from the schema, thus rarely long. */
static bool long_divides(const decimal *value, size_t zeros, const decimal *divisor) {
    uint32_t rest[LIMBS_MAX] = {0}, by[LIMBS_MAX] = {0};
    size_t limbs = divisor->count / LIMB_DIGITS + 2; /* room for ten times the divisor */
    const char *at = divisor->first;
    for (size_t i = 0; i < divisor->count; i++)
        limbs_push_digit(by, limbs, (uint32_t)next_digit(divisor, &at));
    at = value->first;
    for (size_t i = 0; i < value->count + zeros; i++) {
        limbs_push_digit(rest, limbs, i < value->count ? (uint32_t)next_digit(value, &at) : 0);
        while (!limbs_less(rest, by, limbs))
            limbs_subtract(rest, by, limbs);
    }
    for (size_t i = 0; i < limbs; i++)
        if (rest[i] != 0) return false;
    return true;
}

int fiat__number_multiple_of(fiat__str value, fiat__str divisor) {
    int64_t short_value, short_divisor;
    if (read_short(value, &short_value) && read_short(divisor, &short_divisor))
        return short_divisor != 0 && short_value % short_divisor == 0;
    decimal whole = take_apart(value), by = take_apart(divisor);
    if (!by.first) return 0;
    if (!whole.first) return 1;
    int64_t distance = exponent_distance(&whole, &by) + whole.scale - by.scale;
    /* D of the value does not end in zero, so no multiple of ten divides into it. */
    if (distance < 0) return 0;
    /* A divisor of n digits has fewer than 4n factors 2 and 5; zeros beyond that change nothing,
     * since 10 has no other factors. */
    size_t zeros = 4 * by.count;
    if ((uint64_t)distance < zeros) zeros = (size_t)distance;
    if (by.count <= SHORT_DIGITS) {
        uint64_t small = 0;
        const char *at = by.first;
        for (size_t i = 0; i < by.count; i++)
            small = small * 10 + (uint64_t)next_digit(&by, &at);
        return short_divides(&whole, zeros, small);
    }
    if (whole.count + zeros > FIAT__NUMBER_MAX_DIGITS || by.count > FIAT__NUMBER_MAX_DIGITS)
        return -1;
    return long_divides(&whole, zeros, &by);
}

bool fiat__number_to_int64(fiat__str text, int64_t *out) {
    if (read_short(text, out)) return true;
    const decimal number = take_apart(text), zero = {0};
    if (!number.first) {
        *out = 0;
        return true;
    }
    int64_t zeros = exponent_distance(&number, &zero) + number.scale;
    if (zeros < 0 || zeros > 19 || number.count > 19) return false;
    /* Downwards, because INT64_MIN has no counterpart above zero. */
    int64_t value = 0;
    const char *at = number.first;
    for (size_t i = 0; i < number.count + (size_t)zeros; i++) {
        int digit = next_digit(&number, &at);
        if (value < (INT64_MIN + digit) / 10) return false;
        value = value * 10 - digit;
    }
    if (!number.negative && value == INT64_MIN) return false;
    *out = number.negative ? value : -value;
    return true;
}
