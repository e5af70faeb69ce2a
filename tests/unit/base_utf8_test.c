#include "base/utf8.h"
#include "support/test.h"

#include <string.h>

/* Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences": lead bytes, range of the second byte,
 * length of the sequence. Further bytes are 80..BF. */
static const struct {
    int lead_from, lead_to, second_from, second_to;
    size_t length;
} s_table[] = {
    {0x00, 0x7F, 0x00, 0xFF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
    {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static size_t length_by_table(int lead, int second) {
    for (size_t i = 0; i < sizeof s_table / sizeof *s_table; i++)
        if (lead >= s_table[i].lead_from && lead <= s_table[i].lead_to &&
            second >= s_table[i].second_from && second <= s_table[i].second_to)
            return s_table[i].length;
    return 0;
}

START_TEST(every_pair_of_bytes_follows_the_table) {
    for (int lead = 0; lead < 256; lead++)
        for (int second = 0; second < 256; second++) {
            unsigned char text[4] = {(unsigned char)lead, (unsigned char)second, 0xBF, 0x80};
            size_t want = length_by_table(lead, second);
            ck_assert_msg(fiat__utf8_sequence(text, 4) == want, "%02X %02X", lead, second);
            for (size_t len = 0; len < want; len++) /* cut short */
                ck_assert_uint_eq(fiat__utf8_sequence(text, len), 0);
        }
}
END_TEST

START_TEST(later_bytes_must_be_tails) {
    static const int bad[] = {0x00, 0x7F, 0xC0, 0xFF};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned char c = (unsigned char)bad[i];
        ck_assert_uint_eq(fiat__utf8_sequence((unsigned char[]){0xE1, 0x80, c, 0x80}, 4), 0);
        ck_assert_uint_eq(fiat__utf8_sequence((unsigned char[]){0xF1, 0x80, c, 0x80}, 4), 0);
        ck_assert_uint_eq(fiat__utf8_sequence((unsigned char[]){0xF1, 0x80, 0x80, c}, 4), 0);
    }
}
END_TEST

/* One bad byte or cut sequence at every place of a text, so that every path by words is taken. */
START_TEST(check_finds_the_place) {
    static const char *const bad[] = {
        "\x80", "\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"};
    char text[64];
    for (size_t at = 0; at < 40; at++)
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            memset(text, 'a', sizeof text);
            ck_assert_uint_eq(fiat__utf8_check(text, 48), 48);
            memcpy(text + at, bad[i], strlen(bad[i]));
            ck_assert_uint_eq(fiat__utf8_check(text, 48), at);
        }
    for (size_t at = 0; at < 40; at++) {
        memset(text, 'a', sizeof text);
        memcpy(text + at, "\xF0\x9F\x98\x80", 4);
        ck_assert_uint_eq(fiat__utf8_check(text, 48), 48);
        ck_assert_uint_eq(fiat__utf8_check(text, at + 3), at);
    }
    ck_assert_uint_eq(fiat__utf8_check(NULL, 0), 0);
}
END_TEST

START_TEST(every_scalar_value_comes_back) {
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char text[4];
        if (cp >= 0xD800 && cp <= 0xDFFF) continue;
        size_t len = fiat__utf8_write(text, cp);
        const unsigned char *u = (const unsigned char *)text;
        static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
        uint32_t back = u[0] & lead_bits[len];
        for (size_t i = 1; i < len; i++)
            back = back << 6 | (u[i] & 0x3F);
        if (fiat__utf8_sequence(u, 4) != len || back != cp)
            ck_abort_msg("U+%04X written as %zu bytes", (unsigned)cp, len);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/utf8");
    TCase *tcase = tcase_create("utf8");
    tcase_add_test(tcase, every_pair_of_bytes_follows_the_table);
    tcase_add_test(tcase, later_bytes_must_be_tails);
    tcase_add_test(tcase, check_finds_the_place);
    tcase_add_test(tcase, every_scalar_value_comes_back);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
