/* The scanner: what is JSON and what is not, row by row after the pattern of JSONTestSuite (y_ must
 * be taken, n_ must be refused, and where), and both versions of its inner loops. */
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
#undef FIAT_JSON_SCAN_PORTABLE_H /* where there is no other version, it comes again as itself */

#include "json/tape.h"
#include "support/test.h"

#define DEPTH 8

static fiat_status parse(const char *text, size_t len, fiat_error *err) {
    fiat__padded padded = {0};
    fiat__keyspace keys;
    fiat__tape tape;
    fiat__keyspace_init(&keys);
    fiat__tape_init(&tape, &keys);
    fiat_status status = fiat__scan_load(&padded, fiat__str_of(text, len), err);
    if (status == FIAT_OK) {
        fiat__tape_reset(&tape, fiat__str_of(padded.ptr, padded.len), DEPTH);
        status = fiat__tape_parse(&tape, err);
    }
    fiat__tape_deinit(&tape);
    fiat__keyspace_deinit(&keys);
    fiat__padded_deinit(&padded);
    return status;
}

/* ---- y_ ---- */

static const char *const good[] = {
    "[]",
    "{}",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-0.0",
    "\"\"",
    " \t\r\n[ \t\r\n] \t\r\n",
    "1",
    "-1",
    "123456789012345678901234567890",
    "1.5",
    "-1.5e10",
    "1E+2",
    "1e-2",
    "0e1",
    "0.1e1",
    "1e999999999",
    "[1,2,3]",
    "[[],[[]],{}]",
    "{\"a\":{\"b\":[null]}}",
    "{\"\":0}",
    "{\"a\":1,\"A\":2,\"aa\":3}",
    "[1 , 2\n,3]",
    "{ \"a\" : 1 }",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0000\"",
    "\"\\u00E9\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\uDBFF\\uDFFF\"",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
    "\"\x7f\"",
    "\"\xef\xbf\xbf\"",
    "\"a/b\"",
    "\"\xe2\x80\xa8\"",
    "[[[[[[[[]]]]]]]]",
    "\"a string of more than sixteen bytes, and then some more of them\"",
};

START_TEST(good_text_is_taken) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = parse(good[_i], strlen(good[_i]), &err);
    ck_assert_msg(status == FIAT_OK, "%s: %s", good[_i], err.message);
}
END_TEST

/* ---- n_ ---- */

typedef struct bad_row {
    const char *text;
    fiat_status status;
    unsigned offset;
    const char *path;    /* NULL: not looked at */
    const char *message; /* in it */
} bad_row;

#define SYNTAX FIAT_E_JSON_SYNTAX

