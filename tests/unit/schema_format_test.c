#include "schema/format.h"
#include "support/test.h"

#define SIXTY_CHARS "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

static const struct {
    const char *format, *text;
    bool good;
} rows[] = {
    {"date", "", false},
    {"date", "2026-11-2", false},
    {"date", "2026-11-211", false},
    {"date", "2026-00-10", false},
    {"date", "2026-13-10", false},
    {"date", "2026-11-00", false},
    {"date", "2026-11-31", false},
    {"date", "2026-02-29", false},
    {"date", "1900-02-29", false},
    {"date", "2024-02-30", false},
    {"date", "2026/11/21", false},
    {"date", "2026-11-2\xc3", false},
    {"date", "20a6-11-21", false},
    {"date", "2026-11-21T", false},
    {"date", "2026-11-21", true},
    {"date", "2024-02-29", true},
    {"date", "2000-02-29", true},
    {"date", "0000-02-29", true},
    {"time", "", false},
    {"time", "12:00:00", false},
    {"time", "12:00:00.", false},
    {"time", "12:00:00.Z", false},
    {"time", "12:00:00,5Z", false},
    {"time", "12:00Z", false},
    {"time", "24:00:00Z", false},
    {"time", "12:60:00Z", false},
    {"time", "12:00:61Z", false},
    {"time", "12:00:60Z", false},
    {"time", "23:59:60+01:00", false},
    {"time", "12:00:00+24:00", false},
    {"time", "12:00:00+01:60", false},
    {"time", "12:00:00+0100", false},
    {"time", "12:00:00+01:0", false},
    {"time", "12:00:00ZZ", false},
    {"time", "12:00:00 Z", false},
    {"time", "12:00:00:", false},
    {"time", "12:00:00\x1a", false},
    {"time", "12:00:00Z", true},
    {"time", "12:00:00z", true},
    {"time", "12:00:00.123456789012345678901234567890z", true},
    {"time", "12:00:00-00:00", true},
    {"time", "23:59:60Z", true},
    {"time", "23:59:60.999Z", true},
    {"time", "00:59:60+01:00", true},
    {"time", "15:59:60-08:00", true},
    {"date-time", "", false},
    {"date-time", "2026-11-21", false},
    {"date-time", "2026-11-21 12:00:00Z", false},
    {"date-time",
     "2026-11-21\x14"
     "12:00:00Z",
     false},
    {"date-time", "2026-11-21T12:00:00", false},
    {"date-time", "2026-11-31T12:00:00Z", false},
    {"date-time", "2026-11-21T25:00:00Z", false},
    {"date-time", "2026-11-21T12:00:00+1:00", false},
    {"date-time", "2026-11-21T12:00:00Z ", false},
    {"date-time", "2026-11-21T12:00:00Z", true},
    {"date-time", "2026-11-21t12:00:00.5z", true},
    {"date-time", "2026-11-21T12:00:00.123+05:30", true},
    {"date-time", "2016-12-31T23:59:60Z", true},
    {"email", "", false},
    {"email", "@", false},
    {"email", "ann", false},
    {"email", "ann@", false},
    {"email", "@example.com", false},
    {"email", "ann@@example.com", false},
    {"email", "ann@example..com", false},
    {"email", "ann@example.com.", false},
    {"email", "ann@.example.com", false},
    {"email", "ann@-example.com", false},
    {"email", "ann@example-.com", false},
    {"email", "ann@exa_mple.com", false},
    {"email", "ann.@example.com", false},
    {"email", ".ann@example.com", false},
    {"email", "ann..lee@example.com", false},
    {"email", "ann lee@example.com", false},
    {"email", "Ann <ann@example.com>", false},
    {"email", "ann@example.com\n", false},
    {"email", "\"ann@example.com", false},
    {"email", "\"ann\"example.com", false},
    {"email", "\"ann\\\"@example.com", false},
    {"email", "\"ann\\", false},
    {"email", "\"", false},
    {"email", "\"a\tb\"@example.com", false},
    {"email", "j\xc3\xb8rn@example.com", false},
    {"email", "ann@[", false},
    {"email", "ann@[]", false},
    {"email", "ann@[192.0.2]", false},
    {"email", "ann@[192.0.2.1", false},
    {"email", "ann@[2001:db8::1]", false},
    {"email", "ann@[IPv6]", false},
    {"email", "ann@[IPv6:]", false},
    {"email", "ann@[IPvZ:::1]", false},
    {"email", SIXTY_CHARS "12345@example.com", false},
    {"email", "ann@" SIXTY_CHARS "1234.com", false},
    {"email", "ann@" SIXTY_CHARS "." SIXTY_CHARS "." SIXTY_CHARS "." SIXTY_CHARS ".12345678901.com",
     false},
    {"email", "ann@example.com", true},
    {"email", "ann@localhost", true},
    {"email", "a.b+c_d!#$%&'*/=?^`{|}~-@e-x.example.com", true},
    {"email", "\"\"@example.com", true},
    {"email", "\"ann lee @ \\\" \\\\\"@example.com", true},
    {"email", "ann@[192.0.2.1]", true},
    {"email", "ann@[IPv6:2001:db8::1]", true},
    {"email", "ann@[ipv6:2001:db8::1]", true},
    {"email", SIXTY_CHARS "1234@example.com", true},
    {"email", "ann@" SIXTY_CHARS "123.com", true},
    {"email", "ann@123.456", true},
    {"uuid", "", false},
    {"uuid", "0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e0", false},
    {"uuid", "0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e077", false},
    {"uuid", "0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e0g", false},
    {"uuid", "0190c42e-7b1f-7d3a-9c5e02f6a8b4d1e07", false},
    {"uuid", "0190c42e07b1f-7d3a-9c5e-2f6a8b4d1e07", false},
    {"uuid", "{190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e0}", false},
    {"uuid", "-190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07", false},
    {"uuid", "0190c42e-7b1f-7d3a-9c5e-2f6a8b4d1e07", true},
    {"uuid", "0190C42E-7b1f-7D3A-9c5e-2F6A8B4D1E07", true},
    {"uuid", "00000000-0000-0000-0000-000000000000", true},
    {"uri", "", false},
    {"uri", ":", false},
    {"uri", "example.com/a", false},
    {"uri", "//example.com", false},
    {"uri", "1http://a", false},
    {"uri", "ht_tp://a", false},
    {"uri", "http", false},
    {"uri", "http://a b", false},
    {"uri", "http://a/%", false},
    {"uri", "http://a/%1", false},
    {"uri", "http://a/%1g", false},
    {"uri", "http://a:80a/", false},
    {"uri", "http://a:b@c@d/", false},
    {"uri", "http://[", false},
    {"uri", "http://[]", false},
    {"uri", "http://[::1", false},
    {"uri", "http://[::1]a", false},
    {"uri", "http://[1.2.3.4]", false},
    {"uri", "http://[v1]", false},
    {"uri", "http://[v1.]", false},
    {"uri", "http://[v.a]", false},
    {"uri", "http://[v1.a@]", false},
    {"uri", "http://a[::1]", false},
    {"uri", "http://a/[", false},
    {"uri", "http://a/#b#c", false},
    {"uri", "http://a/\"b\"", false},
    {"uri", "http://a/<b>", false},
    {"uri", "http://a\\b", false},
    {"uri", "http://a/^", false},
    {"uri", "http://a/{b}", false},
    {"uri", "http://j\xc3\xb8rn.example/", false},
    {"uri", "a:", true},
    {"uri", "urn:example:a", true},
    {"uri", "mailto:ann@example.com", true},
    {"uri", "http://", true},
    {"uri", "http://example.com", true},
    {"uri", "http://example.com:/", true},
    {"uri", "http://example.com:8080?a=/?b#c/?d", true},
    {"uri", "http://u:p%40@example.com:80/%e2%82%ac/;v=1,2?q#f", true},
    {"uri", "http://[2001:db8::1]:80/", true},
    {"uri", "http://[vF.a:b]/", true},
    {"uri", "file:///etc/hosts", true},
    {"uri", "x-a+b.c:/a//b", true},
    {"ipv4", "", false},
    {"ipv4", "1.2.3", false},
    {"ipv4", "1.2.3.", false},
    {"ipv4", "1.2.3.4.", false},
    {"ipv4", "1.2.3.4.5", false},
    {"ipv4", "1.2.3.256", false},
    {"ipv4", "1.2.3.04", false},
    {"ipv4", "1.2.3.1000", false},
    {"ipv4", "1..3.4", false},
    {"ipv4", " 1.2.3.4", false},
    {"ipv4", "1.2.3.4\n", false},
    {"ipv4", "0.0.0.0", true},
    {"ipv4", "255.255.255.255", true},
    {"ipv6", "", false},
    {"ipv6", ":", false},
    {"ipv6", ":::", false},
    {"ipv6", "1", false},
    {"ipv6", "1:", false},
    {"ipv6", ":1", false},
    {"ipv6", "1:2:3:4:5:6:7", false},
    {"ipv6", "1:2:3:4:5:6:7:8:9", false},
    {"ipv6", "1:2:3:4:5:6:7:8::", false},
    {"ipv6", "::1:2:3:4:5:6:7:8", false},
    {"ipv6", "1::2::3", false},
    {"ipv6", "12345::", false},
    {"ipv6", "::g", false},
    {"ipv6", "::1.2.3", false},
    {"ipv6", "::1.2.3.4:5", false},
    {"ipv6", "1:2:3:4:5:6:7:1.2.3.4", false},
    {"ipv6", "1:2:3:4:5:1.2.3.4", false},
    {"ipv6", "1.2.3.4", false},
    {"ipv6", "fe80::1%eth0", false},
    {"ipv6", "::", true},
    {"ipv6", "::1", true},
    {"ipv6", "1::", true},
    {"ipv6", "1:2:3:4:5:6:7:8", true},
    {"ipv6", "1:2:3:4:5:6:7::", true},
    {"ipv6", "::2:3:4:5:6:7:8", true},
    {"ipv6", "2001:DB8::a:0", true},
    {"ipv6", "1:2:3:4:5:6:1.2.3.4", true},
    {"ipv6", "::ffff:192.0.2.1", true},
    {"ipv6", "::192.0.2.1", true},
};

