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
    {"duration", "", false},
    {"duration", "P", false},
    {"duration", "PT", false},
    {"duration", "P1", false},
    {"duration", "1D", false},
    {"duration", "P1YT", false},
    {"duration", "P1Y1D", false},
    {"duration", "PT1H1S", false},
    {"duration", "P1D1Y", false},
    {"duration", "P1D1D", false},
    {"duration", "P1H", false},
    {"duration", "PT1D", false},
    {"duration", "P1W1D", false},
    {"duration", "P1DT1W", false},
    {"duration", "P1.5D", false},
    {"duration", "PDT", false},
    {"duration", "P12W", true},
    {"duration", "P1Y2M10DT2H30M5S", true},
    {"duration", "PT36H", true},
    {"duration", "P1YT1S", true},
    {"hostname", "", false},
    {"hostname", "a..b", false},
    {"hostname", "a.", false},
    {"hostname", "a_b", false},
    {"hostname", "-a", false},
    {"hostname", "j\xc3\xb8rn", false},
    {"hostname", "www.example.com", true},
    {"hostname", "1host", true},
    {"hostname", "a--b", true},
    {"hostname", "r3---sn.example", true},
    {"hostname", "xn--", false},
    {"hostname", "xn--X", false},
    {"hostname", "xn--a", false},
    {"hostname", "a.xn--4gbwdl.xn--wgbh1c", true},
    {"hostname", "XN--BCHER-KVA.example", true},
    {"hostname", "xn--bcher-kva-", false},
    {"hostname", "XN--aa---o47jg78q", false},
    {"hostname", "a-", false},
    {"hostname", "a.b-.c", false},
    {"hostname", ".a", false},
    {"hostname", ".", false},
    {"hostname", "\xe3\x80\x82", false},
    {"hostname",
     "a\xef\xbc\x8e"
     "b",
     false},
    {"idn-hostname", "", false},
    {"idn-hostname", ".", false},
    {"idn-hostname", "a..b", false},
    {"idn-hostname", "a.", false},
    {"idn-hostname", "a_b", false},
    {"idn-hostname", "-a", false},
    {"idn-hostname", "a-", false},
    {"idn-hostname", "ab--c", false},
    {"idn-hostname", "xn--X", false},
    {"idn-hostname", "\xc3\xbc-x--y", true},
    {"idn-hostname", "\xc3\xbc\xc3\xbc--y", false},
    {"idn-hostname",
     "B\xc3\xbc"
     "cher",
     false},
    {"idn-hostname",
     "bu\xcc\x88"
     "cher",
     false},
    {"idn-hostname",
     "\xcc\x80"
     "a",
     false},
    {"idn-hostname",
     "a\xe3\x80\xae"
     "b",
     false},
    {"idn-hostname",
     "a\xe3\x80\x82\xe3\x80\x82"
     "b",
     false},
    {"idn-hostname", "\xef\xbd\xa1", false},
    {"idn-hostname", "a\xc2\xb7l", false},
    {"idn-hostname", "\xcd\xb5\xce\xb2", true},
    {"idn-hostname", "\xcd\xb5s", false},
    {"idn-hostname", "\xd7\xb3\xd7\x91", false},
    {"idn-hostname",
     "def\xe3\x83\xbb"
     "abc",
     false},
    {"idn-hostname", "\xd8\xa8\xd9\xa0\xdb\xb0", false},
    {"idn-hostname", "\xe0\xa4\x95\xe2\x80\x8d\xe0\xa4\xb7", false},
    {"idn-hostname",
     "a\xe2\x80\x8c"
     "b",
     false},
    {"idn-hostname", "a\xd7\x90", false},
    {"idn-hostname", "1\xd7\x90", false},
    {"idn-hostname", "\xe2\x99\xa5", false},
    {"idn-hostname", "\xee\x80\x80", false},
    {"idn-hostname",
     "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3"
     "\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
     "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3"
     "\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
     "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3"
     "\xbc\xc3\xbc\xc3\xbc",
     false},
    {"idn-hostname",
     "\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae"
     "\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5"
     "\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f"
     "\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae"
     "\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5"
     "\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f"
     "\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae"
     "\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5"
     "\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f"
     "\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae"
     "\x9f\xe5\xae\x9f\xe5\xae\x9f\xe5\xae\x9f.example",
     false},
    {"idn-hostname",
     "b\xc3\xbc"
     "cher.example",
     true},
    {"idn-hostname",
     "b\xc3\xbc"
     "cher\xe3\x80\x82"
     "example\xef\xbc\x8e"
     "a\xef\xbd\xa1"
     "b",
     true},
    {"idn-hostname", "xn--bcher-kva.example", true},
    {"idn-hostname", "EXAMPLE.com", true},
    {"idn-hostname", "l\xc2\xb7l", true},
    {"idn-hostname", "\xd7\x90\xd7\xb3\xd7\x91", true},
    {"idn-hostname", "\xe3\x83\xbb\xe3\x81\x81", true},
    {"idn-hostname", "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7", true},
    {"idn-hostname", "\xd8\xa8\xd9\x8a\xe2\x80\x8c\xd8\xa8\xd9\x8a", true},
    {"idn-hostname",
     "\xdb\xb0"
     "0",
     true},
    {"idn-hostname", "\xc3\x9f\xcf\x82", true},
    {"idn-hostname", "\xf0\xaa\x9a\xa5", true},
    {"idn-email", "a@b\xcc\x80", true},
    {"idn-email",
     "a@\xcc\x80"
     "b",
     false},
    {"idn-email",
     "a@B\xc3\xbc"
     "cher.example",
     false},
    {"idn-email", "a@xn--X", false},
    {"idn-email",
     "a@b\xe3\x80\x82"
     "c",
     false},
    {"idn-email", "a@b_c", false},
    {"idn-email", "a@", false},
    {"idn-email", "a@ab--c.example", true},
    {"idn-email", "\xe5\xae\x9f@[192.0.2.1]", true},
    {"idn-email",
     "\xe5\xae\x9f\xe4\xbe\x8b@b\xc3\xbc"
     "cher.example",
     true},
    {"email", "a@xn--X", true},
    {"idn-email", "j\xc3\xb8rn", false},
    {"idn-email", "j\xc3\xb8rn@-a", false},
    {"idn-email", "j\xc3\xb8rn@\xc3\xb8l.example", true},
    {"idn-email", "\"j\xc3\xb8 rn\"@example.com", true},
    {"uri-reference", "1a:b", false},
    {"uri-reference", "a b", false},
    {"uri-reference", "\\\\a", false},
    {"uri-reference", "#a\\", false},
    {"uri-reference", "//a:b", false},
    {"uri-reference", ":a", false},
    {"uri-reference", "", true},
    {"uri-reference", "../a#b", true},
    {"uri-reference", "./1a:b", true},
    {"uri-reference", "?a:b", true},
    {"uri-reference", "//example.com:80/a", true},
    {"uri-reference", "a:b:c", true},
    {"iri", "\xc3\xb8", false},
    {"iri", "http://\xc2\x80/", false},
    {"iri", "http://a/\xee\x80\x80", false},
    {"iri", "http://a/\xef\xbf\xbd", false},
    {"iri", "http://2001:db8:85a3::8a2e", false},
    {"iri", "http://\xc3\xb8l/\xf0\x9f\x90\xb2?\xee\x80\x80#\xc3\xb8", true},
    {"iri-reference", "#\xc3\xb8\\", false},
    {"iri-reference", "/\xc3\xb8", true},
    {"uri-template", "{", false},
    {"uri-template", "}", false},
    {"uri-template", "{}", false},
    {"uri-template", "{a", false},
    {"uri-template", "{a:0}", false},
    {"uri-template", "{a:10000}", false},
    {"uri-template", "{a.}", false},
    {"uri-template", "{a..b}", false},
    {"uri-template", "{.}", false},
    {"uri-template", "{a,}", false},
    {"uri-template", "{a b}", false},
    {"uri-template", "a b", false},
    {"uri-template", "%a", false},
    {"uri-template", "", true},
    {"uri-template", "/users/{id}/{+path*,a.b:3}{?q,%41}%20", true},
    {"json-pointer", "a", false},
    {"json-pointer", "#/a", false},
    {"json-pointer", "/~", false},
    {"json-pointer", "/~2", false},
    {"json-pointer", "", true},
    {"json-pointer", "/a~0b/~1/", true},
    {"relative-json-pointer", "", false},
    {"relative-json-pointer", "/a", false},
    {"relative-json-pointer", "-1", false},
    {"relative-json-pointer", "01", false},
    {"relative-json-pointer", "0##", false},
    {"relative-json-pointer", "0#", true},
    {"relative-json-pointer", "12/a", true},
    {"regex", "^(abc]", false},
    {"regex", "\\a", false},
    {"regex", "(?<=a+)b", true},
    {"regex", "^a$", true},
};