static const bad_row bad[] = {
    {"", SYNTAX, 0, "", "found the end of the text where a value should stand"},
    {" \n", SYNTAX, 2, "", "the end of the text"},
    {"nul", SYNTAX, 0, NULL, "found nul where a value should stand"},
    {"True", SYNTAX, 0, NULL, "found True"},
    {"NaN", SYNTAX, 0, NULL, "found NaN"},
    {"Infinity", SYNTAX, 0, NULL, NULL},
    {"[-Infinity]", SYNTAX, 2, "", "a digit after '-'"},
    {"[1]x", SYNTAX, 3, NULL, "where the end of the text should stand"},
    {"[1][2]", SYNTAX, 3, NULL, "found '['"},
    {"1 2", SYNTAX, 2, NULL, NULL},
    {"nullx", SYNTAX, 4, NULL, NULL},
    {"[1", SYNTAX, 2, "/0", "the end of the text where ',' or ']' should stand"},
    {"[", SYNTAX, 1, "", NULL},
    {"]", SYNTAX, 0, NULL, "found ']'"},
    {"[1,]", SYNTAX, 3, NULL, "found ']' where a value should stand"},
    {"[,1]", SYNTAX, 1, NULL, "found ','"},
    {"[1,,2]", SYNTAX, 3, NULL, NULL},
    {"[1;2]", SYNTAX, 2, NULL, NULL},
    {"[1 2]", SYNTAX, 3, NULL, "found 2 where ',' or ']' should stand"},
    {"{", SYNTAX, 1, NULL, "a key in quotes"},
    {"{,}", SYNTAX, 1, NULL, NULL},
    {"{\"a\":1,}", SYNTAX, 7, "/a", "found '}' where a key in quotes should stand"},
    {"{\"a\"}", SYNTAX, 4, "/a", "':' after a key"},
    {"{\"a\":}", SYNTAX, 5, "/a", NULL},
    {"{\"a\" 1}", SYNTAX, 5, NULL, NULL},
    {"{\"a\":1 \"b\":2}", SYNTAX, 7, "/a", "',' or '}'"},
    {"{a:1}", SYNTAX, 1, NULL, "found a where a key in quotes should stand"},
    {"{'a':1}", SYNTAX, 1, NULL, NULL},
    {"{1:1}", SYNTAX, 1, NULL, NULL},
    {"{\"a\":[1,{\"b\":tru}]}", SYNTAX, 13, "/a/1/b", "found tru"},
    {"01", SYNTAX, 0, NULL, "leading zero"},
    {"[-01]", SYNTAX, 1, NULL, "leading zero"},
    {"00", SYNTAX, 0, NULL, NULL},
    {"1.", SYNTAX, 2, NULL, "a digit after '.'"},
    {"1.e1", SYNTAX, 2, NULL, NULL},
    {".5", SYNTAX, 0, NULL, NULL},
    {"+1", SYNTAX, 0, NULL, NULL},
    {"-", SYNTAX, 1, NULL, "a digit after '-'"},
    {"--1", SYNTAX, 1, NULL, NULL},
    {"1e", SYNTAX, 2, NULL, "a digit of the exponent"},
    {"1e+", SYNTAX, 3, NULL, NULL},
    {"1eE2", SYNTAX, 2, NULL, NULL},
    {"0x1F", SYNTAX, 1, NULL, NULL},
    {"1_000", SYNTAX, 1, NULL, NULL},
    {"1 000", SYNTAX, 2, NULL, NULL},
    {"\"abc", SYNTAX, 4, NULL, "without its closing quote"},
    {"\"abc\\", SYNTAX, 4, NULL, "without its closing quote"},
    {"\"abc\\\"", SYNTAX, 6, NULL, "without its closing quote"},
    {"\"\\x\"", SYNTAX, 1, NULL, "an escape that JSON does not have"},
    {"\"\\u12\"", SYNTAX, 1, NULL, "an escape that JSON does not have"},
    {"\"\\u12g4\"", SYNTAX, 1, NULL, NULL},
    {"\"\\U0041\"", SYNTAX, 1, NULL, NULL},
    {"[\"\\ud800\"]", SYNTAX, 2, "", "half of a surrogate pair"},
    {"\"\\udc00\"", SYNTAX, 1, NULL, "half of a surrogate pair"},
    {"\"\\ud800\\u0041\"", SYNTAX, 1, NULL, "half of a surrogate pair"},
    {"\"\\ud800\\ud800\"", SYNTAX, 1, NULL, NULL},
    {"\"\\ud800x\"", SYNTAX, 1, NULL, NULL},
    {"\"a\nb\"", SYNTAX, 2, NULL, "control character"},
    {"\"a\tb\"", SYNTAX, 2, NULL, NULL},
    {"\"\x1f\"", SYNTAX, 1, NULL, NULL},
    {"'a'", SYNTAX, 0, NULL, NULL},
    {"[1]\f", SYNTAX, 3, "", "byte 0x0c"},
    {"[1", SYNTAX, 2, "/0", "the end of the text where"},
    {"[1,\xc2\xa0"
     "2]",
     SYNTAX, 3, NULL, "byte 0xc2"},
    {"\xef\xbb\xbf{}", SYNTAX, 0, NULL, "a byte order mark"},
    {"/* c */ 1", SYNTAX, 0, NULL, NULL},
    {"1 // c", SYNTAX, 2, NULL, NULL},
    {"\"\xff\"", FIAT_E_JSON_UTF8, 1, NULL, "byte 0xff at offset 1"},
    {"\"\xc3\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xc0\xaf\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xe0\x80\xaf\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xed\xa0\x80\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xf4\x90\x80\x80\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xe2\x82\"", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xe2\x82", FIAT_E_JSON_UTF8, 1, NULL, NULL},
    {"\"\xc3\xa9\xc3\xa9\x80\"", FIAT_E_JSON_UTF8, 5, NULL, NULL},
    {"\"a string of more than sixteen bytes, with a \xf0\x9f\x98\"", FIAT_E_JSON_UTF8, 45, NULL,
     NULL},
    {"[[[[[[[[[]]]]]]]]]", FIAT_E_JSON_DEPTH, 8, "/0/0/0/0/0/0/0", "more than 8 deep"},
    {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}", FIAT_E_JSON_DEPTH, 40,
     NULL, NULL},
    {"{\"a\":1,\"b\":2,\"a\":3}", FIAT_E_JSON_DUPLICATE_KEY, 13, "/a", "key \"a\" is there twice"},
    {"[{\"x\":{\"a\":1,\"\\u0061\":2}}]", FIAT_E_JSON_DUPLICATE_KEY, 13, "/0/x/a", NULL},
    {"{\"\":1,\"\":2}", FIAT_E_JSON_DUPLICATE_KEY, 6, "/", NULL},
    {"{\"a key of more than sixteen bytes 1\":1,\"a key of more than sixteen bytes 1\":2}",
     FIAT_E_JSON_DUPLICATE_KEY, 40, NULL, NULL},
};

