#include "base/buf.h"
#include "schema/regex_parts.h"
#include "support/chaos.h"
#include "support/test.h"
#include <time.h>

#include <time.h>

static fiat__regex_scratch *s_scratch;

static void make_scratch(void) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__regex_scratch_new(&s_scratch, &err), err);
}

static void drop_scratch(void) {
    fiat__regex_scratch_free(s_scratch);
}

static const struct {
    const char *pattern;
    size_t offset;
    const char *reason;
} refused_rows[] = {
    {"*a", 0, "nothing to repeat"},
    {"a|*b", 2, "nothing to repeat"},
    {"^*", 1, "nothing to repeat"},
    {"a**", 2, "nothing to repeat"},
    {"a++", 2, "nothing to repeat"},
    {"a?+", 2, "nothing to repeat"},
    {"a{2}+", 4, "nothing to repeat"},
    {"a{2}{3}", 4, "nothing to repeat"},
    {"(?=a)*", 5, "nothing to repeat"},
    {"(?<!a){2}", 6, "nothing to repeat"},
    {"\\b+", 2, "nothing to repeat"},
    {"a{2,1}", 1, "out of order"},
    {"a{99999999999999999999}", 1, "65535"},
    {"a{1,65536}", 1, "65535"},
    {"a{,5}", 1, "lower bound"},
    {"a{2", 1, "malformed quantifier"},
    {"(a", 2, "'(' without"},
    {"^(abc]", 6, "'(' without"},
    {"a)", 1, "')' without"},
    {"[a", 0, "class without"},
    {"[a\\]", 0, "class without"},
    {"x[z-a]", 2, "range out of order"},
    {"\\", 0, "nothing follows"},
    {"a\\Z", 1, "no such escape"},
    {"\\a", 0, "no such escape"},
    {"\\A", 0, "no such escape"},
    {"\\h", 0, "no such escape"},
    {"\\R", 0, "no such escape"},
    {"\\K", 0, "no such escape"},
    {"\\Qa\\E", 0, "no such escape"},
    {"\\e", 0, "no such escape"},
    {"[\\B]", 1, "no such escape"},
    {"[\\1]", 1, "no such escape"},
    {"\\01", 0, "no such escape"},
    {"\\\xc3\xa9", 0, "no such escape"},
    {"\\1", 0, "does not exist"},
    {"(a)\\2", 3, "does not exist"},
    {"(a)\\99999999999999", 3, "does not exist"},
    {"(?<n>a)\\k<m>", 7, "does not exist"},
    {"(?<n>a)\\k", 7, "\\k needs"},
    {"(?<n>a)(?<n>b)", 9, "same name"},
    {"(?<1>a)", 3, "group name"},
    {"(?<>a)", 3, "group name"},
    {"(?<na", 3, "group name"},
    {"(?i)a", 0, "no such group"},
    {"(?i:a)", 0, "no such group"},
    {"(?>a)", 0, "no such group"},
    {"(?|a)", 0, "no such group"},
    {"(?R)", 0, "no such group"},
    {"(?1)", 0, "no such group"},
    {"(?#c)", 0, "no such group"},
    {"(?P<n>a)", 0, "no such group"},
    {"(?(1)a)", 0, "no such group"},
    {"(?C1)", 0, "no such group"},
    {"(?", 0, "no such group"},
    {"(*FAIL)", 1, "nothing to repeat"},
    {"(*UTF)", 1, "nothing to repeat"},
    {"\\c", 0, "letter A to Z"},
    {"\\c1", 0, "letter A to Z"},
    {"\\x1", 0, "two hexadecimal"},
    {"\\u12", 0, "four hexadecimal"},
    {"\\u{}", 0, "four hexadecimal"},
    {"\\u{110000}", 0, "four hexadecimal"},
    {"\\u{41", 0, "four hexadecimal"},
    {"\\p", 2, "braces"},
    {"\\pL", 2, "braces"},
    {"\\p{L", 2, "malformed property"},
    {"\\p{}", 2, "malformed property"},
    {"\\p{^L}", 2, "malformed property"},
    {"\\p{letter}", 2, "unknown property"},
    {"\\p{Greek}", 2, "unknown property"},
    {"\\p{Script}", 2, "unknown property"},
    {"\\p{sc=}", 2, "malformed property"},
    {"\\p{gc=Greek}", 2, "unknown property"},
    {"ab\\p{sc=Grek}c\\p{Script=Nowhere}", 14, "unknown property"},
    {"a(?<=cb+)c", 1, "lookbehind must have a fixed length"},
    {"a(?<!(?:b+)c)", 1, "lookbehind must have a fixed length"},
    {"a(?<=^b*)c", 1, "lookbehind must have a fixed length"},
    {"(a)(?<=b+)\\1", 3, "lookbehind must have a fixed length"},
    {"\xff", 0, "UTF-8"},
    {"[\xc3]", 1, "UTF-8"},
};