START_TEST(check) {
    fiat__format format = fiat__format_find(fiat__str_c(rows[_i].format));
    ck_assert_int_ne(format, FIAT__FORMAT_NONE);
    /* In a block of just its size, so that a sanitizer sees a read past the end. */
    size_t len = strlen(rows[_i].text);
    char *copy = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, rows[_i].text, len);
    bool good = fiat__format_check(format, fiat__str_of(copy, len));
    free(copy);
    ck_assert_msg(good == rows[_i].good, "%s: %s", rows[_i].format, rows[_i].text);
}
END_TEST

/* No check may take a NUL for the end of the text. */
START_TEST(nul_is_never_valid) {
    for (int format = FIAT__FORMAT_NONE + 1; fiat__format_wanted((fiat__format)format); format++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            if (fiat__format_find(fiat__str_c(rows[i].format)) != (fiat__format)format) continue;
            fiat__str with_nul = fiat__str_of(rows[i].text, strlen(rows[i].text) + 1);
            ck_assert_msg(!fiat__format_check((fiat__format)format, with_nul), "%s: %s",
                          rows[i].format, rows[i].text);
        }
    }
}
END_TEST

START_TEST(names) {
    ck_assert_int_eq(fiat__format_find(fiat__str_c("Date-Time")), FIAT__FORMAT_NONE);
    ck_assert_int_eq(fiat__format_find(fiat__str_c("date-tim")), FIAT__FORMAT_NONE);
    ck_assert_int_eq(fiat__format_find(fiat__str_c("")), FIAT__FORMAT_NONE);
    ck_assert_int_eq(fiat__format_find(fiat__str_c("date-time")), FIAT__FORMAT_DATE_TIME);
    ck_assert_int_eq(fiat__format_find(fiat__str_c("ipv6")), FIAT__FORMAT_IPV6);
    ck_assert(fiat__format_check(FIAT__FORMAT_NONE, fiat__str_c("anything")));
    ck_assert_ptr_null(fiat__format_wanted((fiat__format)1000));
    ck_assert_ptr_nonnull(strstr(fiat__format_wanted(FIAT__FORMAT_DATE_TIME), "RFC 3339"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/format");
    TCase *tcase = tcase_create("format");
    tcase_add_loop_test(tcase, check, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(tcase, nul_is_never_valid);
    tcase_add_test(tcase, names);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