START_TEST(bad_text_is_refused_where_it_is_bad) {
    const bad_row *row = &bad[_i];
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = parse(row->text, strlen(row->text), &err);
    ck_assert_msg(status == row->status, "%s: %s: %s", row->text, fiat_status_name(status),
                  err.message);
    ck_assert_int_eq(err.status, status);
    ck_assert_msg(err.offset == row->offset, "%s: offset %u: %s", row->text, (unsigned)err.offset,
                  err.message);
    if (row->path) ck_assert_str_eq(err.instance_path, row->path);
    ck_assert_msg(!row->message || strstr(err.message, row->message), "%s: %s", row->text,
                  err.message);
    ck_assert_int_eq(parse(row->text, strlen(row->text), NULL), status);
}
END_TEST

START_TEST(nul_bytes_are_refused) {
    static const struct {
        const char *text;
        size_t len, offset;
    } rows[] = {{"1\0", 2, 1},   {"\0", 1, 0},          {"[1\0]", 4, 2},   {"\"a\0b\"", 5, 2},
                {"tru\0", 4, 0}, {"{\"a\"\0:1}", 8, 4}, {"\"\\\0\"", 4, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_error err = FIAT_ERROR_INIT;
        ck_assert_fiat_status(parse(rows[i].text, rows[i].len, &err), FIAT_E_JSON_SYNTAX);
        ck_assert_uint_eq(err.offset, rows[i].offset);
    }
}
END_TEST

/* Every cut of a good text is bad, unless it ends with a number. */
START_TEST(every_beginning_is_refused) {
    static const char text[] = "{\"a\":[1,true,\"x\\n\\ud83d\\ude00\",{\"b\":null}],\"c\":-1.5e3}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        fiat_error err = FIAT_ERROR_INIT;
        ck_assert_fiat_status(parse(text, len, &err), FIAT_E_JSON_SYNTAX);
        ck_assert_uint_le(err.offset, len);
    }
    ck_assert_fiat_status(parse(text, sizeof text - 1, NULL), FIAT_OK);
}
END_TEST

/* ---- Numbers: what the scanner says of them. ---- */