START_TEST(refused) {
    fiat__regex *regex;
    fiat_error err;
    fiat__str pattern = fiat__str_c(refused_rows[_i].pattern);
    fiat_status status = fiat__regex_compile(&regex, pattern, &err);
    ck_assert_msg(status == FIAT_E_SCHEMA_INVALID, "%s is taken", pattern.ptr);
    ck_assert_ptr_null(regex);
    ck_assert_msg(strstr(err.message, refused_rows[_i].reason) != NULL, "%s: %s", pattern.ptr,
                  err.message);
    ck_assert_msg(err.offset == refused_rows[_i].offset, "%s: %s", pattern.ptr, err.message);
}
END_TEST

/* A text and a row's pattern; %d: 1 matches. S: our own matcher takes it. */
static const struct {
    const char *pattern;
    char engine; /* 'S' our own matcher, 'P' PCRE2 */
    const char *yes[6], *no[6];
} match_rows[] = {
    /* our own matcher */
    {"", 'S', {"", "a"}, {NULL}},
    {"^", 'S', {"", "a"}, {NULL}},
    {"$", 'S', {"", "a\n"}, {NULL}},
    {"^$", 'S', {""}, {"a", "\n"}},
    {"^abc$", 'S', {"abc"}, {"", "ab", "abcd", "abc\n", "xabc"}},
    {"^abc", 'S', {"abc", "abcd"}, {"ab", "xabc"}},
    {"abc$", 'S', {"abc", "xabc"}, {"abcx", "abc\n", "bc"}},
    {"abc", 'S', {"abc", "xabcx", "ababc"}, {"", "abab", "ab c"}},
    {"a.c",
     'S',
     {"abc",
      "a\xc3\xa9"
      "c",
      "a\xe2\x80\xaa"
      "c"},
     {"ac", "a\nc", "a\rc",
      "a\xe2\x80\xa8"
      "c",
      "a\xe2\x80\xa9"
      "c"}},
    {"^a.*", 'S', {"a", "a\n"}, {"b"}},
    {"^.*$", 'S', {"", "a\xc3\xa9"}, {"\n", "a\nb", "a\xe2\x80\xa8"}},
    {"^.*bar$",
     'S',
     {"bar", "foobar", "barbar",
      "\xc3\xa9"
      "bar"},
     {"ar", "bar ", "a\nbar"}},
    {"^foo.*bar$", 'S', {"foobar", "foo-bar", "foobarbar"}, {"fobar", "fooba", "foo\nbar"}},
    {"^foo.+bar$", 'S', {"foo-bar"}, {"foobar"}},
    {"^.{2,3}$",
     'S',
     {"ab", "abc", "\xc3\xa9\xc3\xa9\xc3\xa9",
      "\xf0\x9f\x90\xb2"
      "a"},
     {"a", "\xc3\xa9", "abcd", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"}},
    {"^[a-z][a-z0-9-]{1,31}$",
     'S',
     {"ab", "a-1", "abcdefghijklmnopqrstuvwxyz012345"},
     {"a", "Ab", "1a", "ab_", "abcdefghijklmnopqrstuvwxyz0123456", "ab\xc3\xa9"}},
    {"^[A-Z]{2,10}-[0-9]{1,6}$",
     'S',
     {"AB-1", "ABCDEFGHIJ-123456"},
     {"A-1", "ABCDEFGHIJK-1", "AB-", "AB-1234567", "AB1", "ab-1"}},
    {"^[0-9a-f]{8}-[0-9a-f]{4}$",
     'S',
     {"0123abcd-00ff"},
     {"0123abcd-00fg", "0123abcd00ff", "0123abcd-00ff0", "0123abc-00ff"}},
    {"^[a-z]+[a-z0-9]$", 'S', {"ab", "a1", "abc1"}, {"a", "1a", "a11", "ab_"}},
    {"^[^/]+/[^/]*$", 'S', {"a/", "\xc3\xa9/b"}, {"/", "a", "a/b/c"}},
    {"^\\d{4}-\\d{2}$", 'S', {"2026-11"}, {"2026-1", "2026-1\xd9\xa1", "2026/11"}},
    {"^\\w+$", 'S', {"aZ_9"}, {"", "a-", "\xc3\xa9"}},
    {"^\\W\\D$", 'S', {"-a", "\xc3\xa9\xd9\xa1"}, {"aa", "-1", "-"}},
    {"a+", 'S', {"a", "bab"}, {"", "b"}},
    {"a*", 'S', {"", "b"}, {NULL}},
    {"^a*?b", 'S', {"b", "aab"}, {"ac"}},
    {"[0-9]{2,}", 'S', {"12", "a123"}, {"1", "1a2"}},
    {"f.*", 'S', {"f", "of\n"}, {"o"}},
    {"[^a]", 'S', {"b", "a\xc3\xa9", "\n"}, {"", "aaa"}},
    {"^a{0}b{2}$", 'S', {"bb"}, {"abb", "b"}},
    {"^a?b?c$",
     'S',
     {"c", "ac", "bc", "abc"},
     {"", "cc",
      "ba"
      "c"}},
    {"^[^]$", 'S', {"a", "\n", "\xc3\xa9"}, {"", "ab"}},
    {"^[]$", 'S', {NULL}, {"", "a"}},
    {"^\\{\\}\\.\\$$", 'S', {"{}.$"}, {"{}x$"}},
    {"^a{b}]$", 'S', {"a{b}]"}, {"a"}},
    {"^[\\w-.]+$", 'S', {"a-.b"}, {"a,b", ""}},
    {"^[.-\\d]+$", 'S', {".-9"}, {"/"}},
    {"^[\\]\\\\^-]+$", 'S', {"]\\^-"}, {"a"}},
    {"^\xf0\x9f\x90\xb2$", 'S', {"\xf0\x9f\x90\xb2"}, {"\xf0\x9f\x90\x89", "D"}},
    {"^\\cC$", 'S', {"\x03"}, {"\\cC", "C"}},
    {"^\\cc\\t\\n\\v\\f\\r$", 'S', {"\x03\t\n\v\f\r"}, {"\\cc"}},
    {"^\\x41\\u0042\\u{43}$", 'S', {"ABC"}, {"abc"}},
    {"^[\\b]$", 'S', {"\b"}, {"b"}},
    /* PCRE2 */
    {"f.*o", 'P', {"fo", "xfooo"}, {"f\no", "of"}},
    {"^(foo|bar)$", 'P', {"foo", "bar"}, {"foobar", "foo\n"}},
    {"^[a-z]+b?b", 'P', {"ab", "abb"}, {"b", "a"}},
    {"^\\s$",
     'P',
     {" ", "\t", "\v", "\xc2\xa0", "\xef\xbb\xbf", "\xe2\x80\xa9"},
     {"\x01", "\xe2\x80\x93", "\xc2\x85", "\xe1\xa0\x8e", "\xe2\x80\x8b", ""}},
    {"^\\S$", 'P', {"\x01", "\xe2\x80\x93", "\xc2\x85"}, {" ", "\xc2\xa0", "\xef\xbb\xbf", "\v"}},
    {"^[\\S]$", 'P', {"a", "\xe2\x80\x93"}, {" ", "\xc2\xa0", "\xe2\x80\x83", "\xe3\x80\x80"}},
    {"^[^\\s]$", 'P', {"a"}, {" ", "\xe2\x80\xaf"}},
    {"^[\\D\\w]$", 'S', {"a", "1", "\xc3\xa9"}, {""}},
    {"^[^\\W]$", 'S', {"a", "_"}, {"-", "\xc3\xa9", "^", "`", "{", "["}},
    {"\\p{Letter}cole",
     'P',
     {"\xc3\xa9"
      "cole",
      "ecole"},
     {"-cole", "\xc3\x89"
               "COLE"}},
    {"^\\p{digit}+$", 'P', {"42", "\xe0\xa7\xaa"}, {"-"}},
    {"^\\p{Lu}\\P{Lu}$", 'P', {"Aa", "\xc3\x89\xc3\xa9"}, {"aA"}},
    {"^[\\p{L}\\p{Nd}-]$", 'P', {"a", "1", "-"}, {"+"}},
    {"^\\p{LC}$", 'P', {"a", "A"}, {"1", "\xd7\x90"}},
    {"^\\p{Script=Greek}$", 'P', {"\xce\xb1"}, {"a"}},
    {"^\\P{scx=Grek}$", 'P', {"a"}, {"\xce\xb1"}},
    {"^\\p{ASCII}\\P{ASCII}$", 'P', {"a\xc3\xa9"}, {"aa"}},
    {"^\\p{Assigned}\\P{Assigned}$", 'P', {"a\xcd\xb8"}, {"aa"}},
    {"^\\p{White_Space}\\p{AHex}$", 'P', {" f"}, {" g"}},
    {"^\\p{Emoji_Presentation}$", 'P', {"\xf0\x9f\x90\xb2"}, {"1"}},
    {"^\\p{General_Category=Uppercase_Letter}$", 'P', {"A"}, {"a"}},
    {"\\bcat\\b",
     'P',
     {"cat", "a cat.",
      "\xc3\xa9"
      "cat\xc3\xa9"},
     {"cats", "concat", "cat_"}},
    {"a\\Bb", 'P', {"ab"}, {"a b"}},
    {"(?=a)\\w(?!b).", 'P', {"ac"}, {"ab", "bc"}},
    {"(?<=\\$)\\d+(?<!5)$", 'P', {"$14"}, {"14", "$15"}},
    /* the repetition a lookbehind starts with */
    {"(?<=b+)c", 'P', {"bc", "abbc"}, {"c", "ac"}},
    {"(?<=b*a{2,}d)c", 'P', {"aadc", "aaadc"}, {"dc", "badc"}},
    {"(?<!\\s+)c", 'P', {"c", "ac"}, {" c", "a  c"}},
    {"(?<=x|b*?|ab{2})c", 'P', {"c", "ac"}, {""}},
    {"(?<=(?:ab)+)c", 'P', {"abc", "ababc"}, {"bc", "c"}},
    {"(?<=x|b{2,3}|ab)c", 'P', {"xc", "bbc", "bbbbc", "abc"}, {"bc", "c"}},
    /* a lookahead at the start, of the character that the match ends with */
    {"(?=-)a?-", 'P', {"-", "x-"}, {"", "a"}},
    {"(?=-|b)(?:ab){0,3}-", 'P', {"-", "x-"}, {"b", "ab"}},
    {"((?=b))b?b", 'P', {"b", "ab"}, {"a"}},
    /* a repetition after an alternative that may be empty, where JIT looks for a start */
    {"(?:b|)\\ba*\\D", 'P', {" b", "-b", "b-"}, {"", "1"}},
    {"(?:b|)\\b[a]*?\\D", 'P', {" b", "ab"}, {"1"}},
    /* references to what is not set */
    {"^(?:(x)|b)\\1{2}$", 'P', {"xxx", "b"}, {"x", "xx", "bx"}},
    {"^(?:(x)|b)\\1+c", 'P', {"xxc", "bc"}, {"xc"}},
    {"^(\\1a)$", 'P', {"a"}, {"", "aa"}},
    {"^(?<n>(b)\\k<n>a\\2)$", 'P', {"bab"}, {"ba"}},
    /* classes with a property, of which ASCII is not known */
    {"^[\\W\\p{Alphabetic}]$", 'P', {"a", "-", "\xc3\xa9"}, {"1", "_"}},
    {"^[\\p{Lu}\\W]$", 'P', {"A", "-"}, {"a"}},
    {"^[^\\P{Lu}\\w]$", 'P', {"\xc3\x89"}, {"A", "a", "-"}},
    {"^[\\p{Lu}\\u0080-\\u{10FFFF}]$", 'P', {"A", "\xc3\xa9"}, {"a"}},
    {"^(a|b)\\1$", 'P', {"aa", "bb"}, {"ab"}},
    {"^\\1(a)$", 'P', {"a"}, {"aa"}},
    {"^(?:(a)|b)\\1c$", 'P', {"aac", "bc"}, {"ac"}},
    {"^(?<x>a|b)-\\k<x>$", 'P', {"a-a"}, {"a-b"}},
    {"^\\k<na\xc3\xafve>(?<na\xc3\xafve>a)$", 'P', {"a"}, {"aa"}},
    {"^(a)(?<x>b)(?:c)\\2\\1$", 'P', {"abcba"}, {"abcab"}},
    {"^(?<a\xc3\xa9$1>a)+$", 'P', {"aa"}, {"b"}},
    {"^\xf0\x9f\x90\xb2*$", 'P', {"", "\xf0\x9f\x90\xb2\xf0\x9f\x90\xb2"}, {"\xf0\x9f\x90\x89"}},
    {"^\\uD83D\\uDC32$", 'P', {"\xf0\x9f\x90\xb2"}, {"\xf0\x9f\x90\x89"}},
    {"^[\\uD83D\\uDC32]$", 'P', {"\xf0\x9f\x90\xb2"}, {"\xf0\x9f\x90\x89"}},
    {"\\uD83D", 'P', {NULL}, {"\xf0\x9f\x90\xb2", "", "D"}},
    {"^(\\uD83D)?$", 'P', {""}, {"a"}},
    {"^[\\uD800-\\uDFFF]$", 'S', {NULL}, {"a", "\xee\x80\x80"}},
    {"^[\\uD83D\\uD83D]$", 'S', {NULL}, {"a"}},
    {"^[\\u0000-\\uDBFFx]$", 'P', {"a", "\xed\x9f\xbf"}, {"\xee\x80\x80"}},
    {"^[a\\u{10FFFF}]$", 'P', {"a", "\xf4\x8f\xbf\xbf"}, {"b"}},
    {"^[\xc3\xa0-\xc3\xbf]+$", 'P', {"\xc3\xa9"}, {"e"}},
    {"^(a{2,}){1,3}?$", 'P', {"aa", "aaaaa"}, {"a"}},
    {"x$|^y", 'P', {"x", "yz"}, {"xz", "zy"}},
    {"(a$)", 'P', {"a"}, {"a\n"}},
    {"^(#) x$", 'P', {"# x"}, {"#x"}},
    {"^(\\-\\_\\@\\:\\ )$", 'P', {"-_@: "}, {"-"}},
    {"^([[:alpha:]]])$", 'P', {"a]]"}, {"a"}},
    {"()", 'P', {"", "a"}, {NULL}},
    {"[(](a)[\\]?]", 'P', {"(a]", "(a?"}, {"(a)"}},
};

static void check_match(const fiat__regex *regex, const char *pattern, const char *text,
                        fiat__match want) {
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1); /* just its size, for sanitizers */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    fiat__match got = fiat__regex_match(regex, s_scratch, fiat__str_of(copy, len));
    free(copy);
    ck_assert_msg(got == want, "/%s/ on \"%s\": %d", pattern, text, (int)got);
}

START_TEST(match) {
    const char *pattern = match_rows[_i].pattern;
    fiat__regex *regex, *pcre2;
    fiat_error err;
    ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c(pattern), &err), err);
    ck_assert_fiat_ok(fiat__regex_compile_pcre2(&pcre2, fiat__str_c(pattern), &err), err);
    ck_assert_msg(fiat__regex_is_simple(regex) == (match_rows[_i].engine == 'S'), "/%s/", pattern);
    for (size_t i = 0; i < 6 && match_rows[_i].yes[i]; i++) {
        check_match(regex, pattern, match_rows[_i].yes[i], FIAT__MATCH_YES);
        check_match(pcre2, pattern, match_rows[_i].yes[i], FIAT__MATCH_YES);
    }
    for (size_t i = 0; i < 6 && match_rows[_i].no[i]; i++) {
        check_match(regex, pattern, match_rows[_i].no[i], FIAT__MATCH_NO);
        check_match(pcre2, pattern, match_rows[_i].no[i], FIAT__MATCH_NO);
    }
    fiat__regex_free(regex);
    fiat__regex_free(pcre2);
}
END_TEST