static fiat__format find(const char *name) {
    return fiat__format_find(fiat__str_c(name), FIAT__DRAFT_2020);
}

START_TEST(check) {
    fiat__format format = find(rows[_i].format);
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

/* No check may take a NUL for the end of the text. In pointers and patterns it is a character like
 * others. */
START_TEST(nul_is_no_end) {
    for (int format = FIAT__FORMAT_NONE + 1; fiat__format_wanted((fiat__format)format); format++) {
        if (format == FIAT__FORMAT_JSON_POINTER || format == FIAT__FORMAT_REGEX ||
            format == FIAT__FORMAT_RELATIVE_JSON_POINTER)
            continue;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            if (find(rows[i].format) != (fiat__format)format) continue;
            fiat__str with_nul = fiat__str_of(rows[i].text, strlen(rows[i].text) + 1);
            ck_assert_msg(!fiat__format_check((fiat__format)format, with_nul), "%s: %s",
                          rows[i].format, rows[i].text);
        }
    }
}
END_TEST

START_TEST(names) {
    ck_assert_int_eq(find("Date-Time"), FIAT__FORMAT_NONE);
    ck_assert_int_eq(find("date-tim"), FIAT__FORMAT_NONE);
    ck_assert_int_eq(find(""), FIAT__FORMAT_NONE);
    ck_assert_int_eq(find("date-time"), FIAT__FORMAT_DATE_TIME);
    ck_assert_int_eq(find("ipv6"), FIAT__FORMAT_IPV6);
    ck_assert(fiat__format_check(FIAT__FORMAT_NONE, fiat__str_c("anything")));
    ck_assert_ptr_null(fiat__format_wanted((fiat__format)1000));
    ck_assert_ptr_nonnull(strstr(fiat__format_wanted(FIAT__FORMAT_DATE_TIME), "RFC 3339"));
}
END_TEST