START_TEST(numbers_are_classed) {
    static const struct {
        const char *text;
        int64_t value;
        bool whole, plain, decimal;
    } rows[] = {
        {"0", 0, true, true, false},
        {"-12", -12, true, true, false},
        {"999999999999999999", 999999999999999999, true, true, false},
        {"1000000000000000000", 1000000000000000000, true, false, false},
        {"-3.25", -3, false, false, true},
        {"12.5", 12, false, false, true},
        {"12.5e1", 12, false, false, false},
        {"12e1", 12, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char padded[32 + FIAT__SCAN_PAD] = {0};
        strcat(padded, rows[i].text);
        fiat__scan_number number = fiat__scan_number_at(padded);
        ck_assert_ptr_eq(number.end, padded + strlen(rows[i].text));
        ck_assert_int_eq(number.value, rows[i].value);
        ck_assert_int_eq(number.whole, rows[i].whole);
        ck_assert_int_eq(number.plain, rows[i].plain);
        ck_assert_int_eq(number.decimal, rows[i].decimal);
    }
}
END_TEST

/* ---- The inner loops, against the plain ones. ---- */

START_TEST(fast_loops_equal_portable_ones) {
    enum { MOST = 100 };
    static const unsigned char stops[] = {'"', '\\', 0, 0x1f, '\n', 0x80, 0xff, 0x7f, ' ', 0x20};
    for (size_t len = 0; len <= MOST; len++) {
        for (size_t s = 0; s < sizeof stops; s++) {
            char text[MOST + FIAT__SCAN_PAD + 1] = {0}, fast[256] = {0}, plain[256] = {0};
            memset(text, 'a', MOST);
            text[MOST] = '"';
            text[len] = (char)stops[s];
            ck_assert_ptr_eq(fiat__scan_plain(text), portable_plain(text));
            const char *end_of_text = text + len + 1, *ascii = fiat__scan_ascii(text, end_of_text);
            ck_assert_ptr_eq(ascii < end_of_text ? ascii : end_of_text,
                             portable_ascii(text, end_of_text));
            ck_assert_ptr_eq(fiat__scan_closing(text), portable_closing(text));
            const char *end = portable_copy_plain(plain, text);
            ck_assert_ptr_eq(fiat__scan_copy_plain(fast, text), end);
            ck_assert_mem_eq(fast, plain, (size_t)(end - text));
            ck_assert_int_eq(fiat__scan_copy(fast, text, len + 1),
                             portable_copy(plain, text, len + 1));
            ck_assert_mem_eq(fast, plain, len + 1);
        }
    }
}
END_TEST

START_TEST(digits_end_where_they_end) {
    static const char stops[] = {'/', ':', 'e', '.', '\0', ' ', '\xb0'};
    for (size_t len = 0; len <= 40; len++) {
        for (size_t s = 0; s < sizeof stops; s++) {
            char text[40 + FIAT__SCAN_PAD] = {0};
            for (size_t i = 0; i < len; i++)
                text[i] = (char)('0' + i % 10);
            text[len] = stops[s];
            text[len + 1] = '1';
            ck_assert_ptr_eq(fiat__scan_digits(text), text + len);
            ck_assert_ptr_eq(portable_digits(text), text + len);
        }
    }
}
END_TEST

START_TEST(white_space_ends_where_it_ends) {
    static const char stops[] = {'/', '\v', '\f', '"', '\0', '\b', '\x85', '\xa0', '!'};
    for (size_t len = 0; len <= 40; len++) {
        for (size_t s = 0; s < sizeof stops; s++) {
            char text[40 + FIAT__SCAN_PAD] = {0};
            for (size_t i = 0; i < len; i++)
                text[i] = " \n\r\t"[i * len % 4];
            text[len] = stops[s];
            text[len + 1] = ' ';
            ck_assert_ptr_eq(fiat__scan_blank(text), text + len);
            ck_assert_ptr_eq(portable_blank(text), text + len);
            ck_assert_ptr_eq(fiat__scan_space(text), text + len);
        }
    }
}
END_TEST

START_TEST(sixteen_bytes_are_compared_up_to_a_length) {
    for (size_t len = 0; len <= 16; len++) {
        for (size_t at = 0; at < 16; at++) {
            char a[] = "0123456789abcdef", b[] = "0123456789abcdef";
            b[at] = '!';
            ck_assert_int_eq(fiat__scan_same(a, b, len), at >= len);
            ck_assert_int_eq(portable_same(a, b, len), at >= len);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/scan");
    TCase *tcase = tcase_create("scan");
    tcase_add_loop_test(tcase, bad_text_is_refused_where_it_is_bad, 0, sizeof bad / sizeof bad[0]);
    tcase_add_test(tcase, nul_bytes_are_refused);
    tcase_add_test(tcase, every_beginning_is_refused);
    tcase_add_loop_test(tcase, good_text_is_taken, 0, sizeof good / sizeof good[0]);
    tcase_add_test(tcase, numbers_are_classed);
    tcase_add_test(tcase, fast_loops_equal_portable_ones);
    tcase_add_test(tcase, digits_end_where_they_end);
    tcase_add_test(tcase, white_space_ends_where_it_ends);
    tcase_add_test(tcase, sixteen_bytes_are_compared_up_to_a_length);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