START_TEST(catastrophic_pattern_meets_the_limit) {
    fiat__regex *regex;
    fiat_error err;
    ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c("^(a+|b|aa)+$"), &err), err);
    check_match(regex, "^(a+|b|aa)+$",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", FIAT__MATCH_LIMIT);
    check_match(regex, "^(a+|b|aa)+$", "aaab", FIAT__MATCH_YES);
    fiat__regex_free(regex);
}
END_TEST

/* With JIT and without, on a short text and on one of a megabyte: an answer or LIMIT, in bounded
 * time. */
START_TEST(hostile_patterns_end) {
    static const char *const patterns[] = {"(a*)*b",    "(a|a)*b",          "(a+)+$b",
                                           "(.*)*,",    "(?:a?){30}a{30}b", "(a|b|ab)*(?=c)",
                                           "(a*)*\\1b", "([a-z]+)*\\d"};
    const size_t sizes[] = {40, 1 << 20};
    char *text = malloc(1 << 20);
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', 1 << 20);
    fiat__regex *regex;
    fiat_error err;
    ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c(patterns[_i]), &err), err);
    for (int jit = 1; jit >= 0; jit--) {
        if (!jit) fiat__regex_drop_jit(regex);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            clock_t start = clock();
            fiat__match got = fiat__regex_match(regex, s_scratch, fiat__str_of(text, sizes[i]));
            double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
            ck_assert_msg(got != FIAT__MATCH_YES, "/%s/ matches", patterns[_i]);
            ck_assert_msg(seconds < 10, "/%s/ on %zu bytes took %.1f s", patterns[_i], sizes[i],
                          seconds);
        }
    }
    fiat__regex_free(regex);
    free(text);
}
END_TEST