/* The names that each draft defines in its own words, and those of draft-03 that nobody does. */
static const struct {
    const char *name;
    fiat__draft first;
} name_rows[] = {
    {"date-time", FIAT__DRAFT_4},
    {"email", FIAT__DRAFT_4},
    {"hostname", FIAT__DRAFT_4},
    {"ipv4", FIAT__DRAFT_4},
    {"ipv6", FIAT__DRAFT_4},
    {"uri", FIAT__DRAFT_4},
    {"uri-reference", FIAT__DRAFT_6},
    {"uri-template", FIAT__DRAFT_6},
    {"json-pointer", FIAT__DRAFT_6},
    {"date", FIAT__DRAFT_7},
    {"time", FIAT__DRAFT_7},
    {"idn-email", FIAT__DRAFT_7},
    {"idn-hostname", FIAT__DRAFT_7},
    {"iri", FIAT__DRAFT_7},
    {"iri-reference", FIAT__DRAFT_7},
    {"relative-json-pointer", FIAT__DRAFT_7},
    {"regex", FIAT__DRAFT_7},
    {"duration", FIAT__DRAFT_2019},
    {"uuid", FIAT__DRAFT_2019},
    {"color", (fiat__draft)(FIAT__DRAFT_2020 + 1)},
    {"host-name", (fiat__draft)(FIAT__DRAFT_2020 + 1)},
    {"ip-address", (fiat__draft)(FIAT__DRAFT_2020 + 1)},
};

START_TEST(names_of_drafts) {
    static const fiat__draft drafts[] = {FIAT__DRAFT_4, FIAT__DRAFT_6, FIAT__DRAFT_7,
                                         FIAT__DRAFT_2019, FIAT__DRAFT_2020};
    fiat__str name = fiat__str_c(name_rows[_i].name);
    for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
        bool known = fiat__format_find(name, drafts[i]) != FIAT__FORMAT_NONE;
        ck_assert_msg(known == (drafts[i] >= name_rows[_i].first), "%s in draft %d", name.ptr,
                      (int)drafts[i]);
    }
}
END_TEST

/* Only since draft-07 does hostname speak of Punycode. */
START_TEST(hostname_of_drafts) {
    fiat__str fake = fiat__str_c("xn--X"), name = fiat__str_c("hostname");
    ck_assert(fiat__format_check(fiat__format_find(name, FIAT__DRAFT_4), fake));
    ck_assert(fiat__format_check(fiat__format_find(name, FIAT__DRAFT_6), fake));
    ck_assert(!fiat__format_check(fiat__format_find(name, FIAT__DRAFT_7), fake));
    ck_assert(!fiat__format_check(fiat__format_find(name, FIAT__DRAFT_2020), fake));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/format");
    TCase *tcase = tcase_create("format");
    tcase_add_loop_test(tcase, check, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(tcase, nul_is_no_end);
    tcase_add_test(tcase, names);
    tcase_add_loop_test(tcase, names_of_drafts, 0, sizeof name_rows / sizeof name_rows[0]);
    tcase_add_test(tcase, hostname_of_drafts);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