/* Patterns of linear cost stay within the limits. */
START_TEST(long_texts_are_no_limit) {
    static const char *const patterns[] = {"z(a|b)", "^(a|b)*$", "(?:a|b)+$", "\\bz\\b"};
    static const fiat__match want[] = {FIAT__MATCH_NO, FIAT__MATCH_YES, FIAT__MATCH_YES,
                                       FIAT__MATCH_NO};
    const size_t len = 200000;
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 3 ? 'a' : 'b';
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        fiat__regex *regex;
        fiat_error err;
        ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c(patterns[i]), &err), err);
        fiat__match got = fiat__regex_match(regex, s_scratch, fiat__str_of(text, len));
        ck_assert_msg(got == want[i], "%s: %d", patterns[i], (int)got);
        fiat__regex_free(regex);
    }
    free(text);
}
END_TEST

/* Each start of a match may take less than one match is allowed, and all of them together far too
 * much; or run over the rest of the text without a step that PCRE2 would count. */
START_TEST(starts_meet_the_limit_together) {
    static const char *const patterns[] = {"(a|a){0,15}[cd]b", "(?=b*)a*$b", "(?:(a|a){0,12}c)+b"};
    const size_t len = 400000;
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', len);
    text[len - 1] = 'b';
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        fiat__regex *regex;
        fiat_error err;
        ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c(patterns[i]), &err), err);
        for (size_t part = len / 16; part <= len; part += len * 15 / 16) {
            fiat__str end = fiat__str_of(text + len - part, part);
            clock_t before = clock();
            ck_assert_int_eq(fiat__regex_match(regex, s_scratch, end), FIAT__MATCH_LIMIT);
            double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
            ck_assert_msg(seconds < 5, "%s: %g s", patterns[i], seconds);
        }
        fiat__regex_free(regex);
    }
    free(text);
}
END_TEST

/* One text with many strings has one account for all of them. */
START_TEST(matches_share_what_is_allowed) {
    static const char text[] = "aaaaaaaaaaaaaaaa!";
    fiat__regex *regex;
    fiat_error err;
    int matches = 0;
    ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c("^(a+)+$"), &err), err);
    fiat__regex_scratch_allow(s_scratch, 1000000);
    while (fiat__regex_match(regex, s_scratch, fiat__str_c(text)) == FIAT__MATCH_NO)
        ck_assert_int_lt(matches++, 1000);
    ck_assert_int_gt(matches, 1);
    ck_assert_int_eq(fiat__regex_match(regex, s_scratch, fiat__str_c("a")), FIAT__MATCH_LIMIT);
    fiat__regex_scratch_allow(s_scratch, 1000000);
    ck_assert_int_eq(fiat__regex_match(regex, s_scratch, fiat__str_c("a")), FIAT__MATCH_YES);
    fiat__regex_free(regex);
}
END_TEST

static uint32_t s_random = 1;

static uint32_t random_below(uint32_t bound) {
    s_random = s_random * 1664525u + 1013904223u;
    return (s_random >> 8) % bound;
}

static void append_random(fiat__buf *buf, const char *const *parts, uint32_t count,
                          uint32_t repeat) {
    for (uint32_t i = 0; i < repeat; i++)
        ck_assert(fiat__buf_append_c(buf, parts[random_below(count)]));
}

/* Both matchers give the same answer, whatever the pattern and the text. */
START_TEST(matchers_agree) {
    static const char *const atoms[] = {"a",        "b",        "-",   "ab",  "[ab]",    "[^a]",
                                        "[a-z0-9]", "\\d",      ".",   "\\w", "[^\\d-]", "1",
                                        "\\.",      "\xc3\xa9", "\\W", "[b-]"};
    static const char *const quantifiers[] = {
        "", "", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}?", "{2,}", "{15,}", "{16}", "{30,33}"};
    static const char *const texts[] = {
        "a", "b", "ab", "-", "1", ".", "\xc3\xa9", "\n", "aaa", "\xe2\x80\xa8", "\xf0\x9f\x90\xb2",
        "Z"};
    fiat__buf pattern, text;
    fiat__buf_init(&pattern, 1000);
    fiat__buf_init(&text, 1000);
    unsigned simple_count = 0, yes_count = 0;
    for (int round = 0; round < 3000; round++) {
        fiat__buf_clear(&pattern);
        if (random_below(2)) ck_assert(fiat__buf_append_c(&pattern, "^"));
        for (uint32_t i = 1 + random_below(4); i > 0; i--) {
            append_random(&pattern, atoms, sizeof atoms / sizeof atoms[0], 1);
            append_random(&pattern, quantifiers, sizeof quantifiers / sizeof quantifiers[0], 1);
        }
        if (random_below(2)) ck_assert(fiat__buf_append_c(&pattern, "$"));
        fiat__regex *ours, *pcre2;
        fiat_error err;
        ck_assert_fiat_ok(fiat__regex_compile(&ours, fiat__buf_str(&pattern), &err), err);
        if (!fiat__regex_is_simple(ours)) {
            fiat__regex_free(ours);
            continue;
        }
        simple_count++;
        ck_assert_fiat_ok(fiat__regex_compile_pcre2(&pcre2, fiat__buf_str(&pattern), &err), err);
        for (int i = 0; i < 40; i++) {
            fiat__buf_clear(&text);
            if (random_below(3) > 0) {
                append_random(&text, texts, sizeof texts / sizeof texts[0], random_below(7));
            } else { /* long ones, mostly of the same character */
                append_random(&text, texts + random_below(6), 1, 12 + random_below(25));
                append_random(&text, texts, sizeof texts / sizeof texts[0], random_below(3));
            }
            fiat__match got = fiat__regex_match(ours, s_scratch, fiat__buf_str(&text));
            fiat__match want = fiat__regex_match(pcre2, s_scratch, fiat__buf_str(&text));
            ck_assert_msg(got == want, "/%s/ on \"%s\": ours %d, PCRE2 %d",
                          fiat__buf_cstr(&pattern), fiat__buf_cstr(&text), (int)got, (int)want);
            yes_count += got == FIAT__MATCH_YES;
        }
        fiat__regex_free(ours);
        fiat__regex_free(pcre2);
    }
    ck_assert_uint_gt(simple_count, 1000);
    ck_assert_uint_gt(yes_count, 5000);
    fiat__buf_deinit(&pattern);
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(bounds_of_patterns) {
    fiat__regex *regex;
    fiat_error err;
    size_t len = FIAT__REGEX_PATTERN_MAX_BYTES + 1;
    char *pattern = malloc(len);
    ck_assert_ptr_nonnull(pattern);
    memset(pattern, 'a', len);
    ck_assert_fiat_status(fiat__regex_compile(&regex, fiat__str_of(pattern, len), &err),
                          FIAT_E_SCHEMA_INVALID);
    memset(pattern, '(', FIAT__REGEX_GROUP_DEPTH + 1);
    memset(pattern + FIAT__REGEX_GROUP_DEPTH + 1, ')', FIAT__REGEX_GROUP_DEPTH + 1);
    ck_assert_fiat_status(
        fiat__regex_compile(&regex, fiat__str_of(pattern, 2 * FIAT__REGEX_GROUP_DEPTH + 2), &err),
        FIAT_E_SCHEMA_INVALID);
    ck_assert_ptr_nonnull(strstr(err.message, "nested too deeply"));
    ck_assert_fiat_status(fiat__regex_compile(&regex, fiat__str_c("((a{1000}){1000}){1000}"), &err),
                          FIAT_E_SCHEMA_INVALID);
    fiat__str with_nul = fiat__str_of("^a\0(b)$", 7);
    ck_assert_fiat_ok(fiat__regex_compile(&regex, with_nul, &err), err);
    ck_assert_int_eq(fiat__regex_match(regex, s_scratch, fiat__str_of("a\0b", 3)), FIAT__MATCH_YES);
    ck_assert_int_eq(fiat__regex_match(regex, s_scratch, fiat__str_of("a", 1)), FIAT__MATCH_NO);
    fiat__regex_free(regex);
    free(pattern);
}
END_TEST

static fiat_status compile_and_match(void *pattern) {
    fiat__regex *regex = NULL;
    fiat__regex_scratch *scratch = NULL;
    fiat_error err;
    fiat_status status = fiat__regex_compile(&regex, fiat__str_c(pattern), &err);
    if (status == FIAT_OK) status = fiat__regex_scratch_new(&scratch, &err);
    if (status == FIAT_OK) {
        fiat__match got = fiat__regex_match(regex, scratch, fiat__str_c("foo-bar"));
        /* Without its stack the JIT still has the thread's. */
        ck_assert_int_eq(got, FIAT__MATCH_YES);
    }
    fiat__regex_scratch_free(scratch);
    fiat__regex_free(regex);
    return status;
}

START_TEST(memory_runs_out) {
    char simple[] = "^foo.*bar$", with_pcre2[] = "^(foo|-|bar)+$";
    chaos_loop(compile_and_match, simple);
    chaos_loop(compile_and_match, with_pcre2);
}
END_TEST

START_TEST(match_allocates_nothing) {
    fiat__regex *regex;
    fiat__regex_scratch *scratch;
    fiat_error err;
    chaos_install();
    ck_assert_fiat_ok(fiat__regex_compile(&regex, fiat__str_c("^(foo|-|bar)+$"), &err), err);
    ck_assert_fiat_ok(fiat__regex_scratch_new(&scratch, &err), err);
    ck_assert_int_eq(fiat__regex_match(regex, scratch, fiat__str_c("foo-bar")), FIAT__MATCH_YES);
    uint64_t before = chaos_allocations();
    for (int i = 0; i < 100; i++)
        (void)fiat__regex_match(regex, scratch, fiat__str_c("foo-bar-foo"));
    ck_assert_uint_eq(chaos_allocations(), before);
    fiat__regex_scratch_free(scratch);
    fiat__regex_free(regex);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/regex");
    TCase *tcase = tcase_create("regex");
    tcase_add_checked_fixture(tcase, make_scratch, drop_scratch);
    tcase_add_loop_test(tcase, refused, 0, sizeof refused_rows / sizeof refused_rows[0]);
    tcase_add_loop_test(tcase, match, 0, sizeof match_rows / sizeof match_rows[0]);
    tcase_add_test(tcase, catastrophic_pattern_meets_the_limit);
    tcase_add_loop_test(tcase, hostile_patterns_end, 0, 8);
    tcase_add_test(tcase, long_texts_are_no_limit);
    tcase_add_test(tcase, starts_meet_the_limit_together);
    tcase_add_test(tcase, matches_share_what_is_allowed);
    tcase_add_test(tcase, matchers_agree);
    tcase_add_test(tcase, bounds_of_patterns);
    suite_add_tcase(suite, tcase);
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, memory_runs_out);
    tcase_add_test(memory, match_allocates_nothing);
    suite_add_tcase(suite, memory);
    return fiat_test_run(suite);
}
